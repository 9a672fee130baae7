"""What an import brings along, and which module needs which package."""

import ast
import importlib.util
import json
import pkgutil
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hechting_rules

ROOT = Path(__file__).parents[1]
MODULES = sorted(module.name for module in pkgutil.walk_packages(hechting_rules.__path__, "hechting_rules."))
CLI = {name for name in MODULES if name.startswith("hechting_rules.cli")}
COHORT = {name for name in MODULES if name.startswith("hechting_rules.cohort")}
SERVICE = {name for name in MODULES if name.startswith("hechting_rules.interop.service")}
TESTING = {
    f"hechting_rules.testing.{name}" for name in ("collecting", "lives", "plugin", "properties", "random_rulebooks", "strategies")
}
EXTRAS = {
    **dict.fromkeys(CLI, "cli"),
    **dict.fromkeys(COHORT, "cohort"),
    **dict.fromkeys(SERVICE, "serve"),
    "hechting_rules.cohort.plot": "plot",
    "hechting_rules.cohort.progress": "cli",
    "hechting_rules.cohort.spark": "spark",
    "hechting_rules.render.html": "report",
    "hechting_rules.render.notebook": "report",
    "hechting_rules.render.svg": "report",
    "hechting_rules.render.terminal": "cli",
    **dict.fromkeys(TESTING, "testing"),
    "hechting_rules.verify.smt": "verify",
}
"""The modules that may need an extra, and which."""
NOT_EVERYWHERE = {"hechting_rules.engine.durable"}
"""The module whose dependency is one of the base, but not on every Python."""
BASE = {"attr", "attrs", "yaml", "_yaml", "hechting_rules"}
DISTRIBUTION = {"attr": "attrs", "durable_rules_engine": "durable-rules", "jwt": "pyjwt", "yaml": "pyyaml", "z3": "z3-solver"}

NEWLY_LOADED = """
import importlib, json, sys
before = set(sys.modules)
for name in sys.argv[1:]:
    module = importlib.import_module(name)
    for public in getattr(module, "__all__", ()):
        getattr(module, public)
found = {name for name, module in sys.modules.items() if getattr(module, "__spec__", None)}
new = {name.partition(".")[0] for name in found - before}
print(json.dumps(sorted(new - sys.stdlib_module_names)))
"""

WITHOUT = """
import importlib.abc, runpy, sys

class Blocked(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == blocked or name.startswith(blocked + "."):
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)

blocked = sys.argv[1]
sys.meta_path.insert(0, Blocked())
sys.argv[1:] = ["advise", "x.yaml"]
runpy.run_module("hechting_rules", run_name="__main__", alter_sys=True)
"""


def fresh(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, encoding="utf-8", check=False)


def loaded_by(*modules: str) -> set[str]:
    done = fresh(NEWLY_LOADED, *modules)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def parsed(module: str) -> ast.Module:
    origin = importlib.util.find_spec(module)
    assert origin is not None
    assert origin.origin is not None
    return ast.parse(Path(origin.origin).read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> Iterator[str]:
    """The top names of the packages that a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "hechting_rules").partition(".")[0]


def project() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return found


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9-]", requirement, maxsplit=1)[0].lower() for requirement in requirements}


def test_importing_the_library_loads_nothing_but_attrs_and_yaml() -> None:
    found = loaded_by("hechting_rules")
    assert "hechting_rules" in found
    assert found <= BASE


def test_every_module_that_needs_no_extra_loads_nothing_but_attrs_and_yaml() -> None:
    core = [name for name in MODULES if name not in {*EXTRAS, *NOT_EVERYWHERE} and not name.endswith("__main__")]
    assert "hechting_rules.render.text" in core
    assert loaded_by(*core) <= BASE


def test_each_outside_package_is_imported_by_exactly_the_modules_meant() -> None:
    users = defaultdict(set)
    for module in MODULES:
        for name in imported(parsed(module)):
            if name not in sys.stdlib_module_names and name not in {"attrs", "hechting_rules"}:
                users[name].add(module)
    assert users.pop("typer") <= CLI
    assert users.pop("starlette") <= SERVICE
    assert users.pop("pyarrow") | users.pop("numpy") <= COHORT
    expected = {
        "durable_rules_engine": {"hechting_rules.engine.durable"},
        "graphlay": {"hechting_rules.render.svg"},
        "cryptography": {"hechting_rules.interop.service.tokens"},
        "jinja2": {"hechting_rules.render.html"},
        "jwt": {"hechting_rules.interop.service.tokens"},
        "matplotlib": {"hechting_rules.cohort.plot"},
        "pyspark": {"hechting_rules.cohort.spark"},
        "rich": {"hechting_rules.cohort.progress", "hechting_rules.render.terminal"},
        "yaml": {"hechting_rules.reading.yamlnode"},
        "uvicorn": {"hechting_rules.interop.service.running"},
        "z3": {"hechting_rules.verify.smt"},
    }
    testing = {name: modules for name, modules in users.items() if name in {"hypothesis", "pytest", "_pytest"}}
    assert {name: modules for name, modules in users.items() if name not in testing} == expected
    assert {module for modules in testing.values() for module in modules} <= {
        m for m, extra in EXTRAS.items() if extra == "testing"
    }


def test_what_a_module_imports_is_a_dependency_of_the_base_or_of_its_extra() -> None:
    told = project()
    for module in MODULES:
        allowed = names(told["dependencies"])
        if module in EXTRAS:
            allowed |= names(told["optional-dependencies"][EXTRAS[module]])
        outside = {name for name in imported(parsed(module)) if name not in sys.stdlib_module_names}
        assert {DISTRIBUTION.get(name, name) for name in outside - {"hechting_rules", "_pytest"}} <= allowed, module


def test_imports_stand_at_the_top_of_their_module() -> None:
    """All but the one that must be able to fail."""
    inner = {
        module
        for module in MODULES
        for function in ast.walk(parsed(module))
        if isinstance(function, ast.FunctionDef | ast.If | ast.ClassDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert inner == {"hechting_rules.__main__"}


def test_without_the_extra_the_command_says_which_one_to_install() -> None:
    done = fresh(WITHOUT, "typer")
    assert done.stderr == "hechting: the command line needs the extra 'cli': pip install 'hechting-rules[cli]'\n"
    assert done.stdout == ""
    assert done.returncode == 2


def test_without_rich_the_command_writes_plain_text() -> None:
    done = fresh(WITHOUT, "rich")
    assert done.stderr.startswith("x.yaml:1:1: ")
    assert done.returncode == 2


def test_another_import_that_fails_is_not_taken_for_a_missing_extra() -> None:
    done = fresh(WITHOUT, "hechting_rules.render.text")
    assert done.returncode == 1
    assert done.stderr.endswith("ModuleNotFoundError: No module named 'hechting_rules.render.text'\n")
