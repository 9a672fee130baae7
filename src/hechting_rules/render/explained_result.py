"""One result in words: how it stands, why or why not, and what it hangs on; and what to ask next."""

from collections.abc import Sequence

from hechting_rules.advice import Justification, Known, Locator, Outcome, Question, Suggested
from hechting_rules.explanations import Counterfactual, Explanation, Gap, WhyNot
from hechting_rules.render import explained_phrases as words
from hechting_rules.render import phrases
from hechting_rules.render.page import GAP, INDENT, Line, Role
from hechting_rules.render.telling import by_section, deeper_rules, own_rules, result_of
from hechting_rules.render.voice import DEEPER, Lines, Voice, kind_of, mark_of

MOST_SETS = 5
MOST_RULES = 3
MOST_WAYS = 3
MOST_PLACES = 3
MOST_SCREENS = 3
MOST_QUESTIONS = 10
"""In short: how many sets of facts, rules, ways to a result, places of a rule, safety flags and questions are told."""


def tell_result(voice: Voice, explanation: Explanation) -> Lines:
    """The answer; why, or why not; what it hangs on; then the rules."""
    yield from _answer(voice, explanation)
    yield from _why(voice, explanation)
    yield from _as_long_as(voice, explanation)
    yield from _ways_to(voice, explanation)
    counterfactual = explanation.counterfactual
    if counterfactual is not None:
        yield from _hangs_on(voice, counterfactual)
    short = explanation.why_not and explanation.standing.outcome is not Outcome.ESTABLISHED
    if short or (counterfactual is not None and counterfactual.sets):
        yield Line(Role.NOTE, voice.say(words.NO_ADVICE))
        yield GAP
    yield from _rules(voice, explanation)


def _answer(voice: Voice, explanation: Explanation) -> Lines:
    standing = explanation.standing
    if explanation.origin is not None:
        yield voice.heading(phrases.ORIGINS[explanation.origin])
    stands, found = voice.say(words.STANDS[standing.outcome]), result_of(explanation)
    if isinstance(found, Suggested) and found.level is not None:
        stands = f"{stands} ({voice.say(phrases.LEVELS[found.level]).lower()})"
    yield Line(Role.ANSWER, voice.say(explanation.title), lead=stands)
    yield Line(Role.TEXT, voice.say(words.HOLDS[kind_of(standing.outcome, robust=standing.robust)]), INDENT)
    for label, flags in ((phrases.WITHHELD, standing.withheld_by), (phrases.AFTER, standing.after)):
        if flags:
            yield Line(Role.HELD, voice.names(flags), DEEPER, lead=voice.say(label))
    if standing.screen_first:
        screens = voice.names(standing.screen_first, MOST_SCREENS)
        yield Line(Role.SCREEN, screens, DEEPER, lead=voice.say(phrases.SCREEN_FIRST))
    yield GAP


def _why(voice: Voice, explanation: Explanation) -> Lines:
    """The smallest sets of facts, each of which is enough."""
    found = result_of(explanation)
    sets = () if found is None or found.outcome is not Outcome.ESTABLISHED else found.why
    if not sets:
        return
    yield voice.heading(words.WHY_ONE if len(sets) == 1 else words.WHY_ANY)
    shown = sets if voice.everything else sets[:MOST_SETS]
    for facts in shown:
        yield Line(Role.REASON, voice.names(facts) or voice.say(words.WITHOUT_FACTS), INDENT, "  -")
    yield from voice.more(len(sets) - len(shown))
    yield GAP


def _as_long_as(voice: Voice, explanation: Explanation) -> Lines:
    """What is assumed: what would take a rule on the way back and is not ruled out."""
    if explanation.standing.outcome is not Outcome.ESTABLISHED:
        return
    rules = (*own_rules(explanation), *deeper_rules(explanation))
    assumed = dict.fromkeys(voice.known(p) for r in rules for p in r.unless if p.status is not Known.RULED_OUT)
    if assumed:
        yield voice.heading(words.AS_LONG_AS)
        for premise in assumed:
            yield Line(Role.REASON, premise, INDENT, "  -")
        yield GAP


def _rules(voice: Voice, explanation: Explanation) -> Lines:
    """The rules on the way: those below only where they hold."""
    established = explanation.standing.outcome is Outcome.ESTABLISHED
    rules = (*own_rules(explanation), *(deeper_rules(explanation) if established else ()))
    if not rules:
        return
    yield voice.heading(words.RULES)
    cautioned: set[str] = set()
    shown = rules if voice.everything else rules[:MOST_RULES]
    for number, rule in enumerate(shown, 1):
        yield Line(Role.ITEM, voice.say(rule.title), INDENT, mark_of(number))
        yield from _ground(voice, rule, cautioned)
    yield from voice.more(len(rules) - len(shown))
    yield GAP


def _ground(voice: Voice, rule: Justification, cautioned: set[str]) -> Lines:
    """Where a rule stands in the article, how firmly, and what is known today; each caution once."""
    if rule.places:
        worded = voice.say(words.WORDED).format(how=voice.say(words.WORDINGS[rule.wording]))
        yield Line(Role.REASON, f"{_places(voice, rule.places)}; {worded}", DEEPER, lead=voice.say(words.IN_THE_ARTICLE))
    else:
        yield Line(Role.REASON, voice.say(words.NOT_FROM_ARTICLE), DEEPER)
    note = rule.evidence
    if note is not None and note.claim not in cautioned:
        cautioned.add(note.claim)
        caution = voice.say(note.full if voice.everything else note.caution)
        yield Line(Role.CAUTION, f"{caution} ({voice.stands(note)})", DEEPER, lead=voice.say(phrases.CAUTION))


