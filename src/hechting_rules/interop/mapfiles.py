"""Maps of codes from their YAML files, with what host software adds: every problem told at once, with its place.

Maps carry codes, the labels of this library, and the basis of each line: ``D`` data of the code system, ``P`` a page about it,
``K`` general knowledge, ``K!`` knowledge that ICPC-1 and ICPC-2 differ here. No text of a code system is in them.
"""

import functools
from collections.abc import Callable, Hashable, Iterable, Iterator
from importlib import resources
from typing import TypeVar

from hechting_rules.errors import DiagnosticError
from hechting_rules.interop.codemap import (
    Basis,
    CodeMap,
    Family,
    Line,
    Match,
    Measure,
    MotherAge,
    Note,
    Relation,
    Stay,
    System,
    Whose,
)
from hechting_rules.model import Rulebook
from hechting_rules.reading.fields import Fields, as_fields, choice
from hechting_rules.reading.yamlnode import parse
from hechting_rules.source import Problems, Span, did_you_mean, one_of
from hechting_rules.terms import Time

T = TypeVar("T")
NAMES = ("nl", "be")
"""The maps of this library: the Netherlands and Belgium."""
SHARED = "shared"
CLASHING = ("icpc-1-nl", "icpc-2")
"""Two editions of ICPC in which the same code says different things: never in one map."""


class CodeMapError(DiagnosticError):
    """A map of codes cannot be used."""


@functools.lru_cache(maxsize=16)
def load_code_map(name: str, rulebook: Rulebook, extra: str = "", shown: str = "extra") -> CodeMap:
    """The map of a country, checked against a rulebook, with what a host adds in ``extra`` (YAML of the same form).

    A line of ``extra`` replaces the one for the same code, record and finding; with ``match: off`` it takes it out. ``shown`` is
    the name that messages give to the extra text. Raises `CodeMapError` with everything that is wrong, each with its place.
    """
    problems = Problems()
    if name not in NAMES:
        problems.add("M701", Span("map"), f"there is no map '{name}'; allowed: {one_of(NAMES)}", did_you_mean(name, NAMES))
        raise CodeMapError(problems.errors())
    texts = ([(shown, extra)] if extra else []) + [(f"maps/{part}.yaml", own_text(part)) for part in (name, SHARED)]
    parts = [part for where, text in texts if (part := _read(text, where, problems)) is not None]
    merged = _merged(name, parts)
    _check(merged, rulebook, problems)
    if problems.errors():
        raise CodeMapError(problems.errors())
    return merged


def own_text(name: str) -> str:
    """The text of a map of this library."""
    return (resources.files(__package__) / "maps" / f"{name}.yaml").read_text(encoding="utf-8")


def _read(text: str, shown: str, problems: Problems) -> CodeMap | None:
    node = parse(text, shown, problems)
    fields = None if node is None else as_fields(node, "the map", problems)
    if fields is None:
        return None
    found = CodeMap(
        name="",
        systems=fields.each("systems", "a system", _system),
        lines=_flat(fields.each("codes", "a line", _lines)),
        measures=_flat(fields.each("measures", "a measure", _measures)),
        relations=_flat(fields.each("relations", "a relation", _relations)),
        deaths=_flat(fields.each("deaths", "a death", _relations)),
        stays=fields.each("stays", "a stay", _stay),
        mother_ages=fields.each("mother_ages", "an age", _mother_age),
        notes=_flat(fields.each("notes", "a note", _notes)),
        family={code: kind for kind, codes in fields.each("family", "a kind of family", _family) for code in codes},
        yes=frozenset(_flat(fields.each("yes", "a yes", _answers))),
        no=frozenset(_flat(fields.each("no", "a no", _answers))),
    )
    fields.done()
    return found


def _flat(groups: Iterable[Iterable[T]]) -> tuple[T, ...]:
    return tuple(item for group in groups for item in group)


def _system(f: Fields) -> System:
    return System(f.string("name"), f.string("url").rstrip("/"), f.strings("also"), f.span)


def _whose(f: Fields) -> tuple[Whose, ...]:
    f.require("whose")
    found = (choice(item, "whose", Whose, f.problems) for item in f.items("whose"))
    return tuple(whose for whose in found if whose is not None)


def _codes(f: Fields) -> tuple[str, ...]:
    f.require("codes")
    return f.strings("codes")


def _lines(f: Fields) -> tuple[Line, ...]:
    whose, system, codes = _whose(f), f.string("system"), _codes(f)
    match, basis = f.choice("match", Match), f.choice("basis", Basis)
    finding, after = f.string("finding"), f.string("after", "")
    return tuple(Line(who, system, code, match, basis, finding, after, f.span) for code in codes for who in whose)


def _measures(f: Fields) -> tuple[Measure, ...]:
    whose, system, codes, basis = _whose(f), f.string("system"), _codes(f), f.choice("basis", Basis)
    quantity = f.string("quantity", "")
    finding, below = ("", 0.0) if quantity else (f.string("finding"), f.number("below"))
    return tuple(Measure(who, system, code, basis, finding, below, quantity, f.span) for code in codes for who in whose)


