"""The reasoning as text that other programs draw: Mermaid and DOT.

The names of nodes are numbered (``n1``, ``n2``, ...) and every label is escaped, so that no word of a rulebook or a case can end
a label, start a command or be read as markup. The same advice gives the same text, to the byte.
"""

import re

from hechting_rules.advice import Advice
from hechting_rules.render import phrases
from hechting_rules.render.drawing import NAMED_STEPS, Drawing, Edge, EdgeKind, Node, NodeKind, drawing_of
from hechting_rules.render.style import clean, lines
from hechting_rules.terms import Language

ROOM = 18.0
"""How wide a line of a label in DOT is, in ems; Mermaid breaks lines by itself."""

MERMAID_SHAPES = {
    NodeKind.FINDING: ('(["', '"])'),
    NodeKind.RULE: ('{{"', '"}}'),
    NodeKind.CONCLUSION: ('("', '")'),
    NodeKind.SUGGESTION: ('[["', '"]]'),
    NodeKind.FLAG: ('>"', '"]'),
    NodeKind.MORE: ('["', '"]'),
}
MERMAID_ARROWS = {
    EdgeKind.SUPPORTS: "-->",
    EdgeKind.COULD: "-.->",
    EdgeKind.TAKES_BACK: "-.->",
    EdgeKind.FIRST: "==>",
}
DOT_SHAPES = {
    NodeKind.FINDING: ("shape=box", "solid"),
    NodeKind.RULE: ("shape=hexagon", "solid"),
    NodeKind.CONCLUSION: ("shape=box", "solid,rounded"),
    NodeKind.SUGGESTION: ("shape=box, peripheries=2", "solid"),
    NodeKind.FLAG: ("shape=octagon", "solid"),
    NodeKind.MORE: ("shape=plaintext", "solid"),
}
DOT_ARROWS = {
    EdgeKind.SUPPORTS: "style=solid",
    EdgeKind.COULD: "style=dashed",
    EdgeKind.TAKES_BACK: "style=dashed, arrowhead=tee",
    EdgeKind.FIRST: "style=bold",
}
_PLAIN_IN_MERMAID = frozenset(" ,.:()?!'/-")
_LIST_MARK = re.compile(r"^(?:\d+(?=[.)])|(?=[-+]))")


def to_mermaid(advice: Advice, language: Language, code: str | None = None) -> str:
    """The reasoning under one result, or under the whole advice, as a Mermaid flowchart; a line break at the end.

    ``UsageError`` is raised if the advice has no suggestion or conclusion of that code.
    """
    drawing = drawing_of(advice, code)
    rows = ["flowchart LR", f"  accTitle: {mermaid_label(drawing.title.into(language))}"]
    rows += [f"  {_mermaid_node(node, language)}" for node in drawing.nodes]
    rows += [f"  {_mermaid_edge(edge, language)}" for edge in drawing.edges]
    rows += _mermaid_classes(drawing)
    return "\n".join(rows) + "\n"


def to_dot(advice: Advice, language: Language, code: str | None = None) -> str:
    """The reasoning under one result, or under the whole advice, as a DOT graph; a line break at the end.

    The title of a rule that is drawn as a step only is the tooltip of that step.

    ``UsageError`` is raised if the advice has no suggestion or conclusion of that code.
    """
    drawing = drawing_of(advice, code)
    rows = [
        "digraph advice {",
        f'  graph [rankdir=LR, charset="UTF-8", tooltip={_quoted(drawing.title.into(language))}];',
        '  node [fontname="sans-serif", fontsize=11];',
        '  edge [fontname="sans-serif", fontsize=10];',
    ]
    rows += [f"  {_dot_node(node, language)}" for node in drawing.nodes]
    rows += [f"  {_dot_edge(edge, language)}" for edge in drawing.edges]
    return "\n".join([*rows, "}"]) + "\n"


def mermaid_label(words: str) -> str:
    """Words as a Mermaid label on one line: all but letters, digits and a few harmless marks as a numbered entity.

    What Markdown would take for the beginning of a list is escaped too.
    """
    words = clean(words)
    mark = _LIST_MARK.match(words)
    after = mark.end() if mark else -1
    return "".join(c if _is_plain(c) and place != after else f"#{ord(c)};" for place, c in enumerate(words))


def _is_plain(character: str) -> bool:
    return character in _PLAIN_IN_MERMAID or not character.isascii() or character.isalnum()


def _mermaid_node(node: Node, language: Language) -> str:
    before, after = MERMAID_SHAPES[node.kind]
    told = filter(None, (mermaid_label(text.into(language)) for text in (node.lead, node.words)))
    return f"{node.id}{before}{'<br/>'.join(told)}{after}"


def _mermaid_edge(edge: Edge, language: Language) -> str:
    label = f'|"{mermaid_label(phrases.STEPS[edge.kind].into(language))}"|' if edge.kind in NAMED_STEPS else ""
    return f"{edge.source} {MERMAID_ARROWS[edge.kind]}{label} {edge.target}"


def _mermaid_classes(drawing: Drawing) -> list[str]:
    """Dashes around what is open; the colours are left to the theme of the page."""
    unknown = [node.id for node in drawing.nodes if not node.known]
    if not unknown:
        return []
    return ["  classDef unknown stroke-dasharray:4 3", f"  class {','.join(unknown)} unknown"]


def _quoted(words: str) -> str:
    """Words as a quoted string of DOT on one line."""
    return f'"{_dot_escaped(clean(words))}"'


def _dot_escaped(words: str) -> str:
    """No escape of DOT and no entity of HTML is left in it."""
    return words.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")


def _dot_node(node: Node, language: Language) -> str:
    told = [line for text in (node.lead, node.words) for line in lines(text.into(language), ROOM)]
    label = "\\n".join(map(_dot_escaped, told))
    shape, style = DOT_SHAPES[node.kind]
    style = style if node.known else style.replace("solid", "dashed")
    return f'{node.id} [label="{label}", {shape}, style="{style}"];'


def _dot_edge(edge: Edge, language: Language) -> str:
    label = f", label={_quoted(phrases.STEPS[edge.kind].into(language))}" if edge.kind in NAMED_STEPS else ""
    rule = "" if edge.rule is None else f", tooltip={_quoted(edge.rule.into(language))}"
    return f"{edge.source} -> {edge.target} [{DOT_ARROWS[edge.kind]}{label}{rule}];"
