"""A live consultation: after every step as the kernel has it, told to whoever listens, kept, restored, and shared by threads."""

import copy
import datetime as dt
import gc
import importlib
import importlib.util
import json
import pickle
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from jsonschema import Draft202012Validator

from hechting_rules import Case, CaseError, Rulebook, UsageError, advise, ask_next, load_rulebook, what_if
from hechting_rules.answered import answer
from hechting_rules.consultation import Consultation, Step
from hechting_rules.explanations import Move
from hechting_rules.model import Profile
from hechting_rules.render.json import to_json
from hechting_rules.rulebook import default_rulebook
from hechting_rules.schemas import schema_text
from hechting_rules.snapshots import SCHEMA, Told
from hechting_rules.stated import Stated
from hechting_rules.terms import Language, Person, Status
from strategies import rulebooks

HAD = sys.version_info < (3, 13) and importlib.util.find_spec("durable_rules_engine") is not None
ENGINES = ["kernel", "durable"] if HAD else ["kernel"]
engines = pytest.mark.parametrize("engine", ENGINES)

# --- any history -----------------------------------------------------------------------------------------------------------


def built(said: Mapping[str, str | float], book: Rulebook) -> Case:
    """The case that is said, built without the consultation."""
    return Case(
        child_stage=str(said.get("child", "")),
        adult_stage=str(said.get("adult", "")),
        quantities=tuple(sorted((name, float(value)) for name, value in said.items() if name in book.quantities)),
        findings=tuple(Stated(code, Status(str(said[code]))) for code in book.findings if code in said),
    )


def left_over() -> list[str]:
    """The facts of closed consultations in the working memories of durable-rules."""
    if not HAD:
        return []
    gc.collect()
    memories = importlib.import_module("hechting_rules.engine.durable")._memories
    return [fact for memory in memories if memory.owner is None for fact in memory.facts()]


class Telling(RuleBasedStateMachine):
    """A consultation and, beside it, a plain record of what was said: told at random, also what cannot be so."""

    engine = "kernel"

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[str, str | float] = {}
        self.heard: list[Step] = []
        self.steps = 0

    def book_drawn(self, data: st.DataObject) -> Rulebook:
        return data.draw(rulebooks())

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        self.book = self.book_drawn(data)
        self.consultation = Consultation(self.book, engine=self.engine)
        self.consultation.on_change(self.heard.append)

    @rule(data=st.data(), status=st.sampled_from(Status))
    def tell_a_finding(self, data: st.DataObject, status: Status) -> None:
        code = data.draw(st.sampled_from([*self.book.findings, *self.book.alias]))
        self.change(code, self.book.alias.get(code, code), status.value)

    @rule(data=st.data(), person=st.sampled_from(Person))
    def tell_a_stage(self, data: st.DataObject, person: Person) -> None:
        stages = [s.code for s in self.book.stages.values() if s.of is person]
        self.change(person.value, person.value, data.draw(st.sampled_from([*stages, "none"])))

    @rule(data=st.data())
    def tell_a_quantity(self, data: st.DataObject) -> None:
        quantity = data.draw(st.sampled_from([*self.book.quantities.values()]))
        self.change(quantity.name, quantity.name, data.draw(st.integers(int(quantity.least), int(quantity.most) + 1)))

    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        if self.said:
            name = data.draw(st.sampled_from(sorted(self.said)))
            self.change(name, name, None)

    @rule(as_text=st.booleans())
    def keep_and_restore(self, as_text: bool) -> None:
        kept = self.consultation.snapshot_text() if as_text else self.consultation.snapshot()
        log, case = self.consultation.log, self.consultation.case()
        self.consultation.close()
        self.consultation = Consultation.restore(kept, self.book, engine=self.engine)
        self.consultation.on_change(self.heard.append)
        assert (self.consultation.log, self.consultation.case()) == (log, case)

    def change(self, name: str, code: str, value: str | float | None) -> None:
        """Tell or take back one thing, and see that what comes of it is what comes of the two cases."""
        before, heard = self.consultation.case(), len(self.heard)
        said = {other: one for other, one in self.said.items() if other != code}
        if value is not None:
            said[code] = value
        try:
            answer(built(said, self.book), self.book, self.book.profiles["default"])
        except CaseError as refused:
            self.refused_as(str(refused), name, value)
            return
        step = self.tell(name, value)
        self.said, self.steps = said, self.steps + 1
        text = "" if value is None else value if isinstance(value, str) else repr(float(value))
        assert step.told == Told(self.steps, code, text)
        assert self.heard[heard:] == [step]
        assert step.difference == what_if(before, self.consultation.case(), self.book)
        assert all(changed.rules for changed in step.difference.changed if changed.move is not Move.CHANGES)

    def refused_as(self, message: str, name: str, value: str | float | None) -> None:
        """Telling it is refused in the same words, and leaves everything as it was."""
        kept, heard = self.consultation.snapshot(), len(self.heard)
        with pytest.raises(CaseError) as caught:
            self.tell(name, value)
        assert str(caught.value) == message
        assert (self.consultation.snapshot(), len(self.heard)) == (kept, heard)

    def tell(self, name: str, value: str | float | None) -> Step:
        return self.consultation.withdraw(name) if value is None else self.consultation.tell(name, value)

    @invariant()
    def every_register_is_as_the_kernel_has_it(self) -> None:
        if hasattr(self, "consultation"):
            expected = answer(built(self.said, self.book), self.book, self.book.profiles["default"])
            found = self.consultation._now.answered
            assert found.admitted == expected.admitted
            assert found.values == expected.values

    def teardown(self) -> None:
        if hasattr(self, "consultation"):
            case = built(self.said, self.book)
            assert self.consultation.advice() == advise(case, self.book)
            self.consultation.close()
            assert left_over() == []


