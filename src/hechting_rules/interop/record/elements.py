"""Tolerant reading of FHIR dictionaries: each value with its place, each wrong one noted without its content."""

import calendar
import datetime as dt
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from hechting_rules.source import Problems, Span

TYPES = {
    dict: "an object",
    list: "a list",
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    type(None): "nothing",
}
"""How a message calls what JSON can hold."""
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T[0-9:.]+(?:Z|[+-]\d\d:\d\d)?)?)?)?")
MOST_DEEP = 32
"""How deep resources, or items of answers, may stand in each other."""


@attrs.frozen(order=True)
class Element(Span):
    """A place in a FHIR resource, such as ``Bundle.entry[3].resource.birthDate``."""

    def __str__(self) -> str:
        return self.path


@attrs.frozen
class Days:
    """The days that a date can mean: one, or those of a month or year when no more is stated."""

    first: dt.date
    last: dt.date

    def until(self, day: dt.date) -> dt.date:
        """The last of them that is not after a day; the first where all are."""
        return max(self.first, min(self.last, day))


@attrs.frozen
class Coding:
    """A code in its system (an address, or empty where none is given), and where it stands."""

    system: str
    code: str
    place: str


@attrs.frozen
class Node:
    """An object inside a FHIR resource: its members, its place, and where to note what is wrong with it.

    A member that is not there is no problem; one of another type than it is read as is noted (H601), and read as not there.
    """

    members: Mapping[str, Any]
    place: str
    problems: Problems

    def wrong(self, code: str, key: str, message: str, hint: str = "") -> None:
        """Note what is wrong with a member, or with the object itself when ``key`` is empty. Never holds a value of a patient."""
        self.problems.add(code, Element(f"{self.place}.{key}" if key else self.place), message, hint)

    def inner(self, key: str) -> "Node | None":
        """A member that is an object; nothing when it is not there."""
        value = self.members.get(key)
        if value is None:
            return None
        if isinstance(value, Mapping):
            return Node(value, f"{self.place}.{key}", self.problems)
        self._type(key, value, "an object")
        return None

    def each(self, key: str) -> Iterator["Node"]:
        """The objects in a member that is a list; one object instead of a list is taken as a list of one."""
        value = self.members.get(key)
        if isinstance(value, Mapping):
            yield Node(value, f"{self.place}.{key}", self.problems)
        elif isinstance(value, list):
            for place, item in enumerate(value):
                if isinstance(item, Mapping):
                    yield Node(item, f"{self.place}.{key}[{place}]", self.problems)
                elif item is not None:
                    self._type(f"{key}[{place}]", item, "an object")
        elif value is not None:
            self._type(key, value, "an object or a list of objects")

    def text(self, key: str) -> str:
        """A member that is text; empty when it is not there."""
        value = self.members.get(key)
        if isinstance(value, str):
            return value.strip()
        if value is not None:
            self._type(key, value, "text")
        return ""

    def truth(self, key: str) -> bool | None:
        """A member that is true or false; nothing when it is not there."""
        value = self.members.get(key)
        if value is None or isinstance(value, bool):
            return value
        self._type(key, value, "true or false")
        return None

    def number(self, key: str) -> float | None:
        """A member that is a finite number; nothing when it is not there."""
        value = self.members.get(key)
        if value is None:
            return None
        try:
            found = math.nan if isinstance(value, bool | str) else float(value)
        except (TypeError, ValueError, OverflowError):
            found = math.nan
        if math.isfinite(found):
            return found
        self._type(key, value, "a finite number")
        return None

    def days(self, key: str) -> Days | None:
        """A member that is a date or a time: the days that it can mean."""
        text = self.text(key)
        if not text:
            return None
        found = days_of(text)
        if found is None:
            self.wrong("H604", key, "is no date; allowed: YYYY, YYYY-MM or YYYY-MM-DD, with or without a time")
        return found

    def codings(self, key: str) -> Iterator[Coding]:
        """The codings of a member that is a coding, a concept or a list of these."""
        for concept in self.each(key):
            if "coding" in concept.members:
                for coding in concept.each("coding"):
                    yield from coding.coding()
            else:
                yield from concept.coding()

    def coding(self) -> Iterator[Coding]:
        """The object itself as a coding, if it has a code."""
        system, code = self.text("system"), self.text("code")
        if code:
            yield Coding(system, code, self.place)

    def code_in(self, key: str) -> str:
        """The first code of a concept, whatever its system: for the closed sets of words that FHIR requires."""
        return next((coding.code for coding in self.codings(key)), "")

    def _type(self, key: str, value: object, allowed: str) -> None:
        self.wrong("H601", key, f"is {TYPES.get(type(value), 'something else')}; allowed: {allowed}")


def days_of(text: str) -> Days | None:
    """The days that a FHIR date or time can mean; nothing for what is no date."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day = (int(part) if part else 0 for part in match.groups())
    try:
        first = dt.date(year, month or 1, day or 1)
        last_month = month or 12
        last = first if day else dt.date(year, last_month, calendar.monthrange(year, last_month)[1])
    except ValueError:
        return None
    return Days(first, last)
