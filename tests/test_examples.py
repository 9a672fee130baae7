"""The examples: every program runs by itself, and every case file is a case worth looking at."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hechting_rules import Case, advise, load_case
from hechting_rules.advice import Outcome

EXAMPLES = Path(__file__).parents[1] / "examples"
PROGRAMS = sorted(EXAMPLES.glob("*.py"))
NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))
NUMBERED = sorted(path for path in EXAMPLES.iterdir() if path.name not in {"cases", "__pycache__"})
CASES = sorted((EXAMPLES / "cases").glob("*.yaml"))


def output(program: Path, folder: Path) -> str:
    """What a program prints when it is run in another folder; any warning is an error."""
    line = [sys.executable, "-W", "error", "-X", "utf8", str(program)]
    done = subprocess.run(line, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.stderr == ""
    assert done.returncode == 0
    assert not list(folder.iterdir()), "an example leaves files behind"
    return done.stdout


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_an_example_runs_anywhere_and_prints_the_same_each_time(program: Path, tmp_path: Path) -> None:
    printed = output(program, tmp_path)
    assert printed.strip()
    assert printed == output(program, tmp_path)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_cells_of_a_notebook_run_one_after_the_other(notebook: Path, tmp_path: Path) -> None:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert code
    assert all(not cell["outputs"] for cell in cells if cell["cell_type"] == "code"), "a notebook is kept without its outputs"
    program = tmp_path / "cells.py"
    program.write_text("\n\n".join(code), encoding="utf-8")
    ran = tmp_path / "elsewhere"
    ran.mkdir()
    assert output(program, ran).strip()


def test_examples_are_numbered_from_one_without_gaps() -> None:
    for files in (NUMBERED, CASES):
        numbered = [re.match(r"(\d\d)[_-]", path.name) for path in files]
        assert [int(match[1]) if match else 0 for match in numbered] == list(range(1, len(files) + 1))


def test_the_first_example_shows_suggestions_with_reasons_and_questions_for_both_of_its_cases(tmp_path: Path) -> None:
    printed = output(EXAMPLES / "01_first_advice.py", tmp_path)
    built = Case.of(
        child="baby",
        child_age_months=5,
        present=["baby.avoids_eye_contact", "parent.unresolved_trauma"],
        absent=["child.premature_birth"],
    )
    for part, case in zip(printed.split("\n\n"), (built, load_case(CASES[2])), strict=True):
        advice = advise(case)
        assert advice.suggestions
        for suggestion in advice.suggestions:
            assert suggestion.summary.nl in part
            assert all(reason.rule in part for reason in suggestion.because)
            assert all(fact.label.nl in part for facts in suggestion.why[:1] for fact in facts)
        assert all(question.question.nl in part for question in advice.ask_next[:3])
        assert part.count("\n? ") == min(3, len(advice.ask_next))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_an_example_case_has_an_id_a_note_and_nothing_that_does_not_count(path: Path) -> None:
    case = load_case(path)
    assert path.stem.partition("-")[2] == case.id
    assert case.note
    advice = advise(case)
    assert advice.warnings == ()
    assert advice.suggestions or advice.ask_next


def test_the_example_cases_raise_most_suggestions_of_the_article() -> None:
    """As established or possible; those that only an assessment or an occasion brings may be missing."""
    told = {s.code: s.outcome for path in CASES for s in advise(load_case(path)).suggestions}
    assert len(told) > 10
    assert set(told.values()) == {Outcome.ESTABLISHED, Outcome.POSSIBLE}
