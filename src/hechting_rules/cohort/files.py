"""Files of cases as streams of batches: Parquet, CSV and JSON Lines, in bounded memory, each row with its number in the file.

A row that cannot be read is not lost: it is handed over beside the batch, with its number and what is wrong.
"""

import codecs
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from hechting_rules.errors import UsageError
from hechting_rules.source import one_of, shorten

NUMBER = "\0number"
"""The column that is added to each batch: the number of the row in its file, as an editor or a spreadsheet shows it."""

READ = 1 << 24
"""How many bytes are read at once."""

LINES = 1 << 13
"""How many JSON lines are made into columns at once."""

DELIMITERS = (",", ";", "\t")


class Kind(StrEnum):
    """The kinds of files, by their endings."""

    PARQUET = "parquet"
    CSV = "csv"
    JSONL = "jsonl"


ENDINGS = {
    ".parquet": Kind.PARQUET,
    ".pq": Kind.PARQUET,
    ".csv": Kind.CSV,
    ".tsv": Kind.CSV,
    ".jsonl": Kind.JSONL,
    ".ndjson": Kind.JSONL,
}


def kind_of(path: Path) -> Kind:
    """The kind of a file by its ending. Raises `UsageError` for another one."""
    kind = ENDINGS.get(path.suffix.lower())
    if kind is None:
        raise UsageError(f"{path}: the ending '{path.suffix}' is not known; allowed: {one_of(ENDINGS)}")
    return kind


@attrs.frozen
class Bad:
    """A row that cannot be read: its number in the file, its name if that is known, the column, and what is wrong."""

    number: int
    problem: str
    id: str = ""
    column: str = ""


@attrs.define
class Bads:
    """Rows that cannot be read, as they are met, until somebody takes them."""

    found: list[Bad] = attrs.field(factory=list)

    def take(self, last: int) -> tuple[Bad, ...]:
        """Those up to a row, which are then no longer here."""
        taken = tuple(bad for bad in self.found if bad.number <= last)
        self.found = [bad for bad in self.found if bad.number > last]
        return taken


@attrs.frozen
class Source:
    """A file of cases: its columns, size, time of change and sha256; ``records``: how many rows, where the file tells."""

    path: Path
    kind: Kind
    names: list[str]
    size: int
    changed: int
    sha256: str
    delimiter: str = ","
    records: int | None = None

    def batches(
        self, most: int, bads: Bads, allowed: Callable[[str], str | None], always: Sequence[str] = ()
    ) -> Iterator[pa.RecordBatch]:
        """The rows in batches of at most ``most``, each with the column `NUMBER`; rows that cannot be read go to ``bads``.

        Of JSON lines ``allowed`` gives the column that a key stands for, nothing for one to leave out; it raises `UsageError` for
        a key that means nothing. Their batches have the columns that some line of them has a key for, and ``always`` these.
        """
        match self.kind:
            case Kind.PARQUET:
                yield from _parquet(self.path, most)
            case Kind.CSV:
                yield from _csv(self, most, bads)
            case Kind.JSONL:
                with self.path.open("rb") as file:
                    yield from _in_batches(_lines(file, bads, allowed), min(most, LINES), always)


def open_source(path: Path, delimiter: str | None = None) -> Source:
    """Look at a file: is it there, can it be read, what are its columns. Raises `UsageError` with its path and what to try."""
    kind = kind_of(path)
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file")
    stat = path.stat()
    size, changed = stat.st_size, stat.st_mtime_ns
    if not size:
        raise UsageError(f"{path}: the file is empty")
    try:
        sha256 = _inspected(path, text=kind is not Kind.PARQUET, quoted=kind is Kind.CSV)
        if kind is Kind.PARQUET:
            file = pq.ParquetFile(path)
            return Source(path, kind, file.schema_arrow.names, size, changed, sha256, records=file.metadata.num_rows)
        if kind is Kind.CSV:
            chosen = delimiter or _delimiter(path)
            return Source(path, kind, _header(path, chosen), size, changed, sha256, chosen)
        return Source(path, kind, _first_keys(path), size, changed, sha256)
    except pa.ArrowInvalid as error:
        raise UsageError(f"{path}: cannot be read as {kind}: {shorten(str(error), 120)}") from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or shorten(str(error), 120)}") from error


def _inspected(path: Path, *, text: bool, quoted: bool) -> str:
    """The sha256 of a file. Raises `UsageError` for text that is not UTF-8, or a quotation mark that is not closed."""
    digest, decoder = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")()
    lines, quotes = 1, 0
    with path.open("rb") as file:
        while part := file.read(READ):
            digest.update(part)
            if text:
                try:
                    decoder.decode(part)
                except UnicodeDecodeError as error:
                    lines += part[: error.start].count(b"\n")
                    raise UsageError(
                        f"{path}:{lines}: is not written in UTF-8; save it so ('CSV UTF-8' in a spreadsheet), or use iconv"
                    ) from error
                lines += part.count(b"\n")
                quotes += part.count(b'"')
    if quoted and quotes % 2:
        raise UsageError(f"{path}: a quotation mark is not closed; found: {quotes} in all; allowed: an even number")
    return digest.hexdigest()


