"""Cohorts at full size: ``PYTHONPATH=tests python tests/soak/cohort_soak.py kill|memory|speed|long|same|scale`` (``--help``).

``kill``: a run is ended with kill -9 at ten random moments and goes on each time; what it leaves equals an undisturbed run, to
the byte. ``memory``: the peak memory of the largest process for a cohort and for one ten times as large. ``speed``: from Parquet
to Parquet, against pyarrow that only reads and writes the file. ``long``: a long frame decided, against a pivot of it. ``same``:
cohort, Spark and the kernel, which is given each row as facts, on a million cases. ``scale``: Spark on one core and on two. Each
ends with status 1 where it does not hold.
"""

import argparse
import hashlib
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from cohort_making import as_long, cohort
from hechting_rules.answered import program_for
from hechting_rules.cohort import decide
from hechting_rules.engine.kernel import run
from hechting_rules.facts import Fact, filled
from hechting_rules.rulebook import default_rulebook

PIECE = 1 << 16
KILLS = 10
STATUS = {True: "present", False: "absent"}
OBJECTS = {value: np.array(value, dtype=object) for value in (True, False, None)}
COMMAND = [sys.executable, "-m", "hechting_rules", "cohort"]


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def pieces(count: int, seed: int = 1) -> Iterator[pa.Table]:
    """A cohort in pieces, no two the same."""
    book = default_rulebook()
    for place, first in enumerate(range(0, count, PIECE)):
        yield cohort(book, min(PIECE, count - first), seed + place, first=first)


def written(count: int, path: Path, few: bool = False) -> Path:
    """A cohort as a Parquet file; ``few`` repeats one piece under other names, which is made sooner."""
    writer: pq.ParquetWriter | None = None
    one = next(pieces(PIECE)) if few else None
    for first in range(0, count, PIECE):
        length = min(PIECE, count - first)
        if one is None:
            table = next(pieces(length, 1 + first))
        else:
            names = pa.array([f"c{first + place:09d}" for place in range(length)])
            table = one.slice(0, length).set_column(0, "id", names)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()
    return path


