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

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from heapq import heappop, heappush

from nbflow.core import by_hand, expanding, waiting
from nbflow.core import events as ev
from nbflow.core.assets import Emission, emissions
from nbflow.core.dag import Task, TaskKind
from nbflow.core.draft import Draft
from nbflow.core.effects import (
    AssetsUpdated,
    CancelAttempt,
    DeadlinePassed,
    Effect,
    RunChanged,
    TaskChanged,
    TaskExpanded,
    TryDecided,
    TryEnded,
    TryRunning,
    TryStarted,
    ValuesStored,
)
from nbflow.core.errors import InvalidTransition
from nbflow.core.events import Event, TaskKey
from nbflow.core.mapping import MAX_MAP_LENGTH, lengths_handed_on, tolerated
from nbflow.core.orders import RETURN_VALUE, Outcome
from nbflow.core.past import depends_on_past
from nbflow.core.poking import PokePolicy, next_poke
from nbflow.core.retries import decide_retry
from nbflow.core.snapshot import RunSnapshot, TaskInstance
from nbflow.core.states import FINISHED, Reason, RunState, TaskState
from nbflow.core.trigger_rules import Verdict

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
    *_rows("past met, waits without a worker", [S.SCHEDULED], S.DEFERRED),
    *_rows("run gave way to an older one", [S.SCHEDULED], S.NONE),
    *_rows("trigger rule met, waits without a worker", [S.NONE], S.DEFERRED),
    *_rows("trigger rule cannot be met", [S.NONE], S.SKIPPED, S.UPSTREAM_FAILED),
    *_rows("branch went elsewhere", _SKIPPABLE, S.SKIPPED),
    *_rows("nothing to map over", [S.NONE], S.SKIPPED),
    *_rows("not mappable", [S.NONE], S.FAILED),
    *_rows("mapped over less than before", tuple(TaskState), S.REMOVED),
    *_rows("mapped over more than before", [S.REMOVED], S.NONE),
    *_rows("handed to the executor", [S.SCHEDULED], S.QUEUED),
    *_rows("claimed by a worker", [S.QUEUED], S.RUNNING),
    *_rows("attempt ended", _LIVE, S.SUCCESS, S.FAILED, S.SKIPPED, S.CANCELLED),
    *_rows("attempt failed, tries left", _LIVE, S.UP_FOR_RETRY),
    *_rows("attempt ended, waits without a worker", _LIVE, S.DEFERRED),
    *_rows("looked in vain", _LIVE, S.UP_FOR_RESCHEDULE),
    *_rows("next look due", [S.UP_FOR_RESCHEDULE], S.SCHEDULED),
    *_rows("wait over", [S.DEFERRED], S.SUCCESS, S.FAILED, S.SKIPPED, S.UP_FOR_RETRY),
    *_rows("retry due", [S.UP_FOR_RETRY], S.SCHEDULED, S.DEFERRED),
    *_rows("run cancelled", _WAITING, S.CANCELLED),
    *_rows("cleared", sorted(FINISHED | set(_WAITING)), S.NONE),
    *_rows("cleared while an attempt was alive, which has ended", _LIVE, S.NONE),
    *_rows("marked", tuple(TaskState), S.SUCCESS, S.FAILED, S.SKIPPED),
    *_rows("no longer in the DAG", sorted(set(TaskState) - {S.REMOVED}), S.REMOVED),
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
    step = _Pass(snapshot, now, max_map_length)
    for event in events:
        _ON_EVENT[type(event)](step, event)
    if settle is Settle.FULLY:
        step.settle()
    elif settle is Settle.ONE_ROUND:
        step.settle_one_round()
    step.close_run()
    return step.effects


