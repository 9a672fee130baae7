"""The neutral form in SQL: a query inside a query for each level, so that a level sees what the ones before it gave.

The logic of SQL has three values, as that of this library. An ``unless`` that is not known to hold does not stop a rule. SQL
cannot count what may be unknown, so what counts is written as alternatives.
"""

from collections.abc import Sequence

import attrs

from benchmarks.neutral import Neutral
from benchmarks.writing import infix, written


def query(form: Neutral, table: str) -> str:
    """A query for all results over a table with a nullable column for each atom."""
    texts = written(form, attrs.evolve(infix(str, "AND", "OR", "NOT ", "FALSE"), without=_without))
    source = f"SELECT * FROM {table}"  # noqa: S608 - short names and our own tables
    for level in form.strata:
        columns = ", ".join(f"{texts[name]} AS {name}" for name in level)
        source = f"SELECT *, {columns} FROM ({source})"  # noqa: S608 - the same
    return f"SELECT {', '.join(form.results.values())} FROM ({source})"  # noqa: S608 - the same


def _without(body: str, others: Sequence[str]) -> str:
    return f"({body} AND NOT COALESCE({' OR '.join(others)}, FALSE))"
