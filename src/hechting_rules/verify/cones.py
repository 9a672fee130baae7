"""The cone of a result: everything it rests on, and which way each finding in it points."""

from collections.abc import Iterator, Mapping

from hechting_rules.condition import Is, IsAbsent, leaves
from hechting_rules.model import Rulebook


def cone(book: Rulebook, code: str) -> dict[str, set[int]]:
    """The findings that a result rests on, each with the ways it points: 1 for the result, -1 against it."""
    found: dict[str, set[int]] = {}
    for finding, sign in _signed(book, code, 1, set()):
        found.setdefault(finding, set()).add(sign)
    return found


def _signed(book: Rulebook, code: str, sign: int, seen: set[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    if (code, sign) in seen:
        return
    seen.add((code, sign))
    for rule_id in book.rules_of.get(code, ()):
        rule = book.rules[rule_id]
        for leaf in leaves(rule.when):
            if isinstance(leaf, Is) and leaf.code in book.findings:
                yield leaf.code, sign
            elif isinstance(leaf, Is):
                yield from _signed(book, leaf.code, sign, seen)
            elif isinstance(leaf, IsAbsent):
                yield leaf.code, -sign
        for blocker in rule.unless:
            yield from _signed(book, blocker, -sign, seen)


def polarity(book: Rulebook) -> Mapping[str, tuple[str, ...]]:
    """For each result the findings that stand both for and against it; results without any are left out."""
    found = {}
    for code in book.order:
        both = tuple(sorted(f for f, signs in cone(book, code).items() if len(signs) > 1))
        if both:
            found[code] = both
    return found
