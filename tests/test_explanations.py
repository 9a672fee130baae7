"""Explanations on small rulebooks, where one example says it, and on cases of the folder of examples."""

import itertools

import attrs
import pytest

from hechting_rules.advice import Outcome
from hechting_rules.condition import AllOf, AnyOf, Condition, InRange, InStage, Is, IsAbsent
from hechting_rules.explain import arguments, counterfactual, vary, what_if, why_not
from hechting_rules.explaining.counterfactuals import MOST_SETS
from hechting_rules.explanations import Counterfactual, Gap, Move, NoWay, WhyNot
from hechting_rules.model import Profile, Rulebook, Switch
from hechting_rules.stated import Case
from hechting_rules.terms import NO_PERSON, About, Change
from rebuilt import changed, example, said
from strategies import HERE, QUANTITIES, STAGES, SWITCHED, WORDS, finding, rule, rulebook

PLAIN = tuple(finding(f"f.{number}") for number in range(6))


def both(*parts: Condition) -> AllOf:
    return AllOf(parts, HERE)


def here(code: str) -> Is:
    return Is(code, HERE)


def gone(code: str) -> IsAbsent:
    return IsAbsent(code, HERE)


def obstacles(reason: WhyNot) -> list[tuple[str, str]]:
    return [(obstacle.gap.value, obstacle.code) for obstacle in reason.obstacles]


def stated(reason: WhyNot) -> dict[str, str]:
    return {fact.name: fact.value for fact in reason.state}


TYPED = rulebook(
    PLAIN,
    [
        rule("r.present", here("f.0"), "c.present"),
        rule("r.absent", gone("f.0"), "c.absent"),
        rule("r.stage", InStage(("big",), HERE), "c.stage"),
        rule("r.range", InRange("late", HERE), "c.range"),
        rule("r.blocker", here("f.1"), "c.blocker"),
        rule("r.unless", here("f.0"), "c.unless", unless=("c.blocker",)),
        rule("r.off", here("f.0"), "c.off", evidence=SWITCHED.id),
    ],
)


@pytest.mark.parametrize(
    ("case", "code", "gap", "name", "value"),
    [
        (Case(), "c.present", Gap.UNKNOWN, "f.0", "present"),
        (Case.of(unknown=["f.0"]), "c.present", Gap.ASKED, "f.0", "present"),
        (Case.of(absent=["f.0"]), "c.present", Gap.ABSENT, "f.0", "present"),
        (Case.of(present=["f.0"]), "c.absent", Gap.PRESENT, "f.0", "absent"),
        (Case.of(unknown=["f.0"]), "c.absent", Gap.ASKED, "f.0", "absent"),
        (Case.of(child="small"), "c.stage", Gap.STAGE, "child", "big"),
        (Case.of(child=NO_PERSON), "c.stage", Gap.STAGE, "child", "big"),
        (Case.of(pregnancy_week=8), "c.range", Gap.RANGE, "pregnancy_week", "20.0"),
        (Case.of(present=["f.0", "f.1"]), "c.unless", Gap.UNLESS, "c.blocker", None),
        (Case.of(present=["f.0"]), "c.off", Gap.OFF, "r.off", None),
    ],
)
def test_what_stands_between_a_case_and_a_result_is_typed(case: Case, code: str, gap: Gap, name: str, value: str | None) -> None:
    (reason,) = why_not(case, code, TYPED)
    assert obstacles(reason) == [(gap.value, name)]
    assert stated(reason) == ({} if value is None else {name: value})
    assert [fact.name for fact in reason.withdraw] == (["f.1"] if gap is Gap.UNLESS else [])
    assert reason.switch_on == (("r.off",) if gap is Gap.OFF else ())


def test_a_rule_that_the_profile_switches_off_is_switched_on() -> None:
    off = Profile("default", WORDS, HERE, off=(Switch("r.1", "a test", "2026-01-01", "a test", HERE),))
    book = rulebook(PLAIN, [rule("r.1", here("f.0"), "c.1")], profile=off)
    (reason,) = why_not(Case(), "c.1", book)
    assert obstacles(reason) == [("not known", "f.0"), ("switched off", "r.1")]
    assert reason.switch_on == ("r.1",)


