"""Values of other runs: of one by its id, of the newest up to a date, of no more than a bound."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert

from nbflow.core.elsewhere import ANY, NEWEST_RUNS, Pull
from nbflow.core.snapshot import DagRun
from nbflow.store.database import Database
from nbflow.store.other_runs import values_elsewhere
from nbflow.store.tables import ValueRow, table_of
from tests.store.builders import NOW, a_dag, a_run, create, save


def put(database: Database, run: DagRun, **values: object) -> None:
    """A run in which the task `load` has handed these values on."""
    run_pk = create(database, run)
    rows = [
        {
            "run_pk": run_pk,
            "task_id": "load",
            "map_index": -1,
            "key": key,
            "json": value,
            "type": "json",
            "url": None,
            "digest": None,
            "size": 1,
            "preview": "",
            "length": None,
        }
        for key, value in values.items()
    ]
    if rows:
        with database.transaction() as session:
            session.execute(insert(table_of(ValueRow)), rows)


def found(database: Database, pull: Pull, asking: DagRun) -> dict[str, object]:
    with database.reading() as session:
        runs = values_elsewhere(session, pull, asking)
    return {
        run.run_id: {key: ref.json for values in run.values.values() for key, ref in values.items()}
        for run in runs
    }


def on(day: int, run_id: str) -> DagRun:
    at = NOW + timedelta(days=day)
    return a_run(run_id, logical_date=at, run_after=at)


@pytest.fixture
def history(database: Database) -> Database:
    """Three days of a DAG, on the second of which its task handed nothing on; and another DAG."""
    save(database, a_dag(), a_dag(dag_id="other"))
    put(database, on(1, "first"), mark=1, more=2)
    put(database, on(2, "second"))
    put(database, on(3, "third"), mark=3)
    put(database, a_run("first", "other", run_after=NOW), mark=10)
    return database


@pytest.mark.parametrize(
    ("pull", "expected"),
    [
        (Pull("", ("load",), "mark", prior=True), {"first": {"mark": 1}}),
        (Pull("", ("load",), prior=True), {"first": {"mark": 1, "more": 2}}),
        (Pull("", ("gone",), prior=True), {}),
        (Pull("", (), "mark", prior=True), {"first": {"mark": 1}}),
        (Pull("other", ("load",), prior=True), {"first": {"mark": 10}}),
        (Pull("other", ("load",), "mark"), {}),
        (Pull("other", ("load",), "mark", "first"), {"first": {"mark": 10}}),
        (Pull("", ("load",), "mark", "third"), {"third": {"mark": 3}}),
        (Pull("", ("load",), "more", ANY), {"third": {}, "second": {}, "first": {"more": 2}}),
    ],
)  # fmt: skip
def test_the_second_run_gets_what_it_asks_for(
    history: Database, pull: Pull, expected: dict[str, object]
) -> None:
    assert found(history, pull, on(2, "second")) == expected


def test_runs_without_a_logical_date_count_by_the_time_they_were_due(database: Database) -> None:
    save(database, a_dag())
    put(database, a_run("by hand", run_after=NOW), mark=1)
    put(database, a_run("later", run_after=NOW + timedelta(days=9)), mark=2)
    asking = a_run("now", run_after=NOW + timedelta(days=1))
    assert found(database, Pull("", ("load",), prior=True), asking) == {"by hand": {"mark": 1}}


def test_no_more_than_a_bound_of_runs_is_looked_at(database: Database) -> None:
    save(database, a_dag())
    for number in range(NEWEST_RUNS + 3):
        put(database, on(number, f"r{number}"), mark=number)
    runs = found(database, Pull("", ("load",), run_id=ANY), on(99, "now"))
    assert list(runs) == [f"r{number}" for number in range(NEWEST_RUNS + 2, 2, -1)]
