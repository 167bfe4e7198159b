"""What happens to a run when a person says so: cleared, marked, forced, noted, moved to another
version. One function for each event, called by `lifecycle`, where the table of transitions is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from nbflow.core import events as ev
from nbflow.core.effects import CancelAttempt, Effect, TryEnded
from nbflow.core.events import TaskKey
from nbflow.core.orders import Outcome
from nbflow.core.rerun import to_release, to_settle
from nbflow.core.snapshot import DagRun, RunSnapshot, TaskInstance
from nbflow.core.states import Reason, RunState, TaskState


class Step(Protocol):
    """What these functions need of the pass that `lifecycle` is making."""

    snapshot: RunSnapshot
    run: DagRun
    now: datetime
    effects: list[Effect]

    def get(self, key: TaskKey) -> TaskInstance: ...
    def note(self, key: TaskKey) -> None: ...
    def change(self, before: TaskInstance, **fields: object) -> TaskInstance: ...
    def change_run(self, **fields: object) -> None: ...
    def start_run(self) -> None: ...
    def end(self, before: TaskInstance, state: TaskState, reason: Reason, message: str) -> None: ...
    def ended(self, state: TaskState, reason: Reason | None, message: str) -> dict[str, object]: ...
    def verdict_on_run(self) -> tuple[RunState, str]: ...


FRESH = {
    "reason": None,
    "message": "",
    "failures": 0,
    "infra_failures": 0,
    "next_try_at": None,
    "scheduled_at": None,
    "queued_at": None,
    "started_at": None,
    "ended_at": None,
    "follow": None,
    "short_circuit": False,
    "restart": False,
    "lengths": None,
    "waits_for": None,
    "waiting_since": None,
    "pokes": 0,
    "cache_key": None,
    "cached": None,
}


def cleared(step: Step, event: ev.Cleared) -> None:
    for key in event.keys:
        instance = step.get(key)
        if instance.is_with_executor and instance.attempt_id:
            step.change(instance, restart=True)
            step.effects.append(CancelAttempt(key, instance.attempt_id))
        else:
            step.change(instance, state=TaskState.NONE, **FRESH)
            step.note((key[0], -1))
    if step.run.state.is_finished and event.keys:
        step.change_run(
            state=RunState.QUEUED,
            ended_at=None,
            message="",
            cancelling=None,
            requeued_at=step.now,
            missed_deadlines=(),
        )


def marked(step: Step, event: ev.Marked) -> None:
    released = to_release(step.snapshot, event.keys, event.state)
    for key in event.keys:
        _settle(step, key, event.state, event.by)
    cleared(step, ev.Cleared(released))
    if step.run.state.is_finished:
        state, message = step.verdict_on_run()
        if state is not step.run.state:
            step.change_run(state=state, message=message)


def _settle(step: Step, key: TaskKey, state: TaskState, by: str) -> None:
    """Give a task instance the state a person says it has, and end what it is doing."""
    _end_attempt(step, key, Reason.MARKED, f"Marked {state} while it ran.")
    step.end(step.get(key), state, Reason.MARKED, f"Marked {state}{by and f' by {by}'}.")


def _end_attempt(step: Step, key: TaskKey, reason: Reason, message: str) -> None:
    instance = step.get(key)
    if instance.is_with_executor and instance.attempt_id:
        step.effects.append(CancelAttempt(key, instance.attempt_id))
        ended = Outcome(TaskState.CANCELLED, reason, message)
        step.effects.append(TryEnded(key, instance.attempt_id, ended, step.now))


def run_marked(step: Step, event: ev.RunMarked) -> None:
    for key, state in to_settle(step.snapshot, event.state):
        _settle(step, key, state, event.by)
    message = f"Marked {event.state}{event.by and f' by {event.by}'}."
    begun = step.run.started_at or step.now
    ended = step.run.ended_at or step.now
    step.change_run(
        state=event.state, message=message, cancelling=None, started_at=begun, ended_at=ended
    )


def forced(step: Step, event: ev.Forced) -> None:
    if step.run.state == RunState.QUEUED:
        step.start_run()
    elif step.run.state.is_finished:
        step.change_run(state=RunState.RUNNING, ended_at=None, message="", cancelling=None)
    for key in event.keys:
        instance = step.get(key)
        if not instance.is_with_executor:
            fresh = step.change(instance, state=TaskState.NONE, **FRESH)
            step.change(fresh, state=TaskState.SCHEDULED, scheduled_at=step.now)


def removed(step: Step, event: ev.Removed) -> None:
    message = "The DAG has this task no more."
    for key in event.keys:
        _end_attempt(step, key, Reason.CANCELLED, message)
        step.change(step.get(key), **step.ended(TaskState.REMOVED, None, message))


def noted(step: Step, event: ev.Noted) -> None:
    if event.key is None:
        step.change_run(note=event.note)
    else:
        step.change(step.get(event.key), note=event.note)


def taken_over(step: Step, event: ev.TakenOver) -> None:
    step.change_run(backfill_id=event.backfill_id)
