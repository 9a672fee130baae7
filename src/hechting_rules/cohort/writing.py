"""What came of the cases, written: a part for each chunk, and in the end all parts as one file."""

import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from hechting_rules.cohort.files import Kind


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
                file.writelines(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in batch.to_pylist())


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
