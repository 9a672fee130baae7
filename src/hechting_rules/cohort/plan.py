"""What a run over a file of cases is to do, and how the file is cut into chunks: the same way each time, so a run can go on."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import attrs
import pyarrow as pa

from hechting_rules.cohort.deciding import Decider, Form
from hechting_rules.cohort.files import NUMBER, Bad, Bads, Kind, Source, kind_of
from hechting_rules.cohort.frames import LONG_ROWS
from hechting_rules.cohort.long import Long, in_order
from hechting_rules.cohort.reading import ID, no_such
from hechting_rules.errors import UsageError
from hechting_rules.model import Profile, Rulebook
from hechting_rules.profiles import find_profile
from hechting_rules.rulebook import default_rulebook, load_rulebook
from hechting_rules.terms import Language, Person

CHUNK = 1 << 17
"""How many rows of a wide file go into one chunk: what one process works on, and what is done again at most after a kill."""


@attrs.frozen
class Plan:
    """A run over a file: where from and to, by which rulebook and profile, and what to tell. Plain values, to be sent about."""

    source: Source
    out: Path
    rules: Path | None = None
    profile: str = "default"
    results: tuple[str, ...] | None = None
    form: Form = Form.COLUMNS
    id_column: str | None = None
    ignore: tuple[str, ...] = ()
    long: Long | None = None
    fired: bool = False
    explain: tuple[str, ...] = ()
    language: Language = Language.NL
    chunk: int = CHUNK

    @property
    def kind(self) -> Kind:
        """The kind of file to write."""
        return kind_of(self.out)

    def book(self) -> Rulebook:
        """The rulebook of the run."""
        return default_rulebook() if self.rules is None else load_rulebook(self.rules)

    def chosen(self, book: Rulebook) -> Profile:
        """The profile of the run."""
        return find_profile(book, self.profile)

    def decider(self, book: Rulebook) -> Decider:
        """The decider of the run. Raises `UsageError` for a column or result that means nothing here."""

        def made(names: list[str]) -> Decider:
            return Decider.of(
                names,
                book,
                self.chosen(book),
                results=self.results,
                form=self.form,
                id_column=self.id_column,
                ignore=self.ignore,
                long=self.long or False,
                fired=self.fired,
                counted=True,
            )

        decider = made(self.source.names)
        if self.source.kind is not Kind.JSONL or self.long:
            return decider
        return made([self.id_column or ID, *Person, *book.quantities, *book.findings])

    def always(self, decider: Decider) -> tuple[str, ...]:
        """The columns that each batch has, whatever its rows say: all of a long file, of a wide one the names of the cases."""
        columns = decider.columns
        if isinstance(columns, Long):
            return columns.names
        return (columns.id,) if columns.id in self.source.names else ()

    def allowed(self, decider: Decider) -> Callable[[str], str | None]:
        """The column that a key stands for; nothing for one to be ignored. Raises `UsageError` for one that means nothing."""
        columns, book = decider.columns, decider.book
        known = {name: name for name in self.always(decider)}
        if not isinstance(columns, Long):
            known |= {name: name for name in (*columns.persons, *columns.quantities)}
            known |= {code: code for code in book.findings} | dict(book.alias)
        ignored = frozenset(self.ignore)

        def column(name: str) -> str | None:
            if name in ignored:
                return None
            if name not in known:
                raise UsageError(no_such(name, book))
            return known[name]

        return column

    def nothing(self, decider: Decider) -> pa.Table:
        """No rows at all, with the columns of the file."""
        columns, names = decider.columns, self.always(decider)
        if not isinstance(columns, Long):
            names = (*names, *columns.persons, *columns.quantities, *columns.findings)
        return pa.table({**{name: pa.array([], pa.string()) for name in names}, NUMBER: pa.array([], pa.int64())})


@attrs.frozen(eq=False)
class Chunk:
    """Some rows of a file, whole cases all: the ``index``-th part of it, with the rows among them that cannot be read."""

    index: int
    table: pa.Table
    bads: tuple[Bad, ...]


def chunks(plan: Plan, decider: Decider) -> Iterator[Chunk]:
    """The file cut into chunks. Raises `UsageError` for what stops the file from being read on."""
    bads, done = Bads(), 0
    batches = plan.source.batches(plan.chunk, bads, plan.allowed(decider), plan.always(decider))
    for table in _tables(batches, decider, plan.chunk):
        yield Chunk(done, table.combine_chunks(), bads.take(table[NUMBER][-1].as_py()))
        done += 1
    if bads.found or not done:
        yield Chunk(done, plan.nothing(decider), tuple(bads.found))


def _tables(batches: Iterable[pa.RecordBatch], decider: Decider, most: int) -> Iterator[pa.Table]:
    if isinstance(decider.columns, Long):
        yield from (part for part, _ in in_order(batches, decider.columns, LONG_ROWS, NUMBER))
        return
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        waiting = sum(one.num_rows for one in held)
        if waiting >= most:
            table = _joined(held)
            yield table.slice(0, most)
            held = table.slice(most).to_batches() if waiting > most else []
    if held:
        yield _joined(held)


def _joined(held: list[pa.RecordBatch]) -> pa.Table:
    """Batches as one table; what some of them have no column for is null in those."""
    return pa.concat_tables([pa.Table.from_batches([batch]) for batch in held], promote_options="default")
