"""An advice as plain text that a practitioner can read in half a minute: little, and in order."""

from collections.abc import Iterable, Iterator

import attrs

from hechting_rules.advice import Advice, Outcome, Suggested
from hechting_rules.render import phrases
from hechting_rules.render.classes import class_lines
from hechting_rules.render.page import BAR, GAP, INDENT, WIDTH, Line, Role, plain
from hechting_rules.render.telling import (
    MOST_CAUTIONS,
    MOST_FACTS,
    MOST_PLACES,
    MOST_QUESTIONS,
    MOST_SCREENS,
    URGENT,
    Told,
    called,
    cautions,
    chosen,
    facts,
    held_by,
    places,
    runs,
    screens,
    still_open,
    worth_asking,
)
from hechting_rules.render.voice import DEEPER, Voice, mark_of
from hechting_rules.terms import Language, Level, Origin, Text

LEVEL_ROLES = {Level.ACT_NOW: Role.ACT_NOW, Level.SAME_DAY: Role.SAME_DAY}


def to_text(advice: Advice, language: Language, *, everything: bool = False, width: int = WIDTH) -> str:
    """The advice as text, at most ``width`` characters wide.

    Without ``everything``: at most 3 safety, 5 article, 2 of today and 2 of the host, 3 questions, and each caution once and
    short; what is left out is counted.
    """
    return plain(advice_lines(advice, language, everything=everything), width)


def advice_lines(advice: Advice, language: Language, *, everything: bool = False) -> Iterator[Line]:
    """The advice line by line, for a rendering that sets lines apart by what they are."""
    yield from _Page(advice, Voice(language, everything), chosen(advice, everything=everything)).lines()


def title_lines(voice: Voice, advice: Advice) -> Iterator[Line]:
    """The name of the case and whom it is about."""
    name = "".join(c if c.isprintable() else "?" for c in advice.case)
    title = f"{name}: " if name else ""
    yield Line(Role.TITLE, f"{title}{voice.say(advice.person)}")
    yield BAR


def note_lines(voice: Voice, advice: Advice) -> Iterator[Line]:
    """What was not counted, what the profile changes, what an advice is not, and whether the rules were reviewed."""
    for warning in advice.warnings:
        yield Line(Role.NOTE, f"{voice.say(phrases.IGNORED)}: {warning}")
    for change in advice.changes:
        profile = f"{voice.say(phrases.PROFILE)} {advice.profile}"
        yield Line(Role.NOTE, f"{profile}: {voice.say(phrases.CHANGES[change.what])} {change.name} ({change.detail})")
    yield Line(Role.NOTE, f"{voice.say(advice.disclaimer)} {voice.review(advice)}")


