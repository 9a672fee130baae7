"""Columns as words: what a column of a frame says, one bit for each row, in 64-bit words.

Arrow keeps a nullable boolean column as two bitmaps, data and validity; *holds* is both, *fails* is valid and not data, so a
column is read without a look at its rows. Under a null the data bit means nothing and is masked; past the last row all are 0.
"""

import functools
from collections.abc import Iterator, Sequence
from typing import cast

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hechting_rules.errors import UsageError

YES = frozenset({"1", "yes", "y", "true", "t", "ja", "j", "waar", "present", "aanwezig", "1.0"})
NO = frozenset({"0", "no", "n", "false", "f", "nee", "onwaar", "absent", "afwezig", "0.0"})
EMPTY = frozenset({"", "na", "nan", "null", "none"})
ASKED = frozenset({"?", "unknown", "onbekend", "niet bekend", "not known"})
"""Words that a text column of a finding may hold, whatever their case; the last are for what was asked and could not be known."""

UNKNOWN = EMPTY | ASKED

WORD = 64

Words = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]


@attrs.frozen(eq=False)
class Answers:
    """One finding in many rows: those in which it is present, absent, stated as unknown, and those with another word."""

    holds: Words
    fails: Words
    asked: Words
    wrong: Words


@attrs.frozen(eq=False)
class Coded:
    """A column of words: those there are, in small letters without spaces around them, and for each row which; -1 for null."""

    words: tuple[str, ...]
    index: npt.NDArray[np.int64]

    def among(self, chosen: npt.NDArray[np.bool_]) -> Words:
        """The rows whose word is chosen; ``chosen`` has a truth value for each word."""
        return from_mask(np.append(chosen, False)[self.index])

    def is_one_of(self, several: frozenset[str]) -> Words:
        """The rows that hold one of these words."""
        return self.among(np.array([word in several for word in self.words], dtype=np.bool_))

    def each(self, sought: Sequence[str]) -> Iterator[Words]:
        """For each of some words the rows that hold it: eight words are looked up at once, a bit of a byte for each."""
        for start in range(0, len(sought), 8):
            bit = {word: 1 << place for place, word in enumerate(sought[start : start + 8])}
            byte = np.array([*(bit.get(word, 0) for word in self.words), 0], dtype=np.uint8)[self.index]
            for place in bit.values():
                yield _padded(np.packbits(byte & np.uint8(place), bitorder="little"))

    def given(self) -> Words:
        """The rows that hold a word at all."""
        return from_mask(self.index >= 0)


