"""Guidance tests: what a test expects of a case, what the rulebook makes of it, and how one that fails is told."""

from collections.abc import Iterable, Iterator

import attrs

from hechting_rules.advice import Advice, Outcome
from hechting_rules.answered import Answered, answer
from hechting_rules.errors import CaseError
from hechting_rules.explain import advice_of, why
from hechting_rules.explaining.justify import because
from hechting_rules.explaining.shortfall import shortfall
from hechting_rules.model import Profile, Rulebook
from hechting_rules.profiles import find_profile, off_by_default, with_rules_on
from hechting_rules.render.explained_phrases import GAPS
from hechting_rules.source import Span
from hechting_rules.stated import Case, Test
from hechting_rules.terms import Status
from hechting_rules.testing.naive import AGE

MOST_REASONS = 2
"""How many ways are told in which a result came, or could have come."""


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
        failures += _of_advice(test, advice_of(answered))
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


def _of_advice(test: Test, advice: Advice) -> Iterator[Failure]:
    """What is expected of questions, screens and what is withheld: of these an advice speaks, and no register of the program."""
    asked = {question.code for question in advice.ask_next}
    for code, span in test.expected.ask:
        if code not in asked:
            yield Failure(test.name, span, f"the question {code}", ", ".join(sorted(asked)) or "no question", code)
    found = {suggestion.code: suggestion for suggestion in advice.suggestions}
    for code, flags, span in test.expected.screen_first:
        got = [flag.id for flag in found[code].screen_first] if code in found else []
        if not set(flags) <= set(got):
            expected = f"{code} after the screens {', '.join(flags)}"
            yield Failure(test.name, span, expected, ", ".join(got) or "no screen", code)
    for code, span in test.expected.withheld:
        if code not in found or not found[code].withheld_by:
            yield Failure(test.name, span, f"{code} withheld", "not withheld", code)


# --- a failure told --------------------------------------------------------------------------------------------------------


def told(book: Rulebook, test: Test, failures: Iterable[Failure], place: str = "") -> str:
    """The failures of one test as text; ``place`` is the path of its file, where that is known better than by its rulebook."""
    lines = [f"{place or test.span.path}:{test.span.line}: {test.name}", f"  the case: {in_words(test.given)}"]
    if test.switch_on:
        lines.append(f"  switched on: {', '.join(test.switch_on)}")
    for failure in failures:
        lines += ["", f"  line {failure.span.line}", f"    expected: {failure.expected}", f"    got:      {failure.got}"]
        lines += [f"    {line}" for line in reasons(book, test, failure.code)]
    return "\n".join(lines)


def in_words(case: Case) -> str:
    """A case in one line, by its codes."""
    quantities = dict(case.quantities)
    parts = []
    for person, stage in (("child", case.child_stage), ("adult", case.adult_stage)):
        age = quantities.pop(AGE[person], None)
        if stage or age is not None:
            parts.append(f"{person} {stage}".strip() + ("" if age is None else f" ({AGE[person]} {age:g})"))
    parts += [f"{name} {value:g}" for name, value in quantities.items()]
    for status in Status:
        codes = [stated.code for stated in case.findings if stated.status is status]
        if codes:
            parts.append(f"{status}: {', '.join(codes)}")
    return "; ".join(parts) or "nothing is said"


def reasons(book: Rulebook, test: Test, code: str) -> Iterator[str]:
    """Why a result is established, or the nearest ways by which it could be; nothing for what is no result."""
    profile = with_rules_on(find_profile(book, None), test.switch_on)
    if code not in book.rules_of:
        return
    answered = answer(test.given, book, profile)
    if answered.outcome(answered.program.results[code]) is Outcome.ESTABLISHED:
        yield from _why(code, test, answered, profile)
    else:
        yield from _why_not(code, answered)


def _why(code: str, test: Test, answered: Answered, profile: Profile) -> Iterator[str]:
    yield f"why:      by {', '.join(reason.rule for reason in because(code, answered))}"
    for facts in why(test.given, code, answered.book, profile)[:MOST_REASONS]:
        yield f"          from {'; '.join(fact.label.en for fact in facts) or 'nothing that is stated'}"


def _why_not(code: str, answered: Answered) -> Iterator[str]:
    ways = shortfall(code, answered)
    lead = "why not: "
    for way in ways[:MOST_REASONS]:
        yield f"{lead} {way.rules[0]} is short of"
        lead = "         "
        for gap in way.obstacles:
            yield f"            {gap.label.en} ({GAPS[gap.gap].en.lower()})"
    if not ways:
        yield f"{lead} no rule leads there in this case"
