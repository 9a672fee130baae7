"""FHIR in: nothing coded is unknown, refuted is absent, a hint is only a hint, and wrong input is one clear error."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hechting_rules import CaseError
from hechting_rules.answered import answer
from hechting_rules.interop.fhir import Reading, read_fhir
from hechting_rules.rulebook import default_rulebook
from hechting_rules.source import Diagnostic
from hechting_rules.terms import Status
from records import (
    ACT,
    BDS,
    BUNDLES,
    CHILD,
    FAMILY,
    ICD10,
    ICPC1,
    KIN,
    LOINC,
    MOTHER,
    SNOMED,
    TODAY,
    broken_bundles,
    bundle,
    concept,
    condition,
    observation,
    patient,
    read,
    related,
    stated,
    why_not,
)


def usable(reading: Reading) -> bool:
    """Whether the program runs on a case that was read; a `CaseError` where it cannot be used."""
    return bool(answer(reading.case, default_rulebook(), default_rulebook().profiles["default"]).values)


# --- properties ------------------------------------------------------------------------------------------------------------


@given(BUNDLES, st.sampled_from(["nl", "be"]), st.booleans())
@settings(max_examples=100)
def test_a_random_bundle_is_read_and_its_case_can_be_used(found: Any, country: str, hints: bool) -> None:
    before = copy.deepcopy(found)
    reading = read_fhir(found, as_of=TODAY, code_map=country, hints=hints)
    assert found == before
    assert usable(reading)
    used = {o.finding for o in reading.origins if o.used}
    assert set(stated(reading)) == used
    assert reading == read_fhir(found, as_of=TODAY, code_map=country, hints=hints)


@given(broken_bundles())
@settings(max_examples=250)
def test_a_broken_bundle_is_read_or_refused_with_its_places(found: Any) -> None:
    told: tuple[Diagnostic, ...] = ()
    try:
        usable(read_fhir(found, as_of=TODAY))
    except CaseError as error:
        told = error.diagnostics
    assert all(d.span.path and d.code.startswith(("H6", "C3")) for d in told)


@given(BUNDLES)
@settings(max_examples=60)
def test_without_codes_all_is_unknown(found: Any) -> None:
    bare = json.loads(json.dumps(found))
    for entry in bare["entry"]:
        entry["resource"].pop("code", None)
        for key in ("component", "condition", "class", "relationship", "valueCodeableConcept"):
            entry["resource"].pop(key, None)
    assert not read_fhir(bare, as_of=TODAY, hints=True).case.findings


@given(BUNDLES)
@settings(max_examples=80)
def test_hints_only_add_findings_that_are_present(found: Any) -> None:
    off, on = (read_fhir(found, as_of=TODAY, hints=hints) for hints in (False, True))
    new = set(stated(on)) - set(stated(off))
    assert new <= set(off.hints)
    assert all(stated(on)[code] is Status.PRESENT for code in new)


# --- what a status means ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("clinical", ["inactive", "remission", "resolved"])
def test_what_has_ended_is_neither_present_nor_absent_now_but_stays_history(clinical: str) -> None:
    reading = read(CHILD, condition("P21", clinical=clinical), condition("A93", clinical=clinical))
    assert stated(reading) == {"child.premature_birth": Status.PRESENT}
    assert why_not(reading, "child.attention_disorder") == ["has ended"]


def test_ended_maltreatment_is_history_and_active_is_for_safety() -> None:
    ended = read(CHILD, condition("T74.1", ICD10, clinical="resolved"), code_map="be")
    assert stated(ended) == {"child.history_maltreatment": Status.PRESENT}
    active = read(CHILD, condition("T74.1", ICD10), code_map="be")
    assert stated(active) == {"safety.abuse_or_violence": Status.PRESENT}


def test_a_condition_that_does_not_say_that_it_is_still_so_is_a_hint() -> None:
    reading = read(CHILD, condition("P21", clinical=""), condition("A93", clinical=""))
    assert stated(reading) == {"child.premature_birth": Status.PRESENT}
    assert "child.attention_disorder" in reading.hints
    assert not read(CHILD, condition("P21", clinical="", abatementDateTime="2025")).case.findings


@pytest.mark.parametrize(
    ("reason", "said"),
    [("unknown", True), ("asked-unknown", True), ("asked-declined", True), ("not-asked", False), ("error", False)],
)
def test_an_absent_value_is_stated_unknown_where_it_was_asked(reason: str, said: bool) -> None:
    reading = read(CHILD, observation("144", dataAbsentReason=concept(reason)))
    assert stated(reading) == ({"child.incubator_stay": Status.UNKNOWN} if said else {})


@pytest.mark.parametrize(("value", "status"), [(True, Status.PRESENT), (False, Status.ABSENT)])
def test_an_observation_answers_yes_or_no(value: bool, status: Status) -> None:
    assert stated(read(CHILD, observation("144", valueBoolean=value))) == {"child.incubator_stay": status}
    coded = concept("373066001" if value else "373067005", SNOMED)
    assert stated(read(CHILD, observation("144", valueCodeableConcept=coded))) == {"child.incubator_stay": status}
    part = {"code": concept("144", BDS), "valueBoolean": value}
    assert stated(read(CHILD, observation("x", component=[part]))) == {"child.incubator_stay": status}


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "preliminary"])
def test_an_observation_that_does_not_stand_says_nothing(status: str) -> None:
    assert not read(CHILD, observation("144", valueBoolean=True, status=status)).case.findings


def test_the_newest_observation_counts_and_an_old_one_is_no_news_of_today() -> None:
    old, new = observation("144", valueBoolean=False, on="2021"), observation("144", valueBoolean=True, on="2026-01-05")
    assert stated(read(CHILD, new, old)) == {"child.incubator_stay": Status.PRESENT}
    housing = observation("105531004", SNOMED, valueBoolean=True, on="2024-01-01")
    assert not read(CHILD, housing).case.findings
    assert read(CHILD, housing).hints == ("environment.poor_housing",)
    undated = observation("105531004", SNOMED, valueBoolean=True, on="")
    assert read(CHILD, undated).hints == ("environment.poor_housing",)


def test_what_is_of_later_days_does_not_count() -> None:
    later = condition("A93", recordedDate="2026-12-01"), observation("144", valueBoolean=True, on="2027")
    reading = read(CHILD, *later)
    assert not reading.case.findings
    assert {o.reason for o in reading.origins} == {"is of after the day on which the record is read"}
    assert not reading.hints
    assert (
        len(read(CHILD, condition("A93", recordedDate="2026"), observation("144", valueBoolean=True, on="2026-11")).case.findings)
        == 2
    )


@pytest.mark.parametrize("key", ["modifierExtension", "implicitRules"])
def test_a_resource_that_may_mean_something_else_is_left_out(key: str) -> None:
    value = {
        "modifierExtension": [{"url": "http://example.org/not", "valueBoolean": True}],
        "implicitRules": "http://example.org/own",
    }
    reading = read(CHILD, condition("A93") | {key: value[key]}, condition("Z03"))
    assert set(stated(reading)) == {"environment.poor_housing"}
    assert reading.notes == (
        "Bundle.entry[1].resource: may mean something else than it says (modifierExtension or implicitRules): left out",
    )


def test_free_text_is_left_to_people() -> None:
    reading = read(CHILD, observation("773", valueString="klampt zich vast"))
    assert not reading.origins
    assert "for people to read" in reading.notes[0]
    assert "klampt" not in str(reading)


def test_a_coded_value_is_a_hint_as_its_question_may_be_about_others() -> None:
    reading = read(CHILD, observation("8670-2", LOINC, valueCodeableConcept=concept("35489007", SNOMED)))
    assert not reading.case.findings
    assert reading.hints == ("child.depression",)


def test_places_that_contradict_each_other_leave_it_open() -> None:
    reading = read(CHILD, condition("P21"), condition("P21", verified="refuted"), condition("Z03"))
    assert stated(reading) == {"environment.poor_housing": Status.PRESENT}
    assert "Bundle.entry[1].resource" in reading.notes[0]
    assert "Bundle.entry[2].resource" in reading.notes[0]
    assert set(why_not(reading, "child.attention_disorder")) == {"is contradicted by another place"}


# --- weeks, stays, family --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quantity", "status"),
    [
        ({"value": 36.5, "code": "wk"}, Status.PRESENT),
        ({"value": 37, "unit": "weeks"}, Status.ABSENT),
        ({"value": 210, "code": "d"}, Status.PRESENT),
        ({"value": 30}, None),
        ({"value": 36, "code": "wk", "comparator": ">"}, None),
    ],
)
def test_the_weeks_at_birth_tell_of_prematurity(quantity: Any, status: Status | None) -> None:
    said = stated(read(CHILD, observation("11884-4", LOINC, valueQuantity=quantity)))
    assert said == ({} if status is None else {"child.premature_birth": status})


def test_a_week_of_pregnancy_goes_on_counting() -> None:
    her = patient("mother", "1990-01-01", gender="female")
    weeks = observation("11884-4", LOINC, "mother", on="2026-11-09", valueQuantity={"value": 20, "code": "wk"})
    reading = read(her, weeks, condition("P76", of="mother"))
    assert dict(reading.case.quantities) == {"adult_age_years": 36.0, "pregnancy_week": 22.0}
    late = observation("11884-4", LOINC, "mother", on="2026-01-09", valueQuantity={"value": 20, "code": "wk"})
    assert "pregnancy_week" not in dict(read(her, late).case.quantities)


def test_a_week_of_pregnancy_counts_no_more_once_the_child_is_born_or_there_is_none() -> None:
    weeks = observation("11884-4", LOINC, "mother", on="2026-09-01", valueQuantity={"value": 30, "code": "wk"})
    newborn = CHILD | {"birthDate": "2026-11-10"}
    assert "pregnancy_week" not in dict(read(newborn, MOTHER, KIN, weeks).case.quantities)
    assert "pregnancy_week" in dict(read(*FAMILY, weeks).case.quantities)
    refuted = condition("W78", of="mother", verified="refuted")
    assert "pregnancy_week" not in dict(read(*FAMILY, weeks, refuted).case.quantities)


def test_the_record_of_a_pregnant_woman_is_that_of_a_parent() -> None:
    her = patient("mother", "1990-01-01", gender="female")
    assert "parent.mental_health_problems" not in stated(read(her, condition("P76", of="mother")))
    both = read(her, condition("P76", of="mother"), condition("W78", of="mother"))
    assert stated(both)["parent.mental_health_problems"] is Status.PRESENT
    assert stated(both)["pregnancy.current"] is Status.PRESENT


def test_a_stay_at_a_young_age_is_a_hint() -> None:
    stay = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": ACT, "code": "IMP"},
        "subject": {"reference": "Patient/child"},
        "period": {"start": "2021-02-03", "end": "2021-02-20"},
    }
    assert read(CHILD, stay).hints == ("child.early_hospital_stay",)
    assert not read(CHILD, stay | {"period": {"start": "2026-02-03"}}).origins
    assert not read(CHILD, stay | {"class": {"system": ACT, "code": "AMB"}}).origins


def test_what_kin_alone_say() -> None:
    assert stated(read(CHILD, related("r", "ADOPTM"))) == {"child.adopted": Status.PRESENT}
    assert read(CHILD, related("r", "MTHFOST")).hints == ("child.changing_caregivers",)
    assert read(CHILD, related("r", "MTH", birthDate="2003-05")).hints == ("parent.teenage_mother",)
    assert read(CHILD, related("r", "MTH", birthDate="1975-05-01")).hints == ("parent.middle_aged_mother",)
    assert not read(CHILD, related("r", "MTH", birthDate="1990")).origins
    assert not read(CHILD, related("r", "ADOPTM", active=False)).origins


def test_family_history_says_of_now_only_a_hint() -> None:
    history = {
        "resourceType": "FamilyMemberHistory",
        "status": "completed",
        "patient": {"reference": "Patient/child"},
        "relationship": concept("MTH"),
        "condition": [{"code": concept("P76", ICPC1)}],
    }
    assert read(CHILD, history).hints == ("parent.mental_health_problems",)
    assert not read(CHILD, history | {"relationship": concept("SIB")}).origins
    assert not read(CHILD, history | {"status": "entered-in-error"}).origins


# --- how it comes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reference", ["Patient/child", "Patient/child/_history/2", "https://example.org/fhir/Patient/child"])
def test_a_reference_may_have_an_address_and_a_version(reference: str) -> None:
    reading = read(CHILD, condition("A93", id="7", subject={"reference": reference}))
    assert set(stated(reading)) == {"child.premature_birth"}
    assert reading.sources == ("Condition/7",)


def test_the_same_resource_twice_counts_once() -> None:
    reading = read(CHILD, condition("A93", id="7"), condition("A93", id="7"), CHILD)
    assert len(reading.origins) == 1


def test_resources_may_come_as_a_list_or_under_names() -> None:
    case = read(CHILD, condition("A93")).case
    assert read_fhir([CHILD, condition("A93")], as_of=TODAY).case == case
    named = read_fhir({"patient": CHILD, "conditions": bundle(condition("A93"))}, as_of=TODAY)
    assert named.case == case
    assert named.origins[0].place == "conditions.entry[0].resource.code.coding[0]"
    assert not read_fhir(condition("A93"), as_of=TODAY).origins


# --- wrong input -----------------------------------------------------------------------------------------------------------

WRONG: list[tuple[Any, str]] = [
    (7, "input: H601 is a number; allowed: a Bundle, a resource, or a list of resources"),
    ({}, "input: H603 lacks 'resourceType'\n    hint: give a FHIR R4 Bundle or resources"),
    ([CHILD, "x"], "resources[1]: H601 is text; allowed: a Bundle, a resource, or a list of resources"),
    (bundle() | {"type": "history"}, "Bundle.type: H605 is 'history'; allowed: a Bundle of things as they are now"),
    (
        bundle(patient("a", "5 maart 2020")),
        "Bundle.entry[0].resource.birthDate: H604 is no date; allowed: YYYY, YYYY-MM or YYYY-MM-DD, with or without a time",
    ),
    (
        bundle(patient("a", "2030-01-01")),
        "Bundle.entry[0].resource.birthDate: H615 lies after the day on which the record is read\n    hint: look at as_of",
    ),
    (
        bundle(patient("a")),
        (
            "Bundle.entry[0].resource.birthDate: H613 is not there, so it is not known whether this is the child or the adult\n"
            "    hint: give a birthDate, or say who is meant with child or adult"
        ),
    ),
    (
        bundle(patient("a", "2020"), patient("b", "2022")),
        (
            "Bundle.entry[1].resource: H612 is a second patient who can be the index child, beside Bundle.entry[0].resource\n"
            "    hint: say who is meant with child, such as child=Patient/1"
        ),
    ),
    (
        bundle(CHILD, condition("A93") | {"code": "A93"}),
        "Bundle.entry[1].resource.code: H601 is text; allowed: an object or a list of objects",
    ),
    (
        bundle(CHILD, observation("144", valueBoolean="ja")),
        "Bundle.entry[1].resource.valueBoolean: H601 is text; allowed: true or false",
    ),
    (bundle(CHILD | {"deceasedBoolean": True}), "Bundle.entry[0].resource: H614 has died; an advice is about somebody who lives"),
]


@pytest.mark.parametrize(("found", "message"), WRONG)
def test_wrong_input_is_told_with_its_place_and_without_its_content(found: Any, message: str) -> None:
    with pytest.raises(CaseError) as told:
        read_fhir(found, as_of=TODAY)
    assert str(told.value) == message