class _Pass:
    """One call of `advance`: a draft of what follows, and the task instances still to be looked at.
    In these, map_index -1 stands for every instance of the task.
    """

    def __init__(self, snapshot: RunSnapshot, now: datetime, max_map_length: int) -> None:
        self.snapshot = snapshot
        self.dag = snapshot.dag
        self.graph = snapshot.dag.graph
        self.scopes = snapshot.scopes
        self.run = snapshot.run
        self.now = now
        self.effects: list[Effect] = []
        self.draft = Draft(snapshot)
        self._max_map_length = max_map_length
        self._to_look_at: list[tuple[int, int]] = []
        self._noted: set[tuple[int, int]] = set()

    # -- reading -----------------------------------------------------------------------------------

    def get(self, key: TaskKey) -> TaskInstance:
        return self.draft.get(key)

    def current(self, key: TaskKey, attempt_id: str) -> TaskInstance | None:
        """The instance if `attempt_id` is its live attempt, else None: reports about old attempts
        are dropped.
        """
        instance = self.draft.find(key)
        if instance is None or instance.attempt_id != attempt_id:
            return None
        return instance if instance.is_with_executor else None

    # -- writing -----------------------------------------------------------------------------------

    def change(self, before: TaskInstance, **fields: object) -> TaskInstance:
        """Record the new value of an instance, checking the step against the table."""
        after = replace(before, **fields)  # type: ignore[arg-type]  # field names are checked by replace itself
        if after.state != before.state:
            self._check(before, after)
            self.note_downstream(after.key)
        self.draft.put(after)
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

    def start_run(self) -> None:
        """Let the run begin, if it has not, and look at every task."""
        if self.run.state == RunState.QUEUED:
            self.change_run(state=RunState.RUNNING, started_at=self.now, ended_at=None, message="")
        for task in self.dag.tasks:
            self.note((task.task_id, -1))

    def _check(self, before: TaskInstance, after: TaskInstance) -> None:
        if (before.state, after.state) not in _ALLOWED:
            raise InvalidTransition(
                f"{self.run.dag_id}/{self.run.run_id}/{before.name} "
                f"cannot go from {before.state} to {after.state}. "
                f"Its story: {before}. Changes in this pass: {self.effects}."
            )

    # -- state-triggered transitions ---------------------------------------------------------------

    def note(self, key: TaskKey) -> None:
        place = (self.graph.position[key[0]], key[1])
        if place not in self._noted:
            self._noted.add(place)
            heappush(self._to_look_at, place)

    def note_downstream(self, key: TaskKey) -> None:
        needing = self.scopes.in_need_of(key[0]) if key[0] in self.scopes.setups else ()
        for child in dict.fromkeys([*self.graph.downstream.get(key[0], ()), *needing]):
            self.note((child, key[1] if self.dag.pairs(key[0], child) else -1))

    def settle(self) -> None:
        """Apply trigger rules downstream of everything that changed, until nothing moves."""
        while self._to_look_at:
            place = heappop(self._to_look_at)
            self._noted.discard(place)
            self._look_at((self.graph.order[place[0]], place[1]))

    def settle_one_round(self) -> None:
        """Look at every waiting task once, all against the states reached before this round."""
        for task_id in self.graph.order:
            self._expand(task_id)
        waiting = [i for task_id in self.graph.order for i in self._waiting(task_id)]
        decided = [(instance, self._decide(instance)) for instance in waiting]
        for instance, fields in decided:
            self._take(instance, fields)

    def _look_at(self, key: TaskKey) -> None:
        task_id, index = key
        if index < 0 or self.draft.find(key) is None:
            self._expand(task_id)
            waiting = self._waiting(task_id)
        else:
            waiting = [self.get(key)]
        for instance in waiting:
            fields = self._decide(instance)
            self._take(instance, fields)
            if not fields and not self._is_grouped(task_id):
                return  # all instances see the same upstreams: what one waits for, all do

    def _take(self, instance: TaskInstance, fields: dict[str, object]) -> None:
        if not fields:
            return
        after = self.change(instance, **fields)
        if after.state == S.SUCCESS:  # there was nothing to execute
            self.update_assets(after.key, ())

    def _waiting(self, task_id: str) -> list[TaskInstance]:
        """The instances of a task that no decision has been made about."""
        if not self.draft.counts(task_id).get(S.NONE):
            return []
        return [one for one in self.draft.instances(task_id) if one.state == S.NONE]

    def _is_grouped(self, task_id: str) -> bool:
        expansion = self.dag.by_id[task_id].expansion
        return expansion is not None and expansion.group != ""

    def _decide(self, instance: TaskInstance) -> dict[str, object]:
        """What changes because of the states around this task; nothing when it has to wait."""
        if instance.state != S.NONE or self.run.state != RunState.RUNNING:
            return {}
        if self.run.cancelling and instance.task_id not in self.scopes.teardowns:
            return self.ended(S.CANCELLED, self.run.cancelling, self.run.message)
        brancher = self._skipped_by(instance.key)
        if brancher is not None:
            return self.ended(S.SKIPPED, Reason.SKIPPED_BY_BRANCH, _not_chosen_by(brancher))
        return self._follow_rule(instance)

    def _follow_rule(self, instance: TaskInstance) -> dict[str, object]:
        task = self.dag.by_id[instance.task_id]
        if task.expansion is not None:
            # Whatever its rule: without what it is mapped over there is nothing to run.
            stopped = expanding.count(self.draft, task, self._max_map_length)
            if isinstance(stopped, expanding.Stopped):
                return self.ended(stopped.state, stopped.reason, stopped.message)
            if task.expansion.group and instance.map_index < 0:
                return {}  # each instance looks at the upstreams of its own
        decision = self.draft.verdict(instance.key)
        if decision is Verdict.WAIT:
            return {}
        if decision is Verdict.RUN:
            return self._begin(task, instance)
        state = S.SKIPPED if decision is Verdict.SKIP else S.UPSTREAM_FAILED
        if self.run.cancelling:
            return self.ended(S.CANCELLED, self.run.cancelling, self.run.message)
        upstream = dict(self.draft.upstream(instance.key))
        for setup in self.scopes.far_setups_of(task.task_id):
            upstream[setup] = self.draft.seen(instance.key, setup)
        return self.ended(state, Reason.UPSTREAM, _blame(upstream, task.trigger_rule))

    def _begin(self, task: Task, instance: TaskInstance) -> dict[str, object]:
        if task.expansion is not None and (
            instance.map_index < 0
            or expanding.count(self.draft, task, self._max_map_length) is None
        ):
            return {}  # until it is known what it is mapped over
        if task.kind is TaskKind.EMPTY and not (depends_on_past(task) or task.waits_for):
            return {"state": S.SUCCESS, "started_at": self.now, "ended_at": self.now}
        return self.ready(instance)

    def ready(self, instance: TaskInstance) -> dict[str, object]:
        """What changes when nothing holds the instance up any more."""
        task = self.dag.by_id[instance.task_id]
        if task.waits_for is not None and not depends_on_past(task):
            return waiting.deferred(task, instance, task.waits_for, self.run, self.now)
        return {"state": S.SCHEDULED, "scheduled_at": self.now, "next_try_at": None}

    def _skipped_by(self, key: TaskKey) -> str | None:
        for parent in self.graph.upstream[key[0]]:
            if self.dag.by_id[parent].decides is None:
                continue
            brancher = self.draft.paired(key, parent)
            deciding = self.draft.instances(parent) if brancher is None else [brancher]
            decided = [one for one in deciding if one.state == S.SUCCESS]
            all_done = all(one.state.is_finished for one in deciding)
            # Where every instance of a mapped branch counts, one that chose the task is enough.
            if decided and all_done and all(key[0] in self.not_chosen(one) for one in decided):
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

    # -- mapped tasks ------------------------------------------------------------------------------

    def _expand(self, task_id: str) -> None:
        """Give a mapped task its instances, if it is due; or the number it has to have now, if
        some of it was cleared.
        """
        task = self.dag.by_id[task_id]
        if (
            task.expansion is None
            or self.run.state != RunState.RUNNING
            or (self.run.cancelling and task_id not in self.scopes.teardowns)
            or not self.draft.counts(task_id).get(S.NONE)
        ):
            return
        placeholder = self.draft.find((task_id, -1))
        if placeholder is None:
            expected = expanding.count(self.draft, task, self._max_map_length)
        elif self._skipped_by(placeholder.key) is None:
            expected = expanding.due(self.draft, task, self._max_map_length)
        else:
            return
        if expected == 0:
            self._shrink_to_nothing(task, placeholder)
        elif isinstance(expected, int):
            self._resize(task, expected, instead=placeholder is not None)

    def _resize(self, task: Task, expected: int, *, instead: bool) -> None:
        """Give the task so many instances, whatever it had before."""
        if instead:
            self.draft.drop((task.task_id, -1))
        there = self.draft.instances(task.task_id)
        for one in there:
            if one.map_index >= expected and one.state != S.REMOVED:
                self._remove(one)
            elif one.map_index < expected and one.state == S.REMOVED:
                self.change(one, state=S.NONE, **by_hand.FRESH)
        created = [TaskInstance(task.task_id, index) for index in range(len(there), expected)]
        if created or instead:
            self._create(task, created, instead=instead)

    def _shrink_to_nothing(self, task: Task, placeholder: TaskInstance | None) -> None:
        nothing = expanding.nothing_to_map(task)
        if placeholder is None:
            for one in self.draft.instances(task.task_id):
                self._remove(one)
            placeholder = TaskInstance(task.task_id)
            self._create(task, [placeholder], instead=False)
        self.end(placeholder, nothing.state, nothing.reason, nothing.message)

    def _create(self, task: Task, created: Iterable[TaskInstance], *, instead: bool) -> None:
        made = tuple(created)
        for one in made:
            self.draft.put(one)
        self.effects.append(
            TaskExpanded(task, self.dag.weights[task.task_id], made, self.now, instead)
        )

    def _remove(self, instance: TaskInstance) -> None:
        why = "What the task is mapped over has become shorter."
        if instance.is_with_executor and instance.attempt_id:
            self.effects.append(CancelAttempt(instance.key, instance.attempt_id))
            outcome = Outcome(S.CANCELLED, Reason.NOTHING_TO_MAP, why)
            self.effects.append(TryEnded(instance.key, instance.attempt_id, outcome, self.now))
        self.end(instance, S.REMOVED, Reason.NOTHING_TO_MAP, why)

    # -- the run -----------------------------------------------------------------------------------

    def close_run(self) -> None:
        if self.run.state == RunState.RUNNING and self.draft.unfinished == 0:
            state, message = self.verdict_on_run()
            self.change_run(state=state, message=message, ended_at=self.now)

    def verdict_on_run(self) -> tuple[RunState, str]:
        if self.run.cancelling is Reason.CANCELLED:
            return RunState.CANCELLED, self.run.message
        if self.run.cancelling is not None:
            return RunState.FAILED, self.run.message
        bad = [leaf for leaf in self.scopes.leaves if not self._ended_well(leaf)]
        if bad:
            return RunState.FAILED, f"Did not succeed: {', '.join(sorted(bad)[:5])}."
        return RunState.SUCCESS, ""

    def _ended_well(self, task_id: str) -> bool:
        counts = self.draft.counts(task_id)
        good = (S.SUCCESS, S.SKIPPED, S.REMOVED)
        if all(state in good for state, number in counts.items() if number):
            return True
        return tolerated(counts, self.dag.by_id[task_id].min_success_ratio)


