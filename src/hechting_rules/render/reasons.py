"""Why each result holds or may hold, as plain values in one language: its rules, their premises, what it rests on."""

from collections.abc import Iterable, Iterator, Mapping

import attrs

from hechting_rules.advice import Advice, Justification, Known, Locator, Premise, StatedFact
from hechting_rules.render import explained_phrases as words
from hechting_rules.render import phrases, telling
from hechting_rules.render.style import clean
from hechting_rules.render.telling import Result, Told
from hechting_rules.render.voice import Voice, kind_of
from hechting_rules.terms import Origin, Text


@attrs.frozen
class Given:
    """A premise that holds, or all those of a rule that stand the same otherwise, as one row.

    ``labels`` come with the number of the step in between that explains each, or 0; ``source`` is what a premise follows from.
    With ``unless`` it is what would take the rule back.
    """

    labels: tuple[tuple[str, int], ...]
    status: str
    source: str
    satisfied: bool
    unless: bool


@attrs.frozen
class Rule:
    """One rule: how it stands, its place in the article, how its claim stands today, and its premises."""

    id: str
    title: str
    status: str
    worded: str
    places: tuple[str, ...]
    standing: str
    caution: str
    givens: tuple[Given, ...]


@attrs.frozen
class Reasoned:
    """A suggestion (with its number) or a step in between, and the rules that lead to it."""

    number: int
    heading: str
    origin: Origin | None
    holds: str
    rules: tuple[Rule, ...]


@attrs.frozen
class Rested:
    """What a suggestion, or a ``step`` in between, rests on: groups of facts, each enough by itself."""

    number: int
    heading: str
    step: bool
    groups: tuple[str, ...]


