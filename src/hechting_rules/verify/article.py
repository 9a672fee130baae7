"""The statements of the article: what became of each in the rulebook, and where each stands in a copy of the text."""

import bisect
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum

import attrs

from hechting_rules.model import Rulebook

SHIFT = 3
"""How many lines a locator may have moved before that is reported: copies of the article differ in their blank lines."""


class Fate(StrEnum):
    """What became of a statement. One that a disposition says is kept counts as kept, though rules name it as well."""

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


def table(book: Rulebook) -> Mapping[str, Mapping[str, Mapping[Fate, int]]]:
    """Statements counted by section, kind and fate."""
    counted: dict[str, dict[str, dict[Fate, int]]] = {}
    for fate in fates(book):
        by_kind = counted.setdefault(fate.section, {}).setdefault(fate.kind, dict.fromkeys(Fate, 0))
        by_kind[fate.fate] += 1
    return counted


# --- in a copy of the text -------------------------------------------------------------------------------------------------


@attrs.frozen
class Traced:
    """Where a statement's locator stands: ``line`` as recorded, ``found`` in this copy (nothing when it is not there)."""

    statement: str
    locator: str
    line: int
    found: int | None

    @property
    def moved(self) -> bool:
        """Whether it stands elsewhere than recorded, by more than `SHIFT` lines."""
        return self.found is not None and abs(self.found - self.line) > SHIFT


def trace(book: Rulebook, article: str) -> tuple[Traced, ...]:
    """Each statement's locator in a text, white space folded; of several places the nearest to the one recorded."""
    starts = _line_starts(article)
    return tuple(Traced(s.id, s.locator, s.line, _nearest(s.locator, s.line, article, starts)) for s in book.statements.values())


def _line_starts(article: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer("\n", article))]


def _nearest(locator: str, line: int, article: str, starts: list[int]) -> int | None:
    pattern = r"\s+".join(re.escape(word) for word in locator.split())
    places = [bisect.bisect_right(starts, match.start()) for match in re.finditer(pattern, article)]
    return min(places, key=lambda found: abs(found - line), default=None)
