"""Engines beside this library, each in a module of its own that imports it at its top.

A module has ``prepare(form, book)``, which compiles a neutral rulebook once, in each way that is worth trying, and returns these
ways by name as `Ready`, with what an engine lacks worked around as is natural in it. It raises `CannotExpressError` for what the
engine cannot be given.
"""

import importlib
from collections.abc import Callable, Collection, Mapping
from importlib import metadata
from typing import Any

import attrs

from benchmarks.neutral import Neutral
from hechting_rules import Rulebook

ENGINES: Mapping[str, str] = {
    "datalogic": "datalogic-py",
    "zen": "zen-engine",
    "cel_rust": "common-expression-language",
    "clingo": "clingo",
    "clips": "clipspy",
    "business": "business-rules",
    "jsonlogic": "panzi-json-logic",
    "durable": "durable-rules",
    "ruleengine": "rule-engine",
}
"""The module of each engine, and the distribution that it needs."""


class CannotExpressError(ValueError):
    """An engine cannot be given a rulebook, and why."""


@attrs.frozen
class Ready:
    """One way to run a rulebook on an engine.

    ``given`` turns the atoms that hold into the form in which the engine takes facts, before the clock runs; ``decide`` returns
    the short names of the established results.
    """

    given: Callable[[frozenset[str]], Any]
    decide: Callable[[Any], Collection[str]]


def version_of(distribution: str) -> str | None:
    """The version that is installed, or nothing."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def prepare(module: str, form: Neutral, book: Rulebook) -> Mapping[str, Ready]:
    """The ways to run a rulebook on an engine. Raises `CannotExpressError`; `ImportError` where the engine is not installed."""
    made: Mapping[str, Ready] = importlib.import_module(f"benchmarks.peers.{module}").prepare(form, book)
    return made
