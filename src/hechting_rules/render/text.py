"""An advice as plain text that a practitioner can read in half a minute: little, and in order."""

from collections.abc import Iterable, Iterator

import attrs

from hechting_rules.advice import (
    Advice,
    Outcome,
    Suggested,
)
from hechting_rules.render import phrases
from hechting_rules.render.classes import class_lines
from hechting_rules.render.page import BAR, GAP, INDENT, WIDTH, Line, Role, plain
from hechting_rules.render.telling import (
    MOST_CAUTIONS,
    Told,
    chosen,
    facts,
    held_by,
    places,
    rules_below,
    runs,
    screens,
    still_open,
    wants_caution,
    worth_asking,
)
from hechting_rules.terms import Jurisdiction, Language, Level, Origin, Standing, Text

MOST_SCREENS = 3
MOST_QUESTIONS = 3
MOST_FACTS = 2
MOST_PLACES = 1
URGENT = (Level.ACT_NOW, Level.SAME_DAY)
LEVEL_ROLES = {Level.ACT_NOW: Role.ACT_NOW, Level.SAME_DAY: Role.SAME_DAY}


def to_text(advice: Advice, language: Language, *, everything: bool = False, width: int = WIDTH) -> str:
    """The advice as text, at most ``width`` characters wide.

    Without ``everything``: at most 3 safety, 5 article, 2 of today and 2 of the host, 3 questions, and each caution once and
    short; what is left out is counted.
    """
    return plain(advice_lines(advice, language, everything=everything), width)


def advice_lines(advice: Advice, language: Language, *, everything: bool = False) -> Iterator[Line]:
    """The advice line by line, for a rendering that sets lines apart by what they are."""
    yield from _Page(advice, language, everything, chosen(advice, everything=everything)).lines()


def title_lines(advice: Advice, language: Language) -> Iterator[Line]:
    """The name of the case and whom it is about."""
    name = "".join(c if c.isprintable() else "?" for c in advice.case)
    title = f"{name}: " if name else ""
    yield Line(Role.TITLE, f"{title}{advice.person.into(language)}")
    yield BAR


def note_lines(advice: Advice, language: Language) -> Iterator[Line]:
    """What was not counted, what the profile changes, what an advice is not, and whether the rules were reviewed."""
    for warning in advice.warnings:
        yield Line(Role.NOTE, f"{phrases.IGNORED.into(language)}: {warning}")
    for change in advice.changes:
        what = {"on": phrases.ON, "off": phrases.OFF}.get(change.what, phrases.PARAMETER).into(language)
        profile = f"{phrases.PROFILE.into(language)} {advice.profile}"
        yield Line(Role.NOTE, f"{profile}: {what} {change.name} ({change.detail})")
    reviewed = f"{phrases.REVIEWED.into(language)} {advice.clinical_review}"
    review = phrases.NOT_REVIEWED.into(language) if advice.clinical_review == "none" else reviewed
    yield Line(Role.NOTE, f"{advice.disclaimer.into(language)} {review}")


