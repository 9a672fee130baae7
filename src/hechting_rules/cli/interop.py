"""Commands for other clinical software: the questionnaire, and a case from a FHIR record."""

import json
from pathlib import Path
from typing import Annotated

import typer

from hechting_rules.case import case_to_mapping
from hechting_rules.cli.common import AsFormat, Format, Lang, Rules, app, book_in, day_in, echo_json, text_in
from hechting_rules.errors import CaseError
from hechting_rules.interop.fhir import Origin, Reading, read_fhir
from hechting_rules.interop.mapfiles import load_code_map
from hechting_rules.interop.questionnaire import questionnaire
from hechting_rules.source import Diagnostic, Span
from hechting_rules.terms import Language

MOST_BYTES = 50_000_000


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
    extra: Annotated[Path | None, typer.Option("--extra", help="A YAML file with lines of your own for the map.")] = None,
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
    added = "" if extra is None else text_in(extra, MOST_BYTES)
    code_map = load_code_map(country, book, added, str(extra))
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
