"""Counts of a cohort: each is how many rows say so, and none of a small group can be told, or worked out from the others."""

import csv
import html
import io
import json
import textwrap
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import pyarrow as pa
import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort_making import cohort
from hechting_rules import Rulebook
from hechting_rules.answered import program_for
from hechting_rules.cohort import Decider, decide, plot, summarise
from hechting_rules.cohort.deciding import Decided
from hechting_rules.cohort.frames import decide_blocks
from hechting_rules.cohort.plot import to_png, to_svg
from hechting_rules.cohort.summary import Summary, rows, to_csv, to_json, to_text
from hechting_rules.cohort.suppression import SMALLEST, Suppression, sums, suppressed
from hechting_rules.cohort.tally import CASES, Cell, Tally, at_stage, finding, groups_of, result, stage, tally
from hechting_rules.condition import AllOf, AnyOf, Condition, Is, IsAbsent
from hechting_rules.stated import Case
from hechting_rules.terms import NO_PERSON, Language, Origin, Person
from strategies import HERE, cases, rulebook, rulebooks
from strategies import finding as a_finding
from strategies import rule as a_rule
from test_cohort import frame, plainly


def decided(table: pa.Table, book: Rulebook) -> list[Decided]:
    decider = Decider.of(table.column_names, book, book.profiles["default"], counted=True)
    return list(decide_blocks(decider, table.to_batches()))


def counted(table: pa.Table, book: Rulebook) -> Tally:
    return sum((tally(one) for one in decided(table, book)), Tally())


def by_hand(table: pa.Table, book: Rulebook) -> Counter[Cell]:
    """The same counts, row by row from what `decide` says."""
    found: Counter[Cell] = Counter()
    for row in decide(table, book).table.to_pylist():
        found[CASES] += 1
        groups = set()
        for code in book.order:
            name = {True: "established", False: "ruled_out", None: "possible"}[row[code]]
            found[result(code, name)] += 1
            if row[code] and code in book.suggestions:
                item = book.suggestions[code]
                groups |= set(groups_of(item))
                found[result(code, "withheld")] += bool(row["withheld_by"]) and item.origin is not Origin.SAFETY
        found.update(groups)
    return +found


