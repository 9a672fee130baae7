"""Every counterfactual works, nothing smaller does, none of its size is missing; and why there is none is true."""

import itertools
from collections.abc import Iterable, Iterator

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oracle
from hechting_rules.condition import Condition, Is, IsAbsent, leaves
from hechting_rules.explain import counterfactual
from hechting_rules.explaining.counterfactuals import MOST_FINDINGS, MOST_SETS
from hechting_rules.explanations import Counterfactual, NoWay
from hechting_rules.model import Rulebook
from hechting_rules.rulebook import default_rulebook
from hechting_rules.stated import Case
from hechting_rules.terms import Change, Origin
from rebuilt import changed, default, established, example, rebuilt
from strategies import cases, real_cases, rulebooks

CAN_BECOME = {
    Change.NEVER: frozenset[str](),
    Change.TO_ABSENT: frozenset({"absent"}),
    Change.TO_PRESENT: frozenset({"present"}),
    Change.EITHER: frozenset({"absent", "present"}),
}
_Sets = set[frozenset[tuple[str, str]]]


@st.composite
def changing_books(draw: st.DrawFn) -> tuple[Rulebook, Case]:
    """A small random rulebook whose findings can change in one way, both or none, and a case for it."""
    book = draw(rulebooks(most=5))
    ways = {code: draw(st.sampled_from([Change.EITHER, *Change])) for code in book.findings}
    findings = {code: attrs.evolve(finding, changeable=ways[code]) for code, finding in book.findings.items()}
    book = attrs.evolve(book, findings=findings)
    return book, draw(cases(book))


def allowed(case: Case, book: Rulebook, *, freely: bool = False) -> list[tuple[str, str]]:
    """What each finding can become and, by what the oracle knows, is not; ``freely`` as if all could change."""
    known = oracle.known(case, book, default(book))
    now = {(code, "present") for code in known.present} | {(code, "absent") for code in known.absent}
    return [
        (code, value)
        for code, finding in book.findings.items()
        for value in ("present", "absent")
        if (freely or value in CAN_BECOME[finding.changeable]) and (code, value) not in now
    ]


def together(changes: Iterable[tuple[str, str]], sizes: Iterable[int]) -> Iterator[tuple[tuple[str, str], ...]]:
    """All sets of so many changes, each of another finding."""
    of: dict[str, list[tuple[str, str]]] = {}
    for change in changes:
        of.setdefault(change[0], []).append(change)
    for size in sizes:
        for names in itertools.combinations(of, size):
            yield from itertools.product(*(of[name] for name in names))


def as_set(facts: Iterable[object]) -> frozenset[tuple[str, str]]:
    return frozenset((getattr(fact, "name", ""), getattr(fact, "value", "")) for fact in facts)


def moved_by(case: Case, book: Rulebook, *, freely: bool = False) -> dict[str, dict[int, _Sets]]:
    """For each result, by size, all sets of allowed changes with which it comes, or goes where it is established."""
    now = established(case, book) or frozenset()
    found: dict[str, dict[int, _Sets]] = {code: {} for code in book.order}
    for some in together(allowed(case, book, freely=freely), range(1, len(book.findings) + 1)):
        then = established(changed(case, some, book), book)
        for code in frozenset() if then is None else then ^ now:
            found[code].setdefault(len(some), set()).add(frozenset(some))
    return found


def check_sets(told: Counterfactual, code: str, case: Case, book: Rulebook) -> None:
    """The sets work, each finding in a direction in which it can change; all are of one size."""
    now = established(case, book) or frozenset()
    assert told.code == code
    assert told.adds is (code not in now)
    assert (told.none is None) is bool(told.sets)
    assert len({as_set(facts) for facts in told.sets}) == len(told.sets) <= MOST_SETS
    assert len({len(facts) for facts in told.sets}) <= 1
    for facts in told.sets:
        assert 1 <= len(facts) <= MOST_FINDINGS
        assert as_set(facts) <= set(allowed(case, book))
        then = established(rebuilt(case, book, facts), book)
        assert then is not None
        assert (code in then) is told.adds


@settings(max_examples=400)
@given(changing_books())
def test_in_any_rulebook_the_sets_are_all_the_smallest_ones_that_move_the_result(drawn: tuple[Rulebook, Case]) -> None:
    book, case = drawn
    moved = moved_by(case, book)
    for code in book.order:
        told = counterfactual(case, code, book)
        check_sets(told, code, case, book)
        size = min((n for n in moved[code] if n <= MOST_FINDINGS), default=0)
        smallest = moved[code].get(size, set())
        got = {as_set(facts) for facts in told.sets}
        assert got <= smallest
        assert len(got) == min(len(smallest), MOST_SETS)


@settings(max_examples=250)
@given(changing_books())
def test_in_any_rulebook_there_is_none_only_for_the_reason_told(drawn: tuple[Rulebook, Case]) -> None:
    book, case = drawn
    reasons = {code: counterfactual(case, code, book).none for code in book.order}
    moved = moved_by(case, book)
    freely = moved_by(case, book, freely=True)
    for code, reason in reasons.items():
        if reason in {NoWay.HISTORY, NoWay.FIXED}:
            assert not moved[code], code
            assert bool(freely[code]) is (reason is NoWay.HISTORY), code
        assert reason is not NoWay.SAFETY


@settings(max_examples=10)
@given(real_cases(), st.data())
def test_each_set_of_the_real_rulebook_works_and_safety_has_none(case: Case, data: st.DataObject) -> None:
    book = default_rulebook()
    for code in data.draw(st.lists(st.sampled_from(book.order), min_size=12, max_size=12, unique=True)):
        told = counterfactual(case, code, book)
        check_sets(told, code, case, book)
        safety = code in book.suggestions and book.suggestions[code].origin is Origin.SAFETY
        assert (told.none is NoWay.SAFETY) is safety


@pytest.mark.parametrize("name", ["02", "09", "13"])
def test_all_single_changes_that_move_a_result_of_an_example_are_told_and_no_more(name: str) -> None:
    book, case = default_rulebook(), example(name)
    now = established(case, book) or frozenset()
    singles: dict[str, _Sets] = {code: set() for code in book.order}
    for change in allowed(case, book):
        then = established(changed(case, [change], book), book)
        for code in frozenset() if then is None else then ^ now:
            singles[code].add(frozenset([change]))
    assert sum(bool(sets) for sets in singles.values()) > 40
    for code, sets in singles.items():
        told = counterfactual(case, code, book)
        if told.none is NoWay.SAFETY:
            continue
        got = {as_set(facts) for facts in told.sets}
        if sets:
            assert got <= sets
            assert len(got) == min(len(sets), MOST_SETS), code
        else:
            assert not any(len(facts) == 1 for facts in got), code


def test_where_three_changes_are_told_no_two_do(book: Rulebook) -> None:
    case, code = example("09"), "context.continuum"
    told = counterfactual(case, code, book)
    assert [len(facts) for facts in told.sets] == [3, 3]
    named = {c for rule in oracle.cone(book, [code]) for c in names(rule.when)}
    near = [change for change in allowed(case, book) if change[0] in named]
    assert len(near) > 10
    for some in together(near, [1, 2]):
        assert code not in (established(changed(case, some, book), book) or frozenset())


def names(condition: Condition) -> set[str]:
    return {leaf.code for leaf in leaves(condition) if isinstance(leaf, Is | IsAbsent)}
