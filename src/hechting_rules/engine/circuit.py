"""A circuit under construction: and, or and and-not over registers, with equal steps made once and constants folded."""

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

import attrs

from hechting_rules.engine.kernel import Op, Step

ZERO, ONES = 0, 1


class Input(StrEnum):
    """What one input register of a program holds, for the name beside it."""

    PRESENT = "present"
    ABSENT = "absent"
    STAGE = "stage"
    NOT_STAGE = "not stage"
    NO_PERSON = "no person"
    IN_RANGE = "in range"
    NOT_IN_RANGE = "not in range"


@attrs.frozen
class Plane:
    """Three registers: established, robust, out."""

    established: int
    robust: int
    out: int


FALSE = Plane(ZERO, ZERO, ONES)


@attrs.define
class Circuit:
    """Steps under construction; equal steps are made once."""

    inputs: dict[tuple[Input, str], int] = attrs.field(factory=dict)
    steps: list[Step] = attrs.field(factory=list)
    known: dict[Step, int] = attrs.field(factory=dict)

    def input(self, kind: Input, name: str) -> int:
        """The register of an input. Inputs are negative until the program is finished, as their number is not known before."""
        return self.inputs.setdefault((kind, name), -1 - len(self.inputs))

    def step(self, op: Op, a: int, b: int) -> int:
        """The register of one operation; the same operation on the same registers is one step."""
        if op is not Op.AND_NOT and b < a:
            a, b = b, a
        key = (op, a, b)
        if key not in self.known:
            self.steps.append(key)
            self.known[key] = 1 + len(self.steps)
        return self.known[key]

    def both(self, a: int, b: int) -> int:
        """``a`` and ``b``."""
        if b in {a, ONES}:
            return a
        if a == ONES:
            return b
        return ZERO if ZERO in {a, b} else self.step(Op.AND, a, b)

    def either(self, a: int, b: int) -> int:
        """``a`` or ``b``."""
        if b in {a, ZERO}:
            return a
        if a == ZERO:
            return b
        return ONES if ONES in {a, b} else self.step(Op.OR, a, b)

    def without(self, a: int, b: int) -> int:
        """``a`` and not ``b``."""
        if ZERO in {a, b}:
            return a
        return ZERO if b in {a, ONES} else self.step(Op.AND_NOT, a, b)

    def all(self, registers: Iterable[int]) -> int:
        """Every one of these; of none, true."""
        return _fold(self.both, registers, ONES)

    def any(self, registers: Iterable[int]) -> int:
        """At least one of these; of none, false."""
        return _fold(self.either, registers, ZERO)

    def at_least(self, count: int, registers: Sequence[int]) -> int:
        """A small circuit: ``reached[k]`` says that k of the registers seen so far hold."""
        reached = [ONES] + [ZERO] * count
        for register in registers:
            for k in range(count, 0, -1):
                reached[k] = self.either(reached[k], self.both(reached[k - 1], register))
        return reached[count]

    def either_plane(self, planes: Sequence[Plane]) -> Plane:
        """At least one of these holds."""
        return Plane(
            self.any(p.established for p in planes),
            self.any(p.robust for p in planes),
            self.all(p.out for p in planes),
        )

    def both_planes(self, planes: Sequence[Plane]) -> Plane:
        """All of these hold."""
        return Plane(
            self.all(p.established for p in planes),
            self.all(p.robust for p in planes),
            self.any(p.out for p in planes),
        )

    def at_least_planes(self, count: int, planes: Sequence[Plane]) -> Plane:
        """At least ``count`` of these hold: out as soon as too few can."""
        return Plane(
            self.at_least(count, [p.established for p in planes]),
            self.at_least(count, [p.robust for p in planes]),
            self.at_least(len(planes) - count + 1, [p.out for p in planes]),
        )


def _fold(join: Callable[[int, int], int], registers: Iterable[int], start: int) -> int:
    for register in registers:
        start = join(start, register)
    return start
