"""One result explained in words: the answer first, then why or why not, nearest first, and no advice in what it hangs on."""

import re

import attrs
from hypothesis import example, given, settings
from hypothesis import strategies as st

import advices
import explained as made
from hechting_rules import explanations as values
from hechting_rules.advice import Justification, Known, Outcome, StatedFact, Suggested
from hechting_rules.explanations import (
    Explanation,
    Gap,
    Standing,
    WhyNot,
)
from hechting_rules.render import explained_phrases as words
from hechting_rules.render import phrases
from hechting_rules.render.explained import (
    result_to_text,
)
from hechting_rules.render.telling import deeper_rules, own_rules, result_of
from hechting_rules.terms import Language, Text

LANGUAGES = st.sampled_from(Language)


def ways_in(text: str, ways: tuple[WhyNot, ...], language: Language) -> list[str]:
    """The ways that a text tells, each as what it says first, in the order of the text."""
    firsts = [f"{short_of(way, language)}: {way.title.into(language)}" for way in ways]
    return re.findall("|".join(map(re.escape, sorted(firsts, key=len, reverse=True))), made.flat(text)) if firsts else []


def short_of(way: WhyNot, language: Language) -> str:
    one = len(way.obstacles) == 1
    return (words.SHORT_OF_ONE if one else words.SHORT_OF_MORE).into(language).format(n=len(way.obstacles))


@settings(max_examples=40)
@given(explanation=made.EXPLANATIONS, language=LANGUAGES)
@example(explanation=made.FULL, language=Language.NL)
@example(explanation=made.FAR, language=Language.NL)
def test_the_answer_comes_first(explanation: Explanation, language: Language) -> None:
    lines = result_to_text(explanation, language, width=160).splitlines()
    assert lines[1] == "=" * 160
    answer = lines[2] if explanation.origin is None else lines[3]
    assert explanation.origin is None or lines[2] == phrases.ORIGINS[explanation.origin].into(language)
    found = result_of(explanation)
    level = found.level if isinstance(found, Suggested) else None
    stands = words.STANDS[explanation.standing.outcome].into(language)
    stands += "" if level is None else f" ({phrases.LEVELS[level].into(language).lower()})"
    assert answer == f"{stands}: {explanation.title.into(language)}"


@settings(max_examples=40)
@given(explanation=made.EXPLANATIONS, language=LANGUAGES)
@example(explanation=made.FULL, language=Language.NL)
@example(explanation=made.FAR, language=Language.NL)
def test_with_everything_nothing_of_a_result_is_left_out(explanation: Explanation, language: Language) -> None:
    text = made.flat(result_to_text(explanation, language, everything=True))
    standing, found = explanation.standing, result_of(explanation)
    established = standing.outcome is Outcome.ESTABLISHED
    expected = [explanation.title, *(flag.name for flag in (*standing.withheld_by, *standing.after, *standing.screen_first))]
    if found is not None and established:
        expected += [fact.label for facts in found.why for fact in facts]
    for way in explanation.why_not:
        expected += [fact.label for fact in way.state] + [obstacle.label for obstacle in way.obstacles]
        expected += [] if established else [way.title, *(fact.label for fact in way.withdraw)]
    if explanation.counterfactual is not None:
        expected += [fact.label for facts in explanation.counterfactual.sets for fact in facts]
    for rule in (*own_rules(explanation), *(deeper_rules(explanation) if established else ())):
        expected += [rule.title, *([rule.evidence.full] if rule.evidence else [])]
        assert all(f"{place.statement} '{place.words}'" in text for place in rule.places)
    assert [label for label in expected if label.into(language) not in text] == []
    assert made.left_out(text, language) == 0
    if not established:
        assert all(rule in text for way in explanation.why_not for rule in way.switch_on if no_obstacle_names(rule, way))


def no_obstacle_names(rule: str, way: WhyNot) -> bool:
    return rule not in {obstacle.code for obstacle in way.obstacles if obstacle.gap is Gap.OFF}