@settings(max_examples=30)
@given(st.data())
def test_counts_are_those_of_the_rows(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    several = [plainly(case, book) for case in data.draw(st.lists(cases(book), min_size=1, max_size=8))]
    found = counted(frame(several, book), book)
    expected = by_hand(frame(several, book), book)
    kinds = {"cases", "result", "kind", "level", "flag"}
    assert {cell: number for cell, number in found.counts.items() if cell[0] in kinds} == expected
    for code in book.order:
        for person in Person:
            stages = [stage.code for stage in book.stages.values() if stage.of is person] + [NO_PERSON, "unknown"]
            assert sum(found[stage_cell] for stage_cell in (stage(person, name) for name in stages)) == found[CASES]
            assert sum(found[at_stage(code, person, name)] for name in stages) == found[result(code, "established")]
    for code in book.findings:
        assert sum(found[finding(code, known)] for known in ("present", "absent", "not_applicable", "unknown")) == found[CASES]


def test_stages_and_findings_are_counted_as_told_and_as_they_follow(book: Rulebook) -> None:
    several = [
        Case.of(child="baby", present=["child.adopted_from_abroad"]),
        Case.of(child_age_months=5, absent=["child.adopted"]),
        Case.of(child="none", adult="adult"),
        Case.of(),
    ]
    found = counted(frame(several, book), book)
    assert [found[stage("child", name)] for name in ("baby", "none", "unknown", "toddler")] == [2, 1, 1, 0]
    adopted = [found[finding("child.adopted", known)] for known in ("present", "absent", "not_applicable", "unknown")]
    assert adopted == [1, 1, 1, 1]


def test_counts_of_parts_add_up_to_those_of_the_whole(book: Rulebook) -> None:
    table = cohort(book, 200, 3)
    parts = [counted(table.slice(start, 67), book) for start in range(0, 200, 67)]
    assert sum(parts, Tally()).counts == counted(table, book).counts


# --- small counts ----------------------------------------------------------------------------------------------------------


def sums_told(book: Rulebook) -> Iterator[tuple[Cell | None, list[Cell]]]:
    """Each sum that holds in every cohort: its total (nothing: all cases) and its parts; parts in ``rest`` are never told."""
    for person in Person:
        names = [s.code for s in book.stages.values() if s.of is person] + [NO_PERSON, "unknown"]
        yield None, [stage(person, name) for name in names]
        for code in book.order:
            yield result(code, "established"), [at_stage(code, person, name) for name in names]
            for name in names:
                yield stage(person, name), [at_stage(code, person, name), ("rest", code, person, name)]
    for code in book.order:
        yield None, [result(code, outcome) for outcome in ("established", "possible", "ruled_out")]
        yield result(code, "established"), [result(code, "withheld"), ("rest", code)]
    for code in book.findings:
        yield None, [finding(code, known) for known in ("present", "absent", "not_applicable", "unknown")]
    for group in {group for item in book.suggestions.values() for group in groups_of(item)}:
        yield None, [group, ("rest", *group)]


def known_to_all(book: Rulebook, found: Tally, hidden: frozenset[Cell], solver: z3.Solver) -> dict[Cell, z3.ArithRef]:
    """What a reader knows: every number told, that all are 0 or more, that sums hold, what is the same by the rules."""
    cells: dict[Cell, z3.ArithRef] = {}

    def number(cell: Cell) -> z3.ArithRef:
        if cell not in cells:
            cells[cell] = z3.Int("/".join(cell))
            solver.add(cells[cell] >= 0)
            if cell[0] != "rest" and cell not in hidden:
                solver.add(cells[cell] == found[cell])
        return cells[cell]

    for total, parts in sums_told(book):
        solver.add(z3.Sum([number(part) for part in parts]) == (found[CASES] if total is None else number(total)))
    for group in {group for item in book.suggestions.values() for group in groups_of(item)}:
        several = [number(result(c, "established")) for c, item in book.suggestions.items() if group in groups_of(item)]
        solver.add(z3.And([number(group) >= one for one in several]), number(group) <= z3.Sum(several))
    for same in equal(book):
        solver.add([number(cell) == number(same[0]) for cell in same])
    return cells


def equal(book: Rulebook) -> list[list[Cell]]:
    """Counts that are the same in every cohort, as they count the same register."""
    program = program_for(book, book.profiles["default"])
    same: dict[int, list[Cell]] = {}
    for code, plane in program.results.items():
        same.setdefault(plane.established, []).append(result(code, "established"))
    for code, plane in program.present.items():
        same.setdefault(plane.established, []).append(finding(code, "present"))
    return [cells for cells in same.values() if len(cells) > 1]


def leaf(code: str, *, absent: bool = False) -> Condition:
    return (IsAbsent if absent else Is)(code, HERE)


SMALL = rulebook(
    [a_finding(f"f.{name}") for name in "abcd"],
    [
        a_rule("r.1", leaf("f.a"), "c.same_as_a"),
        a_rule("r.2", AnyOf((leaf("f.a"), leaf("f.b")), HERE), "s.any"),
        a_rule("r.3", AllOf((leaf("f.b"), leaf("f.c")), HERE), "s.all"),
        a_rule("r.4", leaf("f.d", absent=True), "s.not"),
    ],
    suggestions=["s.any", "s.all", "s.not"],
)
"""A rulebook of which little is so often: one count the same as another, three suggestions of one kind."""

OFTEN = (1, 1, 2, 3, 9, 10, 11, 12, 40, 100)

some_cases = st.builds(
    lambda said, child, adult: Case.of(
        child=child,
        adult=adult,
        present=[f"f.{name}" for name, how in zip("abcd", said, strict=True) if how == "present"],
        absent=[f"f.{name}" for name, how in zip("abcd", said, strict=True) if how == "absent"],
    ),
    st.tuples(*[st.sampled_from(["present", "absent", "absent", ""])] * 4),
    st.sampled_from(["small", "big", "", NO_PERSON]),
    st.sampled_from(["grown", ""]),
)


@settings(max_examples=80)
@given(st.lists(st.tuples(some_cases, st.sampled_from(OFTEN)), min_size=1, max_size=7), st.sampled_from([2, 3, 5, 10, 11]))
def test_no_count_that_is_kept_back_can_be_worked_out(several: list[tuple[Case, int]], smallest: int) -> None:
    """For each there is another cohort with all that is told alike, in which it is not what it is here; 0 is no secret."""
    book = SMALL
    found = counted(frame([case for case, times in several for _ in range(times)], book), book)
    hidden = suppressed(found, book, program_for(book, book.profiles["default"]), smallest)
    small = {cell for cell, number in found.counts.items() if 0 < number < smallest and cell not in {CASES, ("rejected",)}}
    assert small <= hidden
    if CASES in hidden:
        assert found[CASES] < smallest
        return
    solver = z3.Solver()
    numbers = known_to_all(book, found, hidden, solver)
    assert solver.check() == z3.sat
    for cell in hidden & found.counts.keys():
        assert solver.check(numbers[cell] != found[cell]) == z3.sat, (cell, found[cell])
    for cell in small:
        assert solver.check(numbers[cell] >= smallest) == z3.sat, f"{cell} is known to be small"
    for total, (part, *more) in sums_told(book):
        rest = found[CASES if total is None else total] - found[part]
        if [cell[0] for cell in more] == ["rest"] and 0 < rest < smallest:
            assert solver.check(numbers[more[0]] != rest) == z3.sat, f"all but {rest} of {total} are {part}"


@given(st.dictionaries(st.text(max_size=2), st.integers(0, 30), min_size=1, max_size=6), st.integers(2, 12), st.data())
def test_of_a_sum_so_much_is_kept_back_that_no_part_is_known_as_small(
    counts: dict[str, int], smallest: int, data: st.DataObject
) -> None:
    forced = set(data.draw(st.lists(st.sampled_from(sorted(counts)), unique=True, max_size=2)))
    found = sums(counts, forced, smallest)
    small = {name for name, number in counts.items() if 0 < number < smallest}
    assert forced | small <= found
    if found and found < counts.keys():
        assert len(found) > 1
        assert sum(counts[name] for name in found) - (len(found) - 1) >= smallest
    if not forced and not small:
        assert not found


def test_a_count_is_kept_back_with_a_second_so_that_it_is_not_the_rest(book: Rulebook) -> None:
    code = "discuss.child_signals"
    common = Case.of(child="none", adult="adult")
    several = [Case.of(child="baby", present=["baby.avoids_eye_contact"])] * 3 + [common] * 97 + [Case.of(child="baby")] * 40
    found = counted(frame(several, book), book)
    assert [found[result(code, outcome)] for outcome in ("established", "possible", "ruled_out")] == [3, 40, 97]
    summary = Summary.of(found, book, book.profiles["default"], program_for(book, book.profiles["default"]))
    told = {(r["group"], r["code"], r["outcome"]): r["count"] for r in rows(summary, Language.EN) if r["group"] == "result"}
    assert [told["result", code, outcome] for outcome in ("established", "possible", "ruled_out")] == [None, None, 97]
    everything = Summary.of(found, book, book.profiles["default"], program_for(book, book.profiles["default"]), 1)
    assert everything.hidden == frozenset()


def test_too_few_cases_tell_nothing(book: Rulebook) -> None:
    found = counted(frame([Case.of(child="baby")] * (SMALLEST - 1), book), book)
    summary = Summary.of(found, book, book.profiles["default"], program_for(book, book.profiles["default"]))
    assert all(row["count"] is None for row in rows(summary, Language.NL))
    said = json.loads(to_json(summary, Language.NL))
    assert said["cases"] is None
    assert "0 gevallen" not in to_svg(summary, Language.NL).decode()


def test_a_frame_is_summarised_as_its_blocks(book: Rulebook) -> None:
    table = cohort(book, 300, 8)
    found, by_blocks = summarise(table), counted(table, book)
    assert found.tally.counts == by_blocks.counts
    often = max(book.suggestions, key=lambda code: by_blocks[result(code, "established")])
    text = to_text(found, Language.NL)
    assert text.startswith("300 gevallen, met minstens één advies:\n")
    assert f"{by_blocks[result(often, 'established')]}  {book.suggestions[often].summary.nl}\n" in text


def test_every_count_has_a_line_and_its_whole(book: Rulebook) -> None:
    found = counted(cohort(book, 300, 8), book)
    summary = Summary.of(found, book, book.profiles["default"], program_for(book, book.profiles["default"]))
    told = list(csv.DictReader(io.StringIO(to_csv(summary, Language.EN))))
    assert len(told) == len(json.loads(to_json(summary, Language.EN))["counts"])
    assert {row["group"] for row in told} == {"kind", "level", "flag", "stage", "result", "at_stage", "finding"}
    cells = set(Suppression(found, book, program_for(book, book.profiles["default"]), 1).cells())
    assert {cell for cell in found.counts if cell not in {CASES, ("rejected",)}} <= cells
    assert all(row["label"] for row in told)
    assert {row["count"] for row in told} - {"*"} == {str(int(row["count"])) for row in told if row["count"] != "*"}


# --- the picture -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def summary(book: Rulebook) -> Summary:
    found = counted(cohort(book, 2_000, 9), book)
    return Summary.of(found, book, book.profiles["default"], program_for(book, book.profiles["default"]))


@pytest.mark.parametrize("language", Language)
def test_the_picture_says_in_words_what_it_shows(summary: Summary, language: Language) -> None:
    drawn = to_svg(summary, language).decode()
    assert {Language.NL: "Adviezen in 2\u202f000 gevallen", Language.EN: "Suggestions in 2\u202f000 cases"}[language] in drawn
    assert {Language.NL: "Geen diagnose", Language.EN: "No diagnosis"}[language] in drawn
    told = {code: summary.told(result(code, "established")) or 0 for code in summary.book.suggestions}
    often = sorted(told, key=lambda code: -told[code])[: plot.MOST]
    for code in often:
        first = textwrap.wrap(summary.book.suggestions[code].summary.into(language), plot.WIDEST)[0]
        assert (html.escape(first, quote=False) in drawn) is bool(told[code])


def test_the_picture_is_the_same_each_time(summary: Summary) -> None:
    assert to_svg(summary, Language.NL) == to_svg(summary, Language.NL)
    first, second = to_png(summary, Language.NL), to_png(summary, Language.NL)
    assert first == second
    assert first.startswith(b"\x89PNG")


def lightness(colour: str) -> float:
    """How light a colour is, from 0 to 1 (relative luminance of WCAG 2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_colours_are_told_apart_in_grey() -> None:
    light = sorted(lightness(colour) + 0.05 for colour in plot.COLOURS)
    assert all(high / low > 1.5 for low, high in pairwise(light))
