"""Who in a record is the index child, who the index adult, and who else is a parent: by age and by what binds them."""

import datetime as dt
from collections.abc import Iterator, Mapping

import attrs

from hechting_rules.interop.codes import CodeMap, Family, Whose
from hechting_rules.interop.record.bundle import Records
from hechting_rules.interop.record.elements import Days, Element, Node
from hechting_rules.model import Rulebook
from hechting_rules.source import Problems
from hechting_rules.terms import NO_PERSON, Person

GROWN_MONTHS = "adolescent_below_months"
"""The parameter of the rulebook at which a person is no longer the child of a case."""
MONTHS_IN_A_YEAR = 12
PARENTS = (Family.MOTHER, Family.FATHER, Family.PARENT)


@attrs.frozen
class People:
    """The persons of a record in the roles of a case; a place of nothing means that there is nobody in that role here.

    ``child`` and ``adult`` are Patients; ``parents`` are those bound to the child, the adult among them, with what they are to
    it; ``lost`` are such parents who have died; ``kin`` are the RelatedPersons of the child with what they are. ``absent`` names
    roles that the host says nobody has.
    """

    child: Node | None
    adult: Node | None
    parents: Mapping[str, Family]
    lost: tuple[tuple[Node, Family], ...]
    kin: tuple[tuple[Node, Family | None], ...]
    absent: frozenset[Person]
    notes: tuple[str, ...]

    def whose(self, patient: Node | None) -> frozenset[Whose]:
        """The roles in which the record of a patient is read; none for somebody else's."""
        if patient is None:
            return frozenset()
        found: set[Whose] = set()
        if self.child is not None and patient.place == self.child.place:
            found.add(Whose.CHILD)
        if self.adult is not None and patient.place == self.adult.place:
            found.add(Whose.ADULT)
        family = self.parents.get(patient.place)
        if family is not None:
            found.add(Whose.PARENT)
        if family is Family.MOTHER:
            found.add(Whose.MOTHER)
        return frozenset(found)


def months_between(birth: dt.date, day: dt.date) -> int:
    """Completed months from one day to another."""
    return (day.year - birth.year) * MONTHS_IN_A_YEAR + day.month - birth.month - (day.day < birth.day)


def ages(birth: Days, day: dt.date) -> tuple[int, int]:
    """The least and the most completed months that somebody can be old on a day."""
    return months_between(birth.last, day), months_between(birth.first, day)


def has_died(patient: Node, day: dt.date) -> bool:
    """Whether a patient has died by a day."""
    died = patient.days("deceasedDateTime")
    return patient.truth("deceasedBoolean") is True or (died is not None and died.first <= day)


def people_in(
    records: Records, code_map: CodeMap, book: Rulebook, as_of: dt.date, child: str, adult: str, problems: Problems
) -> People:
    """Settle who is who. What cannot be told is noted as a problem; a host tells it with ``child`` and ``adult``.

    These name a Patient (``Patient/1``), or say ``none`` where the case has nobody in that role.
    """
    patients = records.of("Patient")
    if [p for p in patients if p.text("birthDate") and p.days("birthDate") is None]:
        return People(None, None, {}, (), (), frozenset(), ())  # noted; who is who cannot be told
    ward, person = (_named(value, role, records, problems) for value, role in ((child, "child"), (adult, "adult")))
    bonds = list(_bonds(records, code_map))
    grown = book.parameters[GROWN_MONTHS].value
    young = [p for p in patients if _is_young(p, as_of, grown)]
    if ward is None and child != NO_PERSON:
        ward = _ward(young, bonds, person, problems)
    bound = {bond.elder: bond.family for bond in bonds if ward is not None and bond.ward == ward.place}
    dead = [p for p in patients if p.place in bound and has_died(p, as_of) and not _same(p, person)]
    parents = {place: family for place, family in bound.items() if place not in {p.place for p in dead}}
    notes: list[str] = []
    if person is None and adult != NO_PERSON:
        person = _adult(patients, young, ward, parents, notes, problems)
    if person is not None and ward is not None:
        parents.setdefault(person.place, _by_sex(person))
    known = {p.place for p in (ward, person) if p is not None} | parents.keys() | bound.keys()
    notes += [f"{p.place}: is not bound to the index child or adult here: left out" for p in patients if p.place not in known]
    lost = tuple((p, bound[p.place]) for p in dead)
    absent = frozenset(p for p, value in ((Person.CHILD, child), (Person.ADULT, adult)) if value == NO_PERSON)
    return People(ward, person, parents, lost, tuple(_kin(records, code_map, ward)), absent, tuple(notes))


