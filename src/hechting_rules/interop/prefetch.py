"""What the rules need of a record: the queries a CDS Client is asked to run, and what came of them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs

from hechting_rules.engine.circuit import Input
from hechting_rules.engine.program import Program
from hechting_rules.interop.codemap import CodeMap

PATIENT = "{{context.patientId}}"
REQUIRED = ("patient", "conditions")
"""Without these no card is given: who it is about, and what is known to be wrong, on which the safety flags rest."""
ASKED_AS_OBSERVATION = ("bds-jgz", "loinc")
MOST_PAGES = 20
V3_ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
SEVERE = ("error", "fatal")
Fetch = Callable[[str], Mapping[str, Any] | None]
"""Host software that runs a query (``Condition?patient=1``) on the client's FHIR server; nothing where it cannot."""


def templates(code_map: CodeMap, program: Program) -> dict[str, str]:
    """The prefetch templates by key, made from the findings that the rules read and the codes that say them."""
    read = {name for kind, name in program.inputs if kind in {Input.PRESENT, Input.ABSENT}}
    needed = read | {wide for code in read for wide in program.closed.above.get(code, ())}
    found = {"patient": f"Patient/{PATIENT}"}
    lines = [line for line in code_map.lines if line.finding in needed or line.after in needed]
    if lines:
        found["conditions"] = f"Condition?patient={PATIENT}"
    codes = [(line.system, line.code) for line in lines if line.system in ASKED_AS_OBSERVATION]
    codes += [(m.system, m.code) for m in code_map.measures if m.finding in needed or m.quantity]
    codes += [(note.system, note.code) for note in code_map.notes]
    if codes:
        tokens = ",".join(f"{code_map.url_of(system)}|{code}" for system, code in dict.fromkeys(codes))
        found["observations"] = f"Observation?patient={PATIENT}&code={tokens}"
    classes = [kind for stay in code_map.stays if stay.finding in needed for kind in stay.classes]
    if classes:
        tokens = ",".join(f"{V3_ACT}|{kind}" for kind in dict.fromkeys(classes))
        found["stays"] = f"Encounter?patient={PATIENT}&class={tokens}"
    if any(line.whose in {"parent", "mother"} for line in lines):
        found["family"] = f"FamilyMemberHistory?patient={PATIENT}"
    if any(relation.finding in needed for relation in code_map.relations):
        found["kin"] = f"RelatedPerson?patient={PATIENT}"
    found["answers"] = f"QuestionnaireResponse?patient={PATIENT}&_sort=-authored&_count=50"
    return found


@attrs.frozen
class Gathered:
    """What came of the queries: resources by key, the keys that could not be had, and those that came in part."""

    resources: Mapping[str, Any]
    missing: tuple[str, ...]
    partial: tuple[str, ...]


def gather(wanted: Mapping[str, str], patient: str, given: Mapping[str, Any], fetch: Fetch | None) -> Gathered:
    """Take what was prefetched; fetch what was not; follow the pages of what came in pages.

    A key that is absent was not prefetched and is fetched; one that is null was, and there is no data. An OperationOutcome that
    tells of an error is no answer.
    """
    found: dict[str, Any] = {}
    missing, partial = [], []
    for key, template in wanted.items():
        value = given[key] if key in given else _fetched(template.replace(PATIENT, patient), fetch)
        if value is None:
            if key not in given or key == "patient":
                missing.append(key)
        elif failed(value):
            missing.append(key)
        else:
            pages, whole = _pages(value, fetch)
            found[key] = pages if len(pages) > 1 else value
            if not whole:
                partial.append(key)
    return Gathered(found, tuple(missing), tuple(partial))


def _fetched(query: str, fetch: Fetch | None) -> Mapping[str, Any] | None:
    return None if fetch is None else fetch(query)


def failed(value: Any) -> bool:
    """Whether what came is an OperationOutcome, alone or inside a Bundle, that tells of an error."""
    return any(_is_error(resource) for resource in _inside(value))


def _inside(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
        entries = value.get("entry")
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, Mapping) and isinstance(entry.get("resource"), Mapping):
                yield entry["resource"]


def _is_error(resource: Mapping[str, Any]) -> bool:
    if resource.get("resourceType") != "OperationOutcome":
        return False
    issues = resource.get("issue")
    told = [issue.get("severity") for issue in issues if isinstance(issue, Mapping)] if isinstance(issues, list) else []
    return not told or any(severity in SEVERE for severity in told)


def _pages(first: Any, fetch: Fetch | None) -> tuple[list[Any], bool]:
    """A Bundle and the pages behind it, and whether these are all."""
    pages = [first]
    while len(pages) <= MOST_PAGES:
        link = _next(pages[-1])
        if not link:
            return pages, True
        page = _fetched(link, fetch)
        if page is None or failed(page):
            break
        pages.append(page)
    return pages, False


def _next(page: Any) -> str:
    links = page.get("link") if isinstance(page, Mapping) else None
    for link in links if isinstance(links, list) else ():
        if isinstance(link, Mapping) and link.get("relation") == "next" and isinstance(link.get("url"), str):
            return str(link["url"])
    return ""
