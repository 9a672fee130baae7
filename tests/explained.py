"""Hypothesis strategies for the values that explanations come back as: all that they may hold, also what no rule leads to yet."""

import re
from collections.abc import Iterator
from typing import Any, TypeVar

import attrs
from hypothesis import strategies as st

import advices
from hechting_rules.advice import Concluded, FlagName, Known, Outcome, Premise, Question, StatedFact, Suggested
from hechting_rules.explanations import (
    Argument,
    Arguments,
    Changed,
    Counterfactual,
    Dependence,
    Difference,
    Explanation,
    FactChange,
    Gap,
    Level,
    Move,
    NoWay,
    Obstacle,
    Offset,
    RuleName,
    Standing,
    WhyNot,
)
from hechting_rules.render import phrases
from hechting_rules.terms import About, Direction, Language, Origin, Text
from hechting_rules.terms import Level as FlagLevel

T = TypeVar("T")

DUTCH = "een zin over wat er speelt en wat er nog niet over bekend is"
ENGLISH = "a sentence on what goes on and what is not known of it yet"


def text(number: int, words: int) -> Text:
    """A text of so many words that no other number has."""
    return Text(*(" ".join([*told.split()[:words], f"n{number:04}"]) for told in (DUTCH, ENGLISH)))


def code(number: int) -> str:
    return f"a.code_{number}"


def some(values: st.SearchStrategy[T], most: int, least: int = 0) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(values, min_size=least, max_size=most).map(tuple)


TEXTS = st.builds(text, st.integers(0, 9999), st.integers(1, 12))
CODES = st.builds(code, st.integers(0, 99))
FLAGS = st.builds(FlagName, st.integers(1, 99).map("RF-{:02}".format), st.sampled_from(FlagLevel), TEXTS)
FACTS = st.builds(StatedFact, CODES, st.sampled_from(["present", "absent", "baby", "12"]), TEXTS)
FACT_SETS = some(FACTS, 3, 1)
RULES = st.builds(RuleName, CODES, TEXTS)
OUTCOMES = st.sampled_from(Outcome)
STANDINGS = st.builds(Standing, OUTCOMES, st.booleans(), some(FLAGS, 2), some(FLAGS, 2), some(FLAGS, 5))
OBSTACLES = st.builds(Obstacle, st.sampled_from(Gap), CODES, TEXTS)
WAYS = st.builds(WhyNot, some(CODES, 3, 1), TEXTS, some(OBSTACLES, 4, 1), some(FACTS, 3), some(FACTS, 2), some(CODES, 2))
MOVED = st.builds(Changed, CODES, TEXTS, st.booleans(), st.sampled_from(Move), STANDINGS, STANDINGS, some(RULES, 5))
COUNTERFACTUALS = st.one_of(
    st.builds(Counterfactual, CODES, st.booleans(), some(FACT_SETS, 8, 1), st.none()),
    st.builds(Counterfactual, CODES, st.booleans(), st.just(()), st.sampled_from(NoWay)),
)
DIFFERENCES = st.builds(
    Difference,
    some(st.builds(FactChange, st.none() | FACTS, st.none() | FACTS), 4),
    some(MOVED, 6),
)
DEPENDENCES = some(
    st.builds(
        Dependence,
        st.integers(0, 99).map("a_number_{}".format),
        st.integers(0, 99).map(float),
        st.integers(0, 999).map(lambda n: n / 4),
        st.sampled_from(["months", "years", "weeks", "pounds"]),
        TEXTS.map(lambda told: told.en),
        some(MOVED, 3, 1),
    ),
    3,
)
PREMISES = st.builds(
    Premise,
    CODES,
    TEXTS,
    st.sampled_from([Known.PRESENT, Known.ABSENT, Known.ESTABLISHED]),
    st.sampled_from(Known),
    st.sampled_from([("case",), ()]),
    st.booleans(),
)
GIVEN = st.builds(Argument, PREMISES, st.sampled_from(Direction))
LEVELS = st.builds(Level, st.sampled_from(About), some(GIVEN, 5), some(GIVEN, 5), st.integers(0, 200))
OFFSETS = st.builds(Offset, CODES, TEXTS, OUTCOMES, some(RULES, 3), some(WAYS, 5))
ARGUMENTS = st.builds(Arguments, some(LEVELS, 5), some(OFFSETS, 3))


def asked(numbers: list[int], sizes: list[int]) -> tuple[Question, ...]:
    """Questions of different codes; every third comes after the one before it."""
    found: list[Question] = []
    for place, (number, size) in enumerate(zip(numbers, sizes, strict=False)):
        after = found[-1].code if place % 3 == 2 else ""
        could_change = tuple(code(n) for n in range(size))
        found.append(Question(code(number), text(number, 8), text(number + 5000, 9), could_change, after))
    return tuple(found)


QUESTIONS = st.builds(
    asked, st.lists(st.integers(0, 999), max_size=30, unique=True), st.lists(st.integers(1, 5), min_size=30, max_size=30)
)


