"""The kernel does to each case of a block what its program says, bit by bit."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hechting_rules.engine.kernel import Op, Step, run

TRUTH: dict[Op, Callable[[bool, bool], bool]] = {
    Op.AND: lambda a, b: a and b,
    Op.OR: lambda a, b: a or b,
    Op.AND_NOT: lambda a, b: a and not b,
}


def one_by_one(steps: list[Step], inputs: list[bool]) -> list[bool]:
    """The registers of a single case, with truth values."""
    registers = list(inputs)
    for op, a, b in steps:
        registers.append(TRUTH[op](registers[a], registers[b]))
    return registers


@st.composite
def programs(draw: st.DrawFn, inputs: int) -> list[Step]:
    """A straight program: each step reads registers before it."""
    return [
        (draw(st.sampled_from(Op)), draw(st.integers(0, place - 1)), draw(st.integers(0, place - 1)))
        for place in range(inputs, inputs + draw(st.integers(0, 12)))
    ]


@pytest.mark.parametrize(
    ("op", "expected"),
    [(Op.AND, 0b1000), (Op.OR, 0b1110), (Op.AND_NOT, 0b0100)],
)
def test_an_operation_has_its_truth_table(op: Op, expected: int) -> None:
    assert run([(op, 2, 3)], [0, 0b1111, 0b1100, 0b1010])[-1] == expected


def test_every_operation_has_a_meaning() -> None:
    assert set(TRUTH) == set(Op)


def test_registers_are_the_inputs_and_then_one_for_each_step() -> None:
    assert run([(Op.OR, 2, 3), (Op.AND, 4, 3)], [0, 1, 1, 0]) == [0, 1, 1, 0, 1, 0]
    assert run([], [0, 1, 1]) == [0, 1, 1]


def test_the_inputs_stay_as_they_were() -> None:
    inputs = [0, 3, 2]
    run([(Op.AND_NOT, 1, 2)], inputs)
    assert inputs == [0, 3, 2]


@settings(max_examples=200)
@given(st.data(), st.integers(0, 5), st.integers(1, 80))
def test_a_block_is_its_cases_side_by_side(data: st.DataObject, inputs: int, width: int) -> None:
    steps = data.draw(programs(2 + inputs))
    ones = (1 << width) - 1
    block = [0, ones, *(data.draw(st.integers(0, ones)) for _ in range(inputs))]
    registers = run(steps, block)
    assert all(0 <= register <= ones for register in registers)
    for place in range(width):
        column = [bool(register >> place & 1) for register in registers]
        assert column == one_by_one(steps, [bool(register >> place & 1) for register in block])


def test_a_wide_block_is_as_right_as_a_narrow_one() -> None:
    width, chance = 100_003, random.Random(1)  # noqa: S311
    ones = (1 << width) - 1
    a, b = chance.getrandbits(width), chance.getrandbits(width)
    *_, both, either, without = run([(Op.AND, 2, 3), (Op.OR, 2, 3), (Op.AND_NOT, 2, 3)], [0, ones, a, b])
    assert both | without == a
    assert both & without == 0
    assert either ^ without == b
    assert either.bit_count() == a.bit_count() + b.bit_count() - both.bit_count()
