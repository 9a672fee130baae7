"""CDS Hooks: what is offered, what is prefetched or fetched, and one answer to every request, right or wrong."""

import copy
import json
import re
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hechting_rules import Case
from hechting_rules.interop.cds_hooks import SERVICE, Reply, Status, discovery, feedback, respond
from hechting_rules.interop.mapfiles import load_code_map
from hechting_rules.interop.prefetch import MOST_PAGES, PATIENT, REQUIRED, gather
from hechting_rules.model import Rulebook
from hechting_rules.terms import Language
from hooked import ACCEPTED, NOTHING, OVERRIDDEN, Kept, ask, hooks, request, told, valid
from records import BUNDLES, CHILD, JUNK, TODAY, all_members, bundle, condition, observation, patient
from test_fhir_out import empty, every_text

# --- discovery and prefetch ------------------------------------------------------------------------------------------------


def test_discovery_is_an_object_with_a_list_of_services() -> None:
    for setup in (hooks(), hooks(language=Language.EN, code_map="be", profile="nl")):
        valid(discovery(setup), "discovery")
        assert len(discovery(setup)["services"]) == 1


def test_each_service_names_its_hook_id_title_and_description() -> None:
    (service,) = discovery(hooks())["services"]
    assert service["hook"] == "patient-view"
    assert re.fullmatch(r"[A-Za-z0-9._~-]+", service["id"])
    assert all(isinstance(service[key], str) and service[key] for key in ("title", "description", "usageRequirements"))


def test_prefetch_is_an_object_of_queries() -> None:
    (service,) = discovery(hooks())["services"]
    assert set(service["prefetch"]) == {"patient", "conditions", "observations", "stays", "family", "kin", "answers"}
    assert all(isinstance(query, str) and query for query in service["prefetch"].values())
    assert set(REQUIRED) <= set(service["prefetch"])


def test_prefetch_tokens_name_a_field_of_the_context_and_nothing_else() -> None:
    for query in hooks().templates().values():
        assert re.findall(r"\{\{(.*?)\}\}", query) == ["context.patientId"]
        assert not re.search(r"[{}]", query.replace(PATIENT, ""))


@pytest.mark.parametrize("country", ["nl", "be"])
def test_queries_keep_to_what_is_recommended(country: str) -> None:
    for query in hooks(code_map=country).templates().values():
        path, _, search = query.partition("?")
        assert re.fullmatch(r"[A-Z][A-Za-z]+(/\{\{context\.patientId\}\})?", path)
        names = [part.partition("=")[0] for part in search.split("&")] if search else []
        assert set(names) <= {"patient", "code", "class", "_sort", "_count"}


def test_the_templates_follow_from_what_the_rules_and_the_map_need(book: Rulebook) -> None:
    codes = load_code_map("nl", book)
    assert "11884-4" in hooks().templates()["observations"]
    without = attrs.evolve(codes, measures=(), notes=(), relations=(), stays=())
    lines = tuple(line for line in codes.lines if line.system == "icpc-1-nl" and line.whose == "child")
    assert set(hooks(code_map=attrs.evolve(without, lines=lines)).templates()) == {"patient", "conditions", "answers"}
    assert set(hooks(code_map=attrs.evolve(without, lines=())).templates()) == {"patient", "answers"}


def test_each_key_of_the_templates_is_one_under_which_data_is_taken() -> None:
    stay = {
        "resourceType": "Encounter", "status": "finished", "class": {"code": "IMP"}, "subject": {"reference": "Patient/child"},
        "period": {"start": "2020-09-01"},
    }  # fmt: skip
    history = {
        "resourceType": "FamilyMemberHistory", "status": "completed", "patient": {"reference": "Patient/child"},
        "relationship": {"coding": [{"code": "MTH"}]},
        "condition": [{"code": {"coding": [{"system": "http://hl7.org/fhir/sid/icpc-1-nl", "code": "P76"}]}}],
    }  # fmt: skip
    kin = {
        "resourceType": "RelatedPerson",
        "patient": {"reference": "Patient/child"},
        "relationship": {"coding": [{"code": "ADOPTM"}]},
    }
    given_ = {
        "conditions": condition("A93"),
        "observations": observation("144", valueBoolean=True),
        "stays": stay,
        "family": history,
        "kin": kin,
        "answers": told(Case.of(present=["child.adopted"])),
    }
    assert {*given_, "patient"} == set(hooks().templates())
    for key, resource in given_.items():
        found = request()
        found["prefetch"][key] = bundle(resource)
        assert respond(hooks(hints=True), SERVICE, found, as_of=TODAY).body["cards"], key


def test_what_was_prefetched_is_used() -> None:
    assert not ask().body["cards"]
    assert ask(condition("A93")).body["cards"]


