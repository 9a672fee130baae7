"""Explanations as text: nothing left out, in order, within the width, in one language, and without blame."""

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import explained as made
from hechting_rules import Rulebook
from hechting_rules import explanations as values
from hechting_rules.advice import Known, Outcome, Premise, Question
from hechting_rules.explanations import (
    Argument,
    Arguments,
    Changed,
    Dependence,
    Difference,
    Gap,
    Level,
    Standing,
)
from hechting_rules.render import explained_phrases as words
from hechting_rules.render.explained import (
    arguments_to_text,
    dependences_to_text,
    difference_to_text,
    questions_to_text,
    result_to_text,
)
from hechting_rules.render.page import SIDE_BY_SIDE
from hechting_rules.terms import About, Direction, Language, Text, Wording, WordUse
from hechting_rules.terms import Standing as EvidenceStanding
from hechting_rules.verify.lints import word_pattern

LANGUAGES = st.sampled_from(Language)


@attrs.frozen
class Kind:
    """One kind of explanation: how it is made up and told."""

    values: st.SearchStrategy[Any]
    told: Callable[..., str]


KINDS = {
    "result": Kind(made.EXPLANATIONS, result_to_text),
    "questions": Kind(made.QUESTIONS, questions_to_text),
    "difference": Kind(made.DIFFERENCES, difference_to_text),
    "dependences": Kind(made.DEPENDENCES, dependences_to_text),
    "arguments": Kind(made.ARGUMENTS, arguments_to_text),
}
any_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def own_phrases() -> Iterator[Text]:
    """Every text of the library itself around explanations."""
    for value in vars(words).values():
        found = value.values() if isinstance(value, dict) else [value]
        for one in found:
            yield from one if isinstance(one, tuple) else [one] if isinstance(one, Text) else []


@any_kind
@settings(max_examples=30)
@given(data=st.data(), language=LANGUAGES, width=st.integers(40, 160), everything=st.booleans())
def test_a_text_keeps_to_its_width_and_ends_in_one_line_break(
    kind: Kind, data: st.DataObject, language: Language, width: int, everything: bool
) -> None:
    text = kind.told(data.draw(kind.values), language, width=width, everything=everything)
    assert [line for line in text.splitlines() if len(line) > width or line != line.rstrip()] == []
    assert text.strip()
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@any_kind
@settings(max_examples=30)
@given(data=st.data(), language=LANGUAGES)
def test_the_same_value_is_told_the_same(kind: Kind, data: st.DataObject, language: Language) -> None:
    value = data.draw(kind.values)
    again = copy.deepcopy(value)
    assert kind.told(value, language) == kind.told(again, language)


@any_kind
@settings(max_examples=40)
@given(data=st.data(), language=LANGUAGES)
def test_a_text_in_one_language_holds_no_words_of_the_other(kind: Kind, data: st.DataObject, language: Language) -> None:
    value = data.draw(kind.values)
    other = Language.EN if language is Language.NL else Language.NL
    text = made.flat(kind.told(value, language, everything=True))
    assert text != made.flat(kind.told(value, other, everything=True))
    assert [own for own in own_phrases() if len(own.into(other)) > 9 and own.into(other) in text] == []


# --- words and closed sets


def test_every_word_of_a_closed_set_has_words_in_both_languages() -> None:
    assert set(words.GAPS) == set(Gap)
    assert set(words.MOVES) == set(values.Move)
    assert set(words.NO_WAY) == set(values.NoWay)
    assert set(words.STANDS) == set(Outcome)
    assert set(words.HOLDS) == set(words.IN_SHORT) == {(o, False) for o in Outcome} | {(Outcome.ESTABLISHED, True)}
    assert set(words.WORDINGS) == set(Wording)
    assert set(words.STANDINGS) == set(EvidenceStanding)
    assert set(words.ABOUTS) == set(About)
    assert set(words.DIRECTIONS) == set(Direction)
    for own in own_phrases():
        assert own.nl
        assert own.en
    for several in (words.GAPS, words.MOVES, words.NO_WAY, words.STANDS, words.IN_SHORT, words.WORDINGS, words.STANDINGS):
        for language in Language:
            assert len({text.into(language) for text in several.values()}) == len(several)


