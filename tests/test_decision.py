"""One case decided at once: as the whole program decides it, with the same errors; folding and counting each on their own."""

from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hechting_rules import Case, CaseError, Decision, Rulebook, UsageError, advise, decide
from hechting_rules.advice import Outcome
from hechting_rules.answered import Answered, answer
from hechting_rules.case import admit, load_case
from hechting_rules.engine.circuit import Circuit, Input, Plane
from hechting_rules.engine.counters import counters_of
from hechting_rules.engine.kernel import Op, run
from hechting_rules.engine.program import STAGE_INPUTS, Program, at_stages, compile_program, folded, numbered
from hechting_rules.facts import block, fact_inputs
from hechting_rules.model import Profile
from hechting_rules.rulebook import default_rulebook
from hechting_rules.stated import Stated
from hechting_rules.terms import Status
from strategies import any_cases, books_with_cases, real_cases, rulebook, rulebooks

PLANES = ("rules", "bodies", "results", "present", "absent", "stages", "ranges", "flags")


def whole(case: Case, book: Rulebook, profile: Profile | None = None) -> Answered:
    return answer(case, book, profile or book.profiles["default"])


def by_the_program(found: Answered) -> Decision:
    """The decision as the registers of the whole program give it."""
    values, program = found.values, found.program
    return Decision(
        found.admitted.child_stage,
        found.admitted.adult_stage,
        frozenset(code for code, plane in program.results.items() if values[plane.established]),
        frozenset(code for code, plane in program.results.items() if values[plane.robust]),
        frozenset(code for code, plane in program.results.items() if values[plane.out]),
        frozenset(code for code, plane in program.rules.items() if values[plane.established]),
        frozenset(flag for flag, register in program.withholding.items() if values[register]),
    )


def problems(ask: object, case: Case, book: Rulebook) -> list[tuple[str, str]]:
    """What is told to be wrong with a case, if anything is."""
    try:
        ask(case, book)  # type: ignore[operator]
    except CaseError as error:
        return [(one.code, one.message) for one in error.diagnostics]
    return []


# --- decide ----------------------------------------------------------------------------------------------------------------


@settings(max_examples=200)
@given(books_with_cases(rulebooks()))
def test_in_any_rulebook_a_case_is_decided_as_the_whole_program_decides_it(both: tuple[Rulebook, Case]) -> None:
    book, case = both
    assert decide(case, book) == by_the_program(whole(case, book))


@settings(max_examples=150)
@given(real_cases())
def test_a_case_is_decided_by_this_rulebook_as_the_whole_program_decides_it(case: Case) -> None:
    book = default_rulebook()
    assert decide(case) == by_the_program(whole(case, book))


@settings(max_examples=150)
@given(rulebooks().flatmap(lambda book: st.tuples(st.just(book), any_cases(book))))
def test_what_cannot_be_used_is_refused_in_the_words_of_advise(both: tuple[Rulebook, Case]) -> None:
    book, case = both
    assert problems(decide, case, book) == problems(advise, case, book)


@settings(max_examples=60)
@given(any_cases(default_rulebook()))
def test_what_cannot_be_used_with_this_rulebook_is_refused_in_the_words_of_advise(case: Case) -> None:
    book = default_rulebook()
    assert problems(decide, case, book) == problems(whole, case, book)


@pytest.mark.parametrize(
    "case",
    [
        Case.of(child="teenager"),
        Case.of(child="adult"),
        Case.of(child="baby", present=["baby.avoids_eye_contacts"]),
        Case.of(child="baby", child_age_months=400),
        Case.of(child="baby", child_age_months=40),
        Case.of(child_age_months=float("nan")),
        Case.of(child_age_months="five"),  # type: ignore[arg-type]
        Case.of(child_age_months=True),
        Case.of(shoe_size=41),
        Case.of(child="baby", present=["child.wanted"], absent=["child.wanted"]),
        Case.of(child="baby", present=["child.wanted"], unknown=["child.wanted"]),
        Case.of(child="none", present=["child.premature_birth"]),
        Case.of(child="baby", present=["child.prenatal_stress", "child.stress_free_prenatal_life"]),
        Case(quantities=(("child_age_months", 5.0), ("child_age_months", 6.0))),
    ],
    ids=str,
)
def test_each_kind_of_problem_is_told_as_by_advise(case: Case) -> None:
    book = default_rulebook()
    assert problems(decide, case, book) == problems(advise, case, book)
    assert problems(decide, case, book) or case.quantities[1:]


def test_another_name_of_a_finding_and_one_named_twice_count_once() -> None:
    stated = Stated("baby.avoids_eye_contact", Status.PRESENT)
    once = Case.of(child="baby", present=["baby.avoids_eye_contact"])
    assert decide(attrs.evolve(once, findings=(stated, stated))) == decide(once)
    aliased = attrs.evolve(default_rulebook(), alias={"baby.looks_away": "baby.avoids_eye_contact"})
    assert decide(Case.of(child="baby", present=["baby.looks_away"]), aliased) == decide(once)


def test_an_age_settles_the_stage() -> None:
    at, by_age = decide(Case.of(child="baby")), decide(Case.of(child_age_months=5))
    assert (by_age.child_stage, by_age.adult_stage) == ("baby", "")
    assert at.established <= by_age.established


