"""The pytest plugin, as a user runs it: in a process of its own, in a folder of its own."""

import os
import shutil
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BASE, OVER = Path(__file__).parent / "diagnostics" / "base", Path(__file__).parent / "diagnostics" / "extension"
EXAMPLE = ROOT / "examples" / "03_own_rule"
PLUGIN = ("-p", "no:hechting_rules", "-p", "hechting_rules.testing.plugin", "-p", "no:cacheprovider")
"""The plugin by its module, whether or not this environment knows it by its entry point."""

NIGHTS = "host/nights.cases.yaml"
STRAY = """
- name: A trauma is a reason to ask.
  given: {present: [parent.unresolved_trauma]}
  established: [ask.parents]
- name: A trauma is a reason to ask.
  given: {present: [parent.unresolved_trauma]}
  ruled_out: [ask.parents]
"""


def run_pytest(folder: Path, *arguments: str, plugin: tuple[str, ...] = PLUGIN) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-W", "error", "-m", "pytest", *plugin, "-q", *arguments]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    return subprocess.run(
        line, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False, timeout=120, env=environment
    )


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    """A folder as a host has it: its extension of the library's rulebook."""
    folder = tmp_path / "practice"
    shutil.copytree(EXAMPLE, folder / "own", ignore=shutil.ignore_patterns("test_*", "pytest.ini", "__pycache__"))
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    return folder


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_example_runs_as_it_stands() -> None:
    done = run_pytest(EXAMPLE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 passed" in done.stdout


def test_each_case_is_a_test_named_by_its_sentence_and_can_be_chosen_by_its_words(practice: Path) -> None:
    done = run_pytest(practice, "--collect-only", "-k", "baby and not reason")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[0] == (
        "own/host/nights.cases.yaml::A worn-out parent of a baby that wakes often is asked about the nights."
    )
    assert "1/2 tests collected (1 deselected)" in done.stdout


def test_a_failure_says_where_of_which_case_what_was_expected_what_came_and_why(practice: Path) -> None:
    path = practice / "own" / NIGHTS
    change(path, "established: [linde.nights_weigh, linde.ask_about_the_nights]", "ruled_out: [linde.nights_weigh]")
    change(path, "possible: [linde.ask_about_the_nights]", "established: [linde.ask_about_the_nights]")
    done = run_pytest(practice, "--junitxml=junit.xml")
    assert done.returncode == 1
    expected = """\
own/host/nights.cases.yaml:2: A worn-out parent of a baby that wakes often is asked about the nights.
  the case: child baby; present: linde.wakes_often, linde.parent_worn_out

  line 6
    expected: linde.nights_weigh ruled out
    got:      established
    why:      by linde.nights_weigh_on_parents
              from baby; child: has often woken at night for weeks; parent: is worn out by the nights
"""
    assert expected in done.stdout
    expected = """\
  line 13
    expected: linde.ask_about_the_nights established
    got:      possible
    why not:  linde.ask_when_nights_weigh is short of
                parent: is worn out by the nights (not known yet)
"""
    assert expected in done.stdout
    assert "Traceback" not in done.stdout
    suite = ET.parse(practice / "junit.xml").getroot()[0]  # noqa: S314 - written by pytest here
    failures = {case.get("name"): case.find("failure") for case in suite.iter("testcase")}
    failure = failures["A baby that wakes often is no reason by itself, and the parent is asked about."]
    assert failure is not None
    assert expected.rstrip() in (failure.text or "")


def test_a_rulebook_that_cannot_be_loaded_is_told_without_a_traceback(practice: Path) -> None:
    change(practice / "own" / "rulebook.yaml", "rule: prevention.feeding", "rule: prevention.feding")
    done = run_pytest(practice)
    assert done.returncode == 2
    assert "own/rulebook.yaml:11:5: B514 'prevention.feding' is switched off and is no rule of what is extended" in done.stdout
    assert "did you mean 'prevention.feeding'" in done.stdout
    assert "Traceback" not in done.stdout


def test_cases_that_stand_in_no_rulebook_run_on_the_one_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "stray.cases.yaml").write_text(STRAY, encoding="utf-8")
    assert run_pytest(tmp_path, "--collect-only").returncode == 5
    done = run_pytest(tmp_path, f"--hechting-rules={BASE}")
    assert done.returncode == 1
    assert "1 failed, 1 passed" in done.stdout
    assert "FAILED stray.cases.yaml::A trauma is a reason to ask. (line 5)" in done.stdout
    assert "stray.cases.yaml:5: A trauma is a reason to ask." in done.stdout


def test_the_rulebook_may_be_named_in_the_ini_file_and_an_extension_goes_over_it(tmp_path: Path) -> None:
    shutil.copytree(BASE, tmp_path / "tiny")
    shutil.copytree(OVER, tmp_path / "over")
    (tmp_path / "pytest.ini").write_text("[pytest]\nhechting_rules = tiny\n", encoding="utf-8")
    (tmp_path / "stray.cases.yaml").write_text(STRAY.split("- name")[1].join(("- name", "")), encoding="utf-8")
    done = run_pytest(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout
    done = run_pytest(tmp_path, "-o", "hechting_rules=", "over")
    assert "B511 'tiny' is to be extended and not there; allowed: verdult-hechting" in done.stdout


def test_an_extension_that_is_named_itself_goes_over_those_named_before_it(tmp_path: Path) -> None:
    shutil.copytree(BASE, tmp_path / "tiny")
    shutil.copytree(OVER, tmp_path / "over")
    done = run_pytest(tmp_path, "--hechting-rules=tiny", "--hechting-rules=over", "over")
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_wrong_with_a_stray_file_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "stray.cases.yaml").write_text(
        STRAY.replace("[parent.unresolved_trauma]", "[parent.unresolved_drama]", 1), "utf-8"
    )
    done = run_pytest(tmp_path, f"--hechting-rules={BASE}")
    assert done.returncode == 2
    assert "stray.cases.yaml:3:21: R411 'parent.unresolved_drama' is no finding" in done.stdout
    (tmp_path / "stray.cases.yaml").write_text("name: no list\n", "utf-8")
    done = run_pytest(tmp_path, f"--hechting-rules={BASE}")
    assert "stray.cases.yaml:1:1: B503 the file is a mapping; allowed: a list" in done.stdout


OTHER = """
import sys

def test_that_has_nothing_to_do_with_guidance():
    loaded = {name for name in sys.modules if name.startswith("hechting_rules")}
    assert loaded == {"hechting_rules", "hechting_rules.version", "hechting_rules.testing", "hechting_rules.testing.plugin"}
"""


def test_a_project_without_a_rulebook_loads_nothing_of_the_library(tmp_path: Path) -> None:
    (tmp_path / "test_other.py").write_text(OTHER, encoding="utf-8")
    (tmp_path / "other.cases.yaml").write_text("- this is: something else\n", encoding="utf-8")
    done = run_pytest(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_the_plugin_is_declared_and_off_in_the_tests_of_the_library(pytestconfig: pytest.Config) -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert told["project"]["entry-points"]["pytest11"] == {"hechting_rules": "hechting_rules.testing.plugin"}
    assert not pytestconfig.pluginmanager.has_plugin("hechting_rules")
