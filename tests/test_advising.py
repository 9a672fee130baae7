"""What an advice says, part by part: each part worked out here once more from the rulebook and the planes, over the examples."""

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import attrs
import pytest

import hechting_rules.explain as explaining
from hechting_rules import Case, Rulebook, UsageError, advise, load_case, load_rulebook
from hechting_rules.advice import Advice, Concluded, Outcome, Suggested
from hechting_rules.answered import Answered, Decide, answer, on_kernel
from hechting_rules.engine.program import Program
from hechting_rules.explain import arguments, ask_next, counterfactual, explained, vary, what_if, why, why_not
from hechting_rules.explaining.arguments import arguments_of
from hechting_rules.explaining.counterfactuals import smallest_changes
from hechting_rules.explaining.differences import dependences, difference, standing
from hechting_rules.explaining.justify import because, told
from hechting_rules.explaining.questions import questions_for
from hechting_rules.explaining.safety import gates, open_above, route, stale
from hechting_rules.explaining.shortfall import shortfall
from hechting_rules.explaining.sufficient import in_words, minimal_sets
from hechting_rules.explaining.wording import person_label
from hechting_rules.facts import block
from hechting_rules.grounds import ClassSystem
from hechting_rules.model import BookPart, Profile, Switch
from hechting_rules.profiles import find_profile, with_rules_on
from hechting_rules.rulebook import default_rulebook
from hechting_rules.terms import About, Kind, Level, Text
from strategies import HERE

EXAMPLES = sorted((Path(__file__).parents[1] / "examples" / "cases").glob("*.yaml"))
BASE = Path(__file__).parent / "diagnostics" / "base"
WITHHELD = Case.of(child="baby", present=["safety.abuse_or_violence", "parent.mental_health_problems", "baby.avoids_eye_contact"])
POINTING = Case.of(
    child="toddler",
    present=["child.bond_clearly_disturbed", "child.bond_disturbed_everyday", "child.bond_not_fitting_development"],
)
SEVERAL = Case.of(child="baby", present=["safety.coercive_attachment_therapy", "safety.baby_white_pupil_or_no_following"])
LATER = dt.date(2099, 1, 1)


def cases() -> list[Case]:
    return [*(load_case(path) for path in EXAMPLES[::4]), WITHHELD, POINTING, SEVERAL]


def both(case: Case, profile: str | Profile | None = None) -> tuple[Advice, Answered]:
    """The advice on a case, and the case after the program ran."""
    book = default_rulebook()
    return advise(case, profile=profile), answer(case, book, find_profile(book, profile))


def results(advice: Advice) -> list[str]:
    """The codes of all that is told."""
    return [*(one.code for one in advice.conclusions), *(one.code for one in advice.suggestions)]


every_case = pytest.mark.parametrize("case", cases(), ids=lambda case: case.id or "made")


@every_case
def test_the_head_of_an_advice_is_that_of_its_rulebook_profile_and_case(case: Case) -> None:
    advice, found = both(case, "nl")
    book = default_rulebook()
    assert (advice.rulebook, advice.version, advice.sha256) == (book.head.id, book.head.version, book.sha256)
    assert (advice.clinical_review, advice.disclaimer) == (book.head.clinical_review, book.head.disclaimer)
    assert (advice.profile, advice.case) == ("nl", case.id)
    assert (advice.child_stage, advice.adult_stage) == (found.admitted.child_stage, found.admitted.adult_stage)
    assert advice.person == person_label(found.admitted, book)
    assert advice.screen_first == open_above(found)
    assert advice.warnings == found.admitted.warnings
    assert advise(case, profile="nl", as_of=LATER).warnings == (*found.admitted.warnings, *stale(book, found.profile, LATER))
    assert advice.parts == ()


@every_case
def test_what_is_told_is_what_is_told_and_the_rest_is_counted(case: Case) -> None:
    advice, found = both(case)
    open_codes = [c for c, plane in found.program.results.items() if found.outcome(plane) is not Outcome.RULED_OUT]
    listed = {code for code in open_codes if told(code, found)}
    assert {c.code for c in advice.conclusions} == listed & found.book.conclusions.keys()
    assert {s.code for s in advice.suggestions} == listed & found.book.suggestions.keys()
    assert advice.not_assessed == len(open_codes) - len(listed)
    assert advice.ask_next == questions_for(found, results(advice))


def carried(code: str, found: Answered) -> Any:
    """The smallest sets that carry an established result; nothing for others."""
    plane = found.program.results[code]
    return in_words(minimal_sets(found, {code: plane})[code], found) if found.values[plane.established] else ()


