"""What if: how the results of two cases differ, and how much of one case rests on the library's own numbers."""

import functools
import math
from collections.abc import Iterator, Mapping

import attrs

from hechting_rules.advice import Outcome
from hechting_rules.answered import Answered, program_for
from hechting_rules.case import admit
from hechting_rules.condition import Is, IsAbsent, leaves
from hechting_rules.engine.kernel import run
from hechting_rules.engine.program import Program
from hechting_rules.errors import CaseError
from hechting_rules.explaining.justify import told
from hechting_rules.explaining.safety import gates
from hechting_rules.explaining.wording import stated_fact
from hechting_rules.explanations import Changed, Dependence, Difference, FactChange, Move, RuleName, Standing
from hechting_rules.facts import AGE_OF, block
from hechting_rules.model import Parameter, Profile, Rulebook
from hechting_rules.terms import NumberOrigin, Person


def difference(before: Answered, after: Answered) -> Difference:
    """What two cases say differently, and each result that differs, with the rules that make the difference."""
    return Difference(tuple(_fact_changes(before, after)), tuple(_changed(before, after)))


def _fact_changes(before: Answered, after: Answered) -> Iterator[FactChange]:
    """What the two cases say differently, in the order of the stages, quantities and findings."""
    book = before.book
    old, new = ({fact.name: fact for fact in answered.admitted.facts} for answered in (before, after))
    order = {name: place for place, name in enumerate((*Person, *book.quantities, *book.findings))}
    for name in sorted(old.keys() | new.keys(), key=lambda name: order[name]):
        if old.get(name) != new.get(name):
            yield FactChange(*(stated_fact(f, book) if f else None for f in (old.get(name), new.get(name))))


def _changed(before: Answered, after: Answered) -> Iterator[Changed]:
    """The results that differ: what is told before the rest; what appears, then what goes, then what changes."""
    book = before.book
    found = []
    for code in before.program.results:
        old, new = standing(code, before), standing(code, after)
        if old != new:
            shown = any(told(code, answered) for answered in (before, after))
            rules = tuple(_through(code, before, after)) if _decided(old) != _decided(new) else ()
            found.append(Changed(code, book.title(code), shown, _move(old, new), old, new, rules))
    moves = {move: place for place, move in enumerate(Move)}
    yield from sorted(found, key=lambda c: (not c.told, moves[c.move], c.code not in book.suggestions))


def standing(code: str, answered: Answered) -> Standing:
    """How a result stands in a case, with the safety flags before it."""
    plane = answered.program.results[code]
    item = answered.book.suggestions.get(code)
    outcome, robust = answered.outcome(plane), answered.robust(plane)
    if item is None or outcome is Outcome.RULED_OUT:
        return Standing(outcome, robust)
    before = gates(item, answered)
    return Standing(outcome, robust, before.withheld_by, before.after, before.screen_first)


def _decided(standing: Standing) -> tuple[Outcome, bool]:
    """What rules decide of a standing; safety flags decide the rest."""
    return standing.outcome, standing.robust


def _move(before: Standing, after: Standing) -> Move:
    """A result appears when it comes to be established, and goes when it no longer is."""
    there, then = (s.outcome is Outcome.ESTABLISHED for s in (before, after))
    if there is then:
        return Move.CHANGES
    return Move.APPEARS if then else Move.GOES


def _through(code: str, before: Answered, after: Answered) -> Iterator[RuleName]:
    """The rules of a result that stand differently, then those of what they rest on, down to the findings."""
    book, seen, todo = before.book, set[str](), [code]
    for result in todo:
        for rule_id in book.rules_of.get(result, ()):
            if rule_id in seen or _verdict(rule_id, before) == _verdict(rule_id, after):
                continue
            seen.add(rule_id)
            rule = book.rules[rule_id]
            yield RuleName(rule_id, rule.title)
            below = (leaf.code for leaf in leaves(rule.when) if isinstance(leaf, Is | IsAbsent))
            todo.extend(c for c in (*below, *rule.unless) if c in book.rules_of and c not in todo)


def _verdict(rule_id: str, answered: Answered) -> tuple[Outcome, bool] | None:
    plane = answered.program.rules.get(rule_id)
    return None if plane is None else (answered.outcome(plane), answered.robust(plane))


