"""Every reason why not bears repairing: repaired it establishes the result, nothing in it is idle, and none is nearer."""

import itertools
from collections.abc import Sequence

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import oracle
from hechting_rules.advice import Outcome
from hechting_rules.explain import advise, why_not
from hechting_rules.explanations import Gap, Obstacle, WhyNot
from hechting_rules.model import Profile, Rulebook
from hechting_rules.profiles import active_rules
from hechting_rules.rulebook import default_rulebook
from hechting_rules.stated import Case
from hechting_rules.terms import NO_PERSON, Person, Status
from rebuilt import (
    changed,
    default,
    established,
    example,
    is_accepted,
    rebuilt,
    said,
    single_changes,
    switched,
    switched_off,
)
from strategies import books_with_cases, reach, real_cases, rulebooks

FINDING_GAPS = {Gap.UNKNOWN, Gap.ASKED, Gap.ABSENT, Gap.PRESENT}


def repaired(reason: WhyNot, case: Case, book: Rulebook, profile: Profile) -> oracle.Held | None:
    """What the oracle finds in the case that a reason repairs; nothing where that case contradicts itself."""
    then, other = rebuilt(case, book, reason.state, reason.withdraw), switched(profile, reason.switch_on)
    return oracle.established(then, book, other) if is_accepted(then, book, other) else None


def one_less(reason: WhyNot) -> list[WhyNot]:
    """The reason with one thing left unrepaired, each in turn."""
    return [
        *(attrs.evolve(reason, state=tuple(f for f in reason.state if f != fact)) for fact in reason.state),
        *(attrs.evolve(reason, withdraw=tuple(f for f in reason.withdraw if f != fact)) for fact in reason.withdraw),
        *(attrs.evolve(reason, switch_on=tuple(r for r in reason.switch_on if r != rule)) for rule in reason.switch_on),
    ]


def check_finding(gap: Gap, code: str, wanted: str | None, case: Case, book: Rulebook) -> None:
    """A finding is otherwise, by what the oracle knows or by what is said of it; else it is not known, asked or not."""
    known, told = oracle.known(case, book, default(book)), oracle.stated(case, book).get(code)
    assert wanted in {Status.PRESENT, Status.ABSENT}
    assert (wanted, told) not in {(Status.PRESENT, Status.PRESENT), (Status.ABSENT, Status.ABSENT)}
    if wanted == Status.ABSENT:
        assert (gap is Gap.PRESENT) is (code in known.present or told is Status.PRESENT)
        assert gap is not Gap.ABSENT
    elif gap is Gap.ABSENT:
        assert is_denied(code, case, book)
    else:
        assert told is not Status.ABSENT
        assert code not in known.absent
        assert gap is not Gap.PRESENT
    if gap in {Gap.UNKNOWN, Gap.ASKED}:
        assert (gap is Gap.ASKED) is (told is Status.UNKNOWN)


def is_denied(code: str, case: Case, book: Rulebook) -> bool:
    """Whether a case denies a finding: it or what it implies is said to be absent, or excluded by what is present."""
    told, present = oracle.stated(case, book), oracle.known(case, book, default(book)).present
    there = reach([code], book.findings)
    excluded = {c for p in present for c in book.findings[p].excludes}
    excluded |= {f.code for f in book.findings.values() if present & set(f.excludes)}
    return bool(there & excluded) or any(told.get(c) is Status.ABSENT for c in there)


def check_obstacle(obstacle: Obstacle, reason: WhyNot, case: Case, book: Rulebook, profile: Profile) -> None:
    """An obstacle is of the type that the oracle's view of the case gives it."""
    wanted = {fact.name: fact.value for fact in reason.state}.get(obstacle.code)
    match obstacle.gap:
        case Gap.STAGE:
            assert obstacle.code in tuple(Person)
            assert wanted not in {None, getattr(oracle.known(case, book, profile), obstacle.code)}
        case Gap.RANGE:
            assert obstacle.code in book.quantities
            assert wanted not in {None, said(case, book).get(obstacle.code)}
        case Gap.OFF:
            assert obstacle.code in reason.switch_on
            assert obstacle.code not in active_rules(book, profile)
        case Gap.UNLESS:
            assert obstacle.code in {code for rule in reason.rules for code in book.rules[rule].unless}
        case _:
            check_finding(obstacle.gap, obstacle.code, wanted, case, book)


