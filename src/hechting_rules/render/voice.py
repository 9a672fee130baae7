"""How a page speaks: in one language, in short or in full; and what several pages say in the same words."""

from collections.abc import Iterator, Sequence

import attrs

from hechting_rules.advice import Advice, EvidenceNote, FlagName, Outcome, Premise, RouteTold, StatedFact
from hechting_rules.explanations import RuleName
from hechting_rules.render import explained_phrases as words
from hechting_rules.render import phrases
from hechting_rules.render.page import INDENT, Columns, Line, Role
from hechting_rules.terms import UNREVIEWED, Jurisdiction, Language, Text

DEEPER = INDENT + 2
Lines = Iterator[Line | Columns]


@attrs.frozen
class Voice:
    """The language of a page, and whether it tells everything."""

    language: Language
    everything: bool

    def say(self, text: Text) -> str:
        """A text in the language of the page."""
        return text.into(self.language)

    def heading(self, text: Text) -> Line:
        """The heading of a part."""
        return Line(Role.HEADING, self.say(text))

    def more(self, left: int) -> Iterator[Line]:
        """How many of a part are left out, if any."""
        if left > 0:
            yield Line(Role.MORE, self.say(phrases.MORE).format(n=left), INDENT)

    def counted(self, number: int, one: Text, more: Text) -> str:
        """Words for one, or for a number of things."""
        return self.say(one if number == 1 else more).format(n=number)

    def row(self, said: Sequence[str], most: int) -> str:
        """Words one after the other; in short the first ``most`` of them, with an ellipsis for the rest."""
        shown = said if self.everything else said[:most]
        return "; ".join(shown) + ("; …" if len(said) > len(shown) else "")

    def names(self, names: Sequence[StatedFact | FlagName | RuleName], most: int | None = None) -> str:
        """Facts, flags or rules in words, one after the other; in short the first ``most`` of them, if that is given."""
        said = [self.say(_name(name)) for name in names]
        return self.row(said, len(said) if most is None else most)

    def known(self, premise: Premise) -> str:
        """A premise, with what is known of it."""
        return f"{self.say(premise.label)} ({self.say(phrases.KNOWN[premise.status])})"

    def stands(self, note: EvidenceNote) -> str:
        """How a claim stands today, in a few words."""
        return ", ".join(self.say(words.STANDINGS[one]) for one in note.standing)

    def route(self, route: RouteTold) -> str:
        """Where to turn, with the day on which that was checked; general words have no source."""
        checked = f"{self.say(phrases.CHECKED)} {route.checked_on}"
        source = checked if route.jurisdiction is Jurisdiction.NONE else f"{route.source}; {checked}"
        return f"{self.say(route.text)} ({source})"

    def review(self, advice: Advice) -> str:
        """Whether the rules of an advice were reviewed by a clinician, and by whom."""
        if advice.clinical_review == UNREVIEWED:
            return self.say(phrases.NOT_REVIEWED)
        return f"{self.say(phrases.REVIEWED)} {advice.clinical_review}"


def _name(named: StatedFact | FlagName | RuleName) -> Text:
    if isinstance(named, StatedFact):
        return named.label
    return named.name if isinstance(named, FlagName) else named.title


def kind_of(outcome: Outcome, *, robust: bool) -> tuple[Outcome, bool]:
    """Outcome and robust flag; that what is not established holds however the case is completed says nothing more."""
    return outcome, robust and outcome is Outcome.ESTABLISHED


def mark_of(number: int) -> str:
    """The number of an item, as it stands in the margin."""
    return f"{number:2}. "
