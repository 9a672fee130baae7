"""CDS Hooks over HTTP: discovery, cards and feedback, as `hechting_rules.interop.cds_hooks` answers them."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import attrs

from hechting_rules.interop.cds_hooks import Hooks, Reply, feedback, respond
from hechting_rules.interop.feedback import FeedbackStore, SqliteFeedback
from hechting_rules.interop.mapfiles import load_code_map
from hechting_rules.interop.service.bodies import read_json
from hechting_rules.interop.service.problems import Fault, RefusedError
from hechting_rules.interop.service.settings import Settings
from hechting_rules.model import Rulebook
from hechting_rules.terms import Language

NAMES = {400: "request", 404: "no-such-service", 412: "data-missing", 422: "unusable"}
FOUND = 200


def today() -> dt.date:
    """The day it is where the service runs."""
    return dt.datetime.now(tz=dt.UTC).astimezone().date()


@attrs.frozen
class Desk:
    """What the addresses of CDS Hooks share: how it is set up, where feedback is kept if anywhere, and which day it is."""

    hooks: Hooks
    store: FeedbackStore | None
    day: Callable[[], dt.date]


def hooks_desk(book: Rulebook, settings: Settings, day: Callable[[], dt.date]) -> Desk:
    """CDS Hooks under these settings. Raises `CodeMapError` for an unknown map, `UsageError` where feedback cannot be kept."""
    hooks = Hooks(
        rulebook=book,
        profile=settings.profile,
        language=Language(settings.language),
        code_map=load_code_map(settings.code_map, book),
        hints=settings.hints,
        source_url=settings.source_url,
        rule_url=settings.rule_url,
    )
    store = None if settings.feedback is None else SqliteFeedback(settings.feedback)
    if store is not None:
        store.prepare()
    return Desk(hooks, store, day)


def cards(desk: Desk, service: str, text: str) -> dict[str, Any]:
    """The cards for a request. Raises `RefusedError` for what is no good request, or lacks data that is required (412)."""
    reply = respond(desk.hooks, service, read_json(text), as_of=desk.day())
    found = _body(reply)
    if desk.store is not None and reply.issued:
        desk.store.issued(reply.issued)
    return found


def keep_feedback(desk: Desk, service: str, text: str) -> dict[str, Any]:
    """Keep what became of cards. Raises `RefusedError` for what cannot be used, and where nothing is kept."""
    if desk.store is None:
        raise RefusedError(
            404, "no-feedback", "this service keeps no feedback; name a file for it under 'feedback' in the settings"
        )
    return _body(feedback(service, read_json(text), desk.store))


def _body(reply: Reply) -> dict[str, Any]:
    """The body of a reply that is fine. Raises `RefusedError` for any other."""
    if reply.status == FOUND:
        return dict(reply.body)
    told = dict(reply.body)
    detail, found = str(told.pop("error")), told.pop("problems", ())
    faults = [Fault(one["where"], one["what"], hint=one.get("hint", ""), code=one["code"]) for one in found]
    raise RefusedError(int(reply.status), NAMES[int(reply.status)], detail, faults, more=told)
