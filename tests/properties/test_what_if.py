"""What if lists just what differs between two cases, and vary what really rests on the numbers of the library."""

import math
from collections.abc import Iterable, Mapping

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oracle
from hechting_rules.advice import Outcome
from hechting_rules.errors import UsageError
from hechting_rules.explain import advise, vary, what_if
from hechting_rules.explaining.safety import gates
from hechting_rules.explanations import Changed, Dependence, Difference, Move, Standing
from hechting_rules.model import Profile, Rulebook
from hechting_rules.profiles import parameter_values
from hechting_rules.rulebook import default_rulebook
from hechting_rules.stated import Case
from hechting_rules.terms import NumberOrigin
from rebuilt import answered, changed, default, example, is_accepted, said
from strategies import books_with_cases, cases, real_cases, rulebooks

SWAPPED = {Move.APPEARS: Move.GOES, Move.GOES: Move.APPEARS, Move.CHANGES: Move.CHANGES}
Rules = dict[str, tuple[Outcome, bool]]


@st.composite
def two_cases(draw: st.DrawFn) -> tuple[Rulebook, Case, Case]:
    """A random rulebook and two cases for it."""
    book = draw(rulebooks())
    return book, draw(cases(book)), draw(cases(book))


def standings(case: Case, book: Rulebook, profile: Profile | None = None) -> dict[str, Standing]:
    """How each result stands in one case."""
    found = answered(case, book, profile)
    standing = {}
    for code, plane in found.program.results.items():
        outcome, robust = found.outcome(plane), found.robust(plane)
        standing[code] = Standing(outcome, robust)
        if code in book.suggestions and outcome is not Outcome.RULED_OUT:
            before = gates(book.suggestions[code], found)
            standing[code] = Standing(outcome, robust, before.withheld_by, before.after, before.screen_first)
    return standing


def rules_of(case: Case, book: Rulebook, profile: Profile | None = None) -> Rules:
    """The outcome and the robust flag of each rule."""
    found = answered(case, book, profile)
    return {rule: (found.outcome(plane), found.robust(plane)) for rule, plane in found.program.rules.items()}


def told_in(case: Case, book: Rulebook, profile: Profile | None = None) -> set[str]:
    """What the advice for a case tells, each as it stands."""
    advice, standing = advise(case, book, profile), standings(case, book, profile)
    for s in advice.suggestions:
        assert standing[s.code] == Standing(s.outcome, s.robust, s.withheld_by, s.after, s.screen_first)
    return {c.code for c in advice.conclusions} | {s.code for s in advice.suggestions}


def check_changed(listed: Iterable[Changed], before: Case, after: Case, book: Rulebook, other: Profile | None = None) -> None:
    """Just the results that differ, each with its standings, its move, whether it is told, and rules that differ too.

    ``other`` is the profile of the second case.
    """
    listed = list(listed)
    old, new = standings(before, book), standings(after, book, other)
    assert sorted(c.code for c in listed) == sorted(code for code in old if old[code] != new[code])
    told = told_in(before, book) | told_in(after, book, other)
    rules, then = rules_of(before, book), rules_of(after, book, other)
    for one in listed:
        assert (one.before, one.after) == (old[one.code], new[one.code])
        assert one.told is (one.code in told)
        there, later = (s.outcome is Outcome.ESTABLISHED for s in (one.before, one.after))
        assert one.move is {(False, True): Move.APPEARS, (True, False): Move.GOES}.get((there, later), Move.CHANGES)
        below = {rule.id for rule in oracle.cone(book, [one.code])}
        assert all(rule.id in below and rules.get(rule.id) != then.get(rule.id) for rule in one.rules), one.code
        assert bool(one.rules) is ((one.before.outcome, one.before.robust) != (one.after.outcome, one.after.robust))
        assert not one.rules or book.rules[one.rules[0].id].result == one.code
    assert [c.told for c in listed] == sorted((c.told for c in listed), reverse=True)


def check_difference(difference: Difference, before: Case, after: Case, book: Rulebook) -> None:
    old, new = said(before, book), said(after, book)
    told = [(f.before, f.after) for f in difference.facts]
    assert all(a is None or b is None or a.name == b.name for a, b in told)
    listed = {fact.name: (a and a.value, b and b.value) for a, b in told for fact in (a, b) if fact}
    assert len(listed) == len(told)
    names = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
    assert listed == {name: (old.get(name), new.get(name)) for name in names}
    check_changed(difference.changed, before, after, book)


def check_swap(there: Difference, back: Difference) -> None:
    """The same difference the other way round, whatever its order."""
    assert {(f.before, f.after) for f in there.facts} == {(f.after, f.before) for f in back.facts}
    one = {(c.code, c.told, SWAPPED[c.move], c.after, c.before, frozenset(c.rules)) for c in there.changed}
    assert one == {(c.code, c.told, c.move, c.before, c.after, frozenset(c.rules)) for c in back.changed}


@settings(max_examples=250)
@given(two_cases())
def test_in_any_rulebook_the_difference_is_that_of_two_advices(drawn: tuple[Rulebook, Case, Case]) -> None:
    book, before, after = drawn
    difference = what_if(before, after, book)
    check_difference(difference, before, after, book)
    check_swap(difference, what_if(after, before, book))
    assert what_if(before, before, book) == Difference((), ())


