"""One article on attachment for general practitioners, as rules.

A case goes in, explained suggestions for attention and referral come out: ``advise(Case.of(child="baby", present=[...]))``.
No diagnosis, no label, no score. What is not stated is unknown, never "no".
"""

from hechting_rules.advice import Advice
from hechting_rules.case import load_case
from hechting_rules.errors import CaseError, HechtingError, MissingExtraError, RulebookError, UsageError
from hechting_rules.explain import advise, why
from hechting_rules.model import Case, Rulebook
from hechting_rules.rulebook import load_rulebook
from hechting_rules.version import VERSION

__version__ = VERSION

__all__ = [
    "Advice",
    "Case",
    "CaseError",
    "HechtingError",
    "MissingExtraError",
    "Rulebook",
    "RulebookError",
    "UsageError",
    "advise",
    "load_case",
    "load_rulebook",
    "why",
]
