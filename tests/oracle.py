"""What a rulebook means, written naively: every way to complete a case is enumerated and looked at one by one.

Nothing here is shared with the kernel, the program, the admission of cases or the explanations, so that a disagreement between
the two is a mistake in one of them.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping

import attrs

from hechting_rules.model import (
    AllOf,
    AnyOf,
    AtLeast,
    Case,
    Condition,
    Finding,
    InRange,
    InStage,
    Is,
    IsAbsent,
    Profile,
    Range,
    Rule,
    Rulebook,
    Stage,
)
from hechting_rules.profiles import active_rules, parameter_values
from hechting_rules.terms import NO_PERSON, About, Person, Status

MOST = 1 << 14
"""How many worlds are tried at most; a question that needs more is refused."""

PERSON = {About.CHILD: "child", About.PARENT: "child", About.ENVIRONMENT: "child", About.ADULT: "adult"}
AGE = {"child": "child_age_months", "adult": "adult_age_years"}


class TooManyWorldsError(ValueError):
    """The question needs more worlds than are worth trying."""


class NoWorldError(ValueError):
    """What the case states cannot be true."""


@attrs.frozen
class World:
    """One way things can be, or all that is known of it.

    A finding that is neither present nor absent does not count there (it is moot), or is not known.
    """

    child: str
    adult: str
    present: frozenset[str]
    absent: frozenset[str]
    ranges: frozenset[str]

    def stage(self, person: str) -> str:
        return self.child if person == "child" else self.adult


@attrs.frozen
class Held:
    """The ids of the rules and the codes of the results that hold."""

    rules: frozenset[str]
    results: frozenset[str]


@attrs.frozen
class Bounds:
    """What holds in every world of a case, and what in at least one."""

    always: Held
    sometimes: Held
    worlds: int


def held(world: World, book: Rulebook, profile: Profile, rules: Iterable[Rule] | None = None) -> Held:
    """The rules and results that hold in a world, each rule looked at two-valued."""
    active = active_rules(book, profile)
    candidates = [r for r in (book.rules.values() if rules is None else rules) if r.id in active]
    known: dict[str, bool] = {}

    def result(code: str) -> bool:
        if code not in known:
            known[code] = any(fires(rule) for rule in candidates if rule.result == code)
        return known[code]

    def fires(rule: Rule) -> bool:
        return holds(rule.when, world, book, result) and not any(result(code) for code in rule.unless)

    firing = [rule for rule in candidates if fires(rule)]
    return Held(frozenset(r.id for r in firing), frozenset(r.result for r in firing))


def holds(condition: Condition, world: World, book: Rulebook, result: Callable[[str], bool]) -> bool:
    """Whether a condition holds in a world."""
    match condition:
        case Is(code):
            return code in world.present if code in book.findings else result(code)
        case IsAbsent(code):
            return code in world.absent
        case InStage(stages):
            return any(world.stage(book.stages[s].of) == s for s in stages)
        case InRange(name):
            return name in world.ranges
        case AllOf(parts):
            return all(holds(p, world, book, result) for p in parts)
        case AnyOf(parts):
            return any(holds(p, world, book, result) for p in parts)
        case AtLeast(count, parts):
            counted = {_group(p, place, book) for place, p in enumerate(parts) if holds(p, world, book, result)}
            return len(counted) >= count


def _group(part: Condition, place: int, book: Rulebook) -> object:
    """What a member counts as: those asked present of one group are one, and so are those asked absent."""
    if isinstance(part, Is | IsAbsent) and part.code in book.findings and book.findings[part.code].group:
        return isinstance(part, Is), book.findings[part.code].group
    return place


def is_moot(finding: Finding, child: str, adult: str) -> bool:
    """Whether a finding does not count at all when the persons are at these stages."""
    person = PERSON.get(finding.about)
    stage = {"child": child, "adult": adult}.get(person or "", "")
    if finding.stages and stage not in finding.stages:
        return True
    if stage and stage in finding.not_at:
        return True
    return finding.about in {About.CHILD, About.ADULT} and stage == NO_PERSON


def stated(case: Case, book: Rulebook) -> dict[str, Status]:
    """What a case says of each finding, older codes taken for the present ones."""
    new = {old: finding.code for finding in book.findings.values() for old in finding.alias}
    return {new.get(s.code, s.code): s.status for s in case.findings}


def known_stage(person: str, case: Case, book: Rulebook, parameters: Mapping[str, float]) -> str:
    """The stage that a case gives a person, by name or by age; empty when it gives none."""
    said = case.child_stage if person == "child" else case.adult_stage
    age = dict(case.quantities).get(AGE[person])
    if said or age is None:
        return said
    for stage in book.stages.values():
        if stage.of == person and _holds_age(stage, age, parameters):
            return stage.code
    return ""


def _holds_age(stage: Stage, age: float, parameters: Mapping[str, float]) -> bool:
    low, high = _bounds(stage, parameters)
    return low is not None and low <= age < high


def _bounds(stage: Stage, parameters: Mapping[str, float]) -> tuple[float | None, float]:
    """From and below of a stage; nothing as the first for a stage that no age belongs to."""
    if not stage.start and not stage.below:
        return None, 0
    low = parameters[stage.start] if stage.start else 0
    return low, parameters[stage.below] if stage.below else float("inf")


def _range_at(named: Range, stage: Stage, parameters: Mapping[str, float]) -> bool | None:
    """What a stage says of a range of the person's age: inside, outside, or nothing."""
    start, end = _ends(named, parameters)
    low, high = _bounds(stage, parameters)
    if low is None or low > end or high <= start:
        return False
    return True if start <= low and high <= end else None


