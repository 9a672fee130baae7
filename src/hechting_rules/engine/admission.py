"""The first part of a program: what is stated, closed under the vocabulary's implications and exclusions and under the stages."""

from collections.abc import Callable, Mapping

import attrs

from hechting_rules.engine.circuit import ZERO, Circuit, Input, Plane
from hechting_rules.model import Rulebook, Stage
from hechting_rules.relations import Entailment
from hechting_rules.terms import PERSON_OF, About, Person


@attrs.define
class Admission:
    """Planes of findings, stages and ranges, made when a rule first asks for them."""

    book: Rulebook
    to: Circuit
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
                    *(register for f in stage.implies for register in self._plainly_not(f)),
                    *(self.to.input(Input.PRESENT, f.code) for f in self.book.findings.values() if code in f.not_at),
                ]
            )
            self.stages[code] = Plane(plus, plus, never)
        return self.stages[code]

    def _plainly_not(self, code: str) -> list[int]:
        """What is stated that leaves no room for a finding, as far as it does not hang on a stage itself."""
        absent = [self.to.input(Input.ABSENT, z) for z in (code, *self.closed.below[code])]
        others = (self.book.findings[w] for w in self.closed.against[code])
        return absent + [self.to.input(Input.PRESENT, w.code) for w in others if not w.stages and not w.not_at]

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
            outside.extend(self.is_present(code).out for code in quantity.implies)
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

    def refused(self) -> int:
        """The cases that contradict themselves, among the findings and stages that the program has met."""
        found = [self.to.both(p.established, p.out) for p in (*self.present.values(), *self.stages.values())]
        for code in self.present:
            finding, stated = self.book.findings[code], self._stated_present(code)
            if not finding.stages:
                found.append(self.to.both(stated, self._bound(code).moot))
            elif finding.about in {About.CHILD, About.ADULT}:
                found.append(self.to.both(stated, self.to.input(Input.NO_PERSON, PERSON_OF[finding.about])))
        return self.to.any(found)

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
        to, bound = self.to, self._bound(code)
        not_absent = to.any([self._stated_present(code), *self._grounds(code), bound.moot])
        not_present = to.any(
            [
                to.input(Input.ABSENT, code),
                *(to.input(Input.ABSENT, z) for z in self.closed.below[code]),
                *(self._known(w) for w in self.closed.against[code]),
                bound.moot,
            ]
        )
        there, gone = bound.present(not_absent), bound.absent(not_present)
        self.present[code] = Plane(there, there, not_present)
        self.absent[code] = Plane(gone, gone, not_absent)

    def _grounds(self, code: str) -> list[int]:
        """Other findings and stages from which it follows that a finding is present."""
        return [*self._stages_implying(code), *(self._known(z) for z in self.closed.above[code])]

    def _known(self, code: str) -> int:
        """Present by what is stated of it, or by the stage alone."""
        stated = self._bound(code).present(self._stated_present(code))
        return self.to.any([stated, *self._stages_implying(code)])

    def _stages_implying(self, code: str) -> list[int]:
        return [self.stage(s.code).established for s in self.book.stages.values() if code in s.implies]

    def _stated_present(self, code: str) -> int:
        return self.to.input(Input.PRESENT, code)

    def _bound(self, code: str) -> "_Bound":
        """How a finding is bound to the stages of its person."""
        to, finding = self.to, self.book.findings[code]
        if finding.stages:
            planes = [self.stage(s) for s in finding.stages]
            within = to.any(p.established for p in planes)
            return _Bound(lambda r: to.both(r, within), lambda r: to.both(r, within), to.all(p.out for p in planes))
        never = [self.stage(s).established for s in finding.not_at]
        own = finding.about in {About.CHILD, About.ADULT}
        if not own and not never:
            return _Bound(lambda r: r, lambda r: r, ZERO)
        person = PERSON_OF[finding.about]
        nobody = to.input(Input.NO_PERSON, person)
        moot = to.any([*never, nobody] if own else never)
        possible = (s.code for s in self.book.stages.values() if s.of is person and s.code not in finding.not_at)
        there = to.any([*(self.stage(code).established for code in possible), *([] if own else [nobody])])
        return _Bound(lambda r: to.without(r, moot), lambda r: to.both(r, there), moot)


@attrs.frozen
class _Bound:
    """What of a finding counts: filters for present and for absent, and the register of where it cannot count.

    Stating that a finding of a person is present says that the person is there; stating that it is absent does not.
    """

    present: Callable[[int], int]
    absent: Callable[[int], int]
    moot: int


def stage_bounds(stage: Stage, parameters: Mapping[str, float]) -> tuple[float | None, float | None]:
    """From (included) and below (excluded) of a stage, in the unit of its person's age; nothing where it has no bound."""
    low = parameters[stage.start] if stage.start else None
    return low, parameters[stage.below] if stage.below else None