def _not_chosen_by(brancher: str) -> str:
    return f"{brancher} did not choose this task."


def _blame(upstream: Mapping[str, Mapping[TaskState, int]], rule: object) -> str:
    """One sentence naming the upstreams that decided the matter."""
    by_state: dict[TaskState, list[str]] = {}
    for task_id, counts in upstream.items():
        total = sum(counts.values())
        for state, number in counts.items():
            # Of thousands of instances those still to come have decided nothing.
            if number and (total == 1 or state.is_finished):
                name = task_id if total == 1 else f"{number} of {total} instances of {task_id}"
                by_state.setdefault(state, []).append(name)
    parts = (f"{', '.join(ids[:3])} {state}" for state, ids in by_state.items())
    return f"Rule {rule}: {'; '.join(parts)}."


# -- event-triggered transitions -------------------------------------------------------------------


def _run_started(step: _Pass, _: ev.RunStarted) -> None:
    step.start_run()


def _dispatched(step: _Pass, event: ev.Dispatched) -> None:
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
    )
    continues = before.attempt_id if before.pokes else None
    step.effects.append(
        TryStarted(after.key, event.attempt_id, after.try_number, step.now, continues)
    )


def _attempt_started(step: _Pass, event: ev.AttemptStarted) -> None:
    instance = step.current(event.key, event.attempt_id)
    if instance is not None and instance.state == S.QUEUED:
        began = instance.started_at or step.now
        step.change(instance, state=S.RUNNING, started_at=began)
        step.effects.append(TryRunning(event.key, event.attempt_id, event.worker, step.now))


