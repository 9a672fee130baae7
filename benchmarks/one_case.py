"""One case decided, by this library and by each engine; equal results before any time counts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from benchmarks import circuits, peers, timing
from benchmarks.neutral import DifferentError, Neutral, admitted, neutral
from benchmarks.timing import Contender
from hechting_rules import Case, Rulebook, advise, decide
from hechting_rules.engine.counters import counters_of

OURS, ENGINE, EXPLAINED = "decide", "decide, closed facts", "advise"


@attrs.frozen
class Result:
    """The median processor time of one way to decide a case in microseconds, or why there is none."""

    engine: str
    way: str
    microseconds: float | None
    why_not: str = ""


def race(book: Rulebook, cases: Sequence[Case], rounds: int, engines: Sequence[str] = tuple(peers.ENGINES)) -> list[Result]:
    """The times of this library and of every way of every engine on a rulebook, or why an engine has none.

    This library is timed twice: `decide` as a host calls it, from the case with its admission to three planes; and the counters
    under it alone, given closed facts and asked for the one plane, as its peers are. Raises `DifferentError` when an engine
    disagrees.
    """
    form = neutral(book)
    closed = [admitted(case, book, form).holds for case in cases]
    wanted = [decide(case, book).established for case in cases]
    contenders = {(OURS, "case to three planes"): Contender(lambda case: decide(case, book), tuple(cases))}
    missing = []
    given, run = counting(form, book)
    ways: dict[tuple[str, str], peers.Ready] = {(ENGINE, "one plane"): peers.Ready(given, run)}
    for module in engines:
        try:
            made = peers.prepare(module, form, book)
        except (ImportError, peers.CannotExpressError) as error:
            missing.append(Result(peers.ENGINES[module], "", None, reason(module, error)))
        else:
            ways.update({(peers.ENGINES[module], way): ready for way, ready in made.items()})
    for (engine, way), ready in ways.items():
        facts = tuple(ready.given(one) for one in closed)
        for one, case, right in zip(facts, cases, wanted, strict=True):
            check(form, ready.decide(one), right, f"{engine} ({way}), {case.id}")
        contenders[engine, way] = Contender(ready.decide, facts)
    times = timing.medians(contenders, rounds)
    found = [Result(engine, way, lap.processor * 1e6) for (engine, way), lap in times.items()]
    return sorted(found, key=lambda one: one.microseconds or 0) + missing


def explained(book: Rulebook, cases: Sequence[Case], rounds: int) -> Result:
    """The time of `advise`, with all reasons, questions and texts."""
    times = timing.medians({EXPLAINED: Contender(lambda case: advise(case, book), tuple(cases))}, rounds)
    return Result(EXPLAINED, "case to explained advice", times[EXPLAINED].processor * 1e6)


def reason(module: str, error: Exception) -> str:
    """Why an engine is not in a race."""
    if isinstance(error, ImportError):
        return f"not installed: pip install {peers.ENGINES[module]}"
    return f"cannot express: {error}"


def check(form: Neutral, names: Any, right: frozenset[str], what: str) -> None:
    """Refuse an engine that gives other results. Raises `DifferentError`."""
    found = form.codes(names)
    if found != right:
        raise DifferentError(f"{what}: {sorted(found ^ right)}")


def counting(form: Neutral, book: Rulebook) -> tuple[Callable[[frozenset[str]], Any], Callable[[Any], set[str]]]:
    """The evaluator of `decide` alone: from closed facts to the names of what is established."""
    program = circuits.one_plane(form, book)
    name_of: Mapping[int, list[str]] = _names(program.results.items())
    counters = counters_of(program, name_of)
    names_at = {counters.places[register]: names for register, names in name_of.items()}

    def given(closed: frozenset[str]) -> list[int]:
        return [counters.places[register] for register in circuits.told(program, closed) if register in counters.places]

    def run(told: list[int]) -> set[str]:
        return {name for place in counters.run(told) if place in names_at for name in names_at[place]}

    return given, run


def _names(results: Any) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = {}
    for name, plane in results:
        found.setdefault(plane.established, []).append(name)
    return found
