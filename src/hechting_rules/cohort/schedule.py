"""A program made ready for words: only the steps that the answer rests on, each with the place that it writes to.

The program is the one of the kernel. Inputs that no column gives are constants and fold away; a register whose last reader runs
gives its place to what that writes, or to the next, so that a block of cases stays near the processor.
"""

import functools
from collections.abc import Iterable, Mapping

import attrs
import numpy as np

from hechting_rules.cohort.bits import Words, ones, zeros
from hechting_rules.engine.circuit import ONES, ZERO, Circuit, Input
from hechting_rules.engine.kernel import Op, Step
from hechting_rules.engine.program import Program

Key = tuple[Input, str]


@attrs.define(eq=False)
class Room:
    """Memory for one block at a time: to ask for it anew for each block costs as much as the steps."""

    words: Words = attrs.field(factory=lambda: zeros(0))

    def places(self, count: int, width: int) -> Words:
        """So many places of so many words each; what they held before is gone."""
        if len(self.words) < count * width:
            self.words = np.empty(count * width, dtype=np.uint64)
        return self.words[: count * width].reshape(count, width)


@attrs.frozen(eq=False)
class Schedule:
    """Steps over places: operation, two places to read and one to write.

    Places 0 and 1 hold no row and every row, then come the inputs. ``where`` has the place of each register that is asked for.
    """

    inputs: Mapping[Key, int]
    steps: tuple[tuple[Op, int, int, int], ...]
    size: int
    where: Mapping[int, int]

    def run(self, found: Mapping[Key, Words], length: int, room: Room | None = None) -> list[Words]:
        """All places after the steps, for a block of ``length`` rows. With a ``room`` they stand in it until it is used again."""
        places = [zeros(length), ones(length)]
        places.extend(found.get(key, places[0]) for key in self.inputs)
        places.extend((room or Room()).places(self.size - len(places), len(places[0])))
        both, either, turn = np.bitwise_and, np.bitwise_or, np.bitwise_not
        for op, a, b, to in self.steps:
            if op is Op.AND:
                both(places[a], places[b], places[to])
            elif op is Op.OR:
                either(places[a], places[b], places[to])
            else:
                turn(places[b], places[to])
                both(places[a], places[to], places[to])
        return places


@functools.lru_cache(maxsize=16)
def schedule(program: Program, asked: frozenset[int], given: frozenset[Key]) -> Schedule:
    """The schedule that finds the registers ``asked``, where only the inputs ``given`` can be anything but 0."""
    folded, at = _folded(program, given)
    inputs = {key: 2 + place for place, key in enumerate(folded.inputs)}
    place_of = {ZERO: 0, ONES: 1} | {folded.inputs[key]: place for key, place in inputs.items()}
    needed = _needed(folded.steps, [at[register] for register in asked])
    steps, size = _placed(folded.steps, needed, place_of, frozenset(at[register] for register in asked))
    return Schedule(inputs, steps, size, {register: place_of[at[register]] for register in asked})


def _folded(program: Program, given: frozenset[Key]) -> tuple[Circuit, list[int]]:
    """The program without what is constant, and where each of its registers is then."""
    to = Circuit()
    at = [ZERO, ONES, *(to.input(*key) if key in given else ZERO for key in program.inputs)]
    made = {Op.AND: to.both, Op.OR: to.either, Op.AND_NOT: to.without}
    for op, a, b in program.steps:
        at.append(made[op](at[a], at[b]))
    return to, at


def _needed(steps: list[Step], asked: Iterable[int]) -> frozenset[int]:
    """The registers that these rest on, themselves included; the first step writes register 2."""
    needed = set(asked)
    for place in range(len(steps) - 1, -1, -1):
        if place + 2 in needed:
            needed.update(steps[place][1:])
    return frozenset(needed)


def _placed(
    steps: list[Step], needed: frozenset[int], place_of: dict[int, int], kept: frozenset[int]
) -> tuple[tuple[tuple[Op, int, int, int], ...], int]:
    """Give each needed step a place that no later reader looks for; ``place_of`` is filled in. Also how many places there are."""
    last = {register: place for place, (_, *read) in enumerate(steps) if place + 2 in needed for register in read}
    size, free, found = len(place_of), list[int](), []
    for place, (op, a, b) in enumerate(steps):
        register = place + 2
        if register not in needed:
            continue
        done = sorted(r for r in {a, b} if r > ONES and r not in kept and last[r] == place)
        again = op is Op.AND_NOT  # its second half reads ``a`` when its first has written
        free.extend(place_of[r] for r in done if r != a or not again)
        if free:
            to = free.pop()
        else:
            to, size = size, size + 1
        place_of[register] = to
        found.append((op, place_of[a], place_of[b], to))
        free.extend(place_of[r] for r in done if r == a and again)
    return tuple(found), size
