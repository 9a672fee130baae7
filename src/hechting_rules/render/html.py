"""An advice as one page of HTML that needs nothing but itself: no script, no request, light and dark, screen, phone and paper.

The only module that needs Jinja2 (extra ``report``). What the page says stands in `hechting_rules.render.report`.
"""

import re
from functools import cache
from importlib.resources import files

from hechting_rules.advice import Advice
from hechting_rules.errors import MissingExtraError
from hechting_rules.explanations import Arguments
from hechting_rules.render import explained_phrases as words
from hechting_rules.render import phrases
from hechting_rules.render.drawing import drawing_of
from hechting_rules.render.report import Report, report_of
from hechting_rules.render.style import DARK, LIGHT, clean, properties
from hechting_rules.render.svg import to_svg
from hechting_rules.terms import Language, Origin, Text

try:
    from jinja2 import DictLoader, Environment, StrictUndefined
except ModuleNotFoundError as error:
    if error.name != "jinja2":
        raise
    raise MissingExtraError("report", "the report as HTML") from error

PAGE, BODY, STYLE = "report.html.j2", "report_body.html.j2", "report.css"
LANDMARKS = {"head": "header", "main": "main", "foot": "footer"}
"""The elements that a page has once; inside a page of somebody else they are plain ones."""
BROAD = 1.1
"""From how many times its height on a drawing that is wider than a page (`ACROSS`) is printed on a page of its own, sideways."""
ACROSS = 690.0
"""How wide the text on a printed page is, in px."""
LEAST = 0.85
"""How small a drawing may be scaled on a wide page; below that it scrolls in its own box."""


def to_html(
    advice: Advice, language: Language, *, everything: bool = True, drawing: bool = True, arguments: Arguments | None = None
) -> str:
    """The advice as a self-contained page, with a line break at the end.

    Without ``everything`` it tells as much as the plain text in short, and prints on a page or two. ``arguments``, if given, are
    told side by side; ``drawing`` adds the reasoning as a drawing. The same values give the same page, to the byte.
    """
    return _rendered(PAGE, advice, language, everything=everything, drawing=drawing, arguments=arguments)


def to_fragment(
    advice: Advice,
    language: Language,
    *,
    everything: bool = True,
    drawing: bool = True,
    arguments: Arguments | None = None,
    name: str = "hechting",
) -> str:
    """The same as an element for a page of somebody else, with its style, which reaches nothing outside it.

    ``name`` begins the ids in it, so that several advices can stand on one page.
    """
    style = _style(scoped=True)
    body = _rendered(BODY, advice, language, everything=everything, drawing=drawing, arguments=arguments, name=name)
    return f"<style>{style}</style>\n{body}"


def _rendered(
    template: str,
    advice: Advice,
    language: Language,
    *,
    everything: bool,
    drawing: bool,
    arguments: Arguments | None,
    name: str = "",
) -> str:
    report = report_of(advice, language, everything=everything, arguments=arguments)
    at = f"{name}-" if name else ""
    drawn = drawing and bool(drawing_of(advice).nodes)
    svg = to_svg(advice, language, name=f"{at}drawing") if drawn else ""
    size, broad = _size(svg)
    found = (
        _environment()
        .get_template(template)
        .render(
            report=report,
            language=language.value,
            everything=everything,
            at=at,
            contents=_contents(report, language, drawn=drawn),
            svg=svg,
            size=size,
            broad=broad,
            **(LANDMARKS if template == PAGE else dict.fromkeys(LANDMARKS, "div")),
            style=_style(scoped=False),
            say=lambda text: text.into(language),
            tidy=clean,
            phrases=phrases,
            words=words,
        )
    )
    return re.sub(r"\n\s*\n+", "\n", found).strip() + "\n"


@cache
def _environment() -> Environment:
    folder = files("hechting_rules.render")
    templates = {name: folder.joinpath(name).read_text(encoding="utf-8") for name in (PAGE, BODY)}
    return Environment(
        loader=DictLoader(templates), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


@cache
def _style(*, scoped: bool) -> str:
    """The style of the report, with its colours: on a page by itself they also colour the page."""
    own = ".hechting-report" if scoped else ":root"
    light, dark = properties(LIGHT), properties(DARK)
    colours = [
        f"{own}{{{light}}}",
        f"@media (prefers-color-scheme:dark){{{own}{{{dark}}}}}",
        *([f'[data-jp-theme-light="true"] {own},.vscode-light {own}{{{light}}}'] if scoped else []),
        *([f'[data-jp-theme-light="false"] {own},.vscode-dark {own}{{{dark}}}'] if scoped else []),
        f"@media print{{{own * 2 if scoped else own}{{{light}}}}}",
    ]
    rules = files("hechting_rules.render").joinpath(STYLE).read_text(encoding="utf-8")
    return "\n".join([*colours, rules.strip()])


def _size(svg: str) -> tuple[str, bool]:
    """How wide a drawing is at most and at least, as a style for what holds it; and whether it is broad."""
    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    width, height = (float(found[1]), float(found[2])) if found else (0.0, 0.0)
    return f"--hr-most:{width:g}px;--hr-least:{width * LEAST:.0f}px", width > max(height * BROAD, ACROSS)


def _contents(report: Report, language: Language, *, drawn: bool) -> list[tuple[str, str]]:
    """The parts of the page in their order, each with its anchor and its heading."""
    origins = {part.name: (part.name, part.heading) for part in report.parts}

    def of(*names: Origin) -> list[tuple[str, str]]:
        return [origins[name] for name in names if name in origins]

    return [
        *of(Origin.SAFETY),
        *_if(report.screens, "first", phrases.SCREEN_FIRST, language),
        *of(Origin.ARTICLE),
        *_if(report.cautions, "cautions", phrases.CAUTION, language),
        *of(Origin.TODAY, Origin.HOST),
        *_if(report.near or report.more, "asked", phrases.ASK_NEXT, language),
        *_if(report.context, "context", phrases.CONTEXT, language),
        *_if(report.classes, "classes", phrases.CLASSES, language),
        *_if(report.arguments, "arguments", phrases.SIDE_BY_SIDE, language),
        *_if(report.reasons, "why", phrases.WHY_EACH, language),
        *_if(report.steps, "steps", phrases.IN_BETWEEN, language),
        *_if(report.rested, "rested", phrases.RESTS_ON, language),
        *_if(drawn, "drawn", phrases.DRAWN, language),
        *_if(report.changes or report.warnings, "notes", phrases.NOTES, language),
    ]


def _if(there: object, name: str, text: Text, language: Language) -> list[tuple[str, str]]:
    """The entry of a part, if the page has it."""
    return [(name, text.into(language))] if there else []
