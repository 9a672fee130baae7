"""Polars on the frame that this library is given: findings as columns and stages as words, which it closes before it decides.

What follows from stages, ``implies`` and ``excludes`` is written as this library has it in its own program: what is read
more than once is a column of its own, level by level. The rules are those of `polars_expressions`.
"""

from collections import Counter
from collections.abc import Mapping

import polars as pl

from benchmarks.frames import Cohort, InMemory
from benchmarks.frames.packing import program_of
from benchmarks.frames.polars_expressions import query
from benchmarks.neutral import Kind
from hechting_rules.engine.circuit import ONES, ZERO, Input
from hechting_rules.engine.kernel import Op
from hechting_rules.engine.program import Program
from hechting_rules.terms import NO_PERSON

Levels = list[dict[str, pl.Expr]]


def prepare(one: Cohort) -> InMemory:
    """A frame in memory."""
    frame = pl.from_arrow(one.said)
    levels = closed(one)
    return InMemory(lambda: query(_with(frame.lazy(), levels), one.form).collect(), lambda found: found.to_arrow())


def _with(frame: pl.LazyFrame, levels: Levels) -> pl.LazyFrame:
    for level in levels:
        frame = frame.with_columns([expression.alias(name) for name, expression in level.items()])
    return frame


def closed(one: Cohort) -> Levels:
    """The atoms of the neutral form as columns, after the columns that they rest on."""
    program = program_of(one)
    planes = {Kind.PRESENT: program.present, Kind.ABSENT: program.absent, Kind.STAGE: program.stages, Kind.RANGE: program.ranges}
    of = {short: planes[kind][name] for (kind, name), short in one.form.atoms.items()}
    draft = _Draft(program, _inputs(one, program), [r for plane in of.values() for r in (plane.established, plane.out)])
    atoms = {
        short: pl.when(draft.expression(plane.established)).then(True).when(draft.expression(plane.out)).then(False)
        for short, plane in of.items()
    }
    return [*draft.levels, atoms]


def _inputs(one: Cohort, program: Program) -> Mapping[int, pl.Expr]:
    """The input registers as expressions over the columns of the frame."""
    never = pl.lit(value=False)
    found: dict[int, pl.Expr] = {}
    for (kind, name), register in program.inputs.items():
        match kind:
            case Input.PRESENT:
                found[register] = pl.col(name).fill_null(value=False)
            case Input.ABSENT:
                found[register] = (~pl.col(name)).fill_null(value=False)
            case Input.STAGE:
                found[register] = (pl.col(one.book.stages[name].of.value) == name).fill_null(value=False)
            case Input.NOT_STAGE:
                found[register] = (pl.col(one.book.stages[name].of.value) != name).fill_null(value=False)
            case Input.NO_PERSON:
                found[register] = (pl.col(name) == NO_PERSON).fill_null(value=False)
            case _:
                found[register] = never
    return found


class _Draft:
    """Expressions under construction; a step that is read more than once becomes a column in the level after what it reads."""

    def __init__(self, program: Program, inputs: Mapping[int, pl.Expr], asked: list[int]) -> None:
        self.first = 2 + len(program.inputs)
        self.program = program
        self.levels: Levels = []
        self.level: dict[int, int] = {}
        self.made: dict[int, pl.Expr] = {ZERO: pl.lit(value=False), ONES: pl.lit(value=True), **inputs}
        read = Counter(asked)
        needed = sorted(self._needed(asked))
        for register in needed:
            read.update(program.steps[register - self.first][1:])
        for register in needed:
            self._make(register, several=read[register] > 1)

    def _needed(self, asked: list[int]) -> set[int]:
        found, waiting = set[int](), list(asked)
        while waiting:
            register = waiting.pop()
            if register >= self.first and register not in found:
                found.add(register)
                waiting.extend(self.program.steps[register - self.first][1:])
        return found

    def _make(self, register: int, *, several: bool) -> None:
        op, a, b = self.program.steps[register - self.first]
        one, other = self.made[a], self.made[b]
        made = one & other if op is Op.AND else one | other if op is Op.OR else one & ~other
        level = max(self.level.get(a, 0), self.level.get(b, 0))
        if several:
            while len(self.levels) <= level:
                self.levels.append({})
            self.levels[level][f"s{register}"] = made
            made, level = pl.col(f"s{register}"), level + 1
        self.made[register], self.level[register] = made, level

    def expression(self, register: int) -> pl.Expr:
        """The expression of a register that was asked for."""
        return self.made[register]
