"""The counts of a cohort as a summary: how often each suggestion, kind, level and stage, of how many; small counts kept back."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from hechting_rules.cohort.frames import as_table, decided, decider_for
from hechting_rules.cohort.long import Long
from hechting_rules.cohort.suppression import SMALLEST, Suppression
from hechting_rules.cohort.tally import (
    CASES,
    ESTABLISHED,
    POSSIBLE,
    REJECTED,
    RULED_OUT,
    WITHHELD,
    Cell,
    Tally,
    stage,
    tally,
)
from hechting_rules.cohort.tally import UNKNOWN as NOT_KNOWN
from hechting_rules.engine.program import Program
from hechting_rules.model import Profile, Rulebook
from hechting_rules.terms import NO_PERSON, Kind, Language, Level, Text

SCHEMA = "hechting-rules/cohort-summary/1"

KINDS = {
    Kind.SAFETY: Text("veiligheid", "safety"),
    Kind.ATTENTION: Text("aandacht", "attention"),
    Kind.ASK: Text("vragen", "ask"),
    Kind.DISCUSS: Text("bespreken", "discuss"),
    Kind.SUPPORT: Text("ondersteunen", "support"),
    Kind.REFER: Text("verwijzen", "refer"),
    Kind.PREVENT: Text("voorkomen", "prevent"),
    Kind.REASSURE: Text("geruststellen", "reassure"),
}
LEVELS = {
    Level.ACT_NOW: Text("nu handelen", "act now"),
    Level.SAME_DAY: Text("dezelfde dag", "same day"),
    Level.SOON: Text("binnenkort", "soon"),
    Level.REFER: Text("verwijzen", "refer"),
    Level.SCREEN: Text("navragen", "screen"),
}
NOBODY = Text("geen", "none")
UNKNOWN_STAGE = Text("onbekend", "unknown")


@attrs.frozen(eq=False)
class Summary:
    """Counts of a cohort under a rulebook and profile; ``hidden`` are the cells kept back."""

    book: Rulebook
    profile: Profile
    tally: Tally
    hidden: frozenset[Cell]
    smallest: int
    cells: tuple[Cell, ...]

    @classmethod
    def of(cls, tally: Tally, book: Rulebook, profile: Profile, program: Program, smallest: int = SMALLEST) -> "Summary":
        """The summary of a tally, in which no group of 1 to below ``smallest`` cases can be told; 1 keeps nothing back."""
        suppression = Suppression(tally, book, program, smallest)
        cells = sorted(dict.fromkeys(suppression.cells()), key=_place)
        return cls(book, profile, tally, suppression.settle(), smallest, tuple(cells))

    def told(self, cell: Cell) -> int | None:
        """A count, or nothing where it is kept back."""
        return None if cell in self.hidden else self.tally[cell]


def summarise(
    data: Any,
    rulebook: Rulebook | None = None,
    profile: str | Profile | None = None,
    *,
    smallest: int = SMALLEST,
    id_column: str | None = None,
    ignore: Iterable[str] = (),
    long: bool | Long = False,
) -> Summary:
    """Count a frame of cases in memory, as `hechting_rules.cohort.decide` reads it.

    No group of 1 to below ``smallest`` cases is told, nor can it be worked out from what is; 1 keeps nothing back.
    """
    table = as_table(data)
    decider = decider_for(table, rulebook, profile, results=(), id_column=id_column, ignore=ignore, long=long, counted=True)
    counts = sum((tally(done) for done in decided(decider, table)), Tally())
    return Summary.of(counts, decider.book, decider.profile, decider.program, smallest)


GROUPS = ("kind", "level", "flag", "stage", "result", "at stage", "finding")
ORDER = {"kind": [kind.value for kind in Kind], "level": [level.value for level in Level]}


def _place(cell: Cell) -> tuple[int, int, str]:
    """Where a cell stands: by group, and as its kind, level or flag does; others in the order of the rulebook."""
    order = ORDER.get(cell[0])
    return GROUPS.index(cell[0]), order.index(cell[1]) if order else 0, cell[1] if cell[0] == "flag" else ""


def label(cell: Cell, book: Rulebook, language: Language) -> str:
    """What a cell counts, in words."""
    name = cell[1]
    if cell[0] == "kind":
        return KINDS[Kind(name)].into(language)
    if cell[0] == "level":
        return LEVELS[Level(name)].into(language)
    if cell[0] == "flag":
        return book.flags[name].name.into(language)
    if cell[0] == "stage":
        return stage_label(cell[2], book, language)
    if cell[0] == "finding":
        return book.findings[name].label.into(language)
    item = book.suggestions.get(name)
    return (book.conclusions[name].title if item is None else item.summary).into(language)


def stage_label(name: str, book: Rulebook, language: Language) -> str:
    """A stage in words, nobody and unknown included."""
    special = {NO_PERSON: NOBODY, NOT_KNOWN: UNKNOWN_STAGE}
    return (special[name] if name in special else book.stages[name].label).into(language)


def rows(summary: Summary, language: Language) -> Iterator[dict[str, Any]]:
    """The summary line by line: what is counted, how many (nothing where kept back), of how many cases.

    Results by stage have no line where they are 0.
    """
    for cell in summary.cells:
        if cell[0] == "result" and cell[2] == WITHHELD and cell[1] not in summary.book.suggestions:
            continue
        if cell[0] == "at stage" and summary.told(cell) == 0:
            continue
        crossed = cell[0] in {"stage", "at stage"}
        yield {
            "group": cell[0].replace(" ", "_"),
            "code": "" if cell[0] == "stage" else cell[1],
            "label": label(cell, summary.book, language),
            "person": cell[-2] if crossed else "",
            "stage": cell[-1] if crossed else "",
            "outcome": _outcome(cell),
            "count": summary.told(cell),
            "of": summary.told(stage(*cell[2:]) if cell[0] == "at stage" else CASES),
        }


def _outcome(cell: Cell) -> str:
    if cell[0] in {"result", "finding"}:
        return cell[2]
    return "" if cell[0] == "stage" else ESTABLISHED


def to_mapping(summary: Summary, language: Language) -> dict[str, Any]:
    """The summary as plain data."""
    head = summary.book.head
    return {
        "schema": SCHEMA,
        "rulebook": {
            "id": head.id,
            "version": head.version,
            "sha256": summary.book.sha256,
            "clinical_review": head.clinical_review,
        },
        "profile": summary.profile.id,
        "language": language.value,
        "cases": summary.told(CASES),
        "rejected": summary.tally[REJECTED],
        "smallest": summary.smallest,
        "kept_back": len(summary.hidden),
        "counts": list(rows(summary, language)),
    }


def to_json(summary: Summary, language: Language) -> str:
    """The summary as JSON text."""
    return json.dumps(to_mapping(summary, language), ensure_ascii=False, indent=2) + "\n"


def to_csv(summary: Summary, language: Language) -> str:
    """The counts as a table; what is kept back reads as below the smallest number, or as kept back with it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, ("group", "code", "label", "person", "stage", "outcome", "count", "of"), lineterminator="\n")
    writer.writeheader()
    for row in rows(summary, language):
        writer.writerow({name: "*" if value is None else value for name, value in row.items()})
    return text.getvalue()


