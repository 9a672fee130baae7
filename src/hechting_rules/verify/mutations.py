"""Every mutant of a rule: its condition with one thing changed, as a slip of the author would change it.

Left out is only what says the same as before or nothing at all: ``all`` and ``any`` of one part, an empty list, at least 0.
"""

from collections.abc import Container, Iterator
from enum import StrEnum

import attrs

from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, InRange, InStage, Is, IsAbsent
from hechting_rules.model import Rule, Rulebook
from hechting_rules.reading.crosscheck import check
from hechting_rules.source import Diagnostic, Problems, Span
from hechting_rules.verify.edits import phrase

JOINED = AllOf | AnyOf | AtLeast


class Operator(StrEnum):
    """What a mutant does to a rule."""

    DROP = "drop a condition"
    FLIP = "flip present and absent"
    JOIN = "swap all and any"
    COUNT = "count one more or less"
    UNLESS = "drop an unless"
    STAGE = "swap or drop a stage"
    RANGE = "swap a range"


@attrs.frozen
class Mutant:
    """A rule with one thing changed: ``words`` say what stands there instead, ``span`` is where."""

    rule: Rule
    operator: Operator
    words: str
    span: Span


@attrs.frozen
class _Edit:
    """A condition with one thing changed."""

    condition: Condition
    operator: Operator
    words: str
    span: Span


def mutants_of(rule: Rule, book: Rulebook) -> tuple[Mutant, ...]:
    """Every mutant of a rule, in the order of the file."""
    changed = [Mutant(attrs.evolve(rule, when=e.condition), e.operator, e.words, e.span) for e in _edits(rule.when, book)]
    for code in rule.unless:
        left = tuple(other for other in rule.unless if other != code)
        changed.append(Mutant(attrs.evolve(rule, unless=left), Operator.UNLESS, f"without unless {code}", rule.span))
    return tuple(changed)


def _edits(condition: Condition, book: Rulebook) -> Iterator[_Edit]:
    match condition:
        case Is(code, span):
            yield _Edit(IsAbsent(code, span), Operator.FLIP, f"absent {code} instead of {code}", span)
        case IsAbsent(code, span):
            yield _Edit(Is(code, span), Operator.FLIP, f"{code} instead of absent {code}", span)
        case InStage(stages, span):
            yield from _stages(stages, span, book)
        case InRange(name, span):
            quantity = book.ranges[name].quantity
            for other in book.ranges.values():
                if other.quantity == quantity and other.name != name:
                    yield _Edit(InRange(other.name, span), Operator.RANGE, f"range {other.name} instead of {name}", span)
        case _:
            yield from _joined(condition)
            yield from _inside(condition, book)


def _stages(stages: tuple[str, ...], span: Span, book: Rulebook) -> Iterator[_Edit]:
    """One stage for another of the same person, or one left out."""
    people = {book.stages[stage].of for stage in stages}
    others = [stage.code for stage in book.stages.values() if stage.of in people and stage.code not in stages]
    for place, stage in enumerate(stages):
        left = stages[:place] + stages[place + 1 :]
        if left:
            yield _Edit(InStage(left, span), Operator.STAGE, f"without stage {stage}", span)
        for other in others:
            swapped = (*stages[:place], other, *stages[place + 1 :])
            yield _Edit(InStage(swapped, span), Operator.STAGE, f"stage {other} instead of {stage}", span)


def _joined(condition: JOINED) -> Iterator[_Edit]:
    """Another way to join the same parts, or one part less."""
    parts, span = condition.parts, condition.span
    match condition:
        case AllOf() if len(parts) > 1:
            yield _Edit(AnyOf(parts, span), Operator.JOIN, f"any instead of all of ({_list(parts)})", span)
        case AnyOf() if len(parts) > 1:
            yield _Edit(AllOf(parts, span), Operator.JOIN, f"all instead of any of ({_list(parts)})", span)
        case AtLeast(count):
            for other in (count - 1, count + 1):
                if other:
                    words = f"at least {other} instead of {count} of ({_list(parts)})"
                    yield _Edit(AtLeast(other, parts, span), Operator.COUNT, words, span)
    for place, part in enumerate(parts):
        left = parts[:place] + parts[place + 1 :]
        if left:
            yield _Edit(attrs.evolve(condition, parts=left), Operator.DROP, f"without {phrase(part)}", part.span)


def _list(parts: tuple[Condition, ...]) -> str:
    return ", ".join(phrase(part) for part in parts)


def _inside(condition: JOINED, book: Rulebook) -> Iterator[_Edit]:
    """One thing changed in one of the parts."""
    for place, part in enumerate(condition.parts):
        for edit in _edits(part, book):
            parts = (*condition.parts[:place], edit.condition, *condition.parts[place + 1 :])
            yield attrs.evolve(edit, condition=attrs.evolve(condition, parts=parts))


@attrs.frozen(eq=False)
class Leaner:
    """A rulebook without what no edit of one rule's condition can make inconsistent, so that it is checked fast.

    ``known`` is what is wrong with it for that alone: exemplars are missing, and rules for what the rule does not bear on.
    """

    book: Rulebook
    known: frozenset[Diagnostic]


def lean(book: Rulebook, results: Container[str]) -> Leaner:
    """A rulebook to check mutants of a rule in; ``results`` are those that rest on the rule, directly or through others."""
    rules = {rule.id: attrs.evolve(rule, exemplars=()) for rule in book.rules.values() if rule.result in results}
    left = attrs.evolve(book, rules=rules, tests=(), dispositions={}, classifications={}, profiles={})
    return Leaner(left, frozenset(_wrong(left)))


def _wrong(book: Rulebook) -> tuple[Diagnostic, ...]:
    problems = Problems()
    check(book, problems)
    return problems.errors()


def refusal(mutant: Mutant, leaner: Leaner) -> str:
    """Why the loader refuses a rulebook with this mutant in it, or nothing where it does not."""
    if _twice(mutant.rule.when):
        return "R404 this condition stands here twice"
    one = attrs.evolve(mutant.rule, exemplars=())
    wrong = _wrong(attrs.evolve(leaner.book, rules={**leaner.book.rules, one.id: one}))
    return next((f"{d.code} {d.message}" for d in wrong if d not in leaner.known), "")


def _twice(condition: Condition) -> bool:
    """Whether a list in a condition holds a part twice, which the reader of conditions refuses."""
    if not isinstance(condition, JOINED):
        return False
    return len(set(condition.parts)) < len(condition.parts) or any(_twice(part) for part in condition.parts)


def mutated(book: Rulebook, mutant: Mutant) -> Rulebook:
    """The rulebook with a mutant in the place of its rule. It may be one that the loader refuses: see `refusal`."""
    return check(attrs.evolve(book, rules={**book.rules, mutant.rule.id: mutant.rule}), Problems())
