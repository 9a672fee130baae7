"""Arguments for and against, side by side: what endangers and what protects, level by level, and what offsets what."""

from collections.abc import Iterator

from hechting_rules.advice import Outcome
from hechting_rules.answered import Answered
from hechting_rules.explaining.justify import finding_premise
from hechting_rules.explaining.shortfall import shortfall
from hechting_rules.explanations import Argument, Arguments, Level, Offset, RuleName
from hechting_rules.model import Finding
from hechting_rules.terms import About, Direction

AGAINST = (Direction.RISK, Direction.SIGN)


def arguments_of(answered: Answered) -> Arguments:
    """All that a case gives for risk and for protection. Nothing is weighed: the article gives an order and no weights."""
    levels = (_level(about, answered) for about in About)
    return Arguments(tuple(level for level in levels if level.against or level.protecting), tuple(_offsets(answered)))


def _level(about: About, answered: Answered) -> Level:
    against: list[Argument] = []
    protecting: list[Argument] = []
    not_known = 0
    for finding in answered.book.findings.values():
        if finding.about is not about or finding.direction is Direction.NEUTRAL:
            continue
        if answered.values[answered.program.present[finding.code].established]:
            (against if finding.direction in AGAINST else protecting).append(_argument(finding, answered))
        elif answered.is_open(finding.code):
            not_known += 1
    return Level(about, tuple(against), tuple(protecting), not_known)


def _argument(finding: Finding, answered: Answered) -> Argument:
    return Argument(finding_premise(finding.code, answered), finding.direction)


def _offsets(answered: Answered) -> Iterator[Offset]:
    """The conclusions that take back, or could take back, what would otherwise hold."""
    book, program = answered.book, answered.program
    for code, conclusion in book.conclusions.items():
        taken = [rule for rule in book.rules.values() if code in rule.unless and rule.id in program.bodies]
        held = [rule for rule in taken if answered.values[program.bodies[rule.id].established]]
        if held:
            outcome = answered.outcome(program.results[code])
            short = () if outcome is Outcome.ESTABLISHED else shortfall(code, answered)
            yield Offset(code, conclusion.title, outcome, tuple(RuleName(r.id, r.title) for r in held), short)
