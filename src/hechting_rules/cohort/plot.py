"""A summary as a picture: how often each suggestion is established, possible and ruled out. SVG or PNG (extra ``plot``).

The colours are those of Okabe and Ito, told apart with any colour vision and, by their lightness, in grey. The same
summary gives the same bytes with the same version of matplotlib; no clock and no random names are in them.
"""

import io
import textwrap
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from hechting_rules.cohort.summary import Summary, label, most_often, outcomes
from hechting_rules.cohort.tally import CASES, ESTABLISHED, result
from hechting_rules.terms import Language, Text

COLOURS = ("#0072B2", "#E69F00", "#E5E5E5")
"""Established, possible, ruled out."""
NAMES = (Text("vastgesteld", "established"), Text("mogelijk", "possible"), Text("uitgesloten", "ruled out"))
KEPT_BACK = Text("niet getoond: te kleine aantallen", "not shown: too small numbers")
TITLE = Text("Suggesties in {} casussen", "Suggestions in {} cases")
AXIS = Text("casussen", "cases")
MORE = Text(
    "en nog {} suggesties die minder vaak zijn vastgesteld, of te weinig om te tonen",
    "and {} more suggestions that are established less often, or too seldom to show",
)
NOTE = Text("Geen diagnose. Niet klinisch beoordeeld.", "No diagnosis. Not reviewed clinically.")

EDGE = "#333333"
MISSING: dict[str, Any] = {"facecolor": "none", "edgecolor": "#777777", "hatch": "////", "linewidth": 0.4}

MOST, WIDEST = 20, 62
"""How many suggestions are shown at most, and how wide their words are."""

LOOK: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "hechting_rules",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "hatch.linewidth": 0.6,
    "path.simplify": False,
}


def to_svg(summary: Summary, language: Language) -> bytes:
    """The picture as SVG, with its words as text."""
    file = io.BytesIO()
    with mpl.rc_context(LOOK):
        figure = _figure(summary, language)
        FigureCanvasSVG(figure)
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return file.getvalue()


def to_png(summary: Summary, language: Language) -> bytes:
    """The picture as PNG, 150 dots to the inch."""
    file = io.BytesIO()
    with mpl.rc_context(LOOK):
        figure = _figure(summary, language)
        FigureCanvasAgg(figure)
        figure.savefig(file, format="png", dpi=150, metadata={"Software": None})
    return file.getvalue()


def _figure(summary: Summary, language: Language) -> Figure:
    shown = most_often(summary)[:MOST]
    names = [textwrap.fill(label(result(code, ESTABLISHED), summary.book, language), WIDEST) for code in shown]
    lines = sum(1 + name.count("\n") for name in names)
    figure = Figure(figsize=(10, 2.2 + 0.16 * lines + 0.1 * len(shown)), layout="constrained")
    axes = figure.add_subplot()
    _bars(axes, summary, shown)
    axes.set_yticks(range(len(shown)), names)
    axes.set_xlabel(AXIS.into(language))
    _legend(figure, summary, language)
    others = sum(1 for code in summary.book.suggestions if summary.tally[result(code, ESTABLISHED)]) - len(shown)
    notes = [MORE.into(language).format(others)] if others else []
    figure.supxlabel("\n".join([*notes, NOTE.into(language)]), x=0.01, ha="left", fontsize=8, color="#444444")
    return figure


def _legend(figure: Figure, summary: Summary, language: Language) -> None:
    """Above the bars: how many cases there are, and what each colour says."""
    cases = summary.told(CASES)
    title = TITLE.into(language).format("?" if cases is None else _grouped(cases))
    keys = [Patch(facecolor=colour, edgecolor=EDGE, linewidth=0.4) for colour in COLOURS]
    words = [*(name.into(language) for name in NAMES), KEPT_BACK.into(language)]
    look = {
        "ncols": 4,
        "frameon": False,
        "fontsize": 8,
        "alignment": "left",
        "title_fontproperties": {"weight": "bold", "size": 11},
    }
    figure.legend([*keys, Patch(**MISSING)], words, loc="outside upper left", title=title, **look)


def _bars(axes: Axes, summary: Summary, shown: Sequence[str]) -> None:
    whole = summary.told(CASES) or 0
    for place, code in enumerate(shown):
        left = 0
        for number, colour in zip(outcomes(summary, code), COLOURS, strict=True):
            axes.barh(place, number or 0, left=left, color=colour, edgecolor=EDGE, linewidth=0.4, height=0.62)
            left += number or 0
        if left < whole:
            axes.barh(place, whole - left, left=left, height=0.62, **MISSING)
    axes.set_ylim(max(len(shown), 1) - 0.5, -0.5)
    axes.set_xlim(0, max(whole, 1))
    axes.spines[["top", "right"]].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.xaxis.set_major_formatter(lambda value, _: _grouped(round(value)))


def _grouped(number: int) -> str:
    """A number with a narrow space between thousands, as both languages read it."""
    return f"{number:_}".replace("_", "\u202f")
