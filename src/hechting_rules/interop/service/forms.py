"""What a form needs to ask about a case: stages, findings with their questions, what hangs together, and under which subject."""

from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any

from hechting_rules.answered import program_for
from hechting_rules.engine.runners import Engine
from hechting_rules.interop.service.answers import Guidance
from hechting_rules.model import Finding, Rulebook
from hechting_rules.render import explained_phrases, phrases
from hechting_rules.terms import About, Language, Text

SCHEMA = "hechting-rules/vocabulary-of-service/1"
SAFETY = "safety"
ADDRESSED = "addressed"

ABOUT = {
    SAFETY: Text("Veiligheid", "Safety"),
    About.PREGNANCY.value: Text("Zwangerschap", "Pregnancy"),
    About.CHILD.value: Text("Kind", "Child"),
    About.PARENT.value: Text("Ouders", "Parents"),
    About.ENVIRONMENT.value: Text("Omgeving", "Surroundings"),
    About.ADULT.value: Text("Volwassene", "Adult"),
}
"""Whom a group of findings is about, in the order of a form: safety first."""

TOPICS = {
    "case": Text("de casus", "the case"),
    "signals": Text("signalen", "signs"),
    "complaints": Text("klachten", "complaints"),
    "risk": Text("risico en bescherming", "risk and protection"),
    "pregnancy": Text("zwangerschap en geboorte", "pregnancy and birth"),
    "patterns": Text("gedrag en omgang", "behaviour and relating"),
    "loss": Text("scheiding en verlies", "separation and loss"),
    "disorders": Text("zorgen over de band, en bekende problemen", "concerns about the bond, and known problems"),
    "treatment": Text("hulp en behandeling", "help and treatment"),
    "safety": Text("nu nagaan", "to look at now"),
    ADDRESSED: Text("waarop al is gehandeld", "what was acted upon already"),
    "other": Text("overig", "other"),
}
"""What a group of findings is about, in the order of a form; those of the file of the vocabulary in which they stand."""

WORDS: Mapping[str, Mapping[Any, Text]] = {
    "kinds": phrases.KINDS,
    "levels": phrases.LEVELS,
    "origins": phrases.ORIGINS,
    "known": phrases.KNOWN,
    "outcomes": explained_phrases.STANDS,
    "gaps": explained_phrases.GAPS,
    "moves": explained_phrases.MOVES,
    "no_way": explained_phrases.NO_WAY,
    "wordings": explained_phrases.WORDINGS,
    "standings": explained_phrases.STANDINGS,
}
"""The words of the library for the closed sets that its answers are written in, under the names that a form knows them by."""


def vocabulary(guidance: Guidance) -> dict[str, Any]:
    """All that a form needs, in both languages. Holds nothing of any case."""
    book, head = guidance.book, guidance.book.head
    details = details_of(book)
    groups = {_group(finding): None for finding in book.findings.values()}
    return {
        "schema": SCHEMA,
        "rulebook": {"id": head.id, "version": head.version, "sha256": book.sha256, "clinical_review": head.clinical_review},
        "title": _both(head.title),
        "intended_use": _both(head.intended_use),
        "users": _both(head.users),
        "misuse": _both(head.misuse),
        "limits": _both(head.limits),
        "disclaimer": _both(head.disclaimer),
        "languages": [language.value for language in Language],
        "profiles": [{"id": profile.id, "title": _both(profile.title)} for profile in book.profiles.values()],
        "profile": guidance.profile,
        "engines": [engine.value for engine in Engine],
        "stages": [{"code": s.code, "of": s.of.value, "label": _both(s.label)} for s in book.stages.values()],
        "quantities": [
            {"name": q.name, "of": q.of, "unit": q.unit, "least": q.least, "most": q.most, "label": _both(q.label)}
            for q in book.quantities.values()
        ],
        "groups": [
            {"id": "/".join(group), "about": _both(ABOUT[group[0]]), "topic": _topic(group[1])} for group in _sorted(groups)
        ],
        "findings": [_finding(finding, details) for finding in book.findings.values()],
        "results": list(_results(book)),
        "flags": list(_flags(guidance)),
        "words": {name: {key.value: _both(text) for key, text in texts.items()} for name, texts in WORDS.items()},
    }


def details_of(book: Rulebook) -> dict[str, tuple[str, ...]]:
    """The findings that each composite finding is made of: "no" to it is "no" to them, "yes" to one of them is "yes" to it."""
    found: dict[str, list[str]] = {}
    for finding in book.findings.values():
        for composite in finding.implies:
            found.setdefault(composite, []).append(finding.code)
    return {code: tuple(codes) for code, codes in found.items()}


def _flags(guidance: Guidance) -> Iterable[dict[str, Any]]:
    """The safety flags, each with the findings to ask about for it: the widest, whose "no" answers the rest."""
    book = guidance.book
    program = program_for(book, book.profiles[guidance.profile])
    for flag in book.flags.values():
        findings = program.screens.get(flag.id, frozenset())
        asks = [code for code in book.findings if code in findings and not set(program.closed.below[code]) & findings]
        yield {"id": flag.id, "level": flag.level.value, "name": _both(flag.name), "asks": asks}


def _results(book: Rulebook) -> Iterable[dict[str, Any]]:
    """All that rules can lead to, by title: suggestions first."""
    for item in book.suggestions.values():
        yield {"code": item.code, "origin": item.origin.value, "kind": item.kind.value, "title": _both(item.summary)}
    for result in book.conclusions.values():
        yield {"code": result.code, "origin": "", "kind": "", "title": _both(result.title)}


def _finding(finding: Finding, details: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    return {
        "code": finding.code,
        "label": _both(finding.label),
        "question": _both(finding.question),
        "group": "/".join(_group(finding)),
        "about": finding.about.value,
        "time": finding.time.value,
        "direction": finding.direction.value,
        "changeable": finding.changeable.value,
        "stages": list(finding.stages),
        "not_at": list(finding.not_at),
        "implies": list(finding.implies),
        "details": list(details.get(finding.code, ())),
        "synonyms": {language.value: list(finding.synonyms.get(language, ())) for language in Language},
    }


def _group(finding: Finding) -> tuple[str, str]:
    """Whom a finding is about, and under which topic it is asked."""
    if finding.code.partition(".")[0] == SAFETY:
        return SAFETY, ADDRESSED if finding.code.endswith(f"_{ADDRESSED}") else SAFETY
    topic = PurePath(finding.span.path).stem
    return finding.about.value, topic if topic in TOPICS else "other"


def _sorted(groups: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    abouts, topics = list(ABOUT), list(TOPICS)
    return sorted(groups, key=lambda group: (abouts.index(group[0]), topics.index(group[1])))


def _topic(name: str) -> dict[str, str]:
    return _both(TOPICS[name])


def _both(text: Text) -> dict[str, str]:
    return {"nl": text.nl, "en": text.en}
