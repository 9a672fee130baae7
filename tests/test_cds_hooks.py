"""CDS Hooks 2.0: every requirement on a service has its place, and those on what is said have a test that fails when broken."""

import copy
import functools
import json
import re
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs
import jsonschema
import pytest
from fhir.resources.R4B.servicerequest import ServiceRequest
from hypothesis import given, settings
from hypothesis import strategies as st

from hechting_rules import Case, advise
from hechting_rules.interop.cards import ASK_CODE, ASK_SUMMARY, OVERRIDES, Deck, cards, plain
from hechting_rules.interop.cds_hooks import SERVICE, Hooks, Reply, Status, discovery, feedback, respond
from hechting_rules.interop.feedback import Issued, Outcome, SqliteFeedback
from hechting_rules.interop.leaving import Leaving
from hechting_rules.interop.mapfiles import load_code_map
from hechting_rules.interop.prefetch import MOST_PAGES, PATIENT, REQUIRED, gather
from hechting_rules.interop.questionnaire import questionnaire
from hechting_rules.interop.resources import Sheet
from hechting_rules.interop.responses import response
from hechting_rules.model import Rulebook
from hechting_rules.rulebook import default_rulebook
from hechting_rules.terms import Language, Level, Origin, Standing
from records import BUNDLES, CHILD, JUNK, TODAY, all_members, bundle, condition, observation, patient
from test_fhir_out import EXAMPLES, advised, empty, every_text, referral

CALL = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"
OTHER_CALL = "d1577c69-dfbe-44ad-ba6d-3e05e953b2eb"
SCHEMA = json.loads((Path(__file__).parent / "cds_hooks.schema.json").read_text(encoding="utf-8"))
NOTHING = bundle()

# --- where each of the 120 requirements on a service is kept --------------------------------------------------------------
# The numbers are those of the requirements of CDS Hooks 2.0 on a service. "service": it concerns HTTP, TLS, JWT or CORS, and is
# kept by the service over these functions. "client": it says what a client may or should do. "never": it concerns something
# optional that is never sent, which the test named behind it makes sure of.

