"""Questions over all cases: each verdict is what a look at every single case says, and each witness, when it is run, shows it."""

import itertools
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oracle
from comparing import smaller
from every_case import Every, every_case
from hechting_rules import Case, Rulebook, advise, load_case
from hechting_rules.advice import Outcome
from hechting_rules.answered import answer
from hechting_rules.cli import run as hechting
from hechting_rules.condition import AllOf, AnyOf, Is, IsAbsent
from hechting_rules.engine.circuit import ONES, ZERO
from hechting_rules.errors import MissingExtraError, UsageError
from hechting_rules.facts import Fact
from hechting_rules.profiles import active_rules
from hechting_rules.terms import Direction, Status, Wording
from hechting_rules.verify.copies import settled, signs
from hechting_rules.verify.laws import LAWS, prove
from hechting_rules.verify.proofs import (
    Basis,
    Holds,
    Inquiry,
    Verdict,
    can_fire,
    equivalent,
    implies,
    inquiries,
    inquiry,
    monotone,
    never_together,
    subsumed,
    switched,
    told_apart,
)
from hechting_rules.verify.proved import all_proved, case_files, to_mapping, to_text
from hechting_rules.verify.space import evaluate
from lawful import FAULTS, lawful, lawful_folder
from rebuilt import is_accepted
from strategies import HERE, finding, rule, rulebook, rulebooks

BOOKS = rulebooks(most=3)
ORDER = {Outcome.RULED_OUT: 0, Outcome.POSSIBLE: 1, Outcome.ESTABLISHED: 2}


def outcome(case: Case, code: str, asked: Inquiry) -> Outcome:
    """What the program makes of a result in a case, which is checked like any other."""
    answered = answer(case, asked.book, asked.profile)
    return answered.outcome(answered.program.results[code])


def holds(broken: int) -> Holds:
    return Holds.BROKEN if broken else Holds.PROVED


def established(code: str, every: Every) -> int:
    """The usable cases that establish a result, a finding or a rule."""
    program = every.program
    plane = next(group[code] for group in (program.results, program.present, program.rules) if code in group)
    return every.values[plane.established] & every.usable


def lower(one: dict[Outcome, int], other: dict[Outcome, int]) -> int:
    """The cases in which the other has the lower status."""
    pairs = ((a, b) for a, b in itertools.product(Outcome, Outcome) if ORDER[b] < ORDER[a])
    found = 0
    for a, b in pairs:
        found |= one[a] & other[b]
    return found


# --- against every case ----------------------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(BOOKS)
def test_what_can_fire_is_what_some_case_establishes(book: Rulebook) -> None:
    for asked in inquiries(book):
        every = every_case(book, asked.profile)
        for code in (*every.program.rules, *every.program.results):
            verdict = can_fire(asked, code)
            group = every.program.rules if code in every.program.rules else every.program.results
            some = every.values[group[code].established] & every.usable
            assert verdict.holds is holds(not some), code
            assert (verdict.witness is None) is (not some)
            if verdict.witness is not None:
                answered = answer(verdict.witness, book, asked.profile)
                plane = (answered.program.rules if code in book.rules else answered.program.results)[code]
                assert answered.values[plane.established]
        for code in book.rules.keys() - every.program.rules.keys():
            assert (can_fire(asked, code).holds, can_fire(asked, code).basis) == (Holds.BROKEN, Basis.STRUCTURE)


@settings(max_examples=25)
@given(BOOKS)
def test_what_two_things_are_to_each_other_is_what_every_case_says(book: Rulebook) -> None:
    asked = inquiry(book)
    every = every_case(book, asked.profile)
    for one, other in itertools.product((*book.order, *book.findings), repeat=2):
        a, b = established(one, every), established(other, every)
        together, follows = never_together(asked, one, other), implies(asked, one, other)
        assert together.holds is holds(a & b), (one, other)
        assert follows.holds is holds(a & ~b), (one, other)
        for verdict, wanted in ((together, (True, True)), (follows, (True, False))):
            if verdict.witness is not None:
                answered = answer(verdict.witness, book, asked.profile)
                group = {**answered.program.results, **answered.program.present}
                assert tuple(bool(answered.values[group[code].established]) for code in (one, other)) == wanted
                for less in (case for case in smaller(verdict.witness) if is_accepted(case, book)):
                    fewer = answer(less, book, asked.profile).values
                    assert tuple(bool(fewer[group[code].established]) for code in (one, other)) != wanted
    for one, other in itertools.product(book.order, repeat=2):
        verdict = equivalent(asked, one, other)
        statuses = every.status(one), every.status(other)
        assert verdict.holds is holds(lower(*statuses) | lower(*statuses[::-1])), (one, other)
        if verdict.witness is not None:
            assert outcome(verdict.witness, one, asked) is not outcome(verdict.witness, other, asked)


