"""The race against the peers, without its clock: the neutral form means what the rulebook means, and every engine agrees."""

import hashlib
import importlib
import itertools
import shutil
from collections.abc import Callable, Mapping

import pytest
from benchmarks import books, cases, cohort_race, frames, one_case, peers, report
from benchmarks.neutral import (
    Condition,
    DifferentError,
    Every,
    Holds,
    Several,
    Some,
    admitted,
    counted_out,
    established,
    names,
    neutral,
    ways,
)
from benchmarks.timing import Contender, Lap, medians
from benchmarks.writing import Terms, inputs_of, one_plane, write, written
from hypothesis import given, settings

from hechting_rules import Case, Rulebook, decide
from hechting_rules.condition import AnyOf, AtLeast, IsAbsent, leaves
from hechting_rules.engine.kernel import run
from hechting_rules.rulebook import default_rulebook
from strategies import books_with_cases, rulebooks

BOOKS: Mapping[str, Callable[[], Rulebook]] = {
    "this rulebook": default_rulebook,
    "50 rules": lambda: books.made_up(50),
    "150 rules": lambda: books.made_up(150),
}
FEW = 25


def right(book: Rulebook, several: tuple[Case, ...]) -> list[frozenset[str]]:
    return [decide(case, book).established for case in several]


# --- the neutral form ------------------------------------------------------------------------------------------------------


@settings(max_examples=80)
@given(books_with_cases(rulebooks()))
def test_in_any_rulebook_the_neutral_form_establishes_what_the_rulebook_does(both: tuple[Rulebook, Case]) -> None:
    book, case = both
    form = neutral(book)
    assert form.codes(established(form, admitted(case, book, form).holds)) == decide(case, book).established


@pytest.mark.parametrize("name", BOOKS)
def test_the_neutral_form_of_each_raced_rulebook_establishes_what_it_does(name: str) -> None:
    book = BOOKS[name]()
    form, several = neutral(book), cases.made_up(book, 60)
    found = [form.codes(established(form, admitted(case, book, form).holds)) for case in several]
    assert found == right(book, several)
    assert sum(map(len, found)) > 2 * len(several)


@pytest.mark.parametrize("name", BOOKS)
def test_each_rule_comes_after_what_it_rests_on_and_each_result_is_in_one_level(name: str) -> None:
    form = neutral(BOOKS[name]())
    level = {result: place for place, results in enumerate(form.strata) for result in results}
    assert sorted(itertools.chain.from_iterable(form.strata)) == sorted(form.results.values())
    done: set[str] = set()
    for result, rules in itertools.groupby(form.rules, lambda rule: rule.result):
        for rule in rules:
            below = [one for one in (*names(rule.when), *rule.unless) if one in level]
            assert all(one in done and level[one] < level[result] for one in below)
        done.add(result)


ATOMS = ("a0", "a1", "a2", "a3")
SHAPES: tuple[Condition, ...] = (
    Holds("a0"),
    Some(()),
    Every((Holds("a0"), Some((Holds("a1"), Holds("a2"))))),
    Several(2, (Holds("a0"), Holds("a1"), Some((Holds("a2"), Holds("a3"))))),
    Some((Every((Holds("a0"), Holds("a3"))), Several(3, tuple(map(Holds, ATOMS))))),
)


def holds(condition: Condition, known: set[str]) -> bool:
    terms = Terms[bool](
        lambda one: one in known, all, any, lambda count, parts: sum(parts) >= count, lambda b, o: b and not any(o)
    )
    return write(condition, terms, terms.name)


@pytest.mark.parametrize("condition", SHAPES, ids=str)
def test_alternatives_say_what_a_condition_says(condition: Condition) -> None:
    for chosen in itertools.product((False, True), repeat=len(ATOMS)):
        known = set(itertools.compress(ATOMS, chosen))
        assert any(known.issuperset(way) for way in ways(condition)) == holds(condition, known)
        assert holds(counted_out(condition), known) == holds(condition, known)


def test_the_program_of_the_neutral_form_gives_the_established_results() -> None:
    book = books.made_up(150)
    form = neutral(book)
    program = one_plane(form, book)
    for case in cases.made_up(book, FEW):
        inputs = [0, 1, *[0] * len(program.inputs)]
        for register in inputs_of(program, admitted(case, book, form).holds):
            inputs[register] = 1
        values = run(program.steps, inputs)
        found = {name for name, plane in program.results.items() if values[plane.established]}
        assert form.codes(found) == decide(case, book).established


