"""The laws of a rulebook: kept by the lawful one, broken by faults with cases that break them when advised; and the real one."""

import functools
from collections.abc import Callable, Mapping
from pathlib import Path

import attrs
import pytest

import hechting_rules.engine.program as compiling
from hechting_rules import Case, Rulebook, advise
from hechting_rules.advice import Advice, Outcome
from hechting_rules.answered import answer
from hechting_rules.condition import AllOf, IsAbsent
from hechting_rules.engine.admission import Admission
from hechting_rules.engine.circuit import ONES, Circuit, Plane
from hechting_rules.errors import CaseError
from hechting_rules.model import Finding, Rule
from hechting_rules.profiles import active_rules
from hechting_rules.relations import Entailment, entailment
from hechting_rules.rulebook import default_rulebook
from hechting_rules.stated import Stated
from hechting_rules.terms import Direction, Level, Origin, Status
from hechting_rules.verify.laws import CALLS, COMPENSATION, CONDITIONS, LAWS, Law, needs_protection, prove, risk_never_lowers
from hechting_rules.verify.proofs import Basis, Holds, Verdict, can_fire, inquiry, monotone, switched
from lawful import FAULTS, lawful

ORDER = {Outcome.RULED_OUT: 0, Outcome.POSSIBLE: 1, Outcome.ESTABLISHED: 2}


def by_name(verdicts: tuple[Verdict, ...]) -> dict[str, Verdict]:
    return {verdict.name: verdict for verdict in verdicts}


def broken(verdicts: tuple[Verdict, ...]) -> set[str]:
    return {verdict.name for verdict in verdicts if verdict.holds is not Holds.PROVED}


def advised(case: Case | None, book: Rulebook, on: tuple[str, ...] = (), off: tuple[str, ...] = ()) -> Advice:
    """The advice for a witness, under the default profile with rules switched."""
    assert case is not None
    return advise(case, book, switched(book.profiles["default"], on=on, off=off))


def status(case: Case, code: str, book: Rulebook, on: tuple[str, ...] = ()) -> Outcome:
    """The status of a result: as the advice tells it or, if it is not told, as the program does."""
    advice = advised(case, book, on)
    told = {s.code: s.outcome for s in advice.suggestions} | {c.code: c.outcome for c in advice.conclusions}
    found = answer(case, book, switched(book.profiles["default"], on=on))
    outcome = found.outcome(found.program.results[code])
    assert told.get(code, outcome) is outcome
    return outcome


# --- what each law says of a case that breaks it ---------------------------------------------------------------------------


def two_rules_together(verdict: Verdict, book: Rulebook) -> bool:
    """Both rules carry the result of the witness."""
    one, _, other = verdict.breaches[0].name.partition(" adds something to ")
    told = advised(verdict.witness, book)
    reasons = [s.because for s in told.suggestions] + [c.because for c in told.conclusions]
    return any({one, other} <= {reason.rule for reason in because} for because in reasons)


def lowered(verdict: Verdict, book: Rulebook) -> bool:
    """Each breach lowers its result, or that of its rule, in its two cases."""
    for breach in verdict.breaches:
        finding, _, name = breach.name.partition(" never ")
        way, _, name = name.rpartition(" ")
        code = name if way == "lowers" else book.rules[name].result
        assert breach.witness is not None
        assert breach.changed is not None
        assert Stated(finding, Status.PRESENT) in breach.changed.findings
        was, then = (status(case, code, book, breach.on) for case in (breach.witness, breach.changed))
        if ORDER[then] >= ORDER[was]:
            return False
    return bool(verdict.breaches)


def caught_without_a_condition(verdict: Verdict, book: Rulebook) -> bool:
    """A risk of the child that leads nowhere, or compensation, while a condition is not met."""
    witness = verdict.witness
    assert witness is not None
    told = advised(witness, book)
    established = {c.code for c in told.conclusions if c.outcome is Outcome.ESTABLISHED}
    established |= {s.code for s in told.suggestions if s.outcome is Outcome.ESTABLISHED}
    present = {s.code for s in witness.findings if s.status is Status.PRESENT}
    caught = COMPENSATION in established or ("risk.child" in established and "attention.child_risk" not in established)
    return caught and not set(CONDITIONS) <= present


def not_withheld(verdict: Verdict, book: Rulebook) -> bool:
    """To be acted upon now, and yet the article is told."""
    told = advised(with_a_trauma(verdict.witness), book)
    raised = any(s.level is Level.ACT_NOW and s.outcome is Outcome.ESTABLISHED for s in told.suggestions)
    return raised and any(s.origin is Origin.ARTICLE and not s.withheld_by for s in told.suggestions)


