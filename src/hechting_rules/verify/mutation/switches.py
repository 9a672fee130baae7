"""All cases of one rulebook and all ways to switch its rules on, as one circuit in which a rule can stand in for another.

A rule that is off by default has a switch: one more fact, which a guidance test states by its ``switch_on``. So the guidance
tests of all profiles fit in one block, and a question put to a solver is one over all cases and all switches at once. What the
rules make of the findings, stages and ranges is built here upon the admission of the rulebook's own program, so that one edited
rule costs only the steps that come after it.
"""

from collections.abc import Iterable, Mapping
from typing import assert_never

import attrs

from hechting_rules.answered import program_for
from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, InRange, InStage, Is, IsAbsent, Leaf
from hechting_rules.engine.circuit import ZERO, Circuit, Plane
from hechting_rules.facts import Fact
from hechting_rules.model import Rule, Rulebook
from hechting_rules.profiles import active_rules, find_profile, with_rules_on
from hechting_rules.relations import group_parts, rests_on
from hechting_rules.stated import Case
from hechting_rules.verify.space import Facts, Side, Space, case_of, in_space, space_of

SWITCH = "switch on "
ON = "on"
Path = tuple[int, ...]
"""Where in a condition a part stands: its place in the outermost list, then in that part's own, and so on."""

NEITHER = Plane(ZERO, ZERO, ZERO)
"""The plane of what is open in every case."""


@attrs.frozen(eq=False)
class Switched:
    """The default profile's rules over all cases, each rule that it leaves off with a switch.

    ``gates`` holds the register of each rule's switch: always true of a rule that runs anyway, never of one that the profile
    switches off by name. ``bodies``, ``rules`` and ``results`` hold planes in registers of ``space``, and ``after`` the results
    that rest on each result directly.
    """

    book: Rulebook
    space: Space
    gates: Mapping[str, int]
    bodies: Mapping[str, Plane]
    rules: Mapping[str, Plane]
    results: Mapping[str, Plane]
    after: Mapping[str, frozenset[str]]

    @property
    def side(self) -> Side:
        """The one rulebook of the space."""
        return self.space.sides[0]


def with_switches(book: Rulebook) -> Switched:
    """The circuit of a rulebook."""
    profile = find_profile(book, None)
    program = program_for(book, profile)
    space = space_of([(book, program)])
    off = [r for r in book.rules if r not in program.active and r in active_rules(book, with_rules_on(profile, [r]))]
    switches = {rule: -1 - len(space.facts) - place for place, rule in enumerate(off)}
    space = attrs.evolve(space, facts=(*space.facts, *(switch(rule) for rule in off)))
    gates = {rule: switches.get(rule, 1 if rule in program.active else ZERO) for rule in book.rules}
    after: dict[str, set[str]] = {code: set() for code in book.order}
    for rule in book.rules.values():
        for code in rests_on(rule, book.order):
            after[code].add(rule.result)
    draft = Switched(book, space, gates, {}, {}, {}, {code: frozenset(codes) for code, codes in after.items()})
    bodies: dict[str, Plane] = {}
    rules: dict[str, Plane] = {}
    results: dict[str, Plane] = {}
    for code in book.order:
        for rule in rules_for(code, book):
            bodies[rule.id] = condition_plane(rule.when, draft, results)
            rules[rule.id] = rule_plane(rule, bodies[rule.id], draft, results)
        results[code] = space.to.either_plane([rules[rule.id] for rule in rules_for(code, book)])
    return attrs.evolve(draft, bodies=bodies, rules=rules, results=results)


def switch(rule: str) -> Fact:
    """The fact that a rule is switched on."""
    return Fact(f"{SWITCH}{rule}", ON)


def case_and_switches(facts: Facts) -> tuple[Case, tuple[str, ...]]:
    """The case that states these facts, and the rules that are switched on for it."""
    switches = {fact for fact in facts if fact.name.startswith(SWITCH)}
    return case_of(facts - switches), tuple(sorted(fact.name.removeprefix(SWITCH) for fact in switches))


