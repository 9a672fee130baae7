"""What a guidance test that fails says: where, of which case, what was expected, what came, and why it came."""

from collections.abc import Iterable, Iterator

from hechting_rules.advice import Outcome
from hechting_rules.answered import Answered, answer
from hechting_rules.explain import why
from hechting_rules.explaining.justify import because
from hechting_rules.explaining.shortfall import shortfall
from hechting_rules.model import Profile, Rulebook
from hechting_rules.profiles import find_profile, with_rules_on
from hechting_rules.render.explained_phrases import GAPS
from hechting_rules.stated import Case, Test
from hechting_rules.terms import Status
from hechting_rules.testing.guidance import Failure
from hechting_rules.testing.naive import AGE

MOST_REASONS = 2
"""How many ways are told in which a result came, or could have come."""


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
