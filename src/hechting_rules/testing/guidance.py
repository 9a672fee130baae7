"""Guidance tests: what a test expects of a case, and what the rulebook makes of it."""

from collections.abc import Iterable, Iterator

import attrs

from hechting_rules.advice import Outcome
from hechting_rules.answered import Answered, answer
from hechting_rules.errors import CaseError
from hechting_rules.explain import advice_of
from hechting_rules.model import Rulebook
from hechting_rules.profiles import find_profile, off_by_default, with_rules_on
from hechting_rules.source import Span
from hechting_rules.stated import Test


@attrs.frozen
class Failure:
    """One expectation that did not come true: where it stands, what was expected, what came, and of which code."""

    test: str
    span: Span
    expected: str
    got: str
    code: str = attrs.field(default="", eq=False)

    def __str__(self) -> str:
        return f"{self.span}: {self.test}\n    expected: {self.expected}\n    got:      {self.got}"


def all_tests(book: Rulebook) -> Iterator[Test]:
    """Every exemplar, in the order of the rules, then every guidance test.

    The exemplars of a rule that is off by default run with that rule switched on.
    """
    for rule in book.rules.values():
        own = (rule.id,) if off_by_default(book, rule.id) else ()
        for exemplar in rule.exemplars:
            yield attrs.evolve(exemplar, switch_on=(*exemplar.switch_on, *own))
    yield from book.tests


def run_tests(book: Rulebook, tests: Iterable[Test]) -> tuple[Failure, ...]:
    """The failures of these tests, in their order."""
    return tuple(failure for test in tests for failure in run_test(book, test))


def run_test(book: Rulebook, test: Test) -> tuple[Failure, ...]:
    """What one test expected and did not get."""
    profile = with_rules_on(find_profile(book, None), test.switch_on)
    try:
        answered = answer(test.given, book, profile)
    except CaseError as error:
        return tuple(Failure(test.name, d.span, "a case that can be used", f"{d.code} {d.message}") for d in error.diagnostics)
    failures = [*_outcomes(test, answered), *_exactly(test, answered)]
    if test.expected.ask or test.expected.screen_first or test.expected.withheld:
        advice = advice_of(answered)
        asked = {q.code for q in advice.ask_next}
        failures += [
            Failure(test.name, span, f"the question {code}", ", ".join(sorted(asked)) or "no question", code)
            for code, span in test.expected.ask
            if code not in asked
        ]
        found = {s.code: s for s in advice.suggestions}
        for code, flags, span in test.expected.screen_first:
            got = [flag.id for flag in found[code].screen_first] if code in found else []
            if not set(flags) <= set(got):
                failures.append(
                    Failure(test.name, span, f"{code} after the screens {', '.join(flags)}", ", ".join(got) or "no screen", code)
                )
        for code, span in test.expected.withheld:
            if code not in found or not found[code].withheld_by:
                failures.append(Failure(test.name, span, f"{code} withheld", "not withheld", code))
    return tuple(failures)


def _outcomes(test: Test, answered: Answered) -> Iterator[Failure]:
    groups = (
        (test.expected.established, {Outcome.ESTABLISHED}, ""),
        (test.expected.possible, {Outcome.POSSIBLE}, ""),
        (test.expected.ruled_out, {Outcome.RULED_OUT}, ""),
        (test.expected.not_established, {Outcome.POSSIBLE, Outcome.RULED_OUT}, "not established"),
    )
    for codes, allowed, words in groups:
        for code, span in codes:
            got = answered.outcome(answered.program.results[code])
            if got not in allowed:
                yield Failure(test.name, span, f"{code} {words or next(iter(allowed)).value}", got.value, code)


def _exactly(test: Test, answered: Answered) -> Iterator[Failure]:
    if not test.expected.exactly:
        return
    named = {code for code, _ in test.expected.established}
    for code, plane in answered.program.results.items():
        if code not in named and answered.outcome(plane) is Outcome.ESTABLISHED:
            yield Failure(test.name, test.span, "no other result established", f"{code} established", code)
