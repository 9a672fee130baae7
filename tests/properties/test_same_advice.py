"""The same case gives the same advice: in both languages, on every run, after any way of keeping it."""

import json
import os
import pickle
import subprocess
import sys
from typing import Any, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from hechting_rules.case import case_to_mapping, parse_case
from hechting_rules.explain import advise
from hechting_rules.render.json import to_json, to_mapping
from hechting_rules.rulebook import default_rulebook, load_rulebook
from hechting_rules.stated import Case
from hechting_rules.terms import Language
from strategies import real_cases

T = TypeVar("T")
WORDS = {"language", "disclaimer", "title", "summary", "text", "label", "caution", "full", "question", "reason", "context"}
AGAIN = """
import sys
from hechting_rules import advise
from hechting_rules.case import parse_case
from hechting_rules.render.json import to_json
from hechting_rules.terms import Language
sys.stdout.buffer.write(to_json(advise(parse_case(sys.stdin.read())), Language.NL).encode())
"""


def pickled(value: T) -> T:
    """A value written with pickle and read back."""
    found: T = pickle.loads(pickle.dumps(value))  # noqa: S301
    return found


def without_words(data: Any) -> Any:
    """The advice without what is written for people; the name of a flag or a class is, that of a stated fact is a code."""
    if isinstance(data, dict):
        words = WORDS | ({"name"} if {"level", "system"} & data.keys() else set())
        return {key: without_words(value) for key, value in data.items() if key not in words}
    return [without_words(item) for item in data] if isinstance(data, list) else data


@settings(max_examples=40)
@given(real_cases())
def test_the_language_changes_words_alone(case: Case) -> None:
    advice = advise(case)
    dutch, english = (to_mapping(advice, language) for language in Language)
    assert without_words(dutch) == without_words(english)
    assert dutch["disclaimer"] != english["disclaimer"]


@settings(max_examples=40)
@given(real_cases())
def test_an_advice_survives_pickling(case: Case) -> None:
    advice = advise(case)
    again = pickled(advice)
    assert again == advise(pickled(case))
    assert to_json(again, Language.NL) == to_json(advice, Language.NL)


def test_a_rulebook_read_again_or_pickled_gives_the_same_advice() -> None:
    case = Case.of(child="baby", present=["baby.avoids_eye_contact"], absent=["child.premature_birth"])
    expected = to_json(advise(case), Language.EN)
    for book in (load_rulebook(), pickled(default_rulebook())):
        assert to_json(advise(case, book), Language.EN) == expected


@settings(max_examples=2)
@given(real_cases(most=20))
def test_another_run_gives_the_same_bytes(case: Case) -> None:
    text = json.dumps(case_to_mapping(case))
    expected = to_json(advise(parse_case(text)), Language.NL).encode()
    for seed in ("0", "1"):
        got = subprocess.run(
            [sys.executable, "-c", AGAIN],
            input=text.encode(),
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        assert got.stdout == expected


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cn"]), max_size=30)
IN_ASCII = st.text(st.characters(codec="utf-8", max_codepoint=0xFFFF), max_size=30)


def filled(text: str) -> bool:
    """Whether a text is empty or holds more than white space, which a reader takes for nothing."""
    return not text or bool(text.strip())


@settings(max_examples=100)
@given(real_cases(), TEXTS.filter(filled), TEXTS.filter(filled))
def test_a_case_written_as_json_is_read_back_as_the_same_case(case: Case, name: str, note: str) -> None:
    written = Case(name, note, case.child_stage, case.adult_stage, case.quantities, case.findings)
    assert parse_case(json.dumps(case_to_mapping(written), ensure_ascii=False)) == written


@settings(max_examples=100)
@given(IN_ASCII.filter(filled), IN_ASCII.filter(filled))
def test_a_case_written_as_json_in_ascii_is_read_back_as_the_same_case(name: str, note: str) -> None:
    written = Case.of(id=name, note=note, child="baby")
    assert parse_case(json.dumps(case_to_mapping(written))) == written


def test_a_case_written_as_json_in_ascii_may_hold_any_character() -> None:
    written = Case.of(note="rustig \N{SLIGHTLY SMILING FACE}")
    assert parse_case(json.dumps(case_to_mapping(written))) == written


@settings(max_examples=100)
@given(st.floats(0, 216), st.floats(10, 125), st.floats(0, 45))
def test_a_quantity_written_as_json_is_read_back_to_the_last_bit(months: float, years: float, weeks: float) -> None:
    case = Case.of(child_age_months=months, adult_age_years=years, pregnancy_week=weeks)
    assert parse_case(json.dumps(case_to_mapping(case))) == case
