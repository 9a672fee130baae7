"""The neutral form as a program of this library: one plane over closed facts, without an admission."""

from collections.abc import Collection
from typing import Any

import attrs

from benchmarks.neutral import Neutral
from benchmarks.writing import Terms, written
from hechting_rules import Rulebook
from hechting_rules.answered import program_for
from hechting_rules.engine.circuit import ZERO, Circuit, Input, Plane
from hechting_rules.engine.program import Program, numbered
from hechting_rules.profiles import find_profile

GROUPS = ("rules", "bodies", "present", "absent", "stages", "ranges", "flags", "withholding", "screens")


def one_plane(form: Neutral, book: Rulebook) -> Program:
    """A program whose inputs are the atoms of the neutral form, as present, whose results have one plane: established."""
    to = Circuit()
    terms = Terms[int](
        name=lambda short: to.input(Input.PRESENT, short),
        every=to.all,
        some=to.any,
        several=to.at_least,
        without=lambda body, others: to.without(body, to.any(others)),
    )
    for short in form.atoms.values():
        to.input(Input.PRESENT, short)
    planes = {name: Plane(register, ZERO, ZERO) for name, register in written(form, terms, inlined=True).items()}
    whole = program_for(book, find_profile(book, None))
    empty: dict[str, Any] = {group: {} for group in GROUPS}
    return numbered(attrs.evolve(whole, inputs=to.inputs, steps=tuple(to.steps), results=planes, refused=ZERO, **empty))


def told(program: Program, closed: Collection[str]) -> list[int]:
    """The input registers of the atoms that hold."""
    return [program.inputs[Input.PRESENT, short] for short in closed]
