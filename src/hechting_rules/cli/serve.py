"""The command that answers over HTTP."""

from pathlib import Path
from typing import Annotated

import attrs
import typer

from hechting_rules.cli.common import app, extra

SERVICE = "serve", "hechting_rules.interop.service", "the service"
RUNNING = "serve", "hechting_rules.interop.service.running", "the service"


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
