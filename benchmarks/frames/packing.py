"""Columns as words of 64 bits and back, for the two engines that run this library's own program on such words.

Every register of the program is a row of bits, one for each case, as in the kernel.
"""

import itertools
from collections.abc import Iterator, Mapping

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.frames import Cohort
from hechting_rules.answered import program_for
from hechting_rules.engine.circuit import Input
from hechting_rules.engine.program import Program
from hechting_rules.profiles import find_profile
from hechting_rules.terms import NO_PERSON, Person

Words = npt.NDArray[np.uint64]


@attrs.frozen
class Column:
    """A finding as Arrow keeps it: which rows are known, and which of these hold. Where not known, ``data`` means nothing."""

    valid: Words
    data: Words


@attrs.frozen
class Packed:
    """What a program is given: columns of findings by their code, and rows of bits for other inputs; ``count`` words each."""

    count: int
    columns: Mapping[str, Column]
    stages: Mapping[tuple[Input, str], Words]


@attrs.frozen
class Wanted:
    """What a program is to give for each result, as registers: where it is established, and where it is ruled out."""

    names: tuple[str, ...]
    established: tuple[int, ...]
    out: tuple[int, ...]


def program_of(one: Cohort) -> Program:
    """The program of the rulebook under its default profile."""
    return program_for(one.book, find_profile(one.book, None))


def wanted(one: Cohort, program: Program) -> Wanted:
    """All results that have rules."""
    planes = [(short, program.results[code]) for code, short in one.form.results.items()]
    return Wanted(tuple(n for n, _ in planes), tuple(p.established for _, p in planes), tuple(p.out for _, p in planes))


def pack(one: Cohort) -> Packed:
    """The columns of a cohort as words; those of findings are looked at, not copied, where they end on a whole word."""
    rows = one.said.num_rows
    columns = {}
    for code in one.book.findings:
        column = one.said[code].chunk(0)
        validity, data = column.buffers()
        columns[code] = Column(words(validity, rows), words(data, rows))
    return Packed((rows + 63) // 64, columns, dict(_stages(one)))


def words(buffer: pa.Buffer | None, rows: int) -> Words:
    """A bitmap as words, all ones without a buffer."""
    count = (rows + 63) // 64
    if buffer is None:
        return np.full(count, ~np.uint64(0))
    raw = np.frombuffer(buffer, np.uint8)
    if len(raw) < 8 * count:
        raw = np.concatenate([raw, np.zeros(8 * count - len(raw), np.uint8)])
    return raw[: 8 * count].view(np.uint64)


def _stages(one: Cohort) -> Iterator[tuple[tuple[Input, str], Words]]:
    """The inputs about stages, from the words of two columns."""
    rows = one.said.num_rows
    for person in Person:
        own = [stage.code for stage in one.book.stages.values() if stage.of is person]
        if not own:
            continue
        known = [*own, NO_PERSON]
        place = pc.index_in(one.said[person.value].chunk(0), value_set=pa.array(known)).fill_null(-1).to_numpy()
        told = _bits(place >= 0, rows)
        for number, code in enumerate(own):
            there = _bits(place == number, rows)
            yield (Input.STAGE, code), there
            yield (Input.NOT_STAGE, code), told & ~there
        yield (Input.NO_PERSON, person.value), _bits(place == len(own), rows)


def _bits(mask: npt.NDArray[np.bool_], rows: int) -> Words:
    return words(pa.py_buffer(np.packbits(mask, bitorder="little")), rows)


def table(asked: Wanted, established: Words, decided: Words, rows: int) -> pa.Table:
    """The results as nullable columns: true where established, false where ruled out; a row of words for each result."""
    columns = (
        pa.BooleanArray.from_buffers(pa.bool_(), rows, [pa.py_buffer(known), pa.py_buffer(there)])
        for there, known in zip(established, decided, strict=True)
    )
    return pa.table(list(columns), names=list(asked.names))


def last_uses(program: Program, asked: Wanted) -> list[list[int]]:
    """For each step the registers that nothing reads after it, so that their place can be used again."""
    first = 2 + len(program.inputs)
    kept = {0, 1, *asked.established, *asked.out, program.refused}
    last: dict[int, int] = {}
    for place, (_, a, b) in enumerate(program.steps):
        last[a] = last[b] = place
    free: list[list[int]] = [[] for _ in program.steps]
    for register, place in last.items():
        if register not in kept and register >= first:
            free[place].append(register)
    return free


def live(program: Program, asked: Wanted) -> list[int]:
    """The places of the steps that what is asked for rests on, in order."""
    first = 2 + len(program.inputs)
    needed = {*asked.established, *asked.out, program.refused}
    for place in range(len(program.steps) - 1, -1, -1):
        if first + place in needed:
            needed.update(program.steps[place][1:])
    return [place for place in range(len(program.steps)) if first + place in needed]


def read_by(program: Program, steps: list[int], asked: Wanted) -> set[int]:
    """The registers that these steps read, or that are asked for."""
    operands = itertools.chain.from_iterable(program.steps[place][1:] for place in steps)
    return {*operands, *asked.established, *asked.out, program.refused}
