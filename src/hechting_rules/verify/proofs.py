"""Questions that an author can ask of a rulebook, each answered over all cases that can be admitted.

A question is settled by structure where the steps of the program leave no doubt: both sides are the same steps, or a fact enters
a result with one sign only. All else is put to z3. A verdict that some case bears out names that case: the kernel has run it, it
states nothing that it does not need, and it can be advised, rendered and saved like any other. The laws that a whole rulebook
keeps are in `hechting_rules.verify.laws`.
"""

import functools
import importlib
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum

import attrs

from hechting_rules.advice import Outcome
from hechting_rules.answered import decided, program_for
from hechting_rules.engine.circuit import ONES, ZERO, Plane
from hechting_rules.errors import UsageError
from hechting_rules.facts import Fact
from hechting_rules.model import Profile, Rule, Rulebook, Switch
from hechting_rules.profiles import active_rules, find_profile
from hechting_rules.source import did_you_mean
from hechting_rules.stated import Case
from hechting_rules.terms import Origin, Status
from hechting_rules.verify.copies import settled, signs
from hechting_rules.verify.space import LIMIT, Answer, Facts, Found, Side, Space, case_of, evaluate, facts_of, shrunk, space_of

SOLVER = "hechting_rules.verify.smt"


class Holds(StrEnum):
    """What came of a question; most telling last."""

    PROVED = "proved"
    UNDECIDED = "undecided"
    BROKEN = "broken"


class Basis(StrEnum):
    """What a verdict rests on: the steps of the program or the rules as they are written, or z3."""

    STRUCTURE = "by structure"
    SOLVER = "by solver"


@attrs.frozen
class Verdict:
    """What came of one question, or of all questions of one law.

    ``witness`` is a case that shows it: for `can_fire` one in which it does, for all others one that breaks it. ``changed`` is it
    after the change that a question is about. ``on`` names the rules that must be switched on besides the profile for the case to
    show it, ``off`` those that change it when they are switched off: see `switched`.

    Of a law, ``by_structure``, ``by_solver`` and ``undecided`` count its questions, and ``breaches`` holds what is not proved.
    """

    name: str
    holds: Holds
    basis: Basis
    detail: str = ""
    witness: Case | None = None
    changed: Case | None = None
    on: tuple[str, ...] = ()
    off: tuple[str, ...] = ()
    by_structure: int = 0
    by_solver: int = 0
    undecided: int = 0
    breaches: tuple["Verdict", ...] = ()


@attrs.frozen(eq=False)
class Inquiry:
    """What questions are asked of: a rulebook under a profile, in which rules were switched ``on`` for them, and who answers.

    ``side`` is it in the space, ``calm`` the same with all rules of the article switched off; ``place`` is where each fact is.
    """

    book: Rulebook
    profile: Profile
    on: tuple[str, ...]
    space: Space
    side: Side
    calm: Side
    place: Mapping[Fact, int]
    look_for: Callable[[int], Answer]


def inquiry(book: Rulebook, profile: str | Profile | None = None, *, limit: int = LIMIT) -> Inquiry:
    """What questions about a rulebook under a profile (without one, ``default``) are asked of.

    ``limit`` bounds what z3 may spend on one question. Raises `UsageError` for an unknown profile, and `MissingExtraError` where
    z3 is not installed.
    """
    return inquiries(book, profile, limit=limit)[0]


def inquiries(book: Rulebook, profile: str | Profile | None = None, *, limit: int = LIMIT) -> tuple[Inquiry, ...]:
    """A rulebook under a profile and, where that leaves rules off, with every rule on; one solver for both."""
    chosen = find_profile(book, profile)
    more = tuple(sorted(book.rules.keys() - active_rules(book, chosen)))
    profiles = [chosen, switched(chosen, on=more)] if more else [chosen]
    article = [rule.id for rule in book.rules.values() if rule.origin is Origin.ARTICLE]
    pairs = [(one, switched(one, off=article)) for one in profiles]
    space = space_of([(book, program_for(book, one)) for pair in pairs for one in pair])
    look_for = functools.cache(importlib.import_module(SOLVER).asking(space, limit))
    place = {fact: -1 - n for n, fact in enumerate(space.facts)}
    return tuple(
        Inquiry(book, one, more if n else (), space, space.sides[2 * n], space.sides[2 * n + 1], place, look_for)
        for n, (one, _) in enumerate(pairs)
    )


