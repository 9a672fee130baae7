"""What tests of mutants and of MC/DC share: small rulebooks with guidance tests, and what all their cases show, the slow way."""

import itertools
from collections.abc import Iterator, Sequence

import attrs
from hypothesis import assume
from hypothesis import strategies as st

from hechting_rules import advise
from hechting_rules.advice import Outcome
from hechting_rules.answered import Answered, answer
from hechting_rules.condition import InRange, leaves
from hechting_rules.engine.kernel import run
from hechting_rules.engine.program import Program, compile_program
from hechting_rules.errors import CaseError
from hechting_rules.facts import Fact, block
from hechting_rules.model import Profile, Rulebook
from hechting_rules.profiles import active_rules, off_by_default, with_rules_on
from hechting_rules.source import Span
from hechting_rules.stated import Case, Expected
from hechting_rules.stated import Test as GuidanceTest
from hechting_rules.terms import NO_PERSON, Person, Status
from strategies import HERE, cases, rulebooks

WEEKS = ("0.0", "10.0", "20.0", "30.0", "45.0")
PLANES = ("established", "robust", "out")


def expected(case: Case, book: Rulebook, profile: Profile, codes: Sequence[str], *, exactly: bool, ask: bool) -> Expected:
    """What a test expects that says what these results are now."""
    answered = answer(case, book, profile)
    said = {code: answered.outcome(answered.program.results[code]) for code in (book.order if exactly else codes)}

    def these(outcome: Outcome) -> tuple[tuple[str, Span], ...]:
        return tuple((code, HERE) for code, own in said.items() if own is outcome)

    questions = advise(case, book, profile).ask_next if ask else ()
    return Expected(
        established=these(Outcome.ESTABLISHED),
        possible=these(Outcome.POSSIBLE),
        ruled_out=these(Outcome.RULED_OUT),
        ask=tuple((question.code, HERE) for question in questions),
        exactly=exactly,
    )


@st.composite
def books_with_tests(draw: st.DrawFn, *, most: int = 4, fewest: int = 2) -> Rulebook:
    """A small rulebook with some guidance tests that pass."""
    book = draw(rulebooks(most=most))
    off = [rule for rule in book.rules if off_by_default(book, rule)]
    tests = []
    for number in range(draw(st.integers(fewest, 6))):
        case = draw(cases(book))
        switched = tuple(draw(st.lists(st.sampled_from(off), unique=True, max_size=1))) if off else ()
        profile = with_rules_on(book.profiles["default"], switched)
        codes = draw(st.lists(st.sampled_from(book.order), unique=True, min_size=1, max_size=2))
        exactly, ask = draw(st.sampled_from([(False, False), (True, False), (False, True)]))
        try:
            said = expected(case, book, profile, codes, exactly=exactly, ask=ask)
        except CaseError:
            assume(False)
        tests.append(GuidanceTest(f"test {number}", case, said, HERE, switched))
    return attrs.evolve(book, tests=tuple(tests))


def without_ages(book: Rulebook) -> bool:
    """Whether no rule looks at an age: then the name of a stage says all that matters of it."""
    ages = {"child_age_months", "adult_age_years"}
    named = {leaf.name for rule in book.rules.values() for leaf in leaves(rule.when) if isinstance(leaf, InRange)}
    return not any(book.ranges[name].quantity in ages for name in named)


def all_cases(book: Rulebook) -> list[list[Fact]]:
    """Every case of a rulebook in which no rule looks at an age: each stage, week and finding, said or not."""
    groups: list[list[list[Fact]]] = []
    for person in Person:
        stages = [s.code for s in book.stages.values() if s.of is person]
        groups.append([[], *([Fact(person.value, stage)] for stage in (*stages, NO_PERSON))])
    groups.append([[], *([Fact("pregnancy_week", week)] for week in WEEKS)])
    groups.extend([[], [Fact(code, Status.PRESENT.value)], [Fact(code, Status.ABSENT.value)]] for code in book.findings)
    return [list(itertools.chain.from_iterable(chosen)) for chosen in itertools.product(*groups)]


def profiles_of(book: Rulebook) -> Iterator[Profile]:
    """The default profile with each choice of the rules that it leaves off and that can be switched on."""
    default = book.profiles["default"]
    active = active_rules(book, default)
    off = [rule for rule in book.rules if rule not in active and rule in active_rules(book, with_rules_on(default, [rule]))]
    for many in range(len(off) + 1):
        for chosen in itertools.combinations(off, many):
            yield with_rules_on(default, chosen)


def shows(one: Rulebook, other: Rulebook, every: Sequence[Sequence[Fact]]) -> set[str]:
    """The planes by which some admitted case under some profile tells two rulebooks apart."""
    found = set()
    for profile in profiles_of(one):
        first, second = compile_program(one, profile), compile_program(other, profile)
        values, others = _values(first, one, every), _values(second, other, every)
        usable = ~values[first.refused]
        for code, plane in first.results.items():
            for name in PLANES:
                if (values[getattr(plane, name)] ^ others[getattr(second.results[code], name)]) & usable:
                    found.add(name)
    return found


def _values(program: Program, book: Rulebook, every: Sequence[Sequence[Fact]]) -> list[int]:
    return run(program.steps, block(every, program, book))


def outcome(case: Case, switch_on: Sequence[str], code: str, book: Rulebook) -> tuple[Outcome, bool]:
    """What a rulebook says of a result in a case, and whether it is robust."""
    answered = under(case, switch_on, book)
    plane = answered.program.results[code]
    return answered.outcome(plane), answered.robust(plane)


def under(case: Case, switch_on: Sequence[str], book: Rulebook) -> Answered:
    """A case after the program ran with these rules switched on."""
    return answer(case, book, with_rules_on(book.profiles["default"], switch_on))
