"""The folder beside OUT in which a run keeps what is done, so that after a kill it goes on: nothing lost, nothing twice.

Each chunk leaves its parts there, which in the end become whole files. A chunk is done when its ``.json`` stands there: that is
written last, under a name of its own first, and brought to the disk before it is renamed. The manifest says what the run is of:
another input, rulebook or option is another run, and is refused.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import attrs
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from hechting_rules.cohort.files import Kind
from hechting_rules.cohort.plan import Plan
from hechting_rules.cohort.tally import Tally
from hechting_rules.errors import HechtingError, UsageError
from hechting_rules.model import Rulebook
from hechting_rules.source import one_of, shorten
from hechting_rules.version import VERSION

SCHEMA = "hechting-rules/cohort-work/1"
WORDS = {
    "input": "the input",
    "rulebook": "the rulebook",
    "library": "the version of this library",
    "profile": "the profile",
    "options": "the options",
}

ENDING = {Kind.PARQUET: "arrow", Kind.CSV: "csv", Kind.JSONL: "jsonl"}
"""How the answer on a chunk is kept until all are there."""

SET_ASIDE, EXPLAINED = "rejects.csv", "explained.jsonl"
"""What else is kept of a chunk."""


class RunError(HechtingError):
    """A run stopped half-way through no fault of its input; the same command goes on with it."""


def folder_of(out: Path) -> Path:
    """The folder in which the run that writes ``out`` keeps what is done."""
    return out.with_name(f"{out.name}.part")


def identity(plan: Plan, book: Rulebook) -> dict[str, Any]:
    """What a run is of: two runs with the same identity give the same answer, to the byte."""
    options = {
        "out": plan.kind.value,
        "results": plan.results,
        "form": plan.form.value,
        "id": plan.id_column,
        "ignore": sorted(plan.ignore),
        "long": None if plan.long is None else attrs.astuple(plan.long),
        "delimiter": plan.source.delimiter,
        "fired": plan.fired,
        "explain": sorted(plan.explain),
        "language": plan.language.value,
        "chunk": plan.chunk,
    }
    return {
        "schema": SCHEMA,
        "input": {"sha256": plan.source.sha256, "bytes": plan.source.size},
        "rulebook": {"sha256": book.sha256, "version": book.head.version},
        "library": VERSION,
        "profile": plan.profile,
        "options": json.loads(json.dumps(options)),
    }


@attrs.frozen
class Done:
    """A chunk that is done: its cases used and set aside, its counts, and the cases whose advice is written."""

    index: int
    used: int
    rejected: int
    tally: Tally
    explained: tuple[str, ...] = ()


@attrs.frozen
class WorkFolder:
    """The folder of one run."""

    path: Path

    def begin(self, wanted: dict[str, Any], *, restart: bool = False) -> None:
        """Make the folder, or go on with it. Raises `UsageError` where it holds another run, `RunError` where it cannot be."""
        manifest = self.path / "manifest.json"
        if restart:
            self.remove()
        if manifest.is_file():
            self._require_same(json.loads(manifest.read_text(encoding="utf-8")), wanted)
            return
        try:
            self.path.mkdir(exist_ok=True)
        except OSError as error:
            raise RunError(_not_written(self.path, error)) from error
        write_whole(manifest, lambda file: file.write(json.dumps(wanted, indent=2).encode()))

    def _require_same(self, found: dict[str, Any], wanted: dict[str, Any]) -> None:
        other = [words for key, words in WORDS.items() if found.get(key) != wanted[key]]
        if found.get("schema") != SCHEMA or other:
            raise UsageError(
                f"{self.path}: holds an unfinished run in which something else was {one_of(other) or 'its form'}; "
                "finish that one first (the same command as then), or give it up with --restart"
            )

    def part(self, index: int, ending: str) -> Path:
        """The file of a chunk."""
        return self.path / f"chunk-{index:06d}.{ending}"

    def done(self, index: int) -> Done | None:
        """What came of a chunk, if it is done."""
        path = self.part(index, "json")
        if not path.is_file():
            return None
        said = json.loads(path.read_text(encoding="utf-8"))
        counts = {tuple(cell): number for *cell, number in said["counts"]}
        return Done(index, said["used"], said["rejected"], Tally(counts), tuple(said["explained"]))

    def finish(self, done: Done) -> None:
        """Say that all files of a chunk are written."""
        counts = [[*cell, number] for cell, number in done.tally.counts.items()]
        said = {"used": done.used, "rejected": done.rejected, "counts": counts, "explained": done.explained}
        write_whole(self.part(done.index, "json"), lambda file: file.write(json.dumps(said).encode()))

    def remove(self) -> None:
        """Take the folder away, the manifest last."""
        if self.path.is_dir():
            for path in self.path.glob("*chunk-*"):
                path.unlink(missing_ok=True)
            shutil.rmtree(self.path, ignore_errors=True)


def write_whole(path: Path, write: Callable[[BinaryIO], Any]) -> None:
    """Write a file under a name of its own, bring it to the disk, and give it its name: there is all of it, or nothing.

    Raises `RunError` where that cannot be done.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            with draft.open("wb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        _settle(path.parent)
    except OSError as error:
        raise RunError(_not_written(path, error)) from error


def _not_written(path: Path, error: OSError) -> str:
    reason = error.strerror or shorten(str(error), 120)
    return f"{path}: cannot be written: {reason}; put that right, and the same command goes on where it was"


def _settle(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the system can."""
    if os.name == "posix":
        at = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(at)
        finally:
            os.close(at)


# --- parts -----------------------------------------------------------------------------------------------------------------


def write_part(table: pa.Table, kind: Kind, file: BinaryIO) -> None:
    """The answer on a chunk, in a form of which many are soon one file: Arrow for Parquet, else the lines without a head."""
    match kind:
        case Kind.PARQUET:
            with pa.ipc.new_file(file, table.schema, options=pa.ipc.IpcWriteOptions(unify_dictionaries=True)) as writer:
                writer.write_table(table)
        case Kind.CSV:
            pacsv.write_csv(_flat(table), file, pacsv.WriteOptions(include_header=False))
        case Kind.JSONL:
            for batch in table.to_batches(max_chunksize=1 << 12):
                file.writelines(lines(batch.to_pylist()))


def join_parts(parts: Iterable[Path], kind: Kind, names: list[str], file: BinaryIO) -> None:
    """All parts as one file."""
    match kind:
        case Kind.PARQUET:
            _to_parquet(parts, file)
        case Kind.CSV:
            head = pa.table({name: pa.array([], pa.string()) for name in names})
            pacsv.write_csv(head, file)
            copy(parts, file)
        case Kind.JSONL:
            copy(parts, file)


def _to_parquet(parts: Iterable[Path], file: BinaryIO) -> None:
    writer: pq.ParquetWriter | None = None
    for path in parts:
        with pa.memory_map(str(path)) as mapped:
            table = pa.ipc.open_file(mapped).read_all()
            if writer is None:
                writer = pq.ParquetWriter(file, table.schema)
            writer.write_table(table)
    if writer is not None:
        writer.close()


def copy(parts: Iterable[Path], file: BinaryIO) -> None:
    """Parts one after the other."""
    for path in parts:
        with path.open("rb") as part:
            shutil.copyfileobj(part, file)


def _flat(table: pa.Table) -> pa.Table:
    """A table for CSV: a list as words with a space between."""
    for place, name in enumerate(table.column_names):
        if pa.types.is_list(table.schema.field(name).type):
            joined = pc.binary_join(table[name].cast(pa.list_(pa.string())), " ")
            table = table.set_column(place, name, joined)
    return table


def lines(rows: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """Rows as JSON lines."""
    for row in rows:
        yield json.dumps(row, ensure_ascii=False).encode() + b"\n"
