"""The facts of a case as bits: what each sets in the inputs of a program, for one case or for a block of variants."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from hechting_rules.engine.admission import stage_bounds
from hechting_rules.engine.circuit import Input
from hechting_rules.engine.program import Program
from hechting_rules.model import Rulebook, Stage
from hechting_rules.terms import NO_PERSON, Person, Status

AGE_OF = {Person.CHILD: "child_age_months", Person.ADULT: "adult_age_years"}
"""The quantity that is the age of a person: months of a child, years of an adult."""


@attrs.frozen(order=True, cache_hash=True)
class Fact:
    """One thing that a case states: the unit in which explanations speak.

    ``name`` is the code of a finding, ``child`` or ``adult`` for a stage, or the name of a quantity; ``value`` is a status, the
    code of a stage, or the number as text.
    """

    name: str
    value: str


def fact_inputs(fact: Fact, book: Rulebook, parameters: Mapping[str, float]) -> Iterator[tuple[Input, str]]:
    """The inputs of a program that one fact sets."""
    if fact.name in book.findings:
        yield (Input.PRESENT if fact.value == Status.PRESENT else Input.ABSENT), fact.name
    elif fact.name in tuple(Person):
        yield from _stage_inputs(Person(fact.name), fact.value, book)
    else:
        yield from _quantity_inputs(fact.name, float(fact.value), book, parameters)


def _stage_inputs(person: Person, stage: str, book: Rulebook) -> Iterator[tuple[Input, str]]:
    for other in book.stages.values():
        if other.of is person:
            yield (Input.STAGE if other.code == stage else Input.NOT_STAGE), other.code
    if stage == NO_PERSON:
        yield Input.NO_PERSON, person.value


def _quantity_inputs(name: str, value: float, book: Rulebook, parameters: Mapping[str, float]) -> Iterator[tuple[Input, str]]:
    quantity = book.quantities[name]
    for code in quantity.implies:
        yield Input.PRESENT, code
    for person in Person:
        if AGE_OF[person] == name:
            stage = stage_at(value, [s for s in book.stages.values() if s.of is person], parameters)
            yield from _stage_inputs(person, stage, book)
    for named in book.ranges.values():
        if named.quantity == name:
            low, high = (parameters[e] if isinstance(e, str) else e for e in (named.start, named.end))
            yield (Input.IN_RANGE if low <= value <= high else Input.NOT_IN_RANGE), named.name


def block(variants: Sequence[Iterable[Fact]], program: Program, book: Rulebook) -> list[int]:
    """The input registers of a block: bit *i* of each belongs to the case that states the facts ``variants[i]``."""
    masks: dict[Fact, int] = {}
    for place, facts in enumerate(variants):
        bit = 1 << place
        for fact in facts:
            masks[fact] = masks.get(fact, 0) | bit
    return filled(masks, len(variants), program, book)


def block_around(base: Iterable[Fact], changes: Sequence[Iterable[Fact]], program: Program, book: Rulebook) -> list[int]:
    """The input registers of variants of one case: bit *i* belongs to the case ``base`` with ``changes[i]`` made.

    A change states its fact in place of what the case says of the same thing; one without a value leaves that thing out.
    """
    masks: dict[Fact, int] = {}
    replaced: dict[str, int] = {}
    for place, facts in enumerate(changes):
        bit = 1 << place
        for fact in facts:
            replaced[fact.name] = replaced.get(fact.name, 0) | bit
            if fact.value:
                masks[fact] = masks.get(fact, 0) | bit
    ones = (1 << len(changes)) - 1
    for fact in base:
        masks[fact] = masks.get(fact, 0) | (ones & ~replaced.get(fact.name, 0))
    return filled(masks, len(changes), program, book)


def filled(masks: Mapping[Fact, int], width: int, program: Program, book: Rulebook) -> list[int]:
    """The input registers of a block of ``width`` cases, from the cases (bits) that state each fact."""
    inputs = [0] * (2 + len(program.inputs))
    inputs[1] = (1 << width) - 1
    for fact, mask in masks.items():
        for key in fact_inputs(fact, book, program.parameters):
            register = program.inputs.get(key)
            if register is not None:
                inputs[register] |= mask
    return inputs


def stage_at(age: float, stages: Iterable[Stage], parameters: Mapping[str, float]) -> str:
    """The stage that holds an age (months for a child, years for an adult), or nothing."""
    for stage in stages:
        low, high = stage_bounds(stage, parameters)
        bounded = low is not None or high is not None
        if bounded and (low or 0) <= age and (high is None or age < high):
            return stage.code
    return ""
