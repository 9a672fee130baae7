"""Answers that only matter together: for a question that changes nothing alone, other answers after which it does.

Worked out over the rules as they are written: on the way from a condition to its rule's result, what must hold beside it under
``all``, what not under ``any``, how many under ``at_least``. Each witness is tried on the program before it is given.
"""

import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import or_
from typing import assert_never

import attrs

from hechting_rules.answered import Answered, around
from hechting_rules.case import Fact
from hechting_rules.crosscheck import group_parts
from hechting_rules.model import AllOf, AnyOf, AtLeast, Condition, InRange, InStage, Is, IsAbsent, Rule, leaves
from hechting_rules.program import Program
from hechting_rules.terms import Person
from hechting_rules.vocabulary import PERSON_OF

Answers = frozenset[int]
"""Answers to several questions, at most one to each, by their place in the sorted list of all answers."""

Leaf = Is | IsAbsent | InStage | InRange

_Side = tuple[Leaf, bool]
"""A condition that comes to hold (true) or to be out (false)."""

KEPT = 8
"""How many sets of answers are kept for a condition while they are worked out, the fewest answers first."""

TRIES = 48
"""How many witnesses are tried for a question."""

AT_ONCE = 6
"""How many of them in one block."""

NOTHING: tuple[Answers, ...] = (frozenset(),)


@attrs.frozen
class Witness:
    """Answers ``given`` first, then the ``answer`` to a question that changes the results ``changed``."""

    given: tuple[Fact, ...]
    answer: Fact
    changed: tuple[str, ...] = ()


