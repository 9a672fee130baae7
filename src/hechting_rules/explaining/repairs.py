"""Repairs: what a case would have to say for a way to a result to be taken, tried on the program before it is told."""

import functools
import itertools
import operator
from collections.abc import Iterable, Iterator, Sequence

import attrs

from hechting_rules.answered import Answered, around, program_for
from hechting_rules.engine.program import Program
from hechting_rules.explaining.sufficient import FactSet, minimal_sets
from hechting_rules.explaining.ways import Want, Way
from hechting_rules.facts import AGE_OF, Fact, stage_at
from hechting_rules.model import Profile, Rulebook, Stage
from hechting_rules.profiles import with_rules_on
from hechting_rules.terms import NO_PERSON, PERSON_OF, About, Person, Status

MOST_OPTIONS = 32
"""How many ways to say the same way are tried: other stages, other values in a range."""

MOST_SHRUNK = 4
"""How many of those that work are made smaller, for each way."""

MOST_TAKEN_BACK = 4
"""For how many of those that are taken back is worked out what to leave out, for each way."""

MOST_LEFT_OUT = 3
"""Of how many facts a set to leave out has at most."""

ROUNDS = 3
"""How often a repair is tried: as it is, without what clashes with it, and without what takes it back."""

STATUS_OF = {Want.PRESENT: Status.PRESENT.value, Want.ABSENT: Status.ABSENT.value}

by_name = operator.attrgetter("name")

_Choices = Sequence[tuple[Fact, ...]]


@attrs.frozen
class Repair:
    """Facts to state in place of what the case says of the same things, facts to leave out, and rules to switch on.

    ``lost`` names the conclusions that take a rule on the way back where one of the facts is not left out.
    """

    way: Way
    state: tuple[Fact, ...]
    withdraw: tuple[Fact, ...] = ()
    switch_on: frozenset[str] = frozenset()
    lost: tuple[str, ...] = ()

    def changes(self) -> tuple[Fact, ...]:
        """The repair as changes of a case: a fact without a value leaves its thing out."""
        return (*(Fact(fact.name, "") for fact in self.withdraw), *self.state)

    def size(self) -> int:
        """How many things stand in the way."""
        return len(self.state) + len(self.switch_on) + len(self.lost)


@attrs.frozen(eq=False)
class Tried:
    """A repaired case after a program ran: one bit of a block."""

    program: Program
    values: Sequence[int]
    bit: int

    def holds(self, register: int) -> bool:
        """Whether a register is true."""
        return bool(self.values[register] >> self.bit & 1)

    def takes(self, way: Way) -> bool:
        """Whether the case may be, and every rule on the way holds."""
        rules = self.program.rules
        ran = all(rule in rules and self.holds(rules[rule].established) for rule in way.rules)
        return ran and not self.holds(self.program.refused)

    def gives(self, code: str) -> bool:
        """Whether the case may be and establishes a result."""
        return self.holds(self.program.results[code].established) and not self.holds(self.program.refused)

    def lost(self, way: Way, book: Rulebook) -> tuple[str, ...]:
        """The conclusions that take a rule on the way back."""
        named = {code for rule in way.rules for code in book.rules[rule].unless}
        return tuple(code for code in sorted(named) if self.holds(self.program.results[code].established))


def working(code: str, ways: Iterable[Way], answered: Answered) -> list[Repair]:
    """For each way its smallest repair with which every rule on it holds; a way that has none is left out.

    So is one that asks for more than it takes: a part of its repair establishes the result already, by another rule.
    """
    options = [repair for way in ways for repair in itertools.islice(_repairs(way, answered), MOST_OPTIONS)]
    least: dict[Way, Repair] = {}
    for repair in _with_lost(_smallest(code, _taking(options, answered), answered), answered):
        if repair.way not in least or repair.size() < least[repair.way].size():
            least[repair.way] = repair
    return list(least.values())


def tried(repairs: Sequence[Repair], answered: Answered) -> list[Tried]:
    """The repaired cases, those with the same rules switched on in one block."""
    found: dict[int, Tried] = {}
    for on in sorted({repair.switch_on for repair in repairs}, key=sorted):
        places = [place for place, repair in enumerate(repairs) if repair.switch_on == on]
        program = with_on(answered.book, answered.profile, on) if on else answered.program
        values = around([repairs[place].changes() for place in places], answered, program)
        found.update((place, Tried(program, values, bit)) for bit, place in enumerate(places))
    return [found[place] for place in range(len(repairs))]


