"""Explanations as plain text: the answer first, then what it rests on. No weights, no sums, no blame: a parent may read it.

What is told of one result and of questions stands in `hechting_rules.render.explained_result`; of a difference, of numbers and of
arguments here.
"""

from collections.abc import Iterable, Iterator, Sequence

from hechting_rules.advice import Known, Outcome, Question
from hechting_rules.explanations import (
    Argument,
    Arguments,
    Changed,
    Dependence,
    Difference,
    Explanation,
    FactChange,
    Gap,
    Level,
    Move,
    Offset,
    Standing,
)
from hechting_rules.render import explained_phrases as words
from hechting_rules.render import phrases
from hechting_rules.render.explained_result import MOST_RULES, tell_questions, tell_result, tell_ways
from hechting_rules.render.page import GAP, INDENT, WIDTH, Columns, Line, Role, plain
from hechting_rules.render.text import note_lines, title_lines
from hechting_rules.render.voice import DEEPER, Lines, Voice, kind_of, mark_of
from hechting_rules.terms import Direction, Language, Text


def result_to_text(explanation: Explanation, language: Language, *, everything: bool = False, width: int = WIDTH) -> str:
    """How one result stands and why, at most ``width`` characters wide.

    Without ``everything`` at most 5 sets of facts, 3 rules and 3 ways to the result, with short cautions; the rest is counted.
    """
    return plain(result_lines(explanation, language, everything=everything), width)


def questions_to_text(questions: Sequence[Question], language: Language, *, everything: bool = False, width: int = WIDTH) -> str:
    """What to ask next, what matters most first, at most ``width`` characters wide.

    Without ``everything`` at most 10, without those that another one may answer; the rest is counted.
    """
    return plain(question_lines(questions, language, everything=everything), width)


def difference_to_text(difference: Difference, language: Language, *, everything: bool = False, width: int = WIDTH) -> str:
    """What differs between the advice for two cases, at most ``width`` characters wide: results first, then what they say.

    Without ``everything`` only the results that one of the two tells; the rest is counted.
    """
    return plain(difference_lines(difference, language, everything=everything), width)


def dependences_to_text(
    dependences: Sequence[Dependence], language: Language, *, everything: bool = False, width: int = WIDTH
) -> str:
    """What rests on numbers that the library chose, at most ``width`` characters wide.

    Without ``everything`` only the results that an advice tells; the rest is counted.
    """
    return plain(dependence_lines(dependences, language, everything=everything), width)


def arguments_to_text(arguments: Arguments, language: Language, *, everything: bool = False, width: int = WIDTH) -> str:
    """What speaks for risk and what for protection, side by side where ``width`` (in characters) allows.

    Without ``everything`` at most 3 ways to each conclusion that could offset others; the rest is counted.
    """
    return plain(argument_lines(arguments, language, everything=everything), width)


def result_lines(explanation: Explanation, language: Language, *, everything: bool = False) -> Lines:
    """The lines of `result_to_text`."""
    voice = Voice(language, everything)
    yield from title_lines(voice, explanation.advice)
    yield from tell_result(voice, explanation)
    yield from note_lines(voice, explanation.advice)


def question_lines(questions: Sequence[Question], language: Language, *, everything: bool = False) -> Lines:
    """The lines of `questions_to_text`."""
    yield from tell_questions(Voice(language, everything), questions)


def difference_lines(difference: Difference, language: Language, *, everything: bool = False) -> Lines:
    """The lines of `difference_to_text`: the results that differ, by how they do; then what the cases say."""
    voice = Voice(language, everything)
    shown = _shown(voice, difference.changed)
    left = len(difference.changed) - len(shown)
    if not shown:
        yield Line(Role.ANSWER, voice.say(words.NO_TOLD_CHANGES if left else words.NO_CHANGES))
        yield GAP
    for move in Move:
        changed = [result for result in shown if result.move is move]
        if changed:
            yield Line(Role.HEADING, f"{voice.say(words.MOVES[move])} ({len(changed)})")
            for number, result in enumerate(changed, 1):
                yield from _changed(voice, result, INDENT, mark_of(number))
            yield GAP
    if left:
        yield Line(Role.MORE, voice.say(phrases.MORE).format(n=left), lead=voice.say(words.BESIDE))
        yield GAP
    if not difference.facts:
        yield Line(Role.TEXT, voice.say(words.SAME_FACTS))
        return
    yield voice.heading(words.SAID)
    for fact in difference.facts:
        yield Line(Role.REASON, _fact_change(voice, fact), INDENT, "  -")


def dependence_lines(dependences: Sequence[Dependence], language: Language, *, everything: bool = False) -> Lines:
    """The lines of `dependences_to_text`: each number on which a result rests, with the nearest value that changes one."""
    voice = Voice(language, everything)
    if not dependences:
        yield Line(Role.ANSWER, voice.say(words.NO_NUMBERS))
        return
    yield voice.heading(words.NUMBERS)
    for number, dependence in enumerate(dependences, 1):
        other, value = (_amount(voice, n, dependence.unit) for n in (dependence.other, dependence.value))
        instead = f"{other} {voice.say(words.INSTEAD)} {value}"
        yield Line(Role.ITEM, instead, INDENT, mark_of(number), dependence.parameter)
        yield Line(Role.NOTE, dependence.reason, DEEPER, lead=voice.say(words.REASON))
        shown = _shown(voice, dependence.changed)
        for result in shown:
            yield from _changed(voice, result, DEEPER + 2, " " * DEEPER + "-")
        left = len(dependence.changed) - len(shown)
        if left:
            yield Line(Role.MORE, voice.say(phrases.MORE).format(n=left), DEEPER, lead=voice.say(words.BESIDE))


