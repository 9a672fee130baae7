"""The service: what each address answers, what it refuses and in which words, and that nothing of a case is kept or logged."""

import importlib.metadata
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from hechting_rules import Rulebook, advise, arguments, ask_next, explained, load_case
from hechting_rules.case import case_to_mapping, parse_case
from hechting_rules.errors import UsageError
from hechting_rules.interop.service import Settings, create_app
from hechting_rules.interop.service import answers as answers_module
from hechting_rules.interop.service.journal import LOGGER, JsonLines
from hechting_rules.render.explained_json import (
    arguments_to_mapping,
    questions_to_mapping,
    result_to_mapping,
)
from hechting_rules.render.json import to_mapping
from hechting_rules.render.svg import to_svg
from hechting_rules.schemas import schema_text
from hechting_rules.terms import Language
from serving import AT, CASE, client, log_lines, posted, problem

ROOT = Path(__file__).parents[1]
CASES = sorted((ROOT / "examples" / "cases").glob("*.yaml"))
POSTS = ("/advise", "/ask", "/explain", "/drawing", "/consultation")
GETS = ("/health", "/vocabulary", "/openapi.json", "/", "/page.js", "/page.css")
MARK = "Zonnebloemstraat-37"


@pytest.fixture(scope="module")
def service() -> TestClient:
    return client()


@pytest.mark.parametrize("path", CASES[::6], ids=lambda path: path.stem)
def test_an_advice_over_http_is_the_advice(service: TestClient, book: Rulebook, path: Path) -> None:
    case = load_case(path)
    for language in Language:
        told = service.post(f"/advise?lang={language}", content=path.read_bytes(), headers={"content-type": "application/yaml"})
        assert told.json() == to_mapping(advise(case, book), language)
    assert posted(service, "/advise", case_to_mapping(case)) == to_mapping(advise(case, book), Language.NL)


def test_questions_explanations_and_the_drawing_are_those_of_the_library(service: TestClient, book: Rulebook) -> None:
    case, code = parse_case(json.dumps(CASE)), "attention.parent_risk"
    assert posted(service, "/ask?lang=en", CASE) == questions_to_mapping(ask_next(case, book), Language.EN)
    assert posted(service, f"/explain?code={code}", CASE) == result_to_mapping(explained(case, code, book), Language.NL)
    assert posted(service, "/explain", CASE) == arguments_to_mapping(arguments(case, book), Language.NL)
    drawn = service.post(f"/drawing?lang=en&code={code}", json=CASE)
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert drawn.text == to_svg(advise(case, book), Language.EN, code)


def test_a_profile_and_a_day_are_taken_from_the_address(service: TestClient) -> None:
    case = {"schema": CASE["schema"], "child": "baby", "present": ["safety.baby_fever"]}
    told = posted(service, "/advise?profile=nl&as_of=2099-01-01", case)
    assert told["profile"]["id"] == "nl"
    assert [warning for warning in told["warnings"] if "review" in warning]
    assert not posted(service, "/advise?profile=nl", case)["warnings"]


def test_health_says_which_rules_answer(service: TestClient, book: Rulebook) -> None:
    told = service.get("/health").json()
    assert told == {
        "status": "ok",
        "version": importlib.metadata.version("hechting-rules"),
        "rulebook": {"id": book.head.id, "version": book.head.version, "sha256": book.sha256},
    }


def test_the_vocabulary_holds_all_that_a_form_needs_in_both_languages(service: TestClient, book: Rulebook) -> None:
    told = service.get("/vocabulary").json()
    assert [one["code"] for one in told["stages"]] == list(book.stages)
    assert [one["code"] for one in told["findings"]] == list(book.findings)
    groups = {one["id"] for one in told["groups"]}
    for one in told["findings"]:
        finding = book.findings[one["code"]]
        assert one["question"] == {"nl": finding.question.nl, "en": finding.question.en}
        assert one["group"] in groups
        assert set(one["details"]) == {other.code for other in book.findings.values() if one["code"] in other.implies}
    assert {one["group"] for one in told["findings"]} == groups
    assert [one["code"] for one in told["results"]] == [*book.suggestions, *book.conclusions]
    assert [one["id"] for one in told["flags"]] == list(book.flags)
    assert {code for flag in told["flags"] for code in flag["asks"]} <= set(book.findings)
    for words in told["words"].values():
        assert all(text["nl"] and text["en"] for text in words.values())


@pytest.mark.parametrize("path", GETS)
def test_what_does_not_change_is_sent_once(service: TestClient, path: str) -> None:
    first = service.get(path)
    assert first.status_code == 200
    if path == "/health":
        return
    again = service.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_every_answer_has_safe_headers_and_an_id_of_its_own(service: TestClient) -> None:
    found = [service.get(path) for path in (*GETS, "/nothing")] + [service.post(path, json=CASE) for path in POSTS[:-1]]
    for one in found:
        assert one.headers["x-content-type-options"] == "nosniff"
        assert one.headers["content-security-policy"].startswith("default-src 'none'")
        assert one.headers["referrer-policy"] == "no-referrer"
        assert "server" not in one.headers
    assert len({one.headers["x-request-id"] for one in found}) == len(found)
    assert {one.headers["cache-control"] for one in found if one.request.method == "POST"} == {"no-store"}


