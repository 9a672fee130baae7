"""Guidance tests: each thing that a test can expect is shown to come true, and to fail with what was expected and what came."""

from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hechting_rules import Case, Rulebook, load_rulebook
from hechting_rules.advice import Outcome
from hechting_rules.answered import answer
from hechting_rules.condition import Is
from hechting_rules.profiles import find_profile
from hechting_rules.source import Span
from hechting_rules.stated import Expected
from hechting_rules.stated import Test as GuidanceTest
from hechting_rules.testing.guidance import Failure, all_tests, run_test, run_tests, told
from lawful import lawful_folder
from strategies import finding, rule, rulebook

BASE = Path(__file__).parent / "diagnostics" / "base"
PLACE = "rules/article/extra.cases.yaml"


@pytest.fixture(scope="module")
def tiny() -> Rulebook:
    return load_rulebook(BASE)


def loaded(folder: Path, text: str) -> Rulebook:
    """The tiny rulebook with one more file of guidance tests."""
    for path in BASE.rglob("*.yaml"):
        copy = folder / path.relative_to(BASE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    (folder / "article" / "extra.cases.yaml").write_text(text, encoding="utf-8")
    return load_rulebook(folder)


def failures(folder: Path, text: str) -> list[str]:
    """What fails of the guidance tests in a text."""
    book = loaded(folder, text)
    return [str(failure) for failure in run_tests(book, [test for test in book.tests if test.span.path == PLACE])]


GIVEN = "- name: A test.\n  given: {child: baby, present: [baby.avoids_eye_contact], absent: [parent.unresolved_trauma]}\n"
PAIRS = {
    "established": (
        "  established: [discuss.contact]\n",
        "  established: [discuss.contact, protection.parent]\n",
        (3, 34, "protection.parent established", "possible"),
    ),
    "possible": (
        "  possible: [protection.parent]\n",
        "  possible: [risk.parent]\n",
        (3, 14, "risk.parent possible", "ruled out"),
    ),
    "ruled_out": ("  ruled_out: [risk.parent]\n", "  ruled_out: [ask.parents]\n", (3, 15, "ask.parents ruled out", "possible")),
    "not": (
        "  not: [risk.parent, ask.parents]\n",
        "  not: [discuss.contact]\n",
        (3, 9, "discuss.contact not established", "established"),
    ),
    "ask": (
        "  ask: [parent.available, child.premature_birth]\n",
        "  ask: [parent.unresolved_trauma]\n",
        (3, 9, "the question parent.unresolved_trauma", "child.premature_birth, child.very_premature_birth, parent.available"),
    ),
    "screen_first": (
        "  screen_first: {discuss.contact: [RF-09, RF-08]}\n",
        "  screen_first: {ask.parents: [RF-08]}\n",
        (3, 18, "ask.parents after the screens RF-08", "no screen"),
    ),
    "exactly": (
        "  established: [discuss.contact]\n  exactly: true\n",
        "  not: [risk.parent]\n  exactly: true\n",
        (1, 3, "no other result established", "discuss.contact established"),
    ),
    "withheld": (
        "  withheld: []\n  not: [risk.parent]\n",
        "  withheld: [discuss.contact]\n",
        (3, 14, "discuss.contact withheld", "not withheld"),
    ),
}


@pytest.mark.parametrize("what", PAIRS)
def test_an_expectation_that_comes_true_fails_nothing(what: str, tmp_path: Path) -> None:
    assert failures(tmp_path, GIVEN + PAIRS[what][0]) == []


@pytest.mark.parametrize("what", PAIRS)
def test_an_expectation_that_does_not_come_true_says_where_what_and_what_came(what: str, tmp_path: Path) -> None:
    line, column, expected, got = PAIRS[what][2]
    message = f"{PLACE}:{line}:{column}: A test.\n    expected: {expected}\n    got:      {got}"
    assert failures(tmp_path, GIVEN + PAIRS[what][1]) == [message]


HELD_BACK = """- name: A danger comes first.
  given: {child: baby, present: [safety.in_danger, child.premature_birth]}
  established: [attention.child_risk]
  withheld: [attention.child_risk]
- name: What was acted upon withholds nothing.
  given: {child: baby, present: [safety.in_danger, safety.addressed, child.premature_birth]}
  withheld: [attention.child_risk]
"""


def test_what_a_raised_flag_withholds_is_withheld_until_it_is_acted_upon(tmp_path: Path) -> None:
    folder = lawful_folder(tmp_path / "book")
    (folder / "article" / "extra.cases.yaml").write_text(HELD_BACK, encoding="utf-8")
    book = load_rulebook(folder)
    held, free = (test for test in book.tests if test.span.path == PLACE)
    assert run_test(book, held) == ()
    (failure,) = run_test(book, free)
    assert (failure.expected, failure.got) == ("attention.child_risk withheld", "not withheld")


def test_screens_that_are_not_all_there_fail_with_those_that_are(tmp_path: Path) -> None:
    early = "- name: A test.\n  given: {child: baby, present: [child.premature_birth]}\n"
    (found,) = failures(tmp_path, early + "  screen_first: {ask.parents: [RF-08, RF-09]}\n")
    assert found.splitlines()[1:] == [
        "    expected: ask.parents after the screens RF-08, RF-09",
        "    got:      RF-09",
    ]


def test_a_rule_that_is_off_by_default_runs_only_where_a_test_switches_it_on(tmp_path: Path) -> None:
    text = "- name: A test.\n  given: {present: [parent.available]}\n{on}  established: [ask.parents]\n"
    assert failures(tmp_path, text.replace("{on}", "  switch_on: [parents.ask_when_available]\n")) == []
    (found,) = failures(tmp_path, text.replace("{on}", ""))
    assert "expected: ask.parents established" in found


def test_a_rule_that_a_test_switches_on_is_silent_again_in_the_next(tmp_path: Path) -> None:
    on = "- name: On.\n  given: {present: [parent.available]}\n  switch_on: [parents.ask_when_available]\n"
    on += "  established: [ask.parents]\n"
    off = "- name: Off.\n  given: {present: [parent.available]}\n  not: [ask.parents]\n"
    assert failures(tmp_path, on + off + on + off) == []


def test_the_exemplars_of_a_rule_that_is_off_by_default_run_with_it_on(tiny: Rulebook) -> None:
    tests = list(all_tests(tiny))
    assert {test.name: test.switch_on for test in tests if test.switch_on} == {
        "parents.ask_when_available": ("parents.ask_when_available",)
    }
    assert run_tests(tiny, tests) == ()
    assert run_tests(tiny, [attrs.evolve(test, switch_on=()) for test in tests]) != ()


VARIANTS = """- name: The contact.
  given: {child: baby, present: [baby.avoids_eye_contact], unknown: [parent.available]}
  not: [risk.parent]
  variants:
    - name: nothing more
      established: [discuss.contact]
    - name: someone is there
      given: {present: [parent.available]}
      ruled_out: [discuss.contact]
    - name: an older child
      given: {child: toddler}
      ruled_out: [discuss.contact]
    - name: a burden
      given: {adult: {age_years: 31}, present: [parent.unresolved_trauma]}
      established: [ask.parents]
"""


def test_each_variant_is_a_test_of_the_shared_case_with_what_it_adds(tmp_path: Path) -> None:
    book = loaded(tmp_path, VARIANTS)
    tests = {test.name: test for test in book.tests if test.span.path == PLACE}
    assert list(tests) == [
        f"The contact. · {name}" for name in ("nothing more", "someone is there", "an older child", "a burden")
    ]
    assert {(s.code, s.status.value) for s in tests["The contact. · someone is there"].given.findings} == {
        ("baby.avoids_eye_contact", "present"),
        ("parent.available", "present"),
    }
    assert [test.given.child_stage for test in tests.values()] == ["baby", "baby", "toddler", "baby"]
    assert tests["The contact. · a burden"].given.quantities == (("adult_age_years", 31.0),)
    assert [test.span.line for test in tests.values()] == [5, 7, 10, 13]


def test_what_all_variants_expect_is_expected_of_each(tmp_path: Path) -> None:
    found = failures(tmp_path, VARIANTS)
    assert found == [
        f"{PLACE}:3:9: The contact. · a burden\n    expected: risk.parent not established\n    got:      established"
    ]


def test_a_variant_that_fails_fails_alone(tmp_path: Path) -> None:
    text = VARIANTS.replace("  not: [risk.parent]\n", "").replace(
        "ruled_out: [discuss.contact]", "established: [discuss.contact]", 1
    )
    (found,) = failures(tmp_path, text)
    assert found.startswith(f"{PLACE}:8:21: The contact. · someone is there\n    expected: discuss.contact established\n")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ("{child: {age_months: 900}}", "C305"),
        ("{child: {stage: baby, age_months: 30}}", "C308"),
        ("{present: [parent.available], absent: [parent.available]}", "C302"),
        ("{present: [parent.unresolved_trauma, parent.never_had_trauma]}", "C311"),
    ],
)
def test_a_case_that_cannot_be_used_is_a_failure_that_says_why(tmp_path: Path, wrong: str, code: str) -> None:
    found = failures(tmp_path, f"- name: A test.\n  given: {wrong}\n  not: [risk.parent]\n")
    assert found
    assert all(one.startswith(f"{PLACE}:2:") for one in found)
    assert all("expected: a case that can be used" in one for one in found)
    assert any(f"got:      {code} " in one for one in found)


