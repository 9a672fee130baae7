"""Masking MC/DC: for each single condition of each rule, guidance tests that show it deciding the rule's own condition.

A condition decides that the rule holds where the rule is established and would not be if that condition alone were open; it
decides that the rule fails where the rule is ruled out and would not be if that condition alone were open. In a case in which all
is known that is masking MC/DC. An ``unless`` counts as a condition: it decides that the rule fails where it alone takes it back,
and that it holds where it is ruled out. What no guidance test shows is asked of z3 over all cases: it is proved infeasible, or
missing, with a case.
"""

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum

import attrs

from hechting_rules.advice import Outcome
from hechting_rules.engine.circuit import ZERO
from hechting_rules.errors import MissingExtraError
from hechting_rules.model import Rule, Rulebook
from hechting_rules.source import Span
from hechting_rules.stated import Case
from hechting_rules.verify.edits import phrase
from hechting_rules.verify.mutants import asking, outcome
from hechting_rules.verify.space import LIMIT, Answer, Found, shrunk
from hechting_rules.verify.switches import Switched, case_and_switches, condition_plane, leaf_paths, with_switches
from hechting_rules.verify.testblock import TestBlock, bits, block_of, value


class Seen(StrEnum):
    """Whether a condition is shown to decide its rule one way."""

    SHOWN = "shown by a guidance test"
    INFEASIBLE = "proved infeasible"
    MISSING = "missing"
    UNDECIDED = "not decided"


@attrs.frozen
class Gap:
    """A case in which a condition decides its rule, as in no guidance test; ``outcome`` is that of the rule's result in it."""

    case: Case
    switch_on: tuple[str, ...]
    code: str
    outcome: Outcome


@attrs.frozen
class Half:
    """One way in which a condition can decide its rule; ``by`` names the guidance test, or what a verdict rests on."""

    seen: Seen
    by: str = ""
    gap: Gap | None = None


@attrs.frozen
class Independence:
    """A single condition of a rule, and whether it is shown to decide that the rule holds, and that it fails."""

    rule: str
    words: str
    span: Span
    holds: Half
    fails: Half


@attrs.frozen(eq=False)
class _Bench:
    base: Switched
    block: TestBlock
    ask: Callable[[int], Answer] | None


def independence(book: Rulebook, limit: int = LIMIT) -> tuple[Independence, ...]:
    """Every single condition of every rule, in the order of the files; ``limit`` is what z3 may spend on one question."""
    base = with_switches(book)
    bench = _Bench(base, block_of(base), asking(base.space, limit))
    return tuple(found for rule in book.rules.values() for found in _of_rule(rule, bench))


def _of_rule(rule: Rule, bench: _Bench) -> Iterator[Independence]:
    base, to = bench.base, bench.base.space.to
    gate, body = base.gates[rule.id], base.bodies[rule.id]
    for path, leaf in leaf_paths(rule.when):
        opened = condition_plane(rule.when, base, base.results, path)
        holds = to.both(gate, to.without(body.established, opened.established))
        fails = to.both(gate, to.without(body.out, opened.out))
        yield Independence(rule.id, phrase(leaf), leaf.span, _half(holds, rule, bench), _half(fails, rule, bench))
    for code in rule.unless:
        others = to.any(base.results[other].established for other in rule.unless if other != code)
        ready = to.both(gate, to.without(body.established, others))
        holds = to.both(ready, base.results[code].out)
        fails = to.both(ready, base.results[code].established)
        yield Independence(rule.id, f"unless {code}", rule.span, _half(holds, rule, bench), _half(fails, rule, bench))


def _half(register: int, rule: Rule, bench: _Bench) -> Half:
    """The first test in which a register is true, else what z3 says of all cases."""
    base = bench.base
    asked = base.space.to.without(register, base.side.refused)
    first = next(iter(bits(value(asked, bench.block))), None)
    if first is not None:
        test = bench.block.tests[first]
        return Half(Seen.SHOWN, f"{test.span}: {test.name}")
    if asked == ZERO:
        return Half(Seen.INFEASIBLE, "the same steps")
    if bench.ask is None:
        return Half(Seen.UNDECIDED, str(MissingExtraError("verify", "a proof over all cases")))
    answer = bench.ask(asked)
    if answer.found is not Found.CASE:
        proved = answer.found is Found.NONE
        return Half(Seen.INFEASIBLE, "all cases") if proved else Half(Seen.UNDECIDED, "z3 gave up at its limit")
    left = shrunk(answer.facts, asked, base.space)
    case, switches = case_and_switches(left)
    return Half(Seen.MISSING, "", Gap(case, switches, rule.result, outcome(base.results[rule.result], left, base)))


def halves(found: Sequence[Independence]) -> Iterator[tuple[Independence, str, Half]]:
    """Each condition with each way in which it can decide its rule, in words."""
    for one in found:
        yield one, "holds", one.holds
        yield one, "fails", one.fails
