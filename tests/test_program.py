"""The compiled program: counting circuits, folded constants, planes of findings, stages and ranges."""

import itertools
from collections.abc import Callable
from typing import Any

import attrs
import pytest

import oracle
from hechting_rules.answered import answer
from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, InRange, InStage, Is, IsAbsent
from hechting_rules.engine.circuit import ONES, ZERO, Circuit, Input
from hechting_rules.engine.kernel import run
from hechting_rules.engine.program import compile_program
from hechting_rules.errors import RulebookError
from hechting_rules.model import Finding, Profile, Rulebook, Switch
from hechting_rules.stated import Case, Stated
from hechting_rules.terms import NO_PERSON, About, Direction, Status
from strategies import HERE, QUANTITIES, STAGES, WORDS, finding, rule, rulebook

Planes = tuple[int, int, int]


def planes(case: Case, book: Rulebook, code: str = "c.1") -> Planes:
    """Established, robust, out of one result."""
    found = answer(case, book, book.profiles["default"])
    plane = found.program.results[code]
    return found.values[plane.established], found.values[plane.robust], found.values[plane.out]


def oracle_planes(case: Case, book: Rulebook, code: str = "c.1") -> Planes:
    profile = book.profiles["default"]
    bounds = oracle.bounds(case, book, profile, [code])
    known = oracle.established(case, book, profile).results
    return int(code in known), int(code in bounds.always.results), int(code not in bounds.sometimes.results)


def evaluated(circuit: Circuit, register: int, values: dict[int, int], ones: int) -> int:
    """A register of a circuit whose inputs have these values."""
    shift = len(circuit.inputs)

    def number(place: int) -> int:
        return 1 - place if place < 0 else place if place in {ZERO, ONES} else place + shift

    inputs = [0, ones, *(values[place] for place in sorted(values, reverse=True))]
    return run([(op, number(a), number(b)) for op, a, b in circuit.steps], inputs)[number(register)]


# --- counting --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "count"), [(n, k) for n in range(1, 7) for k in range(1, n + 1)])
def test_at_least_counts(size: int, count: int) -> None:
    circuit = Circuit()
    places = [circuit.input(Input.PRESENT, f"f.{i}") for i in range(size)]
    register = circuit.at_least(count, places)
    rows = list(itertools.product((0, 1), repeat=size))
    values = {place: sum(row[i] << j for j, row in enumerate(rows)) for i, place in enumerate(places)}
    found = evaluated(circuit, register, values, (1 << len(rows)) - 1)
    assert [found >> j & 1 for j in range(len(rows))] == [int(sum(row) >= count) for row in rows]


@pytest.mark.parametrize(("size", "count"), [(n, k) for n in range(1, 5) for k in range(1, n + 1)])
def test_at_least_is_robust_and_out_as_soon_as_counting_decides(size: int, count: int) -> None:
    codes = [f"f.{i}" for i in range(size)]
    counting = AtLeast(count, tuple(Is(code, HERE) for code in codes), HERE)
    book = rulebook([finding(code) for code in codes], [rule("r.1", counting, "c.1")])
    for row in itertools.product((True, False, None), repeat=size):
        said = dict(zip(codes, row, strict=True))
        case = Case.of(present=[c for c in codes if said[c] is True], absent=[c for c in codes if said[c] is False])
        enough, too_few = int(row.count(True) >= count), int(row.count(False) > size - count)
        assert planes(case, book) == (enough, enough, too_few)


def test_findings_of_one_group_count_once() -> None:
    findings = [finding("f.1", group="pair"), finding("f.2", group="pair"), finding("f.3")]
    counting = AtLeast(2, tuple(Is(f.code, HERE) for f in findings), HERE)
    book = rulebook(findings, [rule("r.1", counting, "c.1")])
    assert planes(Case.of(present=["f.1", "f.2"]), book) == (0, 0, 0)
    assert planes(Case.of(present=["f.1", "f.3"]), book) == (1, 1, 0)
    assert planes(Case.of(absent=["f.1"]), book) == (0, 0, 0)
    assert planes(Case.of(absent=["f.1", "f.2"]), book) == (0, 0, 1)


# --- constants -------------------------------------------------------------------------------------------------------------


Join = Callable[[Circuit, int, int], int]
JOINS: dict[str, tuple[Join, Callable[[int, int], int]]] = {
    "both": (Circuit.both, lambda a, b: a & b),
    "either": (Circuit.either, lambda a, b: a | b),
    "without": (Circuit.without, lambda a, b: a & (1 - b)),
}


