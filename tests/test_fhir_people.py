"""Who is who in a record: child, adult and parents by age and by what binds them, and what is told where that is not clear."""

import pytest

from hechting_rules import CaseError, advise
from hechting_rules.interop.fhir import read_fhir
from hechting_rules.terms import Status
from records import CHILD, FAMILY, KIN, MOTHER, TODAY, bundle, condition, patient, read, related, stated


def test_the_mother_is_the_adult_and_a_parent() -> None:
    reading = read(*FAMILY, condition("P76", of="mother"))
    assert (reading.child, reading.adult) == ("Patient/child", "Patient/mother")
    assert dict(reading.case.quantities) == {"child_age_months": 80.0, "adult_age_years": 41.0}
    assert {"adult.depression", "parent.mental_health_problems"} <= set(stated(reading))
    assert not [code for code in stated(reading) if code.startswith("child.")]


def test_the_bond_is_found_from_the_other_side_too() -> None:
    child = CHILD | {"link": [{"other": {"reference": "RelatedPerson/ward"}, "type": "seealso"}]}
    mother = patient("mother", "1985-04-20", gender="female")
    reading = read(child, mother, related("ward", "CHILD", of="mother"), condition("P76", of="mother"))
    assert (reading.child, reading.adult) == ("Patient/child", "Patient/mother")
    assert "parent.mental_health_problems" in stated(reading)


def test_urns_and_identifiers_bind_as_well() -> None:
    number = {"system": "http://example.org/number", "value": "7"}
    found = bundle(CHILD, patient("x", "1985", gender="female", identifier=[number]), related("kin", "MTH", identifier=[number]))
    found["entry"].append({"resource": condition("P76", of="x")})
    found["entry"][0]["fullUrl"] = "urn:uuid:0a"
    found["entry"][2]["resource"]["patient"] = {"reference": "urn:uuid:0a"}
    reading = read_fhir(found, as_of=TODAY)
    assert reading.adult == "Patient/x"
    assert "parent.mental_health_problems" in stated(reading)


def test_somebody_who_is_not_bound_is_left_out() -> None:
    reading = read(CHILD, patient("other", "1980-01-01"), condition("P76", of="other"))
    assert not reading.origins
    assert "left out" in reading.notes[0]
    named = read(CHILD, patient("other", "1980-01-01"), condition("P76", of="other"), adult="Patient/other")
    assert "parent.mental_health_problems" in stated(named)


def test_two_parents_both_count_and_neither_is_the_adult() -> None:
    father = patient("father", "1984-01-01", gender="male", link=[{"other": {"reference": "RelatedPerson/f"}}])
    reading = read(*FAMILY, father, related("f", "FTH"), condition("P76", of="father"), condition("Z12", of="mother"))
    assert reading.adult == ""
    assert set(stated(reading)) == {"parent.mental_health_problems", "parent.relational_conflicts"}
    assert read(*FAMILY, father, related("f", "FTH"), adult="Patient/father").adult == "Patient/father"


def test_a_parent_who_has_died_is_a_loss_of_the_child() -> None:
    reading = read(CHILD, MOTHER | {"deceasedDateTime": "2024-05"}, KIN, condition("P76", of="mother"))
    assert reading.adult == ""
    assert stated(reading) == {"child.lost_parent": Status.PRESENT}
    assert reading.origins[-1].place == "Bundle.entry[1].resource.deceasedDateTime"
    assert not read(CHILD, MOTHER | {"deceasedDateTime": "2028"}, KIN).case.findings


def test_a_young_mother_is_the_adult() -> None:
    baby, young = patient("child", "2026-08-01"), MOTHER | {"birthDate": "2010-04-20"}
    reading = read(baby, young, KIN)
    assert (reading.child, reading.adult) == ("Patient/child", "Patient/mother")
    assert advise(reading.case).adult_stage == "young_parent"
    assert reading.hints == ("parent.teenage_mother",)


def test_the_host_can_say_that_nobody_is_there() -> None:
    reading = read(CHILD, adult="none")
    assert reading.case.adult_stage == "none"
    assert read(patient("a", "1950-01-01"), child="none").case.child_stage == "none"


@pytest.mark.parametrize(
    ("born", "stage", "months"),
    [
        ("2026-11-23", "newborn", 0.0),
        ("2026-10-24", "newborn", 0.0),
        ("2026-10-23", "baby", 1.0),
        ("2025-11-24", "baby", 11.0),
        ("2025-11-23", "toddler", 12.0),
        ("2016", "school_child", None),
        ("2014", "", None),
        ("2026-09", "baby", None),
    ],
)
def test_age_and_stage_follow_from_the_birth_date(born: str, stage: str, months: float | None) -> None:
    case = read(patient("child", born), child="Patient/child").case
    assert advise(case).child_stage == stage
    assert dict(case.quantities) == ({} if months is None else {"child_age_months": months})


def test_a_name_that_is_nobodys_is_told() -> None:
    with pytest.raises(CaseError, match="child: H611 names no Patient of the input"):
        read(CHILD, child="Patient/x")


def test_a_person_too_old_is_told_at_the_birth_date() -> None:
    with pytest.raises(CaseError, match=r"Bundle\.entry\[0\]\.resource\.birthDate: C305 adult_age_years is 226"):
        advise(read(patient("a", "1800-01-01")).case)
