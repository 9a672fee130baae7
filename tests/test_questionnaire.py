"""The questionnaire: every finding once, screens before details, and a case that comes back as it went."""

import datetime as dt
import functools
from collections.abc import Iterable, Iterator
from typing import Any

import attrs
import pytest
from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
from hypothesis import given, settings
from hypothesis import strategies as st

from hechting_rules import Case, CaseError, UsageError
from hechting_rules.answered import answer, prepare
from hechting_rules.interop.fhir import read_fhir
from hechting_rules.interop.questionnaire import EVERYTHING, questionnaire
from hechting_rules.interop.responses import is_shown, read_response, response
from hechting_rules.model import Rulebook
from hechting_rules.rulebook import default_rulebook
from hechting_rules.stated import Stated
from hechting_rules.terms import PERSON_OF, Language, Person, Status
from records import CHILD, bundle
from strategies import real_cases

TODAY = dt.date(2026, 11, 23)
OPEN = questionnaire()
STAGES = {person: [s.code for s in default_rulebook().stages.values() if s.of is person] for person in Person}
SETTLED = [(child, adult) for child in ("", "none", *STAGES[Person.CHILD]) for adult in ("", "none", "adult")]


@functools.cache
def staged(child: str, adult: str) -> Any:
    return questionnaire(child=child, adult=adult)


def items(found: Any) -> Iterator[Any]:
    for item in found.get("item", ()):
        yield item
        yield from items(item)


def as_said(case: Case, book: Rulebook) -> Any:
    """What a case says, whatever the order and the place."""
    findings = frozenset((book.alias.get(s.code, s.code), s.status) for s in case.findings)
    return case.child_stage, case.adult_stage, case.quantities, findings


def answers(reply: Any) -> dict[str, Any]:
    return {item["linkId"]: item["answer"][0] for item in items(reply) if "answer" in item}


def saying(status: Status, codes: Iterable[str]) -> Case:
    return Case(findings=tuple(Stated(code, status) for code in codes))


# --- there and back --------------------------------------------------------------------------------------------------------


@given(real_cases())
@settings(max_examples=200)
def test_a_case_comes_back_from_its_answers_as_it_went(case: Case) -> None:
    book = default_rulebook()
    reply = response(case, OPEN)
    assert as_said(read_response(reply), book) == as_said(case, book)
    assert response(read_response(reply), OPEN) == reply


@given(real_cases(), st.sampled_from(SETTLED))
@settings(max_examples=80)
def test_a_staged_questionnaire_takes_a_case_whole_or_says_what_it_does_not_ask(case: Case, settled: tuple[str, str]) -> None:
    book = default_rulebook()
    asked = staged(*settled)
    asks = {item["linkId"] for item in items(asked)}
    lost = ({s.code for s in case.findings} | {name for name, _ in case.quantities}) - asks
    if lost:
        with pytest.raises(UsageError, match=min(lost)):
            response(case, asked)
    else:
        assert as_said(read_response(response(case, asked)), book) == as_said(case, book)


@given(real_cases())
@settings(max_examples=60)
def test_no_answer_stands_where_its_question_is_hidden(case: Case) -> None:
    given_ = answers(response(case, OPEN))
    assert all(is_shown(name, OPEN["item"], given_) for name in given_)


@given(real_cases())
@settings(max_examples=100)
def test_a_response_in_a_bundle_says_the_same_findings(case: Case) -> None:
    book = default_rulebook()
    reply = response(case, OPEN, authored="2026-11-23T09:00:00+01:00")
    read = read_fhir(bundle(reply), as_of=TODAY).case
    assert as_said(read, book) == as_said(case, book)


# --- its form --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("child", "adult", "language"),
    [*((*settled, Language.NL) for settled in SETTLED), ("", "", Language.EN), ("baby", "none", Language.EN)],
)
def test_it_is_a_questionnaire_and_asks_each_thing_once(child: str, adult: str, language: Language, book: Rulebook) -> None:
    found = questionnaire(language=language, child=child, adult=adult)
    if language is Language.NL and not (child and adult):
        Questionnaire.model_validate(found)
    names = [item["linkId"] for item in items(found)]
    assert len(names) == len(set(names))
    settled = {Person.CHILD: child, Person.ADULT: adult}
    for code, finding in book.findings.items():
        person = PERSON_OF.get(finding.about)
        stage = "" if person is None else settled[person]
        elsewhere = stage in finding.not_at or (
            stage not in {"", "none"} and bool(finding.stages) and stage not in finding.stages
        )
        nobody = stage == "none" and finding.about.value in tuple(Person)
        assert (code in names) is not (elsewhere or nobody), code


