"""What rules rest on (statements of the article, readings) and what stands beside it: evidence, references, classifications."""

from enum import StrEnum

import attrs

from hechting_rules.source import Span
from hechting_rules.terms import Basis, Confidence, Handling, NotEncoded, Standing, Text, Wording


@attrs.frozen
class Statement:
    """A statement of the article: where it stands and how firmly it is worded, not its text."""

    id: str
    section: str
    locator: str
    line: int
    kind: str
    topic: str
    ages: tuple[str, ...]
    levels: tuple[str, ...]
    strength: Wording
    span: Span
    direction: str = ""
    hedge: str = ""
    cites: tuple[str, ...] = ()
    ambiguities: tuple[str, ...] = ()


@attrs.frozen
class Disposition:
    """What became of a statement that no rule names, or beside the rules that do.

    ``kept_by``: guidance tests (``test: NAME``) or properties (``property: NAME``) that fail when it is broken;
    ``explained_in``: codes of findings, conclusions, suggestions or evidence notes whose texts tell it;
    ``not_encoded``: why it has no consequence.
    """

    statement: str
    span: Span
    kept_by: tuple[str, ...] = ()
    explained_in: tuple[str, ...] = ()
    not_encoded: NotEncoded | None = None
    reason: str = ""


@attrs.frozen
class Ambiguity:
    """A passage that can be read in more than one way, and the reading that the rules follow."""

    id: str
    locator: str
    statements: tuple[str, ...]
    reading: Text
    reason: str
    span: Span


@attrs.frozen
class Evidence:
    """The maintainers' note on a claim of the article: how it stands today, and what to keep in mind with it."""

    id: str
    standing: tuple[Standing, ...]
    handling: Handling
    confidence: Confidence
    short: Text
    full: Text
    references: tuple[str, ...]
    span: Span
    flags: tuple[str, ...] = ()
    note: str = ""


@attrs.frozen
class Reference:
    """A publication that an evidence note rests on, and whether the maintainers saw it."""

    id: str
    cite: str
    basis: Basis
    span: Span
    url: str = ""


class ClassSystem(StrEnum):
    """Who classifies; in the order in which classes are shown. ``BRISCH`` is the proposal that the article reports."""

    DSM_IV = "DSM-IV(-TR)"
    ICD_10 = "ICD-10"
    DSM_5 = "DSM-5(-TR)"
    ICD_11 = "ICD-11"
    BRISCH = "Brisch"


class People(StrEnum):
    """For whom a class is meant."""

    CHILDREN = "children"
    ALL = "children and adults"


@attrs.frozen
class Classification:
    """A class of disorder as others delimit it: reference data beside a result that points to a disorder, read by no rule.

    ``code`` is that of the system itself, or of the one named in ``coded_in``; a ``current`` class is one of today. ``text`` is
    what a proposal of the article describes. ``care``, ``onset``, ``least_age`` and ``exclusion`` are criteria; one without a
    text is not stated in what the maintainers know. ``caution`` is not from the article, ``verify`` says what is still to be
    checked. ``cited_at`` names the conclusions and suggestions beside which it is told.
    """

    id: str
    system: ClassSystem
    name: Text
    people: People
    basis: Basis
    span: Span
    code: str = ""
    coded_in: str = ""
    current: bool = False
    text: Text | None = None
    care: Text | None = None
    onset: Text | None = None
    least_age: Text | None = None
    exclusion: Text | None = None
    caution: Text | None = None
    verify: Text | None = None
    references: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    cited_at: tuple[str, ...] = ()
    note: str = ""
