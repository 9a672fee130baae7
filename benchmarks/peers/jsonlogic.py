"""panzi-json-logic: JSON Logic in Python, the fastest of three packages of that name (json_logic) that were tried on Python 3.

There is nothing to compile. One rule for each result in order, with what it gives added to the facts.
"""

from collections.abc import Collection, Mapping

from json_logic import jsonLogic

from benchmarks.neutral import Neutral
from benchmarks.peers import Ready
from benchmarks.writing import json_logic, written
from hechting_rules import Rulebook


def prepare(form: Neutral, _book: Rulebook) -> Mapping[str, Ready]:
    """Result after result."""
    rules = written(form, json_logic())

    def decide(facts: dict[str, bool]) -> Collection[str]:
        known = dict(facts)
        for name, logic in rules.items():
            if jsonLogic(logic, known):
                known[name] = True
        return known.keys() - facts.keys()

    return {"result after result": Ready(lambda closed: dict.fromkeys(closed, True), decide)}
