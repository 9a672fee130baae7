"""An advice as text: the golden texts of the example cases, and what holds for every text: little, and in order."""

import difflib
import os
import re
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import advices
from advices import Draft
from hechting_rules import Advice, Case, load_rulebook
from hechting_rules.advice import Outcome, Suggested
from hechting_rules.render import phrases
from hechting_rules.render.text import to_text
from hechting_rules.terms import Language, Level, Origin, Text
from hostile import CASES, advised
from strategies import cases

GOLDEN = Path(__file__).parent / "golden"
UPDATE = "HECHTING_UPDATE_GOLDEN"

REAL = cases(load_rulebook())
DRAFTED = advices.DRAFTS
ANY = st.one_of(DRAFTED, REAL)
LANGUAGES = st.sampled_from(Language)

NUMBERED = re.compile(r"([ \d]\d)\. ")
POINTS_AT = re.compile(r"\((?:bij|with) (\d+(?:-\d+)?(?:, \d+(?:-\d+)?)*)\)$")
SAFETY_WORDS = re.compile(r"\b(112|113|0800[ -]?\d+|veilig thuis|suïcid\w*|suicid\w*)\b|\b\d{3}[- ]?\d{6,7}\b", re.IGNORECASE)


@attrs.frozen
class Page:
    """A text taken apart: under each heading its items (one line each), how many it leaves out, and all other lines."""

    parts: dict[str, list[str]]
    left: dict[str, int]
    rest: list[str]


def headings(language: Language) -> set[str]:
    known = [phrases.SCREEN_FIRST, phrases.CAUTION, phrases.ASK_NEXT, phrases.CONTEXT, *phrases.ORIGINS.values()]
    return {text.into(language) for text in known}


def read(text: str, language: Language) -> Page:
    """A text taken apart by its own marks: headings, numbers, and ``!``, ``-`` and ``?`` in the margin."""
    page = Page({}, {}, [])
    more = re.compile(re.escape(phrases.MORE.into(language)).replace(re.escape("{n}"), r"(\d+)"))
    part = ""
    for line in text.splitlines():
        words = line.strip()
        left = more.fullmatch(words)
        if words in headings(language):
            part = words
            page.parts[part] = []
        elif left:
            page.left[part] = int(left[1])
        elif NUMBERED.match(line) or line[:4] in ("  ! ", "  - ", "  ? "):
            page.parts[part].append(words)
        elif counted := re.fullmatch(f"({re.escape(phrases.CONTEXT.into(language))}): {more.pattern}", words):
            page.left[counted[1]] = int(counted[2])
        elif line.startswith("    ") and page.parts.get(part):
            page.parts[part][-1] += f" {words}"
        elif line.startswith("    ") and part:
            page.rest.append(words)
        elif words:
            part = ""
            page.rest.append(words)
    return page


def of(page: Page, text: Text, language: Language) -> list[str]:
    return page.parts.get(text.into(language), [])


def numbers(page: Page, language: Language) -> list[int]:
    """The numbers of the suggestions, in the order of the text."""
    items = [item for origin in Origin for item in of(page, phrases.ORIGINS[origin], language)]
    return [int(item.partition(".")[0]) for item in items]


def spelled_out(words: str) -> list[int]:
    """The numbers in ``1, 3-5``, rising and each once."""
    pairs = [part.partition("-") for part in words.split(", ")]
    found = [number for first, _, last in pairs for number in range(int(first), int(last or first) + 1)]
    assert found == sorted(set(found))
    assert found
    return found


def flat(text: str) -> str:
    return " ".join(text.split())


