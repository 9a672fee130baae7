"""Which advice changes between two rulebooks: over all cases where z3 can decide it, else over given cases.

Both rulebooks are joined into one circuit over the cases that both can read. A result whose planes are the same registers is the
same without further ado; of any other, z3 is asked for a case in which the planes differ. Where z3 is not installed, or gives up
at its limit, the given cases are looked through instead, and the comparison says so. Admission is compared as well: which cases
only one of the rulebooks accepts.
"""

import importlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

import attrs

from hechting_rules.advice import Justification, StatedFact
from hechting_rules.answered import Answered, answer, program_for
from hechting_rules.case import admit
from hechting_rules.engine.circuit import ZERO, Plane
from hechting_rules.errors import CaseError, MissingExtraError
from hechting_rules.explaining.differences import standing
from hechting_rules.explaining.justify import because
from hechting_rules.explaining.sufficient import in_words, minimal_sets
from hechting_rules.explanations import Standing
from hechting_rules.model import Profile, Rulebook
from hechting_rules.profiles import find_profile
from hechting_rules.relations import rests_on
from hechting_rules.stated import Case
from hechting_rules.terms import Level, Text
from hechting_rules.verify.edits import Edited, Listed, edited, listed
from hechting_rules.verify.space import LIMIT, Answer, Facts, Found, Side, Space, case_of, evaluate, facts_of, shrunk, space_of

SOLVER = "hechting_rules.verify.smt"


class Verdict(StrEnum):
    """What a comparison says of one thing in both rulebooks."""

    SAME = "same"
    DIFFERS = "differs"
    UNDECIDED = "undecided"


class Basis(StrEnum):
    """What a verdict rests on: both rulebooks compute it by the same steps; z3 over all cases; or the given cases only."""

    STEPS = "the same steps"
    ALL_CASES = "all cases"
    GIVEN_CASES = "the given cases"


class Shift(StrEnum):
    """One way in which something differs in some case, seen from the old rulebook to the new one; most telling first."""

    ESTABLISHED = "newly established"
    NOT_ESTABLISHED = "no longer established"
    ROBUST = "newly robust"
    NOT_ROBUST = "no longer robust"
    RULED_OUT = "newly ruled out"
    NOT_RULED_OUT = "no longer ruled out"
    WITHHOLDS = "newly withholds"
    NOT_WITHHOLDS = "no longer withholds"
    ADMITTED = "newly admitted"
    NOT_ADMITTED = "no longer admitted"


@attrs.frozen
class Settled:
    """What came of comparing one thing: the ``shifts`` that some case shows, those left ``undecided``, and a witness.

    The witness shows the first shift and states nothing that it does not need for that. A verdict of `Verdict.UNDECIDED` says
    that none of the given cases shows a difference.
    """

    verdict: Verdict
    basis: Basis
    shifts: tuple[Shift, ...] = ()
    undecided: tuple[Shift, ...] = ()
    witness: Case | None = None


@attrs.frozen
class Said:
    """What one rulebook says of a result in the witness case.

    ``because`` are its rules that establish the result or still may; ``why`` the smallest sets of stated facts that carry it.
    """

    standing: Standing
    because: tuple[Justification, ...]
    why: tuple[tuple[StatedFact, ...], ...]


@attrs.frozen
class ComparedResult:
    """A conclusion or suggestion that both rulebooks have; ``old`` and ``new`` are there if it differs.

    ``through`` are the results that differ and on which it rests.
    """

    code: str
    title: Text
    settled: Settled
    old: Said | None = None
    new: Said | None = None
    through: tuple[str, ...] = ()


@attrs.frozen
class ComparedFlag:
    """Whether a flag to act now withholds suggestions in other cases; ``old`` and ``new`` are its suggestions in the witness."""

    id: str
    name: Text
    settled: Settled
    old: Mapping[str, Said] = attrs.field(factory=dict)
    new: Mapping[str, Said] = attrs.field(factory=dict)


@attrs.frozen
class Admission:
    """Whether one rulebook accepts cases that the other, though it knows every word in them, refuses; ``refusal`` says why."""

    shift: Shift
    settled: Settled
    refusal: tuple[str, ...] = ()


@attrs.frozen
class Edition:
    """Which rulebook it is."""

    id: str
    version: str
    sha256: str


