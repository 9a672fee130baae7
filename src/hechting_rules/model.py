"""What a rulebook holds, as frozen values: vocabulary, rules, suggestions, profiles; and the rulebook as a whole."""

from collections.abc import Mapping

import attrs

from hechting_rules.condition import Condition
from hechting_rules.grounds import Ambiguity, Classification, Disposition, Evidence, Reference, Statement
from hechting_rules.source import Span
from hechting_rules.stated import Test
from hechting_rules.terms import (
    About,
    Change,
    Direction,
    Jurisdiction,
    Kind,
    Language,
    Level,
    NumberOrigin,
    Origin,
    Person,
    Text,
    Time,
    Wording,
    WordUse,
)


@attrs.frozen
class Parameter:
    """A number that the rules cannot do without, with its unit, origin and reason."""

    name: str
    value: float
    unit: str
    origin: NumberOrigin
    reason: str
    span: Span


@attrs.frozen
class Stage:
    """A life stage of the index child or the index adult.

    ``start`` and ``below`` name parameters (months for a child, years for an adult); a stage without both cannot follow from
    an age. ``implies`` names findings that are present whenever the stage is.
    """

    code: str
    of: Person
    label: Text
    span: Span
    start: str = ""
    below: str = ""
    implies: tuple[str, ...] = ()


@attrs.frozen
class Quantity:
    """A measured number of a case; ``least`` and ``most`` bound what can be meant.

    ``of`` is the person whose age it is, or ``pregnancy``; ``implies`` names findings that are present when it is given.
    """

    name: str
    of: str
    unit: str
    least: float
    most: float
    label: Text
    span: Span
    implies: tuple[str, ...] = ()


@attrs.frozen
class Range:
    """A named stretch of a quantity, both ends included; each end is a number or a parameter's name."""

    name: str
    quantity: str
    start: float | str
    end: float | str
    label: Text
    span: Span


@attrs.frozen
class Finding:
    """A coded fact that a case can hold; see ``docs/rule-files.md`` for each field."""

    code: str
    label: Text
    question: Text
    about: About
    time: Time
    direction: Direction
    changeable: Change
    span: Span
    stages: tuple[str, ...] = ()
    not_at: tuple[str, ...] = ()
    group: str = ""
    synonyms: Mapping[Language, tuple[str, ...]] = attrs.field(factory=dict)
    implies: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    alias: tuple[str, ...] = ()
    deprecated_since: str = ""
    note: str = ""


@attrs.frozen
class Conclusion:
    """A step of the reasoning; ``shown`` says whether it is told on its own.

    With a ``context`` it is background: that text is told beside the advice when the conclusion is established.
    """

    code: str
    title: Text
    about: About
    direction: Direction
    span: Span
    shown: bool = True
    context: Text | None = None
    note: str = ""


@attrs.frozen
class Route:
    """Where to turn in one jurisdiction: dated data, as numbers, laws and guidelines change.

    ``checked_on`` and ``review_by`` are ISO dates.
    """

    jurisdiction: Jurisdiction
    text: Text
    source: str
    edition: str
    checked_on: str
    review_by: str
    span: Span


@attrs.frozen
class Suggestion:
    """One decision put before the practitioner. One origin, and only rules of that origin raise it.

    A suggestion of origin safety raises a ``flag`` at a ``level`` and has ``routes``; ``addressed_by`` is the finding by which a
    case says that an act-now flag has been acted upon.
    """

    code: str
    origin: Origin
    kind: Kind
    about: About
    summary: Text
    text: Text
    span: Span
    screens: tuple[str, ...] = ()
    flag: str = ""
    level: Level | None = None
    routes: tuple[Route, ...] = ()
    addressed_by: str = ""
    next_step_of: str = ""
    on_occasion: bool = False
    note: str = ""


@attrs.frozen
class Flag:
    """A safety flag by name: what a suggestion asks to look at first. Not from the article.

    With ``stages`` it can only be raised at these; without them at any. One that ``stands_above`` comes before every suggestion
    of the article and of today, named or not.
    """

    id: str
    level: Level
    name: Text
    span: Span
    stages: tuple[str, ...] = ()
    stands_above: bool = False


DEFAULT_PROFILE = "default"
"""The profile that every rulebook has."""


@attrs.frozen
class LintOff:
    """A lint switched off for one rule, by its code, and why."""

    code: str
    reason: str
    span: Span