def _ends(named: Range, parameters: Mapping[str, float]) -> tuple[float, float]:
    start, end = (parameters[e] if isinstance(e, str) else e for e in (named.start, named.end))
    return start, end


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
    said = _range_at(named, book.stages[stage], parameters)
    return said is None or said is inside


def agrees(world: World, case: Case, book: Rulebook, parameters: Mapping[str, float], ranges: Iterable[str]) -> bool:
    """Whether nothing that a case states is otherwise in a world."""
    for person in ("child", "adult"):
        stage = known_stage(person, case, book, parameters)
        if stage and world.stage(person) != stage:
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
            start, end = _ends(named, parameters)
            if (start <= quantities[named.quantity] <= end) is not (named.name in world.ranges):
                return False
    return True


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


def worlds(case: Case, book: Rulebook, profile: Profile, within: Scope) -> Iterator[World]:
    """Every world that is admissible for a case, as far as a scope goes."""
    parameters = parameter_values(book, profile)
    said = stated(case, book)
    stages = [_stages_open(person, case, book, parameters) for person in ("child", "adult")]
    _refuse_too_many(stages, said, book, within)
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


def _refuse_too_many(stages: list[list[str]], said: Mapping[str, Status], book: Rulebook, within: Scope) -> None:
    total = 0
    for child, adult in itertools.product(*stages):
        total += 2 ** len(within.ranges) * 2 ** sum(
            len(_choices(said.get(code))) - 1 for code in within.findings if not is_moot(book.findings[code], child, adult)
        )
    if total > MOST:
        raise TooManyWorldsError(f"{total} worlds; at most {MOST} are tried")


def bounds(case: Case, book: Rulebook, profile: Profile, codes: Iterable[str]) -> Bounds:
    """What holds always and what sometimes, over all admissible worlds, of these results and the rules below them."""
    within = scope(book, case, codes)
    found = [held(world, book, profile, within.rules) for world in worlds(case, book, profile, within)]
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


def established(case: Case, book: Rulebook, profile: Profile) -> Held:
    """What holds by what is known, everything else being neither present nor absent."""
    return held(known(case, book, profile), book, profile)


def known(case: Case, book: Rulebook, profile: Profile) -> World:
    """All that follows from what a case states, worked out by going round until nothing more follows.

    What is stated present of a person counts unless it is bound to stages that are not known; what is absent counts only where
    it is known that it is not moot.
    """
    parameters = parameter_values(book, profile)
    said = stated(case, book)
    child, adult = (known_stage(person, case, book, parameters) for person in ("child", "adult"))
    everywhere = [
        (child or one, adult or other)
        for one in (*(s.code for s in book.stages.values() if s.of is Person.CHILD), NO_PERSON)
        for other in (*(s.code for s in book.stages.values() if s.of is Person.ADULT), NO_PERSON)
    ]
    never = {code for code, finding in book.findings.items() if all(is_moot(finding, *pair) for pair in everywhere)}
    always = {code for code, finding in book.findings.items() if not any(is_moot(finding, *pair) for pair in everywhere)}
    counting = {code for code, finding in book.findings.items() if code in always or not (finding.stages or code in never)}
    present = {code for code, status in said.items() if status is Status.PRESENT} & counting
    present |= {c for stage in (child, adult) if stage in book.stages for c in book.stages[stage].implies} & counting
    present |= {c for name, _ in case.quantities for c in book.quantities[name].implies} & counting
    refused = {code for code, status in said.items() if status is Status.ABSENT} | never
    while True:
        more = {c for code in present for c in book.findings[code].implies} & counting
        less = {c for code in present for c in book.findings[code].excludes}
        less |= {f.code for f in book.findings.values() if present & set(f.excludes) or refused & set(f.implies)}
        if more <= present and less <= refused:
            break
        present |= more
        refused |= less
    ranges = frozenset(_known_ranges(case, book, parameters, {"child": child, "adult": adult}))
    return World(child, adult, frozenset(present), frozenset(refused & always), ranges)


def _known_ranges(case: Case, book: Rulebook, parameters: Mapping[str, float], stages: Mapping[str, str]) -> Iterator[str]:
    quantities = dict(case.quantities)
    for named in book.ranges.values():
        start, end = _ends(named, parameters)
        stage = book.stages.get(stages.get(book.quantities[named.quantity].of, ""))
        if named.quantity in quantities:
            if start <= quantities[named.quantity] <= end:
                yield named.name
        elif stage is not None and _range_at(named, stage, parameters):
            yield named.name
