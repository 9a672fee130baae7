"""Commands for authors of guidance: check, test, coverage, trace, and looking things up."""

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from hechting_rules.cli.common import AsFormat, Format, Lang, ProfileName, Rules, app, book_in, echo_json, text_in
from hechting_rules.errors import UsageError
from hechting_rules.model import Finding, Rulebook
from hechting_rules.profiles import find_profile
from hechting_rules.rulebook import load_rulebook
from hechting_rules.schemas import schema_names, schema_text
from hechting_rules.source import amount
from hechting_rules.terms import Language
from hechting_rules.testing.guidance import all_tests, run_test
from hechting_rules.verify.article import Fate, broken_promises, fates, trace
from hechting_rules.verify.comparison.compare import anything_differs, compare
from hechting_rules.verify.comparison.told import to_mapping as compared_mapping
from hechting_rules.verify.comparison.told import to_text as compared_text
from hechting_rules.verify.coverage import coverage_text, decided
from hechting_rules.verify.in_words import rule_list, rule_text
from hechting_rules.verify.lints import lint, proved_remarks
from hechting_rules.verify.lints.told import counted, to_lines
from hechting_rules.verify.lints.told import to_mapping as lints_mapping
from hechting_rules.verify.mutation.drafts import drafts, require_new, write
from hechting_rules.verify.mutation.judging import alive, judge
from hechting_rules.verify.mutation.mcdc import Seen, halves, independence
from hechting_rules.verify.mutation.told import independence_lines, independence_mapping
from hechting_rules.verify.mutation.told import to_mapping as mutants_mapping
from hechting_rules.verify.mutation.told import to_text as mutants_text
from hechting_rules.verify.proofs.laws import prove
from hechting_rules.verify.proofs.told import all_proved, save_cases
from hechting_rules.verify.proofs.told import to_mapping as laws_mapping
from hechting_rules.verify.proofs.told import to_text as laws_text


@app.command("check")
def check_command(
    rules: Annotated[Path | None, typer.Argument(help="Folder of a rulebook; without one, the library's own.")] = None,
    form: AsFormat = Format.TEXT,
    prove_laws: Annotated[
        bool, typer.Option("--prove", help="Prove the laws of a rulebook over all cases, or break them.")
    ] = False,
    save_to: Annotated[
        Path | None, typer.Option("--save", help="Prove, and write each case that breaks a law to this folder.")
    ] = None,
    profile: ProfileName = "default",
) -> None:
    """Load a rulebook and report all that is wrong with it.

    With the lints; on request its laws are proved over all cases.
    """
    book = load_rulebook(rules)
    find_profile(book, profile)
    if save_to is not None and save_to.exists() and not save_to.is_dir():
        raise UsageError(f"'{save_to}' cannot be written to: it is no folder")
    proving = prove_laws or save_to is not None
    laws = prove(book, profile) if proving else ()
    linted = lint(book, proved_remarks(book, profile) if proving else None)
    counts = _counts(book)
    if form is Format.JSON:
        whole = {"rulebook": book.head.id, "version": book.head.version, "sha256": book.sha256, "counts": counts}
        echo_json(whole | lints_mapping(linted) | ({"profile": profile, "laws": laws_mapping(laws)} if laws else {}))
    else:
        for line in to_lines(linted):
            typer.echo(line)
        typer.echo(f"{book.head.id} {book.head.version}: {counted(linted)}")
        typer.echo("  " + ", ".join(amount(number, things) for things, number in counts.items()))
        typer.echo(laws_text(laws, profile) if laws else "", nl=False)
    if save_to is not None:
        typer.echo(f"{amount(save_cases(laws, save_to), 'cases')} in {save_to}", err=True)
    if linted.found or not all_proved(laws):
        raise typer.Exit(1)


def _counts(book: Rulebook) -> dict[str, int]:
    """How much a rulebook holds."""
    return {
        "findings": len(book.findings),
        "conclusions": len(book.conclusions),
        "suggestions": len(book.suggestions),
        "rules": len(book.rules),
        "evidence notes": len(book.evidence),
        "statements": len(book.statements),
        "guidance tests": len(book.tests),
    }


@app.command("coverage")
def coverage_command(
    rules: Annotated[Path | None, typer.Argument(help="Folder of a rulebook; without one, the library's own.")] = None,
    missing: Annotated[bool, typer.Option("--missing", help="List what is missing, statement by statement.")] = False,
    form: AsFormat = Format.TEXT,
) -> None:
    """Show what became of every statement of the article.

    Also which conditions decided a guidance test, together and alone.
    """
    book = book_in(rules)
    found, ways, broken = fates(book), decided(book), tuple(broken_promises(book))
    alone = independence(book)
    lost = [f for f in found if f.fate is Fate.MISSING]
    idle = [c for c in ways if not c.decided]
    if form is Format.JSON:
        rows = [{"id": f.statement, "kind": f.kind, "section": f.section, "fate": f.fate, "by": f.by} for f in found]
        counted = [{"rule": c.rule, "condition": c.words, "decided": c.decided} for c in ways]
        echo_json({"statements": rows, "conjunctions": counted, "mcdc": independence_mapping(alone), "broken": list(broken)})
    else:
        typer.echo(coverage_text(book, ways), nl=False)
        for line in (*independence_lines(alone), *broken, *(f"{c.rule}: no test is decided by {c.words}" for c in idle)):
            typer.echo(line)
        for fate in lost if missing else ():
            typer.echo(f"{fate.statement} ({fate.kind}, {fate.section}) has no disposition")
    if lost or idle or broken or any(half.seen is Seen.MISSING for _, _, half in halves(alone)):
        raise typer.Exit(1)


