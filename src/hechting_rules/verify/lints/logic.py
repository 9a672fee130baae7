"""Lints of what the conditions of a rule come to, as far as they show it by themselves: nothing here needs a solver.

What is found is certain; what is not found may still be so: `hechting check --prove` looks at the same codes over all cases.
"""

import itertools
from collections.abc import Hashable, Iterable, Iterator

from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, InRange, InStage, Is, IsAbsent
from hechting_rules.model import Rule, Rulebook
from hechting_rules.relations import group_parts
from hechting_rules.terms import Person
from hechting_rules.verify.lints.remark import Remark, where_raised
from hechting_rules.verify.lints.sense import Sense, Single, clash, gives, sense_of, words
from hechting_rules.verify.proofs import told_apart

Known = tuple[Single, ...]
"""Single conditions that hold wherever the condition at hand is looked at: those beside it and around it in an ``all``."""


def unreachable(book: Rulebook) -> Iterator[Remark]:
    """L612: a rule can never hold, or a part of its condition cannot. No case that can be admitted makes it so.

    Such a rule is silent for ever, and nobody is told. There is no case that shows it.
    """
    sense, dead = sense_of(book), set[str]()
    for code in book.order:
        rules = [book.rules[rule] for rule in book.rules_of.get(code, ())]
        reasons = {rule.id: never(rule.when, (), sense, dead) or _taken_back(rule) for rule in rules}
        if rules and all(reasons.values()):
            dead.add(code)
        for rule in rules:
            if reasons[rule.id]:
                yield Remark("L612", rule.span, f"rule '{rule.id}' can never hold: {reasons[rule.id]}", rules=(rule.id,))
            else:
                for part, reason in _dead_parts(rule.when, (), sense, dead):
                    message = f"in rule '{rule.id}' {words(part)} can never hold: {reason}"
                    yield Remark("L612", part.span, message, rules=(rule.id,))


def never(condition: Condition, known: Known, sense: Sense, dead: set[str]) -> str:
    """Why a condition cannot hold where others are known to, or nothing; ``dead`` are the results that no rule can reach."""
    match condition:
        case AllOf(parts):
            within = (*known, *_singles(parts))
            clashes = (clash(a, b, sense) for a, b in itertools.combinations(within, 2))
            alone = (never(part, within, sense, dead) for part in parts)
            return next(filter(None, itertools.chain(clashes, alone)), "")
        case AnyOf(parts):
            reasons = [never(part, known, sense, dead) for part in parts]
            return reasons[0] if all(reasons) else ""
        case AtLeast(count, parts):
            groups = [[never(p, known, sense, dead) for p in group] for group in group_parts(parts, sense.book.findings)]
            gone = [reasons[0] for reasons in groups if all(reasons)]
            return gone[0] if len(groups) - len(gone) < count else ""
        case Is(code) if code in dead:
            return f"no rule can reach '{code}'"
        case _:
            return next(filter(None, (clash(condition, other, sense) for other in known)), "")


def _taken_back(rule: Rule) -> str:
    needed = {part.code for part in _needed(rule.when) if isinstance(part, Is)}
    both = sorted(needed & set(rule.unless))
    return f"it asks for '{both[0]}', and 'unless: {both[0]}' takes it back" if both else ""


def _needed(condition: Condition) -> Iterator[Single]:
    """The single conditions without which a condition does not hold."""
    match condition:
        case AllOf(parts):
            for part in parts:
                yield from _needed(part)
        case AnyOf() | AtLeast():
            return
        case _:
            yield condition


def _singles(parts: Iterable[Condition]) -> Known:
    return tuple(part for part in parts if not isinstance(part, AllOf | AnyOf | AtLeast))


def _dead_parts(condition: Condition, known: Known, sense: Sense, dead: set[str]) -> Iterator[tuple[Condition, str]]:
    """The parts of a condition that cannot hold, though the condition can."""
    if isinstance(condition, AllOf | AnyOf | AtLeast):
        within = (*known, *_singles(condition.parts)) if isinstance(condition, AllOf) else known
        for part in condition.parts:
            reason = "" if isinstance(condition, AllOf) else never(part, within, sense, dead)
            if reason:
                yield part, reason
            else:
                yield from _dead_parts(part, within, sense, dead)


def always_true(book: Rulebook) -> Iterator[Remark]:
    """L613: a condition holds wherever it is looked at, or adds nothing to those beside it. It decides nothing.

    Either it can go, or something else was meant. The case is one in which the rule holds.
    """
    sense = sense_of(book)
    for rule in book.rules.values():
        for part, reason in idle(rule.when, (), sense):
            message = f"in rule '{rule.id}' {words(part)} decides nothing: {reason}"
            witness = where_raised(book, rule.id)
            yield Remark("L613", part.span, message, "take it out, or say what was meant", (rule.id,), witness)


def idle(condition: Condition, known: Known, sense: Sense) -> Iterator[tuple[Condition, str]]:
    """The parts of a condition that decide nothing where others are known to hold, and why."""
    match condition:
        case AllOf(parts):
            for part in parts:
                beside = (*known, *_singles(other for other in parts if other is not part))
                yield from idle(part, beside, sense)
        case AnyOf(parts) | AtLeast(_, parts):
            reason = _everything(condition, known, sense)
            if reason:
                yield condition, reason
                return
            for part in parts:
                covering = (other for other in parts if other is not part and _covers(other, part, sense))
                other = next(covering, None) if isinstance(condition, AnyOf) else None
                if other is not None:
                    yield part, f"{words(other)} beside it holds whenever it does"
                elif isinstance(part, AllOf | AnyOf | AtLeast):
                    yield from idle(part, known, sense)
        case _:
            reason = _settled(condition, known, sense)
            if reason:
                yield condition, reason


