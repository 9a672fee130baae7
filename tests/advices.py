"""Advices with all that an advice may hold, also what no rule of the library leads to yet, from a few small numbers."""

from collections.abc import Sequence
from itertools import cycle, islice
from typing import TypeVar

import attrs
from hypothesis import strategies as st

from hechting_rules import Advice, Case, advise
from hechting_rules.advice import (
    Change,
    Concluded,
    EvidenceNote,
    FlagName,
    Justification,
    Known,
    Locator,
    Outcome,
    Premise,
    Question,
    RouteTold,
    StatedFact,
    Suggested,
)
from hechting_rules.terms import About, Jurisdiction, Kind, Level, Origin, Standing, Text, Wording

T = TypeVar("T")

DUTCH = ("een", "geïnspireerde", "zin", "die", "doorloopt", "over", "wat", "er", "speelt")
ENGLISH = ("some", "inspired", "sentence", "that", "runs", "on", "about", "things")


@attrs.frozen
class Item:
    """A suggestion in numbers: how many words, facts and premises it has, and which flags and notes it names."""

    origin: Origin
    outcome: Outcome
    on_occasion: bool
    words: int
    facts: int
    premises: int
    flags: tuple[int, ...]
    notes: tuple[int, ...]


@attrs.frozen
class Draft:
    """An advice in numbers."""

    items: tuple[Item, ...]
    conclusions: int
    questions: int
    warnings: int
    changes: int
    reviewed: bool
    named: bool


def _few(values: st.SearchStrategy[T], most: int) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(values, max_size=most, unique=True).map(tuple)


ITEMS = st.builds(
    Item,
    origin=st.sampled_from([Origin.ARTICLE, Origin.SAFETY, Origin.TODAY, Origin.HOST]),
    outcome=st.sampled_from([Outcome.ESTABLISHED, Outcome.POSSIBLE]),
    on_occasion=st.booleans(),
    words=st.integers(1, 16),
    facts=st.integers(0, 6),
    premises=st.integers(0, 6),
    flags=_few(st.integers(1, 16), 5),
    notes=_few(st.integers(0, 9), 3),
)
DRAFTS = st.builds(
    Draft,
    items=st.lists(ITEMS, max_size=14).map(tuple),
    conclusions=st.integers(0, 2),
    questions=st.integers(0, 6),
    warnings=st.integers(0, 2),
    changes=st.integers(0, 3),
    reviewed=st.booleans(),
    named=st.booleans(),
)

CROWD = Draft(
    items=tuple(
        Item(origin, outcome, number % 3 == 0, 9, 5, 5, (1, 2, 3, 4, 5), (0, 1, number))
        for number in range(5)
        for origin in Origin
        for outcome in (Outcome.POSSIBLE, Outcome.ESTABLISHED)
    ),
    conclusions=2,
    questions=6,
    warnings=2,
    changes=3,
    reviewed=False,
    named=True,
)
"""More of everything than a text shows."""


def of(made: Draft | Case) -> Advice:
    """The advice that a draft describes, or that the library gives on a case."""
    return advise(made) if isinstance(made, Case) else _advice(made)


def _text(number: int, words: int = 4) -> Text:
    """A text of so many words that no other number has."""
    return Text(*(" ".join([*islice(cycle(pool), words), f"n{number:04}"]) for pool in (DUTCH, ENGLISH)))


def _pick(values: Sequence[T], number: int) -> T:
    return values[number % len(values)]


def _flag(number: int) -> FlagName:
    return FlagName(f"RF-{number:02}", _pick(list(Level), number), _text(100 + number))


def _note(number: int) -> EvidenceNote:
    standing = _pick(list(Standing), number)
    return EvidenceNote(f"claim:A{number:02}-note", (standing,), _text(200 + number, 8), _text(300 + number, 12))


def _premise(number: int) -> Premise:
    wanted = _pick([Known.PRESENT, Known.ABSENT, Known.ESTABLISHED], number)
    source = (("case",), (), ("a.rule",))[number % 3]
    return Premise(f"a.premise_{number}", _text(400 + number), wanted, _pick(list(Known), number), source, number % 2 == 0)


