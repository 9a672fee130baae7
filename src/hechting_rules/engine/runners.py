"""What can run a program: the kernel, always; durable-rules, where it can be had. Both give the same registers."""

import contextlib
import functools
import importlib
import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from types import ModuleType

import attrs

from hechting_rules.engine import kernel
from hechting_rules.engine.program import Program
from hechting_rules.errors import EngineError, UsageError
from hechting_rules.source import did_you_mean, one_of


class Engine(StrEnum):
    """What to run a program on; ``auto`` is durable-rules where it can be had and can hold the rulebook, else the kernel."""

    AUTO = "auto"
    DURABLE = "durable"
    KERNEL = "kernel"


@attrs.frozen
class Opened:
    """An engine with a program for one case that changes: ``run`` gives all registers for its inputs, ``close`` forgets the case.

    ``engine`` is the one that runs, never ``auto``.
    """

    engine: Engine
    run: Callable[[Sequence[int]], list[int]]
    close: Callable[[], None]


def opened(name: str, program: Program) -> Opened:
    """An engine by name, with a program; close it after use.

    Raises `UsageError` for another name, and `EngineError` where durable-rules is asked for by name and cannot be had or cannot
    hold the program.
    """
    engine = _engine(name)
    if engine is not Engine.KERNEL:
        try:
            session = _durable().Session(program)
            return Opened(Engine.DURABLE, session.run, session.close)
        except EngineError:
            if engine is Engine.DURABLE:
                raise
    return Opened(Engine.KERNEL, functools.partial(kernel.run, program.steps), lambda: None)


def deciding(name: str) -> Callable[[Program, Sequence[int]], list[int]]:
    """What decides one case by itself on an engine: all registers of a program for its inputs. Raises as `opened` does."""
    _engine(name)

    def decide(program: Program, inputs: Sequence[int]) -> list[int]:
        with contextlib.closing(opened(name, program)) as session:
            return session.run(inputs)

    return decide


def _engine(name: str) -> Engine:
    if name not in tuple(Engine):
        near = did_you_mean(str(name), Engine)
        raise UsageError(f"'{name}' is no engine; allowed: {one_of(Engine)}" + (f"; {near}" if near else ""))
    return Engine(name)


def _durable() -> ModuleType:
    """The module that runs durable-rules. Raises `EngineError` with the reason where that cannot be imported."""
    try:
        return importlib.import_module("hechting_rules.engine.durable")
    except ImportError as error:
        if error.name != "durable_rules_engine":
            raise
        here = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise EngineError(
            f"the engine 'durable' needs durable-rules, which cannot be imported here ({error}); "
            f"it exists for Python 3.11 and 3.12, and this is {here}; 'kernel' gives the same results everywhere"
        ) from error