@settings(max_examples=25)
@given(BOOKS)
def test_a_rule_is_subsumed_if_every_case_says_so(book: Rulebook) -> None:
    asked = inquiry(book)
    every = every_case(book, asked.profile)
    for one, other in itertools.permutations(every.program.rules, 2):
        verdict = subsumed(asked, one, other)
        apart = told_apart(book.rules[one], book.rules[other])
        a, b = every.program.rules[one], every.program.rules[other]
        values, usable = every.values, every.usable
        more = values[a.established] & ~values[b.established] | values[b.out] & ~values[a.out]
        assert verdict.holds is holds(bool(apart) or more & usable), (one, other)
        assert (verdict.basis is Basis.STRUCTURE) or not apart


@settings(max_examples=30)
@given(BOOKS)
def test_a_finding_is_monotone_if_every_case_and_that_case_with_it_say_so(book: Rulebook) -> None:
    asked = inquiry(book)
    every = every_case(book, asked.profile)
    for result, code in itertools.product(book.order, book.findings):
        there = every.way(Fact(code, Status.PRESENT.value))
        status = every.status(result)
        broken = 0
        for way in (0, every.way(Fact(code, Status.ABSENT.value))):
            moved = {o: every.moved(cases, code, way, there) for o, cases in status.items()}
            broken |= lower(moved, status)
        verdict = monotone(asked, result, code)
        assert verdict.holds is holds(broken), (result, code)
        check_change(verdict, result, code, asked)


def check_change(verdict: Verdict, result: str, code: str, asked: Inquiry) -> None:
    """The two cases of a verdict differ in one finding alone, and the status is lower in the second."""
    assert (verdict.witness is None) is (verdict.changed is None) is (verdict.holds is not Holds.BROKEN)
    if verdict.witness is not None and verdict.changed is not None:
        before, now = (oracle.stated(case, asked.book) for case in (verdict.witness, verdict.changed))
        assert before.get(code) is not Status.PRESENT
        assert now == {**before, code: Status.PRESENT}
        assert attrs.evolve(verdict.witness, findings=()) == attrs.evolve(verdict.changed, findings=())
        was, then = (outcome(case, result, asked) for case in (verdict.witness, verdict.changed))
        assert ORDER[then] < ORDER[was]
        assert f"{was} becomes {then}" in verdict.detail


@settings(max_examples=12)
@given(BOOKS)
def test_the_laws_of_a_rulebook_are_what_every_case_says(book: Rulebook) -> None:
    """Of the laws that small rulebooks can break or keep; the others have rulebooks of their own."""
    verdicts = {verdict.name: verdict for verdict in prove(book)}
    assert list(verdicts) == [law.name for law in LAWS]
    dead, spare, agree, lost = set[str](), set[str](), 0, 0
    for asked in inquiries(book):
        every = every_case(book, asked.profile)
        values, usable, program = every.values, every.usable, every.program
        running = asked.on or program.rules
        dead |= {code for code in running if not values[program.rules[code].established] & usable}
        for one, other in itertools.permutations(program.rules, 2):
            if not told_apart(book.rules[one], book.rules[other]):
                a, b = program.rules[one], program.rules[other]
                more = values[a.established] & ~values[b.established] | values[b.out] & ~values[a.out]
                spare |= set() if more & usable else {f"{one} adds something to {other}"}
        for plane in (*program.results.values(), *program.rules.values()):
            agree |= (values[plane.established] | values[plane.robust]) & values[plane.out] & usable
        lost |= lost_by_a_fact(every)
    assert {breach.name for breach in verdicts["rules-can-fire"].breaches} == {f"{code} can fire" for code in dead}
    assert {breach.name for breach in verdicts["rules-add-something"].breaches} == spare
    assert verdicts["planes-agree"].holds is holds(agree)
    assert verdicts["information-takes-nothing"].holds is holds(lost)
    risks = [code for code, item in book.findings.items() if item.direction is Direction.RISK]
    one_by_one = {monotone(asked, "s.last", code).name for asked in inquiries(book) for code in risks} - {
        verdict.name
        for code in risks
        for asked in inquiries(book)
        if (verdict := monotone(asked, "s.last", code)).holds is Holds.PROVED
    }
    assert one_by_one <= {breach.name for breach in verdicts["risk-never-lowers"].breaches}
    assert all_proved(verdicts.values()) is (not any(verdict.breaches for verdict in verdicts.values()))


