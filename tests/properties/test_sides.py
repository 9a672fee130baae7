"""Arguments for and against: all that is present, each at its level and on its side, and what offsets what."""

from hypothesis import given, settings

import oracle
from hechting_rules.advice import Known, Outcome
from hechting_rules.explain import arguments, why_not
from hechting_rules.explanations import Argument, Arguments
from hechting_rules.model import Rulebook
from hechting_rules.profiles import active_rules
from hechting_rules.rulebook import default_rulebook
from hechting_rules.stated import Case
from hechting_rules.terms import About, Direction, Status
from rebuilt import default, said, verdicts
from strategies import books_with_cases, real_cases, rulebooks

SIDE = {Direction.RISK: "against", Direction.SIGN: "against", Direction.PROTECTION: "protecting"}


def check_levels(found: Arguments, case: Case, book: Rulebook) -> None:
    """At each level just the findings that the oracle knows to be present, each on its side, in the order of the rulebook."""
    known = oracle.known(case, book, default(book))
    present = [finding for code, finding in book.findings.items() if code in known.present]
    assert [level.about for level in found.levels] == [
        about for about in About if any(f.about is about and f.direction in SIDE for f in present)
    ]
    for level in found.levels:
        for side in ("against", "protecting"):
            own: tuple[Argument, ...] = getattr(level, side)
            there = [f for f in present if f.about is level.about and SIDE.get(f.direction) == side]
            assert [(a.premise.code, a.direction) for a in own] == [(f.code, f.direction) for f in there]
            assert all(a.premise.satisfied and a.premise.status is Known.PRESENT for a in own)
            for argument in own:
                stated = said(case, book).get(argument.premise.code) == Status.PRESENT
                assert (argument.premise.source == ("case",)) is stated


def offset_by(case: Case, book: Rulebook) -> dict[str, set[str]]:
    """For each conclusion the rules whose condition the oracle finds to hold and that it takes back when it is established."""
    known, results = oracle.known(case, book, default(book)), oracle.established(case, book, default(book)).results
    active = active_rules(book, default(book))
    holding = [
        rule
        for rule in book.rules.values()
        if rule.id in active and rule.unless and oracle.holds(rule.when, known, book, lambda code: code in results)
    ]
    found: dict[str, set[str]] = {}
    for rule in holding:
        for code in rule.unless:
            found.setdefault(code, set()).add(rule.id)
    return found


def check_offsets(found: Arguments, case: Case, book: Rulebook) -> None:
    """Just the conclusions that take back, or could, what holds otherwise; of those not established why not."""
    expected, verdict = offset_by(case, book), verdicts(case, book)
    assert {o.code: {rule.id for rule in o.takes_back} for o in found.offsets} == expected
    assert len(found.offsets) == len(expected)
    for offset in found.offsets:
        assert offset.outcome is verdict[offset.code][0]
        short = () if offset.outcome is Outcome.ESTABLISHED else why_not(case, offset.code, book)
        assert offset.why_not == short


@settings(max_examples=300)
@given(books_with_cases(rulebooks()))
def test_in_any_rulebook_all_that_is_present_is_an_argument_at_its_level_and_what_offsets_is_listed(
    drawn: tuple[Rulebook, Case],
) -> None:
    book, case = drawn
    found = arguments(case, book)
    check_levels(found, case, book)
    check_offsets(found, case, book)


@settings(max_examples=25)
@given(real_cases())
def test_all_that_is_present_in_a_real_case_is_an_argument_at_its_level_and_what_offsets_is_listed(case: Case) -> None:
    book = default_rulebook()
    found = arguments(case, book)
    check_levels(found, case, book)
    check_offsets(found, case, book)


def open_findings(about: About, case: Case, book: Rulebook) -> set[str]:
    """The findings of a level, neutral ones aside, that are present in some world of the oracle and absent in another."""
    within = oracle.Scope((), tuple(book.findings), ())
    worlds = list(oracle.worlds(case, book, default(book), within))
    own = [f.code for f in book.findings.values() if f.about is about and f.direction in SIDE]
    return {code for code in own if any(code in w.present for w in worlds) and any(code in w.absent for w in worlds)}


@settings(max_examples=150)
@given(books_with_cases(rulebooks(most=5), stages_known=True))
def test_in_any_rulebook_what_is_not_known_of_a_level_is_counted(drawn: tuple[Rulebook, Case]) -> None:
    book, case = drawn
    for level in arguments(case, book).levels:
        assert level.not_known == len(open_findings(level.about, case, book))
