"""Guidance tests as text: a case that was found, in the form of a ``.cases.yaml`` file that an author can keep."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from hechting_rules.advice import Outcome
from hechting_rules.answered import answer
from hechting_rules.case import case_to_mapping
from hechting_rules.errors import UsageError
from hechting_rules.model import Rulebook
from hechting_rules.profiles import find_profile, with_rules_on
from hechting_rules.source import did_you_mean
from hechting_rules.stated import Case

SUFFIX = ".cases.yaml"
KEYS = {Outcome.ESTABLISHED: "established", Outcome.POSSIBLE: "possible", Outcome.RULED_OUT: "ruled_out"}


def item_as_yaml(name: str, given: Case, switch_on: Iterable[str], outcomes: Mapping[str, Outcome]) -> str:
    """One guidance test, as an item of a ``.cases.yaml`` file."""
    case = {key: value for key, value in case_to_mapping(given).items() if key not in {"schema", "id", "note"}}
    lines = [f"- name: {json.dumps(name, ensure_ascii=False)}", f"  given: {_flow(case)}"]
    switches = list(switch_on)
    if switches:
        lines.append(f"  switch_on: {_flow(switches)}")
    for outcome, key in KEYS.items():
        codes = [code for code, own in outcomes.items() if own is outcome]
        if codes:
            lines.append(f"  {key}: {_flow(codes)}")
    return "\n".join(lines) + "\n"


def as_case_yaml(
    case: Case,
    rulebook: Rulebook,
    codes: Iterable[str] = (),
    *,
    name: str = "to judge: give this a sentence",
    switch_on: Iterable[str] = (),
) -> str:
    """A case as a draft of a guidance test: it expects what the rulebook says of it now, which is for the author to judge.

    ``codes`` are the conclusions and suggestions that it is about; without any, all that are established or, where none is, all
    suggestions. ``switch_on`` are rules that the test switches on. Raises `UsageError` for a code that is no conclusion or
    suggestion or a rule that is not there, `CaseError` for a case that cannot be used.
    """
    switches = tuple(switch_on)
    _require_known(switches, rulebook.rules, "there is no rule '{}'")
    answered = answer(case, rulebook, with_rules_on(find_profile(rulebook, None), switches))
    outcomes = {code: answered.outcome(plane) for code, plane in answered.program.results.items()}
    chosen = list(codes)
    _require_known(chosen, outcomes, "'{}' is no conclusion or suggestion")
    established = [code for code, outcome in outcomes.items() if outcome is Outcome.ESTABLISHED]
    told = {code: outcomes[code] for code in chosen or established or rulebook.suggestions}
    return item_as_yaml(name, case, switches, told)


def _require_known(names: Iterable[str], allowed: Iterable[str], message: str) -> None:
    known = set(allowed)
    for name in names:
        if name not in known:
            near = did_you_mean(name, known)
            raise UsageError(message.format(name) + (f"; {near}" if near else ""))


def keep(text: str, path: Path) -> bool:
    """Write drafts to a new file; a file that is there is left alone. Whether it was written.

    Raises `UsageError` for a name that no guidance tests are read from, or a place that cannot be written to.
    """
    if not path.name.endswith(SUFFIX):
        raise UsageError(f"'{path}' is no file of guidance tests; name it NAME{SUFFIX}")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return False
    except OSError as error:
        raise UsageError(f"'{path}' cannot be written: {error.strerror}") from error
    return True


def _flow(value: object) -> str:
    """Plain data in one line. Codes need no quotes."""
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(_flow(item) for item in value) + "]"
        case _:
            return str(value)