def lost_by_a_fact(every: Every) -> int:
    """Whether one more fact takes away what is robust or out in some case."""
    found = 0
    for plane, (name, facts) in itertools.product(every.program.results.values(), zip(every.names, every.facts, strict=True)):
        for register, way in itertools.product((plane.robust, plane.out), range(1, 1 + len(facts))):
            sure = every.moved(every.values[register] & every.usable, name, 0, way)
            found |= sure & every.usable & ~every.values[register]
    return found


# --- copies of a circuit ---------------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(BOOKS, st.data())
def test_a_settled_copy_is_the_circuit_with_these_facts(book: Rulebook, data: st.DataObject) -> None:
    space = inquiry(book).space
    registers = data.draw(st.lists(st.sampled_from(range(2, 2 + len(space.to.steps))), min_size=1, max_size=8))
    chosen = data.draw(st.dictionaries(st.sampled_from(space.facts), st.booleans(), max_size=3))
    facts = data.draw(st.sets(st.sampled_from(space.facts), max_size=6))
    places = {fact: -1 - n for n, fact in enumerate(space.facts)}
    copies = settled(space, {places[fact]: ONES if there else ZERO for fact, there in chosen.items()}, registers)
    stated = (facts - {fact for fact, there in chosen.items() if not there}) | {fact for fact, there in chosen.items() if there}
    assert evaluate(space, [facts], copies) == evaluate(space, [stated], registers)


@settings(max_examples=40)
@given(BOOKS, st.data())
def test_a_fact_moves_a_register_only_the_ways_that_its_signs_say(book: Rulebook, data: st.DataObject) -> None:
    space = inquiry(book).space
    register = data.draw(st.sampled_from(range(2, 2 + len(space.to.steps))))
    found = signs(space, register)
    facts = data.draw(st.sets(st.sampled_from(space.facts), max_size=6))
    for place, fact in enumerate(space.facts):
        without, with_it = evaluate(space, [facts - {fact}], [register]), evaluate(space, [facts | {fact}], [register])
        assert with_it <= without or -1 - place in found.helps
        assert without <= with_it or -1 - place in found.hurts


# --- questions by example --------------------------------------------------------------------------------------------------


def two_rules() -> Rulebook:
    both = AllOf((Is("f.1", HERE), Is("f.2", HERE)), HERE)
    return rulebook(
        [finding("f.1"), finding("f.2", excludes=("f.3",)), finding("f.3")],
        [
            rule("r.1", Is("f.1", HERE), "c.1"),
            rule("r.both", both, "c.1"),
            rule("r.not", IsAbsent("f.1", HERE), "c.2"),
            rule("r.never", AllOf((Is("f.2", HERE), Is("f.3", HERE)), HERE), "c.3"),
            rule("r.any", AnyOf((Is("f.1", HERE), both), HERE), "c.4"),
        ],
    )


def test_each_question_by_example() -> None:
    asked = inquiry(two_rules())
    assert can_fire(asked, "r.both").witness == Case.of(present=["f.1", "f.2"])
    assert can_fire(asked, "c.2").witness == Case.of(absent=["f.1"])
    dead = can_fire(asked, "r.never")
    assert (dead.holds, dead.witness, dead.detail) == (Holds.BROKEN, None, "no case that can be admitted establishes it")
    assert can_fire(asked, "c.3").holds is Holds.BROKEN
    assert never_together(asked, "c.1", "c.2").holds is Holds.PROVED
    assert never_together(asked, "f.2", "f.3").holds is Holds.PROVED
    assert never_together(asked, "c.1", "f.3").witness == Case.of(present=["f.1", "f.3"])
    assert implies(asked, "r.both", "r.1").holds is Holds.PROVED
    assert implies(asked, "r.1", "r.both").witness == Case.of(present=["f.1"])
    assert equivalent(asked, "c.1", "c.4").holds is Holds.PROVED
    assert equivalent(asked, "c.1", "c.2").holds is Holds.BROKEN
    assert subsumed(asked, "r.both", "r.1").holds is Holds.PROVED
    assert subsumed(asked, "r.1", "r.both").holds is Holds.BROKEN
    assert monotone(asked, "c.1", "f.1") == Verdict("f.1 never lowers c.1", Holds.PROVED, Basis.STRUCTURE)
    lowered = monotone(asked, "c.2", "f.1")
    assert (lowered.witness, lowered.changed) == (Case.of(absent=["f.1"]), Case.of(present=["f.1"]))
    assert lowered.detail == "with f.1=present, established becomes ruled out"