@attrs.define
class Reach:
    """Sets of answers with which a condition holds or is out, worked out when first asked for.

    ``single`` says what answers to single questions decide; ``names`` are the questions of all answers by place.
    """

    answered: Answered
    names: Sequence[str]
    single: "_Single"
    known: dict[tuple[str, bool], tuple[Answers, ...]] = attrs.field(factory=dict)
    known_rules: dict[tuple[str, bool], tuple[Answers, ...]] = attrs.field(factory=dict)
    known_others: dict[str, tuple[Answers, ...]] = attrs.field(factory=dict)
    known_conditions: dict[tuple[int, bool], tuple[Answers, ...]] = attrs.field(factory=dict)

    def condition(self, condition: Condition, *, holds: bool) -> tuple[Answers, ...]:
        """The smallest sets with which a condition is established (``holds``) or out."""
        key = (id(condition), holds)
        if key not in self.known_conditions:
            self.known_conditions[key] = self._condition(condition, holds=holds)
        return self.known_conditions[key]

    def _condition(self, condition: Condition, *, holds: bool) -> tuple[Answers, ...]:
        match condition:
            case Is(code) if code in self.answered.program.results:
                return self.result(code, holds=holds)
            case AllOf(parts) | AnyOf(parts):
                ways = [self.condition(part, holds=holds) for part in parts]
                return self.together(ways) if isinstance(condition, AllOf) is holds else fewest(itertools.chain(*ways))
            case AtLeast():
                groups = [self.group(group, holds=holds) for group in self.groups(condition)]
                some = itertools.combinations(groups, _count(condition, len(groups), holds=holds))
                return fewest(answers for ways in some for answers in self.together(ways))
            case Is() | IsAbsent() | InStage() | InRange():
                settled = leaf_bits(condition, self.answered.values, self.answered.program)[0 if holds else 1]
                return NOTHING if settled else self.single.deciding((condition, holds))
            case _:
                assert_never(condition)

    def groups(self, condition: AtLeast) -> tuple[tuple[Condition, ...], ...]:
        """The parts of an ``at_least``, by double-count group."""
        return group_parts(condition.parts, self.answered.book.findings)

    def group(self, group: Iterable[Condition], *, holds: bool) -> tuple[Answers, ...]:
        """A double-count group holds with any of its members and is out with all."""
        ways = [self.condition(part, holds=holds) for part in group]
        return fewest(itertools.chain(*ways)) if holds else self.together(ways)

    def result(self, code: str, *, holds: bool) -> tuple[Answers, ...]:
        """The smallest sets with which a result is established by one of its rules, or out by all."""
        if (code, holds) not in self.known:
            plane = self.answered.program.results[code]
            if self.answered.values[plane.established if holds else plane.out]:
                self.known[code, holds] = NOTHING
            else:
                ways = [self.rule(rule, holds=holds) for rule in self.rules(code)]
                self.known[code, holds] = fewest(itertools.chain(*ways)) if holds else self.together(ways)
        return self.known[code, holds]

    def rules(self, code: str) -> list[Rule]:
        """The rules of a result that run."""
        book, program = self.answered.book, self.answered.program
        return [book.rules[rule_id] for rule_id in book.rules_of.get(code, ()) if rule_id in program.rules]

    def rule(self, rule: Rule, *, holds: bool) -> tuple[Answers, ...]:
        """The smallest sets with which a rule's condition holds, or the rule is out: by that or by what takes it back."""
        key = (rule.id, holds)
        if key not in self.known_rules:
            ways = self.condition(expanded(rule.when), holds=holds)
            back = () if holds else (a for code in rule.unless for a in self.result(code, holds=True))
            self.known_rules[key] = fewest((*ways, *back))
        return self.known_rules[key]

    def others_out(self, rule: Rule) -> tuple[Answers, ...]:
        """The smallest sets with which all other rules of a rule's result are out."""
        if rule.id not in self.known_others:
            others = [other for other in self.rules(rule.result) if other.id != rule.id]
            self.known_others[rule.id] = self.together([self.rule(other, holds=False) for other in others])
        return self.known_others[rule.id]

    def together(self, ways: Sequence[tuple[Answers, ...]]) -> tuple[Answers, ...]:
        """Sets that hold one set of each, without two answers to one question."""
        found, names = NOTHING, self.names
        for way in sorted(ways, key=len):
            joined = (one | other for one in found for other in way)
            found = fewest(answers for answers in joined if len({names[a] for a in answers}) == len(answers))
        return found

    def through(self, condition: Condition, leaf: Leaf, own: tuple[Answers, ...], *, holds: bool) -> Iterator[Answers]:
        """Sets with which a condition holds, or is out, by one of its leaves; ``own`` are the answers that decide that leaf."""
        if condition == leaf:
            yield from own
        elif isinstance(condition, AllOf | AnyOf):
            for place, part in enumerate(condition.parts):
                if leaf in leaves(part):
                    ways = tuple(self.through(part, leaf, own, holds=holds))
                    beside = [p for i, p in enumerate(condition.parts) if i != place]
                    if isinstance(condition, AllOf) is holds:
                        ways = self.together([ways, *(self.condition(p, holds=holds) for p in beside)])
                    yield from ways
        elif isinstance(condition, AtLeast):
            yield from self._through_group(condition, leaf, own, holds=holds)

    def _through_group(self, condition: AtLeast, leaf: Leaf, own: tuple[Answers, ...], *, holds: bool) -> Iterator[Answers]:
        groups = self.groups(condition)
        count = _count(condition, len(groups), holds=holds)
        for place, group in enumerate(groups):
            for number, part in enumerate(group):
                if leaf not in leaves(part):
                    continue
                ways = tuple(self.through(part, leaf, own, holds=holds))
                if not holds:
                    ways = self.together([ways, *(self.condition(p, holds=False) for i, p in enumerate(group) if i != number)])
                others = [self.group(g, holds=holds) for i, g in enumerate(groups) if i != place]
                for some in itertools.combinations(others, count - 1):
                    yield from self.together([ways, *some])


def _count(condition: AtLeast, groups: int, *, holds: bool) -> int:
    """How many groups must hold, or be out, to decide an ``at_least``."""
    return condition.count if holds else groups - condition.count + 1


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
    match leaf:
        case Is(code):
            planes = [program.present[code]]
        case IsAbsent(code):
            planes = [program.absent[code]]
        case InStage(stages):
            planes = [program.stages[stage] for stage in stages]
        case InRange(name):
            planes = [program.ranges[name]]
        case _:
            assert_never(leaf)
    established, out = 0, -1
    for plane in planes:
        established |= values[plane.established]
        out &= values[plane.out]
    return established, out