def switched(profile: Profile, *, on: Iterable[str] = (), off: Iterable[str] = ()) -> Profile:
    """A profile with these rules switched on, and these off."""
    on, off = set(on), set(off)

    def switches(old: tuple[Switch, ...], more: set[str], fewer: set[str]) -> tuple[Switch, ...]:
        added = (Switch(rule, "verify", "", "a question", profile.span) for rule in sorted(more))
        return (*(s for s in old if s.rule not in fewer), *added)

    return attrs.evolve(profile, on=switches(profile.on, on, off), off=switches(profile.off, off, on))


# --- what the questions are made of ----------------------------------------------------------------------------------------


def in_space(plane: Plane, side: Side) -> Plane:
    """A plane of a program in the registers of the space."""
    return Plane(side.registers[plane.established], side.registers[plane.robust], side.registers[plane.out])


def plane_of(inquiry: Inquiry, code: str) -> Plane:
    """The plane of a result, of a finding that is present, or of a rule, looked for in this order. Raises `UsageError`."""
    program = inquiry.side.program
    groups = (program.results, program.present, program.rules)
    found = next((group[code] for group in groups if code in group), None)
    if found is None and code in inquiry.book.rules:
        raise UsageError(_silent(inquiry, code))
    if found is None:
        near = did_you_mean(code, itertools.chain(*groups))
        raise UsageError(f"there is no result, finding or rule '{code}'{f'; {near}' if near else ''}")
    return in_space(found, inquiry.side)


def lower(inquiry: Inquiry, one: Plane, other: Plane) -> int:
    """True where the status of ``other`` is lower than that of ``one``: ruled out, possible, established."""
    to = inquiry.space.to
    return to.either(to.without(one.established, other.established), to.without(other.out, one.out))


def never(inquiry: Inquiry, name: str, register: int, shows: str, *, rather: int = ONES, shown: bool = True) -> Verdict:
    """The verdict that no admitted case makes a register true; ``shows`` says what a case shows that does.

    A witness is told if ``shown``, and where there is one that makes the register ``rather`` true as well, it is such a one.
    """
    if register == ZERO:
        return Verdict(name, Holds.PROVED, Basis.STRUCTURE)
    question = inquiry.space.to.without(register, inquiry.side.refused)
    answer = inquiry.look_for(question)
    if answer.found is Found.CASE:
        witness = _witness(inquiry, question, rather) if shown else None
        return Verdict(name, Holds.BROKEN, Basis.SOLVER, shows, witness, on=inquiry.on)
    holds = Holds.PROVED if answer.found is Found.NONE else Holds.UNDECIDED
    return Verdict(name, holds, Basis.SOLVER, "" if holds is Holds.PROVED else "the solver gave up at its limit")


def _witness(inquiry: Inquiry, question: int, rather: int) -> Case:
    """A small case that makes a question true, which some case does."""
    better = inquiry.space.to.both(question, rather)
    found = inquiry.look_for(better)
    question, found = (better, found) if found.found is Found.CASE else (question, inquiry.look_for(question))
    return case_of(shrunk(found.facts, question, inquiry.space))


def _rule(inquiry: Inquiry, code: str) -> Rule:
    if code not in inquiry.book.rules:
        near = did_you_mean(code, inquiry.book.rules)
        raise UsageError(f"there is no rule '{code}'{f'; {near}' if near else ''}")
    return inquiry.book.rules[code]


def _rule_plane(inquiry: Inquiry, code: str) -> Plane:
    if code not in inquiry.side.program.rules:
        raise UsageError(_silent(inquiry, code))
    return in_space(inquiry.side.program.rules[code], inquiry.side)


