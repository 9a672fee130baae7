"""Commands on decision records: keep one, and answer it again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from hechting_rules.case import load_case
from hechting_rules.cli.common import AsFormat, Format, ProfileName, Rules, app, book_in, day_in, echo_json, text_in
from hechting_rules.recorded import Replayed, Stood, read_record, record, replay, to_text

NOT_TOLD = "not told"


@app.command("record")
def record_command(
    case: Annotated[Path, typer.Argument(help="A case file (YAML or JSON).")],
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DAY", help="The day for which routes are checked, such as 2026-11-23.")
    ] = None,
    profile: ProfileName = "default",
    rules: Rules = None,
) -> None:
    """Print a record of the decision on a case.

    What was asked of which rulebook, and what it told. It holds the whole case.
    """
    _, kept = record(load_case(case), book_in(rules), profile, None if as_of is None else day_in(as_of))
    typer.echo(to_text(kept), nl=False)


@app.command("replay")
def replay_command(
    records: Annotated[list[Path], typer.Argument(help="Record files, as the command record prints them.")],
    other_rules: Annotated[
        bool, typer.Option("--other-rules", help="Answer with another rulebook than the record was made with.")
    ] = False,
    form: AsFormat = Format.TEXT,
    rules: Rules = None,
) -> None:
    """Answer recorded decisions again.

    Says what stands otherwise; exit code 1 if anything does.
    """
    book = book_in(rules)
    found = {str(path): replay(read_record(text_in(path), str(path)), book, other_rulebook=other_rules) for path in records}
    if form is Format.JSON:
        echo_json([_mapping(name, replayed) for name, replayed in found.items()])
    else:
        typer.echo("\n".join(line for name, replayed in found.items() for line in _lines(name, replayed)))
    if not all(replayed.same for replayed in found.values()):
        raise typer.Exit(1)


def _lines(name: str, replayed: Replayed) -> Iterator[str]:
    if replayed.same:
        yield f"{name}: the same" + (", to the byte" if replayed.same_words else " results; some words differ")
        return
    count = len(replayed.changed)
    yield f"{name}: {count} {'result stands' if count == 1 else 'results stand'} otherwise"
    for code, (then, now) in replayed.changed.items():
        yield f"  {code}: {_words(then)} -> {_words(now)}"


def _words(stood: Stood | None) -> str:
    if stood is None:
        return NOT_TOLD
    return ", ".join([stood.outcome.value, *(["robust"] if stood.robust else []), *(["withheld"] if stood.withheld else [])])


def _mapping(name: str, replayed: Replayed) -> dict[str, object]:
    changed = [{"code": code, "then": _words(then), "now": _words(now)} for code, (then, now) in replayed.changed.items()]
    return {"record": name, "same": replayed.same, "same_words": replayed.same_words, "changed": changed}
