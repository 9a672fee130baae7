"""Why a result is not established: by each of its rules the nearest way there, and what the case is short of."""

from collections.abc import Iterator

from hechting_rules.advice import FlagName, Outcome
from hechting_rules.answered import Answered
from hechting_rules.explaining.repairs import Repair, working
from hechting_rules.explaining.safety import gates
from hechting_rules.explaining.ways import Want, Way, Ways
from hechting_rules.explaining.wording import fact_label, joined, stated_fact
from hechting_rules.explanations import Gap, Obstacle, WhyNot
from hechting_rules.facts import Fact
from hechting_rules.model import Rulebook
from hechting_rules.terms import Person, Status, Text

GAP_ORDER = {gap: place for place, gap in enumerate(Gap)}

MOST_WAYS = 8
"""How many ways by one rule are tried, nearest first."""


def shortfall(code: str, answered: Answered) -> tuple[WhyNot, ...]:
    """What a result is short of by each rule that could establish it, nearest first; of one that is only withheld, the flags.

    Nothing for a result that is established and told. Left out is a rule that no repair of the case lets establish it, and one
    whose repair asks for more than another rule needs. Repairs say what the rules ask for: neither another finding that implies
    several of these at once, nor that there is no such person. What clashes with them is left out, not said otherwise. Of a
    condition that holds and is taken back only that is repaired.
    """
    plane = answered.program.results[code]
    if answered.outcome(plane) is Outcome.ESTABLISHED:
        return tuple(_withheld(code, answered))
    rank = {rule: place for place, rule in enumerate(answered.book.rules_of.get(code, ()))}
    nearest: dict[str, WhyNot] = {}
    ways = [way for found in Ways(answered).by_rule(code).values() for way in sorted(found, key=Way.things)[:MOST_WAYS]]
    for repair in working(code, ways, answered):
        told = _why_not(repair, answered)
        rule = told.rules[0]
        if rule not in nearest or _distance(told) < _distance(nearest[rule]):
            nearest[rule] = told
    return tuple(sorted(nearest.values(), key=lambda told: (_distance(told), rank[told.rules[0]])))


def _distance(told: WhyNot) -> tuple[int, list[int], int]:
    """How much is short; of as much, what is not known before what is known to be otherwise, and another stage after both.

    Last how much must be left out.
    """
    gaps = sorted((GAP_ORDER[obstacle.gap] for obstacle in told.obstacles), reverse=True)
    return len(told.obstacles), gaps, len(told.withdraw)


def _withheld(code: str, answered: Answered) -> Iterator[WhyNot]:
    """The flags that withhold an established suggestion, and how the case would say that they were acted upon."""
    book = answered.book
    item = book.suggestions.get(code)
    flags = () if item is None else gates(item, answered).withheld_by
    if item is None or not flags:
        return
    addressed = {s.addressed_by for s in book.suggestions.values() for flag in flags if s.flag == flag.id and s.addressed_by}
    state = tuple(stated_fact(Fact(finding, Status.PRESENT.value), book) for finding in sorted(addressed))
    yield WhyNot((), item.summary, tuple(_flag_obstacle(flag) for flag in flags), state, (), ())


def _flag_obstacle(flag: FlagName) -> Obstacle:
    return Obstacle(Gap.WITHHELD, flag.id, flag.name)


def _why_not(repair: Repair, answered: Answered) -> WhyNot:
    book = answered.book
    return WhyNot(
        rules=repair.way.rules,
        title=book.rules[repair.way.rules[0]].title,
        obstacles=tuple(_obstacles(repair, answered)),
        state=tuple(stated_fact(fact, book) for fact in repair.state),
        withdraw=tuple(stated_fact(fact, book) for fact in repair.withdraw),
        switch_on=tuple(sorted(repair.switch_on)),
    )


def _obstacles(repair: Repair, answered: Answered) -> Iterator[Obstacle]:
    """What is short, in words: unknown before otherwise, then stages and values, what takes back, what is switched off."""
    book = answered.book
    told = [Obstacle(_gap(fact, answered), fact.name, _wanted(fact, repair, book)) for fact in repair.state]
    told += [Obstacle(Gap.UNLESS, code, book.conclusions[code].title) for code in repair.lost]
    told += [Obstacle(Gap.OFF, rule, book.rules[rule].title) for rule in sorted(repair.switch_on)]
    yield from sorted(told, key=lambda obstacle: (GAP_ORDER[obstacle.gap], obstacle.code))


def _gap(fact: Fact, answered: Answered) -> Gap:
    """What stands against a fact: that it is otherwise, as far as that is known or said, or that it is not known."""
    program, values = answered.program, answered.values
    if fact.name in tuple(Person):
        return Gap.STAGE
    if fact.name in answered.book.quantities:
        return Gap.RANGE
    told = answered.admitted.stated().get(fact.name)
    present, absent = program.present[fact.name], program.absent[fact.name]
    if fact.value == Status.PRESENT and (told is Status.ABSENT or (values[present.out] and not values[absent.out])):
        return Gap.ABSENT
    if fact.value == Status.ABSENT and (told is Status.PRESENT or values[present.established]):
        return Gap.PRESENT
    return Gap.ASKED if told is Status.UNKNOWN else Gap.UNKNOWN


def _wanted(fact: Fact, repair: Repair, book: Rulebook) -> Text:
    """What would be needed: of a value any in the ranges, of anything else just that."""
    ranges = (book.ranges[need.code] for need in sorted(repair.way.needs) if need.want is Want.RANGE)
    labels = [named.label for named in ranges if named.quantity == fact.name]
    return joined(labels) if labels else fact_label(fact, book)
