"""Cohorts past one machine: the same function in ``mapInArrow`` on a frame of Spark (extra ``spark``); nothing of it home-made.

Each task gets the rulebook, compiled, with the function; its rows come and go as Arrow batches. The executors need this library
with the extra ``spark``. A larger ``spark.sql.execution.arrow.maxRecordsPerBatch`` (65536, say) makes larger blocks.
"""

from collections.abc import Callable, Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql.types import ArrayType, BooleanType, DataType, StringType, StructField, StructType

from hechting_rules.cohort.bits import to_mask
from hechting_rules.cohort.deciding import Decided, Decider, Form, decide_batch, rejects, taken_by_answer, told_of_all
from hechting_rules.cohort.frames import decide_blocks, decider_for
from hechting_rules.cohort.long import Long
from hechting_rules.errors import UsageError
from hechting_rules.model import Profile, Rulebook

PROBLEMS = "problems"
"""The column that says what is wrong with a case that cannot be used: such a row has no results. Elsewhere it is null."""


def decide_frame(
    frame: DataFrame,
    rulebook: Rulebook | None = None,
    profile: str | Profile | None = None,
    *,
    results: Iterable[str] | None = None,
    form: Form | str = Form.COLUMNS,
    id_column: str | None = None,
    ignore: Iterable[str] = (),
    long: bool | Long = False,
    fired: bool = False,
) -> DataFrame:
    """Decide a frame of Spark: the columns of `hechting_rules.cohort.decide`, and ``problems``.

    Every case comes back, in no order of its own; one that cannot be used has no results and says why. The rows of a long frame
    are brought together by case. Cases must have names. Raises `UsageError` for a column that means nothing here.
    """
    more = {"results": results, "form": Form(form), "id_column": id_column, "ignore": ignore, "long": long, "fired": fired}
    decider = decider_for(frame.columns, rulebook, profile, **more)
    if decider.id not in frame.columns:
        raise UsageError(f"there is no column '{decider.id}'; in Spark rows have no numbers, so cases must have names")
    if decider.id == PROBLEMS:
        raise UsageError(taken_by_answer(PROBLEMS))
    schema, names = _schema(decider, frame.schema[decider.id].dataType), list(frame.columns)
    numbered = frame.toDF(*(f"c{place}" for place in range(len(names))))  # Spark takes a point in a name for a field
    if isinstance(decider.columns, Long):
        case = f"c{names.index(decider.id)}"
        numbered = numbered.repartition(case).sortWithinPartitions(case)
    return numbered.mapInArrow(_deciding(decider, names), schema)


def _deciding(decider: Decider, names: list[str]) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """What each task does with its batches, whose columns are these."""

    def decided(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return (_answer(done) for done in decide_blocks(decider, (batch.rename_columns(names) for batch in batches)))

    return decided


def _answer(done: Decided) -> pa.RecordBatch:
    """A row for each case of a block, the results null where it cannot be used."""
    good = pa.array(to_mask(done.used, done.block.length))
    columns: dict[str, pa.Array] = {}
    whole = told_of_all(done)
    for name, column in zip(whole.schema.names, whole.columns, strict=True):
        plain = column.cast(pa.list_(pa.string())) if pa.types.is_list(column.type) else column
        columns[name] = plain if name == done.decider.id else pc.if_else(good, plain, pa.scalar(None, plain.type))
    wrong: dict[int, list[str]] = {}
    for row in rejects(done).to_pylist():
        wrong.setdefault(row["row"], []).append(f"{row['column']}: {row['problem']}" if row["column"] else row["problem"])
    columns[PROBLEMS] = pa.array([wrong.get(int(number)) for number in done.block.numbers], pa.list_(pa.string()))
    return pa.RecordBatch.from_pydict(columns)


def _schema(decider: Decider, name: DataType) -> StructType:
    """The columns of the answer in the words of Spark."""
    given = decider.columns.names if isinstance(decider.columns, Long) else (decider.id,)
    nothing = pa.RecordBatch.from_pydict({column: pa.array([], pa.string()) for column in given})
    answer = decide_batch(decider, nothing)[0].schema
    kinds: dict[str, DataType] = {
        column.name: ArrayType(StringType()) if pa.types.is_list(column.type) else BooleanType() for column in answer
    }
    kinds.update({decider.id: name, PROBLEMS: ArrayType(StringType())})
    return StructType([StructField(column, kind) for column, kind in kinds.items()])