def _places(voice: Voice, places: Sequence[Locator]) -> str:
    """Places in the article, by section."""
    shown = places if voice.everything else places[:MOST_PLACES]
    told = []
    for section, found in by_section(shown).items():
        at = ", ".join(f"{place.statement} '{place.words}'" for place in found)
        told.append(f"{at} ({section})")
    return "; ".join(told) + ("; …" if len(places) > len(shown) else "")


def _ways_to(voice: Voice, explanation: Explanation) -> Lines:
    """What it is short of, or waits for."""
    established = explanation.standing.outcome is Outcome.ESTABLISHED
    if explanation.why_not:
        yield voice.heading(words.WAITS_FOR if established else words.SHORT_OF)
        yield from _waiting(voice, explanation.why_not) if established else tell_ways(voice, explanation.why_not)
        yield GAP
    elif not established:
        yield Line(Role.TEXT, voice.say(words.NO_RULE))
        yield GAP


def tell_ways(voice: Voice, ways: Sequence[WhyNot], indent: int = INDENT) -> Lines:
    """Ways to a result in the order given, each with what it is short of and what would need to be so."""
    shown = ways if voice.everything else ways[:MOST_WAYS]
    for number, way in enumerate(shown, 1):
        short_of = voice.counted(len(way.obstacles), words.SHORT_OF_ONE, words.SHORT_OF_MORE)
        mark = " " * (indent - INDENT) + mark_of(number)
        yield Line(Role.ITEM, voice.say(way.title), indent, mark, short_of)
        for obstacle in way.obstacles:
            yield Line(Role.REASON, voice.say(obstacle.label), indent + 2, lead=voice.say(words.GAPS[obstacle.gap]))
        yield from _needed(voice, way, indent + 2)
    yield from voice.more(len(ways) - len(shown))


def _needed(voice: Voice, way: WhyNot, indent: int) -> Lines:
    """What would need to be so, where the obstacles do not say it in the same words."""
    said = {o.label for o in way.obstacles if o.gap is not Gap.UNLESS}
    needed = words.ONLY_WITHOUT
    named = {o.code for o in way.obstacles if o.gap is Gap.OFF}
    if way.state and not {fact.label for fact in way.state} <= said:
        yield Line(Role.REASON, voice.names(way.state), indent, lead=voice.say(words.WITH))
        needed = words.WITHOUT
    if way.withdraw:
        yield Line(Role.REASON, voice.names(way.withdraw), indent, lead=voice.say(needed))
    if not named.issuperset(way.switch_on):
        yield Line(Role.REASON, ", ".join(way.switch_on), indent, lead=voice.say(words.SWITCHED_ON))


def _waiting(voice: Voice, ways: Sequence[WhyNot]) -> Lines:
    """The safety flags that an established result waits for, and what the case would say once they are seen to."""
    for way in ways:
        for obstacle in way.obstacles:
            yield Line(Role.HELD, voice.say(obstacle.label), INDENT, "  -", voice.say(words.GAPS[obstacle.gap]))
        if way.state:
            yield Line(Role.REASON, voice.names(way.state), DEEPER, lead=voice.say(words.TOLD_WITH))


def _hangs_on(voice: Voice, counterfactual: Counterfactual) -> Lines:
    """What would bring the result, or take it away; or why nothing would."""
    if not counterfactual.sets and counterfactual.none is None:
        return
    yield voice.heading(words.HANGS_ON)
    lead = words.COMES_WITH if counterfactual.adds else words.GOES_WITH
    shown = counterfactual.sets if voice.everything else counterfactual.sets[:MOST_SETS]
    for facts in shown:
        yield Line(Role.REASON, voice.names(facts), INDENT, "  -", voice.say(lead))
        lead = words.OR_WITH
    yield from voice.more(len(counterfactual.sets) - len(shown))
    if counterfactual.none is not None:
        yield Line(Role.TEXT, voice.say(words.NO_WAY[counterfactual.none]), INDENT)
    yield GAP


def tell_questions(voice: Voice, questions: Sequence[Question]) -> Lines:
    """The questions in order, each with what it is good for."""
    if not questions:
        yield Line(Role.ANSWER, voice.say(words.NO_QUESTIONS))
        return
    by_code = {question.code: question for question in questions}
    near = [question for question in questions if question.after not in by_code]
    shown = questions if voice.everything else near[:MOST_QUESTIONS]
    yield voice.heading(words.QUESTIONS)
    for question in shown:
        others = len(question.could_change) - 1
        also = f" ({voice.counted(others, words.ALSO_ONE, words.ALSO_MORE)})" if others > 0 else ""
        yield Line(Role.QUESTION, voice.say(question.question), INDENT, "  ?")
        yield Line(Role.REASON, f"{voice.say(question.reason)}{also}", DEEPER)
        if question.after in by_code:
            wider = voice.say(by_code[question.after].question)
            yield Line(Role.REASON, wider, DEEPER, lead=voice.say(words.ONLY_AFTER))
    yield from voice.more(len(questions) - len(shown))
