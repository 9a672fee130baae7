"""Systems of codes: our own by name, and which codes of others say which finding, as frozen values that ``mapfiles`` reads."""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

import attrs

from hechting_rules.source import Span
from hechting_rules.terms import Text

BASE = "https://hechting-rules.example/fhir"
"""Where the names of this library begin. ``.example`` is reserved: nothing is ever fetched from there."""
FINDING_SYSTEM = f"{BASE}/CodeSystem/finding"
"""The codes of the vocabulary: findings, and the names of stages and quantities as items of a questionnaire."""
RESULT_SYSTEM = f"{BASE}/CodeSystem/result"
"""The codes of suggestions and conclusions."""
STATUS_SYSTEM = f"{BASE}/CodeSystem/status"
"""What is said of a finding: present, absent, unknown."""
STAGE_SYSTEM = f"{BASE}/CodeSystem/stage"
"""The codes of life stages, and ``none`` for a person whom the case has not."""
OVERRIDE_SYSTEM = f"{BASE}/CodeSystem/override-reason"
"""Why a practitioner sets a card aside."""

EXACTLY, AS_STRETCH = 100, 1
"""How closely a line of a map fits the very code that it names, and one within the stretch of codes that it names."""


class Match(StrEnum):
    """How a code lies to a finding.

    ``equal``: they say the same, so a refuted code is an absent finding. ``narrower``: the code is one kind of what the finding
    says, so a refuted code says nothing. ``hint``: the code only makes one ask; it counts when the host asks for hints. ``off``
    takes a line out, in a host's own map.
    """

    EQUAL = "equal"
    NARROWER = "narrower"
    HINT = "hint"
    OFF = "off"


class Whose(StrEnum):
    """In whose record a code stands: the index child, the index adult, a parent of the index child, or the mother."""

    CHILD = "child"
    ADULT = "adult"
    PARENT = "parent"
    MOTHER = "mother"


class Basis(StrEnum):
    """What a line of a map rests on."""

    DATA = "D"
    PAGE = "P"
    KNOWLEDGE = "K"
    DIFFERS = "K!"


class Family(StrEnum):
    """What somebody is to the index child, as far as it matters here."""

    MOTHER = "mother"
    FATHER = "father"
    PARENT = "parent"
    CHILD = "child"


@attrs.frozen
class System:
    """A system of codes by its short name, its address in FHIR, and other addresses under which it is met."""

    name: str
    url: str
    also: tuple[str, ...]
    span: Span


@attrs.frozen
class Line:
    """One code, or a stretch of codes (``P70-P80``, both ends with it), and the finding that it says in somebody's record.

    ``system`` is the short name of a `System`. ``after`` is the finding, of history, that the code says once what it names has
    ended; it may be empty.
    """

    whose: Whose
    system: str
    code: str
    match: Match
    basis: Basis
    finding: str
    after: str
    span: Span

    def narrowness(self, code: str) -> int:
        """How closely the line fits a code: 0 not at all, 1 as a stretch, more the longer the code that it names."""
        if code == self.code:
            return EXACTLY
        start, _, end = self.code.partition("-")
        if end[:1].isalpha():
            return AS_STRETCH if start <= code[: len(start)] <= end else 0
        return AS_STRETCH + len(self.code) if code.startswith(f"{self.code}.") else 0


@attrs.frozen
class Measure:
    """A measurement in weeks: it says a ``finding`` when it is ``below`` a bound, or it gives a ``quantity`` of the case."""

    whose: Whose
    system: str
    code: str
    basis: Basis
    finding: str
    below: float
    quantity: str
    span: Span


@attrs.frozen
class Relation:
    """What it says of the index child that somebody stands to it in this way, by a code of v3-RoleCode or a `Family`."""

    code: str
    finding: str
    match: Match
    basis: Basis
    span: Span


@attrs.frozen
class Stay:
    """A stay of the index child (classes of v3-ActCode) that began before an age: a parameter of the rulebook, in months."""

    classes: tuple[str, ...]
    finding: str
    match: Match
    basis: Basis
    below_months: str
    span: Span


@attrs.frozen
class MotherAge:
    """The age of the mother at the birth of the index child that makes one ask after a finding.

    In whole years: ``below`` one, or from ``start`` on; 0 says that there is no such bound.
    """

    finding: str
    below: float
    start: float
    span: Span


@attrs.frozen
class Note:
    """A code whose text is for people to read: nothing is taken from it."""

    system: str
    code: str
    label: Text
    span: Span


@attrs.frozen
class CodeMap:
    """All that is known of codes in one country. Build one with ``mapfiles.load_code_map``.

    ``family`` says what a code of v3-RoleCode makes somebody; ``yes`` and ``no`` are codings that answer so, each as the address
    of its system and its code.
    """

    name: str
    systems: tuple[System, ...]
    lines: tuple[Line, ...] = ()
    measures: tuple[Measure, ...] = ()
    relations: tuple[Relation, ...] = ()
    deaths: tuple[Relation, ...] = ()
    stays: tuple[Stay, ...] = ()
    mother_ages: tuple[MotherAge, ...] = ()
    notes: tuple[Note, ...] = ()
    family: Mapping[str, Family] = attrs.field(factory=dict)
    yes: frozenset[tuple[str, str]] = frozenset()
    no: frozenset[tuple[str, str]] = frozenset()

    def system_of(self, url: str) -> str:
        """The short name of the system at an address, or nothing."""
        plain = url.rstrip("/")
        return next((s.name for s in self.systems if plain == s.url or plain in s.also), "")

    def url_of(self, system: str) -> str:
        """The address of a system."""
        return next(s.url for s in self.systems if s.name == system)

    def lines_for(self, system: str, code: str, whose: Iterable[Whose]) -> Iterator[tuple[Line, Match]]:
        """The lines that fit a code in the record of somebody; of one finding only the closest, with the match for this code.

        A code below the one that a line names is a kind of it: what is equal to the finding is then narrower.
        """
        wanted, closest = set(whose), dict[tuple[Whose, str, str], tuple[int, Line]]()
        for line in self.lines:
            if line.system == system and line.whose in wanted:
                near = line.narrowness(code)
                key = (line.whose, line.finding, line.after)
                if near and near > closest.get(key, (0, line))[0]:
                    closest[key] = near, line
        for _, line in closest.values():
            if line.match is not Match.OFF:
                exact = line.code == code or line.match is not Match.EQUAL
                yield line, line.match if exact else Match.NARROWER
