"""State-triggered transitions: what the states reached force upon others. A trigger rule is met, a
mapped task gets its instances, a run has nothing left to do.

A `Pass` is one call of `lifecycle.advance`: events change instances through it, and it applies what
follows downstream of every change, in topological order, until nothing moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from heapq import heappop, heappush

from nbflow.core import by_hand, expanding, waiting
from nbflow.core.assets import Emission, emissions
from nbflow.core.dag import Task, TaskKind
from nbflow.core.draft import Draft
from nbflow.core.effects import (
    AssetsUpdated,
    CancelAttempt,
    Effect,
    RunChanged,
    TaskChanged,
    TaskExpanded,
    TryEnded,
)
from nbflow.core.errors import InvalidTransition
from nbflow.core.events import TaskKey
from nbflow.core.mapping import tolerated
from nbflow.core.orders import Outcome
from nbflow.core.past import depends_on_past
from nbflow.core.snapshot import RunSnapshot, TaskInstance
from nbflow.core.states import Reason, RunState, TaskState
from nbflow.core.transitions import ALLOWED
from nbflow.core.trigger_rules import Verdict

S = TaskState

# Failed tasks that the message of a run names.
MOST_NAMED = 5


class Pass:
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
        if (before.state, after.state) not in ALLOWED:
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
            return self.ended(S.SKIPPED, Reason.SKIPPED_BY_BRANCH, not_chosen_by(brancher))
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
            return RunState.FAILED, _named_failures(self._causes(bad))
        return RunState.SUCCESS, ""

    def _causes(self, bad: Sequence[str]) -> list[str]:
        """The tasks to repair, in the order they are executed: those that failed on the way to the
        leaves that did not end well, else these leaves themselves.
        """
        on_the_way = self.graph.ancestors(*bad).union(bad)
        failed = [
            task_id
            for task_id in self.graph.order
            if task_id in on_the_way
            and self.draft.counts(task_id).get(S.FAILED)
            and not self._ended_well(task_id)
        ]
        return failed or list(bad)

    def _ended_well(self, task_id: str) -> bool:
        counts = self.draft.counts(task_id)
        good = (S.SUCCESS, S.SKIPPED, S.REMOVED)
        if all(state in good for state, number in counts.items() if number):
            return True
        return tolerated(counts, self.dag.by_id[task_id].min_success_ratio)


def _named_failures(task_ids: Sequence[str]) -> str:
    named, more = task_ids[:MOST_NAMED], len(task_ids) - MOST_NAMED
    return f"Did not succeed: {', '.join(named)}{f' and {more} more' if more > 0 else ''}."


def not_chosen_by(brancher: str) -> str:
    """Why a task that a branch did not choose is skipped."""
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
