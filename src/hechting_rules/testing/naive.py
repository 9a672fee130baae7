"""What a rulebook means, written naively: each rule looked at one by one, in one world or in what is known of a case.

Nothing here or in `hechting_rules.testing.worlds` is shared with the kernel, the program, the admission of cases or the
explanations, so that a disagreement between the two is a mistake in one of them. Which rules a profile runs, and with which
numbers, both take from `hechting_rules.profiles`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

import attrs

from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, InRange, InStage, Is, IsAbsent
from hechting_rules.model import Finding, Profile, Range, Rule, Rulebook, Stage
from hechting_rules.profiles import active_rules, parameter_values
from hechting_rules.stated import Case
from hechting_rules.terms import NO_PERSON, About, Person, Status

PERSON = {About.CHILD: Person.CHILD, About.PARENT: Person.CHILD, About.ENVIRONMENT: Person.CHILD, About.ADULT: Person.ADULT}
"""By whose stage it is decided whether a finding counts; a pregnancy has no stage."""

AGE: Mapping[str, str] = {Person.CHILD: "child_age_months", Person.ADULT: "adult_age_years"}
"""The quantity that is the age of a person."""


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
        """The stage of the child or the adult."""
        return self.child if person == "child" else self.adult


@attrs.frozen
class Held:
    """The ids of the rules and the codes of the results that hold."""

    rules: frozenset[str]
    results: frozenset[str]


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
    return said if said or age is None else stage_at(age, person, book, parameters)


def stage_at(age: float, person: str, book: Rulebook, parameters: Mapping[str, float]) -> str:
    """The stage of a person that an age belongs to; empty when it belongs to none."""
    return next((s.code for s in book.stages.values() if s.of == person and _holds_age(s, age, parameters)), "")


def _holds_age(stage: Stage, age: float, parameters: Mapping[str, float]) -> bool:
    low, high = stage_ends(stage, parameters)
    return low is not None and low <= age < high


def stage_ends(stage: Stage, parameters: Mapping[str, float]) -> tuple[float | None, float]:
    """From and below of a stage; nothing as the first for a stage that no age belongs to."""
    if not stage.start and not stage.below:
        return None, 0
    low = parameters[stage.start] if stage.start else 0
    return low, parameters[stage.below] if stage.below else float("inf")


def range_at(named: Range, stage: Stage, parameters: Mapping[str, float]) -> bool | None:
    """What a stage says of a range of the person's age: inside, outside, or nothing."""
    start, end = ends(named, parameters)
    low, high = stage_ends(stage, parameters)
    if low is None or low > end or high <= start:
        return False
    return True if start <= low and high <= end else None


def ends(named: Range, parameters: Mapping[str, float]) -> tuple[float, float]:
    """From where to where a range goes, both included."""
    start, end = (parameters[e] if isinstance(e, str) else e for e in (named.start, named.end))
    return start, end


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
        start, end = ends(named, parameters)
        stage = book.stages.get(stages.get(book.quantities[named.quantity].of, ""))
        if named.quantity in quantities:
            if start <= quantities[named.quantity] <= end:
                yield named.name
        elif stage is not None and range_at(named, stage, parameters):
            yield named.name