def test_no_phrase_is_too_sure_puts_blame_or_names_a_label(book: Rulebook) -> None:
    forbidden = [listed for listed in book.words.values() if listed.use in (WordUse.FORBIDDEN, WordUse.LABEL)]
    assert len(forbidden) >= 3
    found = [
        (own.into(language), word)
        for own in own_phrases()
        for listed in forbidden
        for language, of_list in ((Language.NL, listed.nl), (Language.EN, listed.en))
        for word in of_list
        if word_pattern(word).search(own.into(language))
    ]
    assert found == []


def test_no_phrase_speaks_of_scores_weights_or_sums() -> None:
    counted = re.compile(r"scor|gewicht|weight|punten|points?\b|totaal|total|saldo|balan|%|kans\b|probab", re.IGNORECASE)
    assert [own for own in own_phrases() if counted.search(f"{own.nl} {own.en}")] == []


# --- questions


@settings(max_examples=30)
@given(questions=made.QUESTIONS, language=LANGUAGES, everything=st.booleans())
@example(questions=made.QUESTIONS_OF_ALL_KINDS, language=Language.NL, everything=False)
def test_questions_are_asked_in_order_and_the_rest_is_counted(
    questions: tuple[Question, ...], language: Language, everything: bool
) -> None:
    text = made.flat(questions_to_text(questions, language, everything=everything))
    codes = {question.code for question in questions}
    shown = questions if everything else [q for q in questions if q.after not in codes][:10]
    asked = [question.question.into(language) for question in questions]
    found = re.findall(r"\? (" + "|".join(map(re.escape, asked)) + ")", text) if asked else []
    assert found == [question.question.into(language) for question in shown]
    assert made.left_out(text, language) == len(questions) - len(shown)
    assert (words.NO_QUESTIONS.into(language) in text) is (not questions)
    for question in shown:
        assert question.reason.into(language) in text
        if everything and question.after in codes:
            assert words.ONLY_AFTER.into(language) in text


# --- differences and numbers


def standings(result: Changed) -> Iterator[tuple[Standing, Standing]]:
    yield result.before, result.after
    yield result.after, result.before


@settings(max_examples=40)
@given(difference=made.DIFFERENCES, language=LANGUAGES, everything=st.booleans())
def test_a_difference_tells_each_result_under_how_it_moved(difference: Difference, language: Language, everything: bool) -> None:
    text = difference_to_text(difference, language, everything=everything)
    shown = [result for result in difference.changed if result.told or everything]
    for move in values.Move:
        count = sum(result.move is move for result in shown)
        heading = f"{words.MOVES[move].into(language)} ({count})"
        assert (heading in text.splitlines()) is (count > 0)
    assert made.left_out(text, language) == len(difference.changed) - len(shown)
    expected = [result.title for result in shown]
    expected += [fact.label for change in difference.facts for fact in (change.before, change.after) if fact is not None]
    for result in shown:
        expected += [rule.title for rule in (result.rules if everything else result.rules[:3])]
        for one, other in standings(result):
            expected += [flag.name for flag in one.withheld_by if flag not in other.withheld_by]
            expected += [flag.name for flag in one.after if flag not in other.after]
            expected += [flag.name for flag in one.screen_first if flag not in other.screen_first]
    assert [label for label in expected if label.into(language) not in made.flat(text)] == []
    assert (words.NO_CHANGES.into(language) in text) is (not difference.changed)


