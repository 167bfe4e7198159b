"""The past of a DAG in whole tables, on both kinds of database."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from sqlalchemy import update

from nbflow.core.orders import Outcome
from nbflow.core.states import Reason, RunState, RunType, TaskState
from nbflow.core.zones import stretches, zone_named
from nbflow.store import browsing, history
from nbflow.store.database import Database
from nbflow.store.history import DayRuns, TaskStates, TaskTime
from nbflow.store.run_filter import RunFilter
from nbflow.store.tables import TaskInstanceRow, table_of
from tests.store.builders import (
    NOW,
    a_dag,
    a_run,
    begun,
    create,
    dispatched,
    finished,
    happen,
    save,
    started,
)

FAILED = Outcome(TaskState.FAILED, Reason.TASK_ERROR, "ValueError: no")


def test_the_states_of_many_runs_come_by_state(database: Database) -> None:
    first = begun(database, "load", "clean", "report", run_id="first")
    second = begun(database, "load", "clean", run_id="second")
    happen(database, first, dispatched("load"), dispatched("clean"), finished("load"))
    with database.reading() as session:
        found = list(history.task_states(session, [first.id, second.id]))
    plain = {(one.run_pk, one.state): sorted(one.tasks) for one in found}
    assert plain == {
        (first.id, TaskState.SUCCESS): ["load"],
        (first.id, TaskState.QUEUED): ["clean"],
        (first.id, TaskState.SCHEDULED): ["report"],
        (second.id, TaskState.SCHEDULED): ["clean", "load"],
    }


def test_the_instances_of_a_mapped_task_are_counted(database: Database) -> None:
    run = begun(database, "load", "clean")
    with database.transaction() as session:
        table = table_of(TaskInstanceRow)
        session.execute(update(table).where(table.c.task_id == "clean").values(map_index=3))
    with database.reading() as session:
        found = list(history.task_states(session, [run.id]))
    assert found == [
        TaskStates(run.id, TaskState.SCHEDULED, ("load",), mapped=False, count=1),
        TaskStates(run.id, TaskState.SCHEDULED, ("clean",), mapped=True, count=1),
    ]


def test_a_task_took_from_its_start_to_its_end(database: Database) -> None:
    run = begun(database, "load", "clean", "report")
    happen(database, run, dispatched("load", "a"), dispatched("clean", "b"))
    happen(database, run, started("load", "a"), started("clean", "b"))
    later = NOW + timedelta(seconds=90.5)
    happen(database, run, finished("load", None, "a"), finished("clean", FAILED, "b"), now=later)
    with database.reading() as session:
        found = history.task_times(session, [run.id])
    assert sorted(found, key=lambda one: one.task_id) == [
        TaskTime(run.id, "clean", 90.5, 1),
        TaskTime(run.id, "load", 90.5, 0),
    ]


def test_runs_are_counted_by_the_day_on_the_wall_clock(database: Database) -> None:
    save(database, a_dag())
    paris = zone_named("Europe/Paris")
    # The clock goes from one hour ahead of UTC to two on 29 March.
    instants = ["2026-03-28T22:59:00", "2026-03-28T23:00:00", "2026-03-29T21:59:00"]
    instants += ["2026-03-29T22:00:00", "2027-01-01T12:00:00"]
    for at in instants:
        create(database, a_run(at, logical_date=utc(at)))
    create(database, a_run("undated", created_at=utc("2026-03-29T10:00:00")))
    with database.reading() as session:
        year = stretches(utc("2025-12-31T23:00:00"), utc("2026-12-31T23:00:00"), paris)
        found = history.days(session, "sales", year)
        ends = history.first_and_last(session, "sales")
    assert sorted(found, key=lambda one: one.day) == [
        DayRuns(date(2026, 3, 28), RunState.QUEUED, 1),
        DayRuns(date(2026, 3, 29), RunState.QUEUED, 3),
        DayRuns(date(2026, 3, 30), RunState.QUEUED, 1),
    ]
    assert utc("2027-01-01T12:00:00") in ends


def test_runs_are_found_by_state_type_date_and_text(database: Database) -> None:
    save(database, a_dag())
    for n, kind in enumerate([RunType.MANUAL, RunType.SCHEDULED, RunType.SCHEDULED]):
        at = NOW + timedelta(days=n)
        create(database, a_run(f"Run_{n}", run_type=kind, logical_date=at, run_after=at))
    day = timedelta(days=1)
    asked = {
        RunFilter(): "210",
        RunFilter(states=(RunState.QUEUED,)): "210",
        RunFilter(states=(RunState.FAILED, RunState.RUNNING)): "",
        RunFilter(types=(RunType.SCHEDULED,)): "21",
        RunFilter(since=NOW + day): "21",
        RunFilter(since=NOW, until=NOW + day): "10",
        RunFilter(search="run_1"): "1",
        RunFilter(search="run%"): "",
    }
    with database.reading() as session:
        for chosen, expected in asked.items():
            listed = browsing.runs(session, "sales", None, 9, chosen)
            past = history.past_runs(session, "sales", None, 9, chosen)
            assert "".join(run.run.run_id[-1] for run in listed) == expected
            assert "".join(run.run_id[-1] for run in past) == expected


def test_the_tables_take_as_many_statements_for_many_runs_as_for_one(
    database: Database, statements: list[str]
) -> None:
    runs = [begun(database, "load", "clean", run_id=f"run{n}").id for n in range(12)]
    with database.reading() as session:
        statements.clear()
        list(history.task_states(session, runs))
        history.task_times(session, runs)
    assert len(statements) == 3


def test_tries_come_in_the_order_in_which_they_were_handed_over(database: Database) -> None:
    run = begun(database, "load", "clean")
    happen(database, run, dispatched("clean", "a"), now=NOW)
    happen(database, run, dispatched("load", "b"), started("clean", "a"), now=NOW + timedelta(1))
    with database.reading() as session:
        found = history.past_tries(session, run.id, 100)
    assert [(one.task_id, one.try_number, str(one.state)) for one in found] == [
        ("clean", 1, "running"),
        ("load", 1, "queued"),
    ]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)
