"""Frames and streams of cases, decided block by block."""

from collections.abc import Iterable, Iterator
from typing import Any

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hechting_rules.advice import Advice
from hechting_rules.answered import answer
from hechting_rules.cohort.bits import to_mask
from hechting_rules.cohort.block import cases_at
from hechting_rules.cohort.deciding import REJECTS, Decided, Decider, Form, decide_batch, read_rows, rejects, run_block, told
from hechting_rules.cohort.long import Long, in_blocks, in_order
from hechting_rules.cohort.schedule import Room
from hechting_rules.errors import UsageError
from hechting_rules.explain import advice_of
from hechting_rules.model import Profile, Rulebook
from hechting_rules.profiles import find_profile
from hechting_rules.rulebook import default_rulebook

ROWS = 1 << 19
"""How many cases go into one block: enough to make the steps of the program cheap, few enough to stay near the processor."""

MOST_PIECES = 8
"""Of how many pieces a table may consist before it is copied into one: small pieces cost far more than the copy."""

LONG_ROWS = 1 << 20
"""How many rows of a long stream go into one block, or somewhat more: as many cases as in a wide one if each says 16 things."""


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
    id_column: str | None = None,
    ignore: Iterable[str] = (),
    long: bool | Long = False,
    fired: bool = False,
) -> Cohort:
    """Decide a frame of cases in memory.

    ``data`` is an Arrow table or anything that speaks the Arrow C stream interface (Polars, pandas, DuckDB): a row for each case,
    a column for each finding (boolean, 0 and 1, or words such as ja and nee), ``child`` and ``adult`` for stages, quantities by
    name, ``id``. What is null, empty or not a number is unknown; a column that is not there is unknown in every row. ``ignore``
    names columns of other things. With ``long`` a row for each thing that is said: ``case``, ``finding``, ``status`` (other names
    by `Long`), in any order. ``fired`` adds the rules that established something. Raises `UsageError` for a column that means
    nothing here.
    """
    table = as_table(data)
    more = {"results": results, "form": Form(form), "id_column": id_column, "ignore": ignore, "long": long, "fired": fired}
    decider = decider_for(table.schema.names, rulebook, profile, **more)
    done = list(map(_both, decided(decider, table)))  # holds on to no block while the next is decided
    if not done:
        done = [decide_batch(decider, pa.RecordBatch.from_pylist([], schema=table.schema))]
    good, bad = zip(*done, strict=True)
    return Cohort(pa.Table.from_batches(good), pa.Table.from_batches(bad, schema=REJECTS))


def advices(
    data: Any,
    ids: Iterable[Any],
    rulebook: Rulebook | None = None,
    profile: str | Profile | None = None,
    *,
    id_column: str | None = None,
    ignore: Iterable[str] = (),
    long: bool | Long = False,
) -> dict[str, Advice]:
    """The full, explained advice on some cases of a frame, by their names as text; what `decide` rejects is not among them.

    Raises `UsageError` as `decide` does, and where no column holds the names of the cases.
    """
    table = as_table(data)
    decider = decider_for(table.schema.names, rulebook, profile, results=(), id_column=id_column, ignore=ignore, long=long)
    wanted = frozenset(str(name) for name in ids)
    columns = decider.columns
    if not isinstance(columns, Long) and columns.id not in table.schema.names:
        raise UsageError("no column of the frame holds the names of the cases; allowed: a column 'id', or another by id_column")
    return {advice.case: advice for done in decided(decider, table) for advice in advices_in(done, wanted)}


def advices_in(done: Decided, wanted: frozenset[str]) -> Iterator[Advice]:
    """The advice on the cases of a block with these names, as far as they can be used."""
    ids = done.block.ids
    if ids is None or not wanted:
        return
    chosen = np.asarray(pc.is_in(ids.cast(pa.string()), value_set=pa.array(sorted(wanted), pa.string())))
    rows = np.flatnonzero(chosen & to_mask(done.used, done.block.length)).tolist()
    for case in cases_at(done.block, rows):
        yield advice_of(answer(case, done.decider.book, done.decider.profile))


def as_table(data: Any) -> pa.Table:
    """Anything that speaks the Arrow C stream interface as a table."""
    return data if isinstance(data, pa.Table) else pa.RecordBatchReader.from_stream(data).read_all()


def decider_for(names: list[str], rulebook: Rulebook | None, profile: str | Profile | None, **more: Any) -> Decider:
    """A decider for frames with these columns; without a rulebook for that of the library, without a profile for its default."""
    book = default_rulebook() if rulebook is None else rulebook
    return Decider.of(names, book, find_profile(book, profile), **more)


def decided(decider: Decider, table: pa.Table) -> Iterator[Decided]:
    """The cases of a table, block by block; each is to be read before the next is asked for."""
    if isinstance(decider.columns, Long):
        room = Room()
        for part, numbers in in_blocks(table, decider.columns, ROWS):
            yield run_block(decider, read_rows(decider, part, numbers), room)
    else:
        pieces = table.to_batches()
        yield from decide_blocks(decider, pieces if len(pieces) <= MOST_PIECES else table.combine_chunks().to_batches())


def decide_blocks(decider: Decider, batches: Iterable[pa.RecordBatch]) -> Iterator[Decided]:
    """Decide batch after batch in bounded memory; of a long stream the cases must be in order, else `UsageError`.

    Each block is to be read before the next is asked for.
    """
    room = Room()
    if isinstance(decider.columns, Long):
        for part, numbers in in_order(batches, decider.columns, LONG_ROWS):
            yield run_block(decider, read_rows(decider, part, numbers), room)
        return
    first = 0
    for batch in batches:
        for start in range(0, batch.num_rows, ROWS):
            block = batch.slice(start, ROWS)
            yield run_block(decider, read_rows(decider, block, np.arange(first, first + block.num_rows)), room)
            first += block.num_rows


def decide_stream(decider: Decider, batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
    """As `decide_blocks`: for each block of cases what came of them, and those that cannot be used."""
    yield from map(_both, decide_blocks(decider, batches))


def _both(done: Decided) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    return told(done), rejects(done)
