"""Lints of words: what a text for users may not say, and what it must."""

import re
from collections.abc import Iterator

from hechting_rules.model import Rulebook, Suggestion, Words
from hechting_rules.source import Span
from hechting_rules.terms import Kind, Language, Origin, Text, WordUse
from hechting_rules.verify.lints.remark import Remark, Shown, where_present, where_raised

GRADED = (Kind.ATTENTION, Kind.DISCUSS, Kind.REFER, Kind.REASSURE)
"""The kinds of suggestion whose text must hold a hedge: they say something about a person."""

Told = tuple[str, str, Text, Span]
"""A text that a user may read: its owner, the name of the text, its words, its place."""


def _told(book: Rulebook) -> Iterator[Told]:
    """Every text that a user may read; evidence notes are not among them."""
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


def _of_classes(book: Rulebook) -> Iterator[Told]:
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


def _remark(book: Rulebook, code: str, owner: str, span: Span, message: str) -> Remark:
    """A remark on the words of something, with a case in which they are told or asked for."""
    rules = (owner,) if owner in book.rules else book.rules_of.get(owner, ())
    return Remark(code, span, message, rules=rules, witness=_where_told(book, owner))


def _where_told(book: Rulebook, owner: str) -> Shown | None:
    if owner in book.findings:
        return where_present(book, owner)
    cited = book.classifications[owner].cited_at if owner in book.classifications else (owner,)
    return next((shown for code in cited if (shown := where_raised(book, code)) is not None), None)


def forbidden_words(book: Rulebook) -> Iterator[Remark]:
    """L601: a text for users holds a word that is too sure or puts blame. Say it with a hedge, and without judging."""
    for words in _lists(book, WordUse.FORBIDDEN):
        for owner, name, text, span in (*_told(book), *_of_classes(book)):
            for language, word in _found(text, words):
                message = f"the {name} of '{owner}' says '{word}' in {language} ({words.name})"
                yield _remark(book, "L601", owner, span, message)


def label_words(book: Rulebook) -> Iterator[Remark]:
    """L602: a suggestion or conclusion names a psychiatric label. A practitioner may enter one; the rules never give one back.

    The labels and questions of findings, and the titles of rules that read them, may name what a practitioner enters. The classes
    that stand beside an advice for reference are no text about the person.
    """
    for words in _lists(book, WordUse.LABEL):
        yield from _naming(book, "L602", words)


def class_names(book: Rulebook) -> Iterator[Remark]:
    """L611: a suggestion or conclusion says the name or code of a class. These stand in the reference part, and only there."""
    for one in book.classifications.values():
        code = (one.code,) if one.code else ()
        yield from _naming(book, "L611", Words(one.id, WordUse.LABEL, (one.name.nl, *code), (one.name.en, *code), one.span))


def _naming(book: Rulebook, code: str, words: Words) -> Iterator[Remark]:
    """The conclusions and suggestions that say one of these words."""
    for owner, name, text, span in _told(book):
        if owner not in book.findings and owner not in book.rules:
            for language, word in _found(text, words):
                message = f"the {name} of '{owner}' says '{word}' in {language} ({words.name})"
                yield _remark(book, code, owner, span, message)


def safety_words(book: Rulebook) -> Iterator[Remark]:
    """L603: a suggestion of the article holds safety advice. Safety is a layer of its own and never mixed into the article."""
    for words in _lists(book, WordUse.SAFETY):
        for suggestion in book.suggestions.values():
            if suggestion.origin is Origin.ARTICLE:
                for text in (suggestion.summary, suggestion.text):
                    for language, word in _found(text, words):
                        message = f"'{suggestion.code}' says '{word}' in {language} ({words.name})"
                        yield _remark(book, "L603", suggestion.code, suggestion.span, message)


def hedges(book: Rulebook) -> Iterator[Remark]:
    """L604: a graded text has no hedge. What the article words as possible must not read as certain."""
    lists = _lists(book, WordUse.HEDGE)
    for suggestion in book.suggestions.values():
        if lists and suggestion.origin in {Origin.ARTICLE, Origin.HOST} and suggestion.kind in GRADED:
            present = {language for words in lists for language, _ in _found(_whole(suggestion), words)}
            for language in Language:
                if language not in present:
                    message = f"'{suggestion.code}' has no hedge in {language}"
                    yield _remark(book, "L604", suggestion.code, suggestion.span, message)


def _whole(suggestion: Suggestion) -> Text:
    return Text(f"{suggestion.summary.nl} {suggestion.text.nl}", f"{suggestion.summary.en} {suggestion.text.en}")


def same_words(book: Rulebook) -> Iterator[Remark]:
    """L620: two questions, or two summaries, are the same words. Whoever reads them cannot tell what is asked or advised."""
    questions: list[Told] = [(f.code, "question", f.question, f.span) for f in book.findings.values()]
    summaries: list[Told] = [(s.code, "summary", s.summary, s.span) for s in book.suggestions.values()]
    for told in (questions, summaries):
        for language in Language:
            first: dict[str, str] = {}
            for owner, name, text, span in told:
                other = first.setdefault(text.into(language).casefold(), owner)
                if other != owner:
                    message = f"the {name} of '{owner}' is in {language} that of '{other}'"
                    yield _remark(book, "L620", owner, span, message)


def form_of_texts(book: Rulebook) -> Iterator[Remark]:
    """L621: a question does not end as one, or a label ends as a sentence. Labels stand in lists, questions are read aloud."""
    for finding in book.findings.values():
        for language in Language:
            if not finding.question.into(language).endswith("?"):
                message = f"the question of '{finding.code}' does not end in a question mark in {language}"
                yield _remark(book, "L621", finding.code, finding.span, message)
            if finding.label.into(language).endswith((".", "?", "!")):
                message = f"the label of '{finding.code}' ends as a sentence in {language}"
                yield _remark(book, "L621", finding.code, finding.span, message)
