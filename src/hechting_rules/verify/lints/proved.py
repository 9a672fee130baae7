"""Lints that look at all cases at once, by z3: what the rules come to, where their form alone does not show it."""

import itertools
from collections.abc import Iterator

from hechting_rules.model import Profile, Rulebook, Suggestion
from hechting_rules.terms import Kind
from hechting_rules.verify.lints.remark import Remark, Shown
from hechting_rules.verify.lints.sense import cone
from hechting_rules.verify.proofs.asking import Holds, Inquiry, Verdict, inquiries, never
from hechting_rules.verify.proofs.laws import CALLS
from hechting_rules.verify.proofs.questions import can_fire, never_together, subsumed, told_apart
from hechting_rules.verify.space import LIMIT, in_space


def proved_remarks(book: Rulebook, profile: str | Profile | None = None, *, limit: int = LIMIT) -> Iterator[Remark]:
    """What the lints say of a rulebook over all cases, under a profile and with every rule on.

    What z3 cannot decide within ``limit`` is not told here: the laws of the same rulebook tell it.
    """
    asked = inquiries(book, profile, limit=limit)
    yield from unreachable_in_all_cases(asked)
    yield from never_ruled_out(asked)
    yield from subsumed_in_all_cases(asked)
    yield from contradictory_advice(asked)


def unreachable_in_all_cases(asked: tuple[Inquiry, ...]) -> Iterator[Remark]:
    """L612: no case that can be admitted makes the rule hold."""
    for rule in asked[0].book.rules.values():
        if can_fire(_running(asked, rule.id), rule.id, shown=False).holds is Holds.BROKEN:
            yield Remark("L612", rule.span, f"rule '{rule.id}' can never hold: no case makes it", rules=(rule.id,))


def never_ruled_out(asked: tuple[Inquiry, ...]) -> Iterator[Remark]:
    """L613: no case that can be admitted rules the rule out, so it is always true, or not yet known."""
    for rule in asked[0].book.rules.values():
        own = _running(asked, rule.id)
        out = in_space(own.side.program.rules[rule.id], own.side).out
        if never(own, "", out, "", shown=False).holds is Holds.PROVED:
            holds = can_fire(own, rule.id)
            yield Remark("L613", rule.span, f"rule '{rule.id}' is never ruled out", rules=(rule.id,), witness=_shown(holds))


def subsumed_in_all_cases(asked: tuple[Inquiry, ...]) -> Iterator[Remark]:
    """L614 and L615: of two rules that are told apart by nothing but their condition, one adds nothing to the other."""
    book = asked[0].book
    for rules in book.rules_of.values():
        for one, other in itertools.combinations(rules, 2):
            if told_apart(book.rules[one], book.rules[other]):
                continue
            own = _running(asked, one, other)
            first, second = (subsumed(own, a, b).holds is Holds.PROVED for a, b in ((one, other), (other, one)))
            less, more = (one, other) if first else (other, one)
            if first or second:
                witness = _shown(never_together(own, one, other))
                code = "L614" if first and second else "L615"
                says = "holds in the same cases as" if first and second else "adds nothing to"
                yield Remark(code, book.rules[less].span, f"rule '{less}' {says} '{more}'", "", (less, more), witness)


def contradictory_advice(asked: tuple[Inquiry, ...]) -> Iterator[Remark]:
    """L616: two suggestions that say opposite things of one finding are established together.

    The one reassures about it, the other calls for attention, talk, referral or safety because of it. Let what calls take back
    what reassures, by an ``unless`` or by what the reassurance asks for.
    """
    book = asked[0].book
    calm = [s for s in book.suggestions.values() if s.kind is Kind.REASSURE]
    calls = [s for s in book.suggestions.values() if s.kind in CALLS]
    for one, other in itertools.product(calm, calls):
        shared = sorted(_for(one, book) & _for(other, book))
        for own in asked if shared else ():
            found = never_together(own, one.code, other.code)
            if found.holds is Holds.BROKEN:
                rules = (*book.rules_of[one.code], *book.rules_of[other.code])
                message = f"'{one.code}' and '{other.code}' are both raised, and both rest on '{shared[0]}'"
                yield Remark("L616", one.span, message, "", rules, _shown(found))
                break


def _for(suggestion: Suggestion, book: Rulebook) -> set[str]:
    """The findings that speak for a suggestion."""
    return {finding for finding, signs in cone(book, suggestion.code).items() if 1 in signs}


def _running(asked: tuple[Inquiry, ...], *rules: str) -> Inquiry:
    """The first inquiry in which these rules run; in the last one, every rule does."""
    return next(one for one in asked if all(rule in one.side.program.rules for rule in rules))


def _shown(verdict: Verdict) -> Shown | None:
    return None if verdict.witness is None else Shown(verdict.witness, verdict.on)


LINTS = (unreachable_in_all_cases, never_ruled_out, subsumed_in_all_cases, contradictory_advice)
