"""Cohorts on a real local Spark session: ``make spark``. No part of a plain run: it needs Java 17 and the extra ``spark``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import DataFrame, SparkSession

from cohort_making import as_long, cohort
from hechting_rules import Rulebook, load_rulebook
from hechting_rules.cohort import decide
from hechting_rules.cohort.spark import PROBLEMS, decide_frame
from hechting_rules.errors import UsageError

COUNT = 3_000

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")


@pytest.fixture(scope="module")
def session() -> Iterator[SparkSession]:
    quiet = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "5",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
    }
    builder = SparkSession.builder.master("local[2]").appName("hechting_rules")
    for name, value in quiet.items():
        builder = builder.config(name, value)
    found = builder.getOrCreate()
    found.sparkContext.setLogLevel("ERROR")
    yield found
    found.stop()


@pytest.fixture(scope="module")
def wide(book: Rulebook) -> pa.Table:
    """A cohort in which some rows cannot be used."""
    table = cohort(book, COUNT, 11)
    spoiled = ["babby" if row % 97 == 3 else value for row, value in enumerate(table["child"].to_pylist())]
    return table.set_column(table.schema.get_field_index("child"), "child", pa.array(spoiled, pa.string()))


def read(session: SparkSession, table: pa.Table, path: Path) -> DataFrame:
    pq.write_table(table, path)
    return session.read.parquet(str(path)).repartition(3)


def check(found: DataFrame, expected: Any, name: str) -> None:
    """Row by row what the same function gives in memory; what cannot be used has its reasons and nothing else."""
    rows = {row[name]: row.asDict() for row in found.collect()}
    reasons: dict[str, list[str]] = {}
    for bad in expected.rejects.to_pylist():
        reasons.setdefault(bad["id"], []).append(f"{bad['column']}: {bad['problem']}" if bad["column"] else bad["problem"])
    assert len(rows) == expected.table.num_rows + len(reasons)
    for row in expected.table.to_pylist():
        assert rows.pop(row[name]) == {**row, PROBLEMS: None}
    assert reasons
    assert {key: row[PROBLEMS] for key, row in rows.items()} == reasons
    assert all(value is None for row in rows.values() for column, value in row.items() if column not in {name, PROBLEMS})


@pytest.mark.parametrize("form", ["columns", "lists"])
def test_a_frame_is_answered_as_in_memory(session: SparkSession, wide: pa.Table, tmp_path: Path, form: str) -> None:
    frame = read(session, wide, tmp_path / "in.parquet")
    check(decide_frame(frame, form=form, fired=True), decide(wide, form=form, fired=True), "id")


def test_the_rows_of_a_long_frame_are_brought_together(session: SparkSession, wide: pa.Table, tmp_path: Path) -> None:
    long = as_long(wide.slice(0, 600))
    check(decide_frame(read(session, long, tmp_path / "in.parquet"), long=True), decide(long, long=True), "case")


def test_another_rulebook_goes_along(session: SparkSession, wide: pa.Table, tmp_path: Path) -> None:
    base = load_rulebook(Path(__file__).parents[1] / "diagnostics" / "base")
    own = [name for name in wide.column_names if name in {"id", "child", "adult"} | set(base.findings)]
    few = wide.select(own).slice(4, 50)
    found = decide_frame(read(session, few, tmp_path / "in.parquet"), base)
    expected = decide(few, base)
    assert set(found.columns) == {*expected.table.column_names, PROBLEMS}
    assert found.count() == 50


def test_what_cannot_be_meant_is_refused_before_anything_runs(session: SparkSession) -> None:
    frame = session.createDataFrame([("a", True)], "id string, `baby.avoids_eye_contct` boolean")
    with pytest.raises(UsageError, match=r"did you mean 'baby.avoids_eye_contact'"):
        decide_frame(frame)
    with pytest.raises(UsageError, match="cases must have names"):
        decide_frame(frame.selectExpr("true as `parent.available`"))
    with pytest.raises(UsageError, match="the answer has a column 'problems' of its own"):
        decide_frame(frame.selectExpr("id as problems"), id_column="problems")
