"""What rules are put to the test with: all guidance tests of a rulebook as one block of cases, and a solver.

Bit *i* of a register belongs to the test ``tests[i]``, whatever rules it switches on. What a test expects of the advice itself,
its questions, screens and what is withheld, is not in these bits: see `told`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import attrs

from hechting_rules.engine.circuit import Plane
from hechting_rules.errors import UsageError
from hechting_rules.model import Rulebook
from hechting_rules.stated import Test
from hechting_rules.testing.guidance import all_tests, run_tests
from hechting_rules.verify.mutation.switches import Switched, switch, with_switches
from hechting_rules.verify.space import LIMIT, Answer, Facts, carried_on, facts_of, inputs_for, place_of, solver_if_installed


@attrs.frozen
class Wanted:
    """The tests that expect one result to be established, possible, ruled out, or anything but established."""

    established: int = 0
    possible: int = 0
    ruled_out: int = 0
    not_established: int = 0


@attrs.frozen(eq=False)
class TestBlock:
    """The tests that were run, what they expect of each result, and the registers of the circuit for all of them so far."""

    __test__ = False

    tests: tuple[Test, ...]
    base: Switched
    wanted: Mapping[str, Wanted]
    values: list[int]


@attrs.frozen(eq=False)
class Bench:
    """What the rules of a rulebook are put to the test with; ``ask`` is how to ask z3, nothing where it is not installed."""

    base: Switched
    block: TestBlock
    ask: Callable[[int], Answer] | None


def bench_for(book: Rulebook, limit: int = LIMIT) -> Bench:
    """A bench for a rulebook; ``limit`` is what z3 may spend on one question. Raises `UsageError` as `block_of`."""
    base = with_switches(book)
    return Bench(base, block_of(base), solver_if_installed(base.space, limit))


def block_of(base: Switched) -> TestBlock:
    """The exemplars and guidance tests of a rulebook as a block. Raises `UsageError` for a case that cannot be used."""
    tests = tuple(all_tests(base.book))
    return TestBlock(tests, base, _wanted(tests, base.results), inputs_for([_facts(test, base) for test in tests], base.space))


def require_passing(block: TestBlock) -> None:
    """Run every test as it stands. Raises `UsageError` if one fails: only tests that pass can tell a mutant from its rule."""
    failing = failed_bits(block, block.base.results) | value(block.base.side.refused, block)
    book, chosen = block.base.book, [*(block.tests[place] for place in bits(failing)), *filter(told, block.tests)]
    failures = run_tests(book, chosen)
    if failing or failures:
        first = f", first {failures[0].span}: {failures[0].test}" if failures else ""
        raise UsageError(f"guidance tests of {book.head.id} fail{first}; mutants show in tests that pass, see: hechting test")


def told(test: Test) -> bool:
    """Whether a test expects something of the advice itself, beyond the outcomes."""
    return bool(test.expected.ask or test.expected.screen_first or test.expected.withheld)


def _wanted(tests: Sequence[Test], results: Iterable[str]) -> Mapping[str, Wanted]:
    found = dict.fromkeys(results, Wanted())

    def note(code: str, group: str, bit: int) -> None:
        found[code] = attrs.evolve(found[code], **{group: getattr(found[code], group) | bit})

    for place, test in enumerate(tests):
        for group in (field.name for field in attrs.fields(Wanted)):
            for code, _ in getattr(test.expected, group):
                note(code, group, 1 << place)
        if test.expected.exactly:
            for code in found.keys() - {code for code, _ in test.expected.established}:
                note(code, "not_established", 1 << place)
    return found


def _facts(test: Test, base: Switched) -> Facts:
    """What the case of a test states, with the switches of the rules that it switches on and that have one."""
    facts = facts_of(test.given, base.space)
    if facts is None:
        raise UsageError(f"{test.span}: the case of this guidance test cannot be used; see: hechting test")
    return facts | ({switch(rule) for rule in test.switch_on} & {*base.space.facts})


def value(register: int, block: TestBlock) -> int:
    """The tests in which a register is true; steps that the block has not seen are run first."""
    place = place_of(register, block.base.space)
    if place >= len(block.values):
        block.values[:] = carried_on(block.values, block.base.space)
    return block.values[place]


def failed_bits(block: TestBlock, results: Mapping[str, Plane]) -> int:
    """The tests that fail if the outcomes of these results are read off these planes; other results stay as they are."""
    failed = 0
    for code, plane in results.items():
        wanted = block.wanted[code]
        established, out = value(plane.established, block), value(plane.out, block)
        failed |= wanted.established & ~established
        failed |= wanted.possible & (established | out)
        failed |= wanted.ruled_out & (established | ~out)
        failed |= wanted.not_established & established
    return failed


def bits(register: int) -> Iterable[int]:
    """The places of the ones in a register, lowest first."""
    while register:
        yield (register & -register).bit_length() - 1
        register &= register - 1
