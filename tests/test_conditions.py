"""Conditions of rules: what is written is what is read, and every wrong shape is noted with its place."""

import json
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, InRange, InStage, Is, IsAbsent, leaves
from hechting_rules.reading.conditions import FORMS, MAX_NESTING, read_condition
from hechting_rules.reading.yamlnode import parse
from hechting_rules.source import Problems, Span

CODES = st.builds(
    lambda area, word: f"{area}.{word}", st.sampled_from(["child", "parent"]), st.text("abc", min_size=1, max_size=3)
)
NOWHERE = Span("")
SINGLE = st.one_of(
    CODES,
    st.builds(lambda code: {"absent": code}, CODES),
    st.builds(
        lambda stages: {"stage": stages}, st.lists(st.sampled_from(["baby", "toddler"]), min_size=1, max_size=2, unique=True)
    ),
    st.builds(lambda name: {"range": name}, st.sampled_from(["first_weeks", "last_weeks"])),
)


def distinct(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(parts, min_size=1, max_size=4, unique_by=json.dumps)


def joined(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(
        st.builds(lambda key, of: {key: of}, st.sampled_from(["all", "any"]), distinct(parts)),
        st.builds(lambda count, of: {"at_least": count, "of": of}, st.integers(1, 5), distinct(parts)),
    )


INNER = st.one_of(SINGLE, joined(SINGLE))
WRITTEN = st.one_of(SINGLE, joined(SINGLE), joined(INNER))
"""Conditions as a rule file writes them, nested at most twice."""

KEYS = st.sampled_from([*FORMS, "of", "not", "al", ""])
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.floats(), CODES, st.just("")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=10,
)


def read(data: object) -> tuple[Condition | None, tuple[str, ...], Problems]:
    problems = Problems()
    node = parse(json.dumps(data), "x.yaml", problems)
    assert node is not None
    condition, unless = read_condition(node, problems)
    return condition, unless, problems


def expected(data: Any) -> Condition:
    """What a written condition means, place aside."""
    if isinstance(data, str):
        return Is(data, NOWHERE)
    key, value = next(iter(data.items()))
    match key:
        case "absent":
            return IsAbsent(value, NOWHERE)
        case "stage":
            return InStage(tuple(value), NOWHERE)
        case "range":
            return InRange(value, NOWHERE)
        case "at_least":
            return AtLeast(value, tuple(expected(part) for part in data["of"]), NOWHERE)
        case _:
            return (AllOf if key == "all" else AnyOf)(tuple(expected(part) for part in value), NOWHERE)


def bare(condition: Condition) -> Condition:
    """A condition with its places taken out, at every depth."""
    if isinstance(condition, AllOf | AnyOf | AtLeast):
        return attrs.evolve(condition, span=NOWHERE, parts=tuple(bare(part) for part in condition.parts))
    return attrs.evolve(condition, span=NOWHERE)


@settings(max_examples=300)
@given(WRITTEN)
def test_a_condition_is_read_as_it_was_written(data: object) -> None:
    condition, unless, problems = read(data)
    assert problems.found == []
    assert unless == ()
    assert condition is not None
    assert bare(condition) == expected(data)


@settings(max_examples=150)
@given(distinct(INNER), st.lists(CODES, min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_unless_in_the_outermost_all_is_kept_apart_wherever_it_stands(parts: list[Any], codes: list[str], random: Any) -> None:
    mixed: list[Any] = [*parts, *({"unless": code} for code in codes)]
    random.shuffle(mixed)
    condition, unless, problems = read({"all": mixed})
    assert problems.found == []
    assert sorted(unless) == sorted(codes)
    assert condition is not None
    assert bare(condition) == expected({"all": [part for part in mixed if part in parts]})


@settings(max_examples=300)
@given(ANYTHING)
def test_any_data_is_a_condition_or_noted_and_nothing_else(data: object) -> None:
    condition, _, problems = read(data)
    assert condition is not None or problems.errors()
    assert all(d.span.path == "x.yaml" for d in problems.found)
    if not problems.found and condition is not None:
        assert list(leaves(condition))


@settings(max_examples=100)
@given(WRITTEN, st.integers(1, 3))
def test_more_nesting_than_allowed_is_noted(data: object, more: int) -> None:
    for _ in range(MAX_NESTING - 1 + more):
        data = {"all": [data]}
    _, _, problems = read({"any": [data]})
    assert {d.code for d in problems.found} == {"R402"}


@settings(max_examples=100)
@given(st.sampled_from(["all", "any"]), distinct(INNER), st.data())
def test_the_same_part_twice_is_noted_once(key: str, parts: list[Any], data: st.DataObject) -> None:
    again = data.draw(st.sampled_from(parts))
    _, _, problems = read({key: [*parts, again]})
    assert [d.code for d in problems.found] == ["R404"]


@settings(max_examples=100)
@given(joined(SINGLE))
def test_the_place_of_each_part_is_where_it_stands(data: dict[str, Any]) -> None:
    problems = Problems()
    text = "".join(f"{key}: {json.dumps(value)}\n" for key, value in data.items() if key == "at_least")
    key = "of" if "of" in data else next(iter(data))
    text += f"{key}:\n" + "".join(f"  - {json.dumps(part)}\n" for part in data[key])
    node = parse(text, "x.yaml", problems)
    assert node is not None
    condition, _ = read_condition(node, problems)
    assert isinstance(condition, AllOf | AnyOf | AtLeast)
    first = 3 if key == "of" else 2
    assert [part.span for part in condition.parts] == [Span("x.yaml", first + i, 5) for i in range(len(data[key]))]


@pytest.mark.parametrize("count", [0, -1, 1.5, 0.999, -0.0])
def test_a_count_is_a_whole_number_from_one(count: float) -> None:
    condition, _, problems = read({"at_least": count, "of": ["a.b", "a.c"]})
    assert condition is None
    assert [d.code for d in problems.found] == ["R406"]


@pytest.mark.parametrize("count", ["two", None, [2], {"k": 2}, True, "2", float("nan"), float("inf")])
def test_a_count_is_a_number(count: object) -> None:
    _, _, problems = read({"at_least": count, "of": ["a.b", "a.c"]})
    assert [d.code for d in problems.found] == ["F208"]


@pytest.mark.parametrize("outer", [{"any": 1}, {"at_least": 1}])
def test_unless_stands_only_directly_in_the_outermost_all(outer: dict[str, int]) -> None:
    key = "of" if "at_least" in outer else "any"
    _, _, problems = read({**outer, key: ["a.b", {"unless": "a.c"}]})
    assert [d.code for d in problems.found] == ["R407"]
    _, _, problems = read({"all": ["a.b", {"all": ["a.d", {"unless": "a.c"}]}]})
    assert [d.code for d in problems.found] == ["R407"]


def test_unless_alone_is_told_as_one_problem() -> None:
    _, _, problems = read({"unless": "a.b"})
    assert [d.code for d in problems.found] == ["R408"]


def test_two_forms_in_one_condition_are_told_as_two_forms() -> None:
    _, _, problems = read({"all": ["a.b"], "any": ["a.c"]})
    (found,) = problems.found
    assert "no form 'any'" not in found.message
    assert "did you mean 'any'" not in found.hint
