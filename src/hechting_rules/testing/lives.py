"""Hypothesis strategies for cases: persons at their stages with what is so, of which a case tells a part."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence

import attrs
from hypothesis import strategies as st

from hechting_rules.errors import UsageError
from hechting_rules.model import Finding, Quantity, Rulebook
from hechting_rules.profiles import parameter_values
from hechting_rules.rulebook import default_rulebook
from hechting_rules.source import did_you_mean, one_of
from hechting_rules.stated import Case, Stated
from hechting_rules.terms import NO_PERSON, About, Person, Status
from hechting_rules.testing.naive import AGE, PERSON


@attrs.define
class Life:
    """Everything that is so: what a case tells a part of."""

    book: Rulebook
    child: str = NO_PERSON
    adult: str = NO_PERSON
    present: set[str] = attrs.field(factory=set)
    quantities: dict[str, float] = attrs.field(factory=dict)

    def stage(self, person: Person) -> str:
        """The stage of a person."""
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


def one_in(draw: st.DrawFn, number: int) -> bool:
    """Whether something happens that does once in so many times."""
    return draw(st.integers(1, number)) == number


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
def lives(draw: st.DrawFn, book: Rulebook, stages: Collection[str] = ()) -> Life:
    """Persons at their stages, and what these stages imply; at one of ``stages`` whoever has a stage among them."""
    life = Life(book)
    for person in Person:
        own = [*(s.code for s in book.stages.values() if s.of is person), NO_PERSON]
        stage = draw(st.sampled_from([code for code in own if code in stages] or own))
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


HOW = ("present", "present", "hidden", "absent", "unknown")
"""How a finding that is drawn is told, the more often named the likelier; what is hidden is so, and is not told."""


def cases(
    rulebook: Rulebook | None = None,
    *,
    stages: Collection[str] = (),
    unknowns: bool = True,
    stages_known: bool = False,
    most: int = 12,
) -> st.SearchStrategy[Case]:
    """Cases that contradict nothing: a part of what is so, told as present, absent or not to be known.

    For a ``rulebook``, without one for that of this library, which is read when the first case is drawn. The stages are told by
    name, by age, both, or not at all, with ``stages_known`` always; a person of whom ``stages`` name some is at one of these
    (``none`` is a stage of both). At ``most`` so many findings are told, with ``unknowns`` some of them as asked and not to be
    known. Findings outside their stages are told now and then: they do not count, and a warning says so. Raises `UsageError` for
    a stage that the rulebook has not.
    """
    if rulebook is None:
        return st.deferred(
            lambda: cases(default_rulebook(), stages=stages, unknowns=unknowns, stages_known=stages_known, most=most)
        )
    for stage in stages:
        allowed = (*rulebook.stages, NO_PERSON)
        if stage not in allowed:
            near = did_you_mean(stage, allowed)
            raise UsageError(f"'{stage}' is no stage; allowed: {one_of(allowed)}" + (f"; {near}" if near else ""))
    return _cases(rulebook, tuple(stages), HOW if unknowns else HOW[:-1], stages_known, most)


@st.composite
def _cases(draw: st.DrawFn, book: Rulebook, stages: tuple[str, ...], ways: Sequence[str], stages_known: bool, most: int) -> Case:
    life = draw(lives(book, stages))
    names = sorted([*book.findings, *book.alias])
    told = _each_once(draw(st.dictionaries(st.sampled_from(names), st.sampled_from(ways), max_size=most)), book)
    now = {name: book.alias.get(name, name) for name in told}
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


def _each_once(drawn: Mapping[str, str], book: Rulebook) -> dict[str, str]:
    """Of a finding that is drawn by several of its names one alone: the present name, else the first that was drawn."""
    kept: dict[str, str] = {}
    for name in drawn:
        code = book.alias.get(name, name)
        if code not in kept or name == code:
            kept[code] = name
    return {name: how for name, how in drawn.items() if name in kept.values()}


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
    nameless = one_in(draw, 4)
    return attrs.evolve(
        case,
        child_stage="" if nameless else case.child_stage,
        quantities=tuple(q for q in case.quantities if not (nameless and q[0] == AGE[Person.CHILD])),
        findings=tuple(s for s in findings if s.code not in left_out),
    )


LIKELY = (Status.PRESENT, Status.PRESENT, Status.PRESENT, Status.ABSENT, Status.UNKNOWN)
"""How findings are stated where they may clash: mostly as present."""


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
