"""YAML with places kept: text to a tree of scalars, lists and mappings.

A tree is built from the parser's events, so nothing is interpreted (``no`` and ``1e3`` stay text), nothing expands
(anchors, aliases and tags are refused) and depth and size are bounded whatever the file holds.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import attrs
import yaml

from hechting_rules.source import Problems, Span, shorten

MAX_BYTES = 2_000_000
MAX_DEPTH = 24
MAX_NODES = 200_000
UTF_32_WIDTH = 4

_LOADER = getattr(yaml, "CLoader", yaml.Loader)


@attrs.frozen
class Scalar:
    """A single value as it was written. ``plain`` is false where it was quoted."""

    text: str
    span: Span
    plain: bool = True


@attrs.frozen
class Sequence:
    """A list."""

    items: tuple["Node", ...]
    span: Span


@attrs.frozen
class Mapping:
    """Keys and values, in the order of the file."""

    entries: tuple[tuple[Scalar, "Node"], ...]
    span: Span


Node = Scalar | Sequence | Mapping


class _UnreadableError(Exception):
    """The file cannot be read any further; what is wrong has been noted."""


def read(path: Path, shown: str, problems: Problems, limit: int = MAX_BYTES) -> Node | None:
    """The tree of a file, or nothing when it cannot be read (the reason is in ``problems``).

    ``shown`` is the path as messages name it; ``limit`` the largest size in bytes.
    """
    text = read_text(path, shown, problems, limit)
    return None if text is None else parse(text, shown, problems)


def read_text(path: Path, shown: str, problems: Problems, limit: int = MAX_BYTES) -> str | None:
    """The text of a file in UTF-8 without NUL, or nothing."""
    at = Span(shown)
    try:
        if path.is_dir():
            problems.add("Y101", at, "is a folder, not a file")
            return None
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
    except (OSError, ValueError) as error:
        problems.add("Y101", at, f"cannot be read: {getattr(error, 'strerror', None) or error}")
        return None
    if len(data) > limit:
        problems.add("Y102", at, f"is larger than {limit} bytes", "split the file")
        return None
    return _decode(data, shown, problems)


def _decode(data: bytes, shown: str, problems: Problems) -> str | None:
    nul = data.find(b"\0")
    if nul >= 0:
        hint = "save the file as UTF-8" if data[:2] in (b"\xff\xfe", b"\xfe\xff") or nul < UTF_32_WIDTH else ""
        problems.add("Y103", _place(data, nul, shown), "holds a NUL byte, which no text file does", hint)
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = f"0x{data[error.start]:02x}"
        problems.add("Y104", _place(data, error.start, shown), f"is not UTF-8: byte {byte}", "save the file as UTF-8")
        return None


def _place(data: bytes, offset: int, shown: str) -> Span:
    before = data[:offset]
    return Span(shown, before.count(b"\n") + 1, offset - (before.rfind(b"\n") + 1) + 1)


def parse(text: str, shown: str, problems: Problems) -> Node | None:
    """The tree of a text, or nothing when it is no usable YAML."""
    if not text.strip():
        problems.add("Y105", Span(shown), "is empty")
        return None
    readable = _as_yaml(text)
    strange = re.search(_NO_YAML, readable)
    if strange:
        line, start = readable.count("\n", 0, strange.start()) + 1, readable.rfind("\n", 0, strange.start())
        at = Span(shown, line, strange.start() - start)
        problems.add("Y106", at, f"is not YAML: it holds the character U+{ord(strange[0]):04X}", "take it out")
        return None
    try:
        root = _Builder(shown, problems).build(yaml.parse(readable, Loader=_LOADER))
    except yaml.YAMLError as error:
        problems.add("Y106", _error_place(error, shown), f"is not YAML: {_error_words(error)}")
        return None
    except _UnreadableError:
        return None
    if root is None:
        problems.add("Y105", Span(shown), "is empty")
    return root


_NO_YAML = "[^\\t\\n\\r\\x20-\\x7e\\x85\\xa0-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]"
_PAIR = r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"


def _as_yaml(text: str) -> str:
    """JSON as YAML reads it: a character escaped in two halves, or the one control character JSON leaves bare, in one escape."""
    if text.lstrip()[:1] not in {"{", "["}:
        return text
    return re.sub(_PAIR, _whole_escape, text).replace("\x7f", "\\x7f")


def _whole_escape(match: re.Match[str]) -> str:
    high, low = int(match[2], 16), int(match[3], 16)
    return f"{match[1]}\\U{0x10000 + (high - 0xD800) * 0x400 + low - 0xDC00:08x}"


def _tag_words(tag: str) -> str:
    """A tag as it is written in a file."""
    return shorten(tag.replace("tag:yaml.org,2002:", "!!"))


def _error_place(error: yaml.YAMLError, shown: str) -> Span:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return Span(shown, mark.line + 1, mark.column + 1) if mark else Span(shown)


def _error_words(error: yaml.YAMLError) -> str:
    words = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
    return shorten(" ".join(str(words).split()), 100)


@attrs.define
class _Open:
    """A list or mapping whose end has not come yet."""

    span: Span
    is_map: bool
    nodes: list[Node] = attrs.field(factory=list)


@attrs.define
class _Builder:
    shown: str
    problems: Problems
    stack: list[_Open] = attrs.field(factory=list)
    root: Node | None = None
    count: int = 0

    def build(self, events: Iterator[yaml.Event]) -> Node | None:
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._stop("Y107", event, "holds more than one document", "keep one document in a file")
            elif isinstance(event, yaml.NodeEvent):
                self._node(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._close()
        return self.root

    def _node(self, event: yaml.NodeEvent) -> None:
        self.count += 1
        if self.count > MAX_NODES:
            self._stop("Y108", event, f"holds more than {MAX_NODES} values")
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self._stop("Y109", event, "uses an anchor or alias", "write the value out where it is needed")
        span = self._span(event)
        if isinstance(event, yaml.ScalarEvent):
            if event.tag is not None and not event.implicit[1]:
                self._stop("Y110", event, f"uses the tag {_tag_words(event.tag)}", "write the value without a tag")
            self._add(Scalar(event.value, span, not event.style))
        elif isinstance(event, yaml.CollectionStartEvent):
            if event.tag is not None and not event.implicit:
                self._stop("Y110", event, f"uses the tag {_tag_words(event.tag)}", "write the value without a tag")
            if len(self.stack) >= MAX_DEPTH:
                self._stop("Y111", event, f"nests deeper than {MAX_DEPTH} levels")
            self.stack.append(_Open(span, isinstance(event, yaml.MappingStartEvent)))

    def _close(self) -> None:
        done = self.stack.pop()
        self._add(self._mapping(done) if done.is_map else Sequence(tuple(done.nodes), done.span))

    def _mapping(self, done: _Open) -> Mapping:
        entries: list[tuple[Scalar, Node]] = []
        seen: dict[str, Span] = {}
        for key, value in zip(done.nodes[::2], done.nodes[1::2], strict=True):
            if not isinstance(key, Scalar):
                self.problems.add("Y112", key.span, "a key must be a single word")
            elif key.text in seen:
                first = seen[key.text]
                self.problems.add("Y113", key.span, f"key '{shorten(key.text)}' stands here twice, first in line {first.line}")
            else:
                seen[key.text] = key.span
                entries.append((key, value))
        return Mapping(tuple(entries), done.span)

    def _add(self, node: Node) -> None:
        if self.stack:
            self.stack[-1].nodes.append(node)
        else:
            self.root = node

    def _span(self, event: yaml.Event) -> Span:
        mark = event.start_mark
        return Span(self.shown) if mark is None else Span(self.shown, mark.line + 1, mark.column + 1)

    def _stop(self, code: str, event: yaml.Event, message: str, hint: str = "") -> NoReturn:
        self.problems.add(code, self._span(event), message, hint)
        raise _UnreadableError
