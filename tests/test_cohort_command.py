"""Cohorts as files: read, decided, written; killed and gone on with; what cannot be read is told, and nothing is lost."""

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
from hechting_rules.cli import run as hechting
from hechting_rules.cohort import decide, plan, workfolder
from hechting_rules.cohort.block import cases_at
from hechting_rules.cohort.files import Kind
from hechting_rules.cohort.job import Job, carry_out
from hechting_rules.cohort.reading import Columns, read_wide
from hechting_rules.cohort.suppression import SMALLEST
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


# --- the command ------------------------------------------------------------------------------------------------------------

HEAD = "id,child,baby.avoids_eye_contact"


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """The command, run in a folder of its own: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = hechting(list(arguments))
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


def test_the_command_tells_what_it_did(command: Any, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(f"{HEAD}\na,baby,ja\nb,toddler,\n", "utf-8")
    assert command("cohort", "in.csv", "out.csv", "--lang", "en", "--results", "discuss.child_signals") == (
        0,
        "2 of 2 cases decided: out.csv\n0 set aside, with the reason: out.rejects.csv\n",
        "",
    )
    assert (tmp_path / "out.csv").read_text("utf-8") == ('"id","discuss.child_signals","withheld_by"\n"a",true,""\n"b",,""\n')


def test_rows_set_aside_give_exit_code_1_and_stand_in_the_rejects_with_place_and_reason(command: Any, tmp_path: Path) -> None:
    text = f'\ufeff{HEAD}\na,baby,ja\nb,baby\n\n"c\nd",babby,ja\ne,baby,ja,nee\nf,baby,misschien\ng,none,JA\nh,toddler,NaN\n'
    (tmp_path / "in.csv").write_text(text, "utf-8")
    code, out, err = command("cohort", "in.csv", "out.csv", "--rejects", "bad.csv", "--format", "json")
    assert (code, err) == (1, "")
    said = json.loads(out)
    assert (said["cases"], said["used"], said["rejected"], said["rejects"]) == (7, 2, 5, "bad.csv")
    with (tmp_path / "bad.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["row"], row["id"], row["column"], row["problem"]) for row in csv.DictReader(file)]
    assert rows == [
        ("3", "", "", "2 values for 3 columns"),
        ("4", "c\nd", "child", "'babby' cannot be meant here"),
        ("5", "", "", "4 values for 3 columns"),
        ("6", "f", "baby.avoids_eye_contact", "'misschien' cannot be meant here"),
        ("7", "g", "", rows[4][3]),
    ]
    assert rows[4][3].startswith("C3")


def test_lines_of_json_that_cannot_be_used_are_set_aside(command: Any, tmp_path: Path) -> None:
    good = '{"id": 7, "child": "baby", "baby.avoids_eye_contact": true}'
    bad = [
        "{",
        "[1]",
        '{"id": "b", "child": "baby", "child": "toddler"}',
        '{"id": "c", "baby.avoids_eye_contct": true}',
        '{"id": "d", "baby.avoids_eye_contact": [true]}',
        "[" * 100_000,
    ]
    (tmp_path / "in.jsonl").write_text("\n".join([good, "", *bad, good]), "utf-8")
    code, out, _ = command("cohort", "in.jsonl", "out.jsonl", "--results", "discuss.child_signals", "--format", "json")
    assert (code, json.loads(out)["rejected"]) == (1, len(bad))
    one = {"id": "7", "discuss.child_signals": True, "withheld_by": []}
    assert answer(tmp_path / "out.jsonl") == [one, one]
    with (tmp_path / "out.rejects.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["row"]: row["problem"] for row in csv.DictReader(file)}
    assert list(rows) == ["3", "4", "5", "6", "7", "8"]
    assert "stands there twice" in rows["5"]
    assert "did you mean 'baby.avoids_eye_contact'" in rows["6"]
    assert "holds several values" in rows["7"]


BAD_FILES = {
    "empty.csv": (b"", "empty.csv: the file is empty"),
    "blank.jsonl": (b"\n\n", "blank.jsonl: the file is empty"),
    "latin.csv": (f"{HEAD}\na,baby,ja\nb,baby,n\u00e9e\n".encode("latin-1"), "latin.csv:3: is not written in UTF-8; save it so"),
    "utf16.csv": (f"{HEAD}\n".encode("utf-16"), "utf16.csv:1: is not written in UTF-8"),
    "open.csv": (f'{HEAD}\na,baby,"ja\nb,baby,nee\n'.encode(), "open.csv: a quotation mark is not closed"),
    "typo.csv": (
        b"id,child,baby.avoids_eye_contct\n",
        "column 'baby.avoids_eye_contct' is no finding, stage or quantity; did you mean",
    ),
    "twice.csv": (b"id,child,child\na,baby,baby\n", "more than one column is called 'child'; keep one of them"),
    "typo.jsonl": (b'{"id": 1, "baby.avoids_eye_contct": 1}\n', "column 'baby.avoids_eye_contct' is no finding"),
    "list.jsonl": (b"[1]\n", "list.jsonl:1: is no JSON object; a JSON Lines file has an object in each line"),
    "late.jsonl": (b"\n \n[1]\n", "late.jsonl:3: is no JSON object; a JSON Lines file has an object in each line"),
    "no.parquet": (b"PAR2 not", "no.parquet: cannot be read as parquet"),
    "cases.xlsx": (b"PK", "cases.xlsx: the ending '.xlsx' is not known; allowed: .parquet"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_cannot_be_used_is_one_message_and_leaves_nothing(command: Any, tmp_path: Path, name: str) -> None:
    content, told = BAD_FILES[name]
    (tmp_path / name).write_bytes(content)
    code, out, err = command("cohort", name, "out.csv")
    assert (code, out) == (2, "")
    assert err.startswith(told)
    assert err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == [name]


WRONG_USE = {
    ("missing.csv", "out.csv"): "missing.csv: there is no such file",
    ("in.csv", "out.xlsx"): "out.xlsx: the ending '.xlsx' is not known",
    ("in.csv", "in.csv"): "OUT is the file with the cases; name another one",
    ("in.csv", "nowhere/out.csv"): "there is no folder",
    ("in.csv", "out.csv", "--rejects", "out.csv"): "is named for something else too",
    ("in.csv", "out.csv", "--summary", "s.txt"): "s.txt: the ending '.txt' is not known; allowed: .json, .csv",
    ("in.csv", "out.csv", "--plot", "p.pdf"): "p.pdf: the ending '.pdf' is not known; allowed: .svg, .png",
    (
        "in.csv",
        "out.csv",
        "--results",
        "discuss.child_signal",
    ): "'discuss.child_signal' is no conclusion or suggestion; did you mean",
    ("in.csv", "out.csv", "--id", "name"): "there is no column 'name'",
    ("in.csv", "out.csv", "--long"): "there is no column 'case'; found: id, child",
    ("in.csv", "out.csv", "--profile", "n"): "there is no profile 'n'",
    ("in.csv", "out.csv", "--delimiter", "ab"): "the delimiter is 'ab'; allowed: one sign",
}


@pytest.mark.parametrize("arguments", WRONG_USE, ids=" ".join)
def test_wrong_use_is_one_message_and_leaves_nothing(command: Any, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "in.csv").write_text(f"{HEAD}\na,baby,ja\n", "utf-8")
    code, out, err = command("cohort", *arguments)
    assert (code, out) == (2, "")
    assert WRONG_USE[arguments] in err
    assert err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_a_long_file_out_of_order_is_refused_with_its_row(command: Any, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("case;finding;status\na;child;baby\nb;child;baby\na;child;baby\n", "utf-8")
    code, _, err = command("cohort", "in.csv", "out.csv", "--long")
    assert code == 2
    assert err.startswith("row 4: case 'a' comes after 'b'; in a long stream the cases must be in order")


def test_a_case_to_explain_that_is_not_there_is_told(command: Any, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(f"{HEAD}\na,baby,ja\n", "utf-8")
    code, out, err = command(
        "cohort", "in.csv", "out.csv", "--explain", "a", "--explain", "z", "--lang", "en", "--format", "json"
    )
    assert (code, err) == (1, "no usable case of this name: z\n")
    assert json.loads(out)["not_explained"] == ["z"]
    assert json.loads((tmp_path / "out.explained.jsonl").read_text("utf-8"))["case"]["id"] == "a"


def test_a_file_of_no_cases_gives_a_file_of_no_answers(command: Any, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(f"{HEAD}\n", "utf-8")
    assert command("cohort", "in.csv", "out.parquet", "--lang", "en")[0] == 0
    assert pq.read_table(tmp_path / "out.parquet").num_rows == 0
    assert "discuss.child_signals" in pq.read_schema(tmp_path / "out.parquet").names


def test_the_numbers_of_the_command_are_those_of_the_library(command: Any) -> None:
    _, out, _ = command("cohort", "--help")
    assert f"default: {SMALLEST};" in " ".join(out.split())
    assert f"default: {plan.CHUNK};" in " ".join(out.split())


# --- the sheet --------------------------------------------------------------------------------------------------------------


def test_the_empty_sheet_filled_in_is_a_cohort(command: Any, tmp_path: Path, book: Rulebook) -> None:
    assert command("cohort-sheet", "--sheet", "sheet.csv", "--dictionary", "dictionary.csv") == (0, "", "")
    with (tmp_path / "dictionary.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    head = (tmp_path / "sheet.csv").read_text("utf-8").strip().split(",")
    assert [row["column"] for row in rows] == head
    assert set(book.findings) | set(book.quantities) | {"id", "child", "adult"} == set(head)
    assert all(row["question_nl"] and row["question_en"] and row["allowed"] for row in rows)
    filled = {"id": "a", "child": "baby", "baby.avoids_eye_contact": "ja"}
    with (tmp_path / "sheet.csv").open("a", encoding="utf-8") as file:
        file.write(",".join(filled.get(name, "") for name in head) + "\n")
    assert command("cohort", "sheet.csv", "out.csv", "--results", "discuss.child_signals")[0] == 0
    assert answer(tmp_path / "out.csv") == [{"id": "a", "discuss.child_signals": True, "withheld_by": []}]


def test_a_sheet_is_never_written_over(command: Any, tmp_path: Path) -> None:
    (tmp_path / "sheet.csv").write_text("filled in", "utf-8")
    code, _, err = command("cohort-sheet", "--sheet", "sheet.csv", "--dictionary", "d.csv")
    assert (code, err) == (2, "sheet.csv: is there already; name a new file, so that no filled-in sheet is lost\n")
    assert [path.name for path in tmp_path.iterdir()] == ["sheet.csv"]


def test_a_sheet_may_be_for_some_stages(command: Any, tmp_path: Path, book: Rulebook) -> None:
    assert command("cohort-sheet", "--sheet", "sheet.csv", "--stage", "baby")[0] == 0
    head = set((tmp_path / "sheet.csv").read_text("utf-8").strip().split(","))
    assert {code for code, f in book.findings.items() if not f.stages or "baby" in f.stages} == head & set(book.findings)
    assert command("cohort-sheet", "--stage", "babby")[2].endswith("did you mean 'baby'?\n")


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text('a,\n"; é', max_size=4), min_size=1, max_size=8))
def test_names_of_cases_come_back_as_they_were(tmp_path: Path, names: list[str]) -> None:
    table = pa.table({"id": names, "baby.avoids_eye_contact": pa.array([True] * len(names))})
    for ending in (".csv", ".jsonl", ".parquet"):
        job = made(write(table, tmp_path / f"in{ending}"), tmp_path / "out.parquet", results=())
        carry_out(job, job.plan())
        assert pq.read_table(job.out)["id"].to_pylist() == names
    assert {kind.value for kind in Kind} == {"csv", "jsonl", "parquet"}
