"""Commands on cohorts: a file of cases decided, and the sheet and dictionary by which one is made."""

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from hechting_rules.cli.common import AsFormat, Format, Lang, ProfileName, Rules, app, book_in, echo_json, extra
from hechting_rules.errors import MissingExtraError, UsageError
from hechting_rules.source import did_you_mean, one_of
from hechting_rules.terms import Language, Text

JOB = "cohort", "hechting_rules.cohort.job", "a cohort"
SHEET = "cohort", "hechting_rules.cohort.sheet", "a cohort"
PLOT = "plot", "hechting_rules.cohort.plot", "a plot"
PROGRESS = "cli", "hechting_rules.cohort.progress", "a progress bar"

DONE = Text(
    "{used} van {cases} casussen beoordeeld: {out}\n{rejected} terzijde gelegd, met de reden: {rejects}",
    "{used} of {cases} cases decided: {out}\n{rejected} set aside, with the reason: {rejects}",
)
WENT_ON = Text(
    "verdergegaan: {resumed} van {chunks} delen waren al klaar", "went on: {resumed} of {chunks} parts were done before"
)
NOT_THERE = Text("geen bruikbaar geval met deze naam: {}", "no usable case of this name: {}")


class Results(StrEnum):
    """How results are written."""

    COLUMNS = "columns"
    LISTS = "lists"


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@app.command("cohort")
def cohort_command(
    cases: Annotated[Path, typer.Argument(metavar="IN", help="Cases: .parquet, .csv (or .tsv) or .jsonl.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Where the answer goes: .parquet, .csv or .jsonl.")],
    results: Annotated[
        list[str] | None, typer.Option("--results", help="Only this conclusion or suggestion; may be given again.")
    ] = None,
    form: Annotated[
        Results, typer.Option("--form", help="A column for each result, or lists of what is established.")
    ] = Results.COLUMNS,
    fired: Annotated[bool, typer.Option("--fired", help="Also tell which rules established something.")] = False,
    id_column: Annotated[
        str | None, typer.Option("--id", help="The column with the names of the cases; else id, in a long file case.")
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option("--ignore", help="A column of something else; may be given again.")] = None,
    long: Annotated[
        bool, typer.Option("--long", help="IN has a row for each thing said (case, finding, status), in the order of the cases.")
    ] = False,
    delimiter: Annotated[
        str | None, typer.Option("--delimiter", help="What stands between the values of a CSV file; else seen in its first line.")
    ] = None,
    rejects: Annotated[
        Path | None,
        typer.Option("--rejects", help="Where rows go that cannot be used (CSV); else OUT.rejects.csv, less its ending."),
    ] = None,
    explain: Annotated[
        list[str] | None, typer.Option("--explain", help="Write the full advice on this case too; may be given again.")
    ] = None,
    explained: Annotated[
        Path | None, typer.Option("--explained", help="Where those advices go (JSON lines); else OUT.explained.jsonl.")
    ] = None,
    summary: Annotated[Path | None, typer.Option("--summary", help="Write counts to this file: .json or .csv.")] = None,
    plot: Annotated[Path | None, typer.Option("--plot", help="Draw the counts in this file: .svg or .png.")] = None,
    smallest: Annotated[
        int, typer.Option("--smallest", min=1, help="The smallest count that summary and plot tell; 1 keeps nothing back.")
    ] = 10,
    processes: Annotated[
        int | None, typer.Option("--processes", min=1, help="How many processes decide; else one for each core.")
    ] = None,
    chunk: Annotated[
        int, typer.Option("--chunk", min=1, help="How many rows of a wide file are kept at a time; fewer take less memory.")
    ] = 131_072,
    restart: Annotated[bool, typer.Option("--restart", help="Give up what a run before left half-done.")] = False,
    lang: Lang = Language.NL,
    shown: AsFormat = Format.TEXT,
    profile: ProfileName = "default",
    rules: Rules = None,
) -> None:
    """Decide a file of cases, of any size.

    In bounded memory; after a kill the same command goes on. Exit code 1: rows were set aside.
    """
    of_job = extra(*JOB)
    job = of_job.Job(
        cases=cases,
        out=out,
        rejects=rejects,
        explained=explained,
        summary=summary,
        plot=plot,
        draw=None if plot is None else _drawing(plot),
        smallest=smallest,
        rules=rules,
        profile=profile,
        results=tuple(results) if results else None,
        form=form.value,
        fired=fired,
        id_column=id_column,
        ignore=tuple(ignore or ()),
        long=long,
        delimiter=delimiter,
        explain=tuple(explain or ()),
        language=lang,
        processes=cores() if processes is None else processes,
        restart=restart,
        chunk=chunk,
    )
    plan = job.plan()
    with _bar(str(cases), None if long else plan.source.records) as report:
        ran = of_job.carry_out(job, plan, report)
    _tell(job, ran, lang, shown)


