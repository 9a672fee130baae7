"""A chunk of a file of cases decided, and all that came of it kept."""

from collections.abc import Iterator

import attrs
import pyarrow as pa

from hechting_rules.cohort.deciding import REJECTS, Decided, Decider, read_rows, rejects, run_block, told
from hechting_rules.cohort.files import NUMBER, Bad, Kind
from hechting_rules.cohort.frames import ROWS, advices_in
from hechting_rules.cohort.long import Long, in_blocks
from hechting_rules.cohort.plan import Chunk, Plan
from hechting_rules.cohort.tally import REJECTED, Tally, tally
from hechting_rules.cohort.workfolder import ENDING, EXPLAINED, SET_ASIDE, Done, WorkFolder, folder_of, write_whole
from hechting_rules.cohort.writing import lines, write_part
from hechting_rules.render.json import to_mapping


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