@pytest.mark.parametrize("form", [OPEN, questionnaire(child="baby", adult="adult")])
def test_each_condition_names_a_question_that_comes_before(form: Any) -> None:
    seen: set[str] = set()
    for item in items(form):
        assert {c["question"] for c in item.get("enableWhen", ())} <= seen
        seen.add(item["linkId"])


def test_screens_come_before_their_details_and_a_no_hides_them(book: Rulebook) -> None:
    screen = "safety.abuse_or_violence"
    details = [f.code for f in book.findings.values() if screen in f.implies]
    order = [item["linkId"] for item in items(OPEN)]
    assert len(details) == 5
    for status, shown in ((Status.PRESENT, True), (Status.ABSENT, False), (Status.UNKNOWN, False)):
        told = answers(response(attrs.evolve(saying(status, [screen]), child_stage="baby"), OPEN))
        for detail in details:
            assert order.index(screen) < order.index(detail)
            assert is_shown(detail, OPEN["item"], told) is shown
    assert is_shown(details[0], OPEN["item"], {EVERYTHING: {"valueBoolean": True}})


def test_whether_a_flag_was_addressed_is_asked_once_it_is_raised(book: Rulebook) -> None:
    for suggestion in book.suggestions.values():
        for screen in prepare(book, "default").screens[suggestion.flag] if suggestion.addressed_by else ():
            raised = {"child": stage("baby")} | answers(response(Case.of(present=[screen]), OPEN))
            assert is_shown(suggestion.addressed_by, OPEN["item"], raised)
            assert not is_shown(suggestion.addressed_by, OPEN["item"], {})


def stage(code: str) -> Any:
    return {"valueCoding": {"code": code}}


@pytest.mark.parametrize("code", STAGES[Person.CHILD])
def test_only_the_questions_of_a_stage_are_shown_at_it(code: str, book: Rulebook) -> None:
    for finding in book.findings.values():
        if PERSON_OF.get(finding.about) is Person.CHILD and not finding.implies and finding.code not in ADDRESSED:
            counts = code not in finding.not_at and (not finding.stages or code in finding.stages)
            assert is_shown(finding.code, OPEN["item"], {"child": stage(code)}) is counts, finding.code


ADDRESSED = {s.addressed_by for s in default_rulebook().suggestions.values()}


@pytest.mark.parametrize(("language", "other"), [(Language.NL, Language.EN), (Language.EN, Language.NL)])
def test_both_languages_are_in_it(language: Language, other: Language, book: Rulebook) -> None:
    found = {item["linkId"]: item for item in items(questionnaire(language=language))}
    for code, finding in book.findings.items():
        parts = found[code]["_text"]["extension"][0]["extension"]
        assert found[code]["text"] == finding.question.into(language)
        assert {p["url"]: p.get("valueCode") or p["valueString"] for p in parts} == {
            "lang": other.value,
            "content": finding.question.into(other),
        }


def test_it_is_a_draft_while_nobody_reviewed_it() -> None:
    assert (OPEN["status"], OPEN["experimental"]) == ("draft", True)


def test_the_response_is_one_of_fhir() -> None:
    case = Case.of(child="baby", present=["baby.cries_a_lot"], absent=["safety.baby_fever"], child_age_months=5)
    reply = response(case, OPEN, authored="2026-11-23T09:00:00+01:00", subject="Patient/1")
    QuestionnaireResponse.model_validate(reply)
    assert answers(reply)[EVERYTHING] == {"valueBoolean": True}
    assert answer(read_response(reply), default_rulebook(), default_rulebook().profiles["default"]).values


# --- in a record -----------------------------------------------------------------------------------------------------------


def replied(*codes: str, status: str = "present", authored: str = "2026-11-23", **more: Any) -> Any:
    found = response(saying(Status(status), codes), OPEN, authored=authored, subject="Patient/child")
    return found | more


def test_a_response_about_somebody_else_or_in_error_is_passed_over() -> None:
    other = replied("child.adopted", subject={"reference": "Patient/other"})
    wrong = replied("child.adopted") | {"status": "entered-in-error"}
    foreign = replied("child.adopted") | {"questionnaire": "http://example.org/Questionnaire/x"}
    assert not read_fhir(bundle(CHILD, other, wrong, foreign), as_of=TODAY).origins


