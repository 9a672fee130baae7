"""Cards of CDS Hooks from an advice: few, in order, each with its reasons and where it comes from."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from hechting_rules.advice import Advice, FlagName, Outcome, Suggested
from hechting_rules.interop.codes import OVERRIDE_SYSTEM, RESULT_SYSTEM
from hechting_rules.interop.leaving import is_told
from hechting_rules.interop.resources import Sheet, id_from, service_request
from hechting_rules.render.phrases import (
    ASK_NEXT,
    BECAUSE,
    CAUTION,
    CHECKED,
    IN_THE_ARTICLE,
    NOT_REVIEWED,
    ORIGINS,
    ROUTE,
    SCREEN_FIRST,
)
from hechting_rules.render.telling import chosen, facts, places, wants_caution, worth_asking
from hechting_rules.terms import UNREVIEWED, Level, Origin, Text

MOST_QUESTIONS = 3
MOST_HINTS = 5
ASK_CODE = "ask"
ASK_SUMMARY = Text(
    "Wat nu te vragen: wat nog niet bekend is, kan deze suggesties veranderen.",
    "What to ask next: what is not known yet can change these suggestions.",
)
HELD = Text(
    "Zolang dit niet is afgehandeld, wachten andere suggesties: {n}.",
    "Until this has been dealt with, other suggestions wait: {n}.",
)
HINTS = Text("Iets in het dossier kan hierop wijzen; vraag het na", "Something in the record may point to this; ask")
PARTLY = Text("Niet het hele dossier kon worden gelezen.", "Not the whole record could be read.")
DRAFT = Text("Concept van een verwijzing maken, om te beoordelen", "Draft a referral, to be judged")
OVERRIDES = {
    "known": Text("Al bekend of al gedaan", "Known or done already"),
    "not-applicable": Text("Past niet bij deze patiënt", "Does not fit this patient"),
    "disagree": Text("Ik ben het er niet mee eens", "I do not agree"),
    "later": Text("Nu niet, later", "Not now, later"),
    "record-wrong": Text("Het dossier klopt niet", "The record is not right"),
}
Card = dict[str, Any]


@attrs.frozen
class Deck:
    """What the cards of one answer share: the sheet of its resources, what ties the ids to the call, and the host's addresses.

    ``source_url`` is where a source is described, ``rule_url`` the page of one rule, with ``{rule}`` in it; either may be empty.
    ``patient`` is the one in context: a draft of a referral is only for that person. ``hints`` are findings that the record only
    points to.
    """

    sheet: Sheet
    instance: str
    patient: str
    source_url: str
    rule_url: str
    hints: tuple[Text, ...] = ()

    @property
    def advice(self) -> Advice:
        """The advice."""
        return self.sheet.advice

    def words(self, text: Text) -> str:
        """A text in the language of the cards."""
        return self.sheet.words(text)


def cards(deck: Deck, *, partial: bool) -> dict[str, Card]:
    """The cards by the code of what they tell, in order; none where nothing is established.

    Established suggestions that are not withheld: at most three of safety and a few of each other origin, as in the text for
    people. A card on what to ask next stands last, and only beside others. What rests on potentially harmful claims has none.
    """
    told = [s for s in chosen(deck.advice, everything=False).all() if is_told(s)]
    found = {s.code: _card(s, deck) for s in told}
    if found and deck.advice.ask_next:
        found[ASK_CODE] = _ask(deck, partial=partial)
    return found


def indicator(suggestion: Suggested) -> str:
    """How urgent a card is: critical to act now, warning for other safety, info for everything else."""
    if suggestion.origin is not Origin.SAFETY:
        return "info"
    return "critical" if suggestion.level is Level.ACT_NOW else "warning"


def _card(suggestion: Suggested, deck: Deck) -> Card:
    summary = deck.words(suggestion.summary)
    topic = {"system": RESULT_SYSTEM, "code": suggestion.code, "display": summary}
    links = list(_links(suggestion, deck))
    suggestions = list(_suggestions(suggestion, deck))
    return {
        "uuid": id_from(deck.instance, suggestion.code),
        "summary": summary,
        "detail": _detail(suggestion, deck),
        "indicator": indicator(suggestion),
        "source": _source(f"{deck.words(ORIGINS[suggestion.origin])}: ", topic, deck),
        **({"suggestions": suggestions, "selectionBehavior": "at-most-one"} if suggestions else {}),
        "overrideReasons": _overrides(deck),
        **({"links": links} if links else {}),
    }


def _source(origin: str, topic: Card, deck: Deck) -> Card:
    """Where a card comes from: the rulebook at its version, with what stands before it, and what the card tells of."""
    label = f"{origin}{deck.advice.rulebook} {deck.advice.version}"
    return {"label": label, **({"url": deck.source_url} if deck.source_url else {}), "topic": topic}


def _overrides(deck: Deck) -> list[Card]:
    return [{"system": OVERRIDE_SYSTEM, "code": code, "display": deck.words(text)} for code, text in OVERRIDES.items()]


def _detail(suggestion: Suggested, deck: Deck) -> str:
    """The text of a card, as Markdown: what, why, what first, where to turn, how it stands today, and from where."""
    words = deck.words
    parts = [plain(words(suggestion.text))]
    grounds = [plain(words(fact)) for fact in facts(suggestion)]
    if grounds:
        parts.append("\n".join([f"**{words(BECAUSE)}**", "", *(f"- {ground}" for ground in grounds)]))
    first = _flags((*suggestion.after, *suggestion.screen_first), deck)
    if first:
        parts.append(f"**{words(SCREEN_FIRST)}**: {first}")
    if suggestion.route is not None:
        checked = f"{words(CHECKED)} {suggestion.route.checked_on}"
        parts.append(f"**{words(ROUTE)}**: {plain(words(suggestion.route.text))} ({checked})")
    held = sum(1 for s in deck.advice.suggestions if suggestion.flag and suggestion.flag in {f.id for f in s.withheld_by})
    if held:
        parts.append(words(HELD).format(n=held))
    if wants_caution(suggestion):
        notes = dict.fromkeys(r.evidence.caution for r in suggestion.because if r.evidence is not None)
        parts += [f"**{words(CAUTION)}**: {plain(words(note))}" for note in notes]
    stands = ", ".join(place.statement for place in places(deck.advice, suggestion))
    parts.append(" ".join(filter(None, [f"*{words(IN_THE_ARTICLE)}: {stands}.*" if stands else "", _disclaimer(deck)])))
    return "\n\n".join(parts)


def _disclaimer(deck: Deck) -> str:
    review = deck.words(NOT_REVIEWED) if deck.advice.clinical_review == UNREVIEWED else ""
    return f"*{' '.join(filter(None, [plain(deck.words(deck.advice.disclaimer)), review]))}*"


def _flags(flags: Iterable[FlagName], deck: Deck) -> str:
    return "; ".join(plain(deck.words(flag.name)) for flag in dict.fromkeys(flags))


def plain(text: str) -> str:
    """A text as Markdown that shows the same characters."""
    return re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", text)


def _suggestions(suggestion: Suggested, deck: Deck) -> Iterator[Card]:
    """A draft of a referral to create, where one may be drafted for the patient in context."""
    if deck.sheet.leaving.may_refer(suggestion) and deck.sheet.own_subject(suggestion.about) == deck.patient:
        request = service_request(suggestion, deck.sheet)
        del request["id"]
        action = {"type": "create", "description": deck.words(suggestion.summary), "resource": request}
        yield {"label": deck.words(DRAFT), "uuid": id_from(deck.instance, suggestion.code, "draft"), "actions": [action]}


def _links(suggestion: Suggested, deck: Deck) -> Iterator[Card]:
    """The pages of the rules that establish a suggestion, where the host has such pages."""
    if deck.rule_url:
        for reason in suggestion.because:
            if reason.outcome is Outcome.ESTABLISHED:
                url = deck.rule_url.replace("{rule}", reason.rule)
                yield {"label": deck.words(reason.title), "url": url, "type": "absolute"}


def _ask(deck: Deck, *, partial: bool) -> Card:
    """What to ask next, with the safety flags that stand above everything and are still open."""
    words = deck.words
    questions = [q for q in worth_asking(deck.advice) if q.code not in deck.sheet.leaving.asked_later][:MOST_QUESTIONS]
    parts = [f"**{words(ASK_NEXT)}**", "\n".join(f"- {plain(words(q.question))}" for q in questions)]
    first = _flags(deck.advice.screen_first, deck)
    if first:
        parts.append(f"**{words(SCREEN_FIRST)}**: {first}")
    if deck.hints:
        parts.append(f"**{words(HINTS)}**: {'; '.join(plain(words(hint)) for hint in deck.hints[:MOST_HINTS])}")
    if partial:
        parts.append(words(PARTLY))
    topic = {"system": RESULT_SYSTEM, "code": ASK_CODE, "display": words(ASK_NEXT)}
    return {
        "uuid": id_from(deck.instance, ASK_CODE),
        "summary": words(ASK_SUMMARY),
        "detail": "\n\n".join([*parts, _disclaimer(deck)]),
        "indicator": "info",
        "source": _source("", topic, deck),
        "overrideReasons": _overrides(deck),
    }
