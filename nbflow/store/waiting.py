"""What deferred task instances look at in other runs, for all of them in one statement each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import bindparam, select

from nbflow.core.snapshot import TaskInstance
from nbflow.core.states import RunState, TaskState
from nbflow.core.waiting import RunSeen, Seen
from nbflow.store.database import Session
from nbflow.store.tables import (
    TASK_IS_DEFERRED,
    DagRunRow,
    TaskInstanceRow,
    columns_like,
    table_of,
)

_RUNS = table_of(DagRunRow)
_TASKS = table_of(TaskInstanceRow)


def runs_at(session: Session, dag_ids: Collection[str], dates: Collection[datetime]) -> Seen:
    """The runs of these DAGs at these logical dates with their tasks; the newest of several."""
    rows = session.execute(_RUNS_AT, {"dag_ids": list(dag_ids), "dates": list(dates)})
    found = {(row.dag_id, row.logical_date): (row.id, row.state) for row in rows}
    if not found:
        return {}
    tasks: dict[int, dict[str, list[TaskState]]] = defaultdict(lambda: defaultdict(list))
    run_pks = [run_pk for run_pk, _ in found.values()]
    for run_pk, task_id, state in session.execute(_TASKS_OF, {"run_pks": run_pks}):
        tasks[run_pk][task_id].append(state)
    return {key: RunSeen(state, tasks[run_pk]) for key, (run_pk, state) in found.items()}


def states_of_runs(
    session: Session, dag_ids: Collection[str], run_ids: Collection[str]
) -> Mapping[tuple[str, str], RunState]:
    """The states of these runs, by DAG and run id; those that are gone are left out."""
    rows = session.execute(_STATES, {"dag_ids": list(dag_ids), "run_ids": list(run_ids)})
    return {(row.dag_id, row.run_id): row.state for row in rows}


def deferred(session: Session) -> list[tuple[str, str, TaskInstance]]:
    """Every task instance that waits without a worker, with its DAG and run, the oldest first."""
    rows = session.execute(_WAITING)
    return [(row[0], row[1], TaskInstance(*row[2:])) for row in rows]


_RUNS_AT = (
    select(_RUNS.c.id, _RUNS.c.dag_id, _RUNS.c.logical_date, _RUNS.c.state)
    .where(
        _RUNS.c.dag_id.in_(bindparam("dag_ids", expanding=True)),
        _RUNS.c.logical_date.in_(bindparam("dates", expanding=True)),
    )
    .order_by(_RUNS.c.id)
)
_TASKS_OF = select(_TASKS.c.run_pk, _TASKS.c.task_id, _TASKS.c.state).where(
    _TASKS.c.run_pk.in_(bindparam("run_pks", expanding=True))
)
_STATES = select(_RUNS.c.dag_id, _RUNS.c.run_id, _RUNS.c.state).where(
    _RUNS.c.dag_id.in_(bindparam("dag_ids", expanding=True)),
    _RUNS.c.run_id.in_(bindparam("run_ids", expanding=True)),
)
_WAITING = (
    select(_RUNS.c.dag_id, _RUNS.c.run_id, *columns_like(_TASKS, TaskInstance))
    .join(_RUNS, _RUNS.c.id == _TASKS.c.run_pk)
    .where(TASK_IS_DEFERRED)
    .order_by(_TASKS.c.id)
)