@pytest.mark.parametrize("name", JOINS)
def test_folding_constants_keeps_the_meaning_and_saves_the_step(name: str) -> None:
    join, meaning = JOINS[name]
    for left, right in itertools.product(("zero", "ones", "x", "y"), repeat=2):
        circuit = Circuit()
        named = {"zero": ZERO, "ones": ONES, "x": circuit.input(Input.PRESENT, "x"), "y": circuit.input(Input.PRESENT, "y")}
        register = join(circuit, named[left], named[right])
        constant = left == right or {left, right} & {"zero", "ones"}
        if constant and not (name == "without" and (left, right[0]) in {("ones", "x"), ("ones", "y")}):
            assert circuit.steps == []
        for x, y in itertools.product((0, 1), repeat=2):
            bits = {"zero": 0, "ones": 1, "x": x, "y": y}
            got = evaluated(circuit, register, {named["x"]: x, named["y"]: y}, 1)
            assert got == meaning(bits[left], bits[right]), (left, right, x, y)


def test_of_nothing_all_hold_and_none_does() -> None:
    circuit = Circuit()
    assert circuit.all([]) == ONES
    assert circuit.any([]) == ZERO


def test_equal_steps_are_made_once() -> None:
    circuit = Circuit()
    x, y = circuit.input(Input.PRESENT, "x"), circuit.input(Input.ABSENT, "x")
    assert circuit.both(x, y) == circuit.both(y, x)
    assert circuit.either(x, y) == circuit.either(y, x)
    assert circuit.without(x, y) != circuit.without(y, x)
    assert len(circuit.steps) == 4
    assert circuit.input(Input.PRESENT, "x") == x


def test_a_rule_that_is_switched_off_is_not_in_the_program() -> None:
    off = Profile("default", WORDS, HERE, off=(Switch("r.1", "a test", "2025-01-01", "a test", HERE),))
    findings, rules = [finding("f.1")], [rule("r.1", Is("f.1", HERE), "c.1"), rule("r.2", Is("c.1", HERE), "c.2")]
    program = compile_program(rulebook(findings, rules, profile=off), off)
    for code in ("c.1", "c.2"):
        plane = program.results[code]
        assert (plane.established, plane.robust, plane.out) == (ZERO, ZERO, ONES)
    assert set(program.rules) == {"r.2"}


# --- planes ----------------------------------------------------------------------------------------------------------------


def only_rule(condition: Condition, *findings: Finding, **more: Any) -> Rulebook:
    return rulebook(findings, [rule("r.1", condition, "c.1")], **more)


@pytest.mark.parametrize(
    ("case", "present", "absent"),
    [
        (Case(), (0, 0, 0), (0, 0, 0)),
        (Case.of(unknown=["f.1"]), (0, 0, 0), (0, 0, 0)),
        (Case.of(present=["f.1"]), (1, 1, 0), (0, 0, 1)),
        (Case.of(absent=["f.1"]), (0, 0, 1), (1, 1, 0)),
        (Case.of(present=["f.2"]), (1, 1, 0), (0, 0, 1)),
        (Case.of(absent=["f.2"]), (0, 0, 0), (0, 0, 0)),
        (Case.of(absent=["f.3"]), (0, 0, 1), (1, 1, 0)),
        (Case.of(present=["f.4"]), (0, 0, 1), (1, 1, 0)),
    ],
)
def test_a_finding_follows_from_what_implies_and_excludes_it(case: Case, present: Planes, absent: Planes) -> None:
    findings = [
        finding("f.2", implies=("f.1",)),
        finding("f.1", implies=("f.3",)),
        finding("f.3"),
        finding("f.4", excludes=("f.1",)),
    ]
    assert planes(case, only_rule(Is("f.1", HERE), *findings)) == present
    assert planes(case, only_rule(IsAbsent("f.1", HERE), *findings)) == absent


def test_what_implies_one_thing_stands_against_what_excludes_it() -> None:
    findings = [
        finding("f.1", implies=("f.2",)),
        finding("f.2"),
        finding("f.3", excludes=("f.2",)),
        finding("f.4", implies=("f.3",)),
    ]
    for one, other in (("f.1", "f.3"), ("f.1", "f.4"), ("f.4", "f.1"), ("f.4", "f.2")):
        assert planes(Case.of(present=[one]), only_rule(Is(other, HERE), *findings)) == (0, 0, 1)
        assert planes(Case.of(present=[one]), only_rule(IsAbsent(other, HERE), *findings)) == (1, 1, 0)