class TellingThis(Telling):
    """The same with the rulebook of this library."""

    def book_drawn(self, data: st.DataObject) -> Rulebook:  # noqa: ARG002 - there is but one
        return default_rulebook()


@engines
@pytest.mark.parametrize(("machine", "examples"), [(Telling, 15), (TellingThis, 6)])
def test_after_every_step_all_is_as_the_kernel_has_it(machine: type[Telling], examples: int, engine: str) -> None:
    on_engine = type(f"{machine.__name__}On{engine.title()}", (machine,), {"engine": engine})
    run_state_machine_as_test(on_engine, settings=settings(max_examples=examples, stateful_step_count=20, deadline=None))


# --- one history -----------------------------------------------------------------------------------------------------------

HISTORY: list[tuple[str, str | float | None]] = [
    ("child", "baby"),
    ("child_age_months", 5),
    ("baby.avoids_eye_contact", "present"),
    ("child.premature_birth", "absent"),
    ("parent.unresolved_trauma", "present"),
    ("baby.avoids_eye_contact", "unknown"),
    ("parent.unresolved_trauma", None),
]


def tell(consultation: Consultation, history: Sequence[tuple[str, str | float | None]]) -> list[Step]:
    return [consultation.withdraw(n) if v is None else consultation.tell(n, v) for n, v in history]


@engines
def test_the_advice_is_that_on_the_case_to_the_byte(engine: str) -> None:
    with Consultation(engine=engine, case_id="c-7") as consultation:
        assert consultation.engine == engine
        for place in range(len(HISTORY)):
            tell(consultation, [HISTORY[place]])
            case = consultation.case()
            assert case.id == "c-7"
            assert consultation.advice() == advise(case)
            assert consultation.advice() is consultation.advice()
            assert to_json(consultation.advice(), Language.NL) == to_json(advise(case), Language.NL)
            assert consultation.ask_next() == ask_next(case)
        late = dt.date(2100, 1, 1)
        assert consultation.advice(late) == advise(consultation.case(), as_of=late)


@engines
def test_the_log_says_what_was_told_and_taken_back_in_that_order(engine: str) -> None:
    with Consultation(engine=engine) as consultation:
        steps = tell(consultation, HISTORY)
        assert consultation.log == tuple(step.told for step in steps)
    assert [(told.number, told.name, told.value) for told in consultation.log] == [
        (1, "child", "baby"),
        (2, "child_age_months", "5.0"),
        (3, "baby.avoids_eye_contact", "present"),
        (4, "child.premature_birth", "absent"),
        (5, "parent.unresolved_trauma", "present"),
        (6, "baby.avoids_eye_contact", "unknown"),
        (7, "parent.unresolved_trauma", ""),
    ]