def test_a_result_written_out_rests_on_atoms_alone() -> None:
    form = neutral(default_rulebook())
    terms = Terms[frozenset[str]](
        lambda one: frozenset({one}), join, join, lambda _, parts: join(parts), lambda body, others: join([body, *others])
    )
    assert not frozenset().union(*written(form, terms, inlined=True).values()) & set(form.results.values())
    assert frozenset().union(*written(form, terms).values()) & set(form.results.values())


def join(parts: object) -> frozenset[str]:
    return frozenset().union(*parts)  # type: ignore[misc]


# --- what is made up -------------------------------------------------------------------------------------------------------


def test_made_up_rulebooks_and_cases_are_the_same_everywhere() -> None:
    book = books.made_up(50)
    form = neutral(book)
    told = [(one.code, one.status.value) for case in cases.made_up(book, 20) for one in case.findings]
    assert digest((sorted(form.atoms.items()), form.rules)) == "5bf4c0264fba6e7d"
    assert digest(told) == "483bf20e7b9d146b"


def digest(said: object) -> str:
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def test_made_up_rulebooks_hold_all_that_a_rule_may_say() -> None:
    for size in books.SIZES:
        rules = books.made_up(size).rules.values()
        assert len(rules) == size
        assert any(rule.unless for rule in rules)
        assert any(isinstance(rule.when, AtLeast) for rule in rules)
        assert any(isinstance(rule.when, AnyOf) for rule in rules)
        assert any(isinstance(leaf, IsAbsent) for rule in rules for leaf in leaves(rule.when))
        assert len(neutral(books.made_up(size)).strata) >= len(books.LEVELS)


def test_made_up_cases_state_a_dozen_findings_and_can_be_used() -> None:
    for made in BOOKS.values():
        book = made()
        several = cases.made_up(book, FEW)
        assert {len(case.findings) for case in several} == {cases.FACTS}
        assert right(book, several)
        assert several != cases.made_up(book, FEW, seed=2)


# --- engines ---------------------------------------------------------------------------------------------------------------


def installed(engines: Mapping[str, str]) -> list[object]:
    """Each engine, skipped with the reason where it is not installed."""
    marks = {
        module: [pytest.mark.skip(f"{distribution} is not installed (extra race)")]
        for module, distribution in engines.items()
        if peers.version_of(distribution) is None
    }
    if "straight_c" in engines and shutil.which("cc") is None:
        marks["straight_c"] = [pytest.mark.skip("there is no C compiler called cc")]
    return [pytest.param(module, marks=marks.get(module, [])) for module in engines]


@pytest.mark.filterwarnings("ignore")  # what the engines warn of is theirs
@pytest.mark.parametrize("module", installed(peers.ENGINES))
@pytest.mark.parametrize("name", BOOKS)
def test_every_way_of_an_engine_gives_the_established_results(name: str, module: str) -> None:
    book = BOOKS[name]()
    form, several = neutral(book), cases.made_up(book, FEW)
    for way, ready in peers.prepare(module, form, book).items():
        for case, established_here in zip(several, right(book, several), strict=True):
            found = ready.decide(ready.given(admitted(case, book, form).holds))
            assert form.codes(found) == established_here, (way, case.id)


@pytest.mark.filterwarnings("ignore")  # what the engines warn of is theirs
@pytest.mark.parametrize("module", installed({name: needs for name, needs in frames.ENGINES.items() if name != "spark_sql"}))
@pytest.mark.parametrize("rows", [1, 100, 700])
def test_an_engine_on_columns_gives_the_results_of_each_row(module: str, rows: int) -> None:
    for book in (default_rulebook(), books.made_up(50)):
        one = cohort_of(book, rows)
        ready = frames.prepare(module, one)
        frames.check(ready.results(ready.run()), one.right, module)


def cohort_of(book: Rulebook, rows: int) -> frames.Cohort:
    return frames.cohort(book, cohort_race.without_quantities(cases.made_up(book, FEW)), rows)


