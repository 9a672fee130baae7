"""A batch of rows, one case each, as the inputs of a program. Whatever a row says that cannot be meant is noted, row by row."""

from collections.abc import Iterable, Mapping, Sequence

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hechting_rules.case import AGE_OF, stage_at
from hechting_rules.circuit import Input
from hechting_rules.cohort.bits import UNKNOWN, answers, as_words, from_mask, is_one_of, ones, to_mask, truths, valid
from hechting_rules.errors import UsageError
from hechting_rules.model import Case, Quantity, Rulebook, Stated
from hechting_rules.program import Program
from hechting_rules.source import did_you_mean, one_of
from hechting_rules.terms import NO_PERSON, Person, Status

ID = "id"

NUMBER = r"^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)(e[+-]?[0-9]+)?$"

Numbers = npt.NDArray[np.float64]


@attrs.define
class Inputs:
    """The inputs of a block under construction: bits by input, and the rows in which a column holds what cannot be meant."""

    length: int
    found: dict[tuple[Input, str], int] = attrs.field(factory=dict)
    wrong: dict[str, int] = attrs.field(factory=dict)

    def add(self, kind: Input, name: str, bits: int) -> None:
        """Set an input in more rows."""
        self.found[kind, name] = self.found.get((kind, name), 0) | bits

    def note(self, column: str, bits: int) -> None:
        """Note rows in which a column holds what cannot be meant."""
        if bits:
            self.wrong[column] = self.wrong.get(column, 0) | bits

    def registers(self, program: Program) -> list[int]:
        """The input registers of a program."""
        registers = [0] * (2 + len(program.inputs))
        registers[1] = ones(self.length)
        for key, bits in self.found.items():
            if key in program.inputs:
                registers[program.inputs[key]] |= bits
        return registers


@attrs.frozen
class Columns:
    """What the columns of a frame stand for: findings (by their present codes), stages and quantities; ``id`` names the cases."""

    findings: Mapping[str, str]
    persons: tuple[str, ...]
    quantities: tuple[str, ...]
    id: str

    @classmethod
    def of(cls, names: Sequence[str], book: Rulebook, id_column: str = ID, ignore: Iterable[str] = ()) -> "Columns":
        """The columns of a frame by name. Raises `UsageError` with all names that mean nothing here and are not to be ignored."""
        left = [name for name in names if name != id_column and name not in set(ignore)]
        findings = {name: book.alias.get(name, name) for name in left if book.alias.get(name, name) in book.findings}
        persons = tuple(name for name in left if name in tuple(Person))
        quantities = tuple(name for name in left if name in book.quantities)
        unknown = [name for name in left if name not in findings and name not in (*persons, *quantities)]
        if unknown:
            raise UsageError("\n".join(_unknown(name, book) for name in unknown))
        codes = list(findings.values())
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise UsageError(f"more than one column stands for {one_of(twice)}; keep one of them")
        return cls(findings, persons, quantities, id_column)


def _unknown(name: str, book: Rulebook) -> str:
    known = [*book.findings, *book.alias, *book.quantities, *Person]
    near = did_you_mean(name, known)
    return f"column '{name}' is no finding, stage or quantity" + (
        f"; {near}" if near else "; name it to be ignored, or leave it out"
    )


def read(batch: pa.RecordBatch, columns: Columns, book: Rulebook, program: Program) -> Inputs:
    """The inputs of the program for the rows of a batch."""
    inputs = Inputs(batch.num_rows)
    for name, code in columns.findings.items():
        said = answers(name, batch.column(name))
        inputs.add(Input.PRESENT, code, said.holds)
        inputs.add(Input.ABSENT, code, said.fails)
        inputs.note(name, said.wrong)
    for name in columns.persons:
        _stages(Person(name), batch.column(name), book, inputs)
    for name in columns.quantities:
        _quantity(book.quantities[name], batch.column(name), book, program, inputs)
    return inputs


def _stages(person: Person, array: pa.Array, book: Rulebook, inputs: Inputs) -> None:
    if pa.types.is_null(array.type):
        return
    words = as_words(person.value, array)
    own = [s.code for s in book.stages.values() if s.of is person]
    at = {code: is_one_of(words, [code]) for code in (*own, NO_PERSON)}
    nothing = is_one_of(words, [word for word in UNKNOWN if word != NO_PERSON])
    _in_stage(person, own, at, inputs)
    known = 0
    for bits in at.values():
        known |= bits
    inputs.note(person.value, valid(words) & ~known & ~nothing)


