"""zen-engine: one compiled expression for all results, written out down to the atoms, or a graph of named expressions."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import zen

from benchmarks.neutral import Neutral
from benchmarks.peers import Ready
from benchmarks.writing import Terms, infix, written
from hechting_rules import Rulebook


def prepare(form: Neutral, _book: Rulebook) -> Mapping[str, Ready]:
    """One expression over all atoms, given as a dictionary or as JSON, or over those that hold; and a graph."""
    atoms = tuple(form.atoms.values())
    whole = written(form, _terms(set()), inlined=True)
    names = list(whole)
    every = zen.compile_expression(f"[{', '.join(whole.values())}]")
    sparse = written(form, _terms(set(atoms)), inlined=True)
    few = zen.compile_expression(f"[{', '.join(sparse.values())}]")
    graph = zen.ZenEngine().create_decision(zen.ZenDecisionContent(json.dumps(_graph(form))))

    def all_atoms(closed: frozenset[str]) -> dict[str, bool]:
        return {atom: atom in closed for atom in atoms}

    def true_of(found: Sequence[bool]) -> Collection[str]:
        return {name for name, so in zip(names, found, strict=True) if so}

    return {
        "one expression": Ready(all_atoms, lambda facts: true_of(every.evaluate(facts))),
        "one expression, JSON in": Ready(
            lambda closed: json.dumps(all_atoms(closed)), lambda facts: true_of(every.evaluate(facts))
        ),
        "one expression, what holds": Ready(
            lambda closed: dict.fromkeys(closed, True), lambda facts: true_of(few.evaluate(facts))
        ),
        "graph": Ready(all_atoms, lambda facts: {name for name, so in graph.evaluate(facts)["result"].items() if so}),
    }


def _terms(may_lack: Collection[str], earlier: Collection[str] = frozenset()) -> Terms[str]:
    def name(short: str) -> str:
        if short in earlier:
            return f"$.{short}"
        return f"({short} ?? false)" if short in may_lack else short

    return infix(name, "and", "or", "not ", "false", _several)


def _several(count: int, parts: Sequence[str]) -> str:
    return f"(count([{', '.join(parts)}], # == true) >= {count})"


def _graph(form: Neutral) -> dict[str, Any]:
    """A decision of one table of expressions, each of which sees those above it."""
    expressions = written(form, _terms(set(), set(form.results.values())))
    content = {"expressions": [{"id": name, "key": name, "value": text} for name, text in expressions.items()]}
    kinds: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("in", "inputNode", {}),
        ("rules", "expressionNode", {"content": content}),
        ("out", "outputNode", {}),
    )
    place = {"x": 0, "y": 0}
    return {
        "contentType": "application/vnd.gorules.decision",
        "nodes": [{"id": name, "name": name, "type": kind, "position": place, **more} for name, kind, more in kinds],
        "edges": [
            {"id": f"{start}-{end}", "sourceId": start, "targetId": end, "type": "edge"}
            for start, end in (("in", "rules"), ("rules", "out"))
        ],
    }