def to_text(summary: Summary, language: Language, most: int = 10) -> str:
    """The counts in a few lines: cases, kinds, and the suggestions that are established most often."""
    said = {"cases": Text("gevallen", "cases"), "with": Text("met minstens één advies", "with at least one suggestion")}
    lines = [f"{_shown(summary, CASES)} {said['cases'].into(language)}, {said['with'].into(language)}:"]
    there = [kind for kind in Kind if summary.tally["kind", kind.value]]
    lines.extend(f"  {_shown(summary, ('kind', kind.value)):>12}  {KINDS[kind].into(language)}" for kind in there)
    often = [(code, summary.told(("result", code, ESTABLISHED)) or 0) for code in summary.book.suggestions]
    for code, number in sorted(often, key=lambda pair: -pair[1])[:most]:
        if number:
            lines.append(f"  {number:>12}  {label(('result', code), summary.book, language)}")
    return "\n".join(lines) + "\n"


def _shown(summary: Summary, cell: Cell) -> str:
    number = summary.told(cell)
    return "*" if number is None else str(number)


def outcomes(summary: Summary, code: str) -> tuple[int | None, int | None, int | None]:
    """How often a result is established, possible and ruled out."""
    found = tuple(summary.told(("result", code, outcome)) for outcome in (ESTABLISHED, POSSIBLE, RULED_OUT))
    return found[0], found[1], found[2]
