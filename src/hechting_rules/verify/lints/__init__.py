"""Lints of a rulebook: small checks with a stable code each. What each code means, with examples, stands in ``docs/lints.md``.

A lint is a generator of `Remark`; its docstring begins with its code. A rule switches one off for itself, with the reason
(``lint_off``); there is no way to switch one off for all.

The lints stand by what they look at: `wording`, `usage`, `logic`, `wide`, and with z3 `proved`. They share what `sense` knows of
the vocabulary and the cases of `remark`; `running` runs them all, and `told` tells what they found as text and as plain data.
"""

from hechting_rules.verify.lints.proved import proved_remarks
from hechting_rules.verify.lints.remark import Remark, Shown
from hechting_rules.verify.lints.running import CODES, LINTS, PROVABLE, Linted, Off, lint, run_lints
from hechting_rules.verify.lints.wording import class_names, forbidden_words, label_words, word_pattern

__all__ = [
    "CODES",
    "LINTS",
    "PROVABLE",
    "Linted",
    "Off",
    "Remark",
    "Shown",
    "class_names",
    "forbidden_words",
    "label_words",
    "lint",
    "proved_remarks",
    "run_lints",
    "word_pattern",
]
