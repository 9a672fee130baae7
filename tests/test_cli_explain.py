"""The commands that explain: what they print is what the library says, in text and JSON, and bad input is one clear message."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from hechting_rules import arguments, ask_next, explained, load_case, load_rulebook, vary, what_if
from hechting_rules.advice import Outcome
from hechting_rules.explain import advise
from hechting_rules.render.diagram import to_dot, to_mermaid
from hechting_rules.render.explained import (
    arguments_to_text,
    dependences_to_text,
    difference_to_text,
    questions_to_text,
    result_to_text,
)
from hechting_rules.render.explained_json import (
    arguments_to_mapping,
    dependences_to_mapping,
    difference_to_mapping,
    questions_to_mapping,
    result_to_mapping,
)
from hechting_rules.render.html import to_html
from hechting_rules.render.svg import to_svg
from hechting_rules.terms import Language

HERE = Path(__file__).parent
BASE = HERE / "diagnostics" / "base"
CASES = HERE.parent / "examples" / "cases"
ONE, OTHER = CASES / "09-adopted-child-with-safe-parents.yaml", CASES / "12-toddler-who-only-clings.yaml"
WITHHELD = CASES / "13-suspected-abuse.yaml"
CODE = "attention.child_risk"


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("everything", [False, True])
def test_text_is_what_the_library_says(hechting: Any, language: Language, *, everything: bool) -> None:
    case, other = load_case(ONE), load_case(OTHER)
    options = ["--lang", language, *(["--all"] if everything else [])]
    expected = {
        ("explain", ONE, CODE): result_to_text(explained(case, CODE), language, everything=everything),
        ("explain", ONE): arguments_to_text(arguments(case), language, everything=everything),
        ("ask", ONE): questions_to_text(ask_next(case), language, everything=everything),
        ("diff", ONE, OTHER): difference_to_text(what_if(case, other), language, everything=everything),
        ("diff", ONE, "--vary"): dependences_to_text(vary(case), language, everything=everything),
    }
    for command, text in expected.items():
        assert hechting(*command, *options) == (0, text, "")


def test_json_is_what_the_library_says(hechting: Any) -> None:
    case, other = load_case(ONE), load_case(OTHER)
    expected = {
        ("explain", ONE, CODE): result_to_mapping(explained(case, CODE), Language.EN),
        ("explain", ONE): arguments_to_mapping(arguments(case), Language.EN),
        ("ask", ONE): questions_to_mapping(ask_next(case), Language.EN),
        ("diff", ONE, OTHER): difference_to_mapping(what_if(case, other), Language.EN),
        ("diff", ONE, "--vary", "--within", "2"): dependences_to_mapping(vary(case, within=2), Language.EN),
    }
    for command, mapping in expected.items():
        code, out, err = hechting(*command, "--lang", "en", "--format", "json")
        assert (code, json.loads(out), err) == (0, mapping, "")


def test_a_withheld_result_says_what_it_waits_for(hechting: Any) -> None:
    case = load_case(WITHHELD)
    held = next(s.code for s in advise(case).suggestions if s.withheld_by and s.outcome is Outcome.ESTABLISHED)
    code, out, _ = hechting("explain", WITHHELD, held, "--lang", "en")
    waiting = explained(case, held)
    assert code == 0
    assert [gap.gap.value for way in waiting.why_not for gap in way.obstacles] == ["withheld"]
    assert all(gap.label.en in out for way in waiting.why_not for gap in way.obstacles)


@pytest.mark.parametrize("code", ["", "support.parents_compensate"])
def test_a_drawing_is_what_the_library_draws(hechting: Any, code: str) -> None:
    advice = advise(load_case(ONE))
    chosen = [code] if code else []
    assert hechting("graph", ONE, *chosen) == (0, to_mermaid(advice, Language.NL, code or None), "")
    assert hechting("graph", ONE, *chosen, "--format", "dot") == (0, to_dot(advice, Language.NL, code or None), "")
    assert hechting("graph", ONE, *chosen, "--format", "svg", "--lang", "en") == (
        0,
        to_svg(advice, Language.EN, code or None),
        "",
    )


def test_a_report_tells_the_advice_with_the_arguments(hechting: Any) -> None:
    case = load_case(ONE)
    code, out, err = hechting("advise", ONE, "--format", "html", "--lang", "en", "--all")
    assert (code, err) == (0, "")
    assert out == to_html(advise(case), Language.EN, everything=True, arguments=arguments(case))


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["explain", ONE, "attention.child_rsk"], "'attention.child_rsk' is no conclusion or suggestion; did you mean"),
        (["graph", ONE, "attention.child_rsk"], "attention.child_rsk"),
        (["diff", ONE], "diff compares two cases, or one with --vary; found: one case alone"),
        (["diff", ONE, OTHER, "--vary"], "diff compares two cases, or one with --vary; found: both"),
        (["diff", ONE, "--vary", "--within", "-1"], "within is -1; allowed: 0 or more, such as 0.5 to vary by half"),
        (["diff", ONE, "--vary", "--within", "nan"], "within is nan; allowed: 0 or more"),
        (
            ["advise", ONE, OTHER, "--format", "html"],
            "an HTML report is about one case; found: 2; try: one command for each case",
        ),
        (["ask", "nowhere.yaml"], "nowhere.yaml"),
        (["compare", BASE, "nowhere"], "is no folder"),
        (["compare", BASE, BASE, "--profile", "nobody"], "there is no profile 'nobody'"),
    ],
)
def test_wrong_use_is_one_clear_message(hechting: Any, command: list[str | Path], told: str) -> None:
    code, out, err = hechting(*command)
    assert (code, out) == (2, "")
    assert told in err
    assert "Traceback" not in err


def test_a_rulebook_compared_with_itself_differs_in_nothing(hechting: Any) -> None:
    code, out, err = hechting("compare", BASE, BASE, "--lang", "en")
    assert (code, err) == (0, "")
    assert " 0 differ" in out


def test_a_changed_rule_is_told_with_a_case_that_shows_it(hechting: Any, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(BASE, other)
    changed = other / "article" / "suggestions.yaml"
    text = changed.read_text(encoding="utf-8")
    assert ", {unless: protection.parent}" in text
    changed.write_text(text.replace(", {unless: protection.parent}", ""), encoding="utf-8")
    load_rulebook(other)
    code, out, err = hechting("compare", BASE, other, "--lang", "en", "--format", "json")
    assert (code, err) == (1, "")
    found = json.loads(out)
    assert [one["code"] for one in found["results"] if one["settled"]["verdict"] == "differs"] == ["discuss.contact"]