RESULTS = ("risk.parent", "protection.parent", "discuss.contact", "ask.parents")
FINDINGS = ("baby.avoids_eye_contact", "child.premature_birth", "parent.unresolved_trauma", "parent.available")
HERE = Span("here")

WORDS = {Outcome.ESTABLISHED: "established", Outcome.POSSIBLE: "possible", Outcome.RULED_OUT: "ruled out"}


def expecting(outcome: Outcome, result: str) -> Expected:
    named = ((result, HERE),)
    match outcome:
        case Outcome.ESTABLISHED:
            return Expected(established=named)
        case Outcome.POSSIBLE:
            return Expected(possible=named)
        case Outcome.RULED_OUT:
            return Expected(ruled_out=named)


@settings(max_examples=150)
@given(
    answers=st.dictionaries(st.sampled_from(FINDINGS), st.sampled_from(["present", "absent", "unknown"])),
    result=st.sampled_from(RESULTS),
    expected=st.sampled_from(Outcome),
)
def test_a_test_fails_exactly_when_another_outcome_came(
    tiny: Rulebook, answers: dict[str, str], result: str, expected: Outcome
) -> None:
    said = {status: [code for code, found in answers.items() if found == status] for status in ("present", "absent", "unknown")}
    case = Case.of(child="baby", present=said["present"], absent=said["absent"], unknown=said["unknown"])
    answered = answer(case, tiny, find_profile(tiny, None))
    came = answered.outcome(answered.program.results[result])
    test = GuidanceTest("A test.", case, expecting(expected, result), HERE)
    wanted = () if came is expected else (Failure("A test.", HERE, f"{result} {WORDS[expected]}", WORDS[came]),)
    assert run_test(tiny, test) == wanted
    opposite = GuidanceTest("A test.", case, Expected(not_established=((result, HERE),)), HERE)
    assert bool(run_test(tiny, opposite)) is (came is Outcome.ESTABLISHED)


