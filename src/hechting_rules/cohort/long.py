"""Batches with a row for each thing that is said: case, finding, status. Scattered into bits, without a pivot.

All rows of a case must come to one block. In memory they may stand anywhere; in a stream the cases must be in order, so that a
case is known to be whole when the next begins, however long the stream is.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hechting_rules.cohort.bits import ASKED, NO, UNKNOWN, YES, Answers, Coded, Words, coded, from_mask, is_text, zeros
from hechting_rules.cohort.block import Block, check_stages, not_meant
from hechting_rules.cohort.reading import no_such, numbers_said, require_once
from hechting_rules.errors import UsageError
from hechting_rules.model import Rulebook
from hechting_rules.source import one_of, shorten
from hechting_rules.terms import Person

CASE, FINDING, STATUS = "case", "finding", "status"

Places = npt.NDArray[np.int64]
HOLDS, FAILS, NOT_KNOWN, OTHER = range(4)
"""What a status says of a finding."""


@attrs.frozen
class Long:
    """The columns of a frame with a row for each thing that is said.

    ``finding`` holds the code of a finding, ``child``, ``adult`` or the name of a quantity; ``status`` what is said of it: the
    words or numbers that a column of a wide frame would hold. A row of a case without both says only that there is such a case.
    """

    case: str = CASE
    finding: str = FINDING
    status: str = STATUS

    @property
    def names(self) -> tuple[str, str, str]:
        """The names of the three columns."""
        return self.case, self.finding, self.status

    def check(self, names: Sequence[str], ignore: Iterable[str] = ()) -> None:
        """Raise `UsageError` unless these are the columns of the frame, but for those to be ignored."""
        missing = [name for name in self.names if name not in names]
        if missing:
            raise UsageError(f"there is no column '{missing[0]}'; found: {one_of(names)}; a long frame has {one_of(self.names)}")
        more = [name for name in names if name not in (*self.names, *ignore)]
        if more:
            raise UsageError(
                f"column '{more[0]}' means nothing in a long frame ({one_of(self.names)}); name it to be ignored, or leave it out"
            )
        require_once(names)


@attrs.define(eq=False)
class _Rows:
    """The rows of a block as numbers: which case, which thing is said, which word; and where each stands in its frame."""

    case: Places
    thing: Places
    word: Places
    numbers: Places
    names: tuple[str, ...]
    words: tuple[str, ...]

    def of(self, thing: int) -> Places:
        """The rows that say something of one thing."""
        return np.flatnonzero(self.thing == thing)


def read_long(table: pa.Table | pa.RecordBatch, columns: Long, book: Rulebook, numbers: Places) -> Block:
    """Rows of whole cases as a block, the cases in the order in which they appear; ``numbers`` has the place of each row."""
    ids, case = _encoded(table, columns)
    things = coded(columns.finding, _as_text(one_array(table.column(columns.finding))), "words, the codes of findings")
    said = coded(columns.status, _as_text(one_array(table.column(columns.status))), "words, numbers or boolean")
    rows = _Rows(case, things.index, said.index, numbers, things.words, said.words)
    count = len(ids)
    block = Block(count, ids, _first_rows(case, numbers, count))
    _findings(block, rows, book)
    for thing, name in enumerate(rows.names):
        if name in tuple(Person):
            block.stages[Person(name)] = _one_word(block, name, rows, thing)
        elif name in book.quantities:
            _quantity(block, name, rows, thing)
        elif book.alias.get(name, name) not in book.findings and name:
            at = rows.of(thing)
            block.note(name, _cases(rows.case[at], count), lambda _, name=name: no_such(name, book))  # type: ignore[misc]
    _nameless(block, columns, rows)
    check_stages(block, book)
    return block


def _encoded(table: pa.Table | pa.RecordBatch, columns: Long) -> tuple[pa.Array, Places]:
    """The different cases of a table in the order in which they appear, null among them, and for each row which."""
    ids = one_array(table.column(columns.case)).dictionary_encode(null_encoding="encode")
    return ids.dictionary, ids.indices.to_numpy(zero_copy_only=False).astype(np.int64)


def one_array(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """A column as one array, its dictionary, if it has one, unfolded: it may name what no row holds."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    return array.cast(array.type.value_type) if pa.types.is_dictionary(array.type) else array


