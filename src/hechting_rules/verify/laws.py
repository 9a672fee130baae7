"""The laws that a rulebook keeps in every case that can be admitted, each proved or broken with a case that shows it.

A law is a small generator of verdicts, one for each thing that it is about; its docstring says what it means. All laws are about
`status`: ruled out, possible, established. What a law asks of a profile that leaves rules off, it also asks with every rule on.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping

import attrs

from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, Is, IsAbsent, leaves
from hechting_rules.engine.circuit import ONES, Plane
from hechting_rules.facts import Fact
from hechting_rules.model import DEFAULT_PROFILE, Profile, Rule, Rulebook
from hechting_rules.profiles import active_rules, off_by_default
from hechting_rules.relations import entailment, rests_on
from hechting_rules.terms import About, Direction, Kind, Status
from hechting_rules.verify.copies import signs
from hechting_rules.verify.proofs import (
    Basis,
    Holds,
    Inquiry,
    Verdict,
    after,
    after_registers,
    before,
    can_fire,
    implies,
    in_space,
    inquiries,
    inquiry,
    lower,
    monotone,
    never,
    never_together,
    plane_of,
    rules_out_more,
    subsumed,
    told_change,
    told_lowered,
)
from hechting_rules.verify.safety_laws import (
    act_now_withholds,
    article_never_touches_safety,
    possible_withholds_nothing,
    safety_stands_alone,
)
from hechting_rules.verify.space import LIMIT, Facts, evaluate

CALLS = (Kind.ATTENTION, Kind.DISCUSS, Kind.REFER, Kind.SAFETY)
"""The kinds of suggestion that no risk ever lowers."""

COMPENSATION = "protection.compensates_child_risk"
CONDITIONS = ("parent.recognises_attachment_problem", "parent.offers_adequate_safe_attachment")
"""What parents must do for a risk of the child to be taken as caught: both (S262, S263; amb:A24)."""

CHILD_RISK = "risk.child"
UNCAUGHT = ("risk.child_open", "attention.child_risk")
"""What follows from a risk of the child unless the parents catch it."""


@attrs.frozen
class Law:
    """One law: its name, what it says, and its verdicts, one for each thing that it is about."""

    name: str
    says: str
    verdicts: Callable[[Inquiry], Iterator[Verdict]]


def prove(book: Rulebook, profile: str | Profile | None = None, *, limit: int = LIMIT) -> tuple[Verdict, ...]:
    """Every law of `LAWS` for a rulebook under a profile (without one, ``default``), over all cases that can be admitted.

    What is found broken or undecided stands in the ``breaches`` of its law, and the first of it is the witness of the law. A law
    of which all counts are 0 has nothing to say of this rulebook. Raises `UsageError` for an unknown profile, and
    `MissingExtraError` where z3 is not installed.
    """
    asked = inquiries(book, profile, limit=limit)
    return tuple(_summed(law, (verdict for one in asked for verdict in law.verdicts(one))) for law in LAWS)


def _summed(law: Law, verdicts: Iterable[Verdict]) -> Verdict:
    """One verdict for a law. Of a thing asked twice, the worse answer counts, and a proof by solver before one by structure."""
    worst: dict[str, Verdict] = {}
    for verdict in verdicts:
        known = worst.get(verdict.name)
        if known is None or _rank(verdict) > _rank(known):
            worst[verdict.name] = verdict
    structure = sum(verdict.basis is Basis.STRUCTURE for verdict in worst.values())
    undecided = sum(verdict.holds is Holds.UNDECIDED for verdict in worst.values())
    breaches = tuple(sorted((v for v in worst.values() if v.holds is not Holds.PROVED), key=lambda v: v.holds is Holds.UNDECIDED))
    counted = Verdict(
        law.name,
        breaches[0].holds if breaches else Holds.PROVED,
        Basis.STRUCTURE if structure == len(worst) else Basis.SOLVER,
        law.says,
        by_structure=structure,
        by_solver=len(worst) - structure - undecided,
        undecided=undecided,
        breaches=breaches,
    )
    if not breaches:
        return counted
    first = breaches[0]
    return attrs.evolve(counted, witness=first.witness, changed=first.changed, on=first.on, off=first.off)


def _rank(verdict: Verdict) -> tuple[int, bool]:
    return list(Holds).index(verdict.holds), verdict.basis is Basis.SOLVER


# --- rules -----------------------------------------------------------------------------------------------------------------


def rules_can_fire(asked: Inquiry) -> Iterator[Verdict]:
    """Each rule that runs; one that the profile leaves off, with every rule on."""
    for rule in asked.on or sorted(asked.side.program.rules):
        yield can_fire(asked, rule, shown=False)


def off_stays_silent(asked: Inquiry) -> Iterator[Verdict]:
    """Each rule that today's evidence keeps silent: it does not run in the default profile."""
    default = asked.book.profiles[DEFAULT_PROFILE]
    running = active_rules(asked.book, default)
    for rule in (rule for rule in asked.book.rules if off_by_default(asked.book, rule)):
        name = f"{rule} is silent by default"
        if rule in running:
            shown = can_fire(inquiry(asked.book, default), rule)
            yield Verdict(name, Holds.BROKEN, Basis.STRUCTURE, f"the profile '{default.id}' switches it on", shown.witness)
        else:
            yield Verdict(name, Holds.PROVED, Basis.STRUCTURE)


