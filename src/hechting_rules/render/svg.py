"""The reasoning as one drawing in SVG, laid out by graphlay: the only module that needs it (extra ``report``).

Shapes, kinds of lines and words carry all meaning; colours only help. A page that embeds the drawing may set them by custom
properties called ``--hechting-`` and the name of a colour (`hechting_rules.render.style`); otherwise the drawing follows the
colour scheme of the reader.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

import attrs

from hechting_rules.advice import Advice
from hechting_rules.errors import MissingExtraError
from hechting_rules.render import phrases
from hechting_rules.render.drawing import NAMED_STEPS, Drawing, Edge, EdgeKind, Node, NodeKind, drawing_of
from hechting_rules.render.style import DARK, LIGHT, clean, lines, properties
from hechting_rules.terms import Language

try:
    import graphlay
except ModuleNotFoundError as error:
    if error.name != "graphlay":
        raise
    raise MissingExtraError("report", "drawing as SVG") from error

FONT = 13.0
"""Size of the words in a box, in px."""
LEAD_FONT = 11.0
"""Size of the lead of a box and of the words of a step, in px."""
LEADING = 17.0
"""From one line of words to the next, in px."""
WIDTH = 206.0
"""Width of a box, in px."""
PADDING = 11.0
"""Room around the words in a box, in px."""
MARGIN = 10.0
"""Room around the whole drawing, in px."""
SLANT = 12.0
"""How far the sides of a hexagon come to a point, in px."""
ARROW = 7.0
"""Length of an arrowhead, in px."""
BETWEEN = 26.0
"""Room between parts that do not hang together, in px."""
CAP = 3.4
"""Half the width of an arrowhead, in px."""
OPTIONS: Mapping[str, Any] = {
    "direction": "leftright",
    "spacing": {"layer_gap": 40.0, "node_gap": 14.0, "dummy_gap": 14.0, "isolated_gap": 14.0, "reroute_node_gap": 14.0},
    "routing": {"style": "orthogonal"},
}
"""What graphlay is told: room between layers and boxes in px, and lines at right angles."""
Point = tuple[float, float]


def to_svg(advice: Advice, language: Language, code: str | None = None, *, name: str = "hechting-drawing") -> str:
    """The reasoning under one result, or under the whole advice, as an SVG element with a line break at the end.

    ``name`` begins the ids in it, so that several drawings can stand on one page. Sizes are in px.

    ``UsageError`` is raised if the advice has no suggestion or conclusion of that code.
    """
    drawing = drawing_of(advice, code)
    boxes = {node.id: _box(node, language) for node in drawing.nodes}
    laid = _laid_out(drawing, boxes)
    parts = [
        _head(drawing, language, (laid.width, laid.height), name),
        '<g class="hd-edges">',
        *(_edge(edge, laid.routes[edge.source, edge.target, edge.kind], language) for edge in drawing.edges),
        '</g><g class="hd-nodes">',
        *(_node(node, boxes[node.id], laid.places[node.id]) for node in drawing.nodes),
        "</g></svg>",
    ]
    return "\n".join(parts) + "\n"


@attrs.frozen
class _Box:
    """The lines of a node and its size, in px; the sides of a ``slanted`` one come to a point."""

    lead: tuple[str, ...]
    words: tuple[str, ...]
    width: float
    height: float
    slanted: bool


def _box(node: Node, language: Language) -> _Box:
    slanted = node.kind is NodeKind.RULE
    room = WIDTH - 2 * (PADDING + (SLANT if slanted else 0.0))
    lead, words = lines(node.lead.into(language), room / LEAD_FONT), lines(node.words.into(language), room / FONT)
    return _Box(lead, words, WIDTH, LEADING * len(words) + (LEADING - 2) * len(lead) + 2 * PADDING - 4, slanted)


@attrs.define
class _Laid:
    """The centre of every node, the points of every edge, and the size so far; all from the top left corner, in px."""

    places: dict[str, Point] = attrs.field(factory=dict)
    routes: dict[tuple[str, str, EdgeKind], list[Point]] = attrs.field(factory=dict)
    width: float = WIDTH + 2 * MARGIN
    height: float = MARGIN


def _laid_out(drawing: Drawing, boxes: Mapping[str, _Box]) -> _Laid:
    """The parts that hang together one below the other, in the order of the drawing: what comes first stands above."""
    laid = _Laid()
    for ids in _parts(drawing):
        edges = [edge for edge in drawing.edges if edge.source in ids]
        graph = graphlay.Graph()
        for node in ids:
            graph.node(node, width=boxes[node].width, height=boxes[node].height)
        for edge in edges:
            graph.edge(edge.source, edge.target)
        found = graphlay.layout(graph, options=OPTIONS)
        low, high = found.bounds["min"], found.bounds["max"]
        left, top = low["x"] - MARGIN, low["y"] - laid.height
        laid.places |= {node: _moved(at["center"], left, top) for node, at in zip(ids, found.nodes, strict=True)}
        for edge, route in zip(edges, found.edges, strict=True):
            points = [_moved(point, left, top) for point in route["points"]]
            laid.routes[edge.source, edge.target, edge.kind] = _to_outlines(points, edge, laid.places, boxes)
        laid.width = max(laid.width, high["x"] - left + MARGIN)
        laid.height += high["y"] - low["y"] + BETWEEN
    laid.height += MARGIN - BETWEEN if drawing.nodes else MARGIN
    return laid


def _to_outlines(points: list[Point], edge: Edge, places: Mapping[str, Point], boxes: Mapping[str, _Box]) -> list[Point]:
    """A line from box to box, led on to the slanted sides of a hexagon."""
    ends = ((0, edge.source, -1), (-1, edge.target, 1))
    for place, node, way in ends:
        box, (x, y) = boxes[node], points[place]
        if box.slanted:
            points[place] = (x + way * SLANT * abs(y - places[node][1]) / (box.height / 2), y)
    return points


def _parts(drawing: Drawing) -> list[list[str]]:
    """The nodes in groups that hang together, each in the order of the drawing."""
    group = {node.id: [node.id] for node in drawing.nodes}
    for edge in drawing.edges:
        one, other = group[edge.source], group[edge.target]
        if one is not other:
            one.extend(other)
            group.update(dict.fromkeys(other, one))
    order = {node.id: place for place, node in enumerate(drawing.nodes)}
    return [sorted(ids, key=order.__getitem__) for ids in {id(g): g for g in group.values()}.values()]


def _moved(point: Mapping[str, Any], left: float, top: float) -> Point:
    return float(point["x"]) - left, float(point["y"]) - top


def _head(drawing: Drawing, language: Language, size: Point, name: str) -> str:
    """The opening tag, what the drawing is for those who do not see it, and its style."""
    width, height = (_number(side) for side in size)
    box = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    title = escape(clean(drawing.title.into(language)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="hechting-drawing" lang="{language.value}" role="img"'
        f' aria-labelledby="{escape(name)}-title {escape(name)}-words" {box}>'
        f'<title id="{escape(name)}-title">{title}</title>'
        f'<desc id="{escape(name)}-words">{escape(_in_words(drawing, language))}</desc>'
        f"<style>{STYLE}</style>"
        f'<rect class="hd-paper" width="{width}" height="{height}"/>'
    )


def _in_words(drawing: Drawing, language: Language) -> str:
    """Every step as a sentence, for those who do not see the drawing."""
    told = {node.id: _told(node, language) for node in drawing.nodes}
    if not told:
        return phrases.NOTHING_DRAWN.into(language)
    steps = [f"{told[e.source]} {_arrow(e, language)} {told[e.target]}." for e in drawing.edges]
    tied = {end for edge in drawing.edges for end in (edge.source, edge.target)}
    return " ".join([*steps, *(f"{words}." for node, words in told.items() if node not in tied)])


def _told(node: Node, language: Language) -> str:
    lead, words = clean(node.lead.into(language)), clean(node.words.into(language)).rstrip(".")
    return f"“{words}” ({lead})" if lead else words


def _arrow(edge: Edge, language: Language) -> str:
    words = phrases.STEPS[edge.kind].into(language)
    rule = "" if edge.rule is None else f" ({phrases.RULE.into(language)}: {clean(edge.rule.into(language))})"
    return f"→ {words}{rule} →"


def _number(value: float) -> str:
    """A length, to a tenth of a px."""
    return f"{round(value, 1) + 0.0:g}" if abs(value) < 1e5 else f"{value:.0f}"  # noqa: PLR2004 - :g would write an exponent


def _points(points: Iterable[Point]) -> str:
    return " ".join(f"{_number(x)},{_number(y)}" for x, y in points)


def _edge(edge: Edge, route: Sequence[Point], language: Language) -> str:
    title = "" if edge.rule is None else f"<title>{escape(clean(edge.rule.into(language)))}</title>"
    label = "" if edge.kind not in NAMED_STEPS else _step_name(phrases.STEPS[edge.kind].into(language), route)
    return (
        f'<g class="hd-edge hd-{edge.kind.name.lower().replace("_", "-")}">{title}'
        f'<polyline points="{_points(route)}"/>{_end(edge, route)}{label}</g>'
    )


def _end(edge: Edge, route: Sequence[Point]) -> str:
    """An arrowhead, or a bar across what is taken back."""
    (x0, y0), (x1, y1) = route[-2], route[-1]
    length = max(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5, 1e-9)
    dx, dy = (x1 - x0) / length, (y1 - y0) / length
    if edge.kind is EdgeKind.TAKES_BACK:
        across = [(x1 - 2 * dx + side * dy * ARROW, y1 - 2 * dy - side * dx * ARROW) for side in (-1, 1)]
        return f'<polyline class="hd-bar" points="{_points(across)}"/>'
    back = (x1 - ARROW * dx, y1 - ARROW * dy)
    corners = [(x1, y1), *((back[0] + side * dy * CAP, back[1] - side * dx * CAP) for side in (-1, 1))]
    return f'<polygon points="{_points(corners)}"/>'


def _step_name(words: str, route: Sequence[Point]) -> str:
    """The word of a step, above its beginning."""
    (x, y), (after, _) = route[0], route[1]
    way = 1 if after >= x else -1
    return f'<text class="hd-step" x="{_number(x + way * 4)}" y="{_number(y - 4)}">{escape(words)}</text>'


def _node(node: Node, box: _Box, centre: Point) -> str:
    """A box of the shape of its kind, with its words."""
    left, top = centre[0] - box.width / 2, centre[1] - box.height / 2
    classes = ["hd-node", f"hd-{node.kind.value}", "hd-known" if node.known else "hd-open"]
    classes += [] if node.origin is None else [f"hd-of-{node.origin.value}"]
    classes += ["hd-withheld"] if node.withheld else []
    indent = left + PADDING + (SLANT if box.slanted else 0.0)
    rows = []
    y = top + PADDING - 4
    for style, line in [*(("hd-lead", line) for line in box.lead), *(("hd-words", line) for line in box.words)]:
        y += LEADING - 2 if style == "hd-lead" else LEADING
        rows.append(f'<text class="{style}" x="{_number(indent)}" y="{_number(y - 2)}">{escape(line)}</text>')
    return f'<g class="{" ".join(classes)}">{"".join(_outline(node.kind, left, top, box))}{"".join(rows)}</g>'


def _outline(kind: NodeKind, left: float, top: float, box: _Box) -> Iterator[str]:
    if kind in (NodeKind.RULE, NodeKind.FLAG):
        yield f'<polygon points="{_points(_corners(kind, left, top, box))}"/>'
        return
    radius = {NodeKind.CONCLUSION: 12.0, NodeKind.SUGGESTION: 2.0}.get(kind, 0.0)
    frames = (0.0, 4.0) if kind is NodeKind.SUGGESTION else (0.0,)
    for inset in frames:
        x, y, width, height = (_number(v) for v in (left + inset, top + inset, box.width - 2 * inset, box.height - 2 * inset))
        yield f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="{_number(radius)}"/>'


def _corners(kind: NodeKind, left: float, top: float, box: _Box) -> list[Point]:
    """A hexagon for a rule, an octagon for a safety flag."""
    right, bottom = left + box.width, top + box.height
    if kind is NodeKind.RULE:
        middle = top + box.height / 2
        return [
            (left + SLANT, top),
            (right - SLANT, top),
            (right, middle),
            (right - SLANT, bottom),
            (left + SLANT, bottom),
            (left, middle),
        ]
    cut = SLANT * 0.7
    return [
        *((left + cut, top), (right - cut, top), (right, top + cut), (right, bottom - cut)),
        *((right - cut, bottom), (left + cut, bottom), (left, bottom - cut), (left, top + cut)),
    ]


STYLE = (
    f".hechting-drawing{{{properties(LIGHT, own='hd')}font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Liberation Sans',"
    f"Arial,sans-serif;max-width:none}}"
    f"@media (prefers-color-scheme:dark){{.hechting-drawing{{{properties(DARK, own='hd')}}}}}"
    f"@media print{{.hechting-drawing{{{properties(LIGHT, own='hd')}}}}}"
    ".hd-paper{fill:var(--hd-paper)}"
    f".hd-words{{font-size:{FONT:g}px;fill:var(--hd-ink)}}"
    f".hd-lead,.hd-step{{font-size:{LEAD_FONT:g}px;fill:var(--hd-muted)}}"
    ".hd-lead{font-weight:600}.hd-step{stroke:var(--hd-paper);stroke-width:4px;paint-order:stroke}"
    ".hd-node rect,.hd-node polygon{fill:var(--hd-surface);stroke:var(--hd-line);stroke-width:1.2}"
    ".hd-open rect,.hd-open polygon{stroke-dasharray:5 3;fill:var(--hd-paper)}"
    ".hd-more rect{stroke:none;fill:none}.hd-more .hd-words{font-style:italic}"
    ".hd-suggestion rect{stroke-width:1.6;fill:var(--hd-paper)}.hd-suggestion .hd-lead{font-weight:700}"
    ".hd-of-safety rect{stroke:var(--hd-safety);fill:var(--hd-safety-ground)}.hd-of-safety .hd-lead{fill:var(--hd-safety)}"
    ".hd-of-article rect{stroke:var(--hd-article);fill:var(--hd-article-ground)}.hd-of-article .hd-lead{fill:var(--hd-article)}"
    ".hd-of-today rect{stroke:var(--hd-today);fill:var(--hd-today-ground)}.hd-of-today .hd-lead{fill:var(--hd-today)}"
    ".hd-of-host rect{stroke:var(--hd-host);fill:var(--hd-host-ground)}.hd-of-host .hd-lead{fill:var(--hd-host)}"
    ".hd-flag polygon{stroke:var(--hd-safety)}.hd-withheld rect{stroke-dasharray:2 3}"
    ".hd-edge polyline{fill:none;stroke:var(--hd-line);stroke-width:1.5}"
    ".hd-edge polygon{fill:var(--hd-line)}"
    ".hd-could polyline,.hd-takes-back polyline{stroke-dasharray:5 4}"
    ".hd-edge .hd-bar{stroke-dasharray:none;stroke-width:2.5}"
    ".hd-first polyline{stroke:var(--hd-safety);stroke-width:2.2}.hd-first polygon{fill:var(--hd-safety)}"
)
"""The style of every drawing: no rule reaches outside it."""
