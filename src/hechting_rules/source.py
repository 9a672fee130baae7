"""Places in files, and what was found wrong there."""

import difflib
from collections.abc import Iterable
from enum import StrEnum

import attrs


@attrs.frozen(order=True)
class Span:
    """A place in a file: path as shown to the user, line and column from 1."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


class Severity(StrEnum):
    """How much a finding about a file matters."""

    ERROR = "error"
    WARNING = "warning"


@attrs.frozen
class Diagnostic:
    """One thing found wrong: where, what was found, what is allowed, what to try.

    ``code`` is stable (a letter for the family and three digits); ``message`` is lower case without a full stop.
    """

    code: str
    span: Span
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        line = f"{self.span}: {self.code} {self.message}"
        return f"{line}\n    hint: {self.hint}" if self.hint else line


@attrs.define
class Problems:
    """Collects diagnostics while files are read, so that all of them can be told at once."""

    found: list[Diagnostic] = attrs.field(factory=list)

    def add(self, code: str, span: Span, message: str, hint: str = "", severity: Severity = Severity.ERROR) -> None:
        """Note one thing that is wrong."""
        self.found.append(Diagnostic(code, span, message, hint, severity))

    def errors(self) -> tuple[Diagnostic, ...]:
        """Everything that stops the file from being used, in order of place."""
        wrong = [d for d in self.found if d.severity is Severity.ERROR]
        return tuple(sorted(wrong, key=lambda d: (d.span, d.code, d.message)))


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """A hint with the nearest allowed words, or nothing when none is near."""
    near = difflib.get_close_matches(word, sorted(set(allowed)), n=3, cutoff=0.7)
    return "did you mean " + " or ".join(f"'{w}'" for w in near) + "?" if near else ""


def one_of(allowed: Iterable[str]) -> str:
    """The allowed values as a phrase, for a message."""
    return ", ".join(allowed)


def shorten(text: str, limit: int = 60) -> str:
    """What was found, short enough for one line of a message and without control characters."""
    clean = "".join(c if c.isprintable() else "?" for c in text)
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def amount(number: int, things: str) -> str:
    """So many things, in the plural with an s: of one without it."""
    return f"{number} {things.removesuffix('s') if number == 1 else things}"
