"""A lint of how many people a rule is about, told by a person in whom nothing is the matter."""

import itertools
from collections.abc import Iterator, Sequence

from hechting_rules.answered import program_for
from hechting_rules.condition import AnyOf, AtLeast, Condition, IsAbsent
from hechting_rules.engine.kernel import run
from hechting_rules.engine.program import Program
from hechting_rules.facts import Fact, block, stage_at
from hechting_rules.model import DEFAULT_PROFILE, Rulebook
from hechting_rules.profiles import active_rules, with_rules_on
from hechting_rules.relations import rests_on
from hechting_rules.terms import NO_PERSON, PERSON_OF, About, Direction, Person, Status
from hechting_rules.verify.lints.remark import Remark, Shown
from hechting_rules.verify.lints.sense import Sense, sense_of, words
from hechting_rules.verify.space import case_of

TROUBLE = (Direction.RISK, Direction.SIGN)
"""What is the matter with somebody, if anything is."""


def too_wide(book: Rulebook) -> Iterator[Remark]:
    """L618: a rule raises a suggestion for nearly everyone: for a person in whom nothing is the matter.

    That is a person of whom every finding is denied but protection, which is unknown or present: what is left is a stage, a week,
    or the absence of something. General advice says so itself (``on_occasion``) and is no part of this. Nor should a risk or sign
    that is absent be enough in an ``any`` or ``at_least``, for of nearly everyone it is absent.
    """
    sense = sense_of(book)
    off = tuple(sorted(book.rules.keys() - active_rules(book, book.profiles[DEFAULT_PROFILE])))
    profile = with_rules_on(book.profiles[DEFAULT_PROFILE], off)
    program = program_for(book, profile)
    people = list(untroubled(sense))
    values = run(program.steps, block(people, program, book))
    usable = values[1] & ~values[program.refused]
    for rule in book.rules.values():
        suggestion = book.suggestions.get(rule.result)
        found = values[program.rules[rule.id].established] & usable if rule.id in program.rules else 0
        if suggestion is not None and not suggestion.on_occasion and found:
            person = people[(found & -found).bit_length() - 1]
            shown = _needed(person, program.rules[rule.id].established, program, book)
            on = tuple(sorted(_below(rule.id, book) & set(off)))
            message = f"rule '{rule.id}' raises '{rule.result}' where nothing is the matter"
            hint = "ask for a finding besides; is it advice for everyone, say on_occasion: true"
            yield Remark("L618", rule.span, message, hint, (rule.id,), Shown(case_of(shown), on))
        for part in _wide_parts(rule.when, book):
            message = f"in rule '{rule.id}' {words(part)} is enough by itself, and holds for nearly everyone"
            yield Remark("L618", part.span, message, "", (rule.id,), Shown(case_of([Fact(part.code, Status.ABSENT.value)])))


def _below(rule: str, book: Rulebook) -> set[str]:
    """A rule and all that it rests on, through what they conclude."""
    seen, waiting = set[str](), [rule]
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            waiting.extend(other for result in rests_on(book.rules[one], book.order) for other in book.rules_of[result])
    return seen


def _needed(facts: Sequence[Fact], register: int, program: Program, book: Rulebook) -> list[Fact]:
    """What of a case a register needs to stay true, when one fact after another is left out."""
    left = list(facts)
    for fact in facts:
        fewer = [other for other in left if other != fact]
        if run(program.steps, block([fewer], program, book))[register]:
            left = fewer
    return left


def _wide_parts(condition: Condition, book: Rulebook) -> Iterator[IsAbsent]:
    """The risks and signs whose absence is enough in an ``any`` or ``at_least``."""
    match condition:
        case AnyOf(parts) | AtLeast(_, parts):
            for part in parts:
                if isinstance(part, IsAbsent) and book.findings[part.code].direction in TROUBLE:
                    yield part
    for part in getattr(condition, "parts", ()):
        yield from _wide_parts(part, book)


def untroubled(sense: Sense) -> Iterator[list[Fact]]:
    """People in whom nothing is the matter: at each stage, in each range, with protection unknown and with protection present."""
    stages = [[*sorted(sense.stages_of(person)), NO_PERSON] for person in (Person.CHILD, Person.ADULT)]
    for child, adult in itertools.product(*stages):
        for quantity in (None, *_measures(sense, child, adult)):
            for protected in (False, True):
                yield _facts(sense, {Person.CHILD: child, Person.ADULT: adult}, quantity, protected)


def _measures(sense: Sense, child: str, adult: str) -> Iterator[Fact]:
    """A value in each range that a person at these stages can have."""
    at = {Person.CHILD.value: child, Person.ADULT.value: adult}
    for name, named in sense.book.ranges.items():
        start, end = sense.ends(name)
        of = sense.book.quantities[named.quantity].of
        for value in (start, (start + end) / 2, end):
            own = [stage for stage in sense.book.stages.values() if stage.of == of]
            if of not in at or stage_at(value, own, sense.parameters) == at[of]:
                yield Fact(named.quantity, repr(float(value)))
                break


def _facts(sense: Sense, at: dict[Person, str], quantity: Fact | None, protected: bool) -> list[Fact]:
    book, closed = sense.book, sense.closed
    there: set[str] = set()

    def take(code: str) -> None:
        there.update((code, *closed.below[code]))

    for stage in at.values():
        for code in book.stages[stage].implies if stage != NO_PERSON else ():
            take(code)
    for code in book.quantities[quantity.name].implies if quantity else ():
        take(code)
    for finding in book.findings.values() if protected else ():
        along = {finding.code, *closed.below[finding.code]}
        calm = all(book.findings[code].direction is Direction.PROTECTION for code in along - there)
        if calm and _counts(finding.code, at, sense) and not there & set(closed.against[finding.code]):
            take(finding.code)
    facts = [Fact(person.value, stage) for person, stage in at.items()]
    facts += [quantity] if quantity else []
    for code, finding in book.findings.items():
        if code in there and finding.direction is Direction.PROTECTION:
            facts.append(Fact(code, Status.PRESENT.value))
        elif code not in there and finding.direction is not Direction.PROTECTION:
            facts.append(Fact(code, Status.ABSENT.value))
    return facts


def _counts(code: str, at: dict[Person, str], sense: Sense) -> bool:
    """Whether a finding can be present at these stages."""
    finding = sense.book.findings[code]
    person = PERSON_OF.get(finding.about)
    if person is None:
        return True
    stage = at[person]
    gone = stage == NO_PERSON and finding.about in {About.CHILD, About.ADULT}
    return not gone and stage not in finding.not_at and (not finding.stages or stage in finding.stages)
