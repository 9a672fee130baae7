"""Counterfactuals: the smallest sets of findings that can still change in a life and with which a result comes or goes.

All sets of a size are tried at once, as a block of variants through the part of the program that the result rests on; sizes go up
from one, so no smaller set works. What a change could not help with is left out beforehand, by the signs with which its inputs
enter that part.
"""

import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from hechting_rules.answered import Answered, around
from hechting_rules.engine.circuit import ONES, ZERO, Plane
from hechting_rules.engine.kernel import Op, Step, run
from hechting_rules.engine.program import Program
from hechting_rules.explaining.wording import stated_fact
from hechting_rules.explanations import Counterfactual, NoWay
from hechting_rules.facts import Fact, fact_inputs
from hechting_rules.terms import Change, Origin, Status

MOST_FINDINGS = 4
"""A set has at most this many findings."""

MOST_SETS = 20
"""How many sets of the smallest size are told at most."""

HEADS = 64
"""How many beginnings of sets go into one block."""

CONSTANTS = {ZERO, ONES}

CAN_BECOME = {
    Change.NEVER: (),
    Change.TO_ABSENT: (Status.ABSENT,),
    Change.TO_PRESENT: (Status.PRESENT,),
    Change.EITHER: (Status.PRESENT, Status.ABSENT),
}


def smallest_changes(code: str, answered: Answered) -> Counterfactual:
    """The smallest sets of changes that bring a result, or that take away one that is established."""
    book, program = answered.book, answered.program
    plane = program.results[code]
    adds = not answered.values[plane.established]
    item = book.suggestions.get(code)
    if item is not None and item.origin is Origin.SAFETY:
        return Counterfactual(code, adds, (), NoWay.SAFETY)
    part = part_of(program, plane.established)
    options = list(_useful(_options(answered), part, answered, adds=adds))
    sizes = range(1, MOST_FINDINGS + 1) if _can_move(options, part, answered, adds=adds) else ()
    found = next((sets for size in sizes if (sets := _working(size, options, part, answered, adds=adds))), [])
    if not found:
        return Counterfactual(code, adds, (), _no_way(options, part, plane, answered, adds=adds))
    told = tuple(tuple(stated_fact(fact, book) for fact in facts) for facts in found[:MOST_SETS])
    return Counterfactual(code, adds, told, None)


def _options(answered: Answered, *, freely: bool = False) -> Iterator[Fact]:
    """Each finding that can change (``freely``: each there is), as what it can become and is not now."""
    program, values = answered.program, answered.values
    for finding in answered.book.findings.values():
        for status in CAN_BECOME[Change.EITHER if freely else finding.changeable]:
            plane = (program.present if status is Status.PRESENT else program.absent)[finding.code]
            if not values[plane.established]:
                yield Fact(finding.code, status.value)


@attrs.frozen(eq=False)
class Part:
    """The steps that one register rests on, with registers of their own; ``inputs`` says which of the program's go in first.

    ``helps`` and ``hurts`` name the inputs (by the program's registers) that, set, can make the register true, or false.
    """

    steps: tuple[Step, ...]
    inputs: tuple[int, ...]
    register: int
    helps: frozenset[int]
    hurts: frozenset[int]


@functools.lru_cache(maxsize=256)
def part_of(program: Program, register: int) -> Part:
    """The part of a program that a register rests on."""
    first = len(CONSTANTS) + len(program.inputs)
    signs: dict[int, set[bool]] = {register: {True}}
    for place in range(len(program.steps) - 1, -1, -1):
        own = signs.get(first + place)
        if own:
            op, a, b = program.steps[place]
            signs.setdefault(a, set()).update(own)
            signs.setdefault(b, set()).update({not sign for sign in own} if op is Op.AND_NOT else own)
    used = sorted(place for place in signs.keys() - CONSTANTS if place < first)
    steps = sorted(place for place in signs if place >= first)
    number = {old: new for new, old in enumerate((*sorted(CONSTANTS), *used, *steps))}
    return Part(
        steps=tuple((op, number[a], number[b]) for op, a, b in (program.steps[place - first] for place in steps)),
        inputs=tuple(used),
        register=number[register],
        helps=frozenset(place for place in used if True in signs[place]),
        hurts=frozenset(place for place in used if False in signs[place]),
    )


def _registers(fact: Fact, answered: Answered) -> set[int]:
    keys = fact_inputs(fact, answered.book, answered.program.parameters)
    return {answered.program.inputs[key] for key in keys if key in answered.program.inputs}


def _useful(options: Iterable[Fact], part: Part, answered: Answered, *, adds: bool) -> Iterator[Fact]:
    """The changes that can move the result, and those without which another of them could not be said."""
    wanted, unwanted = (part.helps, part.hurts) if adds else (part.hurts, part.helps)
    stated = {fact.name: fact for fact in answered.admitted.facts}
    every = list(options)

    def moves(fact: Fact) -> bool:
        old = _registers(stated[fact.name], answered) if fact.name in stated else set()
        return bool(_registers(fact, answered) & wanted or old & unwanted)

    kept = {fact for fact in every if moves(fact)}
    while True:
        freeing = {fact.name for other in kept for fact in _clashing(other, answered)}
        more = kept | {fact for fact in every if fact.name in freeing}
        if more == kept:
            break
        kept = more
    yield from (fact for fact in every if fact in kept)


