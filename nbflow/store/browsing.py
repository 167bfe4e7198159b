"""What the screens look for: lists, newest first, page by page, and counts. Read-only; bounded
statements whatever the size of the history.

The scheduler asks nothing here. Results are small frozen values, named after what a person sees.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import RowMapping, Select, and_, exists, func, or_, select, true

from nbflow.core.dag import Dag
from nbflow.core.events import TaskKey
from nbflow.core.json import Json, JsonObject
from nbflow.core.snapshot import DagRun, TaskInstance
from nbflow.core.states import RunState, TaskState
from nbflow.store.database import Session
from nbflow.store.run_filter import ANY_RUN, RunFilter
from nbflow.store.tables import (
    RUN_IS_ACTIVE,
    AnySelect,
    DagRow,
    DagRunRow,
    DagVersionRow,
    ImportErrorRow,
    TaskInstanceRow,
    TryRow,
    ValueRow,
    table_of,
)

_DAGS, _VERSIONS, _RUNS = table_of(DagRow), table_of(DagVersionRow), table_of(DagRunRow)
_INSTANCES, _TRIES, _ERRORS = table_of(TaskInstanceRow), table_of(TryRow), table_of(ImportErrorRow)
_VALUES = table_of(ValueRow)
_RUN_FIELDS = [_RUNS.c[name] for name in DagRun.__dataclass_fields__]
_INSTANCE_FIELDS = [_INSTANCES.c[name] for name in TaskInstance.__dataclass_fields__]


@dataclass(frozen=True)
class ListedDag:
    """A DAG in the list, without its tasks."""

    dag_id: str
    file: str
    source: str
    display_name: str
    description: str
    owner: str
    tags: tuple[str, ...]
    timetable: JsonObject
    active: bool
    paused: bool
    held: bool
    version: int
    task_count: int
    start_date: datetime | None
    end_date: datetime | None
    calendar: Json
    created_at: datetime
    last_logical_date: datetime | None


@dataclass(frozen=True)
class ListedRun:
    """A run with its key in the store, the number of its DAG's version, and its instances counted
    by state.
    """

    id: int
    version: int
    run: DagRun
    counts: Mapping[str, int]


@dataclass(frozen=True)
class MappedTask:
    """The instances of a mapped task in a run: how many are in which state, when the first of them
    started and the last ended.
    """

    task_id: str
    counts: Mapping[str, int]
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def length(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class Try:
    """One attempt of a task instance; see `tables.TryRow`."""

    attempt_id: str
    try_number: int
    state: str
    reason: str | None
    message: str
    traceback: str
    cell: int | None
    worker: str
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    output_notebook: str | None
    log: str | None
    peak_memory: int | None
    rendered: Mapping[str, str] | None
    names_read: Mapping[str, str] | None
    kernel: JsonObject | None


@dataclass(frozen=True)
class LeftBehind:
    """How much a run has left behind: its attempts, what each of them wrote, values, and notes on
    its task instances.
    """

    tries: int
    logs: int
    notebooks: int
    values: int
    notes: int


def dags(session: Session, search: str = "", *, with_inactive: bool = False) -> list[ListedDag]:
    """All DAGs by id; `search` is looked for in ids, names and descriptions, whatever the case."""
    names = list(ListedDag.__dataclass_fields__)
    query = select(*(_DAGS.c[name] for name in names)).order_by(_DAGS.c.dag_id)
    if not with_inactive:
        query = query.where(_DAGS.c.active.is_(True))
    if search:
        found = (
            _DAGS.c.dag_id.icontains(search, autoescape=True),
            _DAGS.c.display_name.icontains(search, autoescape=True),
            _DAGS.c.description.icontains(search, autoescape=True),
        )
        query = query.where(or_(*found))
    return [ListedDag(**row) for row in session.execute(query).mappings()]


def last_runs(session: Session, dag_ids: Sequence[str], each: int) -> Mapping[str, list[DagRun]]:
    """The newest `each` runs of each of these DAGs, newest first."""
    query = (
        _last_runs_on_sqlite(each)
        if session.dialect.name == "sqlite"
        else _last_runs_on_postgresql(each)
    )
    query = query.where(_DAGS.c.dag_id.in_(dag_ids))
    found: dict[str, list[DagRun]] = defaultdict(list)
    for row in session.execute(query).mappings():
        found[row["dag_id"]].append(_run(row))
    return found


# Both find the newest runs of each DAG in the index. A window function would rank the history; the
# way that suits one database the other does not know, or carries out run by run.


def _last_runs_on_sqlite(each: int) -> AnySelect:
    """The runs from the n-th newest on."""
    newest = _RUNS.alias()
    start = (
        select(newest.c.id)
        .where(newest.c.dag_id == _DAGS.c.dag_id)
        .order_by(newest.c.id.desc())
        .offset(each - 1)
        .limit(1)
        .scalar_subquery()
    )
    since = and_(_RUNS.c.dag_id == _DAGS.c.dag_id, _RUNS.c.id >= func.coalesce(start, 0))
    return select(*_RUN_FIELDS).join_from(_DAGS, _RUNS, since).order_by(_RUNS.c.id.desc())


def _last_runs_on_postgresql(each: int) -> AnySelect:
    """A LATERAL join."""
    newest = (
        select(_RUNS.c.id, *_RUN_FIELDS)
        .where(_RUNS.c.dag_id == _DAGS.c.dag_id)
        .order_by(_RUNS.c.id.desc())
        .limit(each)
        .lateral()
    )
    fields = [newest.c[column.name] for column in _RUN_FIELDS]
    return select(*fields).join_from(_DAGS, newest, true()).order_by(newest.c.id.desc())


def active_counts(session: Session) -> Mapping[str, Mapping[str, int]]:
    """By DAG: how many runs are queued and how many run."""
    query = (
        select(_RUNS.c.dag_id, _RUNS.c.state, func.count())
        .where(RUN_IS_ACTIVE)
        .group_by(_RUNS.c.dag_id, _RUNS.c.state)
    )
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for dag_id, state, count in session.execute(query):
        found[dag_id][str(state)] = count
    return found


def queued_before(session: Session, dag_id: str, run_after: datetime | None, run_pk: int) -> int:
    """How many queued runs of the DAG come before this one."""
    older = or_(
        _RUNS.c.run_after < run_after, and_(_RUNS.c.run_after == run_after, _RUNS.c.id < run_pk)
    )
    query = (
        select(func.count())
        .select_from(_RUNS)
        .where(RUN_IS_ACTIVE, _RUNS.c.state == RunState.QUEUED, _RUNS.c.dag_id == dag_id, older)
    )
    return session.scalar(query) or 0


def runs(
    session: Session,
    dag_id: str | None,
    before: int | None,
    limit: int,
    chosen: RunFilter = ANY_RUN,
) -> list[ListedRun]:
    """The `chosen` runs of one DAG or of all, newest first: at most `limit`, older than the key
    `before`.
    """
    query = _listed_runs().where(*chosen.conditions()).order_by(_RUNS.c.id.desc()).limit(limit)
    if dag_id is not None:
        query = query.where(_RUNS.c.dag_id == dag_id)
    if before is not None:
        query = query.where(_RUNS.c.id < before)
    return _with_counts(session, session.execute(query).mappings().all())


def runs_of(session: Session, run_pks: Sequence[int]) -> list[ListedRun]:
    """These runs, in this order."""
    query = _listed_runs().where(_RUNS.c.id.in_(run_pks))
    found = _with_counts(session, session.execute(query).mappings().all()) if run_pks else []
    by_id = {one.id: one for one in found}
    return [by_id[run_pk] for run_pk in run_pks if run_pk in by_id]


def run(session: Session, dag_id: str, run_id: str) -> ListedRun | None:
    """One run, or None."""
    query = _listed_runs().where(_RUNS.c.dag_id == dag_id, _RUNS.c.run_id == run_id)
    found = _with_counts(session, session.execute(query).mappings().all())
    return found[0] if found else None


def success_before(session: Session, dag_id: str, run_pk: int) -> str | None:
    """The id of the newest run of a DAG that was created before this one and succeeded."""
    query = (
        select(_RUNS.c.run_id)
        .where(_RUNS.c.dag_id == dag_id, _RUNS.c.id < run_pk, _RUNS.c.state == RunState.SUCCESS)
        .order_by(_RUNS.c.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def task_success_before(session: Session, dag_id: str, run_pk: int, task_id: str) -> str | None:
    """The id of the newest run of a DAG that was created before this one and in which a task
    succeeded, all of its instances; however the run itself ended.
    """
    succeeded = _INSTANCES.c.state == TaskState.SUCCESS
    of_task = exists().where(_INSTANCES.c.run_pk == _RUNS.c.id, _INSTANCES.c.task_id == task_id)
    query = (
        select(_RUNS.c.run_id)
        .where(_RUNS.c.dag_id == dag_id, _RUNS.c.id < run_pk)
        .where(of_task.where(succeeded), ~of_task.where(~succeeded))
        .order_by(_RUNS.c.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def dag_of_run(session: Session, run_pk: int) -> Dag:
    """The DAG in the version this run executes, or the tasks of it that the run is made of."""
    query = select(_VERSIONS.c.spec, _RUNS.c.only).join(_RUNS).where(_RUNS.c.id == run_pk)
    spec, only = session.execute(query).one()
    dag = Dag.from_json(cast("JsonObject", spec))
    return dag if only is None else dag.narrowed(only)


def instances(session: Session, run_pk: int, without: Collection[str] = ()) -> list[TaskInstance]:
    """All task instances of a run, but for those of the tasks `without`."""
    query = select(*_INSTANCE_FIELDS).where(_INSTANCES.c.run_pk == run_pk)
    if without:
        query = query.where(_INSTANCES.c.task_id.not_in(without))
    return [TaskInstance(**row) for row in session.execute(query).mappings()]


def mapped(session: Session, run_pk: int) -> list[MappedTask]:
    """The mapped tasks of a run that have instances."""
    query = (
        select(
            _INSTANCES.c.task_id,
            _INSTANCES.c.state,
            func.count(),
            func.min(_INSTANCES.c.started_at),
            func.max(_INSTANCES.c.ended_at),
        )
        .where(_INSTANCES.c.run_pk == run_pk, _INSTANCES.c.map_index >= 0)
        .group_by(_INSTANCES.c.task_id, _INSTANCES.c.state)
    )
    by_task: dict[str, list[tuple[str, int, datetime | None, datetime | None]]] = defaultdict(list)
    for task_id, state, number, first, last in session.execute(query):
        by_task[task_id].append((str(state), int(number), first, last))
    return [
        MappedTask(
            task_id,
            {state: number for state, number, _, _ in parts},
            min((first for _, _, first, _ in parts if first is not None), default=None),
            max((last for _, _, _, last in parts if last is not None), default=None),
        )
        for task_id, parts in by_task.items()
    ]


def instances_of(
    session: Session,
    run_pk: int,
    task_id: str,
    state: str | None,
    after: int,
    limit: int,
    *,
    search: str = "",
) -> list[TaskInstance]:
    """Instances of one task in the order of their indexes, from the first above `after` on: those
    with `search` in their name, or as their index.
    """
    query = (
        select(*_INSTANCE_FIELDS)
        .where(
            _INSTANCES.c.run_pk == run_pk,
            _INSTANCES.c.task_id == task_id,
            _INSTANCES.c.map_index > after,
        )
        .order_by(_INSTANCES.c.map_index)
        .limit(limit)
    )
    if state is not None:
        query = query.where(_INSTANCES.c.state == TaskState(state))
    if search:
        index = int(search) if search.isdecimal() and len(search) < 10 else -1
        named = _INSTANCES.c.map_name.icontains(search, autoescape=True)
        query = query.where(or_(named, _INSTANCES.c.map_index == index))
    return [TaskInstance(**row) for row in session.execute(query).mappings()]


def counts_of_task(session: Session, run_pk: int, task_id: str) -> Mapping[str, int]:
    """How many instances of a task are in which state."""
    query = (
        select(_INSTANCES.c.state, func.count())
        .where(_INSTANCES.c.run_pk == run_pk, _INSTANCES.c.task_id == task_id)
        .group_by(_INSTANCES.c.state)
    )
    return {str(state): int(number) for state, number in session.execute(query)}


def tries(session: Session, run_pk: int, key: TaskKey) -> list[Try]:
    """The attempts of a task instance, newest first."""
    fields = (_TRIES.c[name] for name in Try.__dataclass_fields__)
    query = (
        select(*fields)
        .where(_TRIES.c.run_pk == run_pk, _TRIES.c.task_id == key[0], _TRIES.c.map_index == key[1])
        .order_by(_TRIES.c.try_number.desc(), _TRIES.c.queued_at.desc())
    )
    return [Try(**row) for row in session.execute(query).mappings()]


def newest_tries(session: Session, run_pk: int) -> Mapping[TaskKey, Try]:
    """The newest attempt of every task instance of a run."""
    fields = (_TRIES.c[name] for name in Try.__dataclass_fields__)
    query = (
        select(_TRIES.c.task_id, _TRIES.c.map_index, *fields)
        .where(_TRIES.c.run_pk == run_pk)
        .order_by(_TRIES.c.try_number, _TRIES.c.queued_at)
    )
    found: dict[TaskKey, Try] = {}
    for row in session.execute(query).mappings():
        values = dict(row)
        key = (values.pop("task_id"), values.pop("map_index"))
        found[key] = Try(**values)
    return found


def left_behind(session: Session, run_pk: int) -> LeftBehind:
    """How much there is of a run."""
    tried = select(func.count(), func.count(_TRIES.c.log), func.count(_TRIES.c.output_notebook))
    tries, logs, notebooks = session.execute(tried.where(_TRIES.c.run_pk == run_pk)).one()
    values = select(func.count()).where(_VALUES.c.run_pk == run_pk)
    notes = select(func.count()).where(_INSTANCES.c.run_pk == run_pk, _INSTANCES.c.note != "")
    return LeftBehind(
        tries, logs, notebooks, session.scalar(values) or 0, session.scalar(notes) or 0
    )


def problem_counts(session: Session) -> Mapping[str, int]:
    """How many problems each file has."""
    query = select(_ERRORS.c.file, func.count()).group_by(_ERRORS.c.file)
    return {file: int(count) for file, count in session.execute(query)}


def _listed_runs() -> Select[tuple[object, ...]]:
    number = _VERSIONS.c.number.label("version")
    return select(_RUNS.c.id, number, *_RUN_FIELDS).join(
        _VERSIONS, _VERSIONS.c.id == _RUNS.c.version_id
    )


def _with_counts(session: Session, rows: Sequence[RowMapping]) -> list[ListedRun]:
    query = (
        select(_INSTANCES.c.run_pk, _INSTANCES.c.state, func.count())
        .where(_INSTANCES.c.run_pk.in_([row["id"] for row in rows]))
        .group_by(_INSTANCES.c.run_pk, _INSTANCES.c.state)
    )
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for run_pk, state, count in session.execute(query) if rows else ():
        counts[run_pk][str(state)] = count
    return [ListedRun(row["id"], row["version"], _run(row), counts[row["id"]]) for row in rows]


def _run(row: RowMapping) -> DagRun:
    return DagRun(**{name: row[name] for name in DagRun.__dataclass_fields__})
