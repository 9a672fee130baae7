"""A batch with a row for each case, read as a block. Whatever a row says that cannot be meant is noted, row by row."""

import re
from collections.abc import Iterable, Mapping, Sequence

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hechting_rules.cohort.bits import UNKNOWN, Coded, Words, answers, coded, zeros
from hechting_rules.cohort.block import Block, Numbers, check_stages, not_meant
from hechting_rules.errors import UsageError
from hechting_rules.model import Rulebook
from hechting_rules.source import did_you_mean, one_of, shorten
from hechting_rules.terms import Person

ID = "id"

NUMBER = re.compile(r"[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)(e[+-]?[0-9]+)?")


@attrs.frozen
class Columns:
    """What the columns of a frame stand for: findings (by their present codes), stages and quantities; ``id`` names the cases."""

    findings: Mapping[str, str]
    persons: tuple[str, ...]
    quantities: tuple[str, ...]
    id: str

    @classmethod
    def of(cls, names: Sequence[str], book: Rulebook, id_column: str = ID, ignore: Iterable[str] = ()) -> "Columns":
        """The columns of a frame by name. Raises `UsageError` with all names that mean nothing here and are not to be ignored."""
        require_once(names)
        left = [name for name in names if name != id_column and name not in set(ignore)]
        findings = {name: book.alias.get(name, name) for name in left if book.alias.get(name, name) in book.findings}
        persons = tuple(name for name in left if name in tuple(Person))
        quantities = tuple(name for name in left if name in book.quantities)
        unknown = [name for name in left if name not in findings and name not in (*persons, *quantities)]
        if unknown:
            raise UsageError("\n".join(f"column {no_such(name, book)}" for name in unknown))
        _require_one_each(findings)
        return cls(findings, persons, quantities, id_column)


def require_once(names: Sequence[str]) -> None:
    """Raise `UsageError` where two columns have one name."""
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError(f"more than one column is called {one_of(repr(name) for name in twice)}; keep one of them")


def _require_one_each(findings: Mapping[str, str]) -> None:
    of_code: dict[str, list[str]] = {}
    for name, code in findings.items():
        of_code.setdefault(code, []).append(name)
    twice = [f"the columns {one_of(repr(n) for n in names)} stand for one finding" for names in of_code.values() if names[1:]]
    if twice:
        raise UsageError("\n".join(f"{words}; keep one of them" for words in twice))


def no_such(name: str, book: Rulebook) -> str:
    """What is told of a name that is nothing here, with what it may have been meant for."""
    near = did_you_mean(name, [*book.findings, *book.alias, *book.quantities, *Person])
    return f"'{shorten(name)}' is no finding, stage or quantity; {near or 'name it to be ignored, or leave it out'}"


def read_wide(batch: pa.RecordBatch, columns: Columns, book: Rulebook, numbers: npt.NDArray[np.int64]) -> Block:
    """A batch as a block; ``numbers`` has the place of each row in its frame."""
    length = batch.num_rows
    ids = batch.column(columns.id) if columns.id in batch.schema.names else None
    block = Block(length, ids, numbers)
    there = frozenset(batch.schema.names)
    for name, code in columns.findings.items():
        if name not in there:
            continue
        array = batch.column(name)
        block.findings[code] = answers(name, array)
        block.note(name, block.findings[code].wrong, lambda row, array=array: not_meant(array[row].as_py()))  # type: ignore[misc]
    for name in (name for name in columns.persons if name in there):
        array = batch.column(name)
        if array.null_count < length or not (length or pa.types.is_null(array.type)):  # of no rows: what there could be
            block.stages[Person(name)] = coded(name, array, "words, the codes of stages")
    check_stages(block, book)
    for name in (name for name in columns.quantities if name in there):
        array = batch.column(name)
        block.quantities[name], unread = read_numbers(name, array)
        block.note(name, unread, lambda row, array=array: not_meant(array[row].as_py()))  # type: ignore[misc]
    return block


def read_numbers(name: str, array: pa.Array) -> tuple[Numbers, Words]:
    """A column as numbers, not-a-number where nothing is said, and the rows whose words are no numbers."""
    kind, length = array.type, len(array)
    if pa.types.is_null(kind):
        return np.full(length, np.nan), zeros(length)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return array.cast(pa.float64()).fill_null(np.nan).to_numpy(zero_copy_only=False), zeros(length)
    return numbers_said(coded(name, array, "numbers, or numbers as words"))


def numbers_said(said: Coded) -> tuple[Numbers, Words]:
    """A column of words as numbers, and the rows whose words are no numbers."""
    read = [number(word) for word in said.words]
    values = np.array([*(np.nan if value is None else value for value in read), np.nan])[said.index]
    return values, said.among(np.array([value is None for value in read], dtype=np.bool_))


def number(word: str) -> float | None:
    """The number that a word stands for, not-a-number where it says that nothing is known, nothing where it is no number."""
    plain = word.replace(",", ".")
    if word in UNKNOWN:
        return float("nan")
    return float(plain) if NUMBER.fullmatch(plain) else None