@engines
def test_a_listener_is_told_what_appears_and_goes_and_through_which_rules(engine: str) -> None:
    heard: list[Step] = []
    with Consultation(engine=engine) as consultation:
        consultation.on_change(heard.append)
        tell(consultation, HISTORY)
    shown = {step.told.number: {c.code: c.move for c in step.difference.changed if c.told} for step in heard}
    assert shown[3]["discuss.child_signals"] is Move.APPEARS
    assert shown[6]["discuss.child_signals"] is Move.GOES
    assert shown[5]["risk.parent"] is Move.APPEARS
    assert shown[7]["risk.parent"] is Move.GOES
    (risk,) = (c for c in heard[4].difference.changed if c.code == "risk.parent")
    assert risk.rules
    assert [(c.before and c.before.value, c.after and c.after.value) for c in heard[5].difference.facts] == [("present", None)]


def test_the_order_of_telling_makes_no_difference() -> None:
    said = HISTORY[:5]
    with Consultation() as one, Consultation() as other:
        tell(one, said)
        tell(other, said[::-1])
        assert one.case() == other.case()
        assert one.advice() == other.advice()


def test_what_is_told_again_replaces_what_was_told_also_under_an_older_code(book: Rulebook) -> None:
    finding = next(iter(book.findings.values()))
    aliased = attrs.evolve(book, alias={"old.code": finding.code})
    with Consultation(aliased) as consultation:
        consultation.tell("old.code", "absent")
        consultation.tell(finding.code, "unknown")
        assert consultation.case().findings == (Stated(finding.code, Status.UNKNOWN),)
        consultation.withdraw("old.code")
        assert consultation.case() == Case()
        assert {told.name for told in consultation.log} == {finding.code}


def test_telling_the_same_again_is_a_step_that_changes_nothing() -> None:
    heard: list[Step] = []
    with Consultation() as consultation:
        tell(consultation, HISTORY[:5])
        consultation.on_change(heard.append)
        before, advice = consultation.case(), consultation.advice()
        (step,) = tell(consultation, HISTORY[4:5])
        assert (step.difference.facts, step.difference.changed) == ((), ())
        assert step.told == Told(6, "parent.unresolved_trauma", "present")
        assert heard == [step]
        assert (consultation.case(), consultation.advice()) == (before, advice)


def test_a_name_or_value_that_is_a_word_of_the_library_is_kept_as_plain_text() -> None:
    with Consultation() as consultation:
        consultation.tell(Person.CHILD, "baby")
        consultation.tell("baby.avoids_eye_contact", Status.PRESENT)
        assert [(type(told.name), type(told.value)) for told in consultation.log] == [(str, str)] * 2
        assert repr(consultation.log[0]) == "Told(number=1, name='child', value='baby')"


@pytest.mark.parametrize("case_id", [7, None, " ", "two\nlines", "nul\0", "\ud800", "\ufffe"])
def test_the_name_of_the_case_is_one_line_of_text(case_id: object) -> None:
    with pytest.raises(UsageError, match="the id of the case is something else than one line of text"):
        Consultation(case_id=case_id)  # type: ignore[arg-type]  # what a host in another language may hand over


@settings(max_examples=60)
@given(st.text(max_size=20))
def test_a_name_of_the_case_that_is_taken_is_restored(case_id: str) -> None:
    try:
        consultation = Consultation(case_id=case_id, engine="kernel")
    except UsageError:
        assert not case_id.isprintable() or case_id.isspace()
        return
    again = Consultation.restore(consultation.snapshot_text(), engine="kernel")
    assert again.case().id == case_id
    assert again.snapshot() == consultation.snapshot()


def test_a_finding_told_as_unknown_is_not_asked_again() -> None:
    with Consultation() as consultation:
        consultation.tell("child", "baby")
        first = consultation.ask_next()[0].code
        consultation.tell(first, "unknown")
        assert first not in [question.code for question in consultation.ask_next()]


# --- what cannot be told ---------------------------------------------------------------------------------------------------

