"""How long the five explanations of one case take together, beside the bare decision: ``python benchmarks/explanations.py``.

For every example case and for the fullest case that can be made of them: why, why not, what if, counterfactual and ask next, each
as a host calls it, after one call to warm up. Medians of several rounds in one run, in milliseconds, and as multiples of the bare
decision (the case checked and the program run). Before any time counts, the answers are checked: each ``why`` set replays its
result, each repair of ``why_not`` establishes it, each counterfactual moves it.
"""

import argparse
import platform
import statistics
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import attrs

from hechting_rules import Case, CaseError, Rulebook, advise, ask_next, counterfactual, load_case, what_if, why, why_not
from hechting_rules.advice import Outcome, StatedFact
from hechting_rules.answered import Answered, answer
from hechting_rules.profiles import find_profile
from hechting_rules.rulebook import default_rulebook
from hechting_rules.stated import Stated
from hechting_rules.terms import Person, Status

FOUR = ("why", "why not", "what if", "counterfactual")
CASES = Path(__file__).parents[1] / "examples" / "cases"


def decided(case: Case, book: Rulebook) -> Answered:
    """The bare decision."""
    return answer(case, book, find_profile(book, None))


def with_facts(case: Case, facts: Iterable[StatedFact], without: Iterable[str] = ()) -> Case:
    """A case with some things said in place of what it says of them, and others left out."""
    state = list(facts)
    gone = {fact.name for fact in state} | set(without)
    case = attrs.evolve(
        case,
        findings=tuple(s for s in case.findings if s.code not in gone),
        quantities=tuple(q for q in case.quantities if q[0] not in gone),
        child_stage="" if "child" in gone else case.child_stage,
        adult_stage="" if "adult" in gone else case.adult_stage,
    )
    for fact in state:
        if fact.name in tuple(Person):
            case = attrs.evolve(case, **{f"{fact.name}_stage": fact.value})
        elif fact.value in tuple(Status):
            case = attrs.evolve(case, findings=(*case.findings, Stated(fact.name, Status(fact.value))))
        else:
            case = attrs.evolve(case, quantities=(*case.quantities, (fact.name, float(fact.value))))
    return case


def fullest(book: Rulebook) -> Case:
    """The case of a baby and a parent in which every finding is present that can be beside those before it."""
    case = Case.of(id="the fullest case", child="baby", adult="adult")
    for code in book.findings:
        more = attrs.evolve(case, findings=(*case.findings, Stated(code, Status.PRESENT)))
        try:
            decided(more, book)
        except CaseError:
            continue
        case = more
    return case


def outcome(case: Case, code: str, book: Rulebook) -> Outcome:
    """How one result stands in a case."""
    found = decided(case, book)
    return found.outcome(found.program.results[code])


def check(case: Case, established: str, missing: str, book: Rulebook) -> None:
    """The answers are right, or an `AssertionError` says which are not."""
    for facts in why(case, established, book):
        assert outcome(with_facts(Case(), facts), established, book) is Outcome.ESTABLISHED, established
    for reason in why_not(case, missing, book):
        if not reason.switch_on:
            repaired = with_facts(case, reason.state, [fact.name for fact in reason.withdraw])
            assert outcome(repaired, missing, book) is Outcome.ESTABLISHED, reason
    found = counterfactual(case, established, book)
    for facts in found.sets:
        assert outcome(with_facts(case, facts), established, book) is not Outcome.ESTABLISHED, facts


def timed(run: Callable[[], object], rounds: int) -> float:
    """The median time of a call in milliseconds."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        run()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def five(case: Case, established: str, missing: str, book: Rulebook) -> dict[str, Callable[[], object]]:
    """The five explanations of a case, as a host calls them."""
    other = attrs.evolve(case, findings=case.findings[:-1])
    return {
        "why": lambda: why(case, established, book),
        "why not": lambda: why_not(case, missing, book),
        "what if": lambda: what_if(case, other, book),
        "counterfactual": lambda: counterfactual(case, established, book),
        "ask next": lambda: ask_next(case, book),
    }


def main() -> None:
    """Check and time every example case and the fullest case."""
    parser = argparse.ArgumentParser(description="The five explanations, beside the bare decision.")
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    book = default_rulebook()
    print(f"Python {platform.python_version()}, {platform.machine()}; rulebook {book.head.version}; medians of {rounds}, in ms\n")
    head = f"{'case':38}{'facts':>6}{'decide':>8}" + "".join(f"{name:>15}" for name in FOUR)
    print(f"{head}{'ask next':>10}{'all five':>10}{'times':>8}{'advice':>8}")
    for case in (*(load_case(path) for path in sorted(CASES.glob("*.yaml"))), fullest(book)):
        found = decided(case, book)
        results = found.program.results.items()
        established = max(
            (code for code, plane in results if found.outcome(plane) is Outcome.ESTABLISHED and code in book.suggestions),
            key=lambda code: len(why(case, code, book)),
            default=next(iter(book.suggestions)),
        )
        short = (code for code, plane in results if found.outcome(plane) is not Outcome.ESTABLISHED)
        missing = max(short, key=lambda code: len(why_not(case, code, book)))
        check(case, established, missing, book)
        times = {name: timed(run, rounds) for name, run in five(case, established, missing, book).items()}
        bare, whole = timed(lambda case=case: decided(case, book), rounds), timed(lambda case=case: advise(case, book), rounds)
        row = f"{case.id[:37]:38}{len(found.admitted.facts):>6}{bare:>8.2f}"
        row += "".join(f"{times[name]:>15.2f}" for name in FOUR)
        total = sum(times.values())
        print(f"{row}{times['ask next']:>10.2f}{total:>10.2f}{total / bare:>8.0f}{whole:>8.2f}")


if __name__ == "__main__":
    main()