def _as_text(array: pa.Array) -> pa.Array:
    kind = array.type
    plain = pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_null(kind)
    return array.cast(pa.string()) if plain and not is_text(kind) else array


def _first_rows(case: Places, numbers: Places, count: int) -> Places:
    first = np.zeros(count, dtype=np.int64)
    first[case[::-1]] = numbers[::-1]
    return first


def _cases(case: Places, count: int) -> Words:
    """The bits of some cases."""
    mask = np.zeros(count, dtype=np.bool_)
    mask[case] = True
    return from_mask(mask)


def _status(word: str) -> int:
    if word in YES:
        return HOLDS
    if word in NO:
        return FAILS
    return NOT_KNOWN if word in ASKED else OTHER


def _findings(block: Block, rows: _Rows, book: Rulebook) -> None:
    """Scatter what is said of findings: for each status a bit for each finding and case."""
    codes = sorted({book.alias.get(name, name) for name in rows.names} & book.findings.keys())
    line = {code: place for place, code in enumerate(codes)}
    lines = np.array([line.get(book.alias.get(name, name), -1) for name in rows.names] + [-1], dtype=np.int64)[rows.thing]
    kinds = np.array([_status(word) for word in rows.words] + [-1], dtype=np.int64)
    empty = np.array([word in UNKNOWN for word in rows.words] + [True], dtype=np.bool_)
    kind = np.where(lines >= 0, kinds[rows.word], -1)
    kind[(kind == OTHER) & empty[rows.word]] = -1
    grids = [_scattered(lines, rows.case, kind == status, len(codes), block.length) for status in range(4)]
    for code, place in line.items():
        there, gone, asked, other = (grid[place] for grid in grids)
        block.findings[code] = Answers(there, gone, asked, other)
        twice = (there & gone) | (there & asked) | (gone & asked)
        block.note(code, twice, lambda _, code=code: f"'{code}' is told in two ways")  # type: ignore[misc]
        block.note(code, other, _Told(rows, lines, place, kind))


def _scattered(lines: Places, case: Places, chosen: npt.NDArray[np.bool_], height: int, count: int) -> list[Words]:
    """For each line the cases that some chosen row names."""
    if not chosen.any():
        return [zeros(count)] * height
    grid = np.zeros((height, count), dtype=np.bool_)
    grid.ravel()[lines[chosen] * count + case[chosen]] = True
    return [from_mask(row) for row in grid]


@attrs.frozen(eq=False)
class _Told:
    """The message on a case that says something else of a finding than it can."""

    rows: _Rows
    lines: Places
    line: int
    kind: Places

    def __call__(self, case: int) -> str:
        at = np.flatnonzero(self.rows.case == case)
        first = at[(self.lines[at] == self.line) & (self.kind[at] == OTHER)][0]
        return not_meant(self.rows.words[self.rows.word[first]])


def _one_word(block: Block, name: str, rows: _Rows, thing: int) -> Coded:
    """For each case the one word that is said of a thing; -1 for none. Two different ones are noted."""
    at = rows.of(thing)
    at = at[rows.word[at] >= 0]
    index = np.full(block.length, -1, dtype=np.int64)
    index[rows.case[at]] = rows.word[at]
    other = index[rows.case[at]] != rows.word[at]
    block.note(name, _cases(rows.case[at[other]], block.length), lambda _: f"'{name}' is told in two ways")
    return Coded(rows.words, index)


def _quantity(block: Block, name: str, rows: _Rows, thing: int) -> None:
    said = _one_word(block, name, rows, thing)
    block.quantities[name], unread = numbers_said(said)
    block.note(name, unread, lambda row: not_meant(said.words[said.index[row]]))


