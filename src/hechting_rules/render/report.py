"""What a report page says, as plain values in one language: `hechting_rules.render.html` puts them on the page."""

from collections.abc import Iterable, Mapping

import attrs

from hechting_rules.advice import Advice, Change, EvidenceNote, FlagName, Outcome, Question, Suggested
from hechting_rules.explanations import Arguments
from hechting_rules.render import phrases, telling
from hechting_rules.render.classes import class_lines
from hechting_rules.render.explained import argument_lines
from hechting_rules.render.page import Columns, Line, Role
from hechting_rules.render.reasons import Reasoned, Reasons, Rested
from hechting_rules.render.style import clean
from hechting_rules.render.telling import (
    MOST_CAUTIONS,
    MOST_FACTS,
    MOST_PLACES,
    MOST_QUESTIONS,
    MOST_SCREENS,
    URGENT,
    Told,
    called,
)
from hechting_rules.render.voice import Voice
from hechting_rules.terms import Language, Level, Origin, Text

NEAR = 10
"""How many questions a whole page shows before the others."""


@attrs.frozen
class Item:
    """A suggestion on the page: its number, what it asks, and what stands under it as pairs of a name and words.

    ``held`` is one that waits for safety. ``screens`` are the letters of the flags to look at before it; ``next_step_of`` is the
    number of the suggestion that comes before it, or 0; ``explained`` says whether the page gives its reasons.
    """

    number: int
    kind: str
    summary: str
    text: str
    origin: Origin
    established: bool
    held: bool
    urgent: bool
    rows: tuple[tuple[str, str], ...]
    because: tuple[str, str]
    places: str
    screens: tuple[str, ...]
    next_step_of: int
    explained: bool


@attrs.frozen
class Caution:
    """How a claim stands today, with the suggestions it belongs to as runs of numbers."""

    standing: str
    words: str
    at: tuple[tuple[int, int], ...]


@attrs.frozen
class Part:
    """The suggestions of one origin: ``held_by`` is what all of them wait for, ``left`` how many the page leaves out."""

    name: str
    heading: str
    held_by: str
    items: tuple[Item, ...]
    left: int


@attrs.frozen
class Screen:
    """A safety flag to look at first; ``letter`` is what the suggestions call it, ``at`` their numbers as runs."""

    letter: str
    name: str
    level: str
    at: tuple[tuple[int, int], ...]


@attrs.frozen
class Asked:
    """A question: whether yes or no answers it, and the suggestions on which it bears as runs of numbers, else its reason."""

    question: str
    yes_or_no: bool
    reason: str
    at: tuple[tuple[int, int], ...]


@attrs.frozen
class Block:
    """Lines under a heading, which may be empty."""

    heading: str
    lines: tuple[Line | Columns, ...]


@attrs.frozen
class Report:
    """All that the page says, in the order of the page.

    ``nothing`` is established where that is true. ``near`` are the questions to begin with, ``more`` the others; ``screens_left``
    and ``questions_left`` count what the page leaves out. ``changes`` are what the profile does, to what, and why or to which
    value; ``rulebook`` is its id, version and sha256.
    """

    title: str
    case: str
    person: str
    review: str
    disclaimer: str
    parts: tuple[Part, ...]
    cautions: tuple[Caution, ...]
    screens: tuple[Screen, ...]
    screens_left: int
    nothing: bool
    near: tuple[Asked, ...]
    more: tuple[Asked, ...]
    questions_left: int
    context: tuple[str, ...]
    classes: tuple[Block, ...]
    arguments: tuple[Block, ...]
    reasons: tuple[Reasoned, ...]
    steps: tuple[Reasoned, ...]
    rested: tuple[Rested, ...]
    changes: tuple[tuple[str, str, str], ...]
    warnings: tuple[str, ...]
    profile: str
    rulebook: tuple[str, str, str]
    not_assessed: int