def fewest(sets: Iterable[Answers]) -> tuple[Answers, ...]:
    """The sets that hold no other of them, the smallest first, at most `KEPT`."""
    kept: list[Answers] = []
    for answers in sorted(set(sets), key=_by_size):
        if not any(other <= answers for other in kept):
            kept.append(answers)
            if len(kept) == KEPT:
                break
    return tuple(kept)


def _by_size(answers: Answers) -> tuple[int, list[int]]:
    return len(answers), sorted(answers)


def witnesses(questions: Mapping[str, tuple[Fact, ...]], asked: Iterable[str], answered: Answered) -> dict[str, Witness]:
    """For each question ``asked`` other answers, to some of ``questions``, after which one of its own changes a result.

    ``questions`` are all that may be answered, each with its possible answers. A question without a witness is left out.
    """
    single = _Single.of(questions, answered)
    names = [fact.name for fact in single.facts]
    reach = Reach(answered, names, single)
    rules = _rules_with(answered)
    sides = [(leaf, holds, bits, rules[leaf]) for (leaf, holds), bits in single.moves.items() if leaf in rules]
    tries = {code: itertools.islice(_tries(code, single, sides, reach), TRIES) for code in asked}
    found: dict[str, Witness] = {}
    while tries:
        drawn = {code: list(itertools.islice(several, AT_ONCE)) for code, several in tries.items()}
        several = [(code, _witness(answers, last, single.facts)) for code, tried in drawn.items() for answers, last in tried]
        for code, witness in _tried(several, answered):
            found.setdefault(code, witness)
        tries = {code: tries[code] for code, tried in drawn.items() if tried and code not in found}
    return found


@attrs.frozen
class _Single:
    """Single answers, each alone and with each stage of its person that may still be answered, fewest facts first.

    ``moves`` are the bits of those that make a condition on the case itself hold or be out, ``own`` those with an answer, by its
    place, and ``of_question`` those that answer a question.
    """

    facts: tuple[Fact, ...]
    variants: tuple[Answers, ...]
    moves: Mapping[_Side, int]
    own: Sequence[int]
    of_question: Mapping[str, int]
    minimal: dict[_Side, int] = attrs.field(factory=dict)

    def deciding(self, side: _Side, question: str = "") -> tuple[Answers, ...]:
        """The sets that make a condition hold or be out and of which no part does, at most `KEPT`, those to one question."""
        if side not in self.minimal:
            self.minimal[side] = self._without_larger(self.moves.get(side, 0))
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

    @classmethod
    def of(cls, questions: Mapping[str, tuple[Fact, ...]], answered: Answered) -> "_Single":
        """What single answers decide, all in one block."""
        facts = tuple(sorted((f for a in questions.values() for f in a), key=lambda f: (_kind(f, answered), f.name, f.value)))
        place = {fact: number for number, fact in enumerate(facts)}
        every = (frozenset(place[f] for f in answers) for fact in facts for answers in _with_stage(fact, questions, answered))
        variants = tuple(sorted(every, key=_by_size))
        values = around([[facts[a] for a in answers] for answers in variants], answered)
        usable = ((1 << len(variants)) - 1) & ~values[answered.program.refused]
        moves: dict[_Side, int] = {}
        for leaf in _leaves(answered):
            before = leaf_bits(leaf, answered.values, answered.program)
            after = leaf_bits(leaf, values, answered.program)
            moves.update({(leaf, side == 0): after[side] & usable for side in (0, 1) if not before[side]})
        own = [0] * len(facts)
        for bit, answers in enumerate(variants):
            for a in answers:
                own[a] |= 1 << bit
        of_question = {code: functools.reduce(or_, (own[place[f]] for f in answers), 0) for code, answers in questions.items()}
        holds_first = sorted(moves.items(), key=lambda item: not item[0][1])
        return cls(facts, variants, {side: bits for side, bits in holds_first if bits}, own, of_question)


def _kind(fact: Fact, answered: Answered) -> int:
    """Findings before stages and those before numbers: what says least beside what it is asked for."""
    if fact.name in answered.book.findings:
        return 0
    return 1 if fact.name in tuple(Person) else 2


