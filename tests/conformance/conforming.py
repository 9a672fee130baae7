"""The conformance suite: where an evaluator says something else than the kernel, or the kernel something else than the oracle."""

from collections.abc import Iterable, Iterator, Sequence

import attrs
from evaluators import KERNEL, Evaluator, Said

import oracle
from hechting_rules.model import Profile, Rulebook
from hechting_rules.profiles import active_rules
from hechting_rules.stated import Case
from hechting_rules.terms import Level
from hechting_rules.verify.in_words import case_lines, condition_lines

HELD = ("results", "rules")
"""The kinds of things of which the oracle speaks."""


@attrs.frozen
class Disagreement:
    """Where two evaluators say something else of one case: of which things, in which plane, and what the one has more or less."""

    one: str
    other: str
    kind: str
    plane: str
    more: tuple[str, ...]
    less: tuple[str, ...]
    case: Case
    book: Rulebook

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> Iterator[str]:
        """The disagreement in words, the case as a file, and the rules that it is about."""
        yield f"{self.one} and {self.other} disagree on {self.kind} {self.plane}"
        for words, codes in (("more", self.more), ("less", self.less)):
            if codes:
                yield f"  {self.one} has {words}: {', '.join(codes)}"
        yield "  case:"
        yield from (f"    {line}" for line in case_lines(self.case))
        for rule in self.book.rules.values():
            if {rule.id, rule.result} & {*self.more, *self.less}:
                yield f"  rule {rule.id} gives {rule.result}{''.join(f', unless {code}' for code in rule.unless)}, when"
                yield from condition_lines(rule.when, 2)


def _compared(one: str, other: str, here: Said | None, there: Said | None, case: Case, book: Rulebook) -> Iterator[Disagreement]:
    """The disagreements between what two say of a case, as far as the second one speaks of a thing."""
    if here is None or there is None:
        if here is not there:
            more, less = (("this case",) if said is None else () for said in (here, there))
            yield Disagreement(one, other, "refusing", "", more, less, case, book)
        return
    for (kind, plane), codes in there.items():
        own = here[kind, plane]
        if own != codes:
            yield Disagreement(one, other, kind, plane, tuple(sorted(own - codes)), tuple(sorted(codes - own)), case, book)


def among_evaluators(
    cases: Sequence[Case], book: Rulebook, profile: Profile, evaluators: Iterable[Evaluator]
) -> Iterator[Disagreement]:
    """Where an evaluator says something else than the kernel, plane by plane."""
    kernel = KERNEL.evaluate(cases, book, profile)
    for evaluator in evaluators:
        for case, own, other in zip(cases, kernel, evaluator.evaluate(cases, book, profile), strict=True):
            yield from _compared(KERNEL.name, evaluator.name, own, other, case, book)


def with_the_oracle(cases: Sequence[Case], book: Rulebook, profile: Profile, *, exact: bool = False) -> Iterator[Disagreement]:
    """Where the kernel says something else than the oracle.

    What is established must be what the oracle works out from what is known. Robust and out are held to all worlds of the case:
    as bounds, or with ``exact`` as just that. A case that is refused must fit no world; one that no world fits must be refused
    once its stages are known: while one is not, the admission does not try them all, and asks for the stage first.
    """
    for case, own in zip(cases, KERNEL.evaluate(cases, book, profile), strict=True):
        if own is None:
            yield from _refused(case, book, profile)
            continue
        told = _by_the_oracle(case, book, profile)
        yield from _compared(KERNEL.name, "oracle", own, told, case, book)
        yield from _bounds(case, book, profile, own, exact=exact)


def _refused(case: Case, book: Rulebook, profile: Profile) -> Iterator[Disagreement]:
    try:
        oracle.bounds(case, book, profile, book.order)
    except (oracle.NoWorldError, oracle.TooManyWorldsError):
        return
    yield Disagreement(KERNEL.name, "oracle", "refusing", "", ("this case",), (), case, book)


def _bounds(case: Case, book: Rulebook, profile: Profile, own: Said, *, exact: bool) -> Iterator[Disagreement]:
    try:
        bounds = oracle.bounds(case, book, profile, book.order)
    except oracle.TooManyWorldsError:
        return
    except oracle.NoWorldError:
        world = oracle.known(case, book, profile)
        if world.child and world.adult:
            yield Disagreement(KERNEL.name, "oracle", "refusing", "", (), ("this case",), case, book)
        return
    for kind in HELD:
        always, sometimes = getattr(bounds.always, kind), getattr(bounds.sometimes, kind)
        names = frozenset(book.order) if kind == "results" else active_rules(book, profile)
        robust, out = own[kind, "robust"], own[kind, "out"]
        never = names - sometimes
        for plane, said, so in (("robust", robust, always), ("out", out, never)):
            more, less = said - so, (so - said if exact else frozenset())
            if more or less:
                yield Disagreement(KERNEL.name, "oracle", kind, plane, tuple(sorted(more)), tuple(sorted(less)), case, book)


def _by_the_oracle(case: Case, book: Rulebook, profile: Profile) -> Said:
    """What is established, worked out from what is known: findings, stages, ranges, rules with and without ``unless``, flags."""
    world, found = oracle.known(case, book, profile), oracle.established(case, book, profile)
    raised = {s.flag: s for s in book.suggestions.values() if s.flag and s.code in found.results}
    withholding = (
        s.flag
        for s in book.suggestions.values()
        if s.level is Level.ACT_NOW and s.code in found.results and s.addressed_by not in world.present
    )
    bodies = (
        rule
        for rule in active_rules(book, profile)
        if oracle.holds(book.rules[rule].when, world, book, lambda code: code in found.results)
    )
    return {
        ("present", "established"): world.present,
        ("absent", "established"): world.absent,
        ("stages", "established"): frozenset({world.child, world.adult}) & book.stages.keys(),
        ("ranges", "established"): world.ranges,
        ("bodies", "established"): frozenset(bodies),
        ("rules", "established"): found.rules,
        ("results", "established"): found.results,
        ("flags", "established"): frozenset(raised),
        ("withheld by", "established"): frozenset(withholding),
    }
