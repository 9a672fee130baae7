"""The names under which what goes out is known: systems of codes, canonical addresses, and ids that follow from the content."""

import uuid

BASE = "https://hechting-rules.example/fhir"
"""Where the names of this library begin. ``.example`` is reserved: nothing is ever fetched from there."""

FINDING_SYSTEM = f"{BASE}/CodeSystem/finding"
"""The codes of the vocabulary: findings, and the names of stages and quantities as items of a questionnaire."""
RESULT_SYSTEM = f"{BASE}/CodeSystem/result"
"""The codes of suggestions and conclusions."""
STATUS_SYSTEM = f"{BASE}/CodeSystem/status"
"""What is said of a finding: present, absent, unknown."""
STAGE_SYSTEM = f"{BASE}/CodeSystem/stage"
"""The codes of life stages, and ``none`` for a person whom the case has not."""
OVERRIDE_SYSTEM = f"{BASE}/CodeSystem/override-reason"
"""Why a practitioner sets a card aside."""

_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, BASE)


def id_from(*parts: str) -> str:
    """A UUID that follows from its parts alone: the same parts give the same id on every machine."""
    return str(uuid.uuid5(_SPACE, "\0".join(parts)))
