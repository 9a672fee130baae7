"""Typed reading of a mapping: each value is taken as what it is or noted with its place, and no key is passed over."""

import json
import math
from collections.abc import Callable
from enum import StrEnum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hechting_rules.reading.fields import Fields, as_fields, number
from hechting_rules.reading.yamlnode import Mapping, Scalar, parse
from hechting_rules.source import Problems, Span, did_you_mean, shorten
from hechting_rules.terms import Text

WORDS = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=8)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text("abc 0é\n", max_size=6))
DATA = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3), max_leaves=6)
HERE = Span("x.yaml", 3, 7)


class Colour(StrEnum):
    """A closed set of words for these tests."""

    RED = "red"
    BLUE = "blue"


def fields(text: str) -> Fields:
    problems = Problems()
    node = parse(text, "x.yaml", problems)
    assert isinstance(node, Mapping)
    assert problems.found == []
    return Fields(node, problems, "a thing")


def told(f: Fields) -> list[str]:
    return [str(d) for d in f.problems.errors()]


READERS: dict[str, Callable[[Fields], object]] = {
    "string": lambda f: f.string("key"),
    "string or default": lambda f: f.string("key", "default"),
    "choice": lambda f: f.choice("key", Colour),
    "choice or default": lambda f: f.choice("key", Colour, Colour.BLUE),
    "truth": lambda f: f.truth("key", default=True),
    "number": lambda f: f.number("key"),
    "text": lambda f: f.text("key"),
    "strings": lambda f: f.strings("key"),
    "placed": lambda f: f.placed("key"),
    "mappings": lambda f: list(f.mappings("key", "an inner thing")),
    "each": lambda f: f.each("key", "an inner thing", lambda inner: inner.string("key")),
}


@pytest.mark.parametrize("reader", sorted(READERS))
@settings(max_examples=50)
@given(data=DATA)
def test_any_value_is_taken_or_noted_inside_its_file_and_nothing_else(reader: str, data: object) -> None:
    f = fields(json.dumps({"before": 1, "key": data}))
    READERS[reader](f)
    assert all(d.span.path == "x.yaml" and d.span.column >= len('{"before": 1, "key": ') for d in f.problems.found)


@settings(max_examples=100)
@given(DATA)
def test_text_is_given_back_exactly_when_it_is_text(data: object) -> None:
    f = fields(json.dumps({"key": data}))
    found = f.string("key")
    if isinstance(data, str) and data.strip():
        assert (found, told(f)) == (data, [])
    elif data is None or isinstance(data, str | list | dict):
        assert found == ""
        assert [d.code for d in f.problems.found] == ["F202"]
    else:
        assert (found, told(f)) == (json.dumps(data), [])


@settings(max_examples=150)
@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**300), 10**300))
def test_a_finite_number_is_read_as_itself(value: float) -> None:
    f = fields(f"key: {value!r}")
    assert f.number("key") == float(value)
    assert told(f) == []


NO_NUMBERS = [
    "nan",
    ".nan",
    "inf",
    "-inf",
    ".inf",
    "Infinity",
    "1e400",
    "-1e400",
    "1_000",
    "0x10",
    "5 months",
    "five",
    "'5'",
    '"5"',
]
NO_NUMBERS += ["5%", "1.2.3", "--1", "~", "null", "", "true", "[5]", "{a: 5}", "5h"]


@pytest.mark.parametrize("written", NO_NUMBERS)
def test_what_is_no_finite_number_is_noted_with_what_stands_there(written: str) -> None:
    f = fields(f"key: {written}")
    assert f.number("key") == 0.0
    (found,) = f.problems.found
    assert (found.code, found.span.line) == ("F208", 1)
    assert found.message.startswith("'key' is ")
    assert found.message.endswith("; allowed: a number")


@settings(max_examples=200)
@given(st.text(max_size=12), st.booleans())
def test_any_word_is_a_finite_number_or_noted(word: str, plain: bool) -> None:
    problems = Problems()
    found = number(Scalar(word, HERE, plain), "key", problems)
    if found is None:
        assert [(d.code, d.span) for d in problems.found] == [("F208", HERE)]
    else:
        assert math.isfinite(found)
        assert plain
        assert problems.found == []


@pytest.mark.parametrize("written", ["\N{FULLWIDTH DIGIT FIVE}", "\N{ARABIC-INDIC DIGIT THREE}", "\N{DEVANAGARI DIGIT ONE}"])
def test_digits_of_other_scripts_are_no_number(written: str) -> None:
    f = fields(f"key: {written}")
    f.number("key")
    assert [d.code for d in f.problems.found] == ["F208"]


