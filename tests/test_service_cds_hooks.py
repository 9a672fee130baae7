"""CDS Hooks over HTTP: tokens, TLS, CORS, feedback. What `test_cds_requirements` leaves to the service is all here."""

import copy
import datetime as dt
import hmac
import io
import json
import logging
import ssl
import time
import urllib.request
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from starlette.testclient import TestClient

from hechting_rules.errors import UsageError
from hechting_rules.interop import prefetch
from hechting_rules.interop.cds_hooks import SERVICE, Hooks, discovery
from hechting_rules.interop.feedback import SqliteFeedback
from hechting_rules.interop.service import Limits, Settings, create_app, tokens
from hechting_rules.interop.service.journal import LOGGER, JsonLines
from hechting_rules.interop.service.settings import Issuer
from serving import AT, CASE, running
from test_cds_requirements import KEPT as KEPT_ELSEWHERE

PUBLIC = "https://cds.example.org/hechting"
CLIENT = "https://ehr.example.org"
CALLED = f"/cds-services/{SERVICE}"
DAY = dt.date(2026, 11, 23)
KEYS: Mapping[str, Any] = {"ES384": ec.generate_private_key(ec.SECP384R1()), "RS384": rsa.generate_private_key(65537, 2048)}
OTHERS: Mapping[str, Any] = {"ES384": ec.generate_private_key(ec.SECP384R1()), "ES256": ec.generate_private_key(ec.SECP256R1())}
CALL: Mapping[str, Any] = {
    "hook": "patient-view",
    "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
    "context": {"userId": "Practitioner/7", "patientId": "1"},
    "prefetch": {
        "patient": {"resourceType": "Patient", "id": "1", "birthDate": "2020-03-05"},
        "conditions": {
            "resourceType": "Bundle",
            "type": "searchset",
            "entry": [
                {
                    "resource": {
                        "resourceType": "Condition",
                        "subject": {"reference": "Patient/1"},
                        "clinicalStatus": {"coding": [{"code": "active"}]},
                        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icpc-1-nl", "code": "A93"}]},
                    }
                }
            ],
        },
    },
}

KEPT: Mapping[int, str] = {
    1: "test_what_is_no_json_is_refused",
    2: "test_it_speaks_https",
    4: "test_discovery_stands_where_it_must_and_needs_no_token",
    5: "test_discovery_stands_where_it_must_and_needs_no_token",
    13: "test_discovery_stands_where_it_must_and_needs_no_token",
    16: "test_cards_come_from_the_address_of_the_service",
    27: "docs/records/service.md",  # how long an answer takes is measured there
    61: "test_nothing_is_fetched",
    168: "test_it_speaks_https",
    175: "a proxy in front",
    176: "test_a_good_token_is_let_in",
    177: "test_elsewhere_than_on_loopback_it_wants_authentication_or_to_be_told",  # of test_service
    179: "a proxy in front",
    195: "test_a_client_that_is_not_named_is_not_known",
    199: "test_keys_come_from_a_file_and_are_never_fetched",
    **dict.fromkeys((200, 205, 206, 207), "test_a_good_token_is_let_in"),
    201: "test_an_unsigned_token_is_refused",
    203: "test_a_token_signed_with_anything_shared_is_refused",
    208: "test_a_page_on_the_list_may_call",
}


def numbers(key: Any, kid: str, **more: str) -> dict[str, Any]:
    """A public key as it stands in a JWK Set."""
    kind = jwt.algorithms.ECAlgorithm if isinstance(key, ec.EllipticCurvePrivateKey) else jwt.algorithms.RSAAlgorithm
    return {**json.loads(kind.to_jwk(key.public_key())), "kid": kid, **more}


def client_of(folder: Path, keys: list[dict[str, Any]] | None = None, **more: Any) -> Issuer:
    path = folder / f"{uuid.uuid4()}.json"
    known = [numbers(key, name) for name, key in KEYS.items()]
    path.write_text(json.dumps({"keys": known if keys is None else keys}), encoding="utf-8")
    return Issuer(CLIENT, path, **more)


