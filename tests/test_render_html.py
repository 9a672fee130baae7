"""The report as a page: sound, self-contained, accessible, complete, in order, and nothing of one origin among another's."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hostile
from hechting_rules import Advice, advise, load_case
from hechting_rules.advice import Outcome, Suggested
from hechting_rules.explain import arguments
from hechting_rules.render import explained_phrases as words
from hechting_rules.render import phrases
from hechting_rules.render.html import to_html
from hechting_rules.render.notebook import display
from hechting_rules.render.text import to_text
from hechting_rules.terms import Language, Origin, Text
from hostile import advised
from reports import HEADINGS, alike, check_names, check_self_contained, elements, of_class, page_of, part, read, said

ROOT = Path(__file__).parents[1]
LANGUAGES = st.sampled_from(Language)
FEW = settings(max_examples=25)

# --- sound and self-contained ------------------------------------------------------------------------------------------------


@FEW
@given(hostile.ADVICES, LANGUAGES, st.booleans(), st.booleans())
def test_a_page_is_sound_self_contained_and_its_links_lead_somewhere(
    made: hostile.Made, language: Language, everything: bool, drawing: bool
) -> None:
    advice = hostile.of(made)
    page = read(to_html(advice, language, everything=everything, drawing=drawing))
    assert page.get("lang") == language.value
    check_self_contained(page)
    check_names(page)
    found = [element for element in page.iter() if element.tag == "svg"]
    assert len(found) == (1 if drawing and advice.suggestions else 0)


@FEW
@given(hostile.ADVICES, LANGUAGES, st.booleans())
def test_headings_go_down_one_step_at_a_time_and_landmarks_and_tables_are_complete(
    made: hostile.Made, language: Language, everything: bool
) -> None:
    advice = hostile.of(made)
    page = read(to_html(advice, language, everything=everything))
    levels = [int(heading.tag[1]) for heading in elements(page, *HEADINGS)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(deeper - level <= 1 for level, deeper in pairwise(levels))
    assert all(said(heading) for heading in elements(page, *HEADINGS))
    assert [len(elements(page, tag)) for tag in ("main", "header", "footer", "nav")] == [1, 1, 1, 1]
    assert [bool(said(title)) for title in elements(elements(page, "head")[0], "title")] == [True]
    body = elements(page, "body")[0]
    assert body[0].get("href") == "#main"
    for table in elements(page, "table"):
        assert len([child for child in table if child.tag == "caption"]) == 1
        assert {cell.get("scope") for cell in elements(table, "th")} <= {"col", "row"}
        assert [row for row in elements(table, "thead") if not elements(row, "th")] == []
    labels = [section.get("aria-labelledby") for section in elements(page, "section")]
    assert all(labels)
    assert len(labels) == len(set(labels))
    assert {element.get("role") for element in page.iter()} <= {None, "img", "group"}


@pytest.mark.parametrize("word", hostile.WORDS)
def test_no_word_breaks_out_of_the_page(word: str) -> None:
    calm, advice = (hostile.disturbed(advised("13-suspected-abuse"), [one]) for one in ("", word))
    for form in (Language.NL, Language.EN):
        page, plain = page_of(advice, form), page_of(calm, form)
        assert [e.tag for e in page.iter() if e.tag != "text"] == [e.tag for e in plain.iter() if e.tag != "text"]
        assert alike(word) in said(page)


# --- complete and in order ---------------------------------------------------------------------------------------------------


@FEW
@given(hostile.ADVICES, LANGUAGES)
def test_every_suggestion_stands_in_the_part_of_its_origin_and_what_is_withheld_has_no_text(
    made: hostile.Made, language: Language
) -> None:
    advice = hostile.of(made)
    marked = [attrs.evolve(s, text=Text(f"Tekst{n}einde", f"Text{n}end")) for n, s in enumerate(advice.suggestions)]
    page = page_of(attrs.evolve(advice, suggestions=tuple(marked)), language)
    for origin in Origin:
        words = part(page, origin)
        for suggestion in marked:
            own, told = suggestion.origin is origin, suggestion.text.into(language)
            assert (told in words) is (own and not suggestion.withheld_by)
            assert not own or alike(suggestion.summary.into(language)) in words
    for suggestion in marked:
        if suggestion.withheld_by:
            assert suggestion.text.into(language) not in said(page)
    held = [item for item in of_class(page, "hr-held") if item.tag == "li"]
    assert len(held) == sum(bool(s.withheld_by) for s in marked)
    assert all(phrases.WAITS.into(language) in said(item) for item in held)


@FEW
@given(hostile.CALM, LANGUAGES)
def test_nothing_of_one_origin_stands_among_that_of_another_and_no_caution_among_either(
    made: hostile.Made, language: Language
) -> None:
    advice = hostile.of(made)
    page = page_of(advice, language)
    notes = {j.evidence for r in (*advice.suggestions, *advice.conclusions) for j in r.because if j.evidence}  # type: ignore[attr-defined]  # both have reasons
    summaries = {origin: {s.summary.into(language) for s in advice.of_origin(origin)} for origin in Origin}
    for origin in Origin:
        words = part(page, origin)
        others = {s for other in Origin if other is not origin for s in summaries[other]} - summaries[origin]
        assert not [summary for summary in others if summary in words]
        assert not [note for note in notes if note.caution.into(language) in words or note.full.into(language) in words]
    told = " ".join(said(found) for found in of_class(page, "hr-cautions"))
    assert all(note.full.into(language) in told for s in advice.suggestions for j in s.because if (note := j.evidence))


@FEW
@given(hostile.ADVICES, LANGUAGES)
def test_the_page_tells_the_suggestions_and_questions_of_the_text_in_its_order_and_nothing_twice(
    made: hostile.Made, language: Language
) -> None:
    advice = hostile.of(made)
    page = page_of(advice, language)
    items = of_class(page, "hr-item")
    assert [item.get("id") for item in items] == [f"s{number}" for number in range(1, len(advice.suggestions) + 1)]
    asked = [said(question) for question in of_class(page, "hr-question")]
    assert sorted(asked) == sorted(alike(question.question.into(language)) for question in advice.ask_next)
    order = [e.get("id") for e in elements(page, "h2")]
    wanted = [
        "safety",
        "first",
        "article",
        "cautions",
        "today",
        "host",
        "asked",
        "context",
        "classes",
        "arguments",
        "why",
        "steps",
        "rested",
    ]
    assert order == [name for name in (*wanted, "drawn", "notes") if name in order]
    assert [link.get("href") for link in elements(elements(page, "nav")[0], "a")] == [f"#{name}" for name in order]


@pytest.mark.parametrize("everything", [True, False])
@pytest.mark.parametrize("name", hostile.CASES)
def test_the_suggestions_of_an_example_case_stand_as_in_its_text(name: str, everything: bool) -> None:
    advice = advised(name)
    for language in Language:
        page = page_of(advice, language, everything=everything)
        headings = [said(item.find("h3")) for item in of_class(page, "hr-item")]  # type: ignore[arg-type]  # each item has one
        text = " ".join(to_text(advice, language, everything=everything).split())
        spoken = [
            re.sub(r" ?\(?(?:, )?(?:wacht|on hold)\)", "", h).replace(", wacht", "").replace(", on hold", "") for h in headings
        ]
        places = [text.find(re.sub(r"(\(misschien|\(perhaps)(?!\))", r"\1)", heading)) for heading in spoken]
        assert places == sorted(places)
        assert -1 not in places


@pytest.mark.parametrize("language", Language)
def test_a_page_in_short_keeps_to_the_limits_of_the_text(language: Language) -> None:
    for name in hostile.CASES:
        page = page_of(advised(name), language, everything=False)
        counts = {
            origin: len(elements(found[0], "h3")) for origin in Origin if (found := of_class(page, f"hr-part-{origin.value}"))
        }
        assert all(counts.get(origin, 0) <= most for origin, most in ((Origin.SAFETY, 3), (Origin.ARTICLE, 5), (Origin.TODAY, 2)))
        assert len(of_class(page, "hr-question")) <= 3


@pytest.mark.parametrize("name", hostile.CASES)
def test_a_page_in_short_asks_what_the_text_asks_and_explains_every_step_it_names(name: str) -> None:
    advice = advised(name)
    page, text = page_of(advice, everything=False), " ".join(to_text(advice, Language.NL).split())
    asked = [said(question) for question in of_class(page, "hr-question")]
    assert [question for question in asked if f"? {question}" not in text] == []
    assert len(asked) == min(3, text.count(" ? "))
    told = [int((item.get("id") or "")[1:]) for item in of_class(page, "hr-item")]
    concluded = {conclusion.code: conclusion for conclusion in advice.conclusions}
    shown = {said(e.find("h3")).partition(". ")[2] for e in of_class(page, "hr-item")}  # type: ignore[arg-type]  # each item has one
    waiting = [s for s in advice.suggestions if any(heading.endswith(s.summary.nl) for heading in shown)]
    assert len(waiting) == len(told)
    named: set[str] = set()
    reasons = [reason for suggestion in waiting for reason in suggestion.because]
    while reasons:
        reason = reasons.pop()
        new = {p.code for p in (*reason.premises, *reason.unless)} & concluded.keys() - named
        named |= new
        reasons += [deeper for code in new for deeper in concluded[code].because]
    steps = [said(e) for e in page.iter() if re.fullmatch(r"step\d+", e.get("id") or "")]
    assert len(steps) == len(named)
    assert [code for code in named if not any(concluded[code].title.nl in step for step in steps)] == []


@FEW
@given(hostile.ADVICES, LANGUAGES, st.booleans())
def test_the_page_says_what_it_is_not_who_reviewed_it_and_which_rules_it_comes_from(
    made: hostile.Made, language: Language, everything: bool
) -> None:
    advice = hostile.of(made)
    page = page_of(advice, language, everything=everything)
    foot, review = said(elements(page, "footer")[0]), said(of_class(page, "hr-review")[0])
    told = phrases.NOT_REVIEWED if advice.clinical_review == "none" else phrases.REVIEWED
    assert told.into(language) in review
    assert review in foot
    assert alike(advice.disclaimer.into(language)) in foot
    for value in (advice.rulebook, advice.version, advice.sha256):
        assert alike(value) in foot
    for change in advice.changes:
        assert alike(change.detail) in said(page)
    for warning in advice.warnings:
        assert alike(warning) in said(page)
    nothing = not any(s.outcome is Outcome.ESTABLISHED for s in advice.suggestions)
    assert bool(of_class(page, "hr-nothing")) is nothing


@FEW
@given(hostile.ADVICES, LANGUAGES)
def test_every_reason_is_told_with_its_premises_places_and_how_it_stands(made: hostile.Made, language: Language) -> None:
    advice = hostile.of(made)
    page = page_of(advice, language)
    for number, suggestion in enumerate(_in_order(advice), 1):
        if not suggestion.because:
            continue
        (found,) = (said(e) for e in page.iter() if e.get("id") == f"why{number}")
        for reason in suggestion.because:
            assert alike(reason.title.into(language)) in found
            assert all(alike(p.label.into(language)) in found for p in (*reason.premises, *reason.unless))
            assert all(alike(place.words) in found for place in reason.places)
            assert reason.evidence is None or alike(reason.evidence.caution.into(language)) in found
        for facts in suggestion.why:
            assert all(alike(f.label.into(language)) in said(page) for f in facts if "." in f.name)


def _in_order(advice: Advice) -> Iterator[Suggested]:
    for origin in Origin:
        yield from sorted(advice.of_origin(origin), key=lambda s: (s.on_occasion, s.outcome is not Outcome.ESTABLISHED))


def test_a_finding_follows_from_a_finding_also_where_a_rule_has_the_name_of_that_finding() -> None:
    page = page_of(advised("18-distress-in-dementia"), Language.EN)
    (found,) = (e for e in page.iter() if e.get("id") == "why2")
    rows = [[said(cell) for cell in row] for row in elements(found, "tr")]
    assert rows[1][2].startswith("adult: sudden change, fever, pain, ")


def test_only_a_question_that_is_answered_by_yes_or_no_has_boxes_to_tick() -> None:
    page = page_of(advised("20-nothing-asked"), Language.EN)
    asked = {said(e) for item in page.iter("li") if of_class(item, "hr-ticks") for e in of_class(item, "hr-question")}
    open_questions = {q.question.en for q in advised("20-nothing-asked").ask_next if "." not in q.code}
    assert asked
    assert open_questions
    assert not asked & open_questions


@pytest.mark.parametrize("language", Language)
def test_what_speaks_for_risk_and_for_protection_stands_side_by_side(language: Language) -> None:
    case = load_case(ROOT / "examples" / "cases" / "09-adopted-child-with-safe-parents.yaml")
    given_for = arguments(case)
    page = read(to_html(advise(case), language, arguments=given_for))
    sides = of_class(page, "hr-sides")
    spoken = [level for level in given_for.levels if level.against or level.protecting]
    assert len(sides) == len(spoken) > 0
    for level, pair in zip(spoken, sides, strict=True):
        against, protecting = list(pair)
        assert said(elements(against, "h4")[0]) == words.AGAINST.into(language)
        assert said(elements(protecting, "h4")[0]) == words.PROTECTS.into(language)
        assert all(a.premise.label.into(language) in said(against) for a in level.against)
        assert all(a.premise.label.into(language) in said(protecting) for a in level.protecting)
    assert len(elements(page, "h1")) == 1
    check_names(page)


# --- the same, everywhere ----------------------------------------------------------------------------------------------------

AGAIN = """
import sys
from pathlib import Path
from hechting_rules import advise, load_case
from hechting_rules.render.html import to_html
from hechting_rules.terms import Language
sys.stdout.buffer.write(to_html(advise(load_case(Path(sys.argv[1]))), Language.EN).encode())
"""
LOADED = """
import json, sys
import hechting_rules, hechting_rules.render.drawing, hechting_rules.render.diagram, hechting_rules.render.report
print(json.dumps(sorted({"jinja2", "markupsafe", "graphlay"} & set(sys.modules))))
"""
WITHOUT = """
import importlib, importlib.abc, sys

