"""Files to a rulebook: everything read, every problem of every file told at once."""

import functools
import hashlib
from collections.abc import Callable, Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

import attrs

from hechting_rules.errors import RulebookError, UsageError
from hechting_rules.model import BookPart, Head, Rulebook
from hechting_rules.reading.compiled import read
from hechting_rules.reading.crosscheck import check
from hechting_rules.reading.extending import extended, read_extension
from hechting_rules.reading.fields import Fields, as_fields, kind_of
from hechting_rules.reading.given import read_tests
from hechting_rules.reading.records import (
    read_ambiguity,
    read_classification,
    read_disposition,
    read_evidence,
    read_head,
    read_profile,
    read_reference,
    read_rule,
    read_statement,
    read_suggestion,
)
from hechting_rules.reading.vocabulary import read_vocabulary
from hechting_rules.reading.yamlnode import Mapping as YamlMapping
from hechting_rules.reading.yamlnode import Node, Sequence, parse, read_text
from hechting_rules.source import Diagnostic, Problems, Span, one_of
from hechting_rules.stated import Test
from hechting_rules.terms import UNREVIEWED, Origin, Text
from hechting_rules.version import VERSION

T = TypeVar("T")

HEAD = "rulebook.yaml"
RULE_FOLDERS = {origin.value: origin for origin in Origin}
FOLDERS = (*(f for f in RULE_FOLDERS if f != Origin.HOST), "vocabulary", "suggestions", "statements", "evidence", "profiles")
FOLDERS_OF_EXTENSION = (Origin.HOST.value, "vocabulary", "suggestions", "profiles")


@attrs.define
class _Loading:
    """What has been read so far of one folder. Its files are shown by their path below the name ``shown``."""

    shown: str = "rules"
    extends: bool = False
    problems: Problems = attrs.field(factory=Problems)
    lists: dict[str, list[Any]] = attrs.field(factory=dict)
    head: Head | None = None
    part: BookPart | None = None

    def keep(self, kind: str, items: Iterable[object]) -> None:
        self.lists.setdefault(kind, []).extend(items)

    def path(self, name: str) -> str:
        return f"{self.shown}/{name}"


def default_folder() -> Path:
    """Where the rulebook of this library stands: inside the wheel, or beside ``src`` in a working copy."""
    inside = Path(str(resources.files("hechting_rules"))) / "rules"
    return inside if inside.is_dir() else Path(__file__).resolve().parents[2] / "rules"


@functools.cache
def default_rulebook() -> Rulebook:
    """The rulebook of this library, read once per process."""
    return load_rulebook()


def load_rulebook(paths: Path | str | Iterable[Path | str] | None = None) -> Rulebook:
    """Read a folder of rule files, or several: a rulebook and the extensions over it. Without one, the rulebook of this library.

    A folder whose ``rulebook.yaml`` says ``extends`` is laid over what stands before it, the first over the rulebook of this
    library where it stands first. Raises `RulebookError` with every problem of every file: its place, what was found, what is
    allowed, a hint; `UsageError` for no folder at all.
    """
    if paths is None:
        return _whole(default_folder(), own=True)
    folders = [Path(paths)] if isinstance(paths, Path | str) else [Path(path) for path in paths]
    if not folders:
        raise UsageError("load_rulebook was given no folder; leave it out for the rulebook of this library")
    first, *more = folders
    book = _over(default_rulebook(), first) if is_extension(first) else _whole(first)
    return functools.reduce(_over, more, book)


def is_extension(root: Path) -> bool:
    """Whether a folder says that it extends a rulebook."""
    text = read_text(root / HEAD, HEAD, Problems()) if (root / HEAD).is_file() else None
    node = None if text is None else parse(text, HEAD, Problems())
    return isinstance(node, YamlMapping) and any(key.text == "extends" for key, _ in node.entries)


def _whole(root: Path, *, own: bool = False) -> Rulebook:
    """A rulebook that extends nothing; ``own``: that of this library, which may stand there in compiled form."""
    loading = _Loading()
    texts = _texts(root, loading)
    digest = digest_of(texts)
    compiled = read(digest, VERSION) if own and not loading.problems.found else None
    if compiled is not None:
        return compiled
    _read_files(texts, loading)
    return attrs.evolve(_checked(_draft(loading, root), loading.problems), sha256=digest)


def _over(base: Rulebook, root: Path) -> Rulebook:
    """A rulebook with an extension over it."""
    loading = _Loading(shown=root.resolve().name or "extension", extends=True)
    texts = _texts(root, loading)
    _read_files(texts, loading)
    if loading.part is None:
        if loading.head is None and not loading.problems.found:
            loading.problems.add("B505", Span(str(root)), f"lacks {HEAD}")
        raise RulebookError(loading.problems.errors())
    part = attrs.evolve(loading.part, sha256=digest_of(texts))
    return _checked(extended(base, part, loading.lists, loading.problems), loading.problems)


def _checked(draft: Rulebook, problems: Problems) -> Rulebook:
    checked = check(draft, problems)
    wrong = problems.errors()
    if wrong:
        raise RulebookError(wrong)
    return checked


def digest_of(texts: Mapping[str, str]) -> str:
    """The sha256 of rule files, by their path below the rulebook's folder."""
    digest = hashlib.sha256()
    for name in sorted(texts):
        digest.update(f"{name}\0{texts[name]}\0".encode())
    return digest.hexdigest()


def _texts(root: Path, loading: _Loading) -> dict[str, str]:
    """The texts of the files that can be read, by their path below the folder."""
    if not root.is_dir():
        raise RulebookError([Diagnostic("B501", Span(str(root)), "is no folder", f"name the folder that holds {HEAD}")])
    texts = {}
    for path in _files(root, loading.problems):
        name = path.relative_to(root).as_posix()
        text = read_text(path, loading.path(name), loading.problems)
        if text is not None:
            texts[name] = text
    return texts


