"""Answers to single questions, each alone and with the stages it needs, all in one block; and what they decide."""

import functools
import itertools
from collections.abc import Iterator, Mapping, Sequence
from operator import or_

import attrs

from hechting_rules.answered import Answered, around
from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, InStage, Is, Leaf, leaves
from hechting_rules.engine.program import Program
from hechting_rules.facts import Fact
from hechting_rules.model import Rule, Rulebook
from hechting_rules.terms import PERSON_OF, Person

Answers = frozenset[int]
"""Answers to several questions, at most one to each, by their place in the list of all answers."""

Side = tuple[Leaf, bool]
"""A condition on the case itself that comes to hold (true) or to be out (false)."""

KEPT = 8
"""How many sets of answers are kept for a condition while they are worked out, the fewest answers first."""


@attrs.frozen(eq=False)
class Singles:
    """Single answers, each alone and with each stage that may still be answered, fewest facts first: those alone at the front.

    ``values`` are the registers of the program for all ``variants`` as one block; ``alone`` has the bits of those of one answer,
    ``usable`` of those that contradict nothing, ``own`` of those with an answer, by its place, and ``of_question`` of those that
    answer a question.
    """

    facts: tuple[Fact, ...]
    variants: tuple[Answers, ...]
    values: Sequence[int]
    alone: int
    usable: int
    own: Sequence[int]
    of_question: Mapping[str, int]
    minimal: dict[Side, int] = attrs.field(factory=dict)

    @classmethod
    def of(cls, questions: Mapping[str, tuple[Fact, ...]], answered: Answered) -> "Singles":
        """Run the program for the answers to all questions."""
        facts = tuple(sorted((f for a in questions.values() for f in a), key=lambda f: (_kind(f, answered), f.name, f.value)))
        place = {fact: number for number, fact in enumerate(facts)}
        variants = tuple(frozenset([number]) for number in range(len(facts)))
        if any(person.value in questions for person in Person):
            staged = (answers for fact in facts for answers in _with_stage(fact, questions, answered))
            variants += tuple(sorted((frozenset(place[f] for f in answers) for answers in staged), key=by_size))
        values = around([[facts[a] for a in answers] for answers in variants], answered)
        own = [0] * len(facts)
        for bit, answers in enumerate(variants):
            for a in answers:
                own[a] |= 1 << bit
        of_question = {code: functools.reduce(or_, (own[place[f]] for f in answers), 0) for code, answers in questions.items()}
        usable = ((1 << len(variants)) - 1) & ~values[answered.program.refused]
        return cls(facts, variants, values, (1 << len(facts)) - 1, usable, own, of_question)

    def moves(self, answered: Answered) -> dict[Side, int]:
        """The bits of the variants that make a condition on the case itself hold, or be out; what holds before what is out."""
        found: dict[Side, int] = {}
        for leaf in resting_on(answered.program, answered.book):
            before = leaf_bits(leaf, answered.values, answered.program)
            after = leaf_bits(leaf, self.values, answered.program)
            found.update({(leaf, side == 0): after[side] & self.usable for side in (0, 1) if not before[side]})
        return {side: bits for side, bits in sorted(found.items(), key=lambda item: not item[0][1]) if bits}

    def deciding(self, side: Side, bits: int, question: str = "") -> tuple[Answers, ...]:
        """The sets among these bits of which no part is among them too, at most `KEPT`, those to one question."""
        if side not in self.minimal:
            self.minimal[side] = self._without_larger(bits)
        mask, kept = self.minimal[side] & (self.of_question[question] if question else -1), list[Answers]()
        while mask and len(kept) < KEPT:
            kept.append(self.variants[(mask & -mask).bit_length() - 1])
            mask &= mask - 1
        return tuple(kept)

    def _without_larger(self, mask: int) -> int:
        """The bits of the sets that hold no other of them; a set comes before those that hold it."""
        left, found = mask, 0
        while left:
            low = left & -left
            found |= low
            larger = left
            for a in self.variants[low.bit_length() - 1]:
                larger &= self.own[a]
            left &= ~larger
        return found


def _kind(fact: Fact, answered: Answered) -> int:
    """Findings before stages and those before numbers: what says least beside what it is asked for."""
    if fact.name in answered.book.findings:
        return 0
    return 1 if fact.name in tuple(Person) else 2


def by_size(answers: Answers) -> tuple[int, list[int]]:
    """Sets of answers in order: the fewest answers first."""
    return len(answers), sorted(answers)


def _with_stage(fact: Fact, questions: Mapping[str, tuple[Fact, ...]], answered: Answered) -> Iterator[tuple[Fact, ...]]:
    """One answer with the stages that may still be answered of those whom it, or what follows from it, is about."""
    findings, closed = answered.book.findings, answered.program.closed
    if fact.name in tuple(Person):
        yield from ((fact, stage) for person in Person if person != fact.name for stage in questions.get(person.value, ()))
    elif fact.name in findings:
        near = (fact.name, *closed.above[fact.name], *closed.below[fact.name], *closed.against[fact.name])
        persons = {PERSON_OF[findings[code].about] for code in near if findings[code].about in PERSON_OF}
        stages = [((), *((stage,) for stage in questions.get(person.value, ()))) for person in sorted(persons)]
        said = ((fact, *itertools.chain(*chosen)) for chosen in itertools.product(*stages))
        yield from (facts for facts in said if len(facts) > 1)


@functools.lru_cache(maxsize=64)
def resting_on(program: Program, book: Rulebook) -> Mapping[Leaf, tuple[Rule, ...]]:
    """The conditions on the case itself of the rules that run, each with the rules that rest on it."""
    found: dict[Leaf, list[Rule]] = {}
    for rule_id in program.rules:
        for leaf in dict.fromkeys(leaves(expanded(book.rules[rule_id].when))):
            if not (isinstance(leaf, Is) and leaf.code in program.results):
                found.setdefault(leaf, []).append(book.rules[rule_id])
    return {leaf: tuple(rules) for leaf, rules in found.items()}


@functools.lru_cache(maxsize=4096)
def expanded(condition: Condition) -> Condition:
    """A condition with one stage in each of its leaves: each stage can be ruled out by another answer."""
    match condition:
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            return attrs.evolve(condition, parts=tuple(expanded(part) for part in parts))
        case InStage(stages) if len(stages) > 1:
            return AnyOf(tuple(InStage((stage,), condition.span) for stage in stages), condition.span)
        case _:
            return condition


def leaf_bits(leaf: Leaf, values: Sequence[int], program: Program) -> tuple[int, int]:
    """The cases of a block in which a condition on the case itself is established, and those in which it is out."""
    established, out = 0, -1
    for plane in program.planes_of(leaf):
        established |= values[plane.established]
        out &= values[plane.out]
    return established, out
