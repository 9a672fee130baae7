"""Polars: an expression for each result, level by level in one lazy query, on all cores that there are.

Its logic has three values, as that of this library. An ``unless`` that is not known to hold does not stop a rule. What counts is
written as alternatives, as a sum would lose what is unknown.
"""

import itertools
import operator
from collections.abc import Sequence
from functools import reduce
from pathlib import Path

import polars as pl

from benchmarks.frames import Cohort, InMemory
from benchmarks.neutral import Neutral
from benchmarks.writing import Terms, written


def prepare(one: Cohort) -> InMemory:
    """A frame in memory."""
    frame = pl.from_arrow(one.closed)
    return InMemory(lambda: query(frame.lazy(), one.form).collect(), lambda found: found.to_arrow())


def file_to_file(source: Path, target: Path, form: Neutral) -> None:
    """From Parquet to Parquet, streaming."""
    query(pl.scan_parquet(source), form).sink_parquet(target)


def query(frame: pl.LazyFrame, form: Neutral) -> pl.LazyFrame:
    """The results as columns: those of a level may use those of the levels before."""
    expressions = written(form, TERMS)
    for level in form.strata:
        frame = frame.with_columns([expressions[name].alias(name) for name in level])
    return frame.select(list(form.results.values()))


def _every(parts: Sequence[pl.Expr]) -> pl.Expr:
    return reduce(operator.and_, parts)


def _some(parts: Sequence[pl.Expr]) -> pl.Expr:
    return reduce(operator.or_, parts) if parts else pl.lit(value=False)


TERMS = Terms[pl.Expr](
    name=pl.col,
    every=_every,
    some=_some,
    several=lambda count, parts: _some([_every(chosen) for chosen in itertools.combinations(parts, count)]),
    without=lambda body, others: body & ~_some(others).fill_null(value=False),
)
