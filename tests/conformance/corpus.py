"""Small rulebooks with every case of some findings, each made to tell one thing apart: enough to catch a fault, few enough to run
at every change.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence

import attrs

from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, InRange, InStage, Is, IsAbsent
from hechting_rules.model import Finding, Flag, Rule, Rulebook, Suggestion
from hechting_rules.stated import Case, Stated
from hechting_rules.terms import About, Direction, Kind, Level, Origin, Status
from strategies import HERE, STAGES, WORDS, finding, rule, rulebook


@attrs.frozen
class Sample:
    """A rulebook and cases for it, all of which have the same findings stated or not.

    With ``exact`` no finding speaks both ways and the stages are known, so robust and out are exact.
    """

    name: str
    book: Rulebook
    cases: tuple[Case, ...]
    exact: bool


STATUSES = (None, Status.PRESENT, Status.ABSENT, Status.UNKNOWN)
STAGE_PAIRS = (("small", "grown"), ("big", "none"), ("none", "young"), ("unborn", "grown"))
A, B, C, D = (Is(f"f.{letter}", HERE) for letter in "abcd")
NOT_A, NOT_B, NOT_C, NOT_D = (IsAbsent(f"f.{letter}", HERE) for letter in "abcd")
SMALL, BIG, GROWN = (InStage((stage,), HERE) for stage in ("small", "big", "grown"))


def every_case(
    codes: Sequence[str],
    stages: Iterable[tuple[str, str]] = STAGE_PAIRS[:1],
    quantities: Iterable[tuple[tuple[str, float], ...]] = ((),),
    statuses: Sequence[Status | None] = STATUSES[:3],
) -> Iterator[Case]:
    """Each way to state these findings or not, at each of these stages and with each of these quantities."""
    for (child, adult), values in itertools.product(stages, list(quantities)):
        for chosen in itertools.product(statuses, repeat=len(codes)):
            stated = tuple(Stated(code, status) for code, status in zip(codes, chosen, strict=True) if status is not None)
            yield Case("", "", child, adult, values, stated)


def plain(*letters: str) -> list[Finding]:
    return [finding(f"f.{letter}") for letter in letters]


def sample(
    name: str, findings: Sequence[Finding], rules: Sequence[Rule], cases: Iterable[Case] = (), *, exact: bool = True
) -> Sample:
    """A sample; without cases, with every case of its findings."""
    book = rulebook(findings, rules)
    return Sample(name, book, tuple(cases) or tuple(every_case(list(book.findings))), exact)


def every(*parts: Condition) -> Condition:
    return AllOf(parts, HERE)


def some(*parts: Condition) -> Condition:
    return AnyOf(parts, HERE)


def least(count: int, *parts: Condition) -> Condition:
    return AtLeast(count, parts, HERE)


def alone(*conditions: Condition) -> list[Rule]:
    """A rule with a conclusion of its own for each of these conditions."""
    return [rule(f"r.{n}", one, f"c.{n}") for n, one in enumerate(conditions)]


def connectives() -> Sample:
    """All, any, present and absent."""
    rules = [
        rule("r.all", every(A, B), "c.all"),
        rule("r.any", some(A, B), "c.any"),
        rule("r.absent", every(NOT_C, A), "c.absent"),
        rule("r.nested", every(A, some(B, NOT_C)), "c.nested"),
        rule("r.wide", some(every(A, B), every(B, NOT_C)), "c.wide"),
    ]
    return sample("connectives", plain("a", "b", "c"), rules)


def counting() -> Sample:
    """At least one, two and all of three, with and without a group that counts once."""
    paired = [finding("f.a", group="pair"), finding("f.b", group="pair"), finding("f.c"), finding("f.d")]
    rules = [rule(f"r.{k}", least(k, A, B, C, D), f"c.{k}") for k in (1, 2, 3)]
    rules += [rule("r.not", least(2, NOT_A, NOT_B, NOT_C), "c.not")]
    return sample("counting", paired, rules)


def unless() -> Sample:
    """A rule that a conclusion takes back, and one that rests on it."""
    rules = [
        rule("r.block", every(B, C), "c.block"),
        rule("r.taken", A, "c.taken", ("c.block",)),
        rule("r.two", A, "c.two", ("c.block", "c.other")),
        rule("r.other", D, "c.other"),
        rule("r.after", every(Is("c.taken", HERE), A), "c.after"),
    ]
    return sample("unless", plain("a", "b", "c", "d"), rules)


def strata() -> Sample:
    """A chain of conclusions whose names come in the wrong order, two rules for one result, and a suggestion at the end."""
    rules = [
        rule("r.z", A, "c.z"),
        rule("r.y", every(Is("c.z", HERE), B), "c.y"),
        rule("r.x", some(Is("c.y", HERE), C), "c.x"),
        rule("r.x_again", Is("c.z", HERE), "c.x", ("c.block",)),
        rule("r.block", D, "c.block"),
    ]
    return sample("strata", plain("a", "b", "c", "d"), rules)


def stages() -> Sample:
    """Findings that count at some stages only, or not at one, of a child and of an adult who may not be there."""
    findings = [
        finding("f.a", About.CHILD, stages=("small",)),
        finding("f.b", About.CHILD, not_at=("unborn",)),
        finding("f.c", About.ADULT),
        finding("f.d", About.PARENT, stages=("small", "big")),
    ]
    rules = alone(A, NOT_A, B, NOT_B, C, NOT_C, D, NOT_D, some(A, BIG), GROWN)
    pairs = [*STAGE_PAIRS, ("big", "grown"), ("", "grown"), ("small", ""), ("", "")]
    cases = every_case(["f.a", "f.b", "f.c", "f.d"], pairs)
    return sample("stages", findings, rules, cases, exact=False)


def elsewhere() -> Sample:
    """Findings about parents and surroundings, who are there without a child too, that do not count at one stage of the child."""
    findings = [finding("f.a", About.PARENT, not_at=("unborn",)), finding("f.b", About.ENVIRONMENT, not_at=("small", "big"))]
    pairs = [*STAGE_PAIRS, ("", ""), ("", "none")]
    cases = every_case(["f.a", "f.b"], pairs, statuses=STATUSES)
    return sample("elsewhere", findings, alone(A, NOT_A, B, NOT_B, every(A, NOT_B)), cases, exact=False)


def tied() -> Sample:
    """A stage that implies a finding, and findings that exclude it, one of which counts at other stages alone."""
    findings = [
        finding("f.a", About.CHILD, stages=("small",), excludes=("f.c",)),
        finding("f.b", excludes=("f.c",)),
        finding("f.c"),
        finding("f.d", About.PARENT, not_at=("big",), excludes=("f.c",)),
    ]
    stages = [attrs.evolve(stage, implies=("f.c",)) if stage.code == "unborn" else stage for stage in STAGES]
    rules = alone(InStage(("unborn",), HERE), SMALL, A, NOT_B, C, NOT_C, D)
    book = rulebook(findings, rules, stages=stages)
    cases = every_case(["f.a", "f.b", "f.c", "f.d"], [("", "none"), ("unborn", "none"), ("small", "grown")])
    return Sample("tied", book, tuple(cases), exact=False)


NAMED = ("first_year", "around_two", "second_year", "late", "of_age", "forties")


def in_ranges() -> list[Rule]:
    """A rule for each range, and one for a range and a finding."""
    rules = [rule(f"r.{name}", InRange(name, HERE), f"c.{name}") for name in NAMED]
    return [*rules, rule("r.both", every(InRange("around_two", HERE), A), "c.both")]


def measured() -> list[tuple[tuple[str, float], ...]]:
    """Nothing, or one quantity with a value at or near the end of a range."""
    ages = [("child_age_months", months) for months in (0.0, 0.5, 1.0, 5.5, 6.0, 12.0, 36.0, 36.5)]
    others = [("pregnancy_week", 20.0), ("pregnancy_week", 19.5), ("adult_age_years", 18.0), ("adult_age_years", 40.0)]
    return [(), *((one,) for one in (*ages, *others))]


def ranges() -> Sample:
    """Ranges of an age and of a week, where the stages are known."""
    pairs = [("small", "grown"), ("big", "young"), ("unborn", "none"), ("none", "grown")]
    return sample("ranges", plain("a"), in_ranges(), every_case(["f.a"], pairs, measured()))


def ranges_alone() -> Sample:
    """The same where ages alone tell the stage, or nothing does."""
    return sample("ranges alone", plain("a"), in_ranges(), every_case(["f.a"], [("", "")], measured()), exact=False)


def first_days() -> Sample:
    """Ranges that begin or end within the first month of a stage that begins at birth."""
    made = sample("first days", plain("a"), in_ranges(), every_case(["f.a"], [("small", "young"), ("big", "none")], measured()))
    moved = {
        "second_year": attrs.evolve(made.book.ranges["second_year"], start=0.0, end=0.5),
        "first_year": attrs.evolve(made.book.ranges["first_year"], start=0.5, end=12.0),
        "of_age": attrs.evolve(made.book.ranges["of_age"], start=10.0, end=18.0),
    }
    return attrs.evolve(made, book=attrs.evolve(made.book, ranges={**made.book.ranges, **moved}))


def vocabulary() -> Sample:
    """Findings that imply and exclude each other, one under an older name, and a stage that implies one."""
    findings = [
        finding("f.a", implies=("f.b",)),
        finding("f.b", implies=("f.c",)),
        finding("f.c", excludes=("f.d",)),
        finding("f.d", alias=("f.older",)),
    ]
    rules = alone(A, B, C, D, NOT_A, NOT_B, NOT_C, NOT_D)
    stages = [attrs.evolve(stage, implies=("f.c",)) if stage.code == "unborn" else stage for stage in STAGES]
    book = rulebook(findings, rules, stages=stages)
    cases = every_case(["f.a", "f.b", "f.c", "f.older"], STAGE_PAIRS, statuses=STATUSES)
    return Sample("vocabulary", book, tuple(cases), exact=True)


def flags() -> Sample:
    """Flags to act now, one of which may be addressed, one for the same day, and advice that the first two withhold."""
    findings = plain("a", "b", "c", "d")
    rules = [
        rule("r.now", some(A, B), "s.now"),
        rule("r.always", D, "s.always"),
        rule("r.day", B, "s.day"),
        rule("r.advice", C, "s.advice", ("c.calm",)),
        rule("r.calm", A, "c.calm"),
    ]
    book = rulebook(findings, rules, suggestions=["s.now", "s.always", "s.day", "s.advice"])
    levels = {"RF-01": Level.ACT_NOW, "RF-02": Level.SAME_DAY, "RF-03": Level.ACT_NOW}
    raised = [
        _flagged(book.suggestions["s.now"], "RF-01", Level.ACT_NOW, "f.c"),
        _flagged(book.suggestions["s.day"], "RF-02", Level.SAME_DAY, ""),
        _flagged(book.suggestions["s.always"], "RF-03", Level.ACT_NOW, ""),
    ]
    named = {flag: Flag(flag, level, WORDS, HERE) for flag, level in levels.items()}
    book = attrs.evolve(book, suggestions={**book.suggestions, **{s.code: s for s in raised}}, flags=named)
    return Sample("flags", book, tuple(every_case(["f.a", "f.b", "f.c", "f.d"])), exact=True)


def _flagged(suggestion: Suggestion, flag: str, level: Level, addressed_by: str) -> Suggestion:
    return attrs.evolve(suggestion, origin=Origin.SAFETY, kind=Kind.SAFETY, flag=flag, level=level, addressed_by=addressed_by)


def both_ways() -> Sample:
    """A finding that speaks for and against one result: robust and out are bounds there."""
    findings = [finding("f.a", direction=Direction.RISK), *plain("b")]
    rules = [
        rule("r.one", every(A, B), "c.0"),
        rule("r.other", every(NOT_A, B), "c.0"),
        rule("r.tautology", some(A, NOT_A), "c.1"),
    ]
    return sample("both ways", findings, rules, exact=False)


SAMPLES = (
    connectives,
    counting,
    unless,
    strata,
    stages,
    elsewhere,
    tied,
    ranges,
    ranges_alone,
    first_days,
    vocabulary,
    flags,
    both_ways,
)
"""Makes each sample anew, so that nothing is kept from one to the next."""
