"""Lints: every code has its page with examples that run, each finding a case that shows it, and a switch hides only its own."""

import itertools
import json
import re
from collections.abc import Iterator
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
from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, InRange, InStage, Is, IsAbsent, leaves
from hechting_rules.errors import CaseError
from hechting_rules.model import Finding, LintOff, Rule
from hechting_rules.profiles import with_rules_on
from hechting_rules.terms import About, Direction, Status, Wording
from hechting_rules.verify.lints import CODES, LINTS, PROVABLE, Remark, lint, logic, proved, proved_remarks, run_lints
from hechting_rules.verify.lints.sense import clash, gives, sense_of
from hechting_rules.verify.proofs import Holds, Inquiry, can_fire, implies, inquiries, inquiry, never_together
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


# --- what form shows is so in every case -----------------------------------------------------------------------------------


@settings(max_examples=60)
@given(rulebooks(most=4))
def test_what_can_never_hold_by_its_form_holds_in_no_case(book: Rulebook) -> None:
    found = {remark.rules[0] for remark in logic.unreachable(book) if remark.message.startswith("rule ")}
    asked = inquiries(book) if found else ()
    for name in found:
        own = next(one for one in asked if name in one.side.program.rules)
        assert can_fire(own, name).holds is Holds.BROKEN, name


def asking(book: Rulebook, *conditions: Condition) -> Inquiry:
    """An inquiry into conditions: each that of a rule ``r.0``, ``r.1`` ... of its own, all with one result."""
    rules = [attrs.evolve(rule(f"r.{n}", one, "c.asked"), unless=()) for n, one in enumerate(conditions)]
    below = {"c.asked"}
    while (
        more := {leaf.code for r in rules for leaf in leaves(r.when) if isinstance(leaf, Is) and leaf.code in book.rules_of}
        - below
    ):
        below |= more
        rules += [attrs.evolve(r, unless=(), evidence="") for r in book.rules.values() if r.result in more]
    own = rulebook(book.findings.values(), rules, stages=book.stages.values(), quantities=book.quantities.values())
    return inquiry(own)


@settings(max_examples=80)
@given(rulebooks(most=4))
def test_single_conditions_that_clash_never_meet_and_one_that_gives_another_never_stands_alone(book: Rulebook) -> None:
    sense = sense_of(book)
    singles = sorted({leaf for r in book.rules.values() for leaf in leaves(r.when)}, key=str)
    pairs = list(itertools.permutations(singles, 2))
    apart = [pair for pair in pairs if clash(*pair, sense)][:4]
    along = [pair for pair in pairs if gives(*pair, sense)][:4]
    if apart or along:
        asked = asking(book, *singles)
        names = {single: f"r.{n}" for n, single in enumerate(singles)}
        assert [p for p in apart if never_together(asked, *(names[one] for one in p)).holds is not Holds.PROVED] == []
        assert [p for p in along if implies(asked, *(names[one] for one in p)).holds is not Holds.PROVED] == []


@settings(max_examples=40)
@given(rulebooks(most=4))
def test_a_condition_that_entails_another_by_its_form_holds_only_where_that_does(book: Rulebook) -> None:
    sense = sense_of(book)
    parts = [part for r in book.rules.values() for part in (r.when, *getattr(r.when, "parts", ()))]
    pairs = [pair for pair in itertools.permutations(parts, 2) if pair[0] != pair[1] and logic.entails(*pair, sense)][:2]
    for one, other in pairs:
        assert implies(asking(book, one, other), "r.0", "r.1").holds is Holds.PROVED, (one, other)


@settings(max_examples=60)
@given(rulebooks(most=4))
def test_a_rule_holds_in_the_same_cases_without_a_part_that_decides_nothing(book: Rulebook) -> None:
    sense = sense_of(book)
    found = [(r.when, part) for r in book.rules.values() for part, why in logic.idle(r.when, (), sense) if "beside it" in why]
    for whole, part in found[:2]:
        asked = asking(book, whole, without(whole, part))
        assert implies(asked, "r.0", "r.1").holds is Holds.PROVED, (whole, part)
        assert implies(asked, "r.1", "r.0").holds is Holds.PROVED, (whole, part)


def without(condition: Condition, part: Condition) -> Condition:
    """A condition without one of its parts, found by identity."""
    if not isinstance(condition, AllOf | AnyOf | AtLeast):
        return condition
    return attrs.evolve(condition, parts=tuple(without(p, part) for p in condition.parts if p is not part))


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


