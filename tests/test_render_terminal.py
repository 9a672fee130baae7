"""Pages for a terminal: the words of the plain text in the same order, styled, and nothing that a case could smuggle in."""

import re
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.console import Console

import advices
import explained as made
from advices import Draft
from hechting_rules import Case, load_rulebook
from hechting_rules.advice import Advice
from hechting_rules.render import terminal
from hechting_rules.render.explained import argument_lines, difference_lines, question_lines, result_lines
from hechting_rules.render.page import SIDE_BY_SIDE, Columns, Line, Role, plain
from hechting_rules.render.terminal import page_to_terminal, to_terminal
from hechting_rules.render.text import advice_lines, to_text
from hechting_rules.terms import Language, Text
from strategies import cases

LANGUAGES = st.sampled_from(Language)
WIDTHS = st.integers(50, 160)
MADE = st.one_of(advices.DRAFTS, cases(load_rulebook()))
CODE = re.compile(r"\x1b\[([0-9;]*)m")
HOSTILE = (
    "[bold red]a[/bold red] [link=file:///x]b[/link] [/]",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J",
    "back\b\b\b\bspace\rreturn\nline\ttab\vrow\fpage",
    ":smile: :warning: \\[x] \\\\[y]",
    "a\u202eb\u2028c\x85d\ud800e",
)


def bare(text: str) -> str:
    """A text without the codes of styles."""
    return CODE.sub("", text)


def named(advice: Advice, name: str) -> Advice:
    """An advice in which everything that a host can name has a name."""
    changes = tuple(attrs.evolve(change, name=name, detail=name) for change in advice.changes)
    return attrs.evolve(advice, case=name, profile=name, person=Text(name, name), changes=changes, warnings=(name, name))


@settings(max_examples=40)
@given(made=MADE, language=LANGUAGES, width=WIDTHS, everything=st.booleans())
@example(made=advices.CROWD, language=Language.NL, width=100, everything=True)
def test_without_its_styles_a_page_is_the_plain_text(
    made: Draft | Case, language: Language, width: int, everything: bool
) -> None:
    advice = advices.of(made)
    styled = to_terminal(advice, language, everything=everything, width=width, color=True)
    text = to_text(advice, language, everything=everything, width=width)
    assert bare(styled) == text
    assert "\x1b[" in styled
    assert to_terminal(advice, language, everything=everything, width=width, color=False) == text


LINES: dict[str, tuple[st.SearchStrategy[Any], Callable[..., Any]]] = {
    "result": (made.EXPLANATIONS, result_lines),
    "questions": (made.QUESTIONS, question_lines),
    "difference": (made.DIFFERENCES, difference_lines),
    "arguments": (made.ARGUMENTS, argument_lines),
}


@pytest.mark.parametrize(("values", "lines"), LINES.values(), ids=LINES)
@settings(max_examples=20)
@given(data=st.data(), language=LANGUAGES, width=WIDTHS, everything=st.booleans())
def test_without_its_styles_an_explanation_is_the_plain_text(
    values: st.SearchStrategy[Any],
    lines: Callable[..., Any],
    data: st.DataObject,
    language: Language,
    width: int,
    everything: bool,
) -> None:
    value = data.draw(values)
    styled = page_to_terminal(lines(value, language, everything=everything), width=width)
    text = plain(lines(value, language, everything=everything), width)
    assert bare(styled) == text
    assert page_to_terminal(lines(value, language, everything=everything), width=width, color=False) == text


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("color", [True, False])
def test_what_a_case_is_called_comes_out_as_it_is_written(hostile: str, color: bool) -> None:
    advice = named(advices.of(advices.CROWD), hostile)
    text = to_terminal(advice, Language.EN, width=160, color=color)
    assert not set(bare(text)) & set("\x1b\x07\x08\x0b\x0c\r\x9b\x85\u2028\u202e\ud800")
    first = bare(text).splitlines()[0]
    written = "".join(c if c.isprintable() else "?" for c in hostile)
    assert first.startswith(f"{written}: ")
    assert bare(text) == to_text(advice, Language.EN, width=160)
    assert bare(text).encode()


