"""What of the kit of `hechting_rules.testing` the tests of the library draw from."""

from hypothesis import strategies as st

from hechting_rules import Case, Rulebook
from hechting_rules.testing.lives import reach
from hechting_rules.testing.small import HERE, QUANTITIES, RANGES, STAGES, SWITCHED, WORDS, finding, rule, rulebook
from hechting_rules.testing.strategies import (
    any_cases,
    cases,
    complete_cases,
    nearly_complete_cases,
    one_polarity_rulebooks,
    rulebooks,
)

__all__ = [
    "HERE",
    "QUANTITIES",
    "RANGES",
    "STAGES",
    "SWITCHED",
    "WORDS",
    "any_cases",
    "books_with_cases",
    "cases",
    "complete_cases",
    "finding",
    "nearly_complete_cases",
    "one_polarity_rulebooks",
    "reach",
    "real_cases",
    "rule",
    "rulebook",
    "rulebooks",
]


def real_cases(*, most: int = 12) -> st.SearchStrategy[Case]:
    """Cases for the rulebook of this library, which is read when the first is drawn."""
    return cases(most=most)


@st.composite
def books_with_cases(draw: st.DrawFn, books: st.SearchStrategy[Rulebook], *, stages_known: bool = False) -> tuple[Rulebook, Case]:
    """A rulebook and a case for it."""
    book = draw(books)
    return book, draw(cases(book, stages_known=stages_known))
