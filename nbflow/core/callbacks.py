"""What happens in a run that somebody may want to be told: which events there are, and which
changes of state are one.

Only what the run itself does counts: what a person marked calls nothing back, and neither does a
task that a trigger rule or a branch skipped, since none of it was run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from nbflow.core.effects import DeadlinePassed, Effect, RunChanged, TaskChanged, TryEnded
from nbflow.core.events import TaskKey
from nbflow.core.json import JsonObject
from nbflow.core.orders import Outcome
from nbflow.core.snapshot import DagRun, TaskInstance
from nbflow.core.states import Reason, RunState, TaskState, Word


class Occasion(Word):
    """What can happen to a task instance or, SUCCESS, FAILURE and DEADLINE, to a run."""

    EXECUTE = "execute"
    SUCCESS = "success"
    FAILURE = "failure"
    RETRY = "retry"
    SKIPPED = "skipped"
    DEADLINE = "deadline"


NO_POSITION = -1
"""Of no callback: only notifications are meant."""

OF_A_RUN = (Occasion.SUCCESS, Occasion.FAILURE)

_UNDER_WAY = (
    TaskState.QUEUED,
    TaskState.RUNNING,
    TaskState.DEFERRED,
    TaskState.UP_FOR_RESCHEDULE,
)
_ON_STATE = {
    TaskState.SUCCESS: Occasion.SUCCESS,
    TaskState.FAILED: Occasion.FAILURE,
    TaskState.UP_FOR_RETRY: Occasion.RETRY,
}


@dataclass(frozen=True)
class Happened:
    """One occasion in one run; `key` is None for the run itself.

    `facts` is what whoever is told hears of it: state, reason, message, traceback and times. With a
    `position` only the callback at that place is meant.
    """

    occasion: Occasion
    key: TaskKey | None
    at: datetime
    try_number: int = 0
    attempt_id: str | None = None
    facts: JsonObject = field(default_factory=dict)
    position: int | None = None


def what_happened(effects: Iterable[Effect]) -> list[Happened]:
    """The occasions among these effects of one run, in order."""
    effects = list(effects)
    outcomes = {e.attempt_id: e.outcome for e in effects if isinstance(e, TryEnded)}
    found: list[Happened] = []
    for effect in effects:
        one = _of_effect(effect, outcomes)
        if one is not None:
            found.append(one)
    return found


def _of_effect(effect: Effect, outcomes: Mapping[str, Outcome]) -> Happened | None:
    if isinstance(effect, TaskChanged):
        occasion = _of_task(effect.before, effect.after)
        if occasion is not None:
            after = effect.after
            outcome = outcomes.get(after.attempt_id or "")
            facts = _task_facts(after, outcome)
            return Happened(
                occasion, after.key, effect.at, after.try_number, after.attempt_id, facts
            )
    if isinstance(effect, DeadlinePassed):
        facts = {**_run_facts(effect.run), **_deadline_facts(effect)}
        position = NO_POSITION if effect.callback is None else effect.callback
        return Happened(Occasion.DEADLINE, None, effect.at, facts=facts, position=position)
    if isinstance(effect, RunChanged):
        occasion = _of_run(effect.before, effect.after)
        if occasion is not None:
            return Happened(occasion, None, effect.at, facts=_run_facts(effect.after))
    return None


def _of_task(before: TaskInstance, after: TaskInstance) -> Occasion | None:
    if before.state is after.state or after.reason is Reason.MARKED:
        return None
    if after.state is TaskState.RUNNING:
        # A sensor that looks again goes on with what it began.
        return Occasion.EXECUTE if before.started_at is None else None
    if after.state is TaskState.SKIPPED:
        return Occasion.SKIPPED if before.state in _UNDER_WAY else None
    return _ON_STATE.get(after.state)


def _of_run(before: DagRun, after: DagRun) -> Occasion | None:
    if before.state is after.state:
        return None
    if after.state is RunState.FAILED:
        return Occasion.FAILURE
    return Occasion.SUCCESS if after.state is RunState.SUCCESS else None


def _task_facts(after: TaskInstance, outcome: Outcome | None) -> JsonObject:
    return {
        "state": str(after.state),
        "reason": None if after.reason is None else str(after.reason),
        "message": after.message,
        "traceback": "" if outcome is None else outcome.traceback,
        "started_at": _iso(after.started_at),
        "ended_at": _iso(after.ended_at),
        "next_try_at": _iso(after.next_try_at),
    }


def _run_facts(run: DagRun) -> JsonObject:
    timed_out = run.cancelling is Reason.RUN_TIMEOUT
    failed = "timed_out" if timed_out else "task_failure"
    return {
        "state": str(run.state),
        "reason": "success" if run.state is RunState.SUCCESS else failed,
        "message": run.message,
        "started_at": _iso(run.started_at),
        "ended_at": _iso(run.ended_at),
    }


def _deadline_facts(effect: DeadlinePassed) -> JsonObject:
    late = f"The run has not ended {effect.words}, its deadline."
    due = effect.due_at.isoformat()
    return {"reason": "deadline", "message": late, "deadline": effect.name, "due_at": due}


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
