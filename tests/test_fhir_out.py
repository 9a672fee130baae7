"""FHIR out: valid, the same each time, only drafts where a referral may be drafted, and no suspicion of abuse."""

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from fhir.resources.R4B.bundle import Bundle
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hechting_rules import Advice, Case, CaseError, UsageError, advise, load_case
from hechting_rules.advice import Outcome, Suggested
from hechting_rules.answered import answer, prepare
from hechting_rules.interop.export import resources_of, to_fhir
from hechting_rules.interop.leaving import ABUSE, DISPUTED, Leaving, grounds, is_harmful
from hechting_rules.interop.mapfiles import load_code_map
from hechting_rules.model import Rulebook
from hechting_rules.rulebook import default_rulebook
from hechting_rules.stated import Stated
from hechting_rules.terms import Kind, Language, Origin, Standing, Status
from strategies import real_cases

EXAMPLES = sorted((Path(__file__).parents[1] / "examples" / "cases").glob("*.yaml"))
NOW = "2026-11-23T10:00:00+01:00"
SUBJECTS = {"child": "Patient/c", "adult": "Patient/a"}


@functools.cache
def advised(path: Path) -> Advice:
    return advise(load_case(path))


def may_refer(advice: Advice, suggestion: Suggested) -> bool:
    return Leaving.of(advice, default_rulebook(), abuse=False).may_refer(suggestion)


def out(advice: Advice, **more: Any) -> Any:
    return to_fhir(advice, **{"authored_on": NOW, **SUBJECTS, **more})


def named(bundle: Any, kind: str) -> set[str]:
    """The codes of the suggestions that resources of a type tell of."""
    return {r["code"]["coding"][0]["code"] for r in resources_of(bundle, kind)}


