"""A run over a file of cases: chunk by chunk, in several processes if asked, each kept when it is done, all joined at the end."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from multiprocessing.connection import wait as wait_for
from pathlib import Path

import attrs
import pyarrow as pa

from hechting_rules.cohort.deciding import REJECTS, Decided, Decider, read_rows, rejects, run_block, told
from hechting_rules.cohort.files import NUMBER, Bad, Kind
from hechting_rules.cohort.frames import ROWS, advices_in
from hechting_rules.cohort.long import Long, in_blocks
from hechting_rules.cohort.plan import Chunk, Plan, chunks
from hechting_rules.cohort.tally import REJECTED, Tally, tally
from hechting_rules.cohort.workfolder import (
    ENDING,
    EXPLAINED,
    SET_ASIDE,
    Done,
    RunError,
    WorkFolder,
    copy,
    folder_of,
    identity,
    join_parts,
    lines,
    write_part,
    write_whole,
)
from hechting_rules.errors import UsageError
from hechting_rules.model import Rulebook
from hechting_rules.render.json import to_mapping
from hechting_rules.source import shorten

Report = Callable[[int], None]
"""What is told of a run as it goes: how many rows of its input are done."""


@attrs.frozen
class Ran:
    """What came of a run: cases used and set aside, how many chunks, how many of them from a run before, and the counts."""

    used: int
    rejected: int
    chunks: int
    resumed: int
    tally: Tally
    explained: frozenset[str]


@attrs.frozen
class Outputs:
    """Where the answer goes beside OUT: what was set aside, and the advice on chosen cases."""

    rejects: Path
    explained: Path


# --- a chunk ---------------------------------------------------------------------------------------------------------------


@attrs.frozen(eq=False)
class Worker:
    """What decides chunks: a plan with its decider, ready."""

    plan: Plan
    decider: Decider
    folder: WorkFolder

    @classmethod
    def of(cls, plan: Plan) -> "Worker":
        """A worker for a plan. Raises `UsageError` for a column or result that means nothing here."""
        return cls(plan, plan.decider(plan.book()), WorkFolder(folder_of(plan.out)))

    def work(self, chunk: Chunk) -> Done:
        """Decide a chunk, and keep all that came of it."""
        done = list(self._decided(chunk.table))
        answer = pa.Table.from_batches([told(one) for one in done])
        wrong = pa.Table.from_batches([rejects(one) for one in done], schema=REJECTS)
        advices = {a.case: a for one in done for a in advices_in(one, frozenset(self.plan.explain))}
        counts = sum((tally(one) for one in done), Tally({REJECTED: len(chunk.bads)}))
        found = Done(chunk.index, answer.num_rows, counts[REJECTED], counts, tuple(sorted(advices)))
        self._keep(found, ENDING[self.plan.kind], answer, self.plan.kind)
        self._keep(found, SET_ASIDE, pa.concat_tables([wrong, _as_rejects(chunk.bads)]).sort_by("row"), Kind.CSV)
        explained = list(lines(to_mapping(advices[name], self.plan.language) for name in found.explained))
        if explained:
            write_whole(self.folder.part(chunk.index, EXPLAINED), lambda file: file.writelines(explained))
        self.folder.finish(found)
        return found

    def names(self) -> list[str]:
        """The columns of the answer."""
        return list(told(next(self._decided(self.plan.nothing(self.decider)))).schema.names)

    def _keep(self, done: Done, ending: str, table: pa.Table, kind: Kind) -> None:
        write_whole(self.folder.part(done.index, ending), lambda file: write_part(table, kind, file))

    def _decided(self, table: pa.Table) -> Iterator[Decided]:
        """The cases of a chunk, block by block; at least one block, if of no cases."""
        if isinstance(self.decider.columns, Long):
            parts = [part for part, _ in in_blocks(table, self.decider.columns, ROWS)]
        else:
            parts = table.to_batches(max_chunksize=ROWS)
        for part in parts or [pa.RecordBatch.from_pylist([], schema=table.schema)]:
            numbers = part.column(NUMBER).to_numpy()
            yield run_block(self.decider, read_rows(self.decider, part, numbers))


def _as_rejects(bads: tuple[Bad, ...]) -> pa.Table:
    found = [{"row": bad.number, "id": bad.id or None, "column": bad.column, "problem": bad.problem} for bad in bads]
    return pa.Table.from_pylist(found, schema=REJECTS)


# --- processes -------------------------------------------------------------------------------------------------------------

_WORKER: list[Worker] = []
"""In a process of its own: the worker that it is."""


def _begin(plan: Plan) -> None:
    """Make this process a worker that ends when its parent does, however that ends."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=lambda: (wait_for([parent.sentinel]), os._exit(1)), daemon=True).start()
    _WORKER.append(Worker.of(plan))


def _work(index: int, rows: bytes, bads: tuple[Bad, ...]) -> Done:
    with pa.ipc.open_stream(rows) as reader:
        return _WORKER[0].work(Chunk(index, reader.read_all(), bads))


