"""The words of the rulebook and what it is made of: nothing blames, overstates or labels, and nothing is there for nothing."""

import functools
import re
from collections.abc import Iterable, Iterator, Mapping

import attrs
import pytest

from hechting_rules import Advice, Rulebook, advise, load_rulebook
from hechting_rules.advice import Outcome
from hechting_rules.answered import answer
from hechting_rules.condition import leaves
from hechting_rules.model import Rule
from hechting_rules.profiles import find_profile, off_by_default, with_rules_on
from hechting_rules.relations import entailment
from hechting_rules.terms import Handling, Kind, Language, Origin, Text

BOOK = load_rulebook()

Words = Mapping[Language, tuple[str, ...]]


def lists(nl: str, en: str) -> Words:
    """A list of words for each language, written with bars between them."""
    return {Language.NL: tuple(nl.split(" | ")), Language.EN: tuple(en.split(" | "))}


TOO_SURE = lists(
    nl="altijd | bewijst | bewijzen | bewezen | onherstelbaar | levenslang | onvermijdelijk | garandeert",
    en="always | proves | prove | proven | irreparable | lifelong | inevitable | inevitably | guarantees",
)
BLAME = lists(
    nl="uw schuld | jouw schuld | eigen schuld | schuld van | fout van | aan u te wijten | slechte moeder | slechte vader"
    " | slechte ouder | slechte ouders | falende ouders | onbekwame ouders",
    en="your fault | their fault | fault of | to blame | blame you | bad mother | bad father | bad parent | bad parents"
    " | failing parents | unfit parents",
)
DENIED = lists(
    nl="geen | niet | niemand | niemands | nooit | zonder",
    en="no | not | nobody | nobody's | never | without",
)
LABELS = lists(
    nl="borderline | persoonlijkheidsstoornis | persoonlijkheidsstoornissen | psychopaat | psychopathie | narcist | narcistisch"
    " | theatraal | antisociaal",
    en="borderline | personality disorder | personality disorders | psychopath | psychopathy | narcissist | narcissistic"
    " | histrionic | antisocial",
)
HEDGES = lists(
    nl="kan | kunnen | lijkt | lijken | mogelijk | misschien | overweeg | volgens het artikel",
    en="may | might | can | could | seem | seems | perhaps | possible | consider | according to the article",
)
FRAME = lists(
    nl="overwegen | overweeg | denken | denkt | denk aan | aanwijzing | aanwijzingen | volgens het artikel | bij een ernstige",
    en="consider | think of | thinking of | pointer | pointers | according to the article | with a serious",
)
DISORDER = {
    Language.NL: re.compile(r"\b(hechtings)?stoornis(sen)?\b", re.IGNORECASE),
    Language.EN: re.compile(r"\battachment (problem or )?disorders?\b", re.IGNORECASE),
}
GRADED = {Kind.ATTENTION, Kind.DISCUSS, Kind.REFER}

Placed = tuple[str, Language, str]
"""Where a text stands, its language, its words."""


def said(where: str, *texts: Text) -> Iterator[Placed]:
    for text in texts:
        for language in Language:
            yield where, language, text.into(language)


def of_results(book: Rulebook) -> Iterator[Placed]:
    """What is told of a case: conclusions and suggestions."""
    for conclusion in book.conclusions.values():
        yield from said(conclusion.code, conclusion.title, *(() if conclusion.context is None else (conclusion.context,)))
    for suggestion in book.suggestions.values():
        yield from said(suggestion.code, suggestion.summary, suggestion.text, *(route.text for route in suggestion.routes))


def of_cases(book: Rulebook) -> Iterator[Placed]:
    """What is asked and repeated of a case, with the rules that read it; it may name what a practitioner enters."""
    for rule in book.rules.values():
        yield from said(rule.id, rule.title)
    for finding in book.findings.values():
        yield from said(finding.code, finding.label, finding.question)
    labels = [stage.label for stage in book.stages.values()] + [quantity.label for quantity in book.quantities.values()]
    yield from said("stages.yaml", *labels, *(one.label for one in book.ranges.values()))
    for flag in book.flags.values():
        yield from said(flag.id, flag.name)


def of_notes(book: Rulebook) -> Iterator[Placed]:
    """What is said of today, and of the rulebook itself."""
    for note in book.evidence.values():
        yield from said(note.id, note.short, note.full)
    head = book.head
    yield from said("rulebook", head.title, head.intended_use, head.users, head.misuse, head.limits, head.disclaimer)
    yield from said("rulebook", *(attribute.value for attribute in head.attributes))


