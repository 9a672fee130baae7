"""Advices whose words try to break out: markup, quotes, commands of other formats, control characters, every direction."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any

import attrs
from hypothesis import strategies as st

import advices
from hechting_rules import Advice, advise, load_case
from hechting_rules.advice import Change, Locator, RouteTold
from hechting_rules.terms import Text

WORDS = (
    "<script>alert(1)</script>",
    "</style></svg></title><b onclick='x'>",
    '"];end; click n1 "x"',
    '%%{init: {"theme":"dark"}}%% --> subgraph',
    "1. *em* _em_ `code` [x](http://example.org)",
    "- &lt; &amp;quot; #quot; #35; ]]>",
    '\\N \\" \\n \\',
    "{{ 7 * 7 }} {% raw %}",
    "a\nb\r\n\tc\u2028d\x00\x07\x1b[31m\ud800\ufffe",
    "مرحبا שלום \u202eabc\u2066 👩‍👩‍👧 é 漢字",
    "x" * 80,
    "",
)
PLAIN: dict[type, tuple[str, ...]] = {
    Advice: ("case", "profile", "rulebook", "version"),
    Change: ("name", "detail"),
    Locator: ("words", "section"),
    RouteTold: ("source", "checked_on"),
}
"""Where an advice holds words as plain strings; all other strings are names that parts of it are found by."""

SEQUENCES = st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=20)), min_size=1, max_size=12)
CASES = sorted(path.stem for path in (Path(__file__).parents[1] / "examples" / "cases").glob("*.yaml"))


@cache
def advised(name: str) -> Advice:
    """What the library gives on an example case."""
    return advise(load_case(Path(__file__).parents[1] / "examples" / "cases" / f"{name}.yaml"))


@attrs.frozen
class Made:
    """An advice by what it is made from: the name of an example case or a few numbers, and the words that disturb it."""

    source: str | advices.Draft
    words: tuple[str, ...] = ()


def of(made: Made) -> Advice:
    """The advice itself."""
    advice = advised(made.source) if isinstance(made.source, str) else advices.of(made.source)
    return disturbed(advice, made.words) if made.words else advice


REAL = st.builds(Made, st.sampled_from(CASES))
"""What the library gives on some example case."""
CALM = st.one_of(st.builds(Made, advices.DRAFTS), REAL)
"""Or an advice of a few numbers, with all that an advice may hold."""
ADVICES = st.one_of(CALM, st.builds(lambda made, words: Made(made.source, tuple(words)), CALM, SEQUENCES))
"""Any advice, calm or not."""


def disturbed(advice: Advice, words: Sequence[str]) -> Advice:
    """The advice with one of the words in each of its texts, now before, now behind what was there; equal texts stay equal."""
    source = cycle(words)
    found: Advice = _disturbed(advice, source, {})
    return attrs.evolve(found, warnings=tuple(f"{warning} {next(source)}" for warning in advice.warnings))


def _disturbed(value: Any, words: Iterator[str], made: dict[Text, Text]) -> Any:
    if isinstance(value, Text):
        if value not in made:
            word, behind = next(words), len(made) % 2
            made[value] = Text(*(f"{text} {word}" if behind else f"{word} {text}" for text in (value.nl, value.en)))
        return made[value]
    if isinstance(value, tuple):
        return tuple(_disturbed(part, words, made) for part in value)
    if not attrs.has(type(value)):
        return value
    changed = {name: f"{getattr(value, name)} {next(words)}" for name in PLAIN.get(type(value), ())}
    parts = (field.name for field in attrs.fields(type(value)) if field.name not in changed)
    return attrs.evolve(value, **changed, **{name: _disturbed(getattr(value, name), words, made) for name in parts})
