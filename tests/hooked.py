"""CDS Hooks for tests: requests, what is answered, and cards of every kind."""

import functools
import json
from pathlib import Path
from typing import Any

import jsonschema

from hechting_rules import Case, advise
from hechting_rules.interop.cards import Deck, cards
from hechting_rules.interop.cds_hooks import SERVICE, Hooks, Reply, respond
from hechting_rules.interop.feedback import Outcome
from hechting_rules.interop.leaving import Leaving
from hechting_rules.interop.questionnaire import questionnaire
from hechting_rules.interop.resources import Sheet
from hechting_rules.interop.responses import response
from hechting_rules.rulebook import default_rulebook
from hechting_rules.terms import Language
from records import CHILD, TODAY, bundle
from test_fhir_out import EXAMPLES, advised, referral

CALL = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"
OTHER_CALL = "d1577c69-dfbe-44ad-ba6d-3e05e953b2eb"
SCHEMA = json.loads((Path(__file__).parent / "cds_hooks.schema.json").read_text(encoding="utf-8"))
NOTHING = bundle()
CARD = "4e0a3a1e-3283-4575-ab82-028d55fe2719"
ACCEPTED = {
    "card": CARD,
    "outcome": "accepted",
    "acceptedSuggestions": [{"id": "e56e1945-20b3-4393-8503-a1a20fd73152"}],
    "outcomeTimestamp": "2026-11-23T10:00:00Z",
}
OVERRIDDEN = {
    "card": CARD,
    "outcome": "overridden",
    "overrideReason": {"reason": {"code": "disagree"}, "userComment": "dit kind heet Jan"},
    "outcomeTimestamp": "2026-11-23T10:01:00Z",
}


def hooks(**more: Any) -> Hooks:
    return Hooks(**more)


def request(*resources: Any, subject: Any = CHILD, **more: Any) -> Any:
    """A request with everything prefetched: the patient, and these resources under the keys of their type."""
    kinds = {"conditions": "Condition", "observations": "Observation", "answers": "QuestionnaireResponse", "kin": "RelatedPerson"}
    prefetch = {
        key: bundle(*(r for r in resources if r["resourceType"] == kind)) | {"type": "searchset"} for key, kind in kinds.items()
    }
    return {
        "hook": "patient-view",
        "hookInstance": CALL,
        "context": {"userId": "Practitioner/1", "patientId": subject["id"]},
        "prefetch": {"patient": subject, "stays": NOTHING, "family": NOTHING, **prefetch},
        **more,
    }


def ask(*resources: Any, setup: Hooks | None = None, **more: Any) -> Reply:
    return respond(setup or hooks(), SERVICE, request(*resources, **more), as_of=TODAY)


def told(case: Case, of: str = "child") -> Any:
    """What a practitioner answered to our questionnaire today."""
    return response(case, asked(), authored="2026-11-23", subject=f"Patient/{of}")


@functools.cache
def asked() -> Any:
    return questionnaire()


def valid(value: Any, part: str) -> None:
    jsonschema.validate(value, {"$ref": f"#/$defs/{part}", "$defs": SCHEMA["$defs"]})


@functools.cache
def rich() -> tuple[tuple[str, Any], ...]:
    """Cards of every kind: of each example case in both languages, and of a referral that may be drafted."""
    found: list[tuple[str, Any]] = []
    some = [path for path in EXAMPLES if path.stem[:2] in {"02", "04", "07", "13", "15", "18", "21"}]
    cases = [(advised(path), language) for path in some for language in Language]
    cases.append((advise(referral()[0]), Language.NL))
    for advice, language in cases:
        leaving = Leaving.of(advice, default_rulebook(), abuse=False)
        sheet = Sheet(leaving, "Patient/child", "Patient/adult", TODAY.isoformat(), language, CALL)
        deck = Deck(sheet, CALL, "Patient/child", "https://example.org/about", "https://example.org/rules/{rule}")
        found += cards(deck, partial=True).items()
    return tuple(found)


def all_cards() -> list[Any]:
    return [card for _, card in rich()]


def the_draft() -> Any:
    return next(card for card in all_cards() if "suggestions" in card)


class Kept:
    """A store of feedback that no card was given to."""

    def __init__(self) -> None:
        self.kept: list[Outcome] = []

    def issued(self, cards: Any) -> None:
        raise AssertionError(cards)

    def add(self, outcomes: Any) -> None:
        self.kept += outcomes