def test_findings_that_are_only_ruled_out_at_some_stages_do_not_clash_as_the_stage_may_not_be_said() -> None:
    """Found by chance in the test above: an admission takes both where no stage is said."""
    born = [finding("f.1", About.CHILD, not_at=("unborn", "small")), finding("f.2", About.CHILD, not_at=("unborn", "big"))]
    book = rulebook(born, [rule("r.0", AllOf((Is("f.1", HERE), Is("f.2", HERE)), HERE), "c.0")])
    assert clash(Is("f.1", HERE), Is("f.2", HERE), sense_of(book)) == ""
    assert "no stage of the child" in clash(Is("f.1", HERE), InStage(("small",), HERE), sense_of(book))
    found = answer(Case.of(present=["f.1", "f.2"]), book, book.profiles["default"])
    assert found.values[found.program.rules["r.0"].established]


def test_the_case_of_a_rule_that_rests_on_rules_that_are_off_switches_those_on_too() -> None:
    """Found by chance in the test above: it switched on the rule alone, which then had nothing to rest on."""
    late = InRange("late", HERE)
    rules = [rule("r.0", late, "c.0", evidence="claim:off"), rule("r.1", Is("c.0", HERE), "s.0", evidence="claim:off")]
    rules.append(rule("r.2", late, "c.1", evidence="claim:off"))
    book = rulebook([finding("f.1")], rules, suggestions=["s.0"])
    (remark,) = (remark for remark in run_lints(book) if remark.code == "L618")
    assert remark.witness is not None
    assert remark.witness.on == ("r.0", "r.1")


# --- each lint by example --------------------------------------------------------------------------------------------------

F1, F2, F3, F4 = (Is(f"f.{n}", HERE) for n in (1, 2, 3, 4))
NOT1, NOT2 = IsAbsent("f.1", HERE), IsAbsent("f.2", HERE)
SMALL, BIG, UNBORN = (InStage((stage,), HERE) for stage in ("small", "big", "unborn"))
FIRST, SECOND = InRange("first_year", HERE), InRange("second_year", HERE)


def every(*parts: Condition) -> AllOf:
    return AllOf(parts, HERE)


def some(*parts: Condition) -> AnyOf:
    return AnyOf(parts, HERE)


def least(count: int, *parts: Condition) -> AtLeast:
    return AtLeast(count, parts, HERE)


def vocabulary() -> list[Finding]:
    """f.2 implies f.1; f.3 excludes f.1; f.4 counts in a small child."""
    return [
        finding("f.1"),
        finding("f.2", implies=("f.1",)),
        finding("f.3", excludes=("f.1",)),
        finding("f.4", About.CHILD, stages=("small",)),
    ]


def book_of(*conditions: Condition, unless: tuple[str, ...] = ()) -> Rulebook:
    """A rulebook with a rule for each condition, and conclusions ``c.0``, ``c.1`` ... ; the first one may have an ``unless``."""
    rules = [rule(f"r.{n}", one, f"c.{n}", unless if n == 0 else ()) for n, one in enumerate(conditions)]
    return rulebook(vocabulary(), rules)


def messages(found: Iterator[Remark]) -> list[str]:
    return [remark.message for remark in found]


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        (every(F1, F3), "'f.1' and 'f.3' exclude each other"),
        (every(F2, F3), "'f.2' and 'f.3' exclude each other"),
        (every(F1, NOT1), "'f.1' and 'absent: f.1' exclude each other"),
        (every(F2, NOT1), "'f.2' and 'absent: f.1' exclude each other"),
        (every(SMALL, BIG), "there is no stage of the child at which both 'stage: [small]' and 'stage: [big]'"),
        (every(F4, BIG), "there is no stage of the child at which both 'f.4' and 'stage: [big]'"),
        (every(FIRST, BIG), None),
        (every(SECOND, SMALL), "there is no stage of the child at which both 'range: second_year' and 'stage: [small]'"),
        (every(F1, some(F3, every(F2, NOT1))), "'f.3' and 'f.1' exclude each other"),
        (every(F1, least(2, F3, F2, NOT2)), None),
        (every(F1, F2, least(2, F3, SMALL, NOT2)), "'f.3' and 'f.1' exclude each other"),
        (every(F1, some(F3, NOT2)), None),
        (every(F2, NOT2, F1), "'f.2' and 'absent: f.2' exclude each other"),
        (every(NOT1, NOT2), None),
    ],
)
def test_what_never_holds_is_told_with_the_reason(condition: Condition, why: str | None) -> None:
    found = [m for m in messages(logic.unreachable(book_of(condition))) if m.startswith("rule ")]
    assert found == ([] if why is None else [f"rule 'r.0' can never hold: {why}"])


