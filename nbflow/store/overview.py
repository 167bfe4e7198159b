"""What the home page looks for: runs under way, and runs that failed lately with the task to blame.
Read-only, and bounded whatever the size of the history.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select

from nbflow.core.states import RunState, TaskState
from nbflow.store import browsing
from nbflow.store.browsing import ListedRun
from nbflow.store.database import Session
from nbflow.store.tables import RUN_IS_ACTIVE, DagRunRow, TaskInstanceRow, TryRow, table_of

_RUNS, _INSTANCES, _TRIES = table_of(DagRunRow), table_of(TaskInstanceRow), table_of(TryRow)

MOST_COUNTED = 1000
"""More failed runs in a day are not counted one by one."""


@dataclass(frozen=True)
class Culprit:
    """The first task instance of a run that failed, and how many did. `cell` counts from 0 in the
    notebook that was executed; `failed_tasks` is 0 where no task failed by itself.
    """

    task_id: str
    map_index: int
    reason: str | None
    message: str
    cell: int | None
    failed_tasks: int


def active_runs(session: Session, limit: int) -> list[ListedRun]:
    """Runs under way, those that run before those that are queued, the oldest first."""
    is_queued = (_RUNS.c.state == RunState.QUEUED).label("is_queued")
    query = select(_RUNS.c.id).where(RUN_IS_ACTIVE).order_by(is_queued, _RUNS.c.id).limit(limit)
    return browsing.runs_of(session, list(session.scalars(query)))


def failed_runs(session: Session, since: datetime, limit: int) -> list[ListedRun]:
    """Runs that failed at or after `since`, those that ended last first."""
    query = (
        select(_RUNS.c.id)
        .where(_RUNS.c.ended_at >= since, _RUNS.c.state == RunState.FAILED)
        .order_by(_RUNS.c.ended_at.desc(), _RUNS.c.id.desc())
        .limit(limit)
    )
    return browsing.runs_of(session, list(session.scalars(query)))


def count_failed(session: Session, since: datetime) -> int:
    """How many runs failed at or after `since`, `MOST_COUNTED` at most."""
    some = (
        select(_RUNS.c.id)
        .where(_RUNS.c.ended_at >= since, _RUNS.c.state == RunState.FAILED)
        .limit(MOST_COUNTED)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(some)) or 0


def culprits(session: Session, run_pks: Sequence[int]) -> dict[int, Culprit]:
    """What failed first in each of these runs; runs in which no task failed are left out."""
    if not run_pks:
        return {}
    has_failed = and_(_INSTANCES.c.run_pk.in_(run_pks), _INSTANCES.c.state == TaskState.FAILED)
    first = (
        select(
            _INSTANCES.c.run_pk,
            func.min(_INSTANCES.c.ended_at).label("ended_at"),
            func.count().label("failed_tasks"),
        )
        .where(has_failed)
        .group_by(_INSTANCES.c.run_pk)
        .subquery()
    )
    names = ("task_id", "map_index", "reason", "message")
    query = (
        select(
            _INSTANCES.c.run_pk,
            *(_INSTANCES.c[name] for name in names),
            _TRIES.c.cell,
            first.c.failed_tasks,
        )
        .join(first, first.c.run_pk == _INSTANCES.c.run_pk)
        .outerjoin(_TRIES, _TRIES.c.attempt_id == _INSTANCES.c.attempt_id)
        .where(has_failed, _INSTANCES.c.ended_at.is_not_distinct_from(first.c.ended_at))
        .order_by(_INSTANCES.c.id.desc())
    )
    # Several may have ended at the same instant: the first of them stands last.
    return {run_pk: Culprit(*rest) for run_pk, *rest in session.execute(query)}
