"""Explanations as plain text: the answer first, then what it rests on. No weights, no sums, no blame: a parent may read it."""

from collections.abc import Sequence

from hechting_rules.advice import Question
from hechting_rules.explanations import Arguments, Dependence, Difference, Explanation
from hechting_rules.render.explained_arguments import tell_arguments
from hechting_rules.render.explained_difference import tell_dependences, tell_difference
from hechting_rules.render.explained_result import tell_questions, tell_result
from hechting_rules.render.page import WIDTH, plain
from hechting_rules.render.text import note_lines, title_lines
from hechting_rules.render.voice import Lines, Voice
from hechting_rules.terms import Language


def result_to_text(explanation: Explanation, language: Language, *, everything: bool = False, width: int = WIDTH) -> str:
    """How one result stands and why, at most ``width`` characters wide.

    Without ``everything`` at most 5 sets of facts, 3 rules and 3 ways to the result, with short cautions; the rest is counted.
    """
    return plain(result_lines(explanation, language, everything=everything), width)


def questions_to_text(questions: Sequence[Question], language: Language, *, everything: bool = False, width: int = WIDTH) -> str:
    """What to ask next, what matters most first, at most ``width`` characters wide.

    Without ``everything`` at most 10, without those that another one may answer; the rest is counted.
    """
    return plain(question_lines(questions, language, everything=everything), width)


def difference_to_text(difference: Difference, language: Language, *, everything: bool = False, width: int = WIDTH) -> str:
    """What differs between the advice for two cases, at most ``width`` characters wide: results first, then what they say.

    Without ``everything`` only the results that one of the two tells; the rest is counted.
    """
    return plain(difference_lines(difference, language, everything=everything), width)


def dependences_to_text(
    dependences: Sequence[Dependence], language: Language, *, everything: bool = False, width: int = WIDTH
) -> str:
    """What rests on numbers that the library chose, at most ``width`` characters wide.

    Without ``everything`` only the results that an advice tells; the rest is counted.
    """
    return plain(dependence_lines(dependences, language, everything=everything), width)


def arguments_to_text(arguments: Arguments, language: Language, *, everything: bool = False, width: int = WIDTH) -> str:
    """What speaks for risk and what for protection, side by side where ``width`` (in characters) allows.

    Without ``everything`` at most 3 ways to each conclusion that could offset others; the rest is counted.
    """
    return plain(argument_lines(arguments, language, everything=everything), width)


def result_lines(explanation: Explanation, language: Language, *, everything: bool = False) -> Lines:
    """The lines of `result_to_text`."""
    yield from title_lines(explanation.advice, language)
    yield from tell_result(Voice(language, everything), explanation)
    yield from note_lines(explanation.advice, language)


def question_lines(questions: Sequence[Question], language: Language, *, everything: bool = False) -> Lines:
    """The lines of `questions_to_text`."""
    yield from tell_questions(Voice(language, everything), questions)


def difference_lines(difference: Difference, language: Language, *, everything: bool = False) -> Lines:
    """The lines of `difference_to_text`."""
    yield from tell_difference(Voice(language, everything), difference)


def dependence_lines(dependences: Sequence[Dependence], language: Language, *, everything: bool = False) -> Lines:
    """The lines of `dependences_to_text`."""
    yield from tell_dependences(Voice(language, everything), dependences)


def argument_lines(arguments: Arguments, language: Language, *, everything: bool = False) -> Lines:
    """The lines of `arguments_to_text`."""
    yield from tell_arguments(Voice(language, everything), arguments)
