"""business-rules: variables and actions as methods, conditions as nested ``all`` and ``any``, one pass in order.

It cannot count, so what counts is written as alternatives. A result is an action that notes it, and a variable of later rules.
"""

from collections.abc import Collection, Mapping
from typing import Any

from business_rules import run_all
from business_rules.actions import BaseActions, rule_action
from business_rules.variables import BaseVariables, boolean_rule_variable

from benchmarks.neutral import Condition, Every, Holds, Neutral, counted_out
from benchmarks.peers import Ready
from hechting_rules import Rulebook


def prepare(form: Neutral, _book: Rulebook) -> Mapping[str, Ready]:
    """One pass in the order of the rules."""
    results = set(form.results.values())
    variables = _class("Variables", BaseVariables, {short: _variable(short) for short in (*form.atoms.values(), *results)})
    actions = _class("Actions", BaseActions, {short: _action(short) for short in results})
    rules = [_rule(result, form) for level in form.strata for result in level]

    def decide(closed: frozenset[str]) -> Collection[str]:
        known = set(closed)
        run_all(rules, variables(known), actions(known))
        return known & results

    return {"one pass": Ready(lambda closed: closed, decide)}


def _rule(result: str, form: Neutral) -> dict[str, Any]:
    bodies = [
        {"all": [_condition(counted_out(rule.when)), *(_is(one, so=False) for one in rule.unless)]}
        if rule.unless
        else _condition(counted_out(rule.when))
        for rule in form.rules_of(result)
    ]
    return {"conditions": bodies[0] if len(bodies) == 1 else {"any": bodies}, "actions": [{"name": result}]}


def _condition(condition: Condition) -> dict[str, Any]:
    if isinstance(condition, Holds):
        return _is(condition.name)
    parts = [_condition(part) for part in condition.parts]
    return {"all" if isinstance(condition, Every) else "any": parts}


def _is(short: str, *, so: bool = True) -> dict[str, Any]:
    return {"name": short, "operator": "is_true" if so else "is_false", "value": True}


def _class(name: str, base: type, methods: Mapping[str, Any]) -> Any:
    def begin(self: Any, known: set[str]) -> None:
        self.known = known

    return type(name, (base,), {"__init__": begin, **methods})


def _variable(short: str) -> Any:
    def holds(self: Any) -> bool:
        return short in self.known

    holds.__name__ = short
    return boolean_rule_variable()(holds)


def _action(short: str) -> Any:
    def note(self: Any) -> None:
        self.known.add(short)

    note.__name__ = short
    return rule_action()(note)
