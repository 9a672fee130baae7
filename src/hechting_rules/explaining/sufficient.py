"""Minimal sufficient sets, the ground of every ``why``: which stated facts alone carry a result.

Sets are read off the steps of the program first; those of many results are then shrunk together, in one block of variants.
"""

from collections.abc import Iterable, Mapping, Sequence

from hechting_rules.advice import Outcome, StatedFact
from hechting_rules.answered import Answered, decided, variants_run
from hechting_rules.engine.circuit import Plane
from hechting_rules.engine.kernel import Op, Step
from hechting_rules.explaining.wording import stated_fact
from hechting_rules.facts import fact_inputs

FactSet = frozenset[int]
"""Facts by their place in the list of facts of the case."""

KEPT = 64
"""How many sets are kept for a register while they are worked out, smallest first."""

MAX_SETS = 20
"""How many minimal sets are given of one result at most, smallest first."""

Verdict = tuple[Outcome, bool]
"""What a case makes of a plane: the outcome, and whether it is robust."""


def minimal_sets(answered: Answered, planes: Mapping[str, Plane]) -> Mapping[str, tuple[FactSet, ...]]:
    """For each plane the minimal sets of facts (by place) that alone replay its outcome and robust flag, smallest first.

    An ``unless`` that is not established is in no set. A plane that is only possible rests on what is not known: its one set is
    empty. All planes are worked out together, as one block of variants for each pass.
    """
    setters = _setters(answered)
    found: dict[str, tuple[FactSet, ...]] = {}
    for code, plane in planes.items():
        register = _carrier(answered, plane)
        whole = (frozenset[int](),)
        found[code] = whole if register is None else carrying(register, answered.program.steps, answered.values, setters)
    return {code: sets[:MAX_SETS] for code, sets in _shrunk(found, answered, planes).items()}


def in_words(sets: Iterable[FactSet], answered: Answered) -> tuple[tuple[StatedFact, ...], ...]:
    """Sets of facts as what the case states, in its order."""
    facts, book = answered.admitted.facts, answered.book
    told = {place: stated_fact(facts[place], book) for s in sets for place in s}
    return tuple(tuple(told[place] for place in sorted(chosen)) for chosen in sets)


def _setters(answered: Answered) -> Mapping[int, FactSet]:
    """The facts that set each input register."""
    program = answered.program
    found: dict[int, set[int]] = {}
    for place, fact in enumerate(answered.admitted.facts):
        for key in fact_inputs(fact, answered.book, program.parameters):
            if key in program.inputs:
                found.setdefault(program.inputs[key], set()).add(place)
    return {register: frozenset(facts) for register, facts in found.items()}


def _carrier(answered: Answered, plane: Plane) -> int | None:
    """The register whose truth is to be explained; none for a result that is only possible."""
    for register in (plane.robust, plane.established, plane.out):
        if answered.values[register]:
            return register
    return None


def _shrunk(
    found: Mapping[str, tuple[FactSet, ...]], answered: Answered, planes: Mapping[str, Plane]
) -> Mapping[str, tuple[FactSet, ...]]:
    """The sets without what they do not need: pass by pass one fact less, while that gives the same verdict."""
    wanted = {code: (answered.outcome(plane), answered.robust(plane)) for code, plane in planes.items()}
    minimal: dict[str, list[FactSet]] = {code: [s for s in sets if not s] for code, sets in found.items()}
    open_sets = {(code, s) for code, sets in found.items() for s in sets if s}
    while open_sets:
        seen = _Seen(answered, {smaller for _, s in open_sets for smaller in _one_less(s)})
        further: set[tuple[str, FactSet]] = set()
        for code, chosen in open_sets:
            kept = next((s for s in _one_less(chosen) if seen.verdict(planes[code], s) == wanted[code]), None)
            if kept is None or not kept:
                minimal[code].append(chosen if kept is None else kept)
            else:
                further.add((code, kept))
        open_sets = further
    return {code: smallest(sets) for code, sets in minimal.items()}


def _one_less(chosen: FactSet) -> list[FactSet]:
    return [chosen - {fact} for fact in sorted(chosen)]


class _Seen:
    """What sets of facts, each taken as a case of its own, make of any plane."""

    def __init__(self, answered: Answered, sets: Iterable[FactSet]) -> None:
        self.places = {s: place for place, s in enumerate(sets)}
        facts = answered.admitted.facts
        self.values = variants_run([[facts[i] for i in s] for s in self.places], answered)

    def verdict(self, plane: Plane, chosen: FactSet) -> Verdict:
        values, at = self.values, self.places[chosen]
        outcome = decided(values[plane.established] >> at & 1, values[plane.out] >> at & 1)
        return outcome, bool(values[plane.robust] >> at & 1)


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


def smallest(sets: Iterable[FactSet], most: int = KEPT) -> tuple[FactSet, ...]:
    """The sets that hold no other of them, smallest first, at most so many."""
    kept: list[FactSet] = []
    for candidate in sorted(set(sets), key=lambda s: (len(s), sorted(s))):
        if not any(other <= candidate for other in kept):
            kept.append(candidate)
            if len(kept) == most:
                break
    return tuple(kept)
