"""An advice as JSON, in one language: the form published as ``schemas/advice.schema.json``."""

import json
from typing import Any

from hechting_rules.advice import (
    Advice,
    ClassTold,
    Concluded,
    FlagName,
    Justification,
    Locator,
    PartTold,
    Premise,
    Question,
    StatedFact,
    Suggested,
)
from hechting_rules.terms import Language, Origin, Text

SCHEMA = "hechting-rules/advice/1"


def to_json(advice: Advice, language: Language) -> str:
    """The advice as JSON text: stable order of keys, two spaces, a line break at the end."""
    return json.dumps(to_mapping(advice, language), ensure_ascii=False, indent=2) + "\n"


def to_mapping(advice: Advice, language: Language) -> dict[str, Any]:
    """The advice as plain data."""
    return {
        "schema": SCHEMA,
        "rulebook": {**rulebook_mapping(advice), "parts": [_part(part, language) for part in advice.parts]},
        "profile": {
            "id": advice.profile,
            "changes": [{"what": c.what, "name": c.name, "detail": c.detail} for c in advice.changes],
        },
        "language": language.value,
        "disclaimer": advice.disclaimer.into(language),
        "case": case_mapping(advice),
        "safety": [_suggested(s, language) for s in advice.of_origin(Origin.SAFETY)],
        "screen_first": _flags(advice.screen_first),
        "flags": _named_flags(advice, language),
        "conclusions": [_concluded(c, language) for c in advice.conclusions],
        "suggestions": [_suggested(s, language) for s in advice.suggestions if s.origin is not Origin.SAFETY],
        "ask_next": [question_mapping(q, language) for q in advice.ask_next],
        "context": [text.into(language) for text in advice.context],
        "classifications": [_class(c, language) for c in advice.classifications],
        "not_assessed": advice.not_assessed,
        "warnings": list(advice.warnings),
    }


def rulebook_mapping(advice: Advice) -> dict[str, str]:
    """Which rulebook an advice comes from, as plain data."""
    return {
        "id": advice.rulebook,
        "version": advice.version,
        "sha256": advice.sha256,
        "clinical_review": advice.clinical_review,
    }


def case_mapping(advice: Advice) -> dict[str, str]:
    """Which case an advice is on, as plain data: its name and the stages of the persons, in codes."""
    return {"id": advice.case, "child_stage": advice.child_stage, "adult_stage": advice.adult_stage}


def _part(part: PartTold, language: Language) -> dict[str, Any]:
    return {
        "id": part.id,
        "version": part.version,
        "sha256": part.sha256,
        "clinical_review": part.clinical_review,
        "author": _maybe(part.author, language),
        "off": [{"rule": change.name, "detail": change.detail} for change in part.off],
    }


def _concluded(result: Concluded, language: Language) -> dict[str, Any]:
    return {
        "code": result.code,
        "status": result.outcome.value,
        "robust": result.robust,
        "title": result.title.into(language),
        "about": result.about.value,
        "because": [because_mapping(j, language) for j in result.because],
        "why": [facts_mapping(facts, language) for facts in result.why],
    }


def _suggested(result: Suggested, language: Language) -> dict[str, Any]:
    return {
        "code": result.code,
        "kind": result.kind.value,
        "origin": result.origin.value,
        "about": result.about.value,
        "status": result.outcome.value,
        "robust": result.robust,
        "summary": result.summary.into(language),
        "text": result.text.into(language),
        "withheld_by": _flags(result.withheld_by),
        "after": _flags(result.after),
        "screen_first": _flags(result.screen_first),
        **_safety(result, language),
        "next_step_of": result.next_step_of,
        "on_occasion": result.on_occasion,
        "because": [because_mapping(j, language) for j in result.because],
        "why": [facts_mapping(facts, language) for facts in result.why],
    }


def _safety(result: Suggested, language: Language) -> dict[str, Any]:
    """Flag, level and route of a suggestion of origin safety; nothing for others."""
    if not result.flag:
        return {}
    told = None
    if result.route is not None:
        told = {
            "jurisdiction": result.route.jurisdiction.value,
            "text": result.route.text.into(language),
            "source": result.route.source,
            "edition": result.route.edition,
            "checked_on": result.route.checked_on,
        }
    return {"flag": result.flag, "level": result.level, "route": told}


def _flags(flags: tuple[FlagName, ...]) -> list[str]:
    return [flag.id for flag in flags]


def _named_flags(advice: Advice, language: Language) -> list[dict[str, str]]:
    """Every safety flag that a suggestion names, with its words, once."""
    named = {f.id: f for s in advice.suggestions for f in (*s.withheld_by, *s.after, *s.screen_first)}
    named |= {f.id: f for f in advice.screen_first}
    return [{"id": f.id, "level": f.level.value, "name": f.name.into(language)} for _, f in sorted(named.items())]


def because_mapping(reason: Justification, language: Language) -> dict[str, Any]:
    """A rule and its premises, place and evidence note as plain data."""
    note = reason.evidence
    return {
        "rule": reason.rule,
        "title": reason.title.into(language),
        "status": reason.outcome.value,
        "robust": reason.robust,
        "statements": _places(reason.places),
        "wording": reason.wording.value,
        "evidence": None
        if note is None
        else {
            "claim": note.claim,
            "standing": [s.value for s in note.standing],
            "caution": note.caution.into(language),
            "full": note.full.into(language),
        },
        "premises": [premise_mapping(p, language) for p in reason.premises],
        "unless": [premise_mapping(p, language) for p in reason.unless],
    }


def premise_mapping(premise: Premise, language: Language) -> dict[str, Any]:
    """A premise as plain data."""
    return {
        "code": premise.code,
        "label": premise.label.into(language),
        "wanted": premise.wanted.value,
        "status": premise.status.value,
        "from": list(premise.source),
    }


def facts_mapping(facts: tuple[StatedFact, ...], language: Language) -> list[dict[str, str]]:
    """Stated facts as plain data."""
    return [{"name": f.name, "value": f.value, "label": f.label.into(language)} for f in facts]


def _class(told: ClassTold, language: Language) -> dict[str, Any]:
    return {
        "id": told.id,
        "system": told.system,
        "code": told.code,
        "coded_in": told.coded_in,
        "current": told.current,
        "name": told.name.into(language),
        "people": told.people,
        "text": _maybe(told.text, language),
        "criteria": [{"criterion": c.criterion, "text": _maybe(c.text, language)} for c in told.criteria],
        "caution": _maybe(told.caution, language),
        "basis": {"status": told.basis.value, "reason": _maybe(told.verify, language)},
        "references": [{"id": work.id, "cite": work.cite, "basis": work.basis.value} for work in told.references],
        "statements": _places(told.places),
        "cited_at": list(told.cited_at),
    }


def _maybe(text: Text | None, language: Language) -> str | None:
    """A text, or null where nothing is stated."""
    return None if text is None else text.into(language)


def _places(places: tuple[Locator, ...]) -> list[dict[str, str]]:
    return [{"id": p.statement, "section": p.section, "locator": p.words} for p in places]


def question_mapping(question: Question, language: Language) -> dict[str, Any]:
    """A question as plain data."""
    return {
        "code": question.code,
        "question": question.question.into(language),
        "reason": question.reason.into(language),
        "could_change": list(question.could_change),
        "after": question.after,
        "given": facts_mapping(question.given, language),
    }
