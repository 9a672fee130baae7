"""A rulebook compiled to a straight program over bits, three planes for each result.

For every condition, rule and result the program decides three things of each case: ``established`` (by what is known),
``robust`` (in every admissible way to complete the case) and ``out`` (in none). The first part of the program, the admission,
closes what is stated under the vocabulary's ``implies`` and ``excludes`` and under the stages.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import assert_never

import attrs

from hechting_rules.crosscheck import group_parts
from hechting_rules.kernel import Op, Step
from hechting_rules.model import AllOf, AnyOf, AtLeast, Condition, InRange, InStage, Is, IsAbsent, Profile, Rule, Rulebook, Stage
from hechting_rules.profiles import active_rules, parameter_values
from hechting_rules.terms import About, Person
from hechting_rules.vocabulary import PERSON_OF, Entailment, entailment

ZERO, ONES = 0, 1


class Input(StrEnum):
    """What one input register of a program holds, for the name beside it."""

    PRESENT = "present"
    ABSENT = "absent"
    STAGE = "stage"
    NOT_STAGE = "not stage"
    NO_PERSON = "no person"
    IN_RANGE = "in range"
    NOT_IN_RANGE = "not in range"


@attrs.frozen
class Plane:
    """Three registers: established, robust, out."""

    established: int
    robust: int
    out: int


FALSE = Plane(ZERO, ZERO, ONES)


@attrs.frozen(eq=False)
class Program:
    """A compiled rulebook: inputs by kind and name, steps, and the planes of every rule, finding and result.

    ``present[code]`` and ``absent[code]`` are the planes of the conditions that a finding is present, or absent; ``stages`` and
    ``ranges`` those of single stages and ranges; ``bodies`` those of rules without their ``unless``.
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
    active: frozenset[str]
    parameters: Mapping[str, float]
    closed: Entailment


@attrs.define
class _Compiler:
    """Steps under construction; equal steps are made once."""

    inputs: dict[tuple[Input, str], int] = attrs.field(factory=dict)
    steps: list[Step] = attrs.field(factory=list)
    known: dict[Step, int] = attrs.field(factory=dict)

    def input(self, kind: Input, name: str) -> int:
        """The register of an input. Inputs are negative until the program is finished, as their number is not known before."""
        return self.inputs.setdefault((kind, name), -1 - len(self.inputs))

    def step(self, op: Op, a: int, b: int) -> int:
        if op is not Op.AND_NOT and b < a:
            a, b = b, a
        key = (op, a, b)
        if key not in self.known:
            self.steps.append(key)
            self.known[key] = 1 + len(self.steps)
        return self.known[key]

    def both(self, a: int, b: int) -> int:
        if b in {a, ONES}:
            return a
        if a == ONES:
            return b
        return ZERO if ZERO in {a, b} else self.step(Op.AND, a, b)

    def either(self, a: int, b: int) -> int:
        if b in {a, ZERO}:
            return a
        if a == ZERO:
            return b
        return ONES if ONES in {a, b} else self.step(Op.OR, a, b)

    def without(self, a: int, b: int) -> int:
        if ZERO in {a, b}:
            return a
        return ZERO if b in {a, ONES} else self.step(Op.AND_NOT, a, b)

    def all(self, registers: Iterable[int]) -> int:
        return _fold(self.both, registers, ONES)

    def any(self, registers: Iterable[int]) -> int:
        return _fold(self.either, registers, ZERO)

    def at_least(self, count: int, registers: Sequence[int]) -> int:
        """A small circuit: ``reached[k]`` says that k of the registers seen so far hold."""
        reached = [ONES] + [ZERO] * count
        for register in registers:
            for k in range(count, 0, -1):
                reached[k] = self.either(reached[k], self.both(reached[k - 1], register))
        return reached[count]


def _fold(join: Callable[[int, int], int], registers: Iterable[int], start: int) -> int:
    for register in registers:
        start = join(start, register)
    return start


