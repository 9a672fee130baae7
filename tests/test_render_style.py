"""How drawings and pages look: words are safe and fit, text stands out from its ground, and no style reaches outside."""

import re
import xml.etree.ElementTree as ET
from html import escape
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hechting_rules
import hostile
from hechting_rules.render.html import to_fragment, to_html
from hechting_rules.render.style import DARK, LIGHT, clean, lines, width
from hechting_rules.render.svg import to_svg
from hechting_rules.terms import Language
from hostile import advised

STYLES = Path(hechting_rules.__file__).parent / "render" / "report.css"

# --- words -------------------------------------------------------------------------------------------------------------------


@given(st.one_of(st.text(), st.sampled_from(hostile.WORDS)))
def test_clean_words_stand_on_one_line_and_hold_nothing_that_a_format_forbids(words: str) -> None:
    cleaned = clean(words)
    assert clean(cleaned) == cleaned
    assert cleaned == " ".join(cleaned.split())
    assert not [c for c in cleaned if ord(c) < 0x20 or 0xD800 <= ord(c) < 0xE000 or ord(c) in {0xFFFE, 0x202E, 0x2066}]
    assert ET.fromstring(f"<a>{escape(cleaned)}</a>").text == (cleaned or None)  # noqa: S314 - words of the test


@given(st.one_of(st.text(), st.sampled_from(hostile.WORDS)), st.floats(2, 40))
def test_lines_hold_the_words_and_nothing_else_and_fit(words: str, room: float) -> None:
    found = lines(words, room)
    assert "".join(found).replace(" ", "") == clean(words).replace(" ", "")
    assert all(line and (width(line) <= room or len(line) == 1) for line in found)


# --- where a style holds ------------------------------------------------------------------------------------------------------


def test_no_rule_of_the_style_reaches_outside_the_report() -> None:
    rules = re.sub(r"/\*.*?\*/", "", STYLES.read_text(encoding="utf-8"), flags=re.DOTALL)
    selectors = [s.strip() for group in re.findall(r"([^{}]+)\{", rules) for s in re.split(r",(?![^()]*\))", group)]
    own = (".hechting-report", ".hechting-page", "@media")
    assert [s for s in selectors if s and not s.startswith(own)] == []
    drawn = re.search(r"<style>(.*)</style>", to_svg(advised("13-suspected-abuse"), Language.NL))
    assert drawn is not None
    found = [s.strip() for group in re.findall(r"([^{}]+)\{", drawn[1]) for s in group.split(",")]
    assert [s for s in found if not s.startswith((".hd-", ".hechting-drawing", "@media"))] == []
    assert "@page" not in to_fragment(advised("13-suspected-abuse"), Language.NL)


# --- colours -----------------------------------------------------------------------------------------------------------------

SURFACES = ("paper", "surface")
PLAIN_TEXT = ("ink", "muted", "article")
"""Words and links: they stand on any ground. The other colours of text stand on the surfaces and on their own ground."""


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def schemes(page: str) -> dict[str, dict[str, str]]:
    """The colours of a page as a browser takes them: plainly, where dark is preferred, and on paper."""
    found = {"light": {}, "dark": {}, "print": {}}  # type: dict[str, dict[str, str]]
    for media, block in re.findall(r"(?:@media ([^{]*)\{)?:root\{([^}]*)\}", page):
        name = "dark" if "dark" in media else "print" if "print" in media else "light"
        found[name] |= dict(re.findall(r"--hechting-([a-z-]+):(#[0-9a-f]{6})", block))
    return found


def test_contrast_is_computed_as_wcag_says() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_all_text_of_a_page_has_enough_contrast_in_light_dark_and_print() -> None:
    found = schemes(to_html(advised("13-suspected-abuse"), Language.NL))
    assert found["light"] == found["print"] == dict(LIGHT)
    assert found["dark"] == dict(DARK)
    for scheme, named in found.items():
        grounds = [*SURFACES, *(name for name in named if name.endswith("-ground"))]
        inks = [name for name in named if f"{name}-ground" in named]
        pairs = {*product(PLAIN_TEXT, grounds), *product(inks, SURFACES), *((ink, f"{ink}-ground") for ink in inks)}
        low = {(ink, on): round(contrast(named[ink], named[on]), 2) for ink, on in pairs if contrast(named[ink], named[on]) < 4.5}
        assert low == {}, scheme
        frames = {(ink, on): contrast(named[ink], named[on]) for ink, on in product(["line", *inks], SURFACES)}
        assert {pair for pair, ratio in frames.items() if ratio < 3} == set(), scheme


def test_words_take_only_colours_of_text_and_grounds_only_those_of_grounds() -> None:
    style = STYLES.read_text(encoding="utf-8")
    inks = set(re.findall(r"(?<![-a-z])color: var\(--(?:hechting|hr)-([a-z-]+)\)", style))
    grounds = set(re.findall(r"background: var\(--(?:hechting|hr)-([a-z-]+)\)", style))
    assert inks == {"ink", "muted", "safety", "article", "today", "host", "caution", "own"}
    assert grounds == {"paper", "surface", "safety-ground", "caution-ground", "ground"}
    own = re.findall(r"--hr-own: var\(--hechting-([a-z]+)\); --hr-ground: var\(--hechting-([a-z-]+)\)", style)
    assert {(ink, f"{ink}-ground") for ink in ("safety", "article", "today", "host")} == set(own)
    assert not re.search(r"(?<![-\w])color: #|fill: #", style)


def test_a_drawing_follows_the_page_and_has_its_own_colours_alone() -> None:
    drawing = to_svg(advised("13-suspected-abuse"), Language.NL)
    for name, colour in LIGHT.items():
        assert f"--hd-{name}:var(--hechting-{name},{colour});" in drawing
        assert f"--hd-{name}:var(--hechting-{name},{DARK[name]});" in drawing
    fills = set(re.findall(r"(?:words|lead|step|title)[^{}]*\{[^}]*fill:var\(--hd-([a-z-]+)\)", drawing))
    assert fills == {"ink", "muted", "safety", "article", "today", "host"}
