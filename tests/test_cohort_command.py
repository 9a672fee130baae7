"""The commands ``cohort`` and ``cohort-sheet``: what they print, leave and refuse; and `docs/cohorts.md` shows what happens."""

import csv
import errno
import json
import os
import re
import shlex
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hechting_rules import Rulebook
from hechting_rules.cli import run as hechting
from hechting_rules.cli.cohort import Results
from hechting_rules.cohort import Form, plan
from hechting_rules.cohort.suppression import SMALLEST
from test_cohort_files import answer

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


def test_a_disk_that_is_full_is_one_message_and_the_same_command_goes_on(command: Any, tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "in.csv").write_text(f"{HEAD}\na,baby,ja\n", "utf-8")
    fsync, left = os.fsync, [3]

    def full(descriptor: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        code, out, err = command("cohort", "in.csv", "out.csv")
    assert (code, out) == (2, "")
    assert re.fullmatch(
        r"\S+: cannot be written: No space left on device; put that right, and the same command goes on where it was\n", err
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv.part"]
    assert command("cohort", "in.csv", "out.csv")[0] == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv", "out.rejects.csv"]


def test_a_place_that_cannot_be_written_to_is_one_message(command: Any, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(f"{HEAD}\na,baby,ja\n", "utf-8")
    (tmp_path / "out.csv.part").write_text("no folder", "utf-8")
    (tmp_path / "sheet.csv").symlink_to(tmp_path / "gone" / "sheet.csv")
    for arguments in (("cohort", "in.csv", "out.csv"), ("cohort-sheet", "--sheet", "sheet.csv")):
        code, out, err = command(*arguments)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert re.match(r"(out\.csv\.part|sheet\.csv): cannot be written: ", err)


def test_a_long_file_out_of_order_is_refused_with_its_row(command: Any, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("case;finding;status\na;child;baby\nb;child;baby\na;child;baby\n", "utf-8")
    code, _, err = command("cohort", "in.csv", "out.csv", "--long")
    assert code == 2
    assert err.startswith("row 4: case 'a' comes after 'b'; in a long stream the cases must be in order")
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


@pytest.mark.parametrize("processes", ["1", "2"])
def test_an_input_mended_after_it_stopped_a_run_is_decided_by_the_same_call(command: Any, tmp_path: Path, processes: str) -> None:
    good = {"id": ["a", "b", "c"], "child": ["baby", "toddler", None]}
    pq.write_table(pa.table({**good, "child": [1, 2, None]}), tmp_path / "in.parquet")
    call = ("cohort", "in.parquet", "out.csv", "--chunk", "1", "--processes", processes, "--results", "discuss.child_signals")
    assert command(*call)[::2] == (2, "column 'child' is of type int64; allowed: words, the codes of stages\n")
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]
    pq.write_table(pa.table(good), tmp_path / "in.parquet")
    assert command(*call)[0] == 0
    assert [row["id"] for row in answer(tmp_path / "out.csv")] == ["a", "b", "c"]


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


def test_the_numbers_and_words_of_the_command_are_those_of_the_library(command: Any) -> None:
    _, out, _ = command("cohort", "--help")
    assert f"default: {SMALLEST};" in " ".join(out.split())
    assert f"default: {plan.CHUNK};" in " ".join(out.split())
    assert [form.value for form in Results] == [form.value for form in Form]


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


# --- the page -------------------------------------------------------------------------------------------------------------

PAGE = (Path(__file__).parents[1] / "docs" / "cohorts.md").read_text(encoding="utf-8")
CONSOLE = re.search(r"^```console\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)

CASES = """id;child;baby.avoids_eye_contact;parent.unresolved_trauma
a;baby;ja;nee
b;toddler;;onbekend
c;babby;nee;
"""
LONG = "case,finding,status\na,child,baby\na,baby.avoids_eye_contact,ja\nb,child,toddler\n"


def test_the_commands_of_the_page_print_what_it_shows(command: Any, tmp_path: Path) -> None:
    assert CONSOLE is not None
    assert f"```text\n{CASES}```" in PAGE
    assert f"```text\n{LONG}```" in PAGE
    (tmp_path / "cases.csv").write_text(CASES, encoding="utf-8")
    (tmp_path / "long.csv").write_text(LONG, encoding="utf-8")
    shown = re.findall(r"^\$ hechting (.*)\n((?:[^$].*\n)*)", CONSOLE[1], re.MULTILINE)
    assert len(shown) == CONSOLE[1].count("$ ")
    for line, printed in shown:
        assert command(*shlex.split(line)) == (1 if "1 set aside" in printed else 0, printed, "")
    assert {path.name for path in tmp_path.iterdir()} == {
        *("cases.csv", "long.csv", "sheet.csv", "dictionary.csv", "answer.parquet", "answer.jsonl", "answer.csv"),
        *("answer.rejects.csv", "answer.explained.jsonl", "counts.csv", "counts.svg"),
    }
