"""Mutants: what is said of each is what running the really mutated rulebook shows, and a survivor's case is the missing test."""

import json
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from comparing import smaller
from hechting_rules import Rulebook, UsageError, load_rulebook
from hechting_rules.advice import Outcome
from hechting_rules.cli import run
from hechting_rules.condition import AllOf, AnyOf, AtLeast, InRange, InStage, Is, IsAbsent
from hechting_rules.errors import CaseError
from hechting_rules.reading.crosscheck import check
from hechting_rules.rulebook import default_rulebook
from hechting_rules.source import Problems
from hechting_rules.stated import Test as GuidanceTest
from hechting_rules.terms import About
from hechting_rules.testing.guidance import all_tests, run_test, run_tests
from hechting_rules.verify.drafts import drafts, to_yaml
from hechting_rules.verify.mcdc import Seen, halves, independence
from hechting_rules.verify.mutants import Fate, Judged, alive, by_file, judge
from hechting_rules.verify.mutations import Mutant, mutants_of
from hechting_rules.verify.survivors import to_mapping, to_text
from mutating import all_cases, books_with_tests, outcome, shows, without_ages
from strategies import HERE, finding, rule, rulebook

BASE = Path(__file__).parent / "diagnostics" / "base"
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
"""A failure here shows in the rule and the mutant that it names; to look for a smaller rulebook takes minutes."""
SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def really(book: Rulebook, mutant: Mutant) -> Rulebook | None:
    """The rulebook with a mutant in it, checked as a whole as when it is loaded; nothing where it is refused."""
    problems = Problems()
    checked = check(attrs.evolve(book, rules={**book.rules, mutant.rule.id: mutant.rule}), problems)
    return None if problems.found or doubled(mutant.rule.when) else checked


def doubled(condition: Any) -> bool:
    """Whether a list holds a condition twice, which the reader of files notes."""
    parts = getattr(condition, "parts", ())
    return any(part in parts[:place] or doubled(part) for place, part in enumerate(parts))


def fails(test: GuidanceTest, book: Rulebook) -> bool:
    return bool(run_test(book, test))


# --- every mutant ----------------------------------------------------------------------------------------------------------


def words(when: Any, *unless: str) -> list[str]:
    """What every mutant of a rule in a small rulebook says."""
    findings = [finding("f.1", About.CHILD), finding("f.2", About.CHILD), finding("f.3", About.CHILD)]
    more = [rule("r.u", Is("f.3", HERE), "c.u")]
    book = rulebook(findings, [rule("r.1", when, "c.1", unless), *more])
    return [mutant.words for mutant in mutants_of(book.rules["r.1"], book)]


F1, F2, NO3 = Is("f.1", HERE), Is("f.2", HERE), IsAbsent("f.3", HERE)
MUTANTS = {
    "one": (F1, ["absent f.1 instead of f.1"]),
    "absent": (NO3, ["f.3 instead of absent f.3"]),
    "all": (
        AllOf((F1, NO3), HERE),
        [
            "any instead of all of (f.1, absent f.3)",
            "without f.1",
            "without absent f.3",
            "absent f.1 instead of f.1",
            "f.3 instead of absent f.3",
        ],
    ),
    "at least": (
        AtLeast(2, (F1, F2, NO3), HERE),
        [
            "at least 1 instead of 2 of (f.1, f.2, absent f.3)",
            "at least 3 instead of 2 of (f.1, f.2, absent f.3)",
            "without f.1",
            "without f.2",
            "without absent f.3",
            "absent f.1 instead of f.1",
            "absent f.2 instead of f.2",
            "f.3 instead of absent f.3",
        ],
    ),
    "stage": (
        InStage(("unborn", "small"), HERE),
        [
            "without stage unborn",
            "stage big instead of unborn",
            "without stage small",
            "stage big instead of small",
        ],
    ),
    "range": (InRange("forties", HERE), ["range of_age instead of forties"]),
    "inside": (
        AnyOf((F1, AllOf((F2, NO3), HERE)), HERE),
        [
            "all instead of any of (f.1, all of (f.2, absent f.3))",
            "without f.1",
            "without all of (f.2, absent f.3)",
            "absent f.1 instead of f.1",
            "any instead of all of (f.2, absent f.3)",
            "without f.2",
            "without absent f.3",
            "absent f.2 instead of f.2",
            "f.3 instead of absent f.3",
        ],
    ),
}