def test_what_a_finding_excludes_is_lowered_by_it() -> None:
    """No sign tells it: f.2 rules f.3 out through the admission alone."""
    book = rulebook([finding("f.2", excludes=("f.3",)), finding("f.3")], [rule("r.3", Is("f.3", HERE), "c.3")])
    verdict = monotone(inquiry(book), "c.3", "f.2")
    assert (verdict.holds, verdict.basis, verdict.witness) == (Holds.BROKEN, Basis.SOLVER, Case())
    assert verdict.changed == Case.of(present=["f.2"])


@pytest.mark.parametrize(("part", "value"), [("wording", Wording.OPINION), ("evidence", "claim:other"), ("statements", ("S1",))])
def test_a_rule_that_says_something_else_is_not_subsumed(part: str, value: Any) -> None:
    book = two_rules()
    other = attrs.evolve(book.rules["r.both"], **{part: value})
    verdict = subsumed(inquiry(attrs.evolve(book, rules={**book.rules, other.id: other})), "r.both", "r.1")
    assert (verdict.holds, verdict.basis) == (Holds.BROKEN, Basis.STRUCTURE)
    assert verdict.detail == f"they have not the same {part}"


@pytest.mark.parametrize("question", [never_together, implies, equivalent, subsumed, monotone])
def test_what_does_not_exist_is_said_with_what_comes_near(question: Any) -> None:
    asked = inquiry(two_rules())
    codes = ("r.1", "r.botj") if question is subsumed else ("c.1", "f.11")
    with pytest.raises(UsageError, match=r"there is no .*'(r\.botj|f\.11)'"):
        question(asked, *codes)
    with pytest.raises(UsageError, match=r"there is no result, finding or rule 'c\.11'; did you mean"):
        can_fire(asked, "c.11")


def test_a_rule_that_does_not_run_is_no_part_of_a_question() -> None:
    asked = inquiry(two_rules(), switched(two_rules().profiles["default"], off=["r.both"]))
    with pytest.raises(UsageError, match=r"the rule 'r\.both' does not run under the profile 'default'"):
        subsumed(asked, "r.1", "r.both")
    with pytest.raises(UsageError, match=r"the rule 'r\.both' does not run under the profile 'default'"):
        implies(asked, "r.1", "r.both")
    assert can_fire(asked, "r.both").detail == "the rule 'r.both' does not run under the profile 'default'"


def test_past_the_limit_a_question_is_undecided_and_a_law_too() -> None:
    book = two_rules()
    assert {v.holds for v in prove(book, limit=1)} == {Holds.PROVED, Holds.UNDECIDED}
    verdict = next(v for v in prove(book, limit=1) if v.name == "rules-can-fire")
    assert (verdict.undecided, verdict.by_solver, verdict.witness) == (5, 0, None)
    assert {breach.detail for breach in verdict.breaches} == {"the solver gave up at its limit"}
    assert "5 undecided" in to_text([verdict], "default")
    assert not all_proved([verdict])


def test_switching_a_rule_on_and_off_leaves_it_so(book: Rulebook) -> None:
    default = book.profiles["default"]
    off = next(iter(book.rules.keys() - active_rules(book, default)))
    on = switched(default, on=[off])
    assert active_rules(book, on) == active_rules(book, default) | {off}
    assert active_rules(book, switched(on, off=[off])) == active_rules(book, default)
    assert active_rules(book, switched(switched(on, off=[off]), on=[off])) == active_rules(book, on)


# --- telling them ----------------------------------------------------------------------------------------------------------