def rules_for(code: str, book: Rulebook) -> list[Rule]:
    """The rules that lead to a result."""
    return [book.rules[rule] for rule in book.rules_of.get(code, ())]


def with_rule(rule: Rule, base: Switched) -> Mapping[str, Plane]:
    """The results that differ in their registers once this rule stands in the place of the one with its id, in their order.

    Only what comes after the rule is built again. The rule may rest on nothing that the one in the book does not rest on.
    """
    results = dict(base.results)
    found: dict[str, Plane] = {}
    touched = {rule.result}
    for code in base.book.order:
        if code in touched:
            planes = []
            for own in rules_for(code, base.book):
                chosen = rule if own.id == rule.id else own
                planes.append(rule_plane(chosen, condition_plane(chosen.when, base, results), base, results))
            plane = base.space.to.either_plane(planes)
            if plane != results[code]:
                results[code] = found[code] = plane
                touched |= base.after[code]
    return found


def results_after(code: str, base: Switched) -> frozenset[str]:
    """A result and all that rest on it, directly or through others."""
    found = {code}
    todo = [code]
    while todo:
        new = base.after[todo.pop()] - found
        found |= new
        todo.extend(new)
    return frozenset(found)


def rule_plane(rule: Rule, body: Plane, base: Switched, results: Mapping[str, Plane]) -> Plane:
    """What a body with its ``unless`` comes to, where the rule is switched on."""
    to, gate = base.space.to, base.gates[rule.id]
    blocker = to.either_plane([results[code] for code in rule.unless])
    return Plane(
        to.both(gate, to.without(body.established, blocker.established)),
        to.both(gate, to.both(body.robust, blocker.out)),
        to.either(_not(gate, to), to.either(body.out, blocker.robust)),
    )


def _not(register: int, to: Circuit) -> int:
    return to.without(1, register)


def condition_plane(condition: Condition, base: Switched, results: Mapping[str, Plane], opened: Path | None = None) -> Plane:
    """The plane of a condition over the registers that are there; the single condition at ``opened`` counts as open."""
    if opened == ():
        return NEITHER
    to = base.space.to
    match condition:
        case AllOf():
            return to.both_planes(list(_parts(condition, base, results, opened).values()))
        case AnyOf():
            return to.either_plane(list(_parts(condition, base, results, opened).values()))
        case AtLeast(count, parts):
            planes = _parts(condition, base, results, opened)
            groups = group_parts(parts, base.book.findings)
            return to.at_least_planes(count, [to.either_plane([planes[part] for part in group]) for group in groups])
        case Is() | IsAbsent() | InStage() | InRange():
            return leaf_plane(condition, base, results)
        case _:
            assert_never(condition)


def _parts(
    condition: AllOf | AnyOf | AtLeast, base: Switched, results: Mapping[str, Plane], opened: Path | None
) -> dict[Condition, Plane]:
    """The plane of each part; no part stands twice in one list."""
    inside = {part: opened[1:] for place, part in enumerate(condition.parts) if opened and place == opened[0]}
    return {part: condition_plane(part, base, results, inside.get(part)) for part in condition.parts}


def leaf_plane(leaf: Leaf, base: Switched, results: Mapping[str, Plane]) -> Plane:
    """The plane of a single condition."""
    if isinstance(leaf, Is) and leaf.code in results:
        return results[leaf.code]
    return base.space.to.either_plane([in_space(plane, base.side) for plane in base.side.program.planes_of(leaf)])


def leaf_paths(condition: Condition, above: Path = ()) -> Iterable[tuple[Path, Leaf]]:
    """The single conditions in a condition, each with where it stands, in the order of the file."""
    match condition:
        case AllOf(parts) | AnyOf(parts) | AtLeast(parts=parts):
            for place, part in enumerate(parts):
                yield from leaf_paths(part, (*above, place))
        case _:
            yield above, condition