def rules_add_something(asked: Inquiry) -> Iterator[Verdict]:
    """Each two rules with one result. What another wording, evidence or statement tells apart is apart by structure."""
    running = asked.side.program.rules
    for rules in asked.book.rules_of.values():
        for one, other in itertools.permutations((rule for rule in rules if rule in running), 2):
            name = f"{one} adds something to {other}"
            found = subsumed(asked, one, other)
            if found.holds is Holds.PROVED:
                both = never_together(asked, one, other)
                yield attrs.evolve(
                    both, name=name, holds=Holds.BROKEN, detail="a case in which both hold; it adds nothing in any other"
                )
            else:
                holds = Holds.UNDECIDED if found.holds is Holds.UNDECIDED else Holds.PROVED
                yield Verdict(name, holds, found.basis, found.detail)


def exclusions_hold(asked: Inquiry) -> Iterator[Verdict]:
    """Each two findings of which the vocabulary says, directly or through what they imply, that they exclude each other."""
    for one, others in entailment(asked.book.findings).against.items():
        yield from (never_together(asked, one, other) for other in others if one < other)


# --- risk and protection ---------------------------------------------------------------------------------------------------


def risk_never_lowers(asked: Inquiry) -> Iterator[Verdict]:
    """Each risk, absent or unknown and then present, with each suggestion for attention, to discuss, to refer, or of safety.

    A suggestion to name what protects (`needs_protection`) goes when that protection is ruled out, and a risk may exclude the
    protection itself: stress before birth, a pregnancy without stress. No such risk takes attention from a risk. Of these
    suggestions the law asks that a risk lowers them in no other way.
    """
    risks = [finding.code for finding in asked.book.findings.values() if finding.direction is Direction.RISK]
    calls = [suggestion.code for suggestion in asked.book.suggestions.values() if suggestion.kind in CALLS]
    for risk, call in itertools.product(risks, calls):
        found = monotone(asked, call, risk)
        if found.holds is Holds.BROKEN and (by_itself := _lowers_by_itself(asked, call, risk)).holds is Holds.PROVED:
            detail = f"{found.detail}; only by ruling out what cannot be together with it"
            found = by_itself if needs_protection(asked.book, call) else attrs.evolve(found, detail=detail)
        yield found


def needs_protection(book: Rulebook, result: str) -> bool:
    """Whether every rule of a result asks for something that protects: a finding, a conclusion, or any of several such."""
    rules = [book.rules[rule] for rule in book.rules_of.get(result, ())]
    return bool(rules) and all(_asks_protection(rule.when, book) for rule in rules)


def _asks_protection(condition: Condition, book: Rulebook) -> bool:
    match condition:
        case Is(code):
            named = book.findings.get(code) or book.conclusions.get(code)
            return named is not None and named.direction is Direction.PROTECTION
        case AllOf(parts):
            return any(_asks_protection(part, book) for part in parts)
        case AnyOf(parts) | AtLeast(_, parts):
            return all(_asks_protection(part, book) for part in parts)
        case _:
            return False


