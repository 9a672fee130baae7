"""The laws of safety: what a raised flag does, and that nothing of the article reaches it."""

from collections.abc import Iterable, Iterator

import attrs

from hechting_rules.engine.circuit import ZERO
from hechting_rules.facts import Fact
from hechting_rules.model import Rule, Rulebook, Suggestion
from hechting_rules.relations import rests_on
from hechting_rules.terms import Level, Origin, Status
from hechting_rules.verify.proofs import Basis, Holds, Inquiry, Verdict, in_space, never, plane_of


def act_now_withholds(asked: Inquiry) -> Iterator[Verdict]:
    """Each suggestion to act now: where it is established, and not stated as acted upon, its flag withholds."""
    to, side = asked.space.to, asked.side
    for suggestion in _acting(asked.book):
        addressed = asked.place.get(Fact(suggestion.addressed_by, Status.PRESENT.value), ZERO)
        open_still = to.without(plane_of(asked, suggestion.code).established, addressed)
        withholds = side.registers[side.program.withholding.get(suggestion.flag, ZERO)]
        shows = (
            f"{suggestion.code} is established, {suggestion.addressed_by} is not stated, and {suggestion.flag} withholds nothing"
        )
        yield never(asked, f"{suggestion.code} withholds", to.without(open_still, withholds), shows)


def _acting(book: Rulebook) -> list[Suggestion]:
    return [suggestion for suggestion in book.suggestions.values() if suggestion.level is Level.ACT_NOW]


def possible_withholds_nothing(asked: Inquiry) -> Iterator[Verdict]:
    """Each flag: where it withholds, one of its suggestions to act now is established."""
    to, side = asked.space.to, asked.side
    for flag, register in side.program.withholding.items():
        raised = to.any(plane_of(asked, s.code).established for s in _acting(asked.book) if s.flag == flag)
        shows = f"{flag} withholds, and none of its suggestions to act now is established"
        yield never(asked, f"{flag} withholds only when raised", to.without(side.registers[register], raised), shows)


def safety_stands_alone(asked: Inquiry) -> Iterator[Verdict]:
    """Each rule of safety: no rule of the article is below it. The witness is a case in which one decides, if there is any."""
    for rule in (r for r in asked.book.rules.values() if r.origin is Origin.SAFETY):
        name = f"{rule.id} rests on no rule of the article"
        below = _article_below([rule], asked.book)
        shown = untouched(asked, rule.result, below) if below else Verdict(name, Holds.PROVED, Basis.STRUCTURE)
        detail = f"it rests on {', '.join(below)}" if below else ""
        yield attrs.evolve(shown, name=name, holds=Holds.BROKEN if below else Holds.PROVED, basis=Basis.STRUCTURE, detail=detail)


def article_never_touches_safety(asked: Inquiry) -> Iterator[Verdict]:
    """Each result of safety, and each flag that withholds: the same with all rules of the article switched off."""
    book, to, side, calm = asked.book, asked.space.to, asked.side, asked.calm
    for code in (s.code for s in book.suggestions.values() if s.origin is Origin.SAFETY):
        yield untouched(asked, code, _article_below([book.rules[rule] for rule in book.rules_of.get(code, ())], book))
    for flag, register in side.program.withholding.items():
        one, other = side.registers[register], calm.registers[calm.program.withholding[flag]]
        differ = to.either(to.without(one, other), to.without(other, one))
        below = _article_below(
            [book.rules[r] for s in _acting(book) if s.flag == flag for r in book.rules_of.get(s.code, ())], book
        )
        found = never(asked, f"{flag} withholds the same without the article", differ, "a case in which it does not")
        yield attrs.evolve(found, off=below) if found.holds is Holds.BROKEN else found


def untouched(asked: Inquiry, code: str, article: tuple[str, ...]) -> Verdict:
    """Whether a result is the same when all rules of the article are off; ``article`` names those of them that it rests on."""
    to = asked.space.to
    one = in_space(asked.side.program.results[code], asked.side)
    other = in_space(asked.calm.program.results[code], asked.calm)
    planes = zip(attrs.astuple(one), attrs.astuple(other), strict=True)
    differ = to.any(to.either(to.without(a, b), to.without(b, a)) for a, b in planes if a != b)
    told = to.either(to.without(one.established, other.established), to.without(other.established, one.established))
    found = never(asked, f"{code} is the same without the article", differ, "a case in which it is not", rather=told)
    return attrs.evolve(found, off=article) if found.holds is Holds.BROKEN else found


def _article_below(rules: Iterable[Rule], book: Rulebook) -> tuple[str, ...]:
    """The rules of the article on which some rules rest, directly or through results."""
    found: dict[str, Rule] = {}
    todo = list(rules)
    while todo:
        for code in rests_on(todo.pop(), book.order):
            more = [book.rules[rule] for rule in book.rules_of.get(code, ()) if rule not in found]
            found |= {rule.id: rule for rule in more}
            todo.extend(more)
    return tuple(sorted(rule.id for rule in found.values() if rule.origin is Origin.ARTICLE))
