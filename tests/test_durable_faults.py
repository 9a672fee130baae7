"""How durable-rules 2.0.28 breaks: each fault that `engine.durable` stays away from, shown in a process of its own.

A test here that fails says that a fault is gone or other than thought, and that the limits may be looked at again.
"""

import importlib
import importlib.util
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

HAD = sys.version_info < (3, 13) and importlib.util.find_spec("durable_rules_engine") is not None
needs_durable = pytest.mark.skipif(not HAD, reason="durable-rules is not installed (it exists for Python 3.11 and 3.12 only)")
NEVER = 4
"""Seconds after which a call that should take milliseconds is taken to never return; others get longer, on a busy machine."""
LONG = 60

QUIET = """
import json, sys, threading
import durable_rules_engine as rete
from durable import engine

class Quiet(engine.Host):
    def _run(self):
        pass

def rules(*bodies, run=None):
    fired = []
    def record(c):
        fired.append(c)
    return fired, Quiet({"r": {f"r{i}": {"all": body, "run": run or record} for i, body in enumerate(bodies)}})

def asks(*names):
    return [{f"m_{place}": {name: 1}} for place, name in enumerate(names)]
"""


def seen(code: str, *arguments: object, within: float = LONG, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a program on durable-rules does in a fresh process, without warnings."""
    line = [sys.executable, "-W", "ignore", "-c", QUIET + code, *map(str, arguments)]
    env = {**os.environ, **environment}
    return subprocess.run(line, capture_output=True, text=True, encoding="utf-8", check=False, timeout=within, env=env)


def printed(code: str, *arguments: object) -> list[str]:
    done = seen(code, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:-1]


@needs_durable
def test_what_an_action_raises_is_swallowed() -> None:
    code = """
def broken(c):
    raise ValueError("lost")
fired, host = rules(asks("a"), run=broken)
state = host.assert_fact("r", {"a": 1})
print("lost" in state["exception"])
"""
    assert printed(code) == ["True"]


@needs_durable
def test_an_action_that_took_ten_seconds_keeps_the_rules_after_it_from_firing() -> None:
    code = """
clock = [0.0]
engine._unix_now = lambda: clock[0]
def slow(c):
    fired.append(c)
    clock[0] += 11
fired, host = rules(*[asks("a")] * 5, run=slow)
fired = []
host.assert_fact("r", {"a": 1})
print(len(fired))
"""
    assert printed(code) == ["1"]


@needs_durable
@pytest.mark.parametrize("facts", ["xab", "axb", "abx"])
def test_a_batch_with_a_fact_that_no_rule_knows_fires_nothing(facts: str) -> None:
    code = """
fired, host = rules(asks("a", "b"))
try:
    host.assert_facts("r", [{name: 1} for name in sys.argv[1]])
except engine.MessageNotHandledException:
    print("not handled", len(fired))
for name in "ab":
    host.retract_fact("r", {name: 1})
for name in "ab":
    host.assert_fact("r", {name: 1})
print("one by one", len(fired))
"""
    assert printed(code, facts) == ["not handled 0", "one by one 1"]


@needs_durable
def test_a_host_starts_two_threads() -> None:
    code = """
before = threading.active_count()
engine.Host()
print(threading.active_count() - before)
rules(asks("a"))
print(threading.active_count() - before)
"""
    assert printed(code) == ["2", "2"]


@needs_durable
def test_511_comparisons_work_512_fail_and_one_more_never_registers() -> None:
    code = """
fired, host = rules(*[asks(f"f{i}") for i in range(int(sys.argv[1]))])
try:
    host.assert_fact("r", {"f1": 1})
    print("fired", len(fired))
except rete.error as error:
    print(error)
"""
    assert printed(code, 511) == ["fired 1"]
    assert printed(code, 512) == ["Could not assert fact, error code: 303"]
    with pytest.raises(subprocess.TimeoutExpired):
        seen(code, 513, within=NEVER)


@needs_durable
def test_of_more_than_64_conditions_that_one_fact_meets_none_fires() -> None:
    code = """
fired, host = rules(*[[{"m_0": {"$lt": {"a": i + 1}}}] for i in range(int(sys.argv[1]))])
try:
    host.assert_fact("r", {"a": 0})
except rete.error as error:
    print(error)
print(len(fired))
"""
    assert printed(code, 64) == ["64"]
    assert printed(code, 65) == ["Could not assert fact, error code: 303", "0"]


@needs_durable
def test_a_rule_with_17_conditions_cannot_fire() -> None:
    code = """
count = int(sys.argv[1])
fired, host = rules(asks(*(f"f{i}" for i in range(count))))
for i in range(count):
    try:
        host.assert_fact("r", {f"f{i}": 1})
    except rete.error as error:
        print(error)
print(len(fired))
"""
    assert printed(code, 16) == ["1"]
    assert printed(code, 17) == ["Could not assert fact, error code: 304", "0"]


@needs_durable
@pytest.mark.skipif(sys.platform != "linux", reason="that memory is not zero to begin with is asked of the GNU C library")
def test_deleting_a_session_in_which_no_rule_ever_fired_frees_what_was_never_set() -> None:
    code = """
fired, host = rules(asks("a", "b"))
for name in sys.argv[1]:
    host.assert_fact("r", {name: 1})
for name in sys.argv[1]:
    host.retract_fact("r", {name: 1})
host.delete_state("r", "0")
print("deleted", len(fired))
"""
    assert seen(code, "a", MALLOC_PERTURB_="165").returncode < 0
    assert seen(code, "ab", MALLOC_PERTURB_="165").stdout == "deleted 1\n"


@needs_durable
def test_there_are_at_most_1024_sessions() -> None:
    code = """
fired, host = rules(asks("a"))
try:
    for i in range(1100):
        host.assert_fact("r", {"sid": f"s{i}", "a": 1})
except MemoryError:
    print(len(fired))
"""
    assert printed(code) == ["1024"]


@needs_durable
def test_two_facts_whose_ids_have_the_same_32_bits_are_taken_for_one() -> None:
    code = """
fired, host = rules(asks("a"))
for name in ("i116048", "i1308084"):
    try:
        host.assert_fact("r", {"id": name, "a": 1})
    except engine.MessageObservedException:
        print("observed", len(fired))
"""
    assert printed(code) == ["observed 1"]


@needs_durable
def test_eight_threads_without_a_lock_lose_firings_or_crash() -> None:
    code = """
import logging
logging.disable()
sys.setswitchinterval(1e-6)
fired, host = rules(asks("a", "b"))
def work(number):
    for i in range(300):
        facts = [{"id": f"{name}{number}.{i}", name: 1} for name in "ab"]
        for fact in facts:
            host.assert_fact("r", fact)
        for fact in facts:
            host.retract_fact("r", fact)
threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(fired))
"""
    done = seen(code)
    assert done.returncode < 0 or int(done.stdout) < 8 * 300


@needs_durable
@pytest.mark.skipif(sys.version_info < (3, 12), reason="Python warns of it since 3.12")
def test_each_firing_warns_of_deprecation() -> None:
    code = """
import warnings
fired, host = rules(asks("a"))
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    host.assert_fact("r", {"a": 1})
print({one.category.__name__ for one in caught})
"""
    assert printed(code) == ["{'DeprecationWarning'}"]


HEADER = Path(sysconfig.get_paths()["include"]) / "ceval.h"


@pytest.mark.skipif(not HEADER.exists(), reason="the headers of Python are not installed")
def test_the_engine_calls_what_python_has_no_longer_since_3_13() -> None:
    """So there its source compiles at best to a module that cannot be imported."""
    there = "PyEval_CallObject(" in HEADER.read_text(encoding="utf-8")
    assert there is (sys.version_info < (3, 13))
    if HAD:
        built = importlib.import_module("durable_rules_engine").__file__
        assert b"PyEval_CallObject" in Path(str(built)).read_bytes()
