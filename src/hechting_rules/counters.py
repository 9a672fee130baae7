"""One case by counting: a program as gates that count what they still lack, so that only what becomes true costs anything.

A case states a dozen facts of hundreds, and most registers of a program stay 0 in it. Each gate knows how many of its operands
must still come true: all of an and, one of an or. A register that comes true counts down the gates that use it (Dowling and
Gallier, "Linear-time algorithms for testing the satisfiability of propositional Horn formulae", 1984). An and-not waits until
everything before it is settled, which is the order of the program.
"""

import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence

import attrs

from hechting_rules.circuit import ONES, ZERO
from hechting_rules.kernel import Op, Step
from hechting_rules.program import Program


@attrs.frozen(eq=False)
class Counters:
    """A program for one case at a time, with the registers of the program.

    ``lacks[r]`` is how many of its operands register *r* lacks when nothing is told, ``uses[r]`` are the gates that count *r*,
    and ``last`` are the and-not steps, each with its register, in the order of the program. ``always`` are the registers that are
    true whatever is told.
    """

    lacks: list[int]
    uses: tuple[tuple[int, ...], ...]
    last: tuple[tuple[int, int, int], ...]
    always: tuple[int, ...]

    def run(self, told: Collection[int]) -> list[int]:
        """The registers that are true where these inputs are told, each named once. Only those that were kept say something."""
        lacks, true = self.lacks.copy(), [*self.always, *told]
        for register in told:
            lacks[register] = 0
        _spread(true, 0, lacks, self.uses)
        for register, one, other in self.last:
            if lacks[one] <= 0 < lacks[other]:
                lacks[register] = 0
                true.append(register)
                _spread(true, len(true) - 1, lacks, self.uses)
        return true


def _spread(true: list[int], start: int, lacks: list[int], uses: Sequence[tuple[int, ...]]) -> None:
    """Count down the gates that use the registers from ``start`` on. A gate that then lacks nothing is true and spreads too."""
    for register in itertools.islice(true, start, None):  # goes on over what is appended on the way
        for gate in uses[register]:
            lacks[gate] = left = lacks[gate] - 1
            if not left:
                true.append(gate)


def counters_of(program: Program, kept: Iterable[int]) -> Counters:
    """The counters of a program from which these registers are read.

    Steps that lead to none of them are left out, and a step that only one other uses, in the same way, becomes part of that one.
    """
    first = 2 + len(program.inputs)
    steps = dict(enumerate(program.steps, first))
    kept = frozenset(kept)
    live = _live(steps, kept)
    users = _users(steps, live)
    inner = {r for r in live if r in steps and r not in kept and _one_with_its_user(r, steps, users)}
    uses: list[list[int]] = [[] for _ in range(first + len(steps))]
    lacks = [1] * (first + len(steps))
    last = []
    for register in sorted(live - inner):
        if register in steps:
            op, a, b = steps[register]
            if op is Op.AND_NOT:
                last.append((register, a, b))
            else:
                operands = frozenset(_operands(register, steps, inner))
                lacks[register] = len(operands) if op is Op.AND else 1
                for operand in operands:
                    uses[operand].append(register)
    lacks[ONES] = 0
    return Counters(lacks, tuple(tuple(gates) for gates in uses), tuple(last), (ONES,))


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
