"""Cohorts: many cases at once, Arrow in and Arrow out, the kernel in between (extra ``cohort``)."""

from hechting_rules.cohort.deciding import REJECTS, Decider, Form, decide_batch
from hechting_rules.cohort.frames import LONG_ROWS, ROWS, Cohort, advices, decide, decide_blocks, decide_stream
from hechting_rules.cohort.long import Long
from hechting_rules.cohort.reading import ID
from hechting_rules.cohort.summary import Summary, summarise

__all__ = [
    "ID",
    "LONG_ROWS",
    "REJECTS",
    "ROWS",
    "Cohort",
    "Decider",
    "Form",
    "Long",
    "Summary",
    "advices",
    "decide",
    "decide_batch",
    "decide_blocks",
    "decide_stream",
    "summarise",
]
