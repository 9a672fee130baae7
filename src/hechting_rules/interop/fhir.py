"""FHIR R4 in and out. In: dictionaries to a case, with the place that each finding comes from; what is not coded is unknown."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import attrs

from hechting_rules.errors import CaseError
from hechting_rules.facts import AGE_OF, stage_at
from hechting_rules.interop.bundle import Records, records_in
from hechting_rules.interop.codemap import CodeMap, Family
from hechting_rules.interop.elements import Element, Node
from hechting_rules.interop.export import to_fhir
from hechting_rules.interop.mapfiles import load_code_map
from hechting_rules.interop.observed import Piece, Seen, SetAside, notes, pieces
from hechting_rules.interop.people import MONTHS_IN_A_YEAR, People, ages, has_died, people_in
from hechting_rules.interop.responses import answers_in
from hechting_rules.interop.settling import settle
from hechting_rules.model import Rulebook
from hechting_rules.profiles import find_profile, parameter_values
from hechting_rules.rulebook import default_rulebook
from hechting_rules.source import Problems
from hechting_rules.stated import Case, Stated
from hechting_rules.terms import NO_PERSON, Person, Status

__all__ = ["Origin", "Reading", "read_fhir", "to_fhir"]

PREGNANT, WEEK = "pregnancy.current", "pregnancy_week"


@attrs.frozen
class Origin:
    """Where one thing that a case states, or could state, comes from.

    ``resource`` is the name of the resource (``Condition/12`` or the address of its entry, empty where it has neither), ``place``
    the element, ``code`` its code in ``system``, ``match`` how the code lies to the finding (equal, narrower, hint). ``used``
    says whether the case states it; otherwise ``reason`` says why not.
    """

    finding: str
    status: Status
    resource: str
    place: str
    system: str
    code: str
    match: str
    used: bool
    reason: str


@attrs.frozen
class Reading:
    """What was read: the case, where each part of it comes from, and what else a person may want to know.

    ``child`` and ``adult`` are the references of the index child and adult (``Patient/1``), or empty. ``hints`` are findings
    that are not stated but worth asking, since something in the record points to them.
    """

    case: Case
    origins: tuple[Origin, ...]
    notes: tuple[str, ...]
    child: str
    adult: str

    @property
    def hints(self) -> tuple[str, ...]:
        """Findings that something points to and that the case leaves open, in alphabetical order."""
        stated = {s.code for s in self.case.findings}
        none = (SetAside.CONTRADICTED, SetAside.LATER)
        soft = {o.finding for o in self.origins if not o.used and o.status is Status.PRESENT and o.reason not in none}
        return tuple(sorted(soft - stated))

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the resources that the case rests on, each once."""
        return tuple(dict.fromkeys(o.resource for o in self.origins if o.used and o.resource))


def read_fhir(
    data: Any,
    *,
    as_of: dt.date,
    code_map: str | CodeMap = "nl",
    rulebook: Rulebook | None = None,
    child: str = "",
    adult: str = "",
    hints: bool = False,
    id: str = "",
) -> Reading:
    """The case that FHIR R4 resources tell of: a Bundle, a list of resources, one resource, or a mapping of names to these.

    ``as_of`` is the day on which it is read, for ages and for how old an observation may be. ``code_map`` is ``nl``, ``be`` or a
    map of the host's own. ``child`` and ``adult`` name who is meant (``Patient/1``), or say ``none``; without them it is taken
    from ages and relations, where that is clear. With ``hints`` codes that only point to a finding state it. Raises `CaseError`
    with every wrong element and its place; never with a value of a patient. Pure: no clock, no network.
    """
    book = default_rulebook() if rulebook is None else rulebook
    chosen = load_code_map(code_map, book) if isinstance(code_map, str) else code_map
    problems = Problems()
    records = records_in(data, problems)
    people = people_in(records, chosen, book, as_of, child, adult, problems)
    seen = Seen(records, chosen, book, people, as_of)
    found = [*pieces(seen), *answers_in(records, book, as_of, _patients(people))]
    if _expecting(found, people):
        seen = attrs.evolve(seen, people=_as_parent(people))
        found = [*pieces(seen), *answers_in(records, book, as_of, _patients(people))]
    settled = settle(found, book.findings, hints=hints)
    case = Case(
        id=id,
        child_stage=_stage(Person.CHILD, people.child, seen, found),
        adult_stage=_stage(Person.ADULT, people.adult, seen, found),
        quantities=tuple(sorted(_quantities(seen, found, settled.stated))),
        findings=settled.stated,
        span=Element("input"),
        places=_places(people),
    )
    if problems.errors():
        raise CaseError(dict.fromkeys(problems.errors()))
    return Reading(
        case=case,
        origins=tuple(_origin(piece, records) for piece in settled.pieces if piece.finding in book.findings),
        notes=(*records.notes, *people.notes, *settled.notes, *notes(seen)),
        child=_reference(people.child),
        adult=_reference(people.adult),
    )


