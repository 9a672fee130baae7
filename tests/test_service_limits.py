"""The service under strain: sizes, times, slow bodies beside fast ones, too many at once, and a stop that loses nothing."""

import json
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from starlette.testclient import TestClient

from hechting_rules import ask_next
from hechting_rules.errors import UsageError
from hechting_rules.interop.service import Limits, Settings, SettingsError, answers, read_settings
from hechting_rules.interop.service.guard import Desk
from hechting_rules.interop.service.problems import RefusedError
from hechting_rules.interop.service.running import greeting, run
from hechting_rules.interop.service.settings import Issuer
from serving import AT, CASE, await_line, client, log_lines, received, request, running

SMALL = Limits(body_bytes=2000, header_bytes=1000, url_bytes=200)


def name_of(found: Any) -> tuple[int, str]:
    return found.status_code, found.json()["type"].rpartition(":")[2]


@pytest.fixture(scope="module")
def service() -> TestClient:
    return client(Settings(limits=SMALL))


class TestSizes:
    def test_a_body_that_is_too_long_is_refused_told_or_not(self, service: TestClient) -> None:
        long = json.dumps({**CASE, "note": "x" * 2000})
        for length in (long, (part.encode() for part in (long[:1500], long[1500:])), long * 20):
            found = service.post("/advise", content=length, headers={"content-type": "application/json"})
            assert name_of(found) == (413, "body-too-long")
            assert found.headers["connection"] == "close"

    def test_a_length_that_no_number_holds_is_too_long(self) -> None:
        endless = {"content-type": "application/json", "content-length": "9" * 5000}
        assert name_of(client().post("/advise", content=b"{}", headers=endless)) == (413, "body-too-long")

    def test_a_body_without_a_length_is_refused_and_one_in_parts_is_read(self, service: TestClient) -> None:
        without = service.build_request("POST", f"{AT}/advise", headers={"content-type": "application/json"})
        without.headers.pop("content-length", None)
        assert name_of(service.send(without)) == (411, "length-required")
        parts = (part.encode() for part in (json.dumps(CASE)[:40], json.dumps(CASE)[40:]))
        assert service.post("/advise", content=parts, headers={"content-type": "application/json"}).status_code == 200

    def test_headers_and_addresses_have_a_length_too(self, service: TestClient) -> None:
        assert name_of(service.get("/health", headers={"x-much": "x" * 1000})) == (431, "headers-too-long")
        assert name_of(service.get("/health?" + "x" * 300)) == (414, "address-too-long")


class TestDesk:
    def test_one_more_than_there_is_room_for_is_told_to_come_back_and_place_is_made_again(self) -> None:
        async def scene() -> list[object]:
            desk, gate = Desk(threads=1, at_work=2, seconds=20), threading.Event()
            found: list[object] = []

            async def ask() -> None:
                try:
                    found.append(await desk.decide(gate.wait, 20))
                except RefusedError as refused:
                    found.append((refused.status, refused.headers["Retry-After"]))

            async with anyio.create_task_group() as group:
                group.start_soon(ask)
                group.start_soon(ask)
                await anyio.lowlevel.checkpoint()
                await ask()
                gate.set()
            found.append(await desk.decide(gate.is_set))
            return found

        assert anyio.run(scene) == [(503, "1"), True, True, True]

    def test_what_takes_too_long_is_given_up_and_keeps_its_place_until_it_is_done(self) -> None:
        async def scene() -> tuple[list[int], bool]:
            desk, gate = Desk(threads=1, at_work=1, seconds=0.05), threading.Event()
            statuses = []
            for function in (gate.wait, gate.is_set):
                with pytest.raises(RefusedError) as refused:
                    await desk.decide(function)
                statuses.append(str(refused.value))
            gate.set()
            while True:
                try:
                    return [len(statuses), *("busy" in s or "at work" in s for s in statuses)], await desk.decide(gate.is_set)
                except RefusedError:
                    await anyio.sleep(0.01)

        assert anyio.run(scene) == ([2, False, True], True)

    def test_a_service_that_is_full_says_so_and_health_still_answers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        gate, begun = threading.Event(), threading.Event()
        ask = ask_next

        def slow(*given: Any) -> Any:
            begun.set()
            gate.wait(20)
            return ask(*given)

        monkeypatch.setattr(answers, "ask_next", slow)
        service = client(Settings(limits=Limits(threads=1, at_work=1)))
        with service, ThreadPoolExecutor(1) as pool:
            first = pool.submit(service.post, "/ask", json=CASE)
            assert begun.wait(20)
            assert name_of(service.post("/advise", json=CASE)) == (503, "busy")
            assert service.get("/health").status_code == 200
            gate.set()
            assert first.result(20).status_code == 200


