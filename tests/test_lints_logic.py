"""What lints see in the form of conditions alone: by example, held against proofs over all cases, and what a proof adds."""

import itertools
from collections.abc import Iterator

import attrs
import pytest
from hypothesis import given, settings

from hechting_rules import Case, Rulebook
from hechting_rules.answered import answer
from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, InRange, InStage, Is, IsAbsent, leaves
from hechting_rules.model import Finding, Rule
from hechting_rules.terms import About, Wording
from hechting_rules.verify.lints import Remark, logic, proved_remarks
from hechting_rules.verify.lints.sense import clash, gives, sense_of
from hechting_rules.verify.proofs import Holds, Inquiry, can_fire, implies, inquiries, inquiry, never_together
from strategies import HERE, finding, rule, rulebook, rulebooks

# --- what form shows is so in every case -----------------------------------------------------------------------------------


@settings(max_examples=60)
@given(rulebooks(most=4))
def test_what_can_never_hold_by_its_form_holds_in_no_case(book: Rulebook) -> None:
    found = {remark.rules[0] for remark in logic.unreachable(book) if remark.message.startswith("rule ")}
    asked = inquiries(book) if found else ()
    for name in found:
        own = next(one for one in asked if name in one.side.program.rules)
        assert can_fire(own, name).holds is Holds.BROKEN, name


def asking(book: Rulebook, *conditions: Condition) -> Inquiry:
    """An inquiry into conditions: each that of a rule ``r.0``, ``r.1`` ... of its own, all with one result."""
    rules = [attrs.evolve(rule(f"r.{n}", one, "c.asked"), unless=()) for n, one in enumerate(conditions)]
    below = {"c.asked"}
    while (
        more := {leaf.code for r in rules for leaf in leaves(r.when) if isinstance(leaf, Is) and leaf.code in book.rules_of}
        - below
    ):
        below |= more
        rules += [attrs.evolve(r, unless=(), evidence="") for r in book.rules.values() if r.result in more]
    own = rulebook(book.findings.values(), rules, stages=book.stages.values(), quantities=book.quantities.values())
    return inquiry(own)


@settings(max_examples=80)
@given(rulebooks(most=4))
def test_single_conditions_that_clash_never_meet_and_one_that_gives_another_never_stands_alone(book: Rulebook) -> None:
    sense = sense_of(book)
    singles = sorted({leaf for r in book.rules.values() for leaf in leaves(r.when)}, key=str)
    pairs = list(itertools.permutations(singles, 2))
    apart = [pair for pair in pairs if clash(*pair, sense)][:4]
    along = [pair for pair in pairs if gives(*pair, sense)][:4]
    if apart or along:
        asked = asking(book, *singles)
        names = {single: f"r.{n}" for n, single in enumerate(singles)}
        assert [p for p in apart if never_together(asked, *(names[one] for one in p)).holds is not Holds.PROVED] == []
        assert [p for p in along if implies(asked, *(names[one] for one in p)).holds is not Holds.PROVED] == []


@settings(max_examples=40)
@given(rulebooks(most=4))
def test_a_condition_that_entails_another_by_its_form_holds_only_where_that_does(book: Rulebook) -> None:
    sense = sense_of(book)
    parts = [part for r in book.rules.values() for part in (r.when, *getattr(r.when, "parts", ()))]
    pairs = [pair for pair in itertools.permutations(parts, 2) if pair[0] != pair[1] and logic.entails(*pair, sense)][:2]
    for one, other in pairs:
        assert implies(asking(book, one, other), "r.0", "r.1").holds is Holds.PROVED, (one, other)


@settings(max_examples=60)
@given(rulebooks(most=4))
def test_a_rule_holds_in_the_same_cases_without_a_part_that_decides_nothing(book: Rulebook) -> None:
    sense = sense_of(book)
    found = [(r.when, part) for r in book.rules.values() for part, why in logic.idle(r.when, (), sense) if "beside it" in why]
    for whole, part in found[:2]:
        asked = asking(book, whole, without(whole, part))
        assert implies(asked, "r.0", "r.1").holds is Holds.PROVED, (whole, part)
        assert implies(asked, "r.1", "r.0").holds is Holds.PROVED, (whole, part)


