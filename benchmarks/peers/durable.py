"""durable-rules, driven as this library drives it: within what held in every run, with derived facts asserted one by one.

It is given the plane of established results over closed facts, as its peers are.
"""

from collections.abc import Collection, Mapping

from benchmarks.circuits import one_plane
from benchmarks.neutral import Neutral
from benchmarks.peers import CannotExpressError, Ready
from hechting_rules import Rulebook
from hechting_rules.engine.circuit import Input
from hechting_rules.engine.clauses import productions
from hechting_rules.engine.durable import decide as run
from hechting_rules.errors import EngineError


def prepare(form: Neutral, book: Rulebook) -> Mapping[str, Ready]:
    """Facts asserted and retracted singly. Raises `CannotExpressError` for a rulebook beyond the limits of the engine."""
    program = one_plane(form, book)
    try:
        productions(program)
    except EngineError as error:
        raise CannotExpressError(str(error)) from error
    places = {short: program.inputs[Input.PRESENT, short] for short in form.atoms.values()}
    told = [(name, plane.established) for name, plane in program.results.items()]

    def given(closed: frozenset[str]) -> list[int]:
        inputs = [0] * (2 + len(program.inputs))
        inputs[1] = 1
        for short in closed:
            inputs[places[short]] = 1
        return inputs

    def decide(inputs: list[int]) -> Collection[str]:
        values = run(program, inputs)
        return {name for name, register in told if values[register]}

    return {"asserted singly": Ready(given, decide)}