def test_an_answer_goes_before_an_older_record_and_the_newest_before_older_answers() -> None:
    adhd = {
        "resourceType": "Condition",
        "subject": {"reference": "Patient/child"},
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "recordedDate": "2025-02-03",
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icpc-1-nl", "code": "P21"}]},
    }
    no, yes = (
        replied("child.attention_disorder", status=s, authored=a)
        for s, a in (("absent", "2026-11-23"), ("present", "2026-10-01"))
    )
    read = read_fhir(bundle(CHILD, adhd, yes, no), as_of=TODAY).case
    assert {s.code: s.status for s in read.findings} == {"child.attention_disorder": Status.ABSENT}
    earlier = no | {"authored": "2026-10-02"}
    later = read_fhir(bundle(CHILD, adhd | {"recordedDate": "2026-11-01"}, earlier), as_of=TODAY)
    assert not later.case.findings
    assert "cannot all be so" in later.notes[0]
    same = read_fhir(bundle(CHILD, adhd | {"recordedDate": "2026-10-02"}, earlier), as_of=TODAY).case
    assert {s.code: s.status for s in same.findings} == {"child.attention_disorder": Status.ABSENT}


def test_answers_that_the_vocabulary_does_not_let_be_together_are_left_open() -> None:
    both = replied("child.seeks_comfort", "child.seeks_no_comfort", "child.adopted")
    reading = read_fhir(bundle(CHILD, both), as_of=TODAY)
    assert {s.code for s in reading.case.findings} == {"child.adopted"}
    assert "child.seeks_comfort and child.seeks_no_comfort" in reading.notes[0]
    kind, wide = replied("child.adopted_from_abroad"), replied("child.adopted", status="absent")
    reading = read_fhir(bundle(CHILD, kind, wide), as_of=TODAY)
    assert not reading.case.findings
    assert "child.adopted_from_abroad and child.adopted" in reading.notes[0]


def test_an_old_answer_says_nothing_of_today() -> None:
    old = replied("child.runs_away", "child.adopted", authored="2024-01-01")
    reading = read_fhir(bundle(CHILD, old), as_of=TODAY)
    assert {s.code for s in reading.case.findings} == {"child.adopted"}
    assert reading.hints == ("child.runs_away",)


def test_true_and_false_are_answers_too() -> None:
    reply = {"resourceType": "QuestionnaireResponse", "item": [{"linkId": "child.adopted", "answer": [{"valueBoolean": False}]}]}
    assert as_said(read_response(reply), default_rulebook())[3] == {("child.adopted", Status.ABSENT)}


def test_items_below_an_answer_are_read() -> None:
    inner = [{"linkId": "child.adopted_from_abroad", "answer": [{"valueBoolean": True}]}]
    outer = [{"linkId": "child.adopted", "answer": [{"valueBoolean": True, "item": inner}]}]
    case = read_response({"resourceType": "QuestionnaireResponse", "item": outer})
    assert {s.code for s in case.findings} == {"child.adopted", "child.adopted_from_abroad"}


WRONG: list[tuple[Any, str]] = [
    (
        {"linkId": "child.adoptd", "answer": [{"valueBoolean": True}]},
        (
            "QuestionnaireResponse.item[0].answer[0]: H633 answers 'child.adoptd', which this version does not ask\n"
            "    hint: did you mean 'child.adopted' or 'child.wanted' or 'child.over_adapted'?"
        ),
    ),
    (
        {"linkId": "child.adopted", "answer": [{"valueCoding": {"code": "perhaps"}}]},
        "QuestionnaireResponse.item[0].answer[0].valueCoding: H632 is 'perhaps'; allowed: present, absent, unknown",
    ),
    (
        {"linkId": "child", "answer": [{"valueCoding": {"code": "babe"}}]},
        (
            "QuestionnaireResponse.item[0].answer[0].valueCoding: H632 is 'babe'; allowed: prenatal, newborn, baby, toddler, "
            "school_child, adolescent, none\n    hint: did you mean 'baby'?"
        ),
    ),
    (
        {"linkId": "pregnancy_week", "answer": [{"valueString": "20"}]},
        "QuestionnaireResponse.item[0].answer[0]: H632 holds no number\n    hint: answer with valueDecimal",
    ),
    (
        {"linkId": "child.adopted", "answer": [{"valueBoolean": True}, {"valueBoolean": False}]},
        (
            "QuestionnaireResponse.item[0].answer[1]: H631 'child.adopted' is answered in another way at "
            "QuestionnaireResponse.item[0].answer[0]"
        ),
    ),
]


@pytest.mark.parametrize(("item", "message"), WRONG)
def test_a_wrong_answer_is_told_with_its_place(item: Any, message: str) -> None:
    with pytest.raises(CaseError) as told:
        read_response({"resourceType": "QuestionnaireResponse", "item": [item]})
    assert str(told.value) == message


def test_a_stage_that_does_not_exist_is_told() -> None:
    with pytest.raises(UsageError, match=r"'babe' is no stage of the child; allowed: prenatal, .*, none; did you mean 'baby'"):
        questionnaire(child="babe")


def test_it_is_the_same_each_time() -> None:
    assert questionnaire() == OPEN
    assert attrs.evolve(read_response(response(Case(), OPEN))) == Case(span=Case().span)
