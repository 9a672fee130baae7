"""What each address answers: functions from what was asked to plain data, or to a drawing. No HTTP here.

On a case, as the library says it; in CDS Hooks, as `hechting_rules.interop.cds_hooks` does.
"""

import datetime as dt
import logging
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from hechting_rules.case import parse_case
from hechting_rules.explain import advise, arguments, ask_next, explained
from hechting_rules.interop.cds_hooks import Hooks, Reply, Status, feedback, respond
from hechting_rules.interop.feedback import FeedbackStore, SqliteFeedback
from hechting_rules.interop.mapfiles import load_code_map
from hechting_rules.interop.service.bodies import JSON, chosen, read_json
from hechting_rules.interop.service.journal import failure, note
from hechting_rules.interop.service.problems import Fault, RefusedError, fault_from
from hechting_rules.interop.service.settings import Settings
from hechting_rules.model import Rulebook
from hechting_rules.render.explained_json import arguments_to_mapping, questions_to_mapping, result_to_mapping
from hechting_rules.render.json import to_mapping
from hechting_rules.render.svg import to_svg
from hechting_rules.source import did_you_mean, shorten
from hechting_rules.stated import Case
from hechting_rules.terms import Language

REFUSED = {
    Status.BAD_REQUEST: "request",
    Status.UNKNOWN_SERVICE: "no-such-service",
    Status.DATA_MISSING: "data-missing",
    Status.UNUSABLE: "unusable",
}
"""What a reply of CDS Hooks that gives no cards is called in a problem."""


@attrs.frozen
class Guidance:
    """The rulebook that answers, its profile and engine unless asked otherwise, and how many ``steps`` one request may take."""

    book: Rulebook
    profile: str
    engine: str
    steps: int


@attrs.frozen
class Asked:
    """A request without its HTTP: the text of its body, the media type of that, and the parameters of its address."""

    text: str
    form: str
    query: Mapping[str, str]

    @property
    def language(self) -> Language:
        """The language of the texts; Dutch unless asked otherwise. Raises `RefusedError` for one that is unknown."""
        return Language(chosen("lang", self.query.get("lang", Language.NL), Language))

    def profile(self, guidance: Guidance) -> str:
        """The profile to use. Raises `RefusedError` for one that the rulebook has not."""
        return chosen("profile", self.query.get("profile", guidance.profile), guidance.book.profiles)

    def case(self) -> Case:
        """The case in the body. Raises `CaseError`, or `RefusedError` for a body that is said to be JSON and is not."""
        if self.form == JSON:
            read_json(self.text)
        return parse_case(self.text, "body")


def advise_on(guidance: Guidance, asked: Asked) -> dict[str, Any]:
    """The advice on a case."""
    profile, language, day = asked.profile(guidance), asked.language, _day(asked)
    return to_mapping(advise(asked.case(), guidance.book, profile, day, guidance.engine), language)


def ask_about(guidance: Guidance, asked: Asked) -> dict[str, Any]:
    """What to ask next about a case."""
    profile, language = asked.profile(guidance), asked.language
    return questions_to_mapping(ask_next(asked.case(), guidance.book, profile), language)


def explain_in(guidance: Guidance, asked: Asked) -> dict[str, Any]:
    """Why a result stands in a case or not; without a ``code``, what speaks for risk and for protection."""
    profile, language, code = asked.profile(guidance), asked.language, _code(guidance, asked)
    case = asked.case()
    if not code:
        return arguments_to_mapping(arguments(case, guidance.book, profile), language)
    return result_to_mapping(explained(case, code, guidance.book, profile), language)


def draw(guidance: Guidance, asked: Asked) -> str:
    """The reasoning in a case as SVG: all that its advice tells, or one result."""
    profile, language, code = asked.profile(guidance), asked.language, _code(guidance, asked)
    return to_svg(advise(asked.case(), guidance.book, profile), language, code or None)


def _code(guidance: Guidance, asked: Asked) -> str:
    """The result asked about, or nothing."""
    code, book = asked.query.get("code", ""), guidance.book
    if code and code not in book.conclusions and code not in book.suggestions:
        fault = Fault(
            "parameter code",
            f"'{shorten(code)}' is no conclusion or suggestion",
            hint=did_you_mean(code, [*book.conclusions, *book.suggestions]),
        )
        raise RefusedError(400, "parameter", "there is no such result", [fault])
    return code


def _day(asked: Asked) -> dt.date | None:
    """The day to look at the routes on, if one is given."""
    text = asked.query.get("as_of")
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        fault = Fault("parameter as_of", f"is '{shorten(text)}'", "a day, such as 2026-11-30")
        raise RefusedError(400, "parameter", "parameter as_of is no day", [fault]) from None


@attrs.frozen
class HooksGuidance:
    """What answers in CDS Hooks: how it is set up, where feedback is kept if anywhere, and which day it is."""

    hooks: Hooks
    store: FeedbackStore | None
    day: Callable[[], dt.date]


def hooks_guidance(book: Rulebook, settings: Settings, day: Callable[[], dt.date]) -> HooksGuidance:
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
    return HooksGuidance(hooks, store, day)


def cards(guidance: HooksGuidance, service: str, text: str) -> dict[str, Any]:
    """The cards for a request. Raises `RefusedError` for what is no good request, or lacks data that is required (412).

    Cards are given also where the file for feedback fails, as on a full disk: they may tell of danger, and that file only counts.
    """
    reply = respond(guidance.hooks, service, read_json(text), as_of=guidance.day())
    found = _body(reply)
    if guidance.store is not None and reply.issued:
        try:
            guidance.store.issued(reply.issued)
        except sqlite3.Error as error:
            note("cards were given and not kept for feedback", logging.ERROR, cards=len(reply.issued), **failure(error))
    return found


def keep_feedback(guidance: HooksGuidance, service: str, text: str) -> dict[str, Any]:
    """Keep what became of cards. Raises `RefusedError` for what cannot be used, and where nothing is kept."""
    if guidance.store is None:
        raise RefusedError(
            404, "no-feedback", "this service keeps no feedback; name a file for it under 'feedback' in the settings"
        )
    return _body(feedback(service, read_json(text), guidance.store))


def _body(reply: Reply) -> dict[str, Any]:
    """The body of a reply that is fine. Raises `RefusedError` for any other."""
    if reply.status is Status.OK:
        return dict(reply.body)
    told = dict(reply.body)
    detail, found = str(told.pop("error")), told.pop("problems", ())
    faults = [fault_from(one["where"], one["what"], one.get("hint", ""), one["code"]) for one in found]
    raise RefusedError(int(reply.status), REFUSED[reply.status], detail, faults, more=told)