def _reason(number: int, outcome: Outcome, note: EvidenceNote | None, premises: int) -> Justification:
    return Justification(
        rule=f"a.rule_{number}",
        title=_text(500 + number),
        outcome=outcome,
        robust=number % 2 == 0,
        places=tuple(Locator(f"S{n + 1}", "a section", "some words of the article") for n in range(number % 4)),
        wording=_pick(list(Wording), number),
        evidence=note,
        premises=tuple(_premise(n) for n in range(premises)),
        unless=(_premise(9),) if number % 5 == 1 else (),
    )


def _facts(number: int) -> tuple[StatedFact, ...]:
    """As many facts, the first about who it is."""
    names = ["child", *(f"a.fact_{n}" for n in range(number))][:number]
    return tuple(StatedFact(name, "present", _text(600 + n)) for n, name in enumerate(names))


def _route(number: int) -> RouteTold | None:
    """In one of three cases none; in another general words without a day."""
    jurisdiction = _pick([None, Jurisdiction.NL, Jurisdiction.NONE], number)
    if jurisdiction is None:
        return None
    return RouteTold(jurisdiction, _text(1300 + number), "a source", "2024" if number % 2 else "", "2025-01-01")


def _suggested(number: int, item: Item) -> Suggested:
    """Nothing stands before safety; what is withheld has no text."""
    of_safety = item.origin is Origin.SAFETY
    flags = [] if of_safety else [_flag(n) for n in item.flags]
    notes: list[EvidenceNote | None] = [_note(n) for n in item.notes]
    kinds = list(Kind)
    return Suggested(
        code=f"a.suggestion_{number}",
        kind=Kind.SAFETY if of_safety else _pick(kinds[1:], number),
        origin=item.origin,
        about=_pick(list(About), number),
        outcome=item.outcome,
        robust=item.outcome is Outcome.ESTABLISHED and number % 2 == 0,
        summary=_text(700 + number, item.words),
        text=Text("", "") if flags[3:4] else _text(800 + number, 2 * item.words),
        withheld_by=tuple(flags[3:4]),
        after=tuple(flags[4:]),
        screen_first=tuple(flags[:3]),
        flag=f"RF-{number + 1:02}" if of_safety else "",
        level=_pick(list(Level), number) if of_safety else None,
        route=_route(number) if of_safety else None,
        next_step_of="a.suggestion_0" if number == 1 else "",
        on_occasion=item.on_occasion,
        because=tuple(_reason(10 * number + n, item.outcome, note, item.premises) for n, note in enumerate(notes or [None])),
        why=(_facts(item.facts),) if item.outcome is Outcome.ESTABLISHED else (),
    )


def _concluded(number: int) -> Concluded:
    """A conclusion that every suggestion with enough premises rests on."""
    return Concluded(
        code=f"a.premise_{2 * number}",
        outcome=Outcome.ESTABLISHED,
        robust=False,
        title=_text(900 + number),
        about=_pick(list(About), number),
        shown=number == 0,
        because=(_reason(900 + number, Outcome.ESTABLISHED, _note(20 + number), 1),),
        why=(_facts(2),),
    )


def _question(number: int) -> Question:
    code = _pick(["child", "a.first", "adult", "a.second", "a.third", "a.fourth"], number)
    after = "a.first" if number == 3 else ""
    return Question(code, _text(1000 + number), _text(1100 + number), (f"a.suggestion_{number}", "a.premise_0"), after)


def _advice(draft: Draft) -> Advice:
    order = list(Origin)
    suggested = [_suggested(number, item) for number, item in enumerate(draft.items)]
    return Advice(
        rulebook="made-up",
        version="0.1.0",
        sha256="0123456789abcdef" * 4,
        clinical_review="a doctor, 2025-01-01" if draft.reviewed else "none",
        disclaimer=_text(1),
        profile="default",
        changes=tuple(Change(what, f"a.{what}", "because") for what in ("on", "off", "parameter")[: draft.changes]),
        case="a-case" if draft.named else "",
        child_stage="baby" if draft.named else "",
        adult_stage="none" if draft.named else "",
        person=_text(2),
        conclusions=tuple(_concluded(number) for number in range(draft.conclusions)),
        suggestions=tuple(sorted(suggested, key=lambda s: order.index(s.origin))),
        screen_first=tuple(_flag(number) for number in (1, 3)[: draft.warnings]),
        ask_next=tuple(_question(number) for number in range(draft.questions)),
        context=(_text(3),) if draft.conclusions else (),
        not_assessed=draft.questions,
        warnings=tuple(_text(1200 + number).en for number in range(draft.warnings)),
    )