def _silent(inquiry: Inquiry, code: str) -> str:
    return f"the rule '{code}' does not run under the profile '{inquiry.profile.id}'"


# --- questions -------------------------------------------------------------------------------------------------------------


def can_fire(inquiry: Inquiry, code: str, *, shown: bool = True) -> Verdict:
    """Whether some case establishes a rule (its condition holds and no ``unless`` takes it back), or else a result of that code.

    Proved with such a case as its witness, unless that is not to be ``shown``. A rule that the profile leaves off cannot fire.
    """
    name = f"{code} can fire"
    if code in inquiry.book.rules and code not in inquiry.side.program.rules:
        return Verdict(name, Holds.BROKEN, Basis.STRUCTURE, _silent(inquiry, code))
    plane = _rule_plane(inquiry, code) if code in inquiry.book.rules else plane_of(inquiry, code)
    found = never(inquiry, name, plane.established, "a case in which it does", shown=shown)
    if found.holds is Holds.PROVED:
        return attrs.evolve(found, holds=Holds.BROKEN, detail="no case that can be admitted establishes it")
    return attrs.evolve(found, holds=Holds.PROVED) if found.holds is Holds.BROKEN else found


def never_together(inquiry: Inquiry, one: str, other: str) -> Verdict:
    """Whether no case establishes both. Each is a result, a finding that is present, or a rule."""
    a, b = plane_of(inquiry, one), plane_of(inquiry, other)
    both = inquiry.space.to.both(a.established, b.established)
    return never(inquiry, f"{one} and {other} are never together", both, "a case that establishes both")


def implies(inquiry: Inquiry, one: str, other: str) -> Verdict:
    """Whether every case that establishes the one establishes the other."""
    a, b = plane_of(inquiry, one), plane_of(inquiry, other)
    alone = inquiry.space.to.without(a.established, b.established)
    return never(inquiry, f"{one} implies {other}", alone, f"a case that establishes {one}, and not {other}")


def equivalent(inquiry: Inquiry, one: str, other: str) -> Verdict:
    """Whether both have the same status in every case."""
    a, b = plane_of(inquiry, one), plane_of(inquiry, other)
    differ = inquiry.space.to.either(lower(inquiry, a, b), lower(inquiry, b, a))
    return never(inquiry, f"{one} and {other} are equivalent", differ, "a case in which they have not the same status")


def subsumed(inquiry: Inquiry, rule: str, other: str) -> Verdict:
    """Whether a rule adds nothing to another: in every case the other, with the same result, has the same status or a higher one.

    A rule of another wording, evidence or statements is not subsumed: it says something else.
    """
    name = f"{rule} is subsumed by {other}"
    apart = told_apart(_rule(inquiry, rule), _rule(inquiry, other))
    if apart:
        return Verdict(name, Holds.BROKEN, Basis.STRUCTURE, f"they have not the same {apart}")
    a, b = (_rule_plane(inquiry, one) for one in (rule, other))
    return never(inquiry, name, lower(inquiry, a, b), "a case in which the rule has a higher status than the other")


def told_apart(rule: Rule, other: Rule) -> str:
    """In what two rules differ beside their conditions, as words; nothing if in nothing that counts."""
    parts = {
        "outcome": (rule.result, other.result),
        "wording": (rule.wording, other.wording),
        "evidence": (rule.evidence, other.evidence),
        "statements": (set(rule.statements), set(other.statements)),
    }
    return ", ".join(name for name, (one, another) in parts.items() if one != another)


def monotone(inquiry: Inquiry, result: str, finding: str) -> Verdict:
    """Whether a finding that goes from absent or unknown to present never lowers the status of a result."""
    plane, added = plane_of(inquiry, result), Fact(finding, Status.PRESENT.value)
    name = f"{finding} never lowers {result}"
    if added not in inquiry.place:
        raise UsageError(f"there is no finding '{finding}'")
    if only_raises(inquiry, plane, added):
        return Verdict(name, Holds.PROVED, Basis.STRUCTURE)
    return told_lowered(inquiry, name, lower(inquiry, plane, after(inquiry, added, plane)), added, plane)


