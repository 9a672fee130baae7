"""How others classify what an advice points to, as lines: reference data, apart from every suggestion."""

from collections.abc import Iterator

from hechting_rules.advice import Advice, ClassTold, Outcome
from hechting_rules.render import phrases
from hechting_rules.render.page import GAP, INDENT, Line, Role
from hechting_rules.render.telling import results
from hechting_rules.render.voice import Voice
from hechting_rules.terms import Text


def class_lines(voice: Voice, advice: Advice) -> Iterator[Line]:
    """How others classify what the results point to: apart from every suggestion, and in short only as one line."""
    if not voice.everything:
        yield from _classes_now(voice, advice)
        return
    of_article = [one for one in advice.classifications if one.places]
    of_others = [one for one in advice.classifications if not one.places]
    cites: dict[str, None] = {}
    for heading, classes in ((phrases.CLASSES_OF_ARTICLE, of_article), (phrases.CLASSES_OF_OTHERS, of_others)):
        if classes:
            firm = [one for one in classes if _established(advice) & set(one.cited_at)] or classes
            yield voice.heading(heading)
            yield from _classes(voice, firm, [one for one in classes if one not in firm])
            cites.update(dict.fromkeys(work.cite for one in firm for work in one.references))
    if cites:
        yield Line(Role.BACKGROUND, " ".join(cites), INDENT, lead=voice.say(phrases.SOURCES))
    if advice.classifications:
        yield GAP


def _established(advice: Advice) -> set[str]:
    """The codes of the results that are established."""
    return {result.code for result in results(advice) if result.outcome is Outcome.ESTABLISHED}


def _classes_now(voice: Voice, advice: Advice) -> Iterator[Line]:
    """One line, if an established result points to a disorder and safety holds nothing back: the classes of today, for whom."""
    pointing = _established(advice)
    now = [one for one in advice.classifications if one.current and pointing & set(one.cited_at)]
    if not now or any(suggestion.withheld_by for suggestion in advice.suggestions):
        return
    codes: dict[str, list[str]] = {}
    for one in now:
        codes.setdefault(one.system, []).append(one.code)
    people = dict.fromkeys(voice.say(phrases.PEOPLE[one.people]) for one in now)
    texts = {(c.criterion, c.text) for one in now for c in one.criteria}
    differing = [voice.say(name) for key, name in phrases.CRITERIA.items() if sum(key == of for of, _ in texts) > 1]
    differ = [voice.say(phrases.CLASSES_DIFFER).format(what=", ".join(differing))] if differing else []
    words = "; ".join([*(f"{system} {', '.join(of)}" for system, of in codes.items()), *people, *differ])
    yield Line(Role.BACKGROUND, words, lead=voice.say(phrases.CLASSES_NOW))


def _classes(voice: Voice, classes: list[ClassTold], others: list[ClassTold]) -> Iterator[Line]:
    """The classes of one kind, with what is still to be checked of them; the others, only possible beside these, by name."""
    before = dict(zip((one.id for one in classes[1:]), classes, strict=False))
    for one in classes:
        places = "".join(f" [{place.statement} '{place.words}']" for place in one.places)
        words = f"{voice.say(one.name)}; {voice.say(phrases.PEOPLE[one.people])}{places}"
        lead = f"{_code(one)} ({one.coded_in})" if one.coded_in else _code(one)
        yield Line(Role.BACKGROUND, words, INDENT, lead=lead)
        yield Line(Role.BACKGROUND, _criteria(voice, one, before.get(one.id)), INDENT + 2)
        if one.caution is not None:
            lead = voice.say(phrases.NOT_OF_ARTICLE) if one.places else ""
            yield Line(Role.BACKGROUND, voice.say(one.caution), INDENT + 2, lead=lead)
    if others:
        names = ", ".join(voice.say(one.name) for one in others)
        yield Line(Role.BACKGROUND, names, INDENT, lead=voice.say(phrases.CLASSES_TOO))
    checks: dict[Text, list[str]] = {}
    for one in classes:
        if one.verify is not None:
            checks.setdefault(one.verify, []).append(_code(one))
    for verify, codes in checks.items():
        lead = f"{voice.say(phrases.TO_CHECK)} ({', '.join(dict.fromkeys(codes))})"
        yield Line(Role.BACKGROUND, voice.say(verify), INDENT, lead=lead)


def _code(one: ClassTold) -> str:
    return f"{one.system} {one.code}".rstrip()


def _criteria(voice: Voice, one: ClassTold, before: ClassTold | None) -> str:
    """What a class describes and asks for, as one sentence; by name only what is as with the class before it or not stated."""
    names = {c.criterion: voice.say(phrases.CRITERIA[c.criterion]) for c in one.criteria}
    shared = set() if before is None or before.system != one.system else set(before.criteria)
    same = [names[c.criterion] for c in one.criteria if c.text is not None and c in shared]
    silent = [names[c.criterion] for c in one.criteria if c.text is None]
    parts = [] if one.text is None else [voice.say(one.text)]
    parts += [f"{names[c.criterion]}: {voice.say(c.text)}" for c in one.criteria if c.text is not None and c not in shared]
    if same and before is not None:
        parts.append(f"{', '.join(same)}: {voice.say(phrases.AS_WITH)} {before.code}")
    if silent:
        parts.append(f"{voice.say(phrases.NOT_STATED)}: {', '.join(silent)}")
    words = "; ".join(parts)
    return words[:1].upper() + words[1:]
