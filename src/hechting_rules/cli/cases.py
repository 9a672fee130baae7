"""Commands on cases: the advice, its reasons, what to ask, what differs, and the drawing of the reasoning."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import attrs
import typer

from hechting_rules.advice import Advice
from hechting_rules.case import load_case
from hechting_rules.cli.common import (
    AsFormat,
    Everything,
    Format,
    Lang,
    ProfileName,
    Rules,
    app,
    book_in,
    echo_json,
    echo_pages,
    extra,
)
from hechting_rules.engine.runners import Engine
from hechting_rules.errors import CaseError, UsageError
from hechting_rules.explain import advise, arguments, ask_next, explained, vary, what_if
from hechting_rules.interop.export import to_fhir
from hechting_rules.model import Rulebook
from hechting_rules.profiles import find_profile
from hechting_rules.render.diagram import to_dot, to_mermaid
from hechting_rules.render.explained import (
    argument_lines,
    dependence_lines,
    difference_lines,
    question_lines,
    result_lines,
)
from hechting_rules.render.explained_json import (
    arguments_to_mapping,
    dependences_to_mapping,
    difference_to_mapping,
    questions_to_mapping,
    result_to_mapping,
)
from hechting_rules.render.json import to_mapping
from hechting_rules.render.page import Columns, Line
from hechting_rules.render.text import advice_lines
from hechting_rules.source import Diagnostic
from hechting_rules.terms import Language

T = TypeVar("T")

REPORT = "report", "hechting_rules.render.html", "the HTML report"
DRAWING = "report", "hechting_rules.render.svg", "a drawing as SVG"


class AdviceFormat(StrEnum):
    """How an advice is written."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"
    FHIR = "fhir"


class GraphFormat(StrEnum):
    """How a drawing of the reasoning is written."""

    MERMAID = "mermaid"
    DOT = "dot"
    SVG = "svg"


OneCase = Annotated[Path, typer.Argument(help="A case file (YAML or JSON).")]


@app.command("advise")
def advise_command(
    cases: Annotated[list[Path], typer.Argument(help="Case files (YAML or JSON).")],
    lang: Lang = Language.NL,
    form: Annotated[
        AdviceFormat,
        typer.Option(
            "--format", help="text for people, json for programs, html for a report to read or print, fhir for a Bundle."
        ),
    ] = AdviceFormat.TEXT,
    authored_on: Annotated[
        str, typer.Option("--authored-on", help="With fhir: the time on the resources, such as 2026-11-23T10:00:00+01:00.")
    ] = "",
    child: Annotated[str, typer.Option("--child", help="With fhir: the reference of the child; else Patient/child.")] = "",
    adult: Annotated[str, typer.Option("--adult", help="With fhir: the reference of the adult; else Patient/adult.")] = "",
    profile: ProfileName = "default",
    rules: Rules = None,
    everything: Everything = False,
    engine: Annotated[Engine, typer.Option("--engine", help="What decides the case; the advice is the same.")] = Engine.KERNEL,
) -> None:
    """Give the explained suggestions for each case."""
    book = book_in(rules)
    find_profile(book, profile)
    _require_fhir_alone(form, {"--authored-on": authored_on, "--child": child, "--adult": adult})
    if form is AdviceFormat.HTML and len(cases) > 1:
        raise UsageError(f"an HTML report is about one case; found: {len(cases)}; try: one command for each case")
    advices = list(_advices(cases, book, profile, engine))
    if form is AdviceFormat.JSON:
        _echo_one_or_all([to_mapping(advice, lang) for advice in advices])
    elif form is AdviceFormat.FHIR:
        child, adult = child or "Patient/child", adult or "Patient/adult"
        _echo_one_or_all(
            [to_fhir(a, authored_on=authored_on, child=child, adult=adult, language=lang, rulebook=book) for a in advices]
        )
    elif form is AdviceFormat.HTML:
        sides = arguments(load_case(cases[0]), book, profile)
        typer.echo(extra(*REPORT).to_html(advices[0], lang, everything=everything, arguments=sides), nl=False)
    else:
        echo_pages(advice_lines(advice, lang, everything=everything) for advice in advices)


def _require_fhir_alone(form: AdviceFormat, given: Mapping[str, str]) -> None:
    """Raises `UsageError` for FHIR without its time, and for what only FHIR has in any other form."""
    if form is AdviceFormat.FHIR and not given["--authored-on"]:
        raise UsageError("fhir needs the time that stands on the resources; try: --authored-on 2026-11-23T10:00:00+01:00")
    said = [name for name, value in given.items() if value]
    if form is not AdviceFormat.FHIR and said:
        raise UsageError(f"{' and '.join(said)} can only be said with --format fhir; this is --format {form}")


