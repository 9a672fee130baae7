"""What of an advice may leave as a resource, and under which label: records are read by parents too."""

from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from hechting_rules.advice import Advice, Outcome, Suggested
from hechting_rules.answered import prepare
from hechting_rules.model import DEFAULT_PROFILE, Rulebook
from hechting_rules.render.telling import rules_below
from hechting_rules.terms import Kind, Origin, Standing

ABUSE = "RF-01"
"""The flag for a suspicion of abuse, neglect or violence: nothing that rests on it leaves unless the host says so."""
PAST_ABUSE = frozenset({
    "child.history_abuse",
    "child.history_maltreatment",
    "child.history_neglect",
    "parent.maltreated_in_childhood",
    "parent.neglected_in_childhood",
})  # fmt: skip
DISPUTED = frozenset({Standing.CONTESTED, Standing.OUTDATED, Standing.HARMFUL})
"""A rule whose evidence stands so does not carry a referral."""
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


@attrs.frozen
class Leaving:
    """An advice with what decides which of its parts may leave.

    ``hidden`` are the findings of a suspicion of abuse, ``asked_later`` those of them that are asked only once there is one;
    ``unclear`` the suggestions of the rulebook that name a safety flag that is raised, addressed or not. With ``abuse`` the host
    takes it upon itself to receive a suspicion of abuse; it leaves as very restricted.
    """

    advice: Advice
    hidden: frozenset[str]
    asked_later: frozenset[str]
    unclear: frozenset[str]
    abuse: bool

    @classmethod
    def of(cls, advice: Advice, book: Rulebook, *, abuse: bool) -> "Leaving":
        """For an advice that this rulebook gave."""
        program = prepare(book, DEFAULT_PROFILE)
        screens = program.screens.get(ABUSE, frozenset())
        below = {code for screen in screens for code in program.closed.above[screen]}
        addressed = {s.addressed_by for s in book.suggestions.values() if s.flag == ABUSE and s.addressed_by}
        raised = {s.flag for s in advice.suggestions if s.flag and s.outcome is Outcome.ESTABLISHED}
        above = {flag.id for flag in book.flags.values() if flag.stands_above}
        unclear = {s.code for s in book.suggestions.values() if raised & ({*s.screens} | above)}
        hidden = frozenset(screens | below | addressed)
        return cls(advice, hidden, frozenset() if abuse else frozenset(below | addressed), frozenset(unclear), abuse)

    def suggestions(self) -> tuple[Suggested, ...]:
        """The suggestions that may become resources, in their order."""
        return tuple(s for s in self.advice.suggestions if self.may_leave(s))

    def may_leave(self, suggestion: Suggested) -> bool:
        """Whether a suggestion may become a resource: other software is told of it and, without ``abuse``, it suspects none."""
        return is_told(suggestion) and (self.abuse or not self.suspects(suggestion))

    def may_refer(self, suggestion: Suggested) -> bool:
        """Whether a suggestion may become a draft referral.

        It is a referral, established, not withheld; its safety screens are clear (none open, none raised); and at least one rule
        that establishes it rests on evidence that is not contested, outdated or potentially harmful.
        """
        open_ = suggestion.withheld_by or suggestion.after or suggestion.screen_first or suggestion.code in self.unclear
        return suggestion.kind is Kind.REFER and self.may_leave(suggestion) and not open_ and is_uncontested(suggestion)

    def suspects(self, suggestion: Suggested) -> bool:
        """Whether a suggestion says, or rests on, a suspicion of abuse."""
        return suggestion.flag == ABUSE or bool(self.hidden & set(grounds(self.advice, suggestion)))

    def labels(self, suggestions: Iterable[Suggested]) -> list[dict[str, str]]:
        """The security labels for a resource that tells of these suggestions; none where nothing in them is sensitive."""
        told = list(suggestions)
        if any(self.suspects(s) for s in told):
            return [_label(CONFIDENTIALITY, "V", "very restricted"), _label(ACT_CODE, "NOPAT", "no disclosure to patient")]
        if any(s.origin is Origin.SAFETY or self._rests_on_safety(s) for s in told):
            return [_label(CONFIDENTIALITY, "R", "restricted"), _label(ACT_CODE, "NOPAT", "no disclosure to patient")]
        return []

    def _rests_on_safety(self, suggestion: Suggested) -> bool:
        return any(code.startswith("safety.") or code in PAST_ABUSE for code in grounds(self.advice, suggestion))


def grounds(advice: Advice, suggestion: Suggested) -> Iterator[str]:
    """The codes of everything that carries a suggestion: satisfied premises down to what the case states, and stated facts."""
    for reason in (*suggestion.because, *rules_below(advice, suggestion.because)):
        yield from (premise.code for premise in reason.premises if premise.satisfied)
        for premise in reason.premises:
            yield from premise.source if premise.satisfied else ()
    for facts in suggestion.why:
        yield from (fact.name for fact in facts)


def is_told(suggestion: Suggested) -> bool:
    """Whether other software is told of a suggestion: established, not withheld, no general advice, not potentially harmful."""
    given = suggestion.outcome is Outcome.ESTABLISHED and not suggestion.withheld_by and not suggestion.on_occasion
    return given and not is_harmful(suggestion)


def is_harmful(suggestion: Suggested) -> bool:
    """Whether all that establishes a suggestion is of a claim that is potentially harmful today: told, but never acted upon."""
    notes = [r.evidence for r in suggestion.because if r.outcome is Outcome.ESTABLISHED]
    return bool(notes) and all(note is not None and Standing.HARMFUL in note.standing for note in notes)


def is_uncontested(suggestion: Suggested) -> bool:
    """Whether some rule that establishes a suggestion has an evidence note that disputes nothing."""
    reasons = [r for r in suggestion.because if r.outcome is Outcome.ESTABLISHED and r.evidence is not None]
    return any(r.evidence is not None and not DISPUTED & set(r.evidence.standing) for r in reasons)


def _label(system: str, code: str, display: str) -> dict[str, Any]:
    return {"system": system, "code": code, "display": display}
