"""Finds the runs that have missed a deadline, and ends those that took longer than they may. What
follows from it is core's and the callbacks'.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from nbflow.core.deadlines import Deadline, pending
from nbflow.core.events import CancelRun, DeadlineMissed
from nbflow.core.lifecycle import Settle
from nbflow.core.states import Reason, RunState
from nbflow.scheduler.advance_runs import RunBook
from nbflow.store.runs import ActiveRun


def pass_deadlines(book: RunBook, now: datetime) -> None:
    """Record every deadline that is over while its run is not, once."""
    for run in list(book.runs.values()):
        missed = [
            DeadlineMissed(deadline.name, due, deadline.describe(), deadline.callback)
            for deadline, due in _pending(run)
            if due <= now
        ]
        if missed:
            book.advance(run, missed, now, Settle.NOT_NOW)


def end_overdue_runs(book: RunBook, now: datetime) -> None:
    """Cancel the runs whose time limit is over."""
    for run in list(book.runs.values()):
        ends_by = _ends_by(run)
        if ends_by is not None and ends_by <= now:
            limit = run.snapshot.dag.run_timeout
            message = f"The run took longer than its limit of {limit:g} s."
            book.advance(run, [CancelRun(Reason.RUN_TIMEOUT, message)], now)


def deadline_times(runs: Iterable[ActiveRun]) -> list[datetime]:
    """When the next deadlines and time limits of these runs are over."""
    times: list[datetime] = []
    for run in runs:
        times += [due for _, due in _pending(run)]
        if (ends_by := _ends_by(run)) is not None:
            times.append(ends_by)
    return times


def _pending(run: ActiveRun) -> list[tuple[Deadline, datetime]]:
    dag = run.snapshot.dag
    return list(pending(dag, run.snapshot.run)) if dag.deadlines else []


def _ends_by(run: ActiveRun) -> datetime | None:
    """When the run's time limit is over, while it still has one to keep."""
    state, limit = run.snapshot.run, run.snapshot.dag.run_timeout
    if (
        limit is None
        or state.cancelling
        or state.state is not RunState.RUNNING
        or state.started_at is None
    ):
        return None
    return state.started_at + timedelta(seconds=limit)