def without(condition: Condition, part: Condition) -> Condition:
    """A condition without one of its parts, found by identity."""
    if not isinstance(condition, AllOf | AnyOf | AtLeast):
        return condition
    return attrs.evolve(condition, parts=tuple(without(p, part) for p in condition.parts if p is not part))


def test_findings_that_are_only_ruled_out_at_some_stages_do_not_clash_as_the_stage_may_not_be_said() -> None:
    """Found by chance: what the lints find in any rulebook was run: an admission takes both where no stage is said."""
    born = [finding("f.1", About.CHILD, not_at=("unborn", "small")), finding("f.2", About.CHILD, not_at=("unborn", "big"))]
    book = rulebook(born, [rule("r.0", AllOf((Is("f.1", HERE), Is("f.2", HERE)), HERE), "c.0")])
    assert clash(Is("f.1", HERE), Is("f.2", HERE), sense_of(book)) == ""
    assert "no stage of the child" in clash(Is("f.1", HERE), InStage(("small",), HERE), sense_of(book))
    found = answer(Case.of(present=["f.1", "f.2"]), book, book.profiles["default"])
    assert found.values[found.program.rules["r.0"].established]


# --- each lint by example --------------------------------------------------------------------------------------------------

F1, F2, F3, F4 = (Is(f"f.{n}", HERE) for n in (1, 2, 3, 4))
NOT1, NOT2 = IsAbsent("f.1", HERE), IsAbsent("f.2", HERE)
SMALL, BIG, UNBORN = (InStage((stage,), HERE) for stage in ("small", "big", "unborn"))
FIRST, SECOND = InRange("first_year", HERE), InRange("second_year", HERE)


def every(*parts: Condition) -> AllOf:
    return AllOf(parts, HERE)


def some(*parts: Condition) -> AnyOf:
    return AnyOf(parts, HERE)


def least(count: int, *parts: Condition) -> AtLeast:
    return AtLeast(count, parts, HERE)


def vocabulary() -> list[Finding]:
    """f.2 implies f.1; f.3 excludes f.1; f.4 counts in a small child."""
    return [
        finding("f.1"),
        finding("f.2", implies=("f.1",)),
        finding("f.3", excludes=("f.1",)),
        finding("f.4", About.CHILD, stages=("small",)),
    ]


def book_of(*conditions: Condition, unless: tuple[str, ...] = ()) -> Rulebook:
    """A rulebook with a rule for each condition, and conclusions ``c.0``, ``c.1`` ... ; the first one may have an ``unless``."""
    rules = [rule(f"r.{n}", one, f"c.{n}", unless if n == 0 else ()) for n, one in enumerate(conditions)]
    return rulebook(vocabulary(), rules)


def messages(found: Iterator[Remark]) -> list[str]:
    return [remark.message for remark in found]


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        (every(F1, F3), "'f.1' and 'f.3' exclude each other"),
        (every(F2, F3), "'f.2' and 'f.3' exclude each other"),
        (every(F1, NOT1), "'f.1' and 'absent: f.1' exclude each other"),
        (every(F2, NOT1), "'f.2' and 'absent: f.1' exclude each other"),
        (every(SMALL, BIG), "there is no stage of the child at which both 'stage: [small]' and 'stage: [big]'"),
        (every(F4, BIG), "there is no stage of the child at which both 'f.4' and 'stage: [big]'"),
        (every(FIRST, BIG), None),
        (every(SECOND, SMALL), "there is no stage of the child at which both 'range: second_year' and 'stage: [small]'"),
        (every(F1, some(F3, every(F2, NOT1))), "'f.3' and 'f.1' exclude each other"),
        (every(F1, least(2, F3, F2, NOT2)), None),
        (every(F1, F2, least(2, F3, SMALL, NOT2)), "'f.3' and 'f.1' exclude each other"),
        (every(F1, some(F3, NOT2)), None),
        (every(F2, NOT2, F1), "'f.2' and 'absent: f.2' exclude each other"),
        (every(NOT1, NOT2), None),
    ],
)
def test_what_never_holds_is_told_with_the_reason(condition: Condition, why: str | None) -> None:
    found = [m for m in messages(logic.unreachable(book_of(condition))) if m.startswith("rule ")]
    assert found == ([] if why is None else [f"rule 'r.0' can never hold: {why}"])