WRONG: list[tuple[str, str | float, type[Exception], str]] = [
    ("child", "toddler", CaseError, "C308 the child is stated as 'toddler', but child_age_months is 5: 'baby'"),
    ("child", "teen", CaseError, "C306 'teen' is no stage of the child; allowed: prenatal, newborn, baby, "),
    ("child_age_months", 30, CaseError, "C308 the child is stated as 'baby', but child_age_months is 30: 'toddler'"),
    ("child_age_months", float("nan"), CaseError, "C304 child_age_months is 'nan'; allowed: a number"),
    ("child_age_months", True, CaseError, "C304 child_age_months is true; allowed: a number"),
    ("child_age_months", 10**400, CaseError, "C304 child_age_months is '1000"),
    ("pregnancy_week", 60, CaseError, "C305 pregnancy_week is 60; allowed: 0 to"),
    ("child_age_months", "5", UsageError, "child_age_months is '5'; allowed: a number"),
    ("child", "", UsageError, "the stage of the child is told in a word; allowed: prenatal, newborn, baby, toddler, "),
    ("adult", 30, UsageError, "the stage of the adult is told in a word; allowed: young_parent, adult, older_adult, none"),
    ("baby.avoids_eye_contact", "no", UsageError, "'no' is no status of a finding; allowed: present, absent, unknown"),
    ("baby.avoids_eye_contact", 1, UsageError, "'1' is no status of a finding; allowed: present, absent, unknown"),
    ("chld", "baby", UsageError, "'chld' is no finding, no person and no quantity; did you mean 'child'?"),
    ("x\ny", "present", UsageError, "'x?y' is no finding, no person and no quantity; see: hechting vocabulary --search WORD"),
]


@engines
@pytest.mark.parametrize(("name", "value", "error", "message"), WRONG)
def test_what_cannot_be_told_is_one_clear_error_and_leaves_everything_as_it_was(
    engine: str, name: str, value: str | float, error: type[Exception], message: str
) -> None:
    heard: list[Step] = []
    with Consultation(engine=engine) as consultation:
        tell(consultation, HISTORY[:3])
        consultation.on_change(heard.append)
        kept, advice = consultation.snapshot(), consultation.advice()
        with pytest.raises(error) as caught:
            consultation.tell(name, value)
        assert message in str(caught.value)
        assert consultation.snapshot() == kept
        assert consultation.advice() is advice
        assert heard == []
        step = consultation.tell("child.premature_birth", "absent")
        assert step.told.number == 4
        assert consultation.advice() == advise(consultation.case())


def test_what_was_not_told_cannot_be_taken_back() -> None:
    with Consultation() as consultation:
        for name, message in (("adult", "nothing is told of 'adult'"), ("adlt", "'adlt' is no finding.* mean 'adult'")):
            with pytest.raises(UsageError, match=message):
                consultation.withdraw(name)
        assert consultation.log == ()


@engines
def test_after_closing_it_can_be_read_but_not_told(engine: str) -> None:
    with Consultation(engine=engine) as consultation:
        tell(consultation, HISTORY[:3])
        advice = consultation.advice()
    assert left_over() == []
    consultation.close()
    assert consultation.advice() == advice
    for step in (("adult", "adult"), ("child", None)):
        with pytest.raises(UsageError, match=r"the consultation is closed; Consultation.restore\(snapshot\) opens one"):
            tell(consultation, [step])
    with Consultation.restore(consultation.snapshot(), engine=engine) as again:
        again.tell("parent.unresolved_trauma", "present")
        assert again.advice() == advise(again.case())


@engines
def test_the_working_memory_is_emptied_whatever_happens_inside(engine: str) -> None:
    def failing() -> None:
        with Consultation(engine=engine) as consultation:
            tell(consultation, HISTORY)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert left_over() == []


# --- listeners -------------------------------------------------------------------------------------------------------------


def test_a_listener_hears_no_more_after_it_unsubscribed_and_the_others_do() -> None:
    heard: list[Step] = []
    with Consultation() as consultation:
        leave = [consultation.on_change(heard.append) for _ in range(2)]
        consultation.tell("child", "baby")
        leave[0]()
        leave[0]()
        consultation.tell("child", "toddler")
        leave[1]()
        consultation.tell("child", "none")
    assert [step.told.number for step in heard] == [1, 1, 2]


def test_what_a_listener_raises_is_raised_after_all_were_called_and_the_step_stands() -> None:
    heard: list[Step] = []

    def broken(step: Step) -> None:
        raise LookupError(step.told.name)

    with Consultation() as consultation:
        consultation.on_change(broken)
        consultation.on_change(heard.append)
        with pytest.raises(LookupError, match="child"):
            consultation.tell("child", "baby")
        assert [step.told for step in heard] == list(consultation.log)
        assert consultation.case().child_stage == "baby"
        consultation.on_change(broken)
        with pytest.raises(ExceptionGroup, match="several listeners") as caught:
            consultation.tell("child", "toddler")
        assert len(caught.value.exceptions) == 2
        assert len(heard) == 2