@settings(max_examples=40)
@given(explanation=made.EXPLANATIONS, language=LANGUAGES, everything=st.booleans())
@example(explanation=made.FULL, language=Language.EN, everything=False)
@example(explanation=made.FAR, language=Language.EN, everything=False)
def test_ways_are_told_in_the_order_given_each_with_its_typed_obstacles(
    explanation: Explanation, language: Language, everything: bool
) -> None:
    text = result_to_text(explanation, language, everything=everything)
    if explanation.standing.outcome is Outcome.ESTABLISHED:
        assert words.SHORT_OF.into(language) not in text
        assert (words.WAITS_FOR.into(language) in text) is bool(explanation.why_not)
        return
    shown = explanation.why_not if everything else explanation.why_not[:3]
    firsts = [f"{short_of(way, language)}: {way.title.into(language)}" for way in shown]
    assert ways_in(text, explanation.why_not, language) == firsts
    for way in shown:
        for obstacle in way.obstacles:
            assert f"{words.GAPS[obstacle.gap].into(language)}: {obstacle.label.into(language)}" in made.flat(text)
    assert (words.NO_RULE.into(language) in made.flat(text)) is not bool(explanation.why_not)


@settings(max_examples=40)
@given(explanation=made.EXPLANATIONS, language=LANGUAGES)
@example(explanation=made.FULL, language=Language.NL)
@example(explanation=made.FAR, language=Language.NL)
def test_in_short_little_is_told_and_the_rest_is_counted(explanation: Explanation, language: Language) -> None:
    text = result_to_text(explanation, language)
    established, found = explanation.standing.outcome is Outcome.ESTABLISHED, result_of(explanation)
    rules = len(own_rules(explanation)) + (len(deeper_rules(explanation)) if established else 0)
    ways = 0 if established else len(explanation.why_not)
    sets = len(found.why) if found is not None and established else 0
    against = 0 if explanation.counterfactual is None else len(explanation.counterfactual.sets)
    counted = max(0, rules - 3) + max(0, ways - 3) + max(0, sets - 5) + max(0, against - 5)
    assert made.left_out(text, language) == counted
    screens = [flag.name.into(language) for flag in explanation.standing.screen_first]
    if screens:
        rest = "; …" if len(screens) > 3 else " "
        assert f"{phrases.SCREEN_FIRST.into(language)}: {'; '.join(screens[:3])}{rest}" in made.flat(text)


@settings(max_examples=40)
@given(explanation=made.EXPLANATIONS, language=LANGUAGES, everything=st.booleans())
@example(explanation=made.FULL, language=Language.EN, everything=False)
@example(explanation=made.FAR, language=Language.EN, everything=False)
def test_what_is_not_established_is_no_reassurance_and_what_it_hangs_on_no_advice(
    explanation: Explanation, language: Language, everything: bool
) -> None:
    text = made.flat(result_to_text(explanation, language, everything=everything))
    established = explanation.standing.outcome is Outcome.ESTABLISHED
    reassurance = {Language.NL: "geen geruststelling", Language.EN: "no reassurance"}[language]
    assert (reassurance in text) is not established
    sets = explanation.counterfactual is not None and explanation.counterfactual.sets
    what_if = bool(sets) or (bool(explanation.why_not) and not established)
    assert (words.NO_ADVICE.into(language) in text) is what_if
    assert explanation.advice.disclaimer.into(language) in text


@settings(max_examples=30)
@given(explanation=made.EXPLANATIONS, language=LANGUAGES)
@example(explanation=made.FULL, language=Language.NL)
@example(explanation=made.FAR, language=Language.NL)
def test_a_result_that_rests_on_an_assumption_says_so(explanation: Explanation, language: Language) -> None:
    text = made.flat(result_to_text(explanation, language, everything=True))
    rules = (*own_rules(explanation), *deeper_rules(explanation))
    assumed = [p for rule in rules for p in rule.unless if p.status is not Known.RULED_OUT]
    established = explanation.standing.outcome is Outcome.ESTABLISHED
    assert (words.AS_LONG_AS.into(language) in text) is bool(assumed and established)
    for rule in rules:
        for premise in rule.unless:
            told_as = f"{premise.label.into(language)} ({phrases.KNOWN[premise.status].into(language)})"
            assert (told_as in text) is (established and premise in assumed)


