"""How others classify: the facts of the table, told where a disorder is pointed to and nowhere else, in no suggestion."""

import re
from pathlib import Path

import attrs
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from hechting_rules import Advice, Case, CaseError, Rulebook, advise, load_case, load_rulebook
from hechting_rules.advice import ClassTold, Concluded, Outcome, Suggested
from hechting_rules.condition import leaves
from hechting_rules.grounds import Classification, ClassSystem, People
from hechting_rules.render import phrases
from hechting_rules.render.json import to_mapping
from hechting_rules.render.text import to_text
from hechting_rules.stated import Stated
from hechting_rules.terms import Basis, Language, Status, Text
from hechting_rules.verify.lints import class_names, forbidden_words, label_words, run_lints
from strategies import real_cases

BOOK = load_rulebook()
EXAMPLES = sorted((Path(__file__).parents[1] / "examples" / "cases").glob("*.yaml"))
THREE_CRITERIA = [path for path in EXAMPLES if path.stem == "21-foster-child-with-a-disturbed-bond"]
"""The example in which all three criteria of the article are there."""
LANGUAGES = st.sampled_from(Language)

TYPES = ("no_attachment", "undifferentiated", "boundless", "inhibited", "aggressive", "role_reversal", "bodily_complaints")
CONSIDERED = {"consider.disorder_child", "consider.disorder_adult"}
POINTING = {*CONSIDERED, "refer.residential_youth_care", "type.child_role_reversal"} | {
    f"type.{person}_{name}" for person in ("child", "adult") for name in TYPES if name != "role_reversal"
}
"""The results that point to a disorder; a problem or disorder in one breath (amb:A04) is not among them."""

CRITERIA = {
    person: [f"{person}.bond_clearly_disturbed", f"{person}.bond_not_fitting_development", f"{person}.bond_disturbed_everyday"]
    for person in ("child", "adult")
}


# the facts


def row(system: ClassSystem, code: str, coded_in: str = "") -> tuple[str, str, str]:
    return system.value, code, coded_in


def test_systems_and_codes_are_those_of_the_table() -> None:
    found = sorted(row(one.system, one.code, one.coded_in) for one in BOOK.classifications.values() if one.code)
    assert found == [
        ("DSM-5(-TR)", "F94.1", "ICD-10-CM"),
        ("DSM-5(-TR)", "F94.2", "ICD-10-CM"),
        ("DSM-IV(-TR)", "313.89", ""),
        ("ICD-10", "F94.1", ""),
        ("ICD-10", "F94.2", ""),
        ("ICD-11", "6B44", ""),
        ("ICD-11", "6B45", ""),
    ]


def by_code(system: ClassSystem, code: str) -> Classification:
    return next(one for one in BOOK.classifications.values() if (one.system, one.code) == (system, code))


@pytest.mark.parametrize(
    ("system", "code", "silent", "words"),
    [
        (ClassSystem.DSM_IV, "313.89", {"least_age"}, {"onset": "5", "exclusion": "pervasive"}),
        (ClassSystem.ICD_10, "F94.1", {"least_age"}, {"care": "neglect", "onset": "five", "exclusion": "Asperger"}),
        (ClassSystem.ICD_10, "F94.2", {"care", "least_age"}, {"onset": "five", "exclusion": "Asperger"}),
        (
            ClassSystem.DSM_5,
            "F94.1",
            set(),
            {"care": "lack", "onset": "before the age of 5", "least_age": "9", "exclusion": "autism"},
        ),
        (ClassSystem.DSM_5, "F94.2", set(), {"onset": "no requirement", "least_age": "9", "exclusion": "does not exclude"}),
        (ClassSystem.ICD_11, "6B44", set(), {"care": "lack", "onset": "five", "least_age": "1 year", "exclusion": "autism"}),
        (ClassSystem.ICD_11, "6B45", set(), {"onset": "five", "least_age": "1 year", "exclusion": "probably"}),
    ],
)
def test_the_criteria_are_those_of_the_table_and_what_it_does_not_state_is_not_stated(
    system: ClassSystem, code: str, silent: set[str], words: dict[str, str]
) -> None:
    one = by_code(system, code)
    criteria = {name: getattr(one, name) for name in ("care", "onset", "least_age", "exclusion")}
    assert {name for name, text in criteria.items() if text is None} == silent
    assert {name: word for name, word in words.items() if word not in criteria[name].en} == {}
    assert one.people is People.CHILDREN
    assert one.current is (system in {ClassSystem.DSM_5, ClassSystem.ICD_11})


