"""Spark SQL on this machine: one query over a cached frame, on all cores that there are. Heavy: it starts a Java machine."""

import functools
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession

from benchmarks.frames import Cohort, InMemory
from benchmarks.writing import sql


@functools.cache
def _session() -> Any:
    builder: Any = SparkSession.builder
    settings = {
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.ui.enabled": "false",
        "spark.driver.memory": "6g",
        "spark.log.level": "OFF",
        "spark.driver.maxResultSize": "0",
        "spark.ui.showConsoleProgress": "false",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.master("local[*]").appName("race").getOrCreate()


def prepare(one: Cohort) -> InMemory:
    """The closed facts cached by Spark. A run works out every result of every row and throws them away (the sink ``noop``)."""
    session = _session()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "closed.parquet")
        pq.write_table(one.closed, path)
        frame = session.read.parquet(str(path)).cache()
        frame.count()
    frame.createOrReplaceTempView("closed")
    results = session.sql(sql(one.form, "closed"))

    def run() -> Any:
        results.write.format("noop").mode("overwrite").save()
        return results

    return InMemory(run, lambda found: pa.table(found.toArrow()))
