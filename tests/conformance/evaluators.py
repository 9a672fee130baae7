"""Everything that decides a case, behind one form: a function from cases to what is said of each.

A new evaluator is one more function here and one more line in `EVALUATORS`; the conformance suite then runs it like the others.
"""

import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from hechting_rules.answered import Decide, answer, on_kernel, program_for
from hechting_rules.case import admit
from hechting_rules.decision import decide
from hechting_rules.engine.circuit import Plane
from hechting_rules.engine.kernel import run
from hechting_rules.engine.program import Program
from hechting_rules.engine.runners import deciding
from hechting_rules.errors import CaseError
from hechting_rules.facts import Fact, block
from hechting_rules.model import Profile, Rulebook
from hechting_rules.stated import Case
from hechting_rules.terms import Status
from hechting_rules.verify.space import Space, evaluate, facts_of, space_of

PLANES = ("established", "robust", "out")

Said = Mapping[tuple[str, str], frozenset[str]]
"""What an evaluator says of a case: for a kind of thing (results, rules, ...) and a plane, the names in it."""

Evaluate = Callable[[Sequence[Case], Rulebook, Profile], Sequence[Said | None]]
"""What each of some cases is said to be; nothing for one that is refused."""


@attrs.frozen
class Evaluator:
    """One that must say what the kernel says, of whatever kinds of things it speaks; ``why_not`` says why it cannot be had."""

    name: str
    evaluate: Evaluate
    why_not: str = ""


def _bit(values: Sequence[int], place: int) -> Callable[[int], bool]:
    """Whether a register holds for one case of a block."""
    return lambda register: bool(values[register] >> place & 1)


def groups(program: Program) -> Mapping[str, Mapping[str, Plane]]:
    """All that a program has planes of, by kind."""
    return {
        "results": program.results,
        "rules": program.rules,
        "bodies": program.bodies,
        "present": program.present,
        "absent": program.absent,
        "stages": program.stages,
        "ranges": program.ranges,
        "flags": program.flags,
    }


def said(program: Program, holds: Callable[[int], bool]) -> Said:
    """What the registers of a program say."""
    found = {
        (kind, plane): frozenset(code for code, own in planes.items() if holds(getattr(own, plane)))
        for kind, planes in groups(program).items()
        for plane in PLANES
    }
    return found | {
        ("withheld by", "established"): frozenset(f for f, register in program.withholding.items() if holds(register))
    }


# --- one case at a time ----------------------------------------------------------------------------------------------------


def by_answer(engine: Decide) -> Evaluate:
    """The whole way of `advise`: admission, program, registers, on an engine."""

    def evaluate_each(cases: Sequence[Case], book: Rulebook, profile: Profile) -> list[Said | None]:
        found: list[Said | None] = []
        for case in cases:
            try:
                answered = answer(case, book, profile, engine)
            except CaseError:
                found.append(None)
            else:
                found.append(said(answered.program, _bit(answered.values, 0)))
        return found

    return evaluate_each


def counting(cases: Sequence[Case], book: Rulebook, profile: Profile) -> list[Said | None]:
    """The form for one case that counts what gates lack."""
    found: list[Said | None] = []
    for case in cases:
        try:
            one = decide(case, book, profile)
        except CaseError:
            found.append(None)
            continue
        found.append(
            {
                ("results", "established"): one.established,
                ("results", "robust"): one.robust,
                ("results", "out"): one.ruled_out,
                ("rules", "established"): one.rules,
                ("withheld by", "established"): one.withheld_by,
            }
        )
    return found


# --- many cases at once ----------------------------------------------------------------------------------------------------


def in_a_block(cases: Sequence[Case], book: Rulebook, profile: Profile) -> list[Said | None]:
    """The kernel on all cases as one block; of a refused case not even its facts are known."""
    program = program_for(book, profile)
    admitted: list[tuple[Fact, ...] | None] = []
    for case in cases:
        try:
            admitted.append(admit(case, book, program).facts)
        except CaseError:
            admitted.append(None)
    usable = [facts for facts in admitted if facts is not None]
    values = run(program.steps, block(usable, program, book))
    bits = iter(range(len(usable)))
    return [None if facts is None else said(program, _bit(values, next(bits))) for facts in admitted]


