"""Counting a cohort: block by block, so that counts of blocks and files are added and the cases themselves forgotten."""

from collections.abc import Iterator, Mapping
from functools import reduce

import attrs

from hechting_rules.cohort.bits import Words, count
from hechting_rules.cohort.deciding import Decided
from hechting_rules.model import Suggestion
from hechting_rules.terms import NO_PERSON, Origin, Person

Cell = tuple[str, ...]
"""What is counted: ``("cases",)``, ``("rejected",)``, ``("stage", PERSON, STAGE)``, ``("result", CODE, OUTCOME)``,
``("at stage", CODE, PERSON, STAGE)``, ``("finding", CODE, KNOWN)``, ``("kind", KIND)``, ``("level", LEVEL)`` or
``("flag", FLAG)``."""

CASES, REJECTED = ("cases",), ("rejected",)
ESTABLISHED, POSSIBLE, RULED_OUT, WITHHELD = "established", "possible", "ruled_out", "withheld"
PRESENT, ABSENT, ELSEWHERE, UNKNOWN = "present", "absent", "not_applicable", "unknown"
"""What is known of a finding in a case. It is not applicable outside its stages, or where there is no such person."""


def result(code: str, outcome: str) -> Cell:
    """The cases in which a conclusion or suggestion has an outcome."""
    return ("result", code, outcome)


def at_stage(code: str, person: str, stage: str) -> Cell:
    """The cases at a stage in which a result is established."""
    return ("at stage", code, person, stage)


def stage(person: str, name: str) -> Cell:
    """The cases with a person at a stage, known by name or by age; ``none`` for nobody, ``unknown``."""
    return ("stage", person, name)


def finding(code: str, known: str) -> Cell:
    """The cases of which this is known of a finding, as stated or as it follows."""
    return ("finding", code, known)


@attrs.frozen
class Tally:
    """Counts by cell; what is not in it is 0."""

    counts: Mapping[Cell, int] = attrs.field(factory=dict)

    def __getitem__(self, cell: Cell) -> int:
        return self.counts.get(cell, 0)

    def __add__(self, other: "Tally") -> "Tally":
        cells = [*self.counts, *(cell for cell in other.counts if cell not in self.counts)]
        return Tally({cell: self[cell] + other[cell] for cell in cells})


def tally(done: Decided) -> Tally:
    """Count a block of cases; its decider must have been made ready for counting."""
    return Tally({cell: number for cell, number in _counts(done) if number})


def _counts(done: Decided) -> Iterator[tuple[Cell, int]]:
    good = done.used
    yield CASES, count(good)
    yield REJECTED, done.block.length - count(good)
    stages = dict(_stages(done, good))
    for cell, rows in stages.items():
        yield cell, count(rows)
    program = done.decider.program
    held_back = reduce(lambda a, b: a | b, (done.register(r) for r in program.withholding.values()), good & ~good)
    for code, plane in program.results.items():
        there, out = done.register(plane.established) & good, done.register(plane.out) & good
        yield result(code, ESTABLISHED), count(there)
        yield result(code, RULED_OUT), count(out & ~there)
        yield result(code, POSSIBLE), count(good & ~there & ~out)
        if not there.any():
            continue
        item = done.decider.book.suggestions.get(code)
        if item is not None and item.origin is not Origin.SAFETY:
            yield result(code, WITHHELD), count(there & held_back)
        for (_, person, name), rows in stages.items():
            yield at_stage(code, person, name), count(there & rows)
    yield from _groups(done, good)
    yield from _findings(done, good)


def _stages(done: Decided, good: Words) -> Iterator[tuple[Cell, Words]]:
    """The cases at each stage of each person."""
    book, program = done.decider.book, done.decider.program
    for person in Person:
        left = good
        said = done.block.stages.get(person)
        if said is not None:
            nobody = said.is_one_of(frozenset({NO_PERSON})) & good
            left = left & ~nobody
            yield stage(person, NO_PERSON), nobody
        for one in book.stages.values():
            if one.of is person:
                rows = done.register(program.stages[one.code].established) & left
                left = left & ~rows
                yield stage(person, one.code), rows
        yield stage(person, UNKNOWN), left


def groups_of(item: Suggestion) -> Iterator[Cell]:
    """What a suggestion is counted under beside itself: its kind, the level and the flag of a safety flag."""
    yield ("kind", item.kind.value)
    if item.level is not None:
        yield ("level", item.level.value)
    if item.flag:
        yield ("flag", item.flag)


def _groups(done: Decided, good: Words) -> Iterator[tuple[Cell, int]]:
    """The cases with at least one established suggestion of each kind, level and flag."""
    rows: dict[Cell, Words] = {}
    for code, item in done.decider.book.suggestions.items():
        there = done.register(done.decider.program.results[code].established) & good
        for group in groups_of(item):
            rows[group] = rows[group] | there if group in rows else there
    for cell, several in rows.items():
        yield cell, count(several)


def _findings(done: Decided, good: Words) -> Iterator[tuple[Cell, int]]:
    program = done.decider.program
    for code in done.decider.book.findings:
        present, absent = program.present[code], program.absent[code]
        there, gone = done.register(present.established) & good, done.register(absent.established) & good
        elsewhere = done.register(present.out) & done.register(absent.out) & good & ~there & ~gone
        yield finding(code, PRESENT), count(there)
        yield finding(code, ABSENT), count(gone)
        yield finding(code, ELSEWHERE), count(elsewhere)
        yield finding(code, UNKNOWN), count(good & ~there & ~gone & ~elsewhere)