def test_an_outcome_is_that_of_the_advice() -> None:
    case = load_case("examples/cases/04-toddler-with-delay.yaml")
    decision, advice = decide(case), advise(case)
    assert advice.suggestions
    assert {s.code: decision.outcome(s.code) for s in advice.suggestions} == {s.code: s.outcome for s in advice.suggestions}
    assert {s.code for s in advice.suggestions if s.robust} <= decision.robust
    assert decision.outcome("no.such_result") is Outcome.POSSIBLE


def test_a_flag_to_act_now_withholds() -> None:
    case = load_case("examples/cases/15-postpartum-psychosis.yaml")
    withheld = {flag.id for s in advise(case).suggestions for flag in s.withheld_by}
    assert withheld
    assert decide(case).withheld_by == withheld


def test_a_profile_counts_and_an_unknown_one_is_refused() -> None:
    book = default_rulebook()
    case = load_case("examples/cases/02-premature-baby-in-incubator.yaml")
    for profile in book.profiles.values():
        assert decide(case, profile=profile.id) == by_the_program(whole(case, book, profile))
    with pytest.raises(UsageError, match="no profile 'belgium'"):
        decide(case, profile="belgium")


# --- a program with its stages folded in -----------------------------------------------------------------------------------


def registers(case: Case, program: Program, book: Rulebook) -> list[int]:
    facts = admit(case, book, program).facts
    return run(program.steps, block([facts], program, book))


@settings(max_examples=100)
@given(books_with_cases(rulebooks()))
def test_folding_the_stages_changes_no_plane(both: tuple[Rulebook, Case]) -> None:
    book, case = both
    program = compile_program(book, book.profiles["default"])
    told = [key for fact in admit(case, book, program).facts for key in fact_inputs(fact, book, program.parameters)]
    small = at_stages(program, (key for key in told if key[0] in STAGE_INPUTS))
    assert not any(kind in STAGE_INPUTS for kind, _ in small.inputs)
    assert len(small.steps) <= len(program.steps)
    then, now = registers(case, program, book), registers(case, small, book)
    for group in PLANES:
        planes, folded_planes = getattr(program, group), getattr(small, group)
        assert {name: _bits(plane, then) for name, plane in planes.items()} == {
            name: _bits(plane, now) for name, plane in folded_planes.items()
        }
    assert then[program.refused] == now[small.refused]
    assert {f: then[r] for f, r in program.withholding.items()} == {f: now[r] for f, r in small.withholding.items()}


def _bits(plane: Plane, values: list[int]) -> tuple[int, int, int]:
    return values[plane.established], values[plane.robust], values[plane.out]


def test_folding_nothing_in_keeps_the_program() -> None:
    program = compile_program(default_rulebook(), default_rulebook().profiles["default"])
    assert attrs.asdict(folded(program, {}), recurse=False) == attrs.asdict(program, recurse=False)


# --- counting --------------------------------------------------------------------------------------------------------------

INPUTS = 6


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Any straight program over a few inputs, with constants as operands and equal operands among its steps."""
    steps: list[tuple[Op, int, int]] = []
    for place in range(draw(st.integers(1, 25))):
        operand = st.integers(0, 1 + INPUTS + place)
        steps.append((draw(st.sampled_from(Op)), draw(operand), draw(operand)))
    named = {(Input.PRESENT, f"f.{place}"): 2 + place for place in range(INPUTS)}
    return attrs.evolve(without_planes(), inputs=named, steps=tuple(steps))


def without_planes() -> Program:
    """A program that decides nothing yet."""
    book = rulebook([], [])
    groups: dict[str, Any] = {group: {} for group in PLANES}
    return attrs.evolve(compile_program(book, book.profiles["default"]), **groups, withholding={}, refused=0)


@settings(max_examples=500)
@given(programs(), st.data())
def test_counting_gives_the_registers_of_the_kernel(program: Program, data: st.DataObject) -> None:
    most = 1 + INPUTS + len(program.steps)
    kept = data.draw(st.sets(st.integers(0, most), min_size=1))
    told = data.draw(st.sets(st.integers(2, 1 + INPUTS)))
    values = run(program.steps, [0, 1, *(int(2 + place in told) for place in range(INPUTS))])
    counters = counters_of(program, kept)
    true = counters.run([counters.places[register] for register in sorted(told) if register in counters.places])
    assert len(true) == len(set(true))
    assert {register for register in kept if values[register]} == {r for r in kept if counters.places[r] in true}


def test_a_chain_of_thousands_is_counted_as_one_gate() -> None:
    to = Circuit()
    parts = [to.input(Input.PRESENT, f"f.{place}") for place in range(3000)]
    last = to.all(parts)
    program = numbered(attrs.evolve(without_planes(), inputs=to.inputs, steps=tuple(to.steps), refused=last))
    counters = counters_of(program, [program.refused])
    everything = [counters.places[register] for register in program.inputs.values()]
    assert counters.places[program.refused] in counters.run(everything)
    assert counters.places[program.refused] not in counters.run(everything[1:])
