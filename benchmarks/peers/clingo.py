"""clingo: the rules grounded once; for each case the atoms are told as externals, and the one stable model is asked for.

What counts is written as a count aggregate where its parts are names, else as alternatives.
"""

from collections.abc import Collection, Iterator, Mapping

from clingo import Control, Function

from benchmarks.neutral import Condition, Holds, Neutral, Several, ways
from benchmarks.peers import Ready
from hechting_rules import Rulebook


def prepare(form: Neutral, _book: Rulebook) -> Mapping[str, Ready]:
    """Externals, one model."""
    control = Control(["--warn=none"])
    control.add("base", [], "\n".join(_lines(form)))
    control.ground([("base", [])])
    literal = {atom: control.symbolic_atoms[Function(atom)].literal for atom in form.atoms.values()}

    def decide(closed: frozenset[str]) -> Collection[str]:
        for atom in closed:
            control.assign_external(literal[atom], True)
        with control.solve(yield_=True) as handle:
            model = handle.model()
            found = set() if model is None else {symbol.name for symbol in model.symbols(shown=True)}
        for atom in closed:
            control.assign_external(literal[atom], False)
        return found

    return {"externals": Ready(lambda closed: closed, decide)}


def _lines(form: Neutral) -> Iterator[str]:
    for rule in form.rules:
        for body in _bodies(rule.when):
            yield f"{rule.result} :- {', '.join([body, *(f'not {one}' for one in rule.unless)])}."
    for atom in form.atoms.values():
        yield f"#external {atom}."
    for result in form.results.values():
        yield f"#show {result}/0."


def _bodies(condition: Condition) -> Iterator[str]:
    if isinstance(condition, Several) and all(isinstance(part, Holds) for part in condition.parts):
        elements = "; ".join(f"{place} : {part.name}" for place, part in enumerate(condition.parts) if isinstance(part, Holds))
        yield f"{condition.count} <= #count {{ {elements} }}"
    else:
        for way in ways(condition):
            yield ", ".join(way)
