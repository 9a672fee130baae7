"""Cohorts as files: read, decided, written; killed and gone on with; nothing is lost, and nothing comes twice."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cohort_making import as_long, cohort
from hechting_rules import Rulebook, advise
from hechting_rules.cohort import decide, plan, workfolder
from hechting_rules.cohort.block import cases_at
from hechting_rules.cohort.files import Kind
from hechting_rules.cohort.job import Job, carry_out
from hechting_rules.cohort.reading import Columns, read_wide
from hechting_rules.cohort.workfolder import lines
from hechting_rules.errors import UsageError
from hechting_rules.render.json import to_mapping
from hechting_rules.terms import Language

COUNT, CHUNK = 300, 80


@pytest.fixture(scope="module")
def wide(book: Rulebook) -> pa.Table:
    """A cohort in which some rows contradict themselves."""
    table = cohort(book, COUNT, 5)
    place = table.schema.get_field_index("child")
    spoiled = ["babby" if row % 97 == 3 else value for row, value in enumerate(table["child"].to_pylist())]
    return table.set_column(place, "child", pa.array(spoiled, pa.string()))


def write(table: pa.Table, path: Path) -> Path:
    if path.suffix == ".parquet":
        pq.write_table(table, path, row_group_size=77)
    elif path.suffix == ".csv":
        pacsv.write_csv(table, path)
    else:
        rows = ({name: value for name, value in row.items() if value is not None or name == "id"} for row in table.to_pylist())
        path.write_bytes(b"".join(lines(rows)))
    return path


def answer(path: Path) -> list[dict[str, Any]]:
    """What a file of answers says, in the words of a Parquet file."""
    if path.suffix == ".parquet":
        return list(pq.read_table(path).to_pylist())
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    truth = {"true": True, "false": False, "": None}
    return [{n: v if n == "id" else v.split() if n == "withheld_by" else truth[v] for n, v in row.items()} for row in rows]


def made(cases: Path, out: Path, **more: Any) -> Job:
    return Job(cases=cases, out=out, chunk=CHUNK, **more)


@pytest.mark.parametrize("ending", [".parquet", ".csv", ".jsonl"])
@pytest.mark.parametrize("written", [".parquet", ".csv", ".jsonl"])
def test_a_file_of_any_kind_is_answered_as_the_frame_in_it(wide: pa.Table, tmp_path: Path, ending: str, written: str) -> None:
    job = made(write(wide, tmp_path / f"in{ending}"), tmp_path / f"out{written}")
    ran = carry_out(job, job.plan())
    expected = decide(wide)
    assert answer(job.out) == expected.table.to_pylist()
    assert (ran.used, ran.rejected, ran.chunks) == (expected.table.num_rows, COUNT - expected.table.num_rows, -(-COUNT // CHUNK))
    with job.outputs.rejects.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    first = {".parquet": 1, ".csv": 2, ".jsonl": 1}[ending]
    assert [{**row, "row": int(row["row"]) - first} for row in rows] == expected.rejects.to_pylist()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([f"in{ending}", f"out{written}", "out.rejects.csv"])


@pytest.mark.parametrize("ending", [".parquet", ".csv", ".jsonl"])
def test_a_long_file_is_answered_as_the_frame_in_it(wide: pa.Table, tmp_path: Path, ending: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(plan, "LONG_ROWS", 999)
    long = as_long(wide)
    job = made(write(long, tmp_path / f"in{ending}"), tmp_path / "out.parquet", long=True, form="lists")
    ran = carry_out(job, job.plan())
    assert answer(job.out) == decide(long, long=True, form="lists").table.to_pylist()
    assert ran.chunks > 3


def everything(job: Job) -> dict[str, bytes]:
    """All files that a run leaves."""
    return {path.name: path.read_bytes() for path in job.out.parent.iterdir()}


EVERYTHING = {"explain": ("c000000001", "c000000250"), "form": "lists", "fired": True}


@pytest.mark.parametrize("written", ["out.parquet"])
def test_two_processes_write_the_same_bytes_as_one(wide: pa.Table, tmp_path: Path, written: str) -> None:
    cases = write(wide, tmp_path / "in.parquet")
    found = []
    for processes in (1, 2):
        (tmp_path / str(processes)).mkdir()
        job = made(cases, tmp_path / str(processes) / written, processes=processes, **EVERYTHING)
        assert carry_out(job, job.plan()).resumed == 0
        found.append(everything(job))
    assert found[0] == found[1]


class Killed(BaseException):
    """The power went out."""


def killed_at(step: int, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let the run die at one of its writes: before the file has its name, half of it written."""
    left = [step]
    whole = workfolder.write_whole

    def dying(path: Path, write: Callable[..., Any]) -> None:
        left[0] -= 1
        if left[0] < 0:
            path.with_name(f".{path.name}.1").write_bytes(b"half")
            raise Killed
        whole(path, write)

    for module in ("workfolder", "running", "job"):
        monkeypatch.setattr(f"hechting_rules.cohort.{module}.write_whole", dying)
    return monkeypatch.undo


