"""A consultation as plain data: what was told and taken back in which order, and for which rulebook and profile."""

import json
from collections.abc import Iterable, Mapping

import attrs

from hechting_rules.errors import CaseError, UsageError
from hechting_rules.model import Profile, Rulebook
from hechting_rules.reading.fields import Fields, as_fields, string
from hechting_rules.reading.yamlnode import MAX_BYTES, Sequence, parse
from hechting_rules.source import Problems, Span

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
    book = {"id": kept.rulebook, "version": kept.version, **({"sha256": kept.sha256} if kept.sha256 else {})}
    return {
        "schema": SCHEMA,
        "rulebook": book,
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
    problems = Problems()
    text = data if isinstance(data, str) else _mapping_as_text(data)
    if len(text) > MAX_BYTES:
        problems.add("Y102", Span("snapshot"), f"is longer than {MAX_BYTES} characters")
        raise CaseError(problems.errors())
    node = parse(text, "snapshot", problems)
    fields = None if node is None else as_fields(node, "the snapshot", problems)
    if fields is None:
        raise CaseError(problems.errors())
    schema = fields.require("schema")
    if schema is not None and string(schema, "schema", problems) != SCHEMA:
        problems.add("C300", schema.span, "the schema is another one than this version reads", f"this version reads: {SCHEMA}")
    node = fields.require("rulebook")
    book = None if node is None else as_fields(node, "'rulebook'", problems)
    names = ("", "", "") if book is None else (book.string("id"), book.string("version"), book.string("sha256", ""))
    entries = fields.require("told")
    places = tuple(item.span for item in entries.items) if isinstance(entries, Sequence) else ()
    told = fields.each("told", "an entry of 'told'", _read_entry)
    log = tuple(Told(number, name, value) for number, (name, value) in enumerate(told, 1))
    found = Snapshot(*names, fields.string("profile"), fields.string("case", ""), log, places)
    for read in (fields, *([] if book is None else [book])):
        read.done()
    if problems.errors():
        raise CaseError(problems.errors())
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
