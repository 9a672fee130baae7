"""Cases from files, texts and Python: every one is a case or a clear error that names the place, and nothing else."""

import itertools
import json
import math
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hechting_rules import Advice, Case, CaseError, Rulebook, advise, load_case, load_rulebook
from hechting_rules.case import SCHEMA, case_to_mapping, parse_case
from hechting_rules.render.json import to_mapping
from hechting_rules.render.text import to_text
from hechting_rules.source import Span
from hechting_rules.stated import Stated
from hechting_rules.terms import Language, Status

T = TypeVar("T")
BASE = Path(__file__).parent / "diagnostics" / "base"
QUANTITIES = ("child_age_months", "adult_age_years", "pregnancy_week")
KEYS = (
    "schema",
    "id",
    "note",
    "child",
    "adult",
    "pregnancy_week",
    "present",
    "absent",
    "unknown",
    "stage",
    "age_months",
    "age_years",
)
WORDS = ("baby", "adult", "none", "", "~", SCHEMA, "baby.avoids_eye_contact", "parent.available", "x", "5", "é😀", "a\nb")
SCRAPS = [
    *KEYS,
    *WORDS,
    ": ",
    ":\n  ",
    "\n",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "&a ",
    "*a",
    "!t ",
    "'",
    '"',
    "#",
    "---\n",
    "\t",
    "\0",
    "|\n ",
    "?",
]

LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from(WORDS))
DATA = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=4), inner, max_size=6),
    max_leaves=14,
)
CASE_LIKE = st.dictionaries(st.sampled_from(KEYS), DATA, max_size=8)


