"""Cohorts made up at random, as large as need be: lives that contradict nothing, of which each row tells a part."""

from collections.abc import Iterable, Mapping

import attrs
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hechting_rules.model import Finding, Rulebook, Stage
from hechting_rules.profiles import parameter_values
from hechting_rules.terms import NO_PERSON, About, Person
from hechting_rules.testing.naive import AGE, PERSON

Rows = npt.NDArray[np.bool_]

OLDEST = {Person.CHILD: 215.0, Person.ADULT: 100.0}
YOUNGEST = {Person.CHILD: 0.0, Person.ADULT: 12.0}


@attrs.define(eq=False)
class Lives:
    """What is so in each row: a stage for each person, and the findings that are present."""

    book: Rulebook
    stages: dict[Person, npt.NDArray[np.str_]]
    present: dict[str, Rows]

    def moot(self, finding: Finding) -> Rows:
        """The rows in which a finding does not count, or cannot be."""
        rows = next(iter(self.present.values()))
        if finding.about is About.PREGNANCY:
            return np.zeros(len(rows), dtype=np.bool_)
        stage = self.stages[PERSON[finding.about]]
        elsewhere = ~np.isin(stage, finding.stages) if finding.stages else np.zeros(len(rows), dtype=np.bool_)
        nobody = (stage == NO_PERSON) & (finding.about.value in tuple(Person))
        found: Rows = elsewhere | nobody | np.isin(stage, finding.not_at)
        return found

    def close(self) -> None:
        """Make present what follows from a stage or another finding."""
        for stage in self.book.stages.values():
            for code in stage.implies:
                self.present[code] |= self.stages[stage.of] == stage.code
        changed = True
        while changed:
            changed = False
            for finding in self.book.findings.values():
                for code in finding.implies:
                    more = self.present[finding.code] & ~self.present[code]
                    if more.any():
                        self.present[code] |= more
                        changed = True

    def clashing(self) -> Rows:
        """The rows in which two things stand against each other."""
        found = np.zeros(len(next(iter(self.present.values()))), dtype=np.bool_)
        for code, finding in self.book.findings.items():
            found |= self.present[code] & self.moot(finding)
            for other in finding.excludes:
                found |= self.present[code] & self.present[other]
        return found


def lives(book: Rulebook, count: int, rng: np.random.Generator, present: float) -> Lives:
    """Lives at random; one in which things clash is left with nothing but what its stages bring, or with nobody at all."""
    own = {person: [s.code for s in book.stages.values() if s.of is person] + [NO_PERSON] for person in Person}
    stages = {person: rng.choice(np.array(codes), count) for person, codes in own.items()}
    made = Lives(book, stages, {code: rng.random(count) < present for code in book.findings})
    for code, finding in book.findings.items():
        made.present[code] &= ~made.moot(finding)
    made.close()
    for emptied in range(2):
        clash = made.clashing()
        for rows in made.present.values():
            np.logical_and(rows, ~clash, out=rows)
        for stage in stages.values() if emptied else ():
            stage[clash] = NO_PERSON
        made.close()
    assert not made.clashing().any()
    return made


def cohort(book: Rulebook, count: int, seed: int, *, told: float = 0.3, present: float = 0.02, first: int = 0) -> pa.Table:
    """A wide table: ``told`` is how much of each life its row tells, ``present`` how likely a finding is by itself."""
    rng = np.random.default_rng(seed)
    made = lives(book, count, rng, present)
    columns: dict[str, pa.Array] = {"id": pa.array([f"c{first + place:09d}" for place in range(count)])}
    for person, stages in made.stages.items():
        columns[person.value] = pa.array(stages, mask=rng.random(count) >= max(told, 0.5))
    for person in Person:
        if AGE[person] in book.quantities:
            ages = _ages(made.stages[person], [s for s in book.stages.values() if s.of is person], book, rng)
            columns[AGE[person]] = pa.array(ages, mask=np.isnan(ages) | (rng.random(count) >= told))
    for code, finding in book.findings.items():
        rows = made.present[code]
        hidden = (rng.random(count) >= told) | (~rows & made.moot(finding))
        columns[code] = pa.array(rows, mask=hidden)
    return pa.table(columns)


def _ages(
    stage: npt.NDArray[np.str_], stages: Iterable[Stage], book: Rulebook, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """An age within the stage of each row; not a number where the stage has no bounds."""
    bounds: Mapping[str, float] = parameter_values(book, book.profiles["default"])
    ages = np.full(len(stage), np.nan)
    for one in stages:
        if one.start or one.below:
            low = bounds[one.start] if one.start else YOUNGEST[one.of]
            high = bounds[one.below] if one.below else OLDEST[one.of]
            rows = stage == one.code
            ages[rows] = np.floor(rng.uniform(low, high, int(rows.sum())))
    return ages


def as_long(table: pa.Table) -> pa.Table:
    """A wide table as one row for each thing that is said: case, finding, status as words; in the order of the cases."""
    cases, names, words = [], [], []
    ids = np.asarray(table["id"].to_pylist(), dtype=object)
    for name in table.column_names[1:]:
        column = table[name].combine_chunks()
        said = np.asarray(column.is_valid())
        column = column.drop_null()
        told = column.to_pylist()
        spoken = [("present" if value else "absent") if isinstance(value, bool) else str(value) for value in told]
        cases.append(np.nonzero(said)[0])
        names.append(np.full(len(told), name, dtype=object))
        words.append(np.array(spoken, dtype=object))
    place = np.concatenate(cases)
    order = np.argsort(place, kind="stable")
    return pa.table(
        {
            "case": pa.array(ids[place[order]], pa.string()),
            "finding": pa.array(np.concatenate(names)[order], pa.string()),
            "status": pa.array(np.concatenate(words)[order], pa.string()),
        }
    )