def test_what_is_general_knowledge_or_without_a_reference_says_what_is_to_be_checked() -> None:
    unsure = [one for one in BOOK.classifications.values() if one.basis is Basis.GENERAL or not one.references]
    assert {one.id for one in unsure} == {"class:icd10-reactive", "class:icd10-disinhibited", "class:icd11-disinhibited"}
    assert [one.id for one in unsure if one.verify is None] == []
    checked = by_code(ClassSystem.ICD_11, "6B45").verify
    assert checked is not None
    assert "WHO" in checked.nl
    assert "WHO" in checked.en


def test_the_seven_types_of_brisch_stand_where_the_article_describes_them() -> None:
    """S216 to S222; without code or criteria of their own, of children and adults but for the reversed roles (amb:A34)."""
    types = [one for one in BOOK.classifications.values() if one.system is ClassSystem.BRISCH]
    assert [one.statements for one in types] == [(f"S{number}",) for number in range(216, 223)]
    assert [one.id for one in types if one.code or one.current or one.care or one.onset or one.least_age or one.exclusion] == []
    assert [one.id for one in types if one.text is None or one.verify is None or one.caution is None] == []
    assert [one.id for one in types if one.people is People.CHILDREN] == ["class:brisch-role-reversal"]


def test_each_type_is_cited_at_its_own_conclusions_and_what_resembles_it_too() -> None:
    types = {one.cited_at: one for one in BOOK.classifications.values() if one.system is ClassSystem.BRISCH}
    expected = [tuple(f"type.{person}_{name}" for person in ("child", "adult")) for name in TYPES]
    assert list(types) == [codes if "role_reversal" not in codes[0] else codes[:1] for codes in expected]
    for one in BOOK.classifications.values():
        if one.system is not ClassSystem.BRISCH:
            assert set(one.cited_at) >= CONSIDERED
            reversed_or_not = {code.split("_", 1)[1] for code in one.cited_at if code.startswith("type.")}
            assert reversed_or_not <= {"no_attachment", "undifferentiated"}


def test_every_name_that_a_class_uses_exists() -> None:
    assert BOOK.classifications
    for one in BOOK.classifications.values():
        assert set(one.references) <= set(BOOK.references)
        assert set(one.statements) <= set(BOOK.statements)
        assert set(one.cited_at) <= {*BOOK.conclusions, *BOOK.suggestions} & POINTING
    assert {code for one in BOOK.classifications.values() for code in one.cited_at} == POINTING


# told where a disorder is pointed to


def findings_of(codes: set[str]) -> list[str]:
    """The findings that the rules for these results name."""
    named = {
        leaf.code
        for code in codes
        for rule in BOOK.rules_of[code]
        for leaf in leaves(BOOK.rules[rule].when)
        if hasattr(leaf, "code")
    }
    return sorted(named & set(BOOK.findings))


NEAR = findings_of(POINTING)


@st.composite
def near_cases(draw: st.DrawFn) -> Case:
    """Cases about what the rules for these results ask, now and then with all criteria, or with a danger to act upon first."""
    told = draw(st.dictionaries(st.sampled_from(NEAR), st.sampled_from(Status), max_size=8))
    for person in draw(st.sets(st.sampled_from(sorted(CRITERIA)))):
        told |= dict.fromkeys(CRITERIA[person], Status.PRESENT)
    if draw(st.booleans()):
        told["safety.abuse_or_violence"] = draw(st.sampled_from(Status))
    findings = tuple(Stated(code, status) for code, status in told.items())
    stages = draw(st.sampled_from(["toddler", "school_child", "adolescent"])), draw(st.sampled_from(["adult", "older_adult"]))
    return Case(child_stage=stages[0], adult_stage=stages[1], findings=findings)


def tried(case: Case, book: Rulebook = BOOK) -> Advice:
    """The advice on a case that can be used."""
    try:
        return advise(case, book)
    except CaseError:
        assume(condition=False)
        raise