def dependences(answered: Answered, within: float) -> Iterator[Dependence]:
    """What other values of the library's own numbers would change for a case, the nearest value on either side.

    ``within`` is how far a number is varied, as a share of itself. Tried are whole numbers, and numbers that the case or the
    rulebook gives, at which a bound meets or has just passed such a number: between them nothing can change. A value that would
    leave less than a whole unit in a stage or range, or that the case clashes with, is not tried.
    """
    for parameter in answered.book.parameters.values():
        if parameter.origin is NumberOrigin.LIBRARY:
            below, above = _values_around(parameter, answered, within)
            for values in (below, above):
                found = (_dependence(parameter, value, answered) for value in values)
                yield from next(([d] for d in found if d is not None and d.changed), [])


def _dependence(parameter: Parameter, value: float, answered: Answered) -> Dependence | None:
    """What one other value of a parameter changes; nothing where the case clashes with it or the program runs the same."""
    book, program = answered.book, _program_at(parameter.name, value, answered)
    try:
        admitted = admit(answered.admitted.case, book, program)
    except CaseError:
        return None
    values = run(program.steps, block([admitted.facts], program, book))
    if program.steps is answered.program.steps and values == answered.values:
        return None
    other = attrs.evolve(answered, program=program, admitted=admitted, values=values)
    now = answered.program.parameters[parameter.name]
    return Dependence(parameter.name, now, value, parameter.unit, parameter.reason, tuple(_changed(answered, other)))


def _program_at(name: str, value: float, answered: Answered) -> Program:
    """The program with another value of a parameter: the same steps as long as no bound passes another."""
    book, profile, program = answered.book, answered.profile, answered.program
    now = program.parameters[name]
    if all(
        (now > other) - (now < other) == (value > other) - (value < other) for other in _others(name, book, program.parameters)
    ):
        return attrs.evolve(program, parameters={**program.parameters, name: value})
    if book.profiles.get(profile.id) is profile:
        return _named_at(book, profile.id, name, value)
    return program_for(book, _with_value(profile, name, value))


@functools.lru_cache(maxsize=64)
def _named_at(book: Rulebook, profile_id: str, name: str, value: float) -> Program:
    return program_for(book, _with_value(book.profiles[profile_id], name, value))


def _with_value(profile: Profile, name: str, value: float) -> Profile:
    return attrs.evolve(profile, parameters={**profile.parameters, name: value})


def _values_around(parameter: Parameter, answered: Answered, within: float) -> tuple[list[float], list[float]]:
    """The values below and above the present one to try, nearest first, as far as the order of bounds allows."""
    book, parameters = answered.book, answered.program.parameters
    now = parameters[parameter.name]
    least, most = _room(parameter.name, book, parameters)
    given = {float(fact.value) for fact in answered.admitted.facts if fact.name in _quantities_of(parameter.name, book)}
    met = given | _others(parameter.name, book, parameters)
    values = {float(v) for other in met for v in (math.ceil(other) - 1, other, math.floor(other) + 1)}
    near = {v for v in values if least <= v <= most and v > 0 and abs(v - now) <= within * now}
    return sorted((v for v in near if v < now), reverse=True), sorted(v for v in near if v > now)


def _quantities_of(name: str, book: Rulebook) -> set[str]:
    """The quantities that a parameter bounds."""
    staged = {AGE_OF[s.of] for s in book.stages.values() if name in (s.start, s.below)}
    return staged | {r.quantity for r in book.ranges.values() if name in (r.start, r.end)}


def _room(name: str, book: Rulebook, parameters: Mapping[str, float]) -> tuple[float, float]:
    """Between which values a bound may move and leave a whole unit in each of its stages and ranges."""
    least, most = 0.0, float("inf")
    for _, start, end in _ends(book):
        if name == start:
            most = min(most, _value(end, parameters) - 1)
        if name == end:
            least = max(least, _value(start, parameters) + 1)
    return least, most


def _others(name: str, book: Rulebook, parameters: Mapping[str, float]) -> set[float]:
    """All other bounds of the quantities that a parameter bounds."""
    own = _quantities_of(name, book)
    ends = {end for quantity, *both in _ends(book) if quantity in own for end in both}
    return {_value(end, parameters) for end in ends - {name}} - {float("inf")}


def _ends(book: Rulebook) -> Iterator[tuple[str, float | str, float | str]]:
    """Both ends of each stage and range: the quantity, and each end as a number or a parameter's name."""
    for stage in book.stages.values():
        if stage.start or stage.below:
            yield AGE_OF[stage.of], stage.start or 0.0, stage.below or float("inf")
    for named in book.ranges.values():
        yield named.quantity, named.start, named.end


def _value(end: float | str, parameters: Mapping[str, float]) -> float:
    return parameters[end] if isinstance(end, str) else end