def _nameless(block: Block, columns: Long, rows: _Rows) -> None:
    """Note rows that say something of nothing, and the case without a name, whose rows may be of different cases."""
    empty = np.array([word in UNKNOWN for word in rows.words] + [True], dtype=np.bool_)[rows.word]
    blank = np.array([not name for name in rows.names] + [True], dtype=np.bool_)[rows.thing]
    block.note(columns.finding, _cases(rows.case[blank & ~empty], block.length), lambda _: "a status of no finding")
    if block.ids is not None and block.ids.null_count:
        null = from_mask(np.asarray(block.ids.is_null()))
        block.note(columns.case, null, lambda _: "rows without the name of a case")


def in_blocks(table: pa.Table, columns: Long, most: int) -> Iterator[tuple[pa.Table, Places]]:
    """A table in memory as tables of whole cases, ``most`` to each, with the place of each row; rows may stand anywhere."""
    ids, case = _encoded(table, columns)
    numbers = np.arange(table.num_rows)
    if np.any(np.diff(case) < 0):
        numbers = np.argsort(case, kind="stable")
        table, case = table.take(pa.array(numbers)), case[numbers]
    edges = [*np.searchsorted(case, np.arange(0, len(ids), most)), table.num_rows]
    for start, end in pairwise(edges):
        yield table.slice(start, end - start), numbers[start:end]


def in_order(
    batches: Iterable[pa.RecordBatch], columns: Long, most: int, numbered: str = ""
) -> Iterator[tuple[pa.Table, Places]]:
    """A stream as tables of whole cases, some ``most`` rows in each, with the place of each row.

    Raises `UsageError` at the first row that is out of order: rows of its case may have gone before. It is named by the column
    ``numbered``, or else by its place in the stream from 1.
    """
    held: list[pa.RecordBatch] = []
    first, waiting, last = 0, 0, None
    for batch in batches:
        last = _check_order(batch, columns, numbered or first + waiting, last)
        held.append(batch)
        waiting += batch.num_rows
        whole = _whole_cases(held, columns, last) if waiting >= most else 0
        if whole:
            table = pa.Table.from_batches(held)
            yield table.slice(0, whole), np.arange(first, first + whole)
            held, first, waiting = table.slice(whole).to_batches(), first + whole, waiting - whole
    if waiting:
        yield pa.Table.from_batches(held), np.arange(first, first + waiting)


def _whole_cases(held: list[pa.RecordBatch], columns: Long, last: object) -> int:
    """How many rows go before the first of the last case, of which more may follow."""
    rows = 0
    for batch in held:
        column = one_array(batch.column(columns.case))
        place = pc.index(column, pa.scalar(last, column.type)).as_py() if last is not None else -1
        if place >= 0:
            return rows + int(place)
        rows += batch.num_rows
    return rows


def _check_order(batch: pa.RecordBatch, columns: Long, first: int | str, last: object) -> object:
    """The last case of a batch, after a look that none comes before the one above it; cases without a name do not count."""
    column = one_array(batch.column(columns.case))
    named = column.drop_null()
    if not len(named):
        return last
    above = pa.concat_arrays([pa.array([named[0].as_py() if last is None else last], named.type), named[:-1]])
    wrong = np.flatnonzero(np.asarray(pc.less(named, above)))
    if len(wrong):
        place = int(wrong[0])
        row = int(np.flatnonzero(np.asarray(column.is_valid()))[place])
        row = batch.column(first)[row].as_py() if isinstance(first, str) else first + row + 1
        here, before = (shorten(str(array[place].as_py())) for array in (named, above))
        raise UsageError(
            f"row {row}: case '{here}' comes after '{before}'; in a long stream the cases must be in order, as more rows "
            f"of one could be anywhere otherwise; try: sort by '{columns.case}' (text byte by byte, as LC_ALL=C sort does)"
        )
    return named[-1].as_py()
