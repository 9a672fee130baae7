"""Cohorts beside this library: many cases as columns, each engine in a module of its own.

A module has ``prepare(cohort)``, which returns an `InMemory` way to run the rulebook on the whole cohort. Polars, DuckDB and
Spark are given closed facts, a nullable column for each atom: true where it holds, false where it cannot hold. Their own logic
has three values, so they give what this library gives: true where a result is established, false where it is ruled out, else
null. `polars_same_frame`, packed NumPy and straight C are given what this library is given, and run its own program.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pyarrow as pa

from benchmarks.neutral import DifferentError, Neutral, admitted, neutral
from benchmarks.peers import CannotExpressError
from hechting_rules import Case, Rulebook, decide
from hechting_rules.terms import Status

ENGINES: Mapping[str, str] = {
    "polars_expressions": "polars",
    "polars_same_frame": "polars",
    "duckdb_sql": "duckdb",
    "spark_sql": "pyspark",
    "packed_numpy": "numpy",
    "straight_c": "numpy",
}
"""The module of each engine, and the distribution that it needs; ``straight_c`` needs a C compiler too."""

SLOW: Mapping[str, int] = {"duckdb_sql": 10, "spark_sql": 20}
"""Engines that are given only a part of a cohort, one in so many rows, as the whole of it would take them too long."""

MOST_RULES: Mapping[str, int] = {"spark_sql": 400}
"""Engines that are not given larger rulebooks, as planning a query of 500 rules takes a minute and one of 1,500 over ten."""

TRUTH = {Status.PRESENT: True, Status.ABSENT: False, Status.UNKNOWN: None}


@attrs.frozen(eq=False)
class Cohort:
    """A cohort as tables with the same rows.

    ``said`` is what this library takes (a nullable column for each finding, the stages, ``id``), ``closed`` has a column for each
    atom of the neutral form, ``right`` one for each result by its short name.
    """

    book: Rulebook
    form: Neutral
    said: pa.Table
    closed: pa.Table
    right: pa.Table

    def first(self, rows: int) -> "Cohort":
        """The first rows of the cohort, or the whole of it; at least one row."""
        if rows >= self.said.num_rows:
            return self
        places = pa.array(range(max(1, rows)))
        parts = (table.take(places).combine_chunks() for table in (self.said, self.closed, self.right))
        return Cohort(self.book, self.form, *parts)


@attrs.frozen(eq=False)
class InMemory:
    """One way to decide a cohort that is in memory: ``run`` does it, ``results`` reads what it returned as a table."""

    run: Callable[[], Any]
    results: Callable[[Any], pa.Table]


def cohort(book: Rulebook, cases: Sequence[Case], rows: int, seed: int = 1) -> Cohort:
    """A cohort of so many rows, each one of these cases, at random. Cases may name stages but no quantities."""
    form = neutral(book)
    closed = [admitted(case, book, form) for case in cases]
    decisions = [decide(case, book) for case in cases]
    said = {
        "child": pa.array([case.child_stage or None for case in cases], pa.string()),
        "adult": pa.array([case.adult_stage or None for case in cases], pa.string()),
    }
    stated = [{one.code: TRUTH[one.status] for one in case.findings} for case in cases]
    said.update({code: pa.array([one.get(code) for one in stated], pa.bool_()) for code in book.findings})
    atoms = {short: _three([(short in one.holds, short in one.out) for one in closed]) for short in form.atoms.values()}
    right = {
        short: _three([(code in one.established, code in one.ruled_out) for one in decisions])
        for code, short in form.results.items()
    }
    places = pa.array(np.random.default_rng(seed).integers(0, len(cases), rows))
    told = _at(said, places).add_column(0, "id", pa.array(range(rows), pa.int64()))
    return Cohort(book, form, told, _at(atoms, places), _at(right, places))


def _three(planes: Sequence[tuple[bool, bool]]) -> pa.Array:
    """A nullable column from pairs: whether a thing is established, and whether it is out."""
    return pa.array([True if there else False if out else None for there, out in planes], pa.bool_())


def check(found: pa.Table, right: pa.Table, what: str) -> None:
    """Refuse results that are not those of `decide`. Raises `DifferentError`."""
    wrong = [name for name in right.column_names if not _column(found, name).equals(_column(right, name))]
    if wrong:
        raise DifferentError(f"{what}: {wrong}")


def _column(table: pa.Table, name: str) -> pa.Array:
    column = table[name].combine_chunks()
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _at(columns: Mapping[str, pa.Array], places: pa.Array) -> pa.Table:
    """Rows of columns, each column in one piece."""
    return pa.table({name: column.take(places) for name, column in columns.items()}).combine_chunks()


def prepare(module: str, one: Cohort) -> InMemory:
    """A cohort ready for an engine.

    Raises `ImportError` where it is not installed, `OSError` where a tool is missing, `CannotExpressError` for too many rules.
    """
    most = MOST_RULES.get(module)
    if most is not None and len(one.form.rules) > most:
        raise CannotExpressError(f"not given more than {most} rules: planning its query then takes minutes")
    made: InMemory = importlib.import_module(f"benchmarks.frames.{module}").prepare(one)
    return made


def converter(module: str) -> Callable[[Path, Path, Neutral], None]:
    """What turns a Parquet file of closed facts into one of results. Raises `ImportError` where the engine is not installed."""
    convert: Callable[[Path, Path, Neutral], None] = importlib.import_module(f"benchmarks.frames.{module}").file_to_file
    return convert