def check_reason(reason: WhyNot, code: str, case: Case, book: Rulebook, profile: Profile) -> None:
    """Repaired, every rule on the way holds; with one thing less the result does not; the obstacles are just these things."""
    assert book.rules[reason.rules[0]].result == code
    held = repaired(reason, case, book, profile)
    assert held is not None
    assert set(reason.rules) <= held.rules
    for less in one_less(reason):
        then = rebuilt(case, book, less.state, less.withdraw)
        assert code not in (established(then, book, switched(profile, less.switch_on)) or set()), (code, less)
    of = {gap: [o.code for o in reason.obstacles if o.gap is gap] for gap in Gap}
    stated = [o.code for o in reason.obstacles if o.gap in {*FINDING_GAPS, Gap.STAGE, Gap.RANGE}]
    assert sorted(stated) == [fact.name for fact in reason.state]
    assert of[Gap.OFF] == list(reason.switch_on)
    assert of[Gap.WITHHELD] == []
    for obstacle in reason.obstacles:
        check_obstacle(obstacle, reason, case, book, profile)
    assert of[Gap.UNLESS] == sorted(taking_back(reason, case, book, profile))


def taking_back(reason: WhyNot, case: Case, book: Rulebook, profile: Profile) -> set[str]:
    """The conclusions that take a rule on the way back where one thing is not left out that could be said beside the rest."""
    named, found = {code for rule in reason.rules for code in book.rules[rule].unless}, set[str]()
    for fact in reason.withdraw:
        kept = attrs.evolve(reason, withdraw=tuple(f for f in reason.withdraw if f != fact))
        held = repaired(kept, case, book, profile)
        found |= set() if held is None else named & held.results
        assert held is None or named & held.results, fact
    return found


def check_reasons(reasons: Sequence[WhyNot], code: str, case: Case, book: Rulebook, profile: Profile | None = None) -> None:
    """All reasons for a result that is not established: each works, one for each rule, the fewest obstacles first."""
    assert [len(r.obstacles) for r in reasons] == sorted(len(r.obstacles) for r in reasons)
    assert len({r.rules[0] for r in reasons}) == len(reasons)
    for reason in reasons:
        check_reason(reason, code, case, book, profile or default(book))


@settings(max_examples=300)
@given(books_with_cases(rulebooks()))
def test_in_any_rulebook_each_reason_once_repaired_establishes_the_result_and_nothing_of_it_is_idle(
    drawn: tuple[Rulebook, Case],
) -> None:
    book, case = drawn
    now = oracle.established(case, book, default(book)).results
    for code in book.order:
        reasons = why_not(case, code, book)
        if code in now:
            assert reasons == ()
        check_reasons(reasons, code, case, book)


@settings(max_examples=25)
@given(real_cases(), st.data())
def test_each_reason_of_the_real_rulebook_bears_repairing(case: Case, data: st.DataObject) -> None:
    book = default_rulebook()
    now = oracle.established(case, book, default(book)).results
    for code in data.draw(st.lists(st.sampled_from(sorted(set(book.order) - now)), min_size=4, max_size=4, unique=True)):
        check_reasons(why_not(case, code, book), code, case, book)


def is_tied(name: str, value: str, book: Rulebook) -> bool:
    """Whether to say this says something of a finding as well that it does not name."""
    if name in book.findings:
        return name in {c for f in book.findings.values() if f.implies or f.excludes for c in (f.code, *f.implies, *f.excludes)}
    if name in tuple(Person):
        return value in book.stages and bool(book.stages[value].implies)
    quantity = book.quantities[name]
    return bool(quantity.implies) or any(stage.implies for stage in book.stages.values() if stage.of == quantity.of)


def plain_changes(case: Case, book: Rulebook) -> list[tuple[str, str]]:
    """The changes of one thing, but for those that why not does not look for: what is tied to findings, and nobody there."""
    changes = single_changes(case, book)
    return [(name, value) for name, value in changes if value != NO_PERSON and not is_tied(name, value, book)]


