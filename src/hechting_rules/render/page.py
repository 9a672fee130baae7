"""A page as typed lines, and how they are laid out: what plain text and terminal have in common."""

import textwrap
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import zip_longest

import attrs

WIDTH = 100
"""How many characters wide a page is, unless told otherwise."""
INDENT = 4
"""How many characters the items of a page stand in."""
SIDE_BY_SIDE = 72
"""From how many characters on two columns stand beside each other; on a narrower page they follow each other."""
BETWEEN = 2
"""How many characters apart two columns stand."""

_KEPT = frozenset("\t\n\v\f\r\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}")
"""White space that is not printable: it is no command of a terminal, and most of it becomes a space where lines are broken."""


class Role(StrEnum):
    """What a line is, so that a rendering can set it apart without changing its words."""

    TITLE = "title"
    BAR = "bar"
    HEADING = "heading"
    ANSWER = "answer"
    ITEM = "item"
    ACT_NOW = "act now"
    SAME_DAY = "same day"
    SAFETY = "safety"
    TEXT = "text"
    REASON = "reason"
    ROUTE = "route"
    HELD = "held"
    SCREEN = "screen"
    CAUTION = "caution"
    QUESTION = "question"
    BACKGROUND = "background"
    MORE = "more"
    NOTE = "note"
    GAP = "gap"


@attrs.frozen
class Line:
    """One line of a page, before it is wrapped.

    ``mark`` stands in the margin of ``indent`` characters; ``lead`` says at the beginning what the words are (``Why: ...``).
    A line without words is left out, but for a bar and a gap.
    """

    role: Role
    words: str = ""
    indent: int = 0
    mark: str = ""
    lead: str = ""


@attrs.frozen
class Columns:
    """Two groups of lines that belong beside each other; one after the other where the page is too narrow."""

    left: tuple[Line, ...]
    right: tuple[Line, ...]


class Part(StrEnum):
    """What a piece of a line is."""

    MARGIN = "margin"
    LEAD = "lead"
    WORDS = "words"


@attrs.frozen
class Piece:
    """Some characters of one row."""

    role: Role
    part: Part
    words: str


Row = tuple[Piece, ...]
"""One row of the page, its pieces from left to right."""

GAP = Line(Role.GAP)
BAR = Line(Role.BAR)


def plain(lines: Iterable[Line | Columns], width: int) -> str:
    """A page as plain text, at most ``width`` characters wide, with a line break at the end."""
    return "\n".join("".join(piece.words for piece in row).rstrip() for row in layout(lines, width)) + "\n"


def layout(lines: Iterable[Line | Columns], width: int) -> Iterator[Row]:
    """The rows of a page. A word that is wider than the page is broken; what is not printable is shown as ``?``.

    A gap at the end is left out.
    """
    gaps = 0
    for line in lines:
        if isinstance(line, Line) and line.role is Role.GAP:
            gaps += 1
            continue
        yield from [()] * gaps
        gaps = 0
        yield from _beside(line, width) if isinstance(line, Columns) else _rows(line, width)


def _beside(columns: Columns, width: int) -> Iterator[Row]:
    if width < SIDE_BY_SIDE:
        yield from layout((*columns.left, *columns.right), width)
        return
    half = (width - BETWEEN) // 2
    for left, right in zip_longest(layout(columns.left, half), layout(columns.right, half), fillvalue=()):
        filled = sum(len(piece.words) for piece in left)
        yield (*left, Piece(Role.GAP, Part.MARGIN, " " * (half + BETWEEN - filled)), *right)


def _rows(line: Line, width: int) -> Iterator[Row]:
    if line.role is Role.BAR:
        yield (Piece(line.role, Part.WORDS, "=" * width),)
        return
    margin = line.mark.ljust(line.indent)
    words = f"{line.lead}: {line.words}" if line.lead else line.words
    led = len(line.lead) + 1 if line.lead else 0
    space = " " * line.indent
    for row in textwrap.wrap(_printable(words), width, initial_indent=margin, subsequent_indent=space, break_on_hyphens=False):
        body = row[len(margin) :]
        pieces = (
            Piece(line.role, Part.MARGIN, margin),
            Piece(line.role, Part.LEAD, body[:led]),
            Piece(line.role, Part.WORDS, body[led:]),
        )
        yield tuple(piece for piece in pieces if piece.words)
        margin, led = space, max(0, led - len(body) - 1)


def _printable(words: str) -> str:
    """Words without anything that a terminal would take for a command."""
    return "".join(c if c.isprintable() or c in _KEPT else "?" for c in words)
