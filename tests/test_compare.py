"""Comparing two rulebooks: what it says is so in every case, and no case shows what it does not say."""

import itertools
import sys
from collections.abc import Sequence
from typing import Any

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from comparing import NEW, OLD, PLANES, SHIFTS, check_witnesses, of, one_rule, real_pair, shown
from hechting_rules.answered import prepare
from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, InRange, Is, IsAbsent, leaves
from hechting_rules.engine.kernel import run
from hechting_rules.errors import CaseError
from hechting_rules.facts import Fact, block
from hechting_rules.model import Rulebook
from hechting_rules.reading.crosscheck import check
from hechting_rules.source import Problems
from hechting_rules.stated import Case, Stated
from hechting_rules.terms import NO_PERSON, About, Language, Person, Status
from hechting_rules.verify import smt
from hechting_rules.verify.compare import Basis, Comparison, Shift, Verdict, anything_differs, compare
from hechting_rules.verify.compared import to_text
from hechting_rules.verify.edits import Part
from rebuilt import answered
from strategies import HERE, QUANTITIES, RANGES, finding, real_cases, rule, rulebook, rulebooks

BACK = dict(itertools.chain.from_iterable(((a, b), (b, a)) for a, b in zip(list(Shift)[::2], list(Shift)[1::2], strict=True)))


def again(book: Rulebook, **parts: Any) -> Rulebook:
    """A rulebook with other parts, checked as a whole; an example that is no rulebook is left out."""
    problems = Problems()
    checked = check(attrs.evolve(book, **parts), problems)
    assume(not problems.found)
    return checked


def said(comparison: Comparison) -> dict[str, tuple[Verdict, frozenset[Shift]]]:
    """The verdict and the shifts of everything compared."""
    found = {r.code: r.settled for r in comparison.results} | {f.id: f.settled for f in comparison.withholding}
    found |= {a.shift.value: a.settled for a in comparison.admission}
    return {name: (settled.verdict, frozenset(settled.shifts)) for name, settled in found.items()}


def mutated(draw: st.DrawFn, when: Condition, codes: Sequence[str]) -> Condition:
    """A condition with one thing changed somewhere in it."""
    match when:
        case AllOf(parts) | AnyOf(parts) | AtLeast(parts=parts):
            place = draw(st.integers(0, len(parts) - 1))
            forms = ["inside", "inside", "fewer", "other"]
            form = draw(st.sampled_from(forms))
            if form == "fewer" and len(parts) > 1:
                return attrs.evolve(when, parts=parts[:place] + parts[place + 1 :])
            if form == "other":
                return AnyOf(parts, HERE) if isinstance(when, AllOf) else AllOf(parts, HERE)
            changed = mutated(draw, parts[place], codes)
            return attrs.evolve(when, parts=(*parts[:place], changed, *parts[place + 1 :]))
        case Is(code) if code in codes:
            instead: list[Condition] = [IsAbsent(code, HERE), *(Is(c, HERE) for c in codes if c != code)]
            return draw(st.sampled_from(instead))
        case IsAbsent(code):
            return Is(code, HERE)
        case InRange(name):
            return InRange(draw(st.sampled_from([r.name for r in RANGES if r.name != name])), HERE)
        case _:
            return Is(draw(st.sampled_from(codes)), HERE)


@st.composite
def pairs(draw: st.DrawFn, *, vocabulary: bool = False) -> tuple[Rulebook, Rulebook]:
    """A small rulebook, and the same with one rule changed; with ``vocabulary`` also what one finding implies and excludes."""
    book = draw(rulebooks(most=4))
    codes = sorted(book.findings)
    chosen = book.rules[draw(st.sampled_from(sorted(book.rules)))]
    changed = attrs.evolve(chosen, when=mutated(draw, chosen.when, codes))
    if draw(st.booleans()) and chosen.unless:
        changed = attrs.evolve(chosen, unless=())
    findings = dict(book.findings)
    if vocabulary:
        code = draw(st.sampled_from(codes))
        others = st.lists(st.sampled_from([c for c in codes if c != code]), max_size=1)
        findings[code] = attrs.evolve(findings[code], implies=tuple(draw(others)), excludes=tuple(draw(others)), alias=())
    return book, again(book, rules={**book.rules, chosen.id: changed}, findings=findings)


