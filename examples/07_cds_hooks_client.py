"""A client of CDS Hooks, such as a record system: it asks which services there are, fetches what they want, and shows the cards.

Run it anywhere: ``python examples/07_cds_hooks_client.py``. The service answers here in the same process, as functions of
dictionaries; over HTTP it is ``hechting serve``, with the same requests and answers. The record is made up.
"""

import datetime as dt
import uuid
from typing import Any

from hechting_rules.interop.cds_hooks import Hooks, Reply, discovery, respond

TODAY = dt.date(2026, 11, 23)
PATIENT = {"resourceType": "Patient", "id": "7", "birthDate": "2024-01-15"}
BORN_EARLY = {
    "resourceType": "Condition",
    "subject": {"reference": "Patient/7"},
    "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icpc-1-nl", "code": "A93"}]},
}
RECORD: dict[str, dict[str, Any]] = {"Patient/7": PATIENT}


def fetched(query: str) -> dict[str, Any]:
    """What the record answers to a query: one resource, or the resources of one kind as a bundle."""
    if query in RECORD:
        return RECORD[query]
    found = [BORN_EARLY] if query.startswith("Condition?") else []
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in found]}


def request_for(service: dict[str, Any], patient: str) -> dict[str, Any]:
    """A request with all that the service wants beforehand: its templates, filled in for the patient and fetched."""
    templates: dict[str, str] = service["prefetch"]
    return {
        "hook": service["hook"],
        "hookInstance": str(uuid.uuid5(uuid.NAMESPACE_URL, f"example/{patient}")),
        "context": {"userId": "Practitioner/1", "patientId": patient},
        "prefetch": {key: fetched(query.replace("{{context.patientId}}", patient)) for key, query in templates.items()},
    }


def show(reply: Reply) -> None:
    """Print the cards as a record system might list them."""
    for card in reply.body.get("cards", []):
        print(f"[{card['indicator']}] {card['summary']}")
        print(f"    {card['source']['label']}")
        for suggestion in card.get("suggestions", []):
            print(f"    > {suggestion['label']}")


def main() -> None:
    """Open a patient's record, and show what the service says of it; then ask without the data it needs."""
    hooks = Hooks(profile="nl", code_map="nl")
    for service in discovery(hooks)["services"]:
        print(f"{service['id']} on {service['hook']}, wants: {', '.join(service['prefetch'])}")
        request = request_for(service, "7")
        show(respond(hooks, service["id"], request, as_of=TODAY))
        reply = respond(hooks, service["id"], {**request, "prefetch": {}}, as_of=TODAY)
        print(f"without its data: {reply.status.value}, and no list of cards")


if __name__ == "__main__":
    main()
