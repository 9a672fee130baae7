"""What the commands share: the application, its options, how what they name is read and an answer written."""

import datetime as dt
import importlib
import json
import os
import shutil
import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer

from hechting_rules.errors import CaseError, MissingExtraError, UsageError
from hechting_rules.model import Rulebook
from hechting_rules.reading.yamlnode import MAX_BYTES, read_text
from hechting_rules.render.page import WIDTH, Columns, Line, plain
from hechting_rules.rulebook import default_rulebook, load_rulebook
from hechting_rules.source import Problems
from hechting_rules.terms import Language

app = typer.Typer(
    name="hechting",
    help="An article on attachment for general practitioners as rules: a case in, explained suggestions out. No diagnosis.",
    epilog="Exit codes: 0 fine, 1 something found, 2 wrong use or bad input.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

NARROWEST = 40


class Format(StrEnum):
    """How an answer is written."""

    TEXT = "text"
    JSON = "json"


Lang = Annotated[Language, typer.Option("--lang", help="Language of the texts.")]
Rules = Annotated[Path | None, typer.Option("--rules", help="Folder of another rulebook.")]
ProfileName = Annotated[str, typer.Option("--profile", help="Profile of the rulebook.")]
AsFormat = Annotated[Format, typer.Option("--format", help="text for people, json for programs.")]
Everything = Annotated[bool, typer.Option("--all", help="Show everything, with the full texts.")]


def book_in(folder: Path | None) -> Rulebook:
    """The rulebook in a folder; without one, that of the library."""
    return default_rulebook() if folder is None else load_rulebook(folder)


def text_in(path: Path, most: int = MAX_BYTES) -> str:
    """What a file holds, of at most so many bytes. Raises `CaseError` that says why it cannot be read."""
    problems = Problems()
    text = read_text(path, str(path), problems, most)
    if text is None:
        raise CaseError(problems.errors())
    return text


def day_in(text: str) -> dt.date:
    """A day as it is written on the command line. Raises `UsageError` where it is none."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"'{text}' is no day; allowed: such as 2026-11-23") from error


def echo_json(value: Any) -> None:
    """Write plain data as JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def echo_pages(pages: Iterable[Iterable[Line | Columns]]) -> None:
    """Write pages one after another: styled on a terminal that wants colour, as plain text elsewhere and without rich."""
    styled = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    width = max(NARROWEST, min(WIDTH, shutil.get_terminal_size().columns)) if sys.stdout.isatty() else WIDTH
    terminal = _terminal() if styled else None

    def shown(lines: Iterable[Line | Columns]) -> str:
        return plain(lines, width) if terminal is None else str(terminal.page_to_terminal(lines, width=width))

    typer.echo("\n\n".join(shown(page) for page in pages), nl=False, color=styled or None)


def _terminal() -> ModuleType | None:
    try:
        return extra("cli", "hechting_rules.render.terminal", "styled text")
    except MissingExtraError:
        return None


def extra(name: str, module: str, needed_for: str) -> ModuleType:
    """A module that needs an extra. Raises `MissingExtraError` that names it where it is not installed."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.startswith("hechting_rules"):
            raise
        raise MissingExtraError(name, needed_for) from error