def test_a_rule_that_asks_for_more_than_another_is_no_reason() -> None:
    rules = [rule("r.1", both(here("f.0"), here("f.1")), "c.1"), rule("r.2", here("f.0"), "c.1")]
    assert [r.rules for r in why_not(Case(), "c.1", rulebook(PLAIN, rules))] == [("r.2",)]
    rules[1] = rule("r.2", both(here("f.0"), here("f.2"), here("f.3")), "c.1")
    found = why_not(Case(), "c.1", rulebook(PLAIN, rules))
    assert [(r.rules, sorted(stated(r))) for r in found] == [(("r.1",), ["f.0", "f.1"]), (("r.2",), ["f.0", "f.2", "f.3"])]


def test_two_ranges_of_one_quantity_take_one_value_that_lies_in_both() -> None:
    book = rulebook(PLAIN, [rule("r.1", both(InRange("around_two", HERE), InRange("second_year", HERE)), "c.1")])
    (reason,) = why_not(Case.of(child_age_months=40), "c.1", book)
    assert obstacles(reason) == [("other value", "child_age_months")]
    assert 12 <= float(stated(reason)["child_age_months"]) <= 24


def test_a_conclusion_that_only_the_repair_would_establish_takes_back_too() -> None:
    rules = [rule("r.1", here("f.0"), "c.1", unless=("c.2",)), rule("r.2", both(here("f.0"), here("f.1")), "c.2")]
    (reason,) = why_not(Case.of(present=["f.1"]), "c.1", rulebook(PLAIN, rules))
    assert obstacles(reason) == [("not known", "f.0"), ("taken back", "c.2")]
    assert (stated(reason), [fact.name for fact in reason.withdraw]) == ({"f.0": "present"}, ["f.1"])


def test_what_takes_back_is_no_obstacle_where_the_rest_of_the_repair_does_away_with_it() -> None:
    rules = [rule("r.1", here("f.0"), "c.1", unless=("c.2",)), rule("r.2", gone("f.0"), "c.2")]
    (reason,) = why_not(Case.of(absent=["f.0"]), "c.1", rulebook(PLAIN, rules))
    assert obstacles(reason) == [("absent", "f.0")]


def test_a_stage_that_stands_against_what_is_needed_is_another_stage() -> None:
    stages = [attrs.evolve(s, implies=("f.1",)) if s.code == "big" else s for s in STAGES]
    (reason,) = why_not(Case.of(child="big"), "c.1", rulebook(PLAIN, [rule("r.1", gone("f.1"), "c.1")], stages=stages))
    assert obstacles(reason) == [("present", "f.1")]
    assert [fact.name for fact in reason.withdraw] == ["child"]
    book = rulebook([finding("f.1", About.CHILD)], [rule("r.1", gone("f.1"), "c.1")], stages=stages)
    (reason,) = why_not(Case.of(child="big"), "c.1", book)
    assert obstacles(reason) == [("present", "f.1"), ("other stage", "child")]


def test_what_counts_only_at_the_stage_of_the_case_clashes_there() -> None:
    findings = [finding("f.0", About.PARENT, stages=("big",), excludes=("f.2",)), finding("f.2")]
    book = rulebook(findings, [rule("r.1", here("f.2"), "c.1")])
    (reason,) = why_not(Case.of(child="big", present=["f.0"]), "c.1", book)
    assert stated(reason) == {"f.2": "present"}
    assert len(reason.withdraw) == 1


def test_what_is_said_of_a_finding_that_does_not_count_is_what_stands_against_it() -> None:
    findings = [finding("f.0", About.CHILD, stages=("big",)), finding("f.1", About.CHILD)]
    book = rulebook(findings, [rule("r.1", here("f.0"), "c.1")])
    (reason,) = why_not(Case.of(child="small", absent=["f.0"]), "c.1", book)
    assert obstacles(reason) == [("absent", "f.0"), ("other stage", "child")]


def test_a_finding_that_no_rule_asks_for_is_not_looked_for_even_where_it_implies_all() -> None:
    findings = [*PLAIN[:2], finding("f.2", implies=("f.0", "f.1"))]
    book = rulebook(findings, [rule("r.1", both(here("f.0"), here("f.1")), "c.1")])
    (reason,) = why_not(Case(), "c.1", book)
    assert obstacles(reason) == [("not known", "f.0"), ("not known", "f.1")]