def test_a_run_that_dies_at_any_write_goes_on_to_the_same_bytes(wide: pa.Table, tmp_path: Path, monkeypatch: Any) -> None:
    cases = write(wide, tmp_path / "in.parquet")
    (tmp_path / "whole").mkdir()
    job = made(cases, tmp_path / "whole" / "out.parquet", summary=tmp_path / "whole" / "s.json", **EVERYTHING)
    carry_out(job, job.plan())
    expected, step, died = everything(job), 0, True
    while died:
        folder = tmp_path / f"{step}"
        folder.mkdir()
        job = made(cases, folder / "out.parquet", summary=folder / "s.json", **EVERYTHING)
        undo = killed_at(step, monkeypatch)
        try:
            carry_out(job, job.plan())
            died = False
        except Killed:
            undo()
            ran = carry_out(job, job.plan())
            assert (ran.used + ran.rejected, ran.chunks) == (COUNT, 4)
            for path in folder.glob(".*.1"):
                path.unlink()
        assert everything(job) == expected, f"killed at write {step}"
        step += 4
    assert step > 15


RUN = """
import sys
from pathlib import Path
from hechting_rules.cohort.job import Job, carry_out
if __name__ == "__main__":
    job = Job(cases=Path(sys.argv[1]), out=Path(sys.argv[2]), chunk=16, processes=2, form="lists")
    carry_out(job, job.plan())
"""


def test_a_killed_run_goes_on_to_the_same_bytes(wide: pa.Table, tmp_path: Path) -> None:
    """A real kill -9, of the parent alone: its processes end by themselves."""
    cases = write(wide, tmp_path / "in.parquet")
    program = tmp_path / "program.py"
    program.write_text(RUN, encoding="utf-8")
    out = tmp_path / "killed" / "out.parquet"
    out.parent.mkdir()
    process = subprocess.Popen([sys.executable, str(program), str(cases), str(out)])
    work = workfolder.folder_of(out)
    while process.poll() is None and len(list(work.glob("chunk-*.json"))) < 3:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not out.exists()
    (tmp_path / "whole").mkdir()
    jobs = [Job(cases=cases, out=path, chunk=16, form="lists") for path in (out, tmp_path / "whole" / "out.parquet")]
    resumed, whole = (carry_out(job, job.plan()) for job in jobs)
    assert resumed.resumed >= 3
    assert whole.resumed == 0
    assert everything(jobs[0]) == everything(jobs[1])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"form": "lists"}, "the options"),
        ({"results": ("discuss.child_signals",)}, "the options"),
        ({"profile": "nl"}, "the profile"),
        ({"cases": "other.parquet"}, "the input"),
    ],
)
def test_another_run_is_not_gone_on_with(wide: pa.Table, tmp_path: Path, monkeypatch: Any, change: Any, told: str) -> None:
    cases = write(wide, tmp_path / "in.parquet")
    write(wide.slice(1), tmp_path / "other.parquet")
    job = made(cases, tmp_path / "out.parquet")
    undo = killed_at(5, monkeypatch)
    with pytest.raises(Killed):
        carry_out(job, job.plan())
    undo()
    change = {name: tmp_path / value if name == "cases" else value for name, value in change.items()}
    other = made(**({"cases": cases, "out": job.out} | change))
    with pytest.raises(UsageError, match=f"out.parquet.part: holds an unfinished run in which something else was {told}"):
        carry_out(other, other.plan())
    again = made(**({"cases": cases, "out": job.out, "restart": True} | change))
    assert carry_out(again, again.plan()).resumed == 0


def test_another_rulebook_is_not_gone_on_with(wide: pa.Table, tmp_path: Path, monkeypatch: Any) -> None:
    job = made(write(wide, tmp_path / "in.parquet"), tmp_path / "out.parquet")
    undo = killed_at(5, monkeypatch)
    with pytest.raises(Killed):
        carry_out(job, job.plan())
    undo()
    rules = tmp_path / "rules"
    shutil.copytree(Path(__file__).parents[1] / "rules", rules)
    with (rules / "rulebook.yaml").open("a", encoding="utf-8") as file:
        file.write("# another\n")
    other = made(job.cases, job.out, rules=rules)
    with pytest.raises(UsageError, match="something else was the rulebook"):
        carry_out(other, other.plan())


def test_an_input_that_changes_on_the_way_is_refused(wide: pa.Table, tmp_path: Path) -> None:
    job = made(write(wide, tmp_path / "in.parquet"), tmp_path / "out.parquet")
    opened = job.plan()
    os.utime(job.cases, (1, 1))
    with pytest.raises(UsageError, match="was changed while it was read"):
        carry_out(job, opened)
    assert not job.out.exists()


def test_chosen_cases_are_explained_in_full(wide: pa.Table, tmp_path: Path, book: Rulebook) -> None:
    job = made(write(wide, tmp_path / "in.parquet"), tmp_path / "out.parquet", explain=("c000000001", "nobody"))
    assert carry_out(job, job.plan()).explained == {"c000000001"}
    batch = wide.slice(1, 1).to_batches()[0]
    (case,) = cases_at(read_wide(batch, Columns.of(wide.column_names, book), book, np.arange(1)), [0])
    told = [json.loads(line) for line in job.outputs.explained.read_text("utf-8").splitlines()]
    assert told == [to_mapping(advise(case, book), Language.NL)]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text('a,\n"; é', max_size=4), min_size=1, max_size=8))
def test_names_of_cases_come_back_as_they_were(tmp_path: Path, names: list[str]) -> None:
    table = pa.table({"id": names, "baby.avoids_eye_contact": pa.array([True] * len(names))})
    for ending in (".csv", ".jsonl", ".parquet"):
        job = made(write(table, tmp_path / f"in{ending}"), tmp_path / "out.parquet", results=())
        carry_out(job, job.plan())
        assert pq.read_table(job.out)["id"].to_pylist() == names
    assert {kind.value for kind in Kind} == {"csv", "jsonl", "parquet"}