def with_a_trauma(case: Case | None) -> Case:
    """The case with something in it on which the article has a suggestion."""
    assert case is not None
    return attrs.evolve(case, findings=(*case.findings, Stated("parent.unresolved_trauma", Status.PRESENT)))


def changed_by_the_article(verdict: Verdict, book: Rulebook) -> bool:
    """Safety says something else when rules of the article are off."""
    first = verdict.breaches[0]
    assert {book.rules[rule].origin for rule in first.off} == {Origin.ARTICLE}
    told, calm = (advised(first.witness, book, off=off) for off in ((), first.off))
    return told.of_origin(Origin.SAFETY) != calm.of_origin(Origin.SAFETY)


def speaks_by_default(verdict: Verdict, book: Rulebook) -> bool:
    """A rule that should be silent carries a result under the default profile."""
    rule = verdict.breaches[0].name.removesuffix(" is silent by default")
    return any(rule in {j.rule for j in s.because} for s in advised(verdict.witness, book).suggestions)


def never_fires(verdict: Verdict, book: Rulebook) -> bool:
    """There is no case to show: at every stage, with all its findings present, the rule is silent."""
    assert verdict.witness is None
    cases = [Case.of(child=stage, present=["baby.avoids_eye_contact"]) for stage in ("", "prenatal", "baby", "toddler", "none")]
    told = [advised(case, book) for case in cases if is_accepted(case, book)]
    return all(s.outcome is not Outcome.ESTABLISHED for advice in told for s in advice.suggestions if s.code == "discuss.contact")


def is_accepted(case: Case, book: Rulebook) -> bool:
    try:
        answer(case, book, book.profiles["default"])
    except CaseError:
        return False
    return True


BREAKS: dict[str, Callable[[Verdict, Rulebook], bool]] = {
    "rules-can-fire": never_fires,
    "rules-add-something": two_rules_together,
    "risk-never-lowers": lowered,
    "parents-never-offset": lowered,
    "compensation-needs-both": caught_without_a_condition,
    "act-now-withholds": not_withheld,
    "safety-stands-alone": changed_by_the_article,
    "article-never-touches-safety": changed_by_the_article,
    "off-stays-silent": speaks_by_default,
}


def test_the_lawful_rulebook_keeps_every_law_and_each_has_something_to_say(tmp_path: Path) -> None:
    verdicts = prove(lawful(tmp_path / "book"))
    assert broken(verdicts) == set()
    assert [verdict.name for verdict in verdicts] == [law.name for law in LAWS]
    for verdict in verdicts:
        assert verdict.by_structure + verdict.by_solver > 0, verdict.name
        assert (verdict.basis is Basis.STRUCTURE) is (verdict.by_solver == 0)
        assert (verdict.undecided, verdict.breaches, verdict.witness, verdict.changed) == (0, (), None, None)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_breaks_its_law_and_no_other_and_the_case_that_shows_it_does(name: str, tmp_path: Path) -> None:
    fault = FAULTS[name]
    faulty, sound = lawful(tmp_path / "faulty", fault), lawful(tmp_path / "sound")
    verdicts = by_name(prove(faulty))
    assert broken(tuple(verdicts.values())) == fault.broken
    for law in fault.broken:
        verdict = verdicts[law]
        assert verdict.holds is Holds.BROKEN
        assert verdict.breaches[0].witness == verdict.witness
        assert BREAKS[law](verdict, faulty), law
        if law == "rules-can-fire":
            assert not never_fires(verdict, sound)
        elif law not in {"rules-add-something", "article-never-touches-safety", "safety-stands-alone"}:
            assert not BREAKS[law](verdict, sound), law


def test_what_breaks_only_with_a_rule_on_says_which(tmp_path: Path) -> None:
    book = lawful(tmp_path / "book", FAULTS["a rule that is off and asks a risk to be absent"])
    breaches = by_name(prove(book))["risk-never-lowers"].breaches
    assert breaches
    off = {rule for rule in book.rules if rule not in active_rules(book, book.profiles["default"])}
    assert {frozenset(breach.on) for breach in breaches} == {frozenset(off)}
    assert by_name(prove(book, switched(book.profiles["default"], on=off)))["risk-never-lowers"].witness == breaches[0].witness


def test_every_rule_of_safety_above_a_rule_of_the_article_is_named_with_it(tmp_path: Path) -> None:
    verdicts = by_name(prove(lawful(tmp_path / "book", FAULTS["safety that rests on the article"])))
    assert {breach.name: breach.detail for breach in verdicts["safety-stands-alone"].breaches} == {
        "danger.seen rests on no rule of the article": "it rests on child.premature",
        "danger.now rests on no rule of the article": "it rests on child.premature",
    }


