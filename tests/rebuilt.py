"""Cases rebuilt with other facts and profiles with rules switched on: what explanations promise, tried out for real.

A rebuilt case is checked like any other case and answered afresh, by the program or by the oracle; nothing here is shared with
the explanations themselves.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs

import oracle
from hechting_rules.advice import Outcome, StatedFact
from hechting_rules.answered import Answered, answer
from hechting_rules.case import load_case
from hechting_rules.errors import CaseError
from hechting_rules.model import Profile, Rulebook, Switch
from hechting_rules.profiles import active_rules, parameter_values
from hechting_rules.stated import Case, Stated
from hechting_rules.terms import NO_PERSON, Person, Status
from strategies import HERE

EXAMPLES = Path(__file__).parents[1] / "examples" / "cases"
Verdict = tuple[Outcome, bool]


def example(name: str) -> Case:
    """One of the cases in the folder of examples, by its number."""
    (path,) = EXAMPLES.glob(f"{name}-*.yaml")
    return load_case(path)


def default(book: Rulebook) -> Profile:
    return book.profiles["default"]


def without(case: Case, name: str, book: Rulebook) -> Case:
    """A case that says nothing of one thing, under none of its names."""
    if name in tuple(Person):
        return attrs.evolve(case, child_stage="") if name == "child" else attrs.evolve(case, adult_stage="")
    if name in book.quantities:
        return attrs.evolve(case, quantities=tuple(q for q in case.quantities if q[0] != name))
    names = {name, *book.findings[name].alias}
    return attrs.evolve(case, findings=tuple(s for s in case.findings if s.code not in names))


def saying(case: Case, name: str, value: str, book: Rulebook) -> Case:
    """A case that says this in place of what it said of the same thing."""
    case = without(case, name, book)
    if name in tuple(Person):
        return attrs.evolve(case, child_stage=value) if name == "child" else attrs.evolve(case, adult_stage=value)
    if name in book.quantities:
        return attrs.evolve(case, quantities=(*case.quantities, (name, float(value))))
    return attrs.evolve(case, findings=(*case.findings, Stated(name, Status(value))))


def rebuilt(case: Case, book: Rulebook, state: Iterable[StatedFact] = (), withdraw: Iterable[StatedFact] = ()) -> Case:
    """A case with some facts stated in place of others, and some left out."""
    for fact in withdraw:
        case = without(case, fact.name, book)
    for fact in state:
        case = saying(case, fact.name, fact.value, book)
    return case


def switched(profile: Profile, rules: Iterable[str]) -> Profile:
    """A profile with these rules switched on, and not off; without rules the profile itself, whose program is at hand."""
    wanted = tuple(rules)
    if not wanted:
        return profile
    more = tuple(Switch(rule, "a test", "2026-01-01", "a test", HERE) for rule in wanted)
    return attrs.evolve(profile, on=(*profile.on, *more), off=tuple(s for s in profile.off if s.rule not in wanted))


def answered(case: Case, book: Rulebook, profile: Profile | None = None) -> Answered:
    return answer(case, book, profile or default(book))


def is_accepted(case: Case, book: Rulebook, profile: Profile | None = None) -> bool:
    try:
        answered(case, book, profile)
    except CaseError:
        return False
    return True


def verdicts(case: Case, book: Rulebook, profile: Profile | None = None) -> dict[str, Verdict]:
    """The outcome and the robust flag of each result."""
    found = answered(case, book, profile)
    return {code: (found.outcome(plane), found.robust(plane)) for code, plane in found.program.results.items()}


def established(case: Case, book: Rulebook, profile: Profile | None = None) -> frozenset[str] | None:
    """The results that a case establishes, by the program; nothing for a case that contradicts itself."""
    try:
        found = answered(case, book, profile)
    except CaseError:
        return None
    return frozenset(code for code, plane in found.program.results.items() if found.values[plane.established])


def said(case: Case, book: Rulebook) -> dict[str, str]:
    """Everything that a case says, by name: stages, quantities and findings; what was asked and is not known is not said."""
    found = {name: stage for name, stage in (("child", case.child_stage), ("adult", case.adult_stage)) if stage}
    found |= {name: repr(float(value)) for name, value in case.quantities}
    return found | {c: s.value for c, s in oracle.stated(case, book).items() if s is not Status.UNKNOWN}


def values_to_try(name: str, book: Rulebook) -> list[str]:
    """All that can be said of one thing; of a quantity, values on both sides of each bound that it meets."""
    if name in tuple(Person):
        return [*(s.code for s in book.stages.values() if s.of == name), NO_PERSON]
    if name not in book.quantities:
        return [Status.PRESENT.value, Status.ABSENT.value]
    parameters = parameter_values(book, default(book))
    quantity = book.quantities[name]
    ends = [e for r in book.ranges.values() if r.quantity == name for e in (r.start, r.end)]
    ends += [e for s in book.stages.values() if s.of == quantity.of for e in (s.start, s.below) if e]
    values = {(parameters[e] if isinstance(e, str) else e) + step for e in ends for step in (-0.5, 0, 0.5)}
    return [repr(float(v)) for v in sorted(values) if quantity.least <= v <= quantity.most]


def single_changes(case: Case, book: Rulebook) -> Iterator[tuple[str, str]]:
    """Each change of one thing that a case can say: another value, or (empty) none."""
    now = said(case, book)
    for name in (*Person, *book.quantities, *book.findings):
        for value in ("", *values_to_try(name, book)):
            if now.get(name, "") != value:
                yield str(name), value


def changed(case: Case, changes: Iterable[tuple[str, str]], book: Rulebook) -> Case:
    """A case with these changes made."""
    for name, value in changes:
        case = saying(case, name, value, book) if value else without(case, name, book)
    return case


def switched_off(book: Rulebook, profile: Profile) -> list[str]:
    return [rule for rule in book.rules if rule not in active_rules(book, profile)]
