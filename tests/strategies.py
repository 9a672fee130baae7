"""Hypothesis strategies: cases that contradict nothing, and small rulebooks with all that rulebooks may hold."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
from hypothesis import strategies as st

from hechting_rules.crosscheck import check
from hechting_rules.grounds import Evidence
from hechting_rules.model import (
    AllOf,
    AnyOf,
    AtLeast,
    Case,
    Conclusion,
    Condition,
    Expected,
    Finding,
    Head,
    InRange,
    InStage,
    Is,
    IsAbsent,
    Parameter,
    Profile,
    Quantity,
    Range,
    Rule,
    Rulebook,
    Stage,
    Stated,
    Suggestion,
    Switch,
    Test,
)
from hechting_rules.profiles import parameter_values
from hechting_rules.rulebook import default_rulebook
from hechting_rules.source import Problems, Span
from hechting_rules.terms import (
    NO_PERSON,
    About,
    Change,
    Confidence,
    Direction,
    Handling,
    Kind,
    NumberOrigin,
    Origin,
    Person,
    Standing,
    Status,
    Text,
    Time,
    Wording,
)

HERE = Span("random")
WORDS = Text("woorden", "words")
PERSON = {About.CHILD: Person.CHILD, About.PARENT: Person.CHILD, About.ENVIRONMENT: Person.CHILD, About.ADULT: Person.ADULT}
AGE = {Person.CHILD: "child_age_months", Person.ADULT: "adult_age_years"}

# --- building blocks -------------------------------------------------------------------------------------------------------

PARAMETERS = {
    name: Parameter(name, value, unit, NumberOrigin.LIBRARY, "a test", HERE)
    for name, value, unit in (("small_below", 12, "months"), ("big_below", 100, "months"), ("grown_from", 18, "years"))
}
STAGES = (
    Stage("unborn", Person.CHILD, WORDS, HERE),
    Stage("small", Person.CHILD, WORDS, HERE, below="small_below"),
    Stage("big", Person.CHILD, WORDS, HERE, start="small_below", below="big_below"),
    Stage("young", Person.ADULT, WORDS, HERE, below="grown_from"),
    Stage("grown", Person.ADULT, WORDS, HERE, start="grown_from"),
)
QUANTITIES = (
    Quantity("child_age_months", "child", "months", 0, 99, WORDS, HERE),
    Quantity("adult_age_years", "adult", "years", 10, 125, WORDS, HERE),
    Quantity("pregnancy_week", "pregnancy", "weeks", 0, 45, WORDS, HERE),
)
RANGES = (
    Range("first_year", "child_age_months", 0, "small_below", WORDS, HERE),
    Range("around_two", "child_age_months", 6, 36, WORDS, HERE),
    Range("second_year", "child_age_months", "small_below", 24, WORDS, HERE),
    Range("of_age", "adult_age_years", "grown_from", 125, WORDS, HERE),
    Range("forties", "adult_age_years", 40, 50, WORDS, HERE),
    Range("late", "pregnancy_week", 20, 45, WORDS, HERE),
)
CHILD_STAGES, ADULT_STAGES = ("unborn", "small", "big"), ("young", "grown")
SWITCHED = Evidence("claim:off", (Standing.OUTDATED,), Handling.OFF, Confidence.HIGH, WORDS, WORDS, (), HERE)


def finding(code: str, about: About = About.PREGNANCY, direction: Direction = Direction.NEUTRAL, **more: Any) -> Finding:
    """A finding of which a test says only what matters; about pregnancy, as that never is moot."""
    base = Finding(code, WORDS, WORDS, about, Time.CURRENT, direction, Change.EITHER, HERE)
    return attrs.evolve(base, **more)


def rule(name: str, when: Condition, result: str, unless: tuple[str, ...] = (), evidence: str = "") -> Rule:
    """A rule of origin today, with the exemplar that each rule must have."""
    shown = Test(name, Case(), Expected(not_established=((result, HERE),)), HERE)
    return Rule(name, Origin.TODAY, WORDS, when, result, Wording.LIKELY, HERE, unless, evidence=evidence, exemplars=(shown,))


def rulebook(
    findings: Iterable[Finding],
    rules: Iterable[Rule],
    *,
    suggestions: Iterable[str] = (),
    stages: Iterable[Stage] = STAGES,
    quantities: Iterable[Quantity] = QUANTITIES,
    profile: Profile | None = None,
) -> Rulebook:
    """A checked rulebook; what its rules lead to and is no suggestion is a conclusion. Fails on any problem."""
    rules = list(rules)
    raised = {code: _suggestion(code) for code in suggestions}
    concluded = {r.result: _conclusion(r.result) for r in rules if r.result not in raised}
    parts: dict[str, Any] = {
        "head": Head("random", "1", WORDS, WORDS, WORDS, WORDS, WORDS, (), WORDS, "none", HERE),
        "sha256": "",
        "parameters": PARAMETERS,
        "stages": {s.code: s for s in stages},
        "quantities": {q.name: q for q in quantities},
        "ranges": {r.name: r for r in RANGES},
        "findings": {f.code: f for f in findings},
        "conclusions": concluded,
        "suggestions": raised,
        "rules": {r.id: r for r in rules},
        "evidence": {SWITCHED.id: SWITCHED},
        "profiles": {"default": profile or Profile("default", WORDS, HERE)},
        "tests": (),
        "order": (),
    }
    draft = Rulebook(**{field.name: parts.get(field.name, {}) for field in attrs.fields(Rulebook)})
    problems = Problems()
    checked = check(draft, problems)
    assert not problems.found, "\n".join(str(d) for d in problems.found)
    return checked


def _conclusion(code: str) -> Conclusion:
    return Conclusion(code, WORDS, About.CHILD, Direction.NEUTRAL, HERE)


def _suggestion(code: str) -> Suggestion:
    return Suggestion(code, Origin.TODAY, Kind.DISCUSS, About.CHILD, WORDS, WORDS, HERE)


# --- cases -----------------------------------------------------------------------------------------------------------------


@attrs.define
class Life:
    """Everything that is so: what a case tells a part of."""

    book: Rulebook
    child: str = NO_PERSON
    adult: str = NO_PERSON
    present: set[str] = attrs.field(factory=set)
    quantities: dict[str, float] = attrs.field(factory=dict)

    def stage(self, person: Person) -> str:
        return self.child if person is Person.CHILD else self.adult

    def moot(self, code: str) -> bool:
        """Whether a finding does not count in this life."""
        item = self.book.findings[code]
        stage = "" if item.about is About.PREGNANCY else self.stage(PERSON[item.about])
        gone = stage == NO_PERSON and item.about in {About.CHILD, About.ADULT}
        return gone or stage in item.not_at or (bool(item.stages) and stage not in item.stages)

    def take(self, codes: Iterable[str]) -> bool:
        """Make findings present, with all they imply; not if something stands against it."""
        wanted = self.present | reach(codes, self.book.findings)
        contrary = {other for code in wanted for other in self.book.findings[code].excludes}
        if contrary & wanted or any(self.moot(code) for code in wanted):
            return False
        self.present = wanted
        return True


def reach(codes: Iterable[str], findings: Mapping[str, Finding]) -> set[str]:
    """These findings and all that they imply."""
    found: set[str] = set()
    todo = list(codes)
    while todo:
        code = todo.pop()
        if code not in found:
            found.add(code)
            todo.extend(findings[code].implies)
    return found


@st.composite
def lives(draw: st.DrawFn, book: Rulebook) -> Life:
    """Persons at their stages, and what these stages imply."""
    life = Life(book)
    for person in Person:
        stage = draw(st.sampled_from([s.code for s in book.stages.values() if s.of is person] + [NO_PERSON]))
        before = attrs.evolve(life, present=set(life.present))
        setattr(life, person.value, stage)
        if stage != NO_PERSON and not life.take(book.stages[stage].implies):
            life = before
    return life


def _measure(draw: st.DrawFn, life: Life) -> None:
    """Give a life its ages, and the other quantities that what is present calls for."""
    for quantity in life.book.quantities.values():
        low, high = _likely(quantity, life)
        if low <= high and set(quantity.implies) <= life.present:
            life.quantities[quantity.name] = draw(st.integers(math.ceil(low * 2), math.floor(high * 2))) / 2


def _likely(quantity: Quantity, life: Life) -> tuple[float, float]:
    """From where to where a quantity can be in a life; nowhere for the age of nobody."""
    person = next((p for p in Person if AGE[p] == quantity.name), None)
    if person is None:
        return quantity.least, quantity.most
    stage = life.book.stages.get(life.stage(person))
    if stage is None or not (stage.start or stage.below):
        return 1, 0
    parameters = parameter_values(life.book, life.book.profiles["default"])
    low = parameters[stage.start] if stage.start else quantity.least
    high = parameters[stage.below] - 0.5 if stage.below else quantity.most
    return max(low, quantity.least), min(high, quantity.most)


HOW = ("present", "hidden", "absent", "absent", "unknown")


@st.composite
def cases(draw: st.DrawFn, book: Rulebook, *, stages_known: bool = False, most: int = 12) -> Case:
    """A case that contradicts nothing: a part of what is so, told as present, absent or not to be known.

    The stages are told by name, by age, both, or not at all. Findings outside their stages are told now and then.
    """
    life = draw(lives(book))
    names = sorted([*book.findings, *book.alias])
    told = draw(st.dictionaries(st.sampled_from(names), st.sampled_from(HOW), max_size=most))
    now = {name: book.alias.get(name, name) for name in told}
    told = {name: how for name, how in told.items() if name == now[name] or now[name] not in told}
    told = {name: how for i, (name, how) in enumerate(told.items()) if now[name] not in [now[n] for n in list(told)[:i]]}
    for name, how in told.items():
        if how in {"present", "hidden"}:
            life.take([now[name]])
    _measure(draw, life)
    by_name = {p: draw(st.booleans()) or (stages_known and AGE[p] not in life.quantities) for p in Person}
    quantities = {
        name: value
        for name, value in life.quantities.items()
        if draw(st.booleans()) or (stages_known and any(name == AGE[p] and not by_name[p] for p in Person))
    }
    findings = [
        Stated(name, status)
        for status in Status
        for name, how in told.items()
        if _told_as(now[name], how, life, by_name) is status
    ]
    return Case(
        id=draw(st.sampled_from(["", "c-1"])),
        child_stage=life.child if by_name[Person.CHILD] else "",
        adult_stage=life.adult if by_name[Person.ADULT] else "",
        quantities=tuple(sorted(quantities.items())),
        findings=tuple(findings),
    )


def _told_as(code: str, how: str, life: Life, by_name: Mapping[Person, bool]) -> Status | None:
    """How a finding is told, true to the life. One that is moot may be told anything, as far as it is tied to no other."""
    if how == "unknown":
        return Status.UNKNOWN
    if code in life.present:
        return Status.PRESENT if how == "present" else None
    if how == "absent":
        return Status.ABSENT
    item = life.book.findings[code]
    tied = item.implies or item.excludes or any(code in {*f.implies, *f.excludes} for f in life.book.findings.values())
    elsewhere = item.stages and life.moot(code) and by_name[PERSON[item.about]] and not tied
    nobody = elsewhere and item.about in {About.CHILD, About.ADULT} and life.stage(PERSON[item.about]) == NO_PERSON
    return Status.PRESENT if how == "present" and elsewhere and not nobody else None


@st.composite
def complete_cases(draw: st.DrawFn, book: Rulebook, *, most: int = 30) -> Case:
    """A case in which all is told: both stages, each finding that counts, each quantity there is."""
    life = draw(lives(book))
    for code in draw(st.lists(st.sampled_from(sorted(book.findings)), unique=True, max_size=most)):
        life.take([code])
    _measure(draw, life)
    gone = [code for code in book.findings if code not in life.present and not life.moot(code)]
    case = Case.of(child=life.child, adult=life.adult, present=sorted(life.present), absent=gone)
    return attrs.evolve(case, quantities=tuple(sorted(life.quantities.items())))


@st.composite
def nearly_complete_cases(draw: st.DrawFn, book: Rulebook, *, hidden: int = 6) -> Case:
    """A case in which all is told but a few findings and, now and then, the stage of the child."""
    case = draw(complete_cases(book))
    left_out = set(draw(st.lists(st.sampled_from(sorted(book.findings)), unique=True, max_size=hidden)))
    said = {s.code for s in case.findings}
    findings = [*case.findings, *(Stated(code, Status.ABSENT) for code in book.findings if code not in said)]
    nameless = draw(st.integers(0, 3)) == 3
    return attrs.evolve(
        case,
        child_stage="" if nameless else case.child_stage,
        quantities=tuple(q for q in case.quantities if not (nameless and q[0] == AGE[Person.CHILD])),
        findings=tuple(s for s in findings if s.code not in left_out),
    )


LIKELY = (Status.PRESENT, Status.PRESENT, Status.PRESENT, Status.ABSENT, Status.UNKNOWN)


@st.composite
def any_cases(draw: st.DrawFn, book: Rulebook) -> Case:
    """A case with known stages that may contradict itself."""
    told = draw(st.dictionaries(st.sampled_from(sorted(book.findings)), st.sampled_from(LIKELY), max_size=6))
    child, adult = (draw(st.sampled_from([*(s.code for s in book.stages.values() if s.of is p), NO_PERSON])) for p in Person)
    weeks = draw(st.lists(st.integers(0, 40), max_size=1))
    return Case(
        child_stage=child,
        adult_stage=adult,
        quantities=tuple(("pregnancy_week", week) for week in weeks),
        findings=tuple(Stated(code, status) for code, status in told.items()),
    )


def real_cases(*, most: int = 12) -> st.SearchStrategy[Case]:
    """Cases for the rulebook of this library, which is read when the first is drawn."""
    return st.deferred(lambda: cases(default_rulebook(), most=most))


@st.composite
def books_with_cases(draw: st.DrawFn, books: st.SearchStrategy[Rulebook], *, stages_known: bool = False) -> tuple[Rulebook, Case]:
    """A rulebook and a case for it."""
    book = draw(books)
    return book, draw(cases(book, stages_known=stages_known))


# --- rulebooks -------------------------------------------------------------------------------------------------------------


@attrs.define
class Draft:
    """A rulebook under construction.

    With ``sides``, each finding and range has one side: on the positive side it stands as present in what speaks for a result,
    on the negative one as absent; below an ``unless`` it is the other way round.
    """

    draw: st.DrawFn
    findings: dict[str, Finding]
    sides: Mapping[str, bool] | None
    rules: list[Rule] = attrs.field(factory=list)
    plain: list[str] = attrs.field(factory=list)
    blockers: list[str] = attrs.field(factory=list)

    def leaf(self, blocking: bool) -> Condition:
        """A single condition; below an ``unless`` no finding that speaks for risk."""
        draw = self.draw
        forms = ["present", "present", "absent", "stage", "range", "result"]
        form = draw(st.sampled_from(forms))
        below = self.blockers if blocking else self.plain
        if form == "result" and below:
            return Is(draw(st.sampled_from(below)), HERE)
        if form == "stage":
            group = draw(st.sampled_from([CHILD_STAGES, ADULT_STAGES]))
            return InStage(tuple(draw(st.lists(st.sampled_from(group), unique=True, min_size=1, max_size=2))), HERE)
        if form == "range":
            names = [r.name for r in RANGES if self.sides is None or self.sides[r.name] is not blocking]
            if names:
                return InRange(draw(st.sampled_from(names)), HERE)
        return self.finding(form == "absent", blocking)

    def finding(self, absent: bool, blocking: bool) -> Condition:
        code = self.draw(st.sampled_from(sorted(self.findings)))
        if self.sides is not None:
            absent = self.sides[code] is blocking
        if blocking and self.findings[code].direction is Direction.RISK and not absent:
            calm = [c for c, f in self.findings.items() if f.direction is not Direction.RISK]
            calm = [c for c in calm if self.sides is None or self.sides[c] is not blocking]
            if not calm:
                return InStage((self.draw(st.sampled_from(CHILD_STAGES)),), HERE)
            return Is(self.draw(st.sampled_from(calm)), HERE)
        return IsAbsent(code, HERE) if absent else Is(code, HERE)

    def condition(self, depth: int, blocking: bool) -> Condition:
        form = self.draw(st.sampled_from(["leaf", "all", "any", "at_least"][: 4 if depth else 1]))
        if form == "leaf":
            return self.leaf(blocking)
        drawn = [self.condition(depth - 1, blocking) for _ in range(self.draw(st.integers(2, 4)))]
        parts = tuple(dict.fromkeys(drawn))
        if form == "all":
            return AllOf(parts, HERE)
        if form == "any":
            return AnyOf(parts, HERE)
        return AtLeast(self.draw(st.integers(1, _groups(parts, self.findings))), parts, HERE)

    def result(self, code: str, *, blocking: bool = False) -> None:
        """One or two rules that lead to a result."""
        draw = self.draw
        for place in range(draw(st.integers(1, 2))):
            unless: tuple[str, ...] = ()
            if not blocking and self.blockers and draw(st.booleans()):
                unless = (draw(st.sampled_from(self.blockers)),)
            evidence = SWITCHED.id if draw(st.integers(0, 7)) == 7 else ""
            self.rules.append(rule(f"r.{code[2:]}_{place}", self.condition(2, blocking), code, unless, evidence))


def _groups(parts: Sequence[Condition], findings: Mapping[str, Finding]) -> int:
    """How many groups the parts of an ``at_least`` are."""
    names: set[object] = set()
    for place, part in enumerate(parts):
        group = findings[part.code].group if isinstance(part, Is | IsAbsent) and part.code in findings else ""
        names.add((type(part), group) if group else place)
    return len(names)


ABOUT = (About.CHILD, About.CHILD, About.ADULT, About.PARENT, About.ENVIRONMENT, About.PREGNANCY)


@st.composite
def _findings(draw: st.DrawFn, sides: Mapping[str, bool] | None, codes: Sequence[str]) -> dict[str, Finding]:
    """Findings with stages, groups and directions; implications only where the other counts at all the same stages."""
    found: dict[str, Finding] = {}
    for code in codes:
        about = draw(st.sampled_from(ABOUT))
        own = {Person.CHILD: CHILD_STAGES, Person.ADULT: ADULT_STAGES}.get(PERSON[about]) if about in PERSON else None
        some = tuple(draw(st.lists(st.sampled_from(own), unique=True, max_size=len(own) - 1))) if own else ()
        only = draw(st.booleans())
        found[code] = finding(
            code,
            about,
            draw(st.sampled_from(Direction)),
            stages=some if only else (),
            not_at=() if only else some,
            group=draw(st.sampled_from(["", "", "pair"])),
            alias=(f"old.{code[2:]}",) if draw(st.integers(0, 5)) == 5 else (),
        )
    for code in codes:
        allowed = [c for c in codes if c != code and may_imply(found[code], found[c]) and _same(sides, code, c)]
        if draw(st.booleans()) and allowed:
            found[code] = attrs.evolve(found[code], implies=(draw(st.sampled_from(allowed)),))
    for code in codes:
        allowed = [c for c in codes if _may_exclude(code, c, found) and not (sides and _same(sides, code, c))]
        if draw(st.booleans()) and allowed:
            found[code] = attrs.evolve(found[code], excludes=(draw(st.sampled_from(allowed)),))
    return found


def _same(sides: Mapping[str, bool] | None, one: str, other: str) -> bool:
    return sides is None or sides[one] is sides[other]


def may_imply(one: Finding, other: Finding) -> bool:
    """Whether the one never counts where the other does not."""
    if other.about in {About.CHILD, About.ADULT} and one.about is not other.about:
        return False
    same = PERSON.get(one.about) is PERSON.get(other.about)
    if other.stages and not (same and one.stages and set(one.stages) <= set(other.stages)):
        return False
    if not other.not_at:
        return True
    if not same:
        return False
    return not set(one.stages) & set(other.not_at) if one.stages else set(other.not_at) <= set(one.not_at)


def _may_exclude(one: str, other: str, found: Mapping[str, Finding]) -> bool:
    """Whether nothing implies both."""
    return one != other and not any({one, other} <= reach([code], found) for code in found)


def _implied(draw: st.DrawFn, findings: Mapping[str, Finding], stage: str = "", of: Person | None = None) -> tuple[str, ...]:
    """At most one finding that a stage, or a quantity of no person, may imply: one that counts whenever that is so."""
    fit = [f.code for f in findings.values() if not f.stages and _counts_at(f, stage, of)]
    return (draw(st.sampled_from(fit)),) if fit and draw(st.integers(0, 2)) == 2 else ()


def _counts_at(item: Finding, stage: str, of: Person | None) -> bool:
    if item.about in {About.CHILD, About.ADULT} and PERSON[item.about] is not of:
        return False
    return not item.not_at or (PERSON.get(item.about) is of and stage not in item.not_at)


@st.composite
def rulebooks(draw: st.DrawFn, *, one_polarity: bool = False, most: int = 6) -> Rulebook:
    """A small rulebook: findings of all sorts, two or three conclusions and a suggestion, with all forms of conditions."""
    codes = [f"f.{i}" for i in range(draw(st.integers(3, most)))]
    sides: dict[str, bool] | None = None
    if one_polarity:
        sides = {name: draw(st.integers(0, 2)) > 0 for name in [*codes, *(r.name for r in RANGES)]}
    findings = draw(_findings(sides, codes))
    week = _implied(draw, findings)
    if sides is not None and week:
        sides["late"] = sides[week[0]]
    draft = Draft(draw, findings, sides)
    for number in range(draw(st.integers(0, 2))):
        draft.result(f"c.blocker_{number}", blocking=True)
        draft.blockers.append(f"c.blocker_{number}")
    for number in range(draw(st.integers(1, 2))):
        draft.result(f"c.{number}")
        draft.plain.append(f"c.{number}")
    if sides is None:
        draft.plain.extend(draft.blockers)
    draft.result("s.last")
    return rulebook(
        findings.values(),
        draft.rules,
        suggestions=["s.last"],
        stages=_living([attrs.evolve(s, implies=_implied(draw, findings, s.code, s.of)) for s in STAGES], findings),
        quantities=[attrs.evolve(q, implies=week) if q.name == "pregnancy_week" else q for q in QUANTITIES],
        profile=Profile("default", WORDS, HERE, on=_some_switches(draw, draft.rules), off=_some_switches(draw, draft.rules)),
    )


def _living(stages: Sequence[Stage], findings: Mapping[str, Finding]) -> list[Stage]:
    """The stages, implying nothing if what they imply would leave some finding no stage to be present at."""

    def room(item: Finding, stage: Stage) -> bool:
        there = reach([item.code], findings) | reach(stage.implies, findings)
        return not any(set(findings[code].excludes) & there for code in there)

    for item in findings.values():
        own = [s for s in stages if s.of is PERSON.get(item.about) and s.code not in item.not_at]
        counting = [s for s in own if not item.stages or s.code in item.stages]
        if counting and not any(room(item, s) for s in counting):
            return [attrs.evolve(s, implies=()) for s in stages]
    return list(stages)


def one_polarity_rulebooks() -> st.SearchStrategy[Rulebook]:
    """Rulebooks in which no finding speaks both for and against a result.

    Nor do two that are tied: what a finding implies is on its own side, and what it excludes on the other. There, and where the
    stages are known, one pass of the program is exact.
    """
    return rulebooks(one_polarity=True)


def _some_switches(draw: st.DrawFn, rules: Sequence[Rule]) -> tuple[Switch, ...]:
    """Now and then a rule that the profile switches."""
    if draw(st.integers(0, 3)) < 3:
        return ()
    return (Switch(draw(st.sampled_from([r.id for r in rules])), "a test", "2025-01-01", "a test", HERE),)