def test_what_a_listener_tells_is_told_to_all_after_what_it_heard() -> None:
    heard: list[tuple[str, int]] = []
    with Consultation() as consultation:

        def adds(step: Step) -> None:
            heard.append(("first", step.told.number))
            if step.told.name == "child":
                assert consultation.tell("adult", "adult").told.number == 2

        consultation.on_change(adds)
        consultation.on_change(lambda step: heard.append(("second", step.told.number)))
        consultation.tell("child", "baby")
        assert heard == [("first", 1), ("second", 1), ("first", 2), ("second", 2)]
        assert consultation.case().adult_stage == "adult"


def test_a_listener_takes_back_what_another_told_and_both_steps_are_heard_in_order() -> None:
    heard: list[Told] = []
    with Consultation() as consultation:

        def takes_back(step: Step) -> None:
            if step.told.value:
                consultation.withdraw(step.told.name)

        consultation.on_change(takes_back)
        consultation.on_change(lambda step: heard.append(step.told))
        step = consultation.tell("parent.unresolved_trauma", "present")
        assert {c.code for c in step.difference.changed if c.move is Move.APPEARS} >= {"risk.parent"}
        assert heard == list(consultation.log)
        assert [told.value for told in heard] == ["present", ""]
        assert consultation.case() == Case()


def test_what_a_listener_cannot_tell_is_raised_by_the_call_and_the_step_that_stands_is_the_first() -> None:
    with Consultation() as consultation:
        consultation.on_change(lambda _: consultation.tell("child_age_months", 30))
        with pytest.raises(CaseError, match="C308"):
            consultation.tell("child", "baby")
        assert [told.name for told in consultation.log] == ["child"]


def test_a_listener_that_another_one_unsubscribes_does_not_hear_the_step_any_more() -> None:
    heard: list[int] = []
    with Consultation() as consultation:
        consultation.on_change(lambda _: leave())
        leave = consultation.on_change(lambda step: heard.append(step.told.number))
        consultation.tell("child", "baby")
    assert heard == []


def test_a_listener_that_is_added_while_a_step_is_told_hears_the_next_one() -> None:
    heard: list[int] = []
    with Consultation() as consultation:
        leave = consultation.on_change(lambda _: consultation.on_change(lambda step: heard.append(step.told.number)))
        consultation.tell("child", "baby")
        leave()
        consultation.tell("child", "toddler")
    assert heard == [2]


def test_a_listener_may_close_the_consultation_and_the_others_still_hear_the_step() -> None:
    heard: list[Step] = []
    consultation = Consultation()
    consultation.on_change(lambda _: consultation.close())
    consultation.on_change(heard.append)
    step = consultation.tell("child", "baby")
    assert heard == [step]
    assert left_over() == []
    with pytest.raises(UsageError, match="is closed"):
        consultation.tell("adult", "adult")


def test_after_an_interrupt_in_a_listener_the_consultation_goes_on_and_no_later_step_is_lost() -> None:
    heard: list[int] = []
    with Consultation() as consultation:

        def interrupted(step: Step) -> None:
            if step.told.number == 1:
                consultation.tell("adult", "adult")
                raise KeyboardInterrupt

        consultation.on_change(interrupted)
        consultation.on_change(lambda step: heard.append(step.told.number))
        with pytest.raises(KeyboardInterrupt):
            consultation.tell("child", "baby")
        consultation.tell("child", "toddler")
        assert heard == [2, 3]
        assert [told.number for told in consultation.log] == [1, 2, 3]


def test_what_cannot_be_called_is_no_listener() -> None:
    with Consultation() as consultation:
        with pytest.raises(UsageError, match="a listener is a function that takes a step; this is 'None'"):
            consultation.on_change(None)  # type: ignore[arg-type]  # what a host may get wrong
        consultation.tell("child", "baby")


# --- kept and restored -----------------------------------------------------------------------------------------------------