def test_a_quantity_that_implies_what_else_is_needed_is_the_one_thing_short() -> None:
    week = [attrs.evolve(q, implies=("f.0",)) if q.name == "pregnancy_week" else q for q in QUANTITIES]
    book = rulebook(PLAIN, [rule("r.1", both(here("f.0"), InRange("late", HERE)), "c.1")], quantities=week)
    (reason,) = why_not(Case(), "c.1", book)
    assert obstacles(reason) == [("other value", "pregnancy_week")]


def test_what_clashes_and_what_then_takes_back_are_both_left_out() -> None:
    findings = [finding("f.0", excludes=("f.2",)), *PLAIN[1:3]]
    rules = [rule("r.1", here("f.0"), "c.1", unless=("c.2",)), rule("r.2", both(here("f.0"), here("f.1")), "c.2")]
    (reason,) = why_not(Case.of(present=["f.1", "f.2"]), "c.1", rulebook(findings, rules))
    assert obstacles(reason) == [("absent", "f.0"), ("taken back", "c.2")]
    assert [fact.name for fact in reason.withdraw] == ["f.1", "f.2"]


def test_a_value_at_a_bound_is_passed_over_where_what_also_holds_there_takes_back() -> None:
    rules = [rule("r.1", InRange("second_year", HERE), "c.1", unless=("c.2",)), rule("r.2", InRange("first_year", HERE), "c.2")]
    (reason,) = why_not(Case.of(child_age_months=40), "c.1", rulebook(PLAIN, rules))
    assert obstacles(reason) == [("other value", "child_age_months")]
    assert 12 < float(stated(reason)["child_age_months"]) <= 24


MANY = tuple(finding(f"f.{number}") for number in range(10))
OTHERS = ("g.0", "g.1", "g.2", "g.3")
PAIRS = tuple(both(here(one), here(other)) for one, other in itertools.combinations([f.code for f in MANY[:6]], 2))


@pytest.mark.parametrize(
    ("ways", "short"),
    [
        ((*PAIRS, both(InStage(("big",), HERE), InRange("second_year", HERE))), [("other value", "child_age_months")]),
        ((*(both(here(f.code), gone(f.code)) for f in MANY), both(*map(here, OTHERS[:3]))), None),
        (
            (*(both(here(f.code), InStage(("small",), HERE), InStage(("big",), HERE)) for f in MANY), both(*map(here, OTHERS))),
            None,
        ),
    ],
    ids=["a stage and an age are one thing", "present and absent", "two stages"],
)
def test_of_many_ways_the_nearest_that_can_be_taken_are_tried(
    ways: tuple[Condition, ...], short: list[tuple[str, str]] | None
) -> None:
    book = rulebook([*MANY, *map(finding, OTHERS)], [rule("r.1", AnyOf(ways, HERE), "c.1")])
    reason = why_not(Case(), "c.1", book)[0]
    last = ways[-1]
    assert isinstance(last, AllOf)
    assert obstacles(reason) == (short or [("not known", part.code) for part in last.parts if isinstance(part, Is)])


def test_what_is_only_not_known_comes_before_what_is_taken_back() -> None:
    rules = [
        rule("r.0", here("c.1"), "c.0"),
        rule("r.1", here("f.0"), "c.1", unless=("c.2",)),
        rule("r.2", here("f.1"), "c.1"),
        rule("r.3", here("f.2"), "c.2"),
    ]
    case = Case.of(present=["f.0", "f.2"])
    assert [obstacles(r) for r in why_not(case, "c.0", rulebook(PLAIN, rules))] == [[("not known", "f.1")]]
    found = why_not(case, "c.1", rulebook(PLAIN, rules))
    assert [(r.rules, obstacles(r)) for r in found] == [(("r.2",), [("not known", "f.1")]), (("r.1",), [("taken back", "c.2")])]


# --- counterfactuals -------------------------------------------------------------------------------------------------------


def sets_of(found: Counterfactual) -> list[dict[str, str]]:
    return [{fact.name: fact.value for fact in facts} for facts in found.sets]


