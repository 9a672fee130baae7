"""The command ``hechting``. Exit codes: 0 fine, 1 something found, 2 wrong use or bad input."""

import io
import json
import os
import sys
import textwrap
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from hechting_rules import __version__
from hechting_rules.advice import Advice
from hechting_rules.case import load_case
from hechting_rules.errors import CaseError, HechtingError, UsageError
from hechting_rules.explain import advise
from hechting_rules.model import Finding, Rulebook
from hechting_rules.profiles import find_profile
from hechting_rules.render.json import to_mapping
from hechting_rules.render.text import to_text
from hechting_rules.rulebook import default_rulebook, load_rulebook
from hechting_rules.schemas import schema_names, schema_text
from hechting_rules.source import Diagnostic, Problems
from hechting_rules.terms import Language
from hechting_rules.testing.guidance import all_tests, run_test
from hechting_rules.verify.coverage import Fate, broken_promises, decided, fates
from hechting_rules.verify.lints import run_lints
from hechting_rules.verify.report import coverage_text, rule_list, rule_text
from hechting_rules.verify.trace import trace
from hechting_rules.yamlnode import read_text

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
    find_profile(book, profile)
    advices = list(_advices(cases, book, profile))
    if form is Format.JSON:
        found = [to_mapping(advice, lang) for advice in advices]
        _json(found[0] if len(found) == 1 else found)
    else:
        typer.echo("\n\n".join(to_text(advice, lang, everything=everything) for advice in advices), nl=False)


def _advices(paths: list[Path], book: Rulebook, profile: str) -> Iterator[Advice]:
    """The advice for each case; what is wrong with any of them is told for all together."""
    wrong: list[Diagnostic] = []
    for path in paths:
        try:
            yield advise(load_case(path), book, profile)
        except CaseError as error:
            wrong.extend(error.diagnostics)
    if wrong:
        raise CaseError(wrong)


@app.command("check")
def check_command(
    rules: Annotated[Path | None, typer.Argument(help="Folder of a rulebook; without one, the library's own.")] = None,
    form: AsFormat = Format.TEXT,
) -> None:
    """Load a rulebook, run the lints, and report everything that is wrong with it."""
    book = load_rulebook(rules)
    found = run_lints(book)
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
        rows = [{"code": d.code, "place": str(d.span), "message": d.message, "hint": d.hint} for d in found]
        _json({"rulebook": book.head.id, "version": book.head.version, "sha256": book.sha256, "counts": counts, "problems": rows})
    else:
        for diagnostic in found:
            typer.echo(str(diagnostic))
        typer.echo(f"{book.head.id} {book.head.version}: {f'{len(found)} findings' if found else 'no findings'}")
        typer.echo("  " + ", ".join(f"{n} {what}" for what, n in counts.items()))
    if found:
        raise typer.Exit(1)


@app.command("coverage")
def coverage_command(
    rules: Annotated[Path | None, typer.Argument(help="Folder of a rulebook; without one, the library's own.")] = None,
    missing: Annotated[bool, typer.Option("--missing", help="List what is missing, statement by statement.")] = False,
    form: AsFormat = Format.TEXT,
) -> None:
    """Show what became of every statement of the article, and which conjunctions decided a guidance test."""
    book = _book(rules)
    found, ways, broken = fates(book), decided(book), tuple(broken_promises(book))
    lost = [f for f in found if f.fate is Fate.MISSING]
    idle = [c for c in ways if not c.decided]
    if form is Format.JSON:
        rows = [{"id": f.statement, "kind": f.kind, "section": f.section, "fate": f.fate, "by": f.by} for f in found]
        counted = [{"rule": c.rule, "condition": c.words, "decided": c.decided} for c in ways]
        _json({"statements": rows, "conjunctions": counted, "broken": list(broken)})
    else:
        typer.echo(coverage_text(book, ways), nl=False)
        for line in (*broken, *(f"{c.rule}: no test is decided by {c.words}" for c in idle)):
            typer.echo(line)
        for fate in lost if missing else ():
            typer.echo(f"{fate.statement} ({fate.kind}, {fate.section}) has no disposition")
    if lost or idle or broken:
        raise typer.Exit(1)


@app.command("trace")
def trace_command(
    article: Annotated[Path, typer.Option("--article", help="The text of the article.")],
    rules: Rules = None,
) -> None:
    """Find the locator of every statement in the text of the article, and report what moved."""
    problems = Problems()
    text = read_text(article, str(article), problems)
    if text is None:
        raise UsageError("\n".join(str(d) for d in problems.errors()))
    traced = trace(_book(rules), text)
    lost, moved = [t for t in traced if t.found is None], [t for t in traced if t.moved]
    for one in lost:
        typer.echo(f"{one.statement}: '{one.locator}' is not in {article}")
    for one in moved:
        typer.echo(f"{one.statement}: '{one.locator}' stands in line {one.found}, recorded for line {one.line}")
    typer.echo(f"{len(traced) - len(lost)} of {len(traced)} locators found, {len(moved)} moved")
    if lost or moved:
        raise typer.Exit(1)


@app.command("rules")
def rules_command(
    rule: Annotated[str, typer.Argument(help="Id of a rule; without one, the list of rules.")] = "",
    lang: Lang = Language.NL,
    rules: Rules = None,
) -> None:
    """Show a rule with its statements, evidence, exemplars and tests."""
    book = _book(rules)
    typer.echo(rule_text(book, rule, lang) if rule else rule_list(book, lang), nl=False)


@app.command("test")
def guidance_command(
    rules: Annotated[Path | None, typer.Argument(help="Folder of a rulebook; without one, the library's own.")] = None,
    form: AsFormat = Format.TEXT,
) -> None:
    """Run every exemplar and guidance test of a rulebook."""
    book = _book(rules)
    tests = list(all_tests(book))
    found = [run_test(book, test) for test in tests]
    failures = [failure for of_one in found for failure in of_one]
    failed = sum(1 for of_one in found if of_one)
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
    for finding in () if form is Format.JSON else sorted(found, key=lambda f: f.code):
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


@app.command("about")
def about_command(lang: Lang = Language.NL, form: AsFormat = Format.TEXT, rules: Rules = None) -> None:
    """Say what a rulebook is for and not for, for whom, its limits, and where it comes from."""
    head = _book(rules).head
    told = {"intended use": head.intended_use, "users": head.users, "misuse": head.misuse, "limits": head.limits}
    told |= {attribute.name: attribute.value for attribute in head.attributes}
    words = {name: text.into(lang) for name, text in told.items()} | {"clinical review": head.clinical_review}
    if form is Format.JSON:
        _json({"id": head.id, "version": head.version, "title": head.title.into(lang), **words})
    else:
        typer.echo(f"{head.title.into(lang)} ({head.id} {head.version})")
        for name, text in words.items():
            typer.echo(textwrap.fill(f"{name}: {text}", 100, subsequent_indent="  "))


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
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
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
