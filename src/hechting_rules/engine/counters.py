"""One case by counting: a program as gates that count what they still lack, so that only what becomes true costs anything.

A case states a dozen facts of hundreds, and most registers of a program stay 0 in it. Each gate knows how many of its operands
must still come true: all of an and, one of an or. A register that comes true counts down the gates that use it (Dowling and
Gallier, "Linear-time algorithms for testing the satisfiability of propositional Horn formulae", 1984). An and-not waits until
everything before it is settled, which is the order of the program.
"""

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import attrs

from hechting_rules.engine.circuit import ONES, ZERO
from hechting_rules.engine.kernel import Op, Step
from hechting_rules.engine.program import Program


@attrs.frozen(eq=False)
class Counters:
    """A program for one case at a time, with its registers numbered anew: only those that matter have a place.

    ``places`` has the place of each register of the program that can be told or was kept. ``lacks[p]`` is how many of its
    operands the register at *p* lacks when nothing is told, ``uses[p]`` are the places of the gates that count it, and ``last``
    the and-not steps, each with its place, in the order of the program.
    """

    places: Mapping[int, int]
    lacks: list[int]
    uses: tuple[tuple[int, ...], ...]
    last: tuple[tuple[int, int, int], ...]

    def run(self, told: Collection[int]) -> list[int]:
        """The places of what is true where the inputs at these places are told, each named once."""
        lacks, true = self.lacks.copy(), [ONES, *told]
        for place in told:
            lacks[place] = 0
        _spread(true, 0, lacks, self.uses)
        for place, one, other in self.last:
            if lacks[one] <= 0 < lacks[other]:
                lacks[place] = 0
                true.append(place)
                _spread(true, len(true) - 1, lacks, self.uses)
        return true


def _spread(true: list[int], start: int, lacks: list[int], uses: Sequence[tuple[int, ...]]) -> None:
    """Count down the gates that use what is true from ``start`` on. A gate that then lacks nothing is true and spreads too."""
    for place in itertools.islice(true, start, None):  # goes on over what is appended on the way
        for gate in uses[place]:
            lacks[gate] = left = lacks[gate] - 1
            if not left:
                true.append(gate)


def counters_of(program: Program, kept: Iterable[int]) -> Counters:
    """The counters of a program from which these registers are read.

    Steps that lead to none of them are left out, and a step that only one other uses, in the same way, becomes part of that one.
    """
    steps = dict(enumerate(program.steps, 2 + len(program.inputs)))
    kept = frozenset(kept)
    live = _live(steps, kept)
    users = _users(steps, live)
    inner = {r for r in live if r in steps and r not in kept and _one_with_its_user(r, steps, users)}
    places = {register: place for place, register in enumerate([ZERO, ONES, *sorted(live - inner)])}
    uses: list[list[int]] = [[] for _ in places]
    lacks = [1] * len(places)
    last = []
    for register, place in places.items():
        if register in steps:
            op, a, b = steps[register]
            if op is Op.AND_NOT:
                last.append((place, places[a], places[b]))
            else:
                operands = frozenset(_operands(register, steps, inner))
                lacks[place] = len(operands) if op is Op.AND else 1
                for operand in operands:
                    uses[places[operand]].append(place)
    lacks[ONES] = 0
    outside = {register: place for register, place in places.items() if register in kept or register not in steps}
    return Counters(outside, lacks, tuple(tuple(gates) for gates in uses), tuple(last))


def _live(steps: dict[int, Step], kept: Collection[int]) -> set[int]:
    """The registers that lead to one that is kept."""
    live, todo = set[int](), [register for register in kept if register not in {ZERO, ONES}]
    while todo:
        register = todo.pop()
        if register not in live:
            live.add(register)
            todo.extend(r for r in steps.get(register, (Op.AND,))[1:] if r not in {ZERO, ONES})
    return live


def _users(steps: dict[int, Step], live: Collection[int]) -> dict[int, list[int]]:
    users: dict[int, list[int]] = {}
    for register in live:
        for operand in steps[register][1:] if register in steps else ():
            users.setdefault(operand, []).append(register)
    return users


def _one_with_its_user(register: int, steps: dict[int, Step], users: dict[int, list[int]]) -> bool:
    op, using = steps[register][0], users[register]
    return op is not Op.AND_NOT and len(using) == 1 and steps[using[0]][0] is op


def _operands(register: int, steps: dict[int, Step], inner: Collection[int]) -> Iterator[int]:
    """What a gate counts, with the operands of those steps that became part of it."""
    todo = list(steps[register][1:])
    while todo:
        operand = todo.pop()
        if operand in inner:
            todo.extend(steps[operand][1:])
        else:
            yield operand
