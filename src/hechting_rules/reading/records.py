"""Reading the records of a rulebook, one function a kind: rules, suggestions, statements, evidence, profiles and the rest."""

import datetime as dt

from hechting_rules.condition import AnyOf
from hechting_rules.grounds import Ambiguity, Classification, ClassSystem, Disposition, Evidence, People, Reference, Statement
from hechting_rules.model import Attribute, Head, LintOff, Profile, Route, Rule, Suggestion, Switch
from hechting_rules.reading.conditions import read_condition
from hechting_rules.reading.fields import Fields, as_fields, choice, number, string
from hechting_rules.reading.given import read_exemplar
from hechting_rules.reading.yamlnode import Mapping
from hechting_rules.terms import (
    UNREVIEWED,
    About,
    Basis,
    Confidence,
    Handling,
    Jurisdiction,
    Kind,
    Level,
    NotEncoded,
    Origin,
    Standing,
    Text,
    Wording,
)

SUMMARY_LIMIT = 140
"""A summary is shorter than this many characters, in each language."""


SHORT_LIMIT = 100
"""A short caution has at most this many characters, in each language."""


def read_head(f: Fields) -> Head:
    """The file ``rulebook.yaml``."""
    return Head(
        id=f.string("id"),
        version=f.string("version"),
        title=f.text("title"),
        intended_use=f.text("intended_use"),
        users=f.text("users"),
        misuse=f.text("misuse"),
        limits=f.text("limits"),
        attributes=f.each("attributes", "an attribute", lambda a: Attribute(a.string("name"), a.text("value"))),
        disclaimer=f.text("disclaimer"),
        clinical_review=read_review(f),
        span=f.span,
    )


def read_review(f: Fields) -> str:
    """``none``, or who reviewed the rulebook clinically and when."""
    node = f.require("clinical_review")
    if node is None or not isinstance(node, Mapping):
        found = "" if node is None else string(node, "clinical_review", f.problems)
        if found not in {"", UNREVIEWED}:
            f.problems.add(
                "F212", f.span, f"'clinical_review' is '{found}'; allowed: {UNREVIEWED}, or a mapping with who and date"
            )
        return found
    inner = Fields(node, f.problems, "'clinical_review'")
    found = f"{inner.string('who')}, {inner.string('date')}"
    inner.done()
    return found


def read_rule(f: Fields, origin: Origin) -> Rule:
    """One rule; its origin is that of the folder."""
    node = f.require("when")
    when, unless = (None, ()) if node is None else read_condition(node, f.problems)
    name = f.string("id")
    results = [f.string(key) for key in ("conclude", "suggest") if f.has(key)]
    if len(results) != 1:
        f.problems.add("R409", f.span, f"rule '{name}' needs exactly one of 'conclude' and 'suggest'")
    exemplars = f.each("exemplars", "an exemplar", lambda e: read_exemplar(e, name))
    return Rule(
        id=name,
        origin=origin,
        title=f.text("title"),
        when=when or AnyOf((), f.span),
        unless=unless,
        result=results[0] if results else "",
        statements=f.strings("statements"),
        ambiguities=f.strings("ambiguities"),
        wording=f.choice("wording", Wording),
        evidence=f.string("evidence", ""),
        note=f.string("note", ""),
        exemplars=exemplars,
        lint_off=f.each("lint_off", "a lint that is off", _lint_off),
        span=f.span,
    )


def _lint_off(f: Fields) -> LintOff:
    return LintOff(f.string("code"), " ".join(f.string("reason").split()), f.span)


def read_suggestion(f: Fields) -> Suggestion:
    """One suggestion."""
    return Suggestion(
        code=f.string("code"),
        origin=f.choice("origin", Origin),
        kind=f.choice("kind", Kind),
        about=f.choice("about", About),
        summary=limited(f, "summary", SUMMARY_LIMIT - 1),
        text=f.text("text"),
        screens=f.strings("screens"),
        flag=f.string("flag", ""),
        level=f.choice("level", Level) if f.has("level") else None,
        routes=f.each("routes", "a route", _route),
        addressed_by=f.string("addressed_by", ""),
        next_step_of=f.string("next_step_of", ""),
        on_occasion=f.truth("on_occasion", False),
        note=f.string("note", ""),
        span=f.span,
    )


def _route(f: Fields) -> Route:
    return Route(
        jurisdiction=f.choice("jurisdiction", Jurisdiction),
        text=f.text("text"),
        source=f.string("source"),
        edition=f.string("edition"),
        checked_on=_date(f, "checked_on"),
        review_by=_date(f, "review_by"),
        span=f.span,
    )