def _lowers_by_itself(asked: Inquiry, result: str, finding: str) -> Verdict:
    """Whether a finding never lowers a result where its presence rules out no finding, stage or range that was open before."""
    plane, added = plane_of(asked, result), Fact(finding, Status.PRESENT.value)
    lowered = lower(asked, plane, after(asked, added, plane))
    register = asked.space.to.without(lowered, rules_out_more(asked, added))
    return never(asked, f"{finding} never lowers {result} by itself", before(asked, [added], added, register), "")


def parents_never_offset(asked: Inquiry) -> Iterator[Verdict]:
    """Each protection of the child, absent or unknown and then present, with what is said of a risk of the parents.

    It never lowers such a risk, nor a suggestion about the parents for attention, to discuss or to refer that rests on one, and
    it takes back no rule that leads on from one. What such a rule asks for besides, as signs in the child, may still be lacking.
    """
    book = asked.book
    risks = {c.code for c in book.conclusions.values() if c.about is About.PARENT and c.direction is Direction.RISK}
    resting = _resting_on(risks, book)
    calls = {s.code for s in book.suggestions.values() if s.about is About.PARENT and s.kind in CALLS} & resting
    leading = [r for r in book.rules.values() if r.id in asked.side.program.rules and rests_on(_plain(r), resting)]
    for finding in (f for f in book.findings.values() if f.about is About.CHILD and f.direction is Direction.PROTECTION):
        yield from (monotone(asked, code, finding.code) for code in sorted(risks | calls))
        yield from (never_taken_back(asked, rule, finding.code) for rule in leading)


def _plain(rule: Rule) -> Rule:
    return attrs.evolve(rule, unless=())


def _resting_on(codes: Iterable[str], book: Rulebook) -> set[str]:
    """These results and all to which they lead on, otherwise than by an ``unless``."""
    found = set(codes)
    for code in book.order:
        if any(rests_on(_plain(book.rules[rule]), found) for rule in book.rules_of.get(code, ())):
            found.add(code)
    return found


def never_taken_back(asked: Inquiry, rule: Rule, finding: str) -> Verdict:
    """Whether a finding that becomes present never takes back a rule: by an ``unless``, or as the rule names it as absent."""
    program, to, added = asked.side.program, asked.space.to, Fact(finding, Status.PRESENT.value)
    plane, body = in_space(program.rules[rule.id], asked.side), in_space(program.bodies[rule.id], asked.side)
    named = any(isinstance(leaf, IsAbsent) and leaf.code == finding for leaf in leaves(rule.when))
    name = f"{finding} never takes back {rule.id}"
    if not named and not rule.unless:
        return Verdict(name, Holds.PROVED, Basis.STRUCTURE)
    then = after(asked, added, plane)
    kept = ONES if named else after(asked, added, body).established
    lost = to.both(to.without(plane.established, then.established), kept)
    return told_lowered(asked, name, lost, added, plane)


def compensation_needs_both(asked: Inquiry) -> Iterator[Verdict]:
    """Compensation itself, and whatever follows from a risk of the child and is lost: never without each of both conditions."""
    book, to = asked.book, asked.space.to
    for condition in (c for c in CONDITIONS if c in book.findings):
        if COMPENSATION in asked.side.program.results:
            yield implies(asked, COMPENSATION, condition)
        for code in (c for c in UNCAUGHT if {c, CHILD_RISK} <= asked.side.program.results.keys()):
            risk, follows, met = (plane_of(asked, c).established for c in (CHILD_RISK, code, condition))
            lost = to.without(to.without(risk, follows), met)
            shows = f"{CHILD_RISK} is established, {code} is not, and {condition} is not known to be present"
            yield never(asked, f"{code} is lost only with {condition}", lost, shows)


# --- the three planes ------------------------------------------------------------------------------------------------------