@pytest.mark.parametrize(("written", "expected"), [("true", True), ("false", False)])
def test_true_and_false_are_the_only_truth_values(written: str, expected: bool) -> None:
    assert fields(f"key: {written}").truth("key", default=not expected) is expected


@pytest.mark.parametrize("written", ["yes", "no", "True", "FALSE", "on", "1", "'true'", "[true]", "~", "{}"])
def test_another_word_is_no_truth_value(written: str) -> None:
    f = fields(f"key: {written}")
    assert [f.truth("key", default=default) for default in (True, False)] == [True, False]
    assert [d.code for d in f.problems.found] == ["F203", "F203"]


@pytest.mark.parametrize("colour", Colour)
def test_a_word_of_a_closed_set_is_found(colour: Colour) -> None:
    f = fields(f"key: {colour}")
    assert f.choice("key", Colour) is colour
    assert told(f) == []


def test_a_word_outside_a_closed_set_is_noted_with_the_set_and_the_nearest() -> None:
    f = fields("key: bleu\n")
    f.choice("key", Colour)
    assert told(f) == ["x.yaml:1:6: F203 'key' is 'bleu'; allowed: red, blue\n    hint: did you mean 'blue'?"]


@settings(max_examples=100)
@given(st.text("abc  \n", max_size=20), st.text("abc  \n", max_size=20))
def test_a_text_has_both_languages_with_its_lines_folded(dutch: str, english: str) -> None:
    f = fields(json.dumps({"key": {"nl": dutch, "en": english}}))
    assert f.text("key") == Text(" ".join(dutch.split()), " ".join(english.split()))
    assert len(f.problems.found) == (not dutch.strip()) + (not english.strip())


@settings(max_examples=100)
@given(st.lists(WORDS, max_size=5))
def test_a_list_keeps_its_items_in_order_with_their_places(words: list[str]) -> None:
    f = fields("key:\n" + "".join(f"  - {word}\n" for word in words) if words else "key: []")
    expected = tuple((word, Span("x.yaml", line, 5)) for line, word in enumerate(words, 2))
    found = f.placed("key")
    null = [word for word in words if word == "null"]
    assert len(f.problems.found) == len(null)
    assert [pair for pair in found if pair[0]] == [pair for pair in expected if pair[0] != "null"]


@settings(max_examples=100)
@given(there=st.sets(WORDS, max_size=6), asked=st.sets(WORDS, max_size=6))
def test_done_reports_exactly_the_keys_that_nobody_asked_for(there: set[str], asked: set[str]) -> None:
    f = fields("".join(f"{key}: x\n" for key in sorted(there)) or "{}")
    for key in asked:
        assert f.has(key) is (key in there)
    f.done()
    reported = [d.message.rpartition(" ")[2].strip("'") for d in f.problems.errors()]
    assert sorted(reported) == sorted(there - asked)
    assert {d.code for d in f.problems.found} <= {"F206"}


@settings(max_examples=60)
@given(there=st.sets(WORDS, max_size=4), key=WORDS)
def test_a_key_that_must_be_there_is_noted_when_it_is_not(there: set[str], key: str) -> None:
    f = fields("".join(f"{name}: x\n" for name in sorted(there)) or "{}")
    assert (f.require(key) is None) is (key not in there)
    assert [d.message for d in f.problems.found] == ([] if key in there else [f"a thing lacks '{key}'"])


def test_a_value_that_is_no_mapping_gives_no_fields() -> None:
    problems = Problems()
    assert as_fields(Scalar("word", HERE), "the thing", problems) is None
    assert [str(d) for d in problems.found] == ["x.yaml:3:7: F207 the thing is 'word'; allowed: a mapping"]


@settings(max_examples=100)
@given(st.text(st.characters(), max_size=200))
def test_what_was_found_is_shown_short_and_without_control_characters(text: str) -> None:
    shown = shorten(text)
    assert len(shown) <= 60
    assert shown.isprintable()
    assert shown == text or not text.isprintable() or len(text) > 60


@settings(max_examples=100)
@given(WORDS, st.sets(WORDS, max_size=6))
def test_a_hint_names_only_allowed_words_and_the_word_itself_when_it_is_one(word: str, allowed: set[str]) -> None:
    hint = did_you_mean(word, allowed)
    named = hint.removeprefix("did you mean ").removesuffix("?").split(" or ") if hint else []
    assert {name.strip("'") for name in named} <= allowed
    assert (f"'{word}'" in named) is (word in allowed)
    assert len(named) <= 3
