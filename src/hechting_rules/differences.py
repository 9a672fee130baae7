"""What if: how the results of two cases differ, and how much of one case rests on the library's own numbers."""

from collections.abc import Iterable, Iterator, Mapping

import attrs

from hechting_rules.advice import Outcome, StatedFact
from hechting_rules.answered import Answered, answer
from hechting_rules.case import AGE_OF, Fact
from hechting_rules.errors import CaseError
from hechting_rules.explanations import Changed, Dependence, Difference, FactChange, Move, RuleName, Standing
from hechting_rules.justify import told
from hechting_rules.model import Is, IsAbsent, Parameter, Rulebook, leaves
from hechting_rules.safety import gates
from hechting_rules.terms import NumberOrigin, Person
from hechting_rules.wording import fact_label


def difference(before: Answered, after: Answered) -> Difference:
    """What two cases say differently, and each result that differs, with the rules that make the difference."""
    return Difference(tuple(_fact_changes(before, after)), tuple(_changed(before, after)))


def _fact_changes(before: Answered, after: Answered) -> Iterator[FactChange]:
    """What the two cases say differently, in the order of the stages, quantities and findings."""
    old, new = ({fact.name: fact for fact in answered.admitted.facts} for answered in (before, after))
    order = {name: place for place, name in enumerate((*Person, *before.book.quantities, *before.book.findings))}
    for name in sorted(old.keys() | new.keys(), key=lambda name: order[name]):
        if old.get(name) != new.get(name):
            yield FactChange(_told(old.get(name), before.book), _told(new.get(name), after.book))


def _told(fact: Fact | None, book: Rulebook) -> StatedFact | None:
    return None if fact is None else StatedFact(fact.name, fact.value, fact_label(fact, book))


def _changed(before: Answered, after: Answered) -> Iterator[Changed]:
    """The results that differ: what is told before the rest; what appears, then what goes, then what changes."""
    book = before.book
    found = []
    for code in before.program.results:
        old, new = standing(code, before), standing(code, after)
        if old != new:
            title = book.conclusions[code].title if code in book.conclusions else book.suggestions[code].summary
            shown = any(told(code, answered) for answered in (before, after))
            found.append(Changed(code, title, shown, _move(old, new), old, new, tuple(_through(code, before, after))))
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

    ``within`` is how far a number is varied, as a share of itself. The values tried are those at which a bound passes another
    number that the case or the rulebook gives; between them nothing can change. A value that would put bounds in another order,
    or that the case clashes with, is not tried.
    """
    for parameter in answered.book.parameters.values():
        if parameter.origin is NumberOrigin.LIBRARY:
            below, above = _values_around(parameter, answered, within)
            for values in (below, above):
                found = (_dependence(parameter, value, answered) for value in values)
                yield from next(([d] for d in found if d is not None and d.changed), [])


def _dependence(parameter: Parameter, value: float, answered: Answered) -> Dependence | None:
    """What one other value of a parameter changes; nothing where the case clashes with it."""
    profile = attrs.evolve(answered.profile, parameters={**answered.profile.parameters, parameter.name: value})
    try:
        other = answer(answered.admitted.case, answered.book, profile)
    except CaseError:
        return None
    now = answered.program.parameters[parameter.name]
    return Dependence(parameter.name, now, value, parameter.unit, parameter.reason, tuple(_changed(answered, other)))


def _values_around(parameter: Parameter, answered: Answered, within: float) -> tuple[list[float], list[float]]:
    """The values below and above the present one to try, nearest first, as far as the order of bounds allows."""
    book, parameters = answered.book, answered.program.parameters
    now = parameters[parameter.name]
    least, most, others = _bounds(parameter.name, now, book, parameters)
    given = {float(fact.value) for fact in answered.admitted.facts if fact.name in _quantities_of(parameter.name, book)}
    values = {v for other in given | others for v in (other - 1, other, other + 1) if least <= v <= most}
    near = {v for v in values if v > 0 and abs(v - now) <= within * now}
    return sorted((v for v in near if v < now), reverse=True), sorted(v for v in near if v > now)


def _quantities_of(name: str, book: Rulebook) -> set[str]:
    """The quantities that a parameter bounds."""
    staged = {AGE_OF[s.of] for s in book.stages.values() if name in (s.start, s.below)}
    return staged | {r.quantity for r in book.ranges.values() if name in (r.start, r.end)}


def _bounds(name: str, now: float, book: Rulebook, parameters: Mapping[str, float]) -> tuple[float, float, set[float]]:
    """Between which values a bound may move without passing the other end of its own stages and ranges, and all other bounds."""
    least, most = 0.0, float("inf")
    for start, end in _ends(book, parameters):
        if name == start[0]:
            most = min(most, end[1] - 1)
        if name == end[0]:
            least = max(least, start[1] + 1)
    quantities = _quantities_of(name, book)
    others = {value for q in quantities for value in _ends_of(q, book, parameters) if value != now}
    return least, most, others


def _ends(book: Rulebook, parameters: Mapping[str, float]) -> Iterator[tuple[tuple[str, float], tuple[str, float]]]:
    """Both ends of each stage and range, by name (empty for a plain number) and value."""
    for stage in book.stages.values():
        if stage.start or stage.below:
            low = parameters[stage.start] if stage.start else 0.0
            yield (stage.start, low), (stage.below, parameters[stage.below] if stage.below else float("inf"))
    for named in book.ranges.values():
        yield _end(named.start, parameters), _end(named.end, parameters)


def _end(end: float | str, parameters: Mapping[str, float]) -> tuple[str, float]:
    return (end, parameters[end]) if isinstance(end, str) else ("", end)


def _ends_of(quantity: str, book: Rulebook, parameters: Mapping[str, float]) -> Iterable[float]:
    names = [e for s in book.stages.values() if AGE_OF[s.of] == quantity for e in (s.start, s.below) if e]
    ends = [e for r in book.ranges.values() if r.quantity == quantity for e in (r.start, r.end)]
    return {parameters[e] if isinstance(e, str) else e for e in (*names, *ends)}
