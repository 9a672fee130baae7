"""The service described as OpenAPI 3.1, from the JSON Schemas that ship and the codes of the rulebook that answers."""

import copy
import json
from collections.abc import Iterable, Mapping
from typing import Any

from hechting_rules.interop.cds_hooks import SERVICE
from hechting_rules.interop.service.answers import Guidance
from hechting_rules.interop.service.bodies import JSON, SVG, YAML
from hechting_rules.interop.service.problems import MEDIA
from hechting_rules.interop.service.settings import Settings
from hechting_rules.schemas import schema_text
from hechting_rules.terms import Language
from hechting_rules.version import VERSION

OPENAPI = "3.1.0"
SHIPPED = ("case", "advice", "explanation", "consultation")
REASONS: Mapping[str, str] = {
    "400": "the body is not JSON, or a parameter is unknown, given twice, or not allowed",
    "401": "a token is needed, and there is none that is good",
    "403": "the client may not call this address, or the page that calls is of an origin that may not",
    "404": "there is no service of that name, or it keeps no feedback",
    "406": "the answer is of a media type that 'Accept' does not allow",
    "408": "the body was not there in time",
    "409": "the snapshot was made with another rulebook",
    "411": "the body has no length",
    "412": "data that is required was not prefetched",
    "413": "the body is too long",
    "415": "the body is of a media type that is not read, or packed",
    "422": "the case cannot be used: an unknown code, a contradiction, a value out of range; each told with its place",
    "501": "a part of the library that this needs is not installed",
    "503": "too much is at work; come back after the seconds in 'Retry-After'",
}
OF_A_BODY = ("400", "401", "403", "406", "408", "411", "413", "415", "422", "503")
"""The statuses with which every address that takes a body may refuse it."""


def document(guidance: Guidance, settings: Settings) -> dict[str, Any]:
    """The description of the service under these settings."""
    head, paths = guidance.book.head, _paths(guidance)
    found: dict[str, Any] = {
        "openapi": OPENAPI,
        "info": {
            "title": "hechting_rules",
            "version": VERSION,
            "summary": "An article on attachment for general practitioners as rules: a case in, explained suggestions out.",
            "description": " ".join(
                (head.disclaimer.en, f"Clinical review: {head.clinical_review}.", head.intended_use.en, head.misuse.en)
            ),
        },
        "servers": [{"url": settings.public_url or f"http://{settings.host}:{settings.port}"}],
        "paths": paths,
        "components": {"schemas": {**_shipped(guidance), **_own(guidance)}},
    }
    if settings.issuers:
        token = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "as CDS Hooks has it: ES384 or RS384"}
        found["components"]["securitySchemes"] = {"token": token}
        for path in paths.values():
            if "post" in path:
                path["post"]["security"] = [{"token": []}]
    return found