@every_case
def test_a_conclusion_says_what_the_rulebook_and_the_planes_say(case: Case) -> None:
    advice, found = both(case)
    for one in advice.conclusions:
        plane, item = found.program.results[one.code], found.book.conclusions[one.code]
        assert one == Concluded(
            one.code,
            found.outcome(plane),
            found.robust(plane),
            item.title,
            item.about,
            item.shown,
            because(one.code, found),
            carried(one.code, found),
        )


@every_case
def test_a_suggestion_says_what_the_rulebook_the_planes_and_the_flags_say(case: Case) -> None:
    advice, found = both(case, "nl")
    for one in advice.suggestions:
        plane, item = found.program.results[one.code], found.book.suggestions[one.code]
        before = gates(item, found)
        assert one == Suggested(
            one.code,
            item.kind,
            item.origin,
            item.about,
            found.outcome(plane),
            found.robust(plane),
            item.summary,
            Text("", "") if before.withheld_by else item.text,
            before.withheld_by,
            before.after,
            before.screen_first,
            item.flag,
            item.level,
            route(item, found.profile),
            item.next_step_of,
            item.on_occasion,
            because(one.code, found),
            carried(one.code, found),
        )


def test_the_cases_show_texts_that_are_withheld_and_texts_that_are_told() -> None:
    texts = [s.text for case in cases() for s in advise(case).suggestions]
    assert Text("", "") in texts
    assert any(text.nl for text in texts)


RANK = {Outcome.ESTABLISHED: 1, Outcome.POSSIBLE: 2}


def strength(result: Concluded | Suggested) -> int:
    return 0 if result.robust else RANK[result.outcome]


@every_case
def test_results_stand_in_their_order(case: Case) -> None:
    """Robust, established, possible; parents before the child; suggestions first by kind and level."""
    advice, _ = both(case)
    about, kinds, levels = list(About), list(Kind), list(Level)
    concluded = [(strength(c), about.index(c.about), c.code) for c in advice.conclusions]
    assert concluded == sorted(concluded)
    suggested = [
        (kinds.index(s.kind), 0 if s.level is None else levels.index(s.level), strength(s), about.index(s.about), s.code)
        for s in advice.suggestions
    ]
    assert suggested == sorted(suggested)


def test_the_cases_show_each_part_of_the_order() -> None:
    advices = [advise(case) for case in cases()]
    assert {strength(s) for advice in advices for s in advice.suggestions} == {0, 1, 2}
    assert {strength(c) for advice in advices for c in advice.conclusions} == {0, 1, 2}
    assert len({s.about for advice in advices for s in advice.suggestions}) > 2
    assert {s.level for advice in advices for s in advice.suggestions} > {None, Level.ACT_NOW}
    first, second = [s for s in advise(SEVERAL).suggestions if s.level is not None][:2]
    assert (first.level, second.level) == (Level.ACT_NOW, Level.SAME_DAY)
    assert first.code > second.code


@every_case
def test_background_is_told_of_what_is_established(case: Case) -> None:
    advice, found = both(case)
    texts = [found.book.conclusions[c.code].context for c in advice.conclusions if c.outcome is Outcome.ESTABLISHED]
    assert advice.context == tuple(text for text in texts if text is not None)


def test_the_cases_show_background_that_is_told_and_that_is_not() -> None:
    book = default_rulebook()
    advices = [advise(case) for case in (*cases(), *(load_case(path) for path in EXAMPLES))]
    assert any(advice.context for advice in advices)
    possible = [c.code for advice in advices for c in advice.conclusions if c.outcome is Outcome.POSSIBLE]
    assert any(book.conclusions[code].context is not None for code in possible)


@every_case
def test_classes_are_told_beside_the_results_that_they_are_cited_at(case: Case) -> None:
    advice, found = both(case)
    codes = set(results(advice))
    cited = {one.id: one for one in found.book.classifications.values() if codes & set(one.cited_at)}
    assert {one.id for one in advice.classifications} == set(cited)
    order = [
        (list(ClassSystem).index(cited[one.id].system), one.code, cited[one.id].statements, one.id)
        for one in advice.classifications
    ]
    assert order == sorted(order)
    for one in advice.classifications:
        item = cited[one.id]
        for name in ("code", "coded_in", "current", "name", "text", "caution", "basis", "verify"):
            assert getattr(one, name) == getattr(item, name), name
        assert (one.system, one.people) == (item.system.value, item.people.value)
        criteria = {criterion.criterion: criterion.text for criterion in one.criteria}
        assert criteria == {name: getattr(item, name) for name in ("care", "onset", "least_age", "exclusion")}
        assert [attrs.astuple(work) for work in one.references] == [
            (name, found.book.references[name].cite, found.book.references[name].basis) for name in item.references
        ]
        assert [attrs.astuple(place) for place in one.places] == [
            (name, found.book.statements[name].section, found.book.statements[name].locator) for name in item.statements
        ]
        assert one.cited_at == tuple(code for code in item.cited_at if code in codes)


