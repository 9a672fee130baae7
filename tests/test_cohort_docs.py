"""What `docs/cohorts.md` shows on the command line is what happens; its programs run in the tests of all pages."""

import re
import shlex
from pathlib import Path

import pytest

from hechting_rules.cli import run

PAGE = (Path(__file__).parents[1] / "docs" / "cohorts.md").read_text(encoding="utf-8")
CONSOLE = re.search(r"^```console\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)

CASES = """id;child;baby.avoids_eye_contact;parent.unresolved_trauma
a;baby;ja;nee
b;toddler;;onbekend
c;babby;nee;
"""
LONG = "case,finding,status\na,child,baby\na,baby.avoids_eye_contact,ja\nb,child,toddler\n"


def test_the_commands_of_the_page_print_what_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert CONSOLE is not None
    monkeypatch.chdir(tmp_path)
    assert f"```text\n{CASES}```" in PAGE
    assert f"```text\n{LONG}```" in PAGE
    Path("cases.csv").write_text(CASES, encoding="utf-8")
    Path("long.csv").write_text(LONG, encoding="utf-8")
    shown = re.findall(r"^\$ hechting (.*)\n((?:[^$].*\n)*)", CONSOLE[1], re.MULTILINE)
    assert len(shown) == CONSOLE[1].count("$ ")
    for line, printed in shown:
        capsys.readouterr()
        code = run(shlex.split(line))
        found = capsys.readouterr()
        assert (found.out, found.err) == (printed, "")
        assert code == (1 if "1 set aside" in printed else 0)
    assert {path.name for path in tmp_path.iterdir()} == {
        *("cases.csv", "long.csv", "sheet.csv", "dictionary.csv", "answer.parquet", "answer.jsonl", "answer.csv"),
        *("answer.rejects.csv", "answer.explained.jsonl", "counts.csv", "counts.svg"),
    }
