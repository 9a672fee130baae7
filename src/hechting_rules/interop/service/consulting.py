"""A live consultation over HTTP: the client holds the snapshot, each request goes on from it, and nothing stays here."""

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from hechting_rules.advice import Advice, Question
from hechting_rules.answered import Answered, answer, program_for
from hechting_rules.case import admit, case_to_mapping, parse_case
from hechting_rules.consultation import Consultation
from hechting_rules.engine.program import Program
from hechting_rules.errors import CaseError, UsageError
from hechting_rules.explaining.differences import difference
from hechting_rules.explaining.safety import screening
from hechting_rules.interop.service.answers import Asked, Guidance
from hechting_rules.interop.service.bodies import read_json
from hechting_rules.interop.service.problems import UNUSABLE, Fault, RefusedError, refusal_of
from hechting_rules.model import Rulebook
from hechting_rules.profiles import find_profile
from hechting_rules.render.explained_json import difference_to_mapping
from hechting_rules.render.json import question_mapping, to_mapping
from hechting_rules.render.telling import worth_asking
from hechting_rules.snapshots import as_text, check_same, read_snapshot, snapshot_of
from hechting_rules.snapshots import to_mapping as snapshot_mapping
from hechting_rules.source import did_you_mean, one_of, shorten
from hechting_rules.stated import Case, Stated
from hechting_rules.terms import Person, Status

SCHEMA = "hechting-rules/consulted/1"
PARTS = ("snapshot", "case", "do")
TWO = 2
LARGE = 10**15
"""A whole number from here on is no age and no week."""


@attrs.frozen
class Doing:
    """One thing to tell or, without a ``value``, to take back; ``where`` it stands in the request."""

    where: str
    name: str
    value: str | float | None


@attrs.frozen
class Wanted:
    """What a request starts from, a snapshot, a case or nothing, and what it tells."""

    snapshot: Mapping[str, Any] | None
    case: str | None
    steps: tuple[Doing, ...]


def consult(guidance: Guidance, asked: Asked) -> dict[str, Any]:
    """The consultation after what is told: its snapshot, what changed, the advice, and what to ask next.

    Either all of it is told, or, where one thing cannot be so, nothing is: a `RefusedError` says which, and what it clashes with.
    """
    language, profile = asked.language, asked.profile(guidance)
    wanted = _wanted(read_json(asked.text), guidance.steps)
    with _opened(wanted, guidance, profile, chosen="profile" in asked.query) as consultation:
        before = Case() if wanted.case is not None else consultation.case()
        for step in wanted.steps:
            _tell(step, consultation, guidance)
        snapshot, advice = consultation.snapshot(), consultation.advice()
        used = find_profile(guidance.book, advice.profile)
        old, new = (answer(case, guidance.book, used) for case in (before, consultation.case()))
    note = parse_case(wanted.case, "case").note if wanted.case is not None else ""
    return {
        "schema": SCHEMA,
        "snapshot": snapshot,
        "case": case_to_mapping(attrs.evolve(new.admitted.case, note=note)),
        "implied": [_implied(code, *found) for code, found in new.admitted.implied.items()],
        "changed": difference_to_mapping(difference(old, new), language),
        "advice": to_mapping(advice, language),
        "ask_next": [question_mapping(question, language) for question in _in_turn(advice, new)],
    }


def _in_turn(advice: Advice, answered: Answered) -> list[Question]:
    """What to ask now: the safety flags that come before what is told, then what else bears on it."""
    told = [*(result.code for result in advice.suggestions), *(result.code for result in advice.conclusions)]
    first = screening(told, answered)
    return [*(q for q in advice.ask_next if q.code in first), *(q for q in worth_asking(advice) if q.code not in first)]


def _implied(code: str, status: str, source: str) -> dict[str, str]:
    return {"code": code, "status": str(status), "from": source}


def _wanted(body: Any, most: int) -> Wanted:
    """A request read, everything about its form checked. Raises `RefusedError` with all that is wrong."""
    if not isinstance(body, dict):
        raise _wrong([Fault("body", f"is {_kind(body)}", "an object with snapshot or case, and do")])
    faults = [
        Fault(f"/{shorten(key)}", "is unknown", one_of(PARTS), did_you_mean(key, PARTS)) for key in body if key not in PARTS
    ]
    snapshot, case, steps = (body.get(key) for key in PARTS)
    if snapshot is not None and not isinstance(snapshot, dict):
        faults.append(Fault("/snapshot", f"is {_kind(snapshot)}", "an object, as an earlier answer gave it"))
    if case is not None and not isinstance(case, dict | str):
        faults.append(Fault("/case", f"is {_kind(case)}", "an object, or the text of a case file"))
    if snapshot is not None and case is not None:
        faults.append(Fault("/case", "stands beside a snapshot", "one of them"))
    if steps is not None and not isinstance(steps, list):
        faults.append(Fault("/do", f"is {_kind(steps)}", "a list"))
    elif steps is not None and len(steps) > most:
        faults.append(Fault("/do", f"holds {len(steps)} steps", f"{most} at most"))
    told = [_doing(step, f"/do/{place}", faults) for place, step in enumerate(steps if isinstance(steps, list) else ())]
    if faults:
        raise _wrong(faults)
    text = as_text(case) if isinstance(case, dict) else case
    return Wanted(snapshot, text, tuple(step for step in told if step is not None))