KEPT: Mapping[int, str] = {
    1: "service",
    2: "service",
    3: "test_nothing_is_null_or_empty_but_the_list_of_cards",
    4: "service",
    5: "service",
    6: "test_discovery_is_an_object_with_a_list_of_services",
    7: "test_each_service_names_its_hook_id_title_and_description",
    8: "test_each_service_names_its_hook_id_title_and_description",
    9: "test_each_service_names_its_hook_id_title_and_description",
    10: "test_each_service_names_its_hook_id_title_and_description",
    11: "test_prefetch_is_an_object_of_queries",
    12: "test_each_service_names_its_hook_id_title_and_description",
    13: "service",
    14: "test_what_is_wrong_is_an_error_with_its_places_and_never_an_empty_list",
    16: "service",
    27: "service",
    28: "test_what_was_prefetched_is_used",
    29: "test_prefetch_is_an_object_of_queries",
    34: "test_what_was_not_prefetched_is_fetched",
    35: "test_prefetch_tokens_name_a_field_of_the_context_and_nothing_else",
    36: "test_each_key_of_the_templates_is_one_under_which_data_is_taken",
    52: "test_an_operation_outcome_is_no_data",
    54: "test_required_data_that_cannot_be_had_is_412",
    55: "test_prefetch_tokens_name_a_field_of_the_context_and_nothing_else",
    56: "test_prefetch_tokens_name_a_field_of_the_context_and_nothing_else",
    57: "test_prefetch_tokens_name_a_field_of_the_context_and_nothing_else",
    58: "test_queries_keep_to_what_is_recommended",
    59: "test_prefetch_tokens_name_a_field_of_the_context_and_nothing_else",
    60: "test_what_was_not_prefetched_is_fetched",
    61: "service",
    74: "test_a_good_answer_is_200_with_cards",
    75: "never: test_what_is_optional_and_not_offered_is_never_sent",
    76: "test_what_is_wrong_is_an_error_with_its_places_and_never_an_empty_list",
    77: "test_no_guidance_is_an_empty_list_of_cards",
    78: "client",
    80: "test_a_card_has_its_own_id",
    81: "test_a_card_has_its_own_id",
    82: "test_feedback_is_kept_beside_the_cards_that_were_given",
    83: "test_a_summary_is_shorter_than_140_characters",
    84: "test_a_detail_is_markdown",
    85: "test_a_detail_is_markdown",
    87: "test_the_indicator_says_how_urgent_it_is",
    88: "test_the_indicator_says_how_urgent_it_is",
    89: "client",
    90: "test_the_source_says_where_it_comes_from",
    92: "test_a_draft_of_a_referral_is_suggested_where_it_may_be",
    93: "test_suggestions_say_how_they_are_chosen",
    94: "test_a_draft_of_a_referral_is_suggested_where_it_may_be",
    95: "test_suggestions_say_how_they_are_chosen",
    96: "test_suggestions_say_how_they_are_chosen",
    98: "test_reasons_to_set_a_card_aside_are_codings_with_words",
    99: "test_reasons_to_set_a_card_aside_are_codings_with_words",
    100: "test_reasons_to_set_a_card_aside_are_codings_with_words",
    103: "test_links_are_absolute_and_lead_to_the_rules",
    104: "test_links_are_absolute_and_lead_to_the_rules",
    105: "test_the_source_says_where_it_comes_from",
    106: "test_the_source_says_where_it_comes_from",
    107: "test_the_source_says_where_it_comes_from",
    108: "test_the_source_says_where_it_comes_from",
    109: "test_the_source_says_where_it_comes_from",
    110: "test_links_are_absolute_and_lead_to_the_rules",
    111: "never: test_what_is_optional_and_not_offered_is_never_sent",
    112: "never: test_what_is_optional_and_not_offered_is_never_sent",
    113: "never: test_what_is_optional_and_not_offered_is_never_sent",
    115: "test_the_topic_is_a_coding_of_what_is_told",
    116: "test_the_topic_is_a_coding_of_what_is_told",
    117: "test_a_draft_of_a_referral_is_suggested_where_it_may_be",
    118: "test_a_draft_of_a_referral_is_suggested_where_it_may_be",
    119: "test_a_draft_of_a_referral_is_suggested_where_it_may_be",
    120: "never: test_what_is_optional_and_not_offered_is_never_sent",
    121: "never: test_what_is_optional_and_not_offered_is_never_sent",
    122: "never: test_what_is_optional_and_not_offered_is_never_sent",
    123: "test_an_action_creates_a_whole_new_resource",
    124: "test_an_action_creates_a_whole_new_resource",
    125: "test_an_action_creates_a_whole_new_resource",
    127: "test_an_action_creates_a_whole_new_resource",
    128: "test_an_action_creates_a_whole_new_resource",
    129: "client",
    130: "test_an_action_creates_a_whole_new_resource",
    131: "test_an_action_creates_a_whole_new_resource",
    132: "never: test_an_action_creates_a_whole_new_resource",
    133: "never: test_an_action_creates_a_whole_new_resource",
    134: "never: test_an_action_creates_a_whole_new_resource",
    135: "never: test_an_action_creates_a_whole_new_resource",
    136: "test_reasons_to_set_a_card_aside_are_codings_with_words",
    138: "test_links_are_absolute_and_lead_to_the_rules",
    139: "test_links_are_absolute_and_lead_to_the_rules",
    140: "test_links_are_absolute_and_lead_to_the_rules",
    141: "test_links_are_absolute_and_lead_to_the_rules",
    142: "test_links_are_absolute_and_lead_to_the_rules",
    144: "never: test_what_is_optional_and_not_offered_is_never_sent",
    145: "never: test_what_is_optional_and_not_offered_is_never_sent",
    146: "never: test_what_is_optional_and_not_offered_is_never_sent",
    147: "never: test_what_is_optional_and_not_offered_is_never_sent",
    148: "test_feedback_is_kept_beside_the_cards_that_were_given",
    **dict.fromkeys((168, 175, 176, 177, 179, 195, 199, 200, 201, 203, 205, 206, 207, 208), "service"),
    210: "test_one_service_with_one_hook_updates_nothing",
    211: "test_one_service_with_one_hook_updates_nothing",
    212: "client",
    213: "test_one_service_with_one_hook_updates_nothing",
    214: "never: test_what_is_optional_and_not_offered_is_never_sent",
    215: "never: test_what_is_optional_and_not_offered_is_never_sent",
    216: "test_every_coding_has_a_code_a_system_and_words",
    217: "test_every_coding_has_a_code_a_system_and_words",
    218: "test_every_coding_has_a_code_a_system_and_words",
    219: "test_every_coding_has_a_code_a_system_and_words",
    220: "test_every_coding_has_a_code_a_system_and_words",
}
SHALL = {
    *range(1, 8), 9, 10, 13, 16, 29, 36, 54, *range(55, 58), 59, 61, 74, 75, 80, 83, 85, *range(87, 91), 92, 93, 95, 96, 98, 100,
    103, 105, 107, 111, 115, 117, 119, 121, 124, 125, 127, 128, *range(130, 137), 138, 139, 141, 142, 144, 147, 168, 176, 199,
    201, 203, 208, 211, 213, 214, *range(216, 221),
}  # fmt: skip
"""The requirements that say SHALL or SHALL NOT, as the specification's own list marks them."""
OTHERS = {
    8, 11, 12, 14, 27, 28, 34, 35, 52, 58, 60, 76, 77, 78, 81, 82, 84, 94, 99, 104, 106, 108, 109, 110, 112, 113, 116, 118, 120,
    122, 123, 129, 140, 145, 146, 148, 175, 177, 179, 195, 200, 205, 206, 207, 210, 212, 215,
}  # fmt: skip


