"""The smallest sets of facts that carry a register: all of them, and only those."""

import itertools
from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from hechting_rules.engine.kernel import Op, Step, run
from hechting_rules.explaining.sufficient import KEPT, FactSet, carrying, smallest

SETS = st.frozensets(st.integers(0, 6), max_size=4)


def test_the_smallest_sets_come_first_and_none_holds_another() -> None:
    sets = [frozenset(s) for s in ({1, 2}, {3}, {1, 2, 4}, {2, 3}, {1, 5})]
    assert smallest(sets) == (frozenset({3}), frozenset({1, 2}), frozenset({1, 5}))


def test_the_empty_set_carries_alone() -> None:
    assert smallest([frozenset({1}), frozenset()]) == (frozenset(),)
    assert smallest([]) == ()


@settings(max_examples=200)
@given(st.lists(SETS, max_size=12))
def test_of_any_sets_those_stay_that_hold_no_other(sets: list[FactSet]) -> None:
    found = smallest(sets)
    assert set(found) == {s for s in sets if not any(other < s for other in sets)}
    assert list(found) == sorted(found, key=lambda s: (len(s), sorted(s)))
    assert smallest(reversed(sets)) == found


def test_no_more_sets_are_kept_than_the_bound() -> None:
    pairs = [frozenset(pair) for pair in itertools.combinations(range(20), 2)]
    found = smallest([*pairs, *(frozenset({i}) for i in range(3))])
    assert len(found) == KEPT
    assert found[:4] == (frozenset({0}), frozenset({1}), frozenset({2}), frozenset({3, 4}))


FACTS = 5


@st.composite
def machines(draw: st.DrawFn, *, with_and_not: bool) -> tuple[list[Step], dict[int, FactSet]]:
    """A program over a few inputs, and the facts that set each input; what an and-not takes away rests on no and-not itself."""
    inputs = draw(st.integers(1, 6))
    setters = {2 + place: frozenset(draw(st.sets(st.integers(0, FACTS - 1), min_size=1, max_size=2))) for place in range(inputs)}
    steps: list[Step] = []
    plain = list(range(2 + inputs))
    for place in range(2 + inputs, 2 + inputs + draw(st.integers(1, 10))):
        op = draw(st.sampled_from(Op if with_and_not else [Op.AND, Op.OR]))
        a = draw(st.integers(0, place - 1))
        b = draw(st.sampled_from(plain)) if op is Op.AND_NOT else draw(st.integers(0, place - 1))
        if op is not Op.AND_NOT and {a, b} <= set(plain):
            plain.append(place)
        steps.append((op, a, b))
    return steps, setters


def registers(steps: list[Step], setters: Mapping[int, FactSet], facts: FactSet) -> list[int]:
    return run(steps, [0, 1, *(int(bool(setters[place] & facts)) for place in sorted(setters))])


@settings(max_examples=250)
@given(machines(with_and_not=False))
def test_what_carries_a_register_is_every_smallest_set_that_makes_it_true(machine: tuple[list[Step], dict[int, FactSet]]) -> None:
    steps, setters = machine
    values = registers(steps, setters, frozenset(range(FACTS)))
    subsets = [frozenset(s) for size in range(FACTS + 1) for s in itertools.combinations(range(FACTS), size)]
    runs = {s: registers(steps, setters, s) for s in subsets}
    for place in range(len(values)):
        if values[place]:
            minimal = [s for s in subsets if runs[s][place] and not any(o < s and runs[o][place] for o in subsets)]
            assert carrying(place, steps, values, setters) == smallest(minimal)


@settings(max_examples=250)
@given(machines(with_and_not=True))
def test_with_an_and_not_each_set_still_makes_the_register_true(machine: tuple[list[Step], dict[int, FactSet]]) -> None:
    steps, setters = machine
    values = registers(steps, setters, frozenset(range(FACTS)))
    for place in range(len(values)):
        if values[place]:
            sets = carrying(place, steps, values, setters)
            assert sets
            assert all(registers(steps, setters, s)[place] for s in sets)


def test_what_an_and_not_takes_away_is_in_no_set() -> None:
    steps = [(Op.OR, 2, 3), (Op.AND_NOT, 5, 4)]
    setters = {2: frozenset({0}), 3: frozenset({1}), 4: frozenset({2})}
    values = registers(steps, setters, frozenset({0, 1}))
    assert carrying(6, steps, values, setters) == (frozenset({0}), frozenset({1}))


def test_what_is_always_true_needs_no_fact() -> None:
    steps = [(Op.OR, 1, 2), (Op.AND, 1, 2)]
    setters = {2: frozenset({0})}
    values = registers(steps, setters, frozenset({0}))
    assert carrying(1, steps, values, setters) == (frozenset(),)
    assert carrying(3, steps, values, setters) == (frozenset(),)
    assert carrying(4, steps, values, setters) == (frozenset({0}),)
