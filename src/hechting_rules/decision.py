"""One case decided and nothing told: which results stand, for a host that needs only that, in some hundredths of a millisecond.

The same program as everywhere, with the stages of the case folded in, run by counting. `advise` and the explanations stay with
the whole program.
"""

import functools
from collections.abc import Collection, Iterable, Iterator, Mapping

import attrs

from hechting_rules.advice import Outcome
from hechting_rules.answered import program_for
from hechting_rules.case import admit
from hechting_rules.engine.circuit import ONES, Input
from hechting_rules.engine.counters import Counters, counters_of
from hechting_rules.engine.program import STAGE_INPUTS, Program, at_stages
from hechting_rules.facts import AGE_OF, Fact, fact_inputs, stage_at
from hechting_rules.model import Profile, Rulebook
from hechting_rules.profiles import find_profile
from hechting_rules.rulebook import default_rulebook
from hechting_rules.stated import Case
from hechting_rules.terms import NO_PERSON, Person, Status

PAIRS = 128
"""How many pairs of stages, of all rulebooks and profiles in use, are kept ready."""

VALUES = 4096
"""How many values of quantities are kept as read."""

SETS = 5
"""How many sets a `Decision` has."""

STATUS_OF = {Input.PRESENT: Status.PRESENT, Input.ABSENT: Status.ABSENT}
"""The status of a finding that an input tells."""

_Key = tuple[Input, str]


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
    ready, told = _at_once(case, book, program) or _admitted(case, book, program)
    true = ready.counters.run(told)
    if ready.refused in true:
        admit(case, book, program)  # raises, and says what contradicts what
    return ready.decision(true)


# --- what a case states ----------------------------------------------------------------------------------------------------


@attrs.frozen
class _Read:
    """What the value of a quantity says: of a person the stage, and inputs that are about no stage."""

    person: Person | None
    stage: str
    inputs: tuple[_Key, ...]


def _at_once(case: Case, book: Rulebook, program: Program) -> tuple["_Ready", Collection[int]] | None:
    """The program for the stages of a case and the places of what it states, unless something needs a closer look.

    That is an alias, a thing named twice, or one that cannot be meant.
    """
    codes = {stated.code for stated in case.findings}
    if len(codes) < len(case.findings) or not codes <= book.findings.keys():
        return None
    read = [_quantity(n, v, book, program) if type(v) in {int, float} else None for n, v in case.quantities]
    child = _stage(case.child_stage, Person.CHILD, read, book)
    adult = _stage(case.adult_stage, Person.ADULT, read, book)
    if child is None or adult is None or len(dict(case.quantities)) < len(read):
        return None
    ready = _ready(book, program, child, adult)
    by_status = ready.findings
    told = [place for s in case.findings if (place := by_status[s.status].get(s.code)) is not None]
    if not read:
        return ready, told
    return ready, {*told, *ready.at([key for one in read if one is not None for key in one.inputs])}


def _stage(stated: str, person: Person, read: Collection[_Read | None], book: Rulebook) -> str | None:
    """The stage of a person as stated or by an age; nothing where a value cannot be meant, or age and stage do not agree."""
    for one in read:
        if one is None or (one.person is person and stated not in {"", one.stage}):
            return None
        stated = one.stage if one.person is person else stated
    known = stated in {"", NO_PERSON} or (stated in book.stages and book.stages[stated].of is person)
    return stated if known else None


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


def _admitted(case: Case, book: Rulebook, program: Program) -> tuple["_Ready", Collection[int]]:
    """The program for the stages of a case and the places of what it states, after a closer look. Raises `CaseError`."""
    admitted = admit(case, book, program)
    ready = _ready(book, program, admitted.child_stage, admitted.adult_stage)
    return ready, frozenset(ready.at(key for fact in admitted.facts for key in fact_inputs(fact, book, program.parameters)))


# --- the program for a pair of stages --------------------------------------------------------------------------------------


@attrs.frozen(eq=False)
class _Ready:
    """The program for one pair of stages: the places of its inputs, and what is told where a place of it is true.

    ``findings`` has the places of findings by their status. ``told[p]`` are codes, each with the number of its set in a
    `Decision`; ``always`` are the sets of what is so at these stages whatever else is stated.
    """

    child_stage: str
    adult_stage: str
    inputs: Mapping[_Key, int]
    findings: Mapping[Status, Mapping[str, int]]
    counters: Counters
    refused: int
    told: tuple[tuple[tuple[int, str], ...], ...]
    always: tuple[frozenset[str], ...]

    def at(self, keys: Iterable[_Key]) -> Iterator[int]:
        """The places of inputs, of those that matter."""
        return (self.inputs[key] for key in keys if key in self.inputs)

    def decision(self, true: Iterable[int]) -> Decision:
        """The decision where what stands at these places is true."""
        told, sets = self.told, tuple[list[str], ...](([], [], [], [], []))
        for place in true:
            for number, code in told[place]:
                sets[number].append(code)
        return Decision(
            self.child_stage, self.adult_stage, *[base.union(more) for base, more in zip(self.always, sets, strict=True)]
        )


@functools.lru_cache(maxsize=PAIRS)
def _ready(book: Rulebook, program: Program, child_stage: str, adult_stage: str) -> _Ready:
    stated = [Fact(person, stage) for person, stage in ((Person.CHILD, child_stage), (Person.ADULT, adult_stage)) if stage]
    small = at_stages(program, (key for fact in stated for key in fact_inputs(fact, book, program.parameters)))
    outcomes = list(_told(small))
    counters = counters_of(small, {small.refused, *(register for _, register, _ in outcomes)})
    told: list[list[tuple[int, str]]] = [[] for _ in counters.lacks]
    for number, register, code in outcomes:
        if register != ONES:
            told[counters.places[register]].append((number, code))
    inputs = {key: counters.places[register] for key, register in small.inputs.items() if register in counters.places}
    findings: dict[Status, dict[str, int]] = {status: {} for status in Status}
    for (kind, code), place in inputs.items():
        if kind in STATUS_OF:
            findings[STATUS_OF[kind]][code] = place
    return _Ready(
        child_stage,
        adult_stage,
        inputs,
        findings,
        counters,
        counters.places[small.refused],
        tuple(tuple(items) for items in told),
        tuple(frozenset(code for n, register, code in outcomes if n == number and register == ONES) for number in range(SETS)),
    )


def _told(program: Program) -> Iterator[tuple[int, int, str]]:
    """The number of a set of a `Decision`, in its order, with a register and the code that it tells of."""
    for code, plane in program.results.items():
        yield from ((0, plane.established, code), (1, plane.robust, code), (2, plane.out, code))
    yield from ((3, plane.established, rule) for rule, plane in program.rules.items())
    yield from ((4, register, flag) for flag, register in program.withholding.items())
