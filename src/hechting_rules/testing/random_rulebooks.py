"""Hypothesis strategies for small rulebooks with everything that a rulebook may hold."""

from collections.abc import Mapping, Sequence

import attrs
from hypothesis import strategies as st

from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, InRange, InStage, Is, IsAbsent
from hechting_rules.model import Finding, Flag, Profile, Rule, Rulebook, Stage, Suggestion, Switch
from hechting_rules.terms import About, Direction, Kind, Level, Origin, Person
from hechting_rules.testing.lives import one_in, reach
from hechting_rules.testing.naive import PERSON
from hechting_rules.testing.small import (
    HERE,
    QUANTITIES,
    RANGES,
    ROUTE,
    STAGES,
    SWITCHED,
    WORDS,
    finding,
    rule,
    rulebook,
    suggestion,
)

CHILD_STAGES, ADULT_STAGES = ("unborn", "small", "big"), ("young", "grown")


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
        """A condition on a finding."""
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
        """A condition at most so deep."""
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
            evidence = SWITCHED.id if one_in(draw, 8) else ""
            self.rules.append(rule(f"r.{code[2:]}_{place}", self.condition(2, blocking), code, unless, evidence))

    def flag(self, number: int) -> tuple[Flag, Suggestion]:
        """A safety flag with the suggestion that raises it, and a rule for that which rests on safety alone."""
        draw, name = self.draw, f"RF-0{number + 1}"
        danger, addressed, code = (f"safety.{word}_{number}" for word in ("danger", "addressed", "flag"))
        about = draw(st.sampled_from([About.CHILD, About.PREGNANCY]))
        self.findings[danger] = finding(danger, about, Direction.RISK)
        self.findings[addressed] = finding(addressed)
        level = draw(st.sampled_from(Level))
        self.rules.append(attrs.evolve(rule(f"r.flag_{number}", Is(danger, HERE), code), origin=Origin.SAFETY))
        raising = suggestion(
            code, origin=Origin.SAFETY, kind=Kind.SAFETY, flag=name, level=level, routes=(ROUTE,), addressed_by=addressed
        )
        return Flag(name, level, WORDS, HERE, stands_above=draw(st.booleans())), raising


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
            alias=(f"old.{code[2:]}",) if one_in(draw, 6) else (),
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
    return (draw(st.sampled_from(fit)),) if fit and one_in(draw, 3) else ()


def _counts_at(item: Finding, stage: str, of: Person | None) -> bool:
    if item.about in {About.CHILD, About.ADULT} and PERSON[item.about] is not of:
        return False
    return not item.not_at or (PERSON.get(item.about) is of and stage not in item.not_at)


@st.composite
def rulebooks(draw: st.DrawFn, *, one_polarity: bool = False, safety: bool = False, most: int = 6) -> Rulebook:
    """A small rulebook: findings of all sorts, two or three conclusions and a suggestion, with all forms of conditions.

    There are at ``most`` so many findings beside those of ``safety``, with which there are one or two flags that may withhold the
    suggestion, come before it or be asked about first. With ``one_polarity`` no finding speaks both for and against a result.
    """
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
    flags = [draft.flag(number) for number in range(draw(st.integers(1, 2)))] if safety else []
    named = tuple(flag.id for flag, _ in flags if draw(st.booleans()))
    return rulebook(
        draft.findings.values(),
        draft.rules,
        suggestions=[suggestion("s.last", screens=named), *(raising for _, raising in flags)],
        flags=[flag for flag, _ in flags],
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
    if not one_in(draw, 4):
        return ()
    return (Switch(draw(st.sampled_from([r.id for r in rules])), "a test", "2025-01-01", "a test", HERE),)
