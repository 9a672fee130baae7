"""What each resource says of the findings of a case, one piece at a time, with its place and how firmly it says it."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum

import attrs

from hechting_rules.interop.codes import CodeMap, Family, Line, Match, Whose
from hechting_rules.interop.record.bundle import Records
from hechting_rules.interop.record.elements import Coding, Days, Node
from hechting_rules.interop.record.people import MONTHS_IN_A_YEAR, People, ages
from hechting_rules.model import Rulebook
from hechting_rules.source import shorten
from hechting_rules.terms import Status, Time

DAR = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
ASKED_IN_VAIN = frozenset({"unknown", "asked-unknown", "temp-unknown", "asked-declined", "masked", "not-permitted"})
"""Reasons for an absent value that mean that asking again will not help; the others say nothing about the finding."""
FIRM = frozenset({"", "confirmed"})
"""What ``verificationStatus`` says of a condition that is there; empty where it says nothing."""
ENDED = frozenset({"inactive", "remission", "resolved"})
"""What ``clinicalStatus`` says of a condition that is over."""
FINAL = frozenset({"", "final", "amended", "corrected"})
"""What ``status`` says of an observation that stands."""
DONE = frozenset({"", "completed", "in-progress", "onleave", "finished", "arrived", "triaged"})
"""What ``status`` says of a procedure or stay that took place, or is taking place."""
FIRMNESS = {match: place for place, match in enumerate(Match)}
"""How firmly a match says a finding; less is firmer."""
CURRENT_WITHIN_DAYS = 366
"""How old an observation or answer may be to say that something is so now. Origin: library; an older one only makes one ask."""


class Source(StrEnum):
    """What kind of statement a piece is; a later answer goes before an earlier record."""

    RECORD = "record"
    OBSERVATION = "observation"
    ANSWER = "answer"


class SetAside(StrEnum):
    """Why a piece does not count."""

    HINT = "only a hint"
    OLD = "too old to say that it is so now"
    UNDATED = "does not say that it is so now"
    ENDED = "has ended"
    UNSURE = "is not confirmed"
    NARROWER = "a kind of it was ruled out, not all of it"
    NO_ANSWER = "gives no answer that can be read"
    CONTRADICTED = "is contradicted by another place"
    LATER = "is of after the day on which the record is read"


SOFT = frozenset({SetAside.HINT, SetAside.OLD, SetAside.UNDATED})
"""What counts when the host asks for hints."""


@attrs.frozen
class Piece:
    """One thing that one place says of one finding, or of a quantity of the case (then with ``value``).

    It says so by a ``code`` in a ``system`` (an address), as far as ``match`` goes, on a ``day`` where one is known. What is set
    ``aside`` for a reason does not count.
    """

    finding: str
    status: Status
    match: Match
    place: str
    source: Source = Source.RECORD
    system: str = ""
    code: str = ""
    day: dt.date | None = None
    aside: SetAside | None = None
    value: float | None = None


@attrs.frozen
class Seen:
    """What is looked at, and with what: the records, the map, the rulebook, who is who, and the day on which one looks."""

    records: Records
    code_map: CodeMap
    book: Rulebook
    people: People
    as_of: dt.date

    def said(
        self, codings: Iterable[Coding], whose: Collection[Whose], source: Source = Source.RECORD, day: dt.date | None = None
    ) -> Iterable[tuple[Line, Piece]]:
        """What the codings of one concept say is present, with the line that says it.

        Each finding once, from the coding that says it most firmly.
        """
        best: dict[str, tuple[Line, Piece]] = {}
        for c in codings:
            system = self.code_map.system_of(c.system)
            for line, match in self.code_map.lines_for(system, c.code, whose) if system else ():
                if line.finding not in best or FIRMNESS[match] < FIRMNESS[best[line.finding][1].match]:
                    piece = Piece(line.finding, Status.PRESENT, match, c.place, source, c.system, c.code, day)
                    best[line.finding] = line, piece
        return best.values()

    def is_history(self, finding: str) -> bool:
        """Whether a finding is about the past."""
        return self.book.findings[finding].time is Time.HISTORY


def pieces(seen: Seen) -> Iterator[Piece]:
    """Everything that the records say, in the order of their types and places; what is of later days does not count."""
    for piece in _pieces(seen):
        later = piece.day is not None and piece.day > seen.as_of
        yield attrs.evolve(piece, aside=SetAside.LATER) if later else piece


def _pieces(seen: Seen) -> Iterator[Piece]:
    for condition in seen.records.of("Condition"):
        yield from _condition(condition, seen)
    for observation in seen.records.of("Observation"):
        yield from _observation(observation, seen)
    for history in seen.records.of("FamilyMemberHistory"):
        yield from _family_history(history, seen)
    for procedure in seen.records.of("Procedure"):
        yield from _procedure(procedure, seen)
    for encounter in seen.records.of("Encounter"):
        yield from _stay(encounter, seen)
    yield from _kin(seen)


def _subject(node: Node, seen: Seen, key: str = "subject") -> frozenset[Whose]:
    return seen.people.whose(seen.records.behind(node.inner(key)))


def _condition(node: Node, seen: Seen) -> Iterator[Piece]:
    verified, clinical = node.code_in("verificationStatus"), node.code_in("clinicalStatus")
    if verified == "entered-in-error":
        return
    ended = clinical in ENDED or (not clinical and any(key.startswith("abatement") for key in node.members))
    day = _one_day(node, "recordedDate")
    for line, said in seen.said(node.codings("code"), _subject(node, seen), day=day):
        if verified == "refuted":
            yield _ruled_out(said)
        elif verified not in FIRM:
            yield attrs.evolve(said, aside=SetAside.UNSURE)
        elif seen.is_history(line.finding):
            yield _as_far_as(said)
        elif ended:
            yield attrs.evolve(said, aside=SetAside.ENDED)
        else:
            yield _as_far_as(said) if clinical else attrs.evolve(said, aside=SetAside.UNDATED)
        if ended and line.after and verified in FIRM:
            yield _as_far_as(attrs.evolve(said, finding=line.after))


def _ruled_out(said: Piece) -> Piece:
    """A refuted code: an absent finding when both say the same; one kind that is ruled out leaves the finding open."""
    if said.match is Match.EQUAL:
        return attrs.evolve(said, status=Status.ABSENT)
    aside = SetAside.NARROWER if said.match is Match.NARROWER else SetAside.HINT
    return attrs.evolve(said, status=Status.ABSENT, aside=aside)


def _as_far_as(said: Piece) -> Piece:
    return attrs.evolve(said, aside=SetAside.HINT) if said.match is Match.HINT else said


def _of_the_past(said: Piece, seen: Seen) -> Piece:
    """What says something of the past, and nothing of how it is now."""
    firm = said.match is Match.HINT or seen.is_history(said.finding)
    return _as_far_as(said) if firm else attrs.evolve(said, aside=SetAside.UNDATED)


def _one_day(node: Node, *keys: str) -> dt.date | None:
    return next((days.first for key in keys if (days := node.days(key)) is not None), None)


def _observation(node: Node, seen: Seen) -> Iterator[Piece]:
    status = node.text("status")
    if status not in FINAL and status not in {"registered", "preliminary"}:
        return
    days = node.days("effectiveDateTime") or node.days("effectiveInstant")
    period = node.inner("effectivePeriod")
    if days is None and period is not None:
        days = period.days("end") or period.days("start")
    whose = _subject(node, seen)
    for part in (node, *node.each("component")):
        for said in _measured(part, whose, days, seen):
            yield said if status in FINAL else attrs.evolve(said, aside=SetAside.UNSURE)


def _measured(node: Node, whose: frozenset[Whose], days: Days | None, seen: Seen) -> Iterator[Piece]:
    """What the code and value of an observation, or of one part of it, say."""
    codings = list(node.codings("code"))
    day = None if days is None else days.until(seen.as_of)
    for _, said in seen.said(codings, whose, Source.OBSERVATION, day):
        yield _answered(said, node, seen)
    for _, said in seen.said(node.codings("valueCodeableConcept"), whose, Source.OBSERVATION, day):
        if (said.system.rstrip("/"), said.code) not in seen.code_map.yes | seen.code_map.no:
            yield attrs.evolve(said, aside=SetAside.HINT)  # the code may ask of the family, or of the past
    yield from _weeks(node, codings, whose, day, seen)


def _answered(said: Piece, node: Node, seen: Seen) -> Piece:
    """What an observation says whose code stands for a finding: by its value, or by the reason why it has none."""
    answer = _answer(node, seen.code_map)
    if answer is Status.ABSENT and said.match is not Match.EQUAL:
        return _ruled_out(said)
    if answer is None:
        return attrs.evolve(said, status=Status.UNKNOWN, aside=SetAside.NO_ANSWER)
    if said.match is Match.HINT:
        return attrs.evolve(said, status=answer, aside=SetAside.HINT)
    return _in_time(attrs.evolve(said, status=answer), seen)


def _in_time(said: Piece, seen: Seen) -> Piece:
    """Whether a piece is of a day on which it can still say what is so now."""
    if said.aside is not None or said.status is Status.UNKNOWN or seen.is_history(said.finding):
        return said
    if said.day is None:
        return attrs.evolve(said, aside=SetAside.UNDATED)
    return attrs.evolve(said, aside=SetAside.OLD) if is_old(said.day, seen.as_of) else said


def is_old(day: dt.date, as_of: dt.date) -> bool:
    """Whether what was seen or answered on a day is too old, on another one, to say that something is so now."""
    return day < as_of - dt.timedelta(days=CURRENT_WITHIN_DAYS)


def _answer(node: Node, code_map: CodeMap) -> Status | None:
    """Yes, no, asked in vain, or nothing that can be read."""
    reasons = {*_codes(node.codings("dataAbsentReason")), *_reasons(node)}
    if reasons:
        return Status.UNKNOWN if reasons & ASKED_IN_VAIN else None
    if "valueBoolean" in node.members:
        value = node.truth("valueBoolean")
        return None if value is None else Status.PRESENT if value else Status.ABSENT
    for coding in node.codings("valueCodeableConcept"):
        pair = (coding.system.rstrip("/"), coding.code)
        if pair in code_map.yes:
            return Status.PRESENT
        if pair in code_map.no:
            return Status.ABSENT
    return None


def _codes(codings: Iterable[Coding]) -> Iterator[str]:
    return (coding.code for coding in codings)


def _reasons(node: Node) -> Iterator[str]:
    """Reasons for an absent value that stand on the value itself, as an extension."""
    holders = [node.inner("_valueBoolean"), node.inner("valueCodeableConcept"), node.inner("valueQuantity")]
    for holder in holders:
        for extension in () if holder is None else holder.each("extension"):
            if extension.text("url") == DAR:
                yield extension.text("valueCode")


def _weeks(node: Node, codings: Iterable[Coding], whose: frozenset[Whose], day: dt.date | None, seen: Seen) -> Iterator[Piece]:
    """What a number of weeks says: a finding below a bound, or the week of a pregnancy as it is by now."""
    quantity = node.inner("valueQuantity")
    weeks = None if quantity is None else _in_weeks(quantity)
    for coding in codings:
        system = seen.code_map.system_of(coding.system)
        for measure in seen.code_map.measures:
            if weeks is None or (measure.system, measure.code) != (system, coding.code) or measure.whose not in whose:
                continue
            said = Piece(
                measure.finding, Status.PRESENT, Match.EQUAL, f"{node.place}.valueQuantity", Source.OBSERVATION,
                coding.system, coding.code, day,
            )  # fmt: skip
            if measure.finding:
                yield said if weeks < measure.below else attrs.evolve(said, status=Status.ABSENT)
            elif day is not None:
                bounds = seen.book.quantities[measure.quantity]
                now = weeks + (seen.as_of - day).days / 7
                if bounds.least <= now <= bounds.most:
                    yield attrs.evolve(said, finding=measure.quantity, value=float(int(now)))


def _in_weeks(quantity: Node) -> float | None:
    """A quantity of time in weeks, when its unit is said and is weeks or days."""
    value, unit = quantity.number("value"), quantity.text("code") or quantity.text("unit")
    if value is None or quantity.text("comparator"):
        return None
    return {"wk": value, "weeks": value, "weken": value, "d": value / 7, "days": value / 7, "dagen": value / 7}.get(unit)


def _family_history(node: Node, seen: Seen) -> Iterator[Piece]:
    """What the family history of the child says of a parent. It does not say that it is so now: of now it is a hint only."""
    family = next((f for c in node.codings("relationship") if (f := seen.code_map.family.get(c.code))), None)
    if node.text("status") == "entered-in-error" or Whose.CHILD not in _subject(node, seen, "patient"):
        return
    if family not in {Family.MOTHER, Family.FATHER, Family.PARENT}:
        return
    whose = {Whose.PARENT, Whose.MOTHER} if family is Family.MOTHER else {Whose.PARENT}
    for condition in node.each("condition"):
        for _, said in seen.said(condition.codings("code"), whose):
            yield _of_the_past(said, seen)


def _procedure(node: Node, seen: Seen) -> Iterator[Piece]:
    """What was done says something of the past; of now it is a hint only."""
    if node.text("status") not in DONE:
        return
    day = _one_day(node, "performedDateTime")
    for _, said in seen.said(node.codings("code"), _subject(node, seen), day=day):
        yield _of_the_past(said, seen)


def _stay(node: Node, seen: Seen) -> Iterator[Piece]:
    """A stay of the child that began at a young age: what is young and long enough is for the practitioner to say."""
    child = seen.people.child
    birth = None if child is None else child.days("birthDate")
    period = node.inner("period")
    start = None if period is None else period.days("start")
    if birth is None or start is None or node.text("status") not in DONE or Whose.CHILD not in _subject(node, seen):
        return
    for coding in node.codings("class"):
        for stay in seen.code_map.stays:
            young = ages(birth, start.last)[1] < seen.book.parameters[stay.below_months].value
            if young and start.first >= birth.first and coding.code in stay.classes:
                said = Piece(stay.finding, Status.PRESENT, stay.match, coding.place, day=start.first)
                yield _as_far_as(attrs.evolve(said, system=coding.system, code=coding.code))


def _kin(seen: Seen) -> Iterator[Piece]:
    """What it says of the child who its kin are, that a parent has died, and how old its mother was at its birth."""
    for related, _ in seen.people.kin:
        for coding in related.codings("relationship"):
            for relation in seen.code_map.relations:
                if relation.code == coding.code:
                    said = Piece(relation.finding, Status.PRESENT, relation.match, coding.place)
                    yield _as_far_as(attrs.evolve(said, system=coding.system, code=coding.code))
    for parent, family in seen.people.lost:
        for death in seen.code_map.deaths:
            if death.code == family.value:
                key = "deceasedDateTime" if "deceasedDateTime" in parent.members else "deceasedBoolean"
                yield _as_far_as(Piece(death.finding, Status.PRESENT, death.match, f"{parent.place}.{key}"))
    birth = None if seen.people.child is None else seen.people.child.days("birthDate")
    mothers = [patient for patient in seen.records.of("Patient") if seen.people.parents.get(patient.place) is Family.MOTHER]
    mothers += [related for related, family in seen.people.kin if family is Family.MOTHER]
    for mother in mothers:
        own = mother.days("birthDate")
        if birth is not None and own is not None and own.last < birth.first:
            yield from _mother_age(mother, own, birth, seen)


def _mother_age(mother: Node, own: Days, birth: Days, seen: Seen) -> Iterator[Piece]:
    youngest, oldest = ages(own, birth.first)[0] // MONTHS_IN_A_YEAR, ages(own, birth.last)[1] // MONTHS_IN_A_YEAR
    for age in seen.code_map.mother_ages:
        if (age.below and oldest < age.below) or (age.start and youngest >= age.start):
            place = f"{mother.place}.birthDate"
            yield Piece(age.finding, Status.PRESENT, Match.HINT, place, aside=SetAside.HINT)


def notes(seen: Seen) -> Iterator[str]:
    """Where there is text for people to read that nothing was taken from, and systems of codes that the map does not know."""
    strange = Counter(
        coding.system
        for condition in seen.records.of("Condition")
        for coding in condition.codings("code")
        if coding.system and not seen.code_map.system_of(coding.system) and _subject(condition, seen)
    )
    for system, count in sorted(strange.items()):
        yield f"{shorten(system)}: the map {seen.code_map.name} does not know this system of codes: {count} conditions left out"
    for observation in seen.records.of("Observation"):
        for coding in observation.codings("code"):
            system = seen.code_map.system_of(coding.system)
            for note in seen.code_map.notes:
                if (note.system, note.code) == (system, coding.code) and _subject(observation, seen):
                    yield f"{observation.place}: {note.label.en}: for people to read, nothing was taken from it"
