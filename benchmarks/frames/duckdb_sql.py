"""DuckDB: one query over a table of its own in memory, on all cores that there are."""

from pathlib import Path

import duckdb

from benchmarks.frames import Cohort, InMemory
from benchmarks.neutral import Neutral
from benchmarks.writing import sql


def prepare(one: Cohort) -> InMemory:
    """The closed facts loaded into DuckDB; results handed out as Arrow."""
    database = duckdb.connect()
    database.register("given", one.closed)
    database.execute("CREATE TABLE closed AS SELECT * FROM given")
    text = sql(one.form, "closed")
    return InMemory(lambda: database.sql(text).to_arrow_table(), lambda found: found)


def file_to_file(source: Path, target: Path, form: Neutral) -> None:
    """From Parquet to Parquet."""
    text = sql(form, f"read_parquet('{source}')")
    with duckdb.connect() as database:
        database.execute(f"COPY ({text}) TO '{target}' (FORMAT parquet, COMPRESSION snappy)")
