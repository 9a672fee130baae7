"""A case after the program ran: the right program for each profile, what two bits say, and variants of a case in one block."""

from collections.abc import Sequence

import attrs
import pytest

from hechting_rules.advice import Outcome
from hechting_rules.answered import Answered, answer, answered_by, around, decided, on_kernel, prepare, program_for, variants_run
from hechting_rules.condition import AllOf, InRange, Is, IsAbsent
from hechting_rules.engine.circuit import ONES, ZERO, Plane
from hechting_rules.engine.kernel import run
from hechting_rules.engine.program import Program
from hechting_rules.errors import CaseError
from hechting_rules.facts import Fact
from hechting_rules.model import Profile, Rulebook, Switch
from hechting_rules.profiles import with_rules_on
from hechting_rules.stated import Case
from hechting_rules.terms import Origin
from strategies import HERE, SWITCHED, WORDS, finding, rule, rulebook


def book_of() -> Rulebook:
    """A rule on two findings, one on an absent one, one on a range, one that is off; and a second profile without the first."""
    book = rulebook(
        [finding("f.1"), finding("f.2", alias=("f.old",))],
        [
            rule("r.both", AllOf((Is("f.1", HERE), Is("f.2", HERE)), HERE), "c.both"),
            rule("r.gone", IsAbsent("f.1", HERE), "c.gone"),
            rule("r.range", InRange("first_year", HERE), "c.range"),
            rule("r.off", AllOf((Is("f.2", HERE), IsAbsent("f.1", HERE)), HERE), "c.off", evidence=SWITCHED.id),
        ],
    )
    without = Profile("without", WORDS, HERE, off=(Switch("r.both", "us", "2026-01-01", "a test", HERE),))
    return attrs.evolve(book, profiles={**book.profiles, "without": without})


def established(answered: Answered) -> set[str]:
    return {code for code, plane in answered.program.results.items() if answered.outcome(plane) is Outcome.ESTABLISHED}


BOTH = Case.of(present=["f.1", "f.2"])


def test_each_profile_of_a_rulebook_has_its_own_program_made_once() -> None:
    book = book_of()
    default, without = book.profiles["default"], book.profiles["without"]
    assert program_for(book, default) is prepare(book, "default")
    assert program_for(book, without) is prepare(book, "without")
    assert program_for(book, default).rules.keys() == {"r.both", "r.gone", "r.range"}
    assert program_for(book, without).rules.keys() == {"r.gone", "r.range"}


def test_a_profile_of_the_host_has_the_program_of_its_own_rules_and_numbers_whatever_its_name() -> None:
    book = book_of()
    default = book.profiles["default"]
    on = with_rules_on(default, ["r.off"])
    assert on.id == default.id
    assert "r.off" in program_for(book, on).rules
    assert program_for(book, on) is program_for(book, with_rules_on(default, ["r.off"]))
    longer = attrs.evolve(default, id="own", parameters={"small_below": 24.0})
    assert program_for(book, longer).parameters["small_below"] == 24.0
    assert program_for(book, longer).rules.keys() == program_for(book, default).rules.keys()
    case = Case.of(child_age_months=20)
    assert established(answer(case, book, default)) == set()
    assert established(answer(case, book, longer)) == {"c.range"}
    assert program_for(book, attrs.evolve(default, id="plain")) is not program_for(book, longer)
    other = book_of()
    assert program_for(other, with_rules_on(other.profiles["default"], ["r.off"])) is not program_for(book, on)


def test_an_answer_keeps_the_case_as_it_was_admitted_with_its_rulebook_profile_and_program() -> None:
    book = book_of()
    profile = book.profiles["without"]
    found = answer(Case.of(id="x", present=["f.old"]), book, profile)
    assert (found.book, found.profile, found.program) == (book, profile, prepare(book, "without"))
    assert found.admitted.case.id == "x"
    assert found.admitted.facts == (Fact("f.2", "present"),)
    by_hand = answered_by(on_kernel, BOTH, book, book.profiles["default"], prepare(book, "default"))
    assert (by_hand.book, by_hand.profile, by_hand.program) == (book, book.profiles["default"], prepare(book, "default"))
    assert established(by_hand) == {"c.both"}
    with pytest.raises(CaseError):
        answer(Case.of(present=["f.none"]), book, profile)


def test_another_way_to_decide_is_asked_with_the_program_and_its_inputs() -> None:
    book = book_of()
    asked: list[tuple[Program, Sequence[int]]] = []

    def deciding(program: Program, inputs: Sequence[int]) -> list[int]:
        asked.append((program, inputs))
        return on_kernel(program, inputs)

    found = answer(BOTH, book, book.profiles["default"], deciding)
    ((program, inputs),) = asked
    assert program is prepare(book, "default")
    assert found.values == run(prepare(book, "default").steps, inputs)
    assert established(found) == {"c.both"}


