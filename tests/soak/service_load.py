"""The service under sustained load: ``PYTHONPATH=tests python tests/soak/service_load.py``; ``--help`` tells how to do less.

One service in a process of its own, callers in this one. First how long an answer of each kind takes with one caller; then all
kinds mixed from several callers at once, and again beside connections that bring their bodies in slowly or far too long; then
more callers than there is room for; last a stop in the midst of it. Every answer of advice, questions and reasons is compared
with that of the library. On a busy machine the processor time for each answer says more than how long it took.
Ends with a message and status 1 at the first answer that is lost or another one.
"""

import argparse
import contextlib
import http.client
import itertools
import json
import os
import platform
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs

from hechting_rules import advise, ask_next, explained, load_case
from hechting_rules.case import case_to_mapping
from hechting_rules.render.explained_json import questions_to_mapping, result_to_mapping
from hechting_rules.render.json import to_mapping
from hechting_rules.terms import Language
from serving import Running, request, running

ROOT = Path(__file__).parents[2]
CASES = sorted((ROOT / "examples" / "cases").glob("*.yaml"))
CODE = "attention.parent_risk"


@attrs.frozen
class Job:
    """One request, and the answer that the library gives to it (nothing: any answer that is fine)."""

    path: str
    body: bytes
    answer: Any


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def as_sent(value: Any) -> Any:
    """Plain data as it comes back from JSON."""
    return json.loads(json.dumps(value))


def jobs() -> dict[str, list[Job]]:
    """What is asked, by address; advice and reasons for each example."""
    found: dict[str, list[Job]] = {"/advise": [], "/ask": [], "/explain": [], "/consultation": [], "/drawing": []}
    for path in CASES:
        case = load_case(path)
        sent = case_to_mapping(case)
        body = json.dumps(sent).encode()
        advice = as_sent(to_mapping(advise(case), Language.NL))
        step = json.dumps({"case": sent, "do": [{"tell": ["parent.parenting_difficulties", "present"]}]}).encode()
        found["/advise"].append(Job("/advise", body, advice | {"warnings": []}))
        found["/ask"].append(Job("/ask", body, as_sent(questions_to_mapping(ask_next(case), Language.NL))))
        reasons = as_sent(result_to_mapping(explained(case, CODE), Language.NL))
        found["/explain"].append(Job(f"/explain?code={CODE}", body, reasons | {"warnings": []}))
        found["/consultation"].append(Job("/consultation", step, None))
        found["/drawing"].append(Job("/drawing", body, None))
    return found


class Caller:
    """Calls one request after another on one connection, and keeps how long each took."""

    def __init__(self, port: int) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.times: dict[str, list[float]] = {}
        self.statuses: Counter[int] = Counter()
        self.wrong: list[str] = []

    def call(self, job: Job) -> int:
        began = time.perf_counter()
        self.line.request("POST", job.path, job.body, {"Host": "localhost", "Content-Type": "application/json"})
        answer = self.line.getresponse()
        text = answer.read()
        self.times.setdefault(job.path.partition("?")[0], []).append(time.perf_counter() - began)
        self.statuses[answer.status] += 1
        if answer.status == 200 and job.answer is not None:
            found = json.loads(text)
            if {**found, **({"warnings": []} if "warnings" in found else {})} != job.answer:
                self.wrong.append(job.path)
        return answer.status

    def all(self, todo: Iterator[Job], end: float) -> None:
        """Call until the time is over."""
        try:
            while time.monotonic() < end:
                self.call(next(todo))
        except (OSError, http.client.HTTPException) as error:
            self.wrong.append(f"lost: {error}")
        self.line.close()


def quantiles(times: Sequence[float]) -> str:
    """Median, 99th percentile and most, in milliseconds."""
    cuts = statistics.quantiles(times, n=100)
    return f"p50 {cuts[49] * 1000:6.1f}  p99 {cuts[98] * 1000:6.1f}  most {max(times) * 1000:6.1f} ms"


