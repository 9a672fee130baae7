"""Extending a rulebook: an extension adds and never changes anything that is not told, whatever the case."""

import json
import pickle
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import oracle
from hechting_rules import Case, Rulebook, RulebookError, UsageError, advise, explained, load_rulebook, why_not
from hechting_rules.advice import Outcome
from hechting_rules.answered import answer
from hechting_rules.cli import run
from hechting_rules.explanations import Gap
from hechting_rules.model import Profile, Switch
from hechting_rules.profiles import active_rules
from hechting_rules.relations import part_of
from hechting_rules.render.explained_json import result_to_mapping
from hechting_rules.render.html import to_html
from hechting_rules.render.json import to_mapping
from hechting_rules.render.text import to_text
from hechting_rules.rulebook import default_rulebook
from hechting_rules.schemas import schema_text
from hechting_rules.terms import Language, Origin, Text
from hechting_rules.testing.guidance import all_tests, run_tests
from hechting_rules.verify.compare import Basis as Comparing
from hechting_rules.verify.compare import Verdict, compare
from hechting_rules.verify.coverage import decided
from hechting_rules.verify.laws import prove
from hechting_rules.verify.lints import run_lints
from hechting_rules.verify.proved import all_proved
from strategies import cases, real_cases

HERE = Path(__file__).parent
BASE, OVER = HERE / "diagnostics" / "base", HERE / "diagnostics" / "extension"
EXAMPLE = HERE.parent / "examples" / "03_own_rule"
TINY = load_rulebook(BASE)
MINE = load_rulebook([BASE, OVER])
LINDE = load_rulebook(EXAMPLE)
NIGHTS = Case.of(child="baby", present=["linde.wakes_often", "linde.parent_worn_out"])
BOTH = [(TINY, MINE), (default_rulebook(), LINDE)]


def changed(folder: Path, name: str, old: str, new: str, base: Path = OVER) -> Path:
    """A copy of an extension with other words in one of its files."""
    shutil.copytree(base, folder)
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    return folder


def as_before(book: Rulebook) -> Profile:
    """The default profile with all that the extensions switch off on again."""
    default = book.profiles["default"]
    return attrs.evolve(default, id="as-before", on=tuple(switch for part in book.parts for switch in part.off))


def planes(case: Case, book: Rulebook, profile: Profile, codes: tuple[str, ...]) -> list[tuple[Outcome, bool]]:
    answered = answer(case, book, profile)
    return [(answered.outcome(answered.program.results[c]), answered.robust(answered.program.results[c])) for c in codes]


# nothing is changed


def check_unchanged(case: Case, base: Rulebook, book: Rulebook) -> None:
    """What the base says of a case is what the extended rulebook says, but for what is switched off by name."""
    before, off = base.profiles["default"], tuple(switch for part in book.parts for switch in part.off)
    silent = attrs.evolve(before, id="silent", off=(*before.off, *off))
    assert planes(case, book, as_before(book), base.order) == planes(case, base, before, base.order)
    assert planes(case, book, book.profiles["default"], base.order) == planes(case, base, silent, base.order)


@settings(max_examples=150)
@given(cases(TINY))
def test_of_every_case_of_the_base_an_extended_rulebook_says_what_the_base_says(case: Case) -> None:
    check_unchanged(case, TINY, MINE)


@settings(max_examples=40)
@given(real_cases(most=16))
def test_of_every_case_of_the_library_the_example_says_what_the_library_says(case: Case) -> None:
    check_unchanged(case, default_rulebook(), LINDE)


def test_over_all_cases_an_extension_that_switches_nothing_off_changes_no_result(tmp_path: Path) -> None:
    """As z3 proves it, or by the same steps: no case of the base, and no case that is refused."""
    text = (OVER / "rulebook.yaml").read_text(encoding="utf-8")
    adding = changed(tmp_path / "adding", "rulebook.yaml", text[text.index("off:") :], "")
    found = compare(TINY, load_rulebook([BASE, adding]))
    assert {one.code for one in found.results} == set(TINY.order)
    settled = [one.settled for group in (found.results, found.admission, found.withholding) for one in group]
    assert {one.verdict for one in settled} == {Verdict.SAME}
    assert all(one.basis is not Comparing.GIVEN_CASES for one in settled)