def _taking(options: list[Repair], answered: Answered) -> list[Repair]:
    """The repairs that take their way, the smallest few of each way.

    One that does not is tried again without what clashes with it, then without what carries a conclusion that takes it back.
    """
    found: dict[Way, list[Repair]] = {}
    freed: dict[Way, int] = {}
    for _ in range(ROUNDS):
        refused: list[Repair] = []
        taken_back: list[Repair] = []
        for repair, then in zip(options, tried(options, answered), strict=True):
            if then.takes(repair.way):
                found.setdefault(repair.way, []).append(repair)
            elif then.holds(then.program.refused):
                refused.append(repair)
            elif (lost := then.lost(repair.way, answered.book)) and freed.get(repair.way, 0) < MOST_TAKEN_BACK:
                freed[repair.way] = freed.get(repair.way, 0) + 1
                taken_back.extend(_left_out(lost, repair, then, answered))
        options = [*_without_clashes(refused, answered), *taken_back]
    return [repair for some in found.values() for repair in sorted(some, key=Repair.size)[:MOST_SHRUNK]]


def _smallest(code: str, repairs: list[Repair], answered: Answered) -> list[Repair]:
    """The repairs without what their way does not need, and none of which less than that gives the result already."""
    moving, idle = True, set[int]()
    while moving:
        fewer = [(place, less) for place, repair in enumerate(repairs) for less in _one_less(repair)]
        cases = tried([less for _, less in fewer], answered)
        better: dict[int, Repair] = {}
        for (place, less), then in zip(fewer, cases, strict=True):
            if then.takes(less.way):
                better.setdefault(place, less)
        idle = {place for (place, _), then in zip(fewer, cases, strict=True) if then.gives(code)}
        moving = bool(better)
        repairs = [better.get(place, repair) for place, repair in enumerate(repairs)]
    return [repair for place, repair in enumerate(repairs) if place not in idle]


def _one_less(repair: Repair) -> Iterator[Repair]:
    for fact in repair.state:
        yield attrs.evolve(repair, state=tuple(f for f in repair.state if f != fact))
    for fact in repair.withdraw:
        yield attrs.evolve(repair, withdraw=tuple(f for f in repair.withdraw if f != fact))
    for rule in sorted(repair.switch_on):
        yield attrs.evolve(repair, switch_on=repair.switch_on - {rule})


def _with_lost(repairs: Sequence[Repair], answered: Answered) -> list[Repair]:
    """The repairs with the conclusions that would take them back if one thing were not left out."""
    kept = [
        (place, attrs.evolve(repair, withdraw=tuple(f for f in repair.withdraw if f != fact)))
        for place, repair in enumerate(repairs)
        for fact in repair.withdraw
    ]
    lost: dict[int, set[str]] = {}
    for (place, repair), then in zip(kept, tried([repair for _, repair in kept], answered), strict=True):
        if not then.holds(then.program.refused):
            lost.setdefault(place, set()).update(then.lost(repair.way, answered.book))
    return [attrs.evolve(repair, lost=tuple(sorted(lost.get(place, ())))) for place, repair in enumerate(repairs)]


def _without_clashes(repairs: Sequence[Repair], answered: Answered) -> Iterator[Repair]:
    """The repairs that clash with what the case says, without the facts of the case that do, alone or at a stage it says."""
    stages = [fact for fact in answered.admitted.facts if fact.name in {*Person, *AGE_OF.values()}]
    alone = _clashing(repairs, (), answered)
    there = _clashing([repair for repair in repairs if repair not in alone], stages, answered)
    for repair, some in (alone | there).items():
        yield attrs.evolve(repair, withdraw=tuple(sorted((*repair.withdraw, *some), key=by_name)))


def _clashing(repairs: Sequence[Repair], beside: Sequence[Fact], answered: Answered) -> dict[Repair, list[Fact]]:
    """For each repair that clashes with facts of the case, each of them beside some others, these facts."""
    facts = answered.admitted.facts
    bare = [Fact(fact.name, "") for fact in facts]
    pairs, variants = [], []
    for repair in repairs:
        replaced = {fact.name for fact in repair.changes()}
        kept = [fact for fact in facts if fact.name not in replaced]
        pairs += [(repair, fact) for fact in kept if fact not in beside]
        there = [*bare, *(fact for fact in beside if fact in kept), *repair.state]
        variants += [[*there, fact] for fact in kept if fact not in beside]
    refused = around(variants, answered)[answered.program.refused] if variants else 0
    found: dict[Repair, list[Fact]] = {}
    for bit, (repair, fact) in enumerate(pairs):
        if refused >> bit & 1:
            found.setdefault(repair, []).append(fact)
    return found


