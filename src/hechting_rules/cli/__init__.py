"""The command ``hechting``. Exit codes: 0 fine, 1 something found, 2 wrong use or bad input."""

import io
import os
import sys
from typing import Annotated

import typer

from hechting_rules.cli import cases, cohort, guidance, interop, recorded
from hechting_rules.cli.common import app
from hechting_rules.errors import HechtingError
from hechting_rules.rulebook import default_rulebook
from hechting_rules.version import VERSION

__all__ = ["cases", "cohort", "guidance", "interop", "recorded", "run"]


@app.callback(invoke_without_command=True)
def version_option(
    show: Annotated[bool, typer.Option("--version", help="Show the version and leave.", is_eager=True)] = False,
) -> None:
    """Show the version of library and rulebook."""
    if show:
        head = default_rulebook().head
        typer.echo(f"hechting-rules {VERSION}, rulebook {head.id} {head.version}")
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