def test_each_of_the_120_requirements_has_its_place() -> None:
    assert set(KEPT) == SHALL | OTHERS
    assert len(KEPT) == 120
    for number, where in KEPT.items():
        name = where.removeprefix("never: ")
        assert name in {"service", "client"} or callable(globals().get(name)), number
        assert number not in SHALL or where != "client" or number == 89  # 89 says MAY of a client, whatever its mark


# --- requests and answers --------------------------------------------------------------------------------------------------


def hooks(**more: Any) -> Hooks:
    return Hooks(**more)


def request(*resources: Any, subject: Any = CHILD, **more: Any) -> Any:
    """A request with everything prefetched: the patient, and these resources under the keys of their type."""
    kinds = {"conditions": "Condition", "observations": "Observation", "answers": "QuestionnaireResponse", "kin": "RelatedPerson"}
    prefetch = {
        key: bundle(*(r for r in resources if r["resourceType"] == kind)) | {"type": "searchset"} for key, kind in kinds.items()
    }
    return {
        "hook": "patient-view",
        "hookInstance": CALL,
        "context": {"userId": "Practitioner/1", "patientId": subject["id"]},
        "prefetch": {"patient": subject, "stays": NOTHING, "family": NOTHING, **prefetch},
        **more,
    }


def ask(*resources: Any, setup: Hooks | None = None, **more: Any) -> Reply:
    return respond(setup or hooks(), SERVICE, request(*resources, **more), as_of=TODAY)


def told(case: Case, of: str = "child") -> Any:
    """What a practitioner answered to our questionnaire today."""
    return response(case, asked(), authored="2026-11-23", subject=f"Patient/{of}")


@functools.cache
def asked() -> Any:
    return questionnaire()


def valid(value: Any, part: str) -> None:
    jsonschema.validate(value, {"$ref": f"#/$defs/{part}", "$defs": SCHEMA["$defs"]})


@functools.cache
def rich() -> tuple[tuple[str, Any], ...]:
    """Cards of every kind: of each example case in both languages, and of a referral that may be drafted."""
    found: list[tuple[str, Any]] = []
    some = [path for path in EXAMPLES if path.stem[:2] in {"02", "04", "07", "13", "15", "18", "21"}]
    cases = [(advised(path), language) for path in some for language in Language]
    cases.append((advise(referral()[0]), Language.NL))
    for advice, language in cases:
        leaving = Leaving.of(advice, default_rulebook(), abuse=False)
        sheet = Sheet(leaving, "Patient/child", "Patient/adult", TODAY.isoformat(), language, CALL)
        deck = Deck(sheet, CALL, "Patient/child", "https://example.org/about", "https://example.org/rules/{rule}")
        found += cards(deck, partial=True).items()
    return tuple(found)


def all_cards() -> list[Any]:
    return [card for _, card in rich()]


def the_draft() -> Any:
    return next(card for card in all_cards() if "suggestions" in card)


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
    store = _List()
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


# --- cards -----------------------------------------------------------------------------------------------------------------


def test_every_card_is_one_of_the_specification() -> None:
    for card in all_cards():
        valid(card, "card")
    assert {card["indicator"] for card in all_cards()} == {"info", "warning", "critical"}