def without_what_stages_imply(book: Rulebook) -> Rulebook:
    """A rulebook in which a stage clashes with nothing that is known: why not leaves out what clashes, and says nothing else."""
    return attrs.evolve(book, stages={code: attrs.evolve(stage, implies=()) for code, stage in book.stages.items()})


def short_of(code: str, case: Case, book: Rulebook) -> float:
    """How many obstacles the first reason names; none for what is established."""
    if code in (established(case, book) or set()):
        return 0
    return next((len(reason.obstacles) for reason in why_not(case, code, book)), float("inf"))


@settings(max_examples=250)
@given(books_with_cases(rulebooks()))
def test_where_one_change_establishes_a_result_the_first_reason_has_one_obstacle(drawn: tuple[Rulebook, Case]) -> None:
    book, case = drawn
    far = {code for code in book.order if short_of(code, case, book) > 1}
    for change in plain_changes(case, book):
        assert not far & (established(changed(case, [change], book), book) or set()), change
    for rule in switched_off(book, default(book)):
        assert not far & (established(case, book, switched(default(book), [rule])) or set()), rule


@settings(max_examples=150)
@given(books_with_cases(rulebooks(most=4)))
def test_where_two_changes_establish_what_nothing_takes_back_the_first_reason_has_two_obstacles(
    drawn: tuple[Rulebook, Case],
) -> None:
    book, case = without_what_stages_imply(drawn[0]), drawn[1]
    plain = [code for code in book.order if not any(rule.unless for rule in oracle.cone(book, [code]))]
    far = {code for code in plain if short_of(code, case, book) > 2}
    pairs = itertools.combinations(plain_changes(case, book), 2) if far else []
    for one, other in pairs:
        if one[0] != other[0]:
            assert not far & (established(changed(case, [one, other], book), book) or set()), (one, other)


@pytest.mark.parametrize("name", ["02", "09", "13", "20"])
def test_where_one_change_of_an_example_establishes_a_result_the_first_reason_has_one_obstacle(name: str) -> None:
    book = default_rulebook()
    case = example(name)
    reached: list[frozenset[str]] = [
        established(changed(case, [change], book), book) or frozenset() for change in plain_changes(case, book)
    ]
    near = {code for code in book.order if short_of(code, case, book) == 1}
    assert len(near) > 20
    assert frozenset().union(*reached) <= near | (established(case, book) or set())


RAISING = (
    "safety.abuse_or_violence",
    "safety.baby_in_danger",
    "safety.suicidal_or_self_harm",
    "safety.postpartum_psychosis_signs",
    "safety.coercive_attachment_therapy",
)


@settings(max_examples=10)
@given(real_cases(most=5), st.sets(st.sampled_from(RAISING), min_size=1))
def test_acting_upon_the_flags_tells_what_they_withhold_and_acting_upon_fewer_does_not(case: Case, raising: set[str]) -> None:
    book = default_rulebook()
    case = changed(case, [("child.clings", "present"), *((code, "present") for code in sorted(raising))], book)
    assume(is_accepted(case, book))
    hidden = [s for s in advise(case, book).suggestions if s.withheld_by and s.outcome is Outcome.ESTABLISHED]
    assume(hidden)
    for suggestion in hidden[:3]:
        (reason,) = why_not(case, suggestion.code, book)
        assert [(o.gap, o.code) for o in reason.obstacles] == [(Gap.WITHHELD, flag.id) for flag in suggestion.withheld_by]
        assert (reason.rules, reason.withdraw, reason.switch_on) == ((), (), ())
        assert withheld(suggestion.code, rebuilt(case, book, reason.state), book) == ()
        for less in one_less(reason):
            assert withheld(suggestion.code, rebuilt(case, book, less.state), book) != ()


def withheld(code: str, case: Case, book: Rulebook) -> tuple[str, ...]:
    """The flags that withhold a suggestion that is established all the same."""
    (found,) = (s for s in advise(case, book).suggestions if s.code == code and s.outcome is Outcome.ESTABLISHED)
    return tuple(flag.id for flag in found.withheld_by)
