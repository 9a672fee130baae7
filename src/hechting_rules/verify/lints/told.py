"""What the lints found, for an author: as text, and as plain data."""

from collections.abc import Iterator
from typing import Any

import attrs

from hechting_rules.case import case_to_mapping
from hechting_rules.source import amount
from hechting_rules.verify.in_words import case_lines
from hechting_rules.verify.lints.remark import Remark
from hechting_rules.verify.lints.running import Linted, Off


def to_lines(linted: Linted) -> Iterator[str]:
    """Each thing found, with the case that shows it; then what is switched off, counted, and why."""
    for remark in linted.found:
        yield str(remark)
        yield from _case(remark)
    for off in linted.off:
        yield f"{off.switch.span}: {off.switch.code} is off for rule '{off.rule}': {off.switch.reason}"


def _case(remark: Remark) -> Iterator[str]:
    if remark.witness is not None:
        with_rules = f", with {', '.join(remark.witness.on)} switched on" if remark.witness.on else ""
        yield f"    a case that shows it{with_rules}:"
        yield from (f"      {line}" for line in case_lines(attrs.evolve(remark.witness.case, note="")))


def counted(linted: Linted) -> str:
    """How much was found and how much is switched off, in a few words."""
    found = amount(len(linted.found), "findings") if linted.found else "no findings"
    return f"{found}, {sum(len(off.remarks) for off in linted.off)} switched off" if linted.off else found


def to_mapping(linted: Linted) -> dict[str, Any]:
    """What was found and what is switched off, as plain data; each case in the form of a case file."""
    return {
        "problems": [_problem(remark) for remark in linted.found],
        "switched_off": [_off(off) for off in linted.off],
    }


def _problem(remark: Remark) -> dict[str, Any]:
    shown = remark.witness
    return {
        "code": remark.code,
        "place": str(remark.span),
        "message": remark.message,
        "hint": remark.hint,
        "rules": list(remark.rules),
        "switched_on": [] if shown is None else list(shown.on),
        "case": None if shown is None else case_to_mapping(shown.case),
    }


def _off(off: Off) -> dict[str, Any]:
    return {
        "rule": off.rule,
        "code": off.switch.code,
        "place": str(off.switch.span),
        "reason": off.switch.reason,
        "hides": [remark.message for remark in off.remarks],
    }
