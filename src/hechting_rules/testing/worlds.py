"""Every way to complete a case, enumerated and looked at one by one: what is robust, and what is out, by its very meaning."""

import itertools
from collections.abc import Iterable, Iterator, Mapping

import attrs

from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, InRange, Is, IsAbsent
from hechting_rules.model import Finding, Profile, Range, Rule, Rulebook
from hechting_rules.profiles import parameter_values
from hechting_rules.stated import Case
from hechting_rules.terms import NO_PERSON, About, Person, Status
from hechting_rules.testing.naive import (
    AGE,
    PERSON,
    Held,
    World,
    ends,
    held,
    is_moot,
    known_stage,
    range_at,
    stage_at,
    stated,
)

MOST = 1 << 14
"""How many worlds are tried at most; a question that needs more is refused."""


class TooManyWorldsError(ValueError):
    """The question needs more worlds than are worth trying."""


class NoWorldError(ValueError):
    """What the case states cannot be true."""


@attrs.frozen
class Bounds:
    """What holds in every world of a case, and what in at least one."""

    always: Held
    sometimes: Held
    worlds: int


def is_consistent(world: World, book: Rulebook, parameters: Mapping[str, float], ranges: Iterable[str]) -> bool:
    """Whether a world keeps to the vocabulary: what its findings and stages imply and exclude, and what ranges follow from."""
    for code in world.present:
        finding = book.findings[code]
        if not set(finding.implies) <= world.present or set(finding.excludes) & world.present:
            return False
    for stage in (book.stages.get(world.child), book.stages.get(world.adult)):
        if stage is not None and not set(stage.implies) <= world.present:
            return False
    return all(_range_fits(book.ranges[name], name in world.ranges, world, book, parameters) for name in ranges)


def _range_fits(named: Range, inside: bool, world: World, book: Rulebook, parameters: Mapping[str, float]) -> bool:
    quantity = book.quantities[named.quantity]
    if inside and set(quantity.implies) & world.absent:
        return False
    if quantity.of not in tuple(Person):
        return True
    stage = world.stage(quantity.of)
    if stage == NO_PERSON:
        return not inside
    said = range_at(named, book.stages[stage], parameters)
    return said is None or said is inside


def agrees(world: World, case: Case, book: Rulebook, parameters: Mapping[str, float], ranges: Iterable[str]) -> bool:
    """Whether nothing that a case states is otherwise in a world."""
    if not all(_stage_agrees(person, world, case, book, parameters) for person in Person):
        return False
    for code, status in stated(case, book).items():
        finding = book.findings[code]
        if status is Status.PRESENT and code not in world.present and not _may_be_moot(finding, world.child, world.adult):
            return False
        if status is Status.ABSENT and code in world.present:
            return False
    quantities = dict(case.quantities)
    if any(not set(book.quantities[name].implies) <= world.present for name in quantities):
        return False
    for named in (book.ranges[name] for name in ranges):
        if named.quantity in quantities:
            start, end = ends(named, parameters)
            if (start <= quantities[named.quantity] <= end) is not (named.name in world.ranges):
                return False
    return True


def _stage_agrees(person: str, world: World, case: Case, book: Rulebook, parameters: Mapping[str, float]) -> bool:
    """Whether a person's stage in a world is the one that the case names, and the one that the age it gives belongs to."""
    stage, age = world.stage(person), dict(case.quantities).get(AGE[person])
    said = known_stage(person, case, book, parameters)
    return said in {"", stage} and (age is None or stage == stage_at(age, person, book, parameters))


def _may_be_moot(finding: Finding, child: str, adult: str) -> bool:
    """Whether a finding that is stated present may be moot at these stages: only one that counts at some stages of someone."""
    gone = finding.about in {About.CHILD, About.ADULT} and {"child": child, "adult": adult}[PERSON[finding.about]] == NO_PERSON
    return bool(finding.stages) and not gone and is_moot(finding, child, adult)


@attrs.frozen
class Scope:
    """The rules, findings and ranges that matter to some results."""

    rules: tuple[Rule, ...]
    findings: tuple[str, ...]
    ranges: tuple[str, ...]


def cone(book: Rulebook, codes: Iterable[str]) -> tuple[Rule, ...]:
    """The rules that these results rest on, directly or through others."""
    found: dict[str, Rule] = {}
    todo = list(codes)
    seen: set[str] = set()
    while todo:
        code = todo.pop()
        if code not in seen:
            seen.add(code)
            for rule in book.rules.values():
                if rule.result == code:
                    found[rule.id] = rule
                    todo += [*rule.unless, *(c for c in _names(rule.when) if c in book.rules_of)]
    return tuple(found.values())


