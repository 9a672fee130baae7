"""The page for trying a consultation, and what it needs: three files, served as they are, with a strict policy."""

import hashlib
from importlib.resources import files

import attrs

from hechting_rules.render.style import DARK, LIGHT, properties
from hechting_rules.render.svg import STYLE

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types hechting-drawing"
)
"""The page loads its own script and style, talks to the service it came from, and nothing else."""
FOLDER, REPORT = "page", "report.css"
KINDS = {"index.html": "text/html", "page.js": "text/javascript", "page.css": "text/css"}


@attrs.frozen
class File:
    """One file of the page; ``tag`` follows from its content."""

    media: str
    body: bytes
    tag: str


def page_files() -> dict[str, File]:
    """The files of the page by name. Its style stands between that of the report, which it shares, and that of drawings."""
    folder = files("hechting_rules.interop").joinpath(FOLDER)
    found = {}
    for name, media in KINDS.items():
        text = folder.joinpath(name).read_text(encoding="utf-8")
        body = (_coloured(text) if name == "page.css" else text).encode()
        found[name] = File(f"{media}; charset=utf-8", body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')
    return found


def _coloured(style: str) -> str:
    light, dark = properties(LIGHT), properties(DARK)
    colours = f":root{{{light}}}\n@media (prefers-color-scheme:dark){{:root{{{dark}}}}}"
    report = files("hechting_rules.render").joinpath(REPORT).read_text(encoding="utf-8")
    return f"{colours}\n{report}\n{style}\n{STYLE}\n"
