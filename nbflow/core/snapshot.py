"""A DAG run as the scheduler sees it at one moment: the run, its DAG, and every task instance.
Built from rows, decided upon in `lifecycle`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from nbflow.core.dag import Dag, Task
from nbflow.core.events import TaskKey
from nbflow.core.json import JsonObject
from nbflow.core.setup_teardown import Scopes
from nbflow.core.states import Reason, RunState, RunType, TaskState


@dataclass(frozen=True)
class DagRun:
    """One run of a DAG.

    `cancelling` says why the run is being ended, while it still waits for attempts to stop.
    """

    dag_id: str
    run_id: str
    state: RunState = RunState.QUEUED
    run_type: RunType = RunType.MANUAL
    run_after: datetime | None = None
    logical_date: datetime | None = None
    data_interval_start: datetime | None = None
    data_interval_end: datetime | None = None
    params: JsonObject = field(default_factory=dict)
    created_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    message: str = ""
    cancelling: Reason | None = None


@dataclass(frozen=True)
class TaskInstance:
    """One task in one run. `attempt_id` names the current, or last, attempt; `failures` and
    `infra_failures` count since the last clear.

    `follow` and `short_circuit` keep what a finished branch decided. `restart` means: cleared while
    an attempt was alive, begin again when it has ended.
    """

    task_id: str
    map_index: int = -1
    state: TaskState = TaskState.NONE
    try_number: int = 0
    attempt_id: str | None = None
    reason: Reason | None = None
    message: str = ""
    failures: int = 0
    infra_failures: int = 0
    next_try_at: datetime | None = None
    scheduled_at: datetime | None = None
    queued_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    follow: tuple[str, ...] | None = None
    short_circuit: bool = False
    restart: bool = False

    @property
    def key(self) -> TaskKey:
        return (self.task_id, self.map_index)

    @property
    def is_with_executor(self) -> bool:
        return self.state.holds_slot


class RunSnapshot:
    """A run with its DAG and all its task instances.

    `apply` is for the shell, after the effects are stored.
    """

    def __init__(self, run: DagRun, dag: Dag, instances: Iterable[TaskInstance] = ()) -> None:
        self.run = run
        self.dag = dag
        self.instances: dict[TaskKey, TaskInstance] = {
            (t.task_id, -1): TaskInstance(t.task_id) for t in dag.tasks
        }
        for instance in instances:
            self.instances[instance.key] = instance
        self.unfinished = sum(not i.state.is_finished for i in self.instances.values())

    @cached_property
    def scopes(self) -> Scopes:
        """The DAG's setups and teardowns."""
        return Scopes(self.dag)

    def task(self, key: TaskKey) -> Task:
        return self.dag.by_id[key[0]]

    def states(self) -> Mapping[str, TaskState]:
        """State by name: `task_id`, or `task_id[i]` for a mapped instance."""
        return {
            task_id if index < 0 else f"{task_id}[{index}]": instance.state
            for (task_id, index), instance in self.instances.items()
        }

    def put(self, instance: TaskInstance) -> None:
        before = self.instances.get(instance.key)
        self.unfinished += int(not instance.state.is_finished)
        self.unfinished -= int(before is not None and not before.state.is_finished)
        self.instances[instance.key] = instance
