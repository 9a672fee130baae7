"""Consultations for a long time: ``PYTHONPATH=tests python tests/soak/consultation_soak.py``; ``--help`` tells how to do less.

First the size of the rulebook as production rules. Then histories of telling and taking back at random, on this rulebook and on
random ones: after every step all registers must be as the kernel has them, and each tenth difference that of the two cases. Then
consultations one after the other, with the memory of the process; then threads, each with its own consultations, and all with
one. Ends with a message and status 1 at the first difference, leftover fact or lost step.
"""

import argparse
import gc
import importlib
import importlib.metadata
import platform
import random
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path

import attrs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hechting_rules import Case, CaseError, Rulebook, advise, what_if
from hechting_rules.answered import answer, prepare
from hechting_rules.consultation import Consultation, Step
from hechting_rules.engine.clauses import productions, sizes
from hechting_rules.rulebook import default_rulebook
from hechting_rules.terms import Person, Status
from strategies import rulebooks

EACH = 50
"""How many steps one consultation takes before the next is opened."""
SLICES = 10
ROUNDS = 5


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def chances(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - histories to test with, the same each time


def told_now(consultation: Consultation) -> list[str]:
    """The names of all that is told and not taken back."""
    last = {told.name: told.value for told in consultation.log}
    return [name for name, value in last.items() if value]


def one_step(consultation: Consultation, book: Rulebook, chance: random.Random) -> Step:
    """Tell or take back one thing. Raises `CaseError` where that cannot be so beside the rest."""
    draw, told = chance.random(), told_now(consultation)
    if told and draw < 0.3:
        return consultation.withdraw(chance.choice(told))
    if draw < 0.38:
        person = chance.choice(list(Person))
        return consultation.tell(person, chance.choice([*(s.code for s in book.stages.values() if s.of is person), "none"]))
    if draw < 0.42:
        quantity = chance.choice(list(book.quantities.values()))
        return consultation.tell(quantity.name, chance.randint(int(quantity.least), int(quantity.most)))
    status = chance.choice((Status.PRESENT, Status.PRESENT, Status.ABSENT, Status.UNKNOWN))
    return consultation.tell(chance.choice(list(book.findings)), status)


@attrs.define
class Tally:
    """What happened so far."""

    steps: int = 0
    refused: int = 0
    changed: int = 0

    def history(self, book: Rulebook, engine: str, steps: int, chance: random.Random) -> None:
        """A consultation of so many steps, each compared with the kernel."""
        with Consultation(book, engine=engine) as consultation:
            for _ in range(steps):
                before = consultation.case()
                try:
                    step = one_step(consultation, book, chance)
                except CaseError:
                    self.refused += 1
                    step = None
                self.compare(step, before, consultation, book)
        check(not left_over(), "facts were left behind", consultation)

    def compare(self, step: Step | None, before: Case, consultation: Consultation, book: Rulebook) -> None:
        self.steps += 1
        case = consultation.case()
        expected = answer(case, book, book.profiles["default"])
        check(consultation._now.answered.values == expected.values, "another register than the kernel's", consultation)
        check(step is not None or case == before, "what was refused changed the case", consultation)
        if step is not None:
            self.changed += len(step.difference.changed)
            if self.steps % 10 == 0:
                check(step.difference == what_if(before, case, book), "another difference than what_if", consultation)


def check(fine: bool, wrong: str, consultation: Consultation) -> None:
    if not fine:
        sys.exit(f"{wrong}: {consultation.snapshot_text()}")


def memories() -> list[object]:
    """The working memories of durable-rules, or none where the kernel ran."""
    durable = sys.modules.get("hechting_rules.engine.durable")
    return [] if durable is None else durable._memories


def left_over() -> list[str]:
    """Facts in working memories that no live consultation has."""
    return [fact for memory in memories() if memory.owner is None for fact in memory.facts()]  # type: ignore[attr-defined]  # of a module that is not on every Python


def resident() -> float:
    """Megabytes of the process in memory."""
    pages = Path("/proc/self/statm")
    return int(pages.read_text(encoding="ascii").split()[1]) * 4096 / 1e6 if pages.exists() else float("nan")


def on_this_rulebook(engine: str, steps: int) -> None:
    tally, began, count = Tally(), time.perf_counter(), steps // EACH
    for seed in range(count):
        tally.history(default_rulebook(), engine, EACH, chances(seed))
        if (seed + 1) % max(1, count // SLICES) == 0:
            report("this rulebook", tally, began)


def on_random_rulebooks(engine: str, books: int) -> None:
    tally, began, count = Tally(), time.perf_counter(), 0

    @settings(max_examples=books, database=None, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(rulebooks(), st.integers(0, 10**6))
    def histories(book: Rulebook, seed: int) -> None:
        nonlocal count
        count += 1
        for place in range(4):
            tally.history(book, engine, EACH, chances(seed + place))

    histories()
    report(f"{count} random rulebooks", tally, began)


def report(where: str, tally: Tally, began: float) -> None:
    took = time.perf_counter() - began
    say(
        f"{where}: {tally.steps} steps, {tally.refused} of them refused, {tally.changed} results changed, no difference; "
        f"{took:.0f} s, {len(memories())} working memories, {resident():.0f} MB"
    )


def in_a_row(engine: str, count: int) -> None:
    """Consultations one after the other, in slices, with the memory after each; the last slice is traced."""
    book = default_rulebook()
    for part in range(SLICES + 1):
        traced = part == SLICES
        gc.collect()
        if traced:
            tracemalloc.start()
        began, before = time.perf_counter(), tracemalloc.get_traced_memory()[0]
        for seed in range(count // SLICES):
            some(book, engine, chances(seed + part * count))
        gc.collect()
        grown = f", {(tracemalloc.get_traced_memory()[0] - before) / 1e3:.0f} kB of Python objects more" if traced else ""
        took = time.perf_counter() - began
        say(f"in a row: {(part + 1) * count // SLICES} consultations, {took:.0f} s, {resident():.1f} MB{grown}")
        if left_over():
            sys.exit("facts were left behind")
    tracemalloc.stop()


def some(book: Rulebook, engine: str, chance: random.Random) -> None:
    """A short consultation, its last state compared with the kernel."""
    with Consultation(book, engine=engine) as consultation:
        for _ in range(6):
            try:
                one_step(consultation, book, chance)
            except CaseError:
                continue
        expected = answer(consultation.case(), book, book.profiles["default"])
        check(consultation._now.answered.values == expected.values, "another register than the kernel's", consultation)


def in_threads(engine: str, threads: int, count: int) -> None:
    """Threads with consultations of their own, in rounds with the memory after each, then all with one."""
    book, each = default_rulebook(), count // threads // ROUNDS
    for turn in range(ROUNDS):

        def own(number: int, turn: int = turn) -> None:
            for seed in range(each):
                some(book, engine, chances((turn * threads + number) * each + seed))

        began = time.perf_counter()
        run_all(threads, own)
        done, took = (turn + 1) * each * threads, time.perf_counter() - began
        kept = f"{len(memories())} working memories, {resident():.1f} MB"
        say(f"{threads} threads: {done} consultations of their own, {took:.0f} s, {kept}")
    with Consultation(book, engine=engine) as shared:

        def together(number: int) -> None:
            chance = chances(number)
            for _ in range(count // threads):
                shared.tell(chance.choice(list(book.findings)), Status.UNKNOWN)

        run_all(threads, together)
        check(len(shared.log) == count // threads * threads, "a step was lost", shared)
        check(shared.advice() == advise(shared.case(), book), "another advice than the kernel's", shared)
    say(f"{threads} threads: {len(shared.log)} steps in one consultation, none lost; {len(left_over())} facts left behind")


def run_all(threads: int, work: Callable[[int], None]) -> None:
    failed: list[BaseException] = []

    def guarded(number: int) -> None:
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001 - raised below, in the main thread
            failed.append(error)

    started = [threading.Thread(target=guarded, args=(number,)) for number in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    if failed:
        raise failed[0]


def about(engine: str) -> None:
    """Where this runs, and how large the rulebook is as production rules."""
    book = default_rulebook()
    with Consultation(book, engine=engine) as consultation:
        running = consultation.engine
    say(f"Python {platform.python_version()}, {platform.system()} {platform.machine()}; engine {running}")
    if running == "durable":
        where = str(importlib.import_module("durable_rules_engine").__file__)
        say(f"durable-rules {importlib.metadata.version('durable-rules')}{' under AddressSanitizer' if 'asan' in where else ''}")
    say(f"rulebook {book.head.version}, {book.sha256[:12]}: {len(book.rules)} rules, {len(book.findings)} findings")
    for place, size in enumerate(sizes(productions(prepare(book, "default"))), 1):
        told = ", ".join(f"{value} {name.replace('_', ' ')}" for name, value in attrs.asdict(size).items())
        say(f"  ruleset {place}: {told}")


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", default="durable")
    parser.add_argument("--steps", type=int, default=100_000, help="steps on this rulebook")
    parser.add_argument("--books", type=int, default=250, help="random rulebooks, 200 steps on each")
    parser.add_argument("--row", type=int, default=10_000, help="consultations one after the other")
    parser.add_argument("--threads", type=int, default=8)
    chosen = parser.parse_args(arguments)
    about(chosen.engine)
    if chosen.books:
        on_random_rulebooks(chosen.engine, chosen.books)
    on_this_rulebook(chosen.engine, chosen.steps)
    if chosen.row:
        in_a_row(chosen.engine, chosen.row)
        in_threads(chosen.engine, chosen.threads, chosen.row // 5)


if __name__ == "__main__":
    main(sys.argv[1:])