def test_over_all_cases_what_is_switched_off_changes_only_what_rests_on_it() -> None:
    found = compare(TINY, MINE)
    differing = {one.code for one in found.results if one.settled.verdict is not Verdict.SAME}
    assert differing
    assert differing <= {code for code in TINY.order if any(r.id == "parents.available" for r in oracle.cone(TINY, [code]))}


@pytest.mark.parametrize(("base", "book"), BOTH, ids=["tiny", "example"])
def test_all_that_the_base_holds_is_in_the_extended_rulebook_as_it_was(base: Rulebook, book: Rulebook) -> None:
    for home in ("findings", "conclusions", "suggestions", "ranges", "profiles"):
        assert {c: getattr(book, home)[c] for c in getattr(base, home)} == getattr(base, home)
    rules = {c: attrs.evolve(book.rules[c], exemplars=()) for c in base.rules}
    assert rules == {c: attrs.evolve(rule, exemplars=()) for c, rule in base.rules.items()}
    for home in ("parameters", "stages", "quantities", "flags", "statements", "dispositions", "evidence", "words"):
        assert getattr(book, home) == getattr(base, home)


@pytest.mark.parametrize(("base", "book"), BOTH, ids=["tiny", "example"])
def test_all_that_is_added_stands_in_the_namespace(base: Rulebook, book: Rulebook) -> None:
    for home in ("findings", "conclusions", "suggestions", "ranges", "profiles", "rules"):
        for code in getattr(book, home):
            assert (part_of(code, book) is not None) is (code not in getattr(base, home))


@settings(max_examples=60)
@given(st.data())
def test_in_an_extended_rulebook_the_kernel_says_what_all_worlds_say(data: st.DataObject) -> None:
    case = data.draw(cases(MINE))
    bounds = oracle.bounds(case, MINE, MINE.profiles["default"], ["mine.ask_about_nights"])
    answered = answer(case, MINE, MINE.profiles["default"])
    plane = answered.program.results["mine.ask_about_nights"]
    assert answered.robust(plane) is ("mine.ask_about_nights" in bounds.always.results)
    assert bool(answered.values[plane.out]) is ("mine.ask_about_nights" not in bounds.sometimes.results)


# everybody sees it


def told_by(book: Rulebook) -> Iterator[tuple[str, Text]]:
    """Every text of an extension that an advice may tell as a sentence of its own."""
    for suggestion in book.suggestions.values():
        yield suggestion.code, suggestion.summary
        yield suggestion.code, suggestion.text
    for conclusion in book.conclusions.values():
        yield conclusion.code, conclusion.title
        if conclusion.context is not None:
            yield conclusion.code, conclusion.context
    yield from ((finding.code, finding.question) for finding in book.findings.values())
    yield from ((rule.id, rule.title) for rule in book.rules.values())


@pytest.mark.parametrize(("base", "book"), BOTH, ids=["tiny", "example"])
def test_every_text_that_is_added_says_from_whom_it_is_and_no_other_does(base: Rulebook, book: Rulebook) -> None:
    author = book.parts[-1].author
    assert author is not None
    added = {code for code, _ in told_by(book)} - {code for code, _ in told_by(base)}
    assert added
    for code, text in told_by(book):
        assert (author.nl in text.nl) is (author.en in text.en) is (code in added)
    for code in added & set(book.suggestions):
        assert book.suggestions[code].text.nl.startswith(f"Niet uit het artikel, van {author.nl}: ")
        assert book.suggestions[code].text.en.startswith(f"Not from the article, from {author.en}: ")
        assert max(len(book.suggestions[code].summary.into(language)) for language in Language) < 140


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("everything", [True, False])
def test_the_advice_for_a_person_sets_what_is_added_apart_and_says_from_whom(language: Language, everything: bool) -> None:
    advice = advise(NIGHTS, LINDE)
    summary = LINDE.suggestions["linde.ask_about_the_nights"].summary.into(language)
    heading = {Language.NL: "Eigen toevoeging (niet uit het artikel)", Language.EN: "Added locally (not from the article)"}
    page = to_text(advice, language, everything=everything)
    assert summary in page.partition(heading[language])[2]
    assert summary not in page.partition(heading[language])[0]
    assert heading[language] in to_html(advice, language, everything=everything)
    assert summary in to_html(advice, language, everything=everything)


