"""The pages on a first rule, profiles, extending and testing: each block is put to use, and what they show is what comes."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hechting_rules import load_rulebook
from hechting_rules.testing.guidance import Failure, run_test, told
from hechting_rules.testing.properties import PROPERTIES

DOCS = Path(__file__).parents[1] / "docs"
EXAMPLE = DOCS.parent / "examples" / "03_own_rule"
EXTENDING, TESTING, FIRST, PROFILES = (
    (DOCS / f"{name}.md").read_text(encoding="utf-8") for name in ("extending", "testing", "first-rule", "profiles")
)
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"# (\S+\.(?:yaml|py|ini))\n")
PLUGIN = ("-p", "no:hechting_rules", "-p", "hechting_rules.testing.plugin", "-p", "no:cacheprovider")


def blocks(page: str, *kinds: str) -> list[str]:
    return [text for kind, text in FENCE.findall(page) if kind in kinds]


def written(page: str, folder: Path) -> list[str]:
    """Write the blocks of a page that begin with the name of a file to that file; the names."""
    names = []
    for text in blocks(page, "yaml", "python", "ini"):
        named = NAMED.match(text)
        if named:
            path = folder / named[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            names.append(named[1])
    return names


def ran(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, *arguments]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
    return subprocess.run(line, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False, env=environment)


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("extending")
    assert len(written(EXTENDING, folder)) == 4
    return folder


def test_the_program_on_extending_runs_on_the_files_of_its_page(practice: Path) -> None:
    (program,) = blocks(EXTENDING, "python")
    done = ran(practice, "-W", "error", "-c", program)
    assert (done.stderr, done.returncode) == ("", 0)


def test_the_commands_on_extending_print_what_the_page_shows(practice: Path) -> None:
    (console,) = blocks(EXTENDING, "console")
    parts = [part.splitlines() for part in console.split("$ hechting ") if part]
    assert len(parts) == 2
    for command, *shown in parts:
        done = ran(practice, "-m", "hechting_rules", *command.split())
        assert (done.stderr, done.returncode) == ("", 0)
        assert set(shown) <= set(done.stdout.splitlines())


def shown_commands(page: str) -> list[tuple[str, list[str]]]:
    """Each command of the console blocks, with the lines that the page shows of what it prints."""
    parts = [part.splitlines() for console in blocks(page, "console") for part in console.split("$ hechting ") if part]
    return [(command, shown) for command, *shown in parts]


def without_counts(lines: list[str]) -> list[str]:
    """Lines without large numbers, such as how many tests the article has: those change, and the page need not."""
    return [re.sub(r"\d{3,}", "#", line) for line in lines]


def test_the_first_rule_is_checked_tested_and_advised_with_as_its_page_shows(tmp_path: Path) -> None:
    assert len(written(FIRST, tmp_path)) == 5
    commands = shown_commands(FIRST)
    assert len(commands) == 5
    for command, shown in commands:
        done = ran(tmp_path, "-m", "hechting_rules", *command.split())
        assert (done.stderr, done.returncode) == ("", 0)
        assert set(without_counts(shown)) <= set(without_counts(done.stdout.splitlines()))


def test_the_mistake_in_the_first_rule_fails_as_its_page_shows(tmp_path: Path) -> None:
    written(FIRST, tmp_path)
    rule = tmp_path / "nights" / "host" / "nights.yaml"
    rule.write_text(rule.read_text(encoding="utf-8").replace("    all: ", "    any: "), encoding="utf-8")
    assert ran(tmp_path, "-m", "hechting_rules", "check", "nights").returncode == 0
    done = ran(tmp_path, "-m", "hechting_rules", "test", "nights")
    (shown,) = blocks(FIRST, "text")
    assert (without_counts(shown.splitlines()), done.returncode) == (without_counts(done.stdout.splitlines()), 1)


def test_the_profile_of_the_page_on_profiles_advises(tmp_path: Path) -> None:
    assert written(PROFILES, tmp_path) == ["mypractice/rulebook.yaml", "mypractice/profiles/noord.yaml"]
    (tmp_path / "case.yaml").write_text("schema: hechting-rules/case/1\nchild: {stage: baby}\n", encoding="utf-8")
    printed = ""
    for command, shown in shown_commands(PROFILES):
        done = ran(tmp_path, "-m", "hechting_rules", *command.split())
        assert (done.stderr, done.returncode) == ("", 0)
        assert set(shown) <= set(done.stdout.splitlines())
        printed += done.stdout
    assert "baby_below_months (12 -> 18)" in printed


def test_every_code_of_a_message_on_extending_has_its_pair() -> None:
    codes = set(re.findall(r"\bB\d{3}\b", EXTENDING))
    there = {path.name[:4] for path in (DOCS.parent / "tests" / "diagnostics" / "extensions").iterdir()}
    assert codes
    assert codes <= there


def test_the_files_on_testing_are_tests_that_hold(tmp_path: Path) -> None:
    assert written(TESTING, tmp_path) == ["cases/risk.cases.yaml", "pytest.ini", "test_rulebook.py", "test_rendering.py"]
    (tmp_path / "rules").symlink_to(EXAMPLE, target_is_directory=True)
    done = ran(tmp_path, "-m", "pytest", *PLUGIN, "-q", "cases", "test_rulebook.py", "test_rendering.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 passed" in done.stdout


def test_the_failure_that_the_page_on_testing_shows_is_what_is_told(tmp_path: Path) -> None:
    (shown,) = blocks(TESTING, "text")
    written(TESTING, tmp_path)
    text = (tmp_path / "cases" / "risk.cases.yaml").read_text(encoding="utf-8")
    folder = tmp_path / "rules"
    (folder / "host").mkdir(parents=True)
    (folder / "rulebook.yaml").write_text((EXAMPLE / "rulebook.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "host" / "risk.cases.yaml").write_text(text.replace("established:", "ruled_out:"), encoding="utf-8")
    book = load_rulebook(folder)
    test = book.tests[-1]
    failures: tuple[Failure, ...] = run_test(book, test)
    assert told(book, test, failures, "cases/risk.cases.yaml") + "\n" == shown


def test_the_page_on_testing_lists_every_property() -> None:
    listed = set(re.findall(r"`(\w+)`", "\n".join(line.split("|")[1] for line in TESTING.splitlines() if line.startswith("| `"))))
    assert {held.__name__ for held in PROPERTIES} <= listed
    assert {"extension_changes_nothing", "tests_hold", "texts_have_hedges"} <= listed
