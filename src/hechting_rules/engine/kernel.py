"""The kernel: one pass of a straight program over a block of cases, bit by bit.

Every register is one integer whose bit *i* belongs to case *i* of the block. The program only joins registers with and, or and
and-not, so one case is a block of one, and a block of a thousand costs little more than one.
"""

from collections.abc import Sequence
from enum import IntEnum


class Op(IntEnum):
    """What one step of a program does with two registers."""

    AND = 0
    OR = 1
    AND_NOT = 2


Step = tuple[Op, int, int]
"""One step: the result of an operation on two registers becomes the next register."""


def run(steps: Sequence[Step], inputs: Sequence[int]) -> list[int]:
    """All registers after the program: the inputs first, then one for each step.

    ``inputs[0]`` is 0 and ``inputs[1]`` has a one for each case of the block.
    """
    registers = list(inputs)
    keep, both, either = registers.append, Op.AND, Op.OR
    for op, a, b in steps:
        if op is both:
            keep(registers[a] & registers[b])
        elif op is either:
            keep(registers[a] | registers[b])
        else:
            keep(registers[a] & ~registers[b])
    return registers
