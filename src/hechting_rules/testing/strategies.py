"""Hypothesis strategies for those who embed or extend a rulebook: cases that can be, and small rulebooks.

``cases()`` draws admissible cases: they contradict nothing, tell stages by name or by age, and leave open or state as unknown
what is not known. ``complete_cases(book)`` tell all there is, ``nearly_complete_cases(book)`` all but a few things, and
``any_cases(book)`` may contradict themselves. ``rulebooks()`` draws small rulebooks to hold an evaluator or a rendering against;
in ``one_polarity_rulebooks()`` no finding speaks both for and against a result. They need the extra ``testing``.
"""

from hechting_rules.testing.lives import any_cases, cases, complete_cases, nearly_complete_cases
from hechting_rules.testing.random_rulebooks import one_polarity_rulebooks, rulebooks

__all__ = ["any_cases", "cases", "complete_cases", "nearly_complete_cases", "one_polarity_rulebooks", "rulebooks"]
