"""A program as production rules: when these registers are so and those are not, those are so. What a Rete engine can run.

The and, or and and-not steps of a program are gathered into rules over the registers that anything else reads: the planes of
findings, stages, ranges, rules, results and flags, and what several of these share. Each rule is a conjunction; a register is so
when one of its rules holds. What lies inside a single rule is no fact of its own.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from hechting_rules.engine.kernel import Op, Step
from hechting_rules.engine.program import Program
from hechting_rules.errors import EngineError


@attrs.frozen
class Production:
    """When everything in ``body`` is so, all ``heads`` are.

    A number is a register of the program; below 0 it says that the register is not so. Each head comes after its whole body.
    """

    body: tuple[int, ...]
    heads: tuple[int, ...]


@attrs.frozen(eq=False)
class Productions:
    """A program as rulesets that together derive the registers ``derived``; ``negated`` are those that some rule wants not so.

    ``inputs`` is the number of registers that are given: two constants, then the inputs of the program. ``steps`` are those of
    the program, for the registers that are not derived.
    """

    inputs: int
    steps: tuple[Step, ...]
    rulesets: tuple[tuple[Production, ...], ...]
    derived: frozenset[int]
    negated: frozenset[int]


@attrs.frozen
class Size:
    """How large a ruleset is.

    ``conditions`` are those of all its rules together, ``comparisons`` the different ones; ``widest`` is the most conditions of
    one rule, ``most_used`` the most conditions that ask for the same thing.
    """

    rules: int
    conditions: int
    comparisons: int
    widest: int
    most_used: int


LIMITS = Size(rules=1_000, conditions=4_000, comparisons=400, widest=8, most_used=200)
"""How large a ruleset may be, well inside what durable-rules 2.0.28 was seen to bear.