def test_every_law_has_a_fault() -> None:
    planted = {"exclusions-hold", "possible-withholds-nothing", "planes-agree", "information-takes-nothing"}
    assert {law.name for law in LAWS} == planted | {law for fault in FAULTS.values() for law in fault.broken}


# --- faults that no rulebook can hold: planted in the program --------------------------------------------------------------


def proved_with(name: str, instead: object, book: Rulebook, monkeypatch: pytest.MonkeyPatch) -> dict[str, Verdict]:
    """The laws of a rulebook that is compiled with something else in the place of a function."""
    monkeypatch.setattr(compiling, name, instead)
    return by_name(prove(book))


def test_an_admission_that_forgets_exclusions_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(findings: Mapping[str, Finding]) -> Entailment:
        closed = entailment(findings)
        return attrs.evolve(closed, against=dict.fromkeys(closed.against, ()))

    book = lawful(tmp_path / "book")
    verdicts = proved_with("entailment", forgetful, book, monkeypatch)
    assert broken(tuple(verdicts.values())) == {"exclusions-hold"}
    verdict = verdicts["exclusions-hold"]
    assert verdict.witness == Case.of(present=["parent.never_had_trauma", "parent.unresolved_trauma"])
    told = answer(verdict.witness, book, book.profiles["default"])
    assert all(told.values[told.program.present[s.code].established] for s in verdict.witness.findings)
    monkeypatch.undo()
    sound = lawful(tmp_path / "sound")
    with pytest.raises(CaseError, match="C311"):
        answer(verdict.witness, sound, sound.profiles["default"])


def test_a_flag_that_withholds_while_it_is_only_possible_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_soon(book: Rulebook, results: Mapping[str, Plane], admission: Admission) -> Mapping[str, int]:
        to = admission.to
        acting = [s for s in book.suggestions.values() if s.level is Level.ACT_NOW]
        return {s.flag: to.without(ONES, results[s.code].out) for s in acting}

    book = lawful(tmp_path / "book")
    verdicts = proved_with("_withholding", too_soon, book, monkeypatch)
    assert broken(tuple(verdicts.values())) == {"possible-withholds-nothing"}
    verdict = verdicts["possible-withholds-nothing"]
    told = advised(with_a_trauma(verdict.witness), book)
    assert [s for s in told.suggestions if s.level is Level.ACT_NOW and s.outcome is Outcome.ESTABLISHED] == []
    assert any(s.withheld_by for s in told.suggestions)


def test_a_rule_that_is_taken_back_and_stands_all_the_same_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def both_ways(rule: Rule, body: Plane, results: Mapping[str, Plane], to: Circuit) -> Plane:
        blocker = to.either_plane([results[code] for code in rule.unless])
        return Plane(body.established, to.both(body.robust, blocker.out), to.either(body.out, blocker.robust))

    book = lawful(tmp_path / "book")
    verdicts = proved_with("_rule", both_ways, book, monkeypatch)
    assert "planes-agree" in broken(tuple(verdicts.values()))
    breaches = verdicts["planes-agree"].breaches
    assert "result risk.child_open is not out and in at once" in {breach.name for breach in breaches}
    for breach in breaches:
        kind, code = breach.name.split()[:2]
        assert breach.witness is not None
        found = answer(breach.witness, book, book.profiles["default"])
        plane = (found.program.results if kind == "result" else found.program.rules)[code]
        assert found.values[plane.established]
        assert found.values[plane.out]


def test_certainty_that_more_information_takes_away_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_sure(rule: Rule, body: Plane, results: Mapping[str, Plane], to: Circuit) -> Plane:
        blocker = to.either_plane([results[code] for code in rule.unless])
        there = to.without(body.established, blocker.established)
        return Plane(there, there, to.either(body.out, blocker.robust))

    book = lawful(tmp_path / "book")
    verdicts = proved_with("_rule", too_sure, book, monkeypatch)
    assert broken(tuple(verdicts.values())) == {"information-takes-nothing"}
    for breach in verdicts["information-takes-nothing"].breaches:
        assert breach.witness is not None
        assert breach.changed is not None
        told = [robust_in(case, book) for case in (breach.witness, breach.changed)]
        gone = told[0] - told[1]
        assert gone
        assert all(f"{code} is robust" in breach.detail for code in gone)
        (added,) = set(said(breach.changed)) - set(said(breach.witness))
        assert breach.name == f"stating {added[0]}={added[1]} takes nothing certain away"


