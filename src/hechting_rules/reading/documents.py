"""Texts that hold one mapping, as cases, records and snapshots do: read whole, with all that is wrong told at once."""

from collections.abc import Callable
from typing import TypeVar

from hechting_rules.errors import CaseError
from hechting_rules.reading.fields import Fields, as_fields, string
from hechting_rules.reading.yamlnode import MAX_BYTES, parse
from hechting_rules.source import Problems, Span

T = TypeVar("T")


def read_document(text: str, shown: str, what: str, read: Callable[[Fields], T]) -> T:
    """What ``read`` makes of a text of YAML or JSON. Raises `CaseError` with all that is wrong with its form.

    ``shown`` is the name of the text in messages, as that of its file, and ``what`` what it should be, as ``the case``.
    """
    problems = Problems()
    node = parse(text, shown, problems)
    fields = None if node is None else as_fields(node, what, problems)
    if fields is None:
        raise CaseError(problems.errors())
    found = read(fields)
    if problems.errors():
        raise CaseError(problems.errors())
    return found


def check_length(text: str, shown: str) -> None:
    """Raises `CaseError` for a text of more than 2 MB, which nobody's record or snapshot is."""
    if len(text) > MAX_BYTES:
        problems = Problems()
        problems.add("Y102", Span(shown), f"is longer than {MAX_BYTES} characters")
        raise CaseError(problems.errors())


def check_schema(fields: Fields, schema: str) -> None:
    """Note a document that does not say it is of this schema."""
    node = fields.require("schema")
    if node is not None and string(node, "schema", fields.problems) != schema:
        message = "the schema is another one than this version reads"
        fields.problems.add("C300", node.span, message, f"this version reads: {schema}")


def read_made_with(fields: Fields) -> tuple[str, str, str]:
    """The id, version and sha256 of the rulebook that a document was made with; a sha256 may be left out."""
    node = fields.require("rulebook")
    book = None if node is None else as_fields(node, "'rulebook'", fields.problems)
    if book is None:
        return "", "", ""
    named = (book.string("id"), book.string("version"), book.string("sha256", ""))
    book.done()
    return named


def made_with(id: str, version: str, sha256: str) -> dict[str, str]:
    """The rulebook that a document is made with, as `read_made_with` reads it."""
    return {"id": id, "version": version, **({"sha256": sha256} if sha256 else {})}
