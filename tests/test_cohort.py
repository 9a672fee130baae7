"""Cohorts: row by row the same as the kernel on one case, whatever the columns are made of; and nothing dropped in silence."""

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hechting_rules.advice import Outcome
from hechting_rules.answered import answer
from hechting_rules.cohort import ROWS, Cohort, decide
from hechting_rules.cohort.bits import Words, count, from_buffer, from_mask, ones, to_mask, truths, valid, zeros
from hechting_rules.condition import Is
from hechting_rules.errors import CaseError, UsageError
from hechting_rules.explain import advise
from hechting_rules.model import Rulebook
from hechting_rules.rulebook import default_rulebook
from hechting_rules.stated import Case
from hechting_rules.terms import NO_PERSON, Status
from strategies import HERE, books_with_cases, cases, finding, real_cases, rule, rulebook, rulebooks


@attrs.frozen
class Speaks:
    """A frame of somebody else, of which only the Arrow C stream is known."""

    table: pa.Table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


MEANING = {True: Outcome.ESTABLISHED, False: Outcome.RULED_OUT, None: Outcome.POSSIBLE}


def frame(several: Sequence[Case], book: Rulebook) -> pa.Table:
    """Cases as a wide table, all findings as nullable booleans."""
    columns: dict[str, pa.Array] = {"id": pa.array([str(place) for place in range(len(several))])}
    for code in book.findings:
        truth = {Status.PRESENT: True, Status.ABSENT: False, Status.UNKNOWN: None}
        said = [{s.code: truth[s.status] for s in case.findings} for case in several]
        columns[code] = pa.array([one.get(code) for one in said], pa.bool_())
    columns["child"] = pa.array([case.child_stage or None for case in several], pa.string())
    columns["adult"] = pa.array([case.adult_stage or None for case in several], pa.string())
    for name in book.quantities:
        columns[name] = pa.array([dict(case.quantities).get(name) for case in several], pa.float64())
    return pa.table(columns)


def plainly(case: Case, book: Rulebook) -> Case:
    """A case under the present codes, each finding once."""
    return attrs.evolve(case, findings=tuple(attrs.evolve(s, code=book.alias.get(s.code, s.code)) for s in case.findings))


def check(several: Sequence[Case], book: Rulebook, found: Cohort) -> None:
    """Each case is in the table as the kernel answers it, or among the rejects if it cannot be used."""
    told = {row["id"]: row for row in found.table.to_pylist()}
    rejected = {row["id"] for row in found.rejects.to_pylist()}
    assert not told.keys() & rejected
    for place, case in enumerate(several):
        if str(place) in rejected:
            with pytest.raises(CaseError) as refused:
                answer(case, book, book.profiles["default"])
            problems = [row["problem"] for row in found.rejects.to_pylist() if row["id"] == str(place) and not row["column"]]
            assert problems == [f"{d.code} {d.message}" for d in refused.value.diagnostics][: len(problems)]
            continue
        one = answer(case, book, book.profiles["default"])
        row = told[str(place)]
        assert {code: MEANING[row[code]] for code in book.order} == {c: one.outcome(p) for c, p in one.program.results.items()}
        raised = [flag for flag, register in one.program.withholding.items() if one.values[register]]
        assert row["withheld_by"] == sorted(raised)


@settings(max_examples=100)
@given(st.data())
def test_in_any_rulebook_each_row_is_answered_as_a_case(data: st.DataObject) -> None:
    book, first = data.draw(books_with_cases(rulebooks()))
    several = [plainly(case, book) for case in (first, *data.draw(st.lists(cases(book), max_size=9)))]
    check(several, book, decide(frame(several, book), book))


@settings(max_examples=12)
@given(st.lists(real_cases(), min_size=1, max_size=20))
def test_in_the_real_rulebook_each_row_is_answered_as_a_case(several: list[Case]) -> None:
    book = default_rulebook()
    several = [plainly(case, book) for case in several]
    check(several, book, decide(frame(several, book)))


