"""The CDS Hooks sandbox (github: cds-hooks/sandbox) shows the cards: ``make cds-sandbox SANDBOX=folder/of/the/built/sandbox``.

A client that nobody here wrote, in headless Chromium: it asks a FHIR server (a few resources here) for what discovery tells it to
prefetch, signs its own tokens, calls over CORS, shows the cards, and gives feedback when one is dismissed.
"""

import functools
import json
import os
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from serving import log_lines, running

CHROMIUM, DRIVER = os.environ.get("CHROMIUM", "/usr/bin/chromium"), os.environ.get("CHROMEDRIVER", "/usr/bin/chromedriver")
BUILT = Path(os.environ.get("SANDBOX", "sandbox/build"))
ISSUER = "https://sandbox.cds-hooks.org"
PATIENCE = 60.0
PATIENT = {"resourceType": "Patient", "id": "1", "name": [{"given": ["Test"], "family": "Child"}], "birthDate": "2020-03-05"}
PREMATURE = {
    "resourceType": "Condition",
    "id": "c1",
    "subject": {"reference": "Patient/1"},
    "clinicalStatus": {"coding": [{"code": "active"}]},
    "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icpc-1-nl", "code": "A93"}]},
}


class Fhir(BaseHTTPRequestHandler):
    """As little of a FHIR server as the sandbox asks for."""

    def log_message(self, *_: Any) -> None: ...

    def do_OPTIONS(self) -> None:
        self.give({})

    def do_GET(self) -> None:
        self.give(self.found())

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.give(self.found())

    def found(self) -> dict[str, Any]:
        path = urlsplit(self.path).path.strip("/")
        if path == "metadata":
            return {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "status": "active", "kind": "instance"}
        if path == "Patient/1":
            return PATIENT
        known: dict[str, list[Any]] = {"Patient": [PATIENT], "Condition": [PREMATURE]}
        resources = known.get(path.partition("/")[0], [])
        return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in resources]}

    def give(self, value: dict[str, Any]) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Headers", "*")
        self.send_header("Content-Type", "application/fhir+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None: ...


def serving(handler: Callable[..., BaseHTTPRequestHandler]) -> int:
    """Serve on a free port, for as long as this process lives; the port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return int(server.server_address[1])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@pytest.fixture
def browser() -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1400,1000"):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


def until(what: Callable[[], Any], why: str) -> Any:
    """What a function gives, once it is something."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError(f"not within {PATIENCE:g} seconds: {why}")


def test_the_sandbox_shows_the_cards_and_gives_feedback(tmp_path: Path, browser: webdriver.Chrome) -> None:
    keys = BUILT / ".well-known" / "jwks.json"
    assert (BUILT / "index.html").is_file(), f"there is no built sandbox in {BUILT}"
    (tmp_path / "jwks.json").write_text(keys.read_text(encoding="utf-8"), encoding="utf-8")
    fhir, web, port = serving(Fhir), serving(functools.partial(Quiet, directory=str(BUILT))), free_port()
    client = {"iss": ISSUER, "keys": "jwks.json", "jku": f"{ISSUER}/.well-known/jwks.json", "may": ["/cds-services"]}
    settings = {"public_url": f"http://localhost:{port}", "origins": [f"http://localhost:{web}"], "issuers": [client]}
    with running(tmp_path, "--port", str(port), feedback="feedback.sqlite", **settings) as service:
        browser.get(f"http://localhost:{web}/cds-hooks-logo.png")
        kept = {"PERSISTED_fhirServer": f"http://localhost:{fhir}", "PERSISTED_patientId": "1"}
        kept["PERSISTED_cdsServices"] = json.dumps([f"http://localhost:{port}/cds-services"])
        browser.execute_script("Object.entries(arguments[0]).forEach(([key, value]) => localStorage.setItem(key, value))", kept)
        browser.get(f"http://localhost:{web}/index.html")

        def shown() -> str:
            return str(browser.find_element(By.TAG_NAME, "body").text)

        until(lambda: "Vraag hoe het contact met het kind gaat" in shown(), "the card is shown")
        assert "kind: te vroeg geboren" in shown()
        log = tmp_path / "log"

        def dismissed() -> bool:
            """Press the button of the first card until that is heard: the sandbox draws its cards more than once."""
            if "/feedback" not in log.read_text(encoding="utf-8"):
                browser.execute_script(
                    "[...document.querySelectorAll('button')].find((one) => one.innerText === 'Dismiss')?.click()"
                )
                time.sleep(1)
            return "/feedback" in log.read_text(encoding="utf-8")

        until(dismissed, "feedback came")
        assert service.stop() == 0
    lines = [line for line in log_lines(log.read_text(encoding="utf-8")) if "status" in line]
    called = [(line["address"], line["client"], line["status"]) for line in lines]
    assert ("/cds-services/{service}", ISSUER, 200) in called
    assert ("/cds-services/{service}/feedback", ISSUER, 200) in called
    with closing(sqlite3.connect(tmp_path / "feedback.sqlite")) as found:
        (outcome,) = found.execute("select outcome from outcomes").fetchone()
    assert outcome == "overridden"