def _attempt_finished(step: _Pass, event: ev.AttemptFinished) -> None:
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


def _concluded(step: _Pass, instance: TaskInstance, outcome: Outcome) -> None:
    if outcome.state == S.SUCCESS:
        _succeeded(step, instance, outcome)
    elif outcome.state == S.FAILED:
        _failed(step, instance, outcome)
    else:
        ended = step.ended(outcome.state, outcome.reason, outcome.message)
        step.change(instance, **ended, map_name=outcome.map_name)


def _goes_on_waiting(step: _Pass, instance: TaskInstance, outcome: Outcome) -> None:
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


def _looked_in_vain(step: _Pass, instance: TaskInstance, outcome: Outcome) -> None:
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
        lengths=_lengths(step, instance.task_id, outcome),
        map_name=outcome.map_name,
    )
    # What was handed on before the wait stays, unless the end of the wait brings more.
    if outcome.values or instance.state is not S.DEFERRED:
        step.effects.append(ValuesStored(after.key, outcome.values))
    step.update_assets(after.key, outcome.emissions)
    skipped = step.not_chosen(after)
    if after.short_circuit:
        skipped = step.graph.descendants(after.task_id) - step.scopes.teardowns
    for task_id in sorted(skipped, key=step.graph.position.__getitem__):
        for child in _decided_by(step, after, task_id):
            if child.state in _SKIPPABLE:
                why = _not_chosen_by(after.task_id)
                step.end(child, S.SKIPPED, Reason.SKIPPED_BY_BRANCH, why)


