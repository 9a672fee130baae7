"""FHIR R4 out: an advice as a Bundle of dictionaries. Nothing in it is an order or a diagnosis; ids follow from the content."""

import hashlib
import json
from collections.abc import Iterable, Iterator

from hechting_rules.advice import Advice, Question, Suggested
from hechting_rules.errors import UsageError
from hechting_rules.explaining.questions import STAGE_QUESTION
from hechting_rules.interop.codes import FINDING_SYSTEM, CodeMap, Match
from hechting_rules.interop.leaving import Leaving
from hechting_rules.interop.resources import (
    Resource,
    Sheet,
    checked_time,
    detail,
    detected_issue,
    module,
    result_concept,
    service_request,
)
from hechting_rules.model import Rulebook
from hechting_rules.render.json import to_mapping
from hechting_rules.rulebook import default_rulebook
from hechting_rules.terms import UNREVIEWED, Kind, Language, Text
from hechting_rules.version import VERSION

NOTICED = (Kind.SAFETY, Kind.ATTENTION)
"""The kinds of suggestion that become a DetectedIssue; the others are actions of a RequestGroup."""
STAGES = tuple(person.value for person in STAGE_QUESTION)
REVIEW = Text("Niet klinisch beoordeeld", "Not reviewed clinically")


def to_fhir(
    advice: Advice,
    *,
    authored_on: str,
    child: str = "",
    adult: str = "",
    language: Language = Language.NL,
    rulebook: Rulebook | None = None,
    code_map: CodeMap | None = None,
    sources: Iterable[str] = (),
    abuse: bool = False,
) -> Resource:
    """An advice as a FHIR R4 Bundle (a dictionary), deterministic to the byte.

    It holds a GuidanceResponse whose data requirements are what to ask next; a DetectedIssue for each established safety flag
    and point of attention; a RequestGroup with what else is suggested; a ServiceRequest, draft and proposal, for each referral
    that `Leaving.may_refer` allows; and a Provenance. ``authored_on`` is a time with its offset; ``child`` and ``adult`` are
    references to Patients, at least one; ``code_map`` adds the codes of a country to what is asked; ``sources`` are references
    to what the case was read from. A suspicion of abuse leaves only with ``abuse``. Raises `UsageError` for a time or persons
    that cannot be used.
    """
    if not (child or adult):
        raise UsageError("the resources are about nobody; try: child or adult, such as Patient/1")
    book = default_rulebook() if rulebook is None else rulebook
    leaving = Leaving.of(advice, book, abuse=abuse)
    sheet = Sheet(leaving, child, adult, checked_time(authored_on), language, _seed(advice, child, adult, authored_on))
    told = leaving.suggestions()
    resources = _resources(told, sheet, book, code_map)
    resources.append(_provenance(resources, sheet, sources, told))
    labels = leaving.labels(told)
    return {
        "resourceType": "Bundle",
        "id": sheet.id_of("Bundle"),
        **({"meta": {"security": labels}} if labels else {}),
        "language": language.value,
        "type": "collection",
        "timestamp": authored_on,
        "entry": [{"fullUrl": _urn(resource["id"]), "resource": resource} for resource in resources],
    }


def _resources(told: tuple[Suggested, ...], sheet: Sheet, book: Rulebook, code_map: CodeMap | None) -> list[Resource]:
    """What an advice becomes, in its order: the answer as a whole, what was noticed, what is suggested, drafts of referrals."""
    actions = [s for s in told if s.kind not in NOTICED]
    guidance = _guidance(sheet, book, code_map, _urn(sheet.id_of("RequestGroup")) if actions else "")
    referrals = [s for s in actions if sheet.leaving.may_refer(s) and sheet.own_subject(s.about)]
    requests = {s.code: service_request(s, sheet, _urn(guidance["id"])) for s in referrals}
    groups = [_group(actions, requests, sheet)] if actions else []
    return [guidance, *(detected_issue(s, sheet) for s in told if s.kind in NOTICED), *groups, *requests.values()]