def test_a_result_that_no_rule_can_reach_makes_what_rests_on_it_unreachable() -> None:
    book = book_of(every(Is("c.1", HERE), F1), every(F2, NOT2))
    assert messages(logic.unreachable(book)) == [
        "rule 'r.1' can never hold: 'f.2' and 'absent: f.2' exclude each other",
        "rule 'r.0' can never hold: no rule can reach 'c.1'",
    ]


def test_a_rule_that_takes_itself_back_never_holds() -> None:
    book = book_of(every(Is("c.1", HERE), F1), F2, unless=("c.1",))
    assert messages(logic.unreachable(book)) == ["rule 'r.0' can never hold: it asks for 'c.1', and 'unless: c.1' takes it back"]
    assert messages(logic.unreachable(book_of(some(Is("c.1", HERE), F1), F2, unless=("c.1",)))) == []


def test_a_part_that_never_holds_is_told_though_the_rule_can() -> None:
    assert messages(logic.unreachable(book_of(every(F1, some(F3, F2))))) == [
        "in rule 'r.0' 'f.3' can never hold: 'f.3' and 'f.1' exclude each other"
    ]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (every(F1, F2), "'f.1' decides nothing: 'f.2' beside it says as much"),
        (some(F1, F2), "'f.2' decides nothing: 'f.1' beside it holds whenever it does"),
        (every(F4, InStage(("small", "big"), HERE)), "'stage: [small, big]' decides nothing: 'f.4' beside it says as much"),
        (every(F4, BIG), None),
        (
            InStage(("unborn", "small", "big"), HERE),
            "'stage: [unborn, small, big]' decides nothing: these are all stages of the child",
        ),
        (some(UNBORN, SMALL, BIG), "'any' of 3 decides nothing: all stages of the child are named in it"),
        (some(F1, NOT1), "'any' of 2 decides nothing: 'f.1' is present or 'f.1' is absent, whatever is so"),
        (some(F1, NOT2), "'any' of 2 decides nothing: 'f.1' is present or 'f.2' is absent, whatever is so"),
        (some(F2, NOT1), None),
        (every(F2, some(F1, F4)), "'any' of 2 decides nothing: 'f.2' beside it says as much"),
        (every(F2, least(2, F1, F4, SMALL)), None),
        (every(F2, F4, least(2, F1, F3, SMALL)), "'at_least' of 3 decides nothing: 'f.2' beside it says as much"),
        (every(F1, some(F2, NOT2)), "'any' of 2 decides nothing: 'f.2' is present or 'f.2' is absent, whatever is so"),
        (least(2, F1, F2, F3), None),
        (
            every(SMALL, InRange("first_year", HERE)),
            "'range: first_year' decides nothing: 'stage: [small]' beside it says as much",
        ),
        (
            every(InRange("first_year", HERE), SMALL),
            "'range: first_year' decides nothing: 'stage: [small]' beside it says as much",
        ),
        (InRange("of_age", HERE), None),
    ],
)
def test_what_decides_nothing_is_told_with_the_reason(condition: Condition, found: str | None) -> None:
    said = [m.removeprefix("in rule 'r.0' ") for m in messages(logic.always_true(book_of(condition)))]
    assert said == ([] if found is None else [found])


def test_a_range_that_holds_every_value_decides_nothing() -> None:
    book = book_of(InRange("late", HERE))
    whole = attrs.evolve(book.ranges["late"], start=0)
    assert messages(logic.always_true(book)) == []
    said = messages(logic.always_true(attrs.evolve(book, ranges={**book.ranges, "late": whole})))
    assert said == ["in rule 'r.0' 'range: late' decides nothing: every 'pregnancy_week' lies in it"]


