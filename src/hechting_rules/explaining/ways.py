"""Ways to a result: for each of its rules, what the case is short of, worked out over the rules as they are written."""

import itertools
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import assert_never

import attrs

from hechting_rules.answered import Answered
from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, InRange, InStage, Is, IsAbsent, Leaf
from hechting_rules.model import Rule
from hechting_rules.relations import group_parts

KEPT = 24
"""How many ways are kept for a condition while they are worked out, nearest first."""


class Want(IntEnum):
    """What a rule wants of one thing."""

    PRESENT = 0
    ABSENT = 1
    STAGE = 2
    RANGE = 3
    LOST = 4
    ON = 5


@attrs.frozen(order=True, cache_hash=True)
class Need:
    """One thing that a case is short of.

    A finding present or absent, a stage of a person (one of ``stages``), a range of a quantity, a conclusion that must not be
    established, or a rule that must be switched on. ``of`` is whom a stage or a range concerns: a person or the pregnancy.
    """

    want: Want
    code: str
    stages: tuple[str, ...] = ()
    of: str = ""


@attrs.frozen
class Way:
    """One way to a condition: the rules on it, and all that is short. None short: the condition holds."""

    rules: tuple[str, ...]
    needs: frozenset[Need]

    def order(self) -> tuple[int, list[Need], tuple[str, ...]]:
        """Nearest first."""
        return len(self.needs), sorted(self.needs), self.rules

    def things(self) -> int:
        """Of how many things something must be said: the stage and the age of one person are one."""
        return len({need.of or need for need in self.needs})


HERE: tuple[Way, ...] = (Way((), frozenset()),)


@attrs.define
class Ways:
    """The ways to the results of an answered case, each worked out when it is first asked for."""

    answered: Answered
    known: dict[str, tuple[Way, ...]] = attrs.field(factory=dict)

    def by_rule(self, code: str) -> dict[str, tuple[Way, ...]]:
        """The nearest ways to a result by each of its rules, those switched off too."""
        book = self.answered.book
        return {rule_id: self.rule(book.rules[rule_id]) for rule_id in book.rules_of.get(code, ())}

    def rule(self, rule: Rule) -> tuple[Way, ...]:
        """The ways by one rule: its condition, nothing that takes it back, and the rule switched on."""
        answered = self.answered
        results = answered.program.results
        needs = {Need(Want.LOST, code) for code in rule.unless if answered.values[results[code].established]}
        if rule.id not in answered.program.active:
            needs.add(Need(Want.ON, rule.id))
        return tuple(Way((rule.id, *way.rules), way.needs | needs) for way in self.condition(rule.when))

    def result(self, code: str) -> tuple[Way, ...]:
        """The ways to a result by any of its rules."""
        if code not in self.known:
            plane = self.answered.program.results[code]
            if self.answered.values[plane.established]:
                self.known[code] = HERE
            else:
                self.known[code] = nearest(way for ways in self.by_rule(code).values() for way in ways)
        return self.known[code]

    def condition(self, condition: Condition) -> tuple[Way, ...]:
        """The ways to a condition."""
        match condition:
            case Is(code) if code in self.answered.program.results:
                return self.result(code)
            case AllOf(parts):
                return self.all(parts)
            case AnyOf(parts):
                return nearest(way for part in parts for way in self.condition(part))
            case AtLeast(count, parts):
                groups = group_parts(parts, self.answered.book.findings)
                return nearest(w for some in itertools.combinations(groups, count) for w in self._each(some))
            case Is() | IsAbsent() | InStage() | InRange():
                return HERE if self.answered.holds(condition) else (Way((), frozenset([self.need(condition)])),)
            case _:
                assert_never(condition)

    def all(self, parts: Iterable[Condition]) -> tuple[Way, ...]:
        """The ways in which all parts hold."""
        found = HERE
        for part in parts:
            found = both(found, self.condition(part))
        return found

    def _each(self, groups: Iterable[Sequence[Condition]]) -> tuple[Way, ...]:
        """The ways in which a member of each group holds."""
        found = HERE
        for group in groups:
            found = both(found, nearest(way for part in group for way in self.condition(part)))
        return found

    def need(self, leaf: Leaf) -> Need:
        """What a condition on the case itself wants."""
        book = self.answered.book
        match leaf:
            case Is(code):
                return Need(Want.PRESENT, code)
            case IsAbsent(code):
                return Need(Want.ABSENT, code)
            case InStage(stages):
                person = book.stages[stages[0]].of.value
                return Need(Want.STAGE, person, tuple(sorted(stages)), person)
            case InRange(name):
                return Need(Want.RANGE, name, of=book.quantities[book.ranges[name].quantity].of)
            case _:
                assert_never(leaf)


def both(one: tuple[Way, ...], other: tuple[Way, ...]) -> tuple[Way, ...]:
    """The ways in which two things hold together."""
    if one == HERE:
        return other
    if other == HERE:
        return one
    pairs = ((a, b, together(a.needs, b.needs)) for a in one for b in other)
    return nearest(
        Way((*a.rules, *(r for r in b.rules if r not in a.rules)), needs) for a, b, needs in pairs if needs is not None
    )


def together(one: frozenset[Need], other: frozenset[Need]) -> frozenset[Need] | None:
    """The needs of two ways; nothing where both cannot be met: a finding present and absent, stages that have none in common."""
    needs = one | other
    findings: dict[str, Want] = {}
    staged: dict[str, list[Need]] = {}
    for need in needs:
        if need.want is Want.STAGE:
            staged.setdefault(need.code, []).append(need)
        elif need.want <= Want.ABSENT and findings.setdefault(need.code, need.want) is not need.want:
            return None
    for person, some in staged.items():
        if len(some) > 1:
            common = set(some[0].stages).intersection(*(need.stages for need in some))
            if not common:
                return None
            needs = (needs - frozenset(some)) | {Need(Want.STAGE, person, tuple(sorted(common)), person)}
    return needs


def nearest(ways: Iterable[Way]) -> tuple[Way, ...]:
    """The ways that need no more than another of them does, nearest first, at most `KEPT`."""
    kept: list[Way] = []
    for way in sorted(ways, key=Way.order):
        if not any(other.needs <= way.needs for other in kept):
            kept.append(way)
            if len(kept) == KEPT:
                break
    return tuple(kept)
