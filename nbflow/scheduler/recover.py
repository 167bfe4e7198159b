"""What a new leader does first: find out which attempts of its predecessor still live, and account
for those that do not.

An attempt the executor knows is adopted. One that was queued but never reached a worker goes back
to waiting for dispatch, as does one that was running and is gone: both as infrastructure failures,
which never use up the user's retries. Finished work is never touched (invariant 3).
"""

from __future__ import annotations

from datetime import datetime

from nbflow.core.events import AttemptFinished, CancelRun, Event, RunStarted
from nbflow.core.orders import Outcome
from nbflow.core.states import Reason, RunState, TaskState
from nbflow.executors.base import Executor
from nbflow.scheduler.advance_runs import RunBook


def recover(book: RunBook, executor: Executor, now: datetime) -> None:
    """Bring `book` in line with what the executor really has; the caller stores the result."""
    adopted = executor.adopt(tuple(book.attempts))
    for attempt_id, (run_pk, key) in list(book.attempts.items()):
        if attempt_id not in adopted:
            instance = book.runs[run_pk].snapshot.instances[key]
            lost = AttemptFinished(key, attempt_id, _gone(instance.state), now)
            book.advance(book.runs[run_pk], [lost], now)
    for run in list(book.runs.values()):
        events = _again(
            run.snapshot.run.state, run.snapshot.run.cancelling, run.snapshot.run.message
        )
        if events:
            book.advance(run, events, now)


def _gone(state: TaskState) -> Outcome:
    if state == TaskState.QUEUED:
        message = "It was handed out, but the scheduler stopped before a worker took it."
        return Outcome(TaskState.FAILED, Reason.START_FAILED, message)
    message = "The worker was lost while no scheduler was there to hear of it."
    return Outcome(TaskState.FAILED, Reason.WORKER_LOST, message)


def _again(state: RunState, cancelling: Reason | None, message: str) -> list[Event]:
    """Effects that may have been stored and not carried out are asked for again; they are
    idempotent.
    """
    if state is not RunState.RUNNING:
        return []
    return [CancelRun(cancelling, message)] if cancelling else [RunStarted()]