def check_limits(text: str, language: Language) -> None:
    """What every text keeps to that is not asked for everything."""
    page = read(text, language)
    assert len(of(page, phrases.ORIGINS[Origin.SAFETY], language)) <= 3
    assert len(of(page, phrases.ORIGINS[Origin.ARTICLE], language)) <= 5
    assert len(of(page, phrases.ASK_NEXT, language)) <= 3
    assert max(len(line) for line in text.splitlines()) <= 100


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", CASES)
def test_the_text_of_an_example_case_is_the_golden_one(name: str, language: Language) -> None:
    path = GOLDEN / f"{name}.{language}.txt"
    text = to_text(advised(name), language)
    if os.environ.get(UPDATE) == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    golden = path.read_bytes().decode("utf-8") if path.is_file() else ""
    if text != golden:
        difference = difflib.unified_diff(golden.splitlines(), text.splitlines(), f"golden/{path.name}", "now", lineterm="")
        hint = f"is this what it should be? then run the tests once with {UPDATE}=1"
        pytest.fail("\n".join([*difference, hint]), pytrace=False)


def test_there_is_a_golden_text_for_each_example_case_and_no_other() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {f"{name}.{language}.txt" for name in CASES for language in Language}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", CASES)
def test_an_example_case_is_told_in_at_most_sixty_lines(name: str, language: Language) -> None:
    text = to_text(advised(name), language)
    assert len(text.splitlines()) <= 60
    check_limits(text, language)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", CASES)
def test_each_caution_and_each_screen_of_an_example_case_is_told_once(name: str, language: Language) -> None:
    page = read(to_text(advised(name), language), language)
    for part in (phrases.CAUTION, phrases.SCREEN_FIRST):
        told = [POINTS_AT.sub("", item) for item in of(page, part, language)]
        assert sorted(told) == sorted(set(told))
    assert [item for item in of(page, phrases.CAUTION, language) if not POINTS_AT.search(item)] == []


@pytest.mark.parametrize("name", CASES)
def test_the_suggestions_of_an_example_case_are_short_bilingual_and_without_safety_words(name: str) -> None:
    for suggestion in advised(name).suggestions:
        for language in Language:
            assert 0 < len(suggestion.summary.into(language)) < 140
            assert bool(suggestion.text.into(language)) is not bool(suggestion.withheld_by)
            if suggestion.origin is Origin.ARTICLE:
                assert not SAFETY_WORDS.search(f"{suggestion.summary.into(language)} {suggestion.text.into(language)}")
        assert suggestion.summary.nl != suggestion.summary.en
        assert suggestion.text.nl != suggestion.text.en or suggestion.withheld_by


def test_the_example_cases_show_every_part_that_a_text_can_have() -> None:
    pages = [read(to_text(advised(name), Language.NL), Language.NL) for name in CASES]
    seen = {heading for page in pages for heading in page.parts}
    origins = {phrases.ORIGINS[s.origin].nl for name in CASES for s in advised(name).suggestions}
    assert seen | {phrases.CONTEXT.nl} == {*origins, phrases.CONTEXT.nl, phrases.SCREEN_FIRST.nl} | {
        phrases.CAUTION.nl,
        phrases.ASK_NEXT.nl,
    }
    assert any(page.left for page in pages)


@settings(max_examples=50)
@given(made=ANY, language=LANGUAGES)
@example(made=advices.CROWD, language=Language.NL)
def test_a_text_shows_at_most_three_safety_results_five_of_the_article_and_three_questions(
    made: Draft | Case, language: Language
) -> None:
    advice = advices.of(made)
    check_limits(to_text(advice, language), language)


@settings(max_examples=50)
@given(made=ANY, language=LANGUAGES, everything=st.booleans())
@example(made=advices.CROWD, language=Language.NL, everything=False)
def test_suggestions_are_numbered_and_numbers_point_at_them(made: Draft | Case, language: Language, everything: bool) -> None:
    advice = advices.of(made)
    text = to_text(advice, language, everything=everything)
    page = read(text, language)
    found = numbers(page, language)
    assert found == list(range(1, len(found) + 1))
    by_origin = [phrases.ORIGINS[origin].into(language) for origin in Origin]
    assert [heading for heading in page.parts if heading in by_origin] == [h for h in by_origin if h in page.parts]
    pointed = [match for items in page.parts.values() for item in items if (match := POINTS_AT.search(item))]
    assert {number for match in pointed for number in spelled_out(match[1])} <= set(found)


