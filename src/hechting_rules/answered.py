"""A case after the program ran, and the same case with other facts, as one block."""

import functools
from collections.abc import Callable, Iterable, Sequence

import attrs

from hechting_rules.advice import Outcome
from hechting_rules.case import Admitted, admit
from hechting_rules.condition import Leaf
from hechting_rules.engine.circuit import Plane
from hechting_rules.engine.kernel import run
from hechting_rules.engine.program import Program, compile_program, compile_rules
from hechting_rules.facts import Fact, block, block_around
from hechting_rules.model import Profile, Rulebook
from hechting_rules.profiles import active_rules, parameter_values
from hechting_rules.stated import Case

Decide = Callable[[Program, Sequence[int]], list[int]]
"""What decides a case: all registers of a program for its inputs."""


@functools.lru_cache(maxsize=64)
def prepare(book: Rulebook, profile_id: str) -> Program:
    """The program of a rulebook under one of its own profiles, compiled once."""
    return compile_program(book, book.profiles[profile_id])


def program_for(book: Rulebook, profile: Profile) -> Program:
    """The program of a rulebook under any profile, compiled once for all that run the same rules with the same numbers."""
    if book.profiles.get(profile.id) is profile:
        return prepare(book, profile.id)
    return _prepared(book, active_rules(book, profile), tuple(parameter_values(book, profile).items()))


@functools.lru_cache(maxsize=64)
def _prepared(book: Rulebook, active: frozenset[str], parameters: tuple[tuple[str, float], ...]) -> Program:
    return compile_rules(book, active, dict(parameters))


@attrs.frozen(eq=False)
class Answered:
    """A case after the program ran: every register as 0 or 1."""

    book: Rulebook
    profile: Profile
    program: Program
    admitted: Admitted
    values: Sequence[int]

    def outcome(self, plane: Plane) -> Outcome:
        """Established, possible or ruled out."""
        return decided(self.values[plane.established], self.values[plane.out])

    def robust(self, plane: Plane) -> bool:
        """Whether every admissible way to complete the case gives the result."""
        return bool(self.values[plane.robust])

    def holds(self, leaf: Leaf) -> bool:
        """Whether a single condition is established."""
        return any(self.values[plane.established] for plane in self.program.planes_of(leaf))

    def is_open(self, finding: str) -> bool:
        """Whether a finding may still turn out to be present and may still turn out to be absent."""
        present, absent = self.program.present[finding], self.program.absent[finding]
        return not self.values[present.out] and not self.values[absent.out]


def decided(established: int, out: int) -> Outcome:
    """The outcome that two bits of a plane say."""
    if established:
        return Outcome.ESTABLISHED
    return Outcome.RULED_OUT if out else Outcome.POSSIBLE


def on_kernel(program: Program, inputs: Sequence[int]) -> list[int]:
    """All registers of a program for its inputs, by the kernel."""
    return run(program.steps, inputs)


def answer(case: Case, book: Rulebook, profile: Profile, decide: Decide = on_kernel) -> Answered:
    """Check a case and run the program on it. Raises `CaseError` for a case that cannot be used."""
    return answered_by(decide, case, book, profile, program_for(book, profile))


def answered_by(decide: Decide, case: Case, book: Rulebook, profile: Profile, program: Program) -> Answered:
    """Check a case and run a program of its rulebook and profile on it. Raises `CaseError` for a case that cannot be used."""
    admitted = admit(case, book, program)
    return Answered(book, profile, program, admitted, decide(program, block([admitted.facts], program, book)))


def variants_run(variants: Sequence[Iterable[Fact]], answered: Answered) -> list[int]:
    """All registers for a block of variants: bit *i* belongs to the case that states the facts ``variants[i]``."""
    return run(answered.program.steps, block(variants, answered.program, answered.book))


def around(changes: Sequence[Iterable[Fact]], answered: Answered, program: Program | None = None) -> list[int]:
    """All registers for variants of the answered case: bit *i* belongs to that case with ``changes[i]`` made.

    With a ``program`` as that one answers them, else as the program of the case itself.
    """
    used = answered.program if program is None else program
    return run(used.steps, block_around(answered.admitted.facts, changes, used, answered.book))