def every_text(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from every_text(inner)


def empty(value: Any) -> bool:
    """Whether FHIR forbids a value that is somewhere inside: null, nothing, an empty list or object."""
    if value in (None, "", [], {}):
        return True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(empty(one) for one in inner)


# --- a referral that may be drafted, and every way in which it may not -----------------------------------------------------


@functools.cache
def referral() -> tuple[Case, str]:
    """A case whose referral of the child may be drafted: its signs were discussed, and every screen is answered no."""
    book = default_rulebook()
    screens = {f.code for f in book.findings.values() if f.code.startswith("safety.") and "addressed" not in f.code}
    screens |= {"child.runs_away", "child.developmental_delay"}
    present = ["child.social_problems", "child.learning_problems", "parent.attachment_discussed", "parent.willing_to_seek_help"]
    case = Case.of(child="school_child", adult="none", present=present, absent=sorted(screens))
    return case, "refer.child_psychotherapy"


def test_a_referral_is_drafted_once_all_is_clear() -> None:
    case, code = referral()
    found = out(advise(case))
    (request,) = resources_of(found, "ServiceRequest")
    assert named(found, "ServiceRequest") == {code}
    assert (request["status"], request["intent"], request["subject"]) == ("draft", "proposal", {"reference": "Patient/c"})
    guidance = resources_of(found, "GuidanceResponse")[0]
    assert request["supportingInfo"] == [{"reference": f"urn:uuid:{guidance['id']}"}]
    group = resources_of(found, "RequestGroup")[0]
    assert {"reference": f"urn:uuid:{request['id']}"} in [a.get("resource") for a in group["action"]]


@pytest.mark.parametrize("code", sorted(s.code for s in referral()[0].findings if s.status is Status.ABSENT))
def test_a_screen_that_is_open_holds_the_draft_back_if_it_is_named(code: str) -> None:
    case, refer = referral()
    book = default_rulebook()
    opened = attrs.evolve(case, findings=tuple(s for s in case.findings if s.code not in above(code, book)))
    advice = advise(opened)
    (suggestion,) = [s for s in advice.suggestions if s.code == refer]
    waits = bool(suggestion.screen_first or suggestion.after or suggestion.withheld_by)
    assert named(out(advice), "ServiceRequest") == (set() if waits else {refer})


def above(code: str, book: Rulebook) -> set[str]:
    """A finding, and the screens whose no would answer it."""
    return {code, *book.findings[code].implies}


def test_some_open_screen_does_hold_it_back() -> None:
    case, refer = referral()
    opened = attrs.evolve(case, findings=tuple(s for s in case.findings if not s.code.startswith("safety.")))
    assert refer in {s.code for s in advise(opened).suggestions}
    assert not resources_of(out(advise(opened)), "ServiceRequest")


def test_a_draft_needs_a_reference_to_the_person_it_is_about() -> None:
    advice = advise(referral()[0])
    assert not resources_of(to_fhir(advice, authored_on=NOW, adult="Patient/a"), "ServiceRequest")
    assert resources_of(to_fhir(advice, authored_on=NOW, child="Patient/c"), "ServiceRequest")


def test_disputed_evidence_carries_no_draft() -> None:
    advice = advise(referral()[0])
    (suggestion,) = [s for s in advice.suggestions if s.code == "refer.child_psychotherapy"]
    assert may_refer(advice, suggestion)
    for standing in Standing:
        because = tuple(
            attrs.evolve(r, evidence=attrs.evolve(r.evidence, standing=(*r.evidence.standing, standing)))
            for r in suggestion.because
            if r.evidence is not None
        )
        assert may_refer(advice, attrs.evolve(suggestion, because=because)) is (standing not in DISPUTED)
        assert is_harmful(attrs.evolve(suggestion, because=because)) is (standing is Standing.HARMFUL)


@st.composite
def near_referrals(draw: st.DrawFn) -> Case:
    """The case whose referral may be drafted with a few findings told otherwise, or not at all."""
    book = default_rulebook()
    case, _ = referral()
    said = {s.code: s.status for s in case.findings}
    likely = sorted([*said, *(s.addressed_by for s in book.suggestions.values() if s.addressed_by), "child.adopted"])
    for code in draw(st.lists(st.sampled_from(likely), max_size=4, unique=True)):
        status = draw(st.sampled_from([*Status, None]))
        for other in above(code, book) if status is Status.PRESENT else {code}:
            said.pop(other, None)
        if status is not None:
            said[code] = status
    return attrs.evolve(case, findings=tuple(Stated(code, status) for code, status in said.items()))


@given(near_referrals())
@settings(max_examples=40)
def test_every_draft_meets_what_a_draft_must_meet(case: Case) -> None:
    book = default_rulebook()
    try:
        advice = advise(case)
    except CaseError:
        assume(condition=False)
    program = prepare(book, "default")
    planes = answer(case, book, book.profiles["default"])
    by_code = {s.code: s for s in advice.suggestions}
    for request in resources_of(out(advice, abuse=True), "ServiceRequest"):
        suggestion = by_code[request["code"]["coding"][0]["code"]]
        assert suggestion.kind is Kind.REFER
        assert suggestion.outcome is Outcome.ESTABLISHED
        assert (suggestion.withheld_by, suggestion.after, suggestion.screen_first) == ((), (), ())
        assert any(r.evidence and not DISPUTED & set(r.evidence.standing) for r in suggestion.because)
        assert (request["status"], request["intent"]) == ("draft", "proposal")
        named_flags = {*book.suggestions[suggestion.code].screens, *(f.id for f in book.flags.values() if f.stands_above)}
        for flag in (book.flags[name] for name in named_flags):
            elsewhere = flag.stages and case.child_stage not in flag.stages
            assert elsewhere or planes.values[program.flags[flag.id].out], flag.id


def test_a_flag_that_was_addressed_is_still_not_clear() -> None:
    case, refer = referral()
    raised = {"safety.suicidal_or_self_harm", "safety.rf03_addressed"}
    told = tuple(s for s in case.findings if not s.code.startswith(("safety.suicidal", "safety.rec", "safety.hope")))
    advice = advise(attrs.evolve(case, findings=(*told, *(Stated(code, Status.PRESENT) for code in raised))))
    (suggestion,) = [s for s in advice.suggestions if s.code == refer]
    assert (suggestion.withheld_by, suggestion.after, suggestion.screen_first) == ((), (), ())
    assert not resources_of(out(advice), "ServiceRequest")


@given(real_cases(most=25), st.booleans())
@settings(max_examples=20)
def test_a_suspicion_of_abuse_leaves_only_when_asked_for_and_then_very_restricted(case: Case, abuse: bool) -> None:
    book = default_rulebook()
    advice = advise(case)
    leaving = Leaving.of(advice, book, abuse=abuse)
    suspected = {s.code for s in advice.suggestions if s.flag == ABUSE or leaving.hidden & set(grounds(advice, s))}
    found = out(advice, abuse=abuse)
    for entry in found["entry"]:
        resource = entry["resource"]
        codes = told_in(resource)
        assert abuse or not codes & suspected
        labels = {label["code"] for label in resource.get("meta", {}).get("security", ())}
        assert not codes & suspected or labels == {"V", "NOPAT"}
        safety = {s.code for s in advice.suggestions if s.origin is Origin.SAFETY}
        assert not codes & safety or "NOPAT" in labels
    if not abuse:
        texts = set(every_text(found))
        assert not {*leaving.asked_later, ABUSE} & texts


def test_what_rests_on_a_suspicion_of_abuse_does_not_leave_either() -> None:
    advice = advise(referral()[0])
    leaving = Leaving.of(advice, default_rulebook(), abuse=False)
    for suggestion in leaving.suggestions():
        assert not leaving.suspects(suggestion)
        (reason, *others) = suggestion.because
        premise = attrs.evolve(reason.premises[0], code="safety.unexplained_injury", satisfied=True)
        told = attrs.evolve(suggestion, because=(attrs.evolve(reason, premises=(premise,)), *others))
        assert leaving.suspects(told)
        assert not leaving.may_leave(told)
        assert [label["code"] for label in leaving.labels([told])] == ["V", "NOPAT"]
        quiet = attrs.evolve(premise, satisfied=False)
        assert not leaving.suspects(attrs.evolve(suggestion, because=(attrs.evolve(reason, premises=(quiet,)),), why=()))


def test_abuse_in_the_past_is_restricted() -> None:
    case = Case.of(child="school_child", present=["child.history_neglect"])
    told = [s for s in advise(case).suggestions if s.outcome is Outcome.ESTABLISHED and s.origin is not Origin.SAFETY]
    leaving = Leaving.of(advise(case), default_rulebook(), abuse=False)
    resting = [s for s in told if "child.history_neglect" in set(grounds(advise(case), s))]
    assert resting
    assert all([label["code"] for label in leaving.labels([s])] == ["R", "NOPAT"] for s in resting)


def told_in(resource: Any) -> set[str]:
    concepts = [resource.get("code"), *(c for action in resource.get("action", ()) for c in action["code"])]
    return {coding["code"] for concept in concepts if concept for coding in concept["coding"]}


def test_a_suspicion_of_abuse_is_nowhere_in_the_bundle() -> None:
    advice = advise(load_case(next(p for p in EXAMPLES if p.stem == "13-suspected-abuse")))
    assert "safety.rf01" in {s.code for s in advice.suggestions}
    found = out(advice)
    assert {e["resource"]["resourceType"] for e in found["entry"]} == {"GuidanceResponse", "Provenance"}
    assert not {"safety.rf01", "safety.rf01_addressed", "safety.child_frightened", "RF-01"} & set(every_text(found))
    assert "safety.rf01" in named(out(advice, abuse=True), "DetectedIssue")


# --- form ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_every_example_is_valid_and_deterministic(path: Path, book: Rulebook) -> None:
    advice = advised(path)
    for language in Language:
        found = out(advice, language=language, abuse=True, code_map=load_code_map("nl", book), sources=["Condition/1"])
        Bundle.model_validate(found)
        assert not empty(found)
        assert json.dumps(found) == json.dumps(
            out(advice, language=language, abuse=True, code_map=load_code_map("nl", book), sources=["Condition/1"])
        )
        ids = [entry["resource"]["id"] for entry in found["entry"]]
        assert len(ids) == len(set(ids))
        assert [entry["fullUrl"] for entry in found["entry"]] == [f"urn:uuid:{one}" for one in ids]
        references = {v for v in every_text(found) if v.startswith("urn:uuid:")}
        assert references <= {f"urn:uuid:{one}" for one in ids}


def test_what_to_ask_next_is_what_data_is_required(book: Rulebook) -> None:
    advice = advised(EXAMPLES[1])
    (guidance,) = resources_of(out(advice, code_map=load_code_map("nl", book)), "GuidanceResponse")
    asked = [
        "birthDate" if r["type"] == "Patient" else r["codeFilter"][0]["code"][0]["code"] for r in guidance["dataRequirement"]
    ]
    ages = {"child", "adult", "child_age_months", "adult_age_years"}
    later = Leaving.of(advice, book, abuse=False).asked_later
    assert asked == ["birthDate" if q.code in ages else q.code for q in advice.ask_next if q.code not in later]
    assert "safety.abuse_or_violence" in asked
    assert "safety.child_frightened" in {q.code for q in advice.ask_next}
    assert "safety.child_frightened" not in asked
    assert guidance["status"] == "data-required"
    codes = [c for r in guidance["dataRequirement"] for f in r.get("codeFilter", ()) for c in f["code"]]
    assert {"system": "http://hl7.org/fhir/sid/icpc-1-nl", "code": "Z03"} in codes


def test_it_succeeds_when_nothing_is_left_to_ask() -> None:
    advice = attrs.evolve(advised(EXAMPLES[1]), ask_next=())
    (guidance,) = resources_of(out(advice), "GuidanceResponse")
    assert guidance["status"] == "success"
    assert "dataRequirement" not in guidance


def test_only_what_is_established_and_not_withheld_is_told() -> None:
    for path in EXAMPLES:
        advice = advised(path)
        found = out(advice, abuse=True)
        told = set().union(*(told_in(e["resource"]) for e in found["entry"]))
        may = {s.code for s in advice.suggestions if s.outcome is Outcome.ESTABLISHED and not s.withheld_by and not s.on_occasion}
        assert told <= may
        assert not [s for s in advice.suggestions if s.code in told and not s.text.nl]


def test_an_issue_has_a_severity_only_for_safety() -> None:
    for path in EXAMPLES:
        for issue in resources_of(out(advised(path), abuse=True), "DetectedIssue"):
            assert ("severity" in issue) is issue["code"]["coding"][0]["code"].startswith("safety.")
            assert issue["status"] == "preliminary"


def test_the_provenance_names_everything_and_who_made_it() -> None:
    advice = advised(EXAMPLES[1])
    found = out(advice, sources=["Condition/1", "Condition/1", "Observation/2"])
    (provenance,) = resources_of(found, "Provenance")
    assert len(provenance["target"]) == len(found["entry"]) - 1
    assert [e["what"]["reference"] for e in provenance["entity"]] == ["Condition/1", "Observation/2"]
    assert advice.sha256 in provenance["agent"][0]["who"]["display"]
    assert provenance["recorded"] == NOW


def test_another_time_or_person_is_another_id() -> None:
    advice = advised(EXAMPLES[1])
    ids = {out(advice, **more)["id"] for more in ({}, {"authored_on": "2026-11-24T10:00:00Z"}, {"child": "Patient/x"})}
    assert len(ids) == 3


@pytest.mark.parametrize("time", ["", "2026-11-23", "2026-11-23T10:00:00", "gisteren"])
def test_a_time_without_offset_is_told(time: str) -> None:
    with pytest.raises(UsageError, match="is no time with an offset; allowed: such as"):
        out(advise(Case()), authored_on=time)


def test_resources_are_about_somebody() -> None:
    with pytest.raises(UsageError, match="about nobody; try: child or adult"):
        to_fhir(advise(Case()), authored_on=NOW)
