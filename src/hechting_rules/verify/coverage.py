"""What became of every statement of the article, and which conjunctions of the rules ever decided a guidance test."""

import itertools
from collections.abc import Iterator, Mapping
from enum import StrEnum

import attrs

from hechting_rules.advice import Outcome
from hechting_rules.answered import Answered, answer
from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, InRange, InStage, Is, IsAbsent
from hechting_rules.model import Rulebook
from hechting_rules.profiles import find_profile, with_rules_on
from hechting_rules.relations import group_parts
from hechting_rules.stated import Test
from hechting_rules.testing.guidance import all_tests

MANY = 200
"""More conjunctions than this in one rule are not told apart: its body counts as one."""


class Fate(StrEnum):
    """What became of a statement; the first that fits."""

    ENCODED = "encoded"
    KEPT = "kept"
    EXPLAINED = "explained"
    NOT_ENCODED = "not encoded"
    MISSING = "missing"


@attrs.frozen
class StatementFate:
    """One statement with its fate, and the rules, tests, texts or reason behind it."""

    statement: str
    section: str
    kind: str
    fate: Fate
    by: tuple[str, ...]


def fates(book: Rulebook) -> tuple[StatementFate, ...]:
    """What became of each statement, in the order of the article."""
    rules: dict[str, list[str]] = {}
    for rule in book.rules.values():
        for statement in rule.statements:
            rules.setdefault(statement, []).append(rule.id)
    found = []
    for place in sorted(book.statements.values(), key=lambda s: int(s.id[1:])):
        fate, by = _fate(book, place.id, rules.get(place.id, []))
        found.append(StatementFate(place.id, place.section, place.kind, fate, by))
    return tuple(found)


def _fate(book: Rulebook, statement: str, rules: list[str]) -> tuple[Fate, tuple[str, ...]]:
    disposition = book.dispositions.get(statement)
    if disposition is not None and disposition.kept_by:
        return Fate.KEPT, disposition.kept_by
    if rules:
        return Fate.ENCODED, tuple(rules)
    if disposition is None:
        return Fate.MISSING, ()
    if disposition.explained_in:
        return Fate.EXPLAINED, disposition.explained_in
    return Fate.NOT_ENCODED, (f"{disposition.not_encoded}: {disposition.reason}",)


def broken_promises(book: Rulebook) -> Iterator[str]:
    """Guidance tests that a disposition names and that do not exist."""
    names = {test.name for test in book.tests}
    for disposition in book.dispositions.values():
        for promise in disposition.kept_by:
            kind, _, name = promise.partition(": ")
            if kind == "test" and name not in names:
                yield f"{disposition.span}: {disposition.statement} is kept by the test '{name}', which does not exist"


Literal = Is | IsAbsent | InStage | InRange


def conjunctions(book: Rulebook, condition: Condition) -> tuple[tuple[Literal, ...], ...]:
    """The ways in which a condition can hold, each as the single conditions it takes; too many count as one without any."""
    found = tuple(itertools.islice(_ways(book, condition), MANY + 1))
    return found if len(found) <= MANY else ((),)


def _ways(book: Rulebook, condition: Condition) -> Iterator[tuple[Literal, ...]]:
    match condition:
        case AllOf(parts):
            for ways in itertools.product(*(tuple(_ways(book, p)) for p in parts)):
                yield tuple(itertools.chain.from_iterable(ways))
        case AnyOf(parts):
            for part in parts:
                yield from _ways(book, part)
        case AtLeast(count, parts):
            for groups in itertools.combinations(group_parts(parts, book.findings), count):
                for chosen in itertools.product(*groups):
                    yield from _ways(book, AllOf(chosen, condition.span))
        case _:
            yield (condition,)


@attrs.frozen
class Conjunction:
    """One way in which one rule can hold, and how many guidance tests it decided."""

    rule: str
    words: str
    decided: int


def decided(book: Rulebook) -> tuple[Conjunction, ...]:
    """For every conjunction of every rule the number of exemplars and guidance tests in which it held and the rule fired."""
    counts: dict[tuple[str, int], int] = {}
    ways = {rule.id: conjunctions(book, rule.when) for rule in book.rules.values()}
    for test in all_tests(book):
        answered = _answered(book, test)
        for rule_id, plane in answered.program.rules.items():
            if answered.outcome(plane) is Outcome.ESTABLISHED:
                for place, literals in enumerate(ways[rule_id]):
                    if all(_holds(literal, answered) for literal in literals):
                        counts[rule_id, place] = counts.get((rule_id, place), 0) + 1
    return tuple(
        Conjunction(rule_id, _phrase(literals), counts.get((rule_id, place), 0))
        for rule_id, found in ways.items()
        for place, literals in enumerate(found)
    )


def _phrase(literals: tuple[Literal, ...]) -> str:
    return " and ".join(_words(literal) for literal in literals) or "too many to tell apart"


def _answered(book: Rulebook, test: Test) -> Answered:
    return answer(test.given, book, with_rules_on(find_profile(book, None), test.switch_on))


def _holds(literal: Literal, answered: Answered) -> bool:
    program, values = answered.program, answered.values
    match literal:
        case Is(code):
            return bool(values[(program.results.get(code) or program.present[code]).established])
        case IsAbsent(code):
            return bool(values[program.absent[code].established])
        case InStage(stages):
            return any(values[program.stages[s].established] for s in stages)
        case InRange(name):
            return bool(values[program.ranges[name].established])


def _words(literal: Literal) -> str:
    match literal:
        case Is(code):
            return code
        case IsAbsent(code):
            return f"absent {code}"
        case InStage(stages):
            return f"stage {'/'.join(stages)}"
        case InRange(name):
            return f"range {name}"


def suggestions_per_case(book: Rulebook) -> tuple[tuple[int, str], ...]:
    """For each guidance test how many suggestions are established, general advice on an occasion left out; fewest first."""
    counted = []
    for test in book.tests:
        answered = _answered(book, test)
        own = [s.code for s in book.suggestions.values() if not s.on_occasion]
        established = sum(answered.outcome(answered.program.results[code]) is Outcome.ESTABLISHED for code in own)
        counted.append((established, test.name))
    return tuple(sorted(counted))


def table(book: Rulebook) -> Mapping[str, Mapping[str, Mapping[Fate, int]]]:
    """Statements counted by section, kind and fate."""
    counted: dict[str, dict[str, dict[Fate, int]]] = {}
    for fate in fates(book):
        by_kind = counted.setdefault(fate.section, {}).setdefault(fate.kind, dict.fromkeys(Fate, 0))
        by_kind[fate.fate] += 1
    return counted