def two(one: Rule, other: Rule) -> Rulebook:
    return rulebook(vocabulary(), [one, other])


@pytest.mark.parametrize(
    ("one", "other", "code"),
    [
        (every(F1, F3), every(F3, F1), "L614"),
        (some(F1), F1, "L614"),
        (least(1, F1, F3), least(1, F3, F1), "L614"),
        (F2, F1, "L615"),
        (every(F1, F3), F3, "L615"),
        (F3, some(F3, F4), "L615"),
        (least(2, F1, F3), least(1, F1, F3, F4), "L615"),
        (SMALL, InStage(("small", "big"), HERE), "L615"),
        (F1, F3, ""),
        (least(1, F1, F3), least(2, F1, F3, F4), ""),
    ],
)
def test_of_two_rules_that_are_told_apart_by_nothing_else_one_may_add_nothing(
    one: Condition, other: Condition, code: str
) -> None:
    book = two(rule("r.1", one, "c.1"), rule("r.2", other, "c.1"))
    found = [*logic.duplicate(book), *logic.subsumed_rules(book)]
    assert [remark.code for remark in found] == ([code] if code else [])
    assert {name for remark in found for name in remark.rules} == ({"r.1", "r.2"} if code else set())
    other_wording = two(rule("r.1", one, "c.1"), attrs.evolve(rule("r.2", other, "c.1"), wording=Wording.OPINION))
    assert [*logic.duplicate(other_wording), *logic.subsumed_rules(other_wording)] == []


def test_a_rule_with_an_unless_of_its_own_adds_nothing_to_one_without_and_not_the_other_way_round() -> None:
    blocker = rule("r.0", F4, "c.0")
    book = rulebook(vocabulary(), [blocker, rule("r.1", F1, "c.1", ("c.0",)), rule("r.2", F1, "c.1")])
    assert [remark.rules for remark in logic.subsumed_rules(book)] == [("r.1", "r.2")]
    assert list(logic.duplicate(book)) == []


# --- with a proof ----------------------------------------------------------------------------------------------------------


def test_a_proof_finds_what_form_does_not_show() -> None:
    hidden = [rule("r.1", F1, "c.1"), rule("r.2", NOT1, "c.2"), rule("r.3", every(Is("c.1", HERE), Is("c.2", HERE)), "c.3")]
    book = rulebook(vocabulary(), hidden)
    assert list(logic.unreachable(book)) == []
    found = [remark for remark in proved_remarks(book) if remark.code == "L612"]
    assert [remark.message for remark in found] == ["rule 'r.3' can never hold: no case makes it"]


def test_a_proof_finds_a_rule_that_nothing_rules_out() -> None:
    book = rulebook(vocabulary(), [rule("r.1", some(Is("c.1", HERE), NOT1), "c.2"), rule("r.0", F1, "c.1")])
    assert list(logic.always_true(book)) == []
    (found,) = (remark for remark in proved_remarks(book) if remark.code == "L613")
    assert found.message == "rule 'r.1' is never ruled out"
    assert found.witness is not None
    assert answer(found.witness.case, book, book.profiles["default"]).program.rules.keys() == {"r.0", "r.1"}


def test_a_proof_finds_rules_that_are_the_same_in_other_words() -> None:
    one, other = some(every(F1, F4), every(F3, F4)), every(F4, some(F1, F3))
    book = two(rule("r.1", one, "c.1"), rule("r.2", other, "c.1"))
    assert [*logic.duplicate(book)] == []
    (found,) = (remark for remark in proved_remarks(book) if remark.code == "L614")
    assert found.message == "rule 'r.1' holds in the same cases as 'r.2'"
    narrow = two(rule("r.1", every(F1, F4), "c.1"), rule("r.2", some(every(F4, F1, F1), F3), "c.1"))
    assert "L615" in {remark.code for remark in proved_remarks(narrow)}