def test_a_case_that_points_to_a_disorder_has_classes() -> None:
    assert len(advise(POINTING).classifications) > 3


# --- rulebook, profile, engine -----------------------------------------------------------------------------------------------


def test_an_advice_tells_each_change_of_its_profile() -> None:
    book = default_rulebook()
    (first, second, *_), name = sorted(book.rules), next(iter(book.parameters))
    value = book.parameters[name].value
    profile = Profile(
        "own",
        Text("eigen", "own"),
        HERE,
        parameters={name: value + 1.5, **{other: book.parameters[other].value for other in list(book.parameters)[1:2]}},
        on=(Switch(first, "us", "2026-01-02", "we want it", HERE),),
        off=(Switch(second, "", "", "no use", HERE),),
    )
    advice = advise(Case.of(child="baby"), profile=profile)
    assert advice.profile == "own"
    assert [attrs.astuple(change) for change in advice.changes] == [
        ("on", first, "us, 2026-01-02, we want it"),
        ("off", second, "no use"),
        ("parameter", name, f"{value:g} -> {value + 1.5:g}"),
    ]
    assert advise(Case.of(child="baby")).changes == ()


def test_an_advice_by_an_extended_rulebook_names_its_parts() -> None:
    off = (Switch("risk.any", "them", "2026-02-03", "not here", HERE), Switch("risk.other", "", "", "nor here", HERE))
    words = Text("wij", "us")
    parts = (
        BookPart("first", "1.0", "", "", words, None, "none", (), HERE, "aaa"),
        BookPart("second", "2.0", "first", "own", words, words, "us, 2026", off, HERE, "bbb"),
    )
    extended = attrs.evolve(default_rulebook(), parts=parts)
    first, second = advise(Case.of(child="baby"), extended).parts
    assert attrs.asdict(first, recurse=False) == {
        "id": "first",
        "version": "1.0",
        "sha256": "aaa",
        "clinical_review": "none",
        "author": None,
        "off": (),
    }
    assert (second.id, second.version, second.sha256, second.author) == ("second", "2.0", "bbb", words)
    assert (second.clinical_review, [attrs.astuple(change) for change in second.off]) == (
        "us, 2026",
        [("off", "risk.any", "them, 2026-02-03, not here"), ("off", "risk.other", "nor here")],
    )


TINY = Case.of(child="baby", present=["baby.avoids_eye_contact", "parent.unresolved_trauma"])


@pytest.fixture(scope="module")
def tiny() -> Rulebook:
    return load_rulebook(BASE)


@pytest.fixture(scope="module")
def other(tiny: Rulebook) -> Profile:
    """A profile under which the small rulebook says something else than by default."""
    off = (Switch("parents.trauma", "us", "2026-01-01", "a test", HERE),)
    return attrs.evolve(with_rules_on(tiny.profiles["default"], ["parents.ask_when_available"]), id="other", off=off)


ASKED: dict[str, tuple[Callable[..., Any], Callable[[Answered], Any]]] = {
    "why": (
        lambda case, *more: why(case, "risk.parent", *more),
        lambda found: in_words(minimal_sets(found, {"risk.parent": found.program.results["risk.parent"]})["risk.parent"], found),
    ),
    "why_not": (lambda case, *more: why_not(case, "ask.parents", *more), lambda found: shortfall("ask.parents", found)),
    "what_if": (
        lambda case, *more: what_if(case, Case.of(child="baby"), *more),
        lambda found: difference(found, answer(Case.of(child="baby"), found.book, found.profile)),
    ),
    "counterfactual": (
        lambda case, *more: counterfactual(case, "ask.parents", *more),
        lambda found: smallest_changes("ask.parents", found),
    ),
    "vary": (vary, lambda found: tuple(dependences(found, 0.5))),
    "ask_next": (
        ask_next,
        lambda found: questions_for(found, [code for code in found.program.results if told(code, found)]),
    ),
    "arguments": (arguments, arguments_of),
    "explained": (
        lambda case, *more: explained(case, "ask.parents", *more).standing,
        lambda found: standing("ask.parents", found),
    ),
    "advise": (
        lambda case, *more: [(s.code, s.outcome) for s in advise(case, *more).suggestions],
        lambda found: [(s.code, s.outcome) for s in advise(found.admitted.case, found.book, found.profile).suggestions],
    ),
}
"""Each question that can be asked, and its answer for a case after the program ran."""

