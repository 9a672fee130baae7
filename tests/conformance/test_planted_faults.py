"""Faults planted in the kernel, the circuit, the program and the admission: the suite catches every one, and says where.

Each fault is what a slip could make of one line. A fault that all evaluators share, as they run one program, only the oracle can
catch; one in the kernel alone, the other evaluators catch as well.
"""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence

import attrs
import pytest
from conforming import Disagreement, among_evaluators, with_the_oracle
from corpus import SAMPLES, connectives, unless
from corpus import counting as counting_sample
from evaluators import EVALUATORS, cohort, counting, z3

import hechting_rules.answered as answering
import hechting_rules.case as admitting
import hechting_rules.engine.program as compiling
from hechting_rules.condition import Condition, Is
from hechting_rules.engine.admission import Admission, _Bound
from hechting_rules.engine.circuit import FALSE, ONES, ZERO, Circuit, Plane
from hechting_rules.engine.kernel import Op, Step
from hechting_rules.engine.program import Program
from hechting_rules.model import Finding, Profile, Rule, Rulebook
from hechting_rules.relations import Entailment, entailment

Plant = Callable[[pytest.MonkeyPatch], None]

# --- program: unless, strata, withholding ----------------------------------------------------------------------------------


def of_rules(make: Callable[[Plane, Plane, Circuit], Plane]) -> Plant:
    """A fault in what an ``unless`` does: what a rule is, from its body and what takes it back."""

    def wrong(rule: Rule, body: Plane, results: Mapping[str, Plane], to: Circuit) -> Plane:
        return make(body, to.either_plane([results[code] for code in rule.unless]), to) if rule.unless else body

    return lambda patch: patch.setattr(compiling, "_rule", wrong)


def unless_ignored(body: Plane, _blocker: Plane, _to: Circuit) -> Plane:
    return body


def out_without_unless(body: Plane, blocker: Plane, to: Circuit) -> Plane:
    return Plane(to.without(body.established, blocker.established), to.both(body.robust, blocker.out), body.out)


def robust_as_soon_as_established(body: Plane, blocker: Plane, to: Circuit) -> Plane:
    there = to.without(body.established, blocker.established)
    return Plane(there, there, to.either(body.out, blocker.robust))


def unless_asks_for_out(body: Plane, blocker: Plane, to: Circuit) -> Plane:
    return Plane(to.both(body.established, blocker.out), to.both(body.robust, blocker.out), to.either(body.out, blocker.robust))


def out_as_soon_as_the_unless_is_possible(body: Plane, blocker: Plane, to: Circuit) -> Plane:
    robust = to.both(body.robust, blocker.out)
    return Plane(to.without(body.established, blocker.established), robust, to.either(body.out, to.without(ONES, blocker.out)))


def one_of_several_unless(patch: pytest.MonkeyPatch) -> None:
    right = compiling._rule
    patch.setattr(
        compiling,
        "_rule",
        lambda rule, body, results, to: right(attrs.evolve(rule, unless=rule.unless[:1]), body, results, to),
    )


def strata_in_the_wrong_order(patch: pytest.MonkeyPatch) -> None:
    """A result that is not decided yet counts as ruled out, and what rests on it is decided first."""
    condition, compile_program = compiling._condition, compiling.compile_program

    def undecided(one: Condition, results: Mapping[str, Plane], admission: Admission) -> Plane:
        early = isinstance(one, Is) and one.code in admission.book.rules_of and one.code not in results
        return FALSE if early else condition(one, results, admission)

    def turned(book: Rulebook, profile: Profile) -> Program:
        later = sorted(book.order, key=lambda code: (not code.startswith("c.block"), code != "c.other", code))
        return compile_program(attrs.evolve(book, order=tuple(later)), profile)

    patch.setattr(compiling, "_condition", undecided)
    patch.setattr(answering, "compile_program", turned)


def withheld_by_what_is_possible(patch: pytest.MonkeyPatch) -> None:
    def wrong(book: Rulebook, results: Mapping[str, Plane], admission: Admission) -> Mapping[str, int]:
        to = admission.to
        acting = {s.flag: s.code for s in book.suggestions.values() if s.addressed_by}
        return {flag: to.without(ONES, results[code].out) for flag, code in acting.items()}

    patch.setattr(compiling, "_withholding", wrong)


def withheld_though_addressed(patch: pytest.MonkeyPatch) -> None:
    def wrong(book: Rulebook, results: Mapping[str, Plane], _admission: Admission) -> Mapping[str, int]:
        return {s.flag: results[s.code].established for s in book.suggestions.values() if s.addressed_by}

    patch.setattr(compiling, "_withholding", wrong)


