"""How safety stands above the rest: what is withheld, what comes first, and where to turn. Status is never touched."""

import datetime as dt
from collections.abc import Iterable, Iterator

import attrs

from hechting_rules.advice import FlagName, RouteTold
from hechting_rules.answered import Answered
from hechting_rules.model import Flag, Profile, Route, Rulebook, Suggestion
from hechting_rules.terms import Jurisdiction, Level, Origin

GATING = (Level.SAME_DAY, Level.SCREEN)
"""Raised at one of these levels, a flag that a suggestion names comes before that suggestion."""


@attrs.frozen
class Gates:
    """The safety flags that stand before one suggestion."""

    withheld_by: tuple[FlagName, ...] = ()
    after: tuple[FlagName, ...] = ()
    screen_first: tuple[FlagName, ...] = ()


def gates(suggestion: Suggestion, answered: Answered) -> Gates:
    """What stands before a suggestion of the article or of today; nothing stands before safety.

    A flag raised to act now and not addressed withholds all of them. A flag named by the suggestion comes first while it is
    neither raised nor ruled out; raised for the same day or for a look first, it is what the suggestion comes after.
    """
    if suggestion.origin is Origin.SAFETY:
        return Gates()
    values, program = answered.values, answered.program
    withholding = [flag for flag, register in program.withholding.items() if values[register]]
    named = list(_named(suggestion, answered))
    return Gates(
        withheld_by=tuple(_name(answered.book.flags[flag]) for flag in sorted(withholding)),
        after=tuple(_name(flag) for flag in named if _raised_at(flag, answered) & set(GATING)),
        screen_first=tuple(_name(flag) for flag in named if _open(flag, answered)),
    )


def open_above(answered: Answered) -> tuple[FlagName, ...]:
    """The flags that stand above everything and are neither raised nor ruled out."""
    return tuple(_name(flag) for flag in answered.book.flags.values() if flag.stands_above and _open(flag, answered))


def _named(suggestion: Suggestion, answered: Answered) -> Iterator[Flag]:
    """The flags that a suggestion names, and those that stand above every suggestion."""
    for flag in answered.book.flags.values():
        if flag.id in suggestion.screens or flag.stands_above:
            yield flag


def _name(flag: Flag) -> FlagName:
    return FlagName(flag.id, flag.level, flag.name)


def _raised_at(flag: Flag, answered: Answered) -> set[Level]:
    """The levels at which a flag is raised."""
    return {
        s.level
        for s in answered.book.suggestions.values()
        if s.flag == flag.id and s.level is not None and answered.values[answered.program.results[s.code].established]
    }


def _open(flag: Flag, answered: Answered) -> bool:
    """Whether a flag is neither raised nor ruled out; one that no rule raises is open at its stages."""
    values, program = answered.values, answered.program
    plane = program.flags.get(flag.id)
    elsewhere = bool(flag.stages) and all(values[program.stages[s].out] for s in flag.stages)
    if plane is None:
        return not elsewhere
    return not elsewhere and not values[plane.established] and not values[plane.out]


def screening(told: Iterable[str], answered: Answered) -> frozenset[str]:
    """The findings to ask about first: those of the open flags that stand above all or that an established suggestion names.

    The flags of a suggestion that is only possible are asked about once it is established: what is asked first stays short. A
    detail waits for what it implies, be it a screen or a pregnancy: asked and answered no, that answers its details too.
    """
    book, program, values = answered.book, answered.program, answered.values
    raised = [code for code in told if code in book.suggestions and values[program.results[code].established]]
    named = {flag for code in raised for flag in book.suggestions[code].screens}
    found = set()
    for flag in book.flags.values():
        if (flag.id in named or flag.stands_above) and _open(flag, answered):
            findings = program.screens.get(flag.id, frozenset())
            unknown = {f for f in findings if answered.is_open(f)}
            found |= {f for f in unknown if not any(answered.is_open(other) for other in program.closed.below[f])}
    return frozenset(found)


def route(suggestion: Suggestion, profile: Profile) -> RouteTold | None:
    """Where to turn, in the jurisdiction of the profile, else in general."""
    chosen = _route(suggestion, profile.jurisdiction) or _route(suggestion, Jurisdiction.NONE)
    if chosen is None:
        return None
    return RouteTold(chosen.jurisdiction, chosen.text, chosen.source, chosen.edition, chosen.checked_on)


def _route(suggestion: Suggestion, jurisdiction: Jurisdiction) -> Route | None:
    return next((r for r in suggestion.routes if r.jurisdiction is jurisdiction), None)


def stale(book: Rulebook, profile: Profile, as_of: dt.date | None) -> Iterator[str]:
    """A warning for each route that is past its review on the day ``as_of``; without a day, none."""
    if as_of is None:
        return
    for suggestion in book.suggestions.values():
        chosen = _route(suggestion, profile.jurisdiction) or _route(suggestion, Jurisdiction.NONE)
        if chosen is not None and as_of > dt.date.fromisoformat(chosen.review_by):
            yield f"{suggestion.code}: the route for {chosen.jurisdiction} was due for review by {chosen.review_by}"
