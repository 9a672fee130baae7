"""An advice as JSON: complete, the same in both languages but for the words, and as its schema says."""

import json
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import advices
from advices import Draft
from explained import said, strings
from hechting_rules import Case, advise, load_rulebook
from hechting_rules.render.json import to_json, to_mapping
from hechting_rules.schemas import schema_text
from hechting_rules.terms import Language, Origin
from strategies import cases

SCHEMA: dict[str, Any] = json.loads(schema_text("advice"))
VALIDATOR = Draft202012Validator(SCHEMA)
WORDS = {
    "label",
    "title",
    "summary",
    "text",
    "question",
    "reason",
    "caution",
    "full",
    "disclaimer",
    "name",
    "context",
    "language",
}
"""The keys under which words in one language stand; ``name`` also names a fact or a rule, which stays the same."""

MADE = st.one_of(advices.DRAFTS, cases(load_rulebook()))


def bare(value: Any) -> Any:
    """An advice without what is said in one language."""
    if isinstance(value, dict):
        coded = "value" in value or "what" in value
        return {key: bare(inner) for key, inner in value.items() if key not in WORDS or (key == "name" and coded)}
    return [bare(inner) for inner in value] if isinstance(value, list) else value


@settings(max_examples=100)
@given(made=MADE, language=st.sampled_from(Language))
def test_every_advice_fits_the_schema(made: Draft | Case, language: Language) -> None:
    advice = advices.of(made)
    assert [f"{error.json_path}: {error.message[:200]}" for error in VALIDATOR.iter_errors(to_mapping(advice, language))] == []


@settings(max_examples=60)
@given(made=MADE, language=st.sampled_from(Language))
def test_the_json_text_reads_back_as_the_plain_data(made: Draft | Case, language: Language) -> None:
    advice = advices.of(made)
    text = to_json(advice, language)
    assert json.loads(text) == to_mapping(advice, language)
    assert text == to_json(advice, language)
    assert text.endswith("}\n")
    assert text.isascii() is all(part.isascii() for part in strings(to_mapping(advice, language)))


@settings(max_examples=60)
@given(made=MADE)
def test_both_languages_differ_in_words_alone(made: Draft | Case) -> None:
    advice = advices.of(made)
    dutch, english = (to_mapping(advice, language) for language in Language)
    assert bare(dutch) == bare(english)
    assert (dutch["language"], english["language"]) == ("nl", "en")
    assert dutch["context"] == [text.nl for text in advice.context]
    assert english["context"] == [text.en for text in advice.context]


@settings(max_examples=60)
@given(made=MADE, language=st.sampled_from(Language))
def test_nothing_that_an_advice_says_is_left_out(made: Draft | Case, language: Language) -> None:
    """But for the line that names the persons, which says what ``case`` holds in codes."""
    advice = advices.of(made)
    found = to_mapping(advice, language)
    assert set(said(advice, language)) - {advice.person.into(language)} <= set(strings(found))
    assert found["warnings"] == list(advice.warnings)
    assert found["not_assessed"] == advice.not_assessed
    assert found["rulebook"]["clinical_review"] == advice.clinical_review
    assert [tuple(change.values()) for change in found["profile"]["changes"]] == [attrs.astuple(c) for c in advice.changes]
    assert [c["code"] for c in found["conclusions"]] == [c.code for c in advice.conclusions]
    assert [q["code"] for q in found["ask_next"]] == [q.code for q in advice.ask_next]
    assert [s["code"] for s in (*found["safety"], *found["suggestions"])] == [s.code for s in advice.suggestions]


@settings(max_examples=60)
@given(made=MADE, language=st.sampled_from(Language))
def test_safety_stands_apart_and_every_flag_that_is_named_is_told_once(made: Draft | Case, language: Language) -> None:
    advice = advices.of(made)
    found = to_mapping(advice, language)
    assert {s["origin"] for s in found["safety"]} <= {Origin.SAFETY}
    assert Origin.SAFETY not in {s["origin"] for s in found["suggestions"]}
    named = {
        flag
        for s in (*found["safety"], *found["suggestions"])
        for key in ("withheld_by", "after", "screen_first")
        for flag in s[key]
    }
    named |= set(found["screen_first"])
    assert found["screen_first"] == [flag.id for flag in advice.screen_first]
    assert [flag["id"] for flag in found["flags"]] == sorted(named | set(found["screen_first"]))


def test_the_keys_stand_in_the_order_of_the_schema() -> None:
    found = to_mapping(advise(Case.of(child="baby", present=["baby.avoids_eye_contact"])), Language.NL)
    definitions = SCHEMA["$defs"]
    assert list(found) == list(SCHEMA["properties"])
    for key, definition in (("suggestions", "suggestion"), ("conclusions", "conclusion"), ("ask_next", "question")):
        described = [key for key in definitions[definition]["properties"] if key not in ("flag", "level", "route")]
        assert list(found[key][0]) == described
    reason = found["suggestions"][0]["because"][0]
    assert list(reason) == list(definitions["justification"]["properties"])
    assert list(reason["premises"][0]) == list(definitions["premise"]["properties"])


@pytest.mark.parametrize("language", Language)
def test_the_smallest_case_gives_a_whole_advice(language: Language) -> None:
    found = to_mapping(advise(Case()), language)
    assert VALIDATOR.is_valid(found)
    assert (found["suggestions"], found["conclusions"], found["safety"]) == ([], [], [])
    assert found["not_assessed"] > 0
    asked = [q["code"] for q in found["ask_next"] if not q["code"].startswith("safety.")]
    assert set(asked[:2]) == {"child", "adult"}
