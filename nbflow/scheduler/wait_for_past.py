"""Which ready task instances their previous run holds back, and which run gives its place to an
older one.

A run that only waits for the past keeps its place among the active runs of its DAG, until an older
run needs one: a cleared run must never wait for a run that waits for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from nbflow.core.events import GaveWay, NothingToExecute, RunStarted
from nbflow.core.lifecycle import Settle
from nbflow.core.states import RunState, RunType, TaskState
from nbflow.scheduler.advance_runs import AfterCommit, InstanceRef, RunBook
from nbflow.store.database import Session
from nbflow.store.past import held_back as held_back_of
from nbflow.store.runs import ActiveRun

_QUIET = (TaskState.NONE, TaskState.SCHEDULED)


def wait_for_past(
    session: Session, book: RunBook, after: AfterCommit, now: datetime, settle: Settle
) -> Mapping[InstanceRef, str]:
    """The ready task instances that their past holds back, and why, once nothing moves.

    What moves is stored, and told in `after`.
    """
    while True:
        held = held_back(session, book)
        moved = pass_empty_tasks(book, held, now, settle)
        if not give_way(book, held, now, settle) and not moved:
            return held
        after.add(book.store(session))


def held_back(session: Session, book: RunBook) -> Mapping[InstanceRef, str]:
    """Why the past holds back ready task instances, for each it does; `book` has been stored."""
    # Most DAGs mind no past: then this costs nothing, however much is ready.
    if not any(run.snapshot.dag.minding_past for run in book.runs.values()):
        return {}
    return held_back_of(session, [(pk, book.runs[pk].snapshot.dag, key) for pk, key in book.ready])


def pass_empty_tasks(
    book: RunBook, held: Mapping[InstanceRef, str], now: datetime, settle: Settle
) -> bool:
    """Let tasks that had only their past to wait for succeed. Returns whether there were any."""
    if not any(run.snapshot.dag.without_worker for run in book.runs.values()):
        return False
    passed = [
        (run_pk, key)
        for run_pk, key in book.ready
        if key[0] in book.runs[run_pk].snapshot.dag.without_worker and (run_pk, key) not in held
    ]
    for run_pk, key in passed:
        book.advance(book.runs[run_pk], [NothingToExecute(key)], now, settle)
    return bool(passed)


def give_way(book: RunBook, held: Mapping[InstanceRef, str], now: datetime, settle: Settle) -> bool:
    """Where an older run is queued and a newer one runs that can do nothing because of its past,
    exchange the two. Returns whether any were.
    """
    exchanged = False
    for older in book.queued_runs() if held else []:
        newer = _idle_run_after(older, book, held)
        if newer is not None:
            book.advance(newer, [GaveWay(older.snapshot.run.run_id)], now, settle)
            book.advance(older, [RunStarted()], now, settle)
            exchanged = True
    return exchanged


def _idle_run_after(
    older: ActiveRun, book: RunBook, held: Mapping[InstanceRef, str]
) -> ActiveRun | None:
    """The newest run that waits for nothing but its past, and competes for the same place."""
    idle = [
        run
        for run in book.of_dag(older.snapshot.run.dag_id)
        if run.snapshot.run.state is RunState.RUNNING
        and _place_of(run) == _place_of(older)
        and _age(run) > _age(older)
        and _only_waits_for_past(run, held)
    ]
    return max(idle, key=_age, default=None)


def _only_waits_for_past(run: ActiveRun, held: Mapping[InstanceRef, str]) -> bool:
    unfinished = [i for i in run.snapshot.instances.values() if not i.state.is_finished]
    ready = [i for i in unfinished if i.state is TaskState.SCHEDULED]
    return (
        bool(ready)
        and all(i.state in _QUIET for i in unfinished)
        and all((run.id, i.key) in held for i in ready)
    )


def _place_of(run: ActiveRun) -> bool:
    # Backfills have a limit of their own on their runs.
    return run.snapshot.run.run_type is RunType.BACKFILL


def _age(run: ActiveRun) -> tuple[datetime, int]:
    about = run.snapshot.run
    when = about.logical_date or about.run_after
    if when is None:
        raise ValueError(f"Run {about.dag_id}/{about.run_id} has no time at which it was due.")
    return (when, run.id)