@attrs.frozen
class Reasons:
    """The reasons of an advice in one language.

    ``steps`` are the conclusions that the page explains, each with its number; ``facts`` what the case states, by name; ``rules``
    the titles of the rules, by id.
    """

    advice: Advice
    voice: Voice
    told: Told
    steps: Mapping[str, int]
    facts: Mapping[str, StatedFact]
    rules: Mapping[str, Text]

    @classmethod
    def of(cls, advice: Advice, voice: Voice, told: Told) -> "Reasons":
        """The reasons of what is told of an advice; in short only with the conclusions that these mention."""
        mentioned = {c.code for c in advice.conclusions} if voice.everything else _mentioned(advice, told)
        return cls(
            advice,
            voice,
            told,
            {c.code: number for number, c in enumerate((c for c in advice.conclusions if c.code in mentioned), 1)},
            telling.facts_by_name(advice),
            {reason.rule: reason.title for result in telling.results(advice) for reason in result.because},
        )

    def say(self, text: Text) -> str:
        """A text in the language of the page, fit for it."""
        return clean(self.voice.say(text))

    def of_suggestions(self) -> tuple[Reasoned, ...]:
        """Why each suggestion that is told holds, or may hold."""
        return tuple(self._reasoned(s, self.told.numbers[s.code], s.summary, s.origin) for s in self.told.all() if s.because)

    def of_steps(self) -> tuple[Reasoned, ...]:
        """Why each step in between holds, or may hold."""
        found = (c for c in self.advice.conclusions if c.code in self.steps)
        return tuple(self._reasoned(c, self.steps[c.code], c.title, None) for c in found)

    def rested(self) -> tuple[Rested, ...]:
        """What each suggestion that is told rests on, and each step in between that is a result of its own."""
        suggestions = (self._rested(s, self.told.numbers[s.code], s.summary, step=False) for s in self.told.all())
        shown = (c for c in self.advice.conclusions if c.code in self.steps and c.shown)
        conclusions = (self._rested(c, self.steps[c.code], c.title, step=True) for c in shown)
        return tuple(rested for rested in (*suggestions, *conclusions) if rested.groups)

    def _rested(self, result: Result, number: int, heading: Text, *, step: bool) -> Rested:
        plain = [facts for facts in telling.plainest(result.why) if facts] or [list(facts) for facts in result.why if facts]
        groups = tuple(dict.fromkeys("; ".join(self.say(fact.label) for fact in facts) for facts in plain))
        return Rested(number, self.say(heading), step, groups)

    def _reasoned(self, result: Result, number: int, heading: Text, origin: Origin | None) -> Reasoned:
        holds = words.HOLDS[kind_of(result.outcome, robust=result.robust)]
        rules = tuple(self._rule(reason) for reason in result.because)
        return Reasoned(number, self.say(heading), origin, self.say(holds), rules)

    def _rule(self, reason: Justification) -> Rule:
        note = reason.evidence
        worded = self.say(words.WORDED).format(how=self.say(words.WORDINGS[reason.wording])) if reason.places else ""
        return Rule(
            id=clean(reason.rule),
            title=self.say(reason.title),
            status=self.say(phrases.OUTCOMES[reason.outcome]),
            worded=worded,
            places=tuple(_in_words(reason.places)),
            standing="" if note is None else self.voice.stands(note),
            caution="" if note is None else self.say(note.caution),
            givens=(*self._givens(reason.premises, unless=False), *self._givens(reason.unless, unless=True)),
        )

    def _givens(self, premises: tuple[Premise, ...], *, unless: bool) -> Iterator[Given]:
        """What holds, each with its source; then the rest, as many rows as there are ways in which it stands."""
        for premise in premises:
            if premise.satisfied:
                label = self._labelled(premise)
                step = self.say(phrases.STEP).format(n=label[1]).lower()
                source = step if label[1] else self._source(premise)
                yield Given((label,), self._status(premise), source, satisfied=True, unless=unless)
        others: dict[str, list[tuple[str, int]]] = {}
        for premise in premises:
            if not premise.satisfied:
                others.setdefault(self._status(premise), []).append(self._labelled(premise))
        for status, labels in others.items():
            yield Given(tuple(dict.fromkeys(labels)), status, "", satisfied=False, unless=unless)

    def _labelled(self, premise: Premise) -> tuple[str, int]:
        return self.say(premise.label), self.steps.get(premise.code, 0) if premise.wanted is Known.ESTABLISHED else 0

    def _status(self, premise: Premise) -> str:
        return self.say(phrases.STATUS[premise.status])

    def _source(self, premise: Premise) -> str:
        """What a premise follows from, in words: rules for a conclusion; the case, or a fact that it states, for a finding."""
        by_rules = premise.wanted is Known.ESTABLISHED
        return "; ".join(dict.fromkeys(self._rule_title(s) if by_rules else self._fact(s) for s in premise.source))

    def _rule_title(self, rule: str) -> str:
        return f"{self.say(phrases.RULE)}: {self.say(self.rules[rule]) if rule in self.rules else clean(rule)}"

    def _fact(self, name: str) -> str:
        if name == "case":
            return self.say(phrases.THE_CASE)
        return self.say(self.facts[name].label) if name in self.facts else clean(name)


def _in_words(places: Iterable[Locator]) -> Iterator[str]:
    """Places in the article, as one string for each section."""
    for section, found in telling.by_section(places).items():
        at = ", ".join(f"{clean(place.statement)} “{clean(place.words)}”" for place in found)
        yield f"{at} ({clean(section)})"


def _mentioned(advice: Advice, told: Told) -> set[str]:
    """The conclusions in the premises of what is told, and in theirs."""
    concluded = {conclusion.code: conclusion for conclusion in advice.conclusions}
    found: set[str] = set()
    waiting = [reason for suggestion in told.all() for reason in suggestion.because]
    while waiting:
        reason = waiting.pop()
        below = {premise.code for premise in (*reason.premises, *reason.unless)} & concluded.keys() - found
        found |= below
        waiting += [deeper for code in below for deeper in concluded[code].because]
    return found
