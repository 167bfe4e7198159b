"""Finds the runs that have missed a deadline. What follows from it is core's and the callbacks'."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from nbflow.core.deadlines import Deadline, pending
from nbflow.core.events import DeadlineMissed
from nbflow.core.lifecycle import Settle
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


def deadline_times(runs: Iterable[ActiveRun]) -> list[datetime]:
    """When the next deadlines of these runs are over."""
    return [due for run in runs for _, due in _pending(run)]


def _pending(run: ActiveRun) -> list[tuple[Deadline, datetime]]:
    dag = run.snapshot.dag
    return list(pending(dag, run.snapshot.run)) if dag.deadlines else []
