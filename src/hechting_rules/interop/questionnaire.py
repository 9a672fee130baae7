"""A FHIR Questionnaire made from the vocabulary: screens first, their details below, each question in Dutch and English."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from hechting_rules.answered import prepare
from hechting_rules.errors import UsageError
from hechting_rules.explaining.questions import STAGE_QUESTION
from hechting_rules.interop.codes import BASE, FINDING_SYSTEM, STAGE_SYSTEM, STATUS_SYSTEM
from hechting_rules.model import DEFAULT_PROFILE, Finding, Rulebook, Stage
from hechting_rules.rulebook import default_rulebook
from hechting_rules.source import did_you_mean, one_of
from hechting_rules.terms import NO_PERSON, PERSON_OF, UNREVIEWED, About, Language, Person, Status, Text, Time

URL = f"{BASE}/Questionnaire/hechting"
"""Where the address of every questionnaire of this library begins; the stages it is for follow."""
EVERYTHING = "all_details"
"""The item that shows what would stay hidden: details of screens without a yes, and questions for other stages."""
TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
STATUS_WORDS = {
    Status.PRESENT: Text("ja", "yes"),
    Status.ABSENT: Text("nee", "no"),
    Status.UNKNOWN: Text("niet bekend", "not known"),
}
NOBODY = {
    Person.CHILD: Text("het gaat niet om een kind", "this is not about a child"),
    Person.ADULT: Text("het gaat niet om een volwassene", "this is not about an adult"),
}
SECTIONS = {
    "safety": Text("Eerst de veiligheid (niet uit het artikel)", "Safety first (not from the article)"),
    About.PREGNANCY: Text("Zwangerschap", "Pregnancy"),
    About.CHILD: Text("Het kind", "The child"),
    About.PARENT: Text("De ouders", "The parents"),
    About.ENVIRONMENT: Text("De omgeving", "The surroundings"),
    About.ADULT: Text("De volwassene", "The adult"),
}
SHOW_ALL = Text(
    "Ook de deelvragen zonder 'ja' erboven tonen, en de vragen voor andere levensfasen",
    "Show the detail questions without a 'yes' above them too, and the questions for other life stages",
)
WHO = Text("Over wie gaat het", "Who this is about")
TITLE = Text("Vragen over hechting", "Questions on attachment")
Item = dict[str, Any]


@attrs.frozen
class _Form:
    """What is asked, in which language, and the stages that are settled beforehand (empty: asked).

    ``addressed`` are the screens of a flag by the finding that says that it has been dealt with.
    """

    book: Rulebook
    language: Language
    settled: Mapping[Person, str]
    addressed: Mapping[str, tuple[str, ...]]

    def words(self, text: Text, key: str = "text") -> Item:
        """A text in the language of the form, with the other one as its translation."""
        other = Language.EN if self.language is Language.NL else Language.NL
        parts = [{"url": "lang", "valueCode": other.value}, {"url": "content", "valueString": text.into(other)}]
        return {key: text.into(self.language), f"_{key}": {"extension": [{"url": TRANSLATION, "extension": parts}]}}

    def option(self, system: str, code: str, text: Text) -> Item:
        """One answer to choose."""
        return {"valueCoding": {"system": system, "code": code, **self.words(text, "display")}}

    def above(self, finding: Finding) -> tuple[str, ...]:
        """The findings below whose yes a finding is asked: what it implies; for 'has been addressed' the screens of that flag."""
        return finding.implies or self.addressed.get(finding.code, ())

    def asked(self, finding: Finding) -> bool:
        """Whether a finding can count at the stages that are settled."""
        if finding.deprecated_since:
            return False
        person = PERSON_OF.get(finding.about)
        stage = "" if person is None else self.settled[person]
        if stage == NO_PERSON and finding.about in {About.CHILD, About.ADULT}:
            return False
        return not stage or stage == NO_PERSON or (stage not in finding.not_at and stage in (finding.stages or (stage,)))

    def stages_for(self, finding: Finding) -> tuple[Stage, ...]:
        """The stages at which a finding is asked, when that depends on an answer; nothing when it is asked anyway."""
        person = PERSON_OF.get(finding.about)
        if person is None or self.settled[person]:
            return ()
        own = finding.about in {About.CHILD, About.ADULT}
        if not (own or finding.stages or finding.not_at):
            return ()
        stages = (s for s in self.book.stages.values() if s.of is person)
        return tuple(s for s in stages if s.code in (finding.stages or (s.code,)) and s.code not in finding.not_at)


def questionnaire(
    rulebook: Rulebook | None = None, *, language: Language = Language.NL, child: str = "", adult: str = ""
) -> Item:
    """The Questionnaire of a rulebook as a dictionary, in one language with the other as translation.

    ``child`` and ``adult`` settle a life stage, or say ``none``; a stage that is left open is the first question, and the others
    wait for it. Raises `UsageError` for a stage that does not exist. The link id of each question is the code of its finding.
    """
    book = default_rulebook() if rulebook is None else rulebook
    settled = {Person.CHILD: child, Person.ADULT: adult}
    for person, stage in settled.items():
        _check_stage(person, stage, book)
    screens = prepare(book, DEFAULT_PROFILE).screens
    acting = (s for s in book.suggestions.values() if s.addressed_by)
    form = _Form(book, language, settled, {s.addressed_by: tuple(sorted(screens[s.flag])) for s in acting})
    name = "-".join(["hechting", *(stage.replace("_", "-") for stage in settled.values() if stage)])
    review = book.head.clinical_review != UNREVIEWED
    return {
        "resourceType": "Questionnaire",
        "id": name,
        "language": language.value,
        "url": URL + name.removeprefix("hechting"),
        "version": book.head.version,
        "name": "".join(part.capitalize() for part in name.split("-")),
        **form.words(TITLE, "title"),
        "status": "active" if review else "draft",
        "experimental": not review,
        "subjectType": ["Patient"],
        "description": book.head.intended_use.into(language),
        "item": [_case(form), *_sections(form)],
    }


def _check_stage(person: Person, stage: str, book: Rulebook) -> None:
    allowed = [s.code for s in book.stages.values() if s.of is person]
    if stage and stage not in (*allowed, NO_PERSON):
        near = did_you_mean(stage, allowed)
        message = f"'{stage}' is no stage of the {person}; allowed: {one_of(allowed)}, {NO_PERSON}"
        raise UsageError(f"{message}; {near}" if near else message)


def _case(form: _Form) -> Item:
    """Who it is about: stages, ages, the week of a pregnancy, and whether everything is to be shown."""
    items: list[Item] = []
    for person in Person:
        stage = form.settled[person]
        stages = [s for s in form.book.stages.values() if s.of is person and stage in {"", s.code}]
        options = [form.option(STAGE_SYSTEM, s.code, s.label) for s in stages]
        if stage in {"", NO_PERSON}:
            options.append(form.option(STAGE_SYSTEM, NO_PERSON, NOBODY[person]))
        item = {"linkId": person.value, **form.words(STAGE_QUESTION[person]), "type": "choice"}
        fixed = {"readOnly": True, "initial": [{"valueCoding": options[0]["valueCoding"]}]} if stage else {}
        items.append({**item, **fixed, "answerOption": options})
    away = {person.value for person, stage in form.settled.items() if stage == NO_PERSON}
    items += [
        {"linkId": quantity.name, **form.words(quantity.label), "type": "decimal"}
        for quantity in form.book.quantities.values()
        if quantity.of not in away
    ]
    items.append({"linkId": EVERYTHING, **form.words(SHOW_ALL), "type": "boolean", "initial": [{"valueBoolean": False}]})
    return {"linkId": "group.case", **form.words(WHO), "type": "group", "item": items}


def _sections(form: _Form) -> Iterator[Item]:
    """A group for safety, then one for each whom findings are about; what is so now before what was."""
    asked = {f.code: f for f in form.book.findings.values() if form.asked(f)}
    below: dict[str, list[Finding]] = {}
    for finding in asked.values():
        wider = [code for code in form.above(finding) if code in asked]
        if wider:
            below.setdefault(wider[0], []).append(finding)
    tops = [f for f in asked.values() if not any(code in asked for code in form.above(f))]
    for section, title in SECTIONS.items():
        own = [f for f in tops if _section(f) == section]
        own.sort(key=lambda f: (f.code not in below, f.time is not Time.CURRENT))
        items = [item for finding in own for item in _question(finding, below, asked, form)]
        if items:
            yield {"linkId": f"group.{section}", **form.words(title), "type": "group", "item": items}


def _section(finding: Finding) -> str:
    return "safety" if finding.code.startswith("safety.") else finding.about


def _question(
    finding: Finding, below: Mapping[str, Iterable[Finding]], asked: Mapping[str, Finding], form: _Form
) -> Iterator[Item]:
    """A question, with the questions on its details in a group with it; each shown when it can be answered."""
    wider = [code for code in form.above(finding) if code in asked]
    stages = form.stages_for(finding)
    item = {
        "linkId": finding.code,
        "code": [{"system": FINDING_SYSTEM, "code": finding.code, "display": finding.label.into(form.language)}],
        **form.words(finding.question),
        "type": "choice",
        **_shown_when(_yes(wider) if wider else _at(stages)),
        "answerOption": [form.option(STATUS_SYSTEM, status.value, text) for status, text in STATUS_WORDS.items()],
    }
    inner = [part for detail in below.get(finding.code, ()) for part in _question(detail, below, asked, form)]
    wrapped = _at(stages) if wider else []
    if inner or wrapped:
        name = {"linkId": f"group.{finding.code}", **form.words(finding.label), "type": "group"}
        yield {**name, **_shown_when(wrapped), "item": [item, *inner]}
    else:
        yield item


def _yes(wider: Iterable[str]) -> list[Item]:
    answer = {"system": STATUS_SYSTEM, "code": Status.PRESENT.value}
    return [{"question": code, "operator": "=", "answerCoding": answer} for code in wider]


def _at(stages: Iterable[Stage]) -> list[Item]:
    return [{"question": s.of.value, "operator": "=", "answerCoding": {"system": STAGE_SYSTEM, "code": s.code}} for s in stages]


def _shown_when(conditions: list[Item]) -> Item:
    if not conditions:
        return {}
    every = {"question": EVERYTHING, "operator": "=", "answerBoolean": True}
    return {"enableWhen": [*conditions, every], "enableBehavior": "any"}