def report_of(advice: Advice, language: Language, *, everything: bool, arguments: Arguments | None) -> Report:
    """The whole advice, or without ``everything`` as much of it as a plain text in short tells."""
    voice, told = Voice(language, everything), telling.chosen(advice, everything=everything)
    flags = telling.screens(advice, told, everything=everything)
    shown = flags if everything else flags[:MOST_SCREENS]
    page = _Page(advice, voice, told, {flag: _letter(place) for place, (flag, _) in enumerate(shown)})
    near, more, unasked = page.questions()
    reasons = Reasons.of(advice, voice, told)
    case = clean(advice.case)
    heading = voice.say(phrases.REPORT)
    return Report(
        title=f"{case}: {heading}" if case else heading,
        case=case,
        person=page.say(advice.person),
        review=clean(voice.review(advice)),
        disclaimer=page.say(advice.disclaimer),
        parts=tuple(part for part in map(page.part, Origin) if part.items),
        cautions=page.cautions(),
        screens=tuple(page.screen(flag, before) for flag, before in shown),
        screens_left=len(flags) - len(shown),
        nothing=not any(s.outcome is Outcome.ESTABLISHED for s in advice.suggestions),
        near=near,
        more=more,
        questions_left=unasked,
        context=tuple(map(page.say, advice.context if everything or not told.numbers else ())),
        classes=_blocks(class_lines(voice, advice)),
        arguments=() if arguments is None else _blocks(argument_lines(arguments, language, everything=everything)),
        reasons=reasons.of_suggestions(),
        steps=reasons.of_steps(),
        rested=reasons.rested(),
        changes=tuple(map(page.change, advice.changes)),
        warnings=tuple(map(clean, advice.warnings)),
        profile=clean(advice.profile),
        rulebook=(clean(advice.rulebook), clean(advice.version), clean(advice.sha256)),
        not_assessed=advice.not_assessed,
    )


def _blocks(lines: Iterable[Line | Columns]) -> tuple[Block, ...]:
    """Lines in groups, each under the heading it follows."""
    found: list[tuple[str, list[Line | Columns]]] = [("", [])]
    for line in lines:
        if isinstance(line, Line) and line.role is Role.HEADING:
            found.append((line.words, []))
        elif isinstance(line, Columns) or line.words or line.lead:
            found[-1][1].append(line)
    return tuple(Block(heading, tuple(group)) for heading, group in found if heading or group)


