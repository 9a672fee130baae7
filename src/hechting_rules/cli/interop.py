"""Commands for other clinical software: the questionnaire, a case from a FHIR record, and the service over HTTP."""

import json
from pathlib import Path
from typing import Annotated

import attrs
import typer

from hechting_rules.case import case_to_mapping
from hechting_rules.cli.common import AsFormat, Format, Lang, Rules, app, book_in, day_in, echo_json, extra, text_in
from hechting_rules.errors import CaseError
from hechting_rules.interop.fhir import Origin, Reading, read_fhir
from hechting_rules.interop.mapfiles import load_code_map
from hechting_rules.interop.questionnaire import questionnaire
from hechting_rules.source import Diagnostic, Span
from hechting_rules.terms import Language

MOST_BYTES = 50_000_000
SERVICE = "serve", "hechting_rules.interop.service", "the service"
RUNNING = "serve", "hechting_rules.interop.service.running", "the service"
"""What is imported only when the service is asked for: it needs an extra, which may not be there."""


@app.command("questionnaire")
def questionnaire_command(
    lang: Lang = Language.NL,
    child: Annotated[str, typer.Option("--child", help="Life stage of the child, or none; left out, it is asked.")] = "",
    adult: Annotated[str, typer.Option("--adult", help="Life stage of the adult, or none; left out, it is asked.")] = "",
    rules: Rules = None,
) -> None:
    """Write the questions as a FHIR R4 Questionnaire.

    In one language, with the other as its translation.
    """
    echo_json(questionnaire(book_in(rules), language=lang, child=child, adult=adult))


@app.command("fhir")
def fhir_command(
    record: Annotated[Path, typer.Argument(help="A FHIR R4 Bundle, or a list of resources, as JSON.")],
    as_of: Annotated[str, typer.Option("--as-of", help="The day on which the record is read, such as 2026-11-23.")],
    country: Annotated[str, typer.Option("--map", help="The map of codes: nl or be.")] = "nl",
    own: Annotated[Path | None, typer.Option("--extra", help="A YAML file with lines of your own for the map.")] = None,
    child: Annotated[str, typer.Option("--child", help="Who is the index child, such as Patient/1, or none.")] = "",
    adult: Annotated[str, typer.Option("--adult", help="Who is the index adult, such as Patient/2, or none.")] = "",
    hints: Annotated[bool, typer.Option("--hints", help="Let codes that only point to a finding state it.")] = False,
    form: AsFormat = Format.TEXT,
    rules: Rules = None,
) -> None:
    """Read a case from a FHIR record.

    As JSON the case file, as text each finding with its place.
    """
    book = book_in(rules)
    added = "" if own is None else text_in(own, MOST_BYTES)
    code_map = load_code_map(country, book, added, str(own))
    reading = read_fhir(
        _json_in(record), as_of=day_in(as_of), code_map=code_map, rulebook=book, child=child, adult=adult, hints=hints
    )
    if form is Format.JSON:
        echo_json(case_to_mapping(reading.case))
    else:
        typer.echo("\n".join(_lines(reading)))


def _json_in(path: Path) -> object:
    """What a JSON file holds. Raises `CaseError` with the place where it is no JSON."""
    text = text_in(path, MOST_BYTES)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        at = Span(str(path), error.lineno, error.colno)
        raise CaseError([Diagnostic("H606", at, "is no JSON", "give a FHIR R4 Bundle as JSON")]) from error
    except RecursionError as error:
        raise CaseError([Diagnostic("H602", Span(str(path)), "nests too deep to be read")]) from error


def _lines(reading: Reading) -> list[str]:
    """What was read, for people: who it is about, what is stated and where, what is not and why, and what to read."""
    case = reading.case
    who = [
        f"child: {reading.child or case.child_stage or 'not known'}",
        f"adult: {reading.adult or case.adult_stage or 'not known'}",
    ]
    numbers = [f"{name}: {value:g}" for name, value in case.quantities]
    used = [f"  {o.status}  {o.finding}  ({_place(o)})" for o in reading.origins if o.used]
    left = [f"  {o.finding}: {o.reason}  ({_place(o)})" for o in reading.origins if not o.used]
    notes = [f"  {note}" for note in reading.notes]
    groups = (("stated:", used), ("not stated:", left), ("notes:", notes))
    return [*who, *numbers, *(line for title, lines in groups if lines for line in (title, *lines))]


def _place(origin: Origin) -> str:
    return f"{origin.code} at {origin.place}" if origin.code else origin.place


@app.command("serve")
def serve_command(
    settings: Annotated[Path | None, typer.Option("--settings", help="A YAML file with the settings (docs/service.md).")] = None,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on; 127.0.0.1 is this machine alone.")] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port to listen on; 8484 unless said.")] = None,
    profile: Annotated[str | None, typer.Option("--profile", help="Profile of the rulebook.")] = None,
    engine: Annotated[str | None, typer.Option("--engine", help="What consultations run on: kernel, durable or auto.")] = None,
    rules: Annotated[list[Path] | None, typer.Option("--rules", help="Folder of another rulebook, or of extensions.")] = None,
    is_open: Annotated[
        bool,
        typer.Option(
            "--open-without-authentication", help="Answer others without a token, where something in front authenticates."
        ),
    ] = False,
) -> None:
    """Answer over HTTP, with a page to try it.

    Advice, questions, explanations and CDS Hooks; on the page a consultation can be tried in the browser.
    """
    service = extra(*SERVICE)
    given = {
        "host": host,
        "port": port,
        "profile": profile,
        "engine": engine,
        "rules": tuple(rules) if rules else None,
        "open_without_authentication": is_open or None,
    }
    read = service.Settings() if settings is None else service.read_settings(settings)
    chosen = attrs.evolve(read, **{key: value for key, value in given.items() if value is not None})
    running = extra(*RUNNING)
    running.run(chosen, typer.echo)