@attrs.define
class _Admission:
    """Planes of findings, stages and ranges, made when a rule first asks for them."""

    book: Rulebook
    to: _Compiler
    closed: Entailment
    parameters: Mapping[str, float]
    present: dict[str, Plane] = attrs.field(factory=dict)
    absent: dict[str, Plane] = attrs.field(factory=dict)
    stages: dict[str, Plane] = attrs.field(factory=dict)
    ranges: dict[str, Plane] = attrs.field(factory=dict)

    def stage(self, code: str) -> Plane:
        """The person is in that stage."""
        if code not in self.stages:
            stage = self.book.stages[code]
            plus = self.to.input(Input.STAGE, code)
            minus = self.to.input(Input.NOT_STAGE, code)
            never = self.to.any(
                [
                    minus,
                    *(self.to.input(Input.ABSENT, f) for f in stage.implies),
                    *(self.to.input(Input.PRESENT, f.code) for f in self.book.findings.values() if code in f.not_at),
                ]
            )
            self.stages[code] = Plane(plus, plus, never)
        return self.stages[code]

    def range(self, name: str) -> Plane:
        """The quantity lies in that range, by its own value or because the stage leaves no choice."""
        if name not in self.ranges:
            inside = [self.to.input(Input.IN_RANGE, name)]
            outside = [self.to.input(Input.NOT_IN_RANGE, name)]
            for code, relation in self._stages_of_range(name):
                (inside if relation else outside).append(self.stage(code).established)
            quantity = self.book.quantities[self.book.ranges[name].quantity]
            if quantity.of in tuple(Person):
                outside.append(self.to.input(Input.NO_PERSON, quantity.of))
            outside.extend(self.to.input(Input.ABSENT, code) for code in quantity.implies)
            plus = self.to.any(inside)
            self.ranges[name] = Plane(plus, plus, self.to.any(outside))
        return self.ranges[name]

    def _stages_of_range(self, name: str) -> list[tuple[str, bool]]:
        """Stages that lie wholly inside (true) or wholly outside (false) a range of the same person's age."""
        named = self.book.ranges[name]
        quantity = self.book.quantities[named.quantity]
        start, end = (self.parameters[e] if isinstance(e, str) else e for e in (named.start, named.end))
        found = []
        for stage in self.book.stages.values():
            if stage.of != quantity.of:
                continue
            low, high = stage_bounds(stage, self.parameters)
            if (high is None and low is None) or (low or 0) > end or (high is not None and high <= start):
                found.append((stage.code, False))
            elif (low or 0) >= start and high is not None and high <= end:
                found.append((stage.code, True))
        return found

    def is_present(self, code: str) -> Plane:
        """The finding is present: out where it is absent or does not count."""
        self._finding(code)
        return self.present[code]

    def is_absent(self, code: str) -> Plane:
        """The finding is absent: out where it is present or does not count."""
        self._finding(code)
        return self.absent[code]

    def _finding(self, code: str) -> None:
        if code in self.present:
            return
        to = self.to
        counts, moot = self._counts(code)
        not_absent = to.any(
            [self._stated_present(code), *(self._effective(z) for z in self.closed.above[code]), *self._by_stage(code), moot]
        )
        not_present = to.any(
            [
                to.input(Input.ABSENT, code),
                *(to.input(Input.ABSENT, z) for z in self.closed.below[code]),
                *(self._effective(w) for w in self.closed.against[code]),
                moot,
            ]
        )
        there, gone = counts(not_absent), counts(not_present)
        self.present[code] = Plane(there, there, not_present)
        self.absent[code] = Plane(gone, gone, not_absent)

    def _stated_present(self, code: str) -> int:
        return self.to.input(Input.PRESENT, code)

    def _effective(self, code: str) -> int:
        """Stated present, and counting at the stage the person is known to be in."""
        counts, _ = self._counts(code)
        return counts(self._stated_present(code))

    def _by_stage(self, code: str) -> list[int]:
        """Stages that mean that the finding is present."""
        implied = {code, *self.closed.above[code]}
        return [self.stage(s.code).established for s in self.book.stages.values() if implied & set(s.implies)]

    def _counts(self, code: str) -> tuple[Callable[[int], int], int]:
        """How a finding is bound to its stages: a filter for what counts, and the register of where it cannot count."""
        finding = self.book.findings[code]
        if finding.stages:
            planes = [self.stage(s) for s in finding.stages]
            within = self.to.any(p.established for p in planes)
            return (lambda register: self.to.both(register, within)), self.to.all(p.out for p in planes)
        never = [self.stage(s).established for s in finding.not_at]
        if finding.about in {About.CHILD, About.ADULT}:
            never.append(self.to.input(Input.NO_PERSON, PERSON_OF[finding.about]))
        moot = self.to.any(never)
        return (lambda register: self.to.without(register, moot)), moot


