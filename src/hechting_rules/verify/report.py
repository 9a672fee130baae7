"""Reports for people: the coverage of the article, the list of rules, and one rule with everything behind it."""

import statistics
from collections.abc import Iterator, Sequence

from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, InRange, InStage, Is, IsAbsent
from hechting_rules.errors import UsageError
from hechting_rules.model import Rule, Rulebook
from hechting_rules.profiles import off_by_default
from hechting_rules.source import did_you_mean
from hechting_rules.stated import Test
from hechting_rules.terms import Language
from hechting_rules.verify.coverage import Conjunction, Fate, suggestions_per_case, table
from hechting_rules.verify.mcdc import Independence, Seen, halves

WORD_COLUMNS = 2
KINDS = ("RULE", "FACT", "CONSTRAINT", "CONTEXT")


def coverage_text(book: Rulebook, ways: Sequence[Conjunction]) -> str:
    """The table of statements by section and kind, the totals, and the conjunctions that decided a test."""
    rows = [("section", "kind", *(f.value for f in Fate), "all")]
    totals = dict.fromkeys(Fate, 0)
    for section, kinds in table(book).items():
        for kind in sorted(kinds, key=KINDS.index):
            counts = kinds[kind]
            rows.append((section, kind, *(str(counts[f]) for f in Fate), str(sum(counts.values()))))
            for fate in Fate:
                totals[fate] += counts[fate]
    every = sum(totals.values())
    rows.append(("all", "", *(str(totals[f]) for f in Fate), str(every)))
    done = sum(1 for way in ways if way.decided)
    lines = [
        *_columns(rows),
        *_per_case(book),
        f"{every - totals[Fate.MISSING]} of {every} statements have a disposition",
        f"{done} of {len(ways)} conjunctions of {len(book.rules)} rules decided at least one guidance test",
    ]
    return "\n".join(lines) + "\n"


def _per_case(book: Rulebook) -> Iterator[str]:
    """How many suggestions are established for a guidance test: a table, and the case with most."""
    counted = suggestions_per_case(book)
    numbers = [number for number, _ in counted]
    if numbers:
        yield "suggestions established per guidance test: " + ", ".join(
            f"{n} in {numbers.count(n)}" for n in sorted(set(numbers))
        )
        yield f"  median {statistics.median(numbers):g}, most {numbers[-1]}: {counted[-1][1]}"


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        words = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)][:WORD_COLUMNS]
        words += [cell.rjust(width) for cell, width in zip(row, widths, strict=True)][WORD_COLUMNS:]
        yield "  ".join(words).rstrip()


def independence_lines(found: Sequence[Independence]) -> Iterator[str]:
    """How many conditions are shown to decide their rule both ways, and each way in which one is not: infeasible, or missing."""
    ways = list(halves(found))
    counts = {seen: sum(half.seen is seen for _, _, half in ways) for seen in Seen}
    both = sum(one.holds.seen is one.fails.seen is Seen.SHOWN for one in found)
    yield (
        f"masking MC/DC: {both} of {len(found)} conditions decide their rule alone, both ways, in guidance tests "
        f"({len(ways)} ways: " + ", ".join(f"{number} {seen}" for seen, number in counts.items()) + ")"
    )
    for one, way, half in ways:
        if half.seen is not Seen.SHOWN:
            basis = f" over {half.by}" if half.seen is Seen.INFEASIBLE else f": {half.by}" if half.by else ""
            yield f"{one.span}: {one.rule}: {one.words} alone decides that the rule {way}: {half.seen}{basis}"


def independence_mapping(found: Sequence[Independence]) -> list[dict[str, str]]:
    """Each single condition of each rule and how it is shown to decide the rule both ways, as plain data."""
    rows: dict[Independence, dict[str, str]] = {}
    for one, way, half in halves(found):
        row = rows.setdefault(one, {"rule": one.rule, "place": str(one.span), "condition": one.words})
        row |= {way: half.seen.name.lower(), f"{way}_by": half.by}
    return list(rows.values())


def rule_list(book: Rulebook, language: Language) -> str:
    """Every rule with its origin and title; those that are off by default are marked."""
    lines = []
    for rule in sorted(book.rules.values(), key=lambda r: r.id):
        mark = " (off by default)" if off_by_default(book, rule.id) else ""
        lines.append(f"{rule.id:52} {rule.title.into(language)}{mark}")
    return "\n".join(lines) + "\n"


def rule_text(book: Rulebook, rule_id: str, language: Language) -> str:
    """One rule: condition, result, statements, readings, evidence, exemplars and the tests that name its result."""
    if rule_id not in book.rules:
        near = did_you_mean(rule_id, book.rules)
        raise UsageError(f"there is no rule '{rule_id}'" + (f"; {near}" if near else ""))
    rule = book.rules[rule_id]
    return "\n".join(_rule_lines(book, rule, language)) + "\n"


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
        case Is(code):
            yield f"{space}{code}"
        case IsAbsent(code):
            yield f"{space}absent {code}"
        case InStage(stages):
            yield f"{space}stage {', '.join(stages)}"
        case InRange(name):
            yield f"{space}range {name}"
