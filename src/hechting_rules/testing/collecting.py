"""The guidance tests of a file as tests of pytest, each with its sentence as name. Loaded when the first such file is met."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs
import pytest

from hechting_rules.errors import HechtingError, RulebookError
from hechting_rules.model import Rulebook
from hechting_rules.reading.crosscheck import check
from hechting_rules.reading.fields import as_fields, kind_of
from hechting_rules.reading.given import read_tests
from hechting_rules.reading.yamlnode import Sequence as YamlSequence
from hechting_rules.reading.yamlnode import parse, read_text
from hechting_rules.rulebook import is_extension, load_rulebook
from hechting_rules.source import Problems
from hechting_rules.stated import Test
from hechting_rules.testing.guidance import Failure, run_test, told

BOOKS = pytest.StashKey[dict[tuple[Path, ...], Rulebook]]()
"""The rulebooks of a run, each read once."""


class GuidanceFailed(Exception):  # noqa: N818 - a test that fails is no error
    """A guidance test did not come true."""

    def __init__(self, failures: Sequence[Failure]) -> None:
        self.failures = tuple(failures)
        super().__init__("\n".join(str(failure) for failure in failures))


class GuidanceTest(pytest.Item):
    """One guidance test."""

    def __init__(self, *, book: Rulebook, test: Test, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.book, self.test = book, test

    def runtest(self) -> None:
        """Run it over the whole rulebook."""
        failures = run_test(self.book, self.test)
        if failures:
            raise GuidanceFailed(failures)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Where, of which case, what was expected, what came, and why."""
        if isinstance(excinfo.value, GuidanceFailed):
            return told(self.book, self.test, excinfo.value.failures, _near(self.path, self.config))
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The place of the test in its file."""
        return self.path, self.test.span.line - 1, self.name


class CasesFile(pytest.File):
    """A file of guidance tests. ``folders`` are those of its rulebook; ``inside`` says whether it is one of its files."""

    def __init__(self, *, folders: tuple[Path, ...], inside: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.folders, self.inside = folders, inside

    def collect(self) -> Iterator[GuidanceTest]:
        """Its tests, in the order of the file; of the same name the later ones with their line."""
        try:
            book = _book(self.folders, self.config)
            tests = _own_tests(book, self.folders[-1], self.path) if self.inside else _other_tests(book, self.path)
        except HechtingError as error:
            raise self.CollectError(str(error)) from None
        seen: Counter[str] = Counter()
        for test in tests:
            seen[test.name] += 1
            name = test.name if seen[test.name] == 1 else f"{test.name} (line {test.span.line})"
            yield GuidanceTest.from_parent(self, name=name, book=book, test=test)


def cases_file(parent: pytest.Collector, path: Path, own: Path | None, named: Sequence[Path]) -> CasesFile:
    """A file of guidance tests with its rulebook.

    That is the rulebook of its ``own`` folder, over those ``named`` if it extends one, and without such a folder the one named.
    """
    folders = tuple(named)
    if own is not None:
        before = named[: named.index(own.resolve())] if own.resolve() in named else named
        folders = (*before, own) if is_extension(own) else (own,)
    return CasesFile.from_parent(parent, path=path, folders=folders, inside=own is not None)


def _book(folders: tuple[Path, ...], config: pytest.Config) -> Rulebook:
    books = config.stash.setdefault(BOOKS, {})
    if folders not in books:
        books[folders] = load_rulebook(folders)
    return books[folders]


def _own_tests(book: Rulebook, folder: Path, path: Path) -> list[Test]:
    """The tests of a rulebook that stand in one of its own files."""
    below = path.relative_to(folder).as_posix()
    shown = f"{folder.resolve().name if is_extension(folder) else 'rules'}/{below}"
    return [test for test in book.tests if test.span.path == shown]


def _other_tests(book: Rulebook, path: Path) -> list[Test]:
    """The tests in a file that is none of the rulebook's. Raises `RulebookError` with all that is wrong with it."""
    problems = Problems()
    text = read_text(path, path.name, problems)
    node = None if text is None else parse(text, path.name, problems)
    tests: list[Test] = []
    if node is not None and not isinstance(node, YamlSequence):
        problems.add("B503", node.span, f"the file is {kind_of(node)}; allowed: a list", "begin each record with '- '")
    elif isinstance(node, YamlSequence):
        for fields in filter(None, (as_fields(item, "a test", problems) for item in node.items)):
            tests += read_tests(fields)
            fields.done()
    check(attrs.evolve(book, tests=tuple(tests)), problems)
    if problems.errors():
        raise RulebookError(problems.errors())
    return tests


def _near(path: Path, config: pytest.Config) -> str:
    """A path as pytest shows it: from where it was called."""
    start = config.invocation_params.dir
    return str(path.relative_to(start) if path.is_relative_to(start) else path)