def every_way(old: Rulebook, new: Rulebook) -> list[list[Fact]]:
    """Everything that a case can state, in every way, with quantities as far as some rule asks for them."""
    named = {r.quantity for b in (old, new) for rule in b.rules.values() for leaf in leaves(rule.when) for r in named_by(leaf, b)}
    values = {"child_age_months": (0, 3, 6, 9, 12, 18, 24, 30, 36, 40), "adult_age_years": (10, 18, 30, 40, 45, 50, 60)}
    values["pregnancy_week"] = (0, 20, 30)
    choices: list[list[list[Fact]]] = []
    for person, age in ((Person.CHILD, "child_age_months"), (Person.ADULT, "adult_age_years")):
        stages = [*(s.code for s in old.stages.values() if s.of is person), NO_PERSON]
        ages = [[Fact(age, repr(float(value)))] for value in (values[age] if age in named else ())]
        choices.append([[], *([Fact(person.value, stage)] for stage in stages), *ages])
    weeks = values["pregnancy_week"] if "pregnancy_week" in named else values["pregnancy_week"][:1]
    choices.append([[], *([Fact("pregnancy_week", repr(float(week)))] for week in weeks)])
    choices += [[[], [Fact(code, "present")], [Fact(code, "absent")]] for code in old.findings]
    return [list(itertools.chain.from_iterable(way)) for way in itertools.product(*choices)]


def named_by(leaf: Condition, book: Rulebook) -> list[Any]:
    return [book.ranges[leaf.name]] if isinstance(leaf, InRange) else []


def check_all_cases(old: Rulebook, new: Rulebook) -> Comparison:
    """What a comparison says, against each case in the kernel."""
    comparison = compare(old, new)
    every = every_way(old, new)
    programs = [prepare(book, "default") for book in (old, new)]
    before, after = (run(p.steps, block(every, p, b)) for p, b in zip(programs, (old, new), strict=True))
    refused, refuses = before[programs[0].refused], after[programs[1].refused]
    usable = before[1] & ~refused & ~refuses
    for result in comparison.results:
        expected = set()
        for name in PLANES:
            one, other = (
                values[getattr(p.results[result.code], name)] for values, p in zip((before, after), programs, strict=True)
            )
            expected |= {SHIFTS[name, True]} if other & ~one & usable else set()
            expected |= {SHIFTS[name, False]} if one & ~other & usable else set()
        assert set(result.settled.shifts) == expected, result.code
        assert result.settled.verdict is (Verdict.DIFFERS if expected else Verdict.SAME)
        assert result.settled.undecided == ()
    admission = {a.shift: a.settled.verdict is Verdict.DIFFERS for a in comparison.admission}
    assert admission == {Shift.ADMITTED: bool(refused & ~refuses), Shift.NOT_ADMITTED: bool(refuses & ~refused)}
    return comparison


@settings(max_examples=45)
@given(pairs())
def test_what_differs_over_all_cases_is_what_some_case_shows(drawn: tuple[Rulebook, Rulebook]) -> None:
    old, new = drawn
    check_witnesses(check_all_cases(old, new), old, new)


@settings(max_examples=30)
@given(pairs(vocabulary=True))
def test_with_another_vocabulary_too(drawn: tuple[Rulebook, Rulebook]) -> None:
    old, new = drawn
    comparison = check_all_cases(old, new)
    check_witnesses(comparison, old, new)
    for admission in comparison.admission:
        witness = admission.settled.witness
        if witness is not None:
            accepting, refusing = (new, old) if admission.shift is Shift.ADMITTED else (old, new)
            answered(witness, accepting)
            with pytest.raises(CaseError) as raised:
                answered(witness, refusing)
            assert admission.refusal == tuple(f"{d.code} {d.message}" for d in raised.value.diagnostics)


@settings(max_examples=30)
@given(pairs(vocabulary=True))
def test_the_other_way_round_everything_is_the_other_way_round(drawn: tuple[Rulebook, Rulebook]) -> None:
    old, new = drawn
    forth, back = compare(old, new), compare(new, old)
    turned = {name: (verdict, frozenset(BACK[s] for s in shifts)) for name, (verdict, shifts) in said(back).items()}
    swapped = {BACK[Shift(name)].value if name in set(Shift) else name: value for name, value in turned.items()}
    assert said(forth) == swapped
    assert {(i.part, i.id, i.added) for i in forth.listed} == {(i.part, i.id, not i.added) for i in back.listed}
    assert {(e.part, e.id, e.field, e.old, e.new) for e in forth.edited} == {
        (e.part, e.id, e.field, e.new, e.old) for e in back.edited
    }


