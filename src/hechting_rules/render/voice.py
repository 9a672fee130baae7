"""How explanations speak: in one language, in short or in full; and what several of them tell."""

from collections.abc import Iterable, Iterator, Sequence

import attrs

from hechting_rules.advice import FlagName, Outcome, Premise, StatedFact
from hechting_rules.explanations import Changed, Gap, RuleName, Standing, WhyNot
from hechting_rules.render import explained_phrases as words
from hechting_rules.render import phrases
from hechting_rules.render.page import INDENT, Columns, Line, Role
from hechting_rules.terms import Language, Text

DEEPER = INDENT + 2
MOST_WAYS = 3
MOST_RULES = 3
Lines = Iterator[Line | Columns]


@attrs.frozen
class Voice:
    """The language of an explanation, and whether it tells everything."""

    language: Language
    everything: bool

    def say(self, text: Text) -> str:
        """A text in the language of the explanation."""
        return text.into(self.language)

    def heading(self, text: Text) -> Line:
        """The heading of a part."""
        return Line(Role.HEADING, self.say(text))

    def more(self, left: int) -> Lines:
        """How many of a part are left out, if any."""
        if left > 0:
            yield Line(Role.MORE, self.say(phrases.MORE).format(n=left), INDENT)

    def counted(self, number: int, one: Text, more: Text) -> str:
        """Words for one, or for a number of things."""
        return self.say(one if number == 1 else more).format(n=number)

    def names(self, names: Iterable[StatedFact | FlagName | RuleName]) -> str:
        """Facts, flags or rules in words, one after the other."""
        told = [name.label if isinstance(name, StatedFact) else _named(name) for name in names]
        return "; ".join(self.say(text) for text in told)

    def known(self, premise: Premise) -> str:
        """A premise, with what is known of it."""
        return f"{self.say(premise.label)} ({self.say(phrases.KNOWN[premise.status])})"

    def ways(self, ways: Sequence[WhyNot], indent: int = INDENT) -> Lines:
        """Ways to a result in the order given, each with what it is short of and what would need to be so."""
        shown = ways if self.everything else ways[:MOST_WAYS]
        for number, way in enumerate(shown, 1):
            short_of = self.counted(len(way.obstacles), words.SHORT_OF_ONE, words.SHORT_OF_MORE)
            mark = " " * (indent - INDENT) + mark_of(number)
            yield Line(Role.ITEM, self.say(way.title), indent, mark, short_of)
            for obstacle in way.obstacles:
                yield Line(Role.REASON, self.say(obstacle.label), indent + 2, lead=self.say(words.GAPS[obstacle.gap]))
            yield from self._needed(way, indent + 2)
        yield from self.more(len(ways) - len(shown))

    def _needed(self, way: WhyNot, indent: int) -> Lines:
        """What would need to be so, where the obstacles do not say it in the same words."""
        said = {o.label for o in way.obstacles if o.gap is not Gap.UNLESS}
        needed = words.ONLY_WITHOUT
        named = {o.code for o in way.obstacles if o.gap is Gap.OFF}
        if way.state and not {fact.label for fact in way.state} <= said:
            yield Line(Role.REASON, self.names(way.state), indent, lead=self.say(words.WITH))
            needed = words.WITHOUT
        if way.withdraw:
            yield Line(Role.REASON, self.names(way.withdraw), indent, lead=self.say(needed))
        if not named.issuperset(way.switch_on):
            yield Line(Role.REASON, ", ".join(way.switch_on), indent, lead=self.say(words.SWITCHED_ON))

    def changed(self, result: Changed, indent: int, mark: str) -> Lines:
        """A result that differs: how it stood, how it stands then, and the rules that make the difference."""
        yield Line(Role.ITEM, self.say(result.title), indent, mark)
        before, after = result.before, result.after
        moved = f"{self._standing(before, after)} {words.TO} {self._standing(after, before)}"
        yield Line(Role.TEXT, moved, indent + 2)
        if result.rules:
            shown = result.rules if self.everything else result.rules[:MOST_RULES]
            rest = "; …" if len(result.rules) > len(shown) else ""
            yield Line(Role.REASON, self.names(shown) + rest, indent + 2, lead=self.say(words.THROUGH))

    def _standing(self, standing: Standing, other: Standing) -> str:
        """How a result stands, in a few words, with the safety flags that only here stand before it."""
        parts = [self.say(words.IN_SHORT[kind_of(standing)])]
        for label, flags, others in (
            (words.GAPS[Gap.WITHHELD], standing.withheld_by, other.withheld_by),
            (phrases.AFTER, standing.after, other.after),
            (phrases.SCREEN_FIRST, standing.screen_first, other.screen_first),
        ):
            own = [self.say(flag.name) for flag in flags if flag not in others]
            if own:
                parts.append(f"{self.say(label).lower()}: {', '.join(own)}")
        return "; ".join(parts)


def _named(name: FlagName | RuleName) -> Text:
    return name.name if isinstance(name, FlagName) else name.title


def kind_of(standing: Standing) -> tuple[Outcome, bool]:
    """Outcome and robust flag; that what is not established holds however the case is completed says nothing more."""
    return standing.outcome, standing.robust and standing.outcome is Outcome.ESTABLISHED


def mark_of(number: int) -> str:
    """The number of an item, as it stands in the margin."""
    return f"{number:2}. "
