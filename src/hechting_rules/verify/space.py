"""All cases of one rulebook, or of several at once, as one circuit over the facts that a case can state.

A question over all cases is a register of this circuit: a solver looks for a case that makes it true, and the kernel runs it on
any case. What a fact does to a program is asked of `case.fact_inputs` and nowhere written down again. Of a quantity, one value
stands for all values that no range, stage or bound tells apart.
"""

import itertools
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

import attrs

from hechting_rules.engine.circuit import ONES, ZERO, Circuit, Input
from hechting_rules.engine.kernel import run
from hechting_rules.engine.program import Program
from hechting_rules.facts import AGE_OF, Fact, fact_inputs, stage_at
from hechting_rules.model import Quantity, Rulebook
from hechting_rules.stated import Case, Stated
from hechting_rules.terms import NO_PERSON, Person, Status

Facts = frozenset[Fact]
"""What one case states: at most one fact of each name."""

LIMIT = 20_000_000
"""What a solver may spend on one question at most, in z3's own unit: in the order of ten seconds, the same on every machine."""


@attrs.frozen(eq=False)
class Side:
    """One rulebook in a space: ``registers[i]`` is the space's register for register *i* of the program.

    ``refused`` is true of the cases that the admission refuses.
    """

    book: Rulebook
    program: Program
    registers: Sequence[int]
    refused: int


@attrs.frozen(eq=False)
class Space:
    """Every case that all rulebooks of ``sides`` can read, as a circuit; fact *i* is its register ``-1 - i``.

    A fact of a finding bears a name that every side knows, be it its code or an alias; ``names`` leads from each such name to the
    one that stands for it. Questions are further steps of the circuit ``to``.
    """

    facts: tuple[Fact, ...]
    names: Mapping[str, str]
    to: Circuit
    sides: tuple[Side, ...]


class Found(StrEnum):
    """What came of looking for a case among all cases."""

    CASE = "a case"
    NONE = "no case"
    UNDECIDED = "undecided"


@attrs.frozen
class Answer:
    """Whether there is a case for which a question holds, and what one such case states."""

    found: Found
    facts: Facts = frozenset()


def space_of(programs: Sequence[tuple[Rulebook, Program]]) -> Space:
    """The cases that all of these rulebooks can read, each rulebook with its program."""
    names = _names([book for book, _ in programs])
    facts = tuple(_facts(programs, names))
    to = Circuit()
    return Space(facts, names, to, tuple(_side(book, program, facts, to) for book, program in programs))


def _names(books: Sequence[Rulebook]) -> Mapping[str, str]:
    """The names of findings that every rulebook knows, those that mean the same in each under one name: the last one's code."""
    last = books[-1]
    known = [name for name in (*last.findings, *last.alias) if all(name in b.findings or name in b.alias for b in books)]
    chosen: dict[tuple[str, ...], str] = {}
    for name in known:
        chosen.setdefault(tuple(book.alias.get(name, name) for book in books), name)
    return {name: chosen[tuple(book.alias.get(name, name) for book in books)] for name in known}


def _facts(programs: Sequence[tuple[Rulebook, Program]], names: Mapping[str, str]) -> Iterator[Fact]:
    """Stages, quantities, findings: everything that a case of all rulebooks can state."""
    books = [book for book, _ in programs]
    last = books[-1]
    for person in Person:
        for stage in last.stages.values():
            if stage.of is person and all(stage.code in b.stages and b.stages[stage.code].of is person for b in books):
                yield Fact(person.value, stage.code)
        yield Fact(person.value, NO_PERSON)
    for name in last.quantities:
        if all(name in book.quantities for book in books):
            for value in _values(name, programs):
                yield Fact(name, repr(value))
    for name in dict.fromkeys(names.values()):
        yield Fact(name, Status.PRESENT.value)
        yield Fact(name, Status.ABSENT.value)


def _values(name: str, programs: Iterable[tuple[Rulebook, Program]]) -> Iterator[float]:
    """Values of a quantity: each at which something begins or ends, and one between each two of them."""
    ends = sorted({float(end) for book, program in programs for end in _ends(name, book, program)})
    quantities = [book.quantities[name] for book, _ in programs]
    least, most = min(q.least for q in quantities), max(q.most for q in quantities)
    inside = [end for end in ends if least <= end <= most]
    yield from inside[:1]
    for low, high in itertools.pairwise(inside):
        whole = float(math.floor(low) + 1)
        between = whole if whole < high else (low + high) / 2
        if low < between < high:
            yield between
        yield high


def _ends(name: str, book: Rulebook, program: Program) -> Iterator[float]:
    quantity = book.quantities[name]
    yield from (quantity.least, quantity.most)
    for named in book.ranges.values():
        if named.quantity == name:
            yield from (program.parameters[e] if isinstance(e, str) else e for e in (named.start, named.end))
    for stage in book.stages.values():
        if AGE_OF[stage.of] == name:
            yield from (0.0, *(program.parameters[e] for e in (stage.start, stage.below) if e))


def _side(book: Rulebook, program: Program, facts: Sequence[Fact], to: Circuit) -> Side:
    """The steps of one program over the facts of the space."""
    setters: dict[tuple[Input, str], list[int]] = {}
    refused: list[int] = []
    for place, fact in enumerate(facts):
        own = own_fact(fact, book)
        for key in fact_inputs(own, book, program.parameters):
            setters.setdefault(key, []).append(-1 - place)
        if own.name in book.quantities and not _fits(book.quantities[own.name], float(own.value), book, program):
            refused.append(-1 - place)
    inputs = sorted(program.inputs, key=lambda key: program.inputs[key])
    registers = [ZERO, ONES, *(to.any(setters.get(key, ())) for key in inputs)]
    joins = (to.both, to.either, to.without)
    for op, a, b in program.steps:
        registers.append(joins[op](registers[a], registers[b]))
    refused.extend(_answered_twice(facts, book, to))
    return Side(book, program, tuple(registers), to.any([registers[program.refused], *refused]))