@pytest.mark.parametrize(
    ("stage", "present", "absent", "if_present", "if_absent"),
    [
        ("", (0, 0, 0), (0, 0, 0), (0, 0, 0), (0, 0, 0)),
        ("small", (0, 0, 0), (0, 0, 0), (1, 1, 0), (1, 1, 0)),
        ("big", (0, 0, 1), (0, 0, 1), (0, 0, 1), (0, 0, 1)),
        (NO_PERSON, (0, 0, 1), (0, 0, 1), (0, 0, 1), (0, 0, 1)),
    ],
)
def test_a_finding_counts_at_its_stages_only(
    stage: str, present: Planes, absent: Planes, if_present: Planes, if_absent: Planes
) -> None:
    item = finding("f.1", About.PARENT, stages=("small",))
    is_present, is_absent = only_rule(Is("f.1", HERE), item), only_rule(IsAbsent("f.1", HERE), item)
    assert planes(Case.of(child=stage), is_present) == present
    assert planes(Case.of(child=stage), is_absent) == absent
    assert planes(Case.of(child=stage, present=["f.1"]), is_present) == if_present
    assert planes(Case.of(child=stage, absent=["f.1"]), is_absent) == if_absent


def test_a_finding_that_cannot_be_at_a_stage_rules_that_stage_out() -> None:
    book = only_rule(InStage(("unborn",), HERE), finding("f.1", About.CHILD, not_at=("unborn",)))
    assert planes(Case.of(present=["f.1"]), book) == (0, 0, 1)
    assert planes(Case.of(absent=["f.1"]), book) == (0, 0, 0)


def test_a_stage_brings_what_it_implies_and_goes_without_it() -> None:
    stages = [attrs.evolve(s, implies=("f.1",)) if s.code == "unborn" else s for s in STAGES]
    assert planes(Case.of(child="unborn"), only_rule(Is("f.1", HERE), finding("f.1"), stages=stages)) == (1, 1, 0)
    in_stage = only_rule(InStage(("unborn",), HERE), finding("f.1"), stages=stages)
    assert planes(Case.of(absent=["f.1"]), in_stage) == (0, 0, 1)
    assert planes(Case.of(present=["f.1"]), in_stage) == (0, 0, 0)


@pytest.mark.parametrize(
    ("case", "first_year", "second_year", "around_two"),
    [
        (Case(), (0, 0, 0), (0, 0, 0), (0, 0, 0)),
        (Case.of(child="small"), (1, 1, 0), (0, 0, 1), (0, 0, 0)),
        (Case.of(child="big"), (0, 0, 0), (0, 0, 0), (0, 0, 0)),
        (Case.of(child="unborn"), (0, 0, 1), (0, 0, 1), (0, 0, 1)),
        (Case.of(child=NO_PERSON), (0, 0, 1), (0, 0, 1), (0, 0, 1)),
        (Case.of(child_age_months=0), (1, 1, 0), (0, 0, 1), (0, 0, 1)),
        (Case.of(child_age_months=6), (1, 1, 0), (0, 0, 1), (1, 1, 0)),
        (Case.of(child_age_months=11.5), (1, 1, 0), (0, 0, 1), (1, 1, 0)),
        (Case.of(child_age_months=12), (1, 1, 0), (1, 1, 0), (1, 1, 0)),
        (Case.of(child_age_months=36), (0, 0, 1), (0, 0, 1), (1, 1, 0)),
        (Case.of(child_age_months=36.5), (0, 0, 1), (0, 0, 1), (0, 0, 1)),
    ],
)
def test_a_range_follows_from_the_age_and_from_the_stage(
    case: Case, first_year: Planes, second_year: Planes, around_two: Planes
) -> None:
    assert planes(case, only_rule(InRange("second_year", HERE), finding("f.1"))) == second_year
    assert planes(case, only_rule(InRange("first_year", HERE), finding("f.1"))) == first_year
    assert planes(case, only_rule(InRange("around_two", HERE), finding("f.1"))) == around_two


def test_a_quantity_brings_what_it_implies_and_goes_without_it() -> None:
    quantities = [attrs.evolve(q, implies=("f.1",)) if q.name == "pregnancy_week" else q for q in QUANTITIES]
    assert planes(Case.of(pregnancy_week=3), only_rule(Is("f.1", HERE), finding("f.1"), quantities=quantities)) == (1, 1, 0)
    late = only_rule(InRange("late", HERE), finding("f.1"), quantities=quantities)
    assert planes(Case.of(absent=["f.1"]), late) == (0, 0, 1)
    assert planes(Case.of(pregnancy_week=20), late) == (1, 1, 0)
    assert planes(Case.of(pregnancy_week=19.5), late) == (0, 0, 1)


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (Case(), (0, 0, 0)),
        (Case.of(present=["f.1"]), (1, 0, 0)),
        (Case.of(present=["f.1"], absent=["f.2"]), (1, 1, 0)),
        (Case.of(present=["f.1", "f.2"]), (0, 0, 1)),
        (Case.of(present=["f.2"]), (0, 0, 1)),
        (Case.of(absent=["f.1"]), (0, 0, 1)),
        (Case.of(absent=["f.2"]), (0, 0, 0)),
    ],
)
def test_an_unless_takes_back_and_only_its_ruling_out_makes_certain(case: Case, expected: Planes) -> None:
    protection = finding("f.2", direction=Direction.PROTECTION)
    rules = [rule("r.1", Is("f.1", HERE), "c.1", unless=("c.2",)), rule("r.2", Is("f.2", HERE), "c.2")]
    assert planes(case, rulebook([finding("f.1"), protection], rules)) == expected