def _left_out(lost: Iterable[str], repair: Repair, then: Tried, answered: Answered) -> Iterator[Repair]:
    """The repair without what carries conclusions: each smallest set of facts of the case to leave out.

    Where what is said of one person's stage carries them, other stages too.
    """
    replaced = {fact.name for fact in repair.changes()}
    kept = [fact for fact in answered.admitted.facts if fact.name not in replaced]
    repaired = attrs.evolve(
        answered,
        program=then.program,
        admitted=attrs.evolve(answered.admitted, facts=(*kept, *repair.state)),
        values=[value >> then.bit & 1 for value in then.values],
    )
    planes = {code: then.program.results[code] for code in lost}
    for left in _hitting({chosen for found in minimal_sets(repaired, planes).values() for chosen in found}, len(kept)):
        facts = [kept[place] for place in sorted(left)]
        yield _changed(repair, (Fact(fact.name, "") for fact in facts), answered)
        for person, now in ((Person.CHILD, answered.admitted.child_stage), (Person.ADULT, answered.admitted.adult_stage)):
            if {fact.name for fact in facts} <= {person.value, AGE_OF[person]}:
                others = _at_stage(person, _by_distance(person, now, answered.book), answered)
                yield from (_changed(repair, changes, answered) for changes in others)


def _hitting(sets: Iterable[FactSet], below: int) -> Iterator[FactSet]:
    """The smallest sets of places below a number, of a few at most, that have one in common with each of these sets."""
    sets = list(sets)
    among = sorted({place for chosen in sets for place in chosen if place < below})
    found: list[FactSet] = []
    for size in range(1, MOST_LEFT_OUT + 1):
        for some in map(frozenset, itertools.combinations(among, size)):
            if all(some & chosen for chosen in sets) and not any(less <= some for less in found):
                found.append(some)
                yield some


@functools.lru_cache(maxsize=64)
def _named_with_on(book: Rulebook, profile_id: str, on: frozenset[str]) -> Program:
    return program_for(book, _switched(book.profiles[profile_id], on))


def with_on(book: Rulebook, profile: Profile, on: frozenset[str]) -> Program:
    """The program of a rulebook under a profile with more rules switched on."""
    if book.profiles.get(profile.id) is profile:
        return _named_with_on(book, profile.id, on)
    return program_for(book, _switched(profile, on))


def _switched(profile: Profile, on: frozenset[str]) -> Profile:
    return attrs.evolve(with_rules_on(profile, sorted(on)), off=tuple(s for s in profile.off if s.rule not in on))


def _repairs(way: Way, answered: Answered) -> Iterator[Repair]:
    """What a case could say to take a way: each choice of stages and values, the nearest first."""
    book = answered.book
    said = [[(Fact(n.code, STATUS_OF[n.want]),)] for n in sorted(way.needs) if n.want in STATUS_OF]
    numbers = [
        [(value,) for value in _values(q.name, way, answered)] for q in book.quantities.values() if q.of not in tuple(Person)
    ]
    choices: list[_Choices] = [*(_person(person, way, answered) for person in Person), *filter(None, numbers), *said]
    stated = set(answered.admitted.facts)
    on = frozenset(need.code for need in way.needs if need.want is Want.ON)
    for chosen in itertools.product(*choices):
        changes = [fact for part in chosen for fact in part if fact not in stated]
        if len({fact.name for fact in changes}) == len(changes):
            yield _changed(Repair(way, (), switch_on=on), changes, answered)


def _changed(repair: Repair, changes: Iterable[Fact], answered: Answered) -> Repair:
    """A repair with more changes; a fact without a value leaves out what the case says of its thing."""
    more = {fact.name: fact for fact in changes}
    gone = (fact for fact in answered.admitted.facts if fact.name in more and not more[fact.name].value)
    state = sorted((*repair.state, *(fact for fact in more.values() if fact.value)), key=by_name)
    return attrs.evolve(repair, state=tuple(state), withdraw=tuple(sorted((*repair.withdraw, *gone), key=by_name)))


def _person(person: Person, way: Way, answered: Answered) -> _Choices:
    """What can be said of a person's stage or age: first what brings other needs with it, then what is nearest to the present.

    Nothing to say where none is short.
    """
    now = answered.admitted.child_stage if person is Person.CHILD else answered.admitted.adult_stage
    allowed, bound = _allowed(person, now, way, answered)
    brings = {stage: _brought(answered.book.stages[stage], way, answered) for stage in allowed}
    fitting = sorted((s for s in allowed if brings[s] is not None), key=lambda s: (-(brings[s] or 0), allowed.index(s)))
    if ages := _values(AGE_OF[person], way, answered):
        return _of_age(person, ages, fitting, answered)
    concerned = bound or now in allowed or any(brings.values()) or _speaks_of(person, way, answered.book)
    if now in fitting or not concerned or (not bound and now == NO_PERSON):
        return ((),)
    return [*_at_stage(person, fitting, answered)] if bound else [(), *_at_stage(person, fitting, answered)]


