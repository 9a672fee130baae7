"""What an explanation tells of its result, and the rules on the way to it."""

from collections.abc import Iterator, Mapping

from hechting_rules.advice import Concluded, Justification, Suggested
from hechting_rules.explanations import Explanation


def told(explanation: Explanation) -> Concluded | Suggested | None:
    """The result as the advice tells it; nothing where the advice leaves it out."""
    results: tuple[Concluded | Suggested, ...] = (*explanation.advice.suggestions, *explanation.advice.conclusions)
    return next((result for result in results if result.code == explanation.code), None)


def own_rules(explanation: Explanation) -> tuple[Justification, ...]:
    """The rules that bring the result about or, when none does, those that still may."""
    found = told(explanation)
    return () if found is None else found.because


def rules_below(explanation: Explanation) -> tuple[Justification, ...]:
    """The rules of the conclusions that the result rests on, nearest to the result first, each once."""
    concluded = {c.code: c for c in explanation.advice.conclusions}
    own = own_rules(explanation)
    found = {reason.rule: reason for reason in _below(own, concluded, {explanation.code})}
    return tuple(reason for name, reason in found.items() if name not in {reason.rule for reason in own})


def _below(because: tuple[Justification, ...], concluded: Mapping[str, Concluded], opened: set[str]) -> Iterator[Justification]:
    for reason in because:
        for premise in reason.premises:
            if premise.satisfied and premise.code in concluded and premise.code not in opened:
                opened.add(premise.code)
                rules = concluded[premise.code].because
                yield from rules
                yield from _below(rules, concluded, opened)
