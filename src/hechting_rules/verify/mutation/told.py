"""What became of the mutants and of the conditions, for the author of the guidance: as text, and as plain data."""

from collections.abc import Iterator, Sequence
from typing import Any

from hechting_rules.case import case_to_mapping
from hechting_rules.verify.mutation.drafts import drafts, to_yaml
from hechting_rules.verify.mutation.judging import Fate, Judged, Witness, alive, by_file
from hechting_rules.verify.mutation.mcdc import Independence, Seen, halves

SCHEMA = "hechting-rules/mutants/1"
COLUMNS = tuple(fate.name.lower() for fate in Fate)


def to_text(judged: Sequence[Judged]) -> str:
    """A table by file; the mutants that are proved equivalent; then those that survive, each with the test that is missing."""
    return "\n".join(_lines(judged)) + "\n"


def _lines(judged: Sequence[Judged]) -> Iterator[str]:
    rows = [(path, list(counts.values())) for path, counts in by_file(judged).items()]
    rows.append(("all", [sum(one.fate is fate for one in judged) for fate in Fate]))
    width = max(len(path) for path, _ in rows)
    yield f"{'':{width}}  " + "  ".join(COLUMNS) + "  mutants"
    for path, counts in rows:
        cells = "  ".join(f"{count:{len(name)}}" for name, count in zip(COLUMNS, counts, strict=True))
        yield f"{path:{width}}  {cells}  {sum(counts):7}"
    yield "killed: a guidance test fails with it; refused: the loader does not take it, which counts as killed"
    left = alive(judged)
    yield f"{len(judged) - len(left)} of {len(judged)} mutants killed or proved equivalent"
    for one in judged:
        if one.fate is Fate.EQUIVALENT:
            yield f"{one.mutant.span}: {one.mutant.rule.id}: {one.mutant.words}: no result differs, proved over {one.by}"
    for one in left:
        yield f"{one.mutant.span}: {one.mutant.rule.id}: {one.mutant.words}: {one.by or 'no guidance test fails'}"
        if one.witness is not None:
            yield from _witness(one, one.witness)


def _witness(one: Judged, witness: Witness) -> Iterator[str]:
    if witness.kept is witness.changed:
        yield f"    only the robust flag of {witness.code} differs, which no guidance test can say"
        return
    yield f"    {witness.code} is {witness.kept.value}, with the mutant {witness.changed.value}"
    for line in to_yaml(drafts([one])).splitlines()[1:]:
        yield f"    {line}"


def to_mapping(judged: Sequence[Judged]) -> dict[str, Any]:
    """Every mutant and what became of it, as plain data; the case of each survivor in the form of a case file."""
    return {
        "schema": SCHEMA,
        "files": {path: {fate.name.lower(): n for fate, n in counts.items()} for path, counts in by_file(judged).items()},
        "survivors": len(alive(judged)),
        "mutants": [_plain(one) for one in judged],
    }


def _plain(one: Judged) -> dict[str, Any]:
    mutant = one.mutant
    found: dict[str, Any] = {
        "rule": mutant.rule.id,
        "place": str(mutant.span),
        "operator": mutant.operator.value,
        "mutant": mutant.words,
        "fate": one.fate.name.lower(),
        "by": one.by,
    }
    shown = one.witness
    if shown is not None:
        case, switches = case_to_mapping(shown.case), list(shown.switch_on)
        told = {"code": shown.code, "kept": shown.kept.value, "changed": shown.changed.value}
        found["witness"] = {"case": case, "switch_on": switches, **told}
    return found


def independence_lines(found: Sequence[Independence]) -> Iterator[str]:
    """How many conditions are shown to decide their rule both ways, and each way in which one is not: infeasible, or missing."""
    ways = list(halves(found))
    counts = {seen: sum(half.seen is seen for _, _, half in ways) for seen in Seen}
    both = sum(one.holds.seen is one.fails.seen is Seen.SHOWN for one in found)
    yield (
        f"masking MC/DC: {both} of {len(found)} conditions decide their rule alone, both ways, in guidance tests "
        f"({len(ways)} ways: " + ", ".join(f"{number} {seen}" for seen, number in counts.items()) + ")"
    )
    for one, way, half in ways:
        if half.seen is not Seen.SHOWN:
            basis = f" over {half.by}" if half.seen is Seen.INFEASIBLE else f": {half.by}" if half.by else ""
            yield f"{one.span}: {one.rule}: {one.words} alone decides that the rule {way}: {half.seen}{basis}"


def independence_mapping(found: Sequence[Independence]) -> list[dict[str, str]]:
    """Each single condition of each rule and how it is shown to decide the rule both ways, as plain data."""
    rows: dict[Independence, dict[str, str]] = {}
    for one, way, half in halves(found):
        row = rows.setdefault(one, {"rule": one.rule, "place": str(one.span), "condition": one.words})
        row |= {way: half.seen.name.lower(), f"{way}_by": half.by}
    return list(rows.values())