def service_for(issuer: Issuer, limits: Limits | None = None, **more: Any) -> TestClient:
    settings = Settings(public_url=PUBLIC, issuers=(issuer,), limits=limits or Limits(), **more)
    return TestClient(create_app(settings, day=lambda: DAY), base_url=AT, raise_server_exceptions=False)


def claims(**other: Any) -> dict[str, Any]:
    """What a good token says; ``None`` leaves a claim out."""
    now = int(time.time())
    good = {"iss": CLIENT, "aud": f"{PUBLIC}{CALLED}", "iat": now, "exp": now + 200, "jti": str(uuid.uuid4())}
    return {name: value for name, value in {**good, **other}.items() if value is not None}


def signed(said: Mapping[str, Any], algorithm: str = "ES384", key: Any = None, **head: Any) -> str:
    return jwt.encode(dict(said), KEYS[algorithm] if key is None else key, algorithm, {"kid": algorithm, **head})


def called(service: TestClient, token: str | None, path: str = CALLED, body: Any = None) -> Any:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    return service.post(path, json=CALL if body is None else body, headers=headers)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    return service_for(client_of(tmp_path_factory.mktemp("keys")))


@pytest.fixture(scope="module")
def open_service() -> TestClient:
    return TestClient(create_app(day=lambda: DAY), base_url=AT)


def test_every_requirement_left_to_the_service_is_kept() -> None:
    assert set(KEPT) == {number for number, name in KEPT_ELSEWHERE.items() if name == "service"}
    here = {name for name in KEPT.values() if name.startswith("test_")}
    others = {"test_elsewhere_than_on_loopback_it_wants_authentication_or_to_be_told"}
    assert here - others <= {name for name, value in globals().items() if callable(value)}


# --- what is answered


def test_discovery_stands_where_it_must_and_needs_no_token(service: TestClient) -> None:
    found = service.get("/cds-services")
    assert found.status_code == 200
    assert found.headers["content-type"] == "application/json"
    assert found.json() == discovery(Hooks())


def test_cards_come_from_the_address_of_the_service(open_service: TestClient) -> None:
    (offered,) = open_service.get("/cds-services").json()["services"]
    found = open_service.post(f"/cds-services/{offered['id']}", json=CALL)
    assert found.status_code == 200
    assert found.json()["cards"]
    assert open_service.post("/cds-services/another", json=CALL).status_code == 404
    assert open_service.post(f"{CALLED}/another", json=CALL).status_code == 404


def test_what_is_no_json_is_refused(open_service: TestClient) -> None:
    for headers, status in (({"content-type": "application/yaml"}, 415), ({"content-type": "application/json"}, 400)):
        found = open_service.post(CALLED, content="hook: patient-view", headers=headers)
        assert found.status_code == status
        assert "cards" not in found.json()
    assert open_service.post(CALLED, json=CALL, headers={"accept": "text/html"}).status_code == 406


@pytest.mark.parametrize(
    ("change", "status", "where"),
    [
        ({"hook": "order-sign"}, 400, "hook"),
        ({"hookInstance": "1"}, 400, "hookInstance"),
        ({"context": {}}, 400, "patientId"),
        ({"prefetch": {}}, 412, ""),
    ],
)
def test_what_is_wrong_is_a_problem_with_its_place_and_never_cards(
    open_service: TestClient, change: dict[str, Any], status: int, where: str
) -> None:
    found = open_service.post(CALLED, json={**CALL, **change})
    assert found.status_code == status
    assert found.headers["content-type"] == "application/problem+json"
    told = found.json()
    assert "cards" not in told
    assert where in json.dumps(told.get("errors", ""))
    if "hook" in change:
        assert [(one["what"], one["allowed"]) for one in told["errors"]] == [("is not the hook of this service", "patient-view")]
    if status == 412:
        assert told["prefetch"] == list(prefetch.REQUIRED)


