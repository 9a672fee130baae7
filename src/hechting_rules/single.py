"""One case decided and nothing told: which results stand, for a host that needs only that, in some hundredths of a millisecond.

The same program as everywhere, with the stages of the case folded in, run by counting. `advise` and the explanations stay with
the whole program.
"""

import functools
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import attrs

from hechting_rules.advice import Outcome
from hechting_rules.answered import program_for
from hechting_rules.case import AGE_OF, Fact, admit, fact_inputs, stage_at
from hechting_rules.circuit import Input
from hechting_rules.counters import Counters, counters_of
from hechting_rules.folded import STAGE_INPUTS, at_stages
from hechting_rules.model import Case, Profile, Rulebook
from hechting_rules.profiles import find_profile
from hechting_rules.program import Program
from hechting_rules.rulebook import default_rulebook
from hechting_rules.terms import NO_PERSON, Person, Status

PAIRS = 128
"""How many pairs of stages, of all rulebooks and profiles in use, are kept ready."""

VALUES = 4096
"""How many values of quantities are kept as read."""

_Key = tuple[Input | None, str]

INPUT_OF: Mapping[Status, Input | None] = {Status.PRESENT: Input.PRESENT, Status.ABSENT: Input.ABSENT, Status.UNKNOWN: None}


@attrs.frozen
class Decision:
    """What a rulebook makes of a case, without its reasons: sets of codes, and the stages as they were settled.

    ``established``, ``robust`` and ``ruled_out`` hold conclusions and suggestions; what is in neither the first nor the last is
    possible. ``rules`` are those that hold, ``withheld_by`` the safety flags that are raised to act now and not addressed: while
    there is one, no suggestion that is not about safety is to be shown with its text.
    """

    child_stage: str
    adult_stage: str
    established: frozenset[str]
    robust: frozenset[str]
    ruled_out: frozenset[str]
    rules: frozenset[str]
    withheld_by: frozenset[str]

    def outcome(self, code: str) -> Outcome:
        """Established, possible or ruled out. Of a code that the rulebook has not nothing is known, so it is possible."""
        if code in self.established:
            return Outcome.ESTABLISHED
        return Outcome.RULED_OUT if code in self.ruled_out else Outcome.POSSIBLE


def decide(case: Case, rulebook: Rulebook | None = None, profile: str | Profile | None = None) -> Decision:
    """Which results of a rulebook stand in a case: the statuses of `advise`, without reasons, questions and texts.

    Without ``rulebook`` that of this library, without ``profile`` its default. The first case at a pair of stages takes some
    milliseconds more, as the program for that pair is made and kept. Raises `CaseError` for a case that cannot be used and
    `UsageError` for an unknown profile, as `advise` does.
    """
    book = default_rulebook() if rulebook is None else rulebook
    program = program_for(book, find_profile(book, profile))
    said = _at_once(case, book, program) or _admitted(case, book, program)
    ready = _ready(book, program, said.child_stage, said.adult_stage)
    true = ready.counters.run(ready.registers(said))
    if ready.refused in true:
        admit(case, book, program)  # raises, and says what contradicts what
    return ready.decision(true)


# --- what a case states ----------------------------------------------------------------------------------------------------


@attrs.frozen
class _Said:
    """What a case states, its stages settled, and the inputs of the program that are about no stage."""

    child_stage: str
    adult_stage: str
    inputs: Collection[_Key]


@attrs.frozen
class _Read:
    """What the value of a quantity says: of a person the stage, and inputs that are about no stage."""

    person: Person | None
    stage: str
    inputs: tuple[_Key, ...]


