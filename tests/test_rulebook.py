"""Rule files to a rulebook: places kept, the digest that of the files, and whatever the files hold a rulebook or one error."""

import functools
import itertools
import os
import pickle
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import attrs
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from hechting_rules import Advice, Case, Rulebook, RulebookError, advise, load_rulebook
from hechting_rules.condition import Is, leaves
from hechting_rules.errors import DiagnosticError
from hechting_rules.reading import yamlnode
from hechting_rules.reading.yamlnode import Mapping, Node, Scalar, Sequence, parse
from hechting_rules.rulebook import default_folder
from hechting_rules.source import Problems, Span
from hechting_rules.stated import Expected
from hechting_rules.testing.guidance import all_tests, run_tests

T = TypeVar("T")
BASE = Path(__file__).parent / "diagnostics" / "base"
TEXTS = {path.relative_to(BASE).as_posix(): path.read_text(encoding="utf-8") for path in sorted(BASE.rglob("*.yaml"))}
RECORDS = (
    "parameters",
    "stages",
    "quantities",
    "ranges",
    "findings",
    "conclusions",
    "flags",
    "suggestions",
    "rules",
    "statements",
    "ambiguities",
    "evidence",
    "references",
    "profiles",
)


def write(texts: dict[str, str], folder: Path) -> Path:
    """A folder with these files and nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return folder


@pytest.fixture(scope="module")
def tiny() -> Rulebook:
    return load_rulebook(BASE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rulebooks")


# places


def words_at(span: Span, root: Path) -> str:
    """What stands in a file from a place on, to the end of the line."""
    lines = (root / span.path.removeprefix("rules/")).read_text(encoding="utf-8").split("\n")
    return lines[span.line - 1][span.column - 1 :]


def expectations(expected: Expected) -> Iterator[tuple[str, Span]]:
    for group in attrs.asdict(expected, recurse=False).values():
        for item in group if isinstance(group, tuple) else ():
            yield item[0], item[-1]


@pytest.mark.parametrize("which", ["tiny", "whole"])
def test_every_record_keeps_the_place_where_it_begins(which: str, tiny: Rulebook, book: Rulebook) -> None:
    chosen, root = (tiny, BASE) if which == "tiny" else (book, default_folder())
    for kind in RECORDS:
        for name, record in getattr(chosen, kind).items():
            words = words_at(record.span, root).lstrip("{ ")
            key, _, value = words.partition(":")
            assert key in {"id", "code", "name", "statement"}, (kind, name, words)
            assert value.strip().strip("\"'").startswith(name), (kind, name, words)


@pytest.mark.parametrize("which", ["tiny", "whole"])
def test_every_code_in_a_condition_case_or_expectation_keeps_its_own_place(which: str, tiny: Rulebook, book: Rulebook) -> None:
    chosen, root = (tiny, BASE) if which == "tiny" else (book, default_folder())
    places = [(leaf.code, leaf.span) for rule in chosen.rules.values() for leaf in leaves(rule.when) if isinstance(leaf, Is)]
    for test in (*chosen.tests, *(e for rule in chosen.rules.values() for e in rule.exemplars)):
        places += [(stated.code, stated.span) for stated in test.given.findings]
        places += expectations(test.expected)
    assert len(places) > 10
    wrong = [(code, str(span)) for code, span in places if not words_at(span, root).strip("\"'").startswith(code)]
    assert wrong == []


@settings(max_examples=40)
@given(above=st.integers(0, 5), indent=st.integers(0, 4))
def test_a_wrong_field_is_told_at_its_line_and_column(folder: Path, above: int, indent: int) -> None:
    text = (
        "# a note\n" * above
        + " " * indent
        + "- {id: first2001, cite: A work., basis: seen,\n"
        + " " * (indent + 3)
        + "year: 2001}\n"
    )
    with pytest.raises(RulebookError) as caught:
        load_rulebook(write({**TEXTS, "evidence/references.yaml": text}, folder / "field"))
    (found,) = caught.value.diagnostics
    assert (found.code, found.span) == ("F206", Span("rules/evidence/references.yaml", above + 2, indent + 4))


# folders and digests


def test_a_rulebook_in_another_folder_is_the_same_rulebook(tiny: Rulebook, tmp_path: Path) -> None:
    there = load_rulebook(write(TEXTS, tmp_path / "a folder" / "of another näme"))
    assert attrs.astuple(there, recurse=False) == attrs.astuple(tiny, recurse=False)


def test_a_folder_may_be_named_by_text_and_from_where_one_stands(tiny: Rulebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BASE)
    assert load_rulebook(".").sha256 == load_rulebook(str(BASE)).sha256 == load_rulebook(Path("../base")).sha256 == tiny.sha256


@settings(max_examples=60)
@given(st.sampled_from(sorted(TEXTS)), st.sampled_from(["\n", "# a note\n", " \n", "\r\n"]))
def test_the_digest_changes_with_any_file(folder: Path, tiny: Rulebook, name: str, more: str) -> None:
    assert load_rulebook(write({**TEXTS, name: TEXTS[name] + more}, folder / "changed")).sha256 != tiny.sha256


@settings(max_examples=30)
@given(st.lists(st.sampled_from([None, *sorted(TEXTS)]), min_size=2, max_size=2, unique=True))
def test_the_digest_of_two_different_rulebooks_differs(folder: Path, names: list[str | None]) -> None:
    books = [{**TEXTS, **({name: TEXTS[name] + "\n"} if name else {})} for name in names]
    first, second = (load_rulebook(write(texts, folder / "one of two")).sha256 for texts in books)
    assert first != second


def test_the_digest_changes_with_the_name_of_a_file(folder: Path, tiny: Rulebook) -> None:
    texts = {("article/renamed.yaml" if name == "article/parents.yaml" else name): text for name, text in TEXTS.items()}
    assert load_rulebook(write(texts, folder / "renamed")).sha256 != tiny.sha256


def test_the_digest_rests_on_nothing_but_the_rule_files(folder: Path, tiny: Rulebook) -> None:
    others = {"readme.md": "words", "article/notes.txt": "words", ".editorconfig": "x", "article/rules.yaml~": "- {"}
    place = write(dict(reversed(TEXTS.items())) | others, folder / "others")
    (place / "empty").mkdir()
    for path in place.rglob("*"):
        os.utime(path, (0, 0))
    assert load_rulebook(place).sha256 == tiny.sha256


def test_loading_twice_gives_equal_rulebooks(tiny: Rulebook, book: Rulebook) -> None:
    for first, second in ((tiny, load_rulebook(BASE)), (book, load_rulebook())):
        assert first is not second
        assert attrs.astuple(first, recurse=False) == attrs.astuple(second, recurse=False)


# both loaders of PyYAML


def shape(node: Node | None) -> object:
    """A tree as plain values, places included."""
    match node:
        case Scalar():
            return (node.text, node.plain, node.span)
        case Sequence():
            return (node.span, [shape(item) for item in node.items])
        case Mapping():
            return (node.span, [(shape(key), shape(value)) for key, value in node.entries])
        case None:
            return None


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="without libyaml there is one loader only")
def test_every_rule_file_is_the_same_tree_with_and_without_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    root = default_folder()
    texts = {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in sorted(root.rglob("*.yaml"))}
    problems = Problems()
    fast = {name: parse(text, name, problems) for name, text in texts.items()}
    monkeypatch.setattr(yamlnode, "_LOADER", yaml.Loader)
    slow = {name: parse(text, name, problems) for name, text in texts.items()}
    assert [str(d) for d in problems.found] == []
    assert len(texts) > 10
    for name in texts:
        assert shape(slow[name]) == shape(fast[name]), name


def test_the_tiny_rulebook_is_the_same_with_and_without_libyaml(tiny: Rulebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yamlnode, "_LOADER", yaml.Loader)
    assert attrs.astuple(load_rulebook(BASE), recurse=False) == attrs.astuple(tiny, recurse=False)


# whatever the files hold


def scalars(node: Node | None) -> Iterator[Scalar]:
    match node:
        case Scalar():
            yield node
        case Sequence(items):
            for item in items:
                yield from scalars(item)
        case Mapping(entries):
            for key, value in entries:
                yield key
                yield from scalars(value)


PLACES = [(name, scalar) for name, text in TEXTS.items() for scalar in scalars(parse(text, name, Problems())) if scalar.plain]
SNIPPETS = sorted(
    {scalar.text for _, scalar in PLACES if ":" not in scalar.text} | {f"[{s.text}]" for _, s in PLACES if "." in s.text}
)
SNIPPETS += [
    "~",
    "''",
    "[]",
    "{}",
    "[[]]",
    "{a: b}",
    "[a, b]",
    "-1",
    "0",
    "1.5",
    "1e400",
    ".nan",
    "10000000000",
    "true",
    "&a b",
    "*a",
    "!t b",
]
SNIPPETS += [
    "{all: [parent.available, {unless: risk.parent}]}",
    "{at_least: 1, of: [parent.available]}",
    "{unless: protection.parent}",
]
SNIPPETS += [
    "é",
    "- a",
    "a: b",
    ": ",
    "{",
    "]",
    '"',
    "#",
    "\t",
    "\0",
    "\ufeff",
    "x" * 200,
    "none",
    "off",
    "background",
    "safety",
    "today",
]
POOLS = [
    sorted(
        {s.text for _, s in PLACES if s.text.replace("_", "").replace(".", "").isalpha() and "." in s.text and " " not in s.text}
    ),
    ["prenatal", "baby", "toddler", "adult", "young_parent"],
    ["child", "parent", "adult", "pregnancy", "environment"],
    ["risk", "protection", "sign", "neutral"],
    ["current", "history"],
    ["never", "to_absent", "to_present", "either"],
    ["normal", "caution", "off", "background"],
    ["stages", "not_at"],
    ["implies", "excludes", "alias"],
    ["all", "any"],
    ["present", "absent", "unknown"],
    ["established", "possible", "ruled_out", "not", "withheld", "ask"],
    ["toddler_from_months", "adult_from_years"],
    ["child_age_months", "adult_age_years", "pregnancy_week"],
    ["0", "1", "10", "12", "45", "125", "216", "-5", "18"],
]
"""Words that may stand for each other, so that much of what is damaged can still be read."""
LINES = [(name, number) for name, text in TEXTS.items() for number in range(text.count("\n"))]


def alike(scalar: Scalar) -> list[str]:
    return next((pool for pool in POOLS if scalar.text in pool), [])


@st.composite
def damaged(draw: st.DrawFn) -> dict[str, str]:
    """The files of the tiny rulebook with a few words exchanged for others, or lines lost, doubled or moved."""
    texts = dict(TEXTS)
    gentle = draw(st.integers(0, 2)) > 0
    places = [place for place in PLACES if alike(place[1])] if gentle else PLACES
    chosen = draw(st.lists(st.sampled_from(places), max_size=4, unique_by=lambda p: (p[0], p[1].span)))
    for name, scalar in sorted(chosen, key=lambda p: (p[0], p[1].span), reverse=True):
        lines = texts[name].split("\n")
        line, start = lines[scalar.span.line - 1], scalar.span.column - 1
        new = draw(st.sampled_from(alike(scalar)) if gentle else st.sampled_from(SNIPPETS) | st.text(max_size=5))
        lines[scalar.span.line - 1] = line[:start] + new + line[start + len(scalar.text) :]
        texts[name] = "\n".join(lines)
    if not gentle and draw(st.booleans()):
        name, number = draw(st.sampled_from(LINES))
        lines = texts[name].split("\n")
        how = draw(st.sampled_from(["lose", "double", "first", "cut"]))
        line = lines.pop(min(number, len(lines) - 1))
        lines = {"lose": lines, "double": [*lines, line], "first": [line, *lines], "cut": lines[:number]}[how]
        texts[name] = "\n".join(lines)
    return texts


def outcome(how: Callable[[], T]) -> T | DiagnosticError:
    """What comes out of a call: its result or its error about files or a case."""
    try:
        return how()
    except DiagnosticError as error:
        return error


@settings(max_examples=200)
@given(damaged())
def test_damaged_files_give_a_rulebook_that_works_or_one_error_with_places(folder: Path, texts: dict[str, str]) -> None:
    place = write(texts, folder / "damaged")
    found = outcome(lambda: load_rulebook(place))
    if isinstance(found, DiagnosticError):
        assert isinstance(found, RulebookError)
        assert found.diagnostics
        assert {d.span.path for d in found.diagnostics} <= {f"rules/{name}" for name in texts} | {str(place)}
        assert all(d.message and "\n" not in d.message for d in found.diagnostics)
    else:
        run_tests(found, all_tests(found))
        for child, adult in itertools.product(["", "none", *found.stages], ["", "none", *found.stages]):
            case = Case.of(child=child, adult=adult, present=list(found.findings)[:1])
            advice = outcome(functools.partial(advise, case, found))
            assert isinstance(advice, Advice) or advice.diagnostics


@settings(max_examples=100)
@given(st.sampled_from(sorted(TEXTS)), st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
def test_any_bytes_in_place_of_a_file_give_a_rulebook_or_one_error(folder: Path, name: str, data: bytes) -> None:
    place = write(TEXTS, folder / "bytes")
    (place / name).write_bytes(data)
    found = outcome(lambda: load_rulebook(place))
    assert isinstance(found, Rulebook) or found.diagnostics


@settings(max_examples=40)
@given(st.sets(st.sampled_from(sorted(set(TEXTS) - {"rulebook.yaml"})), min_size=1))
def test_the_problems_of_every_file_are_told_at_once(folder: Path, names: set[str]) -> None:
    texts = {name: text + ("\n- ? [\n" if name in names else "") for name, text in TEXTS.items()}
    with pytest.raises(RulebookError) as caught:
        load_rulebook(write(texts, folder / "several"))
    assert {d.span.path for d in caught.value.diagnostics if d.code == "Y106"} == {f"rules/{name}" for name in names}
    places = [d.span for d in caught.value.diagnostics]
    assert places == sorted(places)


@pytest.mark.parametrize(
    "wrong",
    ["  ask: [baby.avoids_eye_contacts]\n", "  screen_first: {discuss.contact: [RF-99]}\n"],
    ids=["a question", "a screen"],
)
def test_an_expectation_that_names_nothing_known_is_told_when_the_files_are_read(folder: Path, wrong: str) -> None:
    texts = {**TEXTS, "article/extra.cases.yaml": "- name: A test.\n  given: {child: baby}\n  not: [risk.parent]\n" + wrong}
    with pytest.raises(RulebookError) as caught:
        load_rulebook(write(texts, folder / "expectation"))
    assert [(d.code, d.span.line) for d in caught.value.diagnostics] == [("R411", 4)]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("vocabulary/case.yaml", "of: child, unit: months, min", "of: chlid, unit: months, min"),
        ("vocabulary/case.yaml", "min: 0, max: 45", "min: 45, max: 0"),
        ("vocabulary/case.yaml", "from: 0, to: 12", "from: 12, to: 0"),
        ("vocabulary/case.yaml", "months, origin: library", "months, origin: librry"),
        ("evidence/references.yaml", "basis: seen", "basis: sen"),
        ("statements/one_section.yaml", "line: 1,", "line: 1.5,"),
        ("article/parents.cases.yaml", "child: baby", "child: babby"),
    ],
    ids=["person of a quantity", "bounds", "range", "origin of a number", "basis of a reference", "line", "stage of a case"],
)
def test_a_value_that_cannot_be_meant_is_told_when_the_files_are_read(folder: Path, name: str, old: str, new: str) -> None:
    assert TEXTS[name].count(old) >= 1
    with pytest.raises(RulebookError) as caught:
        load_rulebook(write({**TEXTS, name: TEXTS[name].replace(old, new, 1)}, folder / "meant"))
    assert {d.span.path for d in caught.value.diagnostics} == {f"rules/{name}"}


def test_a_rulebook_without_its_default_profile_is_told_when_the_files_are_read(folder: Path) -> None:
    texts = {name: text for name, text in TEXTS.items() if name != "profiles/default.yaml"}
    with pytest.raises(RulebookError):
        load_rulebook(write(texts, folder / "profile"))


@pytest.mark.parametrize("missing", ["nothing there", "one_file.yaml"])
def test_a_folder_that_is_none_is_one_problem_that_names_it(tmp_path: Path, missing: str) -> None:
    (tmp_path / "one_file.yaml").write_text("[]", encoding="utf-8")
    with pytest.raises(RulebookError) as caught:
        load_rulebook(tmp_path / missing)
    assert [(d.code, d.span.path) for d in caught.value.diagnostics] == [("B501", str(tmp_path / missing))]


def test_a_rulebook_error_survives_pickling(tmp_path: Path) -> None:
    with pytest.raises(RulebookError) as caught:
        load_rulebook(tmp_path)
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - what was pickled in the line itself
    assert (type(again), str(again), again.diagnostics) == (RulebookError, str(caught.value), caught.value.diagnostics)
