"""A case from a file, and a case admitted: checked against a rulebook, its stages settled, what follows from it closed."""

import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import attrs

from hechting_rules.engine.program import Program
from hechting_rules.errors import CaseError
from hechting_rules.facts import AGE_OF, Fact, stage_at
from hechting_rules.model import Finding, Rulebook
from hechting_rules.reading.documents import read_document
from hechting_rules.reading.fields import Fields, string
from hechting_rules.reading.given import read_given
from hechting_rules.reading.yamlnode import read_text
from hechting_rules.relations import Entailment
from hechting_rules.source import Problems, Span, did_you_mean, one_of, shorten
from hechting_rules.stated import Case, Stated
from hechting_rules.terms import NO_PERSON, PERSON_OF, Person, Status

SCHEMA = "hechting-rules/case/1"


@attrs.frozen
class Admitted:
    """A case that may be used: aliases resolved, stages settled (``""`` unknown), warnings, and its facts with their inputs.

    ``implied`` names, for each finding that follows from another thing stated, what it follows from.
    """

    case: Case
    child_stage: str
    adult_stage: str
    facts: tuple[Fact, ...]
    implied: Mapping[str, tuple[Status, str]]
    warnings: tuple[str, ...]

    def stated(self) -> Mapping[str, Status]:
        """What the case itself says of each finding."""
        return {s.code: s.status for s in self.case.findings}


def load_case(path: Path | str) -> Case:
    """The case in a YAML or JSON file. Raises `CaseError` with all that is wrong with its form."""
    problems = Problems()
    shown = str(path)
    text = read_text(Path(path), shown, problems)
    if text is None:
        raise CaseError(problems.errors())
    case = parse_case(text, shown)
    return case if case.id else attrs.evolve(case, id=Path(path).stem)


def parse_case(text: str, shown: str = "case") -> Case:
    """The case in a text of YAML or JSON; ``shown`` is the name that messages give to it."""
    return read_document(text, shown, "the case", read_case)


def read_case(fields: Fields) -> Case:
    """The case in a mapping of the form of a case file; what is wrong with it is noted."""
    problems = fields.problems
    schema = fields.get("schema")
    if schema is not None and string(schema, "schema", problems) != SCHEMA:
        problems.add("C300", schema.span, "the schema is another one than this version reads", f"write schema: {SCHEMA}")
    case = attrs.evolve(read_given(fields), id=fields.string("id", ""), note=fields.string("note", ""))
    fields.done()
    return case


def case_to_mapping(case: Case) -> dict[str, object]:
    """A case as plain data, in the form of a case file: what `parse_case` reads back as the same case."""
    quantities = dict(case.quantities)
    found: dict[str, object] = {"schema": SCHEMA}
    found.update({key: value for key, value in (("id", case.id), ("note", case.note)) if value})
    for person, stage, age, key in (
        ("child", case.child_stage, quantities.pop("child_age_months", None), "age_months"),
        ("adult", case.adult_stage, quantities.pop("adult_age_years", None), "age_years"),
    ):
        if stage == NO_PERSON and age is None:
            found[person] = stage
        elif stage or age is not None:
            found[person] = {**({"stage": stage} if stage else {}), **({key: _plain(age)} if age is not None else {})}
    found.update({name: _plain(value) for name, value in quantities.items()})
    for status in Status:
        codes = [s.code for s in case.findings if s.status is status]
        if codes:
            found[status.value] = codes
    return found


def _plain(value: float) -> float | int:
    return int(value) if value == int(value) else value


def admit(case: Case, book: Rulebook, program: Program) -> Admitted:
    """Check a case against a rulebook. Raises `CaseError` with everything that is wrong with it, each with its place."""
    problems = Problems()
    case = attrs.evolve(case, findings=tuple(_findings(case, book, problems)))
    _quantities(case, book, problems)
    settled = {person: _settle(person, case, book, program.parameters, problems) for person in Person}
    counted, warnings = _counted(case, book, settled, problems)
    implied = _close(case, counted, _other_sources(case, book, settled), program.closed, problems)
    if problems.errors():
        raise CaseError(problems.errors())
    return Admitted(case, settled[Person.CHILD], settled[Person.ADULT], tuple(_facts(case, book)), implied, warnings)


