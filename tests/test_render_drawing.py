"""The reasoning as a graph, and drawn as SVG: all of it is there, nothing else is, it is small enough, and no word breaks out."""

import math
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hostile
from hechting_rules import Advice, advise, load_case
from hechting_rules.advice import Concluded, Known, Outcome, Suggested
from hechting_rules.errors import UsageError
from hechting_rules.render import svg
from hechting_rules.render.drawing import (
    MOST_NODES,
    MOST_REASONS,
    MOST_SUGGESTIONS,
    Drawing,
    EdgeKind,
    NodeKind,
    drawing_of,
)
from hechting_rules.render.style import clean, width
from hechting_rules.render.svg import to_svg
from hechting_rules.render.telling import OPEN
from hechting_rules.terms import Language, Origin, Text
from hostile import advised

ROOT = Path(__file__).parents[1]
LANGUAGES = st.sampled_from(Language)
SPACE = "{http://www.w3.org/2000/svg}"
MANY = settings(max_examples=100)


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - the library's own drawing, or words of the test


def results(advice: Advice) -> list[Suggested | Concluded]:
    return [*advice.suggestions, *advice.conclusions]


def codes(advice: Advice) -> list[str]:
    return [result.code for result in results(advice)]


def below(drawing: Drawing, top: str) -> set[str]:
    """The nodes from which a way leads to one node, with itself."""
    found, waiting = {top}, [top]
    while waiting:
        node = waiting.pop()
        sources = {edge.source for edge in drawing.edges if edge.target == node} - found
        found |= sources
        waiting += sources
    return found


def has_no_circle(drawing: Drawing) -> bool:
    left = {node.id for node in drawing.nodes}
    while True:
        ends = {node for node in left if not any(edge.source in left for edge in drawing.edges if edge.target == node)}
        if not ends:
            return not left
        left -= ends


@MANY
@given(hostile.ADVICES, st.data())
def test_edges_join_nodes_that_are_there_each_once(made: hostile.Made, data: st.DataObject) -> None:
    advice = hostile.of(made)
    drawing = drawing_of(advice, data.draw(st.sampled_from([None, *codes(advice)])))
    names = [node.id for node in drawing.nodes]
    assert names == [f"n{number}" for number in range(1, len(names) + 1)]
    steps = [(edge.source, edge.target, edge.kind) for edge in drawing.edges]
    assert len(steps) == len(set(steps))
    assert {end for source, target, _ in steps for end in (source, target)} <= set(names)


@settings(max_examples=60)
@given(hostile.REAL, st.data())
def test_no_reasoning_of_the_library_goes_in_a_circle(made: hostile.Made, data: st.DataObject) -> None:
    advice = hostile.of(made)
    assert has_no_circle(drawing_of(advice, data.draw(st.sampled_from([None, *codes(advice)]))))


@MANY
@given(hostile.ADVICES)
def test_a_whole_advice_is_drawn_small_and_what_is_left_out_is_counted(made: hostile.Made) -> None:
    advice = hostile.of(made)
    drawing = drawing_of(advice)
    told = [s for s in advice.suggestions if not s.on_occasion] or list(advice.suggestions)
    told = [s for s in told if s.outcome is Outcome.ESTABLISHED] or told
    drawn = [node.code for node in drawing.nodes if node.kind is NodeKind.SUGGESTION]
    assert drawn == [s.code for s in told][: len(drawn)]
    assert len(drawn) <= MOST_SUGGESTIONS
    assert bool(drawn) is bool(told)
    assert len(drawing.nodes) <= MOST_NODES or len(drawn) == 1
    counted = [node.words.en for node in drawing.nodes if node.kind is NodeKind.MORE and "uggestions" in node.words.en]
    assert counted == ([f"Suggestions not shown: {len(told) - len(drawn)}"] if len(told) > len(drawn) else [])


