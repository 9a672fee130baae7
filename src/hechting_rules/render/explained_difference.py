"""What differs between two cases in words, and what rests on numbers that the library chose."""

from collections.abc import Sequence

from hechting_rules.explanations import Changed, Dependence, Difference, FactChange, Move
from hechting_rules.render import explained_phrases as words
from hechting_rules.render import phrases
from hechting_rules.render.page import GAP, INDENT, Line, Role
from hechting_rules.render.voice import DEEPER, Lines, Voice, mark_of
from hechting_rules.terms import Language, Text


def tell_difference(voice: Voice, difference: Difference) -> Lines:
    """The results that differ, by how they do; then what the cases say."""
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
                yield from voice.changed(result, INDENT, mark_of(number))
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


def _shown(voice: Voice, changed: Sequence[Changed]) -> list[Changed]:
    """The results to show: in short those that the advice for one of the cases tells."""
    return [result for result in changed if result.told or voice.everything]


def _fact_change(voice: Voice, change: FactChange) -> str:
    before, after = (voice.say(words.NOT_MENTIONED if fact is None else fact.label) for fact in (change.before, change.after))
    return f"{before} {words.TO} {after}"


def tell_dependences(voice: Voice, dependences: Sequence[Dependence]) -> Lines:
    """Each number on which a result rests, with the nearest value that changes one."""
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
            yield from voice.changed(result, DEEPER + 2, " " * DEEPER + "-")
        left = len(dependence.changed) - len(shown)
        if left:
            yield Line(Role.MORE, voice.say(phrases.MORE).format(n=left), DEEPER, lead=voice.say(words.BESIDE))


def _amount(voice: Voice, value: float, unit: str) -> str:
    number = f"{value:g}"
    number = number.replace(".", ",") if voice.language is Language.NL else number
    one, more = words.UNITS.get(unit, (Text(unit, unit),) * 2)
    return f"{number} {voice.say(one if value == 1 else more)}"
