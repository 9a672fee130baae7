"""Which conjunctions of the rules ever decided a guidance test; with what became of the statements, as the text of a report."""

import itertools
import statistics
from collections.abc import Iterator, Sequence

import attrs

from hechting_rules.advice import Outcome
from hechting_rules.answered import Answered, answer
from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, Leaf
from hechting_rules.model import Rulebook
from hechting_rules.profiles import find_profile, with_rules_on
from hechting_rules.relations import group_parts
from hechting_rules.stated import Test
from hechting_rules.testing.guidance import all_tests
from hechting_rules.verify.article import Fate, table
from hechting_rules.verify.in_words import phrase

MANY = 200
"""More conjunctions than this in one rule are not told apart: its body counts as one."""

KINDS = ("RULE", "FACT", "CONSTRAINT", "CONTEXT")
"""The kinds of statement, in the order in which they are told."""
WORD_COLUMNS = 2
"""How many columns of the table hold words; the others hold numbers."""


def conjunctions(book: Rulebook, condition: Condition) -> tuple[tuple[Leaf, ...], ...]:
    """The ways in which a condition can hold, each as the single conditions it takes; too many count as one without any."""
    found = tuple(itertools.islice(_ways(book, condition), MANY + 1))
    return found if len(found) <= MANY else ((),)


def _ways(book: Rulebook, condition: Condition) -> Iterator[tuple[Leaf, ...]]:
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
                    if all(answered.holds(literal) for literal in literals):
                        counts[rule_id, place] = counts.get((rule_id, place), 0) + 1
    return tuple(
        Conjunction(rule_id, _phrase(literals), counts.get((rule_id, place), 0))
        for rule_id, found in ways.items()
        for place, literals in enumerate(found)
    )


def _phrase(literals: tuple[Leaf, ...]) -> str:
    return " and ".join(phrase(literal) for literal in literals) or "too many to tell apart"


def _answered(book: Rulebook, test: Test) -> Answered:
    return answer(test.given, book, with_rules_on(find_profile(book, None), test.switch_on))


def suggestions_per_case(book: Rulebook) -> tuple[tuple[int, str], ...]:
    """For each guidance test how many suggestions are established, general advice on an occasion left out; fewest first."""
    own = [s.code for s in book.suggestions.values() if not s.on_occasion]
    counted = []
    for test in book.tests:
        answered = _answered(book, test)
        established = sum(answered.outcome(answered.program.results[code]) is Outcome.ESTABLISHED for code in own)
        counted.append((established, test.name))
    return tuple(sorted(counted))


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