def _findings(case: Case, book: Rulebook, problems: Problems) -> Iterator[Stated]:
    """Findings under their present codes; unknown codes and double answers noted."""
    seen: dict[str, Status] = {}
    for stated in case.findings:
        code = book.alias.get(stated.code, stated.code)
        if code not in book.findings:
            hint = did_you_mean(str(code), [*book.findings, *book.alias])
            problems.add(
                "C301", stated.span, f"'{shorten(str(code))}' is no finding", hint or "see: hechting vocabulary --search WORD"
            )
        elif code in seen and seen[code] is not stated.status:
            problems.add("C302", stated.span, f"'{code}' is both {seen[code]} and {stated.status}")
        elif code not in seen:
            seen[code] = stated.status
            yield attrs.evolve(stated, code=code)


def _quantities(case: Case, book: Rulebook, problems: Problems) -> None:
    for name, value in case.quantities:
        quantity = book.quantities.get(name)
        at = case.places.get(name, case.span)
        if quantity is None:
            problems.add(
                "C303",
                at,
                f"'{shorten(name)}' is no quantity; allowed: {one_of(book.quantities)}",
                did_you_mean(name, book.quantities),
            )
        elif not _is_number(value):
            problems.add("C304", at, f"{name} is {_shown(value)}; allowed: a number")
        elif not quantity.least <= value <= quantity.most:
            allowed = f"{quantity.least:g} to {quantity.most:g} {quantity.unit}"
            problems.add("C305", at, f"{name} is {value:g}; allowed: {allowed}")


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _shown(value: object) -> str:
    """A value from Python in the words of a message."""
    words = {None: "nothing", True: "true", False: "false"}
    return words[value] if value is None or isinstance(value, bool) else f"'{shorten(str(value))}'"


def _settle(person: Person, case: Case, book: Rulebook, parameters: Mapping[str, float], problems: Problems) -> str:
    """The stage of a person: as stated, else from the age, else unknown; a clash of the two is noted."""
    stated = case.child_stage if person is Person.CHILD else case.adult_stage
    at = case.places.get(person, case.span)
    allowed = [s.code for s in book.stages.values() if s.of is person]
    if stated and stated not in (*allowed, NO_PERSON):
        message = f"'{shorten(stated)}' is no stage of the {person}; allowed: {one_of(allowed)}, none"
        problems.add("C306", at, message, did_you_mean(stated, allowed))
        return ""
    age = _usable_age(person, case, book)
    if age is None:
        return stated
    fitting = stage_at(age, [book.stages[code] for code in allowed], parameters)
    if not fitting:
        hint = "enter this person as the adult" if person is Person.CHILD else ""
        at = case.places.get(AGE_OF[person], case.span)
        problems.add("C307", at, f"{AGE_OF[person]} is {age:g}, which belongs to no stage of the {person}", hint)
    elif stated and stated != fitting:
        problems.add("C308", at, f"the {person} is stated as '{stated}', but {AGE_OF[person]} is {age:g}: '{fitting}'")
    return stated or fitting


def _usable_age(person: Person, case: Case, book: Rulebook) -> float | None:
    """The age of a person, unless none is given or the one given cannot be meant (which is noted elsewhere)."""
    quantity = book.quantities.get(AGE_OF[person])
    age = dict(case.quantities).get(AGE_OF[person])
    if quantity is None or age is None or not _is_number(age):
        return None
    return age if quantity.least <= age <= quantity.most else None


def _counted(
    case: Case, book: Rulebook, settled: Mapping[Person, str], problems: Problems
) -> tuple[tuple[Stated, ...], tuple[str, ...]]:
    """The findings that count at the settled stages, and a warning for each that does not."""
    counted, outside = list[Stated](), list[Stated]()
    for stated in case.findings:
        finding = book.findings[stated.code]
        stage = settled.get(PERSON_OF.get(finding.about, Person.CHILD), "")
        impossible = _impossible(finding, stage)
        if impossible and stated.status is Status.PRESENT:
            problems.add("C309", stated.span, f"'{stated.code}' cannot be present: {impossible}")
        elif impossible or _undecided(finding, stage):
            continue
        elif not _outside(finding, stage):
            counted.append(stated)
        elif stated.status is not Status.UNKNOWN:
            outside.append(stated)
    outside.sort(key=lambda stated: (stated.span, stated.code))  # by place, and where there is none not by how it was told
    return tuple(counted), tuple(_does_not_count(stated, book, settled) for stated in outside)


