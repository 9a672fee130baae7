"""Questions that matter only together: each has a witness that works, and no answer to what is not asked can change anything."""

import itertools

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from hechting_rules.answered import Answered, around
from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, InStage, Is, IsAbsent
from hechting_rules.explain import advise
from hechting_rules.facts import Fact
from hechting_rules.model import Rulebook
from hechting_rules.stated import Case
from hechting_rules.terms import NO_PERSON, Person, Status
from hechting_rules.testing.naive import AGE
from rebuilt import answered
from strategies import HERE, books_with_cases, finding, rule, rulebook, rulebooks

MOST = 10_000


def open_questions(found: Answered) -> dict[str, list[Fact]]:
    """What nothing is said of, with its answers: findings, persons, the week of a pregnancy that is known; ages stay out."""
    case, book, values = found.admitted.case, found.book, found.values
    said = {fact.name for fact in found.admitted.facts} | set(found.admitted.stated())
    questions = {}
    for code in book.findings:
        planes = found.program.present[code], found.program.absent[code]
        if code not in said and not any(values[plane.out] for plane in planes):
            questions[code] = [Fact(code, Status.PRESENT.value), Fact(code, Status.ABSENT.value)]
    for person in Person:
        if person.value not in said and AGE[person] not in dict(case.quantities):
            stages = [s.code for s in book.stages.values() if s.of is person]
            questions[person.value] = [Fact(person.value, stage) for stage in (*stages, NO_PERSON)]
    week = book.quantities["pregnancy_week"]
    if week.name not in said and all(values[found.program.present[code].established] for code in week.implies):
        ends = {end for r in book.ranges.values() if r.quantity == week.name for end in (r.start, r.end)}
        around_them = sorted({float(end) + step for end in ends if not isinstance(end, str) for step in (-0.5, 0, 0.5)})
        questions[week.name] = [Fact(week.name, repr(value)) for value in around_them if week.least <= value <= week.most]
    return questions


def pivotal(found: Answered) -> set[str]:
    """The questions of which some answer changes a result after some answers to the others: every combination is tried."""
    questions = open_questions(found)
    choices = [[None, *facts] for facts in questions.values()]
    width = 1
    for options in choices:
        width *= len(options)
    assume(width <= MOST)
    worlds = list(itertools.product(*choices))
    values = around([[f for f in world if f is not None] for world in worlds], found)
    planes = list(found.program.results.values())
    registers = [values[r] for plane in planes for r in (plane.established, plane.robust, plane.out)]
    refused = values[found.program.refused]
    verdicts = {
        world: tuple(register >> place & 1 for register in registers)
        for place, world in enumerate(worlds)
        if not refused >> place & 1
    }
    moving = set()
    for world, verdict in verdicts.items():
        for place, (code, fact) in enumerate(zip(questions, world, strict=True)):
            if fact is not None and code not in moving:
                without = (*world[:place], None, *world[place + 1 :])
                if without in verdicts and verdicts[without] != verdict:
                    moving.add(code)
    return moving


def without_ages(case: Case) -> Case:
    return Case(case.id, case.note, case.child_stage, case.adult_stage, (), case.findings)


@settings(max_examples=60, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(books_with_cases(rulebooks(most=4)))
def test_in_any_rulebook_what_is_asked_can_matter_and_where_nothing_is_asked_nothing_can(drawn: tuple[Rulebook, Case]) -> None:
    book, case = drawn
    case = without_ages(case)
    asked = {q.code: {fact.name for fact in q.given} for q in advise(case, book).ask_next}
    moving = pivotal(answered(case, book))
    assert {code for code, needed in asked.items() if not needed & {*AGE.values()}} - {*AGE.values()} <= moving
    assert asked or not moving


FOUR = [finding(code) for code in ("f.1", "f.2", "f.3", "f.4")]


def leaf() -> st.SearchStrategy[Condition]:
    codes = st.sampled_from([f.code for f in FOUR])
    stages = st.sampled_from([("small",), ("small", "big"), ("grown",)])
    return (
        codes.map(lambda code: Is(code, HERE))
        | codes.map(lambda code: IsAbsent(code, HERE))
        | stages.map(lambda several: InStage(several, HERE))
    )


def joined(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(parts, min_size=2, max_size=3, unique=True).map(tuple)
    return several.map(lambda found: AllOf(found, HERE)) | several.map(lambda found: AnyOf(found, HERE))


@st.composite
def plain_books(draw: st.DrawFn) -> Rulebook:
    """Two conclusions, the second resting on the first, by one or two rules with two levels of all and any, or an at_least."""
    counted = st.lists(leaf(), min_size=3, max_size=4, unique=True).map(lambda found: AtLeast(2, tuple(found), HERE))
    condition = leaf() | joined(leaf() | joined(leaf())) | counted
    first = [rule(f"r.1_{n}", draw(condition), "c.1") for n in range(draw(st.integers(1, 2)))]
    second = AllOf((Is("c.1", HERE), draw(condition)), HERE)
    return rulebook(FOUR, [*first, rule("r.2", second, "c.2")])


@settings(max_examples=150)
@given(books_with_cases(plain_books()))
def test_what_is_asked_is_what_can_matter(drawn: tuple[Rulebook, Case]) -> None:
    book, case = drawn
    case = without_ages(case)
    asked = {q.code: {fact.name for fact in q.given} for q in advise(case, book).ask_next}
    assert pivotal(answered(case, book)) <= set(asked)


@pytest.mark.parametrize(
    ("when", "most"),
    [
        (AllOf((AnyOf((Is("f.1", HERE), Is("f.2", HERE)), HERE), AnyOf((Is("f.3", HERE), Is("f.4", HERE)), HERE)), HERE), 2),
        (AtLeast(2, tuple(Is(f.code, HERE) for f in FOUR[:3]), HERE), 1),
        (AtLeast(3, tuple(Is(f.code, HERE) for f in FOUR), HERE), 2),
    ],
)
def test_what_matters_only_together_is_asked_with_what_it_needs(when: AllOf | AtLeast, most: int) -> None:
    book = rulebook(FOUR, [rule("r.1", when, "c.1")])
    questions = advise(Case.of(), book).ask_next
    used = {"f.1", "f.2", "f.3"} if isinstance(when, AtLeast) and when.count == 2 else {f.code for f in FOUR}
    assert {q.code for q in questions} - {"child", "adult"} == used
    for question in questions:
        if question.code in used:
            assert 1 <= len(question.given) <= most
            assert question.could_change == ("c.1",)


@settings(max_examples=20)
@given(st.permutations([f.code for f in FOUR]))
def test_an_answer_that_cannot_be_known_helps_nothing(codes: list[str]) -> None:
    one, other, third, fourth = codes
    parts = (AnyOf((Is(one, HERE), Is(other, HERE)), HERE), AnyOf((Is(third, HERE), Is(fourth, HERE)), HERE))
    book = rulebook(FOUR, [rule("r.1", AllOf(parts, HERE), "c.1")])
    asked = {q.code for q in advise(Case.of(unknown=[one, other]), book).ask_next}
    assert asked & {f.code for f in FOUR} == {third, fourth}
    asked = {q.code for q in advise(Case.of(unknown=[one, third]), book).ask_next}
    assert asked & {f.code for f in FOUR} == {other, fourth}