def _read_files(texts: Mapping[str, str], loading: _Loading) -> None:
    for name, text in texts.items():
        _read_file(name, text, loading)


def _files(root: Path, problems: Problems) -> list[Path]:
    found = sorted(p for p in root.rglob("*") if p.suffix in (".yaml", ".yml"))
    if not found:
        problems.add("B501", Span(str(root)), "holds no rule files", f"name the folder that holds {HEAD}")
    return sorted(found, key=lambda p: p.relative_to(root).as_posix())


def _read_file(name: str, text: str, loading: _Loading) -> None:
    """Read one file by what its path says it is."""
    node = parse(text, loading.path(name), loading.problems)
    if node is None:
        return
    folder, _, rest = name.partition("/")
    folders = FOLDERS_OF_EXTENSION if loading.extends else FOLDERS
    if name == HEAD:
        _read_head(node, loading)
    elif not rest or folder not in folders or name.endswith(".yml"):
        hint = f"allowed: {HEAD}, and NAME.yaml in the folders {one_of(folders)}"
        loading.problems.add("B502", Span(loading.path(name)), "has no meaning at this place", hint)
    elif folder == "vocabulary":
        found = _one(node, "the vocabulary", loading, read_vocabulary)
        for kind in ("parameters", "stages", "quantities", "ranges", "findings", "conclusions", "flags", "words"):
            loading.keep(kind, () if found is None else getattr(found, kind))
    elif folder == "profiles":
        profile = _one(node, "the profile", loading, read_profile)
        loading.keep("profiles", () if profile is None else (profile,))
    else:
        _read_list(folder, rest, node, loading)


def _read_head(node: Node, loading: _Loading) -> None:
    says = isinstance(node, YamlMapping) and any(key.text == "extends" for key, _ in node.entries)
    if not loading.extends:
        loading.head = _one(node, "the rulebook", loading, read_head)
    elif says:
        loading.part = _one(node, "the extension", loading, read_extension)
    else:
        hint = "only the first folder may be a whole rulebook; write under 'extends' the id of the one before"
        loading.problems.add("B511", node.span, "this rulebook extends nothing", hint)


def _read_list(folder: str, rest: str, node: Node, loading: _Loading) -> None:
    def several(kind: str, what: str, read: Callable[[Fields], T]) -> None:
        if not isinstance(node, Sequence):
            loading.problems.add(
                "B503", node.span, f"the file is {kind_of(node)}; allowed: a list", "begin each record with '- '"
            )
            return
        loading.keep(kind, [v for item in node.items for v in _some(_one(item, what, loading, read))])

    if rest.endswith(".cases.yaml"):
        several("test_lists", "a test", read_tests)
    elif folder in RULE_FOLDERS:
        several("rules", "a rule", lambda f: read_rule(f, RULE_FOLDERS[folder]))
    else:
        kind, what, read_one = LISTS.get(f"{folder}/{rest}", LISTS.get(folder, LISTS["evidence"]))
        several(kind, what, read_one)


LISTS: Mapping[str, tuple[str, str, Callable[[Fields], object]]] = {
    "suggestions": ("suggestions", "a suggestion", read_suggestion),
    "statements": ("statements", "a statement", read_statement),
    "statements/ambiguities.yaml": ("ambiguities", "an ambiguity", read_ambiguity),
    "statements/dispositions.yaml": ("dispositions", "a disposition", read_disposition),
    "evidence": ("evidence", "an evidence note", read_evidence),
    "evidence/classifications.yaml": ("classifications", "a class", read_classification),
    "evidence/references.yaml": ("references", "a reference", read_reference),
}
"""How the records of a folder of lists are read, and those of single files in it."""


def _some(value: T | None) -> tuple[T, ...]:
    return () if value is None else (value,)


def _one(node: Node, what: str, loading: _Loading, read: Callable[[Fields], T]) -> T | None:
    fields = as_fields(node, what, loading.problems)
    if fields is None:
        return None
    found = read(fields)
    fields.done()
    return found


def _draft(loading: _Loading, root: Path) -> Rulebook:
    """Records by id, with duplicates noted."""

    def by(kind: str, key: str) -> Mapping[str, Any]:
        found: dict[str, Any] = {}
        for item in loading.lists.get(kind, ()):
            name = getattr(item, key)
            if name and name in found:
                loading.problems.add("B504", item.span, f"'{name}' is defined twice, first at {found[name].span}")
            elif name:
                found[name] = item
        return found

    tests: tuple[Test, ...] = tuple(t for group in loading.lists.get("test_lists", ()) for t in group)
    if loading.head is None:
        loading.problems.add("B505", Span(str(root)), f"lacks {HEAD}")
    empty = Text("", "")
    return Rulebook(
        head=loading.head or Head("", "", empty, empty, empty, empty, empty, (), empty, UNREVIEWED, Span(str(root))),
        parameters=by("parameters", "name"),
        stages=by("stages", "code"),
        quantities=by("quantities", "name"),
        ranges=by("ranges", "name"),
        findings=by("findings", "code"),
        conclusions=by("conclusions", "code"),
        flags=by("flags", "id"),
        suggestions=by("suggestions", "code"),
        rules=by("rules", "id"),
        statements=by("statements", "id"),
        dispositions=by("dispositions", "statement"),
        words=by("words", "name"),
        ambiguities=by("ambiguities", "id"),
        evidence=by("evidence", "id"),
        references=by("references", "id"),
        classifications=by("classifications", "id"),
        profiles=by("profiles", "id"),
        tests=tests,
        sha256="",
        order=(),
        rules_of={},
        alias={},
    )