@attrs.frozen
class _Page:
    """The parts of the page in the making; ``letters`` are what the flags to look at first are called on it."""

    advice: Advice
    voice: Voice
    told: Told
    letters: Mapping[FlagName, str]

    def say(self, text: Text) -> str:
        return clean(self.voice.say(text))

    def listed(self, texts: Iterable[Text], most: int) -> str:
        """Texts in a row; in short only the first of them."""
        return self.voice.row(list(dict.fromkeys(map(self.say, texts))), most)

    def screen(self, flag: FlagName, before: tuple[int, ...]) -> Screen:
        level = phrases.LEVELS[flag.level]
        return Screen(self.letters[flag], self.say(flag.name), self.say(level), tuple(telling.runs(before)))

    def part(self, origin: Origin) -> Part:
        shown = self.told.of(origin)
        held_by = tuple(telling.held_by(shown))
        return Part(
            name=origin.value,
            heading=self.say(phrases.ORIGINS[origin]),
            held_by="; ".join(self.say(flag.name) for flag in held_by),
            items=tuple(self.item(suggestion, held_by) for suggestion in shown),
            left=len(self.advice.of_origin(origin)) - len(shown),
        )

    def cautions(self) -> tuple[Caution, ...]:
        everything = self.voice.everything
        found = telling.cautions(self.advice, self.told, self.told.all(), everything=everything)
        return tuple(self.caution(note, at) for note, at in (found if everything else found[:MOST_CAUTIONS]))

    def caution(self, note: EvidenceNote, at: tuple[int, ...]) -> Caution:
        words = self.say(note.full if self.voice.everything else note.caution)
        return Caution(self.voice.stands(note), words, tuple(telling.runs(at)))

    def item(self, suggestion: Suggested, held_by: tuple[FlagName, ...]) -> Item:
        """A suggestion; what it waits for is not said again where all of its origin wait for the same."""
        established = suggestion.outcome is Outcome.ESTABLISHED
        held = bool(suggestion.withheld_by)
        in_full = (self.voice.everything or suggestion.level in URGENT) and not held
        waits = () if suggestion.withheld_by == held_by else suggestion.withheld_by
        rows = {
            phrases.ROUTE: "" if suggestion.route is None else clean(self.voice.route(suggestion.route)),
            phrases.WITHHELD: "; ".join(self.say(flag.name) for flag in waits),
            phrases.AFTER: "; ".join(self.say(flag.name) for flag in suggestion.after),
        }
        return Item(
            number=self.told.numbers[suggestion.code],
            kind=self.kind(suggestion),
            summary=self.say(suggestion.summary),
            text=self.say(suggestion.text) if in_full else "",
            origin=suggestion.origin,
            established=established,
            held=held,
            urgent=suggestion.level is Level.ACT_NOW,
            rows=tuple((self.say(name), said) for name, said in rows.items() if said),
            because=self.because(suggestion),
            places=self.places(suggestion) if established else "",
            screens=tuple(sorted(self.letters[flag] for flag in suggestion.screen_first if flag in self.letters)),
            next_step_of=self.told.numbers.get(suggestion.next_step_of, 0),
            explained=bool(suggestion.because),
        )

    def kind(self, suggestion: Suggested) -> str:
        """What a suggestion asks, or how soon; and whether it is only possible, or on hold."""
        said = ((phrases.POSSIBLE, suggestion.outcome is not Outcome.ESTABLISHED), (phrases.WAITS, suggestion.withheld_by))
        more = ", ".join(self.say(text) for text, so in said if so)
        kind = self.say(called(suggestion))
        return f"{kind} ({more})" if more else kind

    def because(self, suggestion: Suggested) -> tuple[str, str]:
        """Why it is told, or what it depends on."""
        if suggestion.outcome is Outcome.ESTABLISHED:
            facts = telling.facts(suggestion) or [self.advice.person]
            return self.say(phrases.BECAUSE), self.listed(facts, MOST_FACTS)
        return self.say(phrases.STILL_OPEN), self.listed(telling.still_open(suggestion), MOST_FACTS)

    def places(self, suggestion: Suggested) -> str:
        """Where it stands in the article, if it is from there."""
        found = telling.places(self.advice, suggestion) if suggestion.origin is Origin.ARTICLE else []
        shown = found if self.voice.everything else found[:MOST_PLACES]
        return "; ".join(f"{clean(p.statement)} “{clean(p.words)}”" for p in shown)

    def questions(self) -> tuple[tuple[Asked, ...], tuple[Asked, ...], int]:
        """The questions to begin with, the others, and how many are left out."""
        near = telling.worth_asking(self.advice)
        if not self.voice.everything:
            return tuple(map(self.asked, near[:MOST_QUESTIONS])), (), max(0, len(near) - MOST_QUESTIONS)
        first = near[:NEAR]
        others = [question for question in self.advice.ask_next if question not in first]
        return tuple(map(self.asked, first)), tuple(map(self.asked, others)), 0

    def asked(self, question: Question) -> Asked:
        at = [self.told.numbers[code] for code in question.could_change if code in self.told.numbers]
        yes_or_no = "." in question.code
        return Asked(self.say(question.question), yes_or_no, "" if at else self.say(question.reason), tuple(telling.runs(at)))

    def change(self, change: Change) -> tuple[str, str, str]:
        return self.say(phrases.CHANGES[change.what]), clean(change.name), clean(change.detail)


def _letter(place: int) -> str:
    """a, b, ... z, aa, ab, ..."""
    rest, last = divmod(place, 26)
    return (_letter(rest - 1) if rest else "") + chr(ord("a") + last)
