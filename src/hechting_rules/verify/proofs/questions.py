"""Questions that an author can ask of a rulebook, each answered over all cases that can be admitted."""

import attrs

from hechting_rules.errors import UsageError
from hechting_rules.facts import Fact
from hechting_rules.model import Rule
from hechting_rules.terms import Status
from hechting_rules.verify.in_words import find_rule
from hechting_rules.verify.proofs.asking import Basis, Holds, Inquiry, Verdict, lower, never, plane_of, rule_plane, silent
from hechting_rules.verify.proofs.changes import after, only_raises, told_lowered


def can_fire(inquiry: Inquiry, code: str, *, shown: bool = True) -> Verdict:
    """Whether some case establishes a rule (its condition holds and no ``unless`` takes it back), or else a result of that code.

    Proved with such a case as its witness, unless that is not to be ``shown``. A rule that the profile leaves off cannot fire.
    """
    name = f"{code} can fire"
    if code in inquiry.book.rules and code not in inquiry.side.program.rules:
        return Verdict(name, Holds.BROKEN, Basis.STRUCTURE, silent(inquiry, code))
    plane = rule_plane(inquiry, code) if code in inquiry.book.rules else plane_of(inquiry, code)
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
    apart = told_apart(find_rule(inquiry.book, rule), find_rule(inquiry.book, other))
    if apart:
        return Verdict(name, Holds.BROKEN, Basis.STRUCTURE, f"they have not the same {apart}")
    a, b = (rule_plane(inquiry, one) for one in (rule, other))
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
