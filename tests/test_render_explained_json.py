"""Explanations as JSON: complete, the same in both languages but for the words, and as their schema says."""

import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import explained as made
from hechting_rules import explanations as values
from hechting_rules.advice import Outcome
from hechting_rules.explanations import (
    Explanation,
    Gap,
)
from hechting_rules.render.explained_json import (
    SCHEMA,
    arguments_to_mapping,
    dependences_to_mapping,
    difference_to_mapping,
    questions_to_mapping,
    result_to_mapping,
)
from hechting_rules.schemas import schema_text
from hechting_rules.terms import Direction, Language

LANGUAGES = st.sampled_from(Language)
DOCUMENT: dict[str, Any] = json.loads(schema_text("explanation"))
VALIDATOR = Draft202012Validator(DOCUMENT)


@attrs.frozen
class Kind:
    """One kind of explanation: how it is made up and mapped."""

    values: st.SearchStrategy[Any]
    mapped: Callable[[Any, Language], dict[str, Any]]


KINDS = {
    "result": Kind(made.EXPLANATIONS, result_to_mapping),
    "questions": Kind(made.QUESTIONS, questions_to_mapping),
    "difference": Kind(made.DIFFERENCES, difference_to_mapping),
    "dependences": Kind(made.DEPENDENCES, dependences_to_mapping),
    "arguments": Kind(made.ARGUMENTS, arguments_to_mapping),
}
any_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


@any_kind
@settings(max_examples=30)
@given(data=st.data(), language=LANGUAGES)
def test_the_json_fits_the_schema_and_says_all_that_the_value_says(kind: Kind, data: st.DataObject, language: Language) -> None:
    value = data.draw(kind.values)
    found = kind.mapped(value, language)
    assert [f"{error.json_path}: {error.message[:300]}" for error in VALIDATOR.iter_errors(found)] == []
    assert json.loads(json.dumps(found)) == found
    assert json.dumps(found) == json.dumps(kind.mapped(copy.deepcopy(value), language))
    own = (value.title, value.standing, value.why_not, value.counterfactual) if isinstance(value, Explanation) else value
    assert set(made.said(own, language)) <= set(made.strings(found))


@any_kind
@settings(max_examples=40)
@given(data=st.data())
def test_both_languages_have_the_same_form_and_codes(kind: Kind, data: st.DataObject) -> None:
    value = data.draw(kind.values)
    dutch, english = (kind.mapped(value, language) for language in Language)

    def bare(one: Any) -> Any:
        if isinstance(one, dict):
            return {key: bare(inner) for key, inner in one.items() if key != "language"}
        if isinstance(one, list):
            return [bare(inner) for inner in one]
        return "words" if isinstance(one, str) and re.search(r" n\d{4}$", one) else one

    assert bare(dutch) == bare(english)


@any_kind
@settings(max_examples=40)
@given(data=st.data(), language=LANGUAGES)
def test_a_mapping_with_a_key_dropped_or_added_does_not_fit_the_schema(
    kind: Kind, data: st.DataObject, language: Language
) -> None:
    found = kind.mapped(data.draw(kind.values), language)
    holders = list(objects(found))
    holder = data.draw(st.sampled_from(holders))
    key = data.draw(st.sampled_from(sorted(holder)))
    kept = holder.pop(key)
    assert not VALIDATOR.is_valid(found)
    holder[key] = kept
    assert VALIDATOR.is_valid(found)
    holder["one_more"] = kept
    assert not VALIDATOR.is_valid(found)


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(inner)


def test_the_schema_knows_the_words_of_the_library() -> None:
    definitions = DOCUMENT["$defs"]
    assert set(definitions["outcome"]["enum"]) == set(Outcome)
    assert set(definitions["changed"]["properties"]["move"]["enum"]) == set(values.Move)
    assert set(definitions["counterfactual"]["properties"]["none"]["enum"]) == {*values.NoWay, None}
    obstacle = definitions["way"]["properties"]["obstacles"]["items"]
    assert set(obstacle["properties"]["gap"]["enum"]) == set(Gap)
    assert set(definitions["argument"]["properties"]["direction"]["enum"]) == set(Direction)
    assert set(definitions["language"]["enum"]) == set(Language)
    assert definitions["form"]["const"] == DOCUMENT["$id"] == SCHEMA


@any_kind
@settings(max_examples=20)
@given(data=st.data())
def test_the_keys_stand_in_the_order_of_the_schema(kind: Kind, data: st.DataObject) -> None:
    found = kind.mapped(data.draw(kind.values), Language.NL)
    definitions = DOCUMENT["$defs"]
    assert list(found) == list(definitions[found["explains"]]["properties"])
    described = [list(part["properties"]) for part in objects(DOCUMENT) if part.get("type") == "object"]
    assert [list(one) for one in objects(found) if list(one) not in described] == []
