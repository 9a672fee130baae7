"""What rules rest on: the article's statements and their readings, the evidence of today and its references."""

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