FULL = Case.of(
    child="school_child", adult="adult", present=[*CRITERIA["child"], "child.friendly_to_everyone", "child.makes_no_distinction"]
)
ALL_SEVEN = 7
ANY = st.one_of(near_cases(), real_cases())


def results(advice: Advice) -> list[Concluded | Suggested]:
    return [*advice.conclusions, *advice.suggestions]


@settings(max_examples=50)
@given(case=ANY)
@example(case=FULL)
def test_exactly_the_classes_of_what_is_told_are_told(case: Case) -> None:
    advice = tried(case)
    told = {result.code for result in results(advice)}
    expected = {one.id for one in BOOK.classifications.values() if told & set(one.cited_at)}
    assert {one.id for one in advice.classifications} == expected
    assert bool(advice.classifications) is bool(told & POINTING)
    for one in advice.classifications:
        assert set(one.cited_at) == told & set(BOOK.classifications[one.id].cited_at)


@settings(max_examples=25)
@given(case=near_cases())
@example(case=FULL)
def test_the_classes_stand_in_the_order_of_the_systems_whatever_the_order_of_the_file(case: Case) -> None:
    turned = attrs.evolve(BOOK, classifications=dict(reversed(list(BOOK.classifications.items()))))
    advice = tried(case)
    order = [
        (list(ClassSystem).index(ClassSystem(one.system)), one.code, [p.statement for p in one.places])
        for one in advice.classifications
    ]
    assert order == sorted(order)
    assert tried(case, turned).classifications == advice.classifications


@settings(max_examples=25)
@given(case=near_cases())
@example(case=FULL)
def test_no_result_rests_on_a_class(case: Case) -> None:
    without = attrs.evolve(BOOK, classifications={})
    assert tried(case, without) == attrs.evolve(tried(case), classifications=())


@pytest.mark.parametrize("path", [path for path in EXAMPLES if path not in THREE_CRITERIA], ids=lambda path: path.stem)
def test_an_example_case_that_points_to_no_disorder_is_told_no_class(path: Path) -> None:
    """The one that may fit a description of Brisch, by a friendliness to all, gets that one and what resembles it."""
    found = [one.id for one in advise(load_case(path)).classifications]
    fits = ["dsm4-reactive", "icd10-disinhibited", "dsm5-disinhibited", "icd11-disinhibited", "brisch-undifferentiated"]
    assert found == ([f"class:{name}" for name in fits] if path.stem == "19-coercive-therapy" else [])


@pytest.mark.parametrize("path", THREE_CRITERIA, ids=lambda path: path.stem)
def test_an_example_case_with_all_three_criteria_is_told_how_others_class_it(path: Path) -> None:
    found = advise(load_case(path)).classifications
    assert {one.system for one in found} >= {"DSM-IV(-TR)", "ICD-10", "ICD-11"}
    assert all("consider.disorder_child" in one.cited_at for one in found if not one.places)


def test_signs_risks_and_patterns_are_told_no_class() -> None:
    present = [
        "child.clings",
        "child.runs_away",
        "child.adopted",
        "child.attachment_disorganised_assessed",
        "parent.unresolved_trauma",
    ]
    advice = advise(Case.of(child="school_child", adult="adult", present=present))
    assert "consider.child_attachment" in {c.code for c in advice.conclusions}
    assert advice.classifications == ()


def test_an_adult_is_told_that_the_classes_of_today_are_for_children_only() -> None:
    advice = advise(Case.of(child="none", adult="adult", present=CRITERIA["adult"]))
    now = [one for one in advice.classifications if one.current]
    assert [(one.system, one.code, one.people) for one in now] == [
        ("DSM-5(-TR)", "F94.1", "children"),
        ("DSM-5(-TR)", "F94.2", "children"),
        ("ICD-11", "6B44", "children"),
        ("ICD-11", "6B45", "children"),
    ]
    assert phrases.PEOPLE["children"].nl in to_text(advice, Language.NL)


def test_a_disorder_that_a_specialist_assessed_is_told_the_classes_without_brisch() -> None:
    advice = advise(
        Case.of(child="adolescent", present=["child.serious_attachment_disorder_assessed", "parent.attachment_discussed"])
    )
    assert {one.system for one in advice.classifications} == set(ClassSystem) - {ClassSystem.BRISCH}
    assert len(advice.classifications) == ALL_SEVEN