def _date(f: Fields, key: str) -> str:
    text = f.string(key)
    try:
        return dt.date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        f.problems.add("F213", f.span, f"'{key}' is '{text}'; allowed: a date as 2026-11-23")
        return ""


def limited(f: Fields, key: str, limit: int) -> Text:
    """A text with at most so many characters in each language."""
    text = f.text(key)
    for language, words in (("nl", text.nl), ("en", text.en)):
        if len(words) > limit:
            message = f"'{key}' in {language} has {len(words)} characters; allowed: at most {limit}"
            f.problems.add("F211", f.span, message, "say it shorter, and the rest in the longer text")
    return text


def read_statement(f: Fields) -> Statement:
    """Where one statement of the article stands."""
    return Statement(
        id=f.string("id"),
        section=f.string("section"),
        locator=f.string("locator"),
        line=f.whole("line"),
        kind=f.string("kind"),
        topic=f.string("topic"),
        ages=f.strings("ages"),
        levels=f.strings("levels"),
        strength=f.choice("strength", Wording),
        direction=f.string("direction", ""),
        hedge=f.string("hedge", ""),
        cites=f.strings("cites"),
        ambiguities=f.strings("ambiguities"),
        span=f.span,
    )


def read_disposition(f: Fields) -> Disposition:
    """What became of one statement."""
    return Disposition(
        statement=f.string("statement"),
        kept_by=f.strings("kept_by"),
        explained_in=f.strings("explained_in"),
        not_encoded=f.choice("not_encoded", NotEncoded) if f.has("not_encoded") else None,
        reason=" ".join(f.string("reason", "").split()),
        span=f.span,
    )


def read_ambiguity(f: Fields) -> Ambiguity:
    """One ambiguity and the reading that is encoded."""
    return Ambiguity(
        id=f.string("id"),
        locator=f.string("locator"),
        statements=f.strings("statements"),
        reading=f.text("reading"),
        reason=_english(f, "reason"),
        span=f.span,
    )


def _english(f: Fields, key: str) -> str:
    node = f.require(key)
    inner = None if node is None else as_fields(node, f"'{key}'", f.problems)
    if inner is None:
        return ""
    found = inner.string("en")
    inner.done()
    return " ".join(found.split())


def read_evidence(f: Fields) -> Evidence:
    """One evidence note."""
    standing = (choice(item, "standing", Standing, f.problems) for item in f.items("standing"))
    return Evidence(
        id=f.string("id"),
        standing=tuple(s for s in standing if s is not None),
        handling=f.choice("handling", Handling),
        confidence=f.choice("confidence", Confidence),
        short=limited(f, "short", SHORT_LIMIT),
        full=f.text("full"),
        references=f.strings("references"),
        flags=f.strings("flags"),
        note=f.string("note", ""),
        span=f.span,
    )


def read_reference(f: Fields) -> Reference:
    """One reference."""
    return Reference(f.string("id"), f.string("cite"), f.choice("basis", Basis), f.span, f.string("url", ""))


def read_classification(f: Fields) -> Classification:
    """One class of disorder as others delimit it."""

    def told(key: str) -> Text | None:
        return f.text(key) if f.has(key) else None

    return Classification(
        id=f.string("id"),
        system=f.choice("system", ClassSystem),
        name=f.text("name"),
        people=f.choice("people", People),
        basis=f.choice("basis", Basis),
        code=f.string("code", ""),
        coded_in=f.string("coded_in", ""),
        current=f.truth("current", False),
        text=told("text"),
        care=told("care"),
        onset=told("onset"),
        least_age=told("least_age"),
        exclusion=told("exclusion"),
        caution=told("caution"),
        verify=told("verify"),
        references=f.strings("references"),
        statements=f.strings("statements"),
        cited_at=f.strings("cited_at"),
        note=f.string("note", ""),
        span=f.span,
    )


def read_profile(f: Fields) -> Profile:
    """One profile."""
    node = f.get("parameters")
    inner = None if node is None else as_fields(node, "'parameters'", f.problems)
    values = {} if inner is None else {key.text: number(value, key.text, f.problems) for key, value in inner.node.entries}
    return Profile(
        id=f.string("id"),
        title=f.text("title"),
        jurisdiction=f.choice("jurisdiction", Jurisdiction, Jurisdiction.NONE),
        parameters={name: value for name, value in values.items() if value is not None},
        on=f.each("on", "a switch", read_switch),
        off=f.each("off", "a switch", read_switch),
        span=f.span,
    )


def read_switch(f: Fields) -> Switch:
    """A rule switched on or off, by whom, when and why."""
    return Switch(f.string("rule"), f.string("who"), _date(f, "date"), f.string("reason"), f.span)