@settings(max_examples=30)
@given(rulebooks())
def test_a_rulebook_does_not_differ_from_itself(book: Rulebook) -> None:
    comparison = compare(book, book)
    assert not anything_differs(comparison)
    assert {r.settled.basis for r in comparison.results} == {Basis.STEPS}
    assert to_text(comparison, Language.EN).endswith("\nnothing differs\n")


def test_a_finding_that_only_the_new_one_knows_shows_where_it_can_no_longer_be_ruled_out() -> None:
    old = one_rule(Is("f.1", HERE), finding("f.1"))
    new = one_rule(AnyOf((Is("f.1", HERE), Is("f.2", HERE)), HERE), finding("f.1"), finding("f.2"))
    comparison = compare(old, new)
    result = of(comparison, "c.1")
    assert result.settled.shifts == (Shift.NOT_RULED_OUT,)
    assert result.settled.witness == Case.of(absent=["f.1"])
    assert [(i.part, i.id, i.added) for i in comparison.listed] == [(Part.FINDING, "f.2", True)]
    assert all(a.settled.verdict is Verdict.SAME for a in comparison.admission)


def test_a_renamed_finding_is_compared_under_the_name_that_both_know() -> None:
    old = one_rule(Is("f.1", HERE), finding("f.1"))
    new = one_rule(Is("f.new", HERE), finding("f.new", alias=("f.1",)))
    comparison = compare(old, new)
    assert of(comparison, "c.1").settled.verdict is Verdict.SAME
    assert comparison.listed == ()
    assert [(e.id, e.field, e.old.en, e.new.en) for e in comparison.edited if e.part is Part.FINDING] == [
        ("f.new", "code", "f.1", "f.new"),
        ("f.new", "alias", "", "f.1"),
    ]
    other = one_rule(IsAbsent("f.new", HERE), finding("f.new", alias=("f.1",)))
    settled = of(compare(old, other), "c.1").settled
    assert settled.shifts[0] is Shift.ESTABLISHED
    assert settled.witness == Case.of(absent=["f.1"])


@pytest.mark.parametrize("bound", [{}, {"about": About.PARENT, "stages": ("small",)}])
def test_two_findings_that_become_one_cannot_be_answered_in_two_ways(bound: dict[str, Any]) -> None:
    """Nor while it is not known whether the finding counts at the child's stage."""
    old = one_rule(Is("f.1", HERE), finding("f.1", **bound), finding("f.2", **bound))
    new = one_rule(Is("f.1", HERE), finding("f.1", alias=("f.2",), **bound))
    comparison = compare(old, new)
    witness = of(comparison, "c.1").settled.witness
    assert {stated.code for stated in witness.findings} == {"f.2"}
    one, other = comparison.admission
    assert one.settled.verdict is Verdict.SAME
    assert other.settled.witness is not None
    assert {stated.code for stated in other.settled.witness.findings} == {"f.1", "f.2"}
    assert other.settled.witness.child_stage == ""
    assert other.refusal[0] in {"C302 'f.1' is both absent and present", "C302 'f.1' is both present and absent"}


def test_another_bound_of_a_stage_shows_at_an_age_between_the_two() -> None:
    old = one_rule(InRange("around_two", HERE), finding("f.1"))
    number = attrs.evolve(old.parameters["small_below"], value=20.0)
    comparison = compare(old, attrs.evolve(old, parameters={**old.parameters, "small_below": number}))
    (edit,) = comparison.edited
    assert (edit.part, edit.id, edit.field, edit.old.en, edit.new.en) == (Part.PARAMETER, "small_below", "value", "12", "20")
    (accepted, refused) = (a.settled.witness for a in comparison.admission)
    assert accepted is not None
    assert refused is not None
    assert 12 <= dict(accepted.quantities)["child_age_months"] < 20
    assert accepted.child_stage == "small"
    assert refused.child_stage != "small"


def test_other_bounds_of_a_quantity_show_as_cases_that_one_refuses() -> None:
    wider = [attrs.evolve(q, most=60) if q.name == "pregnancy_week" else q for q in QUANTITIES]
    old, new = one_rule(Is("f.1", HERE), finding("f.1")), one_rule(Is("f.1", HERE), finding("f.1"), quantities=wider)
    comparison = compare(old, new)
    admitted, lost = comparison.admission
    assert admitted.settled.witness is not None
    assert 45 < dict(admitted.settled.witness.quantities)["pregnancy_week"] <= 60
    assert admitted.refusal[0].startswith("C305 pregnancy_week is ")
    assert lost.settled.verdict is Verdict.SAME
    told = to_text(comparison, Language.EN).partition("Cases that only one of them accepts\n")[2]
    week = f"{dict(admitted.settled.witness.quantities)['pregnancy_week']:g}"
    expected = f"  accepted by the new one only\n    case\n      pregnancy_week: {week}\n    old: C305 pregnancy_week is {week};"
    assert told.startswith(expected)


