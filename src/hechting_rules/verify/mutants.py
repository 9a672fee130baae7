"""Which mutants of the rules the guidance tests tell from the rules themselves.

A mutant is killed if the loader refuses it or some guidance test fails with it. One that no test kills is put to z3 over all
cases and all switches: where every result has the same planes in each of them, the mutant is proved equivalent; otherwise it
survives, with a case that shows it: the guidance test that is missing.
"""

import importlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from enum import StrEnum

import attrs

from hechting_rules.advice import Outcome
from hechting_rules.answered import decided
from hechting_rules.engine.circuit import ZERO, Circuit, Plane
from hechting_rules.errors import MissingExtraError, UsageError
from hechting_rules.model import Rule, Rulebook
from hechting_rules.source import did_you_mean
from hechting_rules.stated import Case, Test
from hechting_rules.terms import Origin
from hechting_rules.testing.guidance import run_test
from hechting_rules.verify.mutations import Leaner, Mutant, lean, mutants_of, mutated, refusal
from hechting_rules.verify.space import LIMIT, Answer, Facts, Found, Space, evaluate, shrunk
from hechting_rules.verify.switches import Switched, case_and_switches, results_after, with_rule, with_switches
from hechting_rules.verify.testblock import TestBlock, bits, block_of, failed_bits, require_passing, told

SOLVER = "hechting_rules.verify.smt"
PLANES = ("established", "out", "robust")
"""The planes by which a case can show a mutant, most telling first."""


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed by a guidance test"
    REFUSED = "refused by the loader"
    EQUIVALENT = "proved equivalent"
    SURVIVED = "survived"
    UNDECIDED = "not decided"


@attrs.frozen
class Witness:
    """A case that shows a mutant, with nothing in it that it does not need for that.

    ``code`` is a result whose outcome is ``kept`` with the rule and ``changed`` with the mutant. Where both are the same, only
    the robust flag differs, which no guidance test can say.
    """

    case: Case
    switch_on: tuple[str, ...]
    code: str
    kept: Outcome
    changed: Outcome


@attrs.frozen
class Judged:
    """A mutant and what became of it; ``by`` names the guidance test, the loader's message, or what the proof rests on."""

    mutant: Mutant
    fate: Fate
    by: str = ""
    witness: Witness | None = None


@attrs.frozen(eq=False)
class _Bench:
    """What mutants are judged with."""

    base: Switched
    block: TestBlock
    ask: Callable[[int], Answer] | None


def judge(book: Rulebook, rules: Collection[str] = (), limit: int = LIMIT) -> tuple[Judged, ...]:
    """What becomes of every mutant of these rules (without any, of all), in the order of the files.

    ``limit`` is what z3 may spend on one question. Raises `UsageError` for an unknown rule, or if a guidance test fails already.
    """
    unknown = [rule for rule in rules if rule not in book.rules]
    if unknown:
        near = did_you_mean(unknown[0], book.rules)
        raise UsageError(f"there is no rule '{unknown[0]}'" + (f"; {near}" if near else ""))
    base = with_switches(book)
    bench = _Bench(base, block_of(base), asking(base.space, limit))
    require_passing(bench.block)
    chosen = [rule for rule in book.rules.values() if not rules or rule.id in rules]
    return tuple(judged for rule in chosen for judged in _of_rule(rule, bench))


def _of_rule(rule: Rule, bench: _Bench) -> Iterator[Judged]:
    book = bench.base.book
    leaner = lean(book, results_after(rule.result, bench.base))
    for mutant in mutants_of(rule, book):
        yield _judged(mutant, leaner, bench)


def asking(space: Space, limit: int = LIMIT) -> Callable[[int], Answer] | None:
    """How to ask z3 whether some case of a space makes a register true; nothing where it is not installed."""
    try:
        module = importlib.import_module(SOLVER)
    except MissingExtraError:
        return None
    ask: Callable[[int], Answer] = module.asking(space, limit)
    return ask