def _echo_one_or_all(found: list[dict[str, Any]]) -> None:
    """One answer as it is, several as a list."""
    echo_json(found[0] if len(found) == 1 else found)


def _advices(paths: list[Path], book: Rulebook, profile: str, engine: Engine) -> Iterator[Advice]:
    """The advice for each case; what is wrong with any of them is told for all together."""
    wrong: list[Diagnostic] = []
    for path in paths:
        try:
            yield advise(load_case(path), book, profile, engine=engine)
        except CaseError as error:
            wrong.extend(error.diagnostics)
    if wrong:
        raise CaseError(wrong)


@attrs.frozen
class Told:
    """How an explanation is told: in which language, as text or JSON, and all of it or in short."""

    language: Language
    form: Format
    everything: bool

    def echo(self, found: T, as_data: Callable[[T, Language], Any], as_lines: Callable[..., Iterable[Line | Columns]]) -> None:
        """Write what was found, as plain data or as the lines of a page."""
        if self.form is Format.JSON:
            echo_json(as_data(found, self.language))
        else:
            echo_pages([as_lines(found, self.language, everything=self.everything)])


@app.command("explain")
def explain_command(
    case: OneCase,
    code: Annotated[str, typer.Argument(help="A suggestion or conclusion; without one, all arguments for and against.")] = "",
    lang: Lang = Language.NL,
    form: AsFormat = Format.TEXT,
    profile: ProfileName = "default",
    rules: Rules = None,
    everything: Everything = False,
) -> None:
    """Say why a result stands in a case, or why not.

    Also what it hangs on. Without a code: all that speaks for risk and for protection.
    """
    book, read = book_in(rules), load_case(case)
    told = Told(lang, form, everything)
    if code:
        told.echo(explained(read, code, book, profile), result_to_mapping, result_lines)
    else:
        told.echo(arguments(read, book, profile), arguments_to_mapping, argument_lines)


@app.command("ask")
def ask_command(
    case: OneCase,
    lang: Lang = Language.NL,
    form: AsFormat = Format.TEXT,
    profile: ProfileName = "default",
    rules: Rules = None,
    everything: Everything = False,
) -> None:
    """Say what to ask next, and why.

    That is what is not known and can still change a result.
    """
    questions = ask_next(load_case(case), book_in(rules), profile)
    Told(lang, form, everything).echo(questions, questions_to_mapping, question_lines)


@app.command("diff")
def diff_command(
    before: OneCase,
    after: Annotated[Path | None, typer.Argument(help="The other case; left out with --vary.")] = None,
    by_numbers: Annotated[
        bool, typer.Option("--vary", help="Show instead how much of one case rests on the library's own numbers.")
    ] = False,
    within: Annotated[float, typer.Option("--within", help="How far --vary goes, as a share of each number.")] = 0.5,
    lang: Lang = Language.NL,
    form: AsFormat = Format.TEXT,
    profile: ProfileName = "default",
    rules: Rules = None,
    everything: Everything = False,
) -> None:
    """Say what differs between the advice for two cases.

    Also through which rules. With --vary: how much of the advice for one case rests on the library's own numbers.
    """
    if by_numbers is (after is not None):
        raise UsageError("diff compares two cases, or one with --vary; found: " + ("both" if after else "one case alone"))
    book, told = book_in(rules), Told(lang, form, everything)
    if after is None:
        told.echo(vary(load_case(before), book, profile, within), dependences_to_mapping, dependence_lines)
    else:
        told.echo(what_if(load_case(before), load_case(after), book, profile), difference_to_mapping, difference_lines)


@app.command("graph")
def graph_command(
    case: OneCase,
    code: Annotated[str, typer.Argument(help="A suggestion or conclusion; without one, all that the advice tells.")] = "",
    lang: Lang = Language.NL,
    form: Annotated[
        GraphFormat, typer.Option("--format", help="mermaid and dot are text for other tools.")
    ] = GraphFormat.MERMAID,
    profile: ProfileName = "default",
    rules: Rules = None,
) -> None:
    """Draw the reasoning behind the advice for a case.

    From findings through rules to conclusions and suggestions.
    """
    advice = advise(load_case(case), book_in(rules), profile)
    if form is GraphFormat.SVG:
        drawn = extra(*DRAWING).to_svg(advice, lang, code or None)
    else:
        drawn = (to_dot if form is GraphFormat.DOT else to_mermaid)(advice, lang, code or None)
    typer.echo(drawn, nl=False)
