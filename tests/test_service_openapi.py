"""The description of the service: valid OpenAPI 3.1, complete, and kept to by the answers."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from hechting_rules import Rulebook
from hechting_rules.interop.cds_hooks import SERVICE
from hechting_rules.interop.service import Settings, create_app
from hechting_rules.interop.service.app import PAGE
from hechting_rules.schemas import schema_text
from serving import AT, CASE, client
from test_service_cds_hooks import CALL


@pytest.fixture(scope="module")
def service() -> TestClient:
    return client()


@pytest.fixture(scope="module")
def described(service: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = service.get("/openapi.json").json()
    return found


def check(described: dict[str, Any], name: str, value: Any) -> None:
    """Hold a value to one of the schemas of the description."""
    Draft202012Validator({**described, "$ref": f"#/components/schemas/{name}"}).validate(value)


def test_it_is_valid_openapi(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(described).iter_errors()) == []


def test_a_planted_fault_makes_it_invalid(described: dict[str, Any]) -> None:
    broken = json.loads(json.dumps(described))
    broken["paths"]["/advise"]["post"]["responses"] = []
    assert list(OpenAPIV31SpecValidator(broken).iter_errors())


def references(value: Any) -> Iterator[str]:
    """Every reference in a document."""
    if isinstance(value, dict):
        yield from ([value["$ref"]] if isinstance(value.get("$ref"), str) else [])
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    found = set(references(described))
    assert len(found) > 40
    for reference in found:
        at: Any = described
        for step in reference.removeprefix("#/").split("/"):
            at = at[step]
        assert isinstance(at, dict)


def test_it_names_every_address_with_its_methods_but_the_page(described: dict[str, Any]) -> None:
    app = create_app()
    assert isinstance(app, Starlette)
    served = {
        (route.path, method.lower())
        for route in app.routes
        if isinstance(route, Route) and route.path not in PAGE
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert {(path, method) for path, item in described["paths"].items() for method in item} == served


def test_its_schemas_are_those_that_ship(described: dict[str, Any], book: Rulebook) -> None:
    schemas = described["components"]["schemas"]
    for name in ("case", "advice", "explanation", "consultation"):
        shipped = schema_text(name)
        here = json.dumps(schemas[name]).replace(f"#/components/schemas/{name}/", "#/")
        for key, value in json.loads(shipped).items():
            if key not in ("$schema", "$id", "$defs"):
                assert json.loads(here)[key] == value
    assert set(schemas["case"]["$defs"]["code"]["enum"]) == {*book.findings, *book.alias}


def test_the_answers_keep_to_it(service: TestClient, described: dict[str, Any]) -> None:
    told = service.post("/consultation", json={"case": CASE, "do": [{"tell": ["parent.available", "present"]}]}).json()
    held = {
        "advice": service.post("/advise", json=CASE).json(),
        "explanation": service.post("/explain?code=attention.parent_risk", json=CASE).json(),
        "consulted": told,
        "vocabulary": service.get("/vocabulary").json(),
        "health": service.get("/health").json(),
        "discovery": service.get("/cds-services").json(),
        "cards": service.post(f"/cds-services/{SERVICE}", json=CALL).json(),
        "problem": service.post("/advise", json={"child": "babi"}).json(),
        "consult": {"snapshot": told["snapshot"], "do": [{"withdraw": "child"}]},
        "hook": CALL,
    }
    for name, value in held.items():
        check(described, name, value)
    clash = [{"tell": ["safety.abuse_or_violence", "absent"]}, {"tell": ["safety.disclosure", "present"]}]
    check(described, "problem", service.post("/consultation", json={"do": clash}).json())


def test_every_refusal_is_one_that_it_tells_of(service: TestClient, described: dict[str, Any]) -> None:
    for path, item in described["paths"].items():
        for method, operation in item.items():
            address = path.replace("{service}", SERVICE)
            for headers, content in (
                ({"content-type": "text/plain"}, "x"),
                ({"content-type": "application/json"}, "{"),
                ({"content-type": "application/json"}, "[]"),
                ({"content-type": "application/json", "accept": "text/html"}, "{}"),
            ):
                found = service.request(method, f"{AT}{address}", headers=headers, content=content)
                assert str(found.status_code) in operation["responses"], (path, found.status_code)


def test_with_clients_named_it_says_that_a_token_is_needed(described: dict[str, Any]) -> None:
    assert "securitySchemes" not in described["components"]
    assert described["servers"] == [{"url": "http://127.0.0.1:8484"}]
    public = client(Settings(public_url="https://cds.example.org/x", hosts=("localhost",))).get("/openapi.json").json()
    assert public["servers"] == [{"url": "https://cds.example.org/x"}]
