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
from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, InRange, InStage, Is, IsAbsent, leaves
from hechting_rules.explaining.questions_alone import KEPT, Answers, Leaf, Side, Singles, expanded, leaf_bits, resting_on
from hechting_rules.explaining.sufficient import smallest
from hechting_rules.facts import Fact
from hechting_rules.model import Rule
from hechting_rules.relations import group_parts
from hechting_rules.terms import Person

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
    single: Singles
    moves: Mapping[Side, int]
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
                return NOTHING if settled else self.single.deciding((condition, holds), self.moves.get((condition, holds), 0))
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


def fewest(sets: Iterable[Answers]) -> tuple[Answers, ...]:
    """The sets that hold no other of them, the smallest first, at most `KEPT`."""
    return smallest(sets, KEPT)


def witnesses(single: Singles, asked: Iterable[str], answered: Answered) -> dict[str, Witness]:
    """For each question ``asked`` other answers after which one of its own changes a result.

    ``single`` holds the answers to all questions that may be answered. A question without a witness is left out.
    """
    moves = single.moves(answered)
    names = [fact.name for fact in single.facts]
    reach = Reach(answered, names, single, moves)
    open_rules = _open_rules(answered)
    sides = _sides(single, moves, asked)
    tries = {code: itertools.islice(_tries(code, single, mine, reach, open_rules), TRIES) for code, mine in sides.items()}
    found: dict[str, Witness] = {}
    while tries:
        drawn = {code: list(itertools.islice(several, AT_ONCE)) for code, several in tries.items()}
        several = [(code, _witness(answers, last, single.facts)) for code, tried in drawn.items() for answers, last in tried]
        for code, witness in _tried(several, answered):
            found.setdefault(code, witness)
        tries = {code: tries[code] for code, tried in drawn.items() if tried and code not in found}
    return found


def _sides(single: Singles, moves: Mapping[Side, int], asked: Iterable[str]) -> dict[str, list[tuple[Side, int]]]:
    """For each question the conditions that its answers decide, and the bits of all answers that do."""
    found: dict[str, list[tuple[Side, int]]] = {code: [] for code in asked}
    persons = found.keys() & {person.value for person in Person}
    others = functools.reduce(or_, (single.of_question[code] for code in found if code not in persons), 0)
    for side, bits in moves.items():
        for code in persons:
            if bits & single.of_question[code]:
                found[code].append((side, bits))
        left = bits & others
        while left:
            answers = single.variants[(left & -left).bit_length() - 1]
            code = next(name for a in answers if (name := single.facts[a].name) not in persons and name in found)
            found[code].append((side, bits))
            left &= ~single.of_question[code]
    return found


def _tries(
    code: str, single: Singles, sides: Iterable[tuple[Side, int]], reach: Reach, open_rules: frozenset[str]
) -> Iterator[tuple[Answers, int]]:
    """Ways in which answers to a question may decide a result: for each rule with a condition that they decide."""
    rules = resting_on(reach.answered.program, reach.answered.book)
    for (leaf, holds), bits in sides:
        mine = [rule for rule in rules[leaf] if rule.id in open_rules]
        own = single.deciding((leaf, holds), bits, code) if mine else ()
        for rule in mine if own else ():
            yield from _tries_in(rule, leaf, own, reach, code, holds=holds)


def _open_rules(answered: Answered) -> frozenset[str]:
    """The rules that are not out and whose result is not settled."""
    program, rules, values = answered.program, answered.book.rules, answered.values
    results = ((rule_id, plane, program.results[rules[rule_id].result]) for rule_id, plane in program.rules.items())
    return frozenset(
        rule_id for rule_id, plane, result in results if not (values[plane.out] or values[result.robust] or values[result.out])
    )


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
