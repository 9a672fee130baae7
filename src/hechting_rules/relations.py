"""What the parts of a rulebook say of each other: what follows from what, what counts once, what rests on what, what is off."""

from collections.abc import Iterable, Mapping

import attrs

from hechting_rules.condition import Condition, Is, IsAbsent, leaves
from hechting_rules.model import BookPart, Finding, Rule, Rulebook
from hechting_rules.terms import Handling


@attrs.frozen
class Entailment:
    """What follows between findings, closed under ``implies`` and ``excludes``.

    ``above[x]``: findings whose presence means that ``x`` is present; ``below[x]``: findings that are present when ``x`` is;
    ``against[x]``: findings whose presence means that ``x`` is not present. None of them holds ``x`` itself.
    """

    above: Mapping[str, tuple[str, ...]]
    below: Mapping[str, tuple[str, ...]]
    against: Mapping[str, tuple[str, ...]]


def entailment(findings: Mapping[str, Finding]) -> Entailment:
    """What follows from what, by the ``implies`` and ``excludes`` of these findings."""
    below = {code: _reach(code, findings) for code in findings}
    above: dict[str, list[str]] = {code: [] for code in findings}
    for code, under in below.items():
        for other in under:
            above[other].append(code)
    contrary: dict[str, set[str]] = {code: set() for code in findings}
    for finding in findings.values():
        for other in finding.excludes:
            if other in contrary:
                contrary[finding.code].add(other)
                contrary[other].add(finding.code)
    against = {
        code: tuple(sorted({w for z in (code, *below[code]) for x in contrary[z] for w in (x, *above[x])})) for code in findings
    }
    return Entailment({c: tuple(sorted(v)) for c, v in above.items()}, below, against)


def _reach(code: str, findings: Mapping[str, Finding]) -> tuple[str, ...]:
    seen: set[str] = set()
    todo = [code]
    while todo:
        for other in findings[todo.pop()].implies:
            if other in findings and other not in seen:
                seen.add(other)
                todo.append(other)
    return tuple(sorted(seen - {code}))


def group_parts(parts: tuple[Condition, ...], findings: Mapping[str, Finding]) -> tuple[tuple[Condition, ...], ...]:
    """The parts of an ``at_least``, those findings together that share a double-count group."""
    groups: dict[str, list[Condition]] = {}
    for place, part in enumerate(parts):
        finding = findings.get(part.code) if isinstance(part, Is | IsAbsent) else None
        key = f"{type(part).__name__} {finding.group}" if finding is not None and finding.group else str(place)
        groups.setdefault(key, []).append(part)
    return tuple(tuple(group) for group in groups.values())


def rests_on(rule: Rule, results: Iterable[str]) -> tuple[str, ...]:
    """The results that a rule's condition and ``unless`` name."""
    known = set(results)
    named = [leaf.code for leaf in leaves(rule.when) if isinstance(leaf, Is)]
    return tuple(dict.fromkeys(code for code in (*named, *rule.unless) if code in known))


def part_of(code: str, book: Rulebook) -> BookPart | None:
    """The extension that a code, or the id of a rule, stands in; nothing for those of the base."""
    return next((part for part in book.parts if part.namespace and code.startswith(f"{part.namespace}.")), None)


def is_switched_off(book: Rulebook, rule: str) -> bool:
    """Whether an extension switches a rule off."""
    return any(switch.rule == rule for part in book.parts for switch in part.off)


def off_by_evidence(book: Rulebook, rule: Rule) -> bool:
    """Whether a rule is silent because of how its claim stands today."""
    note = book.evidence.get(rule.evidence)
    return note is not None and note.handling is Handling.OFF
