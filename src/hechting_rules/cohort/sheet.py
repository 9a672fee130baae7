"""What a cohort may hold: the dictionary of all columns, and an empty sheet to fill in."""

import csv
import io
from collections.abc import Iterable, Iterator

from hechting_rules.cohort.block import own_stages
from hechting_rules.cohort.reading import ID
from hechting_rules.model import Rulebook
from hechting_rules.source import one_of
from hechting_rules.terms import NO_PERSON, Person, Text

HEAD = ("column", "kind", "question_nl", "question_en", "allowed", "unit", "about", "time", "stages", "implies", "excludes")

PERSONS = {
    Person.CHILD: Text("Levensfase van het kind waarom het gaat", "Life stage of the child concerned"),
    Person.ADULT: Text(
        "Levensfase van de volwassene (de ouder, als er ook een kind is)",
        "Life stage of the adult (the parent, if there is a child)",
    ),
}
CASE = Text("Naam van het geval, zonder persoonsgegevens", "Name of the case, without personal data")
ANSWERS = "ja, nee, onbekend, or empty (yes, no, unknown; 1, 0)"


def columns(book: Rulebook, stages: Iterable[str] = ()) -> list[str]:
    """The columns of a wide frame: the name of the case, stages, quantities, findings (of some stages, if any are named)."""
    wanted = frozenset(stages)
    findings = [f.code for f in book.findings.values() if not wanted or not f.stages or wanted & set(f.stages)]
    return [ID, *(person.value for person in Person), *book.quantities, *findings]


def dictionary(book: Rulebook, stages: Iterable[str] = ()) -> Iterator[dict[str, str]]:
    """What each column means, and what it may hold."""
    for name in columns(book, stages):
        row = dict.fromkeys(HEAD, "") | {"column": name}
        if name == ID:
            yield row | _asking("name", CASE, "text")
        elif name in tuple(Person):
            person = Person(name)
            yield row | _asking("stage", PERSONS[person], one_of((*own_stages(person, book), NO_PERSON)))
        elif name in book.quantities:
            quantity = book.quantities[name]
            bounds = f"a number from {quantity.least:g} to {quantity.most:g}"
            yield (
                row | _asking("quantity", quantity.label, bounds) | {"unit": quantity.unit, "implies": " ".join(quantity.implies)}
            )
        else:
            finding = book.findings[name]
            yield {
                **row,
                **_asking("finding", finding.question, ANSWERS),
                "about": finding.about.value,
                "time": finding.time.value,
                "stages": " ".join(finding.stages),
                "implies": " ".join(finding.implies),
                "excludes": " ".join(finding.excludes),
            }


def _asking(kind: str, question: Text, allowed: str) -> dict[str, str]:
    return {"kind": kind, "question_nl": question.nl, "question_en": question.en, "allowed": allowed}


def dictionary_csv(book: Rulebook, stages: Iterable[str] = ()) -> str:
    """The dictionary as CSV."""
    return _csv([list(HEAD), *(list(row.values()) for row in dictionary(book, stages))])


def sheet_csv(book: Rulebook, stages: Iterable[str] = ()) -> str:
    """An empty sheet: the names of the columns alone."""
    return _csv([columns(book, stages)])


def _csv(rows: Iterable[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
