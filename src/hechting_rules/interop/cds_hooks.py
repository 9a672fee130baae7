"""CDS Hooks 2.0.1 as functions of dictionaries: what is offered, the cards for a request, and what became of them.

No HTTP here: each answer is a `Reply` with the status that a service gives it. An error is never an empty list of cards.
"""

import datetime as dt
import re
from collections.abc import Mapping
from enum import IntEnum
from typing import Any

import attrs

from hechting_rules.answered import program_for
from hechting_rules.errors import CaseError
from hechting_rules.explain import advise
from hechting_rules.interop.cards import Card, Deck, cards
from hechting_rules.interop.codes import CodeMap
from hechting_rules.interop.feedback import FeedbackStore, Issued, is_uuid, mapping, read_feedback
from hechting_rules.interop.fhir import Reading, read_fhir
from hechting_rules.interop.leaving import Leaving
from hechting_rules.interop.mapfiles import load_code_map
from hechting_rules.interop.prefetch import REQUIRED, Fetch, Gathered, gather, templates
from hechting_rules.interop.record.bundle import records_in
from hechting_rules.interop.record.elements import Node
from hechting_rules.interop.record.people import GROWN_MONTHS, ages, has_died
from hechting_rules.interop.resources import Sheet
from hechting_rules.model import DEFAULT_PROFILE, Profile, Rulebook
from hechting_rules.profiles import find_profile
from hechting_rules.rulebook import default_rulebook
from hechting_rules.source import Diagnostic, Problems, one_of, shorten
from hechting_rules.terms import Language, Text

HOOK = "patient-view"
SERVICE = "hechting-advice"
TITLE = Text("Hechting: risico of bescherming?", "Attachment: risk or protection?")
DESCRIPTION = Text(
    "Uitgelegde suggesties voor aandacht en verwijzing bij hechting, naar één artikel voor huisartsen. Geen diagnose of score.",
    "Explained suggestions for attention and referral on attachment, after one article for GPs. No diagnosis, no score.",
)
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_URL = re.compile(r"https?://\S+")


class Status(IntEnum):
    """What an answer is over HTTP."""

    OK = 200
    BAD_REQUEST = 400
    UNKNOWN_SERVICE = 404
    DATA_MISSING = 412
    UNUSABLE = 422


@attrs.frozen
class Reply:
    """An answer: its status and body. With cards, ``issued`` says which, for a feedback store; it holds nothing of a patient."""

    status: Status
    body: Mapping[str, Any]
    issued: tuple[Issued, ...] = ()


@attrs.frozen
class Hooks:
    """How the service is set up: language, profile, the map of codes, whether hints count, and pages that the host has.

    ``source_url`` is an absolute address that describes the source; ``rule_url`` one of a rule, with ``{rule}`` in it.
    """

    rulebook: Rulebook = attrs.field(factory=default_rulebook)
    profile: str | Profile = DEFAULT_PROFILE
    language: Language = Language.NL
    code_map: str | CodeMap = "nl"
    hints: bool = False
    source_url: str = ""
    rule_url: str = ""

    @property
    def codes(self) -> CodeMap:
        """The map of codes."""
        return load_code_map(self.code_map, self.rulebook) if isinstance(self.code_map, str) else self.code_map

    def templates(self) -> dict[str, str]:
        """What a client is asked to prefetch."""
        return templates(self.codes, program_for(self.rulebook, find_profile(self.rulebook, self.profile)))


def discovery(hooks: Hooks) -> dict[str, Any]:
    """The services there are: the body of ``GET /cds-services``."""
    service = {
        "hook": HOOK,
        "id": SERVICE,
        "title": TITLE.into(hooks.language),
        "description": DESCRIPTION.into(hooks.language),
        "prefetch": hooks.templates(),
        "usageRequirements": hooks.rulebook.head.intended_use.into(hooks.language),
    }
    return {"services": [service]}


def respond(hooks: Hooks, service: str, request: Any, *, as_of: dt.date, fetch: Fetch | None = None) -> Reply:
    """The cards for a request: the body of ``POST /cds-services/{service}``.

    ``as_of`` is the day of the request; ``fetch`` runs a query on the client's FHIR server where the host can. Nothing is fetched
    otherwise. 404 for another service; 400 for a request that is wrong, with every place; 412 when data that is required can
    neither be prefetched nor fetched; 422 when the record cannot be used, with every place; else 200 with cards, none where
    nothing is established or the patient has died.
    """
    if service != SERVICE:
        return _refused(Status.UNKNOWN_SERVICE, f"there is no service of that name; allowed: {SERVICE}")
    problems = Problems()
    asked = _read(request, problems)
    if problems.errors():
        return _told(Status.BAD_REQUEST, "the request cannot be used", problems.errors())
    found = gather(hooks.templates(), asked.patient, asked.prefetch, fetch)
    missing = [key for key in REQUIRED if key in found.missing]
    if missing:
        return _refused(Status.DATA_MISSING, f"required data could not be had: {one_of(missing)}", prefetch=missing)
    return _about(hooks, asked, found, as_of)


def feedback(service: str, request: Any, store: FeedbackStore) -> Reply:
    """Keep what became of cards: the body of ``POST /cds-services/{service}/feedback``. All of it is kept or, if wrong, none."""
    if service != SERVICE:
        return _refused(Status.UNKNOWN_SERVICE, f"there is no service of that name; allowed: {SERVICE}")
    problems = Problems()
    outcomes = read_feedback(Node(mapping(request), "request", problems))
    if problems.errors():
        return _told(Status.BAD_REQUEST, "the feedback cannot be used", problems.errors())
    store.add(outcomes)
    return Reply(Status.OK, {})