def everything(book: Rulebook) -> list[Placed]:
    return [*of_results(book), *of_cases(book), *of_notes(book)]


def has(words: Iterable[str], text: str) -> list[str]:
    """The words or phrases that a text holds, as whole words."""
    return [word for word in words if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE)]


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?:;])\s+", text)


def blamed(text: str, language: Language) -> list[str]:
    """The sentences that lay blame: those that name it and do not deny it."""
    return [s for s in sentences(text) if has(BLAME[language], s) and not has(DENIED[language], s)]


def test_no_text_is_surer_than_anyone_can_be() -> None:
    assert [(where, found) for where, language, text in everything(BOOK) if (found := has(TOO_SURE[language], text))] == []


def test_no_text_blames() -> None:
    assert [(where, found) for where, language, text in everything(BOOK) if (found := blamed(text, language))] == []


@pytest.mark.parametrize(
    ("text", "language", "blames"),
    [
        ("Het is de fout van de ouders.", Language.NL, True),
        ("Dit maakt haar geen slechte moeder.", Language.NL, False),
        ("Niemand is bang. Zij is een slechte moeder.", Language.NL, True),
        ("She is a bad mother.", Language.EN, True),
        ("It does not say who is to blame.", Language.EN, False),
    ],
)
def test_blame_is_told_from_saying_that_there_is_none(text: str, language: Language, blames: bool) -> None:
    assert bool(blamed(text, language)) is blames


def test_no_result_names_a_psychiatric_label() -> None:
    assert [(where, found) for where, language, text in of_results(BOOK) if (found := has(LABELS[language], text))] == []


def test_a_result_that_is_shown_speaks_of_an_attachment_disorder_only_as_something_to_consider() -> None:
    steps = {code for code, conclusion in BOOK.conclusions.items() if not conclusion.shown and conclusion.context is None}
    bare = [
        (where, text)
        for where, language, text in of_results(BOOK)
        if where not in steps
        and DISORDER[language].search(text)
        and not has(FRAME[language], text)
        and not has(DENIED[language], text)
    ]
    assert bare == []


def test_every_graded_suggestion_of_the_article_holds_a_hedge() -> None:
    graded = [s for s in BOOK.suggestions.values() if s.kind in GRADED and s.origin is Origin.ARTICLE]
    assert graded
    bare = [
        (suggestion.code, language)
        for suggestion in graded
        for language in Language
        if not has(HEDGES[language], f"{suggestion.summary.into(language)} {suggestion.text.into(language)}")
    ]
    assert bare == []


def test_every_text_is_in_both_languages_and_not_the_same_sentence_twice() -> None:
    texts = [text for s in BOOK.suggestions.values() for text in (s.summary, s.text)]
    texts += [text for note in BOOK.evidence.values() for text in (note.short, note.full)]
    texts += [finding.question for finding in BOOK.findings.values()]
    assert [text for text in texts if text.nl == text.en] == []
    assert [where for where, _, text in everything(BOOK) if not text] == []


def test_every_question_is_one_and_no_label_is() -> None:
    for finding in BOOK.findings.values():
        for language in Language:
            assert finding.question.into(language).endswith("?"), finding.code
            assert not finding.label.into(language).endswith(("?", ".")), finding.code


def test_no_two_codes_are_told_in_the_same_words() -> None:
    questions = [finding.question for finding in BOOK.findings.values()]
    summaries = [suggestion.summary for suggestion in BOOK.suggestions.values()]
    for language in Language:
        for texts in (questions, summaries):
            words = [text.into(language) for text in texts]
            assert sorted(words) == sorted(set(words))


def named(book: Rulebook) -> set[str]:
    """The codes that the rules name in their conditions and after ``unless``."""
    found = {code for rule in book.rules.values() for code in rule.unless}
    for rule in book.rules.values():
        found |= {leaf.code for leaf in leaves(rule.when) if hasattr(leaf, "code")}
    return found


def test_every_finding_bears_on_a_rule() -> None:
    """By itself, by what it implies or excludes, or by saying that a safety flag is seen to."""
    closed = entailment(BOOK.findings)
    in_rules = named(BOOK) | {suggestion.addressed_by for suggestion in BOOK.suggestions.values()}
    idle = [code for code in BOOK.findings if not {code, *closed.below[code], *closed.against[code]} & in_rules]
    assert idle == []


def test_every_conclusion_is_told_or_used() -> None:
    """Shown, told as context, or a step to another result."""
    in_rules = named(BOOK)
    idle = [code for code, it in BOOK.conclusions.items() if code not in in_rules and not it.shown and it.context is None]
    assert idle == []


