"""Long frames: one row for each thing said, in any order or in order in a stream; row by row the same as a wide frame."""

from collections.abc import Sequence
from typing import Any

import attrs
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hechting_rules import Case, advise
from hechting_rules.answered import answer
from hechting_rules.cohort import Decider, Long, advices, decide, decide_stream, frames
from hechting_rules.errors import UsageError
from hechting_rules.model import Rulebook
from hechting_rules.rulebook import default_rulebook
from strategies import books_with_cases, cases, real_cases, rulebooks
from test_cohort import check, frame, plainly

Rows = list[tuple[Any, str | None, Any]]
NAMES = ["case", "finding", "status"]


def spoken(name: str, case: Case) -> Rows:
    """What a case says, one row each."""
    rows: Rows = [(name, said.code, said.status.value) for said in case.findings]
    rows += [(name, "child", case.child_stage)] if case.child_stage else []
    rows += [(name, "adult", case.adult_stage)] if case.adult_stage else []
    rows += [(name, quantity, repr(value)) for quantity, value in case.quantities]
    return rows or [(name, None, None)]


def table(rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    return pa.table({name: pa.array([row[place] for row in rows]) for place, name in enumerate(NAMES)})


@settings(max_examples=60)
@given(st.data())
def test_rows_in_any_order_are_answered_as_their_cases(data: st.DataObject) -> None:
    book, first = data.draw(books_with_cases(rulebooks()))
    several = [plainly(case, book) for case in (first, *data.draw(st.lists(cases(book), max_size=6)))]
    rows = [row for place, case in enumerate(several) for row in spoken(str(place), case)]
    found = decide(table(data.draw(st.permutations(rows))), book, long=True)
    named = found.table.rename_columns({"case": "id"})
    check(several, book, frames.Cohort(named, found.rejects))


@settings(max_examples=10)
@given(st.lists(real_cases(), min_size=1, max_size=12), st.integers(1, 9), st.integers(1, 20))
def test_a_stream_says_the_same_wherever_it_is_cut(several: list[Case], batch: int, most: int) -> None:
    book = default_rulebook()
    rows = [row for place, case in enumerate(several) for row in spoken(f"{place:03d}", plainly(case, book))]
    whole = table(rows)
    decider = Decider.of(NAMES, book, book.profiles["default"], long=True, fired=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frames, "LONG_ROWS", most)
        done = list(decide_stream(decider, whole.to_batches(max_chunksize=batch)))
    at_once = decide(whole, long=True, fired=True)
    assert pa.Table.from_batches([good for good, _ in done]).to_pylist() == at_once.table.to_pylist()
    assert [row for _, bad in done for row in bad.to_pylist()] == at_once.rejects.to_pylist()


@pytest.mark.parametrize(("order", "row", "above"), [("aba", 3, "b"), ("ba", 2, "b"), ("abcdcd", 5, "d")])
def test_a_stream_that_is_not_in_order_is_refused_with_the_row(order: str, row: int, above: str) -> None:
    book = default_rulebook()
    decider = Decider.of(NAMES, book, book.profiles["default"], long=True)
    batches = table([(name, "child", "baby") for name in order]).to_batches(max_chunksize=2)
    with pytest.raises(UsageError, match=f"row {row}: case '{order[row - 1]}' comes after '{above}'; in a long stream"):
        list(decide_stream(decider, batches))


def test_what_a_row_cannot_mean_sets_its_case_aside_with_the_row() -> None:
    rows = [
        ("a", "child", "baby"),
        ("b", "baby.avoids_eye_contct", "ja"),
        ("c", "child", "babby"),
        ("d", "child_age_months", "five"),
        ("e", "baby.avoids_eye_contact", "misschien"),
        ("f", "baby.avoids_eye_contact", "ja"),
        ("f", "baby.avoids_eye_contact", "nee"),
        ("g", "child", "baby"),
        ("g", "child", "toddler"),
        (None, "child", "baby"),
        ("h", None, "ja"),
        ("a", "baby.avoids_eye_contact", "JA "),
        ("a", "baby.avoids_eye_contact", "present"),
        ("i", "baby.avoids_eye_contact", "onbekend"),
        ("i", "baby.avoids_eye_contact", None),
    ]
    found = decide(table(rows), long=True)
    assert found.table["case"].to_pylist() == ["a", "i"]
    told = {row["id"]: (row["row"], row["column"], row["problem"]) for row in found.rejects.to_pylist()}
    assert told.pop("b")[:2] == (1, "baby.avoids_eye_contct")
    assert told == {
        "c": (2, "child", "'babby' cannot be meant here"),
        "d": (3, "child_age_months", "'five' cannot be meant here"),
        "e": (4, "baby.avoids_eye_contact", "'misschien' cannot be meant here"),
        "f": (5, "baby.avoids_eye_contact", "'baby.avoids_eye_contact' is told in two ways"),
        "g": (7, "child", "'child' is told in two ways"),
        "": (9, "case", "rows without the name of a case"),
        "h": (10, "finding", "a status of no finding"),
    }


@pytest.mark.parametrize(
    "status",
    [[True, False, None], [1, 0, None], [1.0, 0.0, float("nan")], ["ja", "nee", ""]],
    ids=["bool", "int", "float", "words"],
)
def test_a_status_says_the_same_in_each_form(status: list[Any]) -> None:
    rows = pa.table({"case": [1, 2, 3], "finding": ["parent.unresolved_trauma"] * 3, "status": status})
    wide = pa.table({"case": [1, 2, 3], "parent.unresolved_trauma": [True, False, None]})
    assert decide(rows, long=True).table.equals(decide(wide, id_column="case").table)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["case", "code", "status"], "there is no column 'finding'; found: case, code, status"),
        (["case", "finding", "status", "date"], "column 'date' means nothing in a long frame"),
    ],
)
def test_columns_that_make_no_long_frame_are_refused(names: list[str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        decide(pa.table({name: ["x"] for name in names}), long=True)


def test_the_columns_of_a_long_frame_may_have_other_names() -> None:
    rows = [("a", "child", "baby"), ("a", "baby.avoids_eye_contact", "ja")]
    other = table(rows).rename_columns(["patient", "code", "waarde"])
    assert decide(other, long=Long("patient", "code", "waarde")).table.equals(
        decide(table(rows), long=True).table.rename_columns({"case": "patient"})
    )


def test_dictionaries_may_name_what_no_row_holds() -> None:
    rows = [("a", "child", "baby"), ("b", "baby.avoids_eye_contact", "ja"), ("c", "child", "toddler")]
    part = pa.table({name: table(rows)[name].combine_chunks().dictionary_encode() for name in NAMES}).slice(1, 1)
    assert decide(part, long=True).table.to_pylist() == decide(table(rows[1:2]), long=True).table.to_pylist()


@settings(max_examples=10)
@given(st.lists(real_cases(), min_size=1, max_size=5))
def test_the_advice_on_a_chosen_case_is_that_of_advise(several: list[Case]) -> None:
    book = default_rulebook()
    several = [plainly(case, book) for case in several]
    rows = [row for place, case in enumerate(several) for row in spoken(f"c{place}", case)]
    found = advices(table(rows), ["c0", "c1", "nobody"], long=True)
    usable = set(decide(table(rows), long=True, results=[]).table["case"].to_pylist())
    assert found.keys() == {"c0", "c1"} & usable
    for name, advice in found.items():
        assert advice == advise(attrs.evolve(several[int(name[1])], id=name), book)


def test_cases_without_names_cannot_be_chosen_by_name() -> None:
    wide = pa.table({"child": ["baby"], "baby.avoids_eye_contact": [True]})
    with pytest.raises(UsageError, match="no column of the frame holds the names of the cases"):
        advices(wide, ["0"])
    assert advices(wide.append_column("id", pa.array(["a"])), ["a"]).keys() == {"a"}


@settings(max_examples=40)
@given(st.data())
def test_the_rules_that_fired_are_those_that_established_something(data: st.DataObject) -> None:
    book, case = data.draw(books_with_cases(rulebooks()))
    case = plainly(case, book)
    found = decide(frame([case], book), book, fired=True).table.to_pylist()
    one = answer(case, book, book.profiles["default"])
    assert [row["rules"] for row in found] == [
        sorted(r for r, plane in one.program.rules.items() if one.values[plane.established])
    ]


def test_a_frame_without_names_says_which_row_a_case_is(book: Rulebook) -> None:
    wide = pa.table({"child": ["baby", "babby", "toddler"], "baby.avoids_eye_contact": [True, True, None]})
    found = decide(wide, book, results=["discuss.child_signals"])
    assert found.table.to_pylist() == [
        {"row": 0, "discuss.child_signals": True, "withheld_by": []},
        {"row": 2, "discuss.child_signals": None, "withheld_by": []},
    ]
    assert [(row["row"], row["id"]) for row in found.rejects.to_pylist()] == [(1, None)]
