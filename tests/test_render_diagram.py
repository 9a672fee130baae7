"""Mermaid and DOT: a reader of each format finds the graph that was drawn, with its words unchanged, and nothing else."""

import re
from html import unescape

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hostile
from hechting_rules import Advice
from hechting_rules.errors import UsageError
from hechting_rules.render.diagram import DOT_SHAPES, MERMAID_ARROWS, MERMAID_SHAPES, ROOM, mermaid_label, to_dot, to_mermaid
from hechting_rules.render.drawing import Drawing, EdgeKind, Node, drawing_of
from hechting_rules.render.style import clean, lines
from hechting_rules.terms import Language, Text
from hostile import advised

MANY = settings(max_examples=60)
LANGUAGES = st.sampled_from(Language)
LABEL = r"(?:[^\"#&<>\[\]{}|`*_~\\%$^=+@;\n]|#\d+;)*"
"""What a label in quotes may hold: harmless characters, and numbered entities."""
TOLD = rf"{LABEL}(?:<br/>{LABEL})?"
SHAPES = {kind: (re.escape(before), re.escape(after)) for kind, (before, after) in MERMAID_SHAPES.items()}
NODE = re.compile("|".join(rf"  (n\d+){before}({TOLD}){after}" for before, after in SHAPES.values()))
EDGE = re.compile(rf'  (n\d+) ({"|".join(map(re.escape, sorted(set(MERMAID_ARROWS.values()))))})(?:\|"({LABEL})"\|)? (n\d+)')
REST = re.compile(rf"flowchart LR|  accTitle: {LABEL}|  classDef unknown stroke-dasharray:4 3|  class n\d+(?:,n\d+)* unknown")
ENTITY = re.compile(r"#(\d+);")
TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[A-Za-z_]\w*|-?(?:\.\d+|\d+(?:\.\d*)?)|->|[{}\[\];,=])', re.DOTALL)
"""The tokens of the DOT language, without comments and HTML strings."""


def codes(advice: Advice) -> list[str | None]:
    return [None, *(r.code for r in advice.suggestions), *(r.code for r in advice.conclusions)]


def decoded(label: str) -> str:
    return ENTITY.sub(lambda found: chr(int(found[1])), label)


def told(node: Node, language: Language) -> list[str]:
    return [words for words in (clean(text.into(language)) for text in (node.lead, node.words)) if words]


@MANY
@given(hostile.ADVICES, LANGUAGES, st.data())
def test_each_line_of_mermaid_is_a_node_or_an_edge_with_the_words_of_the_graph(
    made: hostile.Made, language: Language, data: st.DataObject
) -> None:
    advice = hostile.of(made)
    code = data.draw(st.sampled_from(codes(advice)))
    graph, text = drawing_of(advice, code), to_mermaid(advice, language, code)
    assert text.endswith("\n")
    first, *rows = text.removesuffix("\n").split("\n")
    assert first == "flowchart LR"
    nodes = [found for found in map(NODE.fullmatch, rows) if found]
    edges = [found for found in map(EDGE.fullmatch, rows) if found]
    assert [row for row in rows if not (NODE.fullmatch(row) or EDGE.fullmatch(row) or REST.fullmatch(row))] == []
    read = [[group for group in found.groups() if group is not None] for found in nodes]
    assert [(name, decoded(label).split("<br/>")) for name, label in read] == [
        (n.id, told(n, language) or [""]) for n in graph.nodes
    ]
    assert [(e[1], e[2], e[4]) for e in edges] == [(e.source, MERMAID_ARROWS[e.kind], e.target) for e in graph.edges]


def test_the_words_of_an_edge_say_what_the_arrow_alone_does_not() -> None:
    rows = to_mermaid(advised("13-suspected-abuse"), Language.EN, "attention.child_risk").split("\n")
    named = [found[3] for found in map(EDGE.fullmatch, rows) if found and found[3]]
    assert set(named) == {"unless", "first"}
    assert MERMAID_ARROWS[EdgeKind.COULD] == MERMAID_ARROWS[EdgeKind.TAKES_BACK]


@given(st.one_of(st.text(), st.sampled_from(hostile.WORDS)))
def test_a_mermaid_label_holds_the_words_and_nothing_that_means_something(words: str) -> None:
    label = mermaid_label(words)
    assert re.fullmatch(LABEL, label)
    assert decoded(label) == clean(words)
    assert not re.match(r"\d+[.)]|[-+]|---|accTitle", label)