def test_what_was_not_prefetched_is_fetched() -> None:
    found = request()
    del found["prefetch"]
    queries: list[str] = []

    def fetch(query: str) -> Any:
        queries.append(query)
        return CHILD if query == "Patient/child" else bundle(condition("A93")) if query.startswith("Condition") else NOTHING

    reply = respond(hooks(), SERVICE, found, as_of=TODAY, fetch=fetch)
    assert queries == [query.replace(PATIENT, "child") for query in hooks().templates().values()]
    assert reply.body == ask(condition("A93")).body


def test_null_is_no_data_and_is_not_fetched() -> None:
    found = request()
    found["prefetch"] = dict.fromkeys(found["prefetch"]) | {"patient": CHILD}
    reply = respond(hooks(), SERVICE, found, as_of=TODAY, fetch=pytest.fail)
    assert (reply.status, reply.body) == (200, {"cards": []})


def test_the_pages_behind_a_page_are_fetched_or_it_is_told() -> None:
    found = request()
    first = NOTHING | {"link": [{"relation": "self", "url": "x"}, {"relation": "next", "url": "https://example.org/2"}]}
    found["prefetch"]["conditions"] = bundle(condition("Z03")) | {"link": first["link"]}
    pages = {"https://example.org/2": bundle(condition("A93")) | {"link": [{"relation": "next", "url": "https://example.org/3"}]}}
    pages["https://example.org/3"] = bundle(condition("A15"))
    whole = respond(hooks(), SERVICE, found, as_of=TODAY, fetch=pages.get)
    assert whole.body == ask(condition("Z03"), condition("A93"), condition("A15")).body
    part = respond(hooks(), SERVICE, found, as_of=TODAY)
    assert "Niet het hele dossier" in part.body["cards"][-1]["detail"]
    assert "Niet het hele dossier" not in whole.body["cards"][-1]["detail"]


@pytest.mark.parametrize(("more", "whole"), [(MOST_PAGES, True), (MOST_PAGES + 1, False)])
def test_as_many_pages_as_are_followed_are_the_whole_record(more: int, whole: bool) -> None:
    def page(number: int) -> Any:
        return NOTHING | ({"link": [{"relation": "next", "url": str(number + 1)}]} if number < more else {})

    found = gather({"conditions": "Condition"}, "1", {"conditions": page(0)}, lambda url: page(int(url)))
    assert found.partial == (() if whole else ("conditions",))
    assert len(found.resources["conditions"]) == MOST_PAGES + 1


OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "security"}]}


def test_an_operation_outcome_is_no_data() -> None:
    for key, status in (("conditions", 412), ("patient", 412), ("observations", 200)):
        for value in (OUTCOME, bundle(OUTCOME)):
            found = request(condition("A93"))
            found["prefetch"][key] = value
            reply = respond(hooks(), SERVICE, found, as_of=TODAY)
            assert reply.status == status
            assert status == 412 or "Niet het hele dossier" in reply.body["cards"][-1]["detail"]
    mild = OUTCOME | {"issue": [{"severity": "information", "code": "informational"}]}
    found = request(condition("A93"))
    found["prefetch"]["conditions"]["entry"].append({"resource": mild})
    assert respond(hooks(), SERVICE, found, as_of=TODAY).body == ask(condition("A93")).body


@pytest.mark.parametrize("key", REQUIRED)
def test_required_data_that_cannot_be_had_is_412(key: str) -> None:
    found = request()
    del found["prefetch"][key]
    for fetch in (None, lambda _: None):
        reply = respond(hooks(), SERVICE, found, as_of=TODAY, fetch=fetch)
        assert (reply.status, reply.body["prefetch"]) == (Status.DATA_MISSING, [key])
        assert "cards" not in reply.body
    nothing = request()
    nothing["prefetch"]["patient"] = None
    reply = respond(hooks(), SERVICE, nothing, as_of=TODAY)
    assert (reply.status, reply.body["error"]) == (Status.DATA_MISSING, "required data could not be had: patient")
    nobody = request(subject=patient("child"))
    assert respond(hooks(), SERVICE, nobody, as_of=TODAY).status == Status.DATA_MISSING


# --- answers ---------------------------------------------------------------------------------------------------------------


def test_a_good_answer_is_200_with_cards() -> None:
    reply = ask(condition("A93"))
    assert reply.status == 200
    assert list(reply.body) == ["cards"]
    valid(reply.body, "response")


def test_no_guidance_is_an_empty_list_of_cards() -> None:
    assert ask() == Reply(Status.OK, {"cards": []})
    assert ask(condition("A93"), subject=CHILD | {"deceasedBoolean": True}).body == {"cards": []}
    assert ask(condition("A93"), subject=CHILD | {"deceasedDateTime": "2026-01"}).body == {"cards": []}