@pytest.mark.parametrize(
    ("there", "out", "outcome"),
    [(1, 0, Outcome.ESTABLISHED), (0, 1, Outcome.RULED_OUT), (0, 0, Outcome.POSSIBLE), (1, 1, Outcome.ESTABLISHED)],
)
def test_two_bits_say_an_outcome(there: int, out: int, outcome: Outcome) -> None:
    assert decided(there, out) is outcome
    found = attrs.evolve(answer(BOTH, (book := book_of()), book.profiles["default"]), values=[there, out])
    assert found.outcome(Plane(0, 0, 1)) is outcome
    assert found.outcome(Plane(1, 0, 0)) is decided(out, there)


def test_robust_is_the_bit_of_its_own_plane() -> None:
    found = answer(BOTH, (book := book_of()), book.profiles["default"])
    assert found.robust(Plane(ZERO, ONES, ZERO)) is True
    assert found.robust(Plane(ONES, ZERO, ONES)) is False


def test_variants_are_cases_of_their_own_side_by_side() -> None:
    book = book_of()
    found = answer(BOTH, book, book.profiles["default"])
    both, gone = (found.program.results[code].established for code in ("c.both", "c.gone"))
    values = variants_run([[], [Fact("f.1", "present"), Fact("f.2", "present")], [Fact("f.1", "absent")]], found)
    assert (values[1], values[both], values[gone]) == (0b111, 0b010, 0b100)


def test_changes_are_made_to_the_case_itself_by_any_program() -> None:
    book = book_of()
    found = answer(BOTH, book, book.profiles["default"])
    changes = [[], [Fact("f.2", "")], [Fact("f.1", "absent")]]
    values = around(changes, found)
    both, gone = (found.program.results[code].established for code in ("c.both", "c.gone"))
    assert (values[1], values[both], values[gone]) == (0b111, 0b001, 0b100)
    more = program_for(book, with_rules_on(book.profiles["default"], ["r.off"]))
    switched = around(changes, found, more)
    assert len(switched) == 2 + len(more.inputs) + len(more.steps) > len(values)
    assert switched[more.results["c.off"].established] == 0b100
    assert around(changes, found)[found.program.results["c.off"].established] == 0


def test_the_screens_of_a_flag_are_all_findings_below_its_suggestions(book: Rulebook) -> None:
    program = prepare(book, "default")
    for flag, found in program.screens.items():
        own = {s.code for s in book.suggestions.values() if s.flag == flag}
        assert own
        assert found == below(own, book, program.active), flag


def test_the_screens_of_a_flag_reach_through_conclusions_and_rules_that_run_alone() -> None:
    findings = [finding(f"f.{n}") for n in range(1, 6)]
    book = rulebook(
        findings,
        [
            rule("r.now", AllOf((Is("c.middle", HERE), Is("f.1", HERE), InRange("late", HERE)), HERE), "s.now"),
            rule("r.middle", AllOf((Is("c.deep", HERE), IsAbsent("f.2", HERE)), HERE), "c.middle"),
            rule("r.deep", Is("f.3", HERE), "c.deep"),
            rule("r.off", Is("f.4", HERE), "c.deep", evidence=SWITCHED.id),
            rule("r.again", Is("f.5", HERE), "s.again"),
            rule("r.plain", Is("f.5", HERE), "s.plain"),
        ],
        suggestions=["s.now", "s.again", "s.plain"],
    )
    raised = {code: attrs.evolve(book.suggestions[code], flag="RF-01", origin=Origin.SAFETY) for code in ("s.now", "s.again")}
    book = attrs.evolve(book, suggestions={**book.suggestions, **raised})
    default = book.profiles["default"]
    assert program_for(book, default).screens == {"RF-01": {"f.1", "f.2", "f.3", "f.5"}}
    on = program_for(book, with_rules_on(default, ["r.off"]))
    assert on.screens == {"RF-01": {"f.1", "f.2", "f.3", "f.4", "f.5"}}


def below(codes: set[str], book: Rulebook, active: frozenset[str]) -> set[str]:
    """The findings on which results rest by rules that run, found by going round."""
    found, results = set[str](), set(codes)
    while True:
        rules = [r for r in book.rules.values() if r.result in results and r.id in active]
        named = {leaf.code for r in rules for leaf in _leaves(r.when) if isinstance(leaf, Is | IsAbsent)}
        found |= named & book.findings.keys()
        if named - book.findings.keys() <= results:
            return found
        results |= named - book.findings.keys()


def _leaves(condition: object) -> list[object]:
    parts = getattr(condition, "parts", None)
    return [condition] if parts is None else [leaf for part in parts for leaf in _leaves(part)]