def a_group_counted_twice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(compiling, "group_parts", lambda parts, _findings: tuple((part,) for part in parts))


# --- circuit ---------------------------------------------------------------------------------------------------------------


def at_least(shift: int, of_out: int) -> Plant:
    """A threshold that is off."""

    def wrong(self: Circuit, count: int, planes: Sequence[Plane]) -> Plane:
        return Plane(
            self.at_least(count + shift, [p.established for p in planes]),
            self.at_least(count + shift, [p.robust for p in planes]),
            self.at_least(len(planes) - count + 1 + of_out, [p.out for p in planes]),
        )

    return lambda patch: patch.setattr(Circuit, "at_least_planes", wrong)


def counted_in_the_wrong_direction(patch: pytest.MonkeyPatch) -> None:
    """One register that holds counts for every threshold at once."""

    def wrong(self: Circuit, count: int, registers: Sequence[int]) -> int:
        reached = [ONES] + [ZERO] * count
        for register in registers:
            for k in range(1, count + 1):
                reached[k] = self.either(reached[k], self.both(reached[k - 1], register))
        return reached[count]

    patch.setattr(Circuit, "at_least", wrong)


def any_is_out_as_soon_as_one_is(patch: pytest.MonkeyPatch) -> None:
    def wrong(self: Circuit, planes: Sequence[Plane]) -> Plane:
        return Plane(self.any(p.established for p in planes), self.any(p.robust for p in planes), self.any(p.out for p in planes))

    patch.setattr(Circuit, "either_plane", wrong)


def all_is_out_only_if_each_is(patch: pytest.MonkeyPatch) -> None:
    def wrong(self: Circuit, planes: Sequence[Plane]) -> Plane:
        return Plane(self.all(p.established for p in planes), self.all(p.robust for p in planes), self.all(p.out for p in planes))

    patch.setattr(Circuit, "both_planes", wrong)


def steps_shared_whatever_they_do(patch: pytest.MonkeyPatch) -> None:
    """A step that was made before for the same registers serves for another operation too."""

    def wrong(self: Circuit, op: Op, a: int, b: int) -> int:
        known = next((register for (_, one, other), register in self.known.items() if (one, other) == (a, b)), None)
        if known is None:
            self.steps.append((op, a, b))
            known = self.known.setdefault((op, a, b), 1 + len(self.steps))
        return known

    patch.setattr(Circuit, "step", wrong)


# --- admission -------------------------------------------------------------------------------------------------------------


def absent_read_as_not_known_to_be_present(patch: pytest.MonkeyPatch) -> None:
    """Unknown read as absent."""

    def wrong(self: Admission, code: str) -> Plane:
        there = self.is_present(code).established
        return Plane(self.to.without(ONES, there), self.to.without(ONES, there), there)

    patch.setattr(Admission, "is_absent", wrong)


def absent_read_as_out(patch: pytest.MonkeyPatch) -> None:
    """A finding that does not count read as absent."""

    def wrong(self: Admission, code: str) -> Plane:
        plane = self.is_present(code)
        return Plane(plane.out, plane.out, plane.established)

    patch.setattr(Admission, "is_absent", wrong)


def a_stage_outside_not_masked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Admission, "_bound", lambda _self, _code: _Bound(lambda r: r, lambda r: r, ZERO))


def without_following(part: str) -> Plant:
    """What findings imply, or exclude, is not followed."""

    def wrong(findings: Mapping[str, Finding]) -> Entailment:
        return attrs.evolve(entailment(findings), **{part: dict.fromkeys(findings, ())})

    return lambda patch: patch.setattr(compiling, "entailment", wrong)


def a_range_by_value_alone(patch: pytest.MonkeyPatch) -> None:
    """The stage says nothing of the age."""
    patch.setattr(Admission, "_stages_of_range", lambda _self, _name: [])


def refused_where_it_does_not_count(patch: pytest.MonkeyPatch) -> None:
    """A finding that is stated outside its stages is refused, and not passed over."""
    impossible = admitting._impossible

    def wrong(finding: Finding, stage: str) -> str:
        return impossible(finding, stage) or ("elsewhere" if admitting._outside(finding, stage) else "")

    patch.setattr(admitting, "_impossible", wrong)


# --- kernel ----------------------------------------------------------------------------------------------------------------


