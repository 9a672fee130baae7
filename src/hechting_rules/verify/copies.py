"""The circuit of a space seen from one register: what it rests on, which way, and the same circuit with some facts settled.

A law about one case and the same case with one fact changed is a question over two copies of a circuit. The second copy is made
only where the changed fact matters; everywhere else both copies are the same registers.
"""

import functools
from collections.abc import Iterable, Mapping, Sequence

import attrs

from hechting_rules.engine.circuit import ONES, ZERO
from hechting_rules.engine.kernel import Op
from hechting_rules.verify.space import Space

FIRST = 2
"""The register of the first step of a circuit; the constants come before it, and facts are negative."""


@attrs.frozen
class Signs:
    """Facts (as registers of a space) by what they do to one register: those that can make it true, those that can make it false.

    Setting a fact that is not among ``hurts`` never makes the register false; one not among ``helps`` never makes it true.
    """

    helps: frozenset[int]
    hurts: frozenset[int]


def below(space: Space, registers: Iterable[int]) -> list[int]:
    """Every register that these rest on, themselves included, facts first and then in the order of their steps."""
    found = set(registers)
    todo = list(found)
    while todo:
        register = todo.pop()
        if register >= FIRST:
            more = {*space.to.steps[register - FIRST][1:]} - found
            found |= more
            todo.extend(more)
    return sorted(found)


@functools.lru_cache(maxsize=2048)
def signs(space: Space, register: int) -> Signs:
    """With which signs facts enter a register: worked out from its steps, so a sign that is missing is certain to be so."""
    helps, hurts = {register}, set[int]()
    for place in reversed(below(space, [register])):
        if place < FIRST:
            break
        op, a, b = space.to.steps[place - FIRST]
        for own, other in ((helps, hurts), (hurts, helps)):
            if place in own:
                own.add(a)
                (other if op is Op.AND_NOT else own).add(b)
    return Signs(frozenset(r for r in helps if r < 0), frozenset(r for r in hurts if r < 0))


def settled(space: Space, values: Mapping[int, int], registers: Sequence[int]) -> list[int]:
    """What these registers are once some facts are settled: ``values`` leads from facts to `ZERO` or `ONES`."""
    to = space.to
    joins = (to.both, to.either, to.without)
    known = {ZERO: ZERO, ONES: ONES, **values}
    for register in below(space, registers):
        if register < 0:
            known.setdefault(register, register)
        elif register >= FIRST:
            op, a, b = to.steps[register - FIRST]
            known[register] = joins[op](known[a], known[b])
    return [known[register] for register in registers]