def _leaves(answered: Answered) -> list[Leaf]:
    """The conditions on the case itself of the rules that run, each once."""
    book, program = answered.book, answered.program
    every = (leaf for rule_id in program.rules for leaf in leaves(expanded(book.rules[rule_id].when)))
    return list(dict.fromkeys(leaf for leaf in every if not (isinstance(leaf, Is) and leaf.code in program.results)))


def _with_stage(fact: Fact, questions: Mapping[str, tuple[Fact, ...]], answered: Answered) -> Iterator[tuple[Fact, ...]]:
    """One answer, alone and with the stages that may still be answered of those whom it, or what follows from it, is about."""
    yield (fact,)
    findings, closed = answered.book.findings, answered.program.closed
    if not any(person.value in questions for person in Person):
        return
    if fact.name in tuple(Person):
        yield from ((fact, stage) for person in Person if person != fact.name for stage in questions.get(person.value, ()))
    elif fact.name in findings:
        near = (fact.name, *closed.above[fact.name], *closed.below[fact.name], *closed.against[fact.name])
        persons = {PERSON_OF[findings[code].about] for code in near if findings[code].about in PERSON_OF}
        stages = [((), *((stage,) for stage in questions.get(person.value, ()))) for person in sorted(persons)]
        said = ((fact, *itertools.chain(*chosen)) for chosen in itertools.product(*stages))
        yield from (facts for facts in said if len(facts) > 1)


def _tries(
    code: str, single: _Single, sides: Iterable[tuple[Leaf, bool, int, Sequence[Rule]]], reach: Reach
) -> Iterator[tuple[Answers, int]]:
    """Ways in which answers to a question may decide a result: for each rule with a condition that they decide."""
    asked = single.of_question[code]
    for leaf, holds, bits, rules in sides:
        if bits & asked:
            own = single.deciding((leaf, holds), code)
            for rule in rules if own else ():
                yield from _tries_in(rule, leaf, own, reach, code, holds=holds)


def _rules_with(answered: Answered) -> dict[Leaf, list[Rule]]:
    """The rules that rest on each condition, of those whose result is not settled."""
    program = answered.program
    found: dict[Leaf, list[Rule]] = {}
    for rule_id, plane in program.rules.items():
        rule = answered.book.rules[rule_id]
        result = program.results[rule.result]
        if not answered.values[plane.out] and not answered.values[result.robust] and not answered.values[result.out]:
            for leaf in dict.fromkeys(leaves(expanded(rule.when))):
                found.setdefault(leaf, []).append(rule)
    return found


def _tries_in(
    rule: Rule, leaf: Leaf, own: tuple[Answers, ...], reach: Reach, code: str, *, holds: bool
) -> Iterator[tuple[Answers, int]]:
    """Sets of answers with which one condition decides its rule's result, each with its answer to the question in hand."""
    beside = NOTHING if holds else reach.others_out(rule)
    for answers in reach.through(expanded(rule.when), leaf, own, holds=holds) if beside else ():
        for every in reach.together([(answers,), beside]):
            yield every, next(a for a in every if reach.names[a] == code)


def _witness(answers: Answers, last: int, facts: Sequence[Fact]) -> Witness:
    return Witness(tuple(facts[a] for a in sorted(answers - {last})), facts[last])


def _tried(several: Sequence[tuple[str, Witness]], answered: Answered) -> Iterator[tuple[str, Witness]]:
    """The witnesses that bear trying: with the last answer too, some result stands otherwise than with the others alone."""
    values = around([facts for _, w in several for facts in (w.given, (*w.given, w.answer))], answered)
    program = answered.program
    moved: dict[str, int] = {}
    for name, plane in program.results.items():
        differs = 0
        for register in (plane.established, plane.robust, plane.out):
            differs |= values[register] ^ (values[register] >> 1)
        moved[name] = differs
    refused = values[program.refused]
    for place, (code, witness) in enumerate(several):
        bit = 1 << (2 * place)
        changed = () if (refused | refused >> 1) & bit else tuple(name for name, bits in moved.items() if bits & bit)
        if changed:
            yield code, attrs.evolve(witness, changed=changed)