@attrs.frozen
class _Page:
    """The text of one advice, part by part."""

    advice: Advice
    voice: Voice
    told: Told

    def lines(self) -> Iterator[Line]:
        yield from title_lines(self.voice, self.advice)
        yield from self._origin(Origin.SAFETY)
        yield from self._screens()
        if not any(s.outcome is Outcome.ESTABLISHED for s in self.advice.suggestions):
            yield Line(Role.ANSWER, self.voice.say(phrases.NOTHING))
            yield GAP
        for origin in (Origin.ARTICLE, Origin.TODAY, Origin.HOST):
            yield from self._origin(origin)
        yield from self._context()
        yield from class_lines(self.voice, self.advice)
        yield from self._questions()
        yield from note_lines(self.voice, self.advice)

    def _screens(self) -> Iterator[Line]:
        """The safety flags to look at first, each once, with the suggestions that it comes before."""
        flags = screens(self.advice, self.told, everything=self.voice.everything)
        if not flags:
            return
        yield self.voice.heading(phrases.SCREEN_FIRST)
        shown = flags if self.voice.everything else flags[:MOST_SCREENS]
        for flag, numbers in shown:
            at = f" ({self._at(numbers)})" if numbers else ""
            yield Line(Role.SCREEN, f"{self.voice.say(flag.name)}{at}", INDENT, "  !")
        yield from self.voice.more(len(flags) - len(shown))
        yield GAP

    def _at(self, numbers: Iterable[int]) -> str:
        """Which suggestions something belongs to; a run of three and more is written as one."""
        words = (str(first) if first == last else f"{first}-{last}" for first, last in runs(numbers))
        return f"{self.voice.say(phrases.AT)} {', '.join(words)}"

    def _origin(self, origin: Origin) -> Iterator[Line]:
        shown = self.told.of(origin)
        if not shown:
            return
        yield self.voice.heading(phrases.ORIGINS[origin])
        yield from self._held(shown)
        for suggestion in shown:
            yield from self._suggestion(suggestion)
        yield from self.voice.more(len(self.advice.of_origin(origin)) - len(shown))
        yield from self._cautions(shown)
        yield GAP

    def _suggestion(self, suggestion: Suggested) -> Iterator[Line]:
        kind = self.voice.say(called(suggestion))
        if suggestion.outcome is Outcome.POSSIBLE:
            kind = f"{kind} ({self.voice.say(phrases.POSSIBLE)})"
        role = Role.ITEM if suggestion.level is None else LEVEL_ROLES.get(suggestion.level, Role.SAFETY)
        number = self.told.numbers[suggestion.code]
        yield Line(role, self.voice.say(suggestion.summary), INDENT, mark_of(number), kind)
        if self.voice.everything or suggestion.level in URGENT:
            yield Line(Role.TEXT, self.voice.say(suggestion.text), INDENT)
        yield from self._gates(suggestion)
        if suggestion.outcome is Outcome.ESTABLISHED:
            yield self._labelled(Role.REASON, phrases.BECAUSE, f"{self._facts(suggestion)} {self._places(suggestion)}")
        else:
            labels = [self.voice.say(label) for label in still_open(suggestion)]
            yield self._labelled(Role.REASON, phrases.STILL_OPEN, self.voice.row(labels, MOST_FACTS))

    def _gates(self, suggestion: Suggested) -> Iterator[Line]:
        """Where to turn, for safety; what comes before it, for the rest."""
        if suggestion.route is not None:
            yield self._labelled(Role.ROUTE, phrases.ROUTE, self.voice.route(suggestion.route))
        if suggestion.after:
            yield self._labelled(Role.HELD, phrases.AFTER, self.voice.names(suggestion.after))

    def _held(self, shown: Iterable[Suggested]) -> Iterator[Line]:
        """What all of these wait for, said once: a flag that is raised to act now holds back every one of them."""
        flags = held_by(shown)
        if flags:
            yield self._labelled(Role.HELD, phrases.WITHHELD, self.voice.names(flags))

    def _labelled(self, role: Role, label: Text, words: str) -> Line:
        return Line(role, words, DEEPER, lead=self.voice.say(label))

    def _facts(self, suggestion: Suggested) -> str:
        """What the case gives for a suggestion: every stated fact of its smallest sets, once."""
        labels = [self.voice.say(label) for label in facts(suggestion)]
        return self.voice.row(labels or [self.voice.say(self.advice.person)], MOST_FACTS)

    def _places(self, suggestion: Suggested) -> str:
        """Where a suggestion of the article stands in it: the rules nearest to what the case states."""
        found = places(self.advice, suggestion) if suggestion.origin is Origin.ARTICLE else []
        shown = found if self.voice.everything else found[:MOST_PLACES]
        return "[" + "; ".join(f"{p.statement} '{p.words}'" for p in shown) + "]" if shown else ""

    def _cautions(self, shown: Iterable[Suggested]) -> Iterator[Line]:
        """How the claims under these suggestions stand today; what claims say in the same words is said once."""
        found: dict[str, list[int]] = {}
        for note, numbers in cautions(self.advice, self.told, shown, everything=self.voice.everything):
            words = self.voice.say(note.full if self.voice.everything else note.caution)
            found.setdefault(words, []).extend(numbers)
        if not found:
            return
        yield Line(Role.CAUTION, self.voice.say(phrases.CAUTION), 2)
        told = list(found) if self.voice.everything else list(found)[:MOST_CAUTIONS]
        for words in told:
            yield Line(Role.CAUTION, f"{words} ({self._at(found[words])})", INDENT, "  -")
        yield from self.voice.more(len(found) - len(told))

    def _context(self) -> Iterator[Line]:
        """Background beside the advice: counted, and told where there is nothing else to tell."""
        found = self.advice.context
        shown = found if self.voice.everything or not self.told.numbers else ()
        if shown:
            yield self.voice.heading(phrases.CONTEXT)
            for text in shown:
                yield Line(Role.BACKGROUND, self.voice.say(text), INDENT, "  -")
            yield GAP
        elif found:
            yield Line(Role.MORE, self.voice.say(phrases.MORE).format(n=len(found)), lead=self.voice.say(phrases.CONTEXT))

    def _questions(self) -> Iterator[Line]:
        found = self.advice.ask_next if self.voice.everything else worth_asking(self.advice)
        if not found:
            return
        yield self.voice.heading(phrases.ASK_NEXT)
        shown = found if self.voice.everything else found[:MOST_QUESTIONS]
        for question in shown:
            numbers = [self.told.numbers[code] for code in question.could_change if code in self.told.numbers]
            in_full = f" ({self.voice.say(question.reason)})" if self.voice.everything else ""
            why = f" ({self._at(numbers)})" if numbers else in_full
            yield Line(Role.QUESTION, f"{self.voice.say(question.question)}{why}", INDENT, "  ?")
        yield from self.voice.more(len(found) - len(shown))
        yield GAP
