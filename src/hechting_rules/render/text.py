"""An advice as plain text that a practitioner can read in half a minute: little, and in order."""

import textwrap
from collections.abc import Iterable, Iterator

import attrs

from hechting_rules.advice import (
    Advice,
    Concluded,
    FlagName,
    Justification,
    Known,
    Locator,
    Outcome,
    Question,
    StatedFact,
    Suggested,
)
from hechting_rules.render import phrases
from hechting_rules.terms import Jurisdiction, Language, Level, Origin, Standing, Text

WIDTH = 100
INDENT = 4
MOST = {Origin.SAFETY: 3, Origin.ARTICLE: 5, Origin.TODAY: 2}
LONG_RUN = 3
MOST_SCREENS = 3
MOST_CAUTIONS = 2
MOST_QUESTIONS = 3
MOST_FACTS = 2
MOST_PLACES = 1
STAGE_QUESTIONS = ("child", "adult")
OPEN = (Known.UNKNOWN, Known.ASKED, Known.POSSIBLE)
URGENT = (Level.ACT_NOW, Level.SAME_DAY)
LEVEL_ORDER = {level: place for place, level in enumerate(Level)}


def to_text(advice: Advice, language: Language, *, everything: bool = False, width: int = WIDTH) -> str:
    """The advice as text, at most ``width`` characters wide.

    Without ``everything``: at most 3 safety, 5 article and 2 other suggestions, 3 questions, and each caution once and short;
    what is left out is counted.
    """
    page = _Page(advice, language, everything, width)
    return "\n".join(line.rstrip() for line in page.lines()) + "\n"