@pytest.mark.parametrize("form", MUTANTS)
def test_each_form_of_a_condition_has_all_its_mutants(form: str) -> None:
    when, expected = MUTANTS[form]
    assert words(when) == expected


def test_an_unless_is_dropped_and_one_of_one_part_is_neither_dropped_nor_joined_otherwise() -> None:
    assert words(AllOf((F1,), HERE), "c.u") == ["absent f.1 instead of f.1", "without unless c.u"]


@settings(max_examples=15, deadline=None, suppress_health_check=SLOW)
@given(books_with_tests(fewest=0))
def test_a_mutant_is_another_rule_with_the_same_id_and_no_two_are_the_same(book: Rulebook) -> None:
    for one in book.rules.values():
        found = [(mutant.rule.when, mutant.rule.unless) for mutant in mutants_of(one, book)]
        assert (one.when, one.unless) not in found
        assert all(
            mutant.rule == attrs.evolve(one, when=when, unless=u)
            for mutant, (when, u) in zip(mutants_of(one, book), found, strict=True)
        )


# --- what becomes of them --------------------------------------------------------------------------------------------------


@settings(max_examples=12, deadline=None, suppress_health_check=SLOW)
@given(books_with_tests(), st.data())
def test_a_mutant_is_killed_if_and_only_if_a_guidance_test_fails_in_the_really_mutated_rulebook(
    book: Rulebook, data: st.DataObject
) -> None:
    chosen = data.draw(st.sets(st.sampled_from(sorted(book.rules)), min_size=1, max_size=2))
    judged = judge(book, chosen)
    assert [one.mutant for one in judged] == [m for r in book.rules.values() if r.id in chosen for m in mutants_of(r, book)]
    for one in judged:
        other = really(book, one.mutant)
        assert (one.fate is Fate.REFUSED) is (other is None)
        if other is not None:
            failing = [test for test in all_tests(other) if fails(test, other)]
            assert (one.fate is Fate.KILLED) is bool(failing), (one, failing)
            assert one.fate is not Fate.KILLED or one.by in {f"{test.span}: {test.name}" for test in failing}


@settings(max_examples=6, deadline=None, suppress_health_check=SLOW, phases=UNSHRUNK)
@given(books_with_tests(most=3, fewest=0))
def test_a_mutant_is_equivalent_if_and_only_if_no_case_at_all_tells_it_from_its_rule(book: Rulebook) -> None:
    assume(without_ages(book))
    every = all_cases(book)
    for one in judge(book):
        if one.fate in {Fate.REFUSED, Fate.KILLED}:
            continue
        other = really(book, one.mutant)
        assert other is not None
        planes = shows(book, other, every)
        assert one.fate is (Fate.SURVIVED if planes else Fate.EQUIVALENT), one
        if one.witness is not None:
            check_witness(one, book, other, robust_only=planes == {"robust"})


TELLS: tuple[Callable[[tuple[Outcome, bool]], bool], ...] = (
    lambda said: said[0] is Outcome.ESTABLISHED,
    lambda said: said[0] is Outcome.RULED_OUT,
    lambda said: said[1],
)
"""What can tell two rulebooks apart, most telling first."""


def check_witness(one: Judged, book: Rulebook, other: Rulebook, *, robust_only: bool) -> None:
    """The case of a survivor shows it, and with any one thing less does not."""
    shown = one.witness
    assert shown is not None
    kept, changed = (outcome(shown.case, shown.switch_on, shown.code, b) for b in (book, other))
    assert (kept[0], changed[0]) == (shown.kept, shown.changed)
    assert (kept[0] is changed[0]) is robust_only
    assert kept != changed
    tells = next(tell for tell in TELLS if tell(kept) is not tell(changed))
    for less in smaller(shown.case):
        try:
            pair = [outcome(less, shown.switch_on, shown.code, b) for b in (book, other)]
        except CaseError:
            continue
        assert tells(pair[0]) is tells(pair[1]), (one, less)