def test_a_name_that_is_no_unicode_is_told_too(open_service: TestClient) -> None:
    body = json.dumps({**CALL, "prefetch": {"\ud800": 7}})
    told = open_service.post(CALLED, content=body, headers={"content-type": "application/json"})
    assert told.status_code == 400
    assert told.json()["errors"][0]["where"].startswith("request.prefetch.")


def test_nothing_is_fetched(open_service: TestClient) -> None:
    """A client that offers its FHIR server instead of the data is told which data is missing: the service calls nobody."""
    access = {"access_token": "x", "token_type": "Bearer", "expires_in": 300, "scope": "patient/*.read", "subject": "s"}
    body = {**CALL, "prefetch": {}, "fhirServer": "https://fhir.example.org", "fhirAuthorization": access}
    assert open_service.post(CALLED, json=body).status_code == 412


def test_feedback_is_kept_where_there_is_a_place_for_it(tmp_path: Path, open_service: TestClient) -> None:
    settings = Settings(feedback=tmp_path / "feedback.sqlite")
    keeping = TestClient(create_app(settings, day=lambda: DAY), base_url=AT)
    card = keeping.post(CALLED, json=CALL).json()["cards"][0]["uuid"]
    told = {"feedback": [{"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-11-23T10:00:00Z"}]}
    assert keeping.post(f"{CALLED}/feedback", json=told).status_code == 200
    ((code, outcome, _, times),) = SqliteFeedback(tmp_path / "feedback.sqlite").counts()
    assert (bool(code), outcome, times) == (True, "overridden", 1)
    assert keeping.post(f"{CALLED}/feedback", json={"feedback": [{"card": "1"}]}).status_code == 400
    assert open_service.post(f"{CALLED}/feedback", json=told).status_code == 404