def test_a_result_that_no_rule_can_reach_makes_what_rests_on_it_unreachable() -> None:
    book = book_of(every(Is("c.1", HERE), F1), every(F2, NOT2))
    assert messages(logic.unreachable(book)) == [
        "rule 'r.1' can never hold: 'f.2' and 'absent: f.2' exclude each other",
        "rule 'r.0' can never hold: no rule can reach 'c.1'",
    ]


def test_a_rule_that_takes_itself_back_never_holds() -> None:
    book = book_of(every(Is("c.1", HERE), F1), F2, unless=("c.1",))
    assert messages(logic.unreachable(book)) == ["rule 'r.0' can never hold: it asks for 'c.1', and 'unless: c.1' takes it back"]
    assert messages(logic.unreachable(book_of(some(Is("c.1", HERE), F1), F2, unless=("c.1",)))) == []


def test_a_part_that_never_holds_is_told_though_the_rule_can() -> None:
    assert messages(logic.unreachable(book_of(every(F1, some(F3, F2))))) == [
        "in rule 'r.0' 'f.3' can never hold: 'f.3' and 'f.1' exclude each other"
    ]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (every(F1, F2), "'f.1' decides nothing: 'f.2' beside it says as much"),
        (some(F1, F2), "'f.2' decides nothing: 'f.1' beside it holds whenever it does"),
        (every(F4, InStage(("small", "big"), HERE)), "'stage: [small, big]' decides nothing: 'f.4' beside it says as much"),
        (every(F4, BIG), None),
        (
            InStage(("unborn", "small", "big"), HERE),
            "'stage: [unborn, small, big]' decides nothing: these are all stages of the child",
        ),
        (some(UNBORN, SMALL, BIG), "'any' of 3 decides nothing: all stages of the child are named in it"),
        (some(F1, NOT1), "'any' of 2 decides nothing: 'f.1' is present or 'f.1' is absent, whatever is so"),
        (some(F1, NOT2), "'any' of 2 decides nothing: 'f.1' is present or 'f.2' is absent, whatever is so"),
        (some(F2, NOT1), None),
        (every(F2, some(F1, F4)), "'any' of 2 decides nothing: 'f.2' beside it says as much"),
        (every(F2, least(2, F1, F4, SMALL)), None),
        (every(F2, F4, least(2, F1, F3, SMALL)), "'at_least' of 3 decides nothing: 'f.2' beside it says as much"),
        (every(F1, some(F2, NOT2)), "'any' of 2 decides nothing: 'f.2' is present or 'f.2' is absent, whatever is so"),
        (least(2, F1, F2, F3), None),
        (
            every(SMALL, InRange("first_year", HERE)),
            "'range: first_year' decides nothing: 'stage: [small]' beside it says as much",
        ),
        (
            every(InRange("first_year", HERE), SMALL),
            "'range: first_year' decides nothing: 'stage: [small]' beside it says as much",
        ),
        (InRange("of_age", HERE), None),
    ],
)
def test_what_decides_nothing_is_told_with_the_reason(condition: Condition, found: str | None) -> None:
    said = [m.removeprefix("in rule 'r.0' ") for m in messages(logic.always_true(book_of(condition)))]
    assert said == ([] if found is None else [found])


def test_a_range_that_holds_every_value_decides_nothing() -> None:
    book = book_of(InRange("late", HERE))
    whole = attrs.evolve(book.ranges["late"], start=0)
    assert messages(logic.always_true(book)) == []
    said = messages(logic.always_true(attrs.evolve(book, ranges={**book.ranges, "late": whole})))
    assert said == ["in rule 'r.0' 'range: late' decides nothing: every 'pregnancy_week' lies in it"]


def two(one: Rule, other: Rule) -> Rulebook:
    return rulebook(vocabulary(), [one, other])