# --- a case and the same case with one more fact ---------------------------------------------------------------------------


def _same_name(inquiry: Inquiry, fact: Fact) -> dict[int, bool]:
    """The facts of the same name, each with whether it is that fact."""
    return {place: other == fact for other, place in inquiry.place.items() if other.name == fact.name}


def only_raises(inquiry: Inquiry, plane: Plane, fact: Fact) -> bool:
    """Whether stating a fact, in place of another of its name or of none, can by the signs of both never lower a status."""
    there, out = signs(inquiry.space, plane.established), signs(inquiry.space, plane.out)
    places = _same_name(inquiry, fact)
    against, favour = there.hurts | out.helps, there.helps | out.hurts
    return not any(place in (against if is_fact else favour) for place, is_fact in places.items())


def after_registers(inquiry: Inquiry, fact: Fact, registers: Iterable[int]) -> list[int]:
    """What registers are in the same case with a fact stated in place of others of its name."""
    values = {place: ONES if is_fact else ZERO for place, is_fact in _same_name(inquiry, fact).items()}
    return settled(inquiry.space, values, list(registers))


def after(inquiry: Inquiry, fact: Fact, plane: Plane) -> Plane:
    """What a plane is in the same case with a fact stated in place of others of its name."""
    return Plane(*after_registers(inquiry, fact, [plane.established, plane.robust, plane.out]))


def before(inquiry: Inquiry, unstated: Iterable[Fact], fact: Fact, register: int) -> int:
    """A register in the cases that state none of some facts and could as well state a fact."""
    to = inquiry.space.to
    (refused,) = after_registers(inquiry, fact, [inquiry.side.refused])
    return to.without(register, to.any([refused, *(inquiry.place[other] for other in unstated)]))


def rules_out_more(inquiry: Inquiry, fact: Fact) -> int:
    """True where stating a fact rules out a finding, stage or range that was not ruled out without it."""
    program, to = inquiry.side.program, inquiry.space.to
    groups = (program.present, program.stages, program.ranges)
    outs = sorted({inquiry.side.registers[plane.out] for group in groups for plane in group.values()})
    return to.any(to.without(now, was) for was, now in zip(outs, after_registers(inquiry, fact, outs), strict=True))


def told_change(inquiry: Inquiry, verdict: Verdict, fact: Fact, tell: Callable[[Facts, Facts], str]) -> Verdict:
    """A verdict on a change of one fact; a broken one with the case after it, and what ``tell`` says of both cases."""
    facts = None if verdict.witness is None else facts_of(verdict.witness, inquiry.space)
    if facts is None:
        return verdict
    changed = frozenset({*(f for f in facts if f.name != fact.name), fact})
    return attrs.evolve(verdict, changed=case_of(changed), detail=tell(facts, changed))


def told_lowered(inquiry: Inquiry, name: str, register: int, fact: Fact, plane: Plane) -> Verdict:
    """The verdict that a register is true in no case to which a fact is added, with the outcome of a plane before and after it.

    The case before says another thing of it, or nothing. Told is rather a case in which what was established is lost.
    """

    def tell(was: Facts, now: Facts) -> str:
        return "with {}={}, {} becomes {}".format(*attrs.astuple(fact), *outcomes(inquiry, plane, [was, now]))

    lost = inquiry.space.to.without(plane.established, after(inquiry, fact, plane).established)
    found = never(inquiry, name, before(inquiry, [fact], fact, register), "", rather=lost)
    return told_change(inquiry, found, fact, tell)


def outcomes(inquiry: Inquiry, plane: Plane, cases: Sequence[Facts]) -> list[Outcome]:
    """The outcome of a plane in some cases."""
    there, out = evaluate(inquiry.space, cases, [plane.established, plane.out])
    return [decided(there >> n & 1, out >> n & 1) for n in range(len(cases))]