def _paths(guidance: Guidance) -> dict[str, dict[str, Any]]:
    """Every address but those of the page."""
    return {
        "/advise": _post("advise", "the explained suggestions for a case", guidance, "advice", ("as_of",)),
        "/ask": _post("ask", "what to ask next about a case, what matters most first", guidance, "explanation"),
        "/explain": _post(
            "explain",
            "why a result stands in a case or not; without 'code' what speaks for risk and for protection",
            guidance,
            "explanation",
            ("code",),
        ),
        "/drawing": _post("draw", "the reasoning in a case as a drawing", guidance, "", ("code",)),
        "/consultation": _consultation(guidance),
        "/cds-services": _get("discovery", "the services of CDS Hooks", "discovery"),
        "/cds-services/{service}": _hook("cards", "the cards of a service of CDS Hooks", "hook", "cards", ("404", "412")),
        "/cds-services/{service}/feedback": _hook("feedback", "what became of cards", "feedback", "description", ("404",)),
        "/vocabulary": _get("vocabulary", "all that a form needs: stages, findings, questions, subjects", "vocabulary"),
        "/health": _get("health", "whether the service answers, and with which rules", "health"),
        "/openapi.json": _get("openapi", "this description", "description"),
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _get(name: str, summary: str, schema: str) -> dict[str, Any]:
    responses = {"200": {"description": summary, "content": {JSON: {"schema": _ref(schema)}}}, **_problems(("400", "406"))}
    return {"get": {"operationId": name, "summary": summary, "responses": responses}}


def _post(name: str, summary: str, guidance: Guidance, schema: str, more: tuple[str, ...] = ()) -> dict[str, Any]:
    content = {JSON: {"schema": _ref(schema)}} if schema else {SVG: {"schema": {"type": "string"}}}
    body = {"required": True, "content": {form: {"schema": _ref("case")} for form in (JSON, YAML)}}
    return _operation(name, summary, guidance, body, content, more, (*OF_A_BODY, *(() if schema else ("501",))))


def _hook(name: str, summary: str, schema: str, gives: str, more: tuple[str, ...]) -> dict[str, Any]:
    service = {"name": "service", "in": "path", "required": True, "schema": {"type": "string", "enum": [SERVICE]}}
    responses = {
        "200": {"description": summary, "content": {JSON: {"schema": _ref(gives)}}},
        **_problems(sorted((*OF_A_BODY, *more))),
    }
    body = {"required": True, "content": {JSON: {"schema": _ref(schema)}}}
    return {
        "post": {"operationId": name, "summary": summary, "parameters": [service], "requestBody": body, "responses": responses}
    }


def _consultation(guidance: Guidance) -> dict[str, Any]:
    summary = "a live consultation that the client holds: from a snapshot, a case or nothing, after what is told"
    body = {"required": True, "content": {JSON: {"schema": _ref("consult")}}}
    content = {JSON: {"schema": _ref("consulted")}}
    return _operation("consult", summary, guidance, body, content, (), (*OF_A_BODY, "409"))


def _operation(
    name: str,
    summary: str,
    guidance: Guidance,
    body: Mapping[str, Any],
    content: Mapping[str, Any],
    more: tuple[str, ...],
    statuses: tuple[str, ...],
) -> dict[str, Any]:
    responses = {"200": {"description": summary, "content": content}, **_problems(sorted(statuses))}
    query = [_parameters(guidance)[key] for key in ("lang", "profile", *more)]
    return {"post": {"operationId": name, "summary": summary, "parameters": query, "requestBody": body, "responses": responses}}


def _problems(statuses: Iterable[str]) -> dict[str, Any]:
    return {status: {"description": REASONS[status], "content": {MEDIA: {"schema": _ref("problem")}}} for status in statuses}


def _parameters(guidance: Guidance) -> dict[str, dict[str, Any]]:
    book = guidance.book
    results = [*book.conclusions, *book.suggestions]
    return {
        "lang": _parameter("lang", "the language of the texts", {"enum": [str(one) for one in Language], "default": "nl"}),
        "profile": _parameter("profile", "the profile to use", {"enum": list(book.profiles), "default": guidance.profile}),
        "code": _parameter("code", "a conclusion or suggestion", {"enum": results}),
        "as_of": _parameter("as_of", "the day on which to look whether a route is due for review", {"format": "date"}),
    }


def _parameter(name: str, description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": {"type": "string", **schema}}


def _shipped(guidance: Guidance) -> dict[str, Any]:
    """The schemas that ship, with their inner references led to where they stand here; a case with the codes of this rulebook."""
    found = {name: _moved(json.loads(schema_text(name)), name) for name in SHIPPED}
    book = guidance.book
    found["case"]["$defs"]["code"]["enum"] = sorted({*book.findings, *book.alias})
    return found


def _moved(schema: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: _led(value, name) for key, value in schema.items() if key not in ("$schema", "$id")}


def _led(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {
            key: inner.replace("#/", f"#/components/schemas/{name}/", 1) if key == "$ref" else _led(inner, name)
            for key, inner in value.items()
        }
    return [_led(inner, name) for inner in value] if isinstance(value, list) else value


def _own(guidance: Guidance) -> dict[str, Any]:
    names = ["child", "adult", *guidance.book.quantities, *guidance.book.findings]
    found = copy.deepcopy(OWN)
    found["told_name"]["enum"] = names
    return found


TEXT = {"type": "string"}
BOTH = {
    "type": "object",
    "description": "a text in both languages",
    "required": ["nl", "en"],
    "properties": {"nl": TEXT, "en": TEXT},
}
RULES = {
    "type": "object",
    "required": ["id", "version", "sha256"],
    "properties": {"id": TEXT, "version": TEXT, "sha256": TEXT, "clinical_review": TEXT},
}


def _object(description: str, required: Mapping[str, Any], optional: Mapping[str, Any] | None = None) -> dict[str, Any]:
    properties = {**required, **(optional or {})}
    return {"type": "object", "description": description, "required": list(required), "properties": properties}


def _list(items: Mapping[str, Any], description: str = "") -> dict[str, Any]:
    return {"type": "array", "items": items, **({"description": description} if description else {})}


OWN: dict[str, Any] = {
    "told_name": {"type": "string", "description": "child, adult, a quantity, or the code of a finding"},
    "consult": {
        "type": "object",
        "description": "what to start from, and what to tell; without snapshot and case it starts empty",
        "properties": {
            "snapshot": {**_ref("consultation"), "description": "as an earlier answer gave it"},
            "case": {
                "description": "a case, or the text of a case file (YAML or JSON)",
                "anyOf": [_ref("case"), {"type": "string", "minLength": 1}],
            },
            "do": _list(
                {
                    "anyOf": [
                        {
                            "type": "object",
                            "description": "a name, and its status, stage or number",
                            "required": ["tell"],
                            "properties": {
                                "tell": {
                                    "type": "array",
                                    "prefixItems": [_ref("told_name"), {"type": ["string", "number"]}],
                                    "minItems": 2,
                                    "maxItems": 2,
                                }
                            },
                            "additionalProperties": False,
                        },
                        {
                            "type": "object",
                            "description": "a name of which what was told is taken back",
                            "required": ["withdraw"],
                            "properties": {"withdraw": _ref("told_name")},
                            "additionalProperties": False,
                        },
                    ]
                },
                "in this order, all or nothing",
            ),
        },
        "additionalProperties": False,
        "not": {"required": ["snapshot", "case"]},
    },
    "consulted": _object(
        "a consultation after what was told",
        {
            "schema": {"const": "hechting-rules/consulted/1"},
            "snapshot": _ref("consultation"),
            "case": _ref("case"),
            "implied": _list(
                _object("what follows from something else that is told", {"code": TEXT, "status": TEXT, "from": TEXT}),
            ),
            "changed": {**_ref("explanation"), "description": "what differs from what it started from; from nothing, for a case"},
            "advice": _ref("advice"),
            "ask_next": _list(_ref("advice/$defs/question"), "the questions that bear on what is told"),
        },
    ),
    "vocabulary": _object(
        "all that a form needs, in both languages",
        {
            "schema": {"const": "hechting-rules/vocabulary-of-service/1"},
            "rulebook": RULES,
            "title": BOTH,
            "intended_use": BOTH,
            "users": BOTH,
            "misuse": BOTH,
            "limits": BOTH,
            "disclaimer": BOTH,
            "languages": _list(TEXT),
            "profiles": _list(_object("a profile", {"id": TEXT, "title": BOTH})),
            "profile": TEXT,
            "engines": _list(TEXT),
            "stages": _list(_object("a life stage", {"code": TEXT, "of": TEXT, "label": BOTH})),
            "quantities": _list(
                _object(
                    "a number",
                    {
                        "name": TEXT,
                        "of": TEXT,
                        "unit": TEXT,
                        "least": {"type": "number"},
                        "most": {"type": "number"},
                        "label": BOTH,
                    },
                )
            ),
            "groups": _list(_object("findings that belong together", {"id": TEXT, "about": BOTH, "topic": BOTH})),
            "findings": _list(
                _object(
                    "a finding",
                    {
                        "code": TEXT,
                        "label": BOTH,
                        "question": BOTH,
                        "group": TEXT,
                        "about": TEXT,
                        "time": TEXT,
                        "direction": TEXT,
                        "changeable": TEXT,
                        "stages": _list(TEXT, "where it counts; empty: everywhere"),
                        "not_at": _list(TEXT, "where it cannot be"),
                        "implies": _list(TEXT),
                        "details": _list(TEXT, "what a composite finding is made of"),
                        "synonyms": {"type": "object"},
                    },
                )
            ),
            "results": _list(_object("a conclusion or suggestion", {"code": TEXT, "origin": TEXT, "kind": TEXT, "title": BOTH})),
            "flags": _list(_object("a safety flag", {"id": TEXT, "level": TEXT, "name": BOTH, "asks": _list(TEXT)})),
            "words": {"type": "object", "description": "the closed sets of words in answers, each in both languages"},
        },
    ),
    "health": _object("the service answers", {"status": {"const": "ok"}, "version": TEXT, "rulebook": RULES}),
    "discovery": _object("the services of CDS Hooks", {"services": _list({"type": "object"})}),
    "cards": _object("the cards of a service of CDS Hooks", {"cards": _list({"type": "object"})}),
    "hook": _object(
        "a request as CDS Hooks has it",
        {
            "hook": {"const": "patient-view"},
            "hookInstance": {"type": "string", "format": "uuid"},
            "context": _object("who asks about whom", {"userId": TEXT, "patientId": TEXT}),
        },
        {"prefetch": {"type": "object"}, "fhirServer": TEXT, "fhirAuthorization": {"type": "object"}},
    ),
    "feedback": _object(
        "what became of cards, as CDS Hooks has it",
        {
            "feedback": _list(
                _object(
                    "what became of one card",
                    {
                        "card": {"type": "string", "format": "uuid"},
                        "outcome": {"enum": ["accepted", "overridden"]},
                        "outcomeTimestamp": {"type": "string", "format": "date-time"},
                    },
                    {"acceptedSuggestions": _list({"type": "object"}), "overrideReason": {"type": "object"}},
                )
            )
        },
    ),
    "description": {"type": "object", "description": "an OpenAPI document"},
    "problem": _object(
        "what is wrong (RFC 9457)",
        {"type": TEXT, "title": TEXT, "status": {"type": "integer"}, "detail": TEXT, "instance": TEXT},
        {
            "errors": _list(
                _object("one thing", {"where": TEXT, "what": TEXT}, {"code": TEXT, "allowed": TEXT, "hint": TEXT}),
                "each with its place",
            ),
            "clashes": _list(
                _object("what is told already and goes with it not", {"name": TEXT, "value": {"type": ["string", "number"]}}),
                "with these taken back, it can be told; empty: it cannot be told at all",
            ),
        },
    ),
}
"""The forms that are the service's own."""