@MANY
@given(hostile.CALM)
def test_under_what_is_established_only_what_may_take_it_back_is_open(made: hostile.Made) -> None:
    advice = hostile.of(made)
    if not any(s.outcome is Outcome.ESTABLISHED and not s.on_occasion for s in advice.suggestions):
        return
    drawing = drawing_of(advice)
    taking_back = {edge.source for edge in drawing.edges if edge.kind is EdgeKind.TAKES_BACK}
    supporting = {edge.source for edge in drawing.edges if edge.kind is EdgeKind.SUPPORTS}
    satisfied = {
        (premise.label, premise.status)
        for result in results(advice)
        for reason in result.because
        for premise in reason.premises
        if premise.satisfied
    }
    for node in drawing.nodes:
        if node.id in supporting - taking_back and node.kind is NodeKind.FINDING and not node.known:
            assert any(label == node.words and status in OPEN for label, status in satisfied)


@MANY
@given(hostile.CALM, st.data())
def test_one_result_is_drawn_whole_and_nothing_beside_it(made: hostile.Made, data: st.DataObject) -> None:
    advice = hostile.of(made)
    if not codes(advice):
        return
    code = data.draw(st.sampled_from(codes(advice)))
    drawing = drawing_of(advice, code)
    result = next(r for r in results(advice) if r.code == code)
    top = drawing.nodes[0]
    assert top.code == code
    assert below(drawing, top.id) == {node.id for node in drawing.nodes}
    assert not [node for node in drawing.nodes if node.kind is NodeKind.MORE]
    found = {node.words for node in drawing.nodes}
    for reason in result.because:
        assert reason.title in found
        concluded = {r.code for r in advice.conclusions}
        assert {p.label for p in (*reason.premises, *reason.unless) if p.code not in concluded} <= found
    flags = [flag for group in ("withheld_by", "after", "screen_first") for flag in getattr(result, group, ())]
    assert {node.code for node in drawing.nodes if node.kind is NodeKind.FLAG} == {flag.id for flag in flags}


def test_a_code_that_the_advice_has_not_is_refused_with_those_it_has() -> None:
    advice = advised("13-suspected-abuse")
    with pytest.raises(UsageError, match=r"no suggestion or conclusion 'nothing'; it has: safety\.rf01, "):
        drawing_of(advice, "nothing")
    bare = attrs.evolve(advice, suggestions=(), conclusions=())
    with pytest.raises(UsageError, match=r"it has: none$"):
        drawing_of(bare, "nothing")
    assert drawing_of(bare).nodes == ()


def test_a_case_is_followed_from_what_it_states_through_what_that_implies() -> None:
    drawing = drawing_of(advised("13-suspected-abuse"))
    named = {node.code: node for node in drawing.nodes}
    steps = {(edge.source, edge.target): edge for edge in drawing.edges}
    stated, implied = named["safety.fear_of_partner"], named["safety.abuse_or_violence"]
    assert (stated.id, implied.id) in steps
    assert (implied.id, named["safety.rf01"].id) in steps
    assert named["safety.rf01"].origin is Origin.SAFETY
    held = named["attention.child_risk"]
    assert held.withheld
    assert held.lead.nl == "Let op · artikel · wacht"
    risk, open_risk = named["risk.child"], named["risk.child_open"]
    step = steps[risk.id, open_risk.id]
    assert step.rule is not None
    assert step.rule.en == "A risk around the child stands as long as the parents do not make up for it"
    protection = named["protection.compensates_child_risk"]
    assert steps[protection.id, open_risk.id].kind is EdgeKind.TAKES_BACK
    assert not protection.known


