"""What tests of comparisons share: rulebooks to compare, and what a case shows when both of them answer it."""

import functools
import itertools
from collections.abc import Iterator
from typing import Any

import attrs

import oracle
from hechting_rules.condition import AllOf, Condition, Is
from hechting_rules.errors import CaseError
from hechting_rules.model import Finding, Rulebook
from hechting_rules.rulebook import default_rulebook
from hechting_rules.stated import Case
from hechting_rules.verify.comparison.compare import Comparison, Shift, compare
from rebuilt import answered
from strategies import HERE, finding, rule, rulebook

PLANES = ("established", "robust", "out")
SHIFTS = dict(zip(itertools.product(PLANES, (True, False)), list(Shift)[:6], strict=True))


def shown(case: Case, code: str, old: Rulebook, new: Rulebook) -> set[Shift]:
    """The shifts of a result that a case shows when both rulebooks answer it."""
    before, after = answered(case, old), answered(case, new)
    found = set()
    for name in PLANES:
        one, other = (bool(a.values[getattr(a.program.results[code], name)]) for a in (before, after))
        found |= {SHIFTS[name, other]} if one is not other else set()
    return found


def check_witnesses(comparison: Comparison, old: Rulebook, new: Rulebook) -> None:
    """Each witness, answered by both rulebooks, shows the first shift, and with any one thing less does not."""
    for result in comparison.results:
        witness, shifts = result.settled.witness, result.settled.shifts
        assert (witness is None) is (not shifts) is (result.old is None) is (result.new is None)
        if witness is not None and result.old and result.new:
            assert shifts[0] in shown(witness, result.code, old, new)
            for book, what in ((old, result.old), (new, result.new)):
                found = answered(witness, book)
                plane = found.program.results[result.code]
                assert (what.standing.outcome, what.standing.robust) == (found.outcome(plane), found.robust(plane))
            for less in smaller(witness):
                assert shifts[0] not in shown_if_usable(less, result.code, old, new)
            if shifts[0] in {Shift.ESTABLISHED, Shift.NOT_ESTABLISHED}:
                held = [result.code in oracle.established(witness, b, b.profiles["default"]).results for b in (old, new)]
                assert held == [shifts[0] is Shift.NOT_ESTABLISHED, shifts[0] is Shift.ESTABLISHED]


def smaller(case: Case) -> Iterator[Case]:
    """The case with one thing less, in each way."""
    if case.child_stage:
        yield attrs.evolve(case, child_stage="")
    if case.adult_stage:
        yield attrs.evolve(case, adult_stage="")
    for n in range(len(case.quantities)):
        yield attrs.evolve(case, quantities=case.quantities[:n] + case.quantities[n + 1 :])
    for n in range(len(case.findings)):
        yield attrs.evolve(case, findings=case.findings[:n] + case.findings[n + 1 :])


def shown_if_usable(case: Case, code: str, old: Rulebook, new: Rulebook) -> set[Shift]:
    try:
        return shown(case, code, old, new)
    except CaseError:
        return set()


def of(comparison: Comparison, code: str) -> Any:
    """What was compared under a code."""
    return next(r for r in comparison.results if r.code == code)


def one_rule(when: Condition, *findings: Finding, **more: Any) -> Rulebook:
    return rulebook(findings, [rule("r.1", when, "c.1")], **more)


def real_pair() -> tuple[Rulebook, Rulebook]:
    """The rulebook of this library, and one in which parents need one condition less to compensate."""
    book = default_rulebook()
    compensate = book.rules["weighing.parents_compensate"]
    assert isinstance(compensate.when, AllOf)
    loosened = attrs.evolve(compensate, when=attrs.evolve(compensate.when, parts=compensate.when.parts[:-1]))
    return book, attrs.evolve(book, rules={**book.rules, loosened.id: loosened})


@functools.cache
def real_comparison() -> Comparison:
    return compare(*real_pair())


OLD = one_rule(AllOf((Is("f.1", HERE), Is("f.2", HERE)), HERE), finding("f.1"), finding("f.2"), finding("f.3"))
NEW = one_rule(Is("f.1", HERE), finding("f.1"), finding("f.2"), finding("f.4"))
