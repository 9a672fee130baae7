"""A block of cases as read from a frame, whatever its shape: what each says, as words for the program and as cases for people."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hechting_rules.cohort.bits import UNKNOWN, Answers, Coded, Words, from_mask, to_mask, zeros
from hechting_rules.cohort.schedule import Key
from hechting_rules.engine.circuit import Input
from hechting_rules.engine.program import Program
from hechting_rules.facts import AGE_OF, stage_at
from hechting_rules.model import Quantity, Rulebook
from hechting_rules.source import shorten
from hechting_rules.stated import Case, Stated
from hechting_rules.terms import NO_PERSON, Person, Status

Numbers = npt.NDArray[np.float64]

NOBODY_SAID = UNKNOWN - {NO_PERSON}
"""Words for a stage of which nothing is known; ``none`` says that there is no such person."""


@attrs.frozen(eq=False)
class Wrong:
    """The rows in which a column holds what cannot be meant, and what to tell of one of them."""

    rows: Words
    problem: Callable[[int], str]


@attrs.define(eq=False)
class Block:
    """What some cases say. ``numbers`` has the place of each in its frame, ``ids`` their names if they have any.

    ``findings`` by present code, ``stages`` as words, ``quantities`` with not-a-number where nothing is said, and ``wrong`` by
    column.
    """

    length: int
    ids: pa.Array | None
    numbers: npt.NDArray[np.int64]
    findings: dict[str, Answers] = attrs.field(factory=dict)
    stages: dict[Person, Coded] = attrs.field(factory=dict)
    quantities: dict[str, Numbers] = attrs.field(factory=dict)
    wrong: dict[str, list[Wrong]] = attrs.field(factory=dict)

    def note(self, column: str, rows: Words, problem: Callable[[int], str]) -> None:
        """Note rows in which a column holds what cannot be meant."""
        if rows.any():
            self.wrong.setdefault(column, []).append(Wrong(rows, problem))

    def name(self, row: int) -> str:
        """The name of a case as text, empty where it has none."""
        name = None if self.ids is None else self.ids[row].as_py()
        return "" if name is None else str(name)


def not_meant(value: object) -> str:
    """What is told of a value that cannot be meant."""
    return f"'{shorten(str(value))}' cannot be meant here"


def words_of(block: Block, book: Rulebook, program: Program) -> dict[Key, Words]:
    """The inputs of the program for a block; ages and stages that cannot be meant are noted in it."""
    found: dict[Key, Words] = {}
    for code, said in block.findings.items():
        found[Input.PRESENT, code] = said.holds
        found[Input.ABSENT, code] = said.fails
    for person, said_stage in block.stages.items():
        _add(found, _stated(person, said_stage, book))
    for name, values in block.quantities.items():
        _add(found, _measured(block, book.quantities[name], values, book, program))
    return found


def _add(found: dict[Key, Words], more: Iterable[tuple[Key, Words]]) -> None:
    for key, rows in more:
        found[key] = found[key] | rows if key in found else rows


def own_stages(person: Person, book: Rulebook) -> list[str]:
    """The codes of the stages of a person."""
    return [stage.code for stage in book.stages.values() if stage.of is person]


def _stated(person: Person, said: Coded, book: Rulebook) -> Iterator[tuple[Key, Words]]:
    """The stage inputs of a person by name."""
    own = [*own_stages(person, book), NO_PERSON]
    yield from _in_stage(person, dict(zip(own, said.each(own), strict=True)), len(said.index))


def _in_stage(person: Person, at: Mapping[str, Words], length: int) -> Iterator[tuple[Key, Words]]:
    """The stage inputs of a person from the rows of each stage."""
    known = zeros(length)
    for rows in at.values():
        known = known | rows
    for code, rows in at.items():
        if code == NO_PERSON:
            yield (Input.NO_PERSON, person.value), rows
        else:
            yield (Input.STAGE, code), rows
            yield (Input.NOT_STAGE, code), known & ~rows


def _measured(block: Block, quantity: Quantity, values: Numbers, book: Rulebook, program: Program) -> Iterator[tuple[Key, Words]]:
    fits = (values >= quantity.least) & (values <= quantity.most)
    block.note(quantity.name, from_mask(~np.isnan(values) & ~fits), lambda row: not_meant(f"{values[row]:g}"))
    for code in quantity.implies:
        yield (Input.PRESENT, code), from_mask(fits)
    for person in Person:
        if AGE_OF[person] == quantity.name:
            yield from _of_age(block, person, np.where(fits, values, np.nan), book, program)
    for named in book.ranges.values():
        if named.quantity == quantity.name:
            low, high = (program.parameters[e] if isinstance(e, str) else e for e in (named.start, named.end))
            inside = fits & (values >= low) & (values <= high)
            yield (Input.IN_RANGE, named.name), from_mask(inside)
            yield (Input.NOT_IN_RANGE, named.name), from_mask(fits & ~inside)


def _of_age(block: Block, person: Person, values: Numbers, book: Rulebook, program: Program) -> Iterator[tuple[Key, Words]]:
    """The stages that follow from ages; an age that belongs to no stage cannot be meant."""
    stages = [stage for stage in book.stages.values() if stage.of is person]
    distinct, places = np.unique(values, return_inverse=True)
    own = [stage.code for stage in stages]
    fitting = [-1 if np.isnan(v) else _place(stage_at(float(v), stages, program.parameters), own) for v in distinct]
    codes = np.array(fitting, dtype=np.int64)[places]
    yield from _in_stage(person, {code: from_mask(codes == place) for place, code in enumerate(own)}, len(values))
    strays = from_mask((codes < 0) & ~np.isnan(values))
    block.note(AGE_OF[person], strays, lambda row: f"{values[row]:g} belongs to no stage of the {person}")


def _place(code: str, codes: Sequence[str]) -> int:
    return codes.index(code) if code in codes else -1


def check_stages(block: Block, book: Rulebook) -> None:
    """Note the rows whose word for a stage is none of the stages of that person."""
    for person, said in block.stages.items():
        known = frozenset(own_stages(person, book)) | {NO_PERSON} | NOBODY_SAID
        stray = np.array([word not in known for word in said.words], dtype=np.bool_)
        if stray.any():
            block.note(person.value, said.among(stray), _word_told(said))


def _word_told(said: Coded) -> Callable[[int], str]:
    return lambda row: not_meant(said.words[said.index[row]])


def cases_at(block: Block, rows: Sequence[int]) -> list[Case]:
    """Some rows of a block as cases such as `advise` takes, as they stand: what contradicts itself still does."""
    findings: list[list[Stated]] = [[] for _ in rows]
    at = np.asarray(rows, dtype=np.int64)
    for code, said in block.findings.items():
        for status, words in ((Status.PRESENT, said.holds), (Status.ABSENT, said.fails), (Status.UNKNOWN, said.asked)):
            if words.any():
                for place in np.flatnonzero(to_mask(words, block.length)[at]):
                    findings[place].append(Stated(code, status))
    return [_case(block, row, told) for row, told in zip(rows, findings, strict=True)]


def _case(block: Block, row: int, findings: Iterable[Stated]) -> Case:
    stages = {person: _stage(said, row) for person, said in block.stages.items()}
    quantities = {name: float(values[row]) for name, values in block.quantities.items() if not np.isnan(values[row])}
    return Case(
        id=block.name(row),
        child_stage=stages.get(Person.CHILD, ""),
        adult_stage=stages.get(Person.ADULT, ""),
        quantities=tuple(sorted(quantities.items())),
        findings=tuple(findings),
    )


def _stage(said: Coded, row: int) -> str:
    index = int(said.index[row])
    return "" if index < 0 or said.words[index] in NOBODY_SAID else said.words[index]
