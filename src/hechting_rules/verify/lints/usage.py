"""Lints of what a rulebook's parts are there for: unused, without an exemplar, on the wrong ground, in a circle, with a gap."""

import itertools
from collections.abc import Collection, Iterator, Mapping

from hechting_rules.condition import AllOf, InRange, Is, IsAbsent, leaves
from hechting_rules.engine.admission import stage_bounds
from hechting_rules.facts import AGE_OF
from hechting_rules.model import Rule, Rulebook
from hechting_rules.profiles import off_by_default, parameter_values
from hechting_rules.relations import entailment
from hechting_rules.source import Span
from hechting_rules.stated import Case, Expected
from hechting_rules.terms import Handling, Kind, Person, Standing
from hechting_rules.verify.cones import polarity
from hechting_rules.verify.lints.remark import Remark, Shown, where_present, where_raised

NOTHING_SAID = Shown(Case())


def unused(book: Rulebook) -> Iterator[Remark]:
    """L605: a finding, conclusion, range, parameter, evidence note or reading that nothing uses. Use it, or take it out."""
    used = _named(book)
    framed = {code for stage in book.stages.values() for code in stage.implies}
    framed |= {suggestion.addressed_by for suggestion in book.suggestions.values()}
    framed |= {code for quantity in book.quantities.values() for code in quantity.implies}
    closed = entailment(book.findings)
    for finding in book.findings.values():
        linked = {finding.code, *closed.above[finding.code], *closed.below[finding.code], *closed.against[finding.code]}
        if not linked & (used | framed):
            witness = where_present(book, finding.code)
            yield Remark("L605", finding.span, f"no rule uses the finding '{finding.code}'", witness=witness)
    for conclusion in book.conclusions.values():
        if not conclusion.shown and conclusion.context is None and conclusion.code not in used:
            message = f"the conclusion '{conclusion.code}' is not shown, has no context, and no rule uses it"
            rules = book.rules_of.get(conclusion.code, ())
            yield Remark("L605", conclusion.span, message, rules=rules, witness=where_raised(book, conclusion.code))
    yield from _unused_numbers(book)
    yield from _unused_grounds(book)


def _named(book: Rulebook) -> set[str]:
    """The findings and conclusions that rules name."""
    found = {leaf.code for rule in book.rules.values() for leaf in leaves(rule.when) if isinstance(leaf, Is | IsAbsent)}
    return found | {code for rule in book.rules.values() for code in rule.unless}


def _unused_numbers(book: Rulebook) -> Iterator[Remark]:
    ends = {end for stage in book.stages.values() for end in (stage.start, stage.below)}
    ends |= {end for named in book.ranges.values() for end in (named.start, named.end) if isinstance(end, str)}
    for parameter in book.parameters.values():
        if parameter.name not in ends:
            yield Remark("L605", parameter.span, f"nothing uses the parameter '{parameter.name}'")
    ranges = {leaf.name for rule in book.rules.values() for leaf in leaves(rule.when) if isinstance(leaf, InRange)}
    for named in book.ranges.values():
        if named.name not in ranges:
            yield Remark("L605", named.span, f"no rule uses the range '{named.name}'")


def _unused_grounds(book: Rulebook) -> Iterator[Remark]:
    """Evidence notes that no rule and no disposition rests on, and readings that no rule and no statement names."""
    resting = {rule.evidence for rule in book.rules.values()}
    resting |= {code for disposition in book.dispositions.values() for code in disposition.explained_in}
    for note in book.evidence.values():
        if note.id not in resting:
            yield Remark("L605", note.span, f"no rule rests on the evidence note '{note.id}'")
    named = {reading for rule in book.rules.values() for reading in rule.ambiguities}
    named |= {reading for statement in book.statements.values() for reading in statement.ambiguities}
    for reading in book.ambiguities.values():
        if reading.id not in named:
            yield Remark("L605", reading.span, f"no rule and no statement names the reading '{reading.id}'")


def one_polarity(book: Rulebook) -> Iterator[Remark]:
    """L606: a finding speaks both for and against one result. Then robust, out and what to ask are bounds, not exact."""
    for code, both in polarity(book).items():
        result = book.conclusions.get(code) or book.suggestions[code]
        for finding in both:
            message = f"'{finding}' stands both for and against '{code}'"
            yield Remark("L606", result.span, message, rules=book.rules_of[code], witness=where_present(book, finding))


def exemplars(book: Rulebook) -> Iterator[Remark]:
    """L607: a rule lacks an exemplar in which it fires, or one in which it does not."""
    for rule in book.rules.values():
        fires = any(rule.result in (c for c, _ in e.expected.established) for e in rule.exemplars)
        silent = any(rule.result in _codes_not_established(e.expected) for e in rule.exemplars)
        if not fires or not silent:
            missing = "in which it fires" if not fires else "in which it does not fire"
            witness = where_raised(book, rule.id) if not fires else NOTHING_SAID
            yield Remark("L607", rule.span, f"rule '{rule.id}' has no exemplar {missing}", rules=(rule.id,), witness=witness)


def _codes_not_established(expected: Expected) -> set[str]:
    groups = (expected.possible, expected.ruled_out, expected.not_established)
    return {code for group in groups for code, _ in group}


