"""Typed reading of a mapping: every problem noted with its place, nothing guessed, nothing left unread."""

import math
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypeVar

import attrs

from hechting_rules.reading.yamlnode import Mapping, Node, Scalar, Sequence
from hechting_rules.source import Problems, Span, did_you_mean, one_of, shorten
from hechting_rules.terms import Text

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")

NOTHING = ("", "~", "null")


def kind_of(node: Node) -> str:
    """What a node is, in the words of a message."""
    match node:
        case Mapping():
            return "a mapping"
        case Sequence():
            return "a list"
        case Scalar(text, _, plain) if plain and text in NOTHING:
            return "nothing"
        case Scalar(text):
            return f"'{shorten(text)}'"


@attrs.define
class Fields:
    """One mapping of a file, read key by key; ``done`` reports the keys that nobody asked for."""

    node: Mapping
    problems: Problems
    what: str
    _asked: set[str] = attrs.field(factory=set)

    @property
    def span(self) -> Span:
        """Where the mapping begins."""
        return self.node.span

    def get(self, key: str) -> Node | None:
        """The value of a key, or nothing when the key is not there."""
        self._asked.add(key)
        return next((value for name, value in self.node.entries if name.text == key), None)

    def has(self, key: str) -> bool:
        """Whether a key is there."""
        return self.get(key) is not None

    def require(self, key: str) -> Node | None:
        """The value of a key that must be there."""
        value = self.get(key)
        if value is None:
            near = did_you_mean(key, (name.text for name, _ in self.node.entries))
            self.problems.add("F201", self.span, f"{self.what} lacks '{key}'", near)
        return value

    def string(self, key: str, default: str | None = None) -> str:
        """A single value as text; required unless there is a default."""
        node = self.require(key) if default is None else self.get(key)
        return (default or "") if node is None else string(node, key, self.problems)

    def choice(self, key: str, allowed: type[E], default: E | None = None) -> E:
        """One of a closed set of words."""
        node = self.require(key) if default is None else self.get(key)
        first = next(iter(allowed))
        if node is None:
            return default or first
        return choice(node, key, allowed, self.problems) or first

    def truth(self, key: str, default: bool) -> bool:
        """``true`` or ``false``."""
        node = self.get(key)
        if node is None:
            return default
        if isinstance(node, Scalar) and node.plain and node.text in ("true", "false"):
            return node.text == "true"
        self.problems.add("F203", node.span, f"'{key}' is {kind_of(node)}; allowed: true, false")
        return default

    def number(self, key: str) -> float:
        """A finite number that must be there."""
        node = self.require(key)
        value = None if node is None else number(node, key, self.problems)
        return 0.0 if value is None else value

    def whole(self, key: str) -> int:
        """A whole number from 1 that must be there."""
        node = self.require(key)
        value = None if node is None else number(node, key, self.problems)
        if node is None or value is None:
            return 1
        if value < 1 or value != int(value):
            self.problems.add("F208", node.span, f"'{key}' is {kind_of(node)}; allowed: a whole number from 1")
        return int(value)

    def text(self, key: str) -> Text:
        """A text in both languages that must be there."""
        node = self.require(key)
        if node is None:
            return Text("", "")
        if not isinstance(node, Mapping):
            self.problems.add("F204", node.span, f"'{key}' is {kind_of(node)}; allowed: a mapping with nl and en")
            return Text("", "")
        inner = Fields(node, self.problems, f"'{key}'")
        found = Text(_words(inner.string("nl")), _words(inner.string("en")))
        inner.done()
        return found

    def strings(self, key: str) -> tuple[str, ...]:
        """A list of single values; empty when the key is not there."""
        return tuple(text for text, _ in self.placed(key))

    def placed(self, key: str) -> tuple[tuple[str, Span], ...]:
        """A list of single values, each with its place."""
        return tuple((string(item, key, self.problems), item.span) for item in self.items(key))

    def items(self, key: str) -> tuple[Node, ...]:
        """A list of anything; empty when the key is not there."""
        node = self.get(key)
        if node is None:
            return ()
        if isinstance(node, Sequence):
            return node.items
        self.problems.add("F205", node.span, f"'{key}' is {kind_of(node)}; allowed: a list", "write it between [ and ]")
        return ()

    def mappings(self, key: str, what: str) -> Iterable["Fields"]:
        """A list of mappings, each to be read as fields."""
        for item in self.items(key):
            inner = as_fields(item, what, self.problems)
            if inner is not None:
                yield inner

    def each(self, key: str, what: str, read: Callable[["Fields"], T]) -> tuple[T, ...]:
        """A list of mappings read one by one; unknown keys of each are reported."""
        found = []
        for inner in self.mappings(key, what):
            found.append(read(inner))
            inner.done()
        return tuple(found)

    def done(self) -> None:
        """Report keys that are not part of this kind of mapping."""
        for name, _ in self.node.entries:
            if name.text not in self._asked:
                allowed = sorted(self._asked)
                hint = did_you_mean(name.text, allowed) or f"allowed: {one_of(allowed)}"
                self.problems.add("F206", name.span, f"{self.what} has no key '{shorten(name.text)}'", hint)


def as_fields(node: Node, what: str, problems: Problems) -> Fields | None:
    """A node as fields, or nothing (noted) when it is no mapping."""
    if isinstance(node, Mapping):
        return Fields(node, problems, what)
    problems.add("F207", node.span, f"{what} is {kind_of(node)}; allowed: a mapping")
    return None


def string(node: Node, key: str, problems: Problems) -> str:
    """A node as single, non-empty text."""
    if isinstance(node, Scalar) and not (node.plain and node.text in NOTHING) and node.text.strip():
        return node.text
    problems.add("F202", node.span, f"'{key}' is {kind_of(node)}; allowed: text")
    return ""


def choice(node: Node, key: str, allowed: type[E], problems: Problems) -> E | None:
    """A node as one of a closed set of words, or nothing (noted)."""
    values = [str(v) for v in allowed]
    if isinstance(node, Scalar) and node.text in values:
        return allowed(node.text)
    hint = did_you_mean(node.text, values) if isinstance(node, Scalar) else ""
    problems.add("F203", node.span, f"'{key}' is {kind_of(node)}; allowed: {one_of(values)}", hint)
    return None


def number(node: Node, key: str, problems: Problems) -> float | None:
    """A node as a finite number, or nothing (noted)."""
    try:
        value = float(node.text) if isinstance(node, Scalar) and node.plain else math.nan
    except ValueError:
        value = math.nan
    if math.isfinite(value) and isinstance(node, Scalar) and node.text.isascii() and "_" not in node.text:
        return value
    problems.add("F208", node.span, f"'{key}' is {kind_of(node)}; allowed: a number")
    return None


def _words(text: str) -> str:
    """A text with its line breaks folded: paragraphs of the file are one line each."""
    return " ".join(text.split())
