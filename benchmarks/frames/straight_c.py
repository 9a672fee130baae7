"""Straight C: the same program as one function of and, or and and-not over vectors of words, compiled for this processor.

The limit: nothing that knows the rules only at run time can be faster on one thread.
"""

import ctypes
import functools
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.frames import Cohort, InMemory
from benchmarks.frames.packing import Packed, Wanted, Words, live, pack, program_of, read_by, table, wanted
from hechting_rules.engine.circuit import Input
from hechting_rules.engine.kernel import Op
from hechting_rules.engine.program import Program

LANES = 8
"""Words in one vector."""

FLAGS = ("-O3", "-march=native", "-shared", "-fPIC")

HEAD = f"""#include <stddef.h>
#include <stdint.h>
typedef uint64_t vec __attribute__((vector_size({8 * LANES}), aligned(8), may_alias));
void decide(const uint64_t *const *in, uint64_t *const *out, size_t words) {{
  for (size_t k = 0; k < words; k += {LANES}) {{
    const size_t i = k + {LANES} <= words ? k : words - {LANES};
"""
"""The last vector overlaps the one before where the words do not fill it."""


def prepare(one: Cohort) -> InMemory:
    """From the Arrow columns of a cohort to Arrow columns of results. Raises `OSError` where there is no C compiler."""
    program = program_of(one)
    asked = wanted(one, program)
    steps = live(program, asked)
    read = read_by(program, steps, asked)
    inputs = tuple(key for key, register in program.inputs.items() if register in read)
    decide = _compiled("\n".join(_source(program, asked, steps, inputs)))

    def run() -> pa.Table:
        packed = pack(one)
        count = max(packed.count, LANES)
        established = np.empty((len(asked.names), count), np.uint64)
        decided = np.empty_like(established)
        given = list(_given(packed, inputs, count))
        found = [row for pair in zip(established, decided, strict=True) for row in pair]
        decide(_pointers(given), _pointers(found), ctypes.c_size_t(count))
        return table(asked, established, decided, one.said.num_rows)

    return InMemory(run, lambda found: found)


def _given(packed: Packed, inputs: tuple[tuple[Input, str], ...], count: int) -> Iterator[Words]:
    """Two rows of words for each input: for a finding what is known and what holds, else the bits twice."""
    nothing = np.zeros(count, np.uint64)
    for kind, name in inputs:
        if kind in {Input.PRESENT, Input.ABSENT}:
            column = packed.columns[name]
            yield from (_whole(column.valid, count), _whole(column.data, count))
        else:
            yield from [_whole(packed.stages.get((kind, name), nothing), count)] * 2


def _whole(row: Words, count: int) -> Words:
    """A row of words that is not shorter than one vector."""
    return row if len(row) == count else np.concatenate([row, np.zeros(count - len(row), np.uint64)])


def _pointers(rows: list[Words]) -> ctypes.Array[ctypes.c_void_p]:
    return (ctypes.c_void_p * len(rows))(*(row.ctypes.data for row in rows))


def _source(program: Program, asked: Wanted, steps: list[int], inputs: tuple[tuple[Input, str], ...]) -> Iterator[str]:
    first = 2 + len(program.inputs)
    yield HEAD + "    const vec r0 = {0}, r1 = ~r0;"
    for place, key in enumerate(inputs):
        known, holds = (f"*(const vec *)(in[{2 * place + one}] + i)" for one in (0, 1))
        value = f"{known} & {'~' if key[0] is Input.ABSENT else ''}{holds}"
        yield f"    const vec r{program.inputs[key]} = {value};"
    sign = {Op.AND: "&", Op.OR: "|", Op.AND_NOT: "& ~"}
    for place in steps:
        op, a, b = program.steps[place]
        yield f"    const vec r{first + place} = r{a} {sign[op]}r{b};"
    for place, (there, out) in enumerate(zip(asked.established, asked.out, strict=True)):
        yield f"    *(vec *)(out[{2 * place}] + i) = r{there};"
        yield f"    *(vec *)(out[{2 * place + 1}] + i) = r{there} | r{out};"
    yield "  }\n}"


@functools.cache
def _compiled(source: str) -> Callable[..., object]:
    """The function of a source, compiled into a library that is loaded and then forgotten on disk."""
    compiler = shutil.which("cc")
    if compiler is None:
        raise OSError("there is no C compiler: install one that is called as cc")
    with tempfile.TemporaryDirectory() as folder:
        text, library = Path(folder, "rules.c"), Path(folder, "rules.so")
        text.write_text(source)
        subprocess.run([compiler, *FLAGS, "-o", library, text], check=True, capture_output=True)  # noqa: S603 - our own source
        function: Callable[..., object] = ctypes.CDLL(str(library)).decide
    return function
