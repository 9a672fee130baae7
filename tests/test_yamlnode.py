"""YAML to a tree with places: nothing interpreted, nothing lost, nothing expanded, whatever the text is."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from hechting_rules.reading import yamlnode
from hechting_rules.reading.yamlnode import MAX_DEPTH, Mapping, Node, Scalar, Sequence, parse, read, read_text
from hechting_rules.source import Problems, Span

WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=6)
TEXTS = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"], exclude_characters="\x7f"), max_size=12)
"""What JSON, all escaped, can say in YAML's words as well; the rest has a test of its own."""
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS)
DATA = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=12,
)
SCRAPS = ["- ", "? ", ": ", ":", ",", "[", "]", "{", "}", "&a ", "*a", "!", "!!str ", "|\n", ">-\n", "'", '"', "#", "%YAML 1.1\n"]
SCRAPS += [
    "---\n",
    "...\n",
    "\n",
    "\n  ",
    "\n\t",
    "<<",
    "~",
    "\\x",
    "\ufeff",
    "\x85",
    "\u2028",
    "\0",
    "\x07",
    "\ud800",
    "a",
    "é",
    "😀",
]
MESSES = st.one_of(st.text(st.characters(), max_size=60), st.lists(st.sampled_from(SCRAPS), max_size=30).map("".join))


def scalars(node: Node) -> Iterator[Scalar]:
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


def plain(node: Node) -> object:
    """The tree as plain data, without places."""
    match node:
        case Scalar(text):
            return text
        case Sequence(items):
            return [plain(item) for item in items]
        case Mapping(entries):
            return {key.text: plain(value) for key, value in entries}


def as_text(value: object) -> object:
    """What a tree holds of plain data that was written as JSON: the same shape, and each leaf as the text that stands there."""
    if isinstance(value, dict):
        return {key: as_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_text(inner) for inner in value]
    return value if isinstance(value, str) else json.dumps(value)


def parsed(text: str) -> Node:
    problems = Problems()
    node = parse(text, "x.yaml", problems)
    assert problems.found == []
    assert node is not None
    return node


def codes(text: str) -> list[str]:
    problems = Problems()
    parse(text, "x.yaml", problems)
    return [d.code for d in problems.found]


@settings(max_examples=150)
@given(DATA, st.sampled_from([None, 1, 4]))
def test_data_written_as_json_comes_back_with_every_leaf_as_it_was_written(data: object, indent: int | None) -> None:
    text = json.dumps(data, indent=indent)
    assert plain(parsed(text)) == as_text(data)


@settings(max_examples=100)
@given(TEXTS)
def test_a_quoted_text_is_kept_to_the_letter_and_marked_as_quoted(text: str) -> None:
    node = parsed(json.dumps([text]))
    assert isinstance(node, Sequence)
    (item,) = node.items
    assert isinstance(item, Scalar)
    assert (item.text, item.plain) == (text, False)


@pytest.mark.parametrize("text", ["\N{GRINNING FACE}", "\x7f", "\N{MUSICAL SYMBOL G CLEF} and more"])
def test_a_text_that_json_writes_in_its_own_way_is_read_too(text: str) -> None:
    assert plain(parsed(json.dumps([text]))) == [text]


def test_json_may_be_indented_with_tabs() -> None:
    assert plain(parsed(json.dumps({"child": "baby", "present": []}, indent="\t"))) == {"child": "baby", "present": []}


@pytest.mark.parametrize(
    "word", ["yes", "no", "on", "null", "~", "1e3", "0x10", "012", "1_000", ".inf", "2024-01-01", "<<", "=", "12:30:45"]
)
def test_a_plain_word_is_not_interpreted(word: str) -> None:
    node = parsed(f"a: {word}\n")
    assert plain(node) == {"a": word}
    assert [s.plain for s in scalars(node)] == [True, True]


