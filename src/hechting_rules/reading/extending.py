"""A host's own rulebook over another one: what it may add, what it may switch off, and how everybody sees that it did.

An extension only adds. Its rules lead to results of its own, its findings touch those of the base only by implying them, and
what it switches off stands in every advice. So whoever leaves the extension's findings out of a case gets from the extended
rulebook what the base says, but for the rules switched off by name.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from hechting_rules.model import Attribute, BookPart, Conclusion, Finding, Rule, Rulebook, Suggestion
from hechting_rules.reading.fields import Fields
from hechting_rules.reading.records import SUMMARY_LIMIT, limited, read_review, read_switch
from hechting_rules.relations import is_switched_off, off_by_evidence
from hechting_rules.source import Problems, Span, did_you_mean, one_of, shorten
from hechting_rules.stated import Test
from hechting_rules.terms import UNREVIEWED, Kind, Language, Origin, Text

NAMESPACE = re.compile(r"[a-z][a-z0-9_]*")
AUTHOR_LIMIT = 40
"""The name of an author has at most this many characters: it stands behind every summary."""

KINDS = {
    "findings": ("code", "finding"),
    "conclusions": ("code", "conclusion"),
    "suggestions": ("code", "suggestion"),
    "rules": ("id", "rule"),
    "ranges": ("name", "range"),
    "profiles": ("id", "profile"),
}
"""What an extension may add: where a rulebook keeps it, the key that names it, and a word for it."""

OTHER_KINDS = {
    "parameters": ("name", "parameter"),
    "stages": ("code", "stage"),
    "quantities": ("name", "quantity"),
    "flags": ("id", "safety flag"),
    "words": ("name", "list of words"),
}
"""What else a file of the vocabulary may hold, and an extension may not add."""

Lists = Mapping[str, Sequence[Any]]
"""The records of a folder by kind, as they were read."""


def read_extension(f: Fields) -> BookPart:
    """The file ``rulebook.yaml`` of an extension."""
    return BookPart(
        id=f.string("id"),
        version=f.string("version"),
        extends=f.string("extends"),
        namespace=f.string("namespace"),
        title=f.text("title"),
        author=limited(f, "author", AUTHOR_LIMIT),
        clinical_review=read_review(f),
        off=f.each("off", "a switch", read_switch),
        span=f.span,
    )


def extended(base: Rulebook, part: BookPart, lists: Lists, problems: Problems) -> Rulebook:
    """A rulebook with an extension over it, not yet checked as a whole; what the extension may not do is noted."""
    if not _fits(base, part, problems):
        part = attrs.evolve(part, namespace="")
    added = {home: _by_name(lists.get(home, ()), key, what, part, problems) for home, (key, what) in KINDS.items()}
    for home, (key, what) in OTHER_KINDS.items():
        for item in lists.get(home, ()):
            hint = f"an extension may add: {one_of(KINDS)}, and guidance tests"
            problems.add("B516", item.span, f"an extension adds no {what}, as '{shorten(getattr(item, key))}'", hint)
    _switches(base, part, problems)
    for rule in added["rules"].values():
        _rule(rule, part, problems)
    for finding in added["findings"].values():
        _finding(finding, base, problems)
    for suggestion in added["suggestions"].values():
        _suggestion(suggestion, part, problems)
    signed = {home: {name: _signed(item, part) for name, item in items.items()} for home, items in added.items()}
    kept = _untouched(base, part)
    merged: dict[str, Any] = {home: {**getattr(kept, home), **items} for home, items in signed.items()}
    tests = [test for group in lists.get("test_lists", ()) for test in group]
    return attrs.evolve(
        kept,
        head=attrs.evolve(
            base.head,
            id=f"{base.head.id}+{part.id}",
            version=f"{base.head.version}+{part.version}",
            title=_both(base.head.title, part.title, "{} · {}"),
            disclaimer=_both(base.head.disclaimer, told(part), "{} {}"),
            clinical_review=weakest(base.head.clinical_review, part.clinical_review),
            attributes=(*base.head.attributes, Attribute(f"extension {part.id}", told(part))),
        ),
        sha256=_sha256((base.sha256, part.sha256)),
        tests=(*kept.tests, *tests),
        parts=(*(base.parts or (as_part(base),)), part),
        **merged,
    )


def as_part(book: Rulebook) -> BookPart:
    """A rulebook that extends nothing as the first part of one that does."""
    head = book.head
    return BookPart(head.id, head.version, "", "", head.title, None, head.clinical_review, (), head.span, book.sha256)


def weakest(*reviews: str) -> str:
    """The clinical review of a whole: none if any part has none, else all of them."""
    return UNREVIEWED if UNREVIEWED in reviews else "; ".join(reviews)


def told(part: BookPart) -> Text:
    """What every advice says of an extension: from whom, that it is not from the article, and what it switches off."""
    author = part.author or part.title
    off = ", ".join(f"{switch.rule} ({switch.who}, {switch.date}: {switch.reason})" for switch in part.off)
    return Text(
        f"Uitgebreid door {author.nl} ({part.id} {part.version}); die uitbreiding komt niet uit het artikel."
        + (f" Uitgezet: {off}." if off else ""),
        f"Extended by {author.en} ({part.id} {part.version}); that extension is not from the article."
        + (f" Switched off: {off}." if off else ""),
    )


def _sha256(digests: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(digests).encode()).hexdigest()


# --- what an extension may do ----------------------------------------------------------------------------------------------


def _fits(base: Rulebook, part: BookPart, problems: Problems) -> bool:
    """Whether the namespace can be used. Notes as well if what is to be extended is not there."""
    there = [known.id for known in base.parts] or [base.head.id]
    if part.extends and part.extends not in there:
        message = f"'{shorten(part.extends)}' is to be extended and not there; allowed: {one_of(there)}"
        problems.add("B511", part.span, message, did_you_mean(part.extends, there) or "name its folder before this one")
    if part.id in there:
        problems.add("B504", part.span, f"'{part.id}' is defined twice", "give this rulebook an id of its own")
    if part.namespace and not NAMESPACE.fullmatch(part.namespace):
        message = f"the namespace is '{shorten(part.namespace)}'; allowed: one word in snake_case"
        problems.add("B512", part.span, message, "as in namespace: mypractice")
        return False
    taken = [name for home in (*KINDS, *OTHER_KINDS) for name in getattr(base, home)]
    first = next((name for name in sorted(taken) if part.namespace and f"{name}.".startswith(f"{part.namespace}.")), None)
    if first is not None:
        message = f"the namespace '{part.namespace}' is taken: '{first}' stands in it"
        problems.add("B512", part.span, message, "take a word that no code begins with, as the name of your practice")
    return first is None


def _by_name(items: Iterable[Any], key: str, what: str, part: BookPart, problems: Problems) -> dict[str, Any]:
    """Records by name; a name that stands twice or outside the namespace is noted."""
    found: dict[str, Any] = {}
    for item in items:
        name = getattr(item, key)
        if name and name in found:
            problems.add("B504", item.span, f"'{name}' is defined twice, first at {found[name].span}")
        elif name:
            found[name] = item
            for given in (name, *(item.alias if isinstance(item, Finding) else ())):
                if not _own(given, part):
                    message = f"the {what} '{shorten(given)}' stands outside the namespace '{part.namespace}'"
                    problems.add("B513", item.span, message, f"write '{_inside(given, part)}'")
    return found


def _own(code: str, part: BookPart) -> bool:
    return not part.namespace or code.startswith(f"{part.namespace}.")


def _inside(code: str, part: BookPart) -> str:
    """A code as it could read in the namespace: ``ask.sleep`` as ``mypractice.ask_sleep``."""
    return f"{part.namespace}.{shorten(code).replace('.', '_')}"


def _switches(base: Rulebook, part: BookPart, problems: Problems) -> None:
    """What is switched off is there, runs, and is no rule of safety."""
    seen: dict[str, Span] = {}
    for switch in part.off:
        rule = base.rules.get(switch.rule)
        if switch.rule in seen:
            problems.add("B504", switch.span, f"'{switch.rule}' is switched off twice, first at {seen[switch.rule]}")
        elif rule is None and switch.rule:
            message = f"'{shorten(switch.rule)}' is switched off and is no rule of what is extended"
            problems.add("B514", switch.span, message, did_you_mean(switch.rule, base.rules) or "see: hechting rules")
        elif rule is not None and rule.origin is Origin.SAFETY:
            message = f"'{rule.id}' is a rule of safety, which an extension leaves on"
            problems.add("B515", switch.span, message, "where it must be off, a profile says so by name, day and reason")
        elif rule is not None and (off_by_evidence(base, rule) or is_switched_off(base, rule.id)):
            problems.add("B514", switch.span, f"'{rule.id}' is off already", "take this switch out")
        seen.setdefault(switch.rule, switch.span)


def _rule(rule: Rule, part: BookPart, problems: Problems) -> None:
    """A rule leads to a result of its own extension, and claims no place in the article."""
    if rule.result and not _own(rule.result, part):
        message = f"rule '{rule.id}' leads to '{shorten(rule.result)}', which is not of this extension"
        hint = f"add a conclusion or suggestion of your own, as '{_inside(rule.result, part)}'"
        problems.add("B517", rule.span, message, hint)
    if rule.statements or rule.ambiguities or rule.evidence:
        message = f"rule '{rule.id}' names a statement, reading or evidence note, which belong to the article"
        problems.add("B519", rule.span, message, "say in 'note' what it rests on")


def _finding(finding: Finding, base: Rulebook, problems: Problems) -> None:
    """A finding may say that one of the base is present, but never that one is absent or that a danger has been dealt with."""
    addressed = {suggestion.addressed_by for suggestion in base.suggestions.values() if suggestion.addressed_by}
    for code in finding.excludes:
        if code in base.findings:
            message = f"'{finding.code}' excludes '{code}', which is not of this extension"
            problems.add("B518", finding.span, message, "ask for that finding itself, and let it be answered")
    for code in finding.implies:
        if code in addressed:
            message = f"'{finding.code}' implies '{code}', by which a case says that a danger has been dealt with"
            problems.add("B518", finding.span, message, "that is for each case to say")


def _suggestion(suggestion: Suggestion, part: BookPart, problems: Problems) -> None:
    """A suggestion is of origin host, is no matter of safety, and stays short enough with the name of its author behind it."""
    if suggestion.origin is not Origin.HOST:
        message = f"'{suggestion.code}' has the origin '{suggestion.origin}'; allowed in an extension: {Origin.HOST}"
        problems.add("B519", suggestion.span, message)
    if suggestion.kind is Kind.SAFETY:
        message = f"'{suggestion.code}' is of kind '{Kind.SAFETY}', which only the safety flags of the base are"
        problems.add("B519", suggestion.span, message, "name the flag under 'screens'; it then comes first")
    for language in Language:
        words = _signed(suggestion, part).summary.into(language)
        if len(words) >= SUMMARY_LIMIT:
            most = SUMMARY_LIMIT - 1 - (len(words) - len(suggestion.summary.into(language)))
            message = f"'summary' in {language} has {len(suggestion.summary.into(language))} characters; allowed: at most {most}"
            problems.add("F211", suggestion.span, message, "the name of the author stands behind it")


# --- from whom -------------------------------------------------------------------------------------------------------------


def _signed(item: Any, part: BookPart) -> Any:
    """A record whose texts say from whom they are, wherever an advice tells them."""
    author = part.author or part.title

    def apart(text: Text) -> Text:
        return Text(f"{text.nl} ({author.nl}, niet uit het artikel)", f"{text.en} ({author.en}, not from the article)")

    def first(text: Text) -> Text:
        return Text(f"Niet uit het artikel, van {author.nl}: {text.nl}", f"Not from the article, from {author.en}: {text.en}")

    match item:
        case Suggestion():
            return attrs.evolve(item, summary=_both(item.summary, author, "{} ({})"), text=first(item.text))
        case Conclusion():
            return attrs.evolve(item, title=apart(item.title), context=None if item.context is None else first(item.context))
        case Finding():
            return attrs.evolve(item, question=first(item.question))
        case Rule():
            return attrs.evolve(item, title=apart(item.title))
        case _:
            return item


def _both(one: Text, other: Text, form: str) -> Text:
    return Text(form.format(one.nl, other.nl), form.format(one.en, other.en))


# --- the guidance tests of the base ----------------------------------------------------------------------------------------


def _untouched(base: Rulebook, part: BookPart) -> Rulebook:
    """The base with tests that go on testing it: with its rules on, and of its own results.

    A guidance test says what the rules of its rulebook mean, not which of them a host wants.
    """
    off = tuple(switch.rule for switch in part.off if switch.rule in base.rules)
    results = (*base.conclusions, *base.suggestions)

    def kept(test: Test) -> Test:
        return attrs.evolve(_exact(test, results), switch_on=tuple(dict.fromkeys((*test.switch_on, *off))))

    rules = {name: attrs.evolve(rule, exemplars=tuple(map(kept, rule.exemplars))) for name, rule in base.rules.items()}
    return attrs.evolve(base, rules=rules, tests=tuple(map(kept, base.tests)))


def _exact(test: Test, results: Iterable[str]) -> Test:
    """A test that names one by one what it expects not to be established, in place of ``exactly``."""
    expected = test.expected
    if not expected.exactly:
        return test
    named = {code for code, _ in (*expected.established, *expected.not_established)}
    others = tuple((code, test.span) for code in results if code not in named)
    return attrs.evolve(
        test, expected=attrs.evolve(expected, exactly=False, not_established=(*expected.not_established, *others))
    )