def running(wrong: Mapping[Op, Callable[[int, int], int]]) -> Plant:
    """An operation that does something else."""
    right: dict[Op, Callable[[int, int], int]] = {
        Op.AND: lambda a, b: a & b,
        Op.OR: lambda a, b: a | b,
        Op.AND_NOT: lambda a, b: a & ~b,
    }
    joins = {**right, **wrong}

    def run(steps: Sequence[Step], inputs: Sequence[int]) -> list[int]:
        registers = list(inputs)
        for op, a, b in steps:
            registers.append(joins[op](registers[a], registers[b]))
        return registers

    return lambda patch: patch.setattr(answering, "run", run)


FAULTS: dict[str, tuple[Plant, str]] = {
    "unless is ignored": (of_rules(unless_ignored), "established"),
    "out does not look at unless": (of_rules(out_without_unless), "out"),
    "robust is what is established": (of_rules(robust_as_soon_as_established), "robust"),
    "unless takes back what it may take back": (of_rules(unless_asks_for_out), "established"),
    "out as soon as an unless is possible": (of_rules(out_as_soon_as_the_unless_is_possible), "out"),
    "only the first unless counts": (one_of_several_unless, "established"),
    "strata in the wrong order": (strata_in_the_wrong_order, "established"),
    "what is possible withholds": (withheld_by_what_is_possible, "withheld by"),
    "what was addressed withholds": (withheld_though_addressed, "withheld by"),
    "a group is counted twice": (a_group_counted_twice, "established"),
    "at least one more": (at_least(1, 0), "established"),
    "at least one less": (at_least(-1, 0), "established"),
    "at least is out one later": (at_least(0, 1), "out"),
    "at least is out one sooner": (at_least(0, -1), "out"),
    "counting in the wrong direction": (counted_in_the_wrong_direction, "established"),
    "any is out as soon as one part is": (any_is_out_as_soon_as_one_is, "out"),
    "all is out only if each part is": (all_is_out_only_if_each_is, "out"),
    "steps shared whatever they do": (steps_shared_whatever_they_do, ""),
    "unknown read as absent": (absent_read_as_not_known_to_be_present, "established"),
    "absent read as not present": (absent_read_as_out, "established"),
    "a stage outside is not masked": (a_stage_outside_not_masked, ""),
    "what a finding implies is not followed": (without_following("above"), "established"),
    "what denies a finding is not followed": (without_following("below"), ""),
    "what findings exclude is not followed": (without_following("against"), ""),
    "a stage says nothing of a range": (a_range_by_value_alone, "established"),
    "what does not count is refused": (refused_where_it_does_not_count, "refusing"),
    "or is exclusive": (running({Op.OR: lambda a, b: a ^ b}), ""),
    "and not is and": (running({Op.AND_NOT: lambda a, b: a & b}), ""),
    "and is or": (running({Op.AND: lambda a, b: a | b}), ""),
}
"""Each fault, and what one of the first disagreements must be about."""


def caught() -> Iterable[Disagreement]:
    """The disagreements with the oracle over the corpus."""
    for make in SAMPLES:
        one = make()
        yield from with_the_oracle(one.cases, one.book, one.book.profiles["default"], exact=one.exact)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_caught_with_a_case(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant, about = FAULTS[fault]
    plant(monkeypatch)
    found = list(itertools.islice(caught(), 50))
    assert found, "the fault is not noticed"
    told = str(found[0])
    assert told.startswith("kernel and oracle disagree on ")
    assert "\n  case:\n    schema: hechting-rules/case/1\n" in told
    assert any(about in str(one).splitlines()[0] for one in found)


OTHERS = {one.name: one for one in EVALUATORS if one.evaluate in (counting, cohort, z3)}


@pytest.mark.parametrize("fault", ["or is exclusive", "and not is and", "and is or"])
@pytest.mark.parametrize("name", OTHERS)
def test_a_fault_in_the_kernel_alone_is_caught_by_the_other_evaluators(
    fault: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if OTHERS[name].why_not:
        pytest.skip(OTHERS[name].why_not)
    FAULTS[fault][0](monkeypatch)
    one = connectives() if fault == "and is or" else counting_sample() if fault == "or is exclusive" else unless()
    found = next(among_evaluators(one.cases[::3], one.book, one.book.profiles["default"], [OTHERS[name]]), None)
    assert found is not None
    assert str(found).startswith(f"kernel and {name} disagree on ")


def test_without_a_fault_nothing_is_caught() -> None:
    assert next(iter(caught()), None) is None
