"""Lints: every code has its page with examples that run, each finding a case that shows it, and a switch hides only its own."""

import json
import re
from pathlib import Path
from typing import Any

import attrs
import pytest
import yaml
from hypothesis import given, settings

from hechting_rules import Case, Rulebook, load_case, load_rulebook
from hechting_rules.answered import answer
from hechting_rules.case import case_to_mapping
from hechting_rules.cli import run as hechting
from hechting_rules.condition import InRange, InStage, Is
from hechting_rules.errors import CaseError
from hechting_rules.model import LintOff
from hechting_rules.profiles import with_rules_on
from hechting_rules.terms import Direction, Status
from hechting_rules.verify.lints import CODES, LINTS, PROVABLE, Remark, lint, proved, proved_remarks, run_lints
from strategies import HERE, finding, rule, rulebook, rulebooks

ROOT = Path(__file__).parents[1]
BASE = ROOT / "tests" / "diagnostics" / "base"
PAGE = (ROOT / "docs" / "lints.md").read_text(encoding="utf-8")
HEADING = re.compile(r"^## (L6\d\d): .+$", re.MULTILINE)
ENTRY = re.compile(r"# (\w+) (\S+)(?: as (\S+))?(?: in (\w+))?\n(.*)", re.DOTALL)

# --- the page --------------------------------------------------------------------------------------------------------------

KINDS = {
    "rule": ("", "id"),
    "suggestion": ("", "code"),
    "finding": ("findings", "code"),
    "conclusion": ("conclusions", "code"),
    "stage": ("stages", "code"),
    "parameter": ("parameters", "name"),
    "words": ("words", "name"),
    "evidence": ("", "id"),
    "classification": ("", "id"),
}
"""The list in its file that an entry stands in, and the key of its name."""

FILES = {"rule": "{}/page.yaml", "suggestion": "suggestions/page.yaml", "evidence": "evidence/page.yaml"}
FILES |= {"classification": "evidence/classifications.yaml"}

WORDS = """
- {name: too_sure, use: forbidden, nl: [bewijst], en: [proves]}
- {name: labels, use: label, nl: [borderline*], en: [borderline*]}
- {name: safety, use: safety, nl: [spoed*], en: [emergency]}
- {name: hedges, use: hedge, nl: [kan, kunnen, zouden], en: [may, can, would]}
"""
QUIET: dict[str, dict[str, Any]] = {
    "suggestion discuss.contact": {"text": {"nl": "Het contact kan anders gaan.", "en": "The contact may go otherwise."}},
    "rule parents.ask_when_available": {"when": {"all": ["risk.parent", {"range": "first_weeks"}]}},
}
"""What the small rulebook must say for the lints to find nothing in it."""


class Words(yaml.SafeLoader):
    """YAML as the loader of the rulebook reads it: ``off`` and ``no`` are words."""


Words.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:bool"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(text: str) -> Any:
    return yaml.load(text, Words)  # noqa: S506 - a safe loader with fewer words


Entries = dict[tuple[str, str], tuple[str, dict[str, Any]]]
"""The file and the keys of every entry of a rulebook, by kind and name."""


def entries(folder: Path) -> Entries:
    """Every entry of the small rulebook that the page can speak of."""
    found: Entries = {}
    for path in sorted(folder.rglob("*.yaml")):
        name, tree = path.relative_to(folder).as_posix(), read(path.read_text(encoding="utf-8"))
        for kind, (key, own) in KINDS.items():
            listed = tree.get(key) if isinstance(tree, dict) else tree if name.startswith(_folders(kind)) else None
            for entry in listed or () if not name.endswith(".cases.yaml") else ():
                if own in entry:
                    found[kind, entry[own]] = (name, entry)
    return found


def _folders(kind: str) -> tuple[str, ...]:
    return {"rule": ("article", "today"), "suggestion": ("suggestions",), "evidence": ("evidence/notes",)}.get(kind, ("none",))