def test_what_needs_more_than_four_findings_is_far() -> None:
    rules = [
        rule("r.1", both(*(here(f.code) for f in PLAIN[:5])), "c.1"),
        rule("r.2", both(*(here(f.code) for f in PLAIN[:4])), "c.2"),
    ]
    book = rulebook(PLAIN, rules)
    assert counterfactual(Case(), "c.1", book).none is NoWay.FAR
    assert [len(facts) for facts in counterfactual(Case(), "c.2", book).sets] == [4]


@pytest.mark.parametrize(
    ("change", "absent", "none"),
    [
        (Change.NEVER, [], NoWay.HISTORY),
        (Change.TO_ABSENT, [], NoWay.HISTORY),
        (Change.TO_PRESENT, [], None),
        (Change.EITHER, ["f.0"], None),
        (Change.NEVER, ["f.0"], NoWay.HISTORY),
    ],
)
def test_a_finding_changes_only_in_the_direction_in_which_it_can(change: Change, absent: list[str], none: NoWay | None) -> None:
    book = rulebook([finding("f.0", changeable=change)], [rule("r.1", here("f.0"), "c.1")])
    found = counterfactual(Case.of(absent=absent), "c.1", book)
    assert found.none is none
    assert sets_of(found) == ([] if none else [{"f.0": "present"}])


def test_a_result_that_hangs_on_a_stage_or_on_a_rule_left_off_is_decided_by_no_finding() -> None:
    rules = [rule("r.1", InStage(("big",), HERE), "c.1"), rule("r.2", here("f.0"), "c.2", evidence=SWITCHED.id)]
    book = rulebook(PLAIN, rules)
    assert [counterfactual(Case(), code, book).none for code in ("c.1", "c.2")] == [NoWay.FIXED, NoWay.FIXED]


def test_a_result_goes_where_what_carries_it_goes_or_what_takes_it_back_comes() -> None:
    rules = [rule("r.1", here("f.0"), "c.1", unless=("c.2",)), rule("r.2", both(here("f.1"), here("f.2")), "c.2")]
    book = rulebook([finding("f.0", changeable=Change.NEVER), *PLAIN[1:3]], rules)
    found = counterfactual(Case.of(present=["f.0"]), "c.1", book)
    assert (found.adds, sets_of(found)) == (False, [{"f.1": "present", "f.2": "present"}])


def test_a_change_that_makes_room_for_another_is_told_with_it() -> None:
    findings = [finding("f.0", excludes=("f.1",)), *PLAIN[1:2]]
    book = rulebook(findings, [rule("r.1", here("f.0"), "c.1")])
    found = counterfactual(Case.of(present=["f.1"]), "c.1", book)
    assert sets_of(found) == [{"f.0": "present", "f.1": "absent"}]


def test_a_finding_that_clashes_with_what_cannot_change_is_fixed_by_it() -> None:
    findings = [finding("f.0", excludes=("f.1",)), finding("f.1", changeable=Change.NEVER)]
    rules = [rule("r.1", here("f.0"), "c.1")]
    assert counterfactual(Case.of(present=["f.1"]), "c.1", rulebook(findings, rules)).none is NoWay.HISTORY
    stages = [attrs.evolve(s, implies=("f.1",)) if s.code == "big" else s for s in STAGES]
    assert counterfactual(Case.of(child="big"), "c.1", rulebook(findings, rules, stages=stages)).none is NoWay.FIXED


def test_what_only_follows_from_a_finding_goes_with_it_and_is_no_change_of_its_own() -> None:
    findings = [finding("f.0", implies=("f.1",)), finding("f.1")]
    book = rulebook(findings, [rule("r.1", both(gone("f.0"), here("f.1")), "c.1")])
    assert counterfactual(Case.of(present=["f.0"]), "c.1", book).none is NoWay.FAR
    assert sets_of(counterfactual(Case.of(present=["f.0", "f.1"]), "c.1", book)) == [{"f.0": "absent"}]


def test_of_many_sets_the_first_by_the_order_of_the_findings_are_told() -> None:
    many = [finding(f"f.{number:02}") for number in range(MOST_SETS + 5)]
    book = rulebook(many, [rule("r.1", AnyOf(tuple(here(f.code) for f in many), HERE), "c.1")])
    found = counterfactual(Case(), "c.1", book)
    assert sets_of(found) == [{f.code: "present"} for f in many[:MOST_SETS]]