That is 4,096 rules; 511 comparisons (with two more, registering never ends); 16 conditions to a rule; 255 that ask for the same.
"""

MOST_CONDITIONS = 20_000
"""How many conditions all rulesets of a program may have together: each takes about 10 kB of a working memory."""

_Body = tuple[int, ...]


def productions(program: Program) -> Productions:
    """A program as production rules, in rulesets within the `LIMITS`. Raises `EngineError` for a program that is too large."""
    defined = _defined(program)
    joined: dict[_Body, list[int]] = {}
    for head, bodies in defined.items():
        for body in bodies:
            joined.setdefault(body, []).append(head)
    rulesets = tuple(_split(Production(body, tuple(heads)) for body, heads in joined.items()))
    negated = frozenset(-one for body in joined for one in body if one < 0)
    found = Productions(_first(program), program.steps, rulesets, frozenset(defined), negated)
    _check(sizes(found))
    return found


def sizes(found: Productions) -> tuple[Size, ...]:
    """How large each ruleset is."""
    return tuple(_size(rules) for rules in found.rulesets)


def registers(found: Productions, inputs: Sequence[int], so: frozenset[int] | set[int]) -> list[int]:
    """All registers for a block of one, from its inputs and from the derived registers that are so.

    Registers that are not derived lie inside one rule, or are those of a case that contradicts itself; they are worked out here.
    """
    values = list(inputs)
    keep, derived, both, either = values.append, found.derived, Op.AND, Op.OR
    for register, (op, a, b) in enumerate(found.steps, found.inputs):
        if register in derived:
            keep(1 if register in so else 0)
        elif op is both:
            keep(values[a] & values[b])
        elif op is either:
            keep(values[a] | values[b])
        else:
            keep(values[a] & ~values[b])
    return values


def _first(program: Program) -> int:
    return 2 + len(program.inputs)


def _planes(program: Program) -> frozenset[int]:
    """The registers that are read from outside, but that of the cases that contradict themselves: these are refused before."""
    groups = (
        *(program.rules, program.bodies, program.results, program.flags),
        *(program.present, program.absent, program.stages, program.ranges),
    )
    found = {r for group in groups for p in group.values() for r in (p.established, p.robust, p.out)}
    return frozenset(found | set(program.withholding.values()))


def _needed(program: Program) -> frozenset[int]:
    """The steps that the planes rest on."""
    first = _first(program)
    found = {register for register in _planes(program) if register >= first}
    for register in range(first + len(program.steps) - 1, first - 1, -1):
        if register in found:
            found.update(r for r in program.steps[register - first][1:] if r >= first)
    return frozenset(found)


def _defined(program: Program) -> Mapping[int, list[_Body]]:
    """The registers that become facts, in order, each with the conjunctions that make it so."""
    first, needed, planes = _first(program), _needed(program), _planes(program)
    steps = {register: program.steps[register - first] for register in sorted(needed)}
    uses = Counter(register for _, a, b in steps.values() for register in (a, b))
    negated = {b for op, _, b in steps.values() if op is Op.AND_NOT}
    drafts = _Drafts(first)
    for register, (op, a, b) in steps.items():
        if op is Op.OR:
            bodies = [*drafts.alternatives(a), *drafts.alternatives(b)]
        elif op is Op.AND:
            bodies = [drafts.joined(a, b)]
        else:
            bodies = [drafts.without(a, b)]
        kept = register in planes or register in negated or uses[register] > 1
        (drafts.facts if kept else drafts.loose)[register] = list(dict.fromkeys(bodies))
    return {register: drafts.facts[register] for register in sorted(drafts.facts)}


@attrs.define
class _Drafts:
    """Rules under construction: registers that are facts, and those that may still be taken into the one rule that uses them."""

    first: int
    facts: dict[int, list[_Body]] = attrs.field(factory=dict)
    loose: dict[int, list[_Body]] = attrs.field(factory=dict)

    def alternatives(self, register: int) -> list[_Body]:
        """The conjunctions that a register is one of, or the register itself."""
        return self.loose.pop(register, [(register,)])

    def joined(self, a: int, b: int) -> _Body:
        """Both of two registers in one conjunction, which stays within the width of a rule."""
        left, right = self._conjunction(a), self._conjunction(b)
        for register, body in sorted(((a, left), (b, right)), key=lambda pair: -len(pair[1])):
            if len(left) + len(right) > LIMITS.widest and len(body) > 1:
                self._settle(register, body)
                left, right = ((register,), right) if register == a else (left, (register,))
        return tuple(sorted({*left, *right}))

    def without(self, a: int, b: int) -> _Body:
        """A register and not another, which is a fact."""
        body = self._conjunction(a)
        if len(body) >= LIMITS.widest:
            self._settle(a, body)
            body = (a,)
        return tuple(sorted({*body, -b}))

    def _conjunction(self, register: int) -> _Body:
        """What a register is the conjunction of; one with alternatives becomes a fact."""
        bodies = self.loose.pop(register, None)
        if bodies is None:
            return (register,)
        if len(bodies) == 1:
            return bodies[0]
        self.facts[register] = bodies
        return (register,)

    def _settle(self, register: int, body: _Body) -> None:
        self.facts[register] = [body]


def _split(rules: Iterable[Production]) -> Iterator[tuple[Production, ...]]:
    """The rules in rulesets that each stay within the limits, those that derive near registers together."""
    taken: list[Production] = []
    asked = Counter[int]()
    conditions = 0
    for rule in rules:
        more = sum(1 for one in rule.body if one not in asked)
        full = (
            len(taken) == LIMITS.rules
            or len(asked) + more > LIMITS.comparisons
            or conditions + len(rule.body) > LIMITS.conditions
            or any(asked[one] == LIMITS.most_used for one in rule.body)
        )
        if full:
            yield tuple(taken)
            taken, asked, conditions = [], Counter[int](), 0
        taken.append(rule)
        asked.update(rule.body)
        conditions += len(rule.body)
    if taken:
        yield tuple(taken)


def _size(rules: Sequence[Production]) -> Size:
    asked = Counter(one for rule in rules for one in rule.body)
    return Size(
        rules=len(rules),
        conditions=asked.total(),
        comparisons=len(asked),
        widest=max(len(rule.body) for rule in rules),
        most_used=max(asked.values()),
    )


def _check(found: Sequence[Size]) -> None:
    """Refuse what durable-rules could not bear, before anything is registered."""
    for size in found:
        for name, most in attrs.asdict(LIMITS).items():
            if getattr(size, name) > most:
                raise EngineError(f"a ruleset has {getattr(size, name)} {name.replace('_', ' ')}; at most {most} are registered")
    total = sum(size.conditions for size in found)
    if total > MOST_CONDITIONS:
        message = (
            f"the rulebook has {total} conditions; the engine 'durable' takes at most {MOST_CONDITIONS}, 'kernel' has no limit"
        )
        raise EngineError(message)
