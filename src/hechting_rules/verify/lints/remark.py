"""What a lint says of a rulebook: a place, what is found there, and a case that shows it."""

import itertools
from collections.abc import Callable, Iterable, Iterator

import attrs

from hechting_rules.answered import Answered, answer
from hechting_rules.condition import InRange, InStage, Is, IsAbsent
from hechting_rules.errors import CaseError
from hechting_rules.explaining.shortfall import MOST_WAYS
from hechting_rules.explaining.ways import Want, Way, Ways
from hechting_rules.facts import Fact
from hechting_rules.model import DEFAULT_PROFILE, Rulebook
from hechting_rules.profiles import with_rules_on
from hechting_rules.source import Span
from hechting_rules.stated import API, Case
from hechting_rules.terms import NO_PERSON, Person, Status
from hechting_rules.testing.guidance import all_tests
from hechting_rules.verify.lints.sense import Single, sense_of
from hechting_rules.verify.space import case_of


@attrs.frozen
class Shown:
    """A case that can be run, and the rules that must be switched on besides the default profile for it to show something."""

    case: Case
    on: tuple[str, ...] = ()


@attrs.frozen
class Remark:
    """One thing that a lint found: its stable code, where, what, and what to try.

    ``rules`` are the rules it is about: each of them can switch it off. ``witness`` is a case that shows it, where one exists;
    the rules in its ``on`` must be switched on for that.
    """

    code: str
    span: Span
    message: str
    hint: str = ""
    rules: tuple[str, ...] = ()
    witness: Shown | None = None

    def __str__(self) -> str:
        line = f"{self.span}: {self.code} {self.message}"
        return f"{line}\n    hint: {self.hint}" if self.hint else line


Lint = Callable[[Rulebook], Iterator[Remark]]
"""A check of a rulebook. Its docstring begins with its code and is its explanation."""


def run(case: Case, book: Rulebook, on: Iterable[str] = ()) -> Answered | None:
    """A case under the default profile with these rules switched on; nothing for a case that contradicts itself."""
    try:
        return answer(case, book, with_rules_on(book.profiles[DEFAULT_PROFILE], on))
    except CaseError:
        return None


def where_raised(book: Rulebook, code: str) -> Shown | None:
    """A case that establishes a result or a rule: of the guidance tests, its own exemplars first, or else the plainest
    case that says what it asks for; nothing where neither does.
    """
    own = {code, *book.rules_of.get(code, ())}
    tests = (Shown(test.given, test.switch_on) for test in sorted(all_tests(book), key=lambda test: test.name not in own))
    return next((shown for shown in itertools.chain(tests, _nearest(book, code)) if _raises(shown, code, book)), None)


def _raises(shown: Shown, code: str, book: Rulebook) -> bool:
    answered = run(shown.case, book, shown.on)
    if answered is None:
        return False
    planes = {**answered.program.rules, **answered.program.results}
    return code in planes and bool(answered.values[planes[code].established])


def _nearest(book: Rulebook, code: str) -> Iterator[Shown]:
    """What the empty case could say to establish a result, or the result of a rule by that rule, as the ways there tell."""
    result = book.rules[code].result if code in book.rules else code
    answered = answer(Case(), book, book.profiles[DEFAULT_PROFILE])
    for rule, ways in Ways(answered).by_rule(result).items():
        if code in {rule, result}:
            for way in sorted(ways, key=Way.things)[:MOST_WAYS]:
                on = tuple(sorted(need.code for need in way.needs if need.want is Want.ON))
                yield Shown(case_of(_facts(way, book)), on)


def _facts(way: Way, book: Rulebook) -> Iterator[Fact]:
    """What a way needs, said plainly: of several stages or values one."""
    sense = sense_of(book)
    places: dict[Person, frozenset[str]] = {}
    for need in sorted(way.needs):
        single: Single | None = None
        match need.want:
            case Want.PRESENT:
                single = Is(need.code, API)
                yield Fact(need.code, Status.PRESENT.value)
            case Want.ABSENT:
                single = IsAbsent(need.code, API)
                yield Fact(need.code, Status.ABSENT.value)
            case Want.STAGE:
                single = InStage(need.stages, API)
            case Want.RANGE:
                single = InRange(need.code, API)
                yield Fact(book.ranges[need.code].quantity, repr(sum(sense.ends(need.code)) / 2))
        for person, stages in sense.places(single).items() if single else ():
            places[person] = places.get(person, stages) & stages
    aged = {book.quantities[book.ranges[need.code].quantity].of for need in way.needs if need.want is Want.RANGE}
    for person, stages in places.items():
        if person not in aged:
            yield from (Fact(person.value, stage) for stage in sorted(stages - {NO_PERSON})[:1])


def where_present(book: Rulebook, code: str) -> Shown | None:
    """A case in which a finding is present and nothing else is said."""
    finding = book.findings[code]
    stage = next(iter(finding.stages), "")
    person = book.stages[stage].of.value if stage else ""
    case = Case.of(child=stage if person == "child" else "", adult=stage if person == "adult" else "", present=[code])
    return None if run(case, book) is None else Shown(case)
