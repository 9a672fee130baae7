"""What a race found, kept as JSON and told as tables in ``benchmarks/README.md`` between two markers."""

import json
import os
import platform
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import cohort_race as many
from benchmarks import frames, one_case, peers, targets
from hechting_rules.version import VERSION

HERE = Path(__file__).parent
README, RESULTS, DRAWING = HERE / "README.md", HERE / "results.json", HERE / "growth.svg"
BEGIN, END = "<!-- race: made by python -m benchmarks -->", "<!-- end of race -->"

LABELS: Mapping[str, str] = {
    one_case.OURS: "**decide**",
    one_case.ENGINE: "**counters of decide alone**",
    one_case.EXPLAINED: "**advise**",
    many.OURS: "**cohort.decide**",
    many.STREAM: "**cohort.decide_stream**",
    many.COMMAND: "**hechting cohort**",
    "polars_same_frame": "Polars, from the same frame",
    "polars_expressions": "Polars, expressions on closed facts",
    "duckdb_sql": "DuckDB, SQL",
    "spark_sql": "Spark SQL",
    "packed_numpy": "packed NumPy",
    "straight_c": "straight C",
}
"""How contenders are called in tables; this library's own in bold."""


def machine() -> dict[str, Any]:
    """What a race ran on: processor, Python, versions, how busy the machine was, and when."""
    distributions = sorted({*peers.ENGINES.values(), *frames.ENGINES.values(), "pyarrow"})
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "system": platform.system(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "versions": {"hechting-rules": VERSION, **{name: peers.version_of(name) or "-" for name in distributions}},
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def keep(section: str, found: Any) -> dict[str, Any]:
    """Add what a part of a race found to the results on disk; the whole of them."""
    results: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else {}
    results[section] = {"machine": machine(), "found": found}
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return results


def write(results: Mapping[str, Any]) -> None:
    """Put the tables into the README, in place of those there."""
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    README.write_text(f"{before}{BEGIN}\n\n{tables(results)}\n{END}{after}", encoding="utf-8")


def tables(results: Mapping[str, Any]) -> str:
    """All tables, as Markdown."""
    parts = ["### Wanted and found\n\nRatios; in bold what is not as wanted.\n"]
    parts += [*_table(["ratio", "wanted", "found"], list(targets.table(list(targets.targets(results))))), ""]
    for name, tell in TELLERS.items():
        if name in results:
            parts += [*tell(results[name]["found"]), _ran(results[name])]
    return "\n".join([*parts, *_versions(results)])


def _ran(section: Mapping[str, Any]) -> str:
    on = section["machine"]
    load = "" if on["load"] is None else f", load {on['load']} when it ended"
    return f"*{on['date']}, {on['python']}, {on['processor']}, {on['cores']} cores{load}.*\n"


def _one(found: Mapping[str, Any]) -> Iterator[str]:
    """A row for each engine by its fastest way with each rulebook, a column for each rulebook."""
    yield "### One case decided\n"
    yield "Microseconds of processor time for one case, the fastest way of each engine; in brackets how many times `decide`.\n"
    sizes = list(found)
    fastest = {size: _fastest(rows) for size, rows in found.items()}
    names = list(dict.fromkeys(row["engine"] for rows in found.values() for row in rows))
    first = fastest[sizes[0]]
    names.sort(key=lambda name: first[name]["microseconds"] or float("inf"))
    rows = []
    for name in names:
        cells = [_time(fastest[size].get(name), fastest[size][one_case.OURS]["microseconds"]) for size in sizes]
        rows.append([LABELS.get(name, name), *cells, _ways(name, fastest)])
    yield from _table(["engine", *sizes, "fastest way"], rows)
    why = {(row["engine"], size, row["why_not"]) for size, rows in found.items() for row in rows if row["why_not"]}
    yield "".join(f"\n- {engine}, {size}: {text}" for engine, size, text in sorted(why)) or ""
    yield ""


def _fastest(rows: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    best: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        known = best.get(row["engine"])
        if known is None or (row["microseconds"] or float("inf")) < (known["microseconds"] or float("inf")):
            best[row["engine"]] = row
    return best


def _time(row: Mapping[str, Any] | None, ours: float) -> str:
    if row is None or row["microseconds"] is None:
        return "-"
    return f"{_short(row['microseconds'])} ({row['microseconds'] / ours:.1f}x)"


def _ways(name: str, fastest: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> str:
    return "; ".join(dict.fromkeys(best[name]["way"] for best in fastest.values() if name in best and best[name]["way"]))


def _explained(found: Mapping[str, Any]) -> Iterator[str]:
    yield "### One case with all explanations\n"
    far = found["advise"] / found["decided"]
    row = [f"{_short(found['advise'])} µs", f"{found['fastest']}: {_short(found['decided'])} µs", f"{far:.0f}x"]
    yield from _table(["**advise**, every reason, question and text", "the fastest peer's bare decision", "how far"], [row])
    yield ""


def _cohort(found: Mapping[str, Any]) -> Iterator[str]:
    """A row for each engine, a column for each rulebook: by the wall, then by the processor."""
    yield "### A cohort in memory\n"
    yield "Million cases a second from columns to columns; in brackets how many times as fast as `cohort.decide`.\n"
    sizes = list(found)
    names = list(dict.fromkeys(row["engine"] for one in found.values() for row in one["rows"]))
    most = {size: max(row["rows"] for row in found[size]["rows"]) for size in sizes}
    fewer = {row["engine"]: row["rows"] for one in found.values() for row in one["rows"] if row["rows"] < max(most.values())}
    for clock, told in (("per_second", "by the clock on the wall"), ("of_processor", "a second of processor time, all threads")):
        rows = []
        for name in names:
            speeds = [{row["engine"]: row[clock] for row in found[size]["rows"]} for size in sizes]
            label = LABELS.get(name, name) + (f" ({fewer[name]:,} cases)" if name in fewer else "")
            rows.append([label, *(_speed(speed.get(name), speed[many.OURS]) for speed in speeds)])
        yield from _table([told, *(f"{size}, {most[size]:,} cases" for size in sizes)], rows)
        yield ""
    named = [(LABELS.get(row["engine"], row["engine"]), row["why_not"]) for one in found.values() for row in one["rows"]]
    why = {one for one in named if one[1]}
    yield "".join(f"\n- {engine}: {text}" for engine, text in sorted(why)) or ""
    yield ""


def _speed(speed: float | None, ours: float) -> str:
    return "-" if speed is None else f"{speed / 1e6:.3g} ({speed / ours:.2g}x)"


def _files(found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "### From a Parquet file to a Parquet file\n"
    yield "Thousand cases a second, and how many times as fast as pyarrow, which only reads and writes the file.\n"
    trip = next(row for row in found if row["engine"] == many.ROUND_TRIP)
    rows = []
    for row in found:
        cells = [
            f"{_short(row[clock] / 1e3)} ({row[clock] / trip[clock]:.2f}x)" if row[clock] else row["why_not"] or "-"
            for clock in ("per_second", "of_processor")
        ]
        rows.append([LABELS.get(row["engine"], row["engine"]), *cells])
    yield from _table(
        [f"{found[0]['rows']:,} cases, this rulebook", "by the clock on the wall", "a second of processor time"], rows
    )
    yield ""


def _growth(found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield "### Growth\n"
    yield "![time by cases and by rules](growth.svg)\n"
    rows = []
    for curve in found:
        times = ", ".join(f"{count:,}: {_seconds(time)}" for count, time in curve["points"])
        rows.append([curve["what"], curve["by"], f"{curve['slope']:.2f}", times])
    yield from _table(["what", "by", "slope (1: in proportion)", "time"], rows)
    yield ""


TELLERS: Mapping[str, Callable[[Any], Iterator[str]]] = {
    "one": _one,
    "explained": _explained,
    "cohort": _cohort,
    "files": _files,
    "growth": _growth,
}
"""What tells each part of a race, in the order in which they stand."""


def _seconds(time: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if time >= size:
            return f"{_short(time / size)} {unit}"
    return f"{_short(time / 1e-6)} µs"


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _versions(results: Mapping[str, Any]) -> Iterator[str]:
    known: dict[str, str] = {}
    for section in results.values():
        known.update({name: version for name, version in section["machine"]["versions"].items() if version != "-"})
    yield "### Versions\n\n" + ", ".join(f"{name} {version}" for name, version in sorted(known.items())) + ".\n"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def say(text: str) -> None:
    """Tell how far a race is."""
    print(text, file=sys.stderr, flush=True)
