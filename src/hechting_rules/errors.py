"""The few exceptions of this library; each ``str`` is a message fit for a user."""

from collections.abc import Iterable

from hechting_rules.source import Diagnostic


class HechtingError(Exception):
    """Base of all errors that this library raises on purpose."""


class DiagnosticError(HechtingError):
    """Several things found wrong, told at once.

    ``diagnostics`` holds them; ``str`` is one line each, with a hint below where there is one.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(str(d) for d in self.diagnostics))

    def __reduce__(self) -> tuple[type["DiagnosticError"], tuple[tuple[Diagnostic, ...]]]:
        return type(self), (self.diagnostics,)


class RulebookError(DiagnosticError):
    """The files of a rulebook cannot be used."""


class CaseError(DiagnosticError):
    """A case cannot be used: unknown code, contradiction, value out of range, unreadable file."""


class UsageError(HechtingError):
    """A language, profile, code or option that does not exist."""


class EngineError(HechtingError):
    """An engine cannot be had here, cannot hold a rulebook, or failed."""


class MissingExtraError(HechtingError):
    """A part of the library needs an extra that is not installed; the message names it."""

    def __init__(self, extra: str, needed_for: str) -> None:
        self.extra, self.needed_for = extra, needed_for
        super().__init__(f"{needed_for} needs the extra '{extra}': pip install 'hechting-rules[{extra}]'")

    def __reduce__(self) -> tuple[type["MissingExtraError"], tuple[str, str]]:
        return type(self), (self.extra, self.needed_for)
