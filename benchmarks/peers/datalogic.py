"""datalogic-py: JSON Logic in Rust, compiled once, with a session for hot loops.

JSON Logic has no names for what is worked out on the way: either each result is written out down to the atoms, all in one rule,
or one rule is run for each level, with what it found added to the facts.
"""

from collections.abc import Collection, Mapping
from typing import Any

from datalogic_py import Engine

from benchmarks.neutral import Neutral
from benchmarks.peers import Ready
from benchmarks.writing import json_logic, written
from hechting_rules import Rulebook


def prepare(form: Neutral, _book: Rulebook) -> Mapping[str, Ready]:
    """All results in one rule, as truth values or as names, and level by level."""
    engine = Engine()
    session = engine.session()
    whole = written(form, json_logic(), inlined=True)
    names = list(whole)
    truths = engine.compile(list(whole.values()))
    telling = engine.compile(_names_where(whole))
    parts = written(form, json_logic())
    levels = [engine.compile(_names_where({name: parts[name] for name in level})) for level in form.strata]

    def at_once(facts: dict[str, bool]) -> Collection[str]:
        return {name for name, so in zip(names, session.evaluate(truths, facts), strict=True) if so}

    def named(facts: dict[str, bool]) -> Collection[str]:
        return set(session.evaluate(telling, facts))

    def by_level(facts: dict[str, bool]) -> Collection[str]:
        known, found = dict(facts), set[str]()
        for level in levels:
            new = session.evaluate(level, known)
            found.update(new)
            known.update(dict.fromkeys(new, True))
        return found

    return {
        "one rule, truth values": Ready(_facts, at_once),
        "one rule, names": Ready(_facts, named),
        "level by level": Ready(_facts, by_level),
    }


def _names_where(conditions: Mapping[str, object]) -> dict[str, Any]:
    return {"merge": [{"if": [condition, [name], []]} for name, condition in conditions.items()]}


def _facts(closed: frozenset[str]) -> dict[str, bool]:
    return dict.fromkeys(closed, True)
