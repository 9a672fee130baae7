"""A rulebook compiled to a straight program over bits, three planes for each result.

For every condition, rule and result the program decides three things of each case: ``established`` (by what is known),
``robust`` (in every admissible way to complete the case) and ``out`` (in none). The first part of the program, the admission,
closes what is stated under the vocabulary's ``implies`` and ``excludes`` and under the stages.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import assert_never

import attrs

from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, InRange, InStage, Is, IsAbsent, Leaf, leaves
from hechting_rules.engine.admission import Admission
from hechting_rules.engine.circuit import ONES, ZERO, Circuit, Input, Plane
from hechting_rules.engine.kernel import Op, Step
from hechting_rules.model import Profile, Rule, Rulebook
from hechting_rules.profiles import active_rules, parameter_values
from hechting_rules.relations import Entailment, entailment, group_parts
from hechting_rules.terms import Level

STAGE_INPUTS = (Input.STAGE, Input.NOT_STAGE, Input.NO_PERSON)
"""The inputs that the stages of child and adult settle."""


@attrs.frozen(eq=False)
class Program:
    """A compiled rulebook: inputs by kind and name, steps, and the planes of every rule, finding and result.

    ``present[code]`` and ``absent[code]`` are the planes of the conditions that a finding is present, or absent; ``stages`` and
    ``ranges`` those of single stages and ranges; ``bodies`` those of rules without their ``unless``; ``flags`` those of the
    safety flags that some rule raises. ``withholding`` is the last stratum: for each act-now flag the register of the cases in
    which it is raised and not addressed; ``screens`` names the findings that each flag rests on;
    ``refused`` is the register of the cases that contradict themselves.
    """

    inputs: Mapping[tuple[Input, str], int]
    steps: tuple[Step, ...]
    rules: Mapping[str, Plane]
    bodies: Mapping[str, Plane]
    results: Mapping[str, Plane]
    present: Mapping[str, Plane]
    absent: Mapping[str, Plane]
    stages: Mapping[str, Plane]
    ranges: Mapping[str, Plane]
    flags: Mapping[str, Plane]
    withholding: Mapping[str, int]
    screens: Mapping[str, frozenset[str]]
    refused: int
    active: frozenset[str]
    parameters: Mapping[str, float]
    closed: Entailment

    def planes_of(self, leaf: Leaf) -> tuple[Plane, ...]:
        """The planes of a single condition: it is established where one of them is, and out where all are."""
        match leaf:
            case Is(code):
                return (self.results[code] if code in self.results else self.present[code],)
            case IsAbsent(code):
                return (self.absent[code],)
            case InStage(stages):
                return tuple(self.stages[stage] for stage in stages)
            case InRange(name):
                return (self.ranges[name],)
            case _:
                assert_never(leaf)


def compile_program(book: Rulebook, profile: Profile) -> Program:
    """The program of a rulebook under a profile. Rules that the profile leaves off are not in it."""
    return compile_rules(book, active_rules(book, profile), parameter_values(book, profile))


def compile_rules(book: Rulebook, active: frozenset[str], parameters: Mapping[str, float]) -> Program:
    """The program of the ``active`` rules of a rulebook with these values of its parameters."""
    to = Circuit()
    admission = Admission(book, to, entailment(book.findings), parameters)
    results: dict[str, Plane] = {}
    rules: dict[str, Plane] = {}
    bodies: dict[str, Plane] = {}
    for code in book.order:
        for rule_id in book.rules_of.get(code, ()):
            if rule_id in active:
                rule = book.rules[rule_id]
                bodies[rule_id] = _condition(rule.when, results, admission)
                rules[rule_id] = _rule(rule, bodies[rule_id], results, to)
        results[code] = to.either_plane([rules[r] for r in book.rules_of.get(code, ()) if r in rules])
    for code in book.findings:
        admission.is_present(code)
    for code in book.stages:
        admission.stage(code)
    for name in book.ranges:
        admission.range(name)
    flags = _flags(book, results, to)
    withholding = _withholding(book, results, admission)
    refused = admission.refused()
    draft = Program(
        inputs=to.inputs,
        steps=tuple(to.steps),
        rules=rules,
        bodies=bodies,
        results=results,
        present=admission.present,
        absent=admission.absent,
        stages=admission.stages,
        ranges=admission.ranges,
        flags=flags,
        withholding=withholding,
        screens=_screens(book, active),
        refused=refused,
        active=active,
        parameters=parameters,
        closed=admission.closed,
    )
    return numbered(draft)


def _screens(book: Rulebook, active: frozenset[str]) -> Mapping[str, frozenset[str]]:
    """The findings that the suggestions of each flag rest on, directly or through conclusions."""
    found: dict[str, frozenset[str]] = {}
    for suggestion in book.suggestions.values():
        if suggestion.flag:
            found[suggestion.flag] = found.get(suggestion.flag, frozenset()) | _findings_below(suggestion.code, book, active)
    return found


def _findings_below(code: str, book: Rulebook, active: frozenset[str]) -> frozenset[str]:
    found: set[str] = set()
    for rule_id in book.rules_of.get(code, ()):
        for leaf in leaves(book.rules[rule_id].when) if rule_id in active else ():
            if isinstance(leaf, Is | IsAbsent):
                found |= {leaf.code} if leaf.code in book.findings else _findings_below(leaf.code, book, active)
    return frozenset(found)


def _flags(book: Rulebook, results: Mapping[str, Plane], to: Circuit) -> Mapping[str, Plane]:
    """The planes of each safety flag: raised where one of its suggestions is, out where none can be."""
    raising: dict[str, list[Plane]] = {}
    for suggestion in book.suggestions.values():
        if suggestion.flag:
            raising.setdefault(suggestion.flag, []).append(results[suggestion.code])
    return {flag: to.either_plane(planes) for flag, planes in raising.items()}


def _withholding(book: Rulebook, results: Mapping[str, Plane], admission: Admission) -> Mapping[str, int]:
    """For each flag: raised to act now, and not marked as addressed in the case."""
    to = admission.to
    acting: dict[str, list[int]] = {}
    for suggestion in book.suggestions.values():
        if suggestion.level is Level.ACT_NOW:
            raised = results[suggestion.code].established
            addressed = admission.is_present(suggestion.addressed_by).established if suggestion.addressed_by else ZERO
            acting.setdefault(suggestion.flag, []).append(to.without(raised, addressed))
    return {flag: to.any(registers) for flag, registers in acting.items()}


def _rule(rule: Rule, body: Plane, results: Mapping[str, Plane], to: Circuit) -> Plane:
    """A body and its ``unless``: lost where that is established, certain only where it is out."""
    if not rule.unless:
        return body
    blocker = to.either_plane([results[code] for code in rule.unless])
    return Plane(
        to.without(body.established, blocker.established),
        to.both(body.robust, blocker.out),
        to.either(body.out, blocker.robust),
    )


def _condition(condition: Condition, results: Mapping[str, Plane], admission: Admission) -> Plane:
    to = admission.to
    match condition:
        case Is(code):
            return results[code] if code in results else admission.is_present(code)
        case IsAbsent(code):
            return admission.is_absent(code)
        case InStage(stages):
            return to.either_plane([admission.stage(s) for s in stages])
        case InRange(name):
            return admission.range(name)
        case AllOf(parts):
            return to.both_planes([_condition(p, results, admission) for p in parts])
        case AnyOf(parts):
            return to.either_plane([_condition(p, results, admission) for p in parts])
        case AtLeast(count, parts):
            groups = [
                to.either_plane([_condition(p, results, admission) for p in group])
                for group in group_parts(parts, admission.book.findings)
            ]
            return to.at_least_planes(count, groups)
        case _:
            assert_never(condition)


def numbered(draft: Program) -> Program:
    """A program under construction, with the numbers of a `Circuit`, given its final ones: constants, then inputs, then steps."""
    shift = len(draft.inputs)

    def number(register: int) -> int:
        if register < 0:
            return 1 - register
        return register if register in {ZERO, ONES} else register + shift

    inputs = {key: number(register) for key, register in draft.inputs.items()}
    return _moved(draft, inputs, tuple((op, number(a), number(b)) for op, a, b in draft.steps), number)


def _moved(
    program: Program, inputs: Mapping[tuple[Input, str], int], steps: tuple[Step, ...], to: Callable[[int], int]
) -> Program:
    """A program with other inputs and steps, in which all that it tells stands in the register ``to(register)``."""

    def planes(group: Mapping[str, Plane]) -> Mapping[str, Plane]:
        return {name: Plane(to(p.established), to(p.robust), to(p.out)) for name, p in group.items()}

    return attrs.evolve(
        program,
        inputs=inputs,
        steps=steps,
        rules=planes(program.rules),
        bodies=planes(program.bodies),
        results=planes(program.results),
        present=planes(program.present),
        absent=planes(program.absent),
        stages=planes(program.stages),
        ranges=planes(program.ranges),
        flags=planes(program.flags),
        withholding={flag: to(register) for flag, register in program.withholding.items()},
        refused=to(program.refused),
    )


def at_stages(program: Program, told: Iterable[tuple[Input, str]]) -> Program:
    """A program for the cases in which these inputs about stages are told, and no other about stages.

    It has the same planes by the same names, and decides every such case as the whole program does.
    """
    on = frozenset(told)
    return folded(program, {key: ONES if key in on else ZERO for key in program.inputs if key[0] in STAGE_INPUTS})


def folded(program: Program, fixed: Mapping[tuple[Input, str], int]) -> Program:
    """A program with inputs fixed to `ZERO` or `ONES`; the others are the inputs of what remains.

    This is partial evaluation. A case has at most one stage of the child and one of the adult, and with both settled two thirds
    of the steps of a rulebook are constants: a baby has no signs of an older adult.
    """
    to = Circuit()
    registers = [ZERO, ONES, *(fixed[key] if key in fixed else to.input(*key) for key in _in_order(program))]
    join: Mapping[Op, Callable[[int, int], int]] = {Op.AND: to.both, Op.OR: to.either, Op.AND_NOT: to.without}
    for op, a, b in program.steps:
        registers.append(join[op](registers[a], registers[b]))
    return numbered(_moved(program, to.inputs, tuple(to.steps), registers.__getitem__))


def _in_order(program: Program) -> list[tuple[Input, str]]:
    return sorted(program.inputs, key=lambda key: program.inputs[key])
