"""Laws of every advice: what more information, another order or other cases beside it can and cannot change."""

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

import oracle
from hechting_rules.advice import Outcome
from hechting_rules.engine.kernel import run
from hechting_rules.errors import CaseError
from hechting_rules.explain import advise
from hechting_rules.facts import block
from hechting_rules.model import Rulebook
from hechting_rules.render.json import to_json
from hechting_rules.rulebook import default_rulebook
from hechting_rules.stated import Case, Stated
from hechting_rules.terms import Direction, Kind, Language, Status
from rebuilt import answered
from strategies import books_with_cases, cases, real_cases, rulebooks

ORDER = {Outcome.RULED_OUT: 0, Outcome.POSSIBLE: 1, Outcome.ESTABLISHED: 2}
CALLS = {Kind.ATTENTION, Kind.DISCUSS, Kind.REFER, Kind.SAFETY}


def lost_only_by_unless(book: Rulebook) -> set[str]:
    """The results with an ``unless`` in their cone."""
    return {code for code in book.order if any(r.unless for r in oracle.cone(book, [code]))}


@st.composite
def parts(draw: st.DrawFn, case: Case) -> Case:
    """A case that says less: some statements left out, each stage and quantity kept or not."""
    return attrs.evolve(
        case,
        child_stage=draw(st.sampled_from(["", case.child_stage])),
        adult_stage=draw(st.sampled_from(["", case.adult_stage])),
        quantities=tuple(q for q in case.quantities if draw(st.booleans())),
        findings=tuple(s for s in case.findings if draw(st.booleans())),
    )


def check_more_says_no_less(less: Case, more: Case, book: Rulebook) -> None:
    before, after = answered(less, book), answered(more, book)
    shaky = lost_only_by_unless(book)
    for code, plane in before.program.results.items():
        for register in (plane.robust, plane.out):
            assert after.values[register] >= before.values[register], code
        if code not in shaky:
            assert after.values[plane.established] >= before.values[plane.established], code


def check_columns(several: list[Case], book: Rulebook) -> None:
    alone = [answered(case, book) for case in several]
    program = alone[0].program
    together = run(program.steps, block([a.admitted.facts for a in alone], program, book))
    for place, one in enumerate(alone):
        assert [register >> place & 1 for register in together] == list(one.values)
    assert all(register >> len(several) == 0 for register in together)


@settings(max_examples=40)
@given(real_cases(), st.data())
def test_the_order_of_findings_does_not_matter(case: Case, data: st.DataObject) -> None:
    book = default_rulebook()
    shuffled = data.draw(st.permutations(case.findings))
    one, other = (advise(c, book) for c in (case, attrs.evolve(case, findings=tuple(shuffled))))
    assert one.warnings == other.warnings
    assert to_json(one, Language.EN) == to_json(other, Language.EN)


@settings(max_examples=40)
@given(st.lists(real_cases(), min_size=1, max_size=9))
def test_one_case_is_its_column_in_any_block(several: list[Case]) -> None:
    check_columns(several, default_rulebook())


@settings(max_examples=60)
@given(st.data())
def test_in_any_rulebook_one_case_is_its_column_in_any_block(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    check_columns(data.draw(st.lists(cases(book), min_size=1, max_size=70)), book)


@settings(max_examples=80)
@given(real_cases(most=16), st.data())
def test_more_information_takes_nothing_certain_away(case: Case, data: st.DataObject) -> None:
    check_more_says_no_less(data.draw(parts(case)), case, default_rulebook())


@settings(max_examples=200)
@given(books_with_cases(rulebooks()), st.data())
def test_in_any_rulebook_more_information_takes_nothing_certain_away(drawn: tuple[Rulebook, Case], data: st.DataObject) -> None:
    book, case = drawn
    check_more_says_no_less(data.draw(parts(case)), case, book)


@settings(max_examples=25)
@given(real_cases())
def test_more_risk_never_lowers_what_calls_for_attention(case: Case) -> None:
    book = default_rulebook()
    without = answered(case, book)
    said = oracle.stated(case, book)
    calls = [code for code, suggestion in book.suggestions.items() if suggestion.kind in CALLS]
    tried = 0
    for finding in book.findings.values():
        if finding.direction is Direction.RISK and said.get(finding.code) is not Status.PRESENT:
            others = tuple(s for s in case.findings if book.alias.get(s.code, s.code) != finding.code)
            riskier = attrs.evolve(case, findings=(*others, Stated(finding.code, Status.PRESENT)))
            try:
                found = answered(riskier, book)
            except CaseError:
                continue
            tried += 1
            for code in calls:
                plane = found.program.results[code]
                assert ORDER[found.outcome(plane)] >= ORDER[without.outcome(plane)], (finding.code, code)
    assert tried
