"""Every evaluator against the kernel, and the kernel against the oracle, over hundreds of thousands of generated cases:
``PYTHONPATH=tests:tests/conformance python tests/soak/conformance_soak.py``; ``--help`` tells how to do less.

Random rulebooks and the real one, each with some cases that contradict nothing and complete ones, and many that say anything at
random: those that contradict themselves must be refused by all. Ends with a message that names the case, and status 1, at the
first disagreement.
"""

import argparse
import importlib.metadata
import platform
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence

import attrs
from conforming import Disagreement, among_evaluators, with_the_oracle
from corpus import SAMPLES
from evaluators import EVALUATORS, KERNEL, Evaluator
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from hechting_rules.model import Rulebook
from hechting_rules.rulebook import default_rulebook
from hechting_rules.stated import Case, Stated
from hechting_rules.terms import NO_PERSON, Person, Status
from strategies import any_cases, cases, complete_cases, nearly_complete_cases, one_polarity_rulebooks, rulebooks

SLOW = {"durable-rules": 100, "z3": 100}
"""Of how many cases these evaluators get one: they take milliseconds for each."""

LIKELY = (Status.PRESENT, Status.PRESENT, Status.ABSENT, Status.UNKNOWN)

ORACLE = 50
"""Of how many cases the oracle gets one."""


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def version(library: str) -> str:
    """A library with its version, or that it is not there."""
    try:
        return f"{library} {importlib.metadata.version(library)}"
    except importlib.metadata.PackageNotFoundError:
        return f"no {library}"


class DisagreementFound(Exception):  # noqa: N818 - it is what was looked for
    """What the soak looks for."""


def at_random(book: Rulebook, count: int, chance: random.Random) -> list[Case]:
    """Cases that say anything: stages or none, a quantity now and then, and from none to twelve findings."""
    codes, quantities = sorted(book.findings), list(book.quantities.values())
    stages = {person: ["", "", NO_PERSON, *(s.code for s in book.stages.values() if s.of is person)] for person in Person}
    found = []
    for _ in range(count):
        said = chance.sample(codes, min(len(codes), chance.randrange(13)))
        quantity = chance.choice([*quantities, None, None, None])
        value = () if quantity is None else ((quantity.name, chance.randint(int(quantity.least), int(quantity.most)) / 1),)
        child, adult = (chance.choice(stages[person]) for person in (Person.CHILD, Person.ADULT))
        found.append(Case("", "", child, adult, value, tuple(Stated(code, chance.choice(LIKELY)) for code in said)))
    return found


def hold(found: Disagreement | None) -> None:
    if found is not None:
        raise DisagreementFound(str(found))


@attrs.define
class Soak:
    """Evaluators, a seed, and what was counted so far in one part of the soak."""

    evaluators: Sequence[Evaluator]
    number: int
    counted: Counter[str] = attrs.field(factory=Counter)

    def compare(self, several: Sequence[Case], book: Rulebook, *, exact: bool) -> None:
        """Hold all evaluators, and the oracle for some of the cases, to the kernel."""
        profile = book.profiles["default"]
        taken = sum(one is not None for one in KERNEL.evaluate(several, book, profile))
        self.counted["cases"] += len(several)
        self.counted["of them refused"] += len(several) - taken
        for every in sorted({SLOW.get(one.name, 1) for one in self.evaluators}):
            own, these = several[::every], [one for one in self.evaluators if SLOW.get(one.name, 1) == every]
            hold(next(among_evaluators(own, book, profile, these), None))
            for evaluator in these:
                self.counted[evaluator.name] += len(own)
        own = several[::ORACLE]
        hold(next(with_the_oracle(own, book, profile, exact=exact), None))
        self.counted["oracle"] += len(own)

    def often(self, times: int, one: Callable[[st.DataObject], None]) -> None:
        """Draw and compare so many times."""
        plain = settings(
            max_examples=times, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=[*HealthCheck]
        )

        @seed(self.number)
        @plain
        @given(st.data())
        def drawn(data: st.DataObject) -> None:
            one(data)

        drawn()

    def corpus(self) -> None:
        """Every case of every sample."""
        for make in SAMPLES:
            sample = make()
            self.compare(sample.cases, sample.book, exact=sample.exact)

    def random_books(self, books: int, each: int, *, exact: bool) -> None:
        """Random rulebooks, each with some cases; with ``exact`` such in which robust and out are exact, and known stages."""

        def one(data: st.DataObject) -> None:
            book = data.draw(one_polarity_rulebooks() if exact else rulebooks())
            kinds = [cases(book, stages_known=True)] if exact else [cases(book), any_cases(book), complete_cases(book)]
            drawn = [data.draw(kinds[place % len(kinds)]) for place in range(6)]
            more = [] if exact else at_random(book, each - len(drawn), random.Random(self.counted["rulebooks"]))  # noqa: S311
            self.compare([*drawn, *more], book, exact=exact)
            self.counted["rulebooks"] += 1

        self.often(books, one)

    def real_book(self, batches: int, each: int) -> None:
        """Batches of cases for the rulebook of this library."""
        book = default_rulebook()
        kinds = [cases(book, most=30), any_cases(book), cases(book), nearly_complete_cases(book)]

        def one(data: st.DataObject) -> None:
            drawn = [data.draw(kind) for kind in kinds]
            more = at_random(book, each - len(drawn), random.Random(self.counted["cases"]))  # noqa: S311
            self.compare([*drawn, *more], book, exact=False)

        self.often(batches, one)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--books", type=int, default=1000, help="how many random rulebooks")
    parser.add_argument("--each", type=int, default=200, help="how many cases for each")
    parser.add_argument("--batches", type=int, default=40, help="how many batches for the real rulebook")
    parser.add_argument("--row", type=int, default=500, help="how many cases in each batch")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    evaluators = [one for one in EVALUATORS if not one.why_not]
    for one in EVALUATORS:
        if one.why_not:
            say(f"without {one.name}: {one.why_not}")
    say(f"Python {platform.python_version()}, {', '.join(map(version, ('hypothesis', 'z3-solver', 'pyarrow', 'numpy')))}")
    say(f"rulebook {default_rulebook().head.version}, sha256 {default_rulebook().sha256[:12]}; seed {chosen.seed}")
    parts: dict[str, Callable[[Soak], None]] = {
        "corpus": Soak.corpus,
        "random rulebooks": lambda soak: soak.random_books(chosen.books, chosen.each, exact=False),
        "random rulebooks of one polarity": lambda soak: soak.random_books(chosen.books // 4, chosen.each, exact=True),
        "the real rulebook": lambda soak: soak.real_book(chosen.batches, chosen.row),
    }
    for name, run in parts.items():
        soak, began = Soak(evaluators, chosen.seed), time.process_time()
        try:
            run(soak)
        except DisagreementFound as found:
            say(f"{name}: {dict(soak.counted)}\n{found}")
            return 1
        told = ", ".join(f"{what} {count:,}" for what, count in soak.counted.items())
        say(f"{name}: {told}; no disagreement; {time.process_time() - began:.0f} s of processor time")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