class Blocked(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == sys.argv[1]:
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)

sys.meta_path.insert(0, Blocked())
try:
    importlib.import_module(sys.argv[2])
except Exception as error:
    print(type(error).__name__, error)
"""


def fresh(code: str, *given_to: str, seed: str = "0") -> bytes:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    return subprocess.run([sys.executable, "-c", code, *given_to], capture_output=True, check=True, env=environment).stdout


def test_another_process_with_another_hash_seed_writes_the_same_bytes() -> None:
    path = ROOT / "examples" / "cases" / "13-suspected-abuse.yaml"
    here = to_html(advise(load_case(path)), Language.EN).encode()
    assert [fresh(AGAIN, str(path), seed=seed) == here for seed in ("1", "2")] == [True, True]


@FEW
@given(hostile.ADVICES, LANGUAGES)
def test_a_page_and_a_display_can_be_written_to_a_file_and_are_the_same_again(made: hostile.Made, language: Language) -> None:
    advice = hostile.of(made)
    assert to_html(advice, language).encode("utf-8") == to_html(advice, language).encode("utf-8")
    assert display(advice, language) == display(advice, language)


def test_the_base_install_needs_neither_jinja2_nor_graphlay() -> None:
    assert json.loads(fresh(LOADED)) == []


@pytest.mark.parametrize(
    ("package", "module", "needed_for"),
    [
        ("jinja2", "html", "the report as HTML"),
        ("jinja2", "notebook", "the report as HTML"),
        ("graphlay", "svg", "drawing as SVG"),
        ("graphlay", "html", "drawing as SVG"),
    ],
)
def test_without_the_extra_the_error_names_it(package: str, module: str, needed_for: str) -> None:
    told = fresh(WITHOUT, package, f"hechting_rules.render.{module}").decode()
    assert (
        told.split() == f"MissingExtraError {needed_for} needs the extra 'report': pip install 'hechting-rules[report]'".split()
    )


def test_another_import_that_fails_is_not_taken_for_the_extra() -> None:
    assert fresh(WITHOUT, "markupsafe", "hechting_rules.render.html").decode().startswith("ModuleNotFoundError")


# --- in a notebook -----------------------------------------------------------------------------------------------------------


@FEW
@given(hostile.ADVICES, LANGUAGES, st.booleans())
def test_a_notebook_shows_an_element_and_the_plain_text(made: hostile.Made, language: Language, everything: bool) -> None:
    advice = hostile.of(made)
    shown = display(advice, language, everything=everything)
    bundle = shown._repr_mimebundle_()
    assert bundle == {"text/plain": to_text(advice, language, everything=everything), "text/html": shown._repr_html_()}
    page = read(f"<!doctype html><title>host</title>{shown._repr_html_()}")
    assert elements(page, "main", "header", "footer") == []
    assert [element.get("class") for element in elements(page, "body")[0]] == [
        f"hechting-report{'' if everything else ' hr-short'}"
    ]
    check_self_contained(page)
    check_names(page)


def test_a_notebook_may_ask_for_some_forms_only() -> None:
    shown = display(advised("02-premature-baby-in-incubator"), Language.NL)
    assert set(shown._repr_mimebundle_(include=["text/html"])) == {"text/html"}
    assert set(shown._repr_mimebundle_(exclude=["text/html"])) == {"text/plain"}
    assert str(shown) == shown.text
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        shown.html = ""  # type: ignore[misc]  # it must refuse


def test_several_advices_can_stand_in_one_notebook() -> None:
    one, other = (to_names(display(advised(name), Language.NL).html) for name in hostile.CASES[:2])
    assert one
    assert other
    assert not one & other


def to_names(fragment: str) -> set[str]:
    return set(re.findall(r'\sid="([^"]+)"', fragment))