@settings(max_examples=60)
@given(name=st.text(max_size=200), width=WIDTHS, language=LANGUAGES)
@example(name="漢" * 120, width=50, language=Language.NL)
def test_no_name_brings_a_command_of_a_terminal_or_a_wider_line_with_it(name: str, width: int, language: Language) -> None:
    advice = named(advices.of(attrs.evolve(advices.CROWD, items=())), name)
    styled = to_terminal(advice, language, width=width)
    text = bare(styled)
    assert text == to_text(advice, language, width=width)
    assert [c for c in text if not c.isprintable() and c not in "\n\u00a0\u202f"] == []
    assert [line for line in text.split("\n") if len(line) > width] == []


@settings(max_examples=30)
@given(made=MADE, language=LANGUAGES)
def test_every_style_ends_where_it_begins_and_holds_for_one_line(made: Draft | Case, language: Language) -> None:
    for line in to_terminal(advices.of(made), language).splitlines():
        codes = CODE.findall(line)
        assert codes[1::2] == ["0"] * (len(codes) // 2)
        assert len(codes) % 2 == 0
        assert "0" not in codes[::2]


@pytest.mark.parametrize(
    "environment",
    [
        {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "20", "LINES": "5"},
        {"FORCE_COLOR": "1", "COLORTERM": "truecolor", "TERM": "xterm-256color", "TTY_COMPATIBLE": "0"},
        {"JPY_PARENT_PID": "1", "DATABRICKS_RUNTIME_VERSION": "1"},
    ],
)
def test_the_environment_changes_nothing(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    advice = advices.of(advices.CROWD)
    expected = {color: to_terminal(advice, Language.NL, width=90, color=color) for color in (True, False)}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert {color: to_terminal(advice, Language.NL, width=90, color=color) for color in (True, False)} == expected


class Refusing(dict[str, str]):
    """An environment that nobody may look at."""

    def get(self, key: str, default: Any = None) -> Any:
        raise AssertionError(f"{key} was read, {default} expected")

    def __getitem__(self, key: str) -> str:
        raise AssertionError(f"{key} was read")

    def __contains__(self, key: object) -> bool:
        raise AssertionError(f"{key} was looked for")


def test_the_environment_is_not_even_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    advice = advices.of(advices.CROWD)
    expected = to_terminal(advice, Language.NL)
    monkeypatch.setattr(Console, "_environ", Refusing())
    assert to_terminal(advice, Language.NL) == expected


def test_what_cannot_wait_is_set_apart_and_cautions_stay_in_the_background() -> None:
    levels = {role: terminal.BEGINNING[role] for role in (Role.ACT_NOW, Role.SAME_DAY, Role.ITEM)}
    assert len(set(levels.values())) == len(levels)
    lines = [Line(Role.ACT_NOW, "words", 4, " 1.", "Act now"), Line(Role.CAUTION, "a caution", 4, "  -")]
    assert (
        page_to_terminal(lines, width=60)
        == "\x1b[1;31m 1. \x1b[0m\x1b[1;31mAct now:\x1b[0m words\n\x1b[2m  - \x1b[0m\x1b[2ma caution\x1b[0m\n"
    )


def test_safety_has_its_level_as_role_and_in_words() -> None:
    lines = list(advice_lines(advices.of(advices.CROWD), Language.EN, everything=True))
    leads = {line.role: line.lead for line in lines if line.lead}
    assert leads[Role.ACT_NOW].startswith("Act now")
    assert leads[Role.SAME_DAY].startswith("Today")


def test_every_style_belongs_to_a_role_and_colour_never_stands_without_words() -> None:
    styled = {**terminal.WHOLE, **terminal.BEGINNING}
    assert set(styled) <= set(Role)
    assert not set(terminal.WHOLE) & set(terminal.BEGINNING)
    assert page_to_terminal([Line(role) for role in Role if role is not Role.BAR], width=60) == "\n"


def test_two_columns_keep_their_styles_apart() -> None:
    columns = Columns((Line(Role.ANSWER, "left", lead="One"),), (Line(Role.QUESTION, "right", 4, "  ?"),))
    wide = page_to_terminal([columns], width=SIDE_BY_SIDE)
    assert bare(wide) == "One: left" + " " * 28 + "  ? right\n"
    assert wide.index("\x1b[1m") < wide.index("left") < wide.index("\x1b[1;36m") < wide.index("right")
    assert bare(page_to_terminal([columns], width=SIDE_BY_SIDE - 1)) == "One: left\n  ? right\n"