@attrs.define
class Dot:
    """A strict reader of DOT: ``digraph ID { statement; ... }``, each statement with its attributes."""

    tokens: list[str]
    nodes: dict[str, dict[str, str]] = attrs.field(factory=dict)
    edges: list[tuple[str, str, dict[str, str]]] = attrs.field(factory=list)

    @classmethod
    def read(cls, text: str) -> "Dot":
        tokens, place = [], 0
        while text[place:].strip():
            found = TOKEN.match(text, place)
            assert found is not None, text[place : place + 40]
            tokens.append(found[1])
            place = found.end()
        read = cls(tokens)
        assert [read.take() for _ in range(3)] == ["digraph", "advice", "{"]
        while read.tokens[0] != "}":
            read.statement()
        assert read.tokens == ["}"]
        return read

    def take(self, wanted: str = "") -> str:
        token = self.tokens.pop(0)
        assert not wanted or token == wanted
        return token

    def statement(self) -> None:
        name = self.take()
        assert re.fullmatch(r"\w+", name)
        if self.tokens[0] == "->":
            self.take()
            self.edges.append((name, self.take(), self.attributes()))
        else:
            assert name not in self.nodes
            self.nodes[name] = self.attributes()
        self.take(";")

    def attributes(self) -> dict[str, str]:
        found: dict[str, str] = {}
        self.take("[")
        while self.tokens[0] != "]":
            name = self.take()
            self.take("=")
            assert name not in found
            found[name] = value(self.take())
            if self.tokens[0] != "]":
                self.take(",")
        self.take("]")
        return found


def value(token: str) -> str:
    """What Graphviz makes of the value of an attribute: escapes, then entities of HTML."""
    if not token.startswith('"'):
        assert re.fullmatch(r"\w+|[\d.]+", token)
        return token
    assert not re.search(r"\\[NGETHLlr]", token.replace("\\\\", ""))
    return unescape(re.sub(r"\\(.)", lambda c: "\n" if c[1] == "n" else c[1], token[1:-1]))


def check_dot(graph: Drawing, text: str, language: Language) -> None:
    read = Dot.read(text)
    nodes = {name: found for name, found in read.nodes.items() if name not in {"graph", "node", "edge"}}
    assert list(nodes) == [node.id for node in graph.nodes]
    for node in graph.nodes:
        found = nodes[node.id]
        words = [line for text in (node.lead, node.words) for line in lines(text.into(language), ROOM)]
        assert found["label"] == "\n".join(words)
        assert found["shape"] == DOT_SHAPES[node.kind][0].partition("=")[2].partition(",")[0]
        assert ("dashed" in found["style"]) is not node.known
    assert [(source, target) for source, target, _ in read.edges] == [(e.source, e.target) for e in graph.edges]
    for edge, (_, _, attributes) in zip(graph.edges, read.edges, strict=True):
        assert attributes.get("tooltip", "") == ("" if edge.rule is None else clean(edge.rule.into(language)))
    assert read.nodes["graph"]["tooltip"] == clean(graph.title.into(language))


@MANY
@given(hostile.ADVICES, LANGUAGES, st.data())
def test_a_reader_of_dot_finds_the_graph_with_its_words(made: hostile.Made, language: Language, data: st.DataObject) -> None:
    advice = hostile.of(made)
    code = data.draw(st.sampled_from(codes(advice)))
    check_dot(drawing_of(advice, code), to_dot(advice, language, code), language)


@pytest.mark.parametrize("name", hostile.CASES)
def test_a_reader_of_dot_finds_the_graph_of_an_example_case(name: str) -> None:
    for language in Language:
        check_dot(drawing_of(advised(name)), to_dot(advised(name), language), language)


@pytest.mark.parametrize("word", hostile.WORDS)
def test_no_word_breaks_out_of_dot(word: str) -> None:
    advice = hostile.disturbed(advised("13-suspected-abuse"), [word])
    check_dot(drawing_of(advice, "attention.child_risk"), to_dot(advice, Language.NL, "attention.child_risk"), Language.NL)


@MANY
@given(hostile.ADVICES, LANGUAGES)
def test_the_same_advice_gives_the_same_text_and_it_can_be_written_to_a_file(made: hostile.Made, language: Language) -> None:
    advice = hostile.of(made)
    for render in (to_mermaid, to_dot):
        assert render(advice, language).encode("utf-8") == render(advice, language).encode("utf-8")


def test_an_unknown_code_is_refused() -> None:
    for render in (to_mermaid, to_dot):
        with pytest.raises(UsageError, match="nowhere"):
            render(advised("20-nothing-asked"), Language.NL, "nowhere")


def test_a_language_is_kept_to() -> None:
    advice = hostile.disturbed(advised("02-premature-baby-in-incubator"), [""])
    found = {language: to_mermaid(advice, language) for language in Language}
    title = drawing_of(advice).title
    assert title != Text(title.nl, title.nl)
    assert mermaid_label(title.nl) in found[Language.NL]
    assert mermaid_label(title.nl) not in found[Language.EN]