@settings(max_examples=60)
@given(st.data())
def test_rows_that_contradict_themselves_are_set_aside_with_the_reason(data: st.DataObject) -> None:
    book, case = data.draw(books_with_cases(rulebooks()))
    codes = st.sampled_from(list(book.findings))
    stages = [s.code for s in book.stages.values()]
    said = data.draw(st.lists(st.tuples(codes, st.booleans()), max_size=6, unique_by=lambda pair: pair[0]))
    wild = Case.of(
        child=data.draw(st.sampled_from(["", NO_PERSON, *(s for s in stages if book.stages[s].of == "child")])),
        adult=data.draw(st.sampled_from(["", NO_PERSON, *(s for s in stages if book.stages[s].of == "adult")])),
        present=[code for code, there in said if there],
        absent=[code for code, there in said if not there],
    )
    quantity = data.draw(st.sampled_from([("child_age_months", 30.0), ("adult_age_years", 30.0), ("pregnancy_week", 99.0), None]))
    wild = attrs.evolve(wild, quantities=() if quantity is None else (quantity,))
    several = [plainly(case, book), wild]
    check(several, book, decide(frame(several, book), book))


WORDS = {
    "words": ["ja", " NEE ", "onbekend", "", None, "Yes", "false", "?"],
    "numbers": pa.array([1, 0, None, None, None, 1, 0, None], pa.int8()),
    "floats": [1.0, 0.0, float("nan"), None, None, 1.0, 0.0, None],
    "booleans": [True, False, None, None, None, True, False, None],
    "dictionary": pa.array(["ja", "nee", "?", "", None, "ja", "nee", "?"]).dictionary_encode(),
}


@pytest.mark.parametrize("kind", WORDS)
def test_a_column_says_the_same_in_each_form(kind: str) -> None:
    table = pa.table({"id": pa.array(range(8)), "child": ["baby"] * 8, "baby.avoids_eye_contact": WORDS[kind]})
    found = decide(table, results=["discuss.child_signals"])
    assert found.rejects.num_rows == 0
    assert found.table["discuss.child_signals"].to_pylist() == [True, None, None, None, None, True, None, None]
    code = ["baby.avoids_eye_contact"]
    yes, no, unsaid = Case.of(child="baby", present=code), Case.of(child="baby", absent=code), Case.of(child="baby")
    by_hand = [advise(case) for case in (yes, no, unsaid, unsaid, unsaid, yes, no, unsaid)]
    there = [any(s.code == "discuss.child_signals" and s.outcome is Outcome.ESTABLISHED for s in a.suggestions) for a in by_hand]
    assert there == [value is True for value in found.table["discuss.child_signals"].to_pylist()]


def test_numbers_are_read_from_words_and_ages_give_stages() -> None:
    ages = ["5", "5,5", " 7.0 ", "", None, "onbekend", "five", "-1", "400", "1e1", "nan"]
    table = pa.table({"id": pa.array(range(11)), "child_age_months": ages, "baby.avoids_eye_contact": ["1"] * 11})
    found = decide(table, results=["discuss.child_signals"])
    assert [(row["row"], row["column"]) for row in found.rejects.to_pylist()] == [(n, "child_age_months") for n in (6, 7, 8)]
    there = dict(zip(found.table["id"].to_pylist(), found.table["discuss.child_signals"].to_pylist(), strict=True))
    assert there == {0: True, 1: True, 2: True, 3: None, 4: None, 5: None, 9: True, 10: None}


def test_a_value_that_cannot_be_meant_is_a_reject_with_its_column_and_no_row_is_lost() -> None:
    table = pa.table(
        {"id": ["a", "b", "c"], "child": ["baby", "babby", None], "baby.avoids_eye_contact": ["misschien", "ja", "nee"]}
    )
    found = decide(table)
    assert found.rejects.to_pylist() == [
        {"row": 0, "id": "a", "column": "baby.avoids_eye_contact", "problem": "'misschien' cannot be meant here"},
        {"row": 1, "id": "b", "column": "child", "problem": "'babby' cannot be meant here"},
    ]
    assert found.table["id"].to_pylist() == ["c"]


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"baby.avoids_eye_contct": [True]}, "column 'baby.avoids_eye_contct' is no finding, stage or quantity; did you mean"),
        ({"weight": [3.5], "height": [50]}, "column 'height' is no finding"),
        ({"baby.avoids_eye_contact": [[True]]}, "column 'baby.avoids_eye_contact' is of type list"),
        ({"child": [1]}, "column 'child' is of type int64"),
    ],
)
def test_a_column_that_means_nothing_is_refused(columns: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match="column") as error:
        decide(pa.table({"id": [1], **columns}))
    assert told in str(error.value)


def test_a_code_and_its_alias_are_one_finding_and_so_no_two_columns() -> None:
    book = rulebook([finding("f.new", alias=("f.old",))], [rule("r.1", Is("f.new", HERE), "c.one")])
    with pytest.raises(UsageError, match=r"the columns 'f\.new', 'f\.old' stand for one finding; keep one of them"):
        decide(pa.table({"f.new": [True], "f.old": [True]}), book)
    assert decide(pa.table({"f.old": [True]}), book).table["c.one"].to_pylist() == [True]


