"""A batch of cases decided: one run of the program for all its rows, and what came of each as columns."""

from collections.abc import Iterable, Iterator
from enum import StrEnum

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hechting_rules.answered import answer, program_for
from hechting_rules.cohort.bits import Words, nullable, ones, places, to_mask
from hechting_rules.cohort.block import Block, cases_at, words_of
from hechting_rules.cohort.long import CASE, Long, read_long
from hechting_rules.cohort.reading import ID, Columns, read_wide
from hechting_rules.cohort.schedule import Key, Room, Schedule, schedule
from hechting_rules.engine.program import Program
from hechting_rules.errors import CaseError, UsageError
from hechting_rules.model import Profile, Rulebook
from hechting_rules.source import did_you_mean
from hechting_rules.stated import Case

MOST_TOLD = 3
"""How many things wrong with one row are told at most."""

ROW = "row"
"""The column that says which row of the frame a case is, where the cases have no names."""


class Form(StrEnum):
    """How results are written."""

    COLUMNS = "columns"
    LISTS = "lists"


@attrs.frozen(eq=False)
class Decider:
    """A rulebook under a profile, made ready for batches of one shape.

    ``results`` are the conclusions and suggestions that are told. In ``columns`` each is a nullable boolean: true where it is
    established, false where it is ruled out, null where it is possible. In ``lists`` two columns of lists of codes,
    ``established`` and ``robust``. Always there: the name of the case (``row``, from 0, where it has none) and ``withheld_by``,
    the safety flags that hold back what is not safety; with ``fired`` also the rules that established something. ``counted``
    makes ready for counting too. A single program and no state: one decider may serve any number of threads.
    """

    book: Rulebook
    profile: Profile
    program: Program
    columns: Columns | Long
    results: tuple[str, ...]
    form: Form
    fired: bool
    schedule: Schedule

    @classmethod
    def of(
        cls,
        names: list[str],
        book: Rulebook,
        profile: Profile,
        *,
        results: Iterable[str] | None = None,
        form: Form = Form.COLUMNS,
        id_column: str | None = None,
        ignore: Iterable[str] = (),
        long: bool | Long = False,
        fired: bool = False,
        counted: bool = False,
    ) -> "Decider":
        """A decider for frames with these columns. Raises `UsageError` for a column or result that means nothing here."""
        program = program_for(book, profile)
        told = tuple(program.results) if results is None else tuple(_result(code, program) for code in results)
        columns = _columns(names, book, id_column, tuple(ignore), long)
        asked = _asked(program, told, form, fired=fired, counted=counted)
        given = frozenset(_given(columns, book, program))
        return cls(book, profile, program, columns, told, form, fired, schedule(program, frozenset(asked), given))

    @property
    def id(self) -> str:
        """The column with the names of the cases."""
        return self.columns.case if isinstance(self.columns, Long) else self.columns.id


def _result(code: str, program: Program) -> str:
    if code not in program.results:
        near = did_you_mean(code, program.results)
        raise UsageError(f"'{code}' is no conclusion or suggestion; {near or 'see: hechting rules'}")
    return code


def _columns(
    names: list[str], book: Rulebook, id_column: str | None, ignore: tuple[str, ...], long: bool | Long
) -> Columns | Long:
    if long is False:
        if id_column is not None and id_column not in names:
            raise UsageError(
                f"there is no column '{id_column}'; {did_you_mean(id_column, names) or 'name the one with the cases'}"
            )
        return Columns.of(names, book, id_column or ID, ignore)
    columns = Long(case=id_column or CASE) if long is True else long
    columns.check(names, ignore)
    return columns


def _asked(program: Program, told: tuple[str, ...], form: Form, *, fired: bool, counted: bool) -> Iterator[int]:
    """The registers that the answer rests on."""
    yield program.refused
    yield from program.withholding.values()
    for code in program.results if counted else told:
        yield from (program.results[code].established, program.results[code].out)
    if form is Form.LISTS:
        yield from (program.results[code].robust for code in told)
    if fired:
        yield from (plane.established for plane in program.rules.values())
    if counted:
        for plane in (*program.stages.values(), *program.present.values(), *program.absent.values()):
            yield from (plane.established, plane.out)


def _given(columns: Columns | Long, book: Rulebook, program: Program) -> Iterable[Key]:
    """The inputs that frames with these columns can set."""
    if isinstance(columns, Long):
        return program.inputs
    kinds = [
        *((name, pa.bool_()) for name in columns.findings),
        *((name, pa.string()) for name in columns.persons),
        *((name, pa.float64()) for name in columns.quantities),
    ]
    nothing = pa.RecordBatch.from_pylist([], schema=pa.schema(kinds))
    return words_of(read_wide(nothing, columns, book), book, program)


@attrs.frozen(eq=False)
class Decided:
    """A block of cases after the program ran: all its places, and the rows that cannot be used."""

    decider: Decider
    block: Block
    values: list[Words]
    refused: Words

    def register(self, register: int) -> Words:
        """The cases in which a register of the program holds."""
        return self.values[self.decider.schedule.where[register]]

    @property
    def used(self) -> Words:
        """The cases that can be used."""
        return ones(self.block.length) & ~self.refused