def shown_of(advice: Advice, origin: Origin, everything: bool) -> Iterator[Suggested]:
    """The suggestions that may be shown: possible ones beside the article, on an occasion or withheld only with everything."""
    for suggestion in advice.of_origin(origin):
        aside = origin in {Origin.TODAY, Origin.HOST} or suggestion.on_occasion or suggestion.withheld_by
        if everything or suggestion.outcome is Outcome.ESTABLISHED or not aside:
            yield suggestion


@settings(max_examples=60)
@given(made=ANY, language=LANGUAGES, everything=st.booleans())
@example(made=advices.CROWD, language=Language.NL, everything=False)
def test_suggestions_that_are_not_shown_are_counted(made: Draft | Case, language: Language, everything: bool) -> None:
    advice = advices.of(made)
    page = read(to_text(advice, language, everything=everything), language)
    for origin in Origin:
        heading = phrases.ORIGINS[origin].into(language)
        if heading in page.parts:
            assert len(page.parts[heading]) + page.left.get(heading, 0) == len(advice.of_origin(origin))
        else:
            assert not list(shown_of(advice, origin, everything))


@settings(max_examples=60)
@given(made=ANY, language=LANGUAGES)
@example(made=advices.CROWD, language=Language.NL)
def test_nothing_that_is_only_possible_takes_the_place_of_what_is_established(made: Draft | Case, language: Language) -> None:
    """General advice stands last, and only when it is established."""
    advice = advices.of(made)
    page = read(to_text(advice, language), language)
    for origin in Origin:
        items = of(page, phrases.ORIGINS[origin], language)
        perhaps = [f" ({phrases.POSSIBLE.into(language)}): " in item for item in items]
        own = [s for s in shown_of(advice, origin, everything=False) if not s.on_occasion]
        firm = sum(s.outcome is Outcome.ESTABLISHED for s in own)
        assert perhaps[:firm].count(True) == 0
        assert perhaps[firm : len(own)].count(False) == 0
        assert perhaps[len(own) :].count(True) == 0


def shown_in(text: str, advice: Advice, language: Language) -> list[Suggested]:
    """The suggestions whose summaries a text tells."""
    return [s for s in advice.suggestions if s.summary.into(language) in flat(text)]


@settings(max_examples=50)
@given(made=DRAFTED, language=LANGUAGES, everything=st.booleans())
@example(made=advices.CROWD, language=Language.NL, everything=False)
def test_what_stands_before_a_suggestion_is_told_with_it(made: Draft, language: Language, everything: bool) -> None:
    """A route with the day on which it was checked; what to do now; the flags that withhold a suggestion or come before it."""
    advice = advices.of(made)
    text = to_text(advice, language, everything=everything)
    shown = shown_in(text, advice, language)
    assert len(shown) == len(numbers(read(text, language), language))
    for suggestion in shown:
        if suggestion.route is not None:
            assert suggestion.route.text.into(language) in flat(text)
            assert f"{phrases.CHECKED.into(language)} {suggestion.route.checked_on}" in flat(text)
        if suggestion.after:
            names = "; ".join(flag.name.into(language) for flag in suggestion.after)
            assert f"{phrases.AFTER.into(language)}: {names}" in flat(text)
        for flag in suggestion.withheld_by:
            assert f"{phrases.WITHHELD.into(language)}: " in flat(text)
            assert flag.name.into(language) in flat(text)
        if suggestion.level is Level.ACT_NOW:
            assert suggestion.text.into(language) in flat(text)


@settings(max_examples=60)
@given(made=ANY, language=LANGUAGES, everything=st.booleans())
@example(made=advices.CROWD, language=Language.NL, everything=False)
def test_background_is_told_or_counted(made: Draft | Case, language: Language, everything: bool) -> None:
    advice = advices.of(made)
    page = read(to_text(advice, language, everything=everything), language)
    told = of(page, phrases.CONTEXT, language)
    assert len(told) + page.left.get(phrases.CONTEXT.into(language), 0) == len(advice.context)
    assert not everything or len(told) == len(advice.context)