# --- numbers of the library ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("age", "other"), [(10, 10), (10.5, 10.5), (11.5, 11.5), (12, 13), (12.5, 13), (14, 15), (17, 18)])
def test_the_nearest_whole_number_or_the_age_itself_is_what_a_bound_would_have_to_be(age: float, other: float) -> None:
    book = rulebook(PLAIN, [rule("r.1", InStage(("small",), HERE), "c.1")])
    (found,) = vary(Case.of(child_age_months=age), book)
    assert (found.parameter, found.value, found.other) == ("small_below", 12, other)
    assert [(c.code, c.move) for c in found.changed] == [("c.1", Move.GOES if age < 12 else Move.APPEARS)]


def test_a_value_that_the_case_clashes_with_is_not_tried() -> None:
    book = rulebook(PLAIN, [rule("r.1", InStage(("small",), HERE), "c.1")])
    assert vary(Case.of(child="small", child_age_months=11), book) == ()


# --- cases of the folder of examples ---------------------------------------------------------------------------------------


def test_the_risk_of_the_adopted_child_is_taken_back_by_what_the_parents_offer(book: Rulebook) -> None:
    case = example("09")
    (reason,) = why_not(case, "risk.child_open", book)
    assert reason.rules == ("weighing.child_risk_open",)
    assert obstacles(reason) == [("taken back", "protection.compensates_child_risk")]
    assert [(fact.name, fact.value) for fact in reason.withdraw] == [("parent.recognises_attachment_problem", "present")]
    found = arguments(case, book)
    (offset,) = (o for o in found.offsets if o.code == "protection.compensates_child_risk")
    assert (offset.outcome, offset.why_not) == (Outcome.ESTABLISHED, ())
    assert [name.id for name in offset.takes_back] == ["weighing.child_risk_open"]
    sides = {
        level.about: ([a.premise.code for a in level.against], [a.premise.code for a in level.protecting])
        for level in found.levels
    }
    assert sides[About.CHILD] == (["child.adopted", "child.adopted_from_abroad", "child.clings"], [])
    assert (sides[About.PARENT][0], len(sides[About.PARENT][1])) == ([], 5)


def test_without_what_the_parents_see_the_risk_of_the_adopted_child_appears(book: Rulebook) -> None:
    case = example("09")
    then = changed(case, [("parent.recognises_attachment_problem", "absent")], book)
    difference = what_if(case, then, book)
    assert [(f.before.value, f.after.value) for f in difference.facts if f.before and f.after] == [("present", "absent")]
    moved = {c.code: c for c in difference.changed}
    assert moved["protection.compensates_child_risk"].move is Move.GOES
    assert moved["risk.child_open"].move is Move.APPEARS
    assert [name.id for name in moved["risk.child_open"].rules] == ["weighing.child_risk_open", "weighing.parents_compensate"]


def test_what_the_suspicion_of_abuse_withholds_is_told_once_it_is_acted_upon(book: Rulebook) -> None:
    case = example("13")
    (reason,) = why_not(case, "attention.child_risk", book)
    assert obstacles(reason) == [("withheld", "RF-01")]
    assert stated(reason) == {"safety.rf01_addressed": "present"}
    difference = what_if(case, changed(case, list(stated(reason).items()), book), book)
    moved = {c.code: c for c in difference.changed}
    assert moved["attention.child_risk"].move is Move.CHANGES
    assert (
        [flag.id for flag in moved["attention.child_risk"].before.withheld_by],
        moved["attention.child_risk"].after.withheld_by,
    ) == (["RF-01"], ())
    assert why_not(case, "safety.rf01", book) == ()


def test_the_risk_of_the_premature_child_hangs_on_what_the_parents_offer(book: Rulebook) -> None:
    case = example("02")
    names = ("parent.offers_adequate_safe_attachment", "parent.recognises_attachment_problem")
    (reason,) = why_not(case, "protection.compensates_child_risk", book)
    assert obstacles(reason) == [("not known", name) for name in names]
    assert not set(names) & set(said(case, book))
    assert why_not(case, "risk.child_open", book) == ()
    found = counterfactual(case, "risk.child_open", book)
    assert (found.adds, sets_of(found)) == (False, [dict.fromkeys(reversed(names), "present")])
    assert counterfactual(case, "history.separation_child", book).none is NoWay.HISTORY
