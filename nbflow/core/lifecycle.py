"""Every rule about how task instances and DAG runs change state, in one place.

There are two kinds of transition. *Event-triggered*: something happened outside (a report, a
request, a due time) and `_ON_EVENT` says what it does. *State-triggered*: the states reached force
others (a trigger rule is met, a run has nothing left to do); these are applied downstream of every
change, in topological order, until nothing moves. `TRANSITIONS` lists every step that may ever
happen, with its cause; a step that is not in the table raises. The diagram in the documentation is
drawn from it.

`advance` is pure: it takes a snapshot, events and the time, and returns effects. It never changes
the snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from heapq import heappop, heappush

from nbflow.core import events as ev
from nbflow.core.assets import Emission, emissions
from nbflow.core.dag import TaskKind
from nbflow.core.effects import (
    AssetsUpdated,
    CancelAttempt,
    Effect,
    RunChanged,
    TaskChanged,
    TryEnded,
    TryRunning,
    TryStarted,
    ValuesStored,
)
from nbflow.core.errors import InvalidTransition
from nbflow.core.events import Event, TaskKey
from nbflow.core.orders import Outcome
from nbflow.core.past import depends_on_past
from nbflow.core.retries import decide_retry
from nbflow.core.snapshot import RunSnapshot, TaskInstance
from nbflow.core.states import FINISHED, Reason, RunState, TaskState
from nbflow.core.trigger_rules import Tally, Verdict

S = TaskState


@dataclass(frozen=True)
class Transition:
    """One step a task instance may take, and what causes it."""

    source: TaskState
    target: TaskState
    cause: str


def _rows(cause: str, sources: Iterable[TaskState], *targets: TaskState) -> list[Transition]:
    return [Transition(source, target, cause) for source in sources for target in targets]


_WAITING = (S.NONE, S.SCHEDULED, S.UP_FOR_RETRY, S.UP_FOR_RESCHEDULE, S.DEFERRED)
_LIVE = (S.QUEUED, S.RUNNING)
# As in Airflow, a branch's decision overrides an earlier upstream_failed of its direct downstream.
_SKIPPABLE = (S.NONE, S.SCHEDULED, S.UPSTREAM_FAILED)

TRANSITIONS: tuple[Transition, ...] = (
    *_rows("trigger rule met", [S.NONE], S.SCHEDULED),
    *_rows("trigger rule met, nothing to execute", [S.NONE], S.SUCCESS),
    *_rows("past met, nothing to execute", [S.SCHEDULED], S.SUCCESS),
    *_rows("run gave way to an older one", [S.SCHEDULED], S.NONE),
    *_rows("trigger rule cannot be met", [S.NONE], S.SKIPPED, S.UPSTREAM_FAILED),
    *_rows("branch went elsewhere", _SKIPPABLE, S.SKIPPED),
    *_rows("handed to the executor", [S.SCHEDULED], S.QUEUED),
    *_rows("claimed by a worker", [S.QUEUED], S.RUNNING),
    *_rows("attempt ended", _LIVE, S.SUCCESS, S.FAILED, S.SKIPPED, S.CANCELLED),
    *_rows("attempt failed, tries left", _LIVE, S.UP_FOR_RETRY),
    *_rows("retry due", [S.UP_FOR_RETRY], S.SCHEDULED),
    *_rows("run cancelled", _WAITING, S.CANCELLED),
    *_rows("cleared", sorted(FINISHED | set(_WAITING)), S.NONE),
    *_rows("cleared while an attempt was alive, which has ended", _LIVE, S.NONE),
    *_rows("marked", tuple(TaskState), S.SUCCESS, S.FAILED, S.SKIPPED),
)
_ALLOWED = frozenset((t.source, t.target) for t in TRANSITIONS)


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
    snapshot: RunSnapshot, events: Iterable[Event], now: datetime, settle: Settle = Settle.FULLY
) -> list[Effect]:
    """What follows from `events` in this run at `now`.

    Events about attempts that are no longer current are dropped.
    """
    step = _Pass(snapshot, now)
    for event in events:
        _ON_EVENT[type(event)](step, event)
    if settle is Settle.FULLY:
        step.settle()
    elif settle is Settle.ONE_ROUND:
        step.settle_one_round()
    step.close_run()
    return step.effects


class _Pass:
    """One call of `advance`: an overlay of changed instances over the snapshot, and the tasks still
    to be looked at.
    """

    def __init__(self, snapshot: RunSnapshot, now: datetime) -> None:
        self.snapshot = snapshot
        self.dag = snapshot.dag
        self.graph = snapshot.dag.graph
        self.scopes = snapshot.scopes
        self.run = snapshot.run
        self.now = now
        self.effects: list[Effect] = []
        self._changed: dict[TaskKey, TaskInstance] = {}
        self._unfinished = snapshot.unfinished
        self._to_look_at: list[int] = []
        self._noted: set[int] = set()

    # -- reading -----------------------------------------------------------------------------------

    def get(self, key: TaskKey) -> TaskInstance:
        return self._changed.get(key) or self.snapshot.instances[key]

    def current(self, key: TaskKey, attempt_id: str) -> TaskInstance | None:
        """The instance if `attempt_id` is its live attempt, else None: reports about old attempts
        are dropped.
        """
        if key not in self.snapshot.instances:
            return None
        instance = self.get(key)
        return instance if instance.attempt_id == attempt_id and instance.is_with_executor else None

    # -- writing -----------------------------------------------------------------------------------

    def change(self, before: TaskInstance, **fields: object) -> TaskInstance:
        """Record the new value of an instance, checking the step against the table."""
        after = replace(before, **fields)  # type: ignore[arg-type]  # field names are checked by replace itself
        if after.state != before.state:
            self._check(before, after)
            self._unfinished += int(before.state.is_finished) - int(after.state.is_finished)
            self.note_downstream(after.task_id)
        self._changed[after.key] = after
        self.effects.append(TaskChanged(before, after, self.now))
        return after

    def end(self, before: TaskInstance, state: TaskState, reason: Reason, message: str) -> None:
        self.change(before, **self.ended(state, reason, message))

    def ended(self, state: TaskState, reason: Reason | None, message: str) -> dict[str, object]:
        return {
            "state": state,
            "reason": reason,
            "message": message,
            "ended_at": self.now,
            "next_try_at": None,
        }

    def change_run(self, **fields: object) -> None:
        before, self.run = self.run, replace(self.run, **fields)  # type: ignore[arg-type]  # as above
        self.effects.append(RunChanged(before, self.run, self.now))

    def update_assets(self, key: TaskKey, said: tuple[Emission, ...]) -> None:
        """The task instance succeeded: its outlets have news."""
        outlets = self.dag.by_id[key[0]].outlets
        if outlets and (made := emissions(outlets, said)):
            self.effects.append(AssetsUpdated(key, made, self.now))

    def _check(self, before: TaskInstance, after: TaskInstance) -> None:
        if (before.state, after.state) not in _ALLOWED:
            raise InvalidTransition(
                f"{self.run.dag_id}/{self.run.run_id}/{before.task_id} "
                f"cannot go from {before.state} to {after.state}. "
                f"Its story: {before}. Changes in this pass: {self.effects}."
            )

    # -- state-triggered transitions ---------------------------------------------------------------

    def note(self, task_id: str) -> None:
        place = self.graph.position[task_id]
        if place not in self._noted:
            self._noted.add(place)
            heappush(self._to_look_at, place)

    def note_downstream(self, task_id: str) -> None:
        for child in self.graph.downstream[task_id]:
            self.note(child)
        if task_id in self.scopes.setups:
            for child in self.scopes.in_need_of(task_id):
                self.note(child)

    def settle(self) -> None:
        """Apply trigger rules downstream of everything that changed, until nothing moves."""
        while self._to_look_at:
            place = heappop(self._to_look_at)
            self._noted.discard(place)
            self._look_at((self.graph.order[place], -1))

    def settle_one_round(self) -> None:
        """Look at every waiting task once, all against the states reached before this round."""
        waiting = [self.get((task_id, -1)) for task_id in self.graph.order]
        decided = [(instance, self._decide(instance)) for instance in waiting]
        for instance, fields in decided:
            self._take(instance, fields)

    def _look_at(self, key: TaskKey) -> None:
        instance = self.get(key)
        self._take(instance, self._decide(instance))

    def _take(self, instance: TaskInstance, fields: dict[str, object]) -> None:
        if not fields:
            return
        after = self.change(instance, **fields)
        if after.state == S.SUCCESS:  # there was nothing to execute
            self.update_assets(after.key, ())

    def _decide(self, instance: TaskInstance) -> dict[str, object]:
        """What changes because of the states around this task; nothing when it has to wait."""
        if instance.state != S.NONE or self.run.state != RunState.RUNNING:
            return {}
        if self.run.cancelling and instance.task_id not in self.scopes.teardowns:
            return self.ended(S.CANCELLED, self.run.cancelling, self.run.message)
        brancher = self._skipped_by(instance.task_id)
        if brancher is not None:
            return self.ended(S.SKIPPED, Reason.SKIPPED_BY_BRANCH, _not_chosen_by(brancher))
        return self._follow_rule(instance)

    def _follow_rule(self, instance: TaskInstance) -> dict[str, object]:
        task = self.dag.by_id[instance.task_id]
        upstream = [self.get((parent, -1)) for parent in self.graph.upstream[instance.task_id]]
        tally = Tally.of(parent.state for parent in upstream)
        decision = self.scopes.verdict(task, tally, self._states)
        if decision is Verdict.WAIT:
            return {}
        if decision is Verdict.RUN:
            if task.kind is TaskKind.EMPTY and not depends_on_past(task):
                return {"state": S.SUCCESS, "started_at": self.now, "ended_at": self.now}
            return {"state": S.SCHEDULED, "scheduled_at": self.now}
        state = S.SKIPPED if decision is Verdict.SKIP else S.UPSTREAM_FAILED
        if self.run.cancelling:
            return self.ended(S.CANCELLED, self.run.cancelling, self.run.message)
        upstream += [self.get((setup, -1)) for setup in self.scopes.far_setups_of(task.task_id)]
        return self.ended(state, Reason.UPSTREAM, _blame(upstream, task.trigger_rule))

    def _states(self, task_id: str) -> list[TaskState]:
        return [self.get((task_id, -1)).state]

    def _skipped_by(self, task_id: str) -> str | None:
        for parent in self.graph.upstream[task_id]:
            instance = self.get((parent, -1))
            if instance.state == S.SUCCESS and task_id in self.not_chosen(instance):
                return parent
        return None

    def not_chosen(self, brancher: TaskInstance) -> set[str]:
        """The direct downstream tasks a finished branch ruled out: those it did not name and that
        no named one leads to.
        """
        # No branch keeps a teardown from running: what its setup made has to go.
        children = set(self.graph.downstream[brancher.task_id]) - self.scopes.teardowns
        if brancher.short_circuit:
            return children
        if brancher.follow is None:
            return set()
        followed = self.dag.named(brancher.follow)
        return children - followed - self.graph.descendants(*followed)

    # -- the run -----------------------------------------------------------------------------------

    def close_run(self) -> None:
        if self.run.state == RunState.RUNNING and self._unfinished == 0:
            state, message = self._verdict_on_run()
            self.change_run(state=state, message=message, ended_at=self.now)

    def _verdict_on_run(self) -> tuple[RunState, str]:
        if self.run.cancelling is Reason.CANCELLED:
            return RunState.CANCELLED, self.run.message
        if self.run.cancelling is not None:
            return RunState.FAILED, self.run.message
        leaves = [self.get((leaf, -1)) for leaf in self.scopes.leaves]
        bad = [
            leaf.task_id for leaf in leaves if leaf.state not in (S.SUCCESS, S.SKIPPED, S.REMOVED)
        ]
        if bad:
            return RunState.FAILED, f"Did not succeed: {', '.join(sorted(bad)[:5])}."
        return RunState.SUCCESS, ""


def _not_chosen_by(brancher: str) -> str:
    return f"{brancher} did not choose this task."


def _blame(upstream: list[TaskInstance], rule: object) -> str:
    """One sentence naming the upstreams that decided the matter."""
    by_state: dict[TaskState, list[str]] = {}
    for instance in upstream:
        by_state.setdefault(instance.state, []).append(instance.task_id)
    parts = (f"{', '.join(ids[:3])} {state}" for state, ids in by_state.items())
    return f"Rule {rule}: {'; '.join(parts)}."


# -- event-triggered transitions -------------------------------------------------------------------


def _run_started(step: _Pass, _: ev.RunStarted) -> None:
    if step.run.state == RunState.QUEUED:
        step.change_run(state=RunState.RUNNING, started_at=step.now, ended_at=None, message="")
    for task in step.dag.tasks:
        step.note(task.task_id)


def _dispatched(step: _Pass, event: ev.Dispatched) -> None:
    before = step.get(event.key)
    after = step.change(
        before,
        state=S.QUEUED,
        attempt_id=event.attempt_id,
        try_number=before.try_number + 1,
        queued_at=step.now,
        started_at=None,
        ended_at=None,
        reason=None,
        message="",
        next_try_at=None,
    )
    step.effects.append(TryStarted(after.key, event.attempt_id, after.try_number, step.now))


def _attempt_started(step: _Pass, event: ev.AttemptStarted) -> None:
    instance = step.current(event.key, event.attempt_id)
    if instance is not None and instance.state == S.QUEUED:
        step.change(instance, state=S.RUNNING, started_at=step.now)
        step.effects.append(TryRunning(event.key, event.attempt_id, event.worker, step.now))


def _attempt_finished(step: _Pass, event: ev.AttemptFinished) -> None:
    instance = step.current(event.key, event.attempt_id)
    if instance is None:
        return
    step.effects.append(TryEnded(event.key, event.attempt_id, event.outcome, event.at or step.now))
    if instance.restart:
        step.change(instance, state=S.NONE, **_FRESH)
        step.note(instance.task_id)
    elif event.outcome.state == S.SUCCESS:
        _succeeded(step, instance, event.outcome)
    elif event.outcome.state == S.FAILED:
        _failed(step, instance, event.outcome)
    else:
        outcome = event.outcome
        step.change(instance, **step.ended(outcome.state, outcome.reason, outcome.message))


def _succeeded(step: _Pass, instance: TaskInstance, outcome: Outcome) -> None:
    after = step.change(
        instance,
        state=S.SUCCESS,
        reason=None,
        message=outcome.message,
        ended_at=step.now,
        started_at=instance.started_at or step.now,
        follow=outcome.follow,
        short_circuit=outcome.short_circuit,
    )
    step.effects.append(ValuesStored(after.key, outcome.values))
    step.update_assets(after.key, outcome.emissions)
    skipped = step.not_chosen(after)
    if after.short_circuit:
        skipped = step.graph.descendants(after.task_id) - step.scopes.teardowns
    for task_id in sorted(skipped, key=step.graph.position.__getitem__):
        child = step.get((task_id, -1))
        if child.state in _SKIPPABLE:
            step.end(
                child,
                S.SKIPPED,
                Reason.SKIPPED_BY_BRANCH,
                _not_chosen_by(after.task_id),
            )


def _failed(step: _Pass, instance: TaskInstance, outcome: Outcome) -> None:
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
    )
    again = decision.again and not step.run.cancelling
    step.change(
        instance,
        state=S.UP_FOR_RETRY if again else S.CANCELLED if step.run.cancelling else S.FAILED,
        failures=counted.failures,
        infra_failures=counted.infra_failures,
        reason=reason,
        message=outcome.message,
        ended_at=step.now,
        next_try_at=decision.at if again else None,
    )


def _retry_due(step: _Pass, event: ev.RetryDue) -> None:
    instance = step.get(event.key)
    if instance.state == S.UP_FOR_RETRY:
        step.change(instance, state=S.SCHEDULED, scheduled_at=step.now, next_try_at=None)


def _nothing_to_execute(step: _Pass, event: ev.NothingToExecute) -> None:
    instance = step.get(event.key)
    if instance.state == S.SCHEDULED:
        after = step.change(instance, state=S.SUCCESS, started_at=step.now, ended_at=step.now)
        step.update_assets(after.key, ())


def _gave_way(step: _Pass, event: ev.GaveWay) -> None:
    for key in step.snapshot.instances:
        instance = step.get(key)
        if instance.state == S.SCHEDULED:
            step.change(instance, state=S.NONE, scheduled_at=None)
    message = f"It waits for older runs, and gave its place to {event.to}."
    step.change_run(state=RunState.QUEUED, started_at=None, message=message)


_FRESH = {
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
}


def _cleared(step: _Pass, event: ev.Cleared) -> None:
    for key in event.keys:
        instance = step.get(key)
        if instance.is_with_executor and instance.attempt_id:
            step.change(instance, restart=True)
            step.effects.append(CancelAttempt(key, instance.attempt_id))
        else:
            step.change(instance, state=S.NONE, **_FRESH)
            step.note(key[0])
    if step.run.state.is_finished and event.keys:
        step.change_run(state=RunState.QUEUED, ended_at=None, message="", cancelling=None)


def _marked(step: _Pass, event: ev.Marked) -> None:
    for key in event.keys:
        instance = step.get(key)
        if instance.is_with_executor and instance.attempt_id:
            step.effects.append(CancelAttempt(key, instance.attempt_id))
            marked = Outcome(S.CANCELLED, Reason.MARKED, f"Marked {event.state} while it ran.")
            step.effects.append(TryEnded(key, instance.attempt_id, marked, step.now))
        step.end(instance, event.state, Reason.MARKED, f"Marked {event.state}.")


def _cancel_run(step: _Pass, event: ev.CancelRun) -> None:
    if step.run.state.is_finished:
        return
    if step.run.state == RunState.QUEUED:
        step.change_run(state=RunState.RUNNING, started_at=step.now)
    step.change_run(cancelling=event.reason, message=event.message)
    for key in step.snapshot.instances:
        instance = step.get(key)
        if key[0] in step.scopes.teardowns and not event.teardowns_too:
            step.note(key[0])
        elif instance.is_with_executor and instance.attempt_id:
            step.effects.append(CancelAttempt(key, instance.attempt_id))
        elif not instance.state.is_finished:
            step.end(instance, S.CANCELLED, event.reason, event.message)


# The functions take the event type they are listed under, which `Callable` cannot say.
_ON_EVENT: dict[type, Callable[..., None]] = {
    ev.RunStarted: _run_started,
    ev.Dispatched: _dispatched,
    ev.AttemptStarted: _attempt_started,
    ev.AttemptFinished: _attempt_finished,
    ev.RetryDue: _retry_due,
    ev.NothingToExecute: _nothing_to_execute,
    ev.GaveWay: _gave_way,
    ev.Cleared: _cleared,
    ev.Marked: _marked,
    ev.CancelRun: _cancel_run,
}
