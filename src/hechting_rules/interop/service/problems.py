"""What goes wrong, as problem details (RFC 9457): where, what was found, what is allowed, what to try. Never a traceback."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import attrs

from hechting_rules.errors import DiagnosticError, HechtingError, MissingExtraError
from hechting_rules.source import Diagnostic

MEDIA = "application/problem+json"
TYPE = "urn:hechting-rules:problem:"
ALLOWED = "; allowed: "
UNUSABLE = "what was sent cannot be used; 'errors' says what is wrong, and where"


@attrs.frozen
class Fault:
    """One thing that is wrong with a request; what is empty is left out of the answer."""

    where: str
    what: str
    allowed: str = ""
    hint: str = ""
    code: str = ""


class RefusedError(HechtingError):
    """A request that gets another answer than it asked for.

    ``name`` says for programs what it is, ``detail`` for people, ``more`` are further members of the answer.
    """

    def __init__(
        self,
        status: int,
        name: str,
        detail: str,
        faults: Iterable[Fault] = (),
        *,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        self.status, self.name, self.detail = status, name, detail
        self.faults, self.headers, self.more = tuple(faults), dict(headers or {}), dict(more or {})
        super().__init__(detail)


def problem(refused: RefusedError, request: str) -> dict[str, Any]:
    """The body of an answer that says what is wrong; ``request`` is the id that stands in the log."""
    return {
        "type": f"{TYPE}{refused.name}",
        "title": HTTPStatus(refused.status).phrase,
        "status": refused.status,
        "detail": refused.detail,
        "instance": f"urn:uuid:{request}",
        **({"errors": [_told(one) for one in refused.faults]} if refused.faults else {}),
        **refused.more,
    }


def _told(one: Fault) -> dict[str, str]:
    found = attrs.asdict(one)
    return {key: found[key] for key in ("code", "where", "what", "allowed", "hint") if found[key]}


def refusal_of(error: HechtingError, where: str) -> RefusedError:
    """What an error of the library is over HTTP: mostly that the request cannot be answered as it stands."""
    if isinstance(error, RefusedError):
        return error
    if isinstance(error, DiagnosticError):
        faults = [_fault(diagnostic, where) for diagnostic in error.diagnostics]
        return RefusedError(422, "unusable", UNUSABLE, faults)
    if isinstance(error, MissingExtraError):
        return RefusedError(501, "not-installed", str(error))
    return RefusedError(422, "unusable", str(error), [fault_from(where, str(error))])


def _fault(diagnostic: Diagnostic, where: str) -> Fault:
    """One thing found wrong, as a part of an answer. What has no line of its own stands at ``where``."""
    span = diagnostic.span
    return fault_from(str(span) if span.line else where, diagnostic.message, diagnostic.hint, diagnostic.code)


def fault_from(where: str, message: str, hint: str = "", code: str = "") -> Fault:
    """One thing found wrong, from a message of the library: what is allowed stands apart where the message says it."""
    what, _, allowed = message.partition(ALLOWED)
    return Fault(where, what, allowed, hint, code)
