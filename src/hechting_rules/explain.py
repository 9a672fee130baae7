"""From a case to an advice, with the reasons for every result."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from hechting_rules.advice import Advice, Change, Concluded, Outcome, StatedFact, Suggested
from hechting_rules.answered import Answered, answer
from hechting_rules.errors import UsageError
from hechting_rules.justify import STRENGTH, because
from hechting_rules.model import Case, Profile, Rulebook
from hechting_rules.profiles import find_profile
from hechting_rules.questions import ask_next
from hechting_rules.rulebook import default_rulebook
from hechting_rules.safety import gates, open_above, route, stale
from hechting_rules.source import did_you_mean
from hechting_rules.sufficient import in_words, minimal_sets
from hechting_rules.terms import About, Kind, Level, Text
from hechting_rules.wording import person_label

KIND_ORDER = {kind: place for place, kind in enumerate(Kind)}
ABOUT_ORDER = {about: place for place, about in enumerate(About)}
_Carried = Mapping[str, tuple[tuple[StatedFact, ...], ...]]

LEVEL_ORDER = {level: place for place, level in enumerate(Level)}


def advise(
    case: Case,
    rulebook: Rulebook | None = None,
    profile: str | Profile | None = None,
    as_of: dt.date | None = None,
) -> Advice:
    """The explained suggestions of a rulebook for a case.

    Without ``rulebook`` that of this library, without ``profile`` its default. Pure: the same case, rulebook and profile give the
    same advice, to the byte. With ``as_of`` it warns of routes that are due for review on that day. Raises `CaseError` for a case
    that cannot be used and `UsageError` for an unknown profile.
    """
    book = default_rulebook() if rulebook is None else rulebook
    chosen = find_profile(book, profile)
    answered = answer(case, book, chosen)
    sets = minimal_sets(answered, {c: p for c, p in answered.program.results.items() if answered.values[p.established]})
    carried = {code: in_words(chosen_sets, answered) for code, chosen_sets in sets.items()}
    conclusions = [c for c in (_concluded(code, answered, carried) for code in book.conclusions) if c is not None]
    suggestions = [s for s in (_suggested(code, answered, chosen, carried) for code in book.suggestions) if s is not None]
    told = sorted((c for c in conclusions if _told(c)), key=_conclusion_order)
    raised = sorted((s for s in suggestions if _told(s)), key=_suggestion_order)
    admitted = answered.admitted
    return Advice(
        rulebook=book.head.id,
        version=book.head.version,
        sha256=book.sha256,
        clinical_review=book.head.clinical_review,
        disclaimer=book.head.disclaimer,
        profile=chosen.id,
        changes=tuple(_changes(chosen, book)),
        case=admitted.case.id,
        child_stage=admitted.child_stage,
        adult_stage=admitted.adult_stage,
        person=person_label(admitted, book),
        conclusions=tuple(told),
        suggestions=tuple(raised),
        screen_first=open_above(answered),
        ask_next=ask_next(answered, [*(c.code for c in told), *(s.code for s in raised)]),
        context=tuple(_context(told, book)),
        not_assessed=len(conclusions) + len(suggestions) - len(told) - len(raised),
        warnings=(*admitted.warnings, *stale(book, chosen, as_of)),
    )


def why(
    case: Case, code: str, rulebook: Rulebook | None = None, profile: str | Profile | None = None
) -> tuple[tuple[StatedFact, ...], ...]:
    """The smallest sets of stated facts that alone give a result the same outcome and robust flag; at most 20.

    An ``unless`` that is not established is an assumption, listed with the rule and in no set. A result that is possible rests on
    what is not known, so its one set is empty. Raises `UsageError` for a code that is no conclusion or suggestion.
    """
    book = default_rulebook() if rulebook is None else rulebook
    answered = answer(case, book, find_profile(book, profile))
    if code not in answered.program.results:
        near = did_you_mean(code, answered.program.results)
        raise UsageError(f"'{code}' is no conclusion or suggestion" + (f"; {near}" if near else ""))
    plane = answered.program.results[code]
    return in_words(minimal_sets(answered, {code: plane})[code], answered)


def _told(result: Concluded | Suggested) -> bool:
    """A possible result is told only if something the case gives speaks for it, beyond what frames the case."""
    if result.outcome is Outcome.ESTABLISHED:
        return True
    return any(p.satisfied and not p.frames for reason in result.because for p in reason.premises)


def _concluded(code: str, answered: Answered, carried: _Carried) -> Concluded | None:
    plane = answered.program.results[code]
    outcome = answered.outcome(plane)
    if outcome is Outcome.RULED_OUT:
        return None
    item = answered.book.conclusions[code]
    return Concluded(
        code=code,
        outcome=outcome,
        robust=answered.robust(plane),
        title=item.title,
        about=item.about,
        shown=item.shown,
        because=because(code, answered),
        why=carried.get(code, ()),
    )


def _suggested(code: str, answered: Answered, profile: Profile, carried: _Carried) -> Suggested | None:
    plane = answered.program.results[code]
    outcome = answered.outcome(plane)
    if outcome is Outcome.RULED_OUT:
        return None
    item = answered.book.suggestions[code]
    before = gates(item, answered)
    return Suggested(
        code=code,
        kind=item.kind,
        origin=item.origin,
        about=item.about,
        outcome=outcome,
        robust=answered.robust(plane),
        summary=item.summary,
        text=Text("", "") if before.withheld_by else item.text,
        withheld_by=before.withheld_by,
        after=before.after,
        screen_first=before.screen_first,
        flag=item.flag,
        level=item.level,
        route=route(item, profile),
        next_step_of=item.next_step_of,
        on_occasion=item.on_occasion,
        because=because(code, answered),
        why=carried.get(code, ()),
    )


def _rank(result: Concluded | Suggested) -> int:
    return 0 if result.robust else STRENGTH[result.outcome]


def _conclusion_order(result: Concluded) -> tuple[int, int, str]:
    return _rank(result), ABOUT_ORDER[result.about], result.code


def _suggestion_order(result: Suggested) -> tuple[int, int, int, int, str]:
    level = 0 if result.level is None else LEVEL_ORDER[result.level]
    return KIND_ORDER[result.kind], level, _rank(result), ABOUT_ORDER[result.about], result.code


def _context(told: Iterable[Concluded], book: Rulebook) -> Iterator[Text]:
    """Background texts of what is established, each once."""
    for conclusion in told:
        text = book.conclusions[conclusion.code].context
        if text is not None and conclusion.outcome is Outcome.ESTABLISHED:
            yield text


def _changes(profile: Profile, book: Rulebook) -> Iterator[Change]:
    for what, switches in (("on", profile.on), ("off", profile.off)):
        for switch in switches:
            yield Change(what, switch.rule, ", ".join(filter(None, (switch.who, switch.date, switch.reason))))
    for name, value in profile.parameters.items():
        if value != book.parameters[name].value:
            yield Change("parameter", name, f"{book.parameters[name].value:g} -> {value:g}")