def load(port: int, callers: int, seconds: float, everything: list[Job]) -> list[Caller]:
    """Several callers at once, each going round from another place."""
    found = [Caller(port) for _ in range(callers)]
    end = time.monotonic() + seconds
    threads = []
    for number, caller in enumerate(found):
        start = number * len(everything) // callers
        todo = itertools.cycle([*everything[start:], *everything[:start]])
        threads.append(threading.Thread(target=caller.all, args=(todo, end)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def processor(service: Running) -> float:
    """The processor time that the service has used, in seconds (Linux)."""
    fields = Path(f"/proc/{service.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def round_of(service: Running, callers: int, seconds: float, everything: list[Job]) -> None:
    """A load, and what came of it; ends here where an answer was lost or another one."""
    used = processor(service)
    found = load(service.port, callers, seconds, everything)
    used = processor(service) - used
    times = [t for caller in found for each in caller.times.values() for t in each]
    statuses = sum((caller.statuses for caller in found), Counter[int]())
    say(f"  {len(times)} answers, {len(times) / seconds:.0f} a second, {quantiles(times)}")
    say(f"  processor {used / statuses[200] * 1000:.0f} ms an answer; statuses {dict(sorted(statuses.items()))}")
    wrong = [one for caller in found for one in caller.wrong]
    if wrong:
        sys.exit(f"lost or another answer: {wrong[:5]}")


@contextlib.contextmanager
def pests(port: int, number: int) -> Iterator[None]:
    """Connections that bring a body in a byte at a time, and others with bodies far too long, for as long as this lasts."""
    over = threading.Event()
    slow, huge = request("/advise", {"child": "baby"}), request("/advise", {"note": "x" * 3_000_000})

    def drip() -> None:
        while not over.is_set():
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as line:
                line.sendall(slow[:-12])
                for place in range(12):
                    if over.wait(0.5):
                        return
                    line.sendall(slow[-12 + place :][:1])

    def flood() -> None:
        while not over.is_set():
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as line:
                line.sendall(huge)
            over.wait(0.2)

    threads = [threading.Thread(target=flood if n % 4 == 0 else drip) for n in range(number)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def stopped(service: Running, everything: list[Job], callers: int) -> None:
    """A stop while all are being answered: whoever got its request over gets its whole answer."""
    got, began = [], threading.Barrier(callers + 1)

    def one(job: Job) -> None:
        caller = Caller(service.port)
        caller.line.connect()
        began.wait()
        try:
            got.append(caller.call(job))
        except (OSError, http.client.HTTPException) as error:
            got.append(-1)
            say(f"  {error}")
        caller.line.close()

    threads = [threading.Thread(target=one, args=(job,)) for job in everything[:callers]]
    for thread in threads:
        thread.start()
    began.wait()
    time.sleep(0.1)
    code = service.stop()
    for thread in threads:
        thread.join()
    say(f"  stopped with {callers} at work: {dict(Counter(got))}, exit code {code}")
    if set(got) != {200} or code:
        sys.exit("an answer at work was lost")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=120, help="how long each load lasts")
    parser.add_argument("--callers", type=int, default=8, help="how many call at once")
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 2, 4], help="threads that decide, one run for each")
    given = parser.parse_args()
    say(f"Python {platform.python_version()}, {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} before")
    by_path = jobs()
    everything = [job for of_case in zip(*by_path.values(), strict=True) for job in of_case]
    for threads in given.threads:
        with tempfile.TemporaryDirectory() as name:
            limits = {"threads": threads, "body_seconds": 5.0}
            with running(Path(name), limits=limits) as service:
                say(f"{threads} deciding threads; one caller, each kind by itself:")
                for path, own in by_path.items():
                    caller = Caller(service.port)
                    for job in own:
                        caller.call(job)
                    caller.line.close()
                    say(f"  {path:14} {quantiles(caller.times[path])}")
                say(f"{given.callers} callers, all kinds, {given.seconds:g} seconds:")
                round_of(service, given.callers, given.seconds, everything)
                say("the same beside 24 connections with slow bodies and bodies that are far too long:")
                with pests(service.port, 24):
                    round_of(service, given.callers, given.seconds, everything)
                say("more callers (80) than there is room for (64), 10 seconds; 503 says so at once:")
                round_of(service, 80, 10, everything)
                stopped(service, everything, 16)
    say(f"load average {os.getloadavg()[0]:.1f} after")


if __name__ == "__main__":
    main()