@settings(max_examples=30)
@given(dependences=made.DEPENDENCES, language=LANGUAGES)
def test_numbers_of_the_library_are_told_with_their_other_value_and_reason(
    dependences: tuple[Dependence, ...], language: Language
) -> None:
    text = made.flat(dependences_to_text(dependences, language, everything=True))
    assert (words.NO_NUMBERS.into(language) in text) is (not dependences)
    for one in dependences:
        other = f"{one.other:g}".replace(".", "," if language is Language.NL else ".")
        assert f"{one.parameter}: {other} " in text
        assert one.reason in text
        assert all(result.title.into(language) in text for result in one.changed)


# --- for and against


@settings(max_examples=40)
@given(arguments=made.ARGUMENTS, language=LANGUAGES)
def test_nothing_that_speaks_for_or_against_is_left_out(arguments: Arguments, language: Language) -> None:
    text = made.flat(arguments_to_text(arguments, language, everything=True, width=SIDE_BY_SIDE - 1))
    assert [words for words in made.said(arguments, language) if words not in text] == []
    for level in arguments.levels:
        count = words.NOT_KNOWN_ONE if level.not_known == 1 else words.NOT_KNOWN_MORE
        assert count.into(language).format(n=level.not_known) in text
    for offset in arguments.offsets:
        assert f"{words.STANDS[offset.outcome].into(language)}: {offset.title.into(language)}" in text


@settings(max_examples=30)
@given(level=made.LEVELS, language=LANGUAGES, width=st.integers(SIDE_BY_SIDE, 160))
def test_what_asks_for_attention_stands_left_of_what_protects(level: Level, language: Language, width: int) -> None:
    text = arguments_to_text(Arguments((level,), ()), language, width=width)
    middle = (width - 2) // 2 + 2
    if not level.against and not level.protecting:
        assert words.NOTHING_SPEAKS.into(language) in text
        return
    rows = text.split("\n\n")[-1].splitlines()
    left, right = (made.flat(" ".join(side)) for side in ([row[:middle] for row in rows], [row[middle:] for row in rows[1:-1]]))
    for side, label, given_here in (
        (left, words.AGAINST, level.against),
        (right, words.PROTECTS, level.protecting),
    ):
        assert f"{label.into(language)}:" in side
        assert [a for a in given_here if a.premise.label.into(language) not in side] == []
        assert (words.NOTHING_KNOWN.into(language) in side) is (not given_here)


GIVEN_PARENT = Premise("parent.trauma", Text("ouder: trauma", "parent: trauma"), Known.PRESENT, Known.PRESENT, ("case",), True)
GIVEN_WANTED = Premise("child.wanted", Text("kind: gewenst", "child: wanted"), Known.PRESENT, Known.PRESENT, ("case",), True)
SIDES = Arguments(
    (
        Level(About.PARENT, (Argument(GIVEN_PARENT, Direction.RISK),), (), 12),
        Level(About.CHILD, (), (Argument(GIVEN_WANTED, Direction.PROTECTION),), 1),
    ),
    (
        values.Offset(
            "protection.compensates",
            Text("De ouders vangen op wat rond het kind speelt", "The parents make up for what goes on around the child"),
            Outcome.POSSIBLE,
            (values.RuleName("risk.child", Text("Een risico rond het kind", "A risk around the child")),),
            (made.NEAR,),
        ),
    ),
)


def test_arguments_as_they_read() -> None:
    assert (
        arguments_to_text(SIDES, Language.EN, width=80)
        == """\
What stands side by side is not added up and not set off; only what stands below
offsets anything.

The parents
  Asks for attention:                      Protects:
  - risk: parent: trauma                   - nothing known yet
  Not known yet: 12 findings

The child
  Asks for attention:                      Protects:
  - nothing known yet                      - child: wanted
  Not known yet: 1 finding

What offsets what, and why not
 1. Not certain yet: The parents make up for what goes on around the child
      Then this would not hold: A risk around the child
     1. Short of 1: Parents can make up for what goes on
          Not known yet: parent: recognises that it is difficult
"""
    )
