"""Task instances that wait for what other runs do: looked at when just that has changed, all
together, and at no other time.

The loop says what changed (only it changes runs), so nothing is polled: a thousand waiting tasks
cost nothing until what they wait for moves, and then two or three statements.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from nbflow.core import effects as fx
from nbflow.core import waiting
from nbflow.core.dag import Task
from nbflow.core.events import TaskKey, WaitOver
from nbflow.core.json import JsonObject
from nbflow.core.orders import Outcome
from nbflow.core.snapshot import DagRun, TaskInstance
from nbflow.core.states import Reason, TaskState
from nbflow.core.waiting import Kind, Spot
from nbflow.store import dags as dag_store
from nbflow.store import waiting as waiting_store
from nbflow.store.database import Session

Ref: TypeAlias = tuple[int, TaskKey]
Found: TypeAlias = dict[int, list[WaitOver]]


@dataclass
class Watch:
    """Who waits for what of other runs, and which of them have to be looked at. `asking` are those
    that wait for a person's answer, for whoever wants to tell that person.
    """

    asking: dict[Ref, JsonObject] = field(default_factory=dict)

    _waiting: dict[Ref, tuple[Task, JsonObject]] = field(default_factory=dict)
    _spots: dict[Spot, dict[Ref, None]] = field(default_factory=dict)
    _dags: Counter[str] = field(default_factory=Counter)
    _changed: set[Spot] = field(default_factory=set)
    _new: set[Ref] = field(default_factory=set)

    def index(self, ref: Ref, task: Task, instance: TaskInstance) -> None:
        """Take note of the instance's state: it may begin to wait, or have stopped to."""
        condition = instance.waits_for
        waits = instance.state is TaskState.DEFERRED and condition is not None
        if not waits and ref not in self._waiting and ref not in self.asking:
            return
        self.forget(ref)
        if condition is None or not waits:
            return
        if waiting.kind_of(condition) is Kind.ANSWER:
            self.asking[ref] = condition
        elif waiting.kind_of(condition) in waiting.SEEN_IN_RUNS:
            self._waiting[ref] = (task, condition)
            self._dags[str(condition["dag_id"])] += 1
            for spot in waiting.spots(condition):
                self._spots.setdefault(spot, {})[ref] = None
            self._new.add(ref)

    def note(self, run: DagRun, effects: Iterable[fx.Effect]) -> None:
        """Take note of what changed in this run."""
        if self._dags[run.dag_id]:
            found = (spot for effect in effects for spot in _changed_by(effect, run))
            self._changed.update(spot for spot in found if spot in self._spots)

    def note_new_run(self, run: DagRun) -> None:
        """Take note of a run that was not known before."""
        if self._dags[run.dag_id]:
            spots = waiting.spots_of_run(run)
            self._changed.update(spot for spot in spots if spot in self._spots)

    @property
    def has_news(self) -> bool:
        """Whether there is anything to look at."""
        return bool(self._new or self._changed)

    def look(self, session: Session) -> Found:
        """What those have come to whose part of other runs has changed, and those that have just
        begun to wait, by run.
        """
        refs = dict.fromkeys(self._new)
        for spot in self._changed:
            refs |= self._spots.get(spot, {})
        new, self._new = self._new, set()
        self._changed.clear()
        found: Found = {}
        if not refs:
            return found
        due = {ref: self._waiting[ref] for ref in refs}
        outcomes = _external(session, due, new) | _runs(session, due)
        for (run_pk, key), outcome in outcomes.items():
            found.setdefault(run_pk, []).append(WaitOver(key, outcome))
        return found

    def forget(self, ref: Ref) -> None:
        """It waits for nothing any more."""
        _, condition = self._waiting.pop(ref, (None, None))
        if condition is not None:
            self._dags[str(condition["dag_id"])] -= 1
            for spot in waiting.spots(condition):
                self._spots[spot].pop(ref)
                if not self._spots[spot]:
                    del self._spots[spot]
        self._new.discard(ref)
        self.asking.pop(ref, None)


def _changed_by(effect: fx.Effect, run: DagRun) -> Iterable[Spot]:
    if isinstance(effect, fx.TaskChanged) and effect.before.state is not effect.after.state:
        return waiting.spots_of_task(run, effect.after.task_id)
    if isinstance(effect, fx.RunChanged) and effect.before.state is not effect.after.state:
        return waiting.spots_of_run(run)
    return ()


Due: TypeAlias = dict[Ref, tuple[Task, JsonObject]]


def _external(session: Session, due: Due, new: set[Ref]) -> dict[Ref, Outcome]:
    wanted = {ref: pair for ref, pair in due.items() if waiting.kind_of(pair[1]) is Kind.EXTERNAL}
    if not wanted:
        return {}
    wanted, missing = _with_definitions(session, wanted, new)
    conditions = [condition for _, condition in wanted.values()]
    dag_ids = {str(condition["dag_id"]) for condition in conditions}
    dates = {date for condition in conditions for date in waiting.dates(condition)}
    seen = waiting_store.runs_at(session, dag_ids, dates)
    judged = {ref: waiting.judge_external(task, c, seen) for ref, (task, c) in wanted.items()}
    return missing | {ref: outcome for ref, outcome in judged.items() if outcome is not None}


def _with_definitions(
    session: Session, wanted: Due, new: set[Ref]
) -> tuple[Due, dict[Ref, Outcome]]:
    """What is waited for where the other DAG's definition has a say: groups made their tasks, and
    what becomes of those that have just begun to wait for what does not exist.
    """
    asking = {
        str(c["dag_id"]) for _, c in wanted.values() if c.get("group") or c.get("check_existence")
    }
    stored = {dag_id: dag_store.current_version(session, dag_id) for dag_id in asking}
    dags = {dag_id: one.dag for dag_id, one in stored.items() if one is not None}
    found, missing = {}, {}
    for ref, (task, condition) in wanted.items():
        dag = dags.get(str(condition["dag_id"]))
        found[ref] = (task, waiting.with_tasks_of_group(condition, dag))
        why = waiting.missing(condition, dag) if ref in new else ""
        if why:
            missing[ref] = Outcome(TaskState.FAILED, Reason.BAD_INPUT, why, retryable=False)
    return found, missing


def _runs(session: Session, due: Due) -> dict[Ref, Outcome]:
    wanted = {ref: c for ref, (_, c) in due.items() if waiting.kind_of(c) is Kind.RUN}
    if not wanted:
        return {}
    names = {ref: (str(c["dag_id"]), str(c["run_id"])) for ref, c in wanted.items()}
    dag_ids, run_ids = zip(*names.values(), strict=True)
    states = waiting_store.states_of_runs(session, set(dag_ids), set(run_ids))
    judged = {ref: waiting.judge_run(c, states.get(names[ref])) for ref, c in wanted.items()}
    return {ref: outcome for ref, outcome in judged.items() if outcome is not None}
