"""What a question over all cases is asked of, and its verdict.

A question is settled by structure where the steps of the program leave no doubt: both sides are the same steps, or a fact enters
a result with one sign only. All else is put to z3. A verdict that some case bears out names that case: the kernel has run it, it
states nothing that it does not need, and it can be advised, rendered and saved like any other.
"""

import functools
import itertools
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

import attrs

from hechting_rules.answered import program_for
from hechting_rules.engine.circuit import ONES, ZERO, Plane
from hechting_rules.errors import UsageError
from hechting_rules.facts import Fact
from hechting_rules.model import Profile, Rulebook, Switch
from hechting_rules.profiles import active_rules, find_profile
from hechting_rules.source import did_you_mean
from hechting_rules.stated import Case
from hechting_rules.terms import Origin
from hechting_rules.verify.space import LIMIT, Answer, Found, Side, Space, case_of, in_space, shrunk, solver, space_of


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
    look_for = functools.cache(solver(space, limit))
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


def plane_of(inquiry: Inquiry, code: str) -> Plane:
    """The plane of a result, of a finding that is present, or of a rule, looked for in this order. Raises `UsageError`."""
    program = inquiry.side.program
    groups = (program.results, program.present, program.rules)
    found = next((group[code] for group in groups if code in group), None)
    if found is None and code in inquiry.book.rules:
        raise UsageError(silent(inquiry, code))
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


def rule_plane(inquiry: Inquiry, code: str) -> Plane:
    """The plane of a rule. Raises `UsageError` for one that does not run under the profile."""
    if code not in inquiry.side.program.rules:
        raise UsageError(silent(inquiry, code))
    return in_space(inquiry.side.program.rules[code], inquiry.side)


def silent(inquiry: Inquiry, code: str) -> str:
    """That a rule does not run, in words."""
    return f"the rule '{code}' does not run under the profile '{inquiry.profile.id}'"