class TestRefused:
    def test_a_case_is_refused_with_each_place_what_is_allowed_and_a_hint(self, service: TestClient) -> None:
        text = '{"schema": "hechting-rules/case/1",\n "child": "babi",\n "present": ["baby.avoid_eye_contact"]}'
        found = service.post("/advise", content=text, headers={"content-type": "application/json"})
        first, second = problem(found, 422, "unusable")["errors"]
        assert first["where"] == "body:2:11"
        assert "baby" in first["allowed"]
        assert first["hint"] == "did you mean 'baby'?"
        assert second["where"] == "body:3:14"
        assert second["hint"].startswith("did you mean 'baby.avoids_eye_contact'")

    @pytest.mark.parametrize("path", POSTS)
    def test_what_is_no_json_is_refused(self, service: TestClient, path: str) -> None:
        numbers = ('{"a": NaN}', '{"a": Infinity}', '{"a": 1e999}', "1" * 5000)
        for text in ("", "{", '{"a": 1, "a": 2}', "[" * 5000, '{"a": 1} x', *numbers):
            found = service.post(path, content=text, headers={"content-type": "application/json"})
            assert problem(found, 400, "not-json")["errors"][0]["where"].startswith("body")
        problem(service.post(path, content=b"\xff\xfe", headers={"content-type": "application/json"}), 400, "not-utf-8")

    @pytest.mark.parametrize("path", POSTS)
    def test_only_the_parameters_of_an_address_are_taken_each_once(self, service: TestClient, path: str) -> None:
        for query in ("lang=de", "lnag=nl", "lang=nl&lang=en", "profile=nil", "lang="):
            told = problem(service.post(f"{path}?{query}", json=CASE), 400, "parameter")
            assert told["errors"][0]["where"].startswith("parameter ")
        assert problem(service.post("/advise?as_of=yesterday", json=CASE), 400, "parameter")["errors"][0]["allowed"]
        told = problem(service.post("/explain?code=attention.parent_rik", json=CASE), 400, "parameter")
        assert told["errors"][0]["hint"].startswith("did you mean 'attention.parent_risk'")

    def test_an_address_that_is_not_there_and_a_method_that_does_not_fit(self, service: TestClient) -> None:
        assert "/advise" in problem(service.get("/advice"), 404, "no-such-address")["detail"]
        found = service.get("/advise")
        problem(found, 405, "method")
        assert found.headers["allow"] == "POST"
        problem(service.delete("/health"), 405, "method")

    def test_an_answer_that_is_not_accepted(self, service: TestClient) -> None:
        for accept in ("text/html", "application/json;q=0", "*/*, application/json;q=0.0", "image/*"):
            problem(service.post("/advise", json=CASE, headers={"accept": accept}), 406, "not-acceptable")
        for accept in ("*/*", "application/*", "text/html, application/json;q=0.1", ""):
            assert service.post("/advise", json=CASE, headers={"accept": accept}).status_code == 200
        assert service.post("/drawing", json=CASE, headers={"accept": "image/svg+xml"}).status_code == 200

    def test_a_body_of_another_kind_or_packed(self, service: TestClient) -> None:
        for headers in (
            {"content-type": "text/plain"},
            {"content-type": "application/json; charset=utf-16"},
            {"content-type": "application/json", "content-encoding": "gzip"},
            {"content-type": ""},
        ):
            problem(service.post("/advise", content=json.dumps(CASE), headers=headers), 415, "media-type")
        found = service.post("/consultation", content="{}", headers={"content-type": "application/yaml"})
        assert problem(found, 415, "media-type")["errors"][0]["allowed"] == "application/json"

    def test_a_name_or_page_that_may_not_call(self, service: TestClient) -> None:
        problem(service.get("/health", headers={"host": "elsewhere.example"}), 421, "other-host")
        problem(service.post("/advise", json=CASE, headers={"origin": "https://elsewhere.example"}), 403, "other-origin")
        for odd in ("null", "//[", "https://[::1"):
            problem(service.post("/advise", json=CASE, headers={"origin": odd}), 403, "other-origin")
        assert service.post("/advise", json=CASE, headers={"origin": AT}).status_code == 200
        assert service.get("/health", headers={"host": "127.0.0.1:8484"}).status_code == 200


class TestCors:
    def test_a_page_on_the_list_may_call_and_no_other(self) -> None:
        mine, other = "https://ehr.example.org", "https://ehr.example.org.elsewhere.example"
        service = client(Settings(origins=(mine,)))
        asks = {"access-control-request-method": "POST", "access-control-request-headers": "content-type, authorization"}
        found = service.options("/advise", headers={"origin": mine, **asks})
        assert found.status_code == 200
        assert found.headers["access-control-allow-origin"] == mine
        assert "access-control-allow-credentials" not in found.headers
        assert service.post("/advise", json=CASE, headers={"origin": mine}).headers["access-control-allow-origin"] == mine
        refused = service.options("/advise", headers={"origin": other, **asks})
        problem(refused, 403, "other-origin")
        assert "access-control-allow-origin" not in refused.headers


