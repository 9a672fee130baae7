"""A pytest plugin that runs guidance tests: every ``NAME.cases.yaml`` is a test file, every case in it a test.

A file belongs to the rulebook in whose folder it stands: the nearest folder above it with a ``rulebook.yaml``. One that stands in
none belongs to the rulebook named by ``--hechting-rules`` or the ini option ``hechting_rules``; without these it is left alone.
Nothing of the library is loaded until such a file is met. Switch the plugin off with ``-p no:hechting_rules``.
"""

import importlib
from pathlib import Path

import pytest

COLLECTING = "hechting_rules.testing.collecting"
SUFFIX, HEAD = ".cases.yaml", "rulebook.yaml"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option that names a rulebook."""
    group = parser.getgroup("hechting", "guidance tests of a rulebook")
    group.addoption(
        "--hechting-rules",
        action="append",
        metavar="FOLDER",
        help="rulebook of *.cases.yaml files that stand in none, and under extensions; again for an extension over it",
    )
    parser.addini("hechting_rules", "as --hechting-rules: one folder a line, from where the ini file stands", type="paths")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The guidance tests in a file, if it holds any and belongs to a rulebook."""
    if not file_path.name.endswith(SUFFIX):
        return None
    named = [Path(folder).resolve() for folder in _named(parent.config)]
    own = next((folder for folder in file_path.parents if (folder / HEAD).is_file()), None)
    if own is None and not named:
        return None
    collector: pytest.Collector = importlib.import_module(COLLECTING).cases_file(parent, file_path, own, named)
    return collector


def _named(config: pytest.Config) -> list[Path | str]:
    given: list[str] | None = config.getoption("--hechting-rules")
    return [config.invocation_params.dir / folder for folder in given] if given else list(config.getini("hechting_rules"))
