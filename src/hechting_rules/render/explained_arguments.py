"""What speaks for risk and what for protection in words, side by side; and what offsets what."""

from collections.abc import Iterable, Iterator

from hechting_rules.advice import Known, Outcome
from hechting_rules.explanations import Argument, Arguments, Level, Offset
from hechting_rules.render import explained_phrases as words
from hechting_rules.render.page import GAP, INDENT, Columns, Line, Role
from hechting_rules.render.voice import DEEPER, Lines, Voice, mark_of
from hechting_rules.terms import Direction, Text


def tell_arguments(voice: Voice, arguments: Arguments) -> Lines:
    """Level by level what asks for attention and what protects; then what offsets what."""
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
    established = offset.outcome is Outcome.ESTABLISHED
    yield Line(Role.ITEM, voice.say(offset.title), INDENT, mark_of(number), voice.say(words.STANDS[offset.outcome]))
    if offset.takes_back:
        lead = words.SETS_ASIDE if established else words.WOULD_SET_ASIDE
        yield Line(Role.REASON, voice.names(offset.takes_back), DEEPER, lead=voice.say(lead))
    yield from voice.ways(offset.why_not, DEEPER + 2)