def robust_in(case: Case, book: Rulebook) -> set[str]:
    found = answer(case, book, book.profiles["default"])
    return {code for code, plane in found.program.results.items() if found.robust(plane)}


def said(case: Case) -> set[tuple[str, str]]:
    stages = {(name, stage) for name, stage in (("child", case.child_stage), ("adult", case.adult_stage)) if stage}
    return stages | {(s.code, s.status.value) for s in case.findings} | {(name, str(value)) for name, value in case.quantities}


# --- the rulebook of this library ------------------------------------------------------------------------------------------


@functools.cache
def real_verdicts() -> dict[str, Verdict]:
    return by_name(prove(default_rulebook()))


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_a_law_is_proved_of_this_rulebook(law: Law) -> None:
    verdict = real_verdicts()[law.name]
    assert verdict.breaches == ()
    assert verdict.undecided == 0
    assert verdict.by_structure + verdict.by_solver > 0


def test_the_one_risk_that_lowers_attention_does_so_by_excluding_the_protection_that_it_names(book: Rulebook) -> None:
    asked, code = inquiry(book), "attention.protective_factors"
    assert needs_protection(book, code)
    lowered = monotone(asked, code, "child.prenatal_stress")
    assert lowered.witness is not None
    assert lowered.changed is not None
    assert [status(case, code, book) for case in (lowered.witness, lowered.changed)] == [Outcome.POSSIBLE, Outcome.RULED_OUT]
    open_still, gone = (answer(c, book, book.profiles["default"]) for c in (lowered.witness, lowered.changed))
    protection = open_still.program.present["child.stress_free_prenatal_life"]
    assert (open_still.outcome(protection), gone.outcome(protection)) == (Outcome.POSSIBLE, Outcome.RULED_OUT)


def test_nothing_else_that_calls_for_attention_needs_a_protection(book: Rulebook) -> None:
    calls = {suggestion.code for suggestion in book.suggestions.values() if suggestion.kind in CALLS}
    assert {code for code in calls if needs_protection(book, code)} == {"attention.protective_factors"}


def test_what_protects_is_still_lowered_by_no_risk_in_another_way(book: Rulebook) -> None:
    """A rule that asks for the absence of a risk beside the protection breaks the law: its risk excludes no protection."""
    id_ = "weighing.protection_beside_child_risk"
    rule = book.rules[id_]
    faulty = attrs.evolve(
        book,
        rules={
            **book.rules,
            id_: attrs.evolve(rule, when=AllOf((rule.when, IsAbsent("child.visible_handicap", rule.span)), rule.span)),
        },
    )
    assert needs_protection(faulty, "attention.protective_factors")
    breaches = [verdict for verdict in risk_never_lowers(inquiry(faulty)) if verdict.holds is not Holds.PROVED]
    assert [breach.name for breach in breaches] == ["child.visible_handicap never lowers attention.protective_factors"]


def test_the_counts_are_those_of_the_rulebook(book: Rulebook) -> None:
    verdicts = real_verdicts()
    count = {name: verdict.by_structure + verdict.by_solver for name, verdict in verdicts.items()}
    risks = sum(finding.direction is Direction.RISK for finding in book.findings.values())
    calls = sum(suggestion.kind in CALLS for suggestion in book.suggestions.values())
    assert count["rules-can-fire"] == len(book.rules)
    assert count["risk-never-lowers"] == risks * calls
    assert count["act-now-withholds"] == sum(s.level is Level.ACT_NOW for s in book.suggestions.values())
    assert count["safety-stands-alone"] == sum(rule.origin is Origin.SAFETY for rule in book.rules.values())
    assert count["off-stays-silent"] == len(book.rules) - len(active_rules(book, book.profiles["default"]))
    assert count["information-takes-nothing"] == len(inquiry(book).space.facts)
    assert count["compensation-needs-both"] == 6


def test_a_flag_that_must_withhold_withholds_every_article_and_today_suggestion_of_the_advice(book: Rulebook) -> None:
    """What the law says of the register, seen in the advice: for each flag a case that raises it."""
    asked = inquiry(book)
    acting = [s for s in book.suggestions.values() if s.level is Level.ACT_NOW]
    assert acting
    for suggestion in acting:
        told = advised(with_a_trauma(can_fire(asked, suggestion.code).witness), book)
        others = [s for s in told.suggestions if s.origin is not Origin.SAFETY]
        assert others
        assert all(suggestion.flag in {flag.id for flag in s.withheld_by} for s in others)