def test_cards_are_given_also_where_feedback_cannot_be_kept(
    tmp_path: Path, open_service: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "feedback.sqlite"
    keeping = TestClient(create_app(Settings(feedback=kept), day=lambda: DAY), base_url=AT)
    kept.unlink()
    kept.mkdir()
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    monkeypatch.setattr(LOGGER, "handlers", [handler])
    answer = keeping.post(CALLED, json=CALL)
    assert answer.status_code == 200
    assert answer.json() == open_service.post(CALLED, json=CALL).json()
    (line,) = [told for told in map(json.loads, written.getvalue().splitlines()) if told["level"] == "error"]
    assert (line["event"], line["kind"]) == ("cards were given and not kept for feedback", "OperationalError")


def test_a_page_on_the_list_may_call() -> None:
    sandbox = TestClient(create_app(Settings(origins=("https://sandbox.example.org",)), day=lambda: DAY), base_url=AT)
    origin = {"origin": "https://sandbox.example.org"}
    asks = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type"}
    for found in (
        sandbox.options(CALLED, headers={**origin, **asks}),
        sandbox.get("/cds-services", headers=origin),
        sandbox.post(CALLED, json=CALL, headers=origin),
    ):
        assert found.status_code == 200
        assert found.headers["access-control-allow-origin"] == origin["origin"]


def test_it_speaks_https(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    start = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "c.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "k.pem").write_bytes(key.private_bytes(*private))
    trusting = ssl.create_default_context(cafile=tmp_path / "c.pem")
    with running(tmp_path, certificate="c.pem", key="k.pem") as service:
        with urllib.request.urlopen(f"https://localhost:{service.port}/cds-services", context=trusting, timeout=20) as found:
            assert json.load(found) == discovery(Hooks())
        assert service.stop() == 0


# --- who may call


@pytest.mark.parametrize("algorithm", list(KEYS))
def test_a_good_token_is_let_in(service: TestClient, algorithm: str) -> None:
    assert called(service, signed(claims(), algorithm)).status_code == 200


WRONG: Mapping[str, Callable[[], str | None]] = {
    "none at all": lambda: None,
    "no token": lambda: "no-token",
    "three parts of nothing": lambda: "a.b.c",
    "another audience": lambda: signed(claims(aud=PUBLIC)),
    "discovery for audience": lambda: signed(claims(aud=f"{PUBLIC}/cds-services")),
    "the audience and more": lambda: signed(claims(aud=f"{PUBLIC}{CALLED}/")),
    "a list of audiences": lambda: signed(claims(aud=[f"{PUBLIC}{CALLED}", "https://other.example"])),
    "no audience": lambda: signed(claims(aud=None)),
    "over": lambda: signed(claims(iat=int(time.time()) - 4000, exp=int(time.time()) - 3800)),
    "to come": lambda: signed(claims(iat=int(time.time()) + 3600, exp=int(time.time()) + 3700)),
    "good for a day": lambda: signed(claims(exp=int(time.time()) + 86_400)),
    "no end": lambda: signed(claims(exp=None)),
    "no beginning": lambda: signed(claims(iat=None)),
    "an end in words": lambda: signed(claims(exp=str(int(time.time()) + 200))),
    "a beginning in words": lambda: signed(claims(iat=str(int(time.time())))),
    "no id": lambda: signed(claims(jti=None)),
    "an empty id": lambda: signed(claims(jti="")),
    "an endless id": lambda: signed(claims(jti="x" * 300)),
    "no issuer": lambda: signed(claims(iss=None)),
    "no key named": lambda: jwt.encode(claims(), KEYS["ES384"], "ES384"),
    "a key that is not there": lambda: signed(claims(), kid="another"),
    "a key of the other kind": lambda: signed(claims(), "ES384", kid="RS384"),
    "another key": lambda: signed(claims(), "ES384", OTHERS["ES384"]),
    "keys from elsewhere": lambda: signed(claims(), jku="https://attacker.example/jwks.json"),
    "ES256": lambda: signed(claims(), "ES256", OTHERS["ES256"], kid="ES384"),
    "RS256": lambda: signed(claims(), "RS256", KEYS["RS384"], kid="RS384"),
    "RS512": lambda: signed(claims(), "RS512", KEYS["RS384"], kid="RS384"),
    "PS384": lambda: signed(claims(), "PS384", KEYS["RS384"], kid="RS384"),
}


@pytest.mark.parametrize("what", list(WRONG))
def test_any_other_token_is_refused(service: TestClient, what: str) -> None:
    token = WRONG[what]()
    found = called(service, token)
    assert found.status_code == 401
    assert found.headers["www-authenticate"] == ('Bearer error="invalid_token"' if token else "Bearer")
    assert found.json()["type"].endswith(":not-known")
    assert token is None or token not in found.text


def test_an_unsigned_token_is_refused(service: TestClient) -> None:
    unsigned = jwt.encode(claims(), "", "none", {"kid": "ES384"})
    assert called(service, unsigned).status_code == 401
    head, body, _ = signed(claims()).split(".")
    assert called(service, f"{head}.{body}.").status_code == 401


def test_a_token_signed_with_anything_shared_is_refused(service: TestClient) -> None:
    """Not even with the public key in the place of a shared secret."""
    pem = KEYS["RS384"].public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    for algorithm in ("HS256", "HS384", "HS512"):
        for kid in KEYS:
            parts = ({"alg": algorithm, "typ": "JWT", "kid": kid}, claims())
            text = b".".join(urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
            sum_of = hmac.digest(pem, text, f"sha{algorithm[2:]}")
            token = b".".join((text, urlsafe_b64encode(sum_of).rstrip(b"="))).decode()
            assert called(service, token).status_code == 401


def test_a_client_that_is_not_named_is_not_known(service: TestClient) -> None:
    for other in ("https://ehr.example.org/", "https://EHR.example.org", "https://other.example", 7, ["https://ehr.example.org"]):
        said = claims()
        said["iss"] = other
        token = jwt.encode({}, KEYS["ES384"], "ES384", {"kid": "ES384"}) if not isinstance(other, str) else signed(said)
        assert called(service, token).status_code == 401


def test_a_token_is_used_once(service: TestClient) -> None:
    token = signed(claims())
    assert [called(service, token).status_code for _ in range(3)] == [200, 401, 401]
    again = claims(jti=jwt.decode(token, options={"verify_signature": False})["jti"])
    assert called(service, signed(again, "RS384")).status_code == 401


def test_a_token_that_was_refused_is_not_used_up(service: TestClient) -> None:
    said = claims()
    assert called(service, signed(said, "ES384", OTHERS["ES384"])).status_code == 401
    assert called(service, signed(said)).status_code == 200


def test_what_is_remembered_is_bounded_and_makes_place_when_it_is_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is: what is over is told by another clock, set an hour on."""
    service = service_for(client_of(tmp_path), Limits(tokens=3))
    first = signed(claims())
    assert [called(service, token).status_code for token in (first, signed(claims()), signed(claims()))] == [200, 200, 200]
    assert called(service, signed(claims())).status_code == 503
    later = SimpleNamespace(time=lambda: time.time() + 3600)
    monkeypatch.setattr(tokens, "time", later)
    assert called(service, signed(claims())).status_code == 200


def test_a_client_goes_only_where_it_may(tmp_path: Path) -> None:
    service = service_for(client_of(tmp_path, may=("/cds-services",)))
    assert called(service, signed(claims())).status_code == 200
    found = called(service, signed(claims(aud=f"{PUBLIC}/advise")), "/advise", CASE)
    assert found.status_code == 403
    assert service.post("/advise", json=CASE).status_code == 401


@pytest.mark.parametrize("path", ["/advise", "/ask", "/explain", "/drawing", "/consultation", CALLED, f"{CALLED}/feedback"])
def test_everything_that_takes_a_case_needs_a_token(service: TestClient, path: str) -> None:
    assert service.post(path, json=CASE).status_code == 401
    body = {"do": []} if path == "/consultation" else CALL if path.startswith("/cds") else CASE
    assert called(service, signed(claims(aud=f"{PUBLIC}{path}")), path, body).status_code in (200, 404)


def test_a_place_for_keys_is_taken_where_it_is_the_one_known(tmp_path: Path) -> None:
    service = service_for(client_of(tmp_path, jku=f"{CLIENT}/jwks.json"))
    assert called(service, signed(claims(), jku=f"{CLIENT}/jwks.json")).status_code == 200
    assert called(service, signed(claims(), jku=f"{CLIENT}/other.json")).status_code == 401


def private_key() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(KEYS["ES384"]))
    return {**found, "kid": "a"}


BAD_KEYS: Mapping[str, Any] = {
    "a private key": [private_key()],
    "another curve": [numbers(OTHERS["ES256"], "a")],
    "a short key": [numbers(rsa.generate_private_key(65537, 1024), "a")],  # noqa: S505 - refused, that is the point
    "a shared secret": [{"kty": "oct", "k": "c2VjcmV0", "kid": "a"}],
    "another algorithm": [numbers(KEYS["RS384"], "a", alg="RS256")],
    "another use": [numbers(KEYS["RS384"], "a", use="enc")],
    "no name": [{key: value for key, value in numbers(KEYS["RS384"], "a").items() if key != "kid"}],
    "one name twice": [numbers(KEYS["RS384"], "a"), numbers(KEYS["ES384"], "a")],
    "none": [],
    "no list": {"kid": "a"},
}


@pytest.mark.parametrize("what", list(BAD_KEYS))
def test_keys_come_from_a_file_and_are_never_fetched(tmp_path: Path, what: str) -> None:
    issuer = client_of(tmp_path, copy.deepcopy(BAD_KEYS[what]))
    with pytest.raises(UsageError) as refused:
        service_for(issuer)
    assert str(issuer.keys) in str(refused.value)


def test_a_file_of_keys_that_cannot_be_read_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no json", encoding="utf-8")
    for name in ("text", "missing"):
        with pytest.raises(UsageError, match=name):
            service_for(Issuer(CLIENT, tmp_path / name))