@settings(max_examples=60)
@given(st.sets(st.sampled_from(RESULTS)), st.sets(st.sampled_from(FINDINGS)))
def test_exactly_fails_for_every_established_result_that_is_not_named(tiny: Rulebook, named: set[str], present: set[str]) -> None:
    case = Case.of(child="baby", present=sorted(present))
    answered = answer(case, tiny, find_profile(tiny, None))
    came = {code for code in RESULTS if answered.outcome(answered.program.results[code]) is Outcome.ESTABLISHED}
    expected = Expected(established=tuple((code, HERE) for code in sorted(named & came)), exactly=True)
    found = run_test(tiny, GuidanceTest("A test.", case, expected, HERE))
    assert sorted(failure.got for failure in found) == sorted(f"{code} established" for code in came - named)


def test_the_tests_of_a_rulebook_are_all_its_exemplars_and_then_all_its_cases(tiny: Rulebook, book: Rulebook) -> None:
    for chosen in (tiny, book):
        exemplars = sum(len(rule.exemplars) for rule in chosen.rules.values())
        tests = list(all_tests(chosen))
        assert len(tests) == exemplars + len(chosen.tests)
        assert [test.name for test in tests[:exemplars]] == [r.id for r in chosen.rules.values() for _ in r.exemplars]
        assert tests[exemplars:] == list(chosen.tests)


# a failure told


def three_ways() -> Rulebook:
    """A result that each of three findings gives, by a rule of its own."""
    codes = ("f.1", "f.2", "f.3")
    return rulebook([finding(code) for code in codes], [rule(f"r.{code[2:]}", Is(code, HERE), "c.1") for code in codes])


def told_of(book: Rulebook, test: GuidanceTest) -> list[str]:
    return told(book, test, run_test(book, test)).splitlines()


def test_of_a_result_that_came_two_ways_in_which_it_came_are_told() -> None:
    case = Case.of(present=["f.1", "f.2", "f.3"])
    lines = told_of(three_ways(), GuidanceTest("A test.", case, expecting(Outcome.RULED_OUT, "c.1"), HERE))
    assert lines[:2] == ["here:1: A test.", "  the case: present: f.1, f.2, f.3"]
    assert [line.strip() for line in lines if "why" in line] == ["why:      by r.1, r.2, r.3"]
    assert len([line for line in lines if line.strip().startswith("from ")]) == 2


def test_of_a_result_that_did_not_come_two_ways_in_which_it_could_are_told() -> None:
    lines = told_of(three_ways(), GuidanceTest("A test.", Case(), expecting(Outcome.ESTABLISHED, "c.1"), HERE))
    assert lines[1] == "  the case: nothing is said"
    assert [line.strip() for line in lines if line.endswith(" is short of")] == ["why not:  r.1 is short of", "r.2 is short of"]


def test_a_failure_tells_the_rules_that_its_test_switched_on(tiny: Rulebook) -> None:
    switched = ("parents.ask_when_available",)
    test = GuidanceTest(
        "A test.", Case.of(present=["parent.available"]), expecting(Outcome.RULED_OUT, "ask.parents"), HERE, switched
    )
    assert told_of(tiny, test)[2] == "  switched on: parents.ask_when_available"
    assert not any("switched on" in line for line in told_of(tiny, attrs.evolve(test, switch_on=())))