def written(texts: list[str], folder: Path) -> Rulebook:
    """The small rulebook with the entries of these texts, in files."""
    known = entries(BASE)
    one: dict[str, Any]
    for one in read(WORDS):
        known["words", one["name"]] = ("vocabulary/page.yaml", one)
    for place, more in QUIET.items():
        kind, name = place.split()
        known[kind, name][1].update(more)
    for text in texts:
        match = ENTRY.fullmatch(text)
        assert match, text
        kind, name, model, origin, keys = match.groups()
        file = FILES.get(kind, "vocabulary/page.yaml").format(origin or "article")
        if (kind, name) not in known:
            known[kind, name] = (file, dict(known[kind, model][1]) if model else {})
        known[kind, name][1].update({KINDS[kind][1]: name, **read(keys)})
    for path in BASE.rglob("*.yaml"):
        copy = folder / path.relative_to(BASE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    for name in {file for file, _ in known.values()}:
        here = [(kind, entry) for (kind, _), (file, entry) in known.items() if file == name]
        tree: Any = [entry for _, entry in here]
        if name.startswith("vocabulary"):
            path = BASE / name
            tree = read(path.read_text(encoding="utf-8")) if path.exists() else {}
            for key in {KINDS[kind][0] for kind, _ in here}:
                tree[key] = [entry for kind, entry in here if KINDS[kind][0] == key]
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(yaml.safe_dump(tree, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return load_rulebook(folder)


def examples(code: str, which: str) -> list[str]:
    """The entries under *Wrong* or *Right* on the page of a code."""
    (section,) = (part for part in re.split(r"(?m)^(?=## )", PAGE) if part.startswith(f"## {code}: "))
    wrong, _, right = section.partition("\nWrong:\n")[2].partition("\nRight:\n")
    return re.findall(r"```yaml\n(.*?)```", wrong if which == "Wrong" else right, re.DOTALL)


def everything(book: Rulebook, code: str) -> tuple[Remark, ...]:
    """What the lints find, with a proof where the code needs one."""
    return lint(book, proved_remarks(book) if code == "L616" else None).found


def test_the_page_has_every_code_and_no_other() -> None:
    assert tuple(HEADING.findall(PAGE)) == CODES


def test_every_lint_says_its_code_and_what_it_means() -> None:
    for one in (*LINTS, *proved.LINTS):
        assert re.match(r"L6\d\d(?: and L6\d\d)?: \S.*\.$", (one.__doc__ or "").splitlines()[0]), one


def test_the_small_rulebook_has_nothing_for_the_lints(tmp_path: Path) -> None:
    book = written([], tmp_path)
    assert lint(book, proved_remarks(book)).found == ()


@pytest.mark.parametrize("code", CODES)
def test_the_wrong_example_of_a_code_is_found_and_the_right_one_is_not(code: str, tmp_path: Path) -> None:
    wrong, right = (examples(code, which) for which in ("Wrong", "Right"))
    assert wrong
    assert right
    assert code in {remark.code for remark in everything(written(wrong, tmp_path / "wrong"), code)}
    assert everything(written(right, tmp_path / "right"), code) == ()


# --- witnesses -------------------------------------------------------------------------------------------------------------

NO_CASE = {"L612": "no case makes it hold", "L622": "it is about the file"}
"""The codes that no case can show."""


@pytest.mark.parametrize("code", sorted(set(CODES) - NO_CASE.keys()))
def test_what_is_found_comes_with_a_case_that_can_be_run_and_saved(code: str, tmp_path: Path) -> None:
    book = written(examples(code, "Wrong"), tmp_path / "book")
    found = [remark for remark in everything(book, code) if remark.code == code]
    assert found
    for number, remark in enumerate(found):
        assert remark.witness is not None, remark
        path = tmp_path / f"{number}.yaml"
        path.write_text(yaml.safe_dump(case_to_mapping(remark.witness.case)), encoding="utf-8")
        case = load_case(path)
        profile = with_rules_on(book.profiles["default"], remark.witness.on)
        if code == "L617":
            with pytest.raises(CaseError, match="belongs to no stage"):
                answer(case, book, profile)
            continue
        answered = answer(case, book, profile)
        if code in SHOWING:
            rules = remark.rules if code == "L614" else remark.rules[:1]
            assert all(answered.values[answered.program.rules[one].established] for one in rules)


SHOWING = {"L608", "L610", "L613", "L614", "L615", "L618"}
"""The codes of which the case is one in which the rule holds."""


def test_the_case_of_an_overlap_is_an_age_that_two_stages_hold() -> None:
    book = rulebook([finding("f.1")], [rule("r.1", Is("f.1", HERE), "c.1")])
    stages = {**book.stages, "big": attrs.evolve(book.stages["big"], start="")}
    (found,) = (r for r in run_lints(attrs.evolve(book, stages=stages)) if "both hold" in r.message)
    assert (found.code, found.message) == ("L617", "'small' and 'big' both hold 0 to 12 months")
    assert found.witness is not None
    assert found.witness.case == Case.of(child_age_months=0)


@settings(max_examples=60)
@given(rulebooks(most=5))
def test_whatever_the_lints_find_in_any_rulebook_its_case_can_be_run_and_shows_it(book: Rulebook) -> None:
    trouble = {code for code, item in book.findings.items() if item.direction in {Direction.RISK, Direction.SIGN}}
    for remark in run_lints(book):
        assert remark.code in CODES
        assert set(remark.rules) <= book.rules.keys()
        if remark.witness is not None and remark.code != "L617":
            found = answer(remark.witness.case, book, with_rules_on(book.profiles["default"], remark.witness.on))
            if remark.code == "L618" and remark.message.startswith("rule"):
                assert found.values[found.program.rules[remark.rules[0]].established]
                assert not {s.code for s in remark.witness.case.findings if s.status is Status.PRESENT} & trouble


def test_the_case_of_a_rule_that_rests_on_rules_that_are_off_switches_those_on_too() -> None:
    """Found by chance in the test above: it switched on the rule alone, which then had nothing to rest on."""
    late = InRange("late", HERE)
    rules = [rule("r.0", late, "c.0", evidence="claim:off"), rule("r.1", Is("c.0", HERE), "s.0", evidence="claim:off")]
    rules.append(rule("r.2", late, "c.1", evidence="claim:off"))
    book = rulebook([finding("f.1")], rules, suggestions=["s.0"])
    (remark,) = (remark for remark in run_lints(book) if remark.code == "L618")
    assert remark.witness is not None
    assert remark.witness.on == ("r.0", "r.1")


def test_what_form_shows_is_not_told_again_by_a_proof(tmp_path: Path) -> None:
    for code in ("L612", "L613", "L614", "L615"):
        book = written(examples(code, "Wrong"), tmp_path / code)
        without_proof, with_proof = lint(book).found, lint(book, proved_remarks(book)).found
        assert [r for r in with_proof if r.code == code] == [r for r in without_proof if r.code == code]


# --- switches --------------------------------------------------------------------------------------------------------------


def off(book: Rulebook, name: str, *codes: str) -> Rulebook:
    """A rulebook in which a rule switches lints off."""
    switches = tuple(LintOff(code, f"because of {code}", HERE) for code in codes)
    return attrs.evolve(book, rules={**book.rules, name: attrs.evolve(book.rules[name], lint_off=switches)})


def wide() -> Rulebook:
    rules = [rule(f"r.{n}", InStage((stage,), HERE), f"s.{n}") for n, stage in ((1, "small"), (2, "big"))]
    return rulebook([finding("f.1")], rules, suggestions=["s.1", "s.2"])


def codes(found: tuple[Remark, ...], *, of: str = "L6") -> list[tuple[str, tuple[str, ...]]]:
    return [(remark.code, remark.rules) for remark in found if remark.code.startswith(of) and remark.rules]


def test_a_switch_hides_one_lint_of_one_rule_and_is_counted() -> None:
    book = wide()
    everything = lint(book).found
    assert codes(everything, of="L618") == [("L618", ("r.1",)), ("L618", ("r.2",))]
    linted = lint(off(book, "r.1", "L618"))
    assert set(everything) - set(linted.found) == {r for r in everything if r.code == "L618" and r.rules == ("r.1",)}
    (one,) = linted.off
    assert (one.rule, one.switch.reason) == ("r.1", "because of L618")
    assert [remark.code for remark in one.remarks] == ["L618"]


@pytest.mark.parametrize(
    ("switches", "message"),
    [
        (("L610",), "rule 'r.1' switches off L610, which has nothing to say of it"),
        (("L618", "L618"), "rule 'r.1' switches off L618 twice"),
        (("L699",), "rule 'r.1' switches off 'L699', which is no lint of a rule"),
        (("L622",), "rule 'r.1' switches off 'L622', which is no lint of a rule"),
        (("all",), "rule 'r.1' switches off 'all', which is no lint of a rule"),
    ],
)
def test_a_switch_that_hides_nothing_is_found(switches: tuple[str, ...], message: str) -> None:
    assert [r.message for r in lint(off(wide(), "r.1", *switches)).found if r.code == "L622"] == [message]


@pytest.mark.parametrize("code", sorted(PROVABLE))
def test_a_switch_that_only_a_proof_can_judge_waits_for_one(code: str) -> None:
    book = off(wide(), "r.1", code)
    assert codes(lint(book).found, of="L622") == []
    assert codes(lint(book, proved_remarks(book)).found, of="L622") == [("L622", ("r.1",))]


def test_a_switch_is_read_from_the_file_with_its_reason(tmp_path: Path) -> None:
    book = written(examples("L622", "Right"), tmp_path)
    (switch,) = book.rules["parents.ask"].lint_off
    assert (switch.code, switch.reason) == ("L618", "whoever is pregnant is asked this once")
    assert switch.span.path.endswith("article/suggestions.yaml")
    assert lint(book).found == ()
    assert len(lint(book).off) == 1


# --- the command, and the rulebook of this library -------------------------------------------------------------------------


def test_the_command_tells_each_finding_with_its_case_and_counts_what_is_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written([*examples("L622", "Right"), *examples("L620", "Wrong")], tmp_path)
    assert hechting(["check", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert "L620 the question of 'parent.available' is in nl that of 'parent.unresolved_trauma'" in told
    assert "a case that shows it:\n      schema: hechting-rules/case/1\n      present: [parent.available]\n" in told
    assert "L618 is off for rule 'parents.ask': whoever is pregnant is asked this once" in told
    assert "tiny 1.0.0: 1 finding, 1 switched off\n" in told
    assert hechting(["check", str(tmp_path), "--format", "json"]) == 1
    whole = json.loads(capsys.readouterr().out)
    assert [problem["case"]["present"] for problem in whole["problems"]] == [["parent.available"]]
    (switched,) = whole["switched_off"]
    assert (switched["rule"], switched["code"], switched["hides"]) == (
        "parents.ask",
        "L618",
        ["rule 'parents.ask' raises 'ask.parents' where nothing is the matter"],
    )


def test_the_rulebook_of_this_library_passes_with_no_more_switched_off_than_it_says(book: Rulebook) -> None:
    linted = lint(book)
    assert linted.found == ()
    assert {one.rule for one in linted.off} == {r.id for r in book.rules.values() if r.lint_off}


def test_the_rulebook_of_this_library_passes_over_all_cases(book: Rulebook) -> None:
    assert lint(book, proved_remarks(book)).found == ()
