"""All guidance tests of a rulebook as one block of cases: what each expects of the outcomes, as bits.

Bit *i* of a register belongs to the test ``tests[i]``, whatever rules it switches on. What a test expects of the advice itself,
its questions, screens and what is withheld, is not in these bits: see ``told``.
"""

from collections.abc import Iterable, Mapping, Sequence

import attrs

from hechting_rules.engine.circuit import ONES, ZERO, Plane
from hechting_rules.engine.kernel import run
from hechting_rules.errors import UsageError
from hechting_rules.stated import Test
from hechting_rules.testing.guidance import all_tests, run_tests
from hechting_rules.verify.space import facts_of
from hechting_rules.verify.switches import Switched, switch


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


def block_of(base: Switched) -> TestBlock:
    """The exemplars and guidance tests of a rulebook as a block. Raises `UsageError` for a case that states a thing twice."""
    tests = tuple(all_tests(base.book))
    return TestBlock(tests, base, _wanted(tests, base.results), _inputs(tests, base))


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


def _inputs(tests: Sequence[Test], base: Switched) -> list[int]:
    """The registers of a block before the first step: the constants, and a register for each fact."""
    space = base.space
    inputs = [0, (1 << len(tests)) - 1, *([0] * len(space.facts))]
    place = {fact: 2 + number for number, fact in enumerate(space.facts)}
    for number, test in enumerate(tests):
        facts = facts_of(test.given, space)
        if facts is None:
            raise UsageError(f"{test.span}: the case of this guidance test cannot be used; see: hechting test")
        switches = {switch(rule) for rule in test.switch_on}
        for fact in (*facts, *(s for s in switches if s in place)):
            inputs[place[fact]] |= 1 << number
    return inputs


def value(register: int, block: TestBlock) -> int:
    """The tests in which a register is true; steps that the block has not seen are run first."""
    circuit, shift = block.base.space.to, len(block.base.space.facts)
    done = len(block.values) - 2 - shift
    if done < len(circuit.steps):
        steps = [(op, _number(a, shift), _number(b, shift)) for op, a, b in circuit.steps[done:]]
        block.values[:] = run(steps, block.values)
    return block.values[_number(register, shift)]


def _number(register: int, shift: int) -> int:
    if register < 0:
        return 1 - register
    return register if register in {ZERO, ONES} else register + shift


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
