"""A past for the browser to look at, written straight into the store, as it takes long to run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

from sqlalchemy import delete, insert

from nbflow import app
from nbflow.core.dag import Dag, Task, TaskKind
from nbflow.core.orders import SourceBundle
from nbflow.core.states import RunState, RunType, TaskState
from nbflow.settings import Settings
from nbflow.store import dags
from nbflow.store.database import Database, Session
from nbflow.store.tables import DagRunRow, TaskInstanceRow, table_of

FIRST = datetime(2026, 1, 5, 6, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)


def write(folder: Path, dag_id: str, *, runs: int, tasks: int) -> Sequence[str]:
    """A DAG of independent tasks with so many runs, one an hour, each a second longer than the one
    before; in every tenth the last task has failed. The ids of the runs, oldest first.
    """
    names = [f"t{n:03d}" for n in range(tasks)]
    dag = Dag(dag_id, tuple(Task(name, TaskKind.PYTHON) for name in names), file=f"{dag_id}.py")
    with app.open_database(Settings(home=folder)) as database:
        version = _save(database, dag)
        with database.transaction() as session:  # of a walk before this one
            session.execute(delete(DagRunRow).where(DagRunRow.dag_id == dag_id))
        for n in range(runs):
            with database.transaction() as session:
                _write_run(session, dag_id, version, n, names)
    return [f"run{n:03d}" for n in range(runs)]


def forget(folder: Path, dag_id: str) -> None:
    """As if its file were gone: no list shows the DAG."""
    with app.open_database(Settings(home=folder)) as database, database.transaction() as session:
        dags.forget_file(session, f"{dag_id}.py", FIRST)


def _save(database: Database, dag: Dag) -> int:
    with database.transaction() as session:
        bundle = SourceBundle(f"bundle-{dag.dag_id}", {dag.file: b""})
        dags.save_file(session, dag.file, [dag], bundle, [], FIRST)
        stored = dags.current_version(session, dag.dag_id)
    assert stored is not None
    return stored.version_id


def _write_run(session: Session, dag_id: str, version: int, n: int, names: Sequence[str]) -> None:
    at, has_failed = FIRST + n * HOUR, n % 10 == 9
    run = {
        "version_id": version,
        "dag_id": dag_id,
        "run_id": f"run{n:03d}",
        "state": RunState.FAILED if has_failed else RunState.SUCCESS,
        "run_type": RunType.MANUAL if n % 7 == 6 else RunType.SCHEDULED,
        "run_after": at,
        "logical_date": at,
        "params": {},
        "message": "",
        "created_at": at,
        "started_at": at,
        "ended_at": at + timedelta(seconds=60 + n),
    }
    table = table_of(DagRunRow)
    key = session.scalars(insert(table).returning(table.c.id), [run]).one()
    rows = [
        {
            "run_pk": key,
            "task_id": name,
            "map_index": -1,
            "state": TaskState.FAILED if has_failed and name == names[-1] else TaskState.SUCCESS,
            "try_number": 1,
            "attempt_id": f"{dag_id}-{key}-{name}",
            "queued_at": at,
            "started_at": at,
            "ended_at": at + timedelta(seconds=5 + len(name)),
            "pool": "default_pool",
            "pool_slots": 1,
            "priority_weight": 1,
        }
        for name in names
    ]
    session.execute(insert(table_of(TaskInstanceRow)), rows)