@settings(max_examples=30)
@given(case=real_cases(), language=st.sampled_from(Language))
def test_every_advice_says_that_the_rulebook_is_extended_by_whom_and_what_is_off(case: Case, language: Language) -> None:
    advice = advise(case, LINDE)
    found = to_mapping(advice, language)
    base, own = found["rulebook"]["parts"]
    assert found["rulebook"]["id"] == f"{base['id']}+{own['id']}"
    assert found["rulebook"]["version"] == f"{base['version']}+{own['version']}"
    assert base["sha256"] == default_rulebook().sha256
    assert own["author"] in found["disclaimer"]
    assert own["off"] == [
        {
            "rule": "prevention.feeding",
            "detail": "E. Voorbeeld, general practitioner, 2026-11-02, our midwife talks about feeding",
        }
    ]
    page = " ".join(to_text(advice, language).split())
    assert f"{own['id']} {own['version']}" in page
    assert "prevention.feeding" in page
    assert "our midwife talks about feeding" in to_html(advice, language, everything=False)


@pytest.mark.parametrize("language", Language)
def test_the_advice_and_its_explanation_fit_their_schemas(language: Language) -> None:
    found = explained(NIGHTS, "linde.ask_about_the_nights", LINDE)
    for name, told in (("advice", to_mapping(found.advice, language)), ("explanation", result_to_mapping(found, language))):
        validator = Draft202012Validator(json.loads(schema_text(name)))
        assert [error.message for error in validator.iter_errors(told)] == []


def test_the_advice_of_a_rulebook_that_extends_nothing_has_no_parts() -> None:
    assert advise(Case.of(child="baby")).parts == ()


def test_an_extended_rulebook_is_known_by_the_files_of_all_its_parts(tmp_path: Path) -> None:
    other = load_rulebook([BASE, changed(tmp_path / "extension", "host/nights.yaml", "Asking", "Asking again")])
    more = shutil.copytree(BASE, tmp_path / "base")
    (more / "profiles" / "more.yaml").write_text("id: more\ntitle: {nl: meer, en: more}\n", encoding="utf-8")
    digests = {book.sha256 for book in (TINY, MINE, other, load_rulebook([more, OVER]))}
    assert len(digests) == 4
    assert [part.sha256 for part in other.parts][:1] == [TINY.sha256]
    assert load_rulebook([BASE, OVER]).sha256 == MINE.sha256


@pytest.mark.parametrize(("base", "own", "whole"), [("none", "b", "none"), ("a", "none", "none"), ("a", "b", "a, D; b, D")])
def test_the_clinical_review_is_that_of_the_weakest_part(base: str, own: str, whole: str, tmp_path: Path) -> None:
    def review(who: str) -> str:
        return "none" if who == "none" else f"{{who: {who}, date: D}}"

    folders = []
    for name, root, who, old in (
        ("base", BASE, base, "clinical_review: none"),
        ("own", OVER, own, "clinical_review: {who: a colleague, date: 2026-11-01}"),
    ):
        folders.append(changed(tmp_path / name, "rulebook.yaml", old, f"clinical_review: {review(who)}", root))
    assert load_rulebook(folders).head.clinical_review == whole


# switching off


def test_a_rule_that_an_extension_switches_off_is_silent_until_a_profile_switches_it_on() -> None:
    case = Case.of(present=["parent.available"])
    on = attrs.evolve(
        MINE.profiles["default"], id="on", on=(Switch("parents.available", "me", "2026-11-02", "why", MINE.head.span),)
    )
    assert "parents.available" not in active_rules(MINE, MINE.profiles["mine.early"])
    assert [c.code for c in advise(case, TINY).conclusions] == ["protection.parent"]
    assert advise(case, MINE).conclusions == ()
    assert [c.code for c in advise(case, MINE, on).conclusions] == ["protection.parent"]
    assert [change.name for change in advise(case, MINE, on).changes] == ["parents.available"]
    gaps = {gap.gap for reason in why_not(case, "protection.parent", MINE) for gap in reason.obstacles}
    assert gaps == {Gap.OFF}


