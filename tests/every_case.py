"""All cases of a small rulebook as one block of the kernel: what proofs over all cases are held against."""

import math

import attrs

from hechting_rules.advice import Outcome
from hechting_rules.answered import program_for
from hechting_rules.engine.kernel import run
from hechting_rules.engine.program import Program
from hechting_rules.facts import Fact, filled
from hechting_rules.model import Profile, Rulebook
from hechting_rules.verify.space import space_of


@attrs.frozen(eq=False)
class Every:
    """Each way to state all there is, one bit of every register for each.

    Of each name the first way says nothing; ``strides`` says how far apart two ways are that differ only in the next fact.
    """

    program: Program
    names: tuple[str, ...]
    facts: tuple[tuple[Fact, ...], ...]
    strides: tuple[int, ...]
    values: list[int]
    usable: int

    def saying(self, name: str, way: int) -> int:
        """The cases that say the ``way``-th thing of a name; 0: nothing."""
        place = self.names.index(name)
        return stripes(self.strides[place], 1 + len(self.facts[place]), way, self.values[1].bit_length())

    def moved(self, cases: int, name: str, way: int, to: int) -> int:
        """Some of the cases that say one thing of a name, as those that say another of it."""
        kept, step = cases & self.saying(name, way), self.strides[self.names.index(name)]
        return kept << (to - way) * step if to >= way else kept >> (way - to) * step

    def way(self, fact: Fact) -> int:
        return 1 + self.facts[self.names.index(fact.name)].index(fact)

    def status(self, code: str) -> dict[Outcome, int]:
        """The usable cases in which a result has each status."""
        plane = self.program.results[code]
        there, out = self.values[plane.established], self.values[plane.out]
        return {
            Outcome.ESTABLISHED: there & self.usable,
            Outcome.POSSIBLE: ~there & ~out & self.usable,
            Outcome.RULED_OUT: out & ~there & self.usable,
        }


def stripes(stride: int, count: int, way: int, total: int) -> int:
    """Bits in stripes of one width: of each ``count`` stripes one is set."""
    found, width = ((1 << stride) - 1) << way * stride, stride * count
    while width < total:
        found |= found << width
        width *= 2
    return found & ((1 << total) - 1)


def every_case(book: Rulebook, profile: Profile) -> Every:
    """All cases of a rulebook, with one value of each quantity for all that do the same."""
    program = program_for(book, profile)
    by_name: dict[str, list[Fact]] = {}
    for fact in space_of([(book, program)]).facts:
        by_name.setdefault(fact.name, []).append(fact)
    facts = tuple(tuple(group) for group in by_name.values())
    strides = tuple(math.prod(1 + len(group) for group in facts[:n]) for n in range(len(facts)))
    total = math.prod(1 + len(group) for group in facts)
    masks = {
        fact: stripes(stride, 1 + len(group), 1 + n, total)
        for stride, group in zip(strides, facts, strict=True)
        for n, fact in enumerate(group)
    }
    values = run(program.steps, filled(masks, total, program, book))
    usable = values[1] & ~values[program.refused] & ~ageless(program, book, masks)
    return Every(program, tuple(by_name), facts, strides, values, usable)


def ageless(program: Program, book: Rulebook, masks: dict[Fact, int]) -> int:
    """The cases with an age that belongs to no stage, which are refused when their stages are settled."""
    found = 0
    for fact, mask in masks.items():
        quantity = book.quantities.get(fact.name)
        if quantity is not None and quantity.of in {"child", "adult"}:
            age = float(fact.value)
            own = [s for s in book.stages.values() if s.of == quantity.of and (s.start or s.below)]
            bounds = [(program.parameters.get(s.start, 0), program.parameters.get(s.below, math.inf)) for s in own]
            found |= 0 if any(low <= age < high for low, high in bounds) else mask
    return found
