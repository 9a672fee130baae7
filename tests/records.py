"""FHIR resources for tests: short makers, what comes of reading them, and random Bundles of them, right and wrong."""

import copy
import datetime as dt
from typing import Any

from hypothesis import strategies as st

from hechting_rules.interop.fhir import Reading, read_fhir
from hechting_rules.terms import Status

SNOMED = "http://snomed.info/sct"
ICPC1 = "http://hl7.org/fhir/sid/icpc-1-nl"
ICPC2 = "http://hl7.org/fhir/sid/icpc-2"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
LOINC = "http://loinc.org"
BDS = "urn:oid:2.16.840.1.113883.2.4.4.40.267"
ROLE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
Resource = dict[str, Any]


def concept(code: str, system: str = "") -> Resource:
    return {"coding": [{**({"system": system} if system else {}), "code": code}]}


def bundle(*resources: Resource) -> Resource:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": resource} for resource in resources]}


def patient(id: str, born: str = "", **more: Any) -> Resource:
    return {"resourceType": "Patient", "id": id, **({"birthDate": born} if born else {}), **more}


def condition(
    code: str, system: str = ICPC1, of: str = "child", clinical: str = "active", verified: str = "confirmed", **more: Any
) -> Resource:
    found = {"resourceType": "Condition", "subject": {"reference": f"Patient/{of}"}, "code": concept(code, system), **more}
    if clinical:
        found["clinicalStatus"] = concept(clinical)
    if verified:
        found["verificationStatus"] = concept(verified)
    return found


def observation(code: str, system: str = BDS, of: str = "child", on: str = "2026-11-01", **more: Any) -> Resource:
    return {
        "resourceType": "Observation",
        "status": "final",
        "subject": {"reference": f"Patient/{of}"},
        "code": concept(code, system),
        **({"effectiveDateTime": on} if on else {}),
        **more,
    }


def related(id: str, role: str, of: str = "child", **more: Any) -> Resource:
    return {
        "resourceType": "RelatedPerson",
        "id": id,
        "patient": {"reference": f"Patient/{of}"},
        "relationship": [concept(role, ROLE)],
        **more,
    }


CHILD = patient("child", "2020-03-05", gender="male")
MOTHER = patient("mother", "1985-04-20", gender="female", link=[{"other": {"reference": "RelatedPerson/kin"}, "type": "seealso"}])
KIN = related("kin", "MTH")
FAMILY = (CHILD, MOTHER, KIN)
TODAY = dt.date(2026, 11, 23)


def read(*resources: Any, **more: Any) -> Reading:
    return read_fhir(bundle(*resources), **{"as_of": TODAY, **more})


def stated(reading: Reading) -> dict[str, Status]:
    return {s.code: s.status for s in reading.case.findings}


def why_not(reading: Reading, finding: str) -> list[str]:
    return [o.reason for o in reading.origins if o.finding == finding]


# --- random ----------------------------------------------------------------------------------------------------------------

CODES = [
    (ICPC1, code)
    for code in ("A93", "A15", "P21", "P22", "P24", "P76", "P76.01", "P77", "P80.01", "Z12", "Z03", "Z25", "W78", "T06")
] + [
    (ICPC2, code) for code in ("A93", "P81", "P82", "P76", "W78", "Z03")
] + [
    (ICD10, code) for code in ("F90.0", "F32.1", "T74.1", "Q90", "X70", "F60.3", "Z59.1", "F94.1")
] + [
    (SNOMED, code) for code in ("367494004", "35489007", "48694002", "47505003", "77386006", "248062006")
] + [
    (BDS, code) for code in ("144", "143", "28", "773", "1611", "82")
] + [(LOINC, "11884-4"), (LOINC, "82810-3"), ("http://example.org/own", "A93")]  # fmt: skip

