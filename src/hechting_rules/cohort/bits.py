"""Columns as bits: what a column of a frame says, one bit for each row, as Python integers.

Arrow keeps a nullable boolean column as two bitmaps, data and validity; *holds* is both, *fails* is valid and not data, so a
column is read without a look at its rows. Under a null the data bit means nothing and is masked.
"""

from collections.abc import Iterable

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hechting_rules.errors import UsageError

YES = ("1", "yes", "y", "true", "t", "ja", "j", "waar", "present", "aanwezig", "1.0")
NO = ("0", "no", "n", "false", "f", "nee", "onwaar", "absent", "afwezig", "0.0")
UNKNOWN = ("", "unknown", "onbekend", "?", "na", "nan", "null", "none", "niet bekend", "not known")
"""Words that a text column of a finding may hold, whatever their case; what is empty or not a number is unknown too."""


@attrs.frozen
class Answers:
    """One finding in many rows: the rows in which it is present, those in which it is absent, and those with another word."""

    holds: int
    fails: int
    wrong: int = 0


def ones(length: int) -> int:
    """A bit for each row."""
    return (1 << length) - 1


def from_buffer(buffer: pa.Buffer | None, offset: int, length: int) -> int:
    """The bits of a bitmap from ``offset`` on; without a buffer all are set, as Arrow leaves out a bitmap of ones."""
    if buffer is None:
        return ones(length)
    first, last = offset // 8, (offset + length + 7) // 8
    return int.from_bytes(memoryview(buffer)[first:last], "little") >> (offset % 8) & ones(length)


def to_buffer(bits: int, length: int) -> pa.Buffer:
    """Bits as an Arrow bitmap."""
    return pa.py_buffer(bits.to_bytes((length + 7) // 8, "little"))


def from_mask(mask: npt.NDArray[np.bool_]) -> int:
    """The bits of a NumPy array of truth values."""
    return int.from_bytes(np.packbits(mask, bitorder="little").tobytes(), "little")


def to_mask(bits: int, length: int) -> npt.NDArray[np.bool_]:
    """Bits as a NumPy array of truth values."""
    raw = np.frombuffer(bits.to_bytes((length + 7) // 8, "little"), dtype=np.uint8)
    return np.unpackbits(raw, count=length, bitorder="little").astype(np.bool_)


def truths(array: pa.BooleanArray) -> int:
    """The rows in which a boolean array is true, and not null."""
    validity, data = array.buffers()
    return from_buffer(data, array.offset, len(array)) & from_buffer(validity, array.offset, len(array))


def valid(array: pa.Array) -> int:
    """The rows in which an array is not null."""
    return from_buffer(array.buffers()[0], array.offset, len(array)) if array.null_count else ones(len(array))


def nullable(established: int, decided: int, length: int) -> pa.BooleanArray:
    """A nullable boolean column: true where established, null where not decided, else false."""
    buffers = [to_buffer(decided, length), to_buffer(established, length)]
    return pa.BooleanArray.from_buffers(pa.bool_(), length, buffers)


def answers(name: str, array: pa.Array) -> Answers:
    """What a column says of a finding: booleans, 0 and 1, or words. Raises `UsageError` for a column of another kind."""
    kind = array.type
    if pa.types.is_null(kind):
        return Answers(0, 0)
    if pa.types.is_boolean(kind):
        there, known = truths(array), valid(array)
        return Answers(there, known & ~there)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        there, gone = truths(pc.equal(array, 1)), truths(pc.equal(array, 0))
        empty = truths(pc.is_nan(array)) if pa.types.is_floating(kind) else 0
        return Answers(there, gone, valid(array) & ~there & ~gone & ~empty)
    words = as_words(name, array)
    there, gone, empty = (is_one_of(words, several) for several in (YES, NO, UNKNOWN))
    return Answers(there, gone, valid(words) & ~there & ~gone & ~empty)


def as_words(name: str, array: pa.Array) -> pa.Array:
    """A text column in small letters without spaces around it. Raises `UsageError` for a column of another kind."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        array, kind = array.cast(kind.value_type), kind.value_type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)):
        raise UsageError(f"column '{name}' is of type {kind}; allowed: boolean, 0 and 1, or words such as ja, nee and onbekend")
    return pc.utf8_lower(pc.utf8_trim_whitespace(array.cast(pa.string())))


def is_one_of(words: pa.Array, several: Iterable[str]) -> int:
    """The rows that hold one of these words."""
    return truths(pc.is_in(words, value_set=pa.array(list(several), pa.string()), skip_nulls=True))