@attrs.frozen
class Comparison:
    """What differs between two rulebooks under one profile.

    Compared are the cases that both can read. A case that names what only one of them knows is none of these; ``listed`` tells
    what that is. ``solver`` says whether z3 was at hand, ``population`` how many of the given cases both can read; ``outside``
    names the others. Withholding is one thing for all suggestions of the article and of today, so it is told by flag, and not
    again with each of them.
    """

    old: Edition
    new: Edition
    profile: str
    solver: bool
    population: int
    outside: tuple[str, ...]
    admission: tuple[Admission, ...]
    results: tuple[ComparedResult, ...]
    withholding: tuple[ComparedFlag, ...]
    listed: tuple[Listed, ...]
    edited: tuple[Edited, ...]


@attrs.frozen(eq=False)
class _Search:
    """Where to look for a case that shows a difference."""

    space: Space
    ask: Callable[[int], Answer] | None
    population: Sequence[Facts]


def compare(
    old: Rulebook, new: Rulebook, *, profile: str | Profile | None = None, cases: Iterable[Case] = (), limit: int = LIMIT
) -> Comparison:
    """What changes between two rulebooks under a profile that both have (without one, ``default``).

    ``cases`` are looked through where z3 is missing or does not come to an answer within ``limit`` of its resources. The same
    rulebooks and cases give the same comparison. Raises `UsageError` for a profile that one of the rulebooks has not.
    """
    books = [(book, find_profile(book, profile)) for book in (old, new)]
    space = space_of([(book, program_for(book, chosen)) for book, chosen in books])
    read = [(case.id, facts_of(case, space) if _accepted(case, space) else None) for case in cases]
    search = _Search(space, _solver(space, limit), [facts for _, facts in read if facts is not None])
    return Comparison(
        old=_edition(old),
        new=_edition(new),
        profile=books[0][1].id,
        solver=search.ask is not None,
        population=len(search.population),
        outside=tuple(name for name, facts in read if facts is None),
        admission=tuple(_admission(search)),
        results=_with_origins(tuple(_results(search, books)), old, new),
        withholding=tuple(_withholding(search, books)),
        listed=listed(old, new),
        edited=edited(old, new),
    )


def anything_differs(comparison: Comparison) -> bool:
    """Whether anything at all differs, be it a word, or may differ as it could not be decided."""
    settled = [c.settled for group in (comparison.admission, comparison.results, comparison.withholding) for c in group]
    return bool(comparison.listed or comparison.edited) or any(s.verdict is not Verdict.SAME for s in settled)


def _edition(book: Rulebook) -> Edition:
    return Edition(book.head.id, book.head.version, book.sha256)


def _solver(space: Space, limit: int) -> Callable[[int], Answer] | None:
    """How to ask z3, or nothing where it is not installed."""
    try:
        module = importlib.import_module(SOLVER)
    except MissingExtraError:
        return None
    ask: Callable[[int], Answer] = module.asking(space, limit)
    return ask


def _accepted(case: Case, space: Space) -> bool:
    """Whether at least one of the rulebooks can use a case."""
    for side in space.sides:
        try:
            admit(case, side.book, side.program)
        except CaseError:
            continue
        return True
    return False


def _settle(questions: Mapping[Shift, int], search: _Search) -> Settled:
    """Look for a case for each question; one whose register is never true needs no looking."""
    open_questions = {shift: register for shift, register in questions.items() if register != ZERO}
    if not open_questions:
        return Settled(Verdict.SAME, Basis.STEPS)
    answers = {
        shift: search.ask(register) if search.ask else Answer(Found.UNDECIDED) for shift, register in open_questions.items()
    }
    undecided = [shift for shift, answer in answers.items() if answer.found is Found.UNDECIDED]
    found = {shift: answer.facts for shift, answer in answers.items() if answer.found is Found.CASE}
    seen = dict(_seen({shift: questions[shift] for shift in undecided}, search))
    shown = {**found, **seen}
    left = tuple(shift for shift in undecided if shift not in seen)
    basis = Basis.GIVEN_CASES if undecided and not found else Basis.ALL_CASES
    if not shown:
        return Settled(Verdict.UNDECIDED if left else Verdict.SAME, basis, (), left)
    shifts = tuple(shift for shift in Shift if shift in shown)
    witness = case_of(shrunk(shown[shifts[0]], questions[shifts[0]], search.space))
    return Settled(Verdict.DIFFERS, basis, shifts, left, witness)


def _seen(questions: Mapping[Shift, int], search: _Search) -> Iterator[tuple[Shift, Facts]]:
    """The first of the given cases that shows each difference."""
    values = evaluate(search.space, search.population, list(questions.values())) if questions else []
    for shift, held in zip(questions, values, strict=True):
        if held:
            yield shift, search.population[(held & -held).bit_length() - 1]