class TestSettings:
    def test_elsewhere_than_on_loopback_it_wants_authentication_or_to_be_told(self) -> None:
        for host in ("0.0.0.0", "192.0.2.1", "::", "example.org"):  # noqa: S104 - refused, that is the point
            with pytest.raises(UsageError, match="--open-without-authentication"):
                create_app(Settings(host=host))
            create_app(Settings(host=host, open_without_authentication=True))
        for host in ("127.0.0.1", "127.8.8.8", "::1", "localhost"):
            create_app(Settings(host=host))

    def test_it_can_be_mounted_in_another_application(self) -> None:
        host = Starlette(routes=[Mount("/hechting", create_app(Settings(hosts=("host.example",))))])
        inside = TestClient(host, base_url="http://host.example")
        assert inside.get("/hechting/health").json()["status"] == "ok"
        assert inside.post("/hechting/advise", json=CASE).status_code == 200
        assert inside.get("/hechting/").headers["content-type"].startswith("text/html")
        problem(inside.get("/hechting/nothing"), 404, "no-such-address")

    def test_without_the_page_there_is_none(self) -> None:
        service = client(Settings(page=False))
        for path in ("/", "/page.js", "/page.css"):
            problem(service.get(path), 404, "no-such-address")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What is logged, as ``hechting serve`` writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    loggers = [logging.getLogger()]
    before = LOGGER.level
    LOGGER.setLevel(logging.DEBUG)
    for logger in loggers:
        logger.addHandler(handler)
    yield stream
    LOGGER.setLevel(before)
    for logger in loggers:
        logger.removeHandler(handler)


class TestLog:
    def marked(self) -> list[tuple[str, Any, dict[str, str]]]:
        """Requests that carry a mark wherever a client could put one."""
        case = {**CASE, "id": MARK, "note": MARK}
        wrong = {**case, "present": [MARK], MARK: MARK, "child": MARK}
        told = {"do": [{"tell": [MARK, "present"]}]}
        return [
            *((path, body, {}) for path in POSTS for body in (case, wrong)),
            ("/consultation", {"case": case}, {}),
            ("/consultation", {"case": yaml.safe_dump(wrong)}, {}),
            ("/consultation", told, {}),
            (f"/explain?code={MARK}", case, {}),
            (f"/advise?{MARK}={MARK}", case, {}),
            (f"/{MARK}", case, {}),
            ("/advise", case, {"x-request-id": MARK, "user-agent": MARK, "accept": MARK, "authorization": f"Bearer {MARK}"}),
            ("/advise", case, {"host": f"{MARK}.example"}),
            ("/advise", case, {"origin": f"https://{MARK}.example"}),
            ("/advise", case, {"content-type": MARK}),
        ]

    def test_nothing_of_a_case_or_a_caller_comes_into_it(self, service: TestClient, log: io.StringIO) -> None:
        sent = self.marked()
        for path, body, headers in sent:
            service.post(path, json=body, headers=headers)
        text = log.getvalue()
        assert MARK.lower() not in text.lower()
        assert MARK.partition("-")[0].lower() not in text.lower()
        lines = log_lines(text)
        assert len(lines) == len(sent)
        assert {line["address"] for line in lines} == {*POSTS, "unknown"}
        for line in lines:
            assert set(line) == {
                *("at", "level", "logger", "event", "request", "method", "address", "client", "status", "bytes", "milliseconds")
            }

    def test_what_goes_wrong_is_answered_and_logged_without_its_words(
        self, service: TestClient, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise RuntimeError(MARK)

        monkeypatch.setattr(answers_module, "to_mapping", fail)
        told = problem(service.post("/advise", json={**CASE, "note": MARK}), 500, "went-wrong")
        assert MARK not in json.dumps(told)
        (line,) = log_lines(log.getvalue())
        assert line["level"] == "error"
        assert line["kind"] == "RuntimeError"
        assert line["through"][-1].endswith(" fail")
        assert f"urn:uuid:{line['request']}" == told["instance"]
        assert MARK not in log.getvalue()


def test_answers_keep_to_the_published_schemas(service: TestClient) -> None:
    def check(name: str, value: Any) -> None:
        Draft202012Validator(json.loads(schema_text(name))).validate(value)

    check("advice", posted(service, "/advise", CASE))
    check("explanation", posted(service, "/ask", CASE))
    nobody = posted(service, "/consultation", {"do": [{"tell": ["child", "none"]}, {"tell": ["adult", "adult"]}]})["case"]
    assert nobody["child"] == "none"
    check("case", nobody)
    told = posted(service, "/consultation", {"case": CASE})
    check("consultation", told["snapshot"])
    check("advice", told["advice"])
    check("case", told["case"])
    check("explanation", told["changed"])