def _covers(other: Condition, part: Condition, sense: Sense) -> bool:
    """Whether another part of an ``any`` holds whenever this one does; of two that say the same, the first one covers."""
    return entails(part, other, sense) and not entails(other, part, sense)


def _settled(single: Single, known: Known, sense: Sense) -> str:
    """Why a single condition always holds where others are known to, or nothing."""
    giving = next((other for other in known if gives(other, single, sense) and other != single), None)
    return _everywhere(single, sense) if giving is None else f"{words(giving)} beside it says as much"


def _everywhere(single: Single, sense: Sense) -> str:
    """Why a single condition holds of everyone whom it can be about, or nothing."""
    match single:
        case InStage(stages):
            person = sense.book.stages[stages[0]].of
            return f"these are all stages of the {person}" if sense.stages_of(person) <= set(stages) else ""
        case InRange(name):
            quantity = sense.book.quantities[sense.book.ranges[name].quantity]
            start, end = sense.ends(name)
            return f"every '{quantity.name}' lies in it" if start <= quantity.least and quantity.most <= end else ""
        case _:
            return ""


def _everything(condition: AnyOf | AtLeast, known: Known, sense: Sense) -> str:
    """Why enough parts of an ``any`` or ``at_least`` always hold where others are known to, or nothing."""
    count = condition.count if isinstance(condition, AtLeast) else 1
    settled = [
        next((why for part in group if (why := _settled(part, known, sense))), "")
        for group in (tuple(_singles(group)) for group in group_parts(condition.parts, sense.book.findings))
    ]
    reasons = [why for why in settled if why]
    if len(reasons) >= count:
        return reasons[0]
    if count > 1:
        return ""
    there = {part.code for part in condition.parts if isinstance(part, Is) and part.code in sense.book.findings}
    for gone in (part.code for part in condition.parts if isinstance(part, IsAbsent)):
        either = sorted(there & {gone, *sense.closed.below[gone]})
        if either:
            return f"'{either[0]}' is present or '{gone}' is absent, whatever is so"
    named = {stage for part in condition.parts if isinstance(part, InStage) for stage in part.stages}
    person = next((person for person in Person if sense.stages_of(person) <= named), None)
    return "" if person is None else f"all stages of the {person} are named in it"


def duplicate(book: Rulebook) -> Iterator[Remark]:
    """L614: two rules are the same: condition, result, wording, evidence and statements. One of them can go."""
    for rules in book.rules_of.values():
        first: dict[Hashable, str] = {}
        for rule in (book.rules[name] for name in rules):
            other = first.setdefault((normal(rule.when), frozenset(rule.unless)), rule.id)
            if other != rule.id and not told_apart(rule, book.rules[other]):
                message = f"rule '{rule.id}' says what '{other}' says"
                yield Remark("L614", rule.span, message, "take one of them out", (rule.id, other), where_raised(book, rule.id))


def subsumed_rules(book: Rulebook) -> Iterator[Remark]:
    """L615: a rule holds only where another with the same result, wording, evidence and statements holds too. It adds nothing."""
    sense = sense_of(book)
    for rules in book.rules_of.values():
        for one, other in itertools.permutations((book.rules[name] for name in rules), 2):
            same = normal(one.when) == normal(other.when) and set(one.unless) == set(other.unless)
            if same or told_apart(one, other) or not set(other.unless) <= set(one.unless):
                continue
            if entails(one.when, other.when, sense):
                message = f"rule '{one.id}' adds nothing to '{other.id}', which holds whenever it does"
                yield Remark("L615", one.span, message, "", (one.id, other.id), where_raised(book, one.id))


def normal(condition: Condition) -> Hashable:
    """A condition without regard to the order of its parts, nor to an ``all`` or ``any`` of one."""
    match condition:
        case AllOf(parts) | AnyOf(parts) if len(parts) == 1:
            return normal(parts[0])
        case AllOf(parts) | AnyOf(parts):
            return type(condition), frozenset(normal(part) for part in parts)
        case AtLeast(count, parts):
            return AtLeast, count, frozenset(normal(part) for part in parts)
        case InStage(stages):
            return InStage, frozenset(stages)
        case Is(name) | IsAbsent(name) | InRange(name):
            return type(condition), name


def entails(one: Condition, other: Condition, sense: Sense) -> bool:
    """Whether, by their form and the vocabulary alone, a condition holds only where another does."""
    if normal(one) == normal(other):
        return True
    match one, other:
        case AnyOf(parts), _:
            return all(entails(part, other, sense) for part in parts)
        case _, AllOf(parts):
            return all(entails(one, part, sense) for part in parts)
        case _, AnyOf(parts) if any(entails(one, part, sense) for part in parts):
            return True
        case AllOf(parts), _:
            return any(entails(part, other, sense) for part in parts)
        case AtLeast(count, parts), AtLeast(fewer, more):
            return fewer <= count and {normal(part) for part in parts} <= {normal(part) for part in more}
        case (AtLeast(), _) | (_, AtLeast()) | (_, AnyOf()):
            return False
        case _:
            return gives(one, other, sense)


LINTS = (unreachable, always_true, duplicate, subsumed_rules)