@app.command("trace")
def trace_command(
    article: Annotated[Path, typer.Option("--article", help="The text of the article.")],
    rules: Rules = None,
) -> None:
    """Find every statement in the text of the article.

    By its locator; what is not there, or stands elsewhere than recorded, is reported.
    """
    traced = trace(book_in(rules), text_in(article))
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
    """List the rules, or show one in full.

    With its statements, evidence, exemplars and tests.
    """
    book = book_in(rules)
    typer.echo(rule_text(book, rule, lang) if rule else rule_list(book, lang), nl=False)


@app.command("test")
def guidance_command(
    rules: Annotated[Path | None, typer.Argument(help="Folder of a rulebook; without one, the library's own.")] = None,
    form: AsFormat = Format.TEXT,
) -> None:
    """Run every exemplar and guidance test of a rulebook."""
    book = book_in(rules)
    tests = list(all_tests(book))
    found = [run_test(book, test) for test in tests]
    failures = [failure for of_one in found for failure in of_one]
    failed = sum(1 for of_one in found if of_one)
    if form is Format.JSON:
        rows = [{"test": f.test, "place": str(f.span), "expected": f.expected, "got": f.got} for f in failures]
        echo_json({"tests": len(tests), "failures": rows})
    else:
        for failure in failures:
            typer.echo(str(failure))
        parts = f"{amount(len(tests) - len(book.tests), 'exemplars')}, {amount(len(book.tests), 'cases')}"
        came = f"{failed} failed" if failures else "all as expected"
        typer.echo(f"{amount(len(tests), 'tests')} of the guidance ({parts}): {came}")
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
    found = [f for f in book_in(rules).findings.values() if search.casefold() in " ".join(_words(f)).casefold()]
    if form is Format.JSON:
        echo_json([_finding(f, lang) for f in found])
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
    """Say what a rulebook is for, and what it is not for.

    For whom it is, its limits, and where it comes from.
    """
    head = book_in(rules).head
    told = {"intended use": head.intended_use, "users": head.users, "misuse": head.misuse, "limits": head.limits}
    told |= {attribute.name: attribute.value for attribute in head.attributes}
    words = {name: text.into(lang) for name, text in told.items()} | {"clinical review": head.clinical_review}
    if form is Format.JSON:
        echo_json({"id": head.id, "version": head.version, "title": head.title.into(lang), **words})
    else:
        typer.echo(f"{head.title.into(lang)} ({head.id} {head.version})")
        for name, text in words.items():
            typer.echo(textwrap.fill(f"{name}: {text}", 100, subsequent_indent="  "))


@app.command("schema")
def schema_command(name: Annotated[str, typer.Argument(help="Name of a schema; without one, the list of names.")] = "") -> None:
    """Print a JSON Schema that ships with this library."""
    typer.echo(schema_text(name) if name else "\n".join(schema_names()), nl=not name)


@app.command("compare")
def compare_command(
    old: Annotated[Path, typer.Argument(help="Folder of a rulebook.")],
    new: Annotated[Path, typer.Argument(help="Folder of the other rulebook.")],
    lang: Lang = Language.NL,
    form: AsFormat = Format.TEXT,
    profile: ProfileName = "default",
) -> None:
    """Say which advice differs between two rulebooks.

    Over all cases where that can be decided, each difference with a case that shows it.
    """
    books = load_rulebook(old), load_rulebook(new)
    given = [test.given for book in books for test in all_tests(book)]
    found = compare(*books, profile=profile, cases=given)
    if form is Format.JSON:
        echo_json(compared_mapping(found))
    else:
        typer.echo(compared_text(found, lang), nl=False)
    if anything_differs(found):
        raise typer.Exit(1)


@app.command("mutate")
def mutate_command(
    rules: Annotated[Path | None, typer.Argument(help="Folder of a rulebook; without one, the library's own.")] = None,
    rule: Annotated[list[str] | None, typer.Option("--rule", metavar="RULE", help="Only this rule; may be given again.")] = None,
    form: AsFormat = Format.TEXT,
    write_to: Annotated[Path | None, typer.Option("--write", help="Write the missing guidance tests to this new file.")] = None,
) -> None:
    """Show which slips in a rule no guidance test notices.

    Each rule is changed in every way a slip could; what goes unnoticed comes with the test that is missing.
    """
    if write_to is not None:
        require_new(write_to)
    book = book_in(rules)
    found = judge(book, rule or ())
    if form is Format.JSON:
        echo_json(mutants_mapping(found))
    else:
        typer.echo(mutants_text(found), nl=False)
    if write_to is not None:
        missing = drafts(found, [one for one in independence(book) if not rule or one.rule in rule])
        write(missing, write_to)
        written = f"{amount(len(missing), 'drafts')} of guidance tests in {write_to}"
        typer.echo(written if missing else "no guidance test is missing", err=True)
    if alive(found):
        raise typer.Exit(1)