def _lengths(step: _Pass, task_id: str, outcome: Outcome) -> Mapping[str, object] | None:
    keys = step.dag.mapped_over.get(task_id)
    return lengths_handed_on(keys, outcome.values, RETURN_VALUE) if keys else None


def _decided_by(step: _Pass, brancher: TaskInstance, task_id: str) -> list[TaskInstance]:
    """The instances of a task that this branch alone decides about. Where the others of a mapped
    branch have a say, the task is looked at when all have spoken.
    """
    if brancher.map_index < 0:
        return step.draft.instances(task_id)
    if not step.dag.pairs(brancher.task_id, task_id):
        return []
    found = step.draft.find((task_id, brancher.map_index))
    return [] if found is None else [found]


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
        lineage=outcome.lineage,
        message=outcome.message,
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


def _retry_due(step: _Pass, event: ev.RetryDue) -> None:
    instance = step.get(event.key)
    if instance.state == S.UP_FOR_RETRY:
        step.change(instance, **step.ready(instance))
    elif instance.state == S.UP_FOR_RESCHEDULE:
        step.change(instance, state=S.SCHEDULED, scheduled_at=step.now, next_try_at=None)
    elif instance.state == S.DEFERRED:
        outcome = waiting.due(step.dag, step.run, instance, step.now)
        if outcome is not None:
            _wait_over(step, ev.WaitOver(event.key, outcome))


def _wait_over(step: _Pass, event: ev.WaitOver) -> None:
    instance = step.get(event.key)
    if instance.state != S.DEFERRED:
        return
    if instance.attempt_id:
        step.effects.append(TryDecided(event.key, instance.attempt_id, event.outcome, step.now))
    _concluded(step, instance, event.outcome)


def _nothing_to_execute(step: _Pass, event: ev.NothingToExecute) -> None:
    instance = step.get(event.key)
    task = step.dag.by_id[instance.task_id]
    if instance.state == S.SCHEDULED and task.waits_for is not None:
        fields = waiting.deferred(task, instance, task.waits_for, step.run, step.now)
        step.change(instance, **fields)
    elif instance.state == S.SCHEDULED:
        after = step.change(instance, state=S.SUCCESS, started_at=step.now, ended_at=step.now)
        step.update_assets(after.key, ())


def _deadline_missed(step: _Pass, event: ev.DeadlineMissed) -> None:
    if event.name in step.run.missed_deadlines or step.run.state.is_finished:
        return
    step.change_run(missed_deadlines=(*step.run.missed_deadlines, event.name))
    told = (event.name, event.due_at, event.words, event.callback, step.run, step.now)
    step.effects.append(DeadlinePassed(*told))


def _gave_way(step: _Pass, event: ev.GaveWay) -> None:
    for key in step.snapshot.instances:
        instance = step.get(key)
        if instance.state == S.SCHEDULED:
            step.change(instance, state=S.NONE, scheduled_at=None)
    message = f"It waits for older runs, and gave its place to {event.to}."
    step.change_run(state=RunState.QUEUED, started_at=None, message=message)


def _cancel_run(step: _Pass, event: ev.CancelRun) -> None:
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
