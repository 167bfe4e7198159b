"""Answers to what people ask about runs: new ones, their end, tasks that run again or are settled,
notes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from nbflow.core.dag import Dag
from nbflow.core.errors import NotFoundError, RequestError
from nbflow.core.events import (
    CancelRun,
    Cleared,
    Event,
    Forced,
    Marked,
    Noted,
    Removed,
    RunMarked,
    RunStarted,
    TaskKey,
)
from nbflow.core.rerun import MARKS, RUN_MARKS, Which, fits, to_clear
from nbflow.core.snapshot import DagRun
from nbflow.core.states import RunState, RunType, TaskState
from nbflow.scheduler.answering import Answering
from nbflow.scheduler.forget_runs import forget_run
from nbflow.scheduler.without_cache import without_cache
from nbflow.store import dags as dag_store
from nbflow.store import runs as run_store
from nbflow.store.dags import StoredDag
from nbflow.store.retention import OldRun
from nbflow.store.runs import ActiveRun


def trigger(a: Answering) -> str:
    """A new run of the current version."""
    dag_id, run_id = a.text("dag_id"), a.text("run_id")
    stored = current_version(a, dag_id)
    logical = a.optional_text("logical_date")
    logical_date = datetime.fromisoformat(logical) if logical else None
    run_store.refuse_second(a.session, dag_id, run_id, logical_date)
    run = DagRun(
        dag_id=dag_id,
        run_id=run_id,
        run_type=RunType.MANUAL,
        run_after=a.now,
        logical_date=logical_date or a.now,
        data_interval_start=logical_date or a.now,
        data_interval_end=logical_date or a.now,
        params=a.mapping("params"),
        created_at=a.now,
        note=a.optional_text("note") or "",
        only=a.tasks("only", stored.dag),
        no_cache=a.flag("no_cache"),
    )
    add_run(a, run, stored.version_id, stored.dag)
    return f"Run {run_id} was created."


def rerun(a: Answering) -> str:
    """A new run like an older one, with other params, on its version or on the current one."""
    dag_id, run_id, origin_id = a.text("dag_id"), a.text("run_id"), a.text("rerun_of")
    origin = run_store.load_run(a.session, dag_id, origin_id)
    if origin is None:
        raise NotFoundError(f"There is no run {origin_id!r} of DAG {dag_id!r}.")
    run_store.refuse_second(a.session, dag_id, run_id, None)
    version_id = origin.version_id
    if a.flag("latest"):
        version_id = current_version(a, dag_id).version_id
    dag = dag_store.load_version(a.session, version_id)[0]
    first, only = origin.snapshot.run, a.tasks("only", dag)
    run = DagRun(
        dag_id=dag_id,
        run_id=run_id,
        run_type=RunType.MANUAL,
        run_after=a.now,
        logical_date=first.logical_date,
        data_interval_start=first.data_interval_start,
        data_interval_end=first.data_interval_end,
        params=a.mapping("params"),
        created_at=a.now,
        note=a.optional_text("note") or "",
        only=only if only is not None else first.only,
        rerun_of=origin_id,
        no_cache=a.flag("no_cache"),
        edits=a.edits("edits"),
    )
    made = add_run(a, run, version_id, dag)
    if only is not None:
        run_store.copy_values(a.session, origin.id, made, without=only)
    return f"Run {run_id} was created, which repeats {origin_id} with changes."


def cancel(a: Answering) -> str:
    """The end of a run."""
    run = a.run()
    if run.snapshot.run.state.is_finished:
        raise RequestError(f"The run has already ended: {run.snapshot.run.state}.")
    # Who asks twice does not want to wait for teardowns either.
    again = run.snapshot.run.cancelling is not None
    message = f"Cancelled by {a.actor or 'somebody'}."
    a.book.advance(run, [CancelRun(message=message, teardowns_too=again)], a.now)
    return "The run is being cancelled."


def clear(a: Answering) -> str:
    """Tasks run again, on the version of their run or on the current one."""
    found, others = a.runs(), a.runs_of_others()
    newest = current_version(a, a.text("dag_id")) if a.flag("latest") else None
    note = a.optional_text("note")
    for named, keys in found:
        run = named if newest is None else move_to(a, named, newest)
        run = without_cache(a.session, a.book, run) if a.flag("no_cache") else run
        a.book.take(run)
        noted: list[Event] = [] if note is None else [Noted(note)]
        # The current version may be another one than when the person looked.
        there = tuple(key for key in keys if key[0] in run.snapshot.dag.by_id)
        a.book.advance(run, [*noted, Cleared(there)], a.now)
    for run, keys in others:
        a.book.take(run)
        a.book.advance(run, [Cleared(keys)], a.now)
    return f"Cleared {counted([*found, *others])}."


def mark(a: Answering) -> str:
    """Tasks count as a person says."""
    found, state = a.runs(), TaskState(a.word("state", MARKS))
    for run, keys in found:
        a.book.take(run)
        a.book.advance(run, [Marked(keys, state, a.actor)], a.now)
    return f"Marked {counted(found)}."


def mark_run(a: Answering) -> str:
    """A run counts as a person says."""
    run, state = a.run(), RunState(a.word("state", RUN_MARKS))
    a.book.take(run)
    a.book.advance(run, [RunMarked(state, a.actor)], a.now)
    return f"The run is marked {state}."


def force(a: Answering) -> str:
    """Tasks run now, whatever the rules say."""
    found = a.runs()
    for run, keys in found:
        a.book.take(run)
        a.book.advance(run, [Forced(keys)], a.now)
    return f"Runs {counted(found)} now."


def note(a: Answering) -> str:
    """A note is kept."""
    run, named = a.run(), a.payload.get("key")
    pair = cast("tuple[str, int] | None", named)
    key = None if pair is None else (str(pair[0]), int(pair[1]))
    if key is not None and key not in run.snapshot.instances:
        raise NotFoundError(f"The run has no task {key[0]!r} with index {key[1]}.")
    a.book.take(run)
    a.book.advance(run, [Noted(a.text("note"), key)], a.now)
    return "The note is kept."


def delete_run(a: Answering) -> str:
    """A run is forgotten, with all it left behind."""
    run = a.run()
    if not run.snapshot.run.state.is_finished:
        raise RequestError(f"The run is {run.snapshot.run.state}: only what has ended is deleted.")
    if a.book.find(run.snapshot.run.dag_id, run.snapshot.run.run_id) is not None:
        a.book.flush(a.session)  # it ended, or was touched, in this very tick
    about = run.snapshot.run
    gone = OldRun(run.id, about.dag_id, about.run_id)
    a.book.discard(forget_run(a.session, gone, a.artifacts, a.now))
    return f"Run {run.snapshot.run.run_id} is deleted."


# -- what they share -------------------------------------------------------------------------------


def current_version(a: Answering, dag_id: str) -> StoredDag:
    """The DAG as last read."""
    stored = dag_store.current_version(a.session, dag_id)
    if stored is None:
        raise NotFoundError(f"There is no DAG {dag_id!r}.")
    return stored


def add_run(a: Answering, run: DagRun, version_id: int, dag: Dag) -> int:
    """Store a new run, which the scheduler then has in its memory; returns its primary key."""
    made = run_store.create_run(a.session, run, version_id, dag)
    a.book.take_in(a.session, run)
    return made


def move_to(a: Answering, run: ActiveRun, stored: StoredDag) -> ActiveRun:
    """Let a run go on with this version: tasks that vanished are removed, new ones are added."""
    if run.version_id == stored.version_id:
        return run
    affected = to_clear(run.snapshot, Which(()), stored.dag)
    there = run.snapshot.instances
    gone = tuple(key for key in there if key[0] in affected.removed or not fits(stored.dag, key))
    a.book.take(run)
    a.book.advance(run, [Removed(gone)], a.now)
    # What is in memory only has to be written before the run is read again.
    a.book.flush(a.session)
    snapshot = run.snapshot
    run_store.move_to_version(a.session, run.id, stored.version_id, stored.dag, affected.added)
    moved = run_store.load_run(a.session, snapshot.run.dag_id, snapshot.run.run_id)
    assert moved is not None  # it was there a statement ago
    a.book.replace(moved)
    if moved.snapshot.run.state.is_finished:
        new = tuple((task_id, -1) for task_id in affected.added)
        a.book.advance(moved, [Cleared(new)], a.now)
    else:
        a.book.advance(moved, [RunStarted()] if is_running(moved) else [], a.now)
    return moved


def is_running(run: ActiveRun) -> bool:
    return run.snapshot.run.state is RunState.RUNNING


def counted(found: Sequence[tuple[ActiveRun, Sequence[TaskKey]]]) -> str:
    """`3 task instances`, `7 task instances of 2 runs`."""
    keys = sum(len(keys) for _, keys in found)
    words = f"{keys} task instance{'s' if keys != 1 else ''}"
    return words if len(found) == 1 else f"{words} of {len(found)} runs"
