"""Lints of a rulebook: small checks with a stable code each, over texts and over what rules use.

Every lint is a generator of `Diagnostic`; its docstring is its explanation.
"""

import re
from collections.abc import Callable, Iterator

from hechting_rules.model import AllOf, Expected, InRange, Is, IsAbsent, Rule, Rulebook, Suggestion, Words, leaves
from hechting_rules.profiles import off_by_default
from hechting_rules.source import Diagnostic, Span
from hechting_rules.terms import Handling, Kind, Language, Origin, Standing, Text, WordUse
from hechting_rules.verify.cones import polarity
from hechting_rules.vocabulary import entailment

Lint = Callable[[Rulebook], Iterator[Diagnostic]]

GRADED = (Kind.ATTENTION, Kind.DISCUSS, Kind.REFER, Kind.REASSURE)
"""The kinds of suggestion whose text must hold a hedge: they say something about a person."""


def run_lints(book: Rulebook) -> tuple[Diagnostic, ...]:
    """Everything that the lints find, in order of place."""
    found = [diagnostic for lint in LINTS for diagnostic in lint(book)]
    return tuple(sorted(found, key=lambda d: (d.span, d.code, d.message)))


def _told(book: Rulebook) -> Iterator[tuple[str, str, Text, Span]]:
    """Every text that a user may read, with its owner and the name of the text; evidence notes are not among them."""
    for finding in book.findings.values():
        yield finding.code, "label", finding.label, finding.span
        yield finding.code, "question", finding.question, finding.span
    for conclusion in book.conclusions.values():
        yield conclusion.code, "title", conclusion.title, conclusion.span
        if conclusion.context is not None:
            yield conclusion.code, "context", conclusion.context, conclusion.span
    for suggestion in book.suggestions.values():
        yield suggestion.code, "summary", suggestion.summary, suggestion.span
        yield suggestion.code, "text", suggestion.text, suggestion.span
    for rule in book.rules.values():
        yield rule.id, "title", rule.title, rule.span


def _of_classes(book: Rulebook) -> Iterator[tuple[str, str, Text, Span]]:
    """The texts of the classes: the one place in an advice where the names of disorders stand, for reference."""
    for one in book.classifications.values():
        for name in ("name", "text", "care", "onset", "least_age", "exclusion", "caution", "verify"):
            text = getattr(one, name)
            if text is not None:
                yield one.id, name, text, one.span


def _lists(book: Rulebook, use: WordUse) -> list[Words]:
    return [words for words in book.words.values() if words.use is use]


def _found(text: Text, words: Words) -> Iterator[tuple[Language, str]]:
    """The words of a list that stand in a text: whole words, or beginnings where a word ends in a star."""
    for language, listed in ((Language.NL, words.nl), (Language.EN, words.en)):
        for word in listed:
            if word_pattern(word).search(text.into(language)):
                yield language, word


def word_pattern(word: str) -> re.Pattern[str]:
    """What matches a listed word in a text."""
    ending = r"\w*" if word.endswith("*") else ""
    return re.compile(rf"(?<!\w){re.escape(word.rstrip('*'))}{ending}(?!\w)", re.IGNORECASE)


def forbidden_words(book: Rulebook) -> Iterator[Diagnostic]:
    """L601: a text for users holds a word that is too sure or puts blame. Say it with a hedge, and without judging."""
    for words in _lists(book, WordUse.FORBIDDEN):
        for owner, name, text, span in (*_told(book), *_of_classes(book)):
            for language, word in _found(text, words):
                yield Diagnostic("L601", span, f"the {name} of '{owner}' says '{word}' in {language} ({words.name})")


def label_words(book: Rulebook) -> Iterator[Diagnostic]:
    """L602: a suggestion or conclusion names a psychiatric label. A practitioner may enter one; the rules never give one back.

    The labels and questions of findings, and the titles of rules that read them, may name what a practitioner enters. The classes
    that stand beside an advice for reference are no text about the person.
    """
    for words in _lists(book, WordUse.LABEL):
        for owner, name, text, span in _told(book):
            if owner in book.findings or owner in book.rules:
                continue
            for language, word in _found(text, words):
                yield Diagnostic("L602", span, f"the {name} of '{owner}' says '{word}' in {language} ({words.name})")


def class_names(book: Rulebook) -> Iterator[Diagnostic]:
    """L611: a suggestion or conclusion says the name or code of a class. These stand in the reference part, and only there."""
    for one in book.classifications.values():
        code = (one.code,) if one.code else ()
        words = Words(one.id, WordUse.LABEL, (one.name.nl, *code), (one.name.en, *code), one.span)
        for owner, name, text, span in _told(book):
            if owner in book.findings or owner in book.rules:
                continue
            for language, word in _found(text, words):
                yield Diagnostic("L611", span, f"the {name} of '{owner}' says '{word}' in {language} ({one.id})")


def safety_words(book: Rulebook) -> Iterator[Diagnostic]:
    """L603: a suggestion of the article holds safety advice. Safety is a layer of its own and never mixed into the article."""
    for words in _lists(book, WordUse.SAFETY):
        for suggestion in book.suggestions.values():
            if suggestion.origin is Origin.ARTICLE:
                for text in (suggestion.summary, suggestion.text):
                    for language, word in _found(text, words):
                        yield Diagnostic(
                            "L603", suggestion.span, f"'{suggestion.code}' says '{word}' in {language} ({words.name})"
                        )