@settings(max_examples=30)
@given(explanation=made.EXPLANATIONS)
def test_the_rules_below_are_those_of_premises_that_hold_each_once(explanation: Explanation) -> None:
    own, below = own_rules(explanation), deeper_rules(explanation)
    names = [rule.rule for rule in (*own, *below)]
    assert len(names) == len(set(names))
    concluded = {conclusion.code: conclusion for conclusion in explanation.advice.conclusions}
    reached: list[Justification] = list(own)
    for rule in reached:
        for premise in rule.premises:
            if premise.satisfied and premise.code in concluded and premise.code != explanation.code:
                reached += [r for r in concluded[premise.code].because if r not in reached]
    assert {rule.rule for rule in reached} == set(names)


def test_no_rules_stand_below_premises_that_do_not_hold() -> None:
    assert deeper_rules(made.FULL)
    result = result_of(made.FULL)
    assert isinstance(result, Suggested)
    open_rules = tuple(
        attrs.evolve(rule, premises=tuple(attrs.evolve(p, satisfied=False) for p in rule.premises)) for rule in result.because
    )
    advice = attrs.evolve(made.FULL.advice, suggestions=(attrs.evolve(result, because=open_rules),))
    assert own_rules(attrs.evolve(made.FULL, advice=advice)) == open_rules
    assert deeper_rules(attrs.evolve(made.FULL, advice=advice)) == ()


OFFERS = Text("ouder: biedt genoeg veiligheid", "parent: offers enough safety")
FAR = WhyNot(
    ("protection.other",),
    Text("Bij een ouder kind", "With an older child"),
    (
        values.Obstacle(Gap.ABSENT, "parent.offers", OFFERS),
        values.Obstacle(Gap.STAGE, "child", Text("levensfase: peuter / kleuter", "life stage: toddler / school child")),
    ),
    (StatedFact("parent.offers", "present", OFFERS), StatedFact("child", "toddler", Text("peuter", "toddler"))),
    (StatedFact("child_age_months", "3", Text("leeftijd: 3 maanden", "age: 3 months")),),
    (),
)


def test_why_not_as_it_reads() -> None:
    explanation = Explanation(
        advice=advices.of(attrs.evolve(advices.CROWD, items=(), warnings=0, changes=0, conclusions=0)),
        code="support.parents",
        title=Text("Steun de ouders", "Support the parents"),
        origin=None,
        standing=Standing(Outcome.POSSIBLE, robust=False),
        why_not=(made.NEAR, FAR),
        counterfactual=values.Counterfactual("support.parents", adds=True, sets=(made.NEAR.state,), none=None),
    )
    assert (
        result_to_text(explanation, Language.NL, width=80)
        == """\
a-case: een geïnspireerde zin die n0002
================================================================================
Nog niet zeker: Steun de ouders
    Wat nog niet bekend is beslist hierover. Dat het niet vaststaat is geen
    geruststelling.

Wat er nog aan ontbreekt, het dichtstbij eerst
 1. Mist 1: Ouders kunnen opvangen wat er speelt
      Nog niet bekend: ouder: herkent dat het moeilijk gaat
 2. Mist 2: Bij een ouder kind
      Volgens de casus niet zo: ouder: biedt genoeg veiligheid
      Hoort bij een andere levensfase: levensfase: peuter / kleuter
      Zou gelden met: ouder: biedt genoeg veiligheid; peuter
      en zonder: leeftijd: 3 maanden

Waar dit van afhangt
  - Komt erbij met: ouder: herkent dat het moeilijk gaat

Dit is geen advies: het laat alleen zien waar een uitkomst van afhangt.

een geïnspireerde zin die n0001 Niet klinisch beoordeeld: voor onderwijs en
uitproberen.
"""
    )
