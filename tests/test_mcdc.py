"""Masking MC/DC: a condition is shown to decide its rule exactly where it does so by a plain reading of the rule."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from hechting_rules import Rulebook, load_rulebook
from hechting_rules.answered import Answered
from hechting_rules.cli import run
from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, InRange, InStage, Is, IsAbsent
from hechting_rules.errors import CaseError
from hechting_rules.model import Rule
from hechting_rules.relations import group_parts
from hechting_rules.rulebook import default_rulebook
from hechting_rules.stated import Case, Expected
from hechting_rules.stated import Test as GuidanceTest
from hechting_rules.testing.guidance import all_tests
from hechting_rules.verify.drafts import drafts
from hechting_rules.verify.mcdc import Independence, Seen, halves, independence
from hechting_rules.verify.report import independence_lines
from hechting_rules.verify.space import case_of
from mutating import all_cases, books_with_tests, outcome, under, without_ages
from strategies import HERE, complete_cases, finding, rule, rulebook, rulebooks

BASE = Path(__file__).parent / "diagnostics" / "base"
SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)

OPEN = (False, False)
Held = tuple[bool, bool]
"""Whether something is established, and whether it is ruled out."""


# --- a plain reading of a rule -----------------------------------------------------------------------------------------------


def single(leaf: Condition, answered: Answered) -> Held:
    """What a case says of a single condition."""
    program, values = answered.program, answered.values
    planes = []
    match leaf:
        case Is(code):
            planes = [program.results.get(code) or program.present[code]]
        case IsAbsent(code):
            planes = [program.absent[code]]
        case InRange(name):
            planes = [program.ranges[name]]
        case InStage(stages):
            planes = [program.stages[stage] for stage in stages]
    return any(values[p.established] for p in planes), all(values[p.out] for p in planes)


def held(condition: Condition, leaves: Iterator[Held], book: Rulebook) -> Held:
    """What a condition comes to, its single conditions taken one after another from ``leaves``."""
    if not isinstance(condition, AllOf | AnyOf | AtLeast):
        return next(leaves)
    parts = {part: held(part, leaves, book) for part in condition.parts}
    groups: tuple[tuple[Condition, ...], ...] = tuple((part,) for part in parts)
    least = len(groups) if isinstance(condition, AllOf) else 1
    if isinstance(condition, AtLeast):
        groups, least = group_parts(condition.parts, book.findings), condition.count
    yes = sum(any(parts[part][0] for part in group) for group in groups)
    no = sum(all(parts[part][1] for part in group) for group in groups)
    return yes >= least, no > len(groups) - least


def plain_leaves(condition: Condition) -> list[Condition]:
    """The single conditions, in the order of the file."""
    parts = getattr(condition, "parts", None)
    return [condition] if parts is None else [leaf for part in parts for leaf in plain_leaves(part)]


def decides(one: Rule, place: int, answered: Answered, book: Rulebook) -> Held:
    """Whether the single condition at a place, or the unless after them, alone decides that the rule holds, and that it fails."""
    if one.id not in answered.program.active:
        return OPEN
    said = [single(leaf, answered) for leaf in plain_leaves(one.when)]
    body = held(one.when, iter(said), book)
    if place < len(said):
        without = held(one.when, iter([*said[:place], OPEN, *said[place + 1 :]]), book)
        return body[0] and not without[0], body[1] and not without[1]
    blockers = [single(Is(code, HERE), answered) for code in one.unless]
    own = blockers.pop(place - len(said))
    ready = body[0] and not any(yes for yes, _ in blockers)
    return ready and own[1], ready and own[0]


def conditions(book: Rulebook, found: tuple[Independence, ...]) -> Iterator[tuple[Rule, int, Independence]]:
    """Each condition that is told, with its rule and its place in it: all of them, in the order of the files."""
    told = iter(found)
    for one in book.rules.values():
        for place in range(len(plain_leaves(one.when)) + len(one.unless)):
            yield one, place, next(told)
    assert next(told, None) is None


# --- every verdict is so -----------------------------------------------------------------------------------------------------


@settings(max_examples=12, deadline=None, suppress_health_check=SLOW, phases=UNSHRUNK)
@given(books_with_tests(most=3, fewest=1))
def test_each_verdict_is_what_the_guidance_tests_and_all_cases_show(book: Rulebook) -> None:
    assume(without_ages(book))
    tests = [(test, under(test.given, test.switch_on, book)) for test in all_tests(book)]
    for one, place, told in conditions(book, independence(book)):
        assert told.rule == one.id
        for way, half in enumerate((told.holds, told.fails)):
            showing = [test for test, answered in tests if decides(one, place, answered, book)[way]]
            assert (half.seen is Seen.SHOWN) is bool(showing), (told, showing)
            if half.seen is Seen.SHOWN:
                assert half.by == f"{showing[0].span}: {showing[0].name}"
            if half.gap is not None:
                assert half.seen is Seen.MISSING
                assert decides(one, place, under(half.gap.case, half.gap.switch_on, book), book)[way]
                assert outcome(half.gap.case, half.gap.switch_on, half.gap.code, book)[0] is half.gap.outcome


@settings(max_examples=4, deadline=None, suppress_health_check=SLOW, phases=UNSHRUNK)
@given(rulebooks(most=3))
def test_what_is_proved_infeasible_no_case_shows(book: Rulebook) -> None:
    assume(without_ages(book))
    found = independence(book)
    open_ways = [
        (one, place, way)
        for one, place, told in conditions(book, found)
        for way, half in enumerate((told.holds, told.fails))
        if half.seen is Seen.INFEASIBLE
    ]
    assume(open_ways)
    for facts in all_cases(book)[::7]:
        try:
            answered = under(case_of(facts), [one.id for one, _, _ in open_ways], book)
        except CaseError:
            continue
        for one, place, way in open_ways:
            assert not decides(one, place, answered, book)[way], (one.id, place, way, facts)


def truth(condition: Condition, leaves: Iterator[bool], book: Rulebook) -> bool:
    """A condition over truth values, where everything is known."""
    return held(condition, iter([(leaf, not leaf) for leaf in leaves]), book)[0]


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW, phases=UNSHRUNK)
@given(rulebooks(most=4).flatmap(lambda book: complete_cases(book).map(lambda case: (book, case))))
def test_in_a_complete_case_it_is_the_condition_whose_opposite_gives_the_opposite(drawn: tuple[Rulebook, Case]) -> None:
    book, case = drawn
    shown = attrs.evolve(
        book,
        tests=(GuidanceTest("the case", case, Expected(), HERE),),
        rules={r.id: attrs.evolve(r, exemplars=()) for r in book.rules.values()},
    )
    answered = under(case, (), book)
    for one, place, told in conditions(shown, independence(shown)):
        leaves = [single(leaf, answered) for leaf in plain_leaves(one.when)]
        if place == len(leaves) or one.id not in answered.program.active or OPEN in leaves:
            continue
        values = [yes for yes, _ in leaves]
        flipped = [value is not (n == place) for n, value in enumerate(values)]
        decided = truth(one.when, iter(values), book) is not truth(one.when, iter(flipped), book)
        agrees = truth(one.when, iter(values), book) is values[place]
        assert decided is (Seen.SHOWN in {told.holds.seen, told.fails.seen})
        assert not decided or agrees
        assert not decided or (told.holds.seen is Seen.SHOWN) is values[place]


# --- by hand -----------------------------------------------------------------------------------------------------------------

PAIR = rulebook(
    [finding("f.1"), finding("f.2"), finding("f.3", implies=("f.1",))],
    [
        rule("r.1", AnyOf((Is("f.1", HERE), Is("f.2", HERE)), HERE), "c.1"),
        rule("r.2", AnyOf((Is("f.1", HERE), Is("f.3", HERE)), HERE), "c.2"),
        rule("r.3", AllOf((Is("f.2", HERE),), HERE), "c.3", ("c.2",)),
    ],
)


def by_words(book: Rulebook, **tests: Case) -> dict[tuple[str, str, str], tuple[Seen, str]]:
    own = tuple(GuidanceTest(name, case, Expected(), HERE) for name, case in tests.items())
    found = independence(attrs.evolve(book, tests=own))
    return {(one.rule, one.words, way): (half.seen, half.by.rpartition(": ")[2]) for one, way, half in halves(found)}


def test_two_findings_that_are_both_present_decide_nothing_alone() -> None:
    both = Case.of(present=["f.1", "f.2"])
    one = Case.of(present=["f.1"])
    assert by_words(PAIR, both=both)["r.1", "f.1", "holds"] == (Seen.MISSING, "")
    assert by_words(PAIR, both=both, one=one)["r.1", "f.1", "holds"] == (Seen.SHOWN, "one")
    assert by_words(PAIR, one=one)["r.1", "f.2", "holds"] == (Seen.MISSING, "")


def test_a_finding_that_implies_the_other_never_decides_alone_and_that_is_proved() -> None:
    found = by_words(PAIR)
    assert found["r.2", "f.3", "holds"] == (Seen.INFEASIBLE, "all cases")
    others = {key: half for key, half in found.items() if key != ("r.2", "f.3", "holds")}
    assert set(others.values()) == {(Seen.MISSING, "")}


def test_an_unless_is_a_condition_of_its_rule() -> None:
    kept, lost = Case.of(present=["f.2"], absent=["f.1"]), Case.of(present=["f.2", "f.1"])
    open_yet = Case.of(present=["f.2"])
    found = by_words(PAIR, kept=kept, lost=lost, open_yet=open_yet)
    assert found["r.3", "unless c.2", "holds"] == (Seen.SHOWN, "kept")
    assert found["r.3", "unless c.2", "fails"] == (Seen.SHOWN, "lost")
    assert by_words(PAIR, open_yet=open_yet)["r.3", "unless c.2", "holds"] == (Seen.MISSING, "")


def test_the_drafts_of_gaps_close_them() -> None:
    found = independence(PAIR)
    missing = drafts([], found)
    assert missing
    assert all(draft.reasons and draft.outcomes for draft in missing)
    tests = tuple(GuidanceTest("draft", draft.given, Expected(), HERE, draft.switch_on) for draft in missing)
    closed = independence(attrs.evolve(PAIR, tests=tests))
    assert {half.seen for _, _, half in halves(closed)} == {Seen.SHOWN, Seen.INFEASIBLE}


def test_the_lines_give_one_total_and_name_each_way_that_is_not_shown() -> None:
    found = independence(PAIR)
    total, *others = independence_lines(found)
    ways = [half.seen for _, _, half in halves(found)]
    assert total.startswith(f"masking MC/DC: 0 of {len(found)} conditions")
    assert f"{len(ways)} ways: 0 shown by a guidance test, {ways.count(Seen.INFEASIBLE)} proved infeasible" in total
    assert len(others) == len(ways)
    assert "random:1:1: r.2: f.3 alone decides that the rule holds: proved infeasible over all cases" in others
    assert "random:1:1: r.1: f.1 alone decides that the rule holds: missing" in others


# --- the command, and the rulebook of this library -----------------------------------------------------------------------------


def test_coverage_tells_of_each_condition_and_fails_while_one_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(BASE, folder)
    assert run(["coverage", str(folder), "--format", "json"]) == 1
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["mcdc"]
    found = independence(load_rulebook(folder))
    assert [(row["rule"], row["condition"]) for row in rows] == [(one.rule, one.words) for one in found]
    assert [(row["holds"], row["fails"]) for row in rows] == [
        (one.holds.seen.name.lower(), one.fails.seen.name.lower()) for one in found
    ]
    assert run(["coverage", str(folder)]) == 1
    assert next(independence_lines(found)) in capsys.readouterr().out.splitlines()


def test_every_condition_of_the_rulebook_decides_its_rule_both_ways_in_some_guidance_test() -> None:
    found = independence(default_rulebook())
    left = [(one.rule, one.words, way) for one, way, half in halves(found) if half.seen not in {Seen.SHOWN, Seen.INFEASIBLE}]
    assert left == []
    assert {one.rule for one in found} == set(default_rulebook().rules)
