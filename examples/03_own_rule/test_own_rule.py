"""Tests of a practice's own rulebook: its guidance tests run by themselves, beside these properties of every case."""

from pathlib import Path

import pytest
from hypothesis import given, settings

from hechting_rules import Case, Rulebook, advise, load_rulebook
from hechting_rules.terms import Origin
from hechting_rules.testing.properties import check_property, extension_changes_nothing, safety_withholds, texts_have_hedges
from hechting_rules.testing.strategies import cases

OWN = load_rulebook(Path(__file__).parent)


@pytest.fixture(scope="module")
def article() -> Rulebook:
    """The rulebook that is extended."""
    return load_rulebook()


@settings(max_examples=10, deadline=None)
@given(case=cases(stages=["baby", "toddler"]))
def test_what_the_article_says_of_a_young_child_stays_as_it_is(article: Rulebook, case: Case) -> None:
    """But for the rule that is switched off by name."""
    extension_changes_nothing(article, OWN, case)


def test_what_is_added_waits_for_safety_and_words_itself_with_care() -> None:
    """A ready property over many cases, with the smallest that breaks it."""
    check_property(OWN, safety_withholds, examples=5)
    texts_have_hedges(OWN)


def test_the_question_about_the_nights_comes_from_the_practice() -> None:
    """And says so."""
    advice = advise(Case.of(child="baby", present=["linde.wakes_often", "linde.parent_worn_out"]), OWN)
    (own,) = advice.of_origin(Origin.HOST)
    assert own.summary.en.endswith("(De Linde practice)")