def test_what_is_wrong_with_a_row_is_told_in_the_order_of_the_columns() -> None:
    wrong = {"adult": ["x"], "child": ["x"], "baby.avoids_eye_contact": ["x"], "child_age_months": ["x"]}
    told = [row["column"] for row in decide(pa.table(wrong)).rejects.to_pylist()]
    assert told == ["baby.avoids_eye_contact", "adult", "child"]  # three at most


def test_other_columns_may_be_ignored_by_name() -> None:
    found = decide(pa.table({"case": ["x"], "weight": [3.5], "child": ["baby"]}), id_column="case", ignore=["weight"])
    assert found.table["case"].to_pylist() == ["x"]


def test_lists_name_what_the_columns_say() -> None:
    book = default_rulebook()
    several = [
        Case.of(child="baby", present=["baby.avoids_eye_contact"]),
        Case.of(present=["safety.abuse_or_violence"]),
        Case.of(),
    ]
    wide, lists = decide(frame(several, book)), decide(frame(several, book), form="lists")
    for row, listed in zip(wide.table.to_pylist(), lists.table.to_pylist(), strict=True):
        assert set(listed["established"]) == {code for code in book.order if row[code] is True}
        assert set(listed["robust"]) <= set(listed["established"])
        assert listed["withheld_by"] == row["withheld_by"]
    assert lists.table["withheld_by"].to_pylist() == [[], ["RF-01"], []]


def test_any_frame_that_speaks_arrow_is_read() -> None:
    table = pa.table({"id": ["a", "b"], "child": ["baby", "toddler"], "baby.avoids_eye_contact": [True, None]})
    assert decide(Speaks(table)).table.equals(decide(table).table)


@pytest.mark.parametrize("kind", [pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())])
def test_text_of_any_kind_is_read(kind: pa.DataType) -> None:
    columns = {"child": ["baby", "toddler"], "baby.avoids_eye_contact": ["ja", None], "child_age_months": ["5", "20"]}
    table = pa.table({"id": ["a", "b"], **columns})
    other = pa.table({"id": ["a", "b"], **{name: pa.array(words).cast(kind) for name, words in columns.items()}})
    assert decide(other).table.equals(decide(table).table)


def test_a_cohort_of_no_cases_has_the_columns_of_any_other() -> None:
    table = pa.table({"id": pa.array([], pa.string()), "child": pa.array([], pa.string())})
    found = decide(table)
    assert found.table.num_rows == found.rejects.num_rows == 0
    assert "discuss.child_signals" in found.table.column_names


def test_blocks_join_without_a_seam() -> None:
    rng = np.random.default_rng(7)
    length = ROWS + 4321
    columns: dict[str, Any] = {"id": np.arange(length), "child": pa.array(["baby"] * length)}
    for code in ("baby.avoids_eye_contact", "parent.unresolved_trauma", "parent.available"):
        columns[code] = pa.array(rng.random(length) < 0.5, mask=rng.random(length) < 0.3)
    table = pa.table(columns)
    found, codes = decide(table), default_rulebook().order
    assert found.table.num_rows == length
    sample = rng.integers(0, length, 200)
    few = decide(table.take(pa.array(sample)))
    assert found.table.select(list(codes)).take(pa.array(sample)).equals(few.table.select(list(codes)))


@given(st.lists(st.sampled_from([True, False, None]), max_size=140), st.integers(0, 140), st.integers(0, 140))
def test_the_bits_of_a_slice_are_those_of_its_rows(rows: list[bool | None], start: int, length: int) -> None:
    array = pa.array(rows, pa.bool_()).slice(start, length)
    said = array.to_pylist()
    assert whole(truths(array)) == sum(1 << place for place, value in enumerate(said) if value)
    assert whole(valid(array)) == sum(1 << place for place, value in enumerate(said) if value is not None)
    assert count(truths(array)) == said.count(True)
    mask = np.array([value is True for value in said], dtype=np.bool_)
    assert whole(from_mask(mask)) == whole(truths(array))
    assert to_mask(from_mask(mask), len(mask)).tolist() == mask.tolist()
    assert whole(from_buffer(None, 3, len(said))) == whole(ones(len(said))) == (1 << len(said)) - 1
    assert whole(zeros(len(said))) == 0


def whole(words: Words) -> int:
    """Words as one number."""
    return int.from_bytes(words.tobytes(), "little")