def test_what_is_background_only_is_told_as_context_or_leads_on() -> None:
    only = [code for code, rules in BOOK.rules_of.items() if all(is_background(BOOK.rules[rule]) for rule in rules)]
    assert only
    assert set(only) <= set(BOOK.conclusions)
    assert [code for code in only if BOOK.conclusions[code].context is None and code not in named(BOOK)] == []


def is_background(rule: Rule) -> bool:
    return bool(rule.evidence) and BOOK.evidence[rule.evidence].handling is Handling.BACKGROUND


def test_every_suggestion_can_be_raised_in_the_default_profile() -> None:
    assert [code for code in BOOK.suggestions if all(off_by_default(BOOK, rule) for rule in BOOK.rules_of[code])] == []


def test_every_parameter_range_and_quantity_is_used() -> None:
    bounds = {bound for stage in BOOK.stages.values() for bound in (stage.start, stage.below)}
    bounds |= {end for one in BOOK.ranges.values() for end in (one.start, one.end) if isinstance(end, str)}
    assert set(BOOK.parameters) <= bounds
    in_rules = {leaf.name for rule in BOOK.rules.values() for leaf in leaves(rule.when) if hasattr(leaf, "name")}
    assert set(BOOK.ranges) == in_rules
    of_ages = {"child_age_months", "adult_age_years"}
    implying = {name for name, quantity in BOOK.quantities.items() if quantity.implies}
    assert set(BOOK.quantities) <= of_ages | implying | {one.quantity for one in BOOK.ranges.values()}


def test_every_evidence_note_that_a_rule_rests_on_has_a_reference_or_says_that_it_has_none() -> None:
    resting = {rule.evidence for rule in BOOK.rules.values() if rule.evidence}
    assert resting <= set(BOOK.evidence)
    assert [name for name in sorted(resting) if not BOOK.evidence[name].references and not BOOK.evidence[name].note] == []


OFF = sorted(rule for rule in BOOK.rules if off_by_default(BOOK, rule))


def test_there_are_rules_that_are_off_by_default() -> None:
    assert OFF
    assert not {rule for profile in BOOK.profiles.values() for rule in OFF if rule in {s.rule for s in profile.on}}


@pytest.mark.parametrize("rule", OFF)
def test_a_rule_that_is_off_by_default_is_silent_until_it_is_switched_on(rule: str) -> None:
    default = find_profile(BOOK, None)
    fired = 0
    for exemplar in BOOK.rules[rule].exemplars:
        assert rule not in heard(advise(exemplar.given, BOOK))
        fired += rule in heard(advise(exemplar.given, BOOK, with_rules_on(default, [rule])))
    assert fired


def heard(advice: Advice) -> set[str]:
    """The rules that an advice gives as reasons."""
    of_conclusions = {reason.rule for conclusion in advice.conclusions for reason in conclusion.because}
    return of_conclusions | {reason.rule for suggestion in advice.suggestions for reason in suggestion.because}


@attrs.frozen
class Shown:
    """What an exemplar says of the result of its rule, and what the rule itself makes of the case."""

    expected: set[str]
    outcome: Outcome


@functools.cache
def shown(name: str) -> list[Shown]:
    rule = BOOK.rules[name]
    profile = with_rules_on(find_profile(BOOK, None), [rule.id] if rule.id in OFF else [])
    found = []
    for exemplar in rule.exemplars:
        told = exemplar.expected
        groups = {"fires": told.established, "open": told.possible, "not": (*told.ruled_out, *told.not_established)}
        expected = {name for name, codes in groups.items() if rule.result in {code for code, _ in codes}}
        answered = answer(exemplar.given, BOOK, with_rules_on(profile, exemplar.switch_on))
        found.append(Shown(expected, answered.outcome(answered.program.rules[rule.id])))
    return found


@pytest.mark.parametrize("rule", sorted(BOOK.rules))
def test_a_rule_has_exemplars_that_fire_stay_open_and_do_not_fire(rule: str) -> None:
    found = shown(rule)
    assert {name for one in found for name in one.expected} == {"fires", "open", "not"}


@pytest.mark.parametrize("rule", sorted(BOOK.rules))
def test_an_exemplar_shows_its_own_rule_at_work(rule: str) -> None:
    """In at least one that fires the rule itself does, in one it stays open, and where nothing fires it does not either."""
    found = shown(rule)
    assert Outcome.ESTABLISHED in {one.outcome for one in found if "fires" in one.expected}
    assert Outcome.POSSIBLE in {one.outcome for one in found if "open" in one.expected}
    assert Outcome.ESTABLISHED not in {one.outcome for one in found if one.expected & {"open", "not"}}
