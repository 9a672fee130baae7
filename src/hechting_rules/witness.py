"""Smallest sets of stated facts that carry a register of a program: the ground of every ``why``."""

from collections.abc import Iterable, Mapping, Sequence

from hechting_rules.kernel import Op, Step

FactSet = frozenset[int]
"""Facts by their place in the list of facts of the case."""

KEPT = 64
"""How many sets are kept for a register while they are worked out, smallest first."""


def carrying(register: int, steps: Sequence[Step], values: Sequence[int], setters: Mapping[int, FactSet]) -> tuple[FactSet, ...]:
    """Sets of facts that make a register true for a block of one, smallest first, none inside another.

    ``values`` are the registers of the run, in which ``register`` is 1; ``setters`` names the facts that set each input.
    What stands after an and-not only ever loses by fewer facts, so it never enters a set.
    """
    first = len(values) - len(steps)
    known: dict[int, tuple[FactSet, ...]] = {1: (frozenset(),)}
    for place in _needed(register, steps, values, first):
        if place in known:
            continue
        if place < first:
            known[place] = tuple(frozenset([fact]) for fact in sorted(setters.get(place, ())))
            continue
        step = steps[place - first]
        known[place] = _joined(step, known, values)
    return known[register]


def _needed(register: int, steps: Sequence[Step], values: Sequence[int], first: int) -> list[int]:
    """The true registers that a register rests on, each after what it rests on."""
    seen: set[int] = set()
    todo = [register]
    while todo:
        place = todo.pop()
        if place in seen or not values[place]:
            continue
        seen.add(place)
        if place >= first:
            op, a, b = steps[place - first]
            todo.extend((a,) if op is Op.AND_NOT else (a, b))
    return sorted(seen)


def _joined(step: Step, known: Mapping[int, tuple[FactSet, ...]], values: Sequence[int]) -> tuple[FactSet, ...]:
    op, a, b = step
    left = known[a] if values[a] else ()
    if op is Op.AND_NOT:
        return left
    right = known[b] if values[b] else ()
    if op is Op.OR:
        return smallest((*left, *right))
    return smallest(one | other for one in left for other in right)


def smallest(sets: Iterable[FactSet]) -> tuple[FactSet, ...]:
    """The sets that hold no other of them, smallest first, at most `KEPT`."""
    kept: list[FactSet] = []
    for candidate in sorted(set(sets), key=lambda s: (len(s), sorted(s))):
        if not any(other <= candidate for other in kept):
            kept.append(candidate)
            if len(kept) == KEPT:
                break
    return tuple(kept)
