"""The neutral form written in the terms of an engine: one small function for each thing that a condition can say.

Here stand the terms that several engines share; those of one engine stand in its module.
"""

import itertools
from collections.abc import Callable, Collection, Sequence
from typing import Any, Generic, TypeVar, assert_never

import attrs

from benchmarks.neutral import Condition, Every, Holds, Neutral, Several, Some, program_of
from hechting_rules import Rulebook
from hechting_rules.engine.circuit import ZERO, Circuit, Input, Plane
from hechting_rules.engine.program import Program, numbered

T = TypeVar("T")

GROUPS = ("rules", "bodies", "present", "absent", "stages", "ranges", "flags", "withholding", "screens")
"""What a program of this library tells beside its results."""


@attrs.frozen
class Terms(Generic[T]):
    """How an engine says things: a name, all of several, one of several, at least so many, and one thing without others.

    ``every``, ``some`` and ``several`` are given two or more parts, or none: `Some` of none never holds.
    """

    name: Callable[[str], T]
    every: Callable[[Sequence[T]], T]
    some: Callable[[Sequence[T]], T]
    several: Callable[[int, Sequence[T]], T]
    without: Callable[[T, Sequence[T]], T]


def written(form: Neutral, terms: Terms[T], *, inlined: bool = False) -> dict[str, T]:
    """When each result is established, in an order in which each comes after what it rests on.

    ``inlined``: in place of a result stands what establishes it, so that each can be worked out from atoms alone.
    """
    found: dict[str, T] = {}

    def name(short: str) -> T:
        return found[short] if inlined and short in found else terms.name(short)

    for result in (one for level in form.strata for one in level):
        parts = []
        for rule in form.rules_of(result):
            body = write(rule.when, terms, name)
            parts.append(terms.without(body, [name(one) for one in rule.unless]) if rule.unless else body)
        found[result] = parts[0] if len(parts) == 1 else terms.some(parts)
    return found


def write(condition: Condition, terms: Terms[T], name: Callable[[str], T]) -> T:
    """One condition."""
    match condition:
        case Holds(short):
            return name(short)
        case Every(parts):
            return terms.every([write(part, terms, name) for part in parts])
        case Some(parts):
            return terms.some([write(part, terms, name) for part in parts])
        case Several(count, parts):
            return terms.several(count, [write(part, terms, name) for part in parts])
        case _:
            assert_never(condition)


def infix(
    name: Callable[[str], str],
    both: str,
    either: str,
    negation: str,
    never: str,
    several: Callable[[int, Sequence[str]], str] | None = None,
) -> Terms[str]:
    """Terms of a language with operators between its parts; without ``several``, what counts is written as alternatives.

    ``negation`` is written before what is negated, which stands in parentheses.
    """

    def joined(operator: str) -> Callable[[Sequence[str]], str]:
        return lambda parts: f"({operator.join(parts)})" if parts else never

    every, some = joined(f" {both} "), joined(f" {either} ")
    return Terms(
        name=name,
        every=every,
        some=some,
        several=several or (lambda count, parts: some([every(chosen) for chosen in itertools.combinations(parts, count)])),
        without=lambda body, others: every([body, f"({negation}{some(others)})"]),
    )


def json_logic() -> Terms[object]:
    """Terms of JSON Logic."""
    return Terms[object](
        name=lambda short: {"var": short},
        every=lambda parts: {"and": list(parts)},
        some=lambda parts: {"or": list(parts)} if parts else False,
        several=lambda count, parts: {">=": [{"+": [{"if": [part, 1, 0]} for part in parts]}, count]},
        without=lambda body, others: {"and": [body, {"!": [{"or": list(others)}]}]},
    )


def sql(form: Neutral, table: str) -> str:
    """A query in SQL for all results over a table with a nullable column for each atom.

    A query inside a query for each level, so that a level sees what the ones before it gave. The logic of SQL has three values,
    as that of this library; an ``unless`` that is not known to hold does not stop a rule. SQL cannot count what may be unknown,
    so what counts is written as alternatives.
    """
    texts = written(form, attrs.evolve(infix(str, "AND", "OR", "NOT ", "FALSE"), without=_sql_without))
    source = f"SELECT * FROM {table}"  # noqa: S608 - short names and our own tables
    for level in form.strata:
        columns = ", ".join(f"{texts[name]} AS {name}" for name in level)
        source = f"SELECT *, {columns} FROM ({source})"  # noqa: S608 - the same
    return f"SELECT {', '.join(form.results.values())} FROM ({source})"  # noqa: S608 - the same


def _sql_without(body: str, others: Sequence[str]) -> str:
    return f"({body} AND NOT COALESCE({' OR '.join(others)}, FALSE))"


def one_plane(form: Neutral, book: Rulebook) -> Program:
    """The neutral form as a program of this library, without an admission.

    Its inputs are the atoms, as present; its results have one plane: established.
    """
    to = Circuit()
    terms = Terms[int](
        name=lambda short: to.input(Input.PRESENT, short),
        every=to.all,
        some=to.any,
        several=to.at_least,
        without=lambda body, others: to.without(body, to.any(others)),
    )
    for short in form.atoms.values():
        to.input(Input.PRESENT, short)
    planes = {name: Plane(register, ZERO, ZERO) for name, register in written(form, terms, inlined=True).items()}
    empty: dict[str, Any] = {group: {} for group in GROUPS}
    steps = tuple(to.steps)
    return numbered(attrs.evolve(program_of(book), inputs=to.inputs, steps=steps, results=planes, refused=ZERO, **empty))


def inputs_of(program: Program, closed: Collection[str]) -> list[int]:
    """The input registers, in such a program, of the atoms that hold."""
    return [program.inputs[Input.PRESENT, short] for short in closed]