def test_nothing_is_null_or_empty_but_the_list_of_cards() -> None:
    plain_host = ask(condition("A93")).body["cards"]  # has no pages to link to
    assert plain_host
    assert not any(empty(card) for card in [*all_cards(), *plain_host])
    assert not empty(discovery(hooks()))
    assert not empty(respond(hooks(), SERVICE, {}, as_of=TODAY).body)


def test_a_card_has_its_own_id() -> None:
    ids = [card["uuid"] for card in ask(condition("A93"), condition("Z03")).body["cards"]]
    assert len(ids) == len(set(ids)) > 1
    assert ids == [card["uuid"] for card in ask(condition("A93"), condition("Z03")).body["cards"]]
    assert not set(ids) & {
        card["uuid"] for card in ask(condition("A93"), condition("Z03"), hookInstance=OTHER_CALL).body["cards"]
    }


def test_a_summary_is_shorter_than_140_characters(book: Rulebook) -> None:
    texts = [s.summary for s in book.suggestions.values()] + [ASK_SUMMARY]
    assert all(0 < len(text.into(language)) < 140 for text in texts for language in Language)
    assert {card["summary"] for card in all_cards()} <= {text.into(language) for text in texts for language in Language}


def test_a_detail_is_markdown() -> None:
    for card in all_cards():
        assert card["detail"]
        assert "<" not in card["detail"].replace("\\<", "")
        assert not re.search(r"(?<!\\)\|", card["detail"])
    assert plain("a_b*c[d]<e>`f`#|~\\") == "a\\_b\\*c\\[d\\]\\<e\\>\\`f\\`\\#\\|\\~\\\\"


def test_the_indicator_says_how_urgent_it_is(book: Rulebook) -> None:
    for code, card in rich():
        suggestion = book.suggestions.get(code)
        if suggestion is None or suggestion.origin is not Origin.SAFETY:
            assert card["indicator"] == "info"
        else:
            assert card["indicator"] == ("critical" if suggestion.level is Level.ACT_NOW else "warning")


def test_the_source_says_where_it_comes_from(book: Rulebook) -> None:
    for code, card in rich():
        assert card["source"]["label"].endswith(f"{book.head.id} {book.head.version}")
        assert card["source"]["url"] == "https://example.org/about"
        suggestion = book.suggestions.get(code)
        if suggestion is not None and suggestion.origin is not Origin.ARTICLE:
            assert "niet uit het artikel" in card["source"]["label"] or "not from the article" in card["source"]["label"]
    bare = ask(condition("A93")).body["cards"]
    assert not [card for card in bare if "url" in card["source"]]


def test_the_topic_is_a_coding_of_what_is_told() -> None:
    for code, card in rich():
        assert card["source"]["topic"]["code"] == code


def test_suggestions_say_how_they_are_chosen() -> None:
    for card in all_cards():
        assert ("suggestions" in card) is ("selectionBehavior" in card)
    assert the_draft()["selectionBehavior"] == "at-most-one"


def test_a_draft_of_a_referral_is_suggested_where_it_may_be() -> None:
    (suggestion,) = the_draft()["suggestions"]
    assert suggestion["label"] == "Concept van een verwijzing maken, om te beoordelen"
    assert re.fullmatch(r"[0-9a-f-]{36}", suggestion["uuid"])
    case, code = referral()
    advice = advise(case)
    for who, there in (("Patient/child", True), ("Patient/other", False)):
        sheet = Sheet(Leaving.of(advice, default_rulebook(), abuse=False), "Patient/child", "", "2026-11-23", Language.NL, "x")
        given = cards(Deck(sheet, CALL, who, "", ""), partial=False)
        assert len(given) > 1
        assert [one for one, card in given.items() if "suggestions" in card] == ([code] if there else [])


def test_an_action_creates_a_whole_new_resource() -> None:
    for card in all_cards():
        for suggestion in card.get("suggestions", ()):
            (action,) = suggestion["actions"]
            assert set(action) == {"type", "description", "resource"}
            assert (action["type"], action["description"]) == ("create", card["summary"])
            ServiceRequest.model_validate(action["resource"])
            assert (action["resource"]["status"], action["resource"]["intent"]) == ("draft", "proposal")
            assert "id" not in action["resource"]


def test_reasons_to_set_a_card_aside_are_codings_with_words() -> None:
    for card in all_cards():
        assert [reason["code"] for reason in card["overrideReasons"]] == list(OVERRIDES)
        assert all(set(reason) == {"system", "code", "display"} for reason in card["overrideReasons"])


