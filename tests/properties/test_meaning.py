"""The program means what the oracle says: on complete cases exactly, on partial ones within its bounds."""

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oracle
from hechting_rules.answered import Answered
from hechting_rules.engine.kernel import run
from hechting_rules.errors import CaseError
from hechting_rules.facts import Fact, block
from hechting_rules.model import Rulebook
from hechting_rules.rulebook import default_rulebook
from hechting_rules.stated import Case
from hechting_rules.terms import Status
from rebuilt import answered
from strategies import (
    any_cases,
    books_with_cases,
    complete_cases,
    nearly_complete_cases,
    one_polarity_rulebooks,
    real_cases,
    rulebooks,
)


def planes(found: Answered) -> tuple[oracle.Held, oracle.Held, oracle.Held]:
    """What the program finds established, robust and not out."""
    rules, results, values = found.program.rules, found.program.results, found.values
    return (
        oracle.Held(
            frozenset(r for r, p in rules.items() if values[p.established]),
            frozenset(c for c, p in results.items() if values[p.established]),
        ),
        oracle.Held(
            frozenset(r for r, p in rules.items() if values[p.robust]),
            frozenset(c for c, p in results.items() if values[p.robust]),
        ),
        oracle.Held(
            frozenset(r for r, p in rules.items() if not values[p.out]),
            frozenset(c for c, p in results.items() if not values[p.out]),
        ),
    )


def check_bounds(case: Case, book: Rulebook, codes: list[str]) -> None:
    """Of these results: what the program calls robust always holds, and what it calls out never does."""
    bounds = oracle.bounds(case, book, book.profiles["default"], codes)
    _, robust, possible = planes(answered(case, book))
    within = {rule.id for rule in oracle.scope(book, case, codes).rules}
    assert robust.results & set(codes) <= bounds.always.results
    assert robust.rules & within <= bounds.always.rules
    assert bounds.sometimes.results & set(codes) <= possible.results
    assert bounds.sometimes.rules & within <= possible.rules


def check_complete(case: Case, book: Rulebook) -> None:
    """Where all is known, the three planes say one thing, and the one world says it too."""
    profile = book.profiles["default"]
    (world,) = oracle.worlds(case, book, profile, oracle.Scope((), tuple(book.findings), tuple(book.ranges)))
    expected = oracle.held(world, book, profile)
    assert planes(answered(case, book)) == (expected, expected, expected)


@settings(max_examples=400)
@given(books_with_cases(rulebooks()))
def test_what_is_known_establishes_what_the_oracle_says(drawn: tuple[Rulebook, Case]) -> None:
    book, case = drawn
    found, _, _ = planes(answered(case, book))
    assert found == oracle.established(case, book, book.profiles["default"])


@settings(max_examples=200)
@given(books_with_cases(rulebooks()))
def test_robust_and_out_are_bounds_of_what_all_worlds_say(drawn: tuple[Rulebook, Case]) -> None:
    book, case = drawn
    check_bounds(case, book, list(book.order))


@settings(max_examples=300)
@given(books_with_cases(one_polarity_rulebooks(), stages_known=True))
def test_robust_and_out_are_exact_where_no_finding_speaks_both_ways(drawn: tuple[Rulebook, Case]) -> None:
    book, case = drawn
    bounds = oracle.bounds(case, book, book.profiles["default"], book.order)
    _, robust, possible = planes(answered(case, book))
    assert robust == bounds.always
    assert possible == bounds.sometimes


@settings(max_examples=100)
@given(st.data())
def test_a_complete_case_leaves_one_world_and_nothing_open(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    check_complete(data.draw(complete_cases(book, most=6)), book)


@settings(max_examples=150)
@given(st.data())
def test_a_case_is_refused_exactly_when_no_world_fits_it(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    case = data.draw(any_cases(book))
    profile = book.profiles["default"]
    every = oracle.Scope((), tuple(book.findings), ())
    fits = next(oracle.worlds(case, book, profile, every), None) is not None
    try:
        answered(case, book)
    except CaseError:
        assert not fits
    else:
        assert fits


@settings(max_examples=250)
@given(st.data())
def test_the_program_refuses_the_facts_that_the_admission_refuses(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    case = data.draw(any_cases(book))
    case = attrs.evolve(case, child_stage=data.draw(st.sampled_from([case.child_stage, ""])))
    program = answered(Case(), book).program
    facts = [Fact(person, stage) for person, stage in (("child", case.child_stage), ("adult", case.adult_stage)) if stage]
    facts += [Fact(name, repr(value)) for name, value in case.quantities]
    facts += [Fact(s.code, s.status.value) for s in case.findings if s.status is not Status.UNKNOWN]
    refused = bool(run(program.steps, block([facts], program, book))[program.refused])
    try:
        answered(case, book)
    except CaseError:
        assert refused
    else:
        assert not refused


@settings(max_examples=60)
@given(st.deferred(lambda: complete_cases(default_rulebook())))
def test_of_this_rulebook_a_complete_case_leaves_one_world_and_nothing_open(case: Case) -> None:
    check_complete(case, default_rulebook())


@settings(max_examples=100)
@given(real_cases())
def test_of_this_rulebook_what_is_known_establishes_what_the_oracle_says(case: Case) -> None:
    book = default_rulebook()
    found, _, _ = planes(answered(case, book))
    assert found == oracle.established(case, book, book.profiles["default"])


@settings(max_examples=60)
@given(st.deferred(lambda: nearly_complete_cases(default_rulebook())), st.data())
def test_of_this_rulebook_robust_and_out_are_bounds_of_what_all_worlds_say(case: Case, data: st.DataObject) -> None:
    book = default_rulebook()
    check_bounds(case, book, [data.draw(st.sampled_from(book.order))])


def test_the_oracle_refuses_what_it_cannot_enumerate(book: Rulebook) -> None:
    with pytest.raises(oracle.TooManyWorldsError, match="at most 16384 are tried"):
        oracle.bounds(Case(), book, book.profiles["default"], book.order)
