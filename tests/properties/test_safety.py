"""Safety stands above the rest: what is withheld, by what, and that nothing of the article touches it."""

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hechting_rules import Case, Rulebook, advise
from hechting_rules.advice import Advice, Outcome
from hechting_rules.condition import Is, leaves
from hechting_rules.errors import CaseError
from hechting_rules.model import Switch
from hechting_rules.rulebook import default_rulebook
from hechting_rules.terms import Language, Level, Origin, Status
from hechting_rules.verify.lints import word_pattern

BOOK = default_rulebook()
SCREENS = sorted(code for code in BOOK.findings if code.startswith("safety."))
OTHERS = ["child.clings", "baby.cries_a_lot", "parent.unresolved_trauma", "child.premature_birth", "adult.avoids_contact"]
ACT_NOW = {s.flag: s for s in BOOK.suggestions.values() if s.level is Level.ACT_NOW}


@st.composite
def safety_cases(draw: st.DrawFn) -> Case:
    """Cases in which much of safety is answered, in any way."""
    answers = draw(st.dictionaries(st.sampled_from(SCREENS), st.sampled_from(list(Status)), max_size=12))
    present = draw(st.lists(st.sampled_from(OTHERS), unique=True, max_size=4))
    by = {status: [code for code, answer in answers.items() if answer is status] for status in Status}
    return Case.of(
        child=draw(st.sampled_from(["", "prenatal", "newborn", "baby", "toddler", "adolescent"])),
        adult=draw(st.sampled_from(["", "adult", "older_adult"])),
        present=[*by[Status.PRESENT], *present],
        absent=by[Status.ABSENT],
        unknown=by[Status.UNKNOWN],
    )


def advised(case: Case) -> Advice | None:
    """The advice, or nothing for a case that contradicts itself."""
    try:
        return advise(case, BOOK)
    except CaseError:
        return None


@settings(max_examples=120)
@given(safety_cases())
def test_a_raised_act_now_flag_withholds_everything_until_it_is_addressed_and_a_possible_one_nothing(case: Case) -> None:
    advice = advised(case)
    if advice is None:
        return
    raised = {s.flag for s in advice.suggestions if s.level is Level.ACT_NOW and s.outcome is Outcome.ESTABLISHED}
    stated = {s.code: s.status for s in case.findings}
    addressed = {flag for flag, s in ACT_NOW.items() if stated.get(s.addressed_by) is Status.PRESENT}
    for suggestion in advice.suggestions:
        names = {flag.id for flag in suggestion.withheld_by}
        assert names == (set() if suggestion.origin is Origin.SAFETY else raised - addressed)
        assert (suggestion.text.nl == "") == bool(names)
        assert suggestion.summary.nl
        assert suggestion.because


@settings(max_examples=60)
@given(safety_cases())
def test_what_is_asked_first_is_neither_raised_nor_ruled_out(case: Case) -> None:
    advice = advised(case)
    if advice is None:
        return
    raised = {s.flag for s in advice.suggestions if s.flag and s.outcome is Outcome.ESTABLISHED}
    for suggestion in advice.suggestions:
        first = {flag.id for flag in suggestion.screen_first}
        assert not first & raised
        if suggestion.origin is not Origin.SAFETY:
            above = {flag.id for flag in BOOK.flags.values() if flag.stands_above}
            assert first <= above | set(BOOK.suggestions[suggestion.code].screens)


ARTICLE_RULES = sorted(r.id for r in BOOK.rules.values() if r.origin is Origin.ARTICLE)


@settings(max_examples=40)
@given(safety_cases(), st.sets(st.sampled_from(ARTICLE_RULES), max_size=40))
def test_switching_rules_of_the_article_never_changes_a_safety_result(case: Case, off: set[str]) -> None:
    if advised(case) is None:
        return
    default = BOOK.profiles["default"]
    switches = tuple(Switch(rule, "test", "2026-01-01", "test", default.span) for rule in sorted(off))
    changed = advise(case, BOOK, attrs.evolve(default, id="changed", off=switches))
    assert changed.of_origin(Origin.SAFETY) == advise(case, BOOK).of_origin(Origin.SAFETY)


def test_no_rule_of_safety_rests_on_a_conclusion_of_the_article() -> None:
    for rule in BOOK.rules.values():
        if rule.origin is Origin.SAFETY:
            below = [leaf.code for leaf in leaves(rule.when) if isinstance(leaf, Is) and leaf.code in BOOK.conclusions]
            origins = {BOOK.rules[r].origin for code in (*below, *rule.unless) for r in BOOK.rules_of[code]}
            assert origins <= {Origin.SAFETY}


def test_every_flag_is_raised_by_some_rule_and_every_act_now_flag_can_be_addressed() -> None:
    assert {s.flag for s in BOOK.suggestions.values() if s.flag} == set(BOOK.flags)
    assert all(s.addressed_by in BOOK.findings for s in ACT_NOW.values())
    assert set(ACT_NOW) == {"RF-01", "RF-02", "RF-03", "RF-04", "RF-16"}


@pytest.mark.parametrize("status", [Status.ABSENT, Status.UNKNOWN])
def test_a_screen_answered_no_answers_its_details_and_one_not_known_none(status: Status) -> None:
    details = [f.code for f in BOOK.findings.values() if "safety.abuse_or_violence" in f.implies]
    assert len(details) > 3
    said = ["safety.abuse_or_violence"]
    no, unclear = (said, []) if status is Status.ABSENT else ([], said)
    asked = {q.code for q in advise(Case.of(child="toddler", absent=no, unknown=unclear), BOOK).ask_next}
    assert asked.isdisjoint(details) is (status is Status.ABSENT)


PAST = [
    Case.of(child="baby", adult="adult", present=["parent.maltreated_in_childhood"]),
    Case.of(child="school_child", present=["child.adopted", "child.history_neglect", "parent.offers_adequate_safe_attachment"]),
    Case.of(child="none", adult="adult", present=["adult.experienced_trauma"], absent=["adult.self_harm"]),
]


@pytest.mark.parametrize("case", PAST, ids=["a hurt childhood", "a safe adoptee", "healed self-harm"])
def test_what_lies_in_the_past_raises_nothing_to_act_on_now(case: Case) -> None:
    raised = [s.code for s in advise(case, BOOK).suggestions if s.level is Level.ACT_NOW and s.outcome is Outcome.ESTABLISHED]
    assert raised == []


def test_no_text_mixes_its_origin_with_another(book: Rulebook) -> None:
    for suggestion in book.suggestions.values():
        outside = suggestion.origin is not Origin.ARTICLE
        assert suggestion.text.nl.startswith("Niet uit het artikel") is outside
        assert suggestion.text.en.startswith("Not from the article") is outside


def test_no_text_of_the_article_speaks_of_safety(book: Rulebook) -> None:
    listed = [words for words in book.words.values() if words.use == "safety"]
    assert listed
    for suggestion in book.suggestions.values():
        if suggestion.origin is Origin.ARTICLE:
            for words in listed:
                for language, single in ((Language.NL, words.nl), (Language.EN, words.en)):
                    whole = f"{suggestion.summary.into(language)} {suggestion.text.into(language)}"
                    assert [w for w in single if word_pattern(w).search(whole)] == []