def _judged(mutant: Mutant, leaner: Leaner, bench: _Bench) -> Judged:
    refused = refusal(mutant, leaner)
    if refused:
        return Judged(mutant, Fate.REFUSED, refused)
    planes = with_rule(mutant.rule, bench.base)
    failing = failed_bits(bench.block, planes)
    if failing:
        return Judged(mutant, Fate.KILLED, _name(bench.block.tests[next(iter(bits(failing)))]))
    verdict = _over_all_cases(mutant, planes, bench)
    same = verdict.fate is Fate.EQUIVALENT
    killer = next(_killers(mutant, bench, same=same), None)
    return verdict if killer is None else Judged(mutant, Fate.KILLED, killer)


def _name(test: Test) -> str:
    return f"{test.span}: {test.name}"


def _killers(mutant: Mutant, bench: _Bench, *, same: bool) -> Iterator[str]:
    """The tests that fail by what they expect of the advice itself, the slow way: the whole rulebook with the mutant in it.

    What is asked follows from the planes, so where these are the ``same`` in all cases it needs no looking at. What a suggestion
    comes after is looked at if its listing can change: its own, or that of a safety flag.
    """
    after = results_after(mutant.rule.result, bench.base)
    raised = bench.base.book.suggestions
    flags = any(code in raised and raised[code].origin is Origin.SAFETY for code in after)
    wanted = [test for test in bench.block.tests if told(test)]
    if not wanted:
        return
    book = mutated(bench.base.book, mutant)
    for test in wanted:
        gated = {code for code, *_ in (*test.expected.screen_first, *test.expected.withheld)}
        if ((test.expected.ask and not same) or gated & after or (gated and flags)) and run_test(book, test):
            yield _name(test)


def _over_all_cases(mutant: Mutant, planes: Mapping[str, Plane], bench: _Bench) -> Judged:
    """Whether any case of all shows the mutant: by what is established, else by what is out, else by what is robust."""
    base, to = bench.base, bench.base.space.to
    for name in PLANES:
        questions = {code: _differ(getattr(base.results[code], name), getattr(plane, name), to) for code, plane in planes.items()}
        asked = {code: to.without(register, base.side.refused) for code, register in questions.items()}
        one = to.any(asked.values())
        if one == ZERO:
            continue
        answer = bench.ask(one) if bench.ask else None
        if answer is None:
            return Judged(mutant, Fate.UNDECIDED, str(MissingExtraError("verify", "a proof over all cases")))
        if answer.found is Found.UNDECIDED:
            return Judged(mutant, Fate.UNDECIDED, "z3 gave up at its limit")
        if answer.found is Found.CASE:
            return Judged(mutant, Fate.SURVIVED, "", _witness(answer.facts, asked, planes, base))
    return Judged(mutant, Fate.EQUIVALENT, "all cases" if planes else "the same steps")


def _differ(one: int, other: int, to: Circuit) -> int:
    return to.either(to.without(one, other), to.without(other, one))


def _witness(facts: Facts, asked: Mapping[str, int], planes: Mapping[str, Plane], base: Switched) -> Witness:
    """What is left of a case that shows the mutant when all is taken out that the first result it shows does not need."""
    codes = [code for code, register in asked.items() if register != ZERO]
    shown = evaluate(base.space, [facts], [asked[code] for code in codes])
    code = next(code for code, held in zip(codes, shown, strict=True) if held)
    left = shrunk(facts, asked[code], base.space)
    case, switches = case_and_switches(left)
    return Witness(case, switches, code, outcome(base.results[code], left, base), outcome(planes[code], left, base))


def outcome(plane: Plane, facts: Facts, base: Switched) -> Outcome:
    """The outcome that a plane has in one case."""
    return decided(*evaluate(base.space, [facts], [plane.established, plane.out]))


def by_file(judged: Sequence[Judged]) -> Mapping[str, Mapping[Fate, int]]:
    """How many mutants of the rules of each file met each fate."""
    counted: dict[str, dict[Fate, int]] = {}
    for one in judged:
        counts = counted.setdefault(one.mutant.rule.span.path, dict.fromkeys(Fate, 0))
        counts[one.fate] += 1
    return counted


def alive(judged: Sequence[Judged]) -> tuple[Judged, ...]:
    """The mutants that nothing kills and nothing proves equivalent."""
    return tuple(one for one in judged if one.fate in {Fate.SURVIVED, Fate.UNDECIDED})
