"""Cohorts: many cases at once, Arrow in and Arrow out, the kernel in between (extra ``cohort``)."""

from collections.abc import Iterable, Iterator
from typing import Any

import attrs
import pyarrow as pa

from hechting_rules.cohort.deciding import REJECTS, Decider, Form, decide_batch
from hechting_rules.cohort.reading import ID
from hechting_rules.model import Profile, Rulebook
from hechting_rules.profiles import find_profile
from hechting_rules.rulebook import default_rulebook

__all__ = ["ID", "REJECTS", "Cohort", "Decider", "Form", "decide", "decide_batch", "decide_stream"]

ROWS = 1 << 16
"""How many cases go into one block: enough to make the steps of the program cheap, few enough to stay near the processor."""


@attrs.frozen(eq=False)
class Cohort:
    """What came of a frame of cases: ``table`` has a row for each that can be used, ``rejects`` what is wrong with the others."""

    table: pa.Table
    rejects: pa.Table


def decide(
    data: Any,
    rulebook: Rulebook | None = None,
    profile: str | Profile | None = None,
    *,
    results: Iterable[str] | None = None,
    form: Form | str = Form.COLUMNS,
    id_column: str = ID,
    ignore: Iterable[str] = (),
) -> Cohort:
    """Decide a frame of cases in memory.

    ``data`` is an Arrow table or anything that speaks the Arrow C stream interface (Polars, pandas, DuckDB): a row for each case,
    a column for each finding (boolean, 0 and 1, or words such as ja and nee), ``child`` and ``adult`` for stages, quantities by
    name, ``id``. What is null, empty or not a number is unknown; a column that is not there is unknown in every row. ``ignore``
    names columns of other things. Raises `UsageError` for a column that means nothing here.
    """
    stream = pa.RecordBatchReader.from_stream(data) if not isinstance(data, pa.Table) else data.to_reader()
    book = default_rulebook() if rulebook is None else rulebook
    decider = Decider.of(
        stream.schema.names,
        book,
        find_profile(book, profile),
        results=results,
        form=Form(form),
        id_column=id_column,
        ignore=ignore,
    )
    told, rejects = [], []
    for good, bad in decide_stream(decider, stream):
        told.append(good)
        rejects.append(bad)
    empty = decide_batch(decider, pa.RecordBatch.from_pylist([], schema=stream.schema))[0].schema
    return Cohort(pa.Table.from_batches(told, schema=empty), pa.Table.from_batches(rejects, schema=REJECTS))


def decide_stream(decider: Decider, batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
    """Decide batch after batch in bounded memory: for each block of rows what came of them, and those that cannot be used."""
    first = 0
    for batch in batches:
        for start in range(0, batch.num_rows, ROWS):
            block = batch.slice(start, ROWS)
            yield decide_batch(decider, block, first)
            first += block.num_rows
