"""A comparison of two rulebooks for its reader, the author of the guidance: as text, and as plain data.

The words of the report are English; the texts of the rulebooks come in the language asked for.
"""

import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, TypeVar

import attrs

from hechting_rules.advice import FlagName, Justification, Known, Outcome, Premise, StatedFact
from hechting_rules.case import case_to_mapping
from hechting_rules.errors import MissingExtraError
from hechting_rules.source import Span
from hechting_rules.stated import Case
from hechting_rules.terms import Language
from hechting_rules.verify.compare import (
    Admission,
    Basis,
    ComparedFlag,
    ComparedResult,
    Comparison,
    Edition,
    Said,
    Settled,
    Shift,
    Verdict,
    anything_differs,
)
from hechting_rules.verify.edits import Edited, Listed, Part

T = TypeVar("T")

SCHEMA = "hechting-rules/comparison/1"
WIDTH = 120
SHORT_DIGEST = 12
FACTS = 6
"""How many of the facts that carry a result are put into words; the case names all of them."""
RESULTS = (Part.SUGGESTION, Part.CONCLUSION)


def to_mapping(comparison: Comparison) -> dict[str, Any]:
    """A comparison as plain data, complete: lists, strings in both languages, and each witness in the form of a case file."""
    return {"schema": SCHEMA, "differs": anything_differs(comparison), **_plain(comparison)}


def _plain(value: Any) -> Any:
    match value:
        case Case():
            return case_to_mapping(value)
        case Span():
            return str(value)
        case Enum():
            return value.value
        case tuple():
            return [_plain(item) for item in value]
        case Mapping():
            return {key: _plain(item) for key, item in value.items()}
        case _ if attrs.has(type(value)):
            return {field.name: _plain(getattr(value, field.name)) for field in attrs.fields(type(value))}
        case _:
            return value


def to_text(comparison: Comparison, language: Language) -> str:
    """A comparison as text: what differs, each with a case that shows it and what both rulebooks say of that case."""
    return "\n".join(_lines(comparison, language)) + "\n"


def _lines(comparison: Comparison, language: Language) -> Iterator[str]:
    yield f"{_edition(comparison.old)} -> {_edition(comparison.new)}, profile {comparison.profile}"
    yield from _counts(comparison)
    if not anything_differs(comparison):
        yield "nothing differs"
        return
    differing = [r for r in comparison.results if r.settled.verdict is Verdict.DIFFERS]
    undecided = [r for r in comparison.results if r.settled.verdict is Verdict.UNDECIDED]
    listed, edited = comparison.listed, comparison.edited
    rules: list[Listed | Edited] = [
        *(i for i in listed if i.part is Part.RULE),
        *(e for e in edited if e.part is Part.RULE and not e.words),
    ]
    yield from _section("Results in one of them only", (i for i in listed if i.part in RESULTS), _listed, language)
    yield from _section("Results that differ", sorted(differing, key=lambda r: bool(r.through)), _result, language)
    yield from _section("Results not decided", undecided, _undecided, language)
    yield from _section("Withholding", (f for f in comparison.withholding if _tells(f.settled)), _flag, language)
    admission = (a for a in comparison.admission if _tells(a.settled))
    yield from _section("Cases that only one of them accepts", admission, _admission, language)
    yield from _section("Rules", rules, _change, language)
    yield from _section("Other records", _other(comparison), _change, language)
    yield from _section("Words", (e for e in edited if e.words), _change, language)


def _edition(edition: Edition) -> str:
    return f"{edition.id} {edition.version} ({edition.sha256[:SHORT_DIGEST] or 'no digest'})"


def _counts(comparison: Comparison) -> Iterator[str]:
    """How many results were compared, over what, and with what outcome."""
    settled = [r.settled for r in comparison.results]
    same, differ, undecided = (sum(s.verdict is verdict for s in settled) for verdict in Verdict)
    yield f"{len(settled)} results in both: {same} the same, {differ} differ, {undecided} undecided"
    every = [c.settled for group in (comparison.results, comparison.withholding, comparison.admission) for c in group]
    given = sum(s.basis is Basis.GIVEN_CASES or bool(s.undecided) for s in every)
    if not given:
        yield "compared over all cases that both can read"
        return
    reason = "z3 gave up at its limit" if comparison.solver else str(MissingExtraError("verify", "a comparison over all cases"))
    yield f"{given} comparisons rest on {comparison.population} given cases only, the others on all cases: {reason}"
    if comparison.outside:
        yield f"given cases that one of them cannot read: {', '.join(name or 'without id' for name in comparison.outside)}"


def _other(comparison: Comparison) -> Iterator[Listed | Edited]:
    """What was edited beside rules, results and words."""
    yield from (i for i in comparison.listed if i.part not in {Part.RULE, *RESULTS})
    yield from (e for e in comparison.edited if e.part is not Part.RULE and not e.words)


def _section(title: str, items: Iterable[T], lines: Callable[[T, Language], Iterator[str]], language: Language) -> Iterator[str]:
    """A title and the lines of each item, or nothing where there is no item."""
    found = [line for item in items for line in lines(item, language)]
    if found:
        yield from ("", title, *found)


def _tells(settled: Settled) -> bool:
    return settled.verdict is not Verdict.SAME


