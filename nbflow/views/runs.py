"""Runs and task instances as a person sees them: lists, one run on its graph, one task instance
with tries, values and why it waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from nbflow.core import params
from nbflow.core.dag import Dag, Task, TaskKind
from nbflow.core.deadlines import Deadline, deadline_from_json
from nbflow.core.errors import NotFoundError
from nbflow.core.events import TaskKey
from nbflow.core.kept import KeptKernel
from nbflow.core.orders import ValueRef
from nbflow.core.snapshot import DagRun, RunSnapshot, TaskInstance
from nbflow.core.spelling import did_you_mean
from nbflow.store import browsing, journal
from nbflow.store import callbacks as callback_store
from nbflow.store import runs as run_store
from nbflow.store.browsing import ListedRun, Try
from nbflow.store.callbacks import StoredCallback
from nbflow.store.database import Database, Session
from nbflow.store.run_filter import ANY_RUN, RunFilter
from nbflow.store.runs import ActiveRun
from nbflow.views.dags import group_views, iso, iso_text, task_views
from nbflow.views.questions import question_view
from nbflow.views.shapes import (
    CachedView,
    CallbackView,
    DeadlineView,
    KernelView,
    MappedView,
    RunDetail,
    RunView,
    TaskInstanceDetail,
    TaskInstanceView,
    TaskView,
    TryView,
    ValueView,
)
from nbflow.views.why import why


@dataclass(frozen=True)
class RunPage:
    """Some runs, newest first; `before` asks for the next page, None when there is none."""

    runs: list[RunView]
    before: int | None


def run_list(
    database: Database,
    dag_id: str | None = None,
    before: int | None = None,
    limit: int = 25,
    chosen: RunFilter = ANY_RUN,
) -> RunPage:
    """The `chosen` runs of one DAG, or of all."""
    with database.reading() as session:
        found = browsing.runs(session, dag_id, before, limit, chosen)
    more = found[-1].id if len(found) == limit else None
    return RunPage([run_view(run) for run in found], more)


def run_detail(database: Database, dag_id: str, run_id: str, most: int | None = None) -> RunDetail:
    """One run on the graph of the version it executes. The instances of mapped tasks that have more
    than `most` are only counted.
    """
    with database.reading() as session:
        run = find_run(session, dag_id, run_id)
        dag = browsing.dag_of_run(session, run.id)
        mapped = browsing.mapped(session, run.id)
        counted = {one.task_id for one in mapped if most is not None and one.length > most}
        found = browsing.instances(session, run.id, counted)
        called = callback_store.of_run(session, run.id)
        cursor = journal.last_cursor(session)
    return RunDetail(
        run_view(run),
        task_views(dag),
        group_views(dag),
        _in_order(dag, found),
        [_callback_view(one) for one in called],
        cursor,
        [_deadline_view(deadline_from_json(data), run.run) for data in dag.deadlines],
        {
            one.task_id: MappedView(
                dict(one.counts), iso(one.started_at), iso(one.ended_at), one.task_id not in counted
            )
            for one in mapped
            if one.task_id in dag.by_id
        },
    )


def _deadline_view(deadline: Deadline, run: DagRun) -> DeadlineView:
    missed = deadline.name in run.missed_deadlines
    return DeadlineView(deadline.name, deadline.describe(), iso(deadline.due_at(run)), missed)


def task_instance_detail(
    database: Database,
    dag_id: str,
    run_id: str,
    task_id: str,
    map_index: int = -1,
    now: datetime | None = None,
) -> TaskInstanceDetail:
    """One task instance with its tries, its values, and what it waits for at `now`."""
    key, at = (task_id, map_index), now or datetime.now(timezone.utc)
    with database.reading() as session:
        run = find_run(session, dag_id, run_id)
        dag = browsing.dag_of_run(session, run.id)
        snapshot = RunSnapshot(run.run, dag, browsing.instances(session, run.id))
        if key not in snapshot.instances:
            raise _no_instance(snapshot, key)
        tries = browsing.tries(session, run.id, key)
        values = run_store.values_of_instance(session, run.id, key)
        called = callback_store.of_task(session, run.id, key)
        conditions = why(session, ActiveRun(run.id, 0, snapshot), key, at)
    return TaskInstanceDetail(
        instance=instance_view(snapshot.instances[key]),
        task=_task_view(dag, task_id),
        tries=[_try_view(one, at) for one in tries],
        values=[_value_view(name, value) for name, value in values.items()],
        why=conditions,
        callbacks=[_callback_view(one) for one in called],
        question=question_view(dag_id, run_id, snapshot.instances[key]),
    )


def _callback_view(one: StoredCallback) -> CallbackView:
    return CallbackView(
        callback_id=one.callback_id,
        kind="notify" if one.kind == "notify" else "callback",
        occasion=one.occasion,
        name=one.name,
        task_id=one.task_id,
        map_index=one.map_index,
        try_number=one.try_number,
        state=one.state,
        message=one.message,
        traceback=one.traceback,
        due_at=iso_text(one.due_at),
        ended_at=iso(one.ended_at),
    )


def _no_instance(snapshot: RunSnapshot, key: TaskKey) -> NotFoundError:
    task_id, index = key
    run_id = snapshot.run.run_id
    if task_id not in snapshot.dag.by_id:
        known = did_you_mean(task_id, snapshot.dag.graph.nodes)
        return NotFoundError(f"Run {run_id} has no task {task_id!r}. {known}")
    there = sorted(snapshot.indexes(task_id))
    if there == [-1]:
        return NotFoundError(f"Task {task_id!r} of run {run_id} has no instance {index}.")
    return NotFoundError(
        f"Task {task_id!r} of run {run_id} is mapped into {len(there)} instances: "
        f"name one by its map index, from {max(0, there[0])} to {there[-1]}."
    )


def find_try(
    database: Database,
    dag_id: str,
    run_id: str,
    task_id: str,
    *,
    map_index: int = -1,
    try_number: int | None = None,
) -> Try | None:
    """The attempt with this number, or the newest; None if there has been none yet."""
    with database.reading() as session:
        run = find_run(session, dag_id, run_id)
        tries = browsing.tries(session, run.id, (task_id, map_index))
    wanted = [one for one in tries if try_number in (None, one.try_number)]
    return wanted[0] if wanted else None


def newest_tries(database: Database, dag_id: str, run_id: str) -> Mapping[TaskKey, Try]:
    """The newest attempt of every task instance of a run that has had one."""
    with database.reading() as session:
        return browsing.newest_tries(session, find_run(session, dag_id, run_id).id)


def run_view(listed: ListedRun) -> RunView:
    """A run as the wire has it."""
    run = listed.run
    return RunView(
        dag_id=run.dag_id,
        run_id=run.run_id,
        state=str(run.state),
        run_type=str(run.run_type),
        logical_date=iso(run.logical_date),
        data_interval_start=iso(run.data_interval_start),
        data_interval_end=iso(run.data_interval_end),
        run_after=iso(run.run_after),
        created_at=iso(run.created_at),
        started_at=iso(run.started_at),
        ended_at=iso(run.ended_at),
        params=params.hidden(run.secret_params, run.params),
        version=listed.version,
        message=run.message,
        cancelling=run.cancelling is not None and not run.state.is_finished,
        counts=dict(listed.counts),
        missed_deadlines=list(run.missed_deadlines),
        note=run.note,
        tasks=None if run.only is None else list(run.only),
        rerun_of=run.rerun_of,
        edited=sorted(run.edits),
        backfill_id=run.backfill_id,
        no_cache=run.no_cache,
    )


def instance_view(instance: TaskInstance) -> TaskInstanceView:
    """A task instance as the wire has it."""
    return TaskInstanceView(
        task_id=instance.task_id,
        map_index=instance.map_index,
        state=str(instance.state),
        reason=None if instance.reason is None else str(instance.reason),
        message=instance.message,
        try_number=instance.try_number,
        scheduled_at=iso(instance.scheduled_at),
        queued_at=iso(instance.queued_at),
        started_at=iso(instance.started_at),
        ended_at=iso(instance.ended_at),
        next_try_at=iso(instance.next_try_at),
        map_name=instance.map_name,
        note=instance.note,
        cached=_cached_view(instance),
    )


def _cached_view(instance: TaskInstance) -> CachedView | None:
    # `Any`: as `core.cache` writes it.
    about: Mapping[str, Any] | None = instance.cached
    if about is None or "expected" in about:
        return None
    place = about["run_id"], about["task_id"], about["map_index"], about["at"]
    return CachedView(*place, differs=about.get("differs"))


def _task_view(dag: Dag, task_id: str) -> TaskView:
    """A task as defined, or what is left to say of one that the run's version has no more."""
    found = next((view for view in task_views(dag) if view.task_id == task_id), None)
    return found or task_views(Dag(dag.dag_id, (Task(task_id, TaskKind.EMPTY),)))[0]


