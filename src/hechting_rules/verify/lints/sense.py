"""What single conditions say of each other by the vocabulary alone: that they cannot both hold, or that one gives the other."""

import functools
from collections.abc import Mapping

import attrs

from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, InRange, InStage, Is, IsAbsent
from hechting_rules.engine.admission import stage_bounds
from hechting_rules.model import DEFAULT_PROFILE, Rulebook
from hechting_rules.profiles import parameter_values
from hechting_rules.relations import Entailment, entailment
from hechting_rules.terms import NO_PERSON, PERSON_OF, About, Person

Single = Is | IsAbsent | InStage | InRange


@attrs.frozen(eq=False)
class Sense:
    """The vocabulary of a rulebook as lints look at it, with the parameters of its default profile."""

    book: Rulebook
    closed: Entailment
    parameters: Mapping[str, float]

    @classmethod
    def of(cls, book: Rulebook) -> "Sense":
        """The sense of a rulebook."""
        return cls(book, entailment(book.findings), parameter_values(book, book.profiles[DEFAULT_PROFILE]))

    def stages_of(self, person: Person) -> frozenset[str]:
        """All stages of a person."""
        return frozenset(stage.code for stage in self.book.stages.values() if stage.of is person)

    def ends(self, name: str) -> tuple[float, float]:
        """From and to of a range, both included."""
        named = self.book.ranges[name]
        start, end = (self.parameters[e] if isinstance(e, str) else e for e in (named.start, named.end))
        return start, end

    def reached(self, name: str) -> frozenset[str]:
        """The stages at which the person's age can lie in a range."""
        start, end = self.ends(name)
        of = self.book.quantities[self.book.ranges[name].quantity].of
        found = set()
        for stage in self.book.stages.values():
            low, high = stage_bounds(stage, self.parameters)
            bounded = low is not None or high is not None
            if stage.of == of and bounded and (low or 0) <= end and (high is None or high > start):
                found.add(stage.code)
        return frozenset(found)

    def within(self, name: str) -> frozenset[str]:
        """The stages that lie wholly in a range of the person's age."""
        start, end = self.ends(name)
        return frozenset(
            code
            for code in self.reached(name)
            for low, high in [stage_bounds(self.book.stages[code], self.parameters)]
            if (low or 0) >= start and high is not None and high <= end
        )

    def places(self, single: Single) -> Mapping[Person, frozenset[str]]:
        """The stages (or ``none``) at which a single condition can hold, for each person whose stage it is bound to."""
        match single:
            case InStage(stages):
                return {self.book.stages[stages[0]].of: frozenset(stages)}
            case InRange(name):
                of = self.book.quantities[self.book.ranges[name].quantity].of
                return {Person(of): self.reached(name)} if of in tuple(Person) else {}
            case Is(code) | IsAbsent(code) if code in self.book.findings:
                finding = self.book.findings[code]
                person = PERSON_OF.get(finding.about)
                if person is None:
                    return {}
                every = self.stages_of(person)
                own = finding.about in {About.CHILD, About.ADULT}
                if finding.stages:
                    return {person: frozenset(finding.stages)}
                there = (every - set(finding.not_at)) | (set() if own else {NO_PERSON})
                return {person: there} if own or finding.not_at else {}
            case _:
                return {}

    def present_with(self, single: Single) -> frozenset[str]:
        """The findings that are present wherever a single condition holds."""
        match single:
            case Is(code) if code in self.book.findings:
                return self._spread([code])
            case InStage(stages):
                return frozenset.intersection(*(self._spread(self.book.stages[stage].implies) for stage in stages))
            case InRange(name):
                return self._spread(self.book.quantities[self.book.ranges[name].quantity].implies)
            case _:
                return frozenset()

    def _spread(self, codes: tuple[str, ...] | list[str]) -> frozenset[str]:
        return frozenset(other for code in codes for other in (code, *self.closed.below[code]))

    def absent_with(self, single: Single) -> frozenset[str]:
        """The findings that are not present wherever a single condition holds."""
        if isinstance(single, IsAbsent):
            return frozenset((single.code, *self.closed.above[single.code]))
        return frozenset(other for code in self.present_with(single) for other in self.closed.against[code])


@functools.lru_cache(maxsize=16)
def sense_of(book: Rulebook) -> Sense:
    """The sense of a rulebook, made once."""
    return Sense.of(book)


def clash(one: Single, other: Single, sense: Sense) -> str:
    """Why two single conditions never hold together, in words; nothing where the vocabulary does not say so."""
    if any(sense.present_with(a) & sense.absent_with(b) for a, b in ((one, other), (other, one))):
        return f"{words(one)} and {words(other)} exclude each other"
    here, there = sense.places(one), sense.places(other)
    fixed = _known_stages(one, sense).keys() | _known_stages(other, sense).keys()
    for person in here.keys() & there.keys() & fixed:  # what is only ruled out at some stages counts where the stage is not said
        if not here[person] & there[person]:
            return f"there is no stage of the {person} at which both {words(one)} and {words(other)}"
    if isinstance(one, InRange) and isinstance(other, InRange):
        same = sense.book.ranges[one.name].quantity == sense.book.ranges[other.name].quantity
        (start, end), (low, high) = sense.ends(one.name), sense.ends(other.name)
        if same and (start > high or low > end):
            return f"the ranges '{one.name}' and '{other.name}' have nothing in common"
    return ""


def gives(one: Single, other: Single, sense: Sense) -> bool:
    """Whether a single condition, wherever it is established, establishes another by the vocabulary."""
    match other:
        case Is(code):
            return one == other or (code in sense.present_with(one))
        case InStage(stages):
            known = _known_stages(one, sense).get(sense.book.stages[stages[0]].of)
            return known is not None and known <= set(stages)
        case InRange(name):
            if isinstance(one, InRange) and sense.book.ranges[one.name].quantity == sense.book.ranges[name].quantity:
                (start, end), (low, high) = sense.ends(one.name), sense.ends(name)
                return low <= start and end <= high
            of = sense.book.quantities[sense.book.ranges[name].quantity].of
            known = _known_stages(one, sense).get(Person(of)) if of in tuple(Person) else None
            return known is not None and known <= sense.within(name)
        case IsAbsent():
            return one == other


def _known_stages(single: Single, sense: Sense) -> Mapping[Person, frozenset[str]]:
    """The stages, one of which is known to be the person's wherever a single condition is established."""
    match single:
        case InStage() | InRange():
            return sense.places(single)
        case Is(code) | IsAbsent(code) if code in sense.book.findings and sense.book.findings[code].stages:
            return sense.places(single)
        case _:
            return {}


def words(condition: Condition) -> str:
    """A condition in the words of the rule files."""
    match condition:
        case Is(code):
            return f"'{code}'"
        case IsAbsent(code):
            return f"'absent: {code}'"
        case InStage(stages):
            return f"'stage: [{', '.join(stages)}]'"
        case InRange(name):
            return f"'range: {name}'"
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            form = {AllOf: "all", AnyOf: "any", AtLeast: "at_least"}[type(condition)]
            return f"'{form}' of {len(parts)}"
