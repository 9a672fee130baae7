"""Packed NumPy: the same program on words of 64 cases, in large blocks, with registers used again.

As fast as somebody would write it who writes it for these rules alone: no rejects, no reasons, one thread.
"""

import numpy as np
import pyarrow as pa

from benchmarks.frames import Cohort, InMemory
from benchmarks.frames.packing import Packed, Wanted, Words, last_uses, live, pack, program_of, read_by, table, wanted
from hechting_rules.engine.circuit import Input
from hechting_rules.engine.kernel import Op
from hechting_rules.engine.program import Program

BLOCK = 1 << 14
"""How many words each register has: a million cases. The fastest of the powers of two that were tried."""


def prepare(one: Cohort) -> InMemory:
    """From the Arrow columns of a cohort to Arrow columns of results."""
    program = program_of(one)
    asked = wanted(one, program)
    block = _Block(program, asked)

    def run() -> pa.Table:
        packed = pack(one)
        established = np.empty((len(asked.names), packed.count), np.uint64)
        decided = np.empty_like(established)
        for start in range(0, packed.count, BLOCK):
            block.run(packed, start, established, decided)
        return table(asked, established, decided, one.said.num_rows)

    return InMemory(run, lambda found: found)


class _Block:
    """The program as calls on rows of one array, made once."""

    def __init__(self, program: Program, asked: Wanted) -> None:
        self.asked = asked
        steps, free = live(program, asked), last_uses(program, asked)
        read = read_by(program, steps, asked)
        self.inputs = [(key, register) for key, register in program.inputs.items() if register in read]
        self.row: dict[int, int] = {register: place for place, register in enumerate((0, 1, *(r for _, r in self.inputs)))}
        self.plan: list[tuple[Op, int, int, int]] = []
        spare: list[int] = []
        rows = len(self.row)
        first = 2 + len(program.inputs)
        for place in steps:
            op, a, b = program.steps[place]
            if spare:
                into = spare.pop()
            else:
                into, rows = rows, rows + 1
            self.plan.append((op, self.row[a], self.row[b], into))
            self.row[first + place] = into
            spare.extend(self.row[register] for register in free[place] if register in self.row)
        registers = np.zeros((rows, BLOCK), np.uint64)
        registers[1] = ~np.uint64(0)
        self.rows = list(registers)

    def run(self, packed: Packed, start: int, established: Words, decided: Words) -> None:
        """One block of words, from the packed columns to the columns of results."""
        width = min(BLOCK, packed.count - start)
        end = start + width
        rows = self.rows if width == BLOCK else [row[:width] for row in self.rows]
        self._read(packed, start, end, rows)
        both, either, invert = np.bitwise_and, np.bitwise_or, np.invert
        for op, a, b, into in self.plan:
            if op is Op.AND:
                both(rows[a], rows[b], rows[into])
            elif op is Op.OR:
                either(rows[a], rows[b], rows[into])
            else:
                both(rows[a], invert(rows[b], rows[into]), rows[into])
        for place, (there, out) in enumerate(zip(self.asked.established, self.asked.out, strict=True)):
            established[place, start:end] = rows[self.row[there]]
            either(rows[self.row[there]], rows[self.row[out]], decided[place, start:end])

    def _read(self, packed: Packed, start: int, end: int, rows: list[Words]) -> None:
        for (kind, name), register in self.inputs:
            into = rows[self.row[register]]
            if kind is Input.PRESENT:
                np.bitwise_and(packed.columns[name].valid[start:end], packed.columns[name].data[start:end], into)
            elif kind is Input.ABSENT:
                np.invert(packed.columns[name].data[start:end], into)
                np.bitwise_and(into, packed.columns[name].valid[start:end], into)
            elif (kind, name) in packed.stages:
                into[:] = packed.stages[kind, name][start:end]
            else:
                into[:] = 0