def read_rows(decider: Decider, batch: pa.RecordBatch | pa.Table, numbers: npt.NDArray[np.int64]) -> Block:
    """A batch as a block; ``numbers`` has the place of each row in its frame."""
    if isinstance(decider.columns, Long):
        return read_long(batch, decider.columns, decider.book, numbers)
    return attrs.evolve(read_wide(batch, decider.columns, decider.book), numbers=numbers)


def run_block(decider: Decider, block: Block, room: Room | None = None) -> Decided:
    """Run the program on a block of cases. With a ``room`` what comes of it is to be read before the room is used again."""
    values = decider.schedule.run(words_of(block, decider.book, decider.program), block.length, room)
    refused = values[decider.schedule.where[decider.program.refused]]
    for several in block.wrong.values():
        for wrong in several:
            refused = refused | wrong.rows
    return Decided(decider, block, values, refused)


def decide_batch(decider: Decider, batch: pa.RecordBatch, first: int = 0) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """What came of the cases of a batch, and the rows that cannot be used, each with its number, id, column and what is wrong.

    ``first`` is the number of the first row in its frame. Of a long frame all rows of a case must be in the batch.
    """
    done = run_block(decider, read_rows(decider, batch, np.arange(first, first + batch.num_rows)))
    return told(done), rejects(done)


def told(done: Decided) -> pa.RecordBatch:
    """A row for each case that can be used, in their order."""
    whole = told_of_all(done)
    return whole.filter(pa.array(to_mask(done.used, done.block.length))) if done.refused.any() else whole


def told_of_all(done: Decided) -> pa.RecordBatch:
    """A row for each case, of which those that cannot be used say nothing of worth."""
    decider, block, length = done.decider, done.block, done.block.length
    columns: dict[str, pa.Array] = {}
    columns[ROW if block.ids is None else decider.id] = pa.array(block.numbers) if block.ids is None else block.ids
    planes = [(code, decider.program.results[code]) for code in decider.results]
    if decider.form is Form.COLUMNS:
        for code, plane in planes:
            there, out = done.register(plane.established), done.register(plane.out)
            columns[code] = nullable(there, there | out, length)
    else:
        columns["established"] = _lists([(code, done.register(plane.established)) for code, plane in planes], length)
        columns["robust"] = _lists([(code, done.register(plane.robust)) for code, plane in planes], length)
    withholding = sorted(decider.program.withholding.items())
    columns["withheld_by"] = _lists([(flag, done.register(register)) for flag, register in withholding], length)
    if decider.fired:
        rules = sorted(decider.program.rules.items())
        columns["rules"] = _lists([(rule, done.register(plane.established)) for rule, plane in rules], length)
    return pa.RecordBatch.from_pydict(columns)


def _lists(named: list[tuple[str, Words]], length: int) -> pa.Array:
    """For each row the names whose bit is set in it, as a list of dictionary-encoded words."""
    names = pa.array([name for name, _ in named], pa.string())
    rows = [places(words, length) for _, words in named]
    which = np.repeat(np.arange(len(rows), dtype=np.int32), [len(one) for one in rows])
    row = np.concatenate([np.zeros(0, dtype=np.intp), *rows])
    offsets = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=length)))).astype(np.int32)
    words = pa.DictionaryArray.from_arrays(pa.array(which[np.argsort(row, kind="stable")]), names)
    return pa.ListArray.from_arrays(pa.array(offsets), words)


REJECTS = pa.schema([("row", pa.int64()), ("id", pa.string()), ("column", pa.string()), ("problem", pa.string())])
"""The columns of the rows that cannot be used; ``row`` counts from 0."""


def rejects(done: Decided) -> pa.RecordBatch:
    """What is wrong with each case that cannot be used."""
    rows = [int(row) for row in places(done.refused, done.block.length)]
    found = [one for row, problems in zip(rows, _problems(done, rows), strict=True) for one in _lines(done.block, row, problems)]
    return pa.RecordBatch.from_pylist(found, schema=REJECTS)


def _lines(block: Block, row: int, problems: Iterable[tuple[str, str]]) -> Iterator[dict[str, object]]:
    at = {"row": int(block.numbers[row]), "id": None if block.ids is None else block.name(row)}
    for column, problem in problems:
        yield {**at, "column": column, "problem": problem}


def _problems(done: Decided, rows: list[int]) -> Iterator[list[tuple[str, str]]]:
    """What is wrong with each row: columns with a value that cannot be meant, else what the admission says of it as a case."""
    noted: dict[int, list[tuple[str, str]]] = {}
    for column, several in done.block.wrong.items():
        for wrong in several:
            for row in places(wrong.rows, done.block.length):
                of_row = noted.setdefault(int(row), [])
                if len(of_row) < MOST_TOLD:
                    of_row.append((column, wrong.problem(int(row))))
    others = [row for row in rows if row not in noted]
    said = dict(zip(others, cases_at(done.block, others), strict=True)) if others else {}
    for row in rows:
        yield noted[row] if row in noted else [("", problem) for problem in _admission(done.decider, said[row])]


def _admission(decider: Decider, case: Case) -> Iterator[str]:
    """What the admission says of a case that the program refuses."""
    try:
        answer(case, decider.book, decider.profile)
    except CaseError as error:
        yield from (f"{problem.code} {problem.message}" for problem in error.diagnostics[:MOST_TOLD])
