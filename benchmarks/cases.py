"""Cases made up by a seeded generator, with about a dozen facts each, of which some make rules fire."""

import random
from collections.abc import Iterator

import attrs

from hechting_rules import Case, CaseError, Rulebook, decide
from hechting_rules.condition import Is, IsAbsent, leaves
from hechting_rules.stated import Stated
from hechting_rules.terms import NO_PERSON, Person, Status

FACTS = 12
"""How many findings a case states."""

STATED = (Status.PRESENT, Status.ABSENT, Status.ABSENT, Status.UNKNOWN)
"""How a finding is stated that no rule was followed to."""


def made_up(book: Rulebook, count: int, seed: int = 1) -> tuple[Case, ...]:
    """Cases that can be used with a rulebook: always the same for the same rulebook, count and seed."""
    rng = random.Random(seed)
    return tuple(_case(book, rng, f"case {place}") for place in range(count))


def _case(book: Rulebook, rng: random.Random, name: str) -> Case:
    case = _persons(book, rng, name)
    facts = _facts(book, rng)
    for _ in range(20 * FACTS):
        if len(case.findings) == FACTS:
            break
        stated = next(facts)
        if stated.code not in {one.code for one in case.findings}:
            more = attrs.evolve(case, findings=(*case.findings, stated))
            case = more if _usable(more, book) else case
    return case


def _usable(case: Case, book: Rulebook) -> bool:
    try:
        decide(case, book)
    except CaseError:
        return False
    return True


def _persons(book: Rulebook, rng: random.Random, name: str) -> Case:
    """A case that says who there is: by stage, now and then by the age of the child, or nothing."""
    stages = {person: [stage.code for stage in book.stages.values() if stage.of is person] for person in Person}
    if not stages[Person.CHILD]:
        return Case(id=name)
    child, adult = (rng.choice([*codes, *codes, NO_PERSON, ""]) for codes in stages.values())
    if child not in {NO_PERSON, ""} and "child_age_months" in book.quantities and rng.random() < 0.3:
        aged = Case(id=name, adult_stage=adult, quantities=(("child_age_months", float(rng.randrange(216))),))
        if _usable(aged, book):
            return aged
    return Case(id=name, child_stage=child, adult_stage=adult)


def _facts(book: Rulebook, rng: random.Random) -> Iterator[Stated]:
    """Findings without end: what one rule after another asks for, and others between them."""
    rules, findings = list(book.rules), list(book.findings)
    while True:
        todo = [rng.choice(rules)]
        while todo:
            for leaf in leaves(book.rules[todo.pop()].when):
                if rng.random() < 0.2:
                    yield Stated(rng.choice(findings), rng.choice(STATED))
                elif isinstance(leaf, Is) and leaf.code in book.rules_of:
                    todo.append(rng.choice(book.rules_of[leaf.code]))
                elif isinstance(leaf, Is | IsAbsent):
                    yield Stated(leaf.code, Status.PRESENT if isinstance(leaf, Is) else Status.ABSENT)
