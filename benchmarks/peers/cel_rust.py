"""common-expression-language: CEL in Rust, one compiled program for all results, written out down to the atoms.

CEL has no names for what is worked out on the way. Facts are given as variables, as a list of those that hold, or as a list of
truth values by their place.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import cel

from benchmarks.neutral import Neutral
from benchmarks.peers import Ready
from benchmarks.writing import infix, written
from hechting_rules import Rulebook


def prepare(form: Neutral, _book: Rulebook) -> Mapping[str, Ready]:
    """Three ways to give the facts."""
    atoms = tuple(form.atoms.values())
    place = {short: number for number, short in enumerate(atoms)}
    return {
        "by place": _ready(form, lambda short: f"f[{place[short]}]", lambda closed: {"f": [atom in closed for atom in atoms]}),
        "those that hold": _ready(form, lambda short: f"('{short}' in f)", lambda closed: {"f": sorted(closed)}),
        "variables": _ready(form, str, lambda closed: {atom: atom in closed for atom in atoms}),
    }


def _ready(form: Neutral, name: Callable[[str], str], given: Callable[[frozenset[str]], Any]) -> Ready:
    whole = written(form, infix(name, "&&", "||", "!", "false", _several), inlined=True)
    names = list(whole)
    program = cel.compile(f"[{', '.join(whole.values())}]")

    def decide(facts: dict[str, Any]) -> Collection[str]:
        return {name for name, so in zip(names, program.execute(facts), strict=True) if so}

    return Ready(given, decide)


def _several(count: int, parts: Sequence[str]) -> str:
    return f"({' + '.join(f'({part} ? 1 : 0)' for part in parts)} >= {count})"
