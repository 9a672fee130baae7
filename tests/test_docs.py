"""The pages of the documentation: their programs run, their commands exist, and what is drawn is so."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
ELSEWHERE = {"proofs", "consultation", "extending", "testing"}
"""Pages whose programs run in the tests of what they tell of."""

PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CONSOLE = re.compile(r"^\$ (hechting .*)$", re.MULTILINE)
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(DOCS.glob("*.md"))}
PROGRAMS = {name: "\n".join(PYTHON.findall(text)) for name, text in PAGES.items() if name not in ELSEWHERE}
COMMANDS = [(name, command) for name in ("first-advice",) for command in CONSOLE.findall(PAGES[name])]


def ran(*line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *line], cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.mark.parametrize("name", [name for name, program in PROGRAMS.items() if program])
def test_the_program_of_a_page_runs(name: str, tmp_path: Path) -> None:
    """All of it as one, as its parts go on from one another."""
    done = ran("-W", "error", "-c", PROGRAMS[name], folder=tmp_path)
    assert (done.stderr, done.returncode) == ("", 0)


@pytest.mark.parametrize(("name", "command"), COMMANDS)
def test_a_command_of_a_page_runs(name: str, command: str) -> None:
    assert name in PAGES
    arguments = shlex.split(command.partition(" > ")[0])[1:]
    done = ran("-m", "hechting_rules", *arguments, folder=ROOT)
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout.strip()


def test_the_message_that_first_advice_shows_is_the_message() -> None:
    done = ran("-c", PROGRAMS["first-advice"], folder=ROOT)
    shown = re.search(r"# (case:.*) \.\.\. (did you mean '[^']+')", PROGRAMS["first-advice"])
    assert shown is not None
    assert shown[1] in done.stdout
    assert shown[2] in done.stdout


def test_every_page_of_the_folder_is_in_the_index() -> None:
    listed = set(re.findall(r"^([a-z-]+)$", PAGES["index"], re.MULTILINE))
    assert set(PAGES) - {"index"} <= listed