def test_what_safety_withholds_is_withheld_of_an_extension_too() -> None:
    case = Case.of(child="baby", present=["linde.wakes_often", "linde.parent_worn_out", "safety.disclosure"])
    (own,) = advise(case, LINDE).of_origin(Origin.HOST)
    assert [flag.id for flag in own.withheld_by] == ["RF-01"]
    assert own.text == Text("", "")


def test_a_finding_of_an_extension_can_raise_what_it_implies(tmp_path: Path) -> None:
    folder = changed(
        tmp_path / "linde",
        "vocabulary/nights.yaml",
        "    direction: risk\n    changeable: either\nconclusions",
        "    direction: risk\n    changeable: either\n    implies: [safety.abuse_or_violence]\nconclusions",
        EXAMPLE,
    )
    advice = advise(NIGHTS, load_rulebook(folder))
    assert "safety.rf01" in {s.code for s in advice.suggestions if s.outcome is Outcome.ESTABLISHED}


def test_no_finding_of_an_extension_says_that_a_danger_has_been_dealt_with(tmp_path: Path) -> None:
    folder = changed(
        tmp_path / "linde",
        "vocabulary/nights.yaml",
        "    direction: risk\n    changeable: either\nconclusions",
        "    direction: risk\n    changeable: either\n    implies: [safety.rf01_addressed]\nconclusions",
        EXAMPLE,
    )
    with pytest.raises(RulebookError, match=r"B518 'linde\.parent_worn_out' implies 'safety\.rf01_addressed'"):
        load_rulebook(folder)


def test_no_rule_of_safety_of_the_library_can_be_switched_off_by_an_extension(tmp_path: Path) -> None:
    rules = [rule.id for rule in default_rulebook().rules.values() if rule.origin is Origin.SAFETY]
    off = "".join(f"  - {{rule: {rule}, who: a, date: 2026-11-02, reason: b}}\n" for rule in rules)
    folder = changed(tmp_path / "linde", "rulebook.yaml", "off:\n", f"off:\n{off}", EXAMPLE)
    with pytest.raises(RulebookError) as caught:
        load_rulebook(folder)
    assert [d.code for d in caught.value.diagnostics] == ["B515"] * len(rules)


# guidance tests, lints, laws, mutants


@pytest.mark.parametrize("book", [MINE], ids=["tiny"])
def test_the_guidance_tests_of_all_parts_hold(book: Rulebook) -> None:
    tests = list(all_tests(book))
    assert any(test.expected.exactly for test in tests if part_of_test(test.span.path)) or book is LINDE
    assert not any(test.expected.exactly for test in tests if not part_of_test(test.span.path))
    assert run_tests(book, tests) == ()


def part_of_test(path: str) -> bool:
    return not path.startswith("rules/")


def test_what_a_test_of_the_base_expects_exactly_it_still_expects_of_the_results_of_the_base() -> None:
    (before,), (after,) = ([t for t in book.tests if t.name.startswith("A parent who carries")] for book in (TINY, MINE))
    others = set(TINY.order) - {code for code, _ in before.expected.established}
    assert before.expected.exactly
    assert {code for code, _ in after.expected.not_established} == others
    blamed = attrs.evolve(after, given=Case.of(child="baby", present=["parent.unresolved_trauma", "baby.avoids_eye_contact"]))
    assert [failure.got for failure in run_tests(MINE, [blamed])] == ["established"]


def test_lints_and_laws_hold_over_the_extended_rulebook() -> None:
    assert [d for d in run_lints(LINDE) if d.span.path.startswith(EXAMPLE.name)] == []
    assert all_proved(prove(MINE)) is all_proved(prove(TINY))


def test_a_lint_finds_what_an_extension_says(tmp_path: Path) -> None:
    folder = changed(
        tmp_path / "linde", "suggestions/nights.yaml", "Ask how the nights go,", "Always ask how the nights go,", EXAMPLE
    )
    assert "L601" in {d.code for d in run_lints(load_rulebook(folder)) if d.span.path == "linde/suggestions/nights.yaml"}


def test_the_conditions_of_an_extension_are_counted_as_those_of_the_base() -> None:
    assert {one.rule for one in decided(MINE)} == set(MINE.rules)
    assert all(one.decided for one in decided(MINE) if part_of(one.rule, MINE))


# several extensions