def test_a_snapshot_is_plain_data_with_a_schema_and_without_a_word_of_the_rulebook(book: Rulebook) -> None:
    with Consultation(case_id="c-7") as consultation:
        tell(consultation, [*HISTORY[:2], ("child_age_months", None)])
        kept = consultation.snapshot()
        assert json.loads(consultation.snapshot_text()) == kept
    assert kept == {
        "schema": SCHEMA,
        "rulebook": {"id": book.head.id, "version": book.head.version, "sha256": book.sha256},
        "profile": "default",
        "case": "c-7",
        "told": [
            {"name": "child", "value": "baby"},
            {"name": "child_age_months", "value": 5.0},
            {"name": "child_age_months", "withdrawn": True},
        ],
    }


def test_a_snapshot_of_one_engine_is_restored_on_another() -> None:
    for one, other in (("kernel", "auto"), ("auto", "kernel")):
        with Consultation(profile="nl", engine=one) as consultation:
            tell(consultation, HISTORY)
        with Consultation.restore(consultation.snapshot(), engine=other) as again:
            assert again.log == consultation.log
            assert to_json(again.advice(), Language.NL) == to_json(consultation.advice(), Language.NL)
            assert again.advice().profile == "nl"


def altered(**changes: object) -> dict[str, object]:
    with Consultation(engine="kernel") as consultation:
        tell(consultation, HISTORY[:2])
        return {key: value for key, value in {**consultation.snapshot(), **changes}.items() if value is not None}


BABY: dict[str, object] = {"name": "child", "value": "baby"}
AGE: dict[str, object] = {"name": "child_age_months", "value": 5}
EYES: dict[str, object] = {"name": "baby.avoids_eye_contact", "value": "present"}
BAD: list[tuple[object, type[Exception], str]] = [
    ("{", CaseError, "snapshot:2:1: "),
    ("", CaseError, "snapshot:1:1: "),
    ("[1]", CaseError, "the snapshot is a list; allowed: a mapping"),
    (altered(schema=None), CaseError, "the snapshot lacks 'schema'"),
    (altered(schema="hechting-rules/consultation/9"), CaseError, "this version reads: hechting-rules/consultation/1"),
    (altered(rulebook=None), CaseError, "the snapshot lacks 'rulebook'"),
    (altered(rulebook="x"), CaseError, "'rulebook' is 'x'; allowed: a mapping"),
    (altered(profile=None), CaseError, "the snapshot lacks 'profile'"),
    (altered(more=1), CaseError, "the snapshot has no key 'more'"),
    (altered(told=None), CaseError, "the snapshot lacks 'told'"),
    (altered(told="all"), CaseError, "'told' is 'all'; allowed: a list"),
    (altered(told=[{"name": "child"}]), CaseError, "an entry of 'told' lacks 'value'"),
    (altered(told=[{"value": "baby"}]), CaseError, "an entry of 'told' lacks 'name'"),
    (altered(told=[{"name": "child", "value": "baby", "why": "?"}]), CaseError, "an entry of 'told' has no key 'why'"),
    (
        altered(told=[BABY | {"withdrawn": True}]),
        CaseError,
        "snapshot:12:16: F206 an entry of 'told' has a 'value' beside",
    ),
    (altered(told=[BABY | {"withdrawn": "yes"}]), CaseError, "'withdrawn' is 'yes'; allowed: true, false"),
    (altered(told=[AGE | {"value": "five"}]), CaseError, "snapshot:10:5: C312 child_age_months is 'five'; allowed: a number"),
    (altered(told=[AGE | {"value": "1_0"}]), CaseError, "C312 child_age_months is '1_0'; allowed: a number"),
    (altered(told=[AGE | {"value": True}]), CaseError, "C312 child_age_months is 'true'; allowed: a number"),
    (altered(told=[AGE | {"value": "nan"}]), CaseError, "snapshot:10:5: C304 child_age_months is 'nan'; allowed: a number"),
    (altered(told=[AGE | {"value": 5000}]), CaseError, "snapshot:10:5: C305 child_age_months is 5000"),
    (
        altered(told=[BABY, AGE | {"value": 30}]),
        CaseError,
        "snapshot:10:5: C308 the child is stated as 'baby', but child_age",
    ),
    (
        altered(told=[EYES, {"name": "child", "value": "none"}]),
        CaseError,
        "snapshot:10:5: C309 'baby.avoids_eye_contact' can",
    ),
    (altered(told=[BABY | {"value": "teen"}]), CaseError, "snapshot:10:5: C306 'teen' is no stage of the child"),
    (
        altered(told=[EYES | {"value": "yes"}]),
        CaseError,
        "C312 'yes' is no status of a finding; allowed: present, absent",
    ),
    (altered(told=[{"name": "child", "withdrawn": True}]), CaseError, "C312 nothing is told of 'child'"),
    (
        altered(told=[{"name": "chid", "value": "baby"}]),
        CaseError,
        "C312 'chid' is no finding, no person and no quantity; did",
    ),
    (altered(case=" "), CaseError, "'case' is ' '; allowed: text"),
    (altered(case="x" * 2_000_000), CaseError, "snapshot:1:1: Y102 is longer than 2000000 characters"),
    (altered(told=[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]), CaseError, "Y111 nests deeper than 24 levels"),
    ("[" * 100_000, CaseError, "Y111 nests deeper than 24 levels"),
    ("\0", CaseError, "is not YAML: it holds the character U+0000"),
    (b"{}", UsageError, "a snapshot is plain data"),
    (None, CaseError, "the snapshot is nothing; allowed: a mapping"),
    (altered(profile="mine"), UsageError, "there is no profile 'mine'"),
    (altered(note={1, 2}), UsageError, "a snapshot is plain data"),
    (altered(note=float("nan")), UsageError, "a snapshot is plain data"),
]