def _speaks_of(person: Person, way: Way, book: Rulebook) -> bool:
    """Whether a way needs a finding that counts or not by the stage of a person."""
    return any(n.want in STATUS_OF and PERSON_OF.get(book.findings[n.code].about) is person for n in way.needs)


def _at_stage(person: Person, stages: Sequence[str], answered: Answered) -> Iterator[tuple[Fact, ...]]:
    """What a case can say so that a person is at one of these stages: the stage or, where it gives an age, another age."""
    age = AGE_OF[person]
    yield from ((Fact(person.value, stage), Fact(age, "")) for stage in stages)
    if any(fact.name == age for fact in answered.admitted.facts):
        yield from _of_age(person, _values(age, None, answered), stages, answered)


def _of_age(person: Person, ages: Iterable[Fact], stages: Sequence[str], answered: Answered) -> list[tuple[Fact, ...]]:
    """The ages that belong to these stages, in their order; what the case says of another stage is left out."""
    own = [stage for stage in answered.book.stages.values() if stage.of is person]
    at = {age: stage_at(float(age.value), own, answered.program.parameters) for age in ages}
    said = next((fact.value for fact in answered.admitted.facts if fact.name == person.value), "")
    return [
        (age,) if said in {"", stage} else (age, Fact(person.value, ""))
        for age, stage in sorted(at.items(), key=lambda pair: [*stages, pair[1]].index(pair[1]))
        if stage in stages
    ]


def _brought(stage: Stage, way: Way, answered: Answered) -> int | None:
    """How many needs of a way a stage brings with it by what it implies; nothing where it stands against one."""
    closed = answered.program.closed
    there = {code for implied in stage.implies for code in (implied, *closed.below[implied])}
    wanted = {need.code for need in way.needs if need.want is Want.PRESENT}
    unwanted = {need.code for need in way.needs if need.want is Want.ABSENT}
    gone = {code for code in wanted | unwanted if there & set(closed.against[code])}
    if unwanted & there or wanted & gone:
        return None
    return len(wanted & there) + len(unwanted & gone)


def _allowed(person: Person, now: str, way: Way, answered: Answered) -> tuple[list[str], bool]:
    """The stages of a person that a way allows, the nearest to the present one first, and whether one of them must be said."""
    book = answered.book
    allowed, bound = _by_distance(person, now, book), False
    for need in way.needs:
        if need.want is Want.STAGE and need.code == person.value:
            allowed, bound = [stage for stage in allowed if stage in need.stages], True
        elif need.want in STATUS_OF and PERSON_OF.get(book.findings[need.code].about) is person:
            finding = book.findings[need.code]
            fit = set(finding.stages or allowed) - set(finding.not_at)
            allowed = [stage for stage in allowed if stage in fit]
            bound = bound or bool(finding.stages) or (now == NO_PERSON and finding.about in {About.CHILD, About.ADULT})
            bound = bound or now in finding.not_at
    return allowed, bound


def _by_distance(person: Person, now: str, book: Rulebook) -> list[str]:
    """The stages of a person, the nearest to the present one first."""
    own = [stage.code for stage in book.stages.values() if stage.of is person]
    at = own.index(now) if now in own else 0
    return sorted(own, key=lambda stage: abs(own.index(stage) - at))


def _values(quantity: str, way: Way | None, answered: Answered) -> list[Fact]:
    """Values of a quantity in all the ranges of it that a way needs; none where it needs none. Without a way, all over.

    They are the bounds of ranges and stages in there and what lies half way between two of these: any other value lies in the
    same ranges and stages as one of them.
    """
    book, parameters = answered.book, answered.program.parameters
    item = book.quantities[quantity]
    own = {r.name: r for r in book.ranges.values() if r.quantity == quantity}
    ends = {r.name: tuple(parameters[e] if isinstance(e, str) else e for e in (r.start, r.end)) for r in own.values()}
    needed = [] if way is None else [ends[n.code] for n in way.needs if n.want is Want.RANGE and n.code in own]
    if way is not None and not needed:
        return []
    low, high = max([item.least, *(e[0] for e in needed)]), min([item.most, *(e[1] for e in needed)])
    bounds = {low, high} | {end for both in ends.values() for end in both}
    bounds |= {parameters[name] for s in book.stages.values() if s.of == item.of for name in (s.start, s.below) if name}
    inside = sorted(bound for bound in bounds if low <= bound <= high)
    values = sorted({*inside, *((a + b) / 2 for a, b in itertools.pairwise(inside))})
    return [Fact(quantity, repr(float(value))) for value in values]