TOLD = rulebook(
    [finding("f.1"), finding("f.2"), finding("f.3", implies=("f.1",))],
    [
        rule("r.all", AllOf((Is("f.1", HERE), Is("f.2", HERE)), HERE), "c.1"),
        rule("r.same", AllOf((Is("f.3", HERE), Is("f.1", HERE)), HERE), "c.2"),
    ],
)


def test_what_implies_another_needs_it_no_more_and_that_is_proved() -> None:
    found = {one.mutant.words: one.fate for one in judge(TOLD, ["r.same"])}
    assert found["without f.1"] is Fate.EQUIVALENT
    assert found["without f.3"] is Fate.SURVIVED


def test_without_the_solver_nothing_is_proved_and_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    monkeypatch.delitem(sys.modules, "hechting_rules.verify.smt", raising=False)
    judged = judge(TOLD)
    assert {one.fate for one in judged} == {Fate.UNDECIDED}
    assert "hechting-rules[verify]" in to_text(judged)
    assert {half.seen for _, _, half in halves(independence(TOLD))} == {Seen.UNDECIDED}


def test_what_the_limit_does_not_suffice_for_is_left_open_and_counts_as_alive() -> None:
    judged = judge(TOLD, limit=1)
    assert len(alive(judged)) == sum(one.fate is Fate.UNDECIDED for one in judged) > 0


# --- the files ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    shutil.copytree(BASE, folder)
    return folder


