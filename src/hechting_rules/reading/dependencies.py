"""What rests on what: the order in which results are decided, and what an ``unless`` may name."""

from collections.abc import Container, Iterable, Mapping

from hechting_rules.condition import Is, leaves
from hechting_rules.model import Finding, Rule
from hechting_rules.relations import rests_on
from hechting_rules.source import Problems
from hechting_rules.terms import Direction

UNDER_WAY, DONE = 1, 2


def rules_by_result(rules: Iterable[Rule]) -> Mapping[str, tuple[str, ...]]:
    """The ids of the rules that conclude or raise each result, in the order of their ids."""
    found: dict[str, list[str]] = {}
    for rule in rules:
        found.setdefault(rule.result, []).append(rule.id)
    return {result: tuple(sorted(ids)) for result, ids in found.items()}


def decide_order(rules: Mapping[str, Rule], results: Iterable[str], problems: Problems) -> tuple[str, ...]:
    """All results, each after what it rests on; a cycle is noted with its path."""
    known = sorted(set(results))
    below = {code: [] for code in known}  # type: dict[str, list[str]]
    for rule in rules.values():
        if rule.result in below:
            below[rule.result].extend(rests_on(rule, known))
    order: list[str] = []
    state: dict[str, int] = {}
    for code in known:
        _visit(code, below, state, order, [], rules, problems)
    return tuple(order)


def _visit(
    code: str,
    below: Mapping[str, list[str]],
    state: dict[str, int],
    order: list[str],
    path: list[str],
    rules: Mapping[str, Rule],
    problems: Problems,
) -> None:
    if state.get(code) == DONE:
        return
    if state.get(code) == UNDER_WAY:
        loop = " -> ".join([*path[path.index(code) :], code])
        span = next(rule.span for rule in rules.values() if rule.result == code)
        problems.add("R420", span, f"'{code}' rests on itself: {loop}", "take one of these steps out")
        return
    state[code] = UNDER_WAY
    for other in sorted(set(below[code])):
        _visit(other, below, state, order, [*path, code], rules, problems)
    state[code] = DONE
    order.append(code)


def check_unless(
    rules: Mapping[str, Rule],
    rules_of: Mapping[str, tuple[str, ...]],
    findings: Mapping[str, Finding],
    reassuring: Container[str],
    problems: Problems,
) -> None:
    """A conclusion named in ``unless`` may rest on no ``unless`` and on no finding that speaks for risk.

    What only reassures (``reassuring``) may be taken away by risk: more risk never takes attention away, but it may end comfort.
    """
    for rule in rules.values():
        for target in rule.unless:
            for below in _cone(target, rules, rules_of):
                if below.unless:
                    message = f"'unless: {target}' rests on '{below.id}', which has an 'unless' of its own"
                    problems.add("R421", rule.span, message)
                for leaf in leaves(below.when):
                    finding = findings.get(leaf.code) if isinstance(leaf, Is) else None
                    if finding is not None and finding.direction is Direction.RISK and rule.result not in reassuring:
                        message = f"'unless: {target}' rests on '{finding.code}' in '{below.id}', which speaks for risk"
                        problems.add("R422", rule.span, message)


def _cone(target: str, rules: Mapping[str, Rule], rules_of: Mapping[str, tuple[str, ...]]) -> list[Rule]:
    """Every rule that a result rests on, directly or through other results."""
    found: dict[str, Rule] = {}
    todo = list(rules_of.get(target, ()))
    while todo:
        rule = rules[todo.pop()]
        if rule.id not in found:
            found[rule.id] = rule
            for other in rests_on(rule, rules_of):
                todo.extend(rules_of.get(other, ()))
    return [found[key] for key in sorted(found)]