PEOPLE = st.sampled_from(["Patient/child", "Patient/mother", "Patient/nobody", "RelatedPerson/kin"])
CONCEPTS = st.lists(st.sampled_from(CODES), min_size=1, max_size=2).map(
    lambda pairs: {"coding": [{"system": system, "code": code} for system, code in pairs]}
)
DAYS = st.sampled_from(["2026-11-20", "2026-03", "2019", "2020-03-06T10:00:00+01:00", "2031-01-01"])


def _maybe(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Resource]:
    return st.fixed_dictionaries({}, optional=parts)


VALUES = st.one_of(
    st.booleans().map(lambda b: {"valueBoolean": b}),
    st.sampled_from([("373066001", SNOMED), ("373067005", SNOMED), ("35489007", SNOMED), ("x", "y")]).map(
        lambda pair: {"valueCodeableConcept": concept(*pair)}
    ),
    st.sampled_from(["unknown", "asked-unknown", "not-asked", "error"]).map(lambda code: {"dataAbsentReason": concept(code)}),
    st.floats(0, 45).map(lambda weeks: {"valueQuantity": {"value": weeks, "code": "wk"}}),
    st.just({"valueString": "woorden"}),
    st.just({}),
)
CONDITIONS = st.builds(
    lambda code, of, more: {"resourceType": "Condition", "subject": {"reference": of}, "code": code, **more},
    CONCEPTS,
    PEOPLE,
    _maybe(
        clinicalStatus=st.sampled_from(["active", "resolved", "inactive", "remission", "recurrence"]).map(concept),
        verificationStatus=st.sampled_from(["confirmed", "refuted", "entered-in-error", "provisional"]).map(concept),
        recordedDate=DAYS,
        abatementDateTime=DAYS,
    ),
)
OBSERVATIONS = st.builds(
    lambda code, of, value, more: {
        "resourceType": "Observation", "subject": {"reference": of}, "code": code, **value, **more
    },
    CONCEPTS,
    PEOPLE,
    VALUES,
    _maybe(
        status=st.sampled_from(["final", "preliminary", "entered-in-error"]),
        effectiveDateTime=DAYS,
        component=st.lists(st.builds(lambda code, value: {"code": code, **value}, CONCEPTS, VALUES), max_size=2),
    ),
)  # fmt: skip
HISTORIES = st.builds(
    lambda role, codes: {
        "resourceType": "FamilyMemberHistory",
        "status": "completed",
        "patient": {"reference": "Patient/child"},
        "relationship": concept(role, ROLE),
        "condition": [{"code": code} for code in codes],
    },
    st.sampled_from(["MTH", "FTH", "SIB", "PRN"]),
    st.lists(CONCEPTS, max_size=2),
)
STAYS = st.builds(
    lambda kind, day: {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": ACT, "code": kind},
        "subject": {"reference": "Patient/child"},
        "period": {"start": day},
    },
    st.sampled_from(["IMP", "AMB"]),
    DAYS,
)
RELATIVES = st.builds(
    lambda role, more: related("kin", role, **more),
    st.sampled_from(["MTH", "ADOPTM", "MTHFOST", "GESTM", "FTH", "SIB"]),
    _maybe(birthDate=DAYS, active=st.booleans()),
)
RESOURCES = st.one_of(CONDITIONS, OBSERVATIONS, HISTORIES, STAYS, RELATIVES)
BUNDLES = st.lists(RESOURCES, max_size=8).map(lambda resources: bundle(CHILD, MOTHER, *resources))
"""Bundles of a child and, bound to it or not, a mother, with random resources that are right in form."""

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.sampled_from(["Patient/child", "2020"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["coding", "code", "reference", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def broken_bundles(draw: st.DrawFn) -> Any:
    """A Bundle in which some member, anywhere, was put in place of by something else."""
    found = copy.deepcopy(draw(BUNDLES))
    for _ in range(draw(st.integers(1, 3))):
        holder, key = draw(st.sampled_from(list(all_members(found))))
        holder[key] = draw(JUNK)
    return found


def all_members(value: Any) -> Any:
    """Every member, at any depth, as the object or list that holds it and its key."""
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from all_members(value[key])
