"""Rules, conditions and cases in the words of their files, for the author of the guidance."""

import json
from collections.abc import Iterator
from typing import assert_never

from hechting_rules.case import case_to_mapping
from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, InRange, InStage, Is, IsAbsent
from hechting_rules.errors import UsageError
from hechting_rules.model import Rule, Rulebook
from hechting_rules.profiles import off_by_default
from hechting_rules.source import did_you_mean
from hechting_rules.stated import Case, Test
from hechting_rules.terms import Language


def find_rule(book: Rulebook, code: str) -> Rule:
    """A rule by its id. Raises `UsageError` for an unknown one, with what comes near."""
    if code not in book.rules:
        near = did_you_mean(code, book.rules)
        raise UsageError(f"there is no rule '{code}'{f'; {near}' if near else ''}")
    return book.rules[code]


def rule_list(book: Rulebook, language: Language) -> str:
    """Every rule with its origin and title; those that are off by default are marked."""
    lines = []
    for rule in sorted(book.rules.values(), key=lambda r: r.id):
        mark = " (off by default)" if off_by_default(book, rule.id) else ""
        lines.append(f"{rule.id:52} {rule.title.into(language)}{mark}")
    return "\n".join(lines) + "\n"


def rule_text(book: Rulebook, rule_id: str, language: Language) -> str:
    """One rule: condition, result, statements, readings, evidence, exemplars and the tests that name its result.

    Raises `UsageError` for an unknown rule.
    """
    return "\n".join(_rule_lines(book, find_rule(book, rule_id), language)) + "\n"


def _rule_lines(book: Rulebook, rule: Rule, language: Language) -> Iterator[str]:
    off = "  off by default: a profile switches it on by this id" if off_by_default(book, rule.id) else ""
    yield f"{rule.id} ({rule.origin}) at {rule.span}{off}"
    yield f"  {rule.title.into(language)}"
    yield "when"
    yield from condition_lines(rule.when, 1)
    for blocker in rule.unless:
        yield f"  unless {blocker}"
    yield f"then {rule.result} (worded: {rule.wording})"
    for place in (book.statements[s] for s in rule.statements):
        yield f"  {place.id} '{place.locator}', line {place.line}, {place.section}"
    for reading in (book.ambiguities[a] for a in rule.ambiguities):
        yield f"  {reading.id} {reading.reading.into(language)}"
    note = book.evidence.get(rule.evidence)
    if note is not None:
        yield f"evidence {note.id}: {', '.join(note.standing)}; handling {note.handling}; confidence {note.confidence}"
        yield f"  {note.full.into(language)}"
        for reference in (book.references[r] for r in note.references):
            yield f"  - {reference.cite} ({reference.basis})"
    if rule.note:
        yield f"note {' '.join(rule.note.split())}"
    yield from _test_lines(book, rule)


def _test_lines(book: Rulebook, rule: Rule) -> Iterator[str]:
    yield f"{len(rule.exemplars)} exemplars"
    for exemplar in rule.exemplars:
        yield f"  {_given(exemplar)}"
    naming = [test for test in book.tests if rule.result in _named(test)]
    yield f"{len(naming)} guidance tests name {rule.result}"
    for test in naming:
        yield f"  {test.span}: {test.name}"


def _given(test: Test) -> str:
    case = test.given
    parts = [part for part in (case.child_stage, case.adult_stage) if part]
    parts += [f"{name} {value:g}" for name, value in case.quantities]
    parts += [f"{stated.status} {stated.code}" for stated in case.findings]
    expected = [f"{word} {code}" for word, codes in _groups(test) for code in codes]
    return f"{', '.join(parts) or 'nothing known'} -> {', '.join(expected)}"


def _groups(test: Test) -> tuple[tuple[str, list[str]], ...]:
    expected = test.expected
    groups = (
        ("established", expected.established),
        ("possible", expected.possible),
        ("ruled out", expected.ruled_out),
        ("not established", expected.not_established),
    )
    return tuple((word, [code for code, _ in codes]) for word, codes in groups)


def _named(test: Test) -> set[str]:
    return {code for _, codes in _groups(test) for code in codes}


def condition_lines(condition: Condition, depth: int) -> Iterator[str]:
    """A condition as indented lines, in the words of the rule files."""
    space = "  " * depth
    match condition:
        case AllOf(parts) | AnyOf(parts):
            yield f"{space}{'all' if isinstance(condition, AllOf) else 'any'} of"
            for part in parts:
                yield from condition_lines(part, depth + 1)
        case AtLeast(count, parts):
            yield f"{space}at least {count} of"
            for part in parts:
                yield from condition_lines(part, depth + 1)
        case InStage(stages):
            yield f"{space}stage {', '.join(stages)}"
        case _:
            yield f"{space}{phrase(condition)}"


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


def case_lines(case: Case) -> Iterator[str]:
    """A case as the lines of a case file."""
    for key, value in case_to_mapping(case).items():
        yield f"{key}: {json.dumps(value, ensure_ascii=False) if key == 'note' else flow(value)}"


def flow(value: object) -> str:
    """Plain data in one line, as in a case file. Codes need no quotes."""
    match value:
        case dict():
            return f"{{{', '.join(f'{key}: {flow(inner)}' for key, inner in value.items())}}}"
        case list():
            return f"[{', '.join(map(str, value))}]"
        case _:
            return str(value)
