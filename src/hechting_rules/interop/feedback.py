"""What became of cards, kept for the host without anything of a patient: in SQLite, unless the host has a store of its own."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import attrs

from hechting_rules.errors import UsageError
from hechting_rules.interop.cards import OVERRIDES
from hechting_rules.interop.codes import OVERRIDE_SYSTEM
from hechting_rules.interop.record.elements import Node
from hechting_rules.source import one_of

OUTCOMES = ("accepted", "overridden")
OTHER = "other"


@attrs.frozen
class Issued:
    """A card that was given: its id, the code of what it tells, how urgent it was, and by which rulebook."""

    card: str
    code: str
    indicator: str
    rulebook: str
    version: str


@attrs.frozen
class Outcome:
    """What a practitioner did with a card.

    ``suggestions`` are the ids of suggestions that were accepted, ``reason`` the code of a reason of ours (``other`` for any
    other), ``commented`` whether there was a comment. The comment itself is not kept: it may hold what a patient said.
    """

    card: str
    outcome: str
    at: str
    suggestions: tuple[str, ...] = ()
    reason: str = ""
    commented: bool = False


class FeedbackStore(Protocol):
    """Where cards given and what became of them are kept. Called from any thread."""

    def issued(self, cards: Iterable[Issued]) -> None:
        """Keep which cards were given; the same card may come again."""

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Keep what became of cards, all of it or none; the same outcome may come again."""


TABLES = """
create table if not exists cards (
  card text primary key, code text not null, indicator text not null, rulebook text not null, version text not null
) without rowid;
create table if not exists outcomes (
  card text not null, outcome text not null, at text not null, suggestions text not null, reason text not null,
  commented integer not null, primary key (card, outcome, at)
) without rowid;
"""


@attrs.frozen
class SqliteFeedback:
    """Cards and outcomes in an SQLite file that is made on first use. Each call opens it anew, so that threads share nothing."""

    path: Path

    def prepare(self) -> None:
        """Make the file with its tables, if it is not there. Raises `UsageError` where that cannot be done."""
        try:
            self._opened().close()
        except sqlite3.Error as error:
            raise UsageError(f"{self.path}: feedback cannot be kept there: {error}") from error

    def issued(self, cards: Iterable[Issued]) -> None:
        """Keep which cards were given."""
        self._write("insert or ignore into cards values (?, ?, ?, ?, ?)", (attrs.astuple(card) for card in cards))

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Keep what became of cards."""
        rows = ((o.card, o.outcome, o.at, " ".join(o.suggestions), o.reason, int(o.commented)) for o in outcomes)
        self._write("insert or ignore into outcomes values (?, ?, ?, ?, ?, ?)", rows)

    def counts(self) -> Iterator[tuple[str, str, str, int]]:
        """For each code, outcome and reason how often; a card that was not kept as given counts under an empty code."""
        query = (
            "select coalesce(code, ''), outcome, reason, count(*) from outcomes left join cards using (card) "
            "group by 1, 2, 3 order by 1, 2, 3"
        )
        with closing(self._opened()) as found:
            yield from found.execute(query).fetchall()

    def _write(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        with closing(self._opened()) as found, found:
            found.executemany(statement, rows)

    def _opened(self) -> sqlite3.Connection:
        found = sqlite3.connect(self.path, timeout=10)
        try:
            found.executescript(TABLES)
        except BaseException:
            found.close()
            raise
        return found


def read_feedback(body: Node) -> tuple[Outcome, ...]:
    """The outcomes in a feedback request; what is wrong is noted with its place."""
    if not isinstance(body.members.get("feedback"), list) or not body.members["feedback"]:
        body.wrong("K807", "feedback", "is not there or empty; allowed: a list with at least one outcome")
        return ()
    return tuple(_outcome(entry) for entry in body.each("feedback"))


def _outcome(entry: Node) -> Outcome:
    card, outcome, at = (entry.text(key) for key in ("card", "outcome", "outcomeTimestamp"))
    if not is_uuid(card):
        entry.wrong("K808", "card", "is no UUID")
    if outcome not in OUTCOMES:
        entry.wrong("K809", "outcome", f"is no outcome; allowed: {one_of(OUTCOMES)}")
    if entry.days("outcomeTimestamp") is None or "T" not in at:
        entry.wrong("K810", "outcomeTimestamp", "is no time", "such as 2026-11-23T10:00:00Z")
    accepted = [one.text("id") for one in entry.each("acceptedSuggestions")]
    if outcome == OUTCOMES[0] and not accepted:
        entry.wrong("K811", "acceptedSuggestions", "is not there, though the outcome is accepted")
    for number, one in enumerate(accepted):
        if not is_uuid(one):
            entry.wrong("K808", f"acceptedSuggestions[{number}].id", "is no UUID")
    reason, commented = _reason(entry.inner("overrideReason"))
    return Outcome(card, outcome, at, tuple(accepted), reason, commented)


def _reason(told: Node | None) -> tuple[str, bool]:
    """The reason for setting a card aside, as a code of ours, and whether there was a comment."""
    if told is None:
        return "", False
    reason = told.inner("reason")
    code = "" if reason is None else reason.text("code")
    system = "" if reason is None else reason.text("system")
    ours = code in OVERRIDES and system in {"", OVERRIDE_SYSTEM}
    return (code if ours else OTHER if code else ""), bool(told.text("userComment"))


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID as CDS Hooks writes it."""
    parts = text.split("-")
    sizes = [len(part) for part in parts]
    return sizes == [8, 4, 4, 4, 12] and all(c in "0123456789abcdefABCDEF" for part in parts for c in part)


def mapping(body: Any) -> Mapping[str, Any]:
    """A body that is an object, or an empty one in its place."""
    return body if isinstance(body, Mapping) else {}