def _both(search: _Search, one: int, other: int) -> int:
    """True in the cases that both rulebooks accept and in which the first register is true and the second is not."""
    to = search.space.to
    register = to.without(one, other)
    for side in search.space.sides:
        register = to.without(register, side.refused)
    return register


def _admission(search: _Search) -> Iterator[Admission]:
    old, new = search.space.sides
    to = search.space.to
    for shift, loose, strict in ((Shift.ADMITTED, new, old), (Shift.NOT_ADMITTED, old, new)):
        settled = _settle({shift: to.without(strict.refused, loose.refused)}, search)
        yield Admission(shift, settled, () if settled.witness is None else _refusal(settled.witness, strict))


def _refusal(case: Case, side: Side) -> tuple[str, ...]:
    try:
        admit(case, side.book, side.program)
    except CaseError as error:
        return tuple(f"{d.code} {d.message}" for d in error.diagnostics)
    raise RuntimeError(f"the program refuses a case that the admission accepts: {case}")


def _results(search: _Search, books: Sequence[tuple[Rulebook, Profile]]) -> Iterator[ComparedResult]:
    """Suggestions first, then conclusions, in the order of their codes."""
    new = books[1][0]
    shared = search.space.sides[0].program.results.keys() & search.space.sides[1].program.results.keys()
    for code in sorted(shared, key=lambda c: (c not in new.suggestions, c)):
        item = new.suggestions.get(code)
        title = new.conclusions[code].title if item is None else item.summary
        settled = _settle(_planes_differ(code, search), search)
        old, now = (_said(code, settled.witness, *chosen) for chosen in books)
        yield ComparedResult(code, title, settled, old, now)


def _planes_differ(code: str, search: _Search) -> Mapping[Shift, int]:
    old, new = (_plane(side.program.results[code], side) for side in search.space.sides)
    return {
        Shift.ESTABLISHED: _both(search, new.established, old.established),
        Shift.NOT_ESTABLISHED: _both(search, old.established, new.established),
        Shift.ROBUST: _both(search, new.robust, old.robust),
        Shift.NOT_ROBUST: _both(search, old.robust, new.robust),
        Shift.RULED_OUT: _both(search, new.out, old.out),
        Shift.NOT_RULED_OUT: _both(search, old.out, new.out),
    }


def _plane(plane: Plane, side: Side) -> Plane:
    """A plane of a program in the registers of the space."""
    return Plane(side.registers[plane.established], side.registers[plane.robust], side.registers[plane.out])


def _said(code: str, witness: Case | None, book: Rulebook, profile: Profile) -> Said | None:
    return None if witness is None else _told(code, answer(witness, book, profile))


def _told(code: str, answered: Answered) -> Said:
    sets = minimal_sets(answered, {code: answered.program.results[code]})[code]
    return Said(standing(code, answered), because(code, answered), in_words(sets, answered))


def _with_origins(results: Collection[ComparedResult], old: Rulebook, new: Rulebook) -> tuple[ComparedResult, ...]:
    """The results, each with those that differ and on which it rests in one of the rulebooks."""
    differing = {result.code for result in results if result.settled.verdict is Verdict.DIFFERS}
    found = []
    for result in results:
        rules = (
            [book.rules[rule] for book in (old, new) for rule in book.rules_of[result.code]] if result.code in differing else []
        )
        below = {code for rule in rules for code in rests_on(rule, differing)} - {result.code}
        found.append(attrs.evolve(result, through=tuple(sorted(below))))
    return tuple(found)


def _withholding(search: _Search, books: Sequence[tuple[Rulebook, Profile]]) -> Iterator[ComparedFlag]:
    sides = search.space.sides
    for flag in sorted({flag for side in sides for flag in side.program.withholding}):
        old, new = (side.registers[side.program.withholding.get(flag, ZERO)] for side in sides)
        questions = {Shift.WITHHOLDS: _both(search, new, old), Shift.NOT_WITHHOLDS: _both(search, old, new)}
        settled = _settle(questions, search)
        name = next(book.flags[flag].name for book, _ in reversed(books) if flag in book.flags)
        said = [dict(_raising(flag, settled.witness, *chosen)) for chosen in books]
        yield ComparedFlag(flag, name, settled, *said)


def _raising(flag: str, witness: Case | None, book: Rulebook, profile: Profile) -> Iterator[tuple[str, Said]]:
    """What a rulebook says of the suggestions that raise a flag to act now."""
    if witness is not None:
        answered = answer(witness, book, profile)
        for suggestion in book.suggestions.values():
            if suggestion.flag == flag and suggestion.level is Level.ACT_NOW:
                yield suggestion.code, _told(suggestion.code, answered)