def _in_stage(person: Person, own: Iterable[str], at: Mapping[str, int], inputs: Inputs) -> None:
    """Set the stage inputs of a person from the rows of each stage."""
    known = 0
    for bits in at.values():
        known |= bits
    for code in own:
        inputs.add(Input.STAGE, code, at.get(code, 0))
        inputs.add(Input.NOT_STAGE, code, known & ~at.get(code, 0))
    inputs.add(Input.NO_PERSON, person.value, at.get(NO_PERSON, 0))


def _quantity(quantity: Quantity, array: pa.Array, book: Rulebook, program: Program, inputs: Inputs) -> None:
    values, unread = _numbers(quantity.name, array)
    given = ~np.isnan(values)
    fits = given & (values >= quantity.least) & (values <= quantity.most)
    inputs.note(quantity.name, from_mask(given & ~fits) | unread)
    for code in quantity.implies:
        inputs.add(Input.PRESENT, code, from_mask(fits))
    for person in Person:
        if AGE_OF[person] == quantity.name:
            _stages_of_age(person, np.where(fits, values, np.nan), book, program, inputs)
    for named in book.ranges.values():
        if named.quantity == quantity.name:
            low, high = (program.parameters[e] if isinstance(e, str) else e for e in (named.start, named.end))
            inside = fits & (values >= low) & (values <= high)
            inputs.add(Input.IN_RANGE, named.name, from_mask(inside))
            inputs.add(Input.NOT_IN_RANGE, named.name, from_mask(fits & ~inside))


def _stages_of_age(person: Person, values: Numbers, book: Rulebook, program: Program, inputs: Inputs) -> None:
    """The stages that follow from ages; an age that belongs to no stage cannot be meant."""
    stages = [s for s in book.stages.values() if s.of is person]
    distinct, places = np.unique(values, return_inverse=True)
    fitting = ["" if np.isnan(v) else stage_at(float(v), stages, program.parameters) for v in distinct]
    codes = np.array([*fitting, ""], dtype=object)[places]
    at = {stage.code: from_mask(codes == stage.code) for stage in stages}
    _in_stage(person, [s.code for s in stages], at, inputs)
    inputs.note(AGE_OF[person], from_mask((codes == "") & ~np.isnan(values)))


def _numbers(name: str, array: pa.Array) -> tuple[Numbers, int]:
    """A column as numbers, not-a-number where nothing is said, and the rows whose words are no numbers."""
    kind = array.type
    if pa.types.is_null(kind):
        return np.full(len(array), np.nan), 0
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return np.asarray(array.cast(pa.float64()).fill_null(np.nan)), 0
    words = as_words(name, array)
    empty = to_mask(is_one_of(words, UNKNOWN), len(words)) | ~to_mask(valid(words), len(words))
    plain = pc.replace_substring(words, ",", ".")
    good = to_mask(truths(pc.match_substring_regex(plain, NUMBER)), len(words)) & ~empty
    values = np.full(len(words), np.nan)
    values[good] = np.array([float(word) for word in plain.filter(pa.array(good)).to_pylist()])
    return values, from_mask(~good & ~empty)


def case_at(batch: pa.RecordBatch, row: int, columns: Columns) -> Case:
    """One row as a case, such as `advise` takes; what cannot be meant is in it as it stands, for `advise` to say so."""
    one = batch.slice(row, 1)
    stages = {name: _word(name, one) for name in columns.persons}
    quantities = {name: value for name in columns.quantities if (value := _number(name, one)) is not None}
    said = {code: answers(name, one.column(name)) for name, code in columns.findings.items()}
    findings = (
        Stated(code, Status.PRESENT if answer.holds else Status.ABSENT)
        for code, answer in said.items()
        if answer.holds or answer.fails
    )
    return Case(
        id=str(one.column(columns.id)[0].as_py()) if columns.id in batch.schema.names else "",
        child_stage=stages.get(Person.CHILD, ""),
        adult_stage=stages.get(Person.ADULT, ""),
        quantities=tuple(sorted(quantities.items())),
        findings=tuple(findings),
    )


def _word(name: str, one: pa.RecordBatch) -> str:
    column = one.column(name)
    word = None if pa.types.is_null(column.type) else as_words(name, column)[0].as_py()
    return "" if word is None or (word in UNKNOWN and word != NO_PERSON) else str(word)


def _number(name: str, one: pa.RecordBatch) -> float | None:
    values, unread = _numbers(name, one.column(name))
    return float(values[0]) if not unread and not np.isnan(values[0]) else None