def test_every_coding_has_a_code_a_system_and_words() -> None:
    for card in all_cards():
        for coding in (card["source"]["topic"], *card["overrideReasons"]):
            assert all(isinstance(coding[key], str) and coding[key] for key in ("system", "code", "display"))


def test_links_are_absolute_and_lead_to_the_rules(book: Rulebook) -> None:
    links = [link for card in all_cards() for link in card.get("links", ())]
    assert links
    for link in links:
        assert set(link) == {"label", "url", "type"}
        assert link["type"] == "absolute"
        assert urlsplit(link["url"]).scheme == "https"
        assert link["url"].removeprefix("https://example.org/rules/") in book.rules
    assert not [card for card in ask(condition("A93")).body["cards"] if "links" in card]


def members(value: Any) -> Iterator[str]:
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from (key,) if isinstance(key, str) else ()
        yield from members(inner)


def test_what_is_optional_and_not_offered_is_never_sent() -> None:
    sent = {key for card in all_cards() for key in members({k: v for k, v in card.items() if k != "suggestions"})}
    sent |= {key for card in all_cards() for s in card.get("suggestions", ()) for key in s}
    sent |= set(members(discovery(hooks()))) | set(ask(condition("A93")).body)
    assert not sent & {"systemActions", "icon", "isRecommended", "appContext", "autolaunchable", "extension", "resourceId"}


def test_one_service_with_one_hook_updates_nothing() -> None:
    assert [(s["id"], s["hook"]) for s in discovery(hooks())["services"]] == [(SERVICE, "patient-view")]


def test_cards_stand_in_order_and_are_few(book: Rulebook) -> None:
    for path in EXAMPLES:
        advice = advised(path)
        sheet = Sheet(Leaving.of(advice, book, abuse=False), "Patient/c", "", "2026-11-23", Language.NL, "x")
        found = list(cards(Deck(sheet, CALL, "", "", ""), partial=False))
        order = [s.code for s in advice.suggestions]
        assert len([code for code in found if code.startswith("safety.")]) <= 3
        assert len(found) <= 11
        ranks = [list(Origin).index(book.suggestions[code].origin) for code in found if code != ASK_CODE]
        assert ranks == sorted(ranks)
        assert set(found) <= {*order, ASK_CODE}


def test_what_is_withheld_has_no_card_and_the_flag_says_how_many_wait() -> None:
    advice = advised(next(p for p in EXAMPLES if p.stem == "13-suspected-abuse"))
    held = [s.code for s in advice.suggestions if s.withheld_by]
    sheet = Sheet(Leaving.of(advice, default_rulebook(), abuse=False), "Patient/c", "", "2026-11-23", Language.NL, "x")
    found = cards(Deck(sheet, CALL, "", "", ""), partial=False)
    assert held
    assert not set(held) & set(found)
    assert found["safety.rf01"]["indicator"] == "critical"
    assert f"wachten andere suggesties: {len(held)}." in found["safety.rf01"]["detail"]


def test_hints_of_the_record_are_put_as_something_to_ask() -> None:
    assert "vraag het na**: loopt weg" in ask(condition("A93"), condition("P23")).body["cards"][-1]["detail"]
    assert "vraag het na" not in ask(condition("A93")).body["cards"][-1]["detail"]


def test_a_claim_that_is_potentially_harmful_has_no_card() -> None:
    advice = advise(referral()[0])
    made = tuple(
        attrs.evolve(
            s,
            because=tuple(
                attrs.evolve(r, evidence=attrs.evolve(r.evidence, standing=(Standing.HARMFUL,))) for r in s.because if r.evidence
            ),
        )
        for s in advice.suggestions
    )
    harmful = attrs.evolve(advice, suggestions=tuple(s for s in made if s.because))
    sheet = Sheet(Leaving.of(harmful, default_rulebook(), abuse=False), "Patient/child", "", "2026-11-23", Language.NL, "x")
    assert not cards(Deck(sheet, CALL, "Patient/child", "", ""), partial=False)


# --- feedback --------------------------------------------------------------------------------------------------------------

