"""Task instances that wait for what other runs do: looked at when one of those DAGs has changed,
all together, and at no other time.

The loop says what changed (only it changes runs), so nothing is polled: a thousand waiting tasks
cost nothing until a DAG they wait for moves, and then two or three statements.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from nbflow.core import effects as fx
from nbflow.core import waiting
from nbflow.core.dag import Task
from nbflow.core.events import TaskKey, WaitOver
from nbflow.core.json import JsonObject
from nbflow.core.orders import Outcome
from nbflow.core.snapshot import TaskInstance
from nbflow.core.states import Reason, TaskState
from nbflow.core.waiting import Kind
from nbflow.store import dags as dag_store
from nbflow.store import waiting as waiting_store
from nbflow.store.database import Session

Ref: TypeAlias = tuple[int, TaskKey]
Found: TypeAlias = dict[int, list[WaitOver]]


@dataclass
class Watch:
    """Who waits for which DAG, and which of them have to be looked at. `asking` are those that wait
    for a person's answer, for whoever wants to tell that person.
    """

    asking: dict[Ref, JsonObject] = field(default_factory=dict)

    _waiting: dict[str, dict[Ref, tuple[Task, JsonObject]]] = field(default_factory=dict)
    _dag_of: dict[Ref, str] = field(default_factory=dict)
    _changed: set[str] = field(default_factory=set)
    _new: set[Ref] = field(default_factory=set)

    def index(self, ref: Ref, task: Task, instance: TaskInstance) -> None:
        """Take note of the instance's state: it may begin to wait, or have stopped to."""
        condition = instance.waits_for
        waits = instance.state is TaskState.DEFERRED and condition is not None
        if not waits and ref not in self._dag_of and ref not in self.asking:
            return
        self._forget(ref)
        if condition is None or not waits:
            return
        if waiting.kind_of(condition) is Kind.ANSWER:
            self.asking[ref] = condition
        elif waiting.kind_of(condition) in waiting.SEEN_IN_RUNS:
            dag_id = str(condition["dag_id"])
            self._dag_of[ref] = dag_id
            self._waiting.setdefault(dag_id, {})[ref] = (task, condition)
            self._new.add(ref)

    def note(self, dag_id: str, effects: Iterable[fx.Effect]) -> None:
        """Take note of what changed in a run of this DAG."""
        if dag_id in self._waiting and any(map(_changes_state, effects)):
            self._changed.add(dag_id)

    def note_new_run(self, dag_id: str) -> None:
        """Take note of a new run of this DAG."""
        if dag_id in self._waiting:
            self._changed.add(dag_id)

    @property
    def has_news(self) -> bool:
        """Whether there is anything to look at."""
        return bool(self._new or self._changed)

    def look(self, session: Session) -> Found:
        """What those whose DAGs have changed, and those that have just begun to wait, have come to,
        by run.
        """
        due = {ref: self._waiting[self._dag_of[ref]][ref] for ref in self._new}
        for dag_id in self._changed:
            due |= self._waiting.get(dag_id, {})
        new, self._new = self._new, set()
        self._changed.clear()
        found: Found = {}
        if not due:
            return found
        outcomes = _external(session, due, new) | _runs(session, due)
        for (run_pk, key), outcome in outcomes.items():
            found.setdefault(run_pk, []).append(WaitOver(key, outcome))
        return found

    def _forget(self, ref: Ref) -> None:
        dag_id = self._dag_of.pop(ref, None)
        if dag_id is not None:
            del self._waiting[dag_id][ref]
            if not self._waiting[dag_id]:
                del self._waiting[dag_id]
        self._new.discard(ref)
        self.asking.pop(ref, None)


def _changes_state(effect: fx.Effect) -> bool:
    if isinstance(effect, (fx.TaskChanged, fx.RunChanged)):
        return effect.before.state is not effect.after.state
    return False


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