def scope(book: Rulebook, case: Case, codes: Iterable[str]) -> Scope:
    """What can make a difference to these results.

    The findings in their cone, what the case states of those and of stages, and all that is tied to these by ``implies`` and
    ``excludes``. Any other finding can be completed as absent without touching them.
    """
    rules = cone(book, codes)
    named = {name for rule in rules for name in _names(rule.when)}
    ranges = tuple(name for name in book.ranges if name in named)
    findings = {code for code in named if code in book.findings}
    findings |= {code for stage in book.stages.values() for code in stage.implies}
    findings |= {code for quantity in book.quantities.values() for code in quantity.implies}
    findings |= {code for code, status in stated(case, book).items() if status is Status.PRESENT}
    while True:
        tied = {c for code in findings for c in (*book.findings[code].implies, *book.findings[code].excludes)}
        tied |= {f.code for f in book.findings.values() if findings & {*f.implies, *f.excludes}}
        if tied <= findings:
            return Scope(rules, tuple(c for c in book.findings if c in findings), ranges)
        findings |= tied


def _names(condition: Condition) -> set[str]:
    match condition:
        case Is(name) | IsAbsent(name) | InRange(name):
            return {name}
        case AllOf(parts) | AnyOf(parts) | AtLeast(parts=parts):
            return {name for part in parts for name in _names(part)}
        case _:
            return set()


def worlds(case: Case, book: Rulebook, profile: Profile, within: Scope, most: int = MOST) -> Iterator[World]:
    """Every world that is admissible for a case, as far as a scope goes. Raises `TooManyWorldsError` for more than ``most``."""
    parameters = parameter_values(book, profile)
    said = stated(case, book)
    stages = [_stages_open(person, case, book, parameters) for person in ("child", "adult")]
    _refuse_too_many(stages, said, book, within, most)
    for child, adult in itertools.product(*stages):
        counting = [code for code in within.findings if not is_moot(book.findings[code], child, adult)]
        choices = [_choices(said.get(code)) for code in counting]
        for values in itertools.product(*choices):
            present = frozenset(code for code, value in zip(counting, values, strict=True) if value)
            for picked in itertools.product((False, True), repeat=len(within.ranges)):
                ranges = frozenset(name for name, value in zip(within.ranges, picked, strict=True) if value)
                world = World(child, adult, present, frozenset(counting) - present, ranges)
                if is_consistent(world, book, parameters, within.ranges) and agrees(world, case, book, parameters, within.ranges):
                    yield world


def _choices(status: Status | None) -> tuple[bool, ...]:
    if status in {Status.PRESENT, Status.ABSENT}:
        return (status is Status.PRESENT,)
    return (False, True)


def _stages_open(person: str, case: Case, book: Rulebook, parameters: Mapping[str, float]) -> list[str]:
    """The stages at which a person can be, as far as stages alone decide it."""
    known = known_stage(person, case, book, parameters)
    if known:
        return [known]
    found = []
    for stage in (*(s.code for s in book.stages.values() if s.of == person), NO_PERSON):
        present = [book.findings[c] for c, status in stated(case, book).items() if status is Status.PRESENT]
        own = [f for f in present if PERSON.get(f.about) == person]
        if all(not is_moot(f, stage, stage) or _may_be_moot(f, stage, stage) for f in own):
            found.append(stage)
    return found


def _refuse_too_many(stages: list[list[str]], said: Mapping[str, Status], book: Rulebook, within: Scope, most: int) -> None:
    total = 0
    for child, adult in itertools.product(*stages):
        total += 2 ** len(within.ranges) * 2 ** sum(
            len(_choices(said.get(code))) - 1 for code in within.findings if not is_moot(book.findings[code], child, adult)
        )
    if total > most:
        raise TooManyWorldsError(f"{total} worlds; at most {most} are tried")


def bounds(case: Case, book: Rulebook, profile: Profile, codes: Iterable[str], most: int = MOST) -> Bounds:
    """What holds always and what sometimes, over all admissible worlds, of these results and the rules below them.

    Raises `TooManyWorldsError` for more than ``most``, `NoWorldError` for a case that contradicts itself.
    """
    within = scope(book, case, codes)
    found = [held(world, book, profile, within.rules) for world in worlds(case, book, profile, within, most)]
    if not found:
        raise NoWorldError("no world is admissible for this case")
    return Bounds(
        always=Held(
            frozenset.intersection(*(h.rules for h in found)),
            frozenset.intersection(*(h.results for h in found)),
        ),
        sometimes=Held(
            frozenset.union(*(h.rules for h in found)),
            frozenset.union(*(h.results for h in found)),
        ),
        worlds=len(found),
    )
