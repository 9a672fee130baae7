"""Which counts of a summary to keep back, so that no small group of people can be read off it or computed from the rest.

A count from 1 to below the smallest is kept back, and so is one that would leave so small a rest. As counts add up, others are
kept back with it (complementary suppression): of each sum whose total is told, at least two parts are missing, and together they
number enough for none to be known as small. A count that by the rules equals another goes with it. What is 0 is told.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from hechting_rules.cohort.tally import (
    ABSENT,
    CASES,
    ELSEWHERE,
    ESTABLISHED,
    POSSIBLE,
    PRESENT,
    RULED_OUT,
    UNKNOWN,
    WITHHELD,
    Cell,
    Tally,
    at_stage,
    finding,
    groups_of,
    result,
    stage,
)
from hechting_rules.engine.program import Program
from hechting_rules.model import Rulebook
from hechting_rules.terms import NO_PERSON, Person

SMALLEST = 10
"""The smallest count that is told unless another is asked for: ten units under any cell is the rule of thumb by which European
statistical offices check what researchers take out of microdata (ESSnet SDC, Guidelines for the checking of output, 2010)."""


PAIR = 2
"""How many parts of a sum must be missing at least, as a single one is the rest."""


def sums(counts: Mapping[str, int], hidden: set[str], smallest: int) -> set[str]:
    """The parts of a sum with a known total to keep back, given some that must be.

    At least two, unless there is but one; and so many cases among them that none can be told to be a small group.
    """
    found = hidden | {name for name, number in counts.items() if 0 < number < smallest}
    left = sorted(counts.keys() - found, key=lambda name: (counts[name] == 0, counts[name], name))
    while found and left and (len(found) < PAIR or sum(counts[n] for n in found) - len(found) + 1 < smallest):
        found.add(left.pop(0))
    return found


@attrs.define
class Suppression:
    """What to keep back of a tally, worked out until nothing more is to be added."""

    tally: Tally
    book: Rulebook
    program: Program
    smallest: int
    hidden: set[Cell] = attrs.field(factory=set)

    def settle(self) -> frozenset[Cell]:
        """All cells to keep back."""
        if self.tally[CASES] < self.smallest:
            return frozenset({CASES, *self.cells()})
        if self.smallest > 1:
            before = -1
            while len(self.hidden) > before:
                before = len(self.hidden)
                self._once()
        return frozenset(self.hidden)

    def cells(self) -> Iterator[Cell]:
        """All cells that a summary tells."""
        for code in self.program.results:
            yield from (result(code, outcome) for outcome in (ESTABLISHED, POSSIBLE, RULED_OUT, WITHHELD))
            for person in Person:
                yield from (at_stage(code, person, name) for name in self._stages(person))
        for person in Person:
            yield from (stage(person, name) for name in self._stages(person))
        yield from dict.fromkeys(group for item in self.book.suggestions.values() for group in groups_of(item))
        for code in self.book.findings:
            yield from (finding(code, known) for known in (PRESENT, ABSENT, ELSEWHERE, UNKNOWN))

    def _stages(self, person: Person) -> list[str]:
        return [*(one.code for one in self.book.stages.values() if one.of is person), NO_PERSON, UNKNOWN]

    def _once(self) -> None:
        for person in Person:
            self._sum([stage(person, name) for name in self._stages(person)])
        for code in self.program.results:
            self._sum([result(code, outcome) for outcome in (ESTABLISHED, POSSIBLE, RULED_OUT)])
            self._part(result(code, WITHHELD), self.tally[result(code, ESTABLISHED)])
            for person in Person:
                self._crossed(code, person)
        for code in self.book.findings:
            self._sum([finding(code, known) for known in (PRESENT, ABSENT, ELSEWHERE, UNKNOWN)])
        for group, codes in self._groups().items():
            self._part(group, self.tally[CASES])
            self._by_difference(group, codes)
        for several in self._equal():
            if not self.hidden.isdisjoint(several):
                self.hidden.update(several)

    def _sum(self, cells: Sequence[Cell]) -> None:
        """Parts of the number of cases, of which the last word of each cell is the name."""
        by_name = {cell[-1]: cell for cell in cells}
        counts = {name: self.tally[cell] for name, cell in by_name.items()}
        already = {name for name, cell in by_name.items() if cell in self.hidden}
        self.hidden.update(by_name[name] for name in sums(counts, already, self.smallest))

    def _part(self, cell: Cell, total: int) -> None:
        """A part of a known total: kept back where it or the rest is small."""
        if any(0 < number < self.smallest for number in (self.tally[cell], total - self.tally[cell])):
            self.hidden.add(cell)

    def _crossed(self, code: str, person: Person) -> None:
        """A result by stage: established and not, in each stage, each adding up along both ways.

        One that is established nowhere, or everywhere, says nothing more by stage: 0, or what the stage says itself.
        """
        names, total = self._stages(person), result(code, ESTABLISHED)
        there = {name: self.tally[at_stage(code, person, name)] for name in names}
        not_there = {name: self.tally[stage(person, name)] - there[name] for name in names}
        found = {name for name in names if {at_stage(code, person, name), stage(person, name)} & self.hidden}
        if total in self.hidden and not found:
            found = {max(names, key=lambda name: self.tally[stage(person, name)])}
        if total in self.hidden or (any(there.values()) and any(not_there.values())):
            found = sums(not_there, sums(there, found, self.smallest), self.smallest)
        elif not any(there.values()):
            found = set()
        self.hidden.update(at_stage(code, person, name) for name in found)

    def _groups(self) -> Mapping[Cell, list[str]]:
        found: dict[Cell, list[str]] = {}
        for code, item in self.book.suggestions.items():
            for group in groups_of(item):
                found.setdefault(group, []).append(code)
        return found

    def _by_difference(self, group: Cell, codes: Sequence[str]) -> None:
        """Keep back the cases with anything of a group where that would tell the one count of it that is kept back."""
        cells = [result(code, ESTABLISHED) for code in codes]
        missing = [cell for cell in cells if cell in self.hidden]
        told = sum(self.tally[cell] for cell in cells if cell not in self.hidden)
        if len(missing) == 1 and told < self.smallest:
            self.hidden.add(group)
        if group in self.hidden and sum(1 for cell in cells if self.tally[cell]) == 1 and told:
            self.hidden.update(cell for cell in cells if self.tally[cell])

    def _equal(self) -> Iterable[set[Cell]]:
        """Cells that count the same register of the program, and so the same cases."""
        found: dict[int, set[Cell]] = {}
        for code, plane in self.program.results.items():
            found.setdefault(plane.established, set()).add(result(code, ESTABLISHED))
            found.setdefault(plane.out, set()).add(result(code, RULED_OUT))
        for code in self.book.findings:
            found.setdefault(self.program.present[code].established, set()).add(finding(code, PRESENT))
            found.setdefault(self.program.absent[code].established, set()).add(finding(code, ABSENT))
        return [several for several in found.values() if len(several) > 1]


def suppressed(tally: Tally, book: Rulebook, program: Program, smallest: int = SMALLEST) -> frozenset[Cell]:
    """The cells of a tally to keep back, so that no group of 1 to below ``smallest`` cases can be told from the rest."""
    return Suppression(tally, book, program, smallest).settle()
