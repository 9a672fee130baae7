"""The resources of a Bundle (or of a list, or of several Bundles by name), each with its place, found again by reference."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from hechting_rules.interop.record.elements import MOST_DEEP, TYPES, Element, Node
from hechting_rules.source import Problems

KINDS_READ = frozenset(
    {
        "Condition",
        "Encounter",
        "FamilyMemberHistory",
        "Observation",
        "Patient",
        "Procedure",
        "QuestionnaireResponse",
        "RelatedPerson",
    }
)
"""The resources that anything is taken from; others are passed over."""
MODIFIERS = ("modifierExtension", "implicitRules")
"""Members that can turn the meaning of a resource round; who does not know them must not read it."""


@attrs.frozen
class Records:
    """Resources by type in the order in which they came, and by every name under which others refer to them.

    ``names`` has for the place of a resource its type and id (``Condition/12``), else the address of its entry, else nothing.
    ``notes`` tell of resources that were left out.
    """

    by_type: Mapping[str, tuple[Node, ...]]
    by_name: Mapping[str, Node]
    names: Mapping[str, str]
    notes: tuple[str, ...] = ()

    def name_of(self, place: str) -> str:
        """The name of the resource in which a place is: type and id, or the address of its entry, or nothing."""
        return next((name for at, name in self.names.items() if place.startswith(f"{at}.")), "")

    def of(self, kind: str) -> tuple[Node, ...]:
        """The resources of one type."""
        return self.by_type.get(kind, ())

    def behind(self, reference: Node | None) -> Node | None:
        """The resource that a Reference means, if it is here: by address, by type and id, or by a business identifier."""
        if reference is None:
            return None
        found = self.named(reference.text("reference"))
        identifier = reference.inner("identifier")
        if found is not None or identifier is None:
            return found
        return self.by_name.get(_identity(identifier))

    def named(self, reference: str) -> Node | None:
        """The resource of a literal reference: ``urn:uuid:...``, ``Patient/1``, with an address before or a version behind it."""
        plain = reference.partition("/_history/")[0]
        return self.by_name.get(plain) or self.by_name.get("/".join(plain.split("/")[-2:]))


def records_in(data: Any, problems: Problems, place: str = "") -> Records:
    """Index what came: a Bundle, one resource, a list of resources, or a mapping of names to any of these."""
    found = [(address, node) for address, node in _resources(data, place, problems, 0) if node.text("resourceType") in KINDS_READ]
    kinds: dict[str, list[Node]] = {}
    names: dict[str, Node] = {}
    called: dict[str, str] = {}
    notes: list[str] = []
    for address, node in found:
        if any(node.members.get(key) for key in MODIFIERS):
            notes.append(f"{node.place}: may mean something else than it says ({' or '.join(MODIFIERS)}): left out")
            continue
        kind, own = node.text("resourceType"), node.text("id")
        known = f"{kind}/{own}" if own else address
        if known and known in names:
            continue
        kinds.setdefault(kind, []).append(node)
        called[node.place] = known
        for name in (address, known, *(_identity(identifier) for identifier in node.each("identifier"))):
            if name:
                names.setdefault(name, node)
    return Records({kind: tuple(nodes) for kind, nodes in kinds.items()}, names, called, tuple(notes))


def _identity(identifier: Node) -> str:
    value = identifier.text("value")
    return f"{identifier.text('system')}|{value}" if value else ""


def _resources(data: Any, place: str, problems: Problems, depth: int) -> Iterator[tuple[str, Node]]:
    """Every resource with the address of its entry, if it has one."""
    if depth > MOST_DEEP:
        problems.add("H602", Element(place), f"nests deeper than {MOST_DEEP} levels")
    elif isinstance(data, Sequence) and not isinstance(data, str | bytes):
        for number, item in enumerate(data):
            yield from _resources(item, f"{place or 'resources'}[{number}]", problems, depth + 1)
    elif not isinstance(data, Mapping):
        message = f"is {TYPES.get(type(data), 'something else')}; allowed: a Bundle, a resource, or a list of resources"
        problems.add("H601", Element(place or "input"), message)
    elif "resourceType" not in data and any(isinstance(value, Mapping | list) for value in data.values()):
        for name, item in data.items():
            yield from _resources(item, f"{place}.{name}" if place else str(name), problems, depth + 1)
    elif "resourceType" not in data:
        problems.add("H603", Element(place or "input"), "lacks 'resourceType'", "give a FHIR R4 Bundle or resources")
    else:
        node = Node(data, place or _type_of(data), problems)
        if node.text("resourceType") == "Bundle":
            yield from _entries(node, depth)
        else:
            yield "", node


def _type_of(data: Mapping[str, Any]) -> str:
    kind = data["resourceType"]
    return kind if isinstance(kind, str) and kind.isalpha() else "input"


def _entries(bundle: Node, depth: int) -> Iterator[tuple[str, Node]]:
    if bundle.text("type") == "history":
        bundle.wrong("H605", "type", "is 'history'; allowed: a Bundle of things as they are now")
        return
    for entry in bundle.each("entry"):
        if entry.members.get("resource") is not None:
            address = entry.text("fullUrl")
            for inner, node in _resources(entry.members["resource"], f"{entry.place}.resource", bundle.problems, depth + 1):
                yield inner or address, node