@given(BUNDLES, st.sampled_from(["nl", "be"]), st.booleans())
@settings(max_examples=12)
def test_whatever_the_record_the_answer_conforms(found: Any, country: str, hints: bool) -> None:
    resources = [entry["resource"] for entry in found["entry"][2:]]
    before = copy.deepcopy(resources)
    setup = hooks(code_map=country, hints=hints, language=Language.EN)
    reply = ask(*resources, setup=setup)
    assert resources == before
    assert reply.status == 200
    valid(reply.body, "response")
    assert not any(empty(card) for card in reply.body["cards"])
    assert json.dumps(reply.body) == json.dumps(ask(*resources, setup=setup).body)
    assert {i.card for i in reply.issued} == {card["uuid"] for card in reply.body["cards"]}


WRONG: list[tuple[Any, list[str]]] = [
    ([], ["request", "request.context", "request.hook", "request.hookInstance"]),
    ({"hook": "order-sign"}, ["request.hook"]),
    ({"hookInstance": "1"}, ["request.hookInstance"]),
    ({"context": {"userId": "", "patientId": "a b"}}, ["request.context.patientId", "request.context.userId"]),
    ({"context": 7}, ["request.context"]),
    ({"fhirServer": "here"}, ["request.fhirServer"]),
    (
        {"fhirAuthorization": {"token_type": "basic"}},
        ["request.fhirAuthorization." + key for key in ("access_token", "expires_in", "scope", "subject", "token_type")]
        + ["request.fhirServer"],
    ),
    ({"prefetch": {"patient": 7}}, ["request.prefetch.patient"]),
    ({"prefetch": {"patient": CHILD | {"id": "other"}}}, ["request.prefetch.patient.id"]),
]


@pytest.mark.parametrize(("change", "places"), WRONG)
def test_what_is_wrong_is_an_error_with_its_places_and_never_an_empty_list(change: Any, places: list[str]) -> None:
    found = request() | change if isinstance(change, dict) else change
    reply = respond(hooks(), SERVICE, found, as_of=TODAY)
    assert reply.status == Status.BAD_REQUEST
    assert "cards" not in reply.body
    assert [p["where"] for p in reply.body["problems"]] == places


@st.composite
def broken_requests(draw: st.DrawFn) -> Any:
    """A request, or feedback, in which some member, anywhere, was put in place of by something else."""
    stay = draw(st.booleans())
    found = copy.deepcopy(request(condition("A93"), observation("144", valueBoolean=True), told(Case.of(child="school_child"))))
    found = found if stay else {"feedback": [copy.deepcopy(ACCEPTED), copy.deepcopy(OVERRIDDEN)]}
    for _ in range(draw(st.integers(1, 3))):
        holder, key = draw(st.sampled_from(list(all_members(found))))
        holder[key] = draw(JUNK)
    return found


@given(broken_requests())
@settings(max_examples=150)
def test_whatever_is_sent_there_is_one_answer_and_cards_only_with_200(found: Any) -> None:
    store = Kept()
    for reply in (respond(hooks(), SERVICE, found, as_of=TODAY), feedback(SERVICE, found, store)):
        assert reply.status in set(Status)
        assert ("error" in reply.body) is (reply.status != Status.OK)
        assert reply.status == Status.OK or "cards" not in reply.body
        json.dumps(reply.body)


def test_a_record_that_cannot_be_used_is_422_with_its_places() -> None:
    reply = ask(condition("A93") | {"code": "A93"})
    assert reply.status == Status.UNUSABLE
    assert [p["where"] for p in reply.body["problems"]] == ["conditions.entry[0].resource.code"]
    late = ask(condition("A93"), subject=CHILD | {"birthDate": "2030-01-01"})
    assert late.body["problems"][0]["where"] == "patient.birthDate"
    assert ask(subject=CHILD | {"birthDate": "gisteren"}).body["problems"][0]["where"] == "patient.birthDate"


def test_an_error_holds_nothing_of_a_patient() -> None:
    texts = [
        text
        for reply in (
            ask(condition("A93") | {"code": "geheim"}),
            ask(subject=CHILD | {"birthDate": "geheim"}),
            respond(hooks(), SERVICE, request() | {"context": {"userId": "geheim", "patientId": "geheim!"}}, as_of=TODAY),
        )
        for text in every_text(reply.body)
    ]
    assert texts
    assert not [text for text in texts if "geheim" in text]


def test_another_service_is_404() -> None:
    reply = respond(hooks(), "other", request(), as_of=TODAY)
    assert (reply.status, "cards" in reply.body) == (Status.UNKNOWN_SERVICE, False)


def test_an_adult_is_the_adult_of_the_case() -> None:
    adult = patient("child", "1980-01-01")
    codes = {
        i.code
        for i in ask(condition("P02.01"), told(Case.of(present=["adult.attachment_insecure_assessed"])), subject=adult).issued
    }
    assert "attention.raised_chance_adult" in codes