def own_fact(fact: Fact, book: Rulebook) -> Fact:
    """A fact of a space with the name that one of its rulebooks gives it."""
    return Fact(book.alias.get(fact.name, fact.name), fact.value)


def _fits(quantity: Quantity, value: float, book: Rulebook, program: Program) -> bool:
    """Whether a rulebook takes a value: within its bounds and, for an age, at some stage of the person."""
    if not quantity.least <= value <= quantity.most:
        return False
    stages = [[s for s in book.stages.values() if s.of is person] for person in Person if AGE_OF[person] == quantity.name]
    return all(stage_at(value, own, program.parameters) for own in stages)


def _answered_twice(facts: Sequence[Fact], book: Rulebook, to: Circuit) -> Iterator[int]:
    """Where two names of a space mean one finding in a rulebook: present under the one and absent under the other."""
    said: dict[str, dict[str, list[int]]] = {}
    for place, fact in enumerate(facts):
        own = own_fact(fact, book)
        if own.name in book.findings:
            said.setdefault(own.name, {}).setdefault(own.value, []).append(-1 - place)
    for by_status in said.values():
        present, absent = by_status[Status.PRESENT], by_status[Status.ABSENT]
        if len(present) > 1:
            yield to.both(to.any(present), to.any(absent))


def evaluate(space: Space, variants: Sequence[Collection[Fact]], registers: Sequence[int]) -> list[int]:
    """The values of these registers for a block of cases: bit *i* belongs to the case that states ``variants[i]``."""
    shift = len(space.facts)

    def number(register: int) -> int:
        if register < 0:
            return 1 - register
        return register if register in {ZERO, ONES} else register + shift

    inputs = [0, (1 << len(variants)) - 1, *([0] * shift)]
    place = {fact: 2 + i for i, fact in enumerate(space.facts)}
    for bit, facts in enumerate(variants):
        for fact in facts:
            inputs[place[fact]] |= 1 << bit
    values = run([(op, number(a), number(b)) for op, a, b in space.to.steps], inputs)
    return [values[number(register)] for register in registers]


def shrunk(facts: Facts, register: int, space: Space) -> Facts:
    """What is left of a case for which a register holds when all that it does not need is taken out: numbers and denials first.

    Of what is left nothing can be missed. A register for which every smaller case holds too leaves no fact at all.
    """
    left = sorted(_by_stage(facts, register, space), key=_weight)
    while True:
        alone = evaluate(space, [left[:n] + left[n + 1 :] for n in range(len(left))], [register])[0]
        spare = [fact for n, fact in enumerate(left) if alone >> n & 1]
        if not spare:
            return frozenset(left)
        fewer = [[fact for fact in left if fact not in spare[:n]] for n in range(len(spare), 0, -1)]
        together = evaluate(space, fewer, [register])[0]
        left = next(facts for n, facts in enumerate(fewer) if together >> n & 1)


def _by_stage(facts: Facts, register: int, space: Space) -> Facts:
    """The same case with the name of a stage in the place of an age, wherever that will do."""
    for person in Person:
        age = next((fact for fact in facts if fact.name == AGE_OF[person]), None)
        stages = [fact for fact in space.facts if fact.name == person]
        others = [frozenset({*(f for f in facts if f is not age and f.name != person), stage}) for stage in stages]
        held = evaluate(space, others, [register])[0] if age else 0
        facts = others[(held & -held).bit_length() - 1] if held else facts
    return facts


def _weight(fact: Fact) -> tuple[int, Fact]:
    """Facts that are read less easily first."""
    if fact.value == Status.ABSENT:
        return 1, fact
    if fact.value == Status.PRESENT:
        return 3, fact
    return (2 if fact.name in tuple(Person) else 0), fact


def case_of(facts: Iterable[Fact], id: str = "") -> Case:
    """The case that states these facts and nothing else."""
    said = {fact.name: fact.value for fact in facts}
    stages = {person: said.pop(person.value, "") for person in Person}
    findings = tuple(Stated(name, Status(value)) for name, value in sorted(said.items()) if value in tuple(Status))
    quantities = tuple((name, float(value)) for name, value in sorted(said.items()) if value not in tuple(Status))
    return Case(id, "", stages[Person.CHILD], stages[Person.ADULT], quantities, findings)


def facts_of(case: Case, space: Space) -> Facts | None:
    """What a case states, in the facts of a space; nothing for one that states what is not in it, or a thing in two ways."""
    said = [(name, value) for name, value in (("child", case.child_stage), ("adult", case.adult_stage)) if value]
    said += [(space.names.get(s.code, ""), s.status.value) for s in case.findings if s.status is not Status.UNKNOWN]
    facts = {Fact(name, value) for name, value in said}
    facts |= {_standing_for(name, value, space) for name, value in case.quantities}
    once = len({fact.name for fact in facts}) == len(facts)
    return frozenset(facts) if once and facts <= set(space.facts) else None


def _standing_for(name: str, value: float, space: Space) -> Fact:
    """The fact of a space that stands for a value of a quantity: that value, or the one between the same two ends."""
    known = [float(fact.value) for fact in space.facts if fact.name == name]
    if value in known or not known or not known[0] <= value <= known[-1]:
        return Fact(name, repr(float(value)))
    ends = {end for side in space.sides for end in _ends(name, side.book, side.program)}
    low, high = max(end for end in ends if end < value), min(end for end in ends if end > value)
    return Fact(name, repr(next(one for one in known if low < one < high)))