def argument_lines(arguments: Arguments, language: Language, *, everything: bool = False) -> Lines:
    """The lines of `arguments_to_text`: level by level what asks for attention and what protects; then what offsets what."""
    voice = Voice(language, everything)
    yield Line(Role.NOTE, voice.say(words.NOT_ADDED_UP if arguments.offsets else words.NO_OFFSETS))
    yield GAP
    if not any(level.against or level.protecting for level in arguments.levels):
        yield Line(Role.ANSWER, voice.say(words.NOTHING_SPEAKS))
        yield GAP
    for level in arguments.levels:
        yield from _level(voice, level)
    if arguments.offsets:
        yield voice.heading(words.OFFSETS)
    for number, offset in enumerate(arguments.offsets, 1):
        yield from _offset(voice, offset, number)


# --- a difference, and what rests on numbers -------------------------------------------------------------------------------


def _shown(voice: Voice, changed: Sequence[Changed]) -> list[Changed]:
    """The results to show: in short those that the advice for one of the cases tells."""
    return [result for result in changed if result.told or voice.everything]


def _changed(voice: Voice, result: Changed, indent: int, mark: str) -> Lines:
    """A result that differs: how it stood, how it stands then, and the rules that make the difference."""
    yield Line(Role.ITEM, voice.say(result.title), indent, mark)
    before, after = result.before, result.after
    moved = f"{_standing(voice, before, after)} {words.TO} {_standing(voice, after, before)}"
    yield Line(Role.TEXT, moved, indent + 2)
    if result.rules:
        yield Line(Role.REASON, voice.names(result.rules, MOST_RULES), indent + 2, lead=voice.say(words.THROUGH))


def _standing(voice: Voice, standing: Standing, other: Standing) -> str:
    """How a result stands, in a few words, with the safety flags that only here stand before it."""
    parts = [voice.say(words.IN_SHORT[kind_of(standing.outcome, robust=standing.robust)])]
    for label, flags, others in (
        (words.GAPS[Gap.WITHHELD], standing.withheld_by, other.withheld_by),
        (phrases.AFTER, standing.after, other.after),
        (phrases.SCREEN_FIRST, standing.screen_first, other.screen_first),
    ):
        own = [voice.say(flag.name) for flag in flags if flag not in others]
        if own:
            parts.append(f"{voice.say(label).lower()}: {', '.join(own)}")
    return "; ".join(parts)


def _fact_change(voice: Voice, change: FactChange) -> str:
    before, after = (voice.say(words.NOT_MENTIONED if fact is None else fact.label) for fact in (change.before, change.after))
    return f"{before} {words.TO} {after}"


def _amount(voice: Voice, value: float, unit: str) -> str:
    """A number with its unit, as the language writes it."""
    number = f"{value:g}"
    number = number.replace(".", ",") if voice.language is Language.NL else number
    one, more = words.UNITS.get(unit, (Text(unit, unit),) * 2)
    return f"{number} {voice.say(one if value == 1 else more)}"


# --- for and against -------------------------------------------------------------------------------------------------------


def _level(voice: Voice, level: Level) -> Lines:
    unknown = voice.counted(level.not_known, words.NOT_KNOWN_ONE, words.NOT_KNOWN_MORE)
    yield voice.heading(words.ABOUTS[level.about])
    if level.against or level.protecting:
        against, protecting = _side(voice, words.AGAINST, level.against), _side(voice, words.PROTECTS, level.protecting)
        yield Columns(tuple(against), tuple(protecting))
    yield Line(Role.MORE, unknown, 2)
    yield GAP


def _side(voice: Voice, label: Text, arguments: Iterable[Argument]) -> Iterator[Line]:
    yield Line(Role.ANSWER, "", 2, lead=voice.say(label))
    nothing = True
    for argument in arguments:
        premise, nothing = argument.premise, False
        known = premise.status in (Known.PRESENT, Known.ESTABLISHED)
        told_as = voice.say(premise.label) if known else voice.known(premise)
        lead = "" if argument.direction is Direction.PROTECTION else voice.say(words.DIRECTIONS[argument.direction])
        yield Line(Role.REASON, told_as, INDENT, "  -", lead)
    if nothing:
        yield Line(Role.REASON, voice.say(words.NOTHING_KNOWN), INDENT, "  -")


def _offset(voice: Voice, offset: Offset, number: int) -> Lines:
    """A conclusion that takes others back: how it stands, what it sets aside, and the ways to it while it is not established."""
    established = offset.outcome is Outcome.ESTABLISHED
    yield Line(Role.ITEM, voice.say(offset.title), INDENT, mark_of(number), voice.say(words.STANDS[offset.outcome]))
    if offset.takes_back:
        lead = words.SETS_ASIDE if established else words.WOULD_SET_ASIDE
        yield Line(Role.REASON, voice.names(offset.takes_back), DEEPER, lead=voice.say(lead))
    yield from tell_ways(voice, offset.why_not, DEEPER + 2)
