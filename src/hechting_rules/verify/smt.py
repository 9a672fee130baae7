"""Questions over all cases, put to z3. The only module that imports it.

A question is a register of a `Space`. Facts become Boolean variables, of which at most one holds of each name; steps become
clauses when a question first rests on them, so that one solver answers many questions. The same questions in the same order have
the same answers: nothing is seeded by chance, and what a question may cost is counted by z3 in its own resources, not by a clock.
Every case that z3 finds is run through the kernel before it is told.

Importing this module raises `MissingExtraError` where z3 is not installed.
"""

import functools
import itertools
from collections.abc import Callable

import attrs

from hechting_rules.engine.circuit import ONES, ZERO
from hechting_rules.engine.kernel import Op
from hechting_rules.errors import MissingExtraError
from hechting_rules.verify.space import LIMIT, Answer, Found, Space, evaluate

try:
    import z3
except ModuleNotFoundError as error:
    if error.name != "z3":
        raise
    raise MissingExtraError("verify", "a proof over all cases") from error

LOGIC = "QF_FD"
"""Finite domains only: propositions, decided incrementally."""

FIRST = 2
"""The register of the first step of a circuit; the constants come before it."""

ANSWERS = {"sat": Found.CASE, "unsat": Found.NONE, "unknown": Found.UNDECIDED}


@attrs.frozen(eq=False)
class Solver:
    """A space told to z3: ``terms`` holds the variable of each register that some question rests on."""

    space: Space
    engine: z3.Solver
    terms: dict[int, z3.BoolRef]


def solver_for(space: Space, limit: int = LIMIT) -> Solver:
    """A solver for questions over a space; ``limit`` bounds what z3 may spend on one of them, in its own unit of resources."""
    context = z3.Context()
    engine = z3.SolverFor(LOGIC, ctx=context)
    engine.set(rlimit=limit, random_seed=0, phase="always_false")
    terms = {ZERO: z3.BoolVal(False, context), ONES: z3.BoolVal(True, context)}
    terms |= {-1 - place: z3.Bool(f"{fact.name}={fact.value}", context) for place, fact in enumerate(space.facts)}
    for _, group in itertools.groupby(enumerate(space.facts), key=lambda pair: pair[1].name):
        engine.add(z3.AtMost(*(terms[-1 - place] for place, _ in group), 1))
    return Solver(space, engine, terms)


def term(solver: Solver, register: int) -> z3.BoolRef:
    """The variable of a register, with clauses for all the steps below it that the solver has not been told yet."""
    for place in sorted(_untold(solver, register)):
        _tell(solver, place)
    return solver.terms[register]


def _untold(solver: Solver, register: int) -> set[int]:
    """The registers without a variable that a register rests on, itself included."""
    found: set[int] = set()
    todo = [register]
    while todo:
        place = todo.pop()
        if place not in solver.terms and place not in found:
            found.add(place)
            todo.extend(solver.space.to.steps[place - FIRST][1:])
    return found


def _tell(solver: Solver, register: int) -> None:
    """Tell the solver that a register is what its step makes of two others, which it has been told."""
    op, a, b = solver.space.to.steps[register - FIRST]
    result, left, right = z3.Bool(f"register {register}", solver.engine.ctx), solver.terms[a], solver.terms[b]
    solver.terms[register] = result
    if op is Op.OR:
        solver.engine.add(z3.Or(z3.Not(result), left, right), z3.Or(result, z3.Not(left)), z3.Or(result, z3.Not(right)))
        return
    taken, missed = (right, z3.Not(right)) if op is Op.AND else (z3.Not(right), right)
    solver.engine.add(z3.Or(result, z3.Not(left), missed), z3.Or(z3.Not(result), left), z3.Or(z3.Not(result), taken))


def ask(solver: Solver, register: int) -> Answer:
    """Whether some case makes a register true, and which; undecided where the limit does not suffice.

    What admits a case belongs in the question: see ``refused`` of a `Side`.
    """
    if register == ZERO:
        return Answer(Found.NONE)
    found = ANSWERS[str(solver.engine.check(term(solver, register)))]
    if found is not Found.CASE:
        return Answer(found)
    model = solver.engine.model()
    facts = frozenset(fact for place, fact in enumerate(solver.space.facts) if z3.is_true(model.eval(solver.terms[-1 - place])))
    if not evaluate(solver.space, [facts], [register])[0]:
        raise RuntimeError(f"z3 and the kernel disagree about register {register} for {sorted(facts)}")
    return Answer(found, facts)


def asking(space: Space, limit: int = LIMIT) -> Callable[[int], Answer]:
    """`ask` with a solver of its own, for those who cannot import this module at their top as z3 may be missing."""
    return functools.partial(ask, solver_for(space, limit))
