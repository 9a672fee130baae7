"""How time grows with cases and with rules: points, the slope of a line through their logarithms, and a drawing."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import attrs
import numpy as np
import pyarrow as pa

from benchmarks import books, cases, frames, timing
from benchmarks.cohort_race import CASES, without_quantities
from benchmarks.timing import Contender
from hechting_rules import Case, Rulebook, cohort, decide
from hechting_rules.profiles import find_profile

COUNTS = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
LARGEST = 1_000_000
"""How many rows are in memory at once; more are the same ones again."""

STEADY = 100_000
"""From how many cases on a run costs much more than its beginning."""

SIZES = (*books.SIZES[:1], 100, *books.SIZES[1:2], 300, *books.SIZES[2:3], 1000, *books.SIZES[3:])


@attrs.frozen
class Curve:
    """Seconds of processor time by the number of something; ``slope`` is that of the line through the logarithms.

    A slope of 1 says that cost is in proportion.
    """

    what: str
    by: str
    points: tuple[tuple[int, float], ...]
    slope: float


def curves(book: Rulebook, rounds: int) -> list[Curve]:
    """Cohorts by cases; cohorts and single cases by rules."""
    return [_by_cases(book, rounds), *_by_rules(rounds)]


def _by_cases(book: Rulebook, rounds: int) -> Curve:
    one = frames.cohort(book, without_quantities(cases.made_up(book, CASES)), min(LARGEST, max(COUNTS)))
    decider = cohort.Decider.of(one.said.schema.names, book, find_profile(book, None))
    batches = one.said.to_batches()

    def run(count: int) -> None:
        for _ in cohort.decide_stream(decider, _first(batches, count)):
            pass

    contenders = {str(count): Contender(run, (count,)) for count in COUNTS}
    times = timing.medians(contenders, rounds)
    points = tuple((count, times[str(count)].processor) for count in COUNTS)
    return Curve("a cohort, this rulebook", "cases", points, slope([p for p in points if p[0] >= STEADY]))


def _first(batches: Sequence[pa.RecordBatch], count: int) -> Iterator[pa.RecordBatch]:
    """So many rows, from the beginning again where there are not so many."""
    while count:
        for batch in batches:
            part = batch.slice(0, count)
            yield part
            count -= part.num_rows


def _by_rules(rounds: int, rows: int = 200_000) -> Iterator[Curve]:
    many, single = {}, {}
    for size in SIZES:
        book = books.made_up(size)
        made = cases.made_up(book, CASES)
        for case in made:
            decide(case, book)
        single[str(size)] = Contender(_decided(book), made)
        many[str(size)] = Contender(_cohort_decided(book), (frames.cohort(book, made, rows).said,))
    for what, contenders in ((f"a cohort of {rows:,} cases", many), ("one case", single)):
        times = timing.medians(contenders, rounds)
        points = tuple((size, times[str(size)].processor) for size in SIZES)
        yield Curve(what, "rules", points, slope(points))


def _decided(book: Rulebook) -> Callable[[Case], object]:
    return lambda case: decide(case, book)


def _cohort_decided(book: Rulebook) -> Callable[[pa.Table], object]:
    return lambda said: cohort.decide(said, book)


def slope(points: Sequence[tuple[int, float]]) -> float:
    """The slope of the line of least squares through the logarithms of points."""
    x, y = np.log([p[0] for p in points]), np.log([p[1] for p in points])
    return float(np.polyfit(x, y, 1)[0])


def draw(found: Sequence[Curve], path: Path) -> None:
    """The curves as an SVG file, the same for the same numbers. Raises `ImportError` without matplotlib."""
    import matplotlib as mpl  # noqa: PLC0415 - only a drawing needs it
    from matplotlib import pyplot as plt  # noqa: PLC0415 - the same

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "hechting", "svg.fonttype": "none", "font.size": 9})
    figure, panels = plt.subplots(1, len(found), figsize=(3.4 * len(found), 2.8), layout="constrained")
    for panel, curve in zip(panels, found, strict=True):
        x, y = zip(*curve.points, strict=True)
        panel.loglog(x, y, "o-", color="#1f6f8b", markersize=4)
        panel.loglog(x, [y[-1] * one / x[-1] for one in x], ":", color="#999999")
        panel.set(title=curve.what, xlabel=curve.by, ylabel="seconds")
        panel.grid(alpha=0.3)
    figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)