def hedges(book: Rulebook) -> Iterator[Diagnostic]:
    """L604: a graded text has no hedge. What the article words as possible must not read as certain."""
    lists = _lists(book, WordUse.HEDGE)
    for suggestion in book.suggestions.values():
        if lists and suggestion.origin is Origin.ARTICLE and suggestion.kind in GRADED:
            present = {language for words in lists for language, _ in _found(_whole(suggestion), words)}
            for language in Language:
                if language not in present:
                    yield Diagnostic("L604", suggestion.span, f"'{suggestion.code}' has no hedge in {language}")


def _whole(suggestion: Suggestion) -> Text:
    return Text(f"{suggestion.summary.nl} {suggestion.text.nl}", f"{suggestion.summary.en} {suggestion.text.en}")


def unused(book: Rulebook) -> Iterator[Diagnostic]:
    """L605: a finding, range, parameter, reading or evidence note that nothing uses. Use it, or take it out."""
    used = {leaf.code for rule in book.rules.values() for leaf in leaves(rule.when) if isinstance(leaf, Is | IsAbsent)}
    framed = {code for stage in book.stages.values() for code in stage.implies}
    framed |= {suggestion.addressed_by for suggestion in book.suggestions.values()}
    framed |= {code for quantity in book.quantities.values() for code in quantity.implies}
    closed = entailment(book.findings)
    for finding in book.findings.values():
        linked = {finding.code, *closed.above[finding.code], *closed.below[finding.code], *closed.against[finding.code]}
        if not linked & (used | framed):
            yield Diagnostic("L605", finding.span, f"no rule uses the finding '{finding.code}'")
    yield from _unused_numbers(book)


def _unused_numbers(book: Rulebook) -> Iterator[Diagnostic]:
    ends = {end for stage in book.stages.values() for end in (stage.start, stage.below)}
    ends |= {end for named in book.ranges.values() for end in (named.start, named.end) if isinstance(end, str)}
    for parameter in book.parameters.values():
        if parameter.name not in ends:
            yield Diagnostic("L605", parameter.span, f"nothing uses the parameter '{parameter.name}'")
    ranges = {leaf.name for rule in book.rules.values() for leaf in leaves(rule.when) if isinstance(leaf, InRange)}
    for named in book.ranges.values():
        if named.name not in ranges:
            yield Diagnostic("L605", named.span, f"no rule uses the range '{named.name}'")


def one_polarity(book: Rulebook) -> Iterator[Diagnostic]:
    """L606: a finding speaks both for and against one result. Then robust, out and what to ask are bounds, not exact."""
    for code, both in polarity(book).items():
        result = book.conclusions.get(code) or book.suggestions[code]
        for finding in both:
            yield Diagnostic("L606", result.span, f"'{finding}' stands both for and against '{code}'")


def exemplars(book: Rulebook) -> Iterator[Diagnostic]:
    """L607: a rule lacks an exemplar in which it fires, or one in which it does not."""
    for rule in book.rules.values():
        fires = any(rule.result in (c for c, _ in e.expected.established) for e in rule.exemplars)
        silent = any(rule.result in _codes_not_established(e.expected) for e in rule.exemplars)
        if not fires or not silent:
            missing = "in which it fires" if not fires else "in which it does not fire"
            yield Diagnostic("L607", rule.span, f"rule '{rule.id}' has no exemplar {missing}")


def _codes_not_established(expected: Expected) -> set[str]:
    groups = (expected.possible, expected.ruled_out, expected.not_established)
    return {code for group in groups for code, _ in group}


def double_counted(book: Rulebook) -> Iterator[Diagnostic]:
    """L610: a rule asks for two findings of one double-count group together, so that one thing counts twice."""
    for rule in book.rules.values():
        if isinstance(rule.when, AllOf):
            groups = [book.findings[p.code].group for p in rule.when.parts if isinstance(p, Is) and p.code in book.findings]
            for group in sorted({g for g in groups if g and groups.count(g) > 1}):
                yield Diagnostic("L610", rule.span, f"rule '{rule.id}' counts the group '{group}' twice")


def background(book: Rulebook) -> Iterator[Diagnostic]:
    """L608: a suggestion rests on a rule whose evidence note is background only. Tell it as context instead."""
    for rule in book.rules.values():
        if _handling(book, rule) is Handling.BACKGROUND and rule.result in book.suggestions:
            yield Diagnostic("L608", rule.span, f"rule '{rule.id}' raises '{rule.result}' on a claim that is background only")


def _handling(book: Rulebook, rule: Rule) -> Handling | None:
    note = book.evidence.get(rule.evidence)
    return None if note is None else note.handling


def harmful_referrals(book: Rulebook) -> Iterator[Diagnostic]:
    """L609: a claim that may do harm leads to a referral. Even switched on it only tells what the article says."""
    for rule in book.rules.values():
        suggestion = book.suggestions.get(rule.result)
        note = book.evidence.get(rule.evidence)
        harmful = note is not None and note.standing[:1] == (Standing.HARMFUL,)
        if harmful and off_by_default(book, rule.id) and suggestion is not None and suggestion.kind is Kind.REFER:
            yield Diagnostic("L609", rule.span, f"rule '{rule.id}' refers on a claim that may do harm")


LINTS: tuple[Lint, ...] = (
    forbidden_words,
    label_words,
    class_names,
    safety_words,
    hedges,
    unused,
    one_polarity,
    exemplars,
    double_counted,
    background,
    harmful_referrals,
)
