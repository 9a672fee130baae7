"""Verdicts on the laws of a rulebook for its author: as text, as plain data, and each witness as a case file."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from hechting_rules.case import case_to_mapping
from hechting_rules.errors import UsageError
from hechting_rules.stated import Case
from hechting_rules.verify.proofs import Holds, Verdict

TOLD = 5
"""How many breaches of one law are put into words; plain data and case files have them all."""


def all_proved(verdicts: Iterable[Verdict]) -> bool:
    """Whether nothing is broken, and nothing undecided."""
    return all(verdict.holds is Holds.PROVED for verdict in verdicts)


def to_mapping(verdicts: Iterable[Verdict]) -> list[dict[str, Any]]:
    """Laws as plain data, complete: counts, breaches, and each witness in the form of a case file."""
    return [
        {
            "law": verdict.name,
            "says": verdict.detail,
            "holds": verdict.holds.value,
            "questions": {
                "by_structure": verdict.by_structure,
                "by_solver": verdict.by_solver,
                "undecided": verdict.undecided,
            },
            "exceptions": [],
            "breaches": [_breach(verdict, n) for n in range(len(verdict.breaches))],
        }
        for verdict in verdicts
    ]


def _breach(verdict: Verdict, number: int) -> dict[str, Any]:
    breach, cases = verdict.breaches[number], _cases(verdict, number)
    return {
        "question": breach.name,
        "holds": breach.holds.value,
        "detail": breach.detail,
        "switched_on": list(breach.on),
        "switched_off": list(breach.off),
        "case": None if breach.witness is None else case_to_mapping(cases[0]),
        "changed": None if breach.changed is None else case_to_mapping(cases[1]),
    }


def _cases(verdict: Verdict, number: int) -> list[Case]:
    """The cases of one breach of a law: the witness, and the changed one if there is any, each with an id."""
    breach = verdict.breaches[number]
    named = ((breach.witness, f"{verdict.name}-{number + 1}"), (breach.changed, f"{verdict.name}-{number + 1}-changed"))
    return [attrs.evolve(case, id=name, note=f"{breach.name}: {breach.detail}") for case, name in named if case is not None]


def case_files(verdicts: Iterable[Verdict]) -> Mapping[str, str]:
    """The cases that break a law, as the text of case files by file name."""
    cases = (case for verdict in verdicts for n in range(len(verdict.breaches)) for case in _cases(verdict, n))
    return {f"{case.id}.yaml": "".join(f"{line}\n" for line in case_lines(case)) for case in cases}


def save_cases(verdicts: Iterable[Verdict], folder: Path) -> int:
    """Write the cases that break a law to new files in a folder, and say how many. Raises `UsageError` where that cannot be."""
    files = {folder / name: text for name, text in case_files(verdicts).items()}
    try:
        taken = [path for path in files if path.exists()]
        if taken:
            raise UsageError(f"'{taken[0]}' is there already; cases are written to new files")
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"'{folder}' cannot be written to: {error.strerror}") from error
    return len(files)


def case_lines(case: Case) -> Iterator[str]:
    """A case as the lines of a case file."""
    for key, value in case_to_mapping(case).items():
        yield f"{key}: {json.dumps(value, ensure_ascii=False) if key == 'note' else _flow(value)}"


def _flow(value: object) -> str:
    match value:
        case dict():
            return f"{{{', '.join(f'{key}: {_flow(inner)}' for key, inner in value.items())}}}"
        case list():
            return f"[{', '.join(map(str, value))}]"
        case _:
            return str(value)


def to_text(verdicts: Iterable[Verdict], profile: str) -> str:
    """Laws as text: a line for each, and below what is broken each case that shows it."""
    return "\n".join(_lines(tuple(verdicts), profile)) + "\n"


def _lines(verdicts: tuple[Verdict, ...], profile: str) -> Iterator[str]:
    yield f"laws, over all cases that can be admitted, under the profile {profile} and with every rule on"
    for verdict in verdicts:
        yield f"  {verdict.holds:9}  {verdict.name}: {verdict.detail} ({_counts(verdict)})"
        for number, breach in enumerate(verdict.breaches[:TOLD]):
            yield from _told(breach, _cases(verdict, number))
        if len(verdict.breaches) > TOLD:
            yield f"    and {len(verdict.breaches) - TOLD} more: --format json tells all, --save FOLDER writes them down"
    short = [f"{sum(v.holds is holds for v in verdicts)} {holds}" for holds in Holds if any(v.holds is holds for v in verdicts)]
    yield f"{len(verdicts)} laws: {', '.join(short)}; a rulebook can declare no exceptions, so there are none"


def _counts(verdict: Verdict) -> str:
    counted = (
        (verdict.by_structure, "by structure"),
        (verdict.by_solver, "by solver"),
        (verdict.undecided, "undecided"),
        (sum(breach.holds is Holds.BROKEN for breach in verdict.breaches), "of them broken"),
    )
    return ", ".join(f"{number} {how}" for number, how in counted if number) or "it says nothing about this rulebook"


def _told(breach: Verdict, cases: Iterable[Case]) -> Iterator[str]:
    yield f"    {breach.holds}: {breach.name}: {breach.detail}"
    for words, rules in (("switched on for it", breach.on), ("switched off, they change it", breach.off)):
        if rules:
            yield f"      {words}: {', '.join(rules)}"
    for title, case in zip(("case", "changed"), cases, strict=False):
        yield f"      {title}:"
        yield from (f"        {line}" for line in case_lines(attrs.evolve(case, note="")))