def _parquet(path: Path, most: int) -> Iterator[pa.RecordBatch]:
    first = 1
    for batch in pq.ParquetFile(path, pre_buffer=False).iter_batches(batch_size=most):
        yield _numbered(batch, np.arange(first, first + batch.num_rows))
        first += batch.num_rows


def _numbered(batch: pa.RecordBatch, numbers: Any) -> pa.RecordBatch:
    return batch.append_column(NUMBER, pa.array(numbers, pa.int64()))


def _delimiter(path: Path) -> str:
    """What stands most often between the names in the first line: a comma, semicolon or tab."""
    with path.open("rb") as file:
        line = file.readline().decode("utf-8", "replace")
    return max(DELIMITERS, key=line.count)


def _header(path: Path, delimiter: str) -> list[str]:
    with pacsv.open_csv(
        path, parse_options=pacsv.ParseOptions(delimiter=delimiter, invalid_row_handler=lambda _: "skip")
    ) as file:
        return list(file.schema.names)


def _csv(source: Source, most: int, bads: Bads) -> Iterator[pa.RecordBatch]:
    """The rows of a CSV file, all columns as text. The header is row 1, and empty lines do not count, as in a spreadsheet."""
    skipped: list[int] = []

    def set_aside(row: Any) -> str:
        skipped.append(row.number)
        found, wanted = row.actual_columns, row.expected_columns
        bads.found.append(Bad(row.number, f"{found} values for {wanted} columns"))
        return "skip"

    number = 2
    options = {
        "read_options": pacsv.ReadOptions(use_threads=False, block_size=READ),
        "parse_options": pacsv.ParseOptions(delimiter=source.delimiter, newlines_in_values=True, invalid_row_handler=set_aside),
        "convert_options": pacsv.ConvertOptions(column_types=dict.fromkeys(source.names, pa.string())),
    }
    with pacsv.open_csv(source.path, **options) as file:
        for batch in file:
            numbers = np.setdiff1d(np.arange(number, number + batch.num_rows + len(skipped)), skipped)[: batch.num_rows]
            number = int(numbers[-1]) + 1 if batch.num_rows else number
            skipped = [row for row in skipped if row >= number]
            whole = _numbered(batch, numbers)
            yield from (whole.slice(start, most) for start in range(0, batch.num_rows, most))


def _first_keys(path: Path) -> list[str]:
    """The keys of the first line of a JSON Lines file that is not blank."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                said = _object(line)
                if isinstance(said, str):
                    raise UsageError(f"{path}:{number}: {said}; a JSON Lines file has an object in each line")
                return list(said)
    raise UsageError(f"{path}: the file is empty")


Said = dict[str, str | None]
"""What a line says, as text by column."""


def _lines(file: BinaryIO, bads: Bads, allowed: Callable[[str], str | None]) -> Iterator[tuple[int, Said]]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        said = _object(line)
        if not isinstance(said, str):
            said = _values(said, allowed)
        if isinstance(said, str):
            bads.found.append(Bad(number, said))
        else:
            yield number, said


def _object(line: bytes) -> dict[str, Any] | str:
    """The object in a line, or what is wrong with it."""
    try:
        said = json.loads(line, object_pairs_hook=_once)
    except RecursionError:
        return "is nested too deeply"
    except ValueError as error:
        return f"is no JSON: {shorten(str(error))}"
    return said if isinstance(said, dict) else "is no JSON object"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key '{next(name for name in names if names.count(name) > 1)}' stands there twice")
    return found


def _values(said: dict[str, Any], allowed: Callable[[str], str | None]) -> Said | str:
    """The values of an object as text by column, or what is wrong with them. Keys without a column are left out."""
    found: Said = {}
    for key, value in said.items():
        try:
            column = allowed(key)
        except UsageError as error:
            return str(error)
        if column is None:
            continue
        if column in found:
            return f"'{key}' and another key stand for one finding"
        if isinstance(value, dict | list):
            return f"'{shorten(key)}' holds several values"
        found[column] = _text(value)
    return found


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _in_batches(lines: Iterable[tuple[int, Said]], most: int, always: Sequence[str]) -> Iterator[pa.RecordBatch]:
    held: list[tuple[int, Said]] = []
    for line in lines:
        held.append(line)
        if len(held) == most:
            yield _batch(held, always)
            held = []
    if held:
        yield _batch(held, always)


def _batch(held: list[tuple[int, Said]], always: Sequence[str]) -> pa.RecordBatch:
    """Lines as a batch with a column for each key that one of them has."""
    columns: dict[str, list[str | None]] = {name: [None] * len(held) for name in always}
    for place, (_, said) in enumerate(held):
        for name, value in said.items():
            columns.setdefault(name, [None] * len(held))[place] = value
    arrays = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    return pa.RecordBatch.from_pydict({**arrays, NUMBER: pa.array([number for number, _ in held], pa.int64())})
