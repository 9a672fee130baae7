"""Guidance tests that are missing, as a file of drafts for the author to judge.

Each draft is a case that shows a mutant which no test kills, or a condition that no test shows deciding its rule. What it expects
is what the rulebook says now. Whether that is right is for the author: change the rule if not, and give the test a sentence.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import attrs

from hechting_rules.advice import Outcome
from hechting_rules.errors import UsageError
from hechting_rules.stated import Case
from hechting_rules.testing.case_files import SUFFIX, item_as_yaml
from hechting_rules.verify.mcdc import Independence, halves
from hechting_rules.verify.mutants import Judged

HEAD = "# Drafts: each expects what the rulebook says now. Judge them against the article, then give each a sentence as name.\n"
WORDS = {"holds": "that the rule holds", "fails": "that the rule fails"}


@attrs.frozen
class Draft:
    """A guidance test to judge: why it is missing, its case, the rules it switches on, and what the rulebook says of it."""

    reasons: tuple[str, ...]
    given: Case
    switch_on: tuple[str, ...]
    outcomes: Mapping[str, Outcome]


def drafts(judged: Iterable[Judged], conditions: Sequence[Independence] = ()) -> tuple[Draft, ...]:
    """One draft for each case that shows a survivor or a gap; those of one case together.

    A survivor that differs only in a robust flag has none, as no guidance test can say it.
    """
    found: dict[tuple[Case, tuple[str, ...]], Draft] = {}
    for reason, case, switches, code, outcome in (*_survivors(judged), *_gaps(conditions)):
        before = found.get((case, switches), Draft((), case, switches, {}))
        reasons = before.reasons if reason in before.reasons else (*before.reasons, reason)
        found[case, switches] = Draft(reasons, case, switches, {**before.outcomes, code: outcome})
    return tuple(found.values())


_Missing = tuple[str, Case, tuple[str, ...], str, Outcome]


def _survivors(judged: Iterable[Judged]) -> Iterator[_Missing]:
    for one in judged:
        shown = one.witness
        if shown is not None and shown.kept is not shown.changed:
            reason = f"{one.mutant.rule.id} against '{one.mutant.words}'"
            yield reason, shown.case, shown.switch_on, shown.code, shown.kept


def _gaps(conditions: Sequence[Independence]) -> Iterator[_Missing]:
    for one, way, half in halves(conditions):
        if half.gap is not None:
            reason = f"{one.words} alone decides {WORDS[way]}: {one.rule}"
            yield reason, half.gap.case, half.gap.switch_on, half.gap.code, half.gap.outcome


def to_yaml(found: Iterable[Draft]) -> str:
    """The drafts as a file of guidance tests."""
    return HEAD + "\n".join(
        item_as_yaml("to judge: " + "; ".join(draft.reasons), draft.given, draft.switch_on, draft.outcomes) for draft in found
    )


def require_new(path: Path) -> None:
    """Raises `UsageError` for a file that no guidance tests are read from, or that is there already."""
    if not path.name.endswith(SUFFIX):
        raise UsageError(f"'{path}' is no file of guidance tests; name it NAME{SUFFIX}")
    if path.exists():
        raise UsageError(f"'{path}' is there already; drafts are written to a new file")


def write(found: Sequence[Draft], path: Path) -> None:
    """Write the drafts to a new file; where there are none, no file. Raises `UsageError` as `require_new`, or if it cannot."""
    require_new(path)
    if not found:
        return
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(to_yaml(found))
    except OSError as error:
        raise UsageError(f"'{path}' cannot be written: {error.strerror}") from error