def _does_not_count(stated: Stated, book: Rulebook, settled: Mapping[Person, str]) -> str:
    finding = book.findings[stated.code]
    stage = settled.get(PERSON_OF.get(finding.about, Person.CHILD), "")
    return f"{stated.span}: {stated.code} does not count at the stage {stage} (it counts at: {one_of(finding.stages)})"


def _impossible(finding: Finding, stage: str) -> str:
    """Why a finding cannot be present at a stage, or nothing when it can."""
    if stage == NO_PERSON and finding.about.value in tuple(Person):
        return f"the case has no {finding.about}"
    return f"the stage of the {PERSON_OF[finding.about]} is '{stage}'" if stage in finding.not_at else ""


def _outside(finding: Finding, stage: str) -> bool:
    return bool(finding.stages) and bool(stage) and stage not in finding.stages


def _undecided(finding: Finding, stage: str) -> bool:
    return bool(finding.stages) and not stage


def _close(
    case: Case,
    counted: tuple[Stated, ...],
    others: Iterable[tuple[str, tuple[str, ...]]],
    closed: Entailment,
    problems: Problems,
) -> Mapping[str, tuple[Status, str]]:
    """What follows from what is stated; contradictions noted with both ends."""
    there = {s.code: (s.code, s.span) for s in counted if s.status is Status.PRESENT}
    for source, codes in others:
        for code in codes:
            there.setdefault(code, (source, case.span))
    there = _spread(there, closed.below)
    gone = _spread({s.code: (s.code, s.span) for s in counted if s.status is Status.ABSENT}, closed.above)
    told, said = set(), {s.code for s in counted}
    for code in sorted(there.keys() & gone.keys(), key=lambda c: (c not in said, c)):
        (source, here), (denial, elsewhere) = there[code], gone[code]
        if (source, denial) not in told:
            message = f"{_because(source, code, 'present')}, but {_because(denial, code, 'absent')}"
            problems.add("C310", max(here, elsewhere), message)
        told.add((source, denial))
    for code, (_, span) in there.items():
        for other in closed.against[code]:
            if other in there and code < other:
                problems.add("C311", max(span, there[other][1]), f"'{code}' and '{other}' cannot both be present")
    implied = {code: (Status.PRESENT, source) for code, (source, _) in there.items() if source != code}
    return implied | {code: (Status.ABSENT, source) for code, (source, _) in gone.items() if source != code}


_Sources = dict[str, tuple[str, Span]]


def _spread(known: _Sources, onward: Mapping[str, tuple[str, ...]]) -> _Sources:
    """What is known and what follows from it, each with its source: the first by code, whatever the order of the case."""
    found = dict(known)
    for code, origin in sorted(known.items()):
        for other in onward[code]:
            found.setdefault(other, origin)
    return found


def _other_sources(case: Case, book: Rulebook, settled: Mapping[Person, str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for person in Person:
        stage = book.stages.get(settled[person])
        if stage is not None:
            yield person.value, stage.implies
    for name, _ in case.quantities:
        if name in book.quantities:
            yield name, book.quantities[name].implies


def _because(source: str, code: str, status: str) -> str:
    return f"'{code}' is {status}" if source == code else f"'{code}' is {status} because of '{source}'"


def _facts(case: Case, book: Rulebook) -> Iterator[Fact]:
    """What the case states, in a fixed order: stages, quantities, findings."""
    if case.child_stage:
        yield Fact("child", case.child_stage)
    if case.adult_stage:
        yield Fact("adult", case.adult_stage)
    for name, value in case.quantities:
        yield Fact(name, repr(float(value)))
    order = {code: place for place, code in enumerate(book.findings)}
    for stated in sorted(case.findings, key=lambda s: order[s.code]):
        if stated.status is not Status.UNKNOWN:
            yield Fact(stated.code, stated.status.value)
