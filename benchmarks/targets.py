"""What the race was meant to show, and whether it does: ratios by rulebook, from the results that are kept."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from benchmarks import cohort_race as many
from benchmarks import one_case

FRAMES = {
    "polars_same_frame": "Polars on the same frame",
    "polars_expressions": "Polars on closed facts",
    "duckdb_sql": "DuckDB",
    "spark_sql": "Spark SQL",
}

Rows = Sequence[Mapping[str, Any]]


@attrs.frozen
class Target:
    """A ratio that ought to be at least (or, ``below``, at most) some number, and what it was with each rulebook."""

    what: str
    wanted: float
    found: Mapping[str, float]
    below: bool = False

    def met(self, ratio: float) -> bool:
        """Whether a ratio is as it ought to be."""
        return ratio <= self.wanted if self.below else ratio >= self.wanted


def targets(results: Mapping[str, Any]) -> Iterator[Target]:
    """Those that can be told from what was raced."""
    if "one" in results:
        books = results["one"]["found"]
        yield Target("one case: fastest peer / `decide`", 5, {name: _ahead(rows, one_case.OURS) for name, rows in books.items()})
        like = {name: _ahead(rows, one_case.ENGINE) for name, rows in books.items()}
        yield Target("one case, like for like: fastest peer / counters of `decide` alone", 5, like)
    if "explained" in results:
        found = results["explained"]["found"]
        ratio = {"this rulebook": found["decided"] / found["advise"]}
        yield Target("one case: fastest peer's bare decision / `advise`", 1, ratio)
    if "cohort" in results:
        yield from _cohorts({name: one["rows"] for name, one in results["cohort"]["found"].items()})
    if "files" in results:
        speed = _speeds(results["files"]["found"], "per_second")
        what = "Parquet to Parquet: `cohort.decide_stream` / pyarrow that only reads and writes the file"
        yield Target(what, 1 / 3, {"this rulebook": speed[many.STREAM] / speed[many.ROUND_TRIP]})
        if many.COMMAND in speed:
            what = "Parquet to Parquet: `hechting cohort` with its start / pyarrow"
            yield Target(what, 1 / 3, {"this rulebook": speed[many.COMMAND] / speed[many.ROUND_TRIP]})
    if "growth" in results:
        slopes = {f"{curve['what']}, by {curve['by']}": curve["slope"] for curve in results["growth"]["found"]}
        yield Target("growth: slope of time in logarithms", 1.1, slopes, below=True)


def _ahead(rows: Rows, ours: str) -> float:
    """How many times as long the fastest peer takes."""
    own = {one_case.OURS, one_case.ENGINE}
    times = [row["microseconds"] for row in rows if row["engine"] not in own and row["microseconds"]]
    return float(min(times) / next(row["microseconds"] for row in rows if row["engine"] == ours))


def _cohorts(books: Mapping[str, Rows]) -> Iterator[Target]:
    def ratio(clock: str, above: Callable[[Mapping[str, float]], float | None]) -> dict[str, float]:
        found = {name: above(_speeds(rows, clock)) for name, rows in books.items()}
        return {name: value for name, value in found.items() if value is not None}

    def over(other: str) -> Callable[[Mapping[str, float]], float | None]:
        return lambda speed: speed[many.OURS] / speed[other] if other in speed else None

    for clock, told in (("per_second", "wall"), ("of_processor", "processor")):
        yield Target(f"cohort / case by case ({told})", 100, ratio(clock, over(many.ONE_BY_ONE)))
        yield Target(
            f"packed NumPy / cohort ({told})", 2, {n: 1 / r for n, r in ratio(clock, over("packed_numpy")).items()}, below=True
        )
        for module, name in FRAMES.items():
            found = ratio(clock, over(module))
            if found:
                yield Target(f"cohort / {name} ({told})", 1, found)


def _speeds(rows: Rows, clock: str) -> dict[str, float]:
    return {row["engine"]: row[clock] for row in rows if row[clock]}


def table(found: Sequence[Target]) -> Iterator[list[str]]:
    """A row for each target: what, wanted, and each ratio, in bold where it is not as wanted."""
    for target in found:
        sign = "at most" if target.below else "at least"
        ratios = [
            f"{name}: {_told(ratio)}" if target.met(ratio) else f"**{name}: {_told(ratio)}**"
            for name, ratio in target.found.items()
        ]
        yield [target.what, f"{sign} {_told(target.wanted)}", "; ".join(ratios)]


def _told(ratio: float) -> str:
    return f"{ratio:.0f}" if ratio >= 100 else f"{ratio:.2g}"