@attrs.frozen
class _Bond:
    """That one patient is a child and another one its parent, by their places."""

    ward: str
    elder: str
    family: Family


def _named(reference: str, role: str, records: Records, problems: Problems) -> Node | None:
    if reference in {"", NO_PERSON}:
        return None
    found = records.named(reference)
    if found is None or found.text("resourceType") != "Patient":
        problems.add("H611", Element(role), "names no Patient of the input", "name one, such as Patient/1, or none")
        return None
    return found


def _is_young(patient: Node, as_of: dt.date, grown: float) -> bool:
    birth = patient.days("birthDate")
    return birth is not None and ages(birth, as_of)[0] < grown


def _same(one: Node | None, other: Node | None) -> bool:
    return one is not None and other is not None and one.place == other.place


def _ward(young: list[Node], bonds: list[_Bond], adult: Node | None, problems: Problems) -> Node | None:
    """The index child: the one young patient who is nobody's parent here, and not the adult whom the host names."""
    elders = {bond.elder for bond in bonds}
    return _only([p for p in young if p.place not in elders and not _same(p, adult)], "child", problems)


def _only(found: list[Node], role: str, problems: Problems) -> Node | None:
    """The only one there is; several are a problem, told at the second of them."""
    if len(found) > 1:
        message = f"is a second patient who can be the index {role}, beside {found[0].place}"
        problems.add("H612", Element(found[1].place), message, f"say who is meant with {role}, such as {role}=Patient/1")
    return found[0] if found else None


def _adult(
    patients: tuple[Node, ...],
    young: list[Node],
    child: Node | None,
    parents: Mapping[str, Family],
    notes: list[str],
    problems: Problems,
) -> Node | None:
    """The index adult: the one parent of the index child; without a child, the one patient who is of age."""
    if child is not None:
        bound = [p for p in patients if p.place in parents]
        if len(bound) > 1:
            notes.append(f"{bound[1].place}: is a second parent beside {bound[0].place}: none is taken as the index adult")
            return None
        return bound[0] if bound else None
    minors = {p.place for p in young}
    grown = [p for p in patients if p.place not in minors]
    for patient in grown:
        if not patient.text("birthDate"):
            hint = "give a birthDate, or say who is meant with child or adult"
            patient.wrong("H613", "birthDate", "is not there, so it is not known whether this is the child or the adult", hint)
            return None
    return _only(grown, "adult", problems)


def _by_sex(parent: Node) -> Family:
    return {"female": Family.MOTHER, "male": Family.FATHER}.get(parent.text("gender"), Family.PARENT)


def _active(records: Records) -> Iterator[Node]:
    for related in records.of("RelatedPerson"):
        if related.truth("active") is not False:
            yield related


def _relation(related: Node, code_map: CodeMap) -> Family | None:
    return next((code_map.family[c.code] for c in related.codings("relationship") if c.code in code_map.family), None)


def _kin(records: Records, code_map: CodeMap, ward: Node | None) -> Iterator[tuple[Node, Family | None]]:
    """The RelatedPersons of the index child, with what they are to it where the map knows."""
    for related in _active(records):
        if _same(records.behind(related.inner("patient")), ward):
            yield related, _relation(related, code_map)


def _bonds(records: Records, code_map: CodeMap) -> Iterator[_Bond]:
    """Child and parent among the patients, from RelatedPersons that are linked with a patient's own record."""
    own = {person.place: patient for patient in records.of("Patient") for person in _other_sides(patient, records)}
    for related in _active(records):
        beside, self_ = records.behind(related.inner("patient")), own.get(related.place)
        family = _relation(related, code_map)
        if beside is None or self_ is None or family is None or beside.place == self_.place:
            continue
        if family is Family.CHILD:
            yield _Bond(self_.place, beside.place, _by_sex(beside))
        else:
            exact = _by_sex(self_) if family is Family.PARENT else family
            yield _Bond(beside.place, self_.place, exact)


def _other_sides(patient: Node, records: Records) -> Iterator[Node]:
    """The RelatedPersons that are the same human being as a patient: linked, or with the same identifier."""
    for link in patient.each("link"):
        other = records.behind(link.inner("other"))
        if other is not None and other.text("resourceType") == "RelatedPerson":
            yield other
    identities = {(i.text("system"), i.text("value")) for i in patient.each("identifier") if i.text("value")}
    for related in records.of("RelatedPerson"):
        if identities & {(i.text("system"), i.text("value")) for i in related.each("identifier") if i.text("value")}:
            yield related
