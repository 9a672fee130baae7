"""Many cases decided, by this library and by engines on columns; equal results before any time counts.

In memory: from Arrow columns to Arrow columns. End to end: from a Parquet file to a Parquet file, beside pyarrow that only reads
and writes that file. One by one: `decide` on cases that are there already, and on cases that are first made from the rows.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import attrs
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import frames, timing
from benchmarks.neutral import DifferentError
from benchmarks.peers import CannotExpressError
from benchmarks.timing import Contender
from hechting_rules import Case, Rulebook, cohort, decide
from hechting_rules.profiles import find_profile
from hechting_rules.terms import Person

OURS = "cohort.decide"
ONE_BY_ONE = "decide, case by case"
ONE_BY_ONE_ROWS = "decide, row by row"
ROUND_TRIP = "pyarrow read and write"
STREAM = "cohort.decide_stream"
COMMAND = "hechting cohort"

ELSEWHERE = {COMMAND, "spark_sql"}
"""Contenders that work in other processes."""

CASES = 400
"""How many different cases a cohort is made of."""

SINGLE = 5_000
"""How many rows are decided one by one, as more would tell nothing new."""


@attrs.frozen
class Result:
    """Cases a second of one way to decide a cohort, or why there is none.

    ``of_processor``: a second of processor time of all threads; nothing where others than this process do the work.
    """

    engine: str
    rows: int
    per_second: float | None
    of_processor: float | None = None
    why_not: str = ""

    @classmethod
    def of(cls, engine: str, rows: int, lap: timing.Lap) -> "Result":
        """The speed of a lap over so many rows."""
        alone = engine not in ELSEWHERE and lap.processor
        return cls(engine, rows, rows / lap.wall, rows / lap.processor if alone else None)


def without_quantities(cases: Sequence[Case]) -> tuple[Case, ...]:
    """The cases that a `frames.Cohort` may be made of."""
    return tuple(case for case in cases if not case.quantities)


def in_memory(one: frames.Cohort, rounds: int, engines: Sequence[str] = tuple(frames.ENGINES)) -> list[Result]:
    """Cases a second from columns to columns, of this library and of each engine, or why an engine has none."""
    frames.check(named(ours(one), one), one.right, OURS)
    contenders, rows, missing = {OURS: _once(lambda: ours(one))}, {OURS: one.said.num_rows}, []
    for module in engines:
        part = one.first(one.said.num_rows // frames.SLOW.get(module, 1))
        rows[module] = part.said.num_rows
        try:
            ready = frames.prepare(module, part)
            frames.check(ready.results(ready.run()), part.right, module)
        except (ImportError, OSError, CannotExpressError) as error:
            missing.append(Result(module, rows[module], None, why_not=_reason(module, error)))
        else:
            contenders[module] = _once(ready.run)
    times = timing.medians(contenders, rounds)
    found = [Result.of(name, rows[name], lap) for name, lap in times.items()]
    return sorted(found, key=lambda result: -(result.per_second or 0)) + missing


def ours(one: frames.Cohort) -> pa.Table:
    """A cohort decided by this library. Every case can be used, so none may be set aside."""
    found = cohort.decide(one.said, one.book)
    if found.rejects.num_rows:
        raise DifferentError(f"{found.rejects.num_rows} cases are set aside: {found.rejects.slice(0, 1).to_pylist()}")
    return found.table


def named(found: pa.Table, one: frames.Cohort) -> pa.Table:
    """What this library told, by the short names of the neutral form."""
    return found.select(list(one.form.results)).rename_columns(list(one.form.results.values()))


def one_by_one(one: frames.Cohort, cases: Sequence[Case], rounds: int) -> list[Result]:
    """Cases a second of `decide`: on cases that are there, and on the first rows of the cohort made into cases."""
    rows = one.said.slice(0, min(SINGLE, one.said.num_rows)).to_pylist()
    contenders = {
        ONE_BY_ONE: Contender(lambda case: decide(case, one.book), tuple(cases)),
        ONE_BY_ONE_ROWS: Contender(lambda row: decide(case_of(row, one.book), one.book), tuple(rows)),
    }
    times = timing.medians(contenders, rounds)
    return [attrs.evolve(Result.of(name, 1, lap), rows=len(contenders[name].inputs)) for name, lap in times.items()]


def case_of(row: dict[str, object], book: Rulebook) -> Case:
    """One row as a case."""
    return Case.of(
        child=str(row[Person.CHILD] or ""),
        adult=str(row[Person.ADULT] or ""),
        present=[code for code in book.findings if row[code] is True],
        absent=[code for code in book.findings if row[code] is False],
    )


def file_to_file(one: frames.Cohort, rounds: int, *, command: bool = True) -> list[Result]:
    """Cases a second from Parquet to Parquet. Polars and DuckDB read closed facts, the others what this library takes."""
    rows = one.said.num_rows
    with tempfile.TemporaryDirectory() as folder:
        said, closed, out = (Path(folder, f"{name}.parquet") for name in ("said", "closed", "out"))
        pq.write_table(one.said, said)
        pq.write_table(one.closed, closed)
        runs: dict[str, Callable[[], object]] = {
            ROUND_TRIP: lambda: pq.write_table(pq.read_table(said), out),
            STREAM: lambda: stream(said, out, one.book),
        }
        if command:
            runs[COMMAND] = lambda: _command(said, out)
        contenders, missing = {}, []
        for name, run in runs.items():
            run()
            if name is not ROUND_TRIP:
                frames.check(named(pq.read_table(out), one), one.right, name)
            contenders[name] = _once(run)
        for module in ("polars_expressions", "duckdb_sql"):
            try:
                contenders[module] = _once(_converter(module, closed, out, one))
            except ImportError as error:
                missing.append(Result(module, rows, None, why_not=_reason(module, error)))
        times = timing.medians(contenders, rounds)
    found = [Result.of(name, rows, lap) for name, lap in times.items()]
    return sorted(found, key=lambda result: -(result.per_second or 0)) + missing


def stream(source: Path, target: Path, book: Rulebook) -> None:
    """From Parquet to Parquet in bounded memory, as a host would write it."""
    file = pq.ParquetFile(source)
    decider = cohort.Decider.of(file.schema_arrow.names, book, find_profile(book, None))
    writer = None
    for told, _ in cohort.decide_stream(decider, file.iter_batches(batch_size=cohort.ROWS)):
        if writer is None:
            writer = pq.ParquetWriter(target, told.schema)
        writer.write_batch(told)
    if writer is not None:
        writer.close()


def _command(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    command = [sys.executable, "-m", "hechting_rules", "cohort", str(source), str(target), "--restart"]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own command


def _converter(module: str, source: Path, target: Path, one: frames.Cohort) -> Callable[[], object]:
    """An engine that reads and writes files itself, checked once."""
    convert = frames.converter(module)
    convert(source, target, one.form)
    frames.check(pq.read_table(target), one.right, module)
    return lambda: convert(source, target, one.form)


def _once(run: Callable[[], object]) -> Contender:
    return Contender(lambda _: run(), (None,))


def _reason(module: str, error: Exception) -> str:
    return f"not installed: pip install {frames.ENGINES[module]}" if isinstance(error, ImportError) else str(error)
