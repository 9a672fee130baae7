"""A program with some inputs fixed: what they decide is worked out once, and what remains is a smaller program.

This is partial evaluation. A case has at most one stage of the child and one of the adult, and with both settled two thirds of
the steps of a rulebook are constants: a baby has no signs of an older adult.
"""

from collections.abc import Callable, Iterable, Mapping

import attrs

from hechting_rules.circuit import ONES, ZERO, Circuit, Input, Plane
from hechting_rules.kernel import Op
from hechting_rules.program import Program, numbered

STAGE_INPUTS = (Input.STAGE, Input.NOT_STAGE, Input.NO_PERSON)
"""The inputs that the stages of child and adult settle."""


def at_stages(program: Program, told: Iterable[tuple[Input, str]]) -> Program:
    """A program for the cases in which these inputs about stages are told, and no other about stages.

    It has the same planes by the same names, and decides every such case as the whole program does.
    """
    on = frozenset(told)
    return folded(program, {key: ONES if key in on else ZERO for key in program.inputs if key[0] in STAGE_INPUTS})


def folded(program: Program, fixed: Mapping[tuple[Input, str], int]) -> Program:
    """A program with inputs fixed to `ZERO` or `ONES`; the others are the inputs of what remains."""
    to = Circuit()
    registers = [ZERO, ONES, *(fixed[key] if key in fixed else to.input(*key) for key in _in_order(program))]
    join: Mapping[Op, Callable[[int, int], int]] = {Op.AND: to.both, Op.OR: to.either, Op.AND_NOT: to.without}
    for op, a, b in program.steps:
        registers.append(join[op](registers[a], registers[b]))

    def planes(group: Mapping[str, Plane]) -> Mapping[str, Plane]:
        return {
            name: Plane(registers[plane.established], registers[plane.robust], registers[plane.out])
            for name, plane in group.items()
        }

    draft = attrs.evolve(
        program,
        inputs=to.inputs,
        steps=tuple(to.steps),
        rules=planes(program.rules),
        bodies=planes(program.bodies),
        results=planes(program.results),
        present=planes(program.present),
        absent=planes(program.absent),
        stages=planes(program.stages),
        ranges=planes(program.ranges),
        flags=planes(program.flags),
        withholding={flag: registers[register] for flag, register in program.withholding.items()},
        refused=registers[program.refused],
    )
    return numbered(draft)


def _in_order(program: Program) -> list[tuple[Input, str]]:
    return sorted(program.inputs, key=lambda key: program.inputs[key])