def test_the_cohort_of_this_library_gives_the_results_of_each_row() -> None:
    one = cohort_of(default_rulebook(), 500)
    frames.check(cohort_race.named(cohort_race.ours(one), one), one.right, "cohort")
    rows = one.said.slice(0, 20).to_pylist()
    found = [decide(cohort_race.case_of(row, one.book), one.book).established for row in rows]
    there = [{code for code, short in one.form.results.items() if row[short]} for row in one.right.slice(0, 20).to_pylist()]
    assert found == there


def test_an_engine_that_disagrees_is_refused() -> None:
    one = cohort_of(books.made_up(50), 10)
    name = one.right.column_names[0]
    turned = one.right.set_column(0, name, one.right[name].is_null())
    with pytest.raises(DifferentError, match=name):
        frames.check(turned, one.right, "other")
    form = one.form
    with pytest.raises(DifferentError, match="result"):
        one_case.check(form, ["c0"], frozenset(), "other")


# --- the race itself -------------------------------------------------------------------------------------------------------


def test_a_race_tells_of_every_engine_its_time_or_why_it_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    book = books.made_up(50)

    def lacking(module: str, *_: object) -> Mapping[str, peers.Ready]:
        if module == "clips":
            raise peers.CannotExpressError("too many rules")
        raise ImportError(module)

    monkeypatch.setattr(peers, "prepare", lacking)
    found = one_case.race(book, cases.made_up(book, 2), 1, engines=["clips", "zen"])
    assert {(one.engine, one.why_not) for one in found} == {
        (one_case.OURS, ""),
        (one_case.ENGINE, ""),
        ("clipspy", "cannot express: too many rules"),
        ("zen-engine", "not installed: pip install zen-engine"),
    }
    assert all((one.microseconds is None) == bool(one.why_not) for one in found)


def test_an_engine_left_out_on_purpose_is_not_said_to_be_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(peers, "version_of", lambda _: None)
    race = importlib.import_module("benchmarks.__main__")
    race.say_what_is_missing([])
    told = capsys.readouterr().err
    assert all(f"{module} is left out: " in told for module in ("zen", "spark_sql", "straight_c"))
    race.say_what_is_missing([*peers.ENGINES, *frames.ENGINES])
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("said", "what"), [(["coohort"], "part: coohort"), (["--without", "zenn"], "engine: zenn")])
def test_a_part_or_engine_that_there_is_not_is_refused(
    said: list[str], what: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["benchmarks", *said])
    with pytest.raises(SystemExit):
        importlib.import_module("benchmarks.__main__").main()
    assert f"no such {what}; allowed: " in capsys.readouterr().err


def test_contenders_take_turns_and_the_median_lap_is_told() -> None:
    order: list[str] = []
    now = iter(float(tick * tick) for tick in range(12))

    def contender(name: str) -> Contender:
        return Contender(lambda _: order.append(name), (1, 2), 0.0, lambda: next(now), lambda: 2.0 * len(order))

    found = medians({name: contender(name) for name in ("here", "there")}, 3)
    assert order == ["here", "here", "there", "there"] * 3
    assert found == {"here": Lap(4.5, 2.0), "there": Lap(6.5, 2.0)}


def test_tables_are_told_of_what_was_found_and_only_that() -> None:
    machine = {"date": "a day", "python": "P", "processor": "C", "cores": 2, "load": 0.1, "versions": {"other": "1", "gone": "-"}}
    rows = [
        {"engine": one_case.OURS, "way": "w", "microseconds": 10.0, "why_not": ""},
        {"engine": one_case.ENGINE, "way": "w", "microseconds": 4.0, "why_not": ""},
        {"engine": "other", "way": "slow", "microseconds": 50.0, "why_not": ""},
        {"engine": "other", "way": "fast", "microseconds": 20.0, "why_not": ""},
        {"engine": "mute", "way": "", "microseconds": None, "why_not": "cannot express: this"},
    ]
    told = report.tables({"one": {"machine": machine, "found": {"this rulebook": rows}}})
    assert "| **decide** | 10 (1.0x) | w |" in told
    assert "| other | 20 (2.0x) | fast |" in told
    assert "- mute, this rulebook: cannot express: this" in told
    assert "### Versions\n\nother 1." in told
    assert "cohort" not in told
    assert "| one case: fastest peer / `decide` | at least 5 | **this rulebook: 2** |" in told
