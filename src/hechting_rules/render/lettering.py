"""Words as they stand in a drawing: safe for any format, measured without a font, and broken into short lines."""

import unicodedata

_WIDE = frozenset("WF")
_WIDTHS = {0.34: "iljI.,:;'|! ", 0.42: 'tfr()[]/-"', 0.6: "acekosvxyz", 0.66: "bdghnpqu0123456789", 0.98: "mwMW@%"}
_WIDTH_OF = {character: width for width, characters in _WIDTHS.items() for character in characters}
"""In ems, a little more than in the wider of the usual fonts."""
_NOT_TEXT = frozenset({"Cc", "Cs"})
_NO_CHARACTERS = (*range(0xFDD0, 0xFDF0), *(plane << 16 | last for plane in range(17) for last in (0xFFFE, 0xFFFF)))
_TURNING = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
_REFUSED = frozenset(map(chr, (*_NO_CHARACTERS, *_TURNING)))
REPLACED = "\N{REPLACEMENT CHARACTER}"


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
