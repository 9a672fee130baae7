"""A race of this library and its peers: ``python -m benchmarks`` (or ``make race``).

It checks that every contender gives equal results, times it, keeps the numbers in ``benchmarks/results.json`` and tells them in
``benchmarks/README.md``. It installs nothing: what is missing is said, with how to get it.
"""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence

import attrs

try:
    from benchmarks import books, cases, cohort_race, frames, growth, one_case, peers, report
except ImportError as error:
    raise SystemExit(f"{error}; a race needs what this installs: pip install 'hechting-rules[race]'") from error
from hechting_rules import Rulebook
from hechting_rules.rulebook import default_rulebook

OWN = "this rulebook"
OTHER = "explanations"
"""A benchmark of its own, which the same command can start."""


def main() -> None:
    """Run the parts of the race that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join((*RUN, OTHER))}; without one, all but the last")
    parser.add_argument("--rounds", type=int, default=7, help="how often each contender runs; medians are told (default 7)")
    parser.add_argument("--cases", type=int, default=200, help="how many single cases (default 200)")
    parser.add_argument("--rows", type=int, default=1_000_000, help="how many cases in a cohort (default 1,000,000)")
    parser.add_argument("--without", action="append", default=[], metavar="ENGINE", help="an engine to leave out, by its module")
    parser.add_argument("--dry", action="store_true", help="write nothing")
    asked = parser.parse_args()
    unknown = set(asked.parts) - {*RUN, OTHER}
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}; allowed: {', '.join((*RUN, OTHER))}")
    engines = {*peers.ENGINES, *frames.ENGINES}
    unknown = set(asked.without) - engines
    if unknown:
        parser.error(f"no such engine: {', '.join(sorted(unknown))}; allowed: {', '.join(sorted(engines))}")
    if OTHER in asked.parts:
        subprocess.run([sys.executable, "-m", "benchmarks.explanations", "--rounds", str(asked.rounds)], check=True)  # noqa: S603
    chosen = [part for part in RUN if part in asked.parts or not asked.parts]
    if chosen:
        say_what_is_missing(asked.without)
    for part in chosen:
        report.say(f"{part} ...")
        found = RUN[part](asked)
        if asked.dry:
            print(report.tables({part: {"machine": report.machine(), "found": found}}))
        else:
            report.write(report.keep(part, found))


def say_what_is_missing(without: Sequence[str]) -> None:
    """Tell which engines are left out for want of something, and what to install; but for those left out on purpose."""
    needed = {**peers.ENGINES, **frames.ENGINES}
    for module, distribution in needed.items():
        if module not in without and peers.version_of(distribution) is None:
            report.say(f"{module} is left out: {distribution} is not installed; try: pip install {distribution}")
    if shutil.which("java") is None and "spark_sql" not in without:
        report.say("spark_sql is left out: there is no Java (install a Java runtime, 17 or later)")
    if shutil.which("cc") is None and "straight_c" not in without:
        report.say("straight_c is left out: there is no C compiler (install one that is called as cc)")


def _books() -> dict[str, Rulebook]:
    return {OWN: default_rulebook(), **{f"{size} rules": books.made_up(size) for size in books.SIZES}}


def _one(asked: argparse.Namespace) -> dict[str, list[dict[str, object]]]:
    engines = [module for module in peers.ENGINES if module not in asked.without]
    found = {}
    for name, book in _books().items():
        report.say(f"  {name}")
        made = cases.made_up(book, asked.cases)
        found[name] = [attrs.asdict(one) for one in one_case.race(book, made, asked.rounds, engines=engines)]
    return found


def _explained(asked: argparse.Namespace) -> dict[str, object]:
    """`advise` beside the fastest of the peers, timed in the same part of the run."""
    book = default_rulebook()
    made = cases.made_up(book, max(1, asked.cases // 4))
    engines = [module for module in peers.ENGINES if module not in asked.without]
    decided = [one for one in one_case.race(book, made, asked.rounds, engines=engines) if one.microseconds is not None]
    fastest = next(one for one in decided if one.engine not in {one_case.OURS, one_case.ENGINE})
    advised = one_case.explained(book, made, asked.rounds)
    return {"advise": advised.microseconds, "decided": fastest.microseconds, "fastest": fastest.engine}


def _cohort(asked: argparse.Namespace) -> dict[str, dict[str, list[dict[str, object]]]]:
    engines = [module for module in frames.ENGINES if module not in asked.without]
    found = {}
    for name, book in _books().items():
        report.say(f"  {name}")
        made = cohort_race.without_quantities(cases.made_up(book, cohort_race.CASES))
        one = frames.cohort(book, made, asked.rows)
        rows = cohort_race.in_memory(one, asked.rounds, engines) + cohort_race.one_by_one(one, made, asked.rounds)
        found[name] = {"rows": [attrs.asdict(row) for row in rows]}
    return found


def _files(asked: argparse.Namespace) -> list[dict[str, object]]:
    book = default_rulebook()
    made = cohort_race.without_quantities(cases.made_up(book, cohort_race.CASES))
    one = frames.cohort(book, made, asked.rows)
    return [attrs.asdict(row) for row in cohort_race.file_to_file(one, asked.rounds)]


def _growth(asked: argparse.Namespace) -> list[dict[str, object]]:
    found = growth.curves(default_rulebook(), asked.rounds)
    if not asked.dry:
        try:
            growth.draw(found, report.DRAWING)
        except ImportError:
            report.say("nothing is drawn: matplotlib is not installed (pip install matplotlib)")
    return [attrs.asdict(curve) for curve in found]


RUN: Mapping[str, Callable[[argparse.Namespace], object]] = {
    "one": _one,
    "explained": _explained,
    "cohort": _cohort,
    "files": _files,
    "growth": _growth,
}

if __name__ == "__main__":
    main()
