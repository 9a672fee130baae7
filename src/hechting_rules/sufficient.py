"""Minimal sufficient sets: which stated facts alone carry a result. Those of many results are shrunk in one block of variants."""

from collections.abc import Iterable, Mapping

from hechting_rules.advice import Outcome, StatedFact
from hechting_rules.answered import Answered, decided, variants_run
from hechting_rules.case import fact_inputs
from hechting_rules.circuit import Plane
from hechting_rules.witness import FactSet, carrying, smallest
from hechting_rules.wording import fact_label

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
    told = {place: StatedFact(facts[place].name, facts[place].value, fact_label(facts[place], book)) for s in sets for place in s}
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
