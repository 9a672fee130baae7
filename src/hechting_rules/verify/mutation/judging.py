"""Which mutants of the rules the guidance tests tell from the rules themselves.

A mutant is killed if the loader refuses it or some guidance test fails with it. One that no test kills is put to z3 over all
cases and all switches: where every result has the same planes in each of them, the mutant is proved equivalent; otherwise it
survives, with a case that shows it: the guidance test that is missing.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum

import attrs

from hechting_rules.advice import Outcome
from hechting_rules.engine.circuit import ZERO, Plane
from hechting_rules.errors import MissingExtraError
from hechting_rules.model import Rule, Rulebook
from hechting_rules.stated import Case, Test
from hechting_rules.terms import Origin
from hechting_rules.testing.guidance import run_test
from hechting_rules.verify.in_words import find_rule
from hechting_rules.verify.mutation.bench import Bench, bench_for, bits, failed_bits, require_passing, told
from hechting_rules.verify.mutation.mutants import LeanBook, Mutant, lean, mutants_of, mutated, refusal
from hechting_rules.verify.mutation.switches import Switched, case_and_switches, results_after, with_rule
from hechting_rules.verify.space import LIMIT, Facts, Found, differ, evaluate, outcomes, shrunk

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


def judge(book: Rulebook, rules: Collection[str] = (), limit: int = LIMIT) -> tuple[Judged, ...]:
    """What becomes of every mutant of these rules (without any, of all), in the order of the files.

    ``limit`` is what z3 may spend on one question. Raises `UsageError` for an unknown rule, or if a guidance test fails already.
    """
    wanted = {find_rule(book, rule).id for rule in rules}
    bench = bench_for(book, limit)
    require_passing(bench.block)
    chosen = [rule for rule in book.rules.values() if not wanted or rule.id in wanted]
    return tuple(judged for rule in chosen for judged in _of_rule(rule, bench))


def _of_rule(rule: Rule, bench: Bench) -> Iterator[Judged]:
    book = bench.base.book
    lean_book = lean(book, results_after(rule.result, bench.base))
    for mutant in mutants_of(rule, book):
        yield _judged(mutant, lean_book, bench)


def _judged(mutant: Mutant, lean_book: LeanBook, bench: Bench) -> Judged:
    refused = refusal(mutant, lean_book)
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


def _killers(mutant: Mutant, bench: Bench, *, same: bool) -> Iterator[str]:
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


def _over_all_cases(mutant: Mutant, planes: Mapping[str, Plane], bench: Bench) -> Judged:
    """Whether any case of all shows the mutant: by what is established, else by what is out, else by what is robust."""
    base, to = bench.base, bench.base.space.to
    for name in PLANES:
        questions = {code: differ(getattr(base.results[code], name), getattr(plane, name), to) for code, plane in planes.items()}
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


def _witness(facts: Facts, asked: Mapping[str, int], planes: Mapping[str, Plane], base: Switched) -> Witness:
    """What is left of a case that shows the mutant when all is taken out that the first result it shows does not need."""
    codes = [code for code, register in asked.items() if register != ZERO]
    shown = evaluate(base.space, [facts], [asked[code] for code in codes])
    code = next(code for code, held in zip(codes, shown, strict=True) if held)
    left = shrunk(facts, asked[code], base.space)
    kept, changed = (outcomes(base.space, plane, [left])[0] for plane in (base.results[code], planes[code]))
    return Witness(*case_and_switches(left), code, kept, changed)


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