@settings(max_examples=20)
@given(real_cases(), real_cases())
def test_the_difference_of_two_real_cases_is_that_of_two_advices(before: Case, after: Case) -> None:
    book = default_rulebook()
    difference = what_if(before, after, book)
    check_difference(difference, before, after, book)
    check_swap(difference, what_if(after, before, book))
    assert what_if(after, after, book) == Difference((), ())


# --- vary ------------------------------------------------------------------------------------------------------------------


def with_value(book: Rulebook, name: str, value: float) -> Profile:
    profile = default(book)
    return attrs.evolve(profile, parameters={**profile.parameters, name: value})


def in_order(book: Rulebook, parameters: dict[str, float]) -> bool:
    """Whether each stage and range keeps a whole unit between its ends."""
    ends: list[tuple[float | str, float | str]] = [
        (s.start or 0, s.below or math.inf) for s in book.stages.values() if s.start or s.below
    ]
    ends += [(r.start, r.end) for r in book.ranges.values() if isinstance(r.start, str) or isinstance(r.end, str)]
    numbers = [[parameters[e] if isinstance(e, str) else e for e in pair] for pair in ends]
    return all(start + 1 <= end for start, end in numbers)


def bounded_by(name: str, book: Rulebook) -> set[str]:
    """The quantities of which a number bounds a stage or a range."""
    persons = {stage.of for stage in book.stages.values() if name in (stage.start, stage.below)}
    ages = {quantity.name for quantity in book.quantities.values() if quantity.of in persons}
    return ages | {named.quantity for named in book.ranges.values() if name in (named.start, named.end)}


def values_between(name: str, now: float, other: float, case: Case, book: Rulebook) -> list[float]:
    """The whole numbers, and the numbers a case gives of what is bounded, that lie between two values and that may be."""
    low, high = sorted((now, other))
    values = {float(v) for v in range(math.ceil(low), math.floor(high) + 1)} | {
        v for q, v in case.quantities if q in bounded_by(name, book)
    }
    fit = sorted(v for v in values if low < v < high and v > 0)
    parameters = dict(parameter_values(book, default(book)))
    return [value for value in fit if in_order(book, {**parameters, name: value})]


def moves(name: str, value: float, case: Case, book: Rulebook, now: Mapping[str, Standing]) -> bool:
    """Whether another value of a number changes a result; not where the case clashes with it."""
    profile = with_value(book, name, value)
    return is_accepted(case, book, profile) and standings(case, book, profile) != now


def check_dependences(
    found: tuple[Dependence, ...], case: Case, book: Rulebook, within: float, tried: Iterable[str] = ()
) -> None:
    """Each changes just what it says, nothing nearer does, and on the sides not told nothing does at all.

    Of the numbers ``tried`` (without them, of all) every value is tried.
    """
    sides = {(dep.parameter, dep.other > dep.value): dep for dep in found}
    assert len(sides) == len(found)
    now = standings(case, book)
    for dep in found:
        assert book.parameters[dep.parameter].origin is NumberOrigin.LIBRARY
        assert abs(dep.other - dep.value) <= within * dep.value
        check_changed(dep.changed, case, case, book, with_value(book, dep.parameter, dep.other))
        assert dep.changed
    parameters = parameter_values(book, default(book))
    for name, value in ((name, parameters[name]) for name in tried or parameters):
        for above in (False, True):
            own = sides.get((name, above))
            end = own.other if own else value * (1 + (within if above else -within))
            between = values_between(name, value, end + (0 if own else math.copysign(1e-9, end - value)), case, book)
            assert not any(moves(name, v, case, book, now) for v in between), (name, between)


@st.composite
def cases_near_bounds(draw: st.DrawFn) -> tuple[Rulebook, Case]:
    """A random rulebook and a case whose ages lie near a bound that the library gives."""
    book, case = draw(books_with_cases(rulebooks()))
    for name, low, high in (("child_age_months", 6, 20), ("adult_age_years", 14, 45)):
        age = draw(st.none() | st.integers(2 * low, 2 * high))
        then = case if age is None else changed(case, [("child" if low == 6 else "adult", ""), (name, str(age / 2))], book)
        case = then if is_accepted(then, book) else case
    return book, case


@settings(max_examples=80)
@given(cases_near_bounds(), st.sampled_from([0.1, 0.5, 1.0]))
def test_in_any_rulebook_vary_tells_the_nearest_value_that_changes_a_result(drawn: tuple[Rulebook, Case], within: float) -> None:
    book, case = drawn
    check_dependences(vary(case, book, within=within), case, book, within)


@pytest.mark.parametrize("name", ["02", "20"])
def test_vary_tells_of_an_example_just_what_rests_on_the_numbers_of_the_library(name: str) -> None:
    book, case = default_rulebook(), example(name)
    found = vary(case, book)
    assert found
    check_dependences(found, case, book, 0.5, ["older_adult_from_years", "baby_below_months", "newborn_below_months"])


def test_a_number_of_the_article_is_not_varied_and_a_share_below_nothing_is_refused(book: Rulebook) -> None:
    case = Case.of(child_age_months=8, present=["baby.fears_strangers"])
    origins = {book.parameters[dep.parameter].origin for dep in vary(case, book, within=2)}
    assert origins == {NumberOrigin.LIBRARY}
    assert vary(case, book, within=0) == ()
    with pytest.raises(UsageError, match="within is -1; allowed: 0 or more"):
        vary(case, book, within=-1)