def _seed(advice: Advice, *parts: str) -> str:
    """What the ids of one advice follow from: all that it says, and these parts."""
    content = json.dumps(to_mapping(advice, Language.NL), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256("\0".join([content, *parts]).encode()).hexdigest()


def _urn(id: str) -> str:
    return f"urn:uuid:{id}"


def _guidance(sheet: Sheet, book: Rulebook, code_map: CodeMap | None, group: str) -> Resource:
    """The answer as a whole: success, or with what else would have to be known."""
    advice = sheet.advice
    asked = [q for q in advice.ask_next if q.code not in sheet.leaving.asked_later]
    review = REVIEW if advice.clinical_review == UNREVIEWED else None
    notes = [text for text in (advice.disclaimer, review) if text is not None]
    return {
        **sheet.head("GuidanceResponse", ()),
        "moduleCanonical": module(advice),
        "status": "data-required" if asked else "success",
        "subject": {"reference": sheet.child or sheet.adult},
        "occurrenceDateTime": sheet.authored_on,
        "note": [{"text": sheet.words(text)} for text in notes],
        **({"result": {"reference": group}} if group else {}),
        **({"dataRequirement": [_required(q, sheet, book, code_map) for q in asked]} if asked else {}),
    }


def _required(question: Question, sheet: Sheet, book: Rulebook, code_map: CodeMap | None) -> Resource:
    """One thing to ask: a birth date for a stage or an age, otherwise an observation under the code of the finding."""
    own = {"system": FINDING_SYSTEM, "code": question.code, "display": sheet.words(question.question)}
    quantity = book.quantities.get(question.code)
    if question.code in STAGES or (quantity is not None and quantity.of in STAGES):
        return {"type": "Patient", "mustSupport": ["birthDate"]}
    codes = [own, *_same_codes(question.code, code_map)]
    return {"type": "Observation", "mustSupport": ["code", "value"], "codeFilter": [{"path": "code", "code": codes}]}


def _same_codes(finding: str, code_map: CodeMap | None) -> Iterator[dict[str, str]]:
    """The codes of a country that say exactly a finding."""
    if code_map is not None:
        found = ((line.system, line.code) for line in code_map.lines if line.finding == finding and line.match is Match.EQUAL)
        for system, code in dict.fromkeys(found):
            yield {"system": code_map.url_of(system), "code": code}


def _group(actions: list[Suggested], requests: dict[str, Resource], sheet: Sheet) -> Resource:
    """What is suggested, in its order; a referral that may be drafted points to its draft."""
    return {
        **sheet.head("RequestGroup", tuple(actions)),
        "status": "draft",
        "intent": "proposal",
        "subject": {"reference": sheet.child or sheet.adult},
        "authoredOn": sheet.authored_on,
        "action": [
            {
                "title": sheet.words(s.summary),
                "description": detail(s, sheet),
                "code": [result_concept(s, sheet)],
                **({"resource": {"reference": _urn(requests[s.code]["id"])}} if s.code in requests else {}),
            }
            for s in actions
        ],
    }


def _provenance(resources: list[Resource], sheet: Sheet, sources: Iterable[str], told: tuple[Suggested, ...]) -> Resource:
    """What made the resources, at which version, from what."""
    advice = sheet.advice
    who = f"hechting-rules {VERSION}; {advice.rulebook} {advice.version} (sha256 {advice.sha256}); {advice.profile}"
    system = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
    entities = [{"role": "source", "what": {"reference": source}} for source in dict.fromkeys(sources)]
    return {
        **sheet.head("Provenance", told),
        "target": [{"reference": _urn(resource["id"])} for resource in resources],
        "recorded": sheet.authored_on,
        "agent": [{"type": {"coding": [{"system": system, "code": "assembler"}]}, "who": {"display": who}}],
        **({"entity": entities} if entities else {}),
    }
