"""Ready properties for those who write or extend a rulebook: each holds of every case, or says of which it does not.

A property takes a rulebook and a case and raises `AssertionError`; use it in a test of your own with `hechting_rules.testing
.strategies.cases`, or all of them at once with `check_rulebook`.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import attrs
from hypothesis import HealthCheck, given, settings

from hechting_rules.advice import Outcome
from hechting_rules.answered import Answered, answer
from hechting_rules.errors import CaseError
from hechting_rules.explain import advise
from hechting_rules.model import Rulebook, Words
from hechting_rules.profiles import find_profile
from hechting_rules.relations import part_of
from hechting_rules.stated import Case, Stated
from hechting_rules.terms import Kind, Language, Level, Origin, Status, WordUse
from hechting_rules.testing.case_files import as_case_yaml, keep
from hechting_rules.testing.guidance import all_tests, in_words, run_test, told
from hechting_rules.testing.lives import cases
from hechting_rules.testing.naive import established
from hechting_rules.testing.worlds import TooManyWorldsError, bounds, cone

Property = Callable[[Rulebook, Case], None]

GRADED = (Kind.ATTENTION, Kind.DISCUSS, Kind.REFER, Kind.REASSURE)
"""The kinds of suggestion that say something about a person, so that their words need a hedge."""

OUTSIDE = {Language.NL: "Niet uit het artikel", Language.EN: "Not from the article"}
"""How the text of every suggestion begins that is not of the article."""

FEW_RESULTS = 30
FEW_WORLDS = 512
"""Up to how many results of a rulebook, and ways to complete a case, are looked at one by one."""


def planes_are_consistent(book: Rulebook, case: Case) -> None:
    """No result is established or robust and out at once."""
    answered = _answered(book, case)
    for code, plane in answered.program.results.items():
        inside = answered.values[plane.established] or answered.values[plane.robust]
        _require(not (inside and answered.values[plane.out]), f"'{code}' is out, and established or robust", case)


def information_takes_nothing_away(book: Rulebook, case: Case) -> None:
    """Of a case that says one thing less, all that is robust or out stays so; what is established too, but for an ``unless``."""
    more = _answered(book, case)
    shaky = {code for code in book.order if any(rule.unless for rule in cone(book, [code]))}
    for left_out, less in _less(case):
        before = _answered(book, less)
        for code, plane in more.program.results.items():
            lost = [name for name in ("robust", "out") if before.values[getattr(plane, name)] > more.values[getattr(plane, name)]]
            if code not in shaky and before.values[plane.established] > more.values[plane.established]:
                lost.append("established")
            _require(not lost, f"'{code}' is {' and '.join(lost)} until {left_out} is told", case)


def kernel_reads_as_naively(book: Rulebook, case: Case, results: Iterable[str] | None = None) -> None:
    """Each rule looked at one by one says the same; and no way to complete the case speaks against what is robust or out.

    The ways to complete it are looked at for ``results``: without any for those that extensions add, in a small rulebook for all;
    where there are too many ways, for none.
    """
    answered, profile = _answered(book, case), find_profile(book, None)
    naive = established(case, book, profile).results
    own = {code for code, plane in answered.program.results.items() if answered.values[plane.established]}
    _require(own == naive, f"read naively, established differs for {', '.join(sorted(own ^ naive))}", case)
    for code in _looked_at(book) if results is None else results:
        try:
            found = bounds(case, book, profile, [code], FEW_WORLDS)
        except TooManyWorldsError:
            continue
        plane = answered.program.results[code]
        _require(not answered.values[plane.robust] or code in found.always.results, f"'{code}' is robust, and can fail", case)
        _require(not answered.values[plane.out] or code not in found.sometimes.results, f"'{code}' is out, and can hold", case)


def _looked_at(book: Rulebook) -> list[str]:
    return [code for code in book.order if len(book.order) <= FEW_RESULTS or part_of(code, book)]


def safety_withholds(book: Rulebook, case: Case) -> None:
    """A flag raised to act now and not addressed withholds the text of every suggestion but those of safety; no other does.

    So it is in the case, and in the case with each such flag raised by one of the findings that can raise it alone.
    """
    acting = [s for s in book.suggestions.values() if s.level is Level.ACT_NOW]
    for told_case in _with_flags_raised(book, case):
        advice, answered = advise(told_case, book), _answered(book, told_case)
        raised = {s.code for s in advice.suggestions if s.outcome is Outcome.ESTABLISHED}
        addressed = {s.code for s in acting if answered.values[answered.program.present[s.addressed_by].established]}
        open_flags = {s.flag for s in acting if s.code in raised - addressed}
        for suggestion in advice.suggestions:
            names = {flag.id for flag in suggestion.withheld_by}
            wanted = set() if suggestion.origin is Origin.SAFETY else open_flags
            _require(names == wanted, f"'{suggestion.code}' is withheld by {sorted(names)}, not by {sorted(wanted)}", told_case)
            _require(not (names and suggestion.text.nl), f"'{suggestion.code}' is withheld and tells its text", told_case)


def _with_flags_raised(book: Rulebook, case: Case) -> Iterator[Case]:
    """A case, and for each act-now flag that some finding alone raises in it, the case with that finding."""
    yield case
    program = _answered(book, case).program
    for flag, register in program.withholding.items():
        for code in sorted(program.screens[flag]):
            kept = tuple(said for said in case.findings if book.alias.get(said.code, said.code) != code)
            raised = attrs.evolve(case, findings=(*kept, Stated(code, Status.PRESENT)))
            try:
                holds = _answered(book, raised).values[register]
            except CaseError:
                continue
            if holds:
                yield raised
                break


def kinds_are_not_mixed(book: Rulebook, case: Case) -> None:
    """The text of a suggestion says that it is not from the article exactly where it is not; its rules are of its origin."""
    for suggestion in advise(case, book).suggestions:
        outside = suggestion.origin is not Origin.ARTICLE
        for language in () if suggestion.withheld_by else Language:
            says = suggestion.text.into(language).startswith(OUTSIDE[language])
            _require(says is outside, f"the text of '{suggestion.code}' does not say where it is from in {language}", case)
        for reason in suggestion.because:
            origin = book.rules[reason.rule].origin
            _require(origin is suggestion.origin, f"rule '{reason.rule}' of {origin} raises '{suggestion.code}'", case)


PROPERTIES: tuple[Property, ...] = (
    planes_are_consistent,
    information_takes_nothing_away,
    kernel_reads_as_naively,
    safety_withholds,
    kinds_are_not_mixed,
)
"""What holds of every case of every rulebook."""


def extension_changes_nothing(base: Rulebook, extended: Rulebook, case: Case) -> None:
    """Of a case of the base an extended rulebook says what the base says, but for the rules that it switches off by name."""
    switches = tuple(switch for part in extended.parts for switch in part.off)
    default = find_profile(base, None)
    before = answer(case, base, attrs.evolve(default, id="switched", off=(*default.off, *switches)))
    after = _answered(extended, case)
    for code, plane in before.program.results.items():
        own = after.program.results[code]
        same = before.outcome(plane) is after.outcome(own) and before.robust(plane) is after.robust(own)
        _require(same, f"'{code}' stands otherwise in the extended rulebook", case)


def tests_hold(book: Rulebook) -> None:
    """Every exemplar and guidance test is as it expects."""
    failing = [told(book, test, failures) for test in all_tests(book) if (failures := run_test(book, test))]
    if failing:
        raise AssertionError("\n\n".join(failing))


def texts_have_hedges(book: Rulebook) -> None:
    """Every suggestion of the article or of a host that says something of a person has a hedge, in both languages."""
    hedges = [words for words in book.words.values() if words.use is WordUse.HEDGE]
    for suggestion in book.suggestions.values():
        if hedges and suggestion.kind in GRADED and suggestion.origin in {Origin.ARTICLE, Origin.HOST}:
            for language in Language:
                whole = f"{suggestion.summary.into(language)} {suggestion.text.into(language)}"
                if not any(_stands_in(whole, word) for words in hedges for word in _in(language, words)):
                    raise AssertionError(f"{suggestion.span}: '{suggestion.code}' has no hedge in {language}")


def check_rulebook(book: Rulebook, *, examples: int = 50, draft: Path | str | None = None) -> None:
    """All of this at once: the guidance tests, the hedges, and each property on so many ``examples`` of cases.

    Raises `AssertionError` with the smallest case found, as a guidance test; with ``draft`` it is also written to that new
    ``.cases.yaml`` file, to be judged and kept. The cases are the same every time.
    """
    tests_hold(book)
    texts_have_hedges(book)
    for found in PROPERTIES:
        check_property(book, found, examples=examples, draft=draft)


def check_property(book: Rulebook, held: Property, *, examples: int = 50, draft: Path | str | None = None) -> None:
    """One property on so many ``examples`` of cases, with the smallest case of which it does not hold, as `check_rulebook`."""
    failing: list[Case] = []

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(cases(book))
    def holds(case: Case) -> None:
        try:
            held(book, case)
        except AssertionError:
            failing.append(case)
            raise

    try:
        holds()
    except AssertionError as error:
        text = as_case_yaml(failing[-1], book, name=f"to judge: {held.__name__.replace('_', ' ')} does not hold here")
        where = _written(text, draft)
        raise AssertionError(f"{error}\n\nas a guidance test to judge{where}:\n\n{text}") from None


def _written(text: str, draft: Path | str | None) -> str:
    if draft is None:
        return ""
    return f", kept in {draft}" if keep(text, Path(draft)) else f" ({draft} is there already)"


# --- what they share -------------------------------------------------------------------------------------------------------


def _answered(book: Rulebook, case: Case) -> Answered:
    return answer(case, book, find_profile(book, None))


def _require(holds: bool, message: str, case: Case) -> None:
    if not holds:
        raise AssertionError(f"{message}\n  the case: {in_words(case)}")


def _less(case: Case) -> Iterator[tuple[str, Case]]:
    """Every case that says one thing less, with what it leaves out."""
    for stated_one in case.findings:
        rest = tuple(other for other in case.findings if other is not stated_one)
        yield stated_one.code, attrs.evolve(case, findings=rest)
    for name, value in case.quantities:
        yield name, attrs.evolve(case, quantities=tuple(q for q in case.quantities if q != (name, value)))
    if case.child_stage:
        yield "the stage of the child", attrs.evolve(case, child_stage="")
    if case.adult_stage:
        yield "the stage of the adult", attrs.evolve(case, adult_stage="")


def _in(language: Language, words: Words) -> tuple[str, ...]:
    return words.nl if language is Language.NL else words.en


def _stands_in(text: str, word: str) -> bool:
    """Whether a listed word stands in a text: a whole word, or the beginning of one where it ends in a star."""
    ending = r"\w*" if word.endswith("*") else ""
    return bool(re.search(rf"(?<!\w){re.escape(word.rstrip('*'))}{ending}(?!\w)", text, re.IGNORECASE))
