"""Finding every statement's place in the text of the article."""

import re

import attrs

from hechting_rules.model import Rulebook

SHIFT = 3
"""How many lines a locator may have moved before that is reported: copies of the article differ in their blank lines."""


@attrs.frozen
class Traced:
    """Where a statement's locator stands: ``line`` as recorded, ``found`` in this copy (nothing when it is not there)."""

    statement: str
    locator: str
    line: int
    found: int | None

    @property
    def moved(self) -> bool:
        """Whether it stands elsewhere than recorded."""
        return self.found is not None and abs(self.found - self.line) > SHIFT


def trace(book: Rulebook, article: str) -> tuple[Traced, ...]:
    """Each statement's locator in a text, white space folded; of several places the nearest to the one recorded."""
    starts = _line_starts(article)
    return tuple(Traced(s.id, s.locator, s.line, _nearest(s.locator, s.line, article, starts)) for s in book.statements.values())


def _line_starts(article: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer("\n", article))]


def _nearest(locator: str, line: int, article: str, starts: list[int]) -> int | None:
    pattern = r"\s+".join(re.escape(word) for word in locator.split())
    places = [_line_of(match.start(), starts) for match in re.finditer(pattern, article)]
    return min(places, key=lambda found: abs(found - line), default=None)


def _line_of(offset: int, starts: list[int]) -> int:
    low, high = 0, len(starts)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if starts[middle] <= offset else (low, middle)
    return low + 1