SECOND = """
id: second
version: 0.1.0
extends: my-practice
namespace: second
title: {nl: nog iets, en: one more thing}
author: {nl: iemand anders, en: somebody else}
clinical_review: none
off: [{rule: mine.ask_when_nights_weigh, who: me, date: 2026-11-02, reason: we ask it otherwise}]
"""


def second(folder: Path, text: str = SECOND) -> Path:
    folder.mkdir()
    (folder / "rulebook.yaml").write_text(text, encoding="utf-8")
    return folder


def test_an_extension_may_be_extended(tmp_path: Path) -> None:
    book = load_rulebook([str(BASE), OVER, second(tmp_path / "second")])
    assert [part.id for part in book.parts] == ["tiny", "my-practice", "second"]
    assert (book.head.id, book.head.version) == ("tiny+my-practice+second", "1.0.0+2.0.0+0.1.0")
    assert book.head.clinical_review == "none"
    assert "somebody else" in book.head.disclaimer.en
    assert "my practice" in book.head.disclaimer.en
    assert run_tests(book, all_tests(book)) == ()
    case = Case.of(present=["mine.wakes_often"], child_age_months=3)
    assert [s.code for s in advise(case, MINE).of_origin(Origin.HOST)] == ["mine.ask_about_nights"]
    assert advise(case, book).of_origin(Origin.HOST) == ()


def test_two_extensions_side_by_side_each_need_a_namespace(tmp_path: Path) -> None:
    beside = SECOND.replace("extends: my-practice", "extends: tiny")
    assert load_rulebook([BASE, OVER, second(tmp_path / "beside", beside)]).parts[2].namespace == "second"
    with pytest.raises(RulebookError, match=r"B512 the namespace 'mine' is taken: 'mine\.ask_"):
        load_rulebook([BASE, OVER, second(tmp_path / "clash", beside.replace("namespace: second", "namespace: mine"))])


def test_an_extension_that_stands_first_is_laid_over_the_rulebook_of_the_library() -> None:
    assert [part.id for part in LINDE.parts] == [default_rulebook().head.id, "linde"]
    with pytest.raises(RulebookError, match=r"B511 'tiny' is to be extended and not there; allowed: verdult-hechting"):
        load_rulebook(OVER)


def test_no_folder_at_all_is_wrong_use() -> None:
    with pytest.raises(UsageError, match="was given no folder"):
        load_rulebook([])


def test_an_extended_rulebook_can_be_pickled() -> None:
    there = pickle.loads(pickle.dumps(LINDE))  # noqa: S301 - made here
    assert to_mapping(advise(NIGHTS, there), Language.NL) == to_mapping(advise(NIGHTS, LINDE), Language.NL)


# commands


@pytest.fixture
def out(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What a command prints that ends well."""

    def call(*arguments: str | Path) -> str:
        capsys.readouterr()
        assert run([str(argument) for argument in arguments]) == 0
        return "".join(capsys.readouterr())

    return call


def test_the_commands_on_cases_take_the_folder_of_an_extension(tmp_path: Path, out: Callable[..., str]) -> None:
    case = tmp_path / "case.yaml"
    case.write_text("child: baby\npresent: [linde.wakes_often, linde.parent_worn_out]\n", encoding="utf-8")
    rules = ("--rules", EXAMPLE)
    assert json.loads(out("advise", case, *rules, "--format", "json"))["rulebook"]["parts"][1]["id"] == "linde"
    assert "De Linde practice" in out("explain", case, "linde.ask_about_the_nights", *rules, "--lang", "en")
    assert "De Linde practice" in out("graph", case, *rules, "--lang", "en")
    assert "linde.wakes_often" in out("vocabulary", *rules, "--search", "wakker")
    assert "prevention.feeding" in out("about", *rules)
    assert "off by default" in out("rules", "prevention.feeding", *rules)


def test_the_commands_for_authors_take_the_folder_of_an_extension(out: Callable[..., str]) -> None:
    assert "verdult-hechting+linde 0.1.0+1.0.0: no findings" in out("check", EXAMPLE)
    assert "all as expected" in out("test", EXAMPLE)
    own = [argument for rule in LINDE.rules if part_of(rule, LINDE) for argument in ("--rule", rule)]
    assert "03_own_rule/host/nights.yaml" in out("mutate", EXAMPLE, *own)
