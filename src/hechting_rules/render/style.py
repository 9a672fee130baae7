"""How drawings and pages look in any format: words made safe, measured without a font and broken into lines; and colours.

The colours are for light and dark grounds; any text has a contrast of at least 4.5 to 1 (WCAG AA).
"""

import unicodedata
from collections.abc import Mapping

REPLACED = "\N{REPLACEMENT CHARACTER}"
_NOT_TEXT = frozenset({"Cc", "Cs"})
"""The categories of control characters and of halves of surrogate pairs."""
_NO_CHARACTERS = (*range(0xFDD0, 0xFDF0), *(plane << 16 | last for plane in range(17) for last in (0xFFFE, 0xFFFF)))
_TURNING = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
"""What embeds, overrides or isolates a direction of writing, and ends it."""
_REFUSED = frozenset(map(chr, (*_NO_CHARACTERS, *_TURNING)))
_WIDE = frozenset("WF")
"""The classes of East Asian width that fill a square."""
_WIDTHS = {0.34: "iljI.,:;'|! ", 0.42: 'tfr()[]/-"', 0.6: "acekosvxyz", 0.66: "bdghnpqu0123456789", 0.98: "mwMW@%"}
_WIDTH_OF = {character: width for width, characters in _WIDTHS.items() for character in characters}
"""In ems, a little more than in the wider of the usual fonts."""

LIGHT: Mapping[str, str] = {
    "paper": "#ffffff",
    "surface": "#f4f6f8",
    "ink": "#1a2530",
    "muted": "#47545f",
    "line": "#76848f",
    "hair": "#cfd6dc",
    "safety": "#9b1c1c",
    "safety-ground": "#fdeeec",
    "article": "#1b4d8f",
    "article-ground": "#ecf2fb",
    "today": "#12604b",
    "today-ground": "#e8f4f0",
    "host": "#5a3a8a",
    "host-ground": "#f3eefb",
    "caution": "#744700",
    "caution-ground": "#fcf4e4",
}
DARK: Mapping[str, str] = {
    "paper": "#12181f",
    "surface": "#1b232c",
    "ink": "#e7ecf1",
    "muted": "#b3bec9",
    "line": "#7d8b98",
    "hair": "#37424d",
    "safety": "#ffa59c",
    "safety-ground": "#37191a",
    "article": "#97c1f7",
    "article-ground": "#16273c",
    "today": "#86d6b9",
    "today-ground": "#112e27",
    "host": "#cdb4f5",
    "host-ground": "#251b38",
    "caution": "#f0c474",
    "caution-ground": "#30260f",
}


def clean(words: str) -> str:
    """Words on one line in which nothing is left that a format forbids or that turns the text around it: it becomes U+FFFD.

    White space of any kind, line breaks too, becomes one space.
    """
    return " ".join("".join(c if c.isspace() or _is_text(c) else REPLACED for c in words).split())


def _is_text(character: str) -> bool:
    return character not in _REFUSED and unicodedata.category(character) not in _NOT_TEXT


def width(words: str) -> float:
    """How wide words are at most in a plain sans-serif font, in ems; a rather generous guess."""
    return sum(map(_width, words))


def _width(character: str) -> float:
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0.0
    if unicodedata.east_asian_width(character) in _WIDE or ord(character) > 0xFFFF:  # noqa: PLR2004 - beyond the basic plane: emoji
        return 1.3
    return _WIDTH_OF.get(character, 0.8)


def lines(words: str, room: float) -> tuple[str, ...]:
    """Words broken into lines of at most ``room`` ems; a word that is wider is broken within. No words, no lines."""
    found: list[str] = []
    line = ""
    for word in clean(words).split(" "):
        if line and width(f"{line} {word}") <= room:
            line = f"{line} {word}"
            continue
        if line:
            found.append(line)
        line = word
        while width(line) > room and len(line) > 1:
            head = _head(line, room)
            found.append(head)
            line = line[len(head) :]
    return (*found, line) if line else tuple(found)


def _head(word: str, room: float) -> str:
    """The longest beginning that fits, at least one character."""
    end = 1
    while end < len(word) and width(word[: end + 1]) <= room:
        end += 1
    return word[:end]


def properties(colours: Mapping[str, str], *, own: str = "") -> str:
    """The colours as CSS custom properties ``--hechting-NAME``.

    With ``own`` they are called ``--OWN-NAME`` instead, and a ``--hechting-NAME`` that is set around them goes before them.
    """
    if own:
        return "".join(f"--{own}-{name}:var(--hechting-{name},{colour});" for name, colour in colours.items())
    return "".join(f"--hechting-{name}:{colour};" for name, colour in colours.items())