def _clashing(fact: Fact, answered: Answered) -> Iterator[Fact]:
    """What the case states that cannot be together with a change."""
    closed = answered.program.closed
    there = fact.value == Status.PRESENT
    for other in answered.admitted.facts:
        denied = other.name in (closed.below if there else closed.above)[fact.name]
        against = there and other.name in closed.against[fact.name] and other.value == Status.PRESENT
        if against or (denied and other.value == (Status.ABSENT if there else Status.PRESENT)):
            yield other


def _working(size: int, options: Sequence[Fact], part: Part, answered: Answered, *, adds: bool) -> list[tuple[Fact, ...]]:
    """All sets of this many changes that move the result, in the order of the findings."""
    found = [facts for facts in _hits(size, options, part, answered, adds=adds) if len({fact.name for fact in facts}) == size]
    refused = around(found, answered)[answered.program.refused]
    return [facts for place, facts in enumerate(found) if not refused >> place & 1]


def _hits(size: int, options: Sequence[Fact], part: Part, answered: Answered, *, adds: bool) -> Iterator[tuple[Fact, ...]]:
    """Sets with which the register is as wanted: each block holds some beginnings, each with every option as its end."""
    width = len(options)
    registers = [_registers(fact, answered) for fact in options]
    stated = {fact.name: _registers(fact, answered) for fact in answered.admitted.facts}
    base = [set[int]() if fact.name not in stated else stated[fact.name] for fact in options]
    always = {register for own in stated.values() for register in own}
    heads = itertools.combinations(range(width), size - 1)
    while chunk := list(itertools.islice(heads, HEADS)):
        masks = _masks(chunk, width)
        ones = (1 << (len(chunk) * width)) - 1
        values = dict.fromkeys(always, ones)
        for option, mask in enumerate(masks):
            for register in base[option]:
                values[register] = values.get(register, 0) & ~mask
        for option, mask in enumerate(masks):
            for register in registers[option]:
                values[register] = values.get(register, 0) | mask
        at = run(part.steps, [0, ones, *(values.get(register, 0) for register in part.inputs)])[part.register]
        at = at if adds else ones & ~at
        for place in _bits(at & _in_order(chunk, width)):
            head, last = divmod(place, width)
            yield tuple(options[i] for i in (*chunk[head], last))


def _masks(chunk: Sequence[tuple[int, ...]], width: int) -> list[int]:
    """For each option the bits of the sets that hold it: as their end, or among their beginning."""
    ends = sum(1 << (place * width) for place in range(len(chunk)))
    masks = [ends << option for option in range(width)]
    whole = (1 << width) - 1
    for place, head in enumerate(chunk):
        for option in head:
            masks[option] |= whole << (place * width)
    return masks


def _in_order(chunk: Sequence[tuple[int, ...]], width: int) -> int:
    """The bits of the sets whose end comes after their beginning, so that each set is tried once."""
    whole = (1 << width) - 1
    found = 0
    for place, head in enumerate(chunk):
        after = head[-1] + 1 if head else 0
        found |= (whole >> after << after) << (place * width)
    return found


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _no_way(options: Sequence[Fact], part: Part, plane: Plane, answered: Answered, *, adds: bool) -> NoWay:
    """Why no small set of changes moves a result; what cannot be shown to be fixed is only told to be far.

    Fixed by history: no changes at all move it, but some would if history could change.
    """
    if _can_move(_possible(options, answered), part, answered, adds=adds):
        return NoWay.FAR
    freely = list(_useful(_options(answered, freely=True), part, answered, adds=adds))
    if not _can_move(_possible(freely, answered), part, answered, adds=adds):
        return NoWay.FIXED
    return NoWay.HISTORY if _moves(freely, part, plane, answered, adds=adds) else NoWay.FAR


def _possible(options: Sequence[Fact], answered: Answered) -> list[Fact]:
    """The changes that do not clash with what none of them changes."""
    names = {fact.name for fact in options}
    alone = [[*(Fact(name, "") for name in sorted(names - {fact.name})), fact] for fact in options]
    refused = around(alone, answered)[answered.program.refused]
    return [fact for place, fact in enumerate(options) if not refused >> place & 1]


def _can_move(options: Sequence[Fact], part: Part, answered: Answered, *, adds: bool) -> bool:
    """Whether changes could move a result if each could be made or not at every place where it counts: false is certain."""
    above = {register for fact in options for register in _registers(fact, answered)}
    changing = {fact.name for fact in options}
    below = {r for fact in answered.admitted.facts if fact.name in changing for r in _registers(fact, answered)}
    least, most = [0, 1], [0, 1]
    for register in part.inputs:
        value = answered.values[register]
        least.append(0 if register in below else value)
        most.append(1 if register in above else value)
    for op, a, b in part.steps:
        if op is Op.AND_NOT:
            least.append(least[a] & ~most[b])
            most.append(most[a] & ~least[b])
        elif op is Op.AND:
            least.append(least[a] & least[b])
            most.append(most[a] & most[b])
        else:
            least.append(least[a] | least[b])
            most.append(most[a] | most[b])
    return bool(most[part.register]) if adds else not least[part.register]


def _moves(options: Sequence[Fact], part: Part, plane: Plane, answered: Answered, *, adds: bool) -> bool:
    """Whether all these changes together move a result, or one or two of them do."""
    whole: list[Mapping[str, Fact]] = [{fact.name: fact for fact in some} for some in (options, options[::-1])]
    values = around([some.values() for some in whole], answered)
    moved = values[plane.established] if adds else ~values[plane.established]
    every = (1 << len(whole)) - 1
    together = bool(moved & ~values[answered.program.refused] & every)
    return together or any(_working(size, options, part, answered, adds=adds) for size in (1, 2))
