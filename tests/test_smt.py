"""All cases as a circuit, and what z3 says of it: the kernel's meaning, the admission's refusals, cases that can be run."""

import functools
import importlib
import itertools
import subprocess
import sys

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hechting_rules.answered import answer, prepare
from hechting_rules.condition import Is
from hechting_rules.engine.circuit import ONES, ZERO, Circuit
from hechting_rules.engine.kernel import run
from hechting_rules.errors import CaseError, MissingExtraError
from hechting_rules.facts import Fact, block, fact_inputs
from hechting_rules.model import Rulebook
from hechting_rules.rulebook import default_rulebook
from hechting_rules.stated import Case, Stated
from hechting_rules.terms import NO_PERSON, Person, Status
from hechting_rules.verify import smt
from hechting_rules.verify.smt import ask, asking, solver_for, term
from hechting_rules.verify.space import Facts, Found, Side, Space, case_of, evaluate, facts_of, shrunk, space_of
from strategies import HERE, any_cases, books_with_cases, finding, real_cases, rule, rulebook, rulebooks

PLANES = ("established", "robust", "out")


def space_for(book: Rulebook) -> Space:
    return space_of([(book, prepare(book, "default"))])


@functools.cache
def real_space() -> tuple[Space, smt.Solver]:
    """The cases of the rulebook of this library, and a solver for them."""
    space = space_for(default_rulebook())
    return space, solver_for(space)


def facts_in(case: Case, space: Space) -> Facts:
    facts = facts_of(case, space)
    assert facts is not None
    return facts


def states(facts: Facts, space: Space) -> int:
    """The register of the one case that states these facts and nothing else."""
    to = space.to
    said = [-1 - place for place, fact in enumerate(space.facts) if fact in facts]
    return to.without(to.all(said), to.any(-1 - place for place, fact in enumerate(space.facts) if fact not in facts))


def admitted(space: Space, register: int = ONES) -> int:
    """A register, in the cases that every side admits."""
    for side in space.sides:
        register = space.to.without(register, side.refused)
    return register


def registers(side: Side) -> list[tuple[int, int]]:
    """Every register that a program gives a name, as the program numbers it and as the space does."""
    program = side.program
    groups = (program.results, program.rules, program.bodies, program.present, program.absent, program.stages, program.ranges)
    named = [getattr(plane, name) for group in groups for plane in group.values() for name in PLANES]
    return [(register, side.registers[register]) for register in (*named, *program.withholding.values(), program.refused)]


def is_admitted(case: Case, book: Rulebook) -> bool:
    try:
        answer(case, book, book.profiles["default"])
    except CaseError:
        return False
    return True


AGES = (("child_age_months", 3), ("child_age_months", 99), ("adult_age_years", 10), ("adult_age_years", 18))


# --- the meaning -----------------------------------------------------------------------------------------------------------


def check_meaning(case: Case, book: Rulebook, space: Space, solver: smt.Solver) -> None:
    """In a case, z3 gives every register the value that the kernel gives it."""
    facts = facts_in(case, space)
    found = answer(case, book, book.profiles["default"])
    to, side = space.to, space.sides[0]
    wrong = [
        to.without(ONES, register) if found.values[own] else register
        for own, register in [*registers(side), (ZERO, side.refused)]
    ]
    assert ask(solver, states(facts, space)).facts == facts
    assert ask(solver, to.both(states(facts, space), to.any(wrong))).found is Found.NONE


@settings(max_examples=60)
@given(books_with_cases(rulebooks()))
def test_in_a_case_every_register_has_the_value_that_the_kernel_gives_it(drawn: tuple[Rulebook, Case]) -> None:
    book, case = drawn
    space = space_for(book)
    check_meaning(case, book, space, solver_for(space))


@settings(max_examples=8)
@given(real_cases(most=20))
def test_in_a_case_of_this_rulebook_every_register_has_the_value_that_the_kernel_gives_it(case: Case) -> None:
    check_meaning(case, default_rulebook(), *real_space())


