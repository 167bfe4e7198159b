"""DAG runs and their task instances: made here, read here. What changes them is in `effects.py`.

Reading several runs takes the same number of statements as reading one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import NamedTuple, cast

from sqlalchemy import (
    ColumnElement,
    delete,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
    update,
)

from nbflow.core import deadlines, params
from nbflow.core.dag import Dag, Task
from nbflow.core.errors import RequestError
from nbflow.core.events import TaskKey
from nbflow.core.orders import PreviousRun, ValueRef
from nbflow.core.snapshot import DagRun, RunSnapshot, TaskInstance
from nbflow.core.states import FINISHED_RUN, RunState, RunType, TaskState
from nbflow.store import journal
from nbflow.store.dags import read_dags
from nbflow.store.database import Session
from nbflow.store.effects import apply_all, apply_effects, columns_of_task
from nbflow.store.journal import Change
from nbflow.store.tables import (
    RUN_IS_ACTIVE,
    TASK_IS_LIVE,
    TASK_WAITS_FOR_RETRY,
    CacheValueRow,
    DagRow,
    DagRunRow,
    DagVersionRow,
    TaskInstanceRow,
    ValueRow,
    columns_like,
    insert_into,
    table_of,
)

__all__ = [
    "ActiveRun",
    "LiveAttempt",
    "all_values",
    "apply_all",
    "apply_effects",
    "copy_values",
    "create_run",
    "delete_run",
    "instance_values",
    "live_attempts",
    "load_active",
    "load_run",
    "load_runs",
    "move_to_version",
    "next_retry_at",
    "previous_success",
    "refuse_second",
    "run_ids",
    "runs_of_dates",
    "values_of",
    "values_of_instance",
    "without_taken_dates",
]

_DAGS = table_of(DagRow)
_VERSIONS = table_of(DagVersionRow)
_RUNS = table_of(DagRunRow)
_TASKS = table_of(TaskInstanceRow)
_VALUES = table_of(ValueRow)
_CACHED = table_of(CacheValueRow)

_NAMED_AT_MOST = 500
"""More task ids than this are not worth naming one by one in a statement."""


@dataclass(frozen=True)
class ActiveRun:
    """A run with everything core decides upon. `id` is its primary key."""

    id: int
    version_id: int
    snapshot: RunSnapshot


class LiveAttempt(NamedTuple):
    """An attempt the executor should know of."""

    run_pk: int
    key: TaskKey
    attempt_id: str
    state: TaskState


# -- making ----------------------------------------------------------------------------------------


def create_run(session: Session, run: DagRun, version_id: int, dag: Dag) -> int:
    """Store a new run with its task instances and return its primary key.

    A run of that name that is there already stays as it is. Raises ValueError for one without
    `created_at`, the time of its line in the journal.
    """
    if run.created_at is None:
        raise ValueError(f"Run {run.run_id!r} of {run.dag_id!r} does not say when it was created.")
    new = insert_into(session, _RUNS).values(
        version_id=version_id, **_run_values(run, dag, _average_runtimes(session, run, dag))
    )
    number = select(_VERSIONS.c.number).where(_VERSIONS.c.id == version_id).scalar_subquery()
    made = session.execute(new.on_conflict_do_nothing().returning(_RUNS.c.id, number)).one_or_none()
    if made is None:
        same = (_RUNS.c.dag_id == run.dag_id) & (_RUNS.c.run_id == run.run_id)
        return int(session.execute(select(_RUNS.c.id).where(same)).scalar_one())
    run_pk, version = made
    made_of = dag if run.only is None else dag.narrowed(run.only)
    if made_of.tasks:
        session.execute(insert(_TASKS), _instance_values(run_pk, made_of, made_of.tasks))
    if run.run_type is RunType.SCHEDULED:
        _move_schedule_on(session, run)
    journal.append(session, [_created(run, version, run.created_at)])
    return int(run_pk)


def move_to_version(
    session: Session, run_pk: int, version_id: int, dag: Dag, added: Collection[str]
) -> None:
    """Let a run go on with another version of its DAG, which has these tasks besides."""
    session.execute(update(_RUNS).where(_RUNS.c.id == run_pk).values(version_id=version_id))
    new = [dag.by_id[task_id] for task_id in added]
    if new:
        session.execute(insert(_TASKS), _instance_values(run_pk, dag, new))


def do_without_cache(session: Session, run_pk: int) -> None:
    """Whatever the cache has, what is left of the run is executed."""
    session.execute(update(_RUNS).where(_RUNS.c.id == run_pk).values(no_cache=True))


def delete_run(session: Session, run_pk: int, now: datetime) -> list[str]:
    """Forget a run with its task instances, tries and values. Returns the URLs of values that no
    other run has, nor the cache.
    """
    cached = select(_CACHED.c.cache_key).where(_CACHED.c.url == _VALUES.c.url)
    other = _VALUES.alias()
    shared = select(other.c.run_pk).where(other.c.url == _VALUES.c.url, other.c.run_pk != run_pk)
    own = select(_VALUES.c.url).where(
        _VALUES.c.run_pk == run_pk,
        _VALUES.c.url.is_not(None),
        ~shared.exists(),
        ~cached.exists(),
    )
    urls = sorted({str(url) for url in session.scalars(own)})
    gone = delete(_RUNS).where(_RUNS.c.id == run_pk).returning(_RUNS.c.dag_id, _RUNS.c.run_id)
    dag_id, run_id = session.execute(gone).one()
    journal.append(session, [Change(now, "run_deleted", dag_id, run_id)])
    return urls


def copy_values(session: Session, from_run: int, to_run: int, *, without: Collection[str]) -> None:
    """Give a run what the tasks of another one handed on, all but those of `without`."""
    columns = [column for column in _VALUES.c if column.name != "run_pk"]
    chosen = select(literal(to_run), *columns).where(
        _VALUES.c.run_pk == from_run, _VALUES.c.task_id.not_in(without)
    )
    names = ["run_pk", *(column.name for column in columns)]
    session.execute(insert(_VALUES).from_select(names, chosen))


def _run_values(run: DagRun, dag: Dag, averages: Mapping[str, float]) -> dict[str, object]:
    values = {field.name: getattr(run, field.name) for field in fields(run)}
    of_dag = {"secret_params": params.secret_names(dag.params), "average_runtimes": averages}
    return {**values, **of_dag}


def _average_runtimes(session: Session, run: DagRun, dag: Dag) -> Mapping[str, float]:
    """What its deadlines that count from an average count from; nothing is asked without any."""
    limit = deadlines.runs_looked_at(dag)
    if not limit:
        return {}
    succeeded = (_RUNS.c.dag_id == run.dag_id) & (_RUNS.c.state == RunState.SUCCESS)
    timed = succeeded & _RUNS.c.started_at.is_not(None) & _RUNS.c.ended_at.is_not(None)
    query = select(_RUNS.c.started_at, _RUNS.c.ended_at).where(timed)
    rows = session.execute(query.order_by(_RUNS.c.id.desc()).limit(limit))
    return deadlines.averages(dag, [(end - start).total_seconds() for start, end in rows])


def _instance_values(run_pk: int, dag: Dag, tasks: Iterable[Task]) -> list[dict[str, object]]:
    return [
        {
            "run_pk": run_pk,
            "task_id": task.task_id,
            **columns_of_task(task, dag.weights[task.task_id]),
        }
        for task in tasks
    ]


def without_taken_dates(session: Session, due: Sequence[DagRun]) -> list[DagRun]:
    """Those of these scheduled runs, of one DAG, whose dates have no run: a backfill may have been
    there first. The schedule moves past the others.
    """
    dates = [run.logical_date for run in due if run.logical_date is not None]
    if not dates:
        return list(due)
    there = runs_of_dates(session, due[0].dag_id, min(dates), max(dates))
    for run in due:
        if run.logical_date in there:
            _move_schedule_on(session, run)
    return [run for run in due if run.logical_date not in there]


def _move_schedule_on(session: Session, run: DagRun) -> None:
    last = _DAGS.c.last_run_after
    behind = or_(last.is_(None), last < run.run_after)
    session.execute(
        update(_DAGS)
        .where(_DAGS.c.dag_id == run.dag_id, behind)
        .values(last_run_after=run.run_after, last_logical_date=run.logical_date)
    )


def _created(run: DagRun, version: int, at: datetime) -> Change:
    """Enough to draw the run by a definition of that version, before anything else is known."""
    logical_date = None if run.logical_date is None else run.logical_date.isoformat()
    return Change(
        at=at,
        kind="run_created",
        dag_id=run.dag_id,
        run_id=run.run_id,
        state=str(run.state),
        data={
            "run_type": str(run.run_type),
            "logical_date": logical_date,
            "version": version,
            "whole": run.only is None,
        },
    )


# -- reading ---------------------------------------------------------------------------------------


def load_active(session: Session) -> list[ActiveRun]:
    """Every run that is queued or running, the oldest first."""
    return _load(session, RUN_IS_ACTIVE)


def load_run(session: Session, dag_id: str, run_id: str) -> ActiveRun | None:
    """The run of that name, in whatever state; None if there is none."""
    found = _load(session, (_RUNS.c.dag_id == dag_id) & (_RUNS.c.run_id == run_id))
    return found[0] if found else None


def load_runs(session: Session, dag_id: str, run_ids: Collection[str]) -> list[ActiveRun]:
    """The runs of a DAG of these names, the oldest first."""
    return _load(session, (_RUNS.c.dag_id == dag_id) & _RUNS.c.run_id.in_(run_ids))


def run_ids(
    session: Session,
    dag_id: str,
    since: datetime | None,
    until: datetime | None,
    states: Collection[str] = (),
    *,
    limit: int,
) -> list[str]:
    """The newest runs with a logical date in [since, until], in one of `states` if there are."""
    query = select(_RUNS.c.run_id).where(_RUNS.c.dag_id == dag_id)
    if since is not None:
        query = query.where(_RUNS.c.logical_date >= since)
    if until is not None:
        query = query.where(_RUNS.c.logical_date <= until)
    if states:
        query = query.where(_RUNS.c.state.in_(map(RunState, states)))
    return list(session.scalars(query.order_by(_RUNS.c.id.desc()).limit(limit)))


def refuse_second(
    session: Session, dag_id: str, run_id: str, logical_date: datetime | None
) -> None:
    """Raise RequestError if a run of the DAG has that id, or the wanted logical date."""
    at = _RUNS.c.logical_date == logical_date if logical_date is not None else false()
    same = select(_RUNS.c.run_id).where(_RUNS.c.dag_id == dag_id, or_(_RUNS.c.run_id == run_id, at))
    found = list(session.scalars(same.limit(1)))
    if found == [run_id]:
        raise RequestError(f"DAG {dag_id!r} has a run {run_id!r} already. Choose another id.")
    if found:
        raise RequestError(
            f"Run {found[0]} of DAG {dag_id!r} has the logical date {logical_date} already. Run it "
            f"again (nbflow runs clear {dag_id} {found[0]}), or with changes (nbflow runs rerun)."
        )


def runs_of_dates(
    session: Session, dag_id: str, first: datetime, last: datetime
) -> Mapping[datetime, DagRun]:
    """The newest run of each logical date from `first` to `last`, both inclusive."""
    query = (
        select(*columns_like(_RUNS, DagRun))
        .where(_RUNS.c.dag_id == dag_id, _RUNS.c.logical_date.between(first, last))
        .order_by(_RUNS.c.id)
    )
    found = (DagRun(*row) for row in session.execute(query))
    return {run.logical_date: run for run in found if run.logical_date is not None}


def _load(session: Session, chosen: ColumnElement[bool]) -> list[ActiveRun]:
    columns = (_RUNS.c.id, _RUNS.c.version_id, _VERSIONS.c.fingerprint)
    runs = session.execute(
        select(*columns, *columns_like(_RUNS, DagRun))
        .join(_VERSIONS, _VERSIONS.c.id == _RUNS.c.version_id)
        .where(chosen)
        .order_by(_RUNS.c.id)
    ).all()
    if not runs:
        return []
    dags = read_dags(session, {row.version_id: row.fingerprint for row in runs})
    instances = _instances(session, chosen)
    return [
        ActiveRun(row[0], row[1], RunSnapshot(DagRun(*row[3:]), dags[row[1]], instances[row[0]]))
        for row in runs
    ]


def _instances(session: Session, chosen: ColumnElement[bool]) -> Mapping[int, list[TaskInstance]]:
    found: defaultdict[int, list[TaskInstance]] = defaultdict(list)
    rows = session.execute(
        select(_TASKS.c.run_pk, *columns_like(_TASKS, TaskInstance))
        .where(_TASKS.c.run_pk.in_(select(_RUNS.c.id).where(chosen)))
        .order_by(_TASKS.c.id)
    )
    for row in rows:
        found[row[0]].append(TaskInstance(*row[1:]))
    return found


def previous_success(session: Session, run: DagRun) -> PreviousRun | None:
    """The last run of the DAG before `run`, by logical date, that succeeded; None without one."""
    before = run.logical_date or run.run_after
    columns = [_RUNS.c[name] for name in PreviousRun.__dataclass_fields__]
    found = session.execute(
        select(*columns)
        .where(
            _RUNS.c.dag_id == run.dag_id,
            _RUNS.c.state == RunState.SUCCESS,
            _RUNS.c.logical_date < before,
        )
        .order_by(_RUNS.c.logical_date.desc())
        .limit(1)
    ).first()
    return None if found is None else PreviousRun(*found)


def newest_ends(session: Session, dag_id: str, most: int) -> list[RunState]:
    """How the newest finished runs of a DAG ended, by logical date, at most so many."""
    query = (
        select(_RUNS.c.state)
        .where(_RUNS.c.dag_id == dag_id, _RUNS.c.state.in_(FINISHED_RUN))
        .order_by(_RUNS.c.logical_date.desc(), _RUNS.c.id.desc())
        .limit(most)
    )
    return list(session.scalars(query))


def values_of(
    session: Session, run_pk: int, task_ids: Collection[str]
) -> Mapping[str, Mapping[str, ValueRef]]:
    """What these tasks handed on in this run: {task_id: {key: value}}.

    Only tasks that are not mapped are asked for (see `instance_values`); those without values are
    left out.
    """
    query = select(_VALUES.c.task_id, _VALUES.c.key, *columns_like(_VALUES, ValueRef)).where(
        _VALUES.c.run_pk == run_pk, _VALUES.c.map_index == -1
    )
    wanted = set(task_ids)
    if len(wanted) <= _NAMED_AT_MOST:
        query = query.where(_VALUES.c.task_id.in_(wanted))
    found: dict[str, dict[str, ValueRef]] = {}
    for task_id, key, *ref in session.execute(query):
        if task_id in wanted:
            found.setdefault(task_id, {})[key] = ValueRef(*ref)
    return found


def all_values(session: Session, run_pk: int) -> Mapping[TaskKey, Mapping[str, ValueRef]]:
    """Everything the task instances of a run handed on."""
    return _values_by_key(session, _VALUES.c.run_pk == run_pk)


def values_of_instance(session: Session, run_pk: int, key: TaskKey) -> Mapping[str, ValueRef]:
    """What one task instance handed on."""
    this = (_VALUES.c.task_id == key[0]) & (_VALUES.c.map_index == key[1])
    return _values_by_key(session, (_VALUES.c.run_pk == run_pk) & this).get(key, {})


def _values_by_key(
    session: Session, these: ColumnElement[bool]
) -> Mapping[TaskKey, Mapping[str, ValueRef]]:
    columns = (_VALUES.c.task_id, _VALUES.c.map_index, _VALUES.c.key)
    query = select(*columns, *columns_like(_VALUES, ValueRef)).where(these).order_by(*columns)
    found: dict[TaskKey, dict[str, ValueRef]] = {}
    for task_id, index, key, *ref in session.execute(query):
        found.setdefault((task_id, index), {})[key] = ValueRef(*ref)
    return found


def instance_values(
    session: Session, run_pk: int, wanted: Mapping[str, Collection[int] | None]
) -> Mapping[str, Mapping[int, Mapping[str, ValueRef]]]:
    """What instances of mapped tasks handed on in this run: {task_id: {map_index: {key: value}}}.

    `wanted` are the map indexes of each task, or None for all there are. In order of index.
    """
    named = [(t, i) for t, indexes in wanted.items() if indexes is not None for i in indexes]
    whole = [task_id for task_id, indexes in wanted.items() if indexes is None]
    if len(named) > _NAMED_AT_MOST:
        whole, named = list(wanted), []
    these = or_(
        _VALUES.c.task_id.in_(whole), tuple_(_VALUES.c.task_id, _VALUES.c.map_index).in_(named)
    )
    columns = (_VALUES.c.task_id, _VALUES.c.map_index, _VALUES.c.key)
    query = (
        select(*columns, *columns_like(_VALUES, ValueRef))
        .where(_VALUES.c.run_pk == run_pk, _VALUES.c.map_index >= 0, these)
        .order_by(_VALUES.c.map_index)
    )
    found: dict[str, dict[int, dict[str, ValueRef]]] = {}
    for task_id, index, key, *ref in session.execute(query) if wanted else ():
        found.setdefault(task_id, {}).setdefault(index, {})[key] = ValueRef(*ref)
    return found


def live_attempts(session: Session) -> list[LiveAttempt]:
    """The attempts of task instances that are queued or running."""
    columns = (
        _TASKS.c.run_pk,
        _TASKS.c.task_id,
        _TASKS.c.map_index,
        _TASKS.c.attempt_id,
        _TASKS.c.state,
    )
    return [
        LiveAttempt(run_pk, (task_id, map_index), attempt_id, state)
        for run_pk, task_id, map_index, attempt_id, state in session.execute(
            select(*columns).where(TASK_IS_LIVE)
        )
    ]


def next_retry_at(session: Session) -> datetime | None:
    """When the first task instance that waits for its next try is due; None if none waits."""
    first = select(func.min(_TASKS.c.next_try_at)).where(TASK_WAITS_FOR_RETRY)
    return cast("datetime | None", session.scalar(first))
