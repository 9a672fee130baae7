"""One article on attachment for general practitioners, as rules.

A case goes in, explained suggestions for attention and referral come out: ``advise(Case.of(child="baby", present=[...]))``.
No diagnosis, no label, no score. What is not stated is unknown, never "no".

Each name is loaded when it is first used (PEP 562), so that a host that imports this package at its start does not wait for it.
"""

import importlib
from typing import TYPE_CHECKING, Any

from hechting_rules.version import VERSION

if TYPE_CHECKING:
    from hechting_rules.advice import Advice
    from hechting_rules.case import load_case
    from hechting_rules.consultation import Consultation
    from hechting_rules.decision import Decision, decide
    from hechting_rules.errors import CaseError, EngineError, HechtingError, MissingExtraError, RulebookError, UsageError
    from hechting_rules.explain import advise, arguments, ask_next, counterfactual, explained, vary, what_if, why, why_not
    from hechting_rules.model import Rulebook
    from hechting_rules.rulebook import load_rulebook
    from hechting_rules.stated import Case

__version__ = VERSION

__all__ = [
    "Advice",
    "Case",
    "CaseError",
    "Consultation",
    "Decision",
    "EngineError",
    "HechtingError",
    "MissingExtraError",
    "Rulebook",
    "RulebookError",
    "UsageError",
    "advise",
    "arguments",
    "ask_next",
    "counterfactual",
    "decide",
    "explained",
    "load_case",
    "load_rulebook",
    "vary",
    "what_if",
    "why",
    "why_not",
]

_HOME = {
    "Advice": "advice",
    "Case": "stated",
    "CaseError": "errors",
    "Consultation": "consultation",
    "Decision": "decision",
    "EngineError": "errors",
    "HechtingError": "errors",
    "MissingExtraError": "errors",
    "Rulebook": "model",
    "RulebookError": "errors",
    "UsageError": "errors",
    "advise": "explain",
    "load_case": "case",
    "load_rulebook": "rulebook",
    "arguments": "explain",
    "ask_next": "explain",
    "counterfactual": "explain",
    "decide": "decision",
    "explained": "explain",
    "vary": "explain",
    "what_if": "explain",
    "why_not": "explain",
    "why": "explain",
}


def __getattr__(name: str) -> Any:
    """A public name, from the module that holds it."""
    if name not in _HOME:
        raise AttributeError(f"module 'hechting_rules' has no attribute '{name}'")
    value = getattr(importlib.import_module(f"hechting_rules.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
