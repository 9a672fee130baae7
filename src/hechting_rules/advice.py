"""What comes back: an advice as frozen values in both languages. Renderers know this module and nothing below it."""

from enum import StrEnum

import attrs

from hechting_rules.terms import About, Basis, Jurisdiction, Kind, Level, Origin, Standing, Text, Wording


class Outcome(StrEnum):
    """What a case makes of a result: by what is known it holds, it may still hold, or it cannot."""

    ESTABLISHED = "established"
    POSSIBLE = "possible"
    RULED_OUT = "ruled out"


class Known(StrEnum):
    """How a premise stands in a case."""

    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "not known"
    ASKED = "asked, not known"
    MOOT = "does not count"
    ESTABLISHED = "established"
    POSSIBLE = "possible"
    RULED_OUT = "ruled out"


@attrs.frozen
class Premise:
    """One condition of a rule as the case answers it.

    ``wanted`` is what the rule asks for (present, absent or established), ``status`` what the case gives; ``source`` is ``case``,
    the code or person it follows from, or the ids of the rules that establish it. A premise that ``frames`` the case (a stage, a
    neutral finding such as a pregnancy or a wish for help) speaks neither for nor against anything.
    """

    code: str
    label: Text
    wanted: Known
    status: Known
    source: tuple[str, ...]
    satisfied: bool
    frames: bool = False


@attrs.frozen
class Locator:
    """A place in the article: statement id, section, and at most six words to find it by."""

    statement: str
    section: str
    words: str


@attrs.frozen
class EvidenceNote:
    """How a claim stands today: the first of ``standing`` is the main one."""

    claim: str
    standing: tuple[Standing, ...]
    caution: Text
    full: Text


@attrs.frozen
class Justification:
    """Why one rule holds, or may hold: its premises, its place in the article and how that stands today."""

    rule: str
    title: Text
    outcome: Outcome
    robust: bool
    places: tuple[Locator, ...]
    wording: Wording
    evidence: EvidenceNote | None
    premises: tuple[Premise, ...]
    unless: tuple[Premise, ...]


@attrs.frozen
class StatedFact:
    """One thing the case states, in words."""

    name: str
    value: str
    label: Text


@attrs.frozen
class Concluded:
    """A conclusion, with the rules that led to it and the smallest sets of stated facts that carry it."""

    code: str
    outcome: Outcome
    robust: bool
    title: Text
    about: About
    shown: bool
    because: tuple[Justification, ...]
    why: tuple[tuple[StatedFact, ...], ...]


@attrs.frozen
class FlagName:
    """A safety flag that a suggestion names, in words."""

    id: str
    level: Level
    name: Text


@attrs.frozen
class RouteTold:
    """Where to turn in one jurisdiction, with its source and the day (ISO) on which it was last checked."""

    jurisdiction: Jurisdiction
    text: Text
    source: str
    edition: str
    checked_on: str


@attrs.frozen
class Suggested:
    """A suggestion, with the rules that raise it and the smallest sets of stated facts that carry it.

    ``withheld_by``, ``after`` and ``screen_first`` name safety flags that come before it; while it is withheld its text is empty.
    ``flag``, ``level`` and ``route`` belong to suggestions of origin safety.
    """

    code: str
    kind: Kind
    origin: Origin
    about: About
    outcome: Outcome
    robust: bool
    summary: Text
    text: Text
    withheld_by: tuple[FlagName, ...]
    after: tuple[FlagName, ...]
    screen_first: tuple[FlagName, ...]
    flag: str
    level: Level | None
    route: RouteTold | None
    next_step_of: str
    on_occasion: bool
    because: tuple[Justification, ...]
    why: tuple[tuple[StatedFact, ...], ...]


@attrs.frozen
class Question:
    """Something not known that can still change a result.

    ``after`` names a question that comes first because one of its answers answers this one too, or is empty. ``given`` are other
    answers after which an answer to this one changes what it names; mostly none are needed.
    """

    code: str
    question: Text
    reason: Text
    could_change: tuple[str, ...]
    after: str
    given: tuple[StatedFact, ...] = ()


@attrs.frozen
class Change:
    """One thing a profile changed, so that every advice says it."""

    what: str
    name: str
    detail: str


@attrs.frozen
class PartTold:
    """One of the rulebooks that an extended one is made of: the one extended, which has no author here, then each extension.

    ``off`` are the rules that the extension switches off.
    """

    id: str
    version: str
    sha256: str
    clinical_review: str
    author: Text | None
    off: tuple[Change, ...]


@attrs.frozen
class CriterionTold:
    """What a class asks for: ``care``, ``onset``, ``least_age`` or ``exclusion``; without a text it is not stated."""

    criterion: str
    text: Text | None


@attrs.frozen
class Work:
    """A publication that a class rests on; ``basis`` says whether the maintainers saw it."""

    id: str
    cite: str
    basis: Basis


@attrs.frozen
class ClassTold:
    """How others classify what a result points to: for reference, no diagnosis and never a finding about a person.

    A class with ``places`` is a proposal that the article reports, and ``text`` describes it; every other class, and each
    ``caution``, is not from the article. ``verify`` says what is still to be checked, ``cited_at`` beside which of the results
    told it stands.
    """

    id: str
    system: str
    code: str
    coded_in: str
    current: bool
    name: Text
    people: str
    text: Text | None
    criteria: tuple[CriterionTold, ...]
    caution: Text | None
    basis: Basis
    verify: Text | None
    references: tuple[Work, ...]
    places: tuple[Locator, ...]
    cited_at: tuple[str, ...]


@attrs.frozen
class Advice:
    """The answer to one case: suggestions for attention and referral, each with its reasons. No diagnosis, no score.

    ``screen_first`` names the safety flags that stand above everything and are neither raised nor ruled out. ``classifications``
    is reference data beside the results that point to a disorder. ``parts`` are what an extended rulebook is made of, else
    nothing.
    """

    rulebook: str
    version: str
    sha256: str
    clinical_review: str
    disclaimer: Text
    profile: str
    changes: tuple[Change, ...]
    case: str
    child_stage: str
    adult_stage: str
    person: Text
    conclusions: tuple[Concluded, ...]
    suggestions: tuple[Suggested, ...]
    screen_first: tuple[FlagName, ...]
    ask_next: tuple[Question, ...]
    context: tuple[Text, ...]
    not_assessed: int
    warnings: tuple[str, ...]
    classifications: tuple[ClassTold, ...] = ()
    parts: tuple[PartTold, ...] = ()

    def of_origin(self, origin: Origin) -> tuple[Suggested, ...]:
        """The suggestions of one origin, in the order in which they are shown."""
        return tuple(s for s in self.suggestions if s.origin is origin)
