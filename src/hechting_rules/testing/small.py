"""The building blocks of small rulebooks for tests, in which only what matters is said."""

from collections.abc import Iterable
from typing import Any

import attrs

from hechting_rules.condition import Condition
from hechting_rules.errors import RulebookError
from hechting_rules.grounds import Evidence
from hechting_rules.model import (
    Conclusion,
    Finding,
    Flag,
    Head,
    Parameter,
    Profile,
    Quantity,
    Range,
    Route,
    Rule,
    Rulebook,
    Stage,
    Suggestion,
)
from hechting_rules.reading.crosscheck import check
from hechting_rules.source import Problems, Span
from hechting_rules.stated import Case, Expected, Test
from hechting_rules.terms import (
    About,
    Change,
    Confidence,
    Direction,
    Handling,
    Jurisdiction,
    Kind,
    NumberOrigin,
    Origin,
    Person,
    Standing,
    Text,
    Time,
    Wording,
)

HERE = Span("random")
WORDS = Text("woorden", "words")

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
ROUTE = Route(Jurisdiction.NONE, WORDS, "a test", "one", "2026-01-01", "2027-01-01", HERE)
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
    suggestions: Iterable[str | Suggestion] = (),
    flags: Iterable[Flag] = (),
    stages: Iterable[Stage] = STAGES,
    quantities: Iterable[Quantity] = QUANTITIES,
    profile: Profile | None = None,
) -> Rulebook:
    """A checked rulebook; what its rules lead to and is no suggestion is a conclusion. Raises `RulebookError` on any problem."""
    rules = list(rules)
    raised = {s.code: s for s in (suggestion(s) if isinstance(s, str) else s for s in suggestions)}
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
        "flags": {f.id: f for f in flags},
        "suggestions": raised,
        "rules": {r.id: r for r in rules},
        "evidence": {SWITCHED.id: SWITCHED},
        "profiles": {"default": profile or Profile("default", WORDS, HERE)},
        "tests": (),
        "order": (),
        "parts": (),
    }
    draft = Rulebook(**{field.name: parts.get(field.name, {}) for field in attrs.fields(Rulebook)})
    problems = Problems()
    checked = check(draft, problems)
    if problems.found:
        raise RulebookError(problems.found)
    return checked


def _conclusion(code: str) -> Conclusion:
    return Conclusion(code, WORDS, About.CHILD, Direction.NEUTRAL, HERE)


def suggestion(code: str, **more: Any) -> Suggestion:
    """A suggestion of origin today of which a test says only what matters."""
    return attrs.evolve(Suggestion(code, Origin.TODAY, Kind.DISCUSS, About.CHILD, WORDS, WORDS, HERE), **more)