# in JSON


@settings(max_examples=25)
@given(case=near_cases(), language=LANGUAGES)
@example(case=FULL, language=Language.NL)
def test_json_holds_every_class_with_null_for_what_is_not_stated(case: Case, language: Language) -> None:
    advice = tried(case)
    found = to_mapping(advice, language)["classifications"]
    assert [one["id"] for one in found] == [one.id for one in advice.classifications]
    for shown, one in zip(found, advice.classifications, strict=True):
        criteria = {c.criterion: None if c.text is None else c.text.into(language) for c in one.criteria}
        assert {c["criterion"]: c["text"] for c in shown["criteria"]} == criteria
        assert [work["cite"] for work in shown["references"]] == [
            BOOK.references[r].cite for r in BOOK.classifications[one.id].references
        ]
        assert [place["id"] for place in shown["statements"]] == list(BOOK.classifications[one.id].statements)


# in text


def flat(text: str) -> str:
    return " ".join(text.split())


def in_block(advice: Advice, language: Language) -> str:
    """The part about classes of the text with everything: from its first heading to the empty line after it."""
    headings = [heading.into(language) for heading in (phrases.CLASSES_OF_ARTICLE, phrases.CLASSES_OF_OTHERS)]
    lines = to_text(advice, language, everything=True).split("\n")
    starts = [number for number, line in enumerate(lines) if line in headings]
    return flat("\n".join(lines[starts[0] : lines.index("", starts[0])])) if starts else ""


def firm(advice: Advice) -> list[ClassTold]:
    """The classes beside what is established; all of a kind where none is."""
    established = {r.code for r in results(advice) if r.outcome is Outcome.ESTABLISHED}
    kinds = [[one for one in advice.classifications if bool(one.places) is of_article] for of_article in (True, False)]
    return [one for kind in kinds for one in ([o for o in kind if established & set(o.cited_at)] or kind)]


@settings(max_examples=25)
@given(case=near_cases(), language=LANGUAGES)
@example(case=FULL, language=Language.NL)
def test_the_text_with_everything_tells_every_class_in_a_block_of_its_own(case: Case, language: Language) -> None:
    advice = tried(case)
    block = in_block(advice, language)
    assert bool(block) is bool(advice.classifications)
    assert [one.id for one in advice.classifications if one.name.into(language) not in block] == []
    texts = [t for one in firm(advice) for t in (one.caution, one.verify, *(c.text for c in one.criteria)) if t is not None]
    assert [text for text in texts if text.into(language) not in block and text.into(language).lower() not in block.lower()] == []
    assert [one.id for one in firm(advice) if f"{one.system} {one.code}".strip() not in block] == []
    assert [work.cite for one in firm(advice) for work in one.references if work.cite not in block] == []


@settings(max_examples=25)
@given(case=near_cases(), language=LANGUAGES)
@example(case=FULL, language=Language.NL)
def test_the_block_says_what_is_from_the_article_and_that_it_is_no_diagnosis(case: Case, language: Language) -> None:
    advice = tried(case)
    block = in_block(advice, language)
    assert (phrases.CLASSES_OF_ARTICLE.into(language) in block) is any(one.places for one in advice.classifications)
    assert (phrases.CLASSES_OF_OTHERS.into(language) in block) is any(not one.places for one in advice.classifications)
    for one in firm(advice):
        if one.places and one.caution is not None:
            assert f"{phrases.NOT_OF_ARTICLE.into(language)}: {one.caution.into(language)}" in block


def test_the_headings_say_whose_it_is_and_that_it_is_no_diagnosis() -> None:
    others = (phrases.CLASSES_OF_OTHERS, phrases.CLASSES_NOW)
    assert [text for text in others if "niet uit het artikel" not in text.nl or "not from the article" not in text.en] == []
    assert [text for text in (*others, phrases.CLASSES_OF_ARTICLE) if "geen diagnose" not in text.nl] == []
    assert [text for text in (*others, phrases.CLASSES_OF_ARTICLE) if "no diagnosis" not in text.en] == []