def double_counted(book: Rulebook) -> Iterator[Remark]:
    """L610: a rule asks for two findings of one double-count group together, so that one thing counts twice."""
    for rule in book.rules.values():
        if isinstance(rule.when, AllOf):
            groups = [book.findings[p.code].group for p in rule.when.parts if isinstance(p, Is) and p.code in book.findings]
            for group in sorted({g for g in groups if g and groups.count(g) > 1}):
                message = f"rule '{rule.id}' counts the group '{group}' twice"
                yield Remark("L610", rule.span, message, rules=(rule.id,), witness=where_raised(book, rule.id))


def background(book: Rulebook) -> Iterator[Remark]:
    """L608: a suggestion rests on a rule whose evidence note is background only. Tell it as context instead.

    A rule of the article that does so is not loaded at all (R416).
    """
    for rule in book.rules.values():
        if _handling(book, rule) is Handling.BACKGROUND and rule.result in book.suggestions:
            message = f"rule '{rule.id}' raises '{rule.result}' on a claim that is background only"
            yield Remark("L608", rule.span, message, rules=(rule.id,), witness=where_raised(book, rule.id))


def _handling(book: Rulebook, rule: Rule) -> Handling | None:
    note = book.evidence.get(rule.evidence)
    return None if note is None else note.handling


def harmful_referrals(book: Rulebook) -> Iterator[Remark]:
    """L609: a claim that may do harm leads to a referral. Even switched on it only tells what the article says."""
    for rule in book.rules.values():
        suggestion = book.suggestions.get(rule.result)
        note = book.evidence.get(rule.evidence)
        harmful = note is not None and note.standing[:1] == (Standing.HARMFUL,)
        if harmful and off_by_default(book, rule.id) and suggestion is not None and suggestion.kind is Kind.REFER:
            message = f"rule '{rule.id}' refers on a claim that may do harm"
            yield Remark("L609", rule.span, message, rules=(rule.id,), witness=where_raised(book, rule.id))


def stage_gaps(book: Rulebook) -> Iterator[Remark]:
    """L617: two stages of a person overlap, or an age that can be entered belongs to none. Let each stage begin where one ends.

    Looked at under every profile, as a profile may move the bounds. The highest age that can be entered may belong to no stage:
    with it a person is no longer this one.
    """
    seen: set[tuple[Person, str]] = set()
    for profile in book.profiles.values():
        parameters = parameter_values(book, profile)
        for person in Person:
            quantity = book.quantities.get(AGE_OF[person])
            own = [(*stage_bounds(stage, parameters), stage) for stage in book.stages.values() if stage.of is person]
            bounded = sorted(
                (
                    (low or 0.0, float("inf") if high is None else high, stage.code, stage.span)
                    for low, high, stage in own
                    if low is not None or high is not None
                )
            )
            if quantity is None or not bounded:
                continue
            for span, age, words in _breaks(bounded, quantity.least, quantity.most):
                if (person, words) not in seen:
                    seen.add((person, words))
                    under = "" if profile.id == "default" else f" (profile '{profile.id}')"
                    case = Case(quantities=((quantity.name, age),))
                    yield Remark("L617", span, f"{words} {quantity.unit}{under}", witness=Shown(case))


def _breaks(stages: list[tuple[float, float, str, Span]], least: float, most: float) -> Iterator[tuple[Span, float, str]]:
    """Where stages do not follow upon each other: the place, an age that shows it, and words for it."""
    if stages[0][0] > least:
        yield stages[0][3], least, f"no stage holds {least:g} to {stages[0][0]:g}"
    for (_, end, code, _), (start, below, other, span) in itertools.pairwise(stages):
        if start > end:
            yield span, end, f"no stage holds {end:g} to {start:g}"
        elif start < end:
            yield span, start, f"'{code}' and '{other}' both hold {start:g} to {min(end, below):g}"
    last = max(stages, key=lambda stage: stage[1])
    if last[1] < most:
        yield last[3], last[1], f"no stage holds {last[1]:g} to {most:g}"


def cyclic(book: Rulebook) -> Iterator[Remark]:
    """L619: findings imply each other, or suggestions are each other's next step. Of such a circle no part comes first.

    A result that rests on itself is not loaded at all (R420).
    """
    closed = entailment(book.findings)
    for finding in book.findings.values():
        for other in closed.below[finding.code]:
            if finding.code in closed.below[other] and finding.code < other:
                message = f"'{finding.code}' and '{other}' imply each other, so they are one finding"
                yield Remark("L619", finding.span, message, witness=where_present(book, finding.code))
    steps = {s.code: s.next_step_of for s in book.suggestions.values() if s.next_step_of}
    for circle in sorted({_circle(code, steps) for code in steps} - {()}):
        path = " -> ".join((*circle, circle[0]))
        rules = tuple(rule for code in circle for rule in book.rules_of[code])
        witness = where_raised(book, circle[0])
        yield Remark("L619", book.suggestions[circle[0]].span, f"each is the next step of the other: {path}", "", rules, witness)


def _circle(start: str, steps: Mapping[str, str]) -> tuple[str, ...]:
    """The circle that a suggestion is part of, from its first code on; nothing for one that is in none."""
    path, code = [start], steps[start]
    while code in steps and code not in path:
        path.append(code)
        code = steps[code]
    return _turned(path) if code == start else ()


def _turned(path: Collection[str]) -> tuple[str, ...]:
    """A circle told from its first code on."""
    turned = list(path)
    place = turned.index(min(turned))
    return (*turned[place:], *turned[:place])