def test_a_result_of_one_of_them_is_listed_and_what_rests_on_another_says_through_what() -> None:
    findings = [finding("f.1"), finding("f.2")]
    old = rulebook(findings, [rule("r.1", Is("f.1", HERE), "c.1"), rule("r.2", Is("c.1", HERE), "c.2")])
    new = rulebook(
        findings,
        [rule("r.1", Is("f.2", HERE), "c.1"), rule("r.2", Is("c.1", HERE), "c.2"), rule("r.3", Is("f.1", HERE), "s.1")],
        suggestions=["s.1"],
    )
    comparison = compare(old, new)
    assert [(i.part, i.id) for i in comparison.listed] == [(Part.RULE, "r.3"), (Part.SUGGESTION, "s.1")]
    assert {r.code: r.through for r in comparison.results} == {"c.1": (), "c.2": ("c.1",)}
    text = to_text(comparison, Language.EN)
    assert text.index("  c.1: words") < text.index("  c.2: words")


def without_z3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    monkeypatch.delitem(sys.modules, smt.__name__)


GIVEN = [
    Case.of(id="neither", absent=["f.1"]),
    Case.of(id="shows", present=["f.1"], absent=["f.2"]),
    Case.of(id="old only", present=["f.3"]),
    Case.of(id="nobody", present=["f.9"]),
    Case(id="both", findings=(Stated("f.1", Status.PRESENT), Stated("f.1", Status.ABSENT))),
]


def test_without_z3_given_cases_are_looked_through_and_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    without_z3(monkeypatch)
    comparison = compare(OLD, NEW, cases=GIVEN)
    assert (comparison.solver, comparison.population, comparison.outside) == (False, 2, ("old only", "nobody", "both"))
    settled = of(comparison, "c.1").settled
    assert (settled.verdict, settled.basis) == (Verdict.DIFFERS, Basis.GIVEN_CASES)
    assert settled.shifts == (Shift.ESTABLISHED, Shift.ROBUST, Shift.NOT_RULED_OUT)
    assert settled.witness == Case.of(present=["f.1"])
    assert set(settled.undecided) == {Shift.NOT_ESTABLISHED, Shift.NOT_ROBUST, Shift.RULED_OUT}
    text = to_text(comparison, Language.EN)
    assert "rest on 2 given cases only, the others on all cases: a comparison over all cases needs the extra 'verify'" in text
    assert "given cases that one of them cannot read: old only, nobody, both" in text


def test_without_z3_and_without_cases_what_is_not_the_same_by_its_steps_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    without_z3(monkeypatch)
    comparison = compare(OLD, NEW)
    settled = of(comparison, "c.1").settled
    assert (settled.verdict, settled.basis, settled.witness) == (Verdict.UNDECIDED, Basis.GIVEN_CASES, None)
    assert "Results not decided\n  c.1: words\n    no given case shows: newly established" in to_text(comparison, Language.EN)
    assert compare(OLD, OLD).results[0].settled.basis is Basis.STEPS
    assert anything_differs(comparison)


def test_past_the_limit_given_cases_are_looked_through() -> None:
    comparison = compare(OLD, NEW, cases=GIVEN, limit=1)
    assert comparison.solver
    assert of(comparison, "c.1").settled.basis is Basis.GIVEN_CASES
    assert of(comparison, "c.1").settled.witness == Case.of(present=["f.1"])
    assert "z3 gave up at its limit" in to_text(comparison, Language.EN)
    assert of(compare(OLD, NEW, cases=GIVEN), "c.1").settled.basis is Basis.ALL_CASES


@settings(max_examples=5)
@given(st.lists(real_cases(), min_size=1, max_size=20))
def test_what_given_cases_show_is_what_the_kernel_finds_in_them(population: list[Case]) -> None:
    old, new = real_pair()
    with pytest.MonkeyPatch.context() as patch:
        without_z3(patch)
        comparison = compare(old, new, cases=population)
    assert comparison.population == len(population)
    for result in comparison.results:
        expected = {shift for case in population for shift in shown(case, result.code, old, new)}
        assert set(result.settled.shifts) == expected
