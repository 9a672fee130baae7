"""Explanations as JSON, in one language: the forms published as ``schemas/explanation.schema.json``."""

from collections.abc import Sequence
from typing import Any

from hechting_rules.advice import FlagName, Question
from hechting_rules.explanations import (
    Argument,
    Arguments,
    Changed,
    Counterfactual,
    Dependence,
    Difference,
    Explanation,
    FactChange,
    Level,
    Offset,
    RuleName,
    Standing,
    WhyNot,
)
from hechting_rules.render.json import (
    because_mapping,
    case_mapping,
    facts_mapping,
    premise_mapping,
    question_mapping,
    rulebook_mapping,
)
from hechting_rules.render.telling import deeper_rules, own_rules, result_of
from hechting_rules.terms import Language

SCHEMA = "hechting-rules/explanation/1"


def result_to_mapping(explanation: Explanation, language: Language) -> dict[str, Any]:
    """How one result stands and why, as plain data; ``because`` is the result's own rules, ``below`` those they rest on."""
    advice, found = explanation.advice, result_of(explanation)
    counterfactual = explanation.counterfactual
    return {
        **_head("result", language),
        "rulebook": rulebook_mapping(advice),
        "profile": advice.profile,
        "disclaimer": advice.disclaimer.into(language),
        "case": case_mapping(advice),
        "code": explanation.code,
        "title": explanation.title.into(language),
        "origin": None if explanation.origin is None else explanation.origin.value,
        "standing": _standing(explanation.standing, language),
        "why": [] if found is None else [facts_mapping(facts, language) for facts in found.why],
        "because": [because_mapping(reason, language) for reason in own_rules(explanation)],
        "below": [because_mapping(reason, language) for reason in deeper_rules(explanation)],
        "why_not": [_why_not(way, language) for way in explanation.why_not],
        "counterfactual": None if counterfactual is None else _counterfactual(counterfactual, language),
        "warnings": list(advice.warnings),
    }


def questions_to_mapping(questions: Sequence[Question], language: Language) -> dict[str, Any]:
    """What to ask next, in order, as plain data."""
    return {**_head("questions", language), "ask_next": [question_mapping(question, language) for question in questions]}


def difference_to_mapping(difference: Difference, language: Language) -> dict[str, Any]:
    """What differs between the advice for two cases, as plain data."""
    return {
        **_head("difference", language),
        "changed": [_changed(result, language) for result in difference.changed],
        "facts": [_fact_change(change, language) for change in difference.facts],
    }


def dependences_to_mapping(dependences: Sequence[Dependence], language: Language) -> dict[str, Any]:
    """What rests on numbers that the library chose, as plain data."""
    return {**_head("dependences", language), "dependences": [_dependence(one, language) for one in dependences]}


def arguments_to_mapping(arguments: Arguments, language: Language) -> dict[str, Any]:
    """What speaks for risk and what for protection, level by level, and what offsets what, as plain data."""
    return {
        **_head("arguments", language),
        "levels": [_level(level, language) for level in arguments.levels],
        "offsets": [_offset(offset, language) for offset in arguments.offsets],
    }


def _head(explains: str, language: Language) -> dict[str, Any]:
    return {"schema": SCHEMA, "explains": explains, "language": language.value}


def _flags(flags: Sequence[FlagName], language: Language) -> list[dict[str, str]]:
    return [{"id": flag.id, "level": flag.level.value, "name": flag.name.into(language)} for flag in flags]


def _rules(rules: Sequence[RuleName], language: Language) -> list[dict[str, str]]:
    return [{"id": rule.id, "title": rule.title.into(language)} for rule in rules]


def _standing(standing: Standing, language: Language) -> dict[str, Any]:
    return {
        "outcome": standing.outcome.value,
        "robust": standing.robust,
        "withheld_by": _flags(standing.withheld_by, language),
        "after": _flags(standing.after, language),
        "screen_first": _flags(standing.screen_first, language),
    }


def _why_not(way: WhyNot, language: Language) -> dict[str, Any]:
    return {
        "rules": list(way.rules),
        "title": way.title.into(language),
        "short_of": len(way.obstacles),
        "obstacles": [{"gap": o.gap.value, "code": o.code, "label": o.label.into(language)} for o in way.obstacles],
        "state": facts_mapping(way.state, language),
        "withdraw": facts_mapping(way.withdraw, language),
        "switch_on": list(way.switch_on),
    }


def _counterfactual(found: Counterfactual, language: Language) -> dict[str, Any]:
    return {
        "adds": found.adds,
        "sets": [facts_mapping(facts, language) for facts in found.sets],
        "none": None if found.none is None else found.none.value,
    }


def _changed(result: Changed, language: Language) -> dict[str, Any]:
    return {
        "code": result.code,
        "title": result.title.into(language),
        "told": result.told,
        "move": result.move.value,
        "before": _standing(result.before, language),
        "after": _standing(result.after, language),
        "rules": _rules(result.rules, language),
    }


def _fact_change(change: FactChange, language: Language) -> dict[str, Any]:
    """Null where a case says nothing of it."""
    before, after = (None if fact is None else facts_mapping((fact,), language)[0] for fact in (change.before, change.after))
    return {"before": before, "after": after}


def _dependence(one: Dependence, language: Language) -> dict[str, Any]:
    return {
        "parameter": one.parameter,
        "value": one.value,
        "other": one.other,
        "unit": one.unit,
        "reason": one.reason,
        "changed": [_changed(result, language) for result in one.changed],
    }


def _level(level: Level, language: Language) -> dict[str, Any]:
    return {
        "about": level.about.value,
        "against": [_argument(argument, language) for argument in level.against],
        "protecting": [_argument(argument, language) for argument in level.protecting],
        "not_known": level.not_known,
    }


def _argument(argument: Argument, language: Language) -> dict[str, Any]:
    return {"direction": argument.direction.value, "premise": premise_mapping(argument.premise, language)}


def _offset(offset: Offset, language: Language) -> dict[str, Any]:
    return {
        "code": offset.code,
        "title": offset.title.into(language),
        "outcome": offset.outcome.value,
        "takes_back": _rules(offset.takes_back, language),
        "why_not": [_why_not(way, language) for way in offset.why_not],
    }
