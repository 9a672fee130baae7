"""The kernel: one pass of a straight program over a block of cases, bit by bit.

Every register is one integer whose bit *i* belongs to case *i* of the block. The program only joins registers with and, or and
and-not, so one case is a block of one, and a block of a thousand costs little more than one.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import assert_never

import attrs


class Op(IntEnum):
    """What one step of a program does with two registers."""

    AND = 0
    OR = 1
    AND_NOT = 2


@attrs.frozen
class Step:
    """One step: the result of ``op`` on registers ``a`` and ``b`` becomes the next register."""

    op: Op
    a: int
    b: int


def run(steps: Sequence[Step], inputs: Sequence[int]) -> list[int]:
    """All registers after the program: the inputs first, then one for each step.

    ``inputs[0]`` is 0 and ``inputs[1]`` has a one for each case of the block.
    """
    registers = list(inputs)
    for step in steps:
        a, b = registers[step.a], registers[step.b]
        match step.op:
            case Op.AND:
                registers.append(a & b)
            case Op.OR:
                registers.append(a | b)
            case Op.AND_NOT:
                registers.append(a & ~b)
            case _:
                assert_never(step.op)
    return registers
