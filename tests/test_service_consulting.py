"""A live consultation over HTTP: it goes on from what the client holds, tells all or nothing, and names what clashes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from hechting_rules import Case, Rulebook, advise, load_case, what_if
from hechting_rules.case import case_to_mapping
from hechting_rules.consultation import Consultation, Value
from hechting_rules.render.explained_json import difference_to_mapping
from hechting_rules.render.json import to_mapping
from hechting_rules.rulebook import default_rulebook
from hechting_rules.terms import Language, Status
from serving import CASE, client, posted, problem

CASES = sorted((Path(__file__).parents[1] / "examples" / "cases").glob("*.yaml"))
CODES = st.sampled_from(sorted(default_rulebook().findings))
STEPS = st.one_of(
    st.tuples(CODES, st.sampled_from([str(status) for status in Status])).map(lambda told: {"tell": list(told)}),
    CODES.map(lambda code: {"withdraw": code}),
)
"""One step of a history: something told, or something taken back."""


@pytest.fixture(scope="module")
def service() -> TestClient:
    return client()


def in_any_order(case: Mapping[str, Any]) -> dict[str, Any]:
    """A case without the order in which it names its findings."""
    return {key: sorted(value) if isinstance(value, list) else value for key, value in case.items()}


def test_one_goes_on_from_snapshot_to_snapshot_as_the_live_one_does(service: TestClient, book: Rulebook) -> None:
    steps: tuple[tuple[str, Value], ...] = (
        ("child", "baby"),
        ("baby.avoids_eye_contact", "present"),
        ("child_age_months", 5),
        ("parent.available", "unknown"),
    )
    live, snapshot, before = Consultation(book, engine="kernel"), None, Case()
    for name, value in steps:
        live.tell(name, value)
        told = posted(service, "/consultation", {"snapshot": snapshot, "do": [{"tell": [name, value]}]})
        assert told["snapshot"] == live.snapshot()
        assert told["advice"] == to_mapping(live.advice(), Language.NL)
        assert told["changed"] == difference_to_mapping(what_if(before, live.case(), book), Language.NL)
        assert told["case"] == case_to_mapping(live.case())
        snapshot, before = told["snapshot"], live.case()
    taken = posted(service, "/consultation", {"snapshot": snapshot, "do": [{"withdraw": "baby.avoids_eye_contact"}]})
    live.withdraw("baby.avoids_eye_contact")
    assert taken["advice"] == to_mapping(live.advice(), Language.NL)


def test_it_starts_from_nothing_from_a_case_and_from_the_text_of_a_file(service: TestClient) -> None:
    assert posted(service, "/consultation", {})["case"] == {"schema": CASE["schema"]}
    path = CASES[2]
    case = load_case(path)
    from_file = posted(service, "/consultation", {"case": path.read_text(encoding="utf-8")})
    assert in_any_order(from_file["case"]) == in_any_order(case_to_mapping(case))
    assert from_file["advice"] == to_mapping(advise(case), Language.NL)
    assert posted(service, "/consultation", {"case": case_to_mapping(case)})["advice"] == from_file["advice"]


def test_it_says_what_follows_and_what_to_ask_with_safety_first(service: TestClient) -> None:
    told = posted(service, "/consultation", {"do": [{"tell": ["child", "baby"]}, {"tell": ["safety.disclosure", "present"]}]})
    follows = {"code": "safety.abuse_or_violence", "status": "present", "from": "safety.disclosure"}
    assert follows in told["implied"]
    told = posted(service, "/consultation", {"do": [{"tell": ["child", "baby"]}, {"tell": ["baby.cries_a_lot", "present"]}]})
    codes = [question["code"] for question in told["ask_next"]]
    safety = [code.startswith("safety.") for code in codes]
    assert safety[0]
    assert safety == sorted(safety, reverse=True)
    assert "safety.abuse_or_violence" in codes


def test_what_clashes_is_named_nothing_is_told_and_taking_it_back_mends_it(service: TestClient) -> None:
    told = [{"tell": ["child", "baby"]}, {"tell": ["safety.abuse_or_violence", "absent"]}]
    snapshot = posted(service, "/consultation", {"do": told})["snapshot"]
    disclosed = {"tell": ["safety.disclosure", "present"]}
    found = service.post("/consultation", json={"snapshot": snapshot, "do": [{"tell": ["adult", "adult"]}, disclosed]})
    refused = problem(found, 422, "clash")
    assert refused["errors"][0]["where"] == "/do/1"
    assert refused["clashes"] == [{"name": "safety.abuse_or_violence", "value": "absent"}]
    mended = [*({"withdraw": clash["name"]} for clash in refused["clashes"]), disclosed]
    assert posted(service, "/consultation", {"snapshot": snapshot, "do": mended})["case"]["present"] == ["safety.disclosure"]


def test_a_snapshot_of_another_rulebook_is_a_conflict(service: TestClient) -> None:
    snapshot = posted(service, "/consultation", {})["snapshot"]
    snapshot["rulebook"]["sha256"] = "0" * 64
    told = problem(service.post("/consultation", json={"snapshot": snapshot}), 409, "other-rulebook")
    assert "case" in told["errors"][0]["hint"]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ([], "body"),
        ({"dooo": []}, "/dooo"),
        ({"snapshot": 3}, "/snapshot"),
        ({"case": 3}, "/case"),
        ({"snapshot": {}, "case": {}}, "/case"),
        ({"do": {}}, "/do"),
        ({"do": [{"tell": ["child", "baby"]}] * 65}, "/do"),
        ({"do": [{"tell": ["child"]}]}, "/do/0"),
        ({"do": [{"tell": ["child", True]}]}, "/do/0"),
        ({"do": [{"tell": ["child", "baby"], "withdraw": "child"}]}, "/do/0"),
        ({"do": [{"tell": ["child", "babi"]}]}, "/do/0"),
        ({"do": [{"tell": ["no.such", "present"]}]}, "/do/0"),
        ({"do": [{"withdraw": "child"}]}, "/do/0"),
        ({"do": [{"tell": ["child_age_months", 10**400]}]}, "/do/0"),
        ({"case": {**CASE, "pregnancy_week": 10**400}}, "case:15:21"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(service: TestClient, body: Any, where: str) -> None:
    found = service.post("/consultation", json=body)
    assert found.status_code == 422
    assert found.json()["errors"][0]["where"] == where


@settings(max_examples=8)
@given(steps=st.lists(STEPS, max_size=5))
def test_any_history_gives_the_advice_on_the_case_that_it_comes_to(service: TestClient, steps: list[dict[str, Any]]) -> None:
    snapshot: Any = posted(service, "/consultation", {"do": [{"tell": ["child", "toddler"]}]})["snapshot"]
    for step in steps:
        found = service.post("/consultation", json={"snapshot": snapshot, "do": [step]})
        assert found.status_code in (200, 422)
        snapshot = found.json().get("snapshot", snapshot)
    told = posted(service, "/consultation", {"snapshot": snapshot})
    plain = posted(service, "/advise", told["case"])
    assert {**told["advice"], "warnings": []} == {**plain, "warnings": []}  # which name places in what was sent
    assert len(told["advice"]["warnings"]) == len(plain["warnings"])
