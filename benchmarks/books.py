"""Rulebooks made up by a seeded generator: real `Rulebook` objects of any size, checked as those from files are.

Each rule has two to four parts; some count (``at_least``), have alternatives (``any``) or ask for something absent. Results rest
on results in four levels, and some rules stop where another result is established (``unless``). Of persons and stages they know
nothing, so that a race on them is about the rules alone.
"""

import functools
import itertools
import random
from typing import Any

import attrs

from hechting_rules.condition import AllOf, AnyOf, AtLeast, Condition, Is, IsAbsent
from hechting_rules.errors import RulebookError
from hechting_rules.model import Conclusion, Finding, Head, Profile, Rule, Rulebook
from hechting_rules.reading.crosscheck import check
from hechting_rules.source import Problems, Span
from hechting_rules.stated import Case, Expected, Test
from hechting_rules.terms import About, Change, Direction, Origin, Text, Time, Wording

SIZES = (50, 150, 500, 1500)
LEVELS = (0.5, 0.25, 0.15, 0.1)
"""Which part of the results is at each level of the reasoning."""

HERE = Span("made up")
WORDS = Text("verzonnen", "made up")


@functools.cache
def made_up(size: int) -> Rulebook:
    """A rulebook of so many rules (8 or more): always the same for the same size."""
    draft = _Draft(random.Random(size), size)
    rules = draft.rules()
    parts: dict[str, Any] = {
        "head": Head(f"made-up-{size}", "1", WORDS, WORDS, WORDS, WORDS, WORDS, (), WORDS, "none", HERE),
        "sha256": "",
        "findings": {one.code: one for one in draft.findings},
        "conclusions": {code: _conclusion(code) for level in draft.levels for code in level},
        "rules": {rule.id: rule for rule in rules},
        "profiles": {"default": Profile("default", WORDS, HERE)},
        "tests": (),
        "order": (),
    }
    problems = Problems()
    made = Rulebook(**{field.name: parts.get(field.name, {}) for field in attrs.fields(Rulebook) if field.name != "parts"})
    checked = check(made, problems)
    if problems.errors():
        raise RulebookError(problems.errors())
    return checked


def _finding(place: int) -> Finding:
    """A finding that counts in every case; one in eight shares its double-count group with a neighbour."""
    about = (About.PARENT, About.ENVIRONMENT, About.PREGNANCY)[place % 3]
    group = f"group_{place // 16}" if place % 16 < 2 else ""
    code = f"finding.f{place:04}"
    return Finding(code, WORDS, WORDS, about, Time.CURRENT, Direction.NEUTRAL, Change.EITHER, HERE, group=group)


def _conclusion(code: str) -> Conclusion:
    return Conclusion(code, WORDS, About.PARENT, Direction.NEUTRAL, HERE)


class _Draft:
    """A rulebook under construction."""

    def __init__(self, rng: random.Random, size: int) -> None:
        self.rng, self.size = rng, size
        self.findings = [_finding(place) for place in range(max(40, size * 4 // 5))]
        count = max(4, size // 2)
        first = [round(count * sum(LEVELS[:level])) for level in range(len(LEVELS))] + [count]
        codes = [f"result.r{place:04}" for place in range(count)]
        self.levels = [codes[start:end] for start, end in itertools.pairwise(first)]

    def rules(self) -> list[Rule]:
        """One rule for each result, and the others for any."""
        of_level = [(level, code) for level, codes in enumerate(self.levels) for code in codes]
        chosen = of_level + [self.rng.choice(of_level) for _ in range(self.size - len(of_level))]
        return [self._rule(f"rule.n{place:04}", level, code) for place, (level, code) in enumerate(chosen)]

    def _rule(self, name: str, level: int, result: str) -> Rule:
        unless = (self.rng.choice(self.levels[0]),) if level and self.rng.random() < 0.1 else ()
        shown = Test(name, Case(), Expected(not_established=((result, HERE),)), HERE)
        when = self._condition(level)
        return Rule(name, Origin.TODAY, WORDS, when, result, Wording.LIKELY, HERE, unless, exemplars=(shown,))

    def _condition(self, level: int) -> Condition:
        parts = self._parts(level, self.rng.randint(2, 4))
        form = self.rng.random()
        if form < 0.1 and len(parts) > 2:
            return AtLeast(2, tuple(Is(self._finding(), HERE) for _ in range(2)) + parts, HERE)
        if form < 0.2:
            return AnyOf(parts, HERE)
        if form < 0.3 and len(parts) > 2:
            return AllOf((parts[0], AnyOf(parts[1:], HERE)), HERE)
        return AllOf(parts, HERE)

    def _parts(self, level: int, count: int) -> tuple[Condition, ...]:
        """Different findings, and above the first level a result or two of the levels below, the next one first of all."""
        below = self.rng.randint(1, min(2, count - 1)) if level else 0
        picked = [self.rng.choice(self.levels[max(0, level - 1 - (self.rng.random() < 0.2))]) for _ in range(below)]
        found: dict[str, Condition] = {code: Is(code, HERE) for code in picked}
        while len(found) < count:
            code = self._finding()
            found[code] = (IsAbsent if self.rng.random() < 0.1 else Is)(code, HERE)
        return tuple(found.values())

    def _finding(self) -> str:
        return self.rng.choice(self.findings).code
