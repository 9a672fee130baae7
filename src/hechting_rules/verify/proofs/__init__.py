"""Proofs over all cases that can be admitted: questions of one's own (`questions`), and the laws that a rulebook keeps (`laws`).

Both ask an `Inquiry` and give a `Verdict` (`asking`); many are about one case and the same case with one more fact (`changes`).
`told` tells verdicts as text and as plain data, and writes their cases to files.
"""

from hechting_rules.verify.proofs.asking import Basis, Holds, Inquiry, Verdict, inquiries, inquiry, switched
from hechting_rules.verify.proofs.questions import (
    can_fire,
    equivalent,
    implies,
    monotone,
    never_together,
    subsumed,
    told_apart,
)

__all__ = [
    "Basis",
    "Holds",
    "Inquiry",
    "Verdict",
    "can_fire",
    "equivalent",
    "implies",
    "inquiries",
    "inquiry",
    "monotone",
    "never_together",
    "subsumed",
    "switched",
    "told_apart",
]