def _sent(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _in_processes(plan: Plan, todo: Iterable[Chunk], processes: int) -> Iterator[Done]:
    """Chunks decided in processes of their own, of which never more wait than there are processes and one."""
    running: set[Future[Done]] = set()
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _begin, (plan,)) as pool:
        try:
            for chunk in todo:
                running.add(pool.submit(_work, chunk.index, _sent(chunk.table), chunk.bads))
                if len(running) > processes:
                    finished, running = wait(running, return_when=FIRST_COMPLETED)
                    yield from (one.result() for one in finished)
            yield from (one.result() for one in running)
        except BrokenProcessPool as error:
            raise RunError("a process of this run was ended from outside; the same command goes on where it was") from error


def _each(worker: Worker, todo: Iterator[Chunk], processes: int) -> Iterator[Done]:
    """Chunks decided: here, if there is but one left, else in as many processes as asked."""
    first = list(islice(todo, 2))
    if processes > 1 and len(first) > 1:
        yield from _in_processes(worker.plan, chain(first, todo), processes)
    else:
        yield from (worker.work(chunk) for chunk in chain(first, todo))


# --- the run ---------------------------------------------------------------------------------------------------------------


@attrs.define
class _SoFar:
    """What is done: counts added up, as those of each chunk would grow with the file; and which chunks explain a case."""

    used: int = 0
    rejected: int = 0
    chunks: int = 0
    resumed: int = 0
    tally: Tally = attrs.field(factory=Tally)
    explaining: set[int] = attrs.field(factory=set)
    explained: set[str] = attrs.field(factory=set)

    def add(self, done: Done, *, before: bool = False) -> int:
        """Add a chunk, and tell how many rows are done."""
        self.used += done.used
        self.rejected += done.rejected
        self.chunks += 1
        self.resumed += before
        self.tally += done.tally
        self.explained.update(done.explained)
        self.explaining.update([done.index] if done.explained else [])
        return self.used + self.rejected

    def ran(self) -> Ran:
        """What came of the run."""
        return Ran(self.used, self.rejected, self.chunks, self.resumed, self.tally, frozenset(self.explained))


def run(
    plan: Plan,
    outputs: Outputs,
    processes: int = 1,
    *,
    restart: bool = False,
    report: Report = lambda _: None,
    finish: Callable[[Ran, Rulebook], None] = lambda _ran, _book: None,
) -> Ran:
    """Decide a file of cases. Raises `UsageError` for what cannot be so, `RunError` where it stopped half-way.

    What is done is kept beside OUT until all is: the same call goes on after a kill. Where the input cannot be used nothing is
    kept, as another input cannot go on with it. OUT and the files beside it are there whole or not at all; ``finish`` is called
    when they are, and may write more.
    """
    worker = Worker.of(plan)
    worker.folder.begin(identity(plan, worker.decider.book), restart=restart)
    sofar = _SoFar()
    _decide_all(worker, sofar, processes, report)
    _require_unchanged(plan)
    _join(worker, outputs, sofar)
    ran = sofar.ran()
    finish(ran, worker.decider.book)
    worker.folder.remove()
    return ran


def _decide_all(worker: Worker, sofar: _SoFar, processes: int, report: Report) -> None:
    """Decide every chunk that is left to do, and add it up."""
    source = worker.plan.source.path
    try:
        for done in _each(worker, _to_do(worker, sofar), processes):
            report(sofar.add(done))
    except UsageError:
        worker.folder.remove()
        raise
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        worker.folder.remove()
        raise UsageError(f"{source}: cannot be read to its end: {shorten(str(error), 120)}") from error
    except OSError as error:
        raise RunError(f"{source}: cannot be read on: {shorten(str(error))}; the same command goes on where it was") from error


def _to_do(worker: Worker, sofar: _SoFar) -> Iterator[Chunk]:
    """The chunks that no run before has done; those that one has are added up as they are passed."""
    for chunk in chunks(worker.plan, worker.decider):
        done = worker.folder.done(chunk.index)
        if done is None:
            yield chunk
        else:
            sofar.add(done, before=True)


def _require_unchanged(plan: Plan) -> None:
    """Raise `UsageError` where the input is no longer what it was when it was opened."""
    stat = plan.source.path.stat() if plan.source.path.is_file() else None
    if stat is None or (stat.st_size, stat.st_mtime_ns) != (plan.source.size, plan.source.changed):
        raise UsageError(f"{plan.source.path}: was changed while it was read; run again with --restart")


def _join(worker: Worker, outputs: Outputs, sofar: _SoFar) -> None:
    """Make the parts of all chunks whole files, in the order of the input."""
    plan, folder = worker.plan, worker.folder

    def parts(ending: str) -> list[Path]:
        return [folder.part(index, ending) for index in range(sofar.chunks)]

    names = worker.names()
    write_whole(plan.out, lambda file: join_parts(parts(ENDING[plan.kind]), plan.kind, names, file))
    write_whole(outputs.rejects, lambda file: join_parts(parts(SET_ASIDE), Kind.CSV, REJECTS.names, file))
    if plan.explain:
        told = [folder.part(index, EXPLAINED) for index in sorted(sofar.explaining)]
        write_whole(outputs.explained, lambda file: copy(told, file))