def _expecting(found: list[Piece], people: People) -> bool:
    """Whether the index adult, without an index child here, is pregnant: then her record is that of a parent too."""
    pregnant = any(p.finding == PREGNANT and p.status is Status.PRESENT and p.aside is None for p in found)
    return pregnant and people.child is None and people.adult is not None and not people.parents


def _as_parent(people: People) -> People:
    return people if people.adult is None else attrs.evolve(people, parents={people.adult.place: Family.MOTHER})


def _patients(people: People) -> frozenset[str]:
    return frozenset(p.place for p in (people.child, people.adult) if p is not None)


def _stage(person: Person, patient: Node | None, seen: Seen, found: list[Piece]) -> str:
    """The stage where it does not follow from an exact age: that nobody is there, an inexact birth date, or an answer."""
    if person in seen.people.absent:
        return NO_PERSON
    birth = None if patient is None else patient.days("birthDate")
    if patient is None or birth is None:
        said = [p for p in found if p.finding == person.value and p.code]
        return max(said, key=lambda p: p.day or dt.date.min).code if said else ""
    if has_died(patient, seen.as_of):
        patient.wrong("H614", "", "has died; an advice is about somebody who lives")
    least, most = ages(birth, seen.as_of)
    if most < 0:
        patient.wrong("H615", "birthDate", "lies after the day on which the record is read", "look at as_of")
    if least == most:
        return ""
    found_stages = {_stage_at(person, age, seen) for age in (max(least, 0), most)}
    return found_stages.pop() if len(found_stages) == 1 else ""


def _stage_at(person: Person, months: int, seen: Seen) -> str:
    book = seen.book
    age = months if person is Person.CHILD else months // MONTHS_IN_A_YEAR
    parameters = parameter_values(book, find_profile(book, None))
    return stage_at(age, [s for s in book.stages.values() if s.of is person], parameters)


def _quantities(seen: Seen, found: list[Piece], stated: tuple[Stated, ...]) -> Iterator[tuple[str, float]]:
    """Ages where they are exact, and the week of a pregnancy that is not said to be over."""
    for person, patient in ((Person.CHILD, seen.people.child), (Person.ADULT, seen.people.adult)):
        birth = None if patient is None else patient.days("birthDate")
        least, most = (0, -1) if birth is None else ages(birth, seen.as_of)
        said = [p for p in found if p.finding == AGE_OF[person] and p.value is not None]
        if birth is not None and least == most and least >= 0:
            yield AGE_OF[person], float(least if person is Person.CHILD else least // MONTHS_IN_A_YEAR)
        elif birth is None and said:
            yield AGE_OF[person], _newest(said)
    weeks = [p for p in found if p.finding == WEEK and p.value is not None and p.aside is None and not _born_since(p, seen)]
    if weeks and not any(s.code == PREGNANT and s.status is not Status.PRESENT for s in stated):
        yield WEEK, _newest(weeks)


def _newest(said: list[Piece]) -> float:
    value = max(said, key=lambda p: p.day or dt.date.min).value
    return 0.0 if value is None else value


def _born_since(piece: Piece, seen: Seen) -> bool:
    """Whether the index child was born on or after the day on which a week of pregnancy was measured."""
    birth = None if seen.people.child is None else seen.people.child.days("birthDate")
    return birth is not None and piece.day is not None and birth.last >= piece.day


def _places(people: People) -> dict[str, Element]:
    """Where each person stands, for messages about stages and ages."""
    found: dict[str, Element] = {}
    for person, patient in ((Person.CHILD, people.child), (Person.ADULT, people.adult)):
        if patient is not None:
            found |= {name: Element(f"{patient.place}.birthDate") for name in (person.value, AGE_OF[person])}
    return found


def _origin(piece: Piece, records: Records) -> Origin:
    return Origin(
        finding=piece.finding,
        status=piece.status,
        resource=records.name_of(piece.place),
        place=piece.place,
        system=piece.system,
        code=piece.code,
        match=piece.match.value,
        used=piece.aside is None,
        reason="" if piece.aside is None else piece.aside.value,
    )


def _reference(patient: Node | None) -> str:
    return "" if patient is None or not patient.text("id") else f"Patient/{patient.text('id')}"