@pytest.fixture(scope="module")
def tiny() -> Rulebook:
    return load_rulebook(BASE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cases")


def outcome(how: Callable[[], T]) -> T | CaseError:
    """What comes out of a call: its result or its error about a case."""
    try:
        return how()
    except CaseError as error:
        return error


def read(how: Callable[[], Case], shown: str) -> None:
    """Read a case in some way: a case comes out, or an error that says where and what."""
    found = outcome(how)
    if isinstance(found, CaseError):
        assert found.diagnostics
        assert str(found).startswith(f"{shown}:")
        assert all(d.span.path == shown and d.span.line >= 1 and d.span.column >= 1 for d in found.diagnostics)
    else:
        assert isinstance(found, Case)
        assert all(math.isfinite(value) for _, value in found.quantities)


@settings(max_examples=300)
@given(st.one_of(st.text(st.characters(), max_size=60), st.lists(st.sampled_from(SCRAPS), max_size=25).map("".join)))
def test_any_text_is_a_case_or_a_case_error(text: str) -> None:
    read(lambda: parse_case(text, "x.yaml"), "x.yaml")


@settings(max_examples=200)
@given(st.one_of(DATA, CASE_LIKE))
def test_any_data_written_as_json_is_a_case_or_a_case_error(data: object) -> None:
    read(lambda: parse_case(json.dumps(data), "x.json"), "x.json")
    read(lambda: parse_case(json.dumps(data, ensure_ascii=False, indent=2), "x.json"), "x.json")


@settings(max_examples=200)
@given(
    st.one_of(
        st.binary(max_size=60),
        st.lists(st.sampled_from(SCRAPS), max_size=20).map(lambda scraps: "".join(scraps).encode("utf-16")),
        st.tuples(st.sampled_from(["utf-8", "utf-8-sig", "utf-16-le", "utf-32", "cp1252"]), st.sampled_from(WORDS)).map(
            lambda pair: f"note: {pair[1]}\nchild: baby\n".encode(pair[0], "ignore")
        ),
    )
)
def test_any_bytes_of_a_file_are_a_case_or_a_case_error(folder: Path, data: bytes) -> None:
    path = folder / "bytes.yaml"
    path.write_bytes(data)
    read(lambda: load_case(path), str(path))


TEXTS = st.text(st.characters(), max_size=10)
NUMBERS = st.one_of(st.floats(), st.integers(), st.booleans(), st.none(), TEXTS)


@st.composite
def calls(draw: st.DrawFn, book: Rulebook) -> dict[str, Any]:
    """Arguments of `Case.of`: real words of the rulebook and anything else."""
    codes = st.lists(st.sampled_from([*book.findings, *book.alias]) | TEXTS, max_size=4)
    stages = st.sampled_from([*book.stages, "none", ""]) | TEXTS
    found: dict[str, Any] = {key: draw(codes) for key in ("present", "absent", "unknown")}
    found |= {"child": draw(stages), "adult": draw(stages), "id": draw(TEXTS), "note": draw(TEXTS)}
    found |= draw(st.dictionaries(st.sampled_from([*QUANTITIES, "weight"]), NUMBERS | st.integers(0, 60), max_size=2))
    return found


@settings(max_examples=120)
@given(data=st.data())
def test_any_call_with_codes_and_numbers_is_an_advice_or_a_case_error(book: Rulebook, data: st.DataObject) -> None:
    case = Case.of(**data.draw(calls(book)))
    found = outcome(lambda: advise(case, book))
    if isinstance(found, CaseError):
        assert found.diagnostics
    else:
        assert isinstance(found, Advice)
        json.dumps(to_mapping(found, Language.NL))
        assert to_text(found, Language.EN)


@pytest.mark.parametrize("value", [10**400, -(10**400)], ids=["far above", "far below"])
def test_a_number_beyond_any_age_is_a_case_error(tiny: Rulebook, value: int) -> None:
    assert codes_of(Case.of(child_age_months=value), tiny) == {"C304"}


@pytest.mark.parametrize("argument", ["present", "absent", "unknown"])
def test_one_code_where_a_list_belongs_is_that_one_code(tiny: Rulebook, argument: str) -> None:
    alone: dict[str, Any] = {argument: "parent.available"}
    listed: dict[str, Any] = {argument: ["parent.available"]}
    assert Case.of(**alone) == Case.of(**listed)
    wrong: dict[str, Any] = {argument: "parent.avialable"}
    with pytest.raises(CaseError) as caught:
        advise(Case.of(**wrong), tiny)
    assert [d.message for d in caught.value.diagnostics] == ["'parent.avialable' is no finding"]


def codes_of(case: Case, book: Rulebook) -> set[str]:
    """The codes of what is wrong with a case."""
    found = outcome(lambda: advise(case, book))
    return {d.code for d in found.diagnostics} if isinstance(found, CaseError) else set()


AGES = st.integers(0, 216) | st.floats(0, 216)
CASES = st.builds(
    lambda present, absent, **rest: Case.of(present=sorted(present - absent), absent=sorted(absent), **rest),
    present=st.sets(st.sampled_from(["a.b", "a.c", "parent.available", "x"])),
    absent=st.sets(st.sampled_from(["a.d", "a.c", "é", "1"])),
    id=st.text("ab é'\"#:-", max_size=8).filter(lambda text: not text or text.strip() != ""),
    note=st.text("ab é\n\t\\{}[]&*!|>%@`", max_size=20).filter(lambda text: not text or text.strip() != ""),
    child=st.sampled_from(["", "baby", "none", "null", "5"]),
    adult=st.sampled_from(["", "adult", "~", "é"]),
    child_age_months=AGES,
    pregnancy_week=AGES,
)


@settings(max_examples=200)
@given(CASES, st.booleans())
def test_a_case_as_plain_data_is_read_back_as_the_same_case(case: Case, escaped: bool) -> None:
    text = json.dumps(case_to_mapping(case), ensure_ascii=escaped)
    assert parse_case(text) == case


@settings(max_examples=60)
@given(years=st.integers(0, 17) | st.floats(0, 17.9))
def test_the_age_of_a_child_may_be_told_in_years(years: float) -> None:
    assert parse_case(f"child: {{age_years: {years!r}}}") == Case.of(child_age_months=years * 12)
    assert parse_case(f"adult: {{age_years: {years!r}}}") == Case.of(adult_age_years=years)


MISTAKES: dict[str, tuple[str, str]] = {
    "C301": ("unknown: [parent.avialable]", "1:11"),
    "F206": ("presnt: [parent.available]", "1:1"),
    "F202": ("note: [a]", "1:7"),
    "F205": ("absent: parent.available", "1:9"),
    "F208": ("pregnancy_week: soon", "1:17"),
    "C300": ("schema: other", "1:9"),
    "F209": ("adult: []", "1:8"),
}


@settings(max_examples=60)
@given(
    st.sets(st.sampled_from(sorted(set(MISTAKES) - {"C301"})), min_size=1).flatmap(lambda s: st.permutations(sorted(s))),
    st.integers(0, 3),
)
def test_every_mistake_in_the_form_of_a_case_is_told_at_its_own_line(mistakes: list[str], blank: int) -> None:
    gap = "\n" * blank
    text = gap + gap.join(MISTAKES[code][0] + "\n" for code in mistakes)
    with pytest.raises(CaseError) as caught:
        parse_case(text, "x.yaml")
    found = [(d.code, d.span.line, d.span.column) for d in caught.value.diagnostics]
    lines = [1 + blank + place * (1 + blank) for place in range(len(mistakes))]
    columns = [int(MISTAKES[code][1].partition(":")[2]) for code in mistakes]
    assert found == list(zip(mistakes, lines, columns, strict=True))


PLACES = [
    ("C301", "present:\n  - parent.available\n  - parent.avialable\n", 4, 5),
    ("C302", "present: [parent.available]\nabsent:\n  - parent.available\n", 4, 5),
    ("C305", "child:\n  age_months: 900\n", 3, 15),
    ("C305", "adult: {age_years: 200}\n", 2, 20),
    ("C305", "pregnancy_week: 60\n", 2, 17),
    ("C306", "child: babby\n", 2, 8),
    ("C306", "adult:\n  stage: baby\n", 3, 10),
    ("C309", "child: prenatal\npresent: [child.premature_birth]\n", 3, 11),
    ("C310", "present: [child.very_premature_birth]\nabsent: [child.premature_birth]\n", 3, 10),
    ("C311", "present: [parent.unresolved_trauma, parent.never_had_trauma]\n", 2, 37),
]


@pytest.mark.parametrize(("code", "text", "line", "column"), PLACES, ids=[" ".join(p[1].split()) for p in PLACES])
def test_what_is_wrong_in_a_case_is_told_where_it_stands(tiny: Rulebook, code: str, text: str, line: int, column: int) -> None:
    with pytest.raises(CaseError) as caught:
        advise(parse_case(f"# a case\n{text}", "x.yaml"), tiny)
    assert [(d.code, d.span) for d in caught.value.diagnostics if d.code != "C307"] == [(code, Span("x.yaml", line, column))]


def test_a_clash_of_stage_and_age_is_told_in_the_lines_of_that_person(tiny: Rulebook) -> None:
    text = "present: [parent.available]\nadult: adult\nchild:\n  stage: baby\n  age_months: 30\n"
    with pytest.raises(CaseError) as caught:
        advise(parse_case(text, "x.yaml"), tiny)
    assert [(d.code, d.span.line in {3, 4, 5}) for d in caught.value.diagnostics] == [("C308", True)]


def test_an_age_that_cannot_be_is_one_problem(tiny: Rulebook) -> None:
    assert codes_of(Case.of(child_age_months=-3), tiny) == {"C305"}


def test_all_that_is_wrong_with_a_case_is_told_at_once(tiny: Rulebook) -> None:
    wrong: dict[str, dict[str, Any]] = {
        "C301": {"present": ["parent.avialable"]},
        "C302": {"absent": ["parent.available"], "unknown": ["parent.available"]},
        "C303": {"weight": 4},
        "C304": {"pregnancy_week": math.nan},
        "C305": {"adult_age_years": 200},
        "C306": {"child": "babby"},
    }
    for count in range(1, len(wrong) + 1):
        for codes in itertools.combinations(wrong, count):
            merged: dict[str, Any] = {}
            for code in codes:
                merged |= wrong[code]
            assert codes_of(Case.of(**merged), tiny) == set(codes)


@settings(max_examples=100)
@given(
    months=st.floats(0, 216, exclude_max=True) | st.integers(0, 215),
    stage=st.sampled_from(["prenatal", "baby", "toddler", "none", ""]),
)
def test_a_stage_may_stand_beside_an_age_only_if_they_agree(tiny: Rulebook, months: float, stage: str) -> None:
    agree = stage in {"", "baby" if months < 12 else "toddler"}
    assert codes_of(Case.of(child=stage, child_age_months=months), tiny) == (set() if agree else {"C308"})


@settings(max_examples=100)
@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**6), 10**6) | st.sampled_from([0, 45, -0.0, 45.0]))
def test_a_week_of_pregnancy_lies_within_its_bounds_or_is_refused(tiny: Rulebook, week: float) -> None:
    assert codes_of(Case.of(pregnancy_week=week), tiny) == (set() if 0 <= week <= 45 else {"C305"})


