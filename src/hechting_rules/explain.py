"""From a case to an advice, with the reasons for every result."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from hechting_rules.advice import (
    Advice,
    Change,
    ClassTold,
    Concluded,
    CriterionTold,
    Locator,
    Outcome,
    PartTold,
    Question,
    StatedFact,
    Suggested,
    Work,
)
from hechting_rules.answered import Answered, answer
from hechting_rules.engine.runners import Engine, deciding
from hechting_rules.errors import UsageError
from hechting_rules.explaining.arguments import arguments_of
from hechting_rules.explaining.counterfactuals import smallest_changes
from hechting_rules.explaining.differences import dependences, difference, standing
from hechting_rules.explaining.justify import STRENGTH, because, told
from hechting_rules.explaining.questions import questions_for
from hechting_rules.explaining.safety import gates, open_above, route, stale
from hechting_rules.explaining.shortfall import shortfall
from hechting_rules.explaining.sufficient import in_words, minimal_sets
from hechting_rules.explaining.wording import person_label
from hechting_rules.explanations import Arguments, Counterfactual, Dependence, Difference, Explanation, WhyNot
from hechting_rules.grounds import Classification, ClassSystem
from hechting_rules.model import BookPart, Profile, Rulebook, Switch
from hechting_rules.profiles import find_profile
from hechting_rules.rulebook import default_rulebook
from hechting_rules.source import did_you_mean
from hechting_rules.stated import Case
from hechting_rules.terms import About, Kind, Level, Text

KIND_ORDER = {kind: place for place, kind in enumerate(Kind)}
ABOUT_ORDER = {about: place for place, about in enumerate(About)}
_Carried = Mapping[str, tuple[tuple[StatedFact, ...], ...]]

LEVEL_ORDER = {level: place for place, level in enumerate(Level)}


def advise(
    case: Case,
    rulebook: Rulebook | None = None,
    profile: str | Profile | None = None,
    as_of: dt.date | None = None,
    engine: str = Engine.KERNEL,
) -> Advice:
    """The explained suggestions of a rulebook for a case.

    Without ``rulebook`` that of this library, without ``profile`` its default. Pure: the same case, rulebook and profile give the
    same advice, to the byte, on whichever ``engine`` (kernel, durable or auto) decides it; explanations always come from the
    kernel. With ``as_of`` it warns of routes that are due for review on that day. Raises `CaseError` for a case that cannot be
    used, `UsageError` for an unknown profile or engine, `EngineError` where that engine cannot be had.
    """
    book = default_rulebook() if rulebook is None else rulebook
    return advice_of(answer(case, book, find_profile(book, profile), deciding(engine)), as_of)


def advice_of(answered: Answered, as_of: dt.date | None = None) -> Advice:
    """The advice on a case that the program ran on."""
    book, chosen = answered.book, answered.profile
    sets = minimal_sets(answered, {c: p for c, p in answered.program.results.items() if answered.values[p.established]})
    carried = {code: in_words(chosen_sets, answered) for code, chosen_sets in sets.items()}
    remaining = [code for code, plane in answered.program.results.items() if answered.outcome(plane) is not Outcome.RULED_OUT]
    listed = frozenset(code for code in remaining if told(code, answered))
    telling = sorted((_concluded(c, answered, carried) for c in book.conclusions if c in listed), key=_conclusion_order)
    raised = sorted((_suggested(s, answered, chosen, carried) for s in book.suggestions if s in listed), key=_suggestion_order)
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
        conclusions=tuple(telling),
        suggestions=tuple(raised),
        screen_first=open_above(answered),
        ask_next=questions_for(answered, [*(c.code for c in telling), *(s.code for s in raised)]),
        context=tuple(_context(telling, book)),
        not_assessed=len(remaining) - len(listed),
        warnings=(*admitted.warnings, *stale(book, chosen, as_of)),
        classifications=_classifications([*(c.code for c in telling), *(s.code for s in raised)], book),
        parts=tuple(_part(part) for part in book.parts),
    )


def why(
    case: Case, code: str, rulebook: Rulebook | None = None, profile: str | Profile | None = None
) -> tuple[tuple[StatedFact, ...], ...]:
    """The smallest sets of stated facts that alone give a result the same outcome and robust flag; at most 20.

    An ``unless`` that is not established is an assumption, listed with the rule and in no set. A result that is possible rests on
    what is not known, so its one set is empty. Raises `UsageError` for a code that is no conclusion or suggestion.
    """
    answered = _answered(case, rulebook, profile)
    plane = answered.program.results[_result(code, answered)]
    return in_words(minimal_sets(answered, {code: plane})[code], answered)


def explained(case: Case, code: str, rulebook: Rulebook | None = None, profile: str | Profile | None = None) -> Explanation:
    """All that is to be said of one result in a case: the advice with its reasons, why not, and the counterfactual.

    Raises `UsageError` for a code that is no conclusion or suggestion.
    """
    answered = _answered(case, rulebook, profile)
    item = answered.book.suggestions.get(_result(code, answered))
    return Explanation(
        advice=advice_of(answered),
        code=code,
        title=answered.book.title(code),
        origin=None if item is None else item.origin,
        standing=standing(code, answered),
        why_not=shortfall(code, answered),
        counterfactual=smallest_changes(code, answered),
    )


def why_not(case: Case, code: str, rulebook: Rulebook | None = None, profile: str | Profile | None = None) -> tuple[WhyNot, ...]:
    """What keeps a result from being established: for each rule the nearest way there, the fewest findings short first.

    Each reason is typed: not known, asked and not known, absent, present where it should not be, another stage or value, taken
    back by a conclusion, switched off, withheld. Its repair is tried before it is told. Nothing for a result that is established
    and told. Raises `UsageError` for a code that is no conclusion or suggestion.
    """
    answered = _answered(case, rulebook, profile)
    return shortfall(_result(code, answered), answered)


def what_if(before: Case, after: Case, rulebook: Rulebook | None = None, profile: str | Profile | None = None) -> Difference:
    """How the results of two cases differ: what appears, what goes and what changes, and through which rules."""
    book = default_rulebook() if rulebook is None else rulebook
    return difference(_answered(before, book, profile), _answered(after, book, profile))


def counterfactual(
    case: Case, code: str, rulebook: Rulebook | None = None, profile: str | Profile | None = None
) -> Counterfactual:
    """The smallest sets, of at most four changeable findings, that would bring a result or take an established one away.

    Each finding only in the direction in which it can still change; history does not change; never for safety. They are no
    advice: they show what a result hangs on. Raises `UsageError` for a code that is no conclusion or suggestion.
    """
    answered = _answered(case, rulebook, profile)
    return smallest_changes(_result(code, answered), answered)


def vary(
    case: Case, rulebook: Rulebook | None = None, profile: str | Profile | None = None, within: float = 0.5
) -> tuple[Dependence, ...]:
    """How much of a case's results rests on numbers that the library gives and the article does not.

    Each such number is varied by up to ``within`` of itself (0.5: by half); for each side the nearest value that changes a
    result, and what it changes. Nothing: no result rests on them that far. Raises `UsageError` for a share below 0.
    """
    if not within >= 0:
        raise UsageError(f"within is {within:g}; allowed: 0 or more, such as 0.5 to vary by half")
    return tuple(dependences(_answered(case, rulebook, profile), within))


def ask_next(case: Case, rulebook: Rulebook | None = None, profile: str | Profile | None = None) -> tuple[Question, ...]:
    """What is not known and can still change a result, what matters most first: the questions of the advice for a case."""
    answered = _answered(case, rulebook, profile)
    return questions_for(answered, [code for code in answered.program.results if told(code, answered)])


def arguments(case: Case, rulebook: Rulebook | None = None, profile: str | Profile | None = None) -> Arguments:
    """What the case gives for risk and for protection, level by level, side by side, and what offsets what or why not."""
    return arguments_of(_answered(case, rulebook, profile))


def _answered(case: Case, rulebook: Rulebook | None, profile: str | Profile | None) -> Answered:
    book = default_rulebook() if rulebook is None else rulebook
    return answer(case, book, find_profile(book, profile))


def _result(code: str, answered: Answered) -> str:
    """The code of a result. Raises `UsageError` for any other."""
    if code not in answered.program.results:
        near = did_you_mean(code, answered.program.results)
        raise UsageError(f"'{code}' is no conclusion or suggestion" + (f"; {near}" if near else ""))
    return code


def _concluded(code: str, answered: Answered, carried: _Carried) -> Concluded:
    plane = answered.program.results[code]
    item = answered.book.conclusions[code]
    return Concluded(
        code=code,
        outcome=answered.outcome(plane),
        robust=answered.robust(plane),
        title=item.title,
        about=item.about,
        shown=item.shown,
        because=because(code, answered),
        why=carried.get(code, ()),
    )


def _suggested(code: str, answered: Answered, profile: Profile, carried: _Carried) -> Suggested:
    plane = answered.program.results[code]
    item = answered.book.suggestions[code]
    before = gates(item, answered)
    return Suggested(
        code=code,
        kind=item.kind,
        origin=item.origin,
        about=item.about,
        outcome=answered.outcome(plane),
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


def _classifications(results: Iterable[str], book: Rulebook) -> tuple[ClassTold, ...]:
    """The classes cited beside what is told: by system, then by code, then by their place in the article."""
    codes = frozenset(results)
    cited = [one for one in book.classifications.values() if codes & set(one.cited_at)]
    order = list(ClassSystem)
    return tuple(
        _class(one, codes, book) for one in sorted(cited, key=lambda c: (order.index(c.system), c.code, c.statements, c.id))
    )


def _class(one: Classification, codes: frozenset[str], book: Rulebook) -> ClassTold:
    criteria = {"care": one.care, "onset": one.onset, "least_age": one.least_age, "exclusion": one.exclusion}
    return ClassTold(
        id=one.id,
        system=one.system.value,
        code=one.code,
        coded_in=one.coded_in,
        current=one.current,
        name=one.name,
        people=one.people.value,
        text=one.text,
        criteria=tuple(CriterionTold(criterion, text) for criterion, text in criteria.items()),
        caution=one.caution,
        basis=one.basis,
        verify=one.verify,
        references=tuple(Work(r.id, r.cite, r.basis) for r in (book.references[r] for r in one.references)),
        places=tuple(Locator(s.id, s.section, s.locator) for s in (book.statements[s] for s in one.statements)),
        cited_at=tuple(code for code in one.cited_at if code in codes),
    )


def _part(part: BookPart) -> PartTold:
    off = tuple(_switched("off", switch) for switch in part.off)
    return PartTold(part.id, part.version, part.sha256, part.clinical_review, part.author, off)


def _switched(what: str, switch: Switch) -> Change:
    return Change(what, switch.rule, ", ".join(filter(None, (switch.who, switch.date, switch.reason))))


def _changes(profile: Profile, book: Rulebook) -> Iterator[Change]:
    yield from (_switched("on", switch) for switch in profile.on)
    yield from (_switched("off", switch) for switch in profile.off)
    for name, value in profile.parameters.items():
        if value != book.parameters[name].value:
            yield Change("parameter", name, f"{book.parameters[name].value:g} -> {value:g}")