def cohort(cases: Sequence[Case], book: Rulebook, profile: Profile) -> list[Said | None]:
    """A frame of Arrow columns, decided over NumPy words."""
    frames, pa = importlib.import_module("hechting_rules.cohort"), importlib.import_module("pyarrow")
    table = pa.table(dict(_columns(cases, book, pa)))
    in_columns = frames.decide(table, book, profile)
    in_lists = frames.decide(table, book, profile, form="lists", fired=True)
    columns = {row["id"]: row for row in in_columns.table.to_pylist()}
    lists = {row["id"]: row for row in in_lists.table.to_pylist()}
    assert columns.keys() == lists.keys()
    found: list[Said | None] = []
    for place in map(str, range(len(cases))):
        row, listed = columns.get(place), lists.get(place)
        if row is None or listed is None:
            found.append(None)
            continue
        assert frozenset(listed["established"]) == frozenset(code for code in book.order if row[code] is True)
        found.append(
            {
                ("results", "established"): frozenset(listed["established"]),
                ("results", "robust"): frozenset(listed["robust"]),
                ("results", "out"): frozenset(code for code in book.order if row[code] is False),
                ("rules", "established"): frozenset(listed["rules"]),
                ("withheld by", "established"): frozenset(row["withheld_by"]),
            }
        )
    return found


def _columns(cases: Sequence[Case], book: Rulebook, pa: Any) -> Iterator[tuple[str, object]]:
    truth = {Status.PRESENT: True, Status.ABSENT: False, Status.UNKNOWN: None}
    told = [{book.alias.get(s.code, s.code): truth[s.status] for s in case.findings} for case in cases]
    yield "id", pa.array([str(place) for place in range(len(cases))])
    for code in book.findings:
        yield code, pa.array([one.get(code) for one in told], pa.bool_())
    yield "child", pa.array([case.child_stage or None for case in cases], pa.string())
    yield "adult", pa.array([case.adult_stage or None for case in cases], pa.string())
    for name in book.quantities:
        yield name, pa.array([dict(case.quantities).get(name) for case in cases], pa.float64())


# --- all cases as one circuit ----------------------------------------------------------------------------------------------


def in_the_space(cases: Sequence[Case], book: Rulebook, profile: Profile) -> list[Said | None]:
    """The circuit over which proofs are made, run by the kernel."""
    space, program = _space(book, profile)
    side = space.sides[0]
    facts = [facts_of(case, space) for case in cases]
    assert None not in facts
    values = evaluate(space, [one for one in facts if one is not None], [*side.registers, side.refused])
    refused = values[-1]
    return [None if refused >> place & 1 else said(program, _bit(values, place)) for place in range(len(cases))]


def _space(book: Rulebook, profile: Profile) -> tuple[Space, Program]:
    program = program_for(book, profile)
    return space_of([(book, program)]), program


def z3(cases: Sequence[Case], book: Rulebook, profile: Profile) -> list[Said | None]:
    """What z3 makes of the clauses of that circuit, with the facts of a case and no others."""
    smt = importlib.import_module("hechting_rules.verify.smt")
    space, program = _space(book, profile)
    side = space.sides[0]
    solver = smt.solver_for(space)
    registers = {in_plane for planes in groups(program).values() for p in planes.values() for in_plane in attrs.astuple(p)}
    wanted = {*(side.registers[register] for register in (*registers, *program.withholding.values())), side.refused}
    terms = {register: smt.term(solver, register) for register in sorted(wanted)}
    found: list[Said | None] = []
    for case in cases:
        facts = facts_of(case, space)
        assert facts is not None
        own = [solver.terms[-1 - place] for place in range(len(space.facts))]
        stated = [one if fact in facts else smt.z3.Not(one) for fact, one in zip(space.facts, own, strict=True)]
        assert str(solver.engine.check(*stated)) == "sat"
        model = solver.engine.model()
        true = {register for register, one in terms.items() if smt.z3.is_true(model.eval(one, model_completion=True))}
        if side.refused in true:
            found.append(None)
        else:
            found.append(said(program, _among(true, side.registers)))
    return found


def _among(true: set[int], registers: Sequence[int]) -> Callable[[int], bool]:
    """Whether a register of the program is one of those of the circuit that are true."""
    return lambda register: registers[register] in true


# --- the list --------------------------------------------------------------------------------------------------------------


def _lacks(module: str, why: str) -> str:
    return "" if importlib.util.find_spec(module) else why


DURABLE = (
    _lacks("durable_rules_engine", "durable-rules is not installed") if sys.version_info < (3, 13) else "Python 3.13 or later"
)

EVALUATORS = (
    Evaluator("kernel on a block", in_a_block),
    Evaluator("counting", counting),
    Evaluator("durable-rules", by_answer(deciding("durable")), DURABLE),
    Evaluator("cohort", cohort, _lacks("pyarrow", "pyarrow is not installed")),
    Evaluator("space", in_the_space),
    Evaluator("z3", z3, _lacks("z3", "z3 is not installed")),
)
"""All that must agree with the kernel on one case, plane by plane."""

KERNEL = Evaluator("kernel", by_answer(on_kernel))
"""The kernel on one case: what all others are held to, and what the oracle is held against."""