@settings(max_examples=60)
@given(made=ANY, language=LANGUAGES)
@example(made=advices.CROWD, language=Language.NL)
def test_with_everything_all_texts_questions_and_cautions_are_told_and_nothing_is_left_out(
    made: Draft | Case, language: Language
) -> None:
    advice = advices.of(made)
    text = flat(to_text(advice, language, everything=True))
    for suggestion in advice.suggestions:
        notes = [reason.evidence.full for reason in suggestion.because if reason.evidence]
        for told in (suggestion.summary, suggestion.text, *(flag.name for flag in suggestion.screen_first), *notes):
            assert told.into(language) in text
    assert all(flag.name.into(language) in text for flag in advice.screen_first)
    assert all(question.question.into(language) in text for question in advice.ask_next)
    assert not re.search(re.escape(phrases.MORE.into(language)).replace(re.escape("{n}"), r"\d+"), text)


@settings(max_examples=40)
@given(made=ANY, language=LANGUAGES, everything=st.booleans())
def test_a_text_says_what_it_is_not_and_whether_it_was_reviewed(made: Draft | Case, language: Language, everything: bool) -> None:
    advice = advices.of(made)
    text = flat(to_text(advice, language, everything=everything))
    reviewed = f"{phrases.REVIEWED.into(language)} {advice.clinical_review}"
    unreviewed = phrases.NOT_REVIEWED.into(language)
    assert text.endswith(f"{advice.disclaimer.into(language)} {unreviewed if advice.clinical_review == 'none' else reviewed}")
    assert all(warning in text for warning in advice.warnings)
    assert all(change.name in text for change in advice.changes)


@settings(max_examples=60)
@given(made=ANY, language=LANGUAGES)
def test_a_text_says_that_nothing_is_established_exactly_when_that_is_so(made: Draft | Case, language: Language) -> None:
    advice = advices.of(made)
    established = any(s.outcome is Outcome.ESTABLISHED for s in advice.suggestions)
    assert (phrases.NOTHING.into(language) in flat(to_text(advice, language))) is not established


@settings(max_examples=60)
@given(made=ANY, language=LANGUAGES, width=st.integers(50, 160), everything=st.booleans())
@example(made=advices.CROWD, language=Language.NL, width=100, everything=False)
def test_a_text_keeps_to_its_width_and_ends_in_one_line_break(
    made: Draft | Case, language: Language, width: int, everything: bool
) -> None:
    advice = advices.of(made)
    text = to_text(advice, language, everything=everything, width=width)
    assert [line for line in text.splitlines() if len(line) > width] == []
    assert text == to_text(advice, language, everything=everything, width=width)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert [line for line in text.splitlines() if line != line.rstrip()] == []


@settings(max_examples=60)
@given(made=ANY, language=LANGUAGES)
def test_a_text_in_one_language_holds_no_words_of_the_other(made: Draft | Case, language: Language) -> None:
    """But for the words of the article that say where something stands in it."""
    advice = advices.of(made)
    other = Language.EN if language is Language.NL else Language.NL
    text = re.sub(r"\[S[0-9][^]]*\]", "", flat(to_text(advice, language, everything=True)))
    several = [found for value in vars(phrases).values() if isinstance(value, dict) for found in value.values()]
    own = [value for value in (*vars(phrases).values(), *several) if isinstance(value, Text) and "{" not in value.nl]
    assert [words for words in own if len(words.into(other)) > 8 and words.into(other) in text] == []


def test_origins_are_never_mixed_under_one_heading() -> None:
    known = [text.into(language) for text in phrases.ORIGINS.values() for language in Language]
    assert len(set(known)) == len(Origin) * len(Language)
    for origin, text in phrases.ORIGINS.items():
        assert ("niet uit het artikel" in text.nl) is (origin is not Origin.ARTICLE)
        assert ("not from the article" in text.en) is (origin is not Origin.ARTICLE)