def of_advice(
    draft: advices.Draft,
    pick: int,
    standing: Standing,
    origin: Origin | None,
    why_not: tuple[WhyNot, ...],
    counterfactual: Counterfactual | None,
) -> Explanation:
    """An explanation of a result that an advice tells, or of one that it leaves out."""
    advice = advices.of(draft)
    results: list[Suggested | Concluded] = [*advice.suggestions, *advice.conclusions]
    if pick >= len(results):
        left_out = attrs.evolve(standing, outcome=Outcome.RULED_OUT if pick % 2 else Outcome.POSSIBLE)
        return Explanation(advice, "a.left_out", text(9000 + pick % 999, 6), origin, left_out, why_not, counterfactual)
    result = results[pick]
    if isinstance(result, Concluded):
        stands = Standing(result.outcome, result.robust)
        return Explanation(advice, result.code, result.title, None, stands, why_not, counterfactual)
    stands = Standing(result.outcome, result.robust, result.withheld_by, result.after, result.screen_first)
    return Explanation(advice, result.code, result.summary, result.origin, stands, why_not, counterfactual)


EXPLANATIONS = st.builds(
    of_advice,
    advices.DRAFTS,
    st.integers(0, 16),
    STANDINGS,
    st.none() | st.sampled_from(Origin),
    some(WAYS, 6),
    st.none() | COUNTERFACTUALS,
)


def _many_questions() -> tuple[Question, ...]:
    return asked(list(range(40)), [1 + n % 3 for n in range(40)])


def _full() -> Explanation:
    """An established result with more of everything than a text shows in short, and assumptions of every kind."""
    advice = advices.of(advices.CROWD)
    result = next(s for s in advice.suggestions if s.outcome is Outcome.ESTABLISHED and s.origin is Origin.ARTICLE)
    sets = tuple(tuple(StatedFact(code(n), "present", text(6100 + 10 * m + n, 5)) for n in range(m)) for m in range(1, 8))
    unless = tuple(
        Premise(code(n), text(6300 + n, 4), Known.ESTABLISHED, k, (), k is Known.ESTABLISHED) for n, k in enumerate(Known)
    )
    because = tuple(attrs.evolve(result.because[0], rule=code(n), title=text(6400 + n, 5), unless=unless) for n in range(5))
    result = attrs.evolve(result, why=sets, because=because)
    told = tuple(result if s.code == result.code else s for s in advice.suggestions)
    stands = Standing(result.outcome, result.robust, result.withheld_by, result.after, result.screen_first)
    way = WhyNot((code(1),), text(6500, 5), (Obstacle(Gap.WITHHELD, "RF-01", text(6501, 3)),), (sets[0][0],), (), ())
    return Explanation(
        attrs.evolve(advice, suggestions=told),
        result.code,
        result.summary,
        result.origin,
        stands,
        (way,),
        Counterfactual(result.code, adds=False, sets=sets, none=None),
    )


def _far() -> Explanation:
    """A result that the advice leaves out, with more ways to it than a text shows in short, one for each gap."""
    gaps = list(Gap)
    obstacles = [Obstacle(gap, code(n), text(7000 + n, 4)) for n, gap in enumerate(gaps)]
    ways = tuple(
        WhyNot(
            (code(n),),
            text(7100 + n, 5),
            tuple(obstacles[: n + 1]),
            (),
            (StatedFact(code(n), "present", text(7200 + n, 3)),),
            (code(9),),
        )
        for n in range(len(gaps))
    )
    stands = Standing(
        Outcome.RULED_OUT,
        robust=True,
        screen_first=tuple(FlagName(f"RF-0{n}", FlagLevel.SOON, text(7400 + n, 3)) for n in range(4)),
    )
    return Explanation(advices.of(advices.CROWD), "a.left_out", text(7300, 5), Origin.SAFETY, stands, ways, None)


QUESTIONS_OF_ALL_KINDS = _many_questions()
FULL = _full()
FAR = _far()
RECOGNISES = Text("ouder: herkent dat het moeilijk gaat", "parent: recognises that it is difficult")
NEAR = WhyNot(
    ("protection.parents",),
    Text("Ouders kunnen opvangen wat er speelt", "Parents can make up for what goes on"),
    (Obstacle(Gap.UNKNOWN, "parent.recognises", RECOGNISES),),
    (StatedFact("parent.recognises", "present", RECOGNISES),),
    (),
    (),
)
"""One way that is short of one thing, as a rulebook would word it."""


# --- reading what was told

MORE = {language: re.compile(re.escape(phrases.MORE.into(language)).replace(re.escape("{n}"), r"(\d+)")) for language in Language}


def flat(text: str) -> str:
    """A text without its line breaks and margins."""
    return " ".join(text.split())


def left_out(text: str, language: Language) -> int:
    """How many items a text says that it leaves out."""
    return sum(int(number) for number in MORE[language].findall(flat(text)))


def said(value: Any, language: Language) -> Iterator[str]:
    """Every text of a value in one language, wherever it stands."""
    if isinstance(value, Text):
        yield value.into(language)
    elif isinstance(value, tuple):
        for inner in value:
            yield from said(inner, language)
    elif attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            yield from said(getattr(value, field.name), language)


def strings(value: Any) -> Iterator[str]:
    """Every string in plain data, but for the keys."""
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from strings(inner)