@attrs.define
class _Page:
    advice: Advice
    language: Language
    everything: bool
    width: int
    numbers: dict[str, int] = attrs.field(factory=dict)

    def lines(self) -> Iterator[str]:
        shown = {origin: self._chosen(origin) for origin in Origin}
        for suggestions in shown.values():
            for suggestion in suggestions:
                self.numbers[suggestion.code] = len(self.numbers) + 1
        name = "".join(c if c.isprintable() else "?" for c in self.advice.case)
        title = f"{name}: " if name else ""
        yield from self._wrap(f"{title}{self._say(self.advice.person)}", 0)
        yield "=" * self.width
        yield from self._origin(Origin.SAFETY, shown.pop(Origin.SAFETY))
        yield from self._screens([s for suggestions in shown.values() for s in suggestions])
        if not any(s.outcome is Outcome.ESTABLISHED for s in self.advice.suggestions):
            yield from self._wrap(self._say(phrases.NOTHING), 0)
            yield ""
        for origin, suggestions in shown.items():
            yield from self._origin(origin, suggestions)
        yield from self._context()
        yield from self._questions()
        yield from self._notes()

    def _say(self, text: Text) -> str:
        return text.into(self.language)

    def _wrap(self, words: str, indent: int, first: str = "") -> Iterator[str]:
        space = " " * indent
        yield from textwrap.wrap(
            words,
            self.width,
            initial_indent=first.ljust(indent),
            subsequent_indent=space,
            break_long_words=False,
            break_on_hyphens=False,
        )

    def _more(self, left: int) -> Iterator[str]:
        if left > 0:
            yield " " * INDENT + self._say(phrases.MORE).format(n=left)

    def _chosen(self, origin: Origin) -> list[Suggested]:
        """The suggestions to show: established before possible, general advice on an occasion last.

        In short, what is only possible is left out when it is of today, general advice, or held back.
        """
        found = sorted(self.advice.of_origin(origin), key=lambda s: (s.on_occasion, s.outcome is not Outcome.ESTABLISHED))
        if not self.everything:
            found = [s for s in found if s.outcome is Outcome.ESTABLISHED or _worth_telling(s)]
        return found if self.everything else found[: MOST[origin]]

    def _screens(self, shown: list[Suggested]) -> Iterator[str]:
        """The safety flags to look at first, each once, with the suggestions that it comes before."""
        before: dict[FlagName, list[int]] = {flag: [] for flag in self.advice.screen_first}
        for suggestion in shown:
            for flag in suggestion.screen_first if self.everything or suggestion.outcome is Outcome.ESTABLISHED else ():
                before.setdefault(flag, []).append(self.numbers[suggestion.code])
        if not before:
            return
        yield self._say(phrases.SCREEN_FIRST)
        flags = sorted(before, key=lambda flag: (LEVEL_ORDER[flag.level], flag.id))
        told = flags if self.everything else flags[:MOST_SCREENS]
        for flag in told:
            at = f" ({self._at(before[flag])})" if before[flag] else ""
            yield from self._wrap(f"{self._say(flag.name)}{at}", INDENT, "  !")
        yield from self._more(len(flags) - len(told))
        yield ""

    def _at(self, numbers: Iterable[int]) -> str:
        """Which suggestions something belongs to; a run of three and more is written as one."""
        runs: list[list[int]] = []
        for number in sorted(set(numbers)):
            if runs and number == runs[-1][-1] + 1:
                runs[-1].append(number)
            else:
                runs.append([number])
        words = [f"{run[0]}-{run[-1]}" if len(run) >= LONG_RUN else ", ".join(map(str, run)) for run in runs]
        return f"{self._say(phrases.AT)} {', '.join(words)}"

    def _origin(self, origin: Origin, shown: list[Suggested]) -> Iterator[str]:
        if not shown:
            return
        yield self._say(phrases.ORIGINS[origin])
        yield from self._held(shown)
        cautions: dict[str, list[int]] = {}
        for suggestion in shown:
            yield from self._suggestion(suggestion)
            for words in self._cautions_of(suggestion):
                cautions.setdefault(words, []).append(self.numbers[suggestion.code])
        yield from self._more(len(self.advice.of_origin(origin)) - len(shown))
        yield from self._cautions(cautions)
        yield ""

    def _suggestion(self, suggestion: Suggested) -> Iterator[str]:
        kind = self._say(phrases.KINDS[suggestion.kind] if suggestion.level is None else phrases.LEVELS[suggestion.level])
        if suggestion.outcome is Outcome.POSSIBLE:
            kind = f"{kind} ({self._say(phrases.POSSIBLE)})"
        number = self.numbers[suggestion.code]
        yield from self._wrap(f"{kind}: {self._say(suggestion.summary)}", INDENT, f"{number:2}.")
        if self.everything or suggestion.level in URGENT:
            yield from self._wrap(self._say(suggestion.text), INDENT, " " * INDENT)
        yield from self._gates(suggestion)
        places = self._places(suggestion) if suggestion.origin is Origin.ARTICLE else ""
        if suggestion.outcome is Outcome.ESTABLISHED:
            yield from self._labelled(phrases.BECAUSE, f"{self._facts(suggestion)} {places}")
        else:
            yield from self._labelled(phrases.STILL_OPEN, self._open(suggestion))

    def _gates(self, suggestion: Suggested) -> Iterator[str]:
        """Where to turn, for safety; what comes before it, for the rest."""
        if suggestion.route is not None:
            checked = f"{self._say(phrases.CHECKED)} {suggestion.route.checked_on}"
            general = suggestion.route.jurisdiction is Jurisdiction.NONE
            source = checked if general else f"{suggestion.route.source}; {checked}"
            yield from self._labelled(phrases.ROUTE, f"{self._say(suggestion.route.text)} ({source})")
        if suggestion.after:
            yield from self._labelled(phrases.AFTER, "; ".join(self._say(flag.name) for flag in suggestion.after))

    def _held(self, shown: list[Suggested]) -> Iterator[str]:
        """What all of these wait for, said once: a flag that is raised to act now holds back every one of them."""
        flags = dict.fromkeys(flag for suggestion in shown for flag in suggestion.withheld_by)
        if flags:
            yield from self._labelled(phrases.WITHHELD, "; ".join(self._say(flag.name) for flag in flags))

    def _labelled(self, label: Text, words: str) -> Iterator[str]:
        yield from self._wrap(f"{self._say(label)}: {words}", INDENT + 2, " " * INDENT)

    def _facts(self, suggestion: Suggested) -> str:
        """What the case gives for a suggestion: every stated fact of its smallest sets, once."""
        labels = list(dict.fromkeys(self._say(f.label) for facts in _plainest(suggestion) for f in facts))
        labels = labels or [self._say(self.advice.person)]
        shown = labels if self.everything else labels[:MOST_FACTS]
        return "; ".join(shown) + ("; …" if len(labels) > len(shown) else "")

    def _open(self, suggestion: Suggested) -> str:
        premises = (p for reason in suggestion.because for p in reason.premises if p.status in OPEN)
        labels = list(dict.fromkeys(self._say(p.label) for p in premises))
        shown = labels if self.everything else labels[:MOST_FACTS]
        return "; ".join(shown) + ("; …" if len(labels) > len(shown) else "")

    def _places(self, suggestion: Suggested) -> str:
        """Where it stands in the article: the rules nearest to what the case states."""
        found = list(dict.fromkeys(self._ground(suggestion.because, set())))
        shown = found if self.everything else found[:MOST_PLACES]
        return "[" + "; ".join(f"{p.statement} '{p.words}'" for p in shown) + "]" if shown else ""

    def _ground(self, because: tuple[Justification, ...], opened: set[str]) -> Iterator[Locator]:
        for reason in because:
            below = [c for c in self._below(reason) if c.code not in opened]
            opened.update(c.code for c in below)
            if not below:
                yield from reason.places
            for conclusion in below:
                yield from self._ground(conclusion.because, opened)

    def _below(self, reason: Justification) -> list[Concluded]:
        codes = {p.code for p in reason.premises if p.satisfied}
        return [c for c in self.advice.conclusions if c.code in codes]

    def _cautions_of(self, suggestion: Suggested) -> Iterator[str]:
        """The cautions of a suggestion's own rules, then of the rules below; of well supported claims only with everything."""
        rules = [*suggestion.because, *self._rules_below(suggestion.because, set())]
        for note in dict.fromkeys(j.evidence for j in rules if j.evidence is not None):
            if self.everything:
                yield self._say(note.full)
            elif note.standing[:1] != (Standing.WELL_SUPPORTED,) and _wants_caution(suggestion):
                yield self._say(note.caution)

    def _rules_below(self, because: tuple[Justification, ...], opened: set[str]) -> Iterator[Justification]:
        for reason in because:
            for conclusion in self._below(reason):
                if conclusion.code not in opened:
                    opened.add(conclusion.code)
                    yield from conclusion.because
                    yield from self._rules_below(conclusion.because, opened)

    def _cautions(self, cautions: dict[str, list[int]]) -> Iterator[str]:
        if not cautions:
            return
        yield f"  {self._say(phrases.CAUTION)}"
        shown = list(cautions) if self.everything else list(cautions)[:MOST_CAUTIONS]
        for words in shown:
            yield from self._wrap(f"{words} ({self._at(cautions[words])})", INDENT, "  -")
        yield from self._more(len(cautions) - len(shown))

    def _context(self) -> Iterator[str]:
        """Background beside the advice: counted, and told where there is nothing else to tell."""
        found = self.advice.context
        shown = found if self.everything or not self.numbers else ()
        if shown:
            yield self._say(phrases.CONTEXT)
            for text in shown:
                yield from self._wrap(self._say(text), INDENT, "  -")
            yield ""
        elif found:
            yield f"{self._say(phrases.CONTEXT)}: {self._say(phrases.MORE).format(n=len(found))}"

    def _questions(self) -> Iterator[str]:
        found = self._worth_asking()
        if not found:
            return
        yield self._say(phrases.ASK_NEXT)
        shown = found if self.everything else found[:MOST_QUESTIONS]
        for question in shown:
            numbers = [self.numbers[code] for code in question.could_change if code in self.numbers]
            reason = f" ({self._at(numbers)})" if numbers else f" ({self._say(question.reason)})" if self.everything else ""
            yield from self._wrap(f"{self._say(question.question)}{reason}", INDENT, "  ?")
        yield from self._more(len(found) - len(shown))
        yield ""

    def _worth_asking(self) -> list[Question]:
        """The questions that bear on what is told (all, when nothing is told), without those that a wider one may answer."""
        told = {r.code for r in self.advice.suggestions if not r.on_occasion} | {r.code for r in self.advice.conclusions}
        if self.everything:
            return list(self.advice.ask_next)
        near = [q for q in self.advice.ask_next if not told or told & set(q.could_change) or q.code in STAGE_QUESTIONS]
        asked = {q.code for q in near}
        return [q for q in near if q.after not in asked]

    def _notes(self) -> Iterator[str]:
        for warning in self.advice.warnings:
            yield from self._wrap(f"{self._say(phrases.IGNORED)}: {warning}", 0)
        for change in self.advice.changes:
            what = self._say({"on": phrases.ON, "off": phrases.OFF}.get(change.what, phrases.PARAMETER))
            profile = f"{self._say(phrases.PROFILE)} {self.advice.profile}"
            yield from self._wrap(f"{profile}: {what} {change.name} ({change.detail})", 0)
        reviewed = self.advice.clinical_review
        review = self._say(phrases.NOT_REVIEWED) if reviewed == "none" else f"{self._say(phrases.REVIEWED)} {reviewed}"
        yield from self._wrap(f"{self._say(self.advice.disclaimer)} {review}", 0)


def _worth_telling(suggestion: Suggested) -> bool:
    """Whether the short form tells something that is only possible."""
    return suggestion.origin is not Origin.TODAY and not suggestion.on_occasion and not suggestion.withheld_by


def _wants_caution(suggestion: Suggested) -> bool:
    """Whether the short form tells how a suggestion stands today: one of the article that is established and not held back."""
    return suggestion.origin is Origin.ARTICLE and suggestion.outcome is Outcome.ESTABLISHED and not suggestion.withheld_by


def _plainest(suggestion: Suggested) -> list[list[StatedFact]]:
    """The sets that carry a suggestion, without what only says who the case is about, and without sets that hold another one."""
    sets = [[fact for fact in facts if not _is_frame(fact)] for facts in suggestion.why]
    bare = [{fact.name for fact in facts} for facts in sets]
    return [facts for facts, names in zip(sets, bare, strict=True) if not any(other < names for other in bare)]


def _is_frame(fact: StatedFact) -> bool:
    """Whether a fact only says who the case is about: a stage or an age."""
    return "." not in fact.name
