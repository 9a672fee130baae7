"""What an author changed between two rulebooks, part by part and field by field, as far as an advice can show or rest on it.

That a rule was edited does not say that any advice changes, and that an advice changes does not say where: the first is here, the
second in `compare`.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, assert_never

import attrs

from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, InRange, InStage, Is, IsAbsent
from hechting_rules.model import Route, Rulebook, Switch
from hechting_rules.source import Span
from hechting_rules.terms import Text


class Part(StrEnum):
    """The parts of a rulebook that are compared, in the order in which they are told."""

    RULEBOOK = "rulebook"
    RULE = "rule"
    SUGGESTION = "suggestion"
    CONCLUSION = "conclusion"
    EVIDENCE = "evidence note"
    STATEMENT = "statement"
    CLASSIFICATION = "classification"
    FINDING = "finding"
    STAGE = "stage"
    QUANTITY = "quantity"
    RANGE = "range"
    PARAMETER = "parameter"
    FLAG = "safety flag"
    PROFILE = "profile"


@attrs.frozen
class Listed:
    """Something that only one of two rulebooks has; ``added`` if it is the new one. ``span`` is its place there."""

    part: Part
    id: str
    added: bool
    title: Text
    span: Span


@attrs.frozen
class Edited:
    """One field that reads otherwise in the new rulebook; ``words`` if users read it as such. ``span`` is its place there."""

    part: Part
    id: str
    field: str
    old: Text
    new: Text
    words: bool
    span: Span


@attrs.frozen
class _Fields:
    """Where a rulebook keeps the records of a part, the field that names one for people, and which fields are compared."""

    home: str
    title: str
    words: tuple[str, ...]
    other: tuple[str, ...]


PARTS: Mapping[Part, _Fields] = {
    Part.RULE: _Fields(
        "rules",
        "title",
        ("title",),
        ("origin", "when", "unless", "result", "wording", "statements", "ambiguities", "evidence"),
    ),
    Part.SUGGESTION: _Fields(
        "suggestions",
        "summary",
        ("summary", "text", "routes"),
        ("origin", "kind", "about", "screens", "flag", "level", "addressed_by", "next_step_of", "on_occasion"),
    ),
    Part.CONCLUSION: _Fields("conclusions", "title", ("title", "context"), ("about", "direction", "shown")),
    Part.EVIDENCE: _Fields("evidence", "short", ("short", "full"), ("standing", "handling", "confidence", "references", "flags")),
    Part.STATEMENT: _Fields("statements", "locator", ("section", "locator"), ()),
    Part.CLASSIFICATION: _Fields(
        "classifications",
        "name",
        ("name", "text", "care", "onset", "least_age", "exclusion", "caution", "verify"),
        ("system", "people", "basis", "code", "coded_in", "current", "references", "statements", "cited_at"),
    ),
    Part.FINDING: _Fields(
        "findings",
        "label",
        ("label", "question", "synonyms"),
        ("about", "time", "direction", "changeable", "stages", "not_at", "group", "implies", "excludes", "alias"),
    ),
    Part.STAGE: _Fields("stages", "label", ("label",), ("of", "start", "below", "implies")),
    Part.QUANTITY: _Fields("quantities", "label", ("label",), ("of", "unit", "least", "most", "implies")),
    Part.RANGE: _Fields("ranges", "label", ("label",), ("quantity", "start", "end")),
    Part.PARAMETER: _Fields("parameters", "unit", (), ("value", "unit", "origin")),
    Part.FLAG: _Fields("flags", "name", ("name",), ("level", "stages", "stands_above")),
    Part.PROFILE: _Fields("profiles", "title", ("title",), ("jurisdiction", "parameters", "on", "off")),
}

NOWHERE = Span("", 0, 0)

HEAD_WORDS = ("title", "intended_use", "users", "misuse", "limits", "disclaimer", "clinical_review")


def listed(old: Rulebook, new: Rulebook) -> tuple[Listed, ...]:
    """What only one of two rulebooks has. A finding that the new one knows by an alias is renamed, neither added nor removed."""
    return tuple(_alone(old, new))


def _alone(old: Rulebook, new: Rulebook) -> Iterator[Listed]:
    for part, fields in PARTS.items():
        pairs = dict(_pairs(part, old, new))
        for book, kept, added in ((new, {*pairs.values()}, True), (old, {*pairs}, False)):
            records = getattr(book, fields.home)
            for code in sorted(records.keys() - kept):
                yield Listed(part, code, added, _shown(getattr(records[code], fields.title)), records[code].span)


def edited(old: Rulebook, new: Rulebook) -> tuple[Edited, ...]:
    """The fields that differ of what both rulebooks have."""
    return tuple(_edits(old, new))


def _edits(old: Rulebook, new: Rulebook) -> Iterator[Edited]:
    for field in HEAD_WORDS:
        yield from _edit(Part.RULEBOOK, new.head.id, field, old.head, new.head, words=True)
    for part, fields in PARTS.items():
        before, after = getattr(old, fields.home), getattr(new, fields.home)
        for code, now in sorted(_pairs(part, old, new)):
            if code != now:
                yield Edited(part, now, "code", _same(code), _same(now), words=False, span=after[now].span)
            for field in (*fields.words, *fields.other):
                yield from _edit(part, now, field, before[code], after[now], words=field in fields.words)


def _pairs(part: Part, old: Rulebook, new: Rulebook) -> Iterator[tuple[str, str]]:
    """The codes of what both rulebooks have, the old one and the new one."""
    fields = PARTS[part]
    before, after = getattr(old, fields.home), getattr(new, fields.home)
    for code in before:
        now = new.alias.get(code, code) if part is Part.FINDING else code
        if now in after and (now == code or now not in before):
            yield code, now


def _edit(part: Part, code: str, field: str, old: Any, new: Any, *, words: bool) -> Iterator[Edited]:
    before, after = getattr(old, field), getattr(new, field)
    if _bare(before) != _bare(after):
        yield Edited(part, code, field, _shown(before), _shown(after), words, new.span)


def _bare(value: Any) -> Any:
    """A value without the places of its parts, which move with every edit above them."""
    match value:
        case Route() | Switch():
            return attrs.evolve(value, span=NOWHERE)
        case tuple():
            return tuple(_bare(item) for item in value)
        case _:
            return value


def _shown(value: Any) -> Text:
    """A value of a field in words."""
    match value:
        case Text():
            return value
        case Route():
            shown = f"{value.jurisdiction}: {{}} ({value.source}; {value.edition}; {value.checked_on}; {value.review_by})"
            return Text(shown.format(value.text.nl), shown.format(value.text.en))
        case Is() | IsAbsent() | InStage() | InRange() | AllOf() | AnyOf() | AtLeast():
            return _same(phrase(value))
        case Switch():
            return _same(" ".join(filter(None, (value.rule, value.who, value.date, value.reason))))
        case tuple():
            parts = [_shown(item) for item in value]
            return Text(", ".join(p.nl for p in parts), ", ".join(p.en for p in parts))
        case Mapping():
            return _shown(tuple(f"{key}: {_shown(item).en}" for key, item in value.items()))
        case bool():
            return _same("yes" if value else "no")
        case float():
            return _same(repr(value).removesuffix(".0"))
        case _:
            return _same("" if value is None else str(value))


def _same(words: str) -> Text:
    """Words that are the same in both languages."""
    return Text(words, words)


def phrase(condition: Condition) -> str:
    """A condition in one line, in the words of the rule files."""
    match condition:
        case Is(code):
            return code
        case IsAbsent(code):
            return f"absent {code}"
        case InStage(stages):
            return f"stage {'/'.join(stages)}"
        case InRange(name):
            return f"range {name}"
        case AllOf(parts):
            return f"all of ({', '.join(phrase(p) for p in parts)})"
        case AnyOf(parts):
            return f"any of ({', '.join(phrase(p) for p in parts)})"
        case AtLeast(count, parts):
            return f"at least {count} of ({', '.join(phrase(p) for p in parts)})"
        case _:
            assert_never(condition)