def _wrong(faults: list[Fault]) -> RefusedError:
    return RefusedError(422, "unusable", UNUSABLE, faults)


def _kind(value: Any) -> str:
    names: Mapping[type, str] = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _doing(step: Any, where: str, faults: list[Fault]) -> Doing | None:
    """One step of a request, or nothing, with what is wrong noted."""
    if isinstance(step, dict) and len(step) == 1:
        told, taken = step.get("tell"), step.get("withdraw")
        if isinstance(told, list) and len(told) == TWO and isinstance(told[0], str) and _is_value(told[1]):
            return Doing(where, told[0], told[1])
        if isinstance(taken, str):
            return Doing(where, taken, None)
    allowed = '{"tell": [name, status, stage or number]} or {"withdraw": name}'
    faults.append(Fault(where, "is neither told nor taken back", allowed))
    return None


def _is_value(value: Any) -> bool:
    return isinstance(value, str | float) or (isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGE)


def _opened(wanted: Wanted, guidance: Guidance, profile: str, *, chosen: bool) -> Consultation:
    """The consultation to go on with, under its own profile unless one is ``chosen``. Raises `RefusedError` where it cannot."""
    book = guidance.book
    if wanted.snapshot is not None:
        kept = read_snapshot(wanted.snapshot)
        try:
            check_same(kept, book)
        except UsageError as error:
            hint = "start again from the case, with 'case' in place of 'snapshot'"
            raise RefusedError(
                409, "other-rulebook", str(error), [Fault("/snapshot", "is of another rulebook", hint=hint)]
            ) from error
        return Consultation.restore(wanted.snapshot, book, profile if chosen else None, guidance.engine)
    if wanted.case is None:
        return Consultation(book, profile, guidance.engine)
    case = parse_case(wanted.case, "case")
    answer(case, book, find_profile(book, profile))  # what is wrong is told by its place in the case
    empty = snapshot_of(book, find_profile(book, profile), case.id, ())
    snapshot = {**snapshot_mapping(empty, ()), "told": list(_entries(case))}
    return Consultation.restore(snapshot, book, profile, guidance.engine)


def _entries(case: Case) -> Iterator[dict[str, object]]:
    """What a case states, as entries of a snapshot."""
    for person, stage in ((Person.CHILD, case.child_stage), (Person.ADULT, case.adult_stage)):
        if stage:
            yield {"name": person.value, "value": stage}
    for name, number in case.quantities:
        yield {"name": name, "value": number}
    for stated in case.findings:
        yield {"name": stated.code, "value": stated.status.value}


def _tell(step: Doing, consultation: Consultation, guidance: Guidance) -> None:
    """Tell one thing or take it back. Raises `RefusedError` where that cannot be, and names what it clashes with."""
    try:
        if step.value is None:
            consultation.withdraw(step.name)
        else:
            consultation.tell(step.name, step.value)
    except CaseError as error:
        refused = refusal_of(error, step.where)
        case = consultation.case()
        clashes = (
            [] if step.value is None else _clashing(step.name, step.value, case, guidance.book, consultation.advice().profile)
        )
        detail = f"{step.where} cannot be beside the rest; nothing was told"
        more = {"clashes": [{"name": name, "value": value} for name, value in clashes]}
        raise RefusedError(422, "clash", detail, refused.faults, more=more) from error
    except UsageError as error:
        raise refusal_of(error, step.where) from error


def _clashing(name: str, value: str | float, case: Case, book: Rulebook, profile: str) -> list[tuple[str, str | float]]:
    """What is told already and cannot stand beside one more thing: with these taken back, it can. Nothing: it never can."""
    program = program_for(book, find_profile(book, profile))
    told: list[tuple[str, str | float]] = [
        *((person, stage) for person, stage in (("child", case.child_stage), ("adult", case.adult_stage)) if stage),
        *case.quantities,
        *((stated.code, stated.status.value) for stated in case.findings),
    ]
    kept, clashes = [(book.alias.get(name, name), value)], list[tuple[str, str | float]]()
    if not _goes(kept, book, program):
        return []
    for fact in told:
        if fact[0] != kept[0][0]:
            (kept if _goes([*kept, fact], book, program) else clashes).append(fact)
    return clashes


def _goes(facts: list[tuple[str, str | float]], book: Rulebook, program: Program) -> bool:
    """Whether some facts can be so together."""
    said = dict(facts)
    case = Case(
        child_stage=str(said.get("child", "")),
        adult_stage=str(said.get("adult", "")),
        quantities=tuple((name, float(value)) for name, value in facts if name in book.quantities),
        findings=tuple(Stated(name, Status(str(value))) for name, value in facts if name in book.findings),
    )
    try:
        admit(case, book, program)
    except CaseError:
        return False
    return True
