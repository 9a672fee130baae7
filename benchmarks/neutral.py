"""A rulebook in a form that any engine can be given: conditions over closed facts, two-valued, in an order that can be run.

What an admission derives (what follows from stages, ``implies`` and ``excludes``) is settled before: an atom is a finding that is
present, a finding that is absent, a stage, or a range, as `admitted` finds them in a case. A rule establishes its result where
its condition holds and none of its ``unless`` is established: the first of the three planes on which this library decides.

Atoms and results have short names (``a7``, ``c3``) which are words in every language that an engine may want them in.
"""

import itertools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import assert_never

import attrs

from hechting_rules import Case, Rulebook, model
from hechting_rules import condition as asked
from hechting_rules.answered import answer, program_for
from hechting_rules.profiles import find_profile
from hechting_rules.relations import group_parts


class DifferentError(AssertionError):
    """An engine gives other results than this library."""


class Kind(StrEnum):
    """What an atom says of the name beside it."""

    PRESENT = "present"
    ABSENT = "absent"
    STAGE = "stage"
    RANGE = "range"


@attrs.frozen
class Holds:
    """An atom or a result, by its short name."""

    name: str


@attrs.frozen
class Every:
    """All parts hold."""

    parts: tuple["Condition", ...]


@attrs.frozen
class Some:
    """At least one part holds."""

    parts: tuple["Condition", ...]


@attrs.frozen
class Several:
    """At least ``count`` of the parts hold."""

    count: int
    parts: tuple["Condition", ...]


Condition = Holds | Every | Some | Several


@attrs.frozen
class Rule:
    """When ``when`` holds and no result in ``unless`` does, ``result`` holds."""

    id: str
    when: Condition
    unless: tuple[str, ...]
    result: str


@attrs.frozen(eq=False)
class Neutral:
    """A rulebook under its default profile.

    ``atoms`` and ``results`` give the short names; ``rules`` stand in an order in which each comes after what it rests on, and
    ``strata`` holds the results level by level: each rests on results of earlier levels only.
    """

    atoms: Mapping[tuple[Kind, str], str]
    results: Mapping[str, str]
    rules: tuple[Rule, ...]
    strata: tuple[tuple[str, ...], ...]

    def rules_of(self, result: str) -> tuple[Rule, ...]:
        """The rules that establish a result."""
        return tuple(rule for rule in self.rules if rule.result == result)

    def codes(self, names: Collection[str]) -> frozenset[str]:
        """The codes of results, from their short names."""
        code = {name: code for code, name in self.results.items()}
        return frozenset(code[name] for name in names)


def neutral(book: Rulebook) -> Neutral:
    """The neutral form of a rulebook under its default profile; results to which no rule leads there are left out."""
    active = program_for(book, find_profile(book, None)).active
    order = [code for code in book.order if any(rule in active for rule in book.rules_of[code])]
    draft = _Draft(book, {code: f"c{place}" for place, code in enumerate(order)})
    ids = [rule for code in order for rule in book.rules_of[code] if rule in active]
    rules = tuple(draft.rule(f"r{place}", book.rules[one]) for place, one in enumerate(ids))
    return Neutral(draft.atoms, draft.results, rules, _strata(rules))


@attrs.define
class _Draft:
    """A neutral form under construction: atoms get their short names as they are met."""

    book: Rulebook
    results: dict[str, str]
    atoms: dict[tuple[Kind, str], str] = attrs.field(factory=dict)

    def rule(self, name: str, rule: model.Rule) -> Rule:
        unless = tuple(self.results[code] for code in rule.unless if code in self.results)
        return Rule(name, self.form(rule.when), unless, self.results[rule.result])

    def form(self, condition: asked.Condition) -> Condition:
        match condition:
            case asked.InStage(stages):
                return _one_or(Some, [self.atom(Kind.STAGE, stage) for stage in stages])
            case asked.AllOf(parts):
                return _one_or(Every, [self.form(part) for part in parts])
            case asked.AnyOf(parts):
                return _one_or(Some, [self.form(part) for part in parts])
            case asked.AtLeast(count, parts):
                groups = ([self.form(part) for part in group] for group in group_parts(parts, self.book.findings))
                return Several(count, tuple(_one_or(Some, group) for group in groups))
            case asked.IsAbsent(code):
                return self.atom(Kind.ABSENT, code)
            case asked.InRange(name):
                return self.atom(Kind.RANGE, name)
            case asked.Is(code):
                return self.is_so(code)
            case _:
                assert_never(condition)

    def is_so(self, code: str) -> Condition:
        """A finding that is present, or a result."""
        if code in self.book.findings:
            return self.atom(Kind.PRESENT, code)
        return Holds(self.results[code]) if code in self.results else NEVER

    def atom(self, kind: Kind, name: str) -> Holds:
        return Holds(self.atoms.setdefault((kind, name), f"a{len(self.atoms)}"))