def planes_agree(asked: Inquiry) -> Iterator[Verdict]:
    """Each result, rule, flag, finding, stage and range: never established and out, and never robust and out."""
    program, to = asked.side.program, asked.space.to
    groups: dict[str, Mapping[str, Plane]] = {"result": program.results, "rule": program.rules, "flag": program.flags}
    groups |= {"present": program.present, "absent": program.absent, "stage": program.stages, "range": program.ranges}
    for kind, planes in groups.items():
        for code, own in planes.items():
            plane = in_space(own, asked.side)
            both = to.both(to.either(plane.established, plane.robust), plane.out)
            shows = "a case in which it is out, and established or robust as well"
            yield never(asked, f"{kind} {code} is not out and in at once", both, shows)


def information_takes_nothing(asked: Inquiry) -> Iterator[Verdict]:
    """Each single fact added to a case that says nothing of its kind.

    What was robust stays so, what was out stays so, and what was established stays so unless an ``unless`` stands in its way.
    """
    space, to = asked.space, asked.space.to
    certain = _certain(asked)
    registers = sorted(set(certain.values()))
    hurts = {place for register in registers for place in signs(space, register).hurts}
    for fact in space.facts:
        name = f"stating {fact.name}={fact.value} takes nothing certain away"
        if asked.place[fact] not in hurts:
            yield Verdict(name, Holds.PROVED, Basis.STRUCTURE)
            continue
        then = after_registers(asked, fact, registers)
        lost = to.any(to.without(was, now) for was, now in zip(registers, then, strict=True))
        unstated = [other for other in space.facts if other.name == fact.name]
        found = never(asked, name, before(asked, unstated, fact, lost), "")
        yield told_change(asked, found, fact, lambda was, now: _lost(asked, certain, was, now))


def _certain(asked: Inquiry) -> dict[str, int]:
    """What no added fact may take away, in words, each with its register."""
    book, found = asked.book, dict[str, int]()
    shaky: set[str] = set()
    for code in book.order:
        rules = [book.rules[rule] for rule in book.rules_of.get(code, ())]
        if any(rule.unless or rests_on(rule, shaky) for rule in rules):
            shaky.add(code)
        plane = plane_of(asked, code)
        found |= {f"{code} is robust": plane.robust, f"{code} is ruled out": plane.out}
        if code not in shaky:
            found[f"{code} is established"] = plane.established
    return found


def _lost(asked: Inquiry, certain: Mapping[str, int], was: Facts, now: Facts) -> str:
    """What is certain of one case and not of another, in words."""
    values = evaluate(asked.space, [was, now], list(certain.values()))
    gone = [words for words, value in zip(certain, values, strict=True) if value == 1]
    return f"{', '.join(gone)}, and then no longer"


LAWS = (
    Law("rules-can-fire", "every rule can fire", rules_can_fire),
    Law(
        "rules-add-something",
        "no rule is subsumed by another with the same outcome, wording, evidence and statements",
        rules_add_something,
    ),
    Law("exclusions-hold", "findings that exclude each other are never established together", exclusions_hold),
    Law(
        "risk-never-lowers",
        "a risk that becomes present lowers no suggestion for attention, to discuss, to refer or of safety, "
        "but for a protection that it excludes",
        risk_never_lowers,
    ),
    Law("parents-never-offset", "protection of the child offsets no risk of the parents", parents_never_offset),
    Law(
        "compensation-needs-both",
        "parents catch a risk of the child only by recognising the problem and offering safety",
        compensation_needs_both,
    ),
    Law(
        "act-now-withholds",
        "a flag raised to act now, and not acted upon, withholds everything of the article and of today",
        act_now_withholds,
    ),
    Law("possible-withholds-nothing", "a flag that is only possible withholds nothing", possible_withholds_nothing),
    Law("safety-stands-alone", "no rule of safety rests on a rule of the article", safety_stands_alone),
    Law(
        "article-never-touches-safety", "switching rules of the article changes no result of safety", article_never_touches_safety
    ),
    Law("off-stays-silent", "rules that are off by default are silent in the default profile", off_stays_silent),
    Law("planes-agree", "nothing is ruled out and established at once, nor ruled out and robust", planes_agree),
    Law(
        "information-takes-nothing",
        "one more fact never takes away what is robust or out, nor what is established without an unless",
        information_takes_nothing,
    ),
)
"""All laws, in the order in which they are told."""
