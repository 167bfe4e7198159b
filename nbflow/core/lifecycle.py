"""How task instances and DAG runs change state: what happened in, what follows out.

There are two kinds of transition. *Event-triggered*: something happened outside (a report, a
request, a due time) and `_ON_EVENT` says what it does. *State-triggered*: the states reached force
others; they are in `settling.py`. Every step that may ever happen, with its cause, stands in the
table of `transitions.py`; a step that is not in it raises.

`advance` is pure: it takes a snapshot, events and the time, and returns effects. It never changes
the snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from enum import Enum

from nbflow.core import by_hand, caching, waiting
from nbflow.core import events as ev
from nbflow.core.effects import (
    CancelAttempt,
    DeadlinePassed,
    Effect,
    TryDecided,
    TryEnded,
    TryRunning,
    TryStarted,
    ValuesStored,
)
from nbflow.core.events import Event
from nbflow.core.mapping import MAX_MAP_LENGTH, lengths_handed_on
from nbflow.core.orders import RETURN_VALUE, Outcome
from nbflow.core.poking import PokePolicy, next_poke
from nbflow.core.retries import decide_retry
from nbflow.core.settling import Pass, not_chosen_by
from nbflow.core.snapshot import RunSnapshot, TaskInstance
from nbflow.core.states import Reason, RunState, TaskState
from nbflow.core.transitions import SKIPPABLE

S = TaskState


class Settle(Enum):
    """How far `advance` applies state-triggered transitions after the events.

    FULLY: until nothing moves. ONE_ROUND: every waiting task is looked at once, against the states
    before the round, which is what Airflow does between two waves of tasks, and so what
    `dag.test()` does. NOT_NOW: inside a wave.
    """

    FULLY = "fully"
    ONE_ROUND = "one_round"
    NOT_NOW = "not_now"


def advance(
    snapshot: RunSnapshot,
    events: Iterable[Event],
    now: datetime,
    settle: Settle = Settle.FULLY,
    max_map_length: int = MAX_MAP_LENGTH,
) -> list[Effect]:
    """What follows from `events` in this run at `now`.

    Events about attempts that are no longer current are dropped. A task that would be mapped into
    more than `max_map_length` instances fails.
    """
    step = Pass(snapshot, now, max_map_length)
    for event in events:
        _ON_EVENT[type(event)](step, event)
    if settle is Settle.FULLY:
        step.settle()
    elif settle is Settle.ONE_ROUND:
        step.settle_one_round()
    step.close_run()
    return step.effects


# -- event-triggered transitions -------------------------------------------------------------------


def _run_started(step: Pass, _: ev.RunStarted) -> None:
    step.start_run()


def _dispatched(step: Pass, event: ev.Dispatched) -> None:
    before = step.get(event.key)
    after = step.change(
        before,
        state=S.QUEUED,
        attempt_id=event.attempt_id,
        try_number=before.following_try,
        queued_at=step.now,
        started_at=before.started_at if before.pokes else None,
        ended_at=None,
        reason=None,
        message="",
        next_try_at=None,
        cache_key=event.cache_key or before.cache_key,
        cached=event.cached,
    )
    continues = before.attempt_id if before.pokes else None
    step.effects.append(
        TryStarted(after.key, event.attempt_id, after.try_number, step.now, continues)
    )


def _found_in_cache(step: Pass, event: ev.FoundInCache) -> None:
    instance = step.get(event.key)
    if instance.state != S.SCHEDULED:
        return
    outcome = replace(event.entry.outcome, reason=Reason.CACHED, message=event.entry.message)
    step.effects += caching.as_an_attempt(instance, event, outcome, step.now)
    _succeeded(
        step,
        instance,
        outcome,
        attempt_id=event.attempt_id,
        try_number=instance.following_try,
        reason=Reason.CACHED,
        cache_key=event.entry.key,
        cached=event.entry.origin,
    )


def _attempt_started(step: Pass, event: ev.AttemptStarted) -> None:
    instance = step.current(event.key, event.attempt_id)
    if instance is not None and instance.state == S.QUEUED:
        began = instance.started_at or step.now
        step.change(instance, state=S.RUNNING, started_at=began)
        step.effects.append(TryRunning(event.key, event.attempt_id, event.worker, step.now))


def _attempt_finished(step: Pass, event: ev.AttemptFinished) -> None:
    instance = step.current(event.key, event.attempt_id)
    if instance is None:
        return
    step.effects.append(TryEnded(event.key, event.attempt_id, event.outcome, event.at or step.now))
    if instance.restart:
        step.change(instance, state=S.NONE, **by_hand.FRESH)
        step.note((instance.task_id, -1))
    elif event.outcome.state in (S.DEFERRED, S.UP_FOR_RESCHEDULE):
        _goes_on_waiting(step, instance, event.outcome)
    else:
        _concluded(step, instance, event.outcome)


def _concluded(step: Pass, instance: TaskInstance, outcome: Outcome) -> None:
    if outcome.state == S.SUCCESS:
        _succeeded(step, instance, outcome, **caching.compared(instance, outcome))
        step.effects += caching.to_keep(step.run, instance, outcome, step.now)
    elif outcome.state == S.FAILED:
        _failed(step, instance, outcome)
    else:
        ended = step.ended(outcome.state, outcome.reason, outcome.message)
        step.change(instance, **ended, map_name=outcome.map_name)


def _goes_on_waiting(step: Pass, instance: TaskInstance, outcome: Outcome) -> None:
    if step.run.cancelling:
        step.end(instance, S.CANCELLED, step.run.cancelling, step.run.message)
    elif outcome.state == S.UP_FOR_RESCHEDULE:
        _looked_in_vain(step, instance, outcome)
    else:
        task = step.dag.by_id[instance.task_id]
        fields = waiting.deferred(task, instance, outcome.waits_for or {}, step.run, step.now)
        step.change(instance, **fields, map_name=outcome.map_name)
        if outcome.values:
            step.effects.append(ValuesStored(instance.key, outcome.values))


def _looked_in_vain(step: Pass, instance: TaskInstance, outcome: Outcome) -> None:
    task = step.dag.by_id[instance.task_id]
    since, pokes = instance.waiting_since or instance.started_at or step.now, instance.pokes + 1
    policy = task.poke or PokePolicy()
    again = next_poke(policy, pokes=pokes, since=since, now=step.now, asked=outcome.again_at)
    if again is None:
        _concluded(
            step, instance, waiting.too_long(task, step.now - since, "for what it looks for")
        )
        return
    # A worker that was lost weeks of looks ago says nothing about the next one.
    step.change(
        instance,
        state=S.UP_FOR_RESCHEDULE,
        waiting_since=since,
        pokes=pokes,
        infra_failures=0,
        message=outcome.message or f"Looked in vain ({pokes}).",
        next_try_at=again,
    )


def _succeeded(step: Pass, instance: TaskInstance, outcome: Outcome, **known: object) -> None:
    """`known` are fields of the instance that are not as after any success."""
    fields: dict[str, object] = {
        "reason": None,
        "message": outcome.message,
        "ended_at": step.now,
        "started_at": instance.started_at or step.now,
        "follow": outcome.follow,
        "short_circuit": outcome.short_circuit,
        "lengths": _lengths(step, instance.task_id, outcome),
        "map_name": outcome.map_name,
    }
    after = step.change(instance, state=S.SUCCESS, **{**fields, **known})
    # What was handed on before the wait stays, unless the end of the wait brings more.
    if outcome.values or instance.state is not S.DEFERRED:
        step.effects.append(ValuesStored(after.key, outcome.values))
    step.update_assets(after.key, outcome.emissions)
    skipped = step.not_chosen(after)
    if after.short_circuit:
        skipped = step.graph.descendants(after.task_id) - step.scopes.teardowns
    for task_id in sorted(skipped, key=step.graph.position.__getitem__):
        for child in _decided_by(step, after, task_id):
            if child.state in SKIPPABLE:
                why = not_chosen_by(after.task_id)
                step.end(child, S.SKIPPED, Reason.SKIPPED_BY_BRANCH, why)


def _lengths(step: Pass, task_id: str, outcome: Outcome) -> Mapping[str, object] | None:
    keys = step.dag.mapped_over.get(task_id)
    return lengths_handed_on(keys, outcome.values, RETURN_VALUE) if keys else None


def _decided_by(step: Pass, brancher: TaskInstance, task_id: str) -> list[TaskInstance]:
    """The instances of a task that this branch alone decides about. Where the others of a mapped
    branch have a say, the task is looked at when all have spoken.
    """
    if brancher.map_index < 0:
        return step.draft.instances(task_id)
    if not step.dag.pairs(brancher.task_id, task_id):
        return []
    found = step.draft.find((task_id, brancher.map_index))
    return [] if found is None else [found]


def _failed(step: Pass, instance: TaskInstance, outcome: Outcome) -> None:
    reason = outcome.reason or Reason.TASK_ERROR
    counted = replace(
        instance,
        failures=instance.failures + int(not reason.is_infrastructure),
        infra_failures=instance.infra_failures + int(reason.is_infrastructure),
    )
    decision = decide_retry(
        step.dag.by_id[instance.task_id].retry,
        reason,
        failures=counted.failures,
        infra_failures=counted.infra_failures,
        seed=f"{step.run.dag_id}/{step.run.run_id}/{instance.task_id}/{instance.map_index}",
        now=step.now,
        retryable=outcome.retryable,
        lineage=outcome.lineage,
        message=outcome.message,
        ruling=outcome.ruling,
    )
    again = decision.again and not step.run.cancelling
    step.change(
        instance,
        state=S.UP_FOR_RETRY if again else S.CANCELLED if step.run.cancelling else S.FAILED,
        failures=counted.failures,
        infra_failures=counted.infra_failures,
        pokes=0,
        reason=reason,
        message=f"{outcome.message} {decision.why}".rstrip(),
        ended_at=step.now,
        next_try_at=decision.at if again else None,
        map_name=outcome.map_name,
    )
    if step.dag.fail_fast and not again and not step.run.cancelling:
        why = f"{instance.name} failed, and the DAG has fail_fast."
        _cancel_run(step, ev.CancelRun(Reason.FAIL_FAST, why))


def _retry_due(step: Pass, event: ev.RetryDue) -> None:
    instance = step.get(event.key)
    if instance.state == S.UP_FOR_RETRY:
        step.change(instance, **step.ready(instance))
    elif instance.state == S.UP_FOR_RESCHEDULE:
        step.change(instance, state=S.SCHEDULED, scheduled_at=step.now, next_try_at=None)
    elif instance.state == S.DEFERRED:
        outcome = waiting.due(step.dag, step.run, instance, step.now)
        if outcome is not None:
            _wait_over(step, ev.WaitOver(event.key, outcome))


def _wait_over(step: Pass, event: ev.WaitOver) -> None:
    instance = step.get(event.key)
    if instance.state != S.DEFERRED:
        return
    if instance.attempt_id:
        step.effects.append(TryDecided(event.key, instance.attempt_id, event.outcome, step.now))
    _concluded(step, instance, event.outcome)


def _nothing_to_execute(step: Pass, event: ev.NothingToExecute) -> None:
    instance = step.get(event.key)
    task = step.dag.by_id[instance.task_id]
    if instance.state == S.SCHEDULED and task.waits_for is not None:
        fields = waiting.deferred(task, instance, task.waits_for, step.run, step.now)
        step.change(instance, **fields)
    elif instance.state == S.SCHEDULED:
        after = step.change(instance, state=S.SUCCESS, started_at=step.now, ended_at=step.now)
        step.update_assets(after.key, ())


def _deadline_missed(step: Pass, event: ev.DeadlineMissed) -> None:
    if event.name in step.run.missed_deadlines or step.run.state.is_finished:
        return
    step.change_run(missed_deadlines=(*step.run.missed_deadlines, event.name))
    told = (event.name, event.due_at, event.words, event.callback, step.run, step.now)
    step.effects.append(DeadlinePassed(*told))


def _gave_way(step: Pass, event: ev.GaveWay) -> None:
    for key in step.snapshot.instances:
        instance = step.get(key)
        if instance.state == S.SCHEDULED:
            step.change(instance, state=S.NONE, scheduled_at=None)
    message = f"It waits for older runs, and gave its place to {event.to}."
    step.change_run(state=RunState.QUEUED, started_at=None, message=message)


def _cancel_run(step: Pass, event: ev.CancelRun) -> None:
    if step.run.state.is_finished:
        return
    if step.run.state == RunState.QUEUED:
        step.change_run(state=RunState.RUNNING, started_at=step.now)
    step.change_run(cancelling=event.reason, message=event.message)
    for key in step.snapshot.instances:
        instance = step.get(key)
        if key[0] in step.scopes.teardowns and not event.teardowns_too:
            step.note((key[0], -1))
        elif instance.is_with_executor and instance.attempt_id:
            step.effects.append(CancelAttempt(key, instance.attempt_id))
        elif not instance.state.is_finished:
            step.end(instance, S.CANCELLED, event.reason, event.message)


# The functions take the event type they are listed under, which `Callable` cannot say.
_ON_EVENT: dict[type, Callable[..., None]] = {
    ev.RunStarted: _run_started,
    ev.Dispatched: _dispatched,
    ev.FoundInCache: _found_in_cache,
    ev.AttemptStarted: _attempt_started,
    ev.AttemptFinished: _attempt_finished,
    ev.RetryDue: _retry_due,
    ev.DeadlineMissed: _deadline_missed,
    ev.NothingToExecute: _nothing_to_execute,
    ev.GaveWay: _gave_way,
    ev.WaitOver: _wait_over,
    ev.Cleared: by_hand.cleared,
    ev.Marked: by_hand.marked,
    ev.RunMarked: by_hand.run_marked,
    ev.Forced: by_hand.forced,
    ev.Removed: by_hand.removed,
    ev.Noted: by_hand.noted,
    ev.TakenOver: by_hand.taken_over,
    ev.CancelRun: _cancel_run,
}