def stage_bounds(stage: Stage, parameters: Mapping[str, float]) -> tuple[float | None, float | None]:
    """From (included) and below (excluded) of a stage, in the unit of its person's age; nothing where it has no bound."""
    low = parameters[stage.start] if stage.start else None
    return low, parameters[stage.below] if stage.below else None


def compile_program(book: Rulebook, profile: Profile) -> Program:
    """The program of a rulebook under a profile. Rules that the profile leaves off are not in it."""
    active = active_rules(book, profile)
    parameters = parameter_values(book, profile)
    to = _Compiler()
    admission = _Admission(book, to, entailment(book.findings), parameters)
    results: dict[str, Plane] = {}
    rules: dict[str, Plane] = {}
    bodies: dict[str, Plane] = {}
    for code in book.order:
        for rule_id in book.rules_of.get(code, ()):
            if rule_id in active:
                rule = book.rules[rule_id]
                bodies[rule_id] = _condition(rule.when, results, admission)
                rules[rule_id] = _rule(rule, bodies[rule_id], results, to)
        results[code] = _either([rules[r] for r in book.rules_of.get(code, ()) if r in rules], to)
    for code in book.findings:
        admission.is_present(code)
    for code in book.stages:
        admission.stage(code)
    return _finished(to, admission, results, rules, bodies, active)


def _either(planes: list[Plane], to: _Compiler) -> Plane:
    return Plane(
        to.any(p.established for p in planes),
        to.any(p.robust for p in planes),
        to.all(p.out for p in planes),
    )


def _both(planes: list[Plane], to: _Compiler) -> Plane:
    return Plane(
        to.all(p.established for p in planes),
        to.all(p.robust for p in planes),
        to.any(p.out for p in planes),
    )


def _rule(rule: Rule, body: Plane, results: Mapping[str, Plane], to: _Compiler) -> Plane:
    """A body and its ``unless``: lost where that is established, certain only where it is out."""
    if not rule.unless:
        return body
    blocker = _either([results[code] for code in rule.unless], to)
    return Plane(
        to.without(body.established, blocker.established),
        to.both(body.robust, blocker.out),
        to.either(body.out, blocker.robust),
    )


def _condition(condition: Condition, results: Mapping[str, Plane], admission: _Admission) -> Plane:
    to = admission.to
    match condition:
        case Is(code):
            return results[code] if code in results else admission.is_present(code)
        case IsAbsent(code):
            return admission.is_absent(code)
        case InStage(stages):
            return _either([admission.stage(s) for s in stages], to)
        case InRange(name):
            return admission.range(name)
        case AllOf(parts):
            return _both([_condition(p, results, admission) for p in parts], to)
        case AnyOf(parts):
            return _either([_condition(p, results, admission) for p in parts], to)
        case AtLeast(count, parts):
            groups = [
                _either([_condition(p, results, admission) for p in group], to)
                for group in group_parts(parts, admission.book.findings)
            ]
            return Plane(
                to.at_least(count, [g.established for g in groups]),
                to.at_least(count, [g.robust for g in groups]),
                to.at_least(len(groups) - count + 1, [g.out for g in groups]),
            )
        case _:
            assert_never(condition)


def _finished(
    to: _Compiler,
    admission: _Admission,
    results: Mapping[str, Plane],
    rules: Mapping[str, Plane],
    bodies: Mapping[str, Plane],
    active: frozenset[str],
) -> Program:
    """Give inputs and steps their final numbers: constants, then inputs, then steps."""
    shift = len(to.inputs)

    def number(register: int) -> int:
        if register < 0:
            return 1 - register
        return register if register in {ZERO, ONES} else register + shift

    def plane(p: Plane) -> Plane:
        return Plane(number(p.established), number(p.robust), number(p.out))

    def planes(group: Mapping[str, Plane]) -> Mapping[str, Plane]:
        return {name: plane(p) for name, p in group.items()}

    return Program(
        inputs={key: number(register) for key, register in to.inputs.items()},
        steps=tuple((op, number(a), number(b)) for op, a, b in to.steps),
        rules=planes(rules),
        bodies=planes(bodies),
        results=planes(results),
        present=planes(admission.present),
        absent=planes(admission.absent),
        stages=planes(admission.stages),
        ranges=planes(admission.ranges),
        active=active,
        parameters=admission.parameters,
        closed=admission.closed,
    )