def test_of_many_reasons_and_premises_the_first_are_drawn_and_the_rest_is_counted() -> None:
    advice = advised("13-suspected-abuse")
    suggestion = advice.suggestions[0]
    (reason,) = suggestion.because
    (premise,) = reason.premises
    premises = tuple(attrs.evolve(premise, code=f"a.{n}", source=("case",), status=Known.PRESENT) for n in range(9))
    premises = tuple(attrs.evolve(p, label=attrs.evolve(p.label, en=p.code)) for p in premises)
    reasons = tuple(attrs.evolve(reason, rule=f"r.{n}", premises=premises) for n in range(8))
    many = attrs.evolve(advice, suggestions=(attrs.evolve(suggestion, because=reasons),), conclusions=())
    drawing = drawing_of(many)
    left_out = sorted(node.words.en for node in drawing.nodes if node.kind is NodeKind.MORE)
    assert left_out == ["Findings not shown: 4"] * MOST_REASONS + ["Reasons not shown: 3"]
    assert len([node for node in drawing.nodes if node.kind is NodeKind.RULE]) == MOST_REASONS


def test_fewer_suggestions_are_drawn_where_all_would_be_too_many_nodes() -> None:
    advice = advised("13-suspected-abuse")
    suggestion = advice.suggestions[0]
    (reason,) = suggestion.because
    (premise,) = reason.premises

    def numbered(number: int) -> Suggested:
        labels = (Text(f"gegeven {number}.{n}", f"given {number}.{n}") for n in range(4))
        premises = tuple(attrs.evolve(premise, code=label.en, label=label, source=("case",)) for label in labels)
        because = (attrs.evolve(reason, rule=f"r.{number}", premises=premises),)
        return attrs.evolve(suggestion, code=f"s.{number}", because=because)

    drawing = drawing_of(attrs.evolve(advice, suggestions=tuple(map(numbered, range(8))), conclusions=()))
    drawn = [node.code for node in drawing.nodes if node.kind is NodeKind.SUGGESTION]
    assert drawn == [f"s.{number}" for number in range(5)]
    assert len(drawing.nodes) == 5 * 6 + 1
    assert drawing.nodes[-1].words.nl == "Niet getoonde suggesties: 3"


# --- the drawing -------------------------------------------------------------------------------------------------------------


def texts(element: ET.Element) -> list[str]:
    return [node.text or "" for node in element.iter(f"{SPACE}text")]