CARD = "4e0a3a1e-3283-4575-ab82-028d55fe2719"
ACCEPTED = {
    "card": CARD,
    "outcome": "accepted",
    "acceptedSuggestions": [{"id": "e56e1945-20b3-4393-8503-a1a20fd73152"}],
    "outcomeTimestamp": "2026-11-23T10:00:00Z",
}
OVERRIDDEN = {
    "card": CARD,
    "outcome": "overridden",
    "overrideReason": {"reason": {"code": "disagree"}, "userComment": "dit kind heet Jan"},
    "outcomeTimestamp": "2026-11-23T10:01:00Z",
}


def test_feedback_is_kept_beside_the_cards_that_were_given(tmp_path: Path) -> None:
    store = SqliteFeedback(tmp_path / "feedback.sqlite")
    reply = ask(condition("A93"))
    store.issued(reply.issued)
    store.issued(reply.issued)
    first = reply.issued[0]
    entries = [ACCEPTED | {"card": first.card}, OVERRIDDEN | {"card": first.card}, OVERRIDDEN]
    valid({"feedback": entries}, "feedback")
    for _ in range(2):
        assert feedback(SERVICE, {"feedback": entries}, store) == Reply(Status.OK, {})
    assert list(store.counts()) == [
        ("", "overridden", "disagree", 1),
        (first.code, "accepted", "", 1),
        (first.code, "overridden", "disagree", 1),
    ]


def test_feedback_keeps_nothing_of_a_patient(tmp_path: Path) -> None:
    path = tmp_path / "feedback.sqlite"
    other = OVERRIDDEN | {"overrideReason": {"reason": {"code": "Jan", "system": "http://example.org"}}}
    feedback(SERVICE, {"feedback": [OVERRIDDEN, other | {"outcomeTimestamp": "2026-11-23T10:02:00Z"}]}, SqliteFeedback(path))
    assert b"Jan" not in path.read_bytes()
    with closing(sqlite3.connect(path)) as found:
        assert found.execute("select reason, commented from outcomes order by at").fetchall() == [("disagree", 1), ("other", 0)]


class _List:
    def __init__(self) -> None:
        self.kept: list[Outcome] = []

    def issued(self, cards: Any) -> None:
        raise AssertionError(cards)

    def add(self, outcomes: Any) -> None:
        self.kept += outcomes


WRONG_FEEDBACK: list[tuple[Any, list[str]]] = [
    (None, ["request.feedback"]),
    ({"feedback": []}, ["request.feedback"]),
    ({"feedback": [ACCEPTED | {"card": "x"}]}, ["request.feedback[0].card"]),
    ({"feedback": [ACCEPTED, OVERRIDDEN | {"outcome": "seen"}]}, ["request.feedback[1].outcome"]),
    ({"feedback": [OVERRIDDEN | {"outcomeTimestamp": "2026-11-23"}]}, ["request.feedback[0].outcomeTimestamp"]),
    ({"feedback": [OVERRIDDEN | {"outcome": "accepted"}]}, ["request.feedback[0].acceptedSuggestions"]),
    ({"feedback": [ACCEPTED | {"acceptedSuggestions": [{"id": "y"}]}]}, ["request.feedback[0].acceptedSuggestions[0].id"]),
]


@pytest.mark.parametrize(("body", "places"), WRONG_FEEDBACK)
def test_wrong_feedback_is_told_and_none_of_it_is_kept(body: Any, places: list[str]) -> None:
    store = _List()
    reply = feedback(SERVICE, body, store)
    assert reply.status == Status.BAD_REQUEST
    assert [p["where"] for p in reply.body["problems"]] == places
    assert not store.kept
    assert feedback("other", {"feedback": [ACCEPTED]}, store).status == Status.UNKNOWN_SERVICE


def test_a_host_may_have_a_store_of_its_own() -> None:
    store = _List()
    feedback(SERVICE, {"feedback": [ACCEPTED]}, store)
    assert store.kept == [Outcome(CARD, "accepted", "2026-11-23T10:00:00Z", ("e56e1945-20b3-4393-8503-a1a20fd73152",))]


def test_many_threads_may_keep_at_once(tmp_path: Path) -> None:
    store = SqliteFeedback(tmp_path / "feedback.sqlite")
    store.issued([Issued(CARD, "a", "info", "b", "1")])

    def keep(number: int) -> None:
        store.add(Outcome(CARD, "overridden", f"2026-11-23T10:{number:02}:{second:02}Z", (), "later") for second in range(5))

    threads = [threading.Thread(target=keep, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(store.counts()) == [("a", "overridden", "later", 40)]