SENSITIVE = ("why", "why_not", "what_if", "counterfactual", "explained", "advise", "ask_next")
"""Those whose answers differ between the default profile and the other."""


@pytest.mark.parametrize("question", ASKED)
def test_a_question_is_answered_by_the_rulebook_and_profile_that_are_asked(question: str, tiny: Rulebook, other: Profile) -> None:
    ask, expected = ASKED[question]
    default = tiny.profiles["default"]
    assert ask(TINY, tiny) == ask(TINY, tiny, "default") == expected(answer(TINY, tiny, default))
    assert ask(TINY, tiny, other) == expected(answer(TINY, tiny, other))
    if question in SENSITIVE:
        assert ask(TINY, tiny, other) != ask(TINY, tiny)
    with pytest.raises(UsageError, match="there is no profile 'none such'"):
        ask(TINY, tiny, "none such")


def test_without_a_rulebook_the_own_one_is_asked() -> None:
    case, book = WITHHELD, default_rulebook()
    found = answer(case, book, book.profiles["default"])
    code = "attention.parent_risk"
    plane = found.program.results[code]
    assert advise(case) == advise(case, book, "default")
    assert why(case, code) == in_words(minimal_sets(found, {code: plane})[code], found) != ()
    assert why_not(case, code) == shortfall(code, found) != ()
    assert what_if(case, POINTING) == difference(found, answer(POINTING, book, book.profiles["default"]))
    assert counterfactual(case, "attention.child_risk") == smallest_changes("attention.child_risk", found)
    assert ask_next(case) == questions_for(found, [c for c in found.program.results if told(c, found)])
    assert arguments(case) == arguments_of(found)
    assert vary(Case.of(child_age_months=11, present=["child.premature_birth"])) != ()


def test_all_that_is_to_be_said_of_one_result_is_said_together() -> None:
    book = default_rulebook()
    for code in ("attention.parent_risk", "risk.parent"):
        for case in (WITHHELD, POINTING):
            found = answer(case, book, book.profiles["default"])
            whole = explained(case, code)
            assert whole.advice == advise(case)
            assert (whole.code, whole.standing, whole.why_not) == (code, standing(code, found), shortfall(code, found))
            assert whole.counterfactual == smallest_changes(code, found)
            if code in book.suggestions:
                assert (whole.title, whole.origin) == (book.suggestions[code].summary, book.suggestions[code].origin)
            else:
                assert (whole.title, whole.origin) == (book.conclusions[code].title, None)
    assert explained(TINY, "risk.parent", load_rulebook(BASE)).advice.rulebook == "tiny"
    assert explained(WITHHELD, "risk.parent", profile="nl").advice.profile == "nl"


def test_the_engine_that_is_asked_for_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    def told_nothing(program: Program, _inputs: Sequence[int]) -> list[int]:
        return on_kernel(program, block([()], program, default_rulebook()))

    engines: dict[str, Decide] = {"kernel": on_kernel, "durable": told_nothing}
    monkeypatch.setattr(explaining, "deciding", engines.__getitem__)
    assert advise(WITHHELD) == advise(WITHHELD, engine="kernel") != advise(WITHHELD, engine="durable")


def test_an_engine_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="'kernal' is no engine"):
        advise(WITHHELD, engine="kernal")


@pytest.mark.parametrize("ask", [why, why_not, counterfactual, explained])
def test_a_code_that_is_no_result_is_refused_with_what_is_near(ask: Callable[[Case, str], object]) -> None:
    with pytest.raises(UsageError) as near:
        ask(POINTING, "risk.parnt")
    assert str(near.value) == "'risk.parnt' is no conclusion or suggestion; did you mean 'risk.parent'?"
    with pytest.raises(UsageError) as far:
        ask(POINTING, "zzz")
    assert str(far.value) == "'zzz' is no conclusion or suggestion"


@pytest.mark.parametrize("within", [-0.1, float("nan")])
def test_a_share_below_nothing_is_refused(within: float) -> None:
    with pytest.raises(UsageError) as refused:
        vary(POINTING, within=within)
    assert str(refused.value) == f"within is {within:g}; allowed: 0 or more, such as 0.5 to vary by half"


def test_numbers_are_varied_as_far_as_asked() -> None:
    case = Case.of(child_age_months=11, present=["child.premature_birth"])
    book = default_rulebook()
    found = answer(case, book, book.profiles["default"])
    for within in (0, 0.05, 0.5, 0.9):
        assert vary(case, within=within) == tuple(dependences(found, within))
    assert vary(case, within=0) != vary(case, within=0.9)
    older = attrs.evolve(case, quantities=(("child_age_months", 20.0),))
    assert vary(older) == vary(older, within=0.5) != vary(older, within=0.9)
