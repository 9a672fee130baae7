"""A consultation as plain data: what was told and taken back in which order, and for which rulebook and profile."""

import json
from collections.abc import Iterable, Mapping

import attrs

from hechting_rules.errors import UsageError
from hechting_rules.model import Profile, Rulebook
from hechting_rules.reading.documents import check_length, check_schema, made_with, read_document, read_made_with
from hechting_rules.reading.fields import Fields
from hechting_rules.reading.yamlnode import Sequence
from hechting_rules.source import Span

SCHEMA = "hechting-rules/consultation/1"
SHOWN = 12
"""How many characters of a sha256 a message shows."""


@attrs.frozen
class Told:
    """One thing told or taken back, the ``number``-th, from 1.

    ``name`` is the code of a finding, ``child``, ``adult`` or the name of a quantity. ``value`` is a status, a stage, or a number
    as text; empty where what was told is taken back.
    """

    number: int
    name: str
    value: str


@attrs.frozen
class Snapshot:
    """A consultation as it was kept: for which rulebook (id, version, sha256) and profile, the id of the case, and the log.

    ``places`` says where each entry of the log was read; it is empty for a snapshot that was not read.
    """

    rulebook: str
    version: str
    sha256: str
    profile: str
    case: str
    log: tuple[Told, ...]
    places: tuple[Span, ...] = ()


def snapshot_of(book: Rulebook, profile: Profile, case: str, log: tuple[Told, ...]) -> Snapshot:
    """What is kept of a consultation."""
    return Snapshot(book.head.id, book.head.version, book.sha256, profile.id, case, log)


def to_mapping(kept: Snapshot, quantities: Iterable[str]) -> dict[str, object]:
    """A snapshot as plain data that JSON can hold; what is told of ``quantities`` as numbers."""
    numbers = frozenset(quantities)
    return {
        "schema": SCHEMA,
        "rulebook": made_with(kept.rulebook, kept.version, kept.sha256),
        "profile": kept.profile,
        **({"case": kept.case} if kept.case else {}),
        "told": [_entry(told, told.name in numbers) for told in kept.log],
    }


def as_text(data: Mapping[str, object]) -> str:
    """Plain data as JSON text, over several lines. Raises `ValueError` and `TypeError` for what JSON cannot hold."""
    return json.dumps(data, ensure_ascii=False, allow_nan=False, indent=2)


def _entry(told: Told, is_number: bool) -> dict[str, object]:
    if not told.value:
        return {"name": told.name, "withdrawn": True}
    return {"name": told.name, "value": float(told.value) if is_number else told.value}


def read_snapshot(data: Mapping[str, object] | str) -> Snapshot:
    """A snapshot from its mapping or its JSON text, of 2 MB at most. Raises `CaseError` with all that is wrong with its form."""
    text = data if isinstance(data, str) else _mapping_as_text(data)
    check_length(text, "snapshot")
    return read_document(text, "snapshot", "the snapshot", _read)


def _read(fields: Fields) -> Snapshot:
    check_schema(fields, SCHEMA)
    named = read_made_with(fields)
    entries = fields.require("told")
    places = tuple(item.span for item in entries.items) if isinstance(entries, Sequence) else ()
    told = fields.each("told", "an entry of 'told'", _read_entry)
    log = tuple(Told(number, name, value) for number, (name, value) in enumerate(told, 1))
    found = Snapshot(*named, fields.string("profile"), fields.string("case", ""), log, places)
    fields.done()
    return found


def _read_entry(fields: Fields) -> tuple[str, str]:
    """What one entry tells, or, with an empty value, takes back: never both."""
    name, withdrawn = fields.string("name"), fields.truth("withdrawn", False)
    if not withdrawn:
        return name, fields.string("value")
    value = fields.get("value")
    if value is not None:
        fields.problems.add("F206", value.span, "an entry of 'told' has a 'value' beside 'withdrawn'; allowed: one of them")
    return name, ""


def _mapping_as_text(data: Mapping[str, object]) -> str:
    try:
        return as_text(data)
    except (TypeError, ValueError, RecursionError) as error:
        raise UsageError("a snapshot is plain data, as JSON holds it: mappings, lists, text and numbers") from error


def check_same(kept: Snapshot, book: Rulebook) -> None:
    """Raises `UsageError` where a snapshot was made with another rulebook than this one."""
    if (kept.rulebook, kept.sha256) != (book.head.id, book.sha256):
        then = f"{kept.rulebook} {kept.version} ({kept.sha256[:SHOWN]})"
        now = f"{book.head.id} {book.head.version} ({book.sha256[:SHOWN]})"
        raise UsageError(
            f"the snapshot was made with the rulebook {then}, this is {now}; "
            "load that one, or allow another with other_rulebook=True"
        )
