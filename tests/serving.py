"""The service for tests: called in this process, or listening on a port of this machine in a process of its own."""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import yaml
from starlette.testclient import TestClient

from hechting_rules.interop.service import Settings, create_app

CASE: Mapping[str, Any] = {
    "schema": "hechting-rules/case/1",
    "id": "for-tests",
    "child": {"stage": "baby", "age_months": 5},
    "present": ["baby.avoids_eye_contact", "parent.unresolved_trauma"],
    "absent": ["child.premature_birth"],
}
AT = "http://localhost"
PATIENCE = 30.0


def client(settings: Settings | None = None) -> TestClient:
    """The service in this process; what goes wrong inside it is answered, not raised here."""
    return TestClient(create_app(settings), base_url=AT, raise_server_exceptions=False)


def posted(service: TestClient, path: str, body: Any, status: int = 200) -> Any:
    found = service.post(path, json=body)
    assert found.status_code == status, found.text
    return found.json()


def problem(found: Any, status: int, name: str) -> dict[str, Any]:
    """What an answer says is wrong, in the form that every refusal has."""
    assert found.status_code == status, found.text
    assert found.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = found.json()
    assert told["type"] == f"urn:hechting-rules:problem:{name}"
    assert told["status"] == status
    assert told["instance"] == f"urn:uuid:{found.headers['x-request-id']}"
    assert "Traceback" not in found.text
    return told


@attrs.frozen
class Running:
    """A service in a process of its own: its port, its process, and what it said when it began."""

    port: int
    process: "subprocess.Popen[str]"
    said: str

    def stop(self) -> int:
        """End it as a supervisor would; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def exchange(self, text: bytes) -> bytes:
        """What comes back for some bytes, until the service closes or is done."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as line:
            with contextlib.suppress(ConnectionError):  # a service that has heard enough may close first
                line.sendall(text)
            return received(line)


def received(line: socket.socket) -> bytes:
    """One answer, or what came before the end of the line."""
    found = b""
    while True:
        try:
            part = line.recv(65536)
        except ConnectionResetError:  # a line that is cut off is done too
            part = b""
        found += part
        head, cut, body = found.partition(b"\r\n\r\n")
        lengths = [int(row.partition(b":")[2]) for row in head.split(b"\r\n") if row.lower().startswith(b"content-length")]
        if not part or (cut and lengths and len(body) >= lengths[0]):
            return found


def request(path: str, body: Mapping[str, Any], **headers: str) -> bytes:
    """A request as it goes over the line."""
    text = json.dumps(body).encode()
    own = {"Host": "localhost", "Content-Type": "application/json", "Content-Length": str(len(text)), **headers}
    return "\r\n".join([f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in own.items()), "", ""]).encode() + text


@contextlib.contextmanager
def running(tmp_path: Path, *options: str, **settings: Any) -> Iterator[Running]:
    """The command ``hechting serve`` on a free port; its log goes to ``tmp_path / "log"``."""
    (tmp_path / "settings.yaml").write_text(yaml.safe_dump({"host": "127.0.0.1", **settings}), encoding="utf-8")
    command = [sys.executable, "-m", "hechting_rules", "serve", "--settings", str(tmp_path / "settings.yaml"), "--port", "0"]
    with (tmp_path / "log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [*command, *options], stdout=subprocess.PIPE, stderr=log, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
        )
    try:
        yield _begun(process, tmp_path / "log")
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)
        assert process.stdout is not None
        process.stdout.close()


def _begun(process: "subprocess.Popen[str]", log: Path) -> Running:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], PATIENCE)
    first = process.stdout.readline() if ready else ""
    assert first.startswith(("http://127.0.0.1:", "https://127.0.0.1:")), first + log.read_text(encoding="utf-8")
    return Running(int(first.strip().rstrip("/").rpartition(":")[2]), process, first + process.stdout.readline())


def log_lines(text: str) -> list[dict[str, Any]]:
    """The lines of a log, each one an object of JSON."""
    return [json.loads(line) for line in text.splitlines()]


def await_line(log: Path, word: str) -> str:
    """The log, once a word stands in it."""
    text = ""
    for _ in range(600):
        text = log.read_text(encoding="utf-8")
        if word in text:
            return text
        time.sleep(0.05)
    raise AssertionError(f"'{word}' never came into the log: {text}")
