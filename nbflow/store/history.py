"""The past of a DAG in whole tables: the states of all tasks in many runs, how long they took, the
runs of each day. Read-only; one statement for each question, whatever the number of runs.

Lists of single things are in `browsing.py`. Databases count and measure here, so that what comes
back is as small as what is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Float, case, cast, func, literal, select

from nbflow.core.states import RunState, RunType, TaskState
from nbflow.core.zones import Stretch
from nbflow.store.database import Session
from nbflow.store.run_filter import ANY_RUN, RUN_DATE, RunFilter
from nbflow.store.tables import (
    DagRunRow,
    DagVersionRow,
    TaskInstanceRow,
    TryRow,
    table_of,
)

_RUNS, _VERSIONS = table_of(DagRunRow), table_of(DagVersionRow)
_INSTANCES, _TRIES = table_of(TaskInstanceRow), table_of(TryRow)
_BETWEEN = "\x1f"  # no id holds it: identifiers are checked where DAGs are made
_BAD = (TaskState.FAILED, TaskState.UPSTREAM_FAILED)


@dataclass(frozen=True)
class PastRun:
    """A run without its params and tasks. `version` is the number of its DAG's version."""

    id: int
    version: int
    run_id: str
    state: RunState
    run_type: RunType
    logical_date: datetime | None
    run_after: datetime | None
    created_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    note: str


@dataclass(frozen=True)
class TaskStates:
    """So many instances of these tasks of a run are in this state; the tasks are `mapped`, or have
    one instance each.
    """

    run_pk: int
    state: TaskState
    tasks: tuple[str, ...]
    mapped: bool
    count: int


@dataclass(frozen=True)
class TaskTime:
    """How long a task took in a run, in seconds, from the start of its first instance to the end of
    the last; None where it has not both started and ended. `failed`: how many instances did.
    """

    run_pk: int
    task_id: str
    seconds: float | None
    failed: int


@dataclass(frozen=True)
class DayRuns:
    """So many runs of a day are in this state."""

    day: date
    state: RunState
    count: int


@dataclass(frozen=True)
class PastTry:
    """When a try of a task instance was handed over, began and ended."""

    task_id: str
    map_index: int
    try_number: int
    state: TaskState
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    worker: str


def past_runs(
    session: Session, dag_id: str, before: int | None, limit: int, chosen: RunFilter = ANY_RUN
) -> list[PastRun]:
    """The `chosen` runs of a DAG, newest first: at most `limit`, older than the key `before`."""
    names = [name for name in PastRun.__dataclass_fields__ if name != "version"]
    query = (
        select(_VERSIONS.c.number.label("version"), *(_RUNS.c[name] for name in names))
        .join_from(_RUNS, _VERSIONS, _VERSIONS.c.id == _RUNS.c.version_id)
        .where(_RUNS.c.dag_id == dag_id, *chosen.conditions())
        .order_by(_RUNS.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(_RUNS.c.id < before)
    return [PastRun(**row) for row in session.execute(query).mappings()]


def task_states(session: Session, run_pks: Sequence[int]) -> Iterator[TaskStates]:
    """The states of all tasks of these runs: tasks with one instance together by state, each mapped
    task by itself.
    """
    of_runs = _INSTANCES.c.run_pk.in_(run_pks)
    single = (
        select(
            _INSTANCES.c.run_pk,
            _INSTANCES.c.state,
            func.aggregate_strings(_INSTANCES.c.task_id, _BETWEEN),
        )
        .where(of_runs, _INSTANCES.c.map_index < 0)
        .group_by(_INSTANCES.c.run_pk, _INSTANCES.c.state)
    )
    for run_pk, state, tasks in session.execute(single):
        names = tuple(str(tasks).split(_BETWEEN))
        yield TaskStates(run_pk, state, names, mapped=False, count=1)
    mapped = (
        select(_INSTANCES.c.run_pk, _INSTANCES.c.state, _INSTANCES.c.task_id, func.count())
        .where(of_runs, _INSTANCES.c.map_index >= 0)
        .group_by(_INSTANCES.c.run_pk, _INSTANCES.c.task_id, _INSTANCES.c.state)
    )
    for run_pk, state, task_id, count in session.execute(mapped):
        yield TaskStates(run_pk, state, (task_id,), mapped=True, count=count)


def task_times(session: Session, run_pks: Sequence[int]) -> list[TaskTime]:
    """How long each task took in each of these runs."""
    began, ended = func.min(_INSTANCES.c.started_at), func.max(_INSTANCES.c.ended_at)
    failed = func.sum(case((_INSTANCES.c.state.in_(_BAD), 1), else_=0))
    query = (
        select(_INSTANCES.c.run_pk, _INSTANCES.c.task_id, _seconds(session, began, ended), failed)
        .where(_INSTANCES.c.run_pk.in_(run_pks), _INSTANCES.c.started_at.is_not(None))
        .group_by(_INSTANCES.c.run_pk, _INSTANCES.c.task_id)
    )
    return [TaskTime(*row) for row in session.execute(query)]


def days(session: Session, dag_id: str, span: Sequence[Stretch]) -> list[DayRuns]:
    """How many runs of a DAG with a date in this span, which is cut where the zone of the days
    changes its clock, are in which state, day by day.
    """
    day = _day(session, span).label("day")
    since, until = span[0].start, span[-1].end
    query = (
        select(day, _RUNS.c.state, func.count())
        .where(_RUNS.c.dag_id == dag_id, since <= RUN_DATE, until > RUN_DATE)
        .group_by(day, _RUNS.c.state)
    )
    found = session.execute(query)
    return [DayRuns(date.fromisoformat(str(at)), state, count) for at, state, count in found]


def first_and_last(session: Session, dag_id: str) -> tuple[datetime | None, datetime | None]:
    """The dates of the oldest and the newest run of a DAG; None without runs."""
    query = select(func.min(RUN_DATE), func.max(RUN_DATE)).where(_RUNS.c.dag_id == dag_id)
    oldest, newest = session.execute(query).one()
    return oldest, newest


def past_tries(session: Session, run_pk: int, most_instances: int) -> list[PastTry]:
    """The tries of the task instances of a run, in the order in which they were handed over; of
    mapped tasks those of the first `most_instances` instances.
    """
    fields = (_TRIES.c[name] for name in PastTry.__dataclass_fields__)
    query = (
        select(*fields)
        .where(_TRIES.c.run_pk == run_pk, _TRIES.c.map_index < most_instances)
        .order_by(_TRIES.c.queued_at, _TRIES.c.try_number)
    )
    return [PastTry(**row) for row in session.execute(query).mappings()]


# `Any`: an expression whose type each dialect makes its own.


def _seconds(session: Session, began: Any, ended: Any) -> ColumnElement[float | None]:  # noqa: ANN401
    if session.dialect.name == "sqlite":
        days = func.julianday(ended) - func.julianday(began)
        return cast(func.round(days * 86_400, 3), Float)
    return cast(func.extract("epoch", ended) - func.extract("epoch", began), Float)


def _day(session: Session, span: Sequence[Stretch]) -> ColumnElement[Any]:
    *before, last = span
    day = _day_at(session, last.offset)
    ways = [(one.end > RUN_DATE, _day_at(session, one.offset)) for one in before]
    return case(*ways, else_=day) if ways else day


def _day_at(session: Session, ahead: timedelta) -> ColumnElement[Any]:
    if session.dialect.name == "sqlite":
        return func.date(RUN_DATE, f"{ahead.total_seconds():+.0f} seconds")
    return func.date(func.timezone("UTC", RUN_DATE) + literal(ahead))