@pytest.fixture
def hechting(capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


def test_the_drafts_load_pass_and_leave_no_mutant_alive_and_no_condition_unseen(tiny: Path, hechting: Any) -> None:
    path = tiny / "article" / "drafts.cases.yaml"
    assert hechting("mutate", tiny, "--write", path)[0] == 1
    book = load_rulebook(tiny)
    added = [test for test in book.tests if test.span.path.endswith("drafts.cases.yaml")]
    assert added
    assert all(test.name.startswith("to judge: ") for test in added)
    assert run_tests(book, all_tests(book)) == ()
    assert alive(judge(book)) == ()
    assert {half.seen for _, _, half in halves(independence(book))} <= {Seen.SHOWN, Seen.INFEASIBLE}
    again = tiny.parent / "again.cases.yaml"
    assert hechting("mutate", tiny, "--write", again)[::2] == (0, "no guidance test is missing\n")
    assert not again.exists()


@settings(max_examples=4, deadline=None, suppress_health_check=SLOW, phases=UNSHRUNK)
@given(books_with_tests(fewest=0))
def test_each_draft_is_what_its_survivor_lacks(book: Rulebook) -> None:
    judged = judge(book)
    for one in alive(judged):
        for draft in drafts([one]):
            other = really(book, one.mutant)
            assert other is not None
            for code, kept in draft.outcomes.items():
                assert outcome(draft.given, draft.switch_on, code, book)[0] is kept
                assert outcome(draft.given, draft.switch_on, code, other)[0] is not kept
    cases = {(draft.given, draft.switch_on) for draft in drafts(judged)}
    assert len(cases) == to_yaml(drafts(judged)).count("- name: ")


def test_the_command_prints_a_table_by_file_and_each_survivor_with_its_missing_test(tiny: Path, hechting: Any) -> None:
    code, out, err = hechting("mutate", tiny, "--rule", "parents.ask_when_available")
    assert (code, err) == (1, "")
    lines = out.splitlines()
    counts = Counter(one.fate for one in judge(load_rulebook(tiny), ["parents.ask_when_available"]))
    assert lines[1].split() == ["rules/article/suggestions.yaml", *(str(counts[fate]) for fate in Fate), str(counts.total())]
    assert lines[2].split()[1:] == lines[1].split()[1:]
    assert sum("no guidance test fails" in line for line in lines) == counts[Fate.SURVIVED] > 0
    assert sum("- name: " in line for line in lines) == counts[Fate.SURVIVED]


def test_the_command_writes_plain_data_with_every_mutant(tiny: Path, hechting: Any) -> None:
    code, out, _ = hechting("mutate", tiny, "--format", "json")
    judged = judge(load_rulebook(tiny))
    assert code == 1
    assert json.loads(out) == json.loads(json.dumps(to_mapping(judged)))
    data = json.loads(out)
    assert [(m["rule"], m["mutant"], m["fate"]) for m in data["mutants"]] == [
        (one.mutant.rule.id, one.mutant.words, one.fate.name.lower()) for one in judged
    ]
    assert data["survivors"] == sum("witness" in mutant for mutant in data["mutants"]) == len(alive(judged))
    assert sum(sum(counts.values()) for counts in data["files"].values()) == len(judged)


WRONG = {
    "rule": (["--rule", "parents.aks"], "there is no rule 'parents.aks'; did you mean 'parents.ask'"),
    "name": (["--write", "missing.yaml"], "'missing.yaml' is no file of guidance tests; name it NAME.cases.yaml"),
    "folder": (["--write", "nowhere/a.cases.yaml"], "'nowhere/a.cases.yaml' cannot be written: No such file or directory"),
    "taken": (["--write", "taken.cases.yaml"], "'taken.cases.yaml' is there already; drafts are written to a new file"),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_use_ends_with_one_message(
    what: str, tiny: Path, hechting: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken.cases.yaml").write_text("[]", encoding="utf-8")
    options, message = WRONG[what]
    code, _, err = hechting("mutate", tiny, *options)
    assert code == 2
    assert err.startswith(message)
    assert (tmp_path / "taken.cases.yaml").read_text(encoding="utf-8") == "[]"


@pytest.mark.parametrize("expects", ["ruled_out: [risk.parent]", "ask: [parent.unresolved_trauma]"])
def test_a_guidance_test_that_fails_already_is_told_first(expects: str, tiny: Path, hechting: Any) -> None:
    text = f"- name: Wrong.\n  given: {{child: baby, present: [parent.unresolved_trauma]}}\n  {expects}\n"
    (tiny / "article" / "wrong.cases.yaml").write_text(text, encoding="utf-8")
    code, out, err = hechting("mutate", tiny)
    assert (code, out) == (2, "")
    assert "rules/article/wrong.cases.yaml:3" in err
    assert "hechting test" in err
    with pytest.raises(UsageError):
        judge(load_rulebook(tiny))


# --- the rulebook of this library -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real() -> tuple[Judged, ...]:
    return judge(default_rulebook())


def test_every_mutant_of_the_rulebook_is_killed_or_proved_equivalent(real: tuple[Judged, ...]) -> None:
    assert alive(real) == ()
    assert {one.mutant.rule.id for one in real} == set(default_rulebook().rules)
    assert sum(sum(counts.values()) for counts in by_file(real).values()) == len(real)


def test_a_sample_of_the_rulebook_is_judged_as_the_slow_way_judges_it(real: tuple[Judged, ...]) -> None:
    book = default_rulebook()
    equivalent = [one for one in real if one.fate is Fate.EQUIVALENT][::26]
    for one in [*equivalent, *real[::200]]:
        other = really(book, one.mutant)
        assert (one.fate is Fate.REFUSED) is (other is None)
        if other is not None:
            assert (one.fate is Fate.KILLED) is any(fails(test, other) for test in all_tests(other)), one


def test_without_guidance_tests_every_mutant_that_differs_lives() -> None:
    book = default_rulebook()
    silent = attrs.evolve(book, tests=(), rules={r.id: attrs.evolve(r, exemplars=()) for r in book.rules.values()})
    assert {one.fate for one in judge(silent, ["weighing.parents_compensate"])} == {Fate.SURVIVED, Fate.REFUSED}