def sums(folder: Path) -> dict[str, str]:
    """The sha256 of each file in a folder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def kill(count: int, processes: int, folder: Path) -> bool:
    """Ten kills of the parent alone, each a random while after up to five more chunks are done; then it may finish."""
    cases = written(count, folder / "in.parquet", few=True)
    more = ["--processes", str(processes), "--chunk", "8192", "--form", "lists", "--fired", "--explain", "c000000003"]

    def arguments(name: str) -> list[str]:
        (folder / name).mkdir(exist_ok=True)
        return [*COMMAND, str(cases), str(folder / name / "out.parquet"), *more, "--summary", str(folder / name / "summary.json")]

    start = time.perf_counter()
    subprocess.run(arguments("whole"), check=True, stdout=subprocess.DEVNULL)
    whole = time.perf_counter() - start
    chance, kills = random.Random(8), 0  # noqa: S311 - moments to kill at, the same each time
    while kills < KILLS:
        process = subprocess.Popen(arguments("killed"), stdout=subprocess.DEVNULL)
        wanted, latest = _done(folder) + chance.randint(0, 5), time.perf_counter() + chance.uniform(whole / 2, whole)
        while process.poll() is None and _done(folder) < wanted and time.perf_counter() < latest:
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.5))
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
            say(f"kill {kills}: {_done(folder)} chunks done")
        else:
            say("finished before the kill; begun again")
            if sums(folder / "killed") != sums(folder / "whole"):
                return False
            shutil.rmtree(folder / "killed")
    end = subprocess.run(arguments("killed"), check=True, capture_output=True, text=True)
    say(end.stdout.strip())
    equal = sums(folder / "killed") == sums(folder / "whole")
    say(f"{count} cases, {whole:.0f} s undisturbed: after {kills} kills {'the same bytes' if equal else 'OTHER BYTES'}")
    return equal


def _done(folder: Path) -> int:
    """How many chunks are done."""
    return len(list((folder / "killed").glob("*.part/chunk-*.json")))


def peak(arguments: list[str]) -> tuple[float, float, float]:
    """The seconds that a command takes, those of processors in all its processes, and the peak memory of the largest in MiB."""
    start = time.perf_counter()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def memory(count: int, processes: int, folder: Path) -> bool:
    found = []
    for number in (count // 10, count):
        for ending in ("parquet", "csv"):
            cases = written(number, folder / f"in-{number}.parquet", few=True)
            out = folder / f"out.{ending}"
            seconds, _, most = peak(
                [*COMMAND, str(cases), str(out), "--processes", str(processes), "--chunk", "16384", "--form", "lists"]
            )
            found.append(most)
            say(f"{number} cases to {ending}, {processes} processes: peak {most:.0f} MiB, {seconds:.1f} s")
    return max(found[2:]) < 1.25 * max(found[:2])


def speed(count: int, processes: int, folder: Path) -> bool:
    """Rounds of both in turn, and the median ratios: of the clock, which others on the machine disturb, and of processor time."""
    cases, clock, work = written(count, folder / "in.parquet", few=True), [], []
    alone = "import sys, pyarrow.parquet as pq; pq.write_table(pq.read_table(sys.argv[1]), sys.argv[2])"
    for _ in range(3):
        plain, plain_work, _ = peak([sys.executable, "-c", alone, str(cases), str(folder / "copy.parquet")])
        ours, our_work, _ = peak([*COMMAND, str(cases), str(folder / "out.parquet"), "--processes", str(processes)])
        clock.append(plain / ours)
        work.append(plain_work / our_work)
        say(f"pyarrow alone {plain:.1f} s ({plain_work:.1f} of processors), decided {ours:.1f} s ({our_work:.1f})")
    ratios = f"clock {statistics.median(clock):.2f}, processors {statistics.median(work):.2f} (medians of {len(clock)})"
    say(f"{count} cases, {processes} processes: speed, of reading and writing alone: {ratios}")
    return max(statistics.median(clock), statistics.median(work)) >= 1 / 3


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def long(count: int, folder: Path) -> bool:
    """Reading a long frame by a scatter, against its pivot by Polars if that is there, else by pandas."""
    wide = next(pieces(min(count, PIECE)))
    rows = pa.concat_tables([_named(as_long(wide), place) for place in range(max(1, count // PIECE))])
    pq.write_table(rows, folder / "long.parquet")
    scatter = timed(lambda: decide(rows, long=True))
    try:
        import polars as pl  # noqa: PLC0415 - a peer, which need not be there
    except ImportError:
        say("polars is not there to pivot")
        return True
    frame = pl.DataFrame(rows)
    pivot = timed(lambda: frame.pivot(on="finding", index="case", values="status", aggregate_function="first"))
    say(f"{rows.num_rows} rows: read and decided {scatter:.2f} s; a pivot alone {pivot:.2f} s, ratio {pivot / scatter:.1f}")
    return scatter < pivot


def _named(rows: pa.Table, place: int) -> pa.Table:
    names = pa.compute.binary_join_element_wise(rows["case"], str(place), "-")
    return rows.set_column(0, "case", names)


def same(count: int, folder: Path) -> bool:
    """Kernel and cohort, piece by piece; then Spark on all of it."""
    book = default_rulebook()
    program = program_for(book, book.profiles["default"])
    seen = refused = 0
    writer: pq.ParquetWriter | None = None
    for table in pieces(count):
        mixed = _spoiled(table, seen)
        writer = writer or pq.ParquetWriter(folder / "in.parquet", mixed.schema)
        writer.write_table(mixed)
        found = decide(mixed)
        place = {name: row for row, name in enumerate(found.table["id"].to_pylist())}
        columns = {code: found.table[code].to_numpy() for code in book.order}
        values = run(program.steps, filled(_masks(mixed), mixed.num_rows, program, book))
        wrong = _bits(values[program.refused], mixed.num_rows)
        names = mixed["id"].to_pylist()
        refused += int(wrong.sum())
        assert [name in place for name in names] == (~wrong).tolist()
        at = np.array([place[name] for name, bad in zip(names, wrong, strict=True) if not bad], dtype=np.int64)
        for code in book.order:
            plane = program.results[code]
            there, out = (_bits(values[bits], mixed.num_rows)[~wrong] for bits in (plane.established, plane.out))
            expected = np.select([there, out], [OBJECTS[True], OBJECTS[False]], OBJECTS[None])
            assert (columns[code][at] == expected).all(), code
        seen += mixed.num_rows
        say(f"{seen} cases: kernel = cohort ({refused} refused by both)")
    if writer is not None:
        writer.close()
    return _same_in_spark(folder)


def _masks(table: pa.Table) -> dict[Fact, int]:
    """The cases that state each fact, read without the readers of cohorts."""
    found: dict[Fact, int] = {}
    for name in table.column_names[1:]:
        values = table[name].to_pandas()
        for value in values.dropna().unique():
            fact = Fact(name, STATUS[bool(value)] if isinstance(value, bool | np.bool_) else str(value))
            mask = (values == value).to_numpy(dtype=bool, na_value=False)
            found[fact] = int.from_bytes(np.packbits(mask, bitorder="little").tobytes(), "little")
    return found


def _bits(number: int, length: int) -> np.ndarray:
    raw = np.frombuffer(number.to_bytes((length + 7) // 8, "little"), dtype=np.uint8)
    return np.unpackbits(raw, bitorder="little", count=length).astype(bool)


def _spoiled(table: pa.Table, seen: int) -> pa.Table:
    """Some rows contradict themselves: a finding without one that it implies, or two together that exclude each other."""
    rng = np.random.default_rng(seen)
    for code, finding in default_rulebook().findings.items():
        for other in (*finding.implies, *finding.excludes)[:1]:
            rows = rng.random(table.num_rows) < 0.0005
            truth = other in finding.excludes
            for name, value in ((code, True), (other, truth)):
                column = pa.compute.if_else(pa.array(rows), pa.scalar(value), table[name])
                table = table.set_column(table.column_names.index(name), name, column)
    return table


def _same_in_spark(folder: Path) -> bool:
    from pyspark.sql import SparkSession  # noqa: PLC0415 - only this needs it

    from hechting_rules.cohort.spark import PROBLEMS, decide_frame  # noqa: PLC0415

    builder = SparkSession.builder.master("local[2]").config("spark.driver.memory", "4g").config("spark.ui.enabled", "false")
    session = builder.config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1").getOrCreate()
    session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", str(PIECE))
    decide_frame(session.read.parquet(str(folder / "in.parquet"))).write.parquet(str(folder / "spark"))
    session.stop()
    whole = pq.read_table(folder / "in.parquet")
    expected = decide(whole)
    found = pq.read_table(folder / "spark").sort_by("id")
    good = found.filter(pa.compute.is_null(found[PROBLEMS]))
    bad = found.num_rows - good.num_rows
    ordered = expected.table.sort_by("id")
    agree = all(good[name].combine_chunks().equals(ordered[name].combine_chunks()) for name in default_rulebook().order)
    say(f"{whole.num_rows} cases: cohort {'=' if agree else 'IS NOT'} Spark ({bad} with problems)")
    return agree and good.num_rows == ordered.num_rows and bad == len(set(expected.rejects["id"].to_pylist()))


def scale(count: int, folder: Path) -> bool:
    """Spark on one core and on two, the answer thrown away: how the time goes down with the cores."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 - only this and the one above need it

    from hechting_rules.cohort.spark import decide_frame  # noqa: PLC0415

    written(count, folder / "in.parquet", few=True)
    found = []
    for cores in (1, 2):
        builder = SparkSession.builder.master(f"local[{cores}]").config("spark.ui.enabled", "false")
        session = builder.config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1").getOrCreate()
        session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", str(PIECE))
        session.conf.set("spark.sql.files.maxPartitionBytes", str((folder / "in.parquet").stat().st_size // 8))

        def work(session: SparkSession = session) -> None:
            decide_frame(session.read.parquet(str(folder / "in.parquet"))).write.format("noop").mode("overwrite").save()

        work()
        found.append(statistics.median(timed(work) for _ in range(3)))
        session.stop()
        say(f"{count} cases, Spark on {cores} cores: {found[-1]:.1f} s (median of 3, after a first run)")
    say(f"two cores against one: {found[0] / found[1]:.2f} times as fast")
    return found[1] < found[0]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["kill", "memory", "speed", "long", "same", "scale"])
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--processes", type=int, default=2)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if told.what in {"kill", "memory", "speed"}:
            work = {"kill": kill, "memory": memory, "speed": speed}[told.what]
            held = work(told.cases, told.processes, folder)
        else:
            held = {"long": long, "same": same, "scale": scale}[told.what](told.cases, folder)
    say("holds" if held else "DOES NOT HOLD")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
