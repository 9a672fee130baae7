"""The closed sets of words that rulebooks, cases and advice are written in, and a text in both languages."""

from enum import StrEnum

import attrs


class Language(StrEnum):
    """The languages of all texts for users."""

    NL = "nl"
    EN = "en"


@attrs.frozen
class Text:
    """One text in both languages."""

    nl: str
    en: str

    def into(self, language: Language) -> str:
        """The text in one language."""
        return self.nl if language is Language.NL else self.en


class About(StrEnum):
    """Whom or what a finding or result concerns; in the order in which results are shown."""

    PARENT = "parent"
    PREGNANCY = "pregnancy"
    CHILD = "child"
    ADULT = "adult"
    ENVIRONMENT = "environment"


class Person(StrEnum):
    """Whose life stage it is."""

    CHILD = "child"
    ADULT = "adult"


class Time(StrEnum):
    """Whether a finding is about now or about the past."""

    CURRENT = "current"
    HISTORY = "history"


class Direction(StrEnum):
    """What a finding or conclusion speaks for."""

    RISK = "risk"
    PROTECTION = "protection"
    SIGN = "sign"
    NEUTRAL = "neutral"


class Change(StrEnum):
    """Which way a finding can still change in a person's life."""

    NEVER = "never"
    TO_ABSENT = "to_absent"
    TO_PRESENT = "to_present"
    EITHER = "either"


class Origin(StrEnum):
    """Where a rule or suggestion comes from; never mixed in one output. ``HOST``: added by whoever uses the rulebook."""

    SAFETY = "safety"
    ARTICLE = "article"
    TODAY = "today"
    HOST = "host"


class Kind(StrEnum):
    """What a suggestion asks of the practitioner; in the order in which suggestions are shown."""

    SAFETY = "safety"
    ATTENTION = "attention"
    ASK = "ask"
    DISCUSS = "discuss"
    SUPPORT = "support"
    REFER = "refer"
    PREVENT = "prevent"
    REASSURE = "reassure"


class Wording(StrEnum):
    """How firmly the article words a statement; says nothing about its truth."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"
    OPINION = "opinion"


class Handling(StrEnum):
    """What the evidence of today does to a rule of the article."""

    NORMAL = "normal"
    CAUTION = "caution"
    OFF = "off"
    BACKGROUND = "background"


class Standing(StrEnum):
    """How a claim of the article stands today."""

    WELL_SUPPORTED = "well supported"
    PARTLY_SUPPORTED = "partly supported"
    WEAK = "weak or indirect"
    CONTESTED = "contested"
    OUTDATED = "outdated"
    HARMFUL = "potentially harmful"


class NotEncoded(StrEnum):
    """Why a statement of the article has no consequence in the rules."""

    THEORY = "theory"
    PROVENANCE = "provenance"
    STANCE = "stance"
    TERM = "term"
    WITHHELD = "withheld"


class NumberOrigin(StrEnum):
    """Who gives a number: the article, or the library for want of one in the article."""

    ARTICLE = "article"
    LIBRARY = "library"


class Basis(StrEnum):
    """Whether the maintainers saw a publication that a note rests on."""

    SEEN = "seen"
    GENERAL = "general knowledge"


class Jurisdiction(StrEnum):
    """Where routes lead to: the Netherlands, Flanders, or nowhere in particular (general text without numbers)."""

    NONE = "none"
    NL = "NL"
    BE_VLG = "BE-VLG"


class WordUse(StrEnum):
    """Where the words of a list may stand in texts for users, for the lints."""

    FORBIDDEN = "forbidden"
    LABEL = "label"
    SAFETY = "safety"
    HEDGE = "hedge"


class Confidence(StrEnum):
    """How sure the maintainers are of an evidence note."""

    HIGH = "high"
    MEDIUM = "medium"


class Status(StrEnum):
    """What a case says of a finding. ``UNKNOWN`` is stated: asked, and not to be known."""

    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "unknown"


UNREVIEWED = "none"
"""What stands for a clinical review that has not taken place."""

NO_PERSON = "none"
"""The stage of a person whom the case has not: there is no index child, or no index adult."""


class Level(StrEnum):
    """How soon a safety flag asks for action."""

    ACT_NOW = "act_now"
    SAME_DAY = "same_day"
    SOON = "soon"
    REFER = "refer"
    SCREEN = "screen"


PERSON_OF = {
    About.CHILD: Person.CHILD,
    About.PARENT: Person.CHILD,
    About.ENVIRONMENT: Person.CHILD,
    About.ADULT: Person.ADULT,
}
"""Whose stages the ``stages`` of a finding name; findings about pregnancy have none."""
