"""Feedback in CDS Hooks: kept beside the cards that were given, all or none, and without anything of a patient."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from hechting_rules.interop.cds_hooks import SERVICE, Reply, Status, feedback
from hechting_rules.interop.feedback import Issued, Outcome, SqliteFeedback
from hooked import ACCEPTED, CARD, OVERRIDDEN, Kept, ask, valid
from records import condition


def test_feedback_is_kept_beside_the_cards_that_were_given(tmp_path: Path) -> None:
    store = SqliteFeedback(tmp_path / "feedback.sqlite")
    reply = ask(condition("A93"))
    store.issued(reply.issued)
    store.issued(reply.issued)
    first = reply.issued[0]
    entries = [ACCEPTED | {"card": first.card}, OVERRIDDEN | {"card": first.card}, OVERRIDDEN]
    valid({"feedback": entries}, "feedback")
    for _ in range(2):
        assert feedback(SERVICE, {"feedback": entries}, store) == Reply(Status.OK, {})
    assert list(store.counts()) == [
        ("", "overridden", "disagree", 1),
        (first.code, "accepted", "", 1),
        (first.code, "overridden", "disagree", 1),
    ]


def test_feedback_keeps_nothing_of_a_patient(tmp_path: Path) -> None:
    path = tmp_path / "feedback.sqlite"
    other = OVERRIDDEN | {"overrideReason": {"reason": {"code": "Jan", "system": "http://example.org"}}}
    feedback(SERVICE, {"feedback": [OVERRIDDEN, other | {"outcomeTimestamp": "2026-11-23T10:02:00Z"}]}, SqliteFeedback(path))
    assert b"Jan" not in path.read_bytes()
    with closing(sqlite3.connect(path)) as found:
        assert found.execute("select reason, commented from outcomes order by at").fetchall() == [("disagree", 1), ("other", 0)]


WRONG_FEEDBACK: list[tuple[Any, list[str]]] = [
    (None, ["request.feedback"]),
    ({"feedback": []}, ["request.feedback"]),
    ({"feedback": [ACCEPTED | {"card": "x"}]}, ["request.feedback[0].card"]),
    ({"feedback": [ACCEPTED, OVERRIDDEN | {"outcome": "seen"}]}, ["request.feedback[1].outcome"]),
    ({"feedback": [OVERRIDDEN | {"outcomeTimestamp": "2026-11-23"}]}, ["request.feedback[0].outcomeTimestamp"]),
    ({"feedback": [OVERRIDDEN | {"outcome": "accepted"}]}, ["request.feedback[0].acceptedSuggestions"]),
    ({"feedback": [ACCEPTED | {"acceptedSuggestions": [{"id": "y"}]}]}, ["request.feedback[0].acceptedSuggestions[0].id"]),
]


@pytest.mark.parametrize(("body", "places"), WRONG_FEEDBACK)
def test_wrong_feedback_is_told_and_none_of_it_is_kept(body: Any, places: list[str]) -> None:
    store = Kept()
    reply = feedback(SERVICE, body, store)
    assert reply.status == Status.BAD_REQUEST
    assert [p["where"] for p in reply.body["problems"]] == places
    assert not store.kept
    assert feedback("other", {"feedback": [ACCEPTED]}, store).status == Status.UNKNOWN_SERVICE


def test_a_host_may_have_a_store_of_its_own() -> None:
    store = Kept()
    feedback(SERVICE, {"feedback": [ACCEPTED]}, store)
    assert store.kept == [Outcome(CARD, "accepted", "2026-11-23T10:00:00Z", ("e56e1945-20b3-4393-8503-a1a20fd73152",))]


def test_many_threads_may_keep_at_once(tmp_path: Path) -> None:
    store = SqliteFeedback(tmp_path / "feedback.sqlite")
    store.issued([Issued(CARD, "a", "info", "b", "1")])

    def keep(number: int) -> None:
        store.add(Outcome(CARD, "overridden", f"2026-11-23T10:{number:02}:{second:02}Z", (), "later") for second in range(5))

    threads = [threading.Thread(target=keep, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(store.counts()) == [("a", "overridden", "later", 40)]
