"""Shared by all tests: the rulebook of the library, its command line, and how hypothesis runs."""

import importlib
import os
import sys
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings

from hechting_rules import Rulebook, load_rulebook

settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("default")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Tell a failure when it happens: a run that is cut off has no summary. Tests in other processes report to this one."""
    if report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        sys.stdout.write(f"\n{report.outcome} {report.when}: {report.nodeid}\n{report.longreprtext[-2000:]}\n")
        sys.stdout.flush()


@pytest.fixture(scope="session")
def book() -> Rulebook:
    """The rulebook of this library."""
    return load_rulebook()


@pytest.fixture
def hechting(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """The command ``hechting`` in this process: exit code, stdout, stderr. Loaded when it is first asked for."""

    def call(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = importlib.import_module("hechting_rules.cli").run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call
