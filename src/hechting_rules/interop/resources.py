"""Single FHIR R4 resources that tell of a suggestion: what was noticed, and a draft of a referral."""

import datetime as dt
import re
import uuid
from typing import Any

import attrs

from hechting_rules.advice import Advice, Suggested
from hechting_rules.errors import UsageError
from hechting_rules.interop.codes import BASE, FINDING_SYSTEM, RESULT_SYSTEM
from hechting_rules.interop.leaving import Leaving
from hechting_rules.render.telling import places, plainest
from hechting_rules.terms import About, Language, Level, Text

SEVERITY = {
    Level.ACT_NOW: "high",
    Level.SAME_DAY: "high",
    Level.SOON: "moderate",
    Level.REFER: "moderate",
    Level.SCREEN: "low",
}
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})")
REFERRAL = Text("verwijzing (concept, te beoordelen)", "referral (draft, to be judged)")
Resource = dict[str, Any]
_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, BASE)


@attrs.frozen
class Sheet:
    """What every resource of one advice shares: the advice, who it is about, when, in which language, and a seed of ids.

    ``child`` and ``adult`` are references such as ``Patient/1``; one of them may be empty. ``authored_on`` is a day or a time of
    FHIR, as it is to stand there.
    """

    leaving: Leaving
    child: str
    adult: str
    authored_on: str
    language: Language
    seed: str

    @property
    def advice(self) -> Advice:
        """The advice."""
        return self.leaving.advice

    def id_of(self, kind: str, code: str = "") -> str:
        """The id of a resource, following from the advice, its day, its subject and what it tells."""
        return id_from(self.seed, kind, code)

    def words(self, text: Text) -> str:
        """A text in the language of the resources."""
        return text.into(self.language)

    def own_subject(self, about: About) -> str:
        """The person whom something is about, or nothing where there is no reference to that person."""
        return self.child if about in {About.CHILD, About.ENVIRONMENT} else self.adult

    def subject(self, about: About) -> str:
        """The person in whose record something is told: whom it is about, else the other one."""
        return self.own_subject(about) or self.child or self.adult

    def head(self, kind: str, told: tuple[Suggested, ...], code: str = "") -> Resource:
        """The first members of a resource that tells of these suggestions."""
        labels = self.leaving.labels(told)
        meta = {"meta": {"security": labels}} if labels else {}
        return {"resourceType": kind, "id": self.id_of(kind, code), **meta, "language": self.language.value}


def id_from(*parts: str) -> str:
    """A UUID that follows from its parts alone: the same parts give the same id on every machine."""
    return str(uuid.uuid5(_SPACE, "\0".join(parts)))


def checked_time(text: str) -> str:
    """A time of FHIR with its offset from UTC, as it was. Raises `UsageError` for anything else."""
    try:
        dt.datetime.fromisoformat(text if _TIME.fullmatch(text) else "")
    except ValueError:
        raise UsageError(f"'{text}' is no time with an offset; allowed: such as 2026-11-23T10:00:00+01:00") from None
    return text


def module(advice: Advice) -> str:
    """The canonical address of the rulebook at its version."""
    return f"{BASE}/Library/{advice.rulebook}|{advice.version}"


def result_concept(suggestion: Suggested, sheet: Sheet) -> Resource:
    """A suggestion as a coded concept in its own words."""
    return {"coding": [{"system": RESULT_SYSTEM, "code": suggestion.code}], "text": sheet.words(suggestion.summary)}


def fact_concepts(suggestion: Suggested, sheet: Sheet) -> list[Resource]:
    """The stated findings that carry a suggestion, each once."""
    facts = dict.fromkeys(fact for facts in plainest(suggestion.why) for fact in facts)
    return [
        {"coding": [{"system": FINDING_SYSTEM, "code": fact.name}], "text": f"{sheet.words(fact.label)} ({fact.value})"}
        for fact in facts
    ]


def detected_issue(suggestion: Suggested, sheet: Sheet) -> Resource:
    """What a suggestion draws attention to, as a preliminary issue; a severity only where it is of safety."""
    evidence = [{"code": [fact]} for fact in fact_concepts(suggestion, sheet)]
    return {
        **sheet.head("DetectedIssue", (suggestion,), suggestion.code),
        "status": "preliminary",
        "code": result_concept(suggestion, sheet),
        **({"severity": SEVERITY[suggestion.level]} if suggestion.level is not None else {}),
        "patient": {"reference": sheet.subject(suggestion.about)},
        "identifiedDateTime": sheet.authored_on,
        **({"evidence": evidence} if evidence else {}),
        "detail": detail(suggestion, sheet),
    }


def detail(suggestion: Suggested, sheet: Sheet) -> str:
    """The text of a suggestion, where to turn, and where it stands in the article."""
    parts = [sheet.words(suggestion.text)]
    if suggestion.route is not None:
        parts.append(f"{sheet.words(suggestion.route.text)} ({suggestion.route.checked_on})")
    found = places(sheet.advice, suggestion)
    if found:
        parts.append(", ".join(place.statement for place in found))
    parts.append(sheet.words(sheet.advice.disclaimer))
    return " ".join(parts)


def service_request(suggestion: Suggested, sheet: Sheet, based_on: str = "") -> Resource:
    """A draft of a referral, a proposal to be judged by the practitioner. Only for what `Leaving.may_refer` allows."""
    reasons = fact_concepts(suggestion, sheet)
    cautions = dict.fromkeys(r.evidence.caution for r in suggestion.because if r.evidence is not None)
    return {
        **sheet.head("ServiceRequest", (suggestion,), suggestion.code),
        "status": "draft",
        "intent": "proposal",
        "category": [{"text": sheet.words(REFERRAL)}],
        "code": result_concept(suggestion, sheet),
        "subject": {"reference": sheet.own_subject(suggestion.about)},
        "authoredOn": sheet.authored_on,
        **({"reasonCode": reasons} if reasons else {}),
        **({"supportingInfo": [{"reference": based_on}]} if based_on else {}),
        "note": [{"text": sheet.words(text)} for text in (suggestion.text, *cautions, sheet.advice.disclaimer)],
    }