def _result(result: ComparedResult, language: Language) -> Iterator[str]:
    yield from _wrapped(1, f"{result.code}: {result.title.into(language)}")
    through = f"; through {', '.join(result.through)}" if result.through else ""
    yield from _wrapped(2, f"{_shifts(result.settled)}{through}")
    yield from _case(result.settled)
    for name, said in (("old", result.old), ("new", result.new)):
        if said is not None:
            yield from _said(name, said, language)


def _undecided(result: ComparedResult, language: Language) -> Iterator[str]:
    yield from _wrapped(1, f"{result.code}: {result.title.into(language)}")
    yield from _wrapped(2, f"no given case shows: {', '.join(result.settled.undecided)}")


def _flag(flag: ComparedFlag, language: Language) -> Iterator[str]:
    yield from _wrapped(1, f"{flag.id}: {flag.name.into(language)}")
    if flag.settled.verdict is Verdict.UNDECIDED:
        yield from _wrapped(2, f"no given case shows: {', '.join(flag.settled.undecided)}")
        return
    yield from _wrapped(2, f"{_shifts(flag.settled)} the suggestions of the article and of today")
    yield from _case(flag.settled)
    for name, raising in (("old", flag.old), ("new", flag.new)):
        for code, said in raising.items():
            yield from _said(f"{name} {code}", said, language)


def _admission(admission: Admission, _: Language) -> Iterator[str]:
    if admission.settled.verdict is Verdict.UNDECIDED:
        yield from _wrapped(1, f"no given case shows: {admission.shift}")
        return
    accepting, refusing = ("new", "old") if admission.shift is Shift.ADMITTED else ("old", "new")
    yield from _wrapped(1, f"accepted by the {accepting} one only")
    yield from _case(admission.settled)
    for message in admission.refusal:
        yield from _wrapped(2, f"{refusing}: {message}")


def _shifts(settled: Settled) -> str:
    """The ways in which something differs, and those that could not be decided."""
    known = ", ".join(settled.shifts)
    return f"{known} (not decided: {', '.join(settled.undecided)})" if settled.undecided else known


def _case(settled: Settled) -> Iterator[str]:
    """The witness, in the form of a case file."""
    found = {} if settled.witness is None else case_to_mapping(settled.witness)
    rows = [(key, value) for key, value in found.items() if key != "schema"]
    yield "    case" if rows else "    case: nothing is stated"
    for key, value in rows:
        yield from _wrapped(3, f"{key}: {_flow(value)}")


def _flow(value: object) -> str:
    match value:
        case dict():
            return f"{{{', '.join(f'{key}: {_flow(inner)}' for key, inner in value.items())}}}"
        case list():
            return f"[{', '.join(str(inner) for inner in value)}]"
        case _:
            return str(value)


def _said(name: str, said: Said, language: Language) -> Iterator[str]:
    """What one rulebook says of the case, and why."""
    standing = said.standing
    words = [standing.outcome.value, *(["robust"] if standing.robust else [])]
    words += [f"withheld by {_flags(standing.withheld_by)}"] if standing.withheld_by else []
    yield from _wrapped(2, f"{name}: {', '.join(words)}")
    for reason in said.because:
        yield from _wrapped(3, f"rule {reason.rule}{_places(reason)}{_still_open(reason, language)}")
    if standing.outcome is not Outcome.POSSIBLE and said.why:
        more = f" (and {len(said.why) - 1} other ways)" if len(said.why) > 1 else ""
        yield from _wrapped(3, f"carried by {_facts(said.why[0], language)}{more}")


def _flags(flags: Iterable[FlagName]) -> str:
    return " ".join(flag.id for flag in flags)


def _places(reason: Justification) -> str:
    return f" [{', '.join(place.statement for place in reason.places)}]" if reason.places else ""


def _still_open(reason: Justification, language: Language) -> str:
    """What a rule that only may hold waits for; of one that holds, what may still take it back."""
    if reason.outcome is Outcome.ESTABLISHED:
        told = [f"unless {_premise(p, language)}" for p in reason.unless if p.status is not Known.RULED_OUT]
    else:
        told = [_premise(p, language) for p in reason.premises if not p.satisfied]
    return f": open: {'; '.join(told)}" if told else ""


def _premise(premise: Premise, language: Language) -> str:
    return f"{premise.label.into(language)} ({premise.status})"


def _facts(facts: Sequence[StatedFact], language: Language) -> str:
    """The first of these facts in words."""
    words = [fact.label.into(language) for fact in facts[:FACTS]]
    words += [f"{len(facts) - FACTS} more"] if len(facts) > FACTS else []
    return "; ".join(words) or "nothing that is stated"


def _listed(item: Listed, language: Language) -> Iterator[str]:
    yield from _wrapped(
        1, f"{'added' if item.added else 'removed'} {item.part} {item.id}: {item.title.into(language)} ({item.span})"
    )


def _change(item: Listed | Edited, language: Language) -> Iterator[str]:
    if isinstance(item, Listed):
        yield from _listed(item, language)
        return
    yield from _wrapped(1, f"{item.part} {item.id}: {item.field} ({item.span})")
    for name, text in (("old", item.old), ("new", item.new)):
        yield from _wrapped(2, f"{name}: {text.into(language) or '(nothing)'}")


def _wrapped(depth: int, words: str) -> list[str]:
    """One item as lines, those after the first further in."""
    space = "  " * depth
    return textwrap.wrap(words, WIDTH, initial_indent=space, subsequent_indent=f"{space}    ", break_on_hyphens=False)
