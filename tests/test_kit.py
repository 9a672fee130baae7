"""The kit for those who embed and extend: strategies draw what can be, properties catch what is planted, drafts come back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from hechting_rules import Case, CaseError, Rulebook, UsageError, advise, load_rulebook
from hechting_rules.advice import Advice, Outcome
from hechting_rules.answered import Answered, answer
from hechting_rules.condition import Is
from hechting_rules.engine.circuit import ONES, ZERO
from hechting_rules.model import Rule
from hechting_rules.profiles import find_profile
from hechting_rules.reading.fields import as_fields
from hechting_rules.reading.given import read_tests
from hechting_rules.reading.yamlnode import Sequence, parse
from hechting_rules.source import Problems
from hechting_rules.stated import Test as GuidanceTest
from hechting_rules.terms import Level, Origin, Person, Status, Text
from hechting_rules.testing import properties
from hechting_rules.testing.case_files import as_case_yaml, keep
from hechting_rules.testing.guidance import run_test, run_tests
from hechting_rules.testing.properties import (
    PROPERTIES,
    Property,
    check_property,
    check_rulebook,
    extension_changes_nothing,
    kernel_reads_as_naively,
    kinds_are_not_mixed,
    planes_are_consistent,
    safety_withholds,
    texts_have_hedges,
)
from hechting_rules.testing.properties import tests_hold as guidance_holds
from hechting_rules.testing.small import HERE, finding, rule, rulebook
from hechting_rules.testing.strategies import cases, complete_cases, rulebooks
from lawful import lawful

HERE_BELOW = Path(__file__).parent
BASE, OVER = HERE_BELOW / "diagnostics" / "base", HERE_BELOW / "diagnostics" / "extension"
MINE = load_rulebook([BASE, OVER])
CHILD_STAGES = ["", "baby", "toddler", "none"]


def default_answer(book: Rulebook, case: Case) -> Answered:
    return answer(case, book, find_profile(book, None))


# strategies


@settings(max_examples=50)
@given(st.data())
def test_every_case_that_is_drawn_can_be_used(data: st.DataObject) -> None:
    book = data.draw(rulebooks(safety=True))
    advise(data.draw(cases(book)), book)


@settings(max_examples=40)
@given(case=cases(stages=["baby", "toddler", "none"], unknowns=False, most=5))
def test_cases_keep_to_the_stages_and_the_number_that_are_asked_for_and_state_no_unknown(case: Case) -> None:
    assert case.child_stage in CHILD_STAGES
    assert case.adult_stage in {"", "none"}
    ages = [value for name, value in case.quantities if name == "child_age_months"]
    assert all(1 <= age < 48 for age in ages)
    assert len(case.findings) <= 5
    assert all(stated.status is not Status.UNKNOWN for stated in case.findings)


def drawn(strategy: st.SearchStrategy[Case], wanted: Callable[[Case], bool]) -> bool:
    """Whether a strategy draws a case of some sort."""
    try:
        find(strategy, wanted, settings=settings(max_examples=200, database=None, derandomize=True, phases=[Phase.generate]))
    except NoSuchExample:
        return False
    return True


SORTS: dict[str, Callable[[Case], bool]] = {
    "nothing said": lambda case: case == Case(id=case.id),
    "a stage by name": lambda case: case.child_stage == "baby",
    "a stage by age alone": lambda case: not case.child_stage and "child_age_months" in dict(case.quantities),
    "no adult": lambda case: case.adult_stage == "none",
    "a week of pregnancy": lambda case: "pregnancy_week" in dict(case.quantities),
    "asked and not known": lambda case: any(stated.status is Status.UNKNOWN for stated in case.findings),
    "absent": lambda case: any(stated.status is Status.ABSENT for stated in case.findings),
    "present": lambda case: any(stated.status is Status.PRESENT for stated in case.findings),
}


@pytest.mark.parametrize("sort", sorted(SORTS))
def test_among_the_cases_is(sort: str) -> None:
    assert drawn(cases(), SORTS[sort])


def test_stages_that_are_known_are_told_for_both_persons() -> None:
    def untold(case: Case) -> bool:
        ages = dict(case.quantities)
        return any(
            not stage and age not in ages
            for stage, age in ((case.child_stage, "child_age_months"), (case.adult_stage, "adult_age_years"))
        )

    assert not drawn(cases(stages_known=True), untold)
    assert drawn(cases(), untold)


def test_a_stage_that_is_none_is_wrong_use() -> None:
    with pytest.raises(UsageError, match=r"'babby' is no stage; allowed: prenatal, .*; did you mean 'baby'\?"):
        cases(load_rulebook(), stages=["babby"])


@settings(max_examples=40)
@given(st.data())
def test_of_a_complete_case_nothing_is_possible(data: st.DataObject) -> None:
    book = data.draw(rulebooks(safety=True))
    answered = default_answer(book, data.draw(complete_cases(book)))
    assert Outcome.POSSIBLE not in {answered.outcome(plane) for plane in answered.program.results.values()}


@settings(max_examples=40)
@given(rulebooks(safety=True))
def test_a_random_rulebook_with_safety_has_a_flag_that_is_raised_and_addressed(book: Rulebook) -> None:
    assert {s.flag for s in book.suggestions.values() if s.flag} == set(book.flags)
    assert {rule.origin for rule in book.rules.values()} == {Origin.TODAY, Origin.SAFETY}
    assert all(s.addressed_by in book.findings for s in book.suggestions.values() if s.level is Level.ACT_NOW)
    assert {s.of for s in book.stages.values()} == set(Person)


# properties hold


ANY_BOOK = [p for p in PROPERTIES if p is not kinds_are_not_mixed]


@settings(max_examples=60)
@given(st.data(), st.sampled_from(ANY_BOOK))
def test_the_properties_hold_of_random_rulebooks(data: st.DataObject, held: Property) -> None:
    book = data.draw(rulebooks(safety=True))
    held(book, data.draw(cases(book)))


# properties catch what is planted


def a_rulebook() -> Rulebook:
    """A rulebook of one rule."""
    return rulebook([finding("f.a"), finding("f.b")], [rule("r.one", Is("f.a", HERE), "s.one")], suggestions=["s.one"])


@pytest.fixture
def broken_kernel(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, bool], None]:
    """Let one plane of every result say something else than the rules do."""

    def plant(name: str, value: bool) -> None:
        def wrong(book: Rulebook, case: Case) -> Answered:
            answered = default_answer(book, case)
            said: dict[str, int] = {name: ONES if value else ZERO}
            results = {code: attrs.evolve(plane, **said) for code, plane in answered.program.results.items()}
            return attrs.evolve(answered, program=attrs.evolve(answered.program, results=results))

        monkeypatch.setattr(properties, "_answered", wrong)

    return plant


@pytest.mark.parametrize(
    ("held", "plane", "value", "says"),
    [
        (planes_are_consistent, "out", True, "is out, and established or robust"),
        (kernel_reads_as_naively, "established", True, "established differs for s.one"),
        (kernel_reads_as_naively, "robust", True, "is robust, and can fail"),
        (kernel_reads_as_naively, "out", True, "is out, and can hold"),
    ],
)
def test_a_kernel_that_reads_otherwise_is_caught(
    held: Property, plane: str, value: bool, says: str, broken_kernel: Callable[[str, bool], None]
) -> None:
    book = a_rulebook()
    check_property(book, held, examples=200)
    broken_kernel(plane, value)
    with pytest.raises(AssertionError, match=says):
        check_property(book, held, examples=200)


def test_information_that_takes_away_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(book: Rulebook, case: Case) -> Answered:
        said = tuple(stated for stated in case.findings if stated.code != "f.b")
        forgets = any(stated.code == "f.b" for stated in case.findings)
        return default_answer(book, attrs.evolve(case, findings=() if forgets else said))

    book = a_rulebook()
    check_property(book, properties.information_takes_nothing_away, examples=60)
    monkeypatch.setattr(properties, "_answered", forgetful)
    with pytest.raises(AssertionError, match=r"'s\.one' is .* until f\.b is told"):
        check_property(book, properties.information_takes_nothing_away, examples=60)


@pytest.mark.parametrize(
    ("part", "says"),
    [("withheld_by", r"is withheld by \[\], not by \['RF-01'\]"), ("text", "is withheld and tells its text")],
)
def test_safety_that_withholds_nothing_or_tells_the_text_all_the_same_is_caught(
    part: str, says: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def open_handed(case: Case, book: Rulebook) -> Advice:
        advice = advise(case, book)
        shown: dict[str, Any] = {"withheld_by": (), "text": Text("Toch.", "All the same.")}
        told = tuple(attrs.evolve(s, **{part: shown[part]}) if s.withheld_by else s for s in advice.suggestions)
        return attrs.evolve(advice, suggestions=told)

    book = lawful(tmp_path / "lawful")
    check_property(book, safety_withholds, examples=200)
    monkeypatch.setattr(properties, "advise", open_handed)
    with pytest.raises(AssertionError, match=says):
        check_property(book, safety_withholds, examples=200)


def test_a_text_that_does_not_say_where_it_is_from_is_caught() -> None:
    with pytest.raises(AssertionError, match=r"the text of 's\.one' does not say where it is from in nl"):
        check_property(a_rulebook(), kinds_are_not_mixed, examples=200)


def test_a_rule_of_one_origin_that_raises_a_suggestion_of_another_is_caught() -> None:
    case = Case.of(present=["parent.unresolved_trauma"])
    kinds_are_not_mixed(MINE, case)
    other = attrs.evolve(MINE.rules["parents.ask"], origin=Origin.TODAY)
    with pytest.raises(AssertionError, match=r"rule 'parents\.ask' of today raises 'ask\.parents'"):
        kinds_are_not_mixed(attrs.evolve(MINE, rules={**MINE.rules, other.id: other}), case)


def test_a_text_without_a_hedge_is_caught() -> None:
    book = load_rulebook()
    texts_have_hedges(book)
    code = "refer.child_psychotherapy"
    plain = attrs.evolve(book.suggestions[code], summary=Text("Verwijs.", "Refer."), text=Text("Verwijs.", "Refer."))
    with pytest.raises(AssertionError, match=r"'refer\.child_psychotherapy' has no hedge in nl"):
        texts_have_hedges(attrs.evolve(book, suggestions={**book.suggestions, code: plain}))


def test_a_guidance_test_that_fails_is_told_with_the_reason() -> None:
    book = MINE
    (first, *rest) = book.tests
    wrong = attrs.evolve(first, expected=attrs.evolve(first.expected, ruled_out=first.expected.established, established=()))
    with pytest.raises(
        AssertionError, match=r"expected: risk\.parent ruled out\n +got: +established\n +why: +by parents\.trauma"
    ):
        guidance_holds(attrs.evolve(book, tests=(wrong, *rest)))


def test_an_extension_that_changes_the_base_is_caught() -> None:
    base = load_rulebook(BASE)

    def check(extended: Rulebook) -> None:
        check_property(base, lambda _, case: extension_changes_nothing(base, extended, case), examples=60)

    check(MINE)
    other: Rule = attrs.evolve(MINE.rules["parents.trauma"], when=Is("parent.available", HERE))
    with pytest.raises(AssertionError, match=r"'.*' stands otherwise in the extended rulebook"):
        check(attrs.evolve(MINE, rules={**MINE.rules, other.id: other}))


# the smallest case, to be kept


def never_ask(book: Rulebook, case: Case) -> None:
    """A property that is not so."""
    answered = default_answer(book, case)
    assert answered.outcome(answered.program.results["ask.parents"]) is not Outcome.ESTABLISHED, "the parents are asked"


def test_a_property_that_fails_gives_its_smallest_case_as_a_guidance_test(tmp_path: Path) -> None:
    path = tmp_path / "kept.cases.yaml"
    with pytest.raises(AssertionError) as caught:
        check_property(MINE, never_ask, examples=200, draft=path)
    message = str(caught.value)
    assert message.startswith("the parents are asked\n")
    assert f"\n\nas a guidance test to judge, kept in {path}:\n\n" in message
    kept = path.read_text(encoding="utf-8")
    assert message.endswith(kept)
    (test,) = read_back(kept)
    assert test.name == "to judge: never ask does not hold here"
    assert run_test(MINE, test) == ()
    assert "ask.parents" in {code for code, _ in test.expected.established}
    assert len(test.given.findings) == 1
    with pytest.raises(AssertionError, match=r"is there already\)"):
        check_property(MINE, never_ask, examples=200, draft=path)
    assert path.read_text(encoding="utf-8") == kept


def test_check_rulebook_looks_at_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[object] = []
    monkeypatch.setattr(properties, "tests_hold", lambda book: looked.append(("tests_hold", book)))
    monkeypatch.setattr(properties, "texts_have_hedges", lambda book: looked.append(("texts_have_hedges", book)))
    monkeypatch.setattr(properties, "check_property", lambda book, held, **more: looked.append((held, book, more)))
    check_rulebook(MINE, examples=7, draft="kept.cases.yaml")
    more = {"examples": 7, "draft": "kept.cases.yaml"}
    assert looked == [("tests_hold", MINE), ("texts_have_hedges", MINE), *((held, MINE, more) for held in PROPERTIES)]


def test_check_rulebook_fails_where_one_property_does_not_hold() -> None:
    with pytest.raises(AssertionError, match="does not say where it is from"):
        check_rulebook(a_rulebook(), examples=100)


def read_back(text: str) -> list[GuidanceTest]:
    problems = Problems()
    node = parse(text, "drafts", problems)
    assert isinstance(node, Sequence)
    read = [as_fields(item, "a test", problems) for item in node.items]
    tests = [test for fields in read if fields is not None for test in read_tests(fields)]
    assert not problems.found
    return tests


@settings(max_examples=80)
@given(case=cases(MINE))
def test_any_case_as_a_draft_holds_when_it_is_read_back(case: Case) -> None:
    (test,) = read_back(as_case_yaml(case, MINE))
    assert run_tests(MINE, [test]) == ()
    assert attrs.evolve(test.given, places={}).findings == case.findings
    assert test.given.quantities == case.quantities


def test_a_draft_is_about_what_is_asked() -> None:
    text = as_case_yaml(Case.of(child="baby"), MINE, ["mine.ask_about_nights"], name="Is it?", switch_on=["parents.available"])
    assert text.splitlines() == [
        '- name: "Is it?"',
        "  given: {child: {stage: baby}}",
        "  switch_on: [parents.available]",
        "  possible: [mine.ask_about_nights]",
    ]
    with pytest.raises(UsageError, match=r"'mine\.ask' is no conclusion or suggestion"):
        as_case_yaml(Case(), MINE, ["mine.ask"])
    with pytest.raises(UsageError, match=r"there is no rule 'parents\.availble'; did you mean 'parents\.available'"):
        as_case_yaml(Case(), MINE, switch_on=["parents.availble"])
    with pytest.raises(CaseError):
        as_case_yaml(Case.of(child="grown"), MINE)


def test_a_draft_that_is_about_nothing_told_is_about_what_is_established_or_else_about_every_suggestion() -> None:
    (test,) = read_back(as_case_yaml(Case.of(present=["parent.unresolved_trauma"]), MINE))
    assert {code for code, _ in test.expected.established} == {"risk.parent", "ask.parents"}
    assert (test.expected.possible, test.expected.ruled_out) == ((), ())
    (test,) = read_back(as_case_yaml(Case.of(child="toddler"), MINE))
    assert test.expected.established == ()
    assert {code for code, _ in (*test.expected.possible, *test.expected.ruled_out)} == set(MINE.suggestions)


def test_a_draft_names_nobody() -> None:
    text = as_case_yaml(Case.of(id="anna-7", note="Seen: on {Monday}", child="baby"), MINE, ["ask.parents"], name="Is it?")
    assert text.splitlines()[1] == "  given: {child: {stage: baby}}"


def test_drafts_are_kept_only_where_guidance_tests_are_read_from(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"is no file of guidance tests; name it NAME\.cases\.yaml"):
        keep("", tmp_path / "x.yaml")
    with pytest.raises(UsageError, match="cannot be written"):
        keep("", tmp_path / "nowhere" / "x.cases.yaml")
    assert keep("one", tmp_path / "x.cases.yaml")
    assert not keep("two", tmp_path / "x.cases.yaml")
    assert (tmp_path / "x.cases.yaml").read_text(encoding="utf-8") == "one"


def test_everything_that_is_looked_at_holds_of_an_extended_rulebook() -> None:
    check_rulebook(MINE, examples=10)
