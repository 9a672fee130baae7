"""rule-engine: one compiled rule for each result, in order, with what it gives added to the facts.

All atoms are given, as a missing name costs it more than one that is false. It cannot count, so what counts is written as
alternatives.
"""

from collections.abc import Collection, Mapping

from rule_engine import Rule

from benchmarks.neutral import Neutral
from benchmarks.peers import Ready
from benchmarks.writing import infix, written
from hechting_rules import Rulebook


def prepare(form: Neutral, _book: Rulebook) -> Mapping[str, Ready]:
    """Result after result."""
    atoms = tuple(form.atoms.values())
    rules = {name: Rule(text) for name, text in written(form, infix(str, "and", "or", "not ", "false")).items()}

    def decide(facts: dict[str, bool]) -> Collection[str]:
        known, found = dict(facts), set[str]()
        for name, rule in rules.items():
            known[name] = so = rule.matches(known)
            if so:
                found.add(name)
        return found

    return {"result after result": Ready(lambda closed: {atom: atom in closed for atom in atoms}, decide)}
