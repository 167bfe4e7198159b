"""What is active, paused and current, and how far each schedule has come."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nbflow.core.errors import NotFoundError
from nbflow.core.states import RunType
from nbflow.store import dags, journal
from nbflow.store.dags import StoredDag
from nbflow.store.database import Database
from tests.store.builders import LATER, NOW, a_bundle, a_dag, a_run, create, current, save

DAY = timedelta(days=1)


def active(database: Database) -> list[StoredDag]:
    with database.reading() as session:
        return dags.active_dags(session)


def pause(database: Database, dag_id: str = "sales", *, paused: bool = True) -> None:
    with database.transaction() as session:
        dags.set_paused(session, dag_id, paused, "ana", LATER)


def scheduled(database: Database, day: int, run_type: RunType = RunType.SCHEDULED) -> None:
    at = NOW + day * DAY
    create(database, a_run(f"day{day}", run_type=run_type, logical_date=at, run_after=at + DAY))


def test_active_dags_come_by_id(database: Database) -> None:
    save(database, a_dag(dag_id="b"), a_dag(dag_id="a"))
    assert [stored.dag.dag_id for stored in active(database)] == ["a", "b"]


def test_there_is_no_current_version_of_an_unknown_dag(database: Database) -> None:
    with database.reading() as session:
        assert dags.current_version(session, "unknown") is None


def test_an_unknown_version_cannot_be_loaded(database: Database) -> None:
    with pytest.raises(NotFoundError, match="no DAG version 404"), database.reading() as session:
        dags.load_version(session, 404)


def test_a_version_comes_with_its_code(database: Database) -> None:
    bundle = replace(a_bundle(sales="x = 1", lib="y = 2"), root="/project")
    save(database, a_dag(), bundle=bundle)
    with database.reading() as session:
        assert dags.load_version(session, current(database).version_id) == (a_dag(), bundle)


def test_a_dag_may_ask_to_be_paused_when_it_is_new_and_only_then(database: Database) -> None:
    save(database, replace(a_dag(), paused_upon_creation=True))
    assert current(database).paused
    pause(database, paused=False)
    save(database, replace(a_dag("other"), paused_upon_creation=True))
    assert not current(database).paused


def test_pausing_is_kept_and_in_the_journal_with_who_did_it(database: Database) -> None:
    save(database, a_dag())
    pause(database)
    assert current(database).paused
    assert [stored.paused for stored in active(database)] == [True]
    with database.reading() as session:
        line = journal.after(session, 0)[-1]
    assert (line.kind, line.dag_id, line.state, line.actor) == ("dag", "sales", "paused", "ana")


def test_an_unknown_dag_cannot_be_paused(database: Database) -> None:
    with pytest.raises(NotFoundError, match="no DAG 'unknown'"):
        pause(database, "unknown")


def test_a_dag_without_scheduled_runs_has_no_last_one(database: Database) -> None:
    save(database, a_dag())
    scheduled(database, 1, RunType.MANUAL)
    scheduled(database, 2, RunType.BACKFILL)
    assert (current(database).last_logical_date, current(database).last_run_after) == (None, None)


def test_the_last_scheduled_run_is_the_latest_due_not_the_latest_made(database: Database) -> None:
    save(database, a_dag())
    for day in (1, 3, 2):
        scheduled(database, day)
    stored = active(database)[0]
    assert stored.last_logical_date == NOW + 3 * DAY
    assert stored.last_run_after == NOW + 4 * DAY


def test_a_schedule_goes_on_where_it_was_after_old_runs_were_deleted(database: Database) -> None:
    save(database, a_dag())
    scheduled(database, 1)
    with database.transaction() as session:
        session.exec_driver_sql("DELETE FROM dag_runs")
    assert current(database).last_logical_date == NOW + DAY


def test_a_new_version_does_not_set_the_schedule_back(database: Database) -> None:
    save(database, a_dag())
    scheduled(database, 1)
    save(database, a_dag("other"))
    assert current(database).last_logical_date == NOW + DAY


def test_all_active_dags_are_one_statement_once_their_specs_are_known(
    database: Database, statements: list[str]
) -> None:
    save(database, *(a_dag(dag_id=f"dag{n}") for n in range(50)))
    active(database)
    statements.clear()
    assert len(active(database)) == 50
    assert len([s for s in statements if "FROM" in s]) == 1