@pytest.mark.parametrize("form", [AllOf, AnyOf])
def test_all_and_any_are_three_valued(form: type[AllOf | AnyOf]) -> None:
    book = only_rule(form((Is("f.1", HERE), Is("f.2", HERE)), HERE), finding("f.1"), finding("f.2"))
    join = min if form is AllOf else max
    for one, other in itertools.product((0.0, 0.5, 1.0), repeat=2):
        said = {"f.1": one, "f.2": other}
        case = Case.of(present=[c for c in said if said[c] == 1], absent=[c for c in said if said[c] == 0])
        value = join(one, other)
        assert planes(case, book) == (int(value == 1), int(value == 1), int(value == 0))


@pytest.mark.parametrize(
    ("about", "limits"), [(About.CHILD, {}), (About.CHILD, {"not_at": ("unborn",)}), (About.PARENT, {"not_at": ("unborn",)})]
)
def test_an_absent_finding_that_may_not_count_is_not_certain(about: About, limits: dict[str, Any]) -> None:
    book = only_rule(IsAbsent("f.1", HERE), finding("f.1", about, **limits))
    said = Case.of(absent=["f.1"])
    moot, counting = (attrs.evolve(said, child_stage=stage) for stage in ("unborn" if limits else NO_PERSON, "big"))
    assert planes(said, book) == oracle_planes(said, book) == (0, 0, 0)
    assert planes(moot, book) == oracle_planes(moot, book) == (0, 0, 1)
    assert planes(counting, book) == oracle_planes(counting, book) == (1, 1, 0)


def test_what_a_stage_implies_excludes_as_if_it_were_stated() -> None:
    stages = [attrs.evolve(s, implies=("f.1",)) if s.code == "unborn" else s for s in STAGES]
    book = only_rule(IsAbsent("f.2", HERE), finding("f.1", excludes=("f.2",)), finding("f.2"), stages=stages)
    case = Case.of(child="unborn", adult=NO_PERSON)
    assert planes(case, book) == oracle_planes(case, book) == (1, 1, 0)


@pytest.mark.parametrize(("implies", "excludes", "said"), [(("f.2",), (), Status.ABSENT), ((), ("f.2",), Status.PRESENT)])
def test_a_range_goes_with_a_finding_that_cannot_be_present(
    implies: tuple[str, ...], excludes: tuple[str, ...], said: Status
) -> None:
    quantities = [attrs.evolve(q, implies=("f.1",)) if q.name == "pregnancy_week" else q for q in QUANTITIES]
    findings = [finding("f.1", implies=implies, excludes=excludes), finding("f.2")]
    book = only_rule(InRange("late", HERE), *findings, quantities=quantities)
    case = Case(child_stage=NO_PERSON, adult_stage=NO_PERSON, findings=(Stated("f.2", said),))
    assert planes(case, book) == oracle_planes(case, book) == (0, 0, 1)


@pytest.mark.parametrize(("implies", "excludes", "said"), [(("f.2",), (), Status.ABSENT), ((), ("f.2",), Status.PRESENT)])
def test_a_stage_goes_with_a_finding_that_cannot_be_present(
    implies: tuple[str, ...], excludes: tuple[str, ...], said: Status
) -> None:
    stages = [attrs.evolve(s, implies=("f.1",)) if s.code == "unborn" else s for s in STAGES]
    findings = [finding("f.1", implies=implies, excludes=excludes), finding("f.2")]
    book = only_rule(InStage(("unborn",), HERE), *findings, stages=stages)
    case = Case(findings=(Stated("f.2", said),))
    assert planes(case, book) == oracle_planes(case, book) == (0, 0, 1)


def test_a_finding_of_someone_is_implied_only_where_that_person_is() -> None:
    with pytest.raises(RulebookError, match="V303"):
        only_rule(Is("f.2", HERE), finding("f.1", About.PARENT, implies=("f.2",)), finding("f.2", About.CHILD))


@pytest.mark.parametrize("stage", ["young", "small"])
def test_a_stage_implies_only_what_counts_there(stage: str) -> None:
    stages = [attrs.evolve(s, implies=("f.1",)) if s.code == stage else s for s in STAGES]
    with pytest.raises(RulebookError, match="V303"):
        only_rule(Is("f.1", HERE), finding("f.1", About.CHILD, not_at=("small",)), stages=stages)