def frames(drawing: ET.Element) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of each box."""
    found = []
    for group in drawing.iter(f"{SPACE}g"):
        if "hd-node" not in (group.get("class") or "").split():
            continue
        box = group.find(f"{SPACE}rect")
        if box is not None:
            x, y, wide, high = (float(box.get(name) or math.nan) for name in ("x", "y", "width", "height"))
            found.append((x, y, x + wide, y + high))
        else:
            corners = group.find(f"{SPACE}polygon")
            assert corners is not None
            points = [tuple(map(float, pair.split(","))) for pair in (corners.get("points") or "").split()]
            xs, ys = [x for x, _ in points], [y for _, y in points]
            found.append((min(xs), min(ys), max(xs), max(ys)))
    return found


@settings(max_examples=60)
@given(hostile.ADVICES, LANGUAGES, st.data())
def test_a_drawing_is_sound_and_says_every_word_of_the_graph(made: hostile.Made, language: Language, data: st.DataObject) -> None:
    advice = hostile.of(made)
    code = data.draw(st.sampled_from([None, *codes(advice)]))
    graph, text = drawing_of(advice, code), to_svg(advice, language, code)
    drawn = parsed(text)
    assert drawn.get("role") == "img"
    assert drawn.get("lang") == language.value
    title, words = drawn.find(f"{SPACE}title"), drawn.find(f"{SPACE}desc")
    assert title is not None
    assert words is not None
    assert drawn.get("aria-labelledby") == f"{title.get('id')} {words.get('id')}"
    assert title.text == (clean(graph.title.into(language)) or None)
    names = [element.get("id") for element in drawn.iter() if element.get("id")]
    assert len(names) == len(set(names))
    said = "".join(texts(drawn)).replace(" ", "")
    for node in graph.nodes:
        assert clean(node.words.into(language)).replace(" ", "") in said
        assert clean(node.words.into(language)).rstrip(".") in (words.text or "")
    tags = {element.tag.removeprefix(SPACE) for element in drawn.iter()}
    assert tags <= {"svg", "title", "desc", "style", "rect", "g", "polyline", "polygon", "text"}
    assert not [a for element in drawn.iter() for a in element.attrib if a.startswith("on") or "href" in a]


@settings(max_examples=60)
@given(hostile.ADVICES, st.data())
def test_boxes_stand_apart_and_within_the_drawing_and_lines_end_at_them(made: hostile.Made, data: st.DataObject) -> None:
    advice = hostile.of(made)
    code = data.draw(st.sampled_from([None, *codes(advice)]))
    drawn = parsed(to_svg(advice, Language.NL, code))
    _, _, wide, high = map(float, (drawn.get("viewBox") or "").split())
    boxes = frames(drawn)
    assert all(0 <= x0 < x1 <= wide and 0 <= y0 < y1 <= high for x0, y0, x1, y1 in boxes)
    for place, (x0, y0, x1, y1) in enumerate(boxes):
        for a0, b0, a1, b1 in boxes[place + 1 :]:
            assert x1 <= a0 + 0.2 or a1 <= x0 + 0.2 or y1 <= b0 + 0.2 or b1 <= y0 + 0.2
    for step in drawn.iter(f"{SPACE}polyline"):
        points = [tuple(map(float, pair.split(","))) for pair in (step.get("points") or "").split()]
        assert len(points) >= 2
        assert all(0 <= x <= wide and 0 <= y <= high for x, y in points)


@settings(max_examples=60)
@given(hostile.ADVICES, LANGUAGES, st.data())
def test_words_fit_into_the_boxes_by_the_guess_of_their_width(
    made: hostile.Made, language: Language, data: st.DataObject
) -> None:
    advice = hostile.of(made)
    drawing = parsed(to_svg(advice, language, data.draw(st.sampled_from([None, *codes(advice)]))))
    for group in (g for g in drawing.iter(f"{SPACE}g") if "hd-node" in (g.get("class") or "").split()):
        for text in group.iter(f"{SPACE}text"):
            size = svg.LEAD_FONT if text.get("class") == "hd-lead" else svg.FONT
            assert width(text.text or "") * size <= svg.WIDTH - 2 * svg.PADDING


def test_the_parts_of_a_drawing_that_hang_together_keep_the_order_of_the_advice() -> None:
    drawing = parsed(to_svg(advised("13-suspected-abuse"), Language.NL))
    safety, *others = (float(g.find(f"{SPACE}rect").get("y")) for g in suggestions_of(drawing))  # type: ignore[union-attr, arg-type]  # found so
    assert safety < min(others)


def suggestions_of(drawing: ET.Element) -> Iterable[ET.Element]:
    return (group for group in drawing.iter(f"{SPACE}g") if "hd-suggestion" in (group.get("class") or "").split())


def test_an_advice_without_suggestions_gives_an_empty_drawing_that_says_so() -> None:
    bare = attrs.evolve(advised("20-nothing-asked"), suggestions=())
    drawing = parsed(to_svg(bare, Language.EN))
    assert texts(drawing) == []
    words = drawing.find(f"{SPACE}desc")
    assert words is not None
    assert words.text == "There is no reasoning to draw."


def test_several_drawings_can_stand_on_one_page() -> None:
    advice = advised("02-premature-baby-in-incubator")
    one, other = (to_svg(advice, Language.NL, name=name) for name in ("one", "other"))
    assert one.replace("one-title", "other-title").replace("one-words", "other-words") == other


AGAIN = """
import sys
from pathlib import Path
from hechting_rules import advise, load_case
from hechting_rules.render.svg import to_svg
from hechting_rules.terms import Language
sys.stdout.buffer.write(to_svg(advise(load_case(Path(sys.argv[1]))), Language.NL).encode())
"""


def test_another_process_with_another_hash_seed_draws_the_same_bytes() -> None:
    path = ROOT / "examples" / "cases" / "04-toddler-with-delay.yaml"
    here = to_svg(advise(load_case(path)), Language.NL).encode()
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", AGAIN, str(path)], capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}
        )
        assert done.stdout == here