@settings(max_examples=25)
@given(case=near_cases(), language=LANGUAGES)
@example(case=FULL, language=Language.EN)
@example(
    case=attrs.evolve(FULL, findings=(*FULL.findings, Stated("safety.abuse_or_violence", Status.PRESENT))), language=Language.NL
)
def test_the_short_text_has_one_line_if_an_established_result_points_to_a_disorder(case: Case, language: Language) -> None:
    """And nothing is held back: then safety comes first. What is only possible adds nothing to the short text."""
    advice = tried(case)
    established = {result.code for result in results(advice) if result.outcome is Outcome.ESTABLISHED}
    wanted = bool(established & POINTING) and not any(s.withheld_by for s in advice.suggestions)
    text = to_text(advice, language, width=1000)
    lines = [line for line in text.split("\n") if line.startswith(phrases.CLASSES_NOW.into(language))]
    assert len(lines) == wanted
    codes = [f"{one.system} {one.code}" for one in advice.classifications if not one.current]
    assert [code for code in codes if re.search(rf"{re.escape(code)}\b", text) and not code.startswith("Brisch")] == []
    without = to_text(attrs.evolve(advice, classifications=()), language, width=1000)
    assert [line for line in text.split("\n") if line not in lines] == without.split("\n")


def test_the_short_line_names_the_classes_of_today_and_in_what_they_differ() -> None:
    text = to_text(advise(FULL), Language.EN, width=1000)
    (line,) = [found for found in text.split("\n") if found.startswith(phrases.CLASSES_NOW.en)]
    assert "DSM-5(-TR) F94.1, F94.2; ICD-11 6B44, 6B45; children only; " in line
    assert "earlier care, onset, age, exclusion" in line


def test_what_is_as_with_the_class_before_it_is_said_by_name() -> None:
    block = in_block(advise(FULL), Language.EN)
    assert "earlier care, onset, age: as with 6B44" in block
    assert "Onset: no requirement of before 5 years;" in block
    assert "earlier care, age: as with F94.1" in block


@settings(max_examples=25)
@given(case=near_cases(), language=LANGUAGES)
def test_no_name_or_code_of_a_class_stands_in_a_suggestion_or_conclusion(case: Case, language: Language) -> None:
    advice = tried(case)
    told = [t for s in advice.suggestions for t in (s.summary, s.text)] + [c.title for c in advice.conclusions]
    names = {one.name.into(language) for one in BOOK.classifications.values()} | {
        o.code for o in BOOK.classifications.values() if o.code
    }
    assert [(name, text) for text in told for name in names if name in text.into(language)] == []


# words


def own_texts(one: Classification) -> list[Text]:
    return [value for value in attrs.asdict(one, recurse=False).values() if isinstance(value, Text)]


def with_caution(words: str) -> Rulebook:
    """The rulebook with other words in one class."""
    one = by_code(ClassSystem.ICD_11, "6B44")
    return attrs.evolve(BOOK, classifications={**BOOK.classifications, one.id: attrs.evolve(one, caution=Text(words, words))})


def test_the_texts_are_in_both_languages_and_pass_the_lints() -> None:
    texts = [text for one in BOOK.classifications.values() for text in own_texts(one)]
    assert texts
    assert [text for text in texts if not text.nl or not text.en or text.nl == text.en] == []
    assert run_lints(BOOK) == ()


@pytest.mark.parametrize("words", ["dit is levenslang", "a bad mother", "het is uw schuld", "this proves it"])
def test_a_class_that_is_too_sure_or_blames_is_found(words: str) -> None:
    (found,) = forbidden_words(with_caution(words))
    assert (found.code, found.span) == ("L601", by_code(ClassSystem.ICD_11, "6B44").span)


def test_a_label_may_stand_in_a_class_and_the_name_of_a_class_in_no_result() -> None:
    assert list(label_words(with_caution("borderline"))) == []
    code = "attention.type_description_child"
    for words in ("dit is een reactieve hechtingsstoornis", "dit heet grenzeloze binding", "code 6B44"):
        changed = attrs.evolve(BOOK.suggestions[code], text=Text(words, "nothing here"))
        found = list(class_names(attrs.evolve(BOOK, suggestions={**BOOK.suggestions, code: changed})))
        assert {(f.code, f.span) for f in found} == {("L611", changed.span)}
    assert list(class_names(BOOK)) == []
