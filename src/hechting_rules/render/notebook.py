"""An advice as a notebook shows it: ``display(advice, language)`` as the last line of a cell. It needs no notebook itself."""

import hashlib
from collections.abc import Collection

import attrs

from hechting_rules.advice import Advice
from hechting_rules.explanations import Arguments
from hechting_rules.render.html import to_fragment
from hechting_rules.render.json import to_json
from hechting_rules.render.text import to_text
from hechting_rules.terms import Language


@attrs.frozen
class Display:
    """An advice in the forms a notebook may choose from: plain text, and HTML with a style that reaches nothing outside it."""

    text: str
    html: str = attrs.field(repr=False)

    def _repr_html_(self) -> str:
        """The advice as HTML."""
        return self.html

    def _repr_mimebundle_(self, include: Collection[str] | None = None, exclude: Collection[str] | None = None) -> dict[str, str]:
        """The advice by media type; ``include`` and ``exclude`` name the types that are wanted and not."""
        forms = {"text/plain": self.text, "text/html": self.html}
        return {kind: form for kind, form in forms.items() if (not include or kind in include) and kind not in (exclude or ())}

    def __str__(self) -> str:
        return self.text


def display(
    advice: Advice, language: Language, *, everything: bool = False, drawing: bool = True, arguments: Arguments | None = None
) -> Display:
    """The advice for a notebook: in short, or with ``everything``. The same values give the same display, to the byte."""
    told = to_json(advice, language).encode("utf-8", "backslashreplace")
    html = to_fragment(
        advice,
        language,
        everything=everything,
        drawing=drawing,
        arguments=arguments,
        name=f"hechting-{hashlib.sha256(told).hexdigest()[:8]}",
    )
    return Display(to_text(advice, language, everything=everything), html)
