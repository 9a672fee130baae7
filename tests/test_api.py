"""The face of the library: its names, and what README says of it."""

import ast
import importlib.util
import inspect
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import hechting_rules

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "cases" / "03-baby-avoids-eye-contact.yaml"
README = (ROOT / "README.md").read_text(encoding="utf-8")
MADE = {"generated", "_build"}
"""Folders of pages that are made when the documentation is built."""

PAGES = sorted(
    path
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    if path.name != "CHANGELOG.md" and not MADE & set(path.parts)
)
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(((?!generated/)[^)#:]+)\)")  # the build of the documentation looks after what it generates
DOTTED = re.compile(r"hechting_rules(\.\w+)+")
STAYS = {"hechting serve"}
"""Commands that run until they are stopped; tests/test_service_limits.py starts and stops them."""

SLOW = {"hechting check rules --prove", "hechting mutate rules"}
"""Commands that work for long; tests/test_proofs.py and tests/test_mutants.py look at what they do."""

PLACEHOLDER = re.compile(r"\[?[A-Z]{2,}(\.\.\.)?\]?")


def blocks(language: str) -> list[str]:
    return [text for named, text in FENCE.findall(README) if named == language]


def commands() -> list[str]:
    """The commands of the console blocks, without prompt and remark; those of ``make`` left out."""
    lines = [line.removeprefix("$ ").partition("#")[0].strip() for block in blocks("console") for line in block.splitlines()]
    return [line for line in lines if line and not line.startswith("make ")]


def in_text() -> list[str]:
    """The commands of this library that stand in running text and need nothing filled in."""
    found = [words for words in SPAN.findall(FENCE.sub("", README)) if words.startswith("hechting ")]
    return [words for words in found if not PLACEHOLDER.search(words)]


def hechting(command: str) -> subprocess.CompletedProcess[str]:
    """What a command of README gives in this Python, run at the top of the working copy."""
    program, *arguments = shlex.split(command)
    assert program in {"hechting", ".venv/bin/hechting"}
    line = [sys.executable, "-m", "hechting_rules", *arguments]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.mark.parametrize("name", hechting_rules.__all__)
def test_every_public_name_has_a_docstring_of_its_own(name: str) -> None:
    found = getattr(hechting_rules, name)
    assert vars(found).get("__doc__") if inspect.isclass(found) else found.__doc__


def test_the_public_names_are_sorted_and_few() -> None:
    assert list(hechting_rules.__all__) == sorted(set(hechting_rules.__all__))
    assert len(hechting_rules.__all__) <= 24


def test_every_error_that_the_library_raises_on_purpose_is_public() -> None:
    errors = {name for name, value in vars(hechting_rules.errors).items() if inspect.isclass(value) and name.endswith("Error")}
    assert errors - set(hechting_rules.__all__) == {"DiagnosticError"}
    assert all(issubclass(getattr(hechting_rules, name), hechting_rules.HechtingError) for name in errors - {"DiagnosticError"})


def test_every_public_method_says_what_it_does() -> None:
    methods = [
        (name, value)
        for name in hechting_rules.__all__
        for key, value in inspect.getmembers(getattr(hechting_rules, name), inspect.isroutine)
        if not key.startswith("_") and (getattr(value, "__module__", None) or "").startswith("hechting_rules.")
    ]
    assert methods
    assert [(name, value) for name, value in methods if not inspect.getdoc(value)] == []


def test_readme_has_a_program_and_commands() -> None:
    assert len(blocks("python")) == 2
    assert commands()
    assert in_text()
    assert len(README.splitlines()) < 130


def test_the_program_in_readme_runs(tmp_path: Path) -> None:
    """All of it as one, as its parts go on from one another."""
    line = [sys.executable, "-W", "error", "-c", "\n".join(blocks("python"))]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.stderr == ""
    assert done.returncode == 0
    words = [line.split()[0] for line in done.stdout.splitlines()]
    assert words[0] == "established"
    assert words[-3:-1] == ["ask", "missing"]
    assert "'attention.child_risk': True" in done.stdout


@pytest.mark.parametrize("command", sorted({*commands(), *in_text()} - STAYS - SLOW))
def test_a_command_in_readme_runs(command: str) -> None:
    done = hechting(command)
    assert done.stderr == ""
    assert done.returncode == 0
    assert done.stdout.strip()


def test_the_commands_that_are_not_run_here_are_in_readme() -> None:
    assert {*commands(), *in_text()} >= STAYS | SLOW


def test_what_readme_shows_is_what_comes_out() -> None:
    """The case is that of the example, every line of the answer one of its lines, in their order, and the drawing the same."""
    (shown,), (answer,) = blocks("yaml"), blocks("text")
    example = EXAMPLE.read_text(encoding="utf-8").splitlines()
    assert [line for line in shown.splitlines() if line not in example] == []
    told = iter(hechting(f"hechting advise {EXAMPLE} --lang en").stdout.splitlines())
    assert [line for line in answer.splitlines() if line not in told] == []
    drawn = hechting(f"hechting graph {EXAMPLE} refer.child_psychotherapy --format svg --lang en").stdout
    assert (ROOT / "docs" / "images" / "referral.svg").read_text(encoding="utf-8") == drawn


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_links_of_a_page_lead_to_files(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [link for link in LINK.findall(text) if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_names_of_the_library_on_a_page_exist(page: Path) -> None:
    for found in DOTTED.finditer(page.read_text(encoding="utf-8")):
        assert exists(found[0]), found[0]


def exists(dotted: str) -> bool:
    """Whether a dotted name is a module or a name in one; of a module whose extra is not here, a name in its source."""
    module, _, name = dotted.rpartition(".")
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        return False
    try:
        return hasattr(importlib.import_module(module), name) or importlib.util.find_spec(dotted) is not None
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != "pyspark":
            raise
        tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
        return name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