def _relations(f: Fields) -> tuple[Relation, ...]:
    finding, match, basis = f.string("finding"), f.choice("match", Match), f.choice("basis", Basis)
    return tuple(Relation(code, finding, match, basis, f.span) for code in _codes(f))


def _stay(f: Fields) -> Stay:
    return Stay(
        f.strings("classes"), f.string("finding"), f.choice("match", Match), f.choice("basis", Basis), f.string("before"), f.span
    )


def _mother_age(f: Fields) -> MotherAge:
    finding = f.string("finding")
    below = f.number("below") if f.has("below") else 0.0
    start = f.number("from") if f.has("from") else 0.0
    f.string("reason")
    return MotherAge(finding, below, start, f.span)


def _notes(f: Fields) -> tuple[Note, ...]:
    system, label = f.string("system"), f.text("label")
    return tuple(Note(system, code, label, f.span) for code in _codes(f))


def _family(f: Fields) -> tuple[Family, tuple[str, ...]]:
    return f.choice("kind", Family), _codes(f)


def _answers(f: Fields) -> tuple[tuple[str, str], ...]:
    url = f.string("url").rstrip("/")
    return tuple((url, code) for code in _codes(f))


def _merged(name: str, parts: Iterable[CodeMap]) -> CodeMap:
    """One map of several: what stands first goes before what comes later for the same thing."""
    parts = list(parts)
    family: dict[str, Family] = {}
    for part in reversed(parts):
        family.update(part.family)
    return CodeMap(
        name=name,
        systems=tuple(_first((s for p in parts for s in p.systems), lambda s: s.name)),
        lines=tuple(_first((one for p in parts for one in p.lines), lambda n: (n.whose, n.system, n.code, n.finding))),
        measures=tuple(_first((m for p in parts for m in p.measures), lambda m: (m.whose, m.system, m.code, m.finding))),
        relations=tuple(_first((r for p in parts for r in p.relations), lambda r: (r.code, r.finding))),
        deaths=tuple(_first((d for p in parts for d in p.deaths), lambda d: (d.code, d.finding))),
        stays=tuple(_first((s for p in parts for s in p.stays), lambda s: s.finding)),
        mother_ages=tuple(_first((a for p in parts for a in p.mother_ages), lambda a: a.finding)),
        notes=tuple(_first((n for p in parts for n in p.notes), lambda n: (n.system, n.code))),
        family=family,
        yes=frozenset().union(*(p.yes for p in parts)),
        no=frozenset().union(*(p.no for p in parts)),
    )


def _first(items: Iterable[T], key: Callable[[T], Hashable]) -> Iterator[T]:
    """Each item whose key was not met before."""
    seen: set[Hashable] = set()
    for item in items:
        if key(item) not in seen:
            seen.add(key(item))
            yield item


def _check(found: CodeMap, book: Rulebook, problems: Problems) -> None:
    """Everything that a map must be to be used."""
    _check_systems(found, problems)
    _check_findings(found, book, problems)
    for measure in found.measures:
        if measure.quantity and measure.quantity not in book.quantities:
            problems.add("M707", measure.span, f"'{measure.quantity}' is no quantity; allowed: {one_of(book.quantities)}")
    for stay in found.stays:
        if stay.below_months not in book.parameters:
            near = did_you_mean(stay.below_months, book.parameters)
            problems.add("M708", stay.span, f"'{stay.below_months}' is no parameter", near)


def _check_systems(found: CodeMap, problems: Problems) -> None:
    """Systems that are known, each under its own addresses, and no two editions of ICPC together."""
    names = {system.name for system in found.systems}
    used = [(n.system, n.span) for n in found.lines] + [(m.system, m.span) for m in found.measures]
    for name, span in used + [(n.system, n.span) for n in found.notes]:
        if name not in names:
            message = f"'{name}' is no system of this map; allowed: {one_of(sorted(names))}"
            problems.add("M702", span, message, did_you_mean(name, names))
    for place, system in enumerate(found.systems):
        before = [s.name for s in found.systems[:place] if {s.url, *s.also} & {system.url, *system.also}]
        if before:
            problems.add("M703", system.span, f"'{system.name}' and '{before[0]}' have an address in common")
    clashing = [system for system in found.systems if system.name in CLASHING]
    if len(clashing) > 1:
        message = f"{one_of(CLASHING)} give other meanings to the same codes"
        problems.add("M704", clashing[0].span, message, "keep one of them in a map")


def _check_findings(found: CodeMap, book: Rulebook, problems: Problems) -> None:
    """Findings that exist; what is said once something has ended is of history."""
    said = [pair for one in found.lines for pair in ((one.finding, one.span), (one.after, one.span))]
    said += [(one.finding, one.span) for one in (*found.relations, *found.deaths)] + [
        (one.finding, one.span) for one in found.stays
    ]
    said += [(one.finding, one.span) for one in found.mother_ages] + [(one.finding, one.span) for one in found.measures]
    for code, span in said:
        if code and code not in book.findings:
            problems.add("M705", span, f"'{code}' is no finding", did_you_mean(code, book.findings))
    for line in found.lines:
        if line.after in book.findings and book.findings[line.after].time is not Time.HISTORY:
            problems.add("M706", line.span, f"'{line.after}' is said after an end, but is about now", "name a finding of history")
