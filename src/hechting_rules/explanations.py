"""What the explanations of a result come back as: why not, what if, counterfactuals, arguments. Frozen, in both languages."""

from enum import StrEnum

import attrs

from hechting_rules.advice import Advice, FlagName, Outcome, Premise, StatedFact
from hechting_rules.terms import About, Direction, Origin, Text


class Gap(StrEnum):
    """What stands between a case and a result."""

    UNKNOWN = "not known"
    ASKED = "asked, not known"
    ABSENT = "absent"
    PRESENT = "present"
    STAGE = "other stage"
    RANGE = "other value"
    UNLESS = "taken back"
    OFF = "switched off"
    WITHHELD = "withheld"


@attrs.frozen
class Obstacle:
    """One thing that a rule lacks in a case.

    ``code`` is a finding, a person (another stage is needed), a quantity, a conclusion that takes the rule back, a rule that the
    profile leaves off, or a safety flag that withholds. ``label`` says what would be needed.
    """

    gap: Gap
    code: str
    label: Text


@attrs.frozen
class WhyNot:
    """The nearest way in which one rule would bring a result about, and all that it is short of.

    ``rules`` are the rules on the way, the result's own first. With ``state`` said in place of what the case says of the same
    thing, ``withdraw`` left out and the rules ``switch_on`` switched on, the result is established; where it is only withheld,
    its text is told.
    """

    rules: tuple[str, ...]
    title: Text
    obstacles: tuple[Obstacle, ...]
    state: tuple[StatedFact, ...]
    withdraw: tuple[StatedFact, ...]
    switch_on: tuple[str, ...]


@attrs.frozen
class Standing:
    """How one result stands in one case."""

    outcome: Outcome
    robust: bool
    withheld_by: tuple[FlagName, ...] = ()
    after: tuple[FlagName, ...] = ()
    screen_first: tuple[FlagName, ...] = ()


class Move(StrEnum):
    """How a result differs between two cases."""

    APPEARS = "appears"
    GOES = "goes"
    CHANGES = "changes"


@attrs.frozen
class RuleName:
    """A rule in words."""

    id: str
    title: Text


@attrs.frozen
class Changed:
    """One result that differs between two cases, and the rules that make the difference, its own first.

    ``told`` says whether the advice for one of the cases tells it; what else differs is background, or only possible.
    """

    code: str
    title: Text
    told: bool
    move: Move
    before: Standing
    after: Standing
    rules: tuple[RuleName, ...]


@attrs.frozen
class FactChange:
    """One thing that two cases say differently; nothing where a case says nothing of it."""

    before: StatedFact | None
    after: StatedFact | None


@attrs.frozen
class Difference:
    """What differs between the advice for two cases: what they say, and the results."""

    facts: tuple[FactChange, ...]
    changed: tuple[Changed, ...]


@attrs.frozen
class Dependence:
    """What another value of one of the library's own numbers would change for a case.

    ``other`` is the value nearest to the present one, on its side, that changes a result.
    """

    parameter: str
    value: float
    other: float
    unit: str
    reason: str
    changed: tuple[Changed, ...]


class NoWay(StrEnum):
    """Why there is no counterfactual."""

    SAFETY = "never for safety"
    HISTORY = "fixed by history"
    FAR = "none of up to four findings"
    FIXED = "no finding decides it"


@attrs.frozen
class Counterfactual:
    """The smallest sets of findings that can still change in a life, with which a result would come or go.

    All ``sets`` have the same number of findings, at most four. ``adds`` says whether they bring the result; with no sets,
    ``none`` says why. They are no advice: they show what a result hangs on.
    """

    code: str
    adds: bool
    sets: tuple[tuple[StatedFact, ...], ...]
    none: NoWay | None


@attrs.frozen
class Argument:
    """One thing the case gives that speaks for risk or for protection."""

    premise: Premise
    direction: Direction


@attrs.frozen
class Level:
    """The arguments of one level: what endangers (risks and signs), what protects, and how many findings are not known."""

    about: About
    against: tuple[Argument, ...]
    protecting: tuple[Argument, ...]
    not_known: int


@attrs.frozen
class Offset:
    """A conclusion that takes others back when it is established, and, while it is not, why not."""

    code: str
    title: Text
    outcome: Outcome
    takes_back: tuple[RuleName, ...]
    why_not: tuple[WhyNot, ...]


@attrs.frozen
class Arguments:
    """What speaks for risk and what for protection, level by level, and what offsets what. No weights, no balance, no score."""

    levels: tuple[Level, ...]
    offsets: tuple[Offset, ...]


@attrs.frozen
class Explanation:
    """One conclusion or suggestion, how it stands in a case, and why or why not.

    ``advice`` is that on the case; it tells a result only if something speaks for it, so ``title`` (a title or a summary) and
    ``standing`` come apart. ``origin`` is that of a suggestion, nothing for a conclusion. ``why_not`` stands nearest first.
    """

    advice: Advice
    code: str
    title: Text
    origin: Origin | None
    standing: Standing
    why_not: tuple[WhyNot, ...]
    counterfactual: Counterfactual | None
