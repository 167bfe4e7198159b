"""Questions cost as much as there is work: statements are bounded, and indexes skip the history."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import event

from nbflow.core.events import Event, RunStarted
from nbflow.core.lifecycle import advance
from nbflow.store import browsing, dags, journal, past, queue, requests, runs
from nbflow.store.database import Database, Session
from nbflow.store.past import Asked
from nbflow.store.pools import Pool
from nbflow.store.runs import ActiveRun
from tests.store.builders import (
    NOW,
    a_dag,
    a_run,
    begun,
    create,
    dispatched,
    finished,
    happen,
    load,
    save,
    started,
    success,
)

TASKS = [f"task{n}" for n in range(60)]


def sent(database: Database, statements: list[str], ask: Callable[[Session], object]) -> int:
    """How many statements `ask` needs."""
    with database.reading() as session:
        statements.clear()
        ask(session)
        return len(statements)


def change(database: Database, statements: list[str], run: ActiveRun, events: list[Event]) -> int:
    """How many statements it takes to store what follows from `events`."""
    statements.clear()
    happen(database, run, *events)
    return len(statements)


def test_loading_many_active_runs_takes_as_many_statements_as_one(
    database: Database, statements: list[str]
) -> None:
    begun(database, *TASKS, run_id="first")
    for_one = sent(database, statements, runs.load_active)
    for n in range(20):
        create(database, a_run(f"run{n}"))
    assert sent(database, statements, runs.load_active) == for_one
    assert for_one <= 3


def test_loading_runs_of_many_versions_takes_one_statement_more(
    database: Database, statements: list[str]
) -> None:
    for n in range(5):
        save(database, a_dag(*TASKS[: n + 1], dag_id="versions"))
        create(database, a_run(f"run{n}", dag_id="versions"))
    dags._MEMORY._dags.clear()
    first = sent(database, statements, runs.load_active)
    assert first - sent(database, statements, runs.load_active) == 1


@pytest.mark.parametrize(
    "events_of",
    [
        pytest.param(lambda t: [dispatched(t)], id="dispatched"),
        pytest.param(lambda t: [dispatched(t), started(t)], id="started"),
        pytest.param(lambda t: [dispatched(t), finished(t, success(a=1))], id="finished"),
    ],
)
def test_a_batch_of_effects_takes_as_many_statements_as_one(
    database: Database, statements: list[str], events_of: Callable[[str], list[Event]]
) -> None:
    run = begun(database, *TASKS, "last")
    for_one = change(database, statements, run, events_of(TASKS[0]))
    batch = [event for task in TASKS[1:] for event in events_of(task)]
    assert change(database, statements, run, batch) == for_one
    assert for_one <= 8


def test_effects_of_many_runs_take_as_many_statements_as_those_of_one(
    database: Database, statements: list[str]
) -> None:
    first = begun(database, "load", run_id="run0")
    for n in range(1, 9):
        create(database, a_run(f"run{n}"))
    found = [first, *(load(database, f"run{n}") for n in range(1, 9))]
    counts = []
    for some in (found[1:2], found[2:]):
        effects = {run.id: advance(run.snapshot, [RunStarted()], NOW) for run in some}
        statements.clear()
        with database.transaction() as session:
            runs.apply_all(session, effects)
        counts.append(len(statements))
    assert counts[1] <= counts[0]


@pytest.mark.parametrize("wanted", [1, 30, 5000])
def test_values_of_any_number_of_tasks_take_one_statement(
    database: Database, statements: list[str], wanted: int
) -> None:
    run = begun(database, *TASKS)
    happen(database, run, *(dispatched(task) for task in TASKS))
    happen(database, run, *(finished(task, success(a=1)) for task in TASKS))
    names = [f"task{n}" for n in range(wanted)]
    assert sent(database, statements, lambda s: runs.values_of(s, run.id, names)) == 1
    with database.reading() as session:
        assert len(runs.values_of(session, run.id, names)) == min(wanted, len(TASKS))


def test_creating_a_run_of_many_tasks_takes_as_many_statements_as_one(
    database: Database, statements: list[str]
) -> None:
    counts = []
    for n in (1, 60):
        save(database, a_dag(*TASKS[:n]))
        run = a_run(f"of{n}")
        statements.clear()
        create(database, run)
        counts.append(len(statements))
    assert counts[1] <= counts[0]


# -- plans: SQLite says which index it will use; PostgreSQL decides by the size of the tables ------


def slots_of_deferred(session: Session) -> object:
    return queue.slots_of_deferred(session, [Pool("gpu", 2, include_deferred=True)])


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (runs.load_active, "ix_dag_runs_active"),
        (queue.active, "ix_task_instances_live"),
        (slots_of_deferred, "ix_task_instances_deferred"),
        (runs.live_attempts, "ix_task_instances_live"),
        (runs.next_retry_at, "ix_task_instances_retry"),
        (requests.pending, "ix_requests_pending"),
    ],
)
def test_the_loop_looks_at_unfinished_work_only(
    sqlite_database: Database, ask: Callable[[Session], object], index: str
) -> None:
    begun(sqlite_database, "load")
    assert any(index in step for step in plans(sqlite_database, ask))


@pytest.mark.parametrize(
    "ask",
    [
        runs.load_active,
        queue.active,
        slots_of_deferred,
        lambda s: past.previous_runs(s, [Asked(1, frozenset({"load"}), manual_runs=True)]),
        lambda s: past.previous_runs(s, [Asked(1, frozenset({"load"}), manual_runs=False)]),
        runs.live_attempts,
        runs.next_retry_at,
        requests.pending,
        lambda s: runs.load_run(s, "sales", "one"),
        lambda s: runs.values_of(s, 1, ["load"]),
        lambda s: journal.after(s, 5),
        lambda s: dags.current_version(s, "sales"),
        lambda s: browsing.runs(s, "sales", None, 10),
        lambda s: browsing.last_runs(s, ["sales"], 10),
        lambda s: browsing.instances(s, 1),
        lambda s: browsing.tries(s, 1, ("load", -1)),
    ],
)
def test_nothing_reads_a_whole_table_of_history(
    sqlite_database: Database, ask: Callable[[Session], object]
) -> None:
    begun(sqlite_database, "load")
    history = ("dag_runs", "task_instances", "tries", "values", "journal", "requests")
    whole = {f"SCAN {table}" for table in history}
    assert not whole & set(plans(sqlite_database, ask))


def plans(database: Database, ask: Callable[[Session], object]) -> list[str]:
    """The steps SQLite would take for every statement of `ask`."""
    asked: list[tuple[str, object]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        asked.append((statement, parameters))

    event.listen(database._reading, "before_cursor_execute", note)
    with database.reading() as session:
        ask(session)
    event.remove(database._reading, "before_cursor_execute", note)
    with database.reading() as session:
        return [
            str(step[3])
            for statement, parameters in asked
            if statement.startswith("SELECT")
            for step in session.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]  # as they came
        ]