def _drawing(plot: Path) -> Any:
    """What draws the counts for a file of this name."""
    of_plot = extra(*PLOT)
    return of_plot.to_png if plot.suffix.lower() == ".png" else of_plot.to_svg


def _bar(name: str, total: int | None) -> AbstractContextManager[Callable[[int], None]]:
    """A progress bar on a terminal, where it can be had; else nothing."""
    if sys.stderr.isatty():
        with suppress(MissingExtraError):
            shown: AbstractContextManager[Callable[[int], None]] = extra(*PROGRESS).bar(name, total)
            return shown
    return nullcontext(lambda _: None)


def _tell(job: Any, ran: Any, lang: Language, shown: Format) -> None:
    """Say what came of it; leave with 1 if a row was set aside, or a case to be explained is not there."""
    missing = [name for name in job.explain if name not in ran.explained]
    said = {
        "out": str(job.out),
        "cases": ran.used + ran.rejected,
        "used": ran.used,
        "rejected": ran.rejected,
        "rejects": str(job.outputs.rejects),
        "chunks": ran.chunks,
        "resumed": ran.resumed,
    }
    if shown is Format.JSON:
        echo_json(said | ({"explained": str(job.outputs.explained), "not_explained": missing} if job.explain else {}))
    else:
        lines = [DONE, *([WENT_ON] if ran.resumed else [])]
        typer.echo("\n".join(line.into(lang).format(**said) for line in lines))
    if missing:
        typer.echo(NOT_THERE.into(lang).format(one_of(missing)), err=True)
    if ran.rejected or missing:
        raise typer.Exit(1)


@app.command("cohort-sheet")
def sheet_command(
    sheet: Annotated[Path | None, typer.Option("--sheet", help="Write an empty sheet to fill in to this new CSV file.")] = None,
    dictionary: Annotated[
        Path | None, typer.Option("--dictionary", help="Write what each column means to this CSV file; else it is printed.")
    ] = None,
    stage: Annotated[
        list[str] | None, typer.Option("--stage", help="Only findings that count at this stage; may be given again.")
    ] = None,
    rules: Rules = None,
) -> None:
    """Say which columns a file of cases may hold.

    As a dictionary of what each means, and as an empty sheet to fill in.
    """
    of_sheet, book = extra(*SHEET), book_in(rules)
    stages = stage or []
    for name in stages:
        if name not in book.stages:
            near = did_you_mean(name, book.stages)
            raise UsageError(f"there is no stage '{name}'; allowed: {one_of(book.stages)}" + (f"; {near}" if near else ""))
    texts = {sheet: of_sheet.sheet_csv(book, stages), dictionary: of_sheet.dictionary_csv(book, stages)}
    written = {path: text for path, text in texts.items() if path is not None}
    for path in written:
        if path.exists():
            raise UsageError(f"{path}: is there already; name a new file, so that no filled-in sheet is lost")
        if not path.absolute().parent.is_dir():
            raise UsageError(f"{path}: there is no folder '{path.parent}' to write it in")
    for path, text in written.items():
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{path}: cannot be written: {error.strerror}") from error
    if not written:
        typer.echo(of_sheet.dictionary_csv(book, stages), nl=False)