@settings(max_examples=100)
@given(st.data())
def test_a_case_is_refused_in_the_space_exactly_when_the_admission_refuses_it(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    case = data.draw(any_cases(book))
    child, adult = (data.draw(st.sampled_from([stage, ""])) for stage in (case.child_stage, case.adult_stage))
    ages = data.draw(st.lists(st.sampled_from(AGES), max_size=1))
    case = attrs.evolve(case, child_stage=child, adult_stage=adult, quantities=(*case.quantities, *ages))
    space = space_for(book)
    facts = facts_in(case, space)
    found = ask(solver_for(space), admitted(space, states(facts, space))).found
    assert found is (Found.CASE if is_admitted(case, book) else Found.NONE)


def test_an_age_at_which_nobody_has_a_stage_is_refused(book: Rulebook) -> None:
    case = Case.of(child_age_months=216)
    assert not is_admitted(case, book)
    space, solver = real_space()
    assert ask(solver, admitted(space, states(facts_in(case, space), space))).found is Found.NONE


@settings(max_examples=60)
@given(st.data())
def test_each_case_that_z3_finds_is_one_and_shows_what_was_asked(data: st.DataObject) -> None:
    """Admitted where that was asked, refused where that was, and with the values asked for when the kernel runs it anew."""
    book = data.draw(rulebooks())
    space = space_for(book)
    side, solver = space.sides[0], solver_for(space)
    refused = ask(solver, side.refused)
    assert refused.found is Found.CASE
    assert not is_admitted(case_of(refused.facts), book)
    asked = data.draw(st.lists(st.sampled_from(registers(side)[:-1]), min_size=1, max_size=3))
    found = ask(solver, admitted(space, space.to.all(register for _, register in asked)))
    assume(found.found is Found.CASE)
    case = case_of(found.facts)
    assert facts_of(case, space) == found.facts
    values = answer(case, book, book.profiles["default"]).values
    assert all(values[own] for own, _ in asked)


@settings(max_examples=25)
@given(st.data())
def test_where_z3_finds_none_there_is_none(data: st.DataObject) -> None:
    """Of all ways to state stages and findings; quantities stand apart below."""
    book = data.draw(rulebooks(most=4))
    space = space_for(book)
    side, solver = space.sides[0], solver_for(space)
    names = [list(group) for _, group in itertools.groupby(space.facts, key=lambda fact: fact.name) if _ not in book.quantities]
    every = [[fact for fact in facts if fact] for facts in itertools.product(*([None, *group] for group in names))]
    values = run(side.program.steps, block(every, side.program, book))
    usable = values[1] & ~values[side.program.refused]
    without = space.to.any(-1 - place for place, fact in enumerate(space.facts) if fact.name in book.quantities)
    for own, register in registers(side)[:40]:
        found = ask(solver, admitted(space, space.to.without(register, without))).found
        assert found is (Found.CASE if values[own] & usable else Found.NONE)


# --- the space -------------------------------------------------------------------------------------------------------------


@settings(max_examples=200)
@given(st.data())
def test_the_value_that_stands_for_another_does_the_same(data: st.DataObject) -> None:
    book = default_rulebook() if data.draw(st.booleans()) else rulebook([finding("f.1")], [rule("r.1", Is("f.1", HERE), "c.1")])
    space = space_for(book)
    quantity = data.draw(st.sampled_from(sorted(book.quantities.values(), key=lambda q: q.name)))
    value = data.draw(st.floats(quantity.least, quantity.most) | st.integers(int(quantity.least), int(quantity.most)))
    facts = facts_in(Case(quantities=((quantity.name, value),)), space)
    parameters = space.sides[0].program.parameters
    (standing,) = facts
    assert set(fact_inputs(standing, book, parameters)) == set(
        fact_inputs(Fact(quantity.name, repr(float(value))), book, parameters)
    )


def test_a_space_holds_everything_that_a_case_can_state(book: Rulebook) -> None:
    space = space_for(book)
    findings = {Fact(code, status.value) for code in book.findings for status in (Status.PRESENT, Status.ABSENT)}
    stages = {Fact(stage.of.value, stage.code) for stage in book.stages.values()} | {Fact(p.value, NO_PERSON) for p in Person}
    assert len(space.facts) == len(set(space.facts))
    assert {fact for fact in space.facts if fact.name not in book.quantities} == findings | stages
    for quantity in book.quantities.values():
        values = [float(fact.value) for fact in space.facts if fact.name == quantity.name]
        assert values == sorted(values)
        assert (values[0], values[-1]) == (quantity.least, quantity.most)


@settings(max_examples=100)
@given(books_with_cases(rulebooks()))
def test_a_case_of_facts_states_what_the_case_states(drawn: tuple[Rulebook, Case]) -> None:
    book, case = drawn
    space = space_for(book)
    facts = facts_in(case, space)
    again = case_of(facts)
    assert facts_of(again, space) == facts
    assert (again.child_stage, again.adult_stage) == (case.child_stage, case.adult_stage)
    said = {(book.alias.get(s.code, s.code), s.status) for s in case.findings if s.status is not Status.UNKNOWN}
    assert {(s.code, s.status) for s in again.findings} == said
    profile = book.profiles["default"]
    assert answer(again, book, profile).values == answer(case, book, profile).values


def test_what_is_in_no_space_is_no_case_of_it() -> None:
    book = rulebook([finding("f.1", alias=("old.1",))], [rule("r.1", Is("f.1", HERE), "c.1")])
    space = space_for(book)
    present, absent = Stated("f.1", Status.PRESENT), Stated("old.1", Status.ABSENT)
    assert facts_in(Case(findings=(present,)), space) == {Fact("f.1", "present")}
    assert facts_in(Case(findings=(absent,)), space) == {Fact("f.1", "absent")}
    assert facts_of(Case.of(unknown=["f.1"]), space) == frozenset()
    for outside in (
        Case.of(present=["f.2"]),
        Case.of(child="grown"),
        Case.of(child_age_months=200),
        Case.of(weeks=3),
        Case(findings=(present, absent)),
    ):
        assert facts_of(outside, space) is None


@settings(max_examples=60)
@given(books_with_cases(rulebooks()), st.data())
def test_a_shrunk_case_shows_the_same_and_can_miss_nothing(drawn: tuple[Rulebook, Case], data: st.DataObject) -> None:
    book, case = drawn
    space = space_for(book)
    facts = facts_in(case, space)
    shown = [register for _, register in registers(space.sides[0]) if evaluate(space, [facts], [register])[0]]
    assume(shown)
    register = admitted(space, data.draw(st.sampled_from(shown)))
    small = shrunk(facts, register, space)
    assert len(small) <= len(facts)
    assert evaluate(space, [small], [register]) == [1]
    assert evaluate(space, [small - {fact} for fact in small], [register]) == [0]
    assert {f for f in small if f.name not in tuple(Person)} <= facts


def test_a_shrunk_case_names_a_stage_where_an_age_says_no_more(book: Rulebook) -> None:
    space = space_for(book)
    side = space.sides[0]
    toddler, baby = (side.registers[side.program.stages[stage].established] for stage in ("toddler", "baby"))
    (age,) = facts_in(Case.of(child_age_months=18), space)
    assert shrunk(frozenset({age, Fact("child.clings", "absent")}), toddler, space) == {Fact("child", "toddler")}
    assert shrunk(frozenset({age}), space.to.without(toddler, baby), space) == {Fact("child", "toddler")}
    ranges = space.sides[0].program.ranges
    exact = side.registers[ranges["age_of_stranger_fear"].established]
    (seven,) = facts_in(Case.of(child_age_months=7), space)
    assert shrunk(frozenset({seven}), exact, space) == {seven}


# --- z3 --------------------------------------------------------------------------------------------------------------------


def pigeons(holes: int) -> Space:
    """One more pigeon than holes, each in a hole of its own: false, and hard to see."""
    to = Circuit()
    facts = tuple(Fact(f"pigeon.{p}_{h}", "present") for p in range(holes + 1) for h in range(holes))
    place = {fact: -1 - n for n, fact in enumerate(facts)}
    rows = [[place[f] for f in facts if f.name.startswith(f"pigeon.{p}_")] for p in range(holes + 1)]
    housed = to.all(to.any(row) for row in rows)
    crowded = to.any(to.both(a[h], b[h]) for a, b in itertools.combinations(rows, 2) for h in range(holes))
    to.without(housed, crowded)
    return Space(facts, {}, to, ())


def test_past_its_limit_z3_leaves_a_question_undecided_and_within_it_does_not() -> None:
    space = pigeons(7)
    question = 1 + len(space.to.steps)
    short, long = solver_for(space, limit=2_000), solver_for(space)
    assert [ask(short, question).found for _ in range(3)] == [Found.UNDECIDED] * 3
    assert ask(long, question).found is Found.NONE
    assert ask(short, ZERO).found is Found.NONE


def test_the_same_questions_have_the_same_answers(book: Rulebook) -> None:
    def answers() -> list[Facts]:
        space = space_for(book)
        solver = solver_for(space)
        side = space.sides[0]
        codes = sorted(side.program.results)[::6]
        return [ask(solver, admitted(space, side.registers[side.program.results[c].established])).facts for c in codes]

    found = answers()
    assert found == answers()
    assert any(found)


def test_of_two_facts_of_one_name_no_case_states_both() -> None:
    book = rulebook([finding("f.1"), finding("f.2")], [rule("r.1", Is("f.1", HERE), "c.1")])
    space = space_for(book)
    solver = solver_for(space)
    for one, other in itertools.combinations(range(len(space.facts)), 2):
        same = space.facts[one].name == space.facts[other].name
        found = ask(solver, space.to.both(-1 - one, -1 - other))
        assert found.found is (Found.NONE if same else Found.CASE)


def test_a_question_told_before_is_told_once() -> None:
    book = rulebook([finding("f.1"), finding("f.2")], [rule("r.1", Is("f.1", HERE), "c.1")])
    space = space_for(book)
    solver = solver_for(space)
    register = admitted(space)
    first = term(solver, register)
    told = len(solver.engine.assertions())
    assert term(solver, register) is first
    assert len(solver.engine.assertions()) == told


def test_a_case_that_the_kernel_does_not_bear_out_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    book = rulebook([finding("f.1")], [rule("r.1", Is("f.1", HERE), "c.1")])
    space = space_for(book)
    monkeypatch.setattr(smt, "evaluate", lambda *_: [0])
    with pytest.raises(RuntimeError, match="z3 and the kernel disagree"):
        asking(space)(admitted(space))


def test_of_this_rulebook_no_admitted_case_has_a_result_both_ways() -> None:
    """No result is established and out, nor robust and not established."""
    space, solver = real_space()
    side, to = space.sides[0], space.to
    for plane in side.program.results.values():
        established, robust, out = (side.registers[getattr(plane, name)] for name in PLANES)
        for torn in (to.both(established, out), to.without(robust, established)):
            assert ask(solver, admitted(space, torn)).found is Found.NONE


def test_without_z3_the_module_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    monkeypatch.delitem(sys.modules, smt.__name__)
    with pytest.raises(MissingExtraError) as raised:
        importlib.import_module(smt.__name__)
    assert str(raised.value) == "a proof over all cases needs the extra 'verify': pip install 'hechting-rules[verify]'"


BROKEN = "import sys, types; sys.modules['attrs'] = None; import hechting_rules.verify.smt"


def test_another_import_that_fails_is_not_taken_for_the_missing_extra() -> None:
    done = subprocess.run([sys.executable, "-c", BROKEN], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "MissingExtraError" not in done.stderr
