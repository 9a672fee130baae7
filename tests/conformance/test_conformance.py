"""Every evaluator says what the kernel says, plane by plane, and the kernel what the oracle says.

`properties/test_meaning.py` holds the kernel to the oracle over random rulebooks; here the rest is held to the kernel over random
rulebooks and the real one, and all of them over a corpus that tells faults apart.
"""

from collections.abc import Callable, Iterable

import pytest
from conforming import Disagreement, among_evaluators, with_the_oracle
from corpus import SAMPLES, Sample
from evaluators import EVALUATORS, Evaluator
from hypothesis import given, settings
from hypothesis import strategies as st

from hechting_rules.model import Rulebook
from hechting_rules.rulebook import default_rulebook
from hechting_rules.stated import Case
from strategies import any_cases, cases, complete_cases, real_cases, rulebooks


def had(evaluator: Evaluator) -> Evaluator:
    """An evaluator, unless it cannot be had here: then the test says why."""
    if evaluator.why_not:
        pytest.skip(evaluator.why_not)
    return evaluator


def agree(found: Iterable[Disagreement]) -> None:
    """Fail with the first disagreement in words."""
    first = next(iter(found), None)
    assert first is None, f"\n{first}"


every_evaluator = pytest.mark.parametrize("evaluator", EVALUATORS, ids=lambda evaluator: evaluator.name)
every_sample = pytest.mark.parametrize("make", SAMPLES, ids=lambda make: make.__name__)


@every_sample
def test_the_kernel_means_what_the_oracle_says_of_every_case_of_a_sample(make: Callable[[], Sample]) -> None:
    one = make()
    agree(with_the_oracle(one.cases, one.book, one.book.profiles["default"], exact=one.exact))


@every_evaluator
@every_sample
def test_an_evaluator_says_of_a_sample_what_the_kernel_says(make: Callable[[], Sample], evaluator: Evaluator) -> None:
    one = make()
    several = one.cases if evaluator.name not in SLOW else one.cases[:: max(1, len(one.cases) // 60)]
    agree(among_evaluators(several, one.book, one.book.profiles["default"], [had(evaluator)]))


SLOW = ("durable-rules", "z3")
"""Evaluators that take milliseconds for a case; they are given some of the cases of a sample."""


@every_evaluator
@settings(max_examples=25)
@given(data=st.data())
def test_in_any_rulebook_an_evaluator_says_what_the_kernel_says(evaluator: Evaluator, data: st.DataObject) -> None:
    had(evaluator)
    book = data.draw(rulebooks(most=5))
    several = data.draw(st.lists(st.one_of(cases(book), any_cases(book), complete_cases(book)), min_size=1, max_size=8))
    agree(among_evaluators(several, book, book.profiles["default"], [evaluator]))


@every_evaluator
@settings(max_examples=4)
@given(several=st.lists(real_cases(most=30), min_size=3, max_size=6))
def test_with_the_real_rulebook_an_evaluator_says_what_the_kernel_says(evaluator: Evaluator, several: list[Case]) -> None:
    had(evaluator)
    book = default_rulebook()
    agree(among_evaluators(several, book, book.profiles["default"], [evaluator]))


def test_a_disagreement_tells_the_case_and_the_rules(book: Rulebook) -> None:
    case = Case.of(child="baby", present=["baby.avoids_eye_contact"])
    result = book.order[0]
    told = str(Disagreement("kernel", "oracle", "results", "robust", (result,), (), case, book))
    assert told.startswith(f"kernel and oracle disagree on results robust\n  kernel has more: {result}\n  case:\n    schema: ")
    assert "    present: [baby.avoids_eye_contact]\n" in told
    assert f"  rule {book.rules_of[result][0]} gives {result}" in told


def test_an_evaluator_that_refuses_what_the_kernel_takes_disagrees(book: Rulebook) -> None:
    refusing = Evaluator("refusing", lambda several, *_: [None for _ in several])
    (found,) = among_evaluators([Case.of(child="baby")], book, book.profiles["default"], [refusing])
    assert (found.kind, found.less) == ("refusing", ("this case",))
