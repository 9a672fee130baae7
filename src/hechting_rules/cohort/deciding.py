"""A batch of cases decided: one run of the program for all its rows, and what came of each as columns."""

from collections.abc import Iterable, Iterator
from enum import StrEnum

import attrs
import numpy as np
import pyarrow as pa

from hechting_rules.answered import answer, program_for
from hechting_rules.cohort.bits import nullable, ones, to_mask
from hechting_rules.cohort.reading import ID, Columns, Inputs, case_at, read
from hechting_rules.errors import CaseError
from hechting_rules.kernel import run
from hechting_rules.model import Profile, Rulebook
from hechting_rules.program import Program

MOST_TOLD = 3
"""How many things wrong with one row are told at most."""


class Form(StrEnum):
    """How results are written."""

    COLUMNS = "columns"
    LISTS = "lists"


@attrs.frozen(eq=False)
class Decider:
    """A rulebook under a profile, made ready for batches of one shape.

    ``results`` are the conclusions and suggestions that are told. In ``columns`` each is a nullable boolean: true where it is
    established, false where it is ruled out, null where it is possible. In ``lists`` two columns of lists of codes,
    ``established`` and ``robust``. Always there: ``id`` and ``withheld_by``, the safety flags that hold back what is not safety.
    A single program and no state: one decider may serve any number of threads.
    """

    book: Rulebook
    profile: Profile
    program: Program
    columns: Columns
    results: tuple[str, ...]
    form: Form

    @classmethod
    def of(
        cls,
        names: list[str],
        book: Rulebook,
        profile: Profile,
        *,
        results: Iterable[str] | None = None,
        form: Form = Form.COLUMNS,
        id_column: str = ID,
        ignore: Iterable[str] = (),
    ) -> "Decider":
        """A decider for frames with these columns. Raises `UsageError` for a column that means nothing here."""
        program = program_for(book, profile)
        told = tuple(program.results if results is None else results)
        return cls(book, profile, program, Columns.of(names, book, id_column, ignore), told, form)


def decide_batch(decider: Decider, batch: pa.RecordBatch, first: int = 0) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """What came of the cases of a batch, and the rows that cannot be used, each with its number, id, column and what is wrong.

    ``first`` is the number of the first row in its frame.
    """
    inputs = read(batch, decider.columns, decider.book, decider.program)
    values = run(decider.program.steps, inputs.registers(decider.program))
    refused = values[decider.program.refused]
    for bits in inputs.wrong.values():
        refused |= bits
    told = _told(decider, batch, values)
    if not refused:
        return told, _rejects(decider, batch, inputs, 0, first)
    good = pa.array(to_mask(ones(batch.num_rows) & ~refused, batch.num_rows))
    return told.filter(good), _rejects(decider, batch, inputs, refused, first)


def _told(decider: Decider, batch: pa.RecordBatch, values: list[int]) -> pa.RecordBatch:
    length = batch.num_rows
    columns: dict[str, pa.Array] = {}
    if decider.columns.id in batch.schema.names:
        columns[decider.columns.id] = batch.column(decider.columns.id)
    planes = [(code, decider.program.results[code]) for code in decider.results]
    if decider.form is Form.COLUMNS:
        for code, plane in planes:
            there, out = values[plane.established], values[plane.out]
            columns[code] = nullable(there, there | out, length)
    else:
        columns["established"] = _lists([(code, values[plane.established]) for code, plane in planes], length)
        columns["robust"] = _lists([(code, values[plane.robust]) for code, plane in planes], length)
    withholding = sorted(decider.program.withholding.items())
    columns["withheld_by"] = _lists([(flag, values[register]) for flag, register in withholding], length)
    return pa.RecordBatch.from_pydict(columns)


def _lists(named: list[tuple[str, int]], length: int) -> pa.Array:
    """For each row the names whose bit is set in it, as a list of dictionary-encoded words."""
    names = pa.array([name for name, _ in named], pa.string())
    grid = np.array([to_mask(bits, length) for _, bits in named]).reshape(len(named), length).T
    offsets = np.concatenate(([0], np.cumsum(grid.sum(axis=1)))).astype(np.int32)
    words = pa.DictionaryArray.from_arrays(pa.array(np.nonzero(grid)[1].astype(np.int32)), names)
    return pa.ListArray.from_arrays(pa.array(offsets), words)


REJECTS = pa.schema([("row", pa.int64()), ("id", pa.string()), ("column", pa.string()), ("problem", pa.string())])
"""The columns of the rows that cannot be used; ``row`` counts from 0."""


def _rejects(decider: Decider, batch: pa.RecordBatch, inputs: Inputs, refused: int, first: int) -> pa.RecordBatch:
    rows = np.nonzero(to_mask(refused, batch.num_rows))[0] if refused else ()
    told = [one for row in rows for one in _problems(decider, batch, inputs, int(row), first)]
    return pa.RecordBatch.from_pylist(told, schema=REJECTS)


def _problems(decider: Decider, batch: pa.RecordBatch, inputs: Inputs, row: int, first: int) -> Iterator[dict[str, object]]:
    """What is wrong with one row: columns with a value that cannot be meant, else what the admission says of it as a case."""
    ids = batch.column(decider.columns.id) if decider.columns.id in batch.schema.names else None
    at = {"row": first + row, "id": None if ids is None else str(ids[row].as_py())}
    columns = [name for name, bits in inputs.wrong.items() if bits >> row & 1]
    for name in columns:
        yield {**at, "column": name, "problem": f"'{batch.column(name)[row].as_py()}' cannot be meant here"}
    if not columns:
        try:
            answer(case_at(batch, row, decider.columns), decider.book, decider.profile)
        except CaseError as error:
            for problem in error.diagnostics[:MOST_TOLD]:
                yield {**at, "column": "", "problem": f"{problem.code} {problem.message}"}
