"""The log: one JSON object a line, and nothing of a patient in it.

A line about a request holds what the service itself names: the address as it is documented, method, status, times, sizes, the
client that was recognised. Never a body, a parameter, a header, or the words of an error, all of which can hold what a case says.
"""

import json
import logging
import sys
import time
import traceback
from types import TracebackType
from typing import Any

LOGGER = logging.getLogger("hechting_rules.interop.service")


class JsonLines(logging.Formatter):
    """A log record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line: when, how grave, what, and the facts given with it. Of an exception its kind and place, not its words."""
        found: dict[str, Any] = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            found |= failure(record.exc_info[1])
        return json.dumps(found, ensure_ascii=True)


def log_as_json(*others: str) -> None:
    """Have the log of the service, and of other loggers by name, written to stderr as JSON lines, and to nothing else."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for logger in (LOGGER, *(logging.getLogger(name) for name in others)):
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(logging.INFO)


def failure(error: BaseException) -> dict[str, Any]:
    """What a log may say of an exception: its kind, and the lines of code that it came through."""
    return {"kind": type(error).__name__, "through": _places(error.__traceback__)}


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)
    return [f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno} {frame.name}" for frame in frames[-8:]]


def note(event: str, level: int = logging.INFO, **facts: Any) -> None:
    """Write one line; ``facts`` are of the service itself."""
    LOGGER.log(level, event, extra={"facts": facts})
