"""Why a rule holds or may hold in a case: its premises, their sources, its place in the article, its evidence."""

from typing import assert_never

from hechting_rules.advice import EvidenceNote, Justification, Known, Locator, Outcome, Premise
from hechting_rules.answered import Answered
from hechting_rules.case import Admitted
from hechting_rules.condition import InRange, InStage, Is, IsAbsent, leaves
from hechting_rules.engine.circuit import Plane
from hechting_rules.explaining.wording import finding_label, stage_list
from hechting_rules.model import Rule
from hechting_rules.terms import Direction, Status, Text

STRENGTH = {Outcome.ESTABLISHED: 1, Outcome.POSSIBLE: 2, Outcome.RULED_OUT: 3}


def because(code: str, answered: Answered) -> tuple[Justification, ...]:
    """The rules that establish a result or, when none does, those that still may."""
    found = []
    for rule_id in answered.book.rules_of.get(code, ()):
        plane = answered.program.rules.get(rule_id)
        if plane is not None and answered.outcome(plane) is not Outcome.RULED_OUT:
            found.append(_justification(answered.book.rules[rule_id], plane, answered))
    best = min((STRENGTH[j.outcome] for j in found), default=0)
    return tuple(j for j in found if STRENGTH[j.outcome] == best)


def told(code: str, answered: Answered) -> bool:
    """Whether an advice tells a result: when it is possible, only if something the case gives speaks for it.

    What frames the case, such as a stage or a pregnancy, does not speak for it.
    """
    outcome = answered.outcome(answered.program.results[code])
    if outcome is not Outcome.POSSIBLE:
        return outcome is Outcome.ESTABLISHED
    program, rules = answered.program, answered.book.rules
    mine = (rule_id for rule_id in answered.book.rules_of.get(code, ()) if rule_id in program.rules)
    return any(
        _speaks(leaf, answered)
        for rule_id in mine
        if not answered.values[program.rules[rule_id].out]
        for leaf in leaves(rules[rule_id].when)
    )


def _speaks(leaf: Is | IsAbsent | InStage | InRange, answered: Answered) -> bool:
    """Whether a condition holds and does more than frame the case."""
    program, values = answered.program, answered.values
    match leaf:
        case Is(code) if code in program.results:
            return bool(values[program.results[code].established])
        case Is(code) | IsAbsent(code):
            plane = (program.present if isinstance(leaf, Is) else program.absent)[code]
            return bool(values[plane.established]) and answered.book.findings[code].direction is not Direction.NEUTRAL
        case InRange(name):
            return bool(values[program.ranges[name].established])
        case _:
            return False


def finding_premise(code: str, answered: Answered) -> Premise:
    """A finding that is present in a case, as a premise: what is known of it and where that comes from."""
    return _finding_premise(code, Known.PRESENT, answered.program.present[code], answered)


def _justification(rule: Rule, plane: Plane, answered: Answered) -> Justification:
    book = answered.book
    outcome = answered.outcome(plane)
    premises = [_premise(leaf, answered) for leaf in leaves(rule.when)]
    if outcome is Outcome.ESTABLISHED:
        premises = [p for p in premises if p.satisfied]
    note = book.evidence.get(rule.evidence)
    statements = [book.statements[s] for s in rule.statements]
    return Justification(
        rule=rule.id,
        title=rule.title,
        outcome=outcome,
        robust=answered.robust(plane),
        places=tuple(Locator(s.id, s.section, s.locator) for s in statements),
        wording=rule.wording,
        evidence=None if note is None else EvidenceNote(note.id, note.standing, note.short, note.full),
        premises=tuple(premises),
        unless=tuple(_result_premise(code, answered) for code in rule.unless),
    )


def _premise(leaf: Is | IsAbsent | InStage | InRange, answered: Answered) -> Premise:
    match leaf:
        case Is(code):
            if code in answered.program.results:
                return _result_premise(code, answered)
            return _finding_premise(code, Known.PRESENT, answered.program.present[code], answered)
        case IsAbsent(code):
            return _finding_premise(code, Known.ABSENT, answered.program.absent[code], answered)
        case InStage(stages):
            planes = [answered.program.stages[s] for s in stages]
            holds = any(answered.values[p.established] for p in planes)
            out = all(answered.values[p.out] for p in planes)
            return _bare_premise("stage", stage_list(stages, answered.book), holds, out, frames=True)
        case InRange(name):
            plane = answered.program.ranges[name]
            label = answered.book.ranges[name].label
            return _bare_premise(name, label, bool(answered.values[plane.established]), bool(answered.values[plane.out]))
        case _:
            assert_never(leaf)


def _bare_premise(code: str, label: Text, holds: bool, out: bool, *, frames: bool = False) -> Premise:
    status = Known.PRESENT if holds else Known.ABSENT if out else Known.UNKNOWN
    return Premise(code, label, Known.PRESENT, status, ("case",) if holds or out else (), holds, frames)


def _result_premise(code: str, answered: Answered) -> Premise:
    outcome = answered.outcome(answered.program.results[code])
    rules = [r for r in answered.book.rules_of.get(code, ()) if r in answered.program.rules]
    source: tuple[str, ...] = ()
    if outcome is Outcome.ESTABLISHED:
        source = tuple(r for r in rules if answered.outcome(answered.program.rules[r]) is outcome)
    title = answered.book.conclusions[code].title
    return Premise(code, title, Known.ESTABLISHED, Known(outcome.value), source, outcome is Outcome.ESTABLISHED)


def _finding_premise(code: str, wanted: Known, plane: Plane, answered: Answered) -> Premise:
    values = answered.values
    present, absent = answered.program.present[code], answered.program.absent[code]
    stated = answered.admitted.stated().get(code)
    if values[present.established]:
        status = Known.PRESENT
    elif values[absent.established]:
        status = Known.ABSENT
    elif values[present.out] and values[absent.out]:
        status = Known.MOOT
    else:
        status = Known.ASKED if stated is Status.UNKNOWN else Known.UNKNOWN
    source = _source(code, status, stated, answered.admitted)
    label = finding_label(code, answered.book)
    frames = answered.book.findings[code].direction is Direction.NEUTRAL
    return Premise(code, label, wanted, status, source, bool(values[plane.established]), frames)


def _source(code: str, status: Known, stated: Status | None, admitted: Admitted) -> tuple[str, ...]:
    """Where what is known of a finding comes from: the case, or the thing it follows from."""
    if status not in (Known.PRESENT, Known.ABSENT):
        return ()
    if stated is not None and stated.value == status.value:
        return ("case",)
    implied = admitted.implied.get(code)
    return ("case",) if implied is None else (implied[1],)