@attrs.define
class _Page:
    advice: Advice
    language: Language
    everything: bool
    told: Told

    def lines(self) -> Iterator[Line]:
        yield from title_lines(self.advice, self.language)
        yield from self._origin(Origin.SAFETY)
        yield from self._screens()
        if not any(s.outcome is Outcome.ESTABLISHED for s in self.advice.suggestions):
            yield Line(Role.ANSWER, self._say(phrases.NOTHING))
            yield GAP
        for origin in (Origin.ARTICLE, Origin.TODAY, Origin.HOST):
            yield from self._origin(origin)
        yield from self._context()
        yield from class_lines(self.advice, self.language, everything=self.everything)
        yield from self._questions()
        yield from note_lines(self.advice, self.language)

    def _say(self, text: Text) -> str:
        return text.into(self.language)

    def _more(self, left: int) -> Iterator[Line]:
        if left > 0:
            yield Line(Role.MORE, self._say(phrases.MORE).format(n=left), INDENT)

    def _screens(self) -> Iterator[Line]:
        """The safety flags to look at first, each once, with the suggestions that it comes before."""
        flags = screens(self.advice, self.told, everything=self.everything)
        if not flags:
            return
        yield Line(Role.HEADING, self._say(phrases.SCREEN_FIRST))
        shown = flags if self.everything else flags[:MOST_SCREENS]
        for flag, numbers in shown:
            at = f" ({self._at(numbers)})" if numbers else ""
            yield Line(Role.SCREEN, f"{self._say(flag.name)}{at}", INDENT, "  !")
        yield from self._more(len(flags) - len(shown))
        yield GAP

    def _at(self, numbers: Iterable[int]) -> str:
        """Which suggestions something belongs to; a run of three and more is written as one."""
        words = (str(first) if first == last else f"{first}-{last}" for first, last in runs(numbers))
        return f"{self._say(phrases.AT)} {', '.join(words)}"

    def _origin(self, origin: Origin) -> Iterator[Line]:
        shown = self.told.of(origin)
        if not shown:
            return
        yield Line(Role.HEADING, self._say(phrases.ORIGINS[origin]))
        yield from self._held(shown)
        cautions: dict[str, list[int]] = {}
        for suggestion in shown:
            yield from self._suggestion(suggestion)
            for words in self._cautions_of(suggestion):
                cautions.setdefault(words, []).append(self.told.numbers[suggestion.code])
        yield from self._more(len(self.advice.of_origin(origin)) - len(shown))
        yield from self._cautions(cautions)
        yield GAP

    def _suggestion(self, suggestion: Suggested) -> Iterator[Line]:
        kind = self._say(phrases.KINDS[suggestion.kind] if suggestion.level is None else phrases.LEVELS[suggestion.level])
        if suggestion.outcome is Outcome.POSSIBLE:
            kind = f"{kind} ({self._say(phrases.POSSIBLE)})"
        role = Role.ITEM if suggestion.level is None else LEVEL_ROLES.get(suggestion.level, Role.SAFETY)
        yield Line(role, self._say(suggestion.summary), INDENT, f"{self.told.numbers[suggestion.code]:2}.", kind)
        if self.everything or suggestion.level in URGENT:
            yield Line(Role.TEXT, self._say(suggestion.text), INDENT)
        yield from self._gates(suggestion)
        at = self._places(suggestion) if suggestion.origin is Origin.ARTICLE else ""
        if suggestion.outcome is Outcome.ESTABLISHED:
            yield self._labelled(Role.REASON, phrases.BECAUSE, f"{self._facts(suggestion)} {at}")
        else:
            yield self._labelled(Role.REASON, phrases.STILL_OPEN, self._open(suggestion))

    def _gates(self, suggestion: Suggested) -> Iterator[Line]:
        """Where to turn, for safety; what comes before it, for the rest."""
        if suggestion.route is not None:
            checked = f"{self._say(phrases.CHECKED)} {suggestion.route.checked_on}"
            general = suggestion.route.jurisdiction is Jurisdiction.NONE
            source = checked if general else f"{suggestion.route.source}; {checked}"
            yield self._labelled(Role.ROUTE, phrases.ROUTE, f"{self._say(suggestion.route.text)} ({source})")
        if suggestion.after:
            yield self._labelled(Role.HELD, phrases.AFTER, "; ".join(self._say(flag.name) for flag in suggestion.after))

    def _held(self, shown: Iterable[Suggested]) -> Iterator[Line]:
        """What all of these wait for, said once: a flag that is raised to act now holds back every one of them."""
        flags = held_by(shown)
        if flags:
            yield self._labelled(Role.HELD, phrases.WITHHELD, "; ".join(self._say(flag.name) for flag in flags))

    def _labelled(self, role: Role, label: Text, words: str) -> Line:
        return Line(role, words, INDENT + 2, lead=self._say(label))

    def _facts(self, suggestion: Suggested) -> str:
        """What the case gives for a suggestion: every stated fact of its smallest sets, once."""
        labels = [self._say(label) for label in facts(suggestion)] or [self._say(self.advice.person)]
        shown = labels if self.everything else labels[:MOST_FACTS]
        return "; ".join(shown) + ("; …" if len(labels) > len(shown) else "")

    def _open(self, suggestion: Suggested) -> str:
        labels = [self._say(label) for label in still_open(suggestion)]
        shown = labels if self.everything else labels[:MOST_FACTS]
        return "; ".join(shown) + ("; …" if len(labels) > len(shown) else "")

    def _places(self, suggestion: Suggested) -> str:
        """Where it stands in the article: the rules nearest to what the case states."""
        found = places(self.advice, suggestion)
        shown = found if self.everything else found[:MOST_PLACES]
        return "[" + "; ".join(f"{p.statement} '{p.words}'" for p in shown) + "]" if shown else ""

    def _cautions_of(self, suggestion: Suggested) -> Iterator[str]:
        """The cautions of a suggestion's own rules, then of the rules below; of well supported claims only with everything."""
        rules = [*suggestion.because, *rules_below(self.advice, suggestion.because)]
        for note in dict.fromkeys(j.evidence for j in rules if j.evidence is not None):
            if self.everything:
                yield self._say(note.full)
            elif note.standing[:1] != (Standing.WELL_SUPPORTED,) and wants_caution(suggestion):
                yield self._say(note.caution)

    def _cautions(self, cautions: dict[str, list[int]]) -> Iterator[Line]:
        if not cautions:
            return
        yield Line(Role.CAUTION, self._say(phrases.CAUTION), 2)
        shown = list(cautions) if self.everything else list(cautions)[:MOST_CAUTIONS]
        for words in shown:
            yield Line(Role.CAUTION, f"{words} ({self._at(cautions[words])})", INDENT, "  -")
        yield from self._more(len(cautions) - len(shown))

    def _context(self) -> Iterator[Line]:
        """Background beside the advice: counted, and told where there is nothing else to tell."""
        found = self.advice.context
        shown = found if self.everything or not self.told.numbers else ()
        if shown:
            yield Line(Role.HEADING, self._say(phrases.CONTEXT))
            for text in shown:
                yield Line(Role.BACKGROUND, self._say(text), INDENT, "  -")
            yield GAP
        elif found:
            yield Line(Role.MORE, self._say(phrases.MORE).format(n=len(found)), lead=self._say(phrases.CONTEXT))

    def _questions(self) -> Iterator[Line]:
        found = self.advice.ask_next if self.everything else worth_asking(self.advice)
        if not found:
            return
        yield Line(Role.HEADING, self._say(phrases.ASK_NEXT))
        shown = found if self.everything else found[:MOST_QUESTIONS]
        for question in shown:
            numbers = [self.told.numbers[code] for code in question.could_change if code in self.told.numbers]
            reason = f" ({self._at(numbers)})" if numbers else f" ({self._say(question.reason)})" if self.everything else ""
            yield Line(Role.QUESTION, f"{self._say(question.question)}{reason}", INDENT, "  ?")
        yield from self._more(len(found) - len(shown))
        yield GAP