@pytest.mark.parametrize(
    ("one", "other", "code"),
    [
        (every(F1, F3), every(F3, F1), "L614"),
        (some(F1), F1, "L614"),
        (least(1, F1, F3), least(1, F3, F1), "L614"),
        (F2, F1, "L615"),
        (every(F1, F3), F3, "L615"),
        (F3, some(F3, F4), "L615"),
        (least(2, F1, F3), least(1, F1, F3, F4), "L615"),
        (SMALL, InStage(("small", "big"), HERE), "L615"),
        (F1, F3, ""),
        (least(1, F1, F3), least(2, F1, F3, F4), ""),
    ],
)
def test_of_two_rules_that_are_told_apart_by_nothing_else_one_may_add_nothing(
    one: Condition, other: Condition, code: str
) -> None:
    book = two(rule("r.1", one, "c.1"), rule("r.2", other, "c.1"))
    found = [*logic.duplicate(book), *logic.subsumed_rules(book)]
    assert [remark.code for remark in found] == ([code] if code else [])
    assert {name for remark in found for name in remark.rules} == ({"r.1", "r.2"} if code else set())
    other_wording = two(rule("r.1", one, "c.1"), attrs.evolve(rule("r.2", other, "c.1"), wording=Wording.OPINION))
    assert [*logic.duplicate(other_wording), *logic.subsumed_rules(other_wording)] == []


def test_a_rule_with_an_unless_of_its_own_adds_nothing_to_one_without_and_not_the_other_way_round() -> None:
    blocker = rule("r.0", F4, "c.0")
    book = rulebook(vocabulary(), [blocker, rule("r.1", F1, "c.1", ("c.0",)), rule("r.2", F1, "c.1")])
    assert [remark.rules for remark in logic.subsumed_rules(book)] == [("r.1", "r.2")]
    assert list(logic.duplicate(book)) == []


# --- with a proof ----------------------------------------------------------------------------------------------------------


def test_a_proof_finds_what_form_does_not_show() -> None:
    hidden = [rule("r.1", F1, "c.1"), rule("r.2", NOT1, "c.2"), rule("r.3", every(Is("c.1", HERE), Is("c.2", HERE)), "c.3")]
    book = rulebook(vocabulary(), hidden)
    assert list(logic.unreachable(book)) == []
    found = [remark for remark in proved_remarks(book) if remark.code == "L612"]
    assert [remark.message for remark in found] == ["rule 'r.3' can never hold: no case makes it"]


def test_a_proof_finds_a_rule_that_nothing_rules_out() -> None:
    book = rulebook(vocabulary(), [rule("r.1", some(Is("c.1", HERE), NOT1), "c.2"), rule("r.0", F1, "c.1")])
    assert list(logic.always_true(book)) == []
    (found,) = (remark for remark in proved_remarks(book) if remark.code == "L613")
    assert found.message == "rule 'r.1' is never ruled out"
    assert found.witness is not None
    assert answer(found.witness.case, book, book.profiles["default"]).program.rules.keys() == {"r.0", "r.1"}


def test_a_proof_finds_rules_that_are_the_same_in_other_words() -> None:
    one, other = some(every(F1, F4), every(F3, F4)), every(F4, some(F1, F3))
    book = two(rule("r.1", one, "c.1"), rule("r.2", other, "c.1"))
    assert [*logic.duplicate(book)] == []
    (found,) = (remark for remark in proved_remarks(book) if remark.code == "L614")
    assert found.message == "rule 'r.1' holds in the same cases as 'r.2'"
    narrow = two(rule("r.1", every(F1, F4), "c.1"), rule("r.2", some(every(F4, F1, F1), F3), "c.1"))
    assert "L615" in {remark.code for remark in proved_remarks(narrow)}


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
    return rulebook(vocabulary(), [rule("r.1", SMALL, "s.1"), rule("r.2", BIG, "s.2")], suggestions=["s.1", "s.2"])


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
    written([*examples("L622", "Right"), *examples("L610", "Wrong")[:0], *examples("L620", "Wrong")], tmp_path)
    assert hechting(["check", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert "L620 the question of 'parent.available' is in nl that of 'parent.unresolved_trauma'" in told
    assert "a case that shows it:\n      schema: hechting-rules/case/1\n      present: [parent.available]\n" in told
    assert "L618 is off for rule 'parents.ask': whoever is pregnant is asked this once" in told
    assert "tiny 1.0.0: 1 findings, 1 switched off\n" in told
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