@pytest.mark.parametrize(("kept", "error", "message"), BAD, ids=range(len(BAD)))
def test_a_snapshot_that_cannot_be_restored_is_one_clear_error(kept: object, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        Consultation.restore(kept)  # type: ignore[arg-type]  # whatever a host kept
    assert message in str(caught.value)
    assert len(str(caught.value)) < 300
    assert left_over() == []


def test_all_that_cannot_be_told_of_a_snapshot_is_told_at_once_each_with_its_place() -> None:
    kept = altered(told=[BABY, {"name": "chid", "value": "baby"}, EYES | {"value": "yes"}, {"name": "adult", "withdrawn": True}])
    with pytest.raises(CaseError) as caught:
        Consultation.restore(json.dumps(kept, indent=1))
    assert [(d.code, d.span.line) for d in caught.value.diagnostics] == [("C312", 14), ("C312", 18), ("C312", 22)]


def test_a_snapshot_written_by_hand_is_restored_as_the_library_would_have_written_it() -> None:
    with Consultation.restore(altered(told=[BABY, AGE, {"name": "child_age_months", "withdrawn": True}, AGE])) as consultation:
        assert [told.value for told in consultation.log] == ["baby", "5.0", "", "5.0"]
        assert consultation.advice() == advise(Case.of(child="baby", child_age_months=5))


def test_every_snapshot_fits_the_schema_that_ships() -> None:
    fits = Draft202012Validator(json.loads(schema_text("consultation")))
    with Consultation(case_id="c-7") as consultation:
        for step in (None, *HISTORY):
            tell(consultation, [] if step is None else [step])
            assert list(fits.iter_errors(consultation.snapshot())) == []
    for wrong in (
        {"told": None},
        {"more": 1},
        {"told": [BABY | {"withdrawn": True}]},
        {"told": [{"name": "child"}]},
        {"schema": "x"},
    ):
        assert list(fits.iter_errors(altered(**wrong)))


def test_a_consultation_is_not_copied_or_pickled_and_what_it_returns_can_be() -> None:
    with Consultation() as consultation:
        (step,) = tell(consultation, HISTORY[:1])
        for by in (copy.copy, copy.deepcopy, pickle.dumps):
            with pytest.raises(TypeError, match="a consultation is not copied or pickled; keep its snapshot, and restore that"):
                by(consultation)
        for found in (step, consultation.log, consultation.case(), consultation.advice(), consultation.ask_next()):
            assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - of this test itself


def test_a_snapshot_is_for_its_own_rulebook_unless_another_is_allowed(book: Rulebook) -> None:
    other = attrs.evolve(book, sha256="0" * 64)
    kept = altered()
    with pytest.raises(UsageError) as caught:
        Consultation.restore(kept, other)
    version = f"{book.head.id} {book.head.version}"
    assert f"was made with the rulebook {version} ({book.sha256[:12]}), this is {version} (000000000000)" in str(caught.value)
    with Consultation.restore(kept, other, other_rulebook=True) as again:
        assert again.advice() == advise(again.case(), other)


def test_a_consultation_under_a_profile_of_the_host_is_restored_with_it(book: Rulebook) -> None:
    default = book.profiles["default"]
    own = Profile("own", default.title, default.span, parameters={next(iter(book.parameters)): 2.0})
    with Consultation(book, own) as consultation:
        tell(consultation, HISTORY)
        assert consultation.advice() == advise(consultation.case(), book, own)
    with Consultation.restore(consultation.snapshot(), book, own) as again:
        assert again.advice() == consultation.advice()


# --- many, and in threads --------------------------------------------------------------------------------------------------


@engines
def test_sixty_in_a_row_leave_nothing_behind(engine: str) -> None:
    expected = advise(Case.of(child="baby", child_age_months=5, absent=["child.premature_birth"], unknown=[HISTORY[2][0]]))
    for turn in range(60):
        with Consultation(engine=engine) as consultation:
            tell(consultation, HISTORY)
            assert turn % 30 or consultation.advice() == expected
    assert left_over() == []


def in_threads(count: int, work: Callable[[int], None]) -> list[BaseException]:
    """What went wrong in threads that each do the work with their number."""
    failed: list[BaseException] = []

    def guarded(number: int) -> None:
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001 - told by the thread that started it
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


@engines
def test_eight_threads_with_a_consultation_each_do_not_touch_each_other(engine: str) -> None:
    def work(number: int) -> None:
        for turn in range(2):
            with Consultation(engine=engine, case_id=str(number)) as consultation:
                place = 1 + (number + turn) % len(HISTORY)
                tell(consultation, HISTORY[:place])
                assert consultation.advice() == advise(consultation.case())

    assert in_threads(8, work) == []
    assert left_over() == []


@engines
def test_eight_threads_that_share_a_consultation_lose_no_step(engine: str) -> None:
    heard: list[Step] = []
    codes = [code for code in default_rulebook().findings if code.startswith("parent.")][:16]
    with Consultation(engine=engine) as consultation:
        consultation.on_change(heard.append)

        def work(number: int) -> None:
            assert consultation.advice().case == ""
            for code in codes[number::8]:
                consultation.tell(code, "unknown")
                consultation.withdraw(code)
                consultation.tell(code, "unknown")

        assert in_threads(8, work) == []
        assert [told.number for told in consultation.log] == list(range(1, 3 * len(codes) + 1))
        assert [step.told for step in heard] == list(consultation.log)
        assert {s.code for s in consultation.case().findings} == set(codes)
        assert consultation.advice() == advise(consultation.case())


def test_a_rulebook_read_again_gives_a_consultation_the_same_advice() -> None:
    with Consultation(load_rulebook()) as consultation:
        tell(consultation, HISTORY)
        assert consultation.advice() == advise(consultation.case())


def test_without_a_name_it_runs_on_durable_rules_where_that_can_be_had() -> None:
    with Consultation() as consultation:
        assert consultation.engine == ("durable" if HAD else "kernel")


@pytest.mark.skipif(HAD, reason="durable-rules can be had here")
def test_by_name_durable_rules_is_refused_where_it_cannot_be_had() -> None:
    with pytest.raises(Exception, match="the engine 'durable' needs durable-rules, which cannot be imported here"):
        Consultation(engine="durable")


# --- as it is told on its page ----------------------------------------------------------------------------------------------

PAGE = Path(__file__).parents[1] / "docs" / "consultation.md"


def test_the_programs_on_its_page_run_and_print_what_they_say(tmp_path: Path) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    line = [sys.executable, "-W", "error", "-X", "utf8", "-c", "".join(blocks)]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (done.stderr, done.returncode) == ("", 0)
    *changed, question, clash = done.stdout.splitlines()
    assert "appears discuss.child_signals through ['" in done.stdout
    assert any(line.startswith("goes risk.parent through ['") for line in changed)
    assert question.endswith("?")
    assert clash.endswith("C308 the child is stated as 'toddler', but child_age_months is 5: 'baby'")


def test_its_page_names_every_public_part_of_a_consultation() -> None:
    named = set(re.findall(r"`(\w+)", PAGE.read_text(encoding="utf-8"))) | {"restore", "close"}
    assert {name for name in vars(Consultation) if not name.startswith("_")} <= named