def zeros(length: int) -> Words:
    """No bit for any row."""
    return np.zeros((length + WORD - 1) // WORD, dtype=np.uint64)


@functools.lru_cache(maxsize=4)
def nothing(length: int) -> Words:
    """No bit for any row, once for all who only read it."""
    found = zeros(length)
    found.flags.writeable = False
    return found


def ones(length: int) -> Words:
    """A bit for each row."""
    found = np.full((length + WORD - 1) // WORD, np.iinfo(np.uint64).max, dtype=np.uint64)
    return _without_tail(found, length)


def _without_tail(words: Words, length: int) -> Words:
    if length % WORD:
        words[-1] &= np.uint64((1 << length % WORD) - 1)
    return words


def from_buffer(buffer: pa.Buffer | None, offset: int, length: int) -> Words:
    """The bits of a bitmap from ``offset`` on; without a buffer all are set, as Arrow leaves out a bitmap of ones.

    Where whole words stand in the buffer they are read in place, and are not to be written to.
    """
    if buffer is None:
        return ones(length)
    if offset % WORD == length % WORD == 0 and (offset + length) // 8 <= buffer.size:
        return np.frombuffer(buffer, dtype=np.uint64, count=length // WORD, offset=offset // 8)
    first, last = offset // 8, (offset + length + 7) // 8
    raw = np.frombuffer(buffer, dtype=np.uint8)[first:last]
    if offset % 8:
        raw = np.packbits(np.unpackbits(raw, bitorder="little")[offset % 8 :][:length], bitorder="little")
    return _without_tail(_padded(raw), length)


def _padded(raw: npt.NDArray[np.uint8]) -> Words:
    """Bytes as words of their own, filled up with zeros."""
    padded = np.zeros((len(raw) + 7) // 8 * 8, dtype=np.uint8)
    padded[: len(raw)] = raw
    return padded.view(np.uint64)


def to_buffer(words: Words, length: int) -> pa.Buffer:
    """Bits as an Arrow bitmap."""
    return pa.py_buffer(words.view(np.uint8)[: (length + 7) // 8].tobytes())


def from_mask(mask: Mask) -> Words:
    """The bits of a NumPy array of truth values."""
    return _padded(np.packbits(mask, bitorder="little"))


def to_mask(words: Words, length: int) -> Mask:
    """Bits as a NumPy array of truth values."""
    return cast("Mask", np.unpackbits(words.view(np.uint8), count=length, bitorder="little").view(np.bool_))


def places(words: Words, length: int) -> npt.NDArray[np.intp]:
    """The rows whose bit is set."""
    return np.flatnonzero(to_mask(words, length)) if words.any() else np.zeros(0, dtype=np.intp)


def count(words: Words) -> int:
    """How many bits are set."""
    return int.from_bytes(words.tobytes(), "little").bit_count()


def truths(array: pa.BooleanArray) -> Words:
    """The rows in which a boolean array is true, and not null."""
    validity, data = array.buffers()
    found = from_buffer(data, array.offset, len(array))
    return found & from_buffer(validity, array.offset, len(array)) if array.null_count else found


def valid(array: pa.Array) -> Words:
    """The rows in which an array is not null."""
    return from_buffer(array.buffers()[0], array.offset, len(array)) if array.null_count else ones(len(array))


def nullable(established: Words, decided: Words, length: int) -> pa.BooleanArray:
    """A nullable boolean column: true where established, null where not decided, else false."""
    buffers = [to_buffer(decided, length), to_buffer(established, length)]
    return pa.BooleanArray.from_buffers(pa.bool_(), length, buffers)


def answers(name: str, array: pa.Array) -> Answers:
    """What a column says of a finding: booleans, 0 and 1, or words. Raises `UsageError` for a column of another kind."""
    kind, none = array.type, nothing(len(array))
    if pa.types.is_null(kind):
        return Answers(none, none, none, none)
    if pa.types.is_boolean(kind):
        known = valid(array)
        there = from_buffer(array.buffers()[1], array.offset, len(array)) & known
        return Answers(there, known ^ there, none, none)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        there, gone = truths(pc.equal(array, 1)), truths(pc.equal(array, 0))
        empty = truths(pc.is_nan(array)) if pa.types.is_floating(kind) else none
        return Answers(there, gone, none, valid(array) & ~there & ~gone & ~empty)
    said = coded(name, array, "boolean, 0 and 1, or words such as ja, nee and onbekend")
    there, gone, asked, empty = (said.is_one_of(several) for several in (YES, NO, ASKED, EMPTY))
    return Answers(there, gone, asked, said.given() & ~there & ~gone & ~asked & ~empty)


def coded(name: str, array: pa.Array, allowed: str) -> Coded:
    """A column of words. Raises `UsageError` for a column of another kind, which names the kinds that are ``allowed``."""
    kind = array.type
    coded_already = pa.types.is_dictionary(kind)
    if not is_text(kind.value_type if coded_already else kind):
        raise UsageError(f"column '{name}' is of type {kind}; allowed: {allowed}")
    if pa.types.is_string_view(kind):  # has no dictionary_encode
        array = array.cast(pa.large_string())
    encoded = array if coded_already else array.dictionary_encode()
    words = pc.utf8_lower(pc.utf8_trim_whitespace(encoded.dictionary.cast(pa.large_string()))).to_pylist()
    indices = encoded.indices
    if indices.null_count:
        indices = indices.cast(pa.int64()).fill_null(-1)
    return _without_null_words(words, indices.to_numpy(zero_copy_only=False).astype(np.int64))


def _without_null_words(words: list[str | None], index: npt.NDArray[np.int64]) -> Coded:
    """Coded words; a dictionary may hold null as a word, which is none."""
    if None in words:
        index = np.array([*(-1 if word is None else place for place, word in enumerate(words)), -1])[index]
    return Coded(tuple(word or "" for word in words), index)


def is_text(kind: pa.DataType) -> bool:
    """Whether a column of this type holds words."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))
