"""Who is with the executor, who keeps slots without it, and who waits for a place: counted from
rows, so that nothing can leak. All of it is bounded by the unfinished work.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from nbflow.core.events import TaskKey
from nbflow.core.limits import Active
from nbflow.core.states import TaskState
from nbflow.store.database import Session
from nbflow.store.pools import Pool
from nbflow.store.tables import (
    RUN_IS_ACTIVE,
    TASK_IS_DEFERRED,
    TASK_IS_LIVE,
    DagRunRow,
    TaskInstanceRow,
    table_of,
)

_RUNS, _TASKS = table_of(DagRunRow), table_of(TaskInstanceRow)


class InPool(NamedTuple):
    """A task instance that takes slots of its pool, or waits for some."""

    run_pk: int
    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    state: TaskState
    pool: str
    pool_slots: int

    @property
    def key(self) -> TaskKey:
        return (self.task_id, self.map_index)


class AtWork(NamedTuple):
    """A task instance that the executor has: `worker` runs it, or nobody does yet."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    map_name: str
    state: TaskState
    worker: str
    queued_at: datetime | None
    started_at: datetime | None


def at_work(session: Session, limit: int) -> list[AtWork]:
    """The task instances that are running or queued, the oldest first."""
    runs = {name: _RUNS.c[name] for name in ("dag_id", "run_id")}
    query = (
        select(*(runs[name] if name in runs else _TASKS.c[name] for name in AtWork._fields))
        .join_from(_TASKS, _RUNS, _RUNS.c.id == _TASKS.c.run_pk)
        .where(TASK_IS_LIVE)
        .order_by(_TASKS.c.queued_at, _TASKS.c.id)
        .limit(limit)
    )
    return [AtWork(*row) for row in session.execute(query)]


def counts(session: Session, states: Collection[TaskState]) -> Mapping[TaskState, int]:
    """How many task instances of active runs are in each of these states."""
    query = (
        select(_TASKS.c.state, func.count())
        .join_from(_RUNS, _TASKS, _RUNS.c.id == _TASKS.c.run_pk)
        .where(RUN_IS_ACTIVE, _TASKS.c.state.in_(list(states)))
        .group_by(_TASKS.c.state)
    )
    found = {TaskState(state): int(number) for state, number in session.execute(query)}
    return {state: found.get(state, 0) for state in states}


def active(session: Session) -> list[Active]:
    """The task instances that are queued or running, by run and task."""
    query = (
        select(
            _TASKS.c.run_pk,
            _RUNS.c.dag_id,
            _TASKS.c.task_id,
            _TASKS.c.pool,
            func.count(),
            func.sum(_TASKS.c.pool_slots),
        )
        .join_from(_TASKS, _RUNS, _RUNS.c.id == _TASKS.c.run_pk)
        .where(TASK_IS_LIVE)
        .group_by(_TASKS.c.run_pk, _RUNS.c.dag_id, _TASKS.c.task_id, _TASKS.c.pool)
    )
    return [
        Active(run_pk, dag_id, task_id, pool, int(count), int(slots))
        for run_pk, dag_id, task_id, pool, count, slots in session.execute(query)
    ]


def slots_of_deferred(session: Session, pools: Collection[Pool]) -> Mapping[str, int]:
    """The slots that deferred task instances keep, in those of `pools` that count these."""
    counting = [pool.name for pool in pools if pool.include_deferred]
    if not counting:
        return {}
    query = (
        select(_TASKS.c.pool, func.sum(_TASKS.c.pool_slots))
        .where(TASK_IS_DEFERRED, _TASKS.c.pool.in_(counting))
        .group_by(_TASKS.c.pool)
    )
    return {pool: int(slots) for pool, slots in session.execute(query)}


def in_pools(
    session: Session, states: Collection[TaskState], pool: str | None = None
) -> list[InPool]:
    """The task instances of active runs in one of these states, in one pool or in all."""
    query = (
        select(
            _TASKS.c.run_pk,
            _RUNS.c.dag_id,
            _RUNS.c.run_id,
            _TASKS.c.task_id,
            _TASKS.c.map_index,
            _TASKS.c.state,
            _TASKS.c.pool,
            _TASKS.c.pool_slots,
        )
        .join_from(_RUNS, _TASKS, _RUNS.c.id == _TASKS.c.run_pk)
        .where(RUN_IS_ACTIVE, _TASKS.c.state.in_(list(states)))
        .order_by(_TASKS.c.queued_at, _TASKS.c.id)
    )
    if pool is not None:
        query = query.where(_TASKS.c.pool == pool)
    return [InPool(*row) for row in session.execute(query)]
