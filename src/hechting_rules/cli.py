"""The command ``hechting``. Exit codes: 0 fine, 1 something found, 2 wrong use or bad input."""

import json
import os
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from hechting_rules import __version__
from hechting_rules.case import load_case
from hechting_rules.errors import HechtingError
from hechting_rules.explain import advise
from hechting_rules.model import Finding, Rulebook
from hechting_rules.render.json import to_mapping
from hechting_rules.render.text import to_text
from hechting_rules.rulebook import default_rulebook, load_rulebook
from hechting_rules.schemas import schema_names, schema_text
from hechting_rules.terms import Language
from hechting_rules.testing.guidance import all_tests, run_tests

app = typer.Typer(
    name="hechting",
    help="An article on attachment for general practitioners as rules: a case in, explained suggestions out. No diagnosis.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


class Format(StrEnum):
    """How an answer is written."""

    TEXT = "text"
    JSON = "json"


Lang = Annotated[Language, typer.Option("--lang", help="Language of the texts.")]
Rules = Annotated[Path | None, typer.Option("--rules", help="Folder of another rulebook.")]
AsFormat = Annotated[Format, typer.Option("--format", help="text for people, json for programs.")]


def _book(folder: Path | None) -> Rulebook:
    return default_rulebook() if folder is None else load_rulebook(folder)


def _json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


@app.command("advise")
def advise_command(
    cases: Annotated[list[Path], typer.Argument(help="Case files (YAML or JSON).")],
    lang: Lang = Language.NL,
    form: AsFormat = Format.TEXT,
    profile: Annotated[str, typer.Option("--profile", help="Profile of the rulebook.")] = "default",
    rules: Rules = None,
    everything: Annotated[bool, typer.Option("--all", help="Show everything, with the full texts.")] = False,
) -> None:
    """Give the explained suggestions for each case."""
    book = _book(rules)
    advices = [advise(load_case(path), book, profile) for path in cases]
    if form is Format.JSON:
        found = [to_mapping(advice, lang) for advice in advices]
        _json(found[0] if len(found) == 1 else found)
    else:
        typer.echo("\n\n".join(to_text(advice, lang, everything=everything) for advice in advices), nl=False)


@app.command("check")
def check_command(
    rules: Annotated[Path | None, typer.Argument(help="Folder of a rulebook; without one, the library's own.")] = None,
    form: AsFormat = Format.TEXT,
) -> None:
    """Load a rulebook and report everything that is wrong with it."""
    book = load_rulebook(rules)
    counts = {
        "findings": len(book.findings),
        "conclusions": len(book.conclusions),
        "suggestions": len(book.suggestions),
        "rules": len(book.rules),
        "evidence notes": len(book.evidence),
        "statements": len(book.statements),
        "guidance tests": len(book.tests),
    }
    if form is Format.JSON:
        _json({"rulebook": book.head.id, "version": book.head.version, "sha256": book.sha256, "counts": counts, "problems": []})
    else:
        typer.echo(f"{book.head.id} {book.head.version}: no problems")
        typer.echo("  " + ", ".join(f"{n} {what}" for what, n in counts.items()))


@app.command("test")
def guidance_command(
    rules: Annotated[Path | None, typer.Argument(help="Folder of a rulebook; without one, the library's own.")] = None,
    form: AsFormat = Format.TEXT,
) -> None:
    """Run every exemplar and guidance test of a rulebook."""
    book = _book(rules)
    tests = list(all_tests(book))
    failures = run_tests(book, tests)
    failed = len({(f.test, f.span.path) for f in failures})
    if form is Format.JSON:
        rows = [{"test": f.test, "place": str(f.span), "expected": f.expected, "got": f.got} for f in failures]
        _json({"tests": len(tests), "failures": rows})
    else:
        for failure in failures:
            typer.echo(str(failure))
        typer.echo(
            f"{len(tests)} tests of the guidance ({len(tests) - len(book.tests)} exemplars, {len(book.tests)} cases): ", nl=False
        )
        typer.echo(f"{failed} failed" if failures else "all as expected")
    if failures:
        raise typer.Exit(1)


@app.command("vocabulary")
def vocabulary_command(
    search: Annotated[
        str, typer.Option("--search", help="Only findings whose code, label, question or synonym holds this.")
    ] = "",
    lang: Lang = Language.NL,
    form: AsFormat = Format.TEXT,
    rules: Rules = None,
) -> None:
    """List the findings that a case can hold."""
    found = [f for f in _book(rules).findings.values() if search.casefold() in " ".join(_words(f)).casefold()]
    if form is Format.JSON:
        _json([_finding(f, lang) for f in found])
        return
    for finding in sorted(found, key=lambda f: f.code):
        stages = f" ({', '.join(finding.stages)})" if finding.stages else ""
        typer.echo(f"{finding.code:46} {finding.label.into(lang)}{stages}")
    if not found:
        typer.echo(f"no finding matches '{search}'", err=True)
        raise typer.Exit(1)


def _words(finding: Finding) -> Iterator[str]:
    yield finding.code
    for text in (finding.label, finding.question):
        yield from (text.nl, text.en)
    for synonyms in finding.synonyms.values():
        yield from synonyms


def _finding(finding: Finding, language: Language) -> dict[str, Any]:
    return {
        "code": finding.code,
        "label": finding.label.into(language),
        "question": finding.question.into(language),
        "about": finding.about.value,
        "time": finding.time.value,
        "direction": finding.direction.value,
        "changeable": finding.changeable.value,
        "stages": list(finding.stages),
        "synonyms": list(finding.synonyms.get(language, ())),
        "implies": list(finding.implies),
        "excludes": list(finding.excludes),
    }


@app.command("schema")
def schema_command(name: Annotated[str, typer.Argument(help="Name of a schema; without one, the list of names.")] = "") -> None:
    """Print a JSON Schema that ships with this library."""
    typer.echo(schema_text(name) if name else "\n".join(schema_names()), nl=not name)


@app.callback(invoke_without_command=True)
def version_option(
    show: Annotated[bool, typer.Option("--version", help="Show the version and leave.", is_eager=True)] = False,
) -> None:
    """Show the version of library and rulebook."""
    if show:
        head = default_rulebook().head
        typer.echo(f"hechting-rules {__version__}, rulebook {head.id} {head.version}")
        raise typer.Exit


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and give its exit code; every error of this library is one message, never a traceback."""
    try:
        app(arguments, prog_name="hechting")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    except HechtingError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