def _at_once(case: Case, book: Rulebook, program: Program) -> _Said | None:
    """What a case states, unless something needs a closer look: an alias, a thing named twice, or one that cannot be meant."""
    inputs = {(INPUT_OF[stated.status], stated.code) for stated in case.findings}
    if len({code for _, code in inputs} & book.findings.keys()) < len(case.findings):
        return None
    stages = {Person.CHILD: case.child_stage, Person.ADULT: case.adult_stage}
    for name, value in case.quantities:
        read = _quantity(name, value, book, program) if type(value) in {int, float} else None
        if read is None:
            return None
        inputs.update(read.inputs)
        if read.person is not None:
            if stages[read.person] not in {"", read.stage}:
                return None
            stages[read.person] = read.stage
    if len(case.quantities) > 1 and len(dict(case.quantities)) < len(case.quantities):
        return None
    settled = all(_is_stage(stage, person, book) for person, stage in stages.items())
    return _Said(stages[Person.CHILD], stages[Person.ADULT], inputs) if settled else None


def _is_stage(stage: str, person: Person, book: Rulebook) -> bool:
    return stage in {"", NO_PERSON} or (stage in book.stages and book.stages[stage].of is person)


@functools.lru_cache(maxsize=VALUES)
def _quantity(name: str, value: float, book: Rulebook, program: Program) -> _Read | None:
    """What a value says, or nothing if the quantity is unknown, the value out of its bounds, or an age that no stage holds."""
    quantity = book.quantities.get(name)
    if quantity is None or not quantity.least <= value <= quantity.most:
        return None
    fact = Fact(name, repr(float(value)))
    inputs = tuple(key for key in fact_inputs(fact, book, program.parameters) if key[0] not in STAGE_INPUTS)
    person = next((person for person in Person if AGE_OF[person] == name), None)
    if person is None:
        return _Read(None, "", inputs)
    stage = stage_at(value, [stage for stage in book.stages.values() if stage.of is person], program.parameters)
    return _Read(person, stage, inputs) if stage else None


def _admitted(case: Case, book: Rulebook, program: Program) -> _Said:
    """What a case states after a closer look. Raises `CaseError` if it cannot be used."""
    admitted = admit(case, book, program)
    inputs = {key for fact in admitted.facts for key in fact_inputs(fact, book, program.parameters) if key[0] not in STAGE_INPUTS}
    return _Said(admitted.child_stage, admitted.adult_stage, inputs)


# --- the program for a pair of stages --------------------------------------------------------------------------------------


@attrs.frozen(eq=False)
class _Ready:
    """The program for one pair of stages, and what is told where a register of it is true: the place of a set, and a code."""

    child_stage: str
    adult_stage: str
    inputs: Mapping[tuple[Input, str], int]
    counters: Counters
    refused: int
    told: Mapping[int, tuple[tuple[int, str], ...]]

    def registers(self, said: _Said) -> list[int]:
        """The input registers that a case sets."""
        known: Mapping[Any, int] = self.inputs
        return [known[key] for key in said.inputs if key in known]

    def decision(self, true: Iterable[int]) -> Decision:
        """The decision where these registers are true."""
        sets: tuple[list[str], ...] = ([], [], [], [], [])
        told = self.told
        for register in true:
            if register in told:
                for place, code in told[register]:
                    sets[place].append(code)
        return Decision(self.child_stage, self.adult_stage, *map(frozenset, sets))


@functools.lru_cache(maxsize=PAIRS)
def _ready(book: Rulebook, program: Program, child_stage: str, adult_stage: str) -> _Ready:
    stated = [Fact(person, stage) for person, stage in ((Person.CHILD, child_stage), (Person.ADULT, adult_stage)) if stage]
    small = at_stages(program, (key for fact in stated for key in fact_inputs(fact, book, program.parameters)))
    told: dict[int, list[tuple[int, str]]] = {}
    for place, register, code in _told(small):
        told.setdefault(register, []).append((place, code))
    return _Ready(
        child_stage,
        adult_stage,
        small.inputs,
        counters_of(small, {*told, small.refused}),
        small.refused,
        {register: tuple(items) for register, items in told.items()},
    )


def _told(program: Program) -> Iterator[tuple[int, int, str]]:
    """The places of the sets of a `Decision`, in its order, each with a register and the code that it tells of."""
    for code, plane in program.results.items():
        yield from ((0, plane.established, code), (1, plane.robust, code), (2, plane.out, code))
    yield from ((3, plane.established, rule) for rule, plane in program.rules.items())
    yield from ((4, register, flag) for flag, register in program.withholding.items())