NEVER = Some(())
"""What never holds: a result to which no rule leads under the profile."""


def _one_or(kind: Callable[[tuple[Condition, ...]], Condition], parts: Sequence[Condition]) -> Condition:
    return parts[0] if len(parts) == 1 else kind(tuple(parts))


def _strata(rules: tuple[Rule, ...]) -> tuple[tuple[str, ...], ...]:
    level: dict[str, int] = {}
    for rule in rules:
        below = [level[name] + 1 for name in (*names(rule.when), *rule.unless) if name in level and name != rule.result]
        level[rule.result] = max(level.get(rule.result, 0), *below, 0)
    return tuple(tuple(name for name in level if level[name] == one) for one in range(max(level.values(), default=-1) + 1))


def names(condition: Condition) -> Iterator[str]:
    """The atoms and results in a condition, from left to right."""
    if isinstance(condition, Holds):
        yield condition.name
    else:
        for part in condition.parts:
            yield from names(part)


def ways(condition: Condition) -> list[tuple[str, ...]]:
    """A condition as alternatives, each of which is a conjunction: for engines that can neither nest nor count."""
    match condition:
        case Holds(name):
            return [(name,)]
        case Some(parts):
            found = [way for part in parts for way in ways(part)]
        case Every(parts):
            found = [_joined(several) for several in itertools.product(*map(ways, parts))]
        case Several(count, parts):
            found = [way for several in itertools.combinations(parts, count) for way in ways(Every(several))]
        case _:
            assert_never(condition)
    return list(dict.fromkeys(found))


def _joined(several: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for way in several for name in way))


def counted_out(condition: Condition) -> Condition:
    """A condition without `Several`, for engines that cannot count."""
    match condition:
        case Holds():
            return condition
        case Several(count, parts):
            kept = tuple(counted_out(part) for part in parts)
            return Some(tuple(Every(several) for several in itertools.combinations(kept, count)))
        case _:
            return attrs.evolve(condition, parts=tuple(counted_out(part) for part in condition.parts))


@attrs.frozen
class Admitted:
    """The atoms that hold in a case, and those that cannot hold in it."""

    holds: frozenset[str]
    out: frozenset[str]


def admitted(case: Case, book: Rulebook, form: Neutral) -> Admitted:
    """The atoms of a case, by the admission of this library. Raises `CaseError` for a case that cannot be used."""
    found = answer(case, book, find_profile(book, None))
    program = found.program
    planes = {
        Kind.PRESENT: program.present,
        Kind.ABSENT: program.absent,
        Kind.STAGE: program.stages,
        Kind.RANGE: program.ranges,
    }
    of = {short: planes[kind][name] for (kind, name), short in form.atoms.items()}
    return Admitted(
        frozenset(short for short, plane in of.items() if found.values[plane.established]),
        frozenset(short for short, plane in of.items() if found.values[plane.out]),
    )


def established(form: Neutral, closed: Collection[str]) -> frozenset[str]:
    """The results that are established where these atoms hold, in the plainest way: rule after rule."""
    known = set(closed)
    for rule in form.rules:
        if _holds(rule.when, known) and known.isdisjoint(rule.unless):
            known.add(rule.result)
    return frozenset(known - set(closed))


def _holds(condition: Condition, known: set[str]) -> bool:
    match condition:
        case Holds(name):
            return name in known
        case Every(parts):
            return all(_holds(part, known) for part in parts)
        case Some(parts):
            return any(_holds(part, known) for part in parts)
        case Several(count, parts):
            return sum(_holds(part, known) for part in parts) >= count
        case _:
            assert_never(condition)