class TestRunning:
    """One process of its own for each; what they check cannot be seen from inside."""

    def test_slow_bodies_and_heads_hold_up_nobody_and_are_ended(self, tmp_path: Path) -> None:
        limits = {"body_seconds": 1.5, "header_seconds": 1.5, "connections": 40}
        with running(tmp_path, limits=limits) as service:
            assert "without authentication" in service.said
            head, _, body = request("/advise", CASE).partition(b"\r\n\r\n")
            bodies = [socket.create_connection(("127.0.0.1", service.port), timeout=20) for _ in range(12)]
            heads = [socket.create_connection(("127.0.0.1", service.port), timeout=20) for _ in range(12)]
            for line in bodies:
                line.sendall(head + b"\r\n\r\n" + body[:10])
            for line in heads[:6]:  # the others bring a whole request before they slow down
                line.sendall(request("/ask", CASE))
                assert b" 200 " in received(line)[:20]
            for line in heads:
                line.sendall(head[:20])
            assert b" 200 " in service.exchange(request("/advise", CASE, Connection="close"))[:20]
            answers_to_bodies = [received(line) for line in bodies]
            assert {b" 408 " in answer[:20] for answer in answers_to_bodies} == {True}
            assert {received(line) for line in heads} == {b""}
            for line in (*bodies, *heads):
                line.close()
            assert service.stop() == 0
        statuses = [line["status"] for line in log_lines((tmp_path / "log").read_text(encoding="utf-8")) if "status" in line]
        assert sorted(statuses) == [*[200] * 7, *[408] * 12]

    def test_what_is_no_http_is_refused_and_the_next_is_answered(self, tmp_path: Path) -> None:
        with running(tmp_path) as service:
            for text in (b"\x16\x03\x01\x02\x00\x01\x00", b"GARBAGE\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"):
                assert b" 400 " in service.exchange(text)[:20]
            far = b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 200_000
            assert service.exchange(far)[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 431", b"")
            long = request("/advise", {**CASE, "note": "x" * 400_000}, Connection="close")
            assert b" 413 " in service.exchange(long)[:20]
            assert service.exchange(request("/advise", {**CASE, "note": "x" * 9_000_000}))[9:12] in (b"413", b"")
            assert b" 200 " in service.exchange(request("/advise", CASE))[:20]

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_a_stop_lets_the_answers_at_work_go_out(self, tmp_path: Path, number: signal.Signals) -> None:
        with running(tmp_path) as service:
            lines = [socket.create_connection(("127.0.0.1", service.port), timeout=30) for _ in range(8)]
            for line in lines:
                line.sendall(request("/advise", CASE, Connection="close"))
            await_line(tmp_path / "log", '"answered"')
            service.process.send_signal(number)
            found = [received(line) for line in lines]
            for line in lines:
                line.close()
            assert service.process.wait(30) == 0
        complete = [answer for answer in found if b" 200 " in answer[:20] and answer.endswith(b"}")]
        assert len(complete) == len(found) == 8
        log_lines((tmp_path / "log").read_text(encoding="utf-8"))

    def test_a_port_that_is_taken_is_one_message(self, capsys: pytest.CaptureFixture[str]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
            try:
                with pytest.raises(UsageError, match="try another --port"):
                    run(Settings(port=taken.getsockname()[1]), print)
            finally:
                for number, handler in before.items():
                    signal.signal(number, handler)
        assert "Traceback" not in capsys.readouterr().err


class TestCommand:
    """``hechting serve`` where it does not come to listening: one message and exit code 2."""

    @pytest.mark.parametrize(
        ("options", "says"),
        [
            (["--host", "0.0.0.0"], "--open-without-authentication"),  # noqa: S104 - refused, that is the point
            (["--settings", "missing.yaml"], "missing.yaml:1:1: Y101"),
            (["--settings", "no-certificate.yaml"], "cannot be used for HTTPS"),
        ],
    )
    def test_what_cannot_be_is_one_message(self, tmp_path: Path, options: list[str], says: str) -> None:
        (tmp_path / "no-certificate.yaml").write_text("certificate: missing.pem\nkey: missing.key\n", encoding="utf-8")
        line = [sys.executable, "-m", "hechting_rules", "serve", *options]
        done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False, timeout=120)
        assert (done.returncode, done.stdout) == (2, "")
        assert says in done.stderr
        assert "Traceback" not in done.stderr

    def test_without_the_extra_it_says_which_one_to_install(self) -> None:
        program = "import sys; sys.modules['starlette'] = None; from hechting_rules.cli import run; sys.exit(run(['serve']))"
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8", check=False)
        assert done.stderr == "the service needs the extra 'serve': pip install 'hechting-rules[serve]'\n"
        assert done.returncode == 2


class TestGreeting:
    def test_it_says_where_and_who_may_call(self) -> None:
        assert greeting(Settings(), 8484).startswith("http://127.0.0.1:8484/\nopen without authentication, for trying out")
        everyone = greeting(Settings(host="::", open_without_authentication=True), 80)
        assert everyone.startswith("http://[::]:80/\nOPEN WITHOUT AUTHENTICATION")
        known = Settings(issuers=(Issuer("https://a.example", Path("keys")),), certificate=Path("c"), key=Path("k"))
        assert greeting(known, 1).startswith("https://127.0.0.1:1/\nclients need a token; known: 1")


class TestSettingsFile:
    def read(self, tmp_path: Path, text: str) -> Settings:
        path = tmp_path / "settings.yaml"
        path.write_text(text, encoding="utf-8")
        return read_settings(path)

    def test_every_setting_can_stand_in_a_file(self, tmp_path: Path) -> None:
        text = """
            host: 0.0.0.0
            port: 9000
            public_url: https://cds.example.org/hechting/
            rules: [mine]
            profile: nl
            engine: auto
            page: false
            issuers:
              - {iss: https://ehr.example.org, keys: keys.json, jku: https://ehr.example.org/jwks, may: [/cds-services]}
            origins: [https://ehr.example.org]
            hosts: [cds.example.org]
            certificate: c.pem
            key: k.pem
            feedback: feedback.sqlite
            language: en
            code_map: be
            hints: true
            source_url: https://example.org/guidance
            rule_url: https://example.org/rules/{rule}
            open_without_authentication: true
            limits: {body_bytes: 1000, body_seconds: 2.5}
        """
        issuer = Issuer("https://ehr.example.org", tmp_path / "keys.json", "https://ehr.example.org/jwks", ("/cds-services",))
        assert self.read(tmp_path, text) == Settings(
            host="0.0.0.0",  # noqa: S104 - a setting, and nothing listens
            port=9000,
            public_url="https://cds.example.org/hechting",
            rules=(tmp_path / "mine",),
            profile="nl",
            engine="auto",
            page=False,
            issuers=(issuer,),
            origins=("https://ehr.example.org",),
            hosts=("cds.example.org",),
            certificate=tmp_path / "c.pem",
            key=tmp_path / "k.pem",
            feedback=tmp_path / "feedback.sqlite",
            language="en",
            code_map="be",
            hints=True,
            source_url="https://example.org/guidance",
            rule_url="https://example.org/rules/{rule}",
            open_without_authentication=True,
            limits=Limits(body_bytes=1000, body_seconds=2.5),
        )
        assert self.read(tmp_path, "page: true") == Settings()

    def test_all_that_is_wrong_is_told_with_its_place(self, tmp_path: Path) -> None:
        lines = ("prot: 1", "public_url: example.org", "origins: [https://a.example/path]", "engine: fast")
        with pytest.raises(SettingsError) as wrong:
            self.read(tmp_path, "\n".join((*lines, "limits: {body_seconds: -1, threads: 0}")))
        told = str(wrong.value)
        assert [line.rpartition("settings.yaml:")[2].partition(" ")[0] for line in told.splitlines() if ".yaml:" in line] == [
            *("1:1:", "2:13:", "3:11:", "4:9:", "5:24:", "5:37:")
        ]
        assert "did you mean 'port'?" in told

    def test_an_address_or_port_that_cannot_be_is_told_with_its_place(self, tmp_path: Path) -> None:
        lines = (
            'public_url: "https://[x"',
            'origins: ["https://[::1"]',
            'source_url: "http://"',
            "port: 70000",
            "rule_url: rules/{rule}",
        )
        with pytest.raises(SettingsError) as wrong:
            self.read(tmp_path, "\n".join(lines))
        told = [line.rpartition("settings.yaml:")[2] for line in str(wrong.value).splitlines()]
        assert [line.split()[:2] for line in told] == [
            *(["1:13:", "W401"], ["2:11:", "W402"], ["3:13:", "W401"], ["4:7:", "W404"], ["5:11:", "W401"])
        ]
        ends = "rule_url: https://example.org/rules/?id={rule}#top/"
        assert self.read(tmp_path, ends).rule_url == "https://example.org/rules/?id={rule}#top/"

    def test_settings_that_contradict_each_other_are_refused(self, tmp_path: Path) -> None:
        for settings, says in (
            (Settings(issuers=(Issuer("https://a.example", Path("keys")),)), "public_url"),
            (Settings(certificate=Path("c.pem")), "go together"),
            (Settings(profile="nil"), "did you mean 'nl'"),
            (Settings(engine="fast"), "is no engine"),
            (Settings(feedback=tmp_path / "missing" / "feedback.sqlite"), "feedback cannot be kept there"),
        ):
            with pytest.raises(UsageError, match=says):
                client(settings)
