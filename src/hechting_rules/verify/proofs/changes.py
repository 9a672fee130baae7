"""A case and the same case with one more fact: what the fact can do to a register, and which register it makes of it.

A law about both is a question over two copies of a circuit. The second copy is made only where the changed fact matters;
everywhere else both copies are the same registers.
"""

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence

import attrs

from hechting_rules.engine.circuit import ONES, ZERO, Plane
from hechting_rules.engine.kernel import Op
from hechting_rules.facts import Fact
from hechting_rules.verify.proofs.asking import Inquiry, Verdict, never
from hechting_rules.verify.space import FIRST, Facts, Space, case_of, facts_of, outcomes


@attrs.frozen
class Signs:
    """Facts (as registers of a space) by what they do to one register: those that can make it true, those that can make it false.

    Setting a fact that is not among ``hurts`` never makes the register false; one not among ``helps`` never makes it true.
    """

    helps: frozenset[int]
    hurts: frozenset[int]


def below(space: Space, registers: Iterable[int]) -> list[int]:
    """Every register that these rest on, themselves included, facts first and then in the order of their steps."""
    found = set(registers)
    todo = list(found)
    while todo:
        register = todo.pop()
        if register >= FIRST:
            more = {*space.to.steps[register - FIRST][1:]} - found
            found |= more
            todo.extend(more)
    return sorted(found)


@functools.lru_cache(maxsize=2048)
def signs(space: Space, register: int) -> Signs:
    """With which signs facts enter a register: worked out from its steps, so a sign that is missing is certain to be so."""
    helps, hurts = {register}, set[int]()
    for place in reversed(below(space, [register])):
        if place < FIRST:
            break
        op, a, b = space.to.steps[place - FIRST]
        for own, other in ((helps, hurts), (hurts, helps)):
            if place in own:
                own.add(a)
                (other if op is Op.AND_NOT else own).add(b)
    return Signs(frozenset(r for r in helps if r < 0), frozenset(r for r in hurts if r < 0))


def settled(space: Space, values: Mapping[int, int], registers: Sequence[int]) -> list[int]:
    """What these registers are once some facts are settled: ``values`` leads from facts to `ZERO` or `ONES`."""
    to = space.to
    joins = (to.both, to.either, to.without)
    known = {ZERO: ZERO, ONES: ONES, **values}
    for register in below(space, registers):
        if register < 0:
            known.setdefault(register, register)
        elif register >= FIRST:
            op, a, b = to.steps[register - FIRST]
            known[register] = joins[op](known[a], known[b])
    return [known[register] for register in registers]


# --- what is asked of both cases -------------------------------------------------------------------------------------------


def _same_name(inquiry: Inquiry, fact: Fact) -> dict[int, bool]:
    """The facts of the same name, each with whether it is that fact."""
    return {place: other == fact for other, place in inquiry.place.items() if other.name == fact.name}


def only_raises(inquiry: Inquiry, plane: Plane, fact: Fact) -> bool:
    """Whether stating a fact, in place of another of its name or of none, can by the signs of both never lower a status."""
    there, out = signs(inquiry.space, plane.established), signs(inquiry.space, plane.out)
    places = _same_name(inquiry, fact)
    against, favour = there.hurts | out.helps, there.helps | out.hurts
    return not any(place in (against if is_fact else favour) for place, is_fact in places.items())


def after_registers(inquiry: Inquiry, fact: Fact, registers: Iterable[int]) -> list[int]:
    """What registers are in the same case with a fact stated in place of others of its name."""
    values = {place: ONES if is_fact else ZERO for place, is_fact in _same_name(inquiry, fact).items()}
    return settled(inquiry.space, values, list(registers))


def after(inquiry: Inquiry, fact: Fact, plane: Plane) -> Plane:
    """What a plane is in the same case with a fact stated in place of others of its name."""
    return Plane(*after_registers(inquiry, fact, [plane.established, plane.robust, plane.out]))


def before(inquiry: Inquiry, unstated: Iterable[Fact], fact: Fact, register: int) -> int:
    """A register in the cases that state none of some facts and could as well state a fact."""
    to = inquiry.space.to
    (refused,) = after_registers(inquiry, fact, [inquiry.side.refused])
    return to.without(register, to.any([refused, *(inquiry.place[other] for other in unstated)]))


def rules_out_more(inquiry: Inquiry, fact: Fact) -> int:
    """True where stating a fact rules out a finding, stage or range that was not ruled out without it."""
    program, to = inquiry.side.program, inquiry.space.to
    groups = (program.present, program.stages, program.ranges)
    outs = sorted({inquiry.side.registers[plane.out] for group in groups for plane in group.values()})
    return to.any(to.without(now, was) for was, now in zip(outs, after_registers(inquiry, fact, outs), strict=True))


def told_change(inquiry: Inquiry, verdict: Verdict, fact: Fact, tell: Callable[[Facts, Facts], str]) -> Verdict:
    """A verdict on a change of one fact; a broken one with the case after it, and what ``tell`` says of both cases."""
    facts = None if verdict.witness is None else facts_of(verdict.witness, inquiry.space)
    if facts is None:
        return verdict
    changed = frozenset({*(f for f in facts if f.name != fact.name), fact})
    return attrs.evolve(verdict, changed=case_of(changed), detail=tell(facts, changed))


def told_lowered(inquiry: Inquiry, name: str, register: int, fact: Fact, plane: Plane) -> Verdict:
    """The verdict that a register is true in no case to which a fact is added, with the outcome of a plane before and after it.

    The case before says another thing of it, or nothing. Told is rather a case in which what was established is lost.
    """

    def tell(was: Facts, now: Facts) -> str:
        return "with {}={}, {} becomes {}".format(*attrs.astuple(fact), *outcomes(inquiry.space, plane, [was, now]))

    lost = inquiry.space.to.without(plane.established, after(inquiry, fact, plane).established)
    found = never(inquiry, name, before(inquiry, [fact], fact, register), "", rather=lost)
    return told_change(inquiry, found, fact, tell)
