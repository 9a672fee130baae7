"""Answers to a questionnaire of this library: a case into a QuestionnaireResponse, and back into the same case."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from hechting_rules.errors import CaseError, UsageError
from hechting_rules.interop.bundle import Records
from hechting_rules.interop.codemap import Match
from hechting_rules.interop.elements import MOST_DEEP, Element, Node
from hechting_rules.interop.naming import FINDING_SYSTEM, STAGE_SYSTEM, STATUS_SYSTEM
from hechting_rules.interop.observed import CURRENT_WITHIN_DAYS, Piece, SetAside, Source
from hechting_rules.interop.questionnaire import EVERYTHING, URL
from hechting_rules.model import Rulebook
from hechting_rules.rulebook import default_rulebook
from hechting_rules.source import Problems, did_you_mean, one_of, shorten
from hechting_rules.stated import Case, Stated
from hechting_rules.terms import Person, Status, Time

Item = dict[str, Any]
READ = frozenset({"", "in-progress", "completed", "amended"})
PERSONS = tuple(person.value for person in Person)


@attrs.frozen
class Said:
    """One answer: the link id, its value (a status, a stage, or a number), and its place."""

    name: str
    status: Status | None
    stage: str
    value: float | None
    place: str


def response(
    case: Case, asked: Mapping[str, Any], rulebook: Rulebook | None = None, *, authored: str = "", subject: str = ""
) -> Item:
    """A QuestionnaireResponse that says what a case says, as answers to a Questionnaire of this library (a dictionary).

    ``authored`` is a FHIR time and ``subject`` a reference, where they are known. Raises `UsageError` when the case says
    something that this Questionnaire does not ask, so that nothing is lost.
    """
    answers = _answers_of(case, default_rulebook() if rulebook is None else rulebook)
    items = {item["linkId"]: item for item in _flat(asked["item"])}
    lost = [name for name in answers if name not in items]
    if lost:
        hint = "try: a questionnaire whose stages are open"
        raise UsageError(f"the questionnaire {asked['id']} does not ask: {one_of(lost)}; {hint}")
    if not all(is_shown(name, asked["item"], answers) for name in answers):
        answers[EVERYTHING] = {"valueBoolean": True}
    found: Item = {"resourceType": "QuestionnaireResponse", "questionnaire": f"{asked['url']}|{asked['version']}"}
    found["status"] = "completed"
    if subject:
        found["subject"] = {"reference": subject}
    if authored:
        found["authored"] = authored
    filled = list(_filled(asked["item"], answers))
    return {**found, "item": filled} if filled else found


def _answers_of(case: Case, book: Rulebook) -> dict[str, Item]:
    """What a case says, by link id, as the value of an answer."""
    answers: dict[str, Item] = {}
    for person, stage in ((Person.CHILD, case.child_stage), (Person.ADULT, case.adult_stage)):
        if stage:
            answers[person.value] = {"valueCoding": {"system": STAGE_SYSTEM, "code": stage}}
    answers |= {name: {"valueDecimal": value} for name, value in case.quantities}
    for stated in case.findings:
        coding = {"system": STATUS_SYSTEM, "code": stated.status.value}
        answers[book.alias.get(stated.code, stated.code)] = {"valueCoding": coding}
    return answers


def _flat(items: Iterable[Item]) -> Iterator[Item]:
    for item in items:
        yield item
        yield from _flat(item.get("item", ()))


def _filled(items: Iterable[Item], answers: Mapping[str, Item]) -> Iterator[Item]:
    """The items of a Questionnaire that hold an answer, in its order."""
    for item in items:
        inner = list(_filled(item.get("item", ()), answers))
        if item["linkId"] in answers:
            yield {"linkId": item["linkId"], "text": item["text"], "answer": [answers[item["linkId"]]]}
        elif inner:
            yield {"linkId": item["linkId"], "text": item["text"], "item": inner}


def is_shown(name: str, items: Iterable[Item], answers: Mapping[str, Item]) -> bool:
    """Whether the item of a link id is shown once these answers are given: it and every group around it."""
    for item in items:
        if not _enabled(item, answers):
            continue
        if item["linkId"] == name or is_shown(name, item.get("item", ()), answers):
            return True
    return False


def _enabled(item: Item, answers: Mapping[str, Item]) -> bool:
    conditions = item.get("enableWhen", ())
    several = any if item.get("enableBehavior") == "any" else all
    return not conditions or several(_holds(condition, answers) for condition in conditions)


def _holds(condition: Item, answers: Mapping[str, Item]) -> bool:
    given = answers.get(condition["question"], {})
    wanted = condition.get("answerCoding")
    if wanted is None:
        return bool(given.get("valueBoolean") is condition["answerBoolean"])
    return bool(given.get("valueCoding", {}).get("code") == wanted["code"])


def read_response(data: Mapping[str, Any], rulebook: Rulebook | None = None) -> Case:
    """The case that one QuestionnaireResponse tells of, its own words and nothing else: what `response` wrote comes back.

    Raises `CaseError` with every wrong answer and its place.
    """
    book = default_rulebook() if rulebook is None else rulebook
    problems = Problems()
    node = Node(data, "QuestionnaireResponse", problems)
    if node.text("resourceType") != "QuestionnaireResponse":
        node.wrong("H603", "resourceType", "is not 'QuestionnaireResponse'")
    said = _once(list(_said(node, book)), problems)
    if problems.errors():
        raise CaseError(dict.fromkeys(problems.errors()))
    stages = {one.name: one.stage for one in said if one.stage}
    return Case(
        child_stage=stages.get(Person.CHILD.value, ""),
        adult_stage=stages.get(Person.ADULT.value, ""),
        quantities=tuple(sorted((one.name, one.value) for one in said if one.value is not None)),
        findings=tuple(Stated(one.name, one.status, Element(one.place)) for one in said if one.status is not None),
        span=Element("QuestionnaireResponse"),
        places={one.name: Element(one.place) for one in said if one.status is None},
    )


def _once(said: list[Said], problems: Problems) -> list[Said]:
    first: dict[str, Said] = {}
    for one in said:
        if one.name in first and attrs.evolve(first[one.name], place="") != attrs.evolve(one, place=""):
            problems.add("H631", Element(one.place), f"'{one.name}' is answered in another way at {first[one.name].place}")
        first.setdefault(one.name, one)
    return list(first.values())


def answers_in(records: Records, book: Rulebook, as_of: dt.date, patients: frozenset[str]) -> Iterator[Piece]:
    """What the answers to questionnaires of this library say: of findings, stages and quantities.

    ``patients`` are the places of the persons of the case; a response about somebody else is passed over.
    """
    for node in records.of("QuestionnaireResponse"):
        subject = node.inner("subject")
        about = records.behind(subject)
        elsewhere = subject is not None and bool(records.of("Patient")) and (about is None or about.place not in patients)
        if elsewhere or node.text("status") not in READ or not is_own(node.text("questionnaire")):
            continue
        days = node.days("authored")
        day = None if days is None else max(days.first, min(days.last, as_of))
        for one in _once(list(_said(node, book)), node.problems):
            yield _piece(one, day, book, as_of)


def is_own(canonical: str) -> bool:
    """Whether the address of a questionnaire is one of this library."""
    plain = canonical.partition("|")[0]
    return plain == URL or plain.startswith(f"{URL}-")


def _piece(one: Said, day: dt.date | None, book: Rulebook, as_of: dt.date) -> Piece:
    said = Piece(one.name, one.status or Status.PRESENT, Match.EQUAL, one.place, Source.ANSWER, FINDING_SYSTEM, one.name, day)
    if day is not None and day > as_of:
        said = attrs.evolve(said, aside=SetAside.LATER)
    if one.status is None or said.aside is not None:
        return attrs.evolve(said, value=one.value, code=one.stage) if one.status is None else said
    old = day is not None and day < as_of - dt.timedelta(days=CURRENT_WITHIN_DAYS)
    if old and one.status is not Status.UNKNOWN and book.findings[one.name].time is Time.CURRENT:
        return attrs.evolve(said, aside=SetAside.OLD)
    return said


def _said(node: Node, book: Rulebook, depth: int = 0) -> Iterator[Said]:
    """Every answer, through items in items and items in answers."""
    if depth > MOST_DEEP:
        node.wrong("H602", "", f"nests deeper than {MOST_DEEP} levels")
        return
    for item in node.each("item"):
        name = item.text("linkId")
        for answer in item.each("answer"):
            one = _answer(name, answer, book)
            if one is not None:
                yield one
            yield from _said(answer, book, depth + 1)
        yield from _said(item, book, depth + 1)


def _answer(name: str, answer: Node, book: Rulebook) -> Said | None:
    code = book.alias.get(name, name)
    if name == EVERYTHING:
        return None
    if name in PERSONS:
        return _stage(name, answer, book)
    if name in book.quantities:
        value = answer.number("valueDecimal" if "valueDecimal" in answer.members else "valueInteger")
        if value is None:
            answer.wrong("H632", "", "holds no number", "answer with valueDecimal")
            return None
        return Said(name, None, "", value, answer.place)
    if code not in book.findings:
        known = [*book.findings, *book.quantities, *PERSONS]
        answer.wrong("H633", "", f"answers '{shorten(name)}', which this version does not ask", did_you_mean(name, known))
        return None
    status = _status(answer)
    return None if status is None else Said(code, status, "", None, answer.place)


def _stage(name: str, answer: Node, book: Rulebook) -> Said | None:
    coding = answer.inner("valueCoding")
    stage = "" if coding is None else coding.text("code")
    allowed = [s.code for s in book.stages.values() if s.of.value == name] + ["none"]
    if stage not in allowed:
        found = f"is '{shorten(stage)}'" if stage else "holds no stage"
        answer.wrong("H632", "valueCoding", f"{found}; allowed: {one_of(allowed)}", did_you_mean(stage, allowed))
        return None
    return Said(name, None, stage, None, answer.place)


def _status(answer: Node) -> Status | None:
    """Yes, no or not known, as a coding or as true and false."""
    if "valueBoolean" in answer.members:
        value = answer.truth("valueBoolean")
        return None if value is None else Status.PRESENT if value else Status.ABSENT
    coding = answer.inner("valueCoding")
    code = "" if coding is None else coding.text("code")
    if code in tuple(Status):
        return Status(code)
    found = f"is '{shorten(code)}'" if code else "holds no answer"
    answer.wrong("H632", "valueCoding", f"{found}; allowed: {one_of(tuple(Status))}")
    return None
