"""Deleting a run, a version or a DAG takes along what belongs to it, and nothing else."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from nbflow.store.database import Database
from nbflow.store.tables import (
    BundleRow,
    DagRow,
    DagRunRow,
    DagVersionRow,
    JournalRow,
    Row,
    TaskInstanceRow,
    TryRow,
    ValueRow,
    table_of,
)
from tests.store.builders import a_dag, begun, dispatched, finished, happen, save, success

OF_A_RUN = (TaskInstanceRow, TryRow, ValueRow)


@pytest.fixture
def two_runs(database: Database) -> Database:
    for run_id in ("one", "two"):
        run = begun(database, "load", run_id=run_id)
        happen(database, run, dispatched("load", run_id))
        happen(database, run, finished("load", success(a=1), run_id))
    return database


def number(database: Database, *rows: type[Row]) -> list[int]:
    with database.reading() as session:
        counts = (select(func.count()).select_from(table_of(row)) for row in rows)
        return [session.scalar(count) or 0 for count in counts]


def remove(database: Database, row: type[Row], **equal: object) -> None:
    table = table_of(row)
    with database.transaction() as session:
        session.execute(delete(table).filter_by(**equal))


def test_a_run_goes_with_its_instances_tries_and_values(two_runs: Database) -> None:
    assert number(two_runs, DagRunRow, *OF_A_RUN) == [2, 2, 2, 2]
    remove(two_runs, DagRunRow, run_id="one")
    assert number(two_runs, DagRunRow, *OF_A_RUN) == [1, 1, 1, 1]


def test_a_dag_goes_with_its_versions_and_runs(two_runs: Database) -> None:
    save(two_runs, a_dag(dag_id="other"), file="/project/other.py")
    remove(two_runs, DagRow, dag_id="sales")
    assert number(two_runs, DagRow, DagVersionRow, DagRunRow, *OF_A_RUN) == [1, 1, 0, 0, 0, 0]


def test_the_journal_outlives_what_it_speaks_of(two_runs: Database) -> None:
    before = number(two_runs, JournalRow)
    remove(two_runs, DagRow)
    assert number(two_runs, JournalRow) == before


def test_code_that_a_version_runs_cannot_be_deleted(two_runs: Database) -> None:
    with pytest.raises(IntegrityError):
        remove(two_runs, BundleRow)