@st.composite
def laid_out(draw: st.DrawFn) -> tuple[str, list[tuple[str, int, int]]]:
    """A text of nested block lists and mappings, with each word and the line and column where it was put."""
    lines: list[str] = []
    places: list[tuple[str, int, int]] = []

    def put(indent: int, before: str, word: str, after: str = "") -> None:
        if draw(st.booleans()):
            lines.append(draw(st.sampled_from(["", "# é 😀 note", " " * indent + "# here"])))
        places.append((word, len(lines) + 1, indent + len(before) + 1))
        lines.append(" " * indent + before + word + after)

    def block(indent: int, depth: int) -> None:
        width = draw(st.integers(1, 3))
        as_list = draw(st.booleans())
        for number in range(width):
            if as_list:
                put(indent, "- " + " " * draw(st.integers(0, 2)), draw(WORDS))
            elif depth and draw(st.booleans()):
                put(indent, "", f"{draw(WORDS)}{number}", ":")
                block(indent + draw(st.integers(1, 3)), depth - 1)
            else:
                key, gap = f"{draw(WORDS)}{number}", draw(st.integers(1, 3))
                put(indent, "", key, ":" + " " * gap + "é😀word")
                places.append(("é😀word", len(lines), indent + len(key) + 1 + gap + 1))

    block(0, 3)
    return "\n".join(lines) + "\n", places


@settings(max_examples=150)
@given(laid_out())
def test_the_place_of_each_value_is_the_line_and_column_where_it_stands(layout: tuple[str, list[tuple[str, int, int]]]) -> None:
    text, places = layout
    found = [(s.text, s.span.line, s.span.column) for s in scalars(parsed(text))]
    assert sorted(found) == sorted(places)


def test_the_place_of_a_list_or_mapping_is_where_it_begins() -> None:
    node = parsed("a:\n  - b\nc: [d]\ne: {f: g}\n")
    assert isinstance(node, Mapping)
    assert [node.span, *(value.span for _, value in node.entries)] == [
        Span("x.yaml", 1, 1),
        Span("x.yaml", 2, 3),
        Span("x.yaml", 3, 4),
        Span("x.yaml", 4, 4),
    ]


@settings(max_examples=400)
@given(MESSES)
def test_any_text_gives_a_tree_or_a_noted_problem_and_nothing_else(text: str) -> None:
    problems = Problems()
    node = parse(text, "x.yaml", problems)
    assert node is not None or problems.errors()
    assert all(d.span.path == "x.yaml" and d.span.line >= 1 and d.span.column >= 1 for d in problems.found)
    assert all(str(d).isprintable() or "\n" in str(d) for d in problems.found)


@settings(max_examples=200)
@given(MESSES.map(lambda text: text.replace("\ud800", "")))
def test_the_same_text_gives_the_same_tree_and_the_same_problems(text: str) -> None:
    first, second = Problems(), Problems()
    assert parse(text, "x.yaml", first) == parse(text, "x.yaml", second)
    assert first == second


@settings(max_examples=150)
@given(st.lists(WORDS, min_size=1, max_size=6))
def test_every_repeated_key_is_noted_once_and_the_first_is_kept(keys: list[str]) -> None:
    problems = Problems()
    node = parse("".join(f"{key}: {place}\n" for place, key in enumerate(keys)), "x.yaml", problems)
    assert node is not None
    assert plain(node) == {key: str(keys.index(key)) for key in keys}
    again = [place for place, key in enumerate(keys) if key in keys[:place]]
    assert [(d.code, d.span.line) for d in problems.found] == [("Y113", place + 1) for place in again]
    assert [
        f"first in line {keys.index(keys[place]) + 1}" in d.message for place, d in zip(again, problems.found, strict=True)
    ] == [True] * len(again)


