"""Shared by all tests: the rulebook of the library, and how hypothesis runs."""

import os

import pytest
from hypothesis import HealthCheck, settings

from hechting_rules import Rulebook, load_rulebook

settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("default")


@pytest.fixture(scope="session")
def book() -> Rulebook:
    """The rulebook of this library."""
    return load_rulebook()