@attrs.frozen
class _Asked:
    """What of a request is used."""

    instance: str
    patient: str
    prefetch: Mapping[str, Any]


def _read(request: Any, problems: Problems) -> _Asked:
    """The request, with everything that is wrong with it noted."""
    node = Node(mapping(request), "request", problems)
    if not isinstance(request, Mapping):
        node.wrong("K801", "", "is no object")
    if node.text("hook") != HOOK:
        node.wrong("K802", "hook", f"is not the hook of this service; allowed: {HOOK}")
    if not is_uuid(node.text("hookInstance")):
        node.wrong("K803", "hookInstance", "is no UUID")
    context = node.inner("context")
    patient = "" if context is None else context.text("patientId")
    if node.members.get("context") is None:
        node.wrong("K804", "context", "is not there", "patient-view gives userId and patientId")
    if context is not None:
        if not _ID.fullmatch(patient):
            context.wrong("K804", "patientId", "is no id of a FHIR resource")
        if not context.text("userId"):
            context.wrong("K804", "userId", "is not there")
    _read_access(node)
    return _Asked(node.text("hookInstance"), patient, _prefetched(node, patient))


def _read_access(node: Node) -> None:
    server, access = node.text("fhirServer"), node.inner("fhirAuthorization")
    if server and not _URL.fullmatch(server):
        node.wrong("K805", "fhirServer", "is no absolute address")
    if access is None:
        return
    if not server:
        node.wrong("K805", "fhirServer", "is not there, though there is a fhirAuthorization")
    for key in ("access_token", "scope", "subject"):
        if not access.text(key):
            access.wrong("K805", key, "is not there")
    if access.text("token_type") != "Bearer":
        access.wrong("K805", "token_type", "is not 'Bearer'")
    if access.number("expires_in") is None:
        access.wrong("K805", "expires_in", "is not there")


def _prefetched(node: Node, patient: str) -> Mapping[str, Any]:
    """What was prefetched; nothing but resources, and the patient in it is the one in context."""
    found = node.inner("prefetch")
    if found is None:
        return {}
    for key, value in found.members.items():
        if value is not None and not isinstance(value, Mapping):
            found.wrong("K806", shorten(str(key)), "is no resource; allowed: an object, or null where there is no data")
    given = found.members.get("patient")
    of = given.get("id") if isinstance(given, Mapping) and given.get("resourceType") == "Patient" else patient
    if of != patient and _ID.fullmatch(patient):
        found.wrong("K806", "patient.id", "is not the patient in context")
    return found.members


def _about(hooks: Hooks, asked: _Asked, found: Gathered, as_of: dt.date) -> Reply:
    """The cards on what was gathered."""
    reference = f"Patient/{asked.patient}"
    patient = records_in(found.resources, Problems()).named(reference)
    if patient is not None and has_died(patient, as_of):
        return Reply(Status.OK, {"cards": []})
    role = _role(patient, hooks, as_of)
    if not role:
        return _refused(Status.DATA_MISSING, "required data could not be had: Patient.birthDate", prefetch=["patient"])
    try:
        reading = read_fhir(
            found.resources,
            as_of=as_of,
            code_map=hooks.codes,
            rulebook=hooks.rulebook,
            hints=hooks.hints,
            **{role: reference},
        )
        given = _cards(hooks, asked, reading, as_of, partial=bool(found.partial or found.missing))
    except CaseError as error:
        return _told(Status.UNUSABLE, "the record cannot be used", error.diagnostics)
    head = hooks.rulebook.head
    issued = tuple(Issued(card["uuid"], code, card["indicator"], head.id, head.version) for code, card in given.items())
    return Reply(Status.OK, {"cards": list(given.values())}, issued)


def _role(patient: Node | None, hooks: Hooks, as_of: dt.date) -> str:
    """Whether the patient in context is the child or the adult of the case; nothing where that is not known."""
    birth = None if patient is None else patient.days("birthDate")
    if patient is None or (birth is None and not patient.text("birthDate")):
        return ""
    if birth is None:
        return "child"  # an unreadable date is told by the reading, with its place
    return "child" if ages(birth, as_of)[0] < hooks.rulebook.parameters[GROWN_MONTHS].value else "adult"


def _cards(hooks: Hooks, asked: _Asked, reading: Reading, as_of: dt.date, *, partial: bool) -> dict[str, Card]:
    advice = advise(reading.case, hooks.rulebook, hooks.profile, as_of)
    leaving = Leaving.of(advice, hooks.rulebook, abuse=False)
    sheet = Sheet(leaving, reading.child, reading.adult, as_of.isoformat(), hooks.language, asked.instance)
    hints = tuple(hooks.rulebook.findings[code].label for code in reading.hints)
    deck = Deck(sheet, asked.instance, f"Patient/{asked.patient}", hooks.source_url, hooks.rule_url, hints)
    return cards(deck, partial=partial)


def _refused(status: Status, message: str, **more: Any) -> Reply:
    return Reply(status, {"error": message, **more})


def _told(status: Status, message: str, found: tuple[Diagnostic, ...]) -> Reply:
    """A refusal with each thing that is wrong and its place."""
    wrong = [
        {"code": d.code, "where": str(d.span), "what": d.message, **({"hint": d.hint} if d.hint else {})}
        for d in dict.fromkeys(found)
    ]
    return Reply(status, {"error": message, "problems": wrong})