def test_check_proves_the_laws_on_request(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(lawful_folder(tmp_path / "book"))
    assert hechting(["check", folder]) == 0
    assert "rules-can-fire" not in capsys.readouterr().out
    assert hechting(["check", folder, "--prove"]) == 0
    told = capsys.readouterr().out
    assert all(f"  proved     {law.name}: {law.says} (" in told for law in LAWS)
    assert f"{len(LAWS)} laws: {len(LAWS)} proved; a rulebook can declare no exceptions, so there are none" in told


@pytest.mark.parametrize("name", FAULTS)
def test_check_tells_each_fault_with_cases_that_can_be_advised(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fault, saved = FAULTS[name], tmp_path / "saved"
    folder = str(lawful_folder(tmp_path / "book", fault))
    assert hechting(["check", folder, "--save", str(saved), "--format", "json"]) == 1
    printed = capsys.readouterr()
    laws = {law["law"]: law for law in json.loads(printed.out)["laws"]}
    assert {law for law, told in laws.items() if told["holds"] != "proved"} == fault.broken
    breaches = [breach for told in laws.values() for breach in told["breaches"]]
    cases = [case for breach in breaches for case in (breach["case"], breach["changed"]) if case]
    files = sorted(saved.iterdir())
    assert printed.err == f"{len(cases)} {'case' if len(cases) == 1 else 'cases'} in {saved}\n"
    assert sorted(load_case(path).id for path in files) == sorted(case["id"] for case in cases)
    book = lawful(tmp_path / "again", fault)
    for path in files:
        assert advise(load_case(path), book).case == path.stem
    assert hechting(["check", folder, "--prove"]) == 1
    told = capsys.readouterr().out
    for breach in breaches:
        assert f"    broken: {breach['question']}: {breach['detail']}\n" in told


def test_cases_are_written_to_new_files_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, saved = str(lawful_folder(tmp_path / "book", FAULTS["one condition for compensation"])), tmp_path / "saved"
    assert hechting(["check", folder, "--save", str(saved)]) == 1
    before = {path: path.read_text(encoding="utf-8") for path in saved.iterdir()}
    next(iter(before)).write_text("mine", encoding="utf-8")
    capsys.readouterr()
    assert hechting(["check", folder, "--save", str(saved)]) == 2
    assert "is there already; cases are written to new files" in capsys.readouterr().err
    assert {path.read_text(encoding="utf-8") for path in saved.iterdir()} == {"mine", *list(before.values())[1:]}
    assert hechting(["check", folder, "--save", str(next(iter(before)))]) == 2
    assert "cannot be written to" in capsys.readouterr().err


def test_many_breaches_are_counted_in_the_text_and_told_in_the_data(tmp_path: Path) -> None:
    (verdict,) = (v for v in prove(lawful(tmp_path / "book")) if v.name == "planes-agree")
    many = tuple(Verdict(f"thing {n}", Holds.BROKEN, Basis.SOLVER, "shown", Case(), Case.of(child="baby")) for n in range(7))
    broken = attrs.evolve(verdict, holds=Holds.BROKEN, breaches=many)
    assert "    and 2 more: --format json tells all, --save FOLDER writes them down" in to_text([broken], "default")
    assert [breach["question"] for breach in to_mapping([broken])[0]["breaches"]] == [f"thing {n}" for n in range(7)]
    assert len(case_files([broken])) == 14


WITHOUT_Z3 = """
import sys
sys.modules["z3"] = None
from hechting_rules.cli import run
sys.exit(run(["check", *sys.argv[1:]]))
"""


def test_without_z3_check_names_the_extra_and_still_checks_the_rest(tmp_path: Path) -> None:
    folder = str(lawful_folder(tmp_path / "book"))
    command = [sys.executable, "-c", WITHOUT_Z3, folder]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    ended = subprocess.run([*command, "--prove"], capture_output=True, check=False, text=True)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert str(MissingExtraError("verify", "a proof over all cases")) in ended.stderr


PAGE = (Path(__file__).parents[1] / "docs" / "proofs.md").read_text(encoding="utf-8")


def test_the_program_on_the_page_on_proofs_runs_and_prints_what_it_says() -> None:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    printed = ended.stdout.splitlines()
    assert printed[1] == "proved"
    assert all(line.startswith("Case(") for line in (printed[0], printed[2]))
    assert printed[3] == "with parent.available=present, established becomes ruled out"


def test_the_page_on_proofs_tells_every_law() -> None:
    for law in LAWS:
        assert f"| `{law.name}` | {law.says} |" in PAGE