@pytest.mark.parametrize("depth", [MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1, 5000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}")])
def test_depth_is_bounded_before_anything_else_can_happen(depth: int, opening: str, closing: str) -> None:
    assert codes(opening * depth + "x" + closing * depth) == ([] if depth <= MAX_DEPTH else ["Y111"])


def test_the_number_of_values_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert yamlnode.MAX_NODES == 200_000
    monkeypatch.setattr(yamlnode, "MAX_NODES", 50)
    assert codes("[" + "a," * 49 + "]") == []
    assert codes("[" + "a," * 50 + "]") == ["Y108"]
    assert codes("{" + "a: [b]," * 17 + "}") == ["Y108"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: &x b", "Y109"),
        ("a: *x", "Y109"),
        ("&x a: b", "Y109"),
        ("a: &x [b]", "Y109"),
        ("a: &x {b: c}", "Y109"),
        ("a: !!str b", "Y110"),
        ("a: ! b", "Y110"),
        ("a: !!python/name:os.system [b]", "Y110"),
        ("a: !x {b: c}", "Y110"),
        ("!!str a: b", "Y110"),
        ("a: b\n---\na: b", "Y107"),
        ("a: b\n...\n---\n- b", "Y107"),
        ("{a: b}: c", "Y112"),
        ("? - a\n: b", "Y112"),
        ("a: [b", "Y106"),
        ("a: b: c", "Y106"),
        ("a:\n\t- b", "Y106"),
        ("", "Y105"),
        (" \n\t\n", "Y105"),
    ],
)
def test_what_could_surprise_a_reader_is_refused(text: str, code: str) -> None:
    assert codes(text) == [code]


@settings(max_examples=100)
@given(st.binary(max_size=80) | st.binary(max_size=9).map(lambda data: b"\xef\xbb\xbf" + data))
def test_any_bytes_give_a_text_or_one_noted_problem(folder: Path, data: bytes) -> None:
    path = folder / "bytes.yaml"
    path.write_bytes(data)
    problems = Problems()
    text = read_text(path, "x.yaml", problems)
    if text is None:
        assert [d.code in {"Y103", "Y104"} for d in problems.found] == [True]
    else:
        assert problems.found == []
        assert text.encode() == data.removeprefix(b"\xef\xbb\xbf")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bytes")


@settings(max_examples=100)
@given(before=st.text("abé\n", max_size=20), wrong=st.sampled_from([b"\0", b"\xff", b"\xe9 "]))
def test_the_place_of_a_wrong_byte_is_its_line_and_its_byte_in_that_line(folder: Path, before: str, wrong: bytes) -> None:
    path = folder / "place.yaml"
    path.write_bytes(b"note:" + before.encode() + wrong + b"\nx\n")
    problems = Problems()
    assert read(path, "x.yaml", problems) is None
    (found,) = problems.found
    lines = (b"note:" + before.encode()).split(b"\n")
    assert found.span == Span("x.yaml", len(lines), len(lines[-1]) + 1)


@pytest.mark.parametrize(("size", "fine"), [(99, True), (100, True), (101, False)])
def test_a_file_is_read_up_to_the_limit_and_not_beyond(tmp_path: Path, size: int, fine: bool) -> None:
    path = tmp_path / "size.yaml"
    path.write_text("a" * size, encoding="utf-8")
    problems = Problems()
    assert (read_text(path, "x.yaml", problems, limit=100) is not None) is fine
    assert [d.code for d in problems.found] == ([] if fine else ["Y102"])


def test_a_control_character_is_told_where_it_stands() -> None:
    problems = Problems()
    assert parse("child: baby\nnote: a\x07b\n", "x.yaml", problems) is None
    assert [d.span for d in problems.found] == [Span("x.yaml", 2, 8)]


def test_a_path_that_no_file_can_have_is_a_noted_problem() -> None:
    problems = Problems()
    assert read_text(Path("a\0b"), "x.yaml", problems) is None
    assert [d.code for d in problems.found] == ["Y101"]


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "mark.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: b\n")
    problems = Problems()
    node = read(path, "x.yaml", problems)
    assert isinstance(node, Mapping)
    assert node.entries[0][0] == Scalar("a", Span("x.yaml", 1, 1))


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="without libyaml there is one loader only")
def test_the_library_reads_with_libyaml_where_it_is_there() -> None:
    assert yamlnode._LOADER is yaml.CLoader


@settings(max_examples=60)
@given(data=DATA, layout=laid_out())
def test_both_loaders_of_pyyaml_give_the_same_tree_with_the_same_places(
    data: object, layout: tuple[str, list[tuple[str, int, int]]]
) -> None:
    texts = (json.dumps(data), json.dumps(data, indent=2), layout[0])
    fast = [parsed(text) for text in texts]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yamlnode, "_LOADER", yaml.Loader)
        assert [parsed(text) for text in texts] == fast
