"""An advice, or any other page, for a terminal: the same words in the same order, set apart by what they are.

The only module that needs rich (extra ``cli``). Whether there is a terminal, how wide it is and whether it wants colour is for
the caller to know: nothing here looks at the environment.
"""

import io
from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.text import Text as Styled

from hechting_rules.advice import Advice
from hechting_rules.render.page import WIDTH, Columns, Line, Part, Piece, Role, layout, plain
from hechting_rules.render.text import advice_lines
from hechting_rules.terms import Language

WHOLE: Mapping[Role, str] = {
    Role.TITLE: "bold",
    Role.BAR: "dim",
    Role.HEADING: "bold underline",
    Role.CAUTION: "dim",
    Role.BACKGROUND: "dim",
    Role.MORE: "dim",
    Role.NOTE: "dim",
}
"""The style of all words of a line."""

BEGINNING: Mapping[Role, str] = {
    Role.ANSWER: "bold",
    Role.ITEM: "bold",
    Role.ACT_NOW: "bold red",
    Role.SAME_DAY: "bold magenta",
    Role.SAFETY: "bold",
    Role.HELD: "bold",
    Role.ROUTE: "bold",
    Role.SCREEN: "bold red",
    Role.QUESTION: "bold cyan",
    Role.REASON: "italic",
}
"""The style of the mark in the margin and of the words that say what a line is; the rest stays as it is."""


def to_terminal(advice: Advice, language: Language, *, everything: bool = False, width: int = WIDTH, color: bool = True) -> str:
    """The advice as `hechting_rules.render.text.to_text` gives it, styled; without ``color`` the very same text.

    ``width`` is in characters. Style never says what words do not say.
    """
    return page_to_terminal(advice_lines(advice, language, everything=everything), width=width, color=color)


def page_to_terminal(lines: Iterable[Line | Columns], *, width: int = WIDTH, color: bool = True) -> str:
    """A page of typed lines, such as an explanation, styled by the role of each line; without ``color`` as plain text."""
    if not color:
        return plain(lines, width)
    rows = [Styled.assemble(*((piece.words, _style(piece)) for piece in row)) for row in layout(lines, width)]
    for row in rows:
        row.rstrip()
    return _written(Styled("\n").join(rows), width)


def _style(piece: Piece) -> str:
    if piece.words.isspace():
        return ""
    whole = WHOLE.get(piece.role, "")
    return whole if piece.part is Part.WORDS else BEGINNING.get(piece.role, whole)


def _written(text: Styled, width: int) -> str:
    """Text with the codes of its styles, whatever terminal and environment this process has."""
    written = io.StringIO()
    console = Console(
        file=written,
        width=width,
        color_system="standard",
        force_terminal=True,
        force_jupyter=False,
        legacy_windows=False,
        no_color=False,
        _environ={},
    )
    console.print(text, soft_wrap=True)
    return written.getvalue()