def find_run(session: Session, dag_id: str, run_id: str) -> ListedRun:
    """The run of that name. Raises NotFoundError."""
    run = browsing.run(session, dag_id, run_id)
    if run is None:
        raise NotFoundError(
            f"There is no run {run_id!r} of DAG {dag_id!r}: "
            "it was never asked for, or has not been created yet."
        )
    return run


def _in_order(dag: Dag, instances: list[TaskInstance]) -> list[TaskInstanceView]:
    place = dag.graph.position
    known = (i for i in instances if i.task_id in place)
    return [instance_view(i) for i in sorted(known, key=lambda i: (place[i.task_id], i.map_index))]


def _try_view(one: Try, now: datetime) -> TryView:
    return TryView(
        try_number=one.try_number,
        attempt_id=one.attempt_id,
        state=str(one.state),
        reason=None if one.reason is None else str(one.reason),
        message=one.message,
        traceback=one.traceback,
        cell=one.cell,
        worker=one.worker,
        queued_at=iso(one.queued_at),
        started_at=iso(one.started_at),
        ended_at=iso(one.ended_at),
        has_notebook=one.output_notebook is not None,
        has_log=one.log is not None or one.started_at is not None,
        peak_memory=one.peak_memory,
        rendered=dict(one.rendered or {}),
        names_read=dict(one.names_read or {}),
        kernel=_kernel_view(one, now),
    )


def _kernel_view(one: Try, now: datetime) -> KernelView | None:
    kept = None if one.kernel is None else KeptKernel.from_json(one.kernel)
    if kept is None or kept.until <= now:
        return None
    return KernelView(kept.host, kept.pid, kept.started, iso_text(kept.until))


def _value_view(name: str, value: ValueRef) -> ValueView:
    return ValueView(name, value.type, value.preview, value.size)