@attrs.frozen
class Rule:
    """One rule: when ``when`` holds and no conclusion in ``unless`` is established, ``result`` is.

    ``result`` is the code of a conclusion or of a suggestion; ``lint_off`` names the lints that do not look at this rule.
    """

    id: str
    origin: Origin
    title: Text
    when: Condition
    result: str
    wording: Wording
    span: Span
    unless: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    ambiguities: tuple[str, ...] = ()
    evidence: str = ""
    note: str = ""
    exemplars: tuple[Test, ...] = ()
    lint_off: tuple[LintOff, ...] = ()


@attrs.frozen
class Switch:
    """A rule switched on or off in a profile: by whom, when (ISO date) and why."""

    rule: str
    who: str
    date: str
    reason: str
    span: Span


@attrs.frozen
class Profile:
    """How a host wants the rulebook to run: parameters, and rules switched on or off one by one."""

    id: str
    title: Text
    span: Span
    jurisdiction: Jurisdiction = Jurisdiction.NONE
    parameters: Mapping[str, float] = attrs.field(factory=dict)
    on: tuple[Switch, ...] = ()
    off: tuple[Switch, ...] = ()


@attrs.frozen
class Words:
    """A list of words that lints look for in texts for users, in each language.

    ``use`` says where: ``forbidden`` nowhere, ``label`` only in evidence notes, ``safety`` in no text of the article, ``hedge``
    at least one in every graded text.
    """

    name: str
    use: WordUse
    nl: tuple[str, ...]
    en: tuple[str, ...]
    span: Span


@attrs.frozen
class Attribute:
    """One thing that whoever relies on a decision support may want to know of its source.

    The names are those of the thirteen source attributes of an evidence-based intervention, 45 CFR 170.315(b)(11)(iv)(A).
    """

    name: str
    value: Text


@attrs.frozen
class Head:
    """Who a rulebook is: id, version, title, whom and what it is meant for and what not, and whether clinicians reviewed it."""

    id: str
    version: str
    title: Text
    intended_use: Text
    users: Text
    misuse: Text
    limits: Text
    attributes: tuple[Attribute, ...]
    disclaimer: Text
    clinical_review: str
    span: Span


@attrs.frozen
class BookPart:
    """One of the rulebooks that an extended one is made of: the one that is extended, or a host's extension.

    An extension names what it ``extends``, the ``namespace`` that all it adds stands in, its ``author``, and the rules that it
    switches ``off``. ``sha256`` is over its own files.
    """

    id: str
    version: str
    extends: str
    namespace: str
    title: Text
    author: Text | None
    clinical_review: str
    off: tuple[Switch, ...]
    span: Span
    sha256: str = ""


@attrs.frozen(eq=False)
class Rulebook:
    """Everything read from the files of a rulebook, checked as a whole. Compared by identity; never changed after loading.

    ``sha256`` is over the paths and bytes of the files. ``order`` lists the codes of all results so that each comes after
    what it rests on. ``parts`` are, of an extended rulebook, the one that it extends and then its extensions, else nothing; its
    head joins their ids and versions, its ``sha256`` theirs.
    """

    head: Head
    sha256: str
    parameters: Mapping[str, Parameter]
    stages: Mapping[str, Stage]
    quantities: Mapping[str, Quantity]
    ranges: Mapping[str, Range]
    findings: Mapping[str, Finding]
    conclusions: Mapping[str, Conclusion]
    flags: Mapping[str, Flag]
    suggestions: Mapping[str, Suggestion]
    rules: Mapping[str, Rule]
    statements: Mapping[str, Statement]
    dispositions: Mapping[str, Disposition]
    words: Mapping[str, Words]
    ambiguities: Mapping[str, Ambiguity]
    evidence: Mapping[str, Evidence]
    references: Mapping[str, Reference]
    classifications: Mapping[str, Classification]
    profiles: Mapping[str, Profile]
    tests: tuple[Test, ...]
    order: tuple[str, ...]
    rules_of: Mapping[str, tuple[str, ...]]
    alias: Mapping[str, str]
    parts: tuple[BookPart, ...] = ()

    def title(self, code: str) -> Text:
        """A result in one line: the title of a conclusion, the summary of a suggestion."""
        return self.conclusions[code].title if code in self.conclusions else self.suggestions[code].summary