@pytest.mark.parametrize(("first", "second"), list(itertools.combinations(Status, 2)))
def test_two_answers_to_one_question_are_refused(tiny: Rulebook, first: Status, second: Status) -> None:
    both = Case(findings=(Stated("parent.available", first), Stated("parent.available", second)))
    with pytest.raises(CaseError) as caught:
        advise(both, tiny)
    assert [d.message for d in caught.value.diagnostics] == [f"'parent.available' is both {first} and {second}"]


@pytest.mark.parametrize("status", Status)
def test_the_same_answer_twice_is_one_answer(tiny: Rulebook, status: Status) -> None:
    once = Case(findings=(Stated("parent.available", status),))
    assert advise(attrs.evolve(once, findings=once.findings * 2), tiny) == advise(once, tiny)


@pytest.mark.parametrize("status", Status)
def test_an_older_code_means_what_the_present_code_means(tiny: Rulebook, status: Status) -> None:
    old, new = (Case(findings=(Stated(code, status),)) for code in ("child.preterm_birth", "child.premature_birth"))
    assert advise(old, tiny) == advise(new, tiny)


def test_a_case_file_without_an_id_is_named_after_its_file(tmp_path: Path) -> None:
    for name, text, expected in (("one.yaml", "child: baby\n", "one"), ("two.yaml", "id: named\n", "named")):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        assert load_case(path).id == load_case(str(path)).id == expected


@pytest.mark.parametrize("name", ["nothing.yaml", "a\0b.yaml", "x" * 300 + ".yaml", "folder/below.yaml"])
def test_a_file_that_is_not_there_is_a_case_error_that_names_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with pytest.raises(CaseError) as caught:
        load_case(path)
    assert [(d.code, d.span) for d in caught.value.diagnostics] == [("Y101", Span(str(path)))]


def test_a_case_error_survives_pickling(tiny: Rulebook) -> None:
    with pytest.raises(CaseError) as caught:
        advise(Case.of(present=["parent.avialable"]), tiny)
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - what was pickled in the line itself
    assert (type(again), str(again), again.diagnostics) == (CaseError, str(caught.value), caught.value.diagnostics)
