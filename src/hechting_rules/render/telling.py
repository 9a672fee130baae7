"""What of an advice or an explanation is told and in which order: the same choices for text, report, drawing and cards."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

import attrs

from hechting_rules.advice import (
    Advice,
    Concluded,
    EvidenceNote,
    FlagName,
    Justification,
    Known,
    Locator,
    Outcome,
    Question,
    StatedFact,
    Suggested,
)
from hechting_rules.explanations import Explanation
from hechting_rules.render import phrases
from hechting_rules.terms import Level, Origin, Standing, Text

MOST = {Origin.SAFETY: 3, Origin.ARTICLE: 5, Origin.TODAY: 2, Origin.HOST: 2}
"""How many suggestions of each origin are told in short."""
MOST_SCREENS = 3
MOST_CAUTIONS = 2
MOST_QUESTIONS = 3
MOST_FACTS = 2
MOST_PLACES = 1
"""In short: how many safety flags to look at first, cautions and questions; and of a suggestion, how many facts and places."""
URGENT = (Level.ACT_NOW, Level.SAME_DAY)
"""Safety of these levels is told in full also in short."""
BESIDE = (Origin.TODAY, Origin.HOST)
"""What stands beside safety and the article; in short, what is only possible there is left out."""
LONG_RUN = 3
"""From how many on, numbers that follow each other are told as first and last."""
STAGE_QUESTIONS = ("child", "adult")
OPEN = (Known.UNKNOWN, Known.ASKED, Known.POSSIBLE)
"""How a premise stands that can still come to hold."""
LEVEL_ORDER = {level: place for place, level in enumerate(Level)}
Result = Suggested | Concluded


def results(advice: Advice) -> list[Result]:
    """All results of an advice, suggestions first."""
    return [*advice.suggestions, *advice.conclusions]


def facts_by_name(advice: Advice) -> dict[str, StatedFact]:
    """What the case states, as far as a result rests on it."""
    return {fact.name: fact for result in results(advice) for facts in result.why for fact in facts}


@attrs.frozen
class Told:
    """The suggestions that are told, by origin in the order of the page, and the number of each by its code."""

    shown: Mapping[Origin, tuple[Suggested, ...]]
    numbers: Mapping[str, int]

    def of(self, origin: Origin) -> tuple[Suggested, ...]:
        """The suggestions of one origin that are told."""
        return self.shown[origin]

    def all(self) -> list[Suggested]:
        """All that are told, by number."""
        return [suggestion for suggestions in self.shown.values() for suggestion in suggestions]


def chosen(advice: Advice, *, everything: bool) -> Told:
    """What is told: established before possible, general advice on an occasion last, numbered through.

    Without ``everything`` at most 3 of safety, 5 of the article, 2 of today and 2 of the host; what is only possible is left out
    when it is of today or of the host, general advice, or held back.
    """
    shown = {origin: tuple(_of_origin(advice, origin, everything)) for origin in Origin}
    codes = [suggestion.code for suggestions in shown.values() for suggestion in suggestions]
    return Told(shown, {code: number for number, code in enumerate(codes, 1)})


def _of_origin(advice: Advice, origin: Origin, everything: bool) -> list[Suggested]:
    found = sorted(advice.of_origin(origin), key=lambda s: (s.on_occasion, s.outcome is not Outcome.ESTABLISHED))
    if everything:
        return found
    worth = (s.outcome is Outcome.ESTABLISHED or not (origin in BESIDE or s.on_occasion or s.withheld_by) for s in found)
    return [s for s, telling in zip(found, worth, strict=True) if telling][: MOST[origin]]


def called(suggestion: Suggested) -> Text:
    """What a suggestion asks for or, of safety, how soon."""
    return phrases.KINDS[suggestion.kind] if suggestion.level is None else phrases.LEVELS[suggestion.level]


def screens(advice: Advice, told: Told, *, everything: bool) -> list[tuple[FlagName, tuple[int, ...]]]:
    """The safety flags to look at first, most urgent first, each with the numbers of the suggestions that it comes before."""
    before: dict[FlagName, list[int]] = {flag: [] for flag in advice.screen_first}
    for suggestion in told.all():
        if suggestion.origin is Origin.SAFETY or not (everything or suggestion.outcome is Outcome.ESTABLISHED):
            continue
        for flag in suggestion.screen_first:
            before.setdefault(flag, []).append(told.numbers[suggestion.code])
    order = sorted(before, key=lambda flag: (LEVEL_ORDER[flag.level], flag.id))
    return [(flag, tuple(before[flag])) for flag in order]


def held_by(suggestions: Iterable[Suggested]) -> list[FlagName]:
    """What suggestions wait for, each flag once."""
    return list(dict.fromkeys(flag for suggestion in suggestions for flag in suggestion.withheld_by))


def cautions(
    advice: Advice, told: Told, suggestions: Iterable[Suggested], *, everything: bool
) -> list[tuple[EvidenceNote, tuple[int, ...]]]:
    """How the claims under suggestions stand today, each once, with the numbers of those suggestions that rest on it.

    Without ``everything`` only of suggestions of the article that are established and not held back, and not of claims that are
    well supported.
    """
    found: dict[EvidenceNote, list[int]] = {}
    for suggestion in suggestions:
        if not everything and not wants_caution(suggestion):
            continue
        rules = [*suggestion.because, *rules_below(advice, suggestion.because)]
        for note in dict.fromkeys(rule.evidence for rule in rules if rule.evidence is not None):
            if everything or note.standing[:1] != (Standing.WELL_SUPPORTED,):
                found.setdefault(note, []).append(told.numbers[suggestion.code])
    return [(note, tuple(numbers)) for note, numbers in found.items()]


def wants_caution(suggestion: Suggested) -> bool:
    """Whether the short form tells how a suggestion stands today: one of the article that is established and not held back."""
    return suggestion.origin is Origin.ARTICLE and suggestion.outcome is Outcome.ESTABLISHED and not suggestion.withheld_by


def facts(suggestion: Suggested) -> list[Text]:
    """What the case gives for a suggestion: every stated fact of its smallest sets once, without who the case is about."""
    return list(dict.fromkeys(fact.label for facts in plainest(suggestion.why) for fact in facts))


def plainest(why: Iterable[tuple[StatedFact, ...]]) -> list[list[StatedFact]]:
    """Sets of facts without what only says who the case is about (a stage or an age), and without sets that hold another one."""
    sets = [[fact for fact in facts if "." in fact.name] for facts in why]
    bare = [{fact.name for fact in facts} for facts in sets]
    return [facts for facts, names in zip(sets, bare, strict=True) if not any(other < names for other in bare)]


def still_open(suggestion: Suggested) -> list[Text]:
    """What a suggestion depends on that is not known."""
    premises = (premise for reason in suggestion.because for premise in reason.premises if premise.status in OPEN)
    return list(dict.fromkeys(premise.label for premise in premises))


def places(advice: Advice, suggestion: Suggested) -> list[Locator]:
    """Where it stands in the article: the rules nearest to what the case states."""
    return list(dict.fromkeys(_ground(advice, suggestion.because, set())))


def by_section(places: Iterable[Locator]) -> dict[str, list[Locator]]:
    """Places in the article, those of one section together."""
    sections: dict[str, list[Locator]] = {}
    for place in places:
        sections.setdefault(place.section, []).append(place)
    return sections


def _ground(advice: Advice, because: Iterable[Justification], opened: set[str]) -> Iterator[Locator]:
    for reason in because:
        below = [c for c in _below(advice, reason) if c.code not in opened]
        opened.update(c.code for c in below)
        if not below:
            yield from reason.places
        for conclusion in below:
            yield from _ground(advice, conclusion.because, opened)


def _below(advice: Advice, reason: Justification) -> list[Concluded]:
    """The conclusions that a rule rests on, in the order of the advice."""
    codes = {premise.code for premise in reason.premises if premise.satisfied}
    return [conclusion for conclusion in advice.conclusions if conclusion.code in codes]


def rules_below(advice: Advice, because: Iterable[Justification]) -> list[Justification]:
    """The rules of all conclusions under some rules, those of a conclusion before those below it; each is opened once."""
    return list(_rules_below(because, partial(_below, advice), set()))


def _rules_below(
    because: Iterable[Justification], below: Callable[[Justification], Iterable[Concluded]], opened: set[str]
) -> Iterator[Justification]:
    for reason in because:
        for conclusion in below(reason):
            if conclusion.code not in opened:
                opened.add(conclusion.code)
                yield from conclusion.because
                yield from _rules_below(conclusion.because, below, opened)


def result_of(explanation: Explanation) -> Result | None:
    """The result that is explained, as the advice tells it; nothing where the advice leaves it out."""
    return next((result for result in results(explanation.advice) if result.code == explanation.code), None)


def own_rules(explanation: Explanation) -> tuple[Justification, ...]:
    """The rules that bring the result about or, when none does, those that still may."""
    found = result_of(explanation)
    return () if found is None else found.because


def deeper_rules(explanation: Explanation) -> tuple[Justification, ...]:
    """The rules of all conclusions that the result rests on, in the order of the premises, each once.

    As in `rules_below` those of a conclusion stand before those below it.
    """
    concluded = {c.code: c for c in explanation.advice.conclusions}

    def below(reason: Justification) -> Iterator[Concluded]:
        return (concluded[premise.code] for premise in reason.premises if premise.satisfied and premise.code in concluded)

    own = own_rules(explanation)
    found = {reason.rule: reason for reason in _rules_below(own, below, {explanation.code})}
    return tuple(reason for name, reason in found.items() if name not in {reason.rule for reason in own})


def worth_asking(advice: Advice) -> list[Question]:
    """The questions that bear on what is told (all, when nothing is told), without those that a wider one may answer."""
    told = {r.code for r in advice.suggestions if not r.on_occasion} | {r.code for r in advice.conclusions}
    near = [q for q in advice.ask_next if not told or told & set(q.could_change) or q.code in STAGE_QUESTIONS]
    asked = {question.code for question in near}
    return [question for question in near if question.after not in asked]


def runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Numbers, rising, as pairs of first and last; of a run of three and more one pair is made."""
    found: list[list[int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][-1] + 1:
            found[-1].append(number)
        else:
            found.append([number])
    return [pair for run in found for pair in _pairs(run)]


def _pairs(run: list[int]) -> list[tuple[int, int]]:
    return [(run[0], run[-1])] if len(run) >= LONG_RUN else [(number, number) for number in run]
