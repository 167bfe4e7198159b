"""A DAG run as the scheduler sees it at one moment: the run, its DAG, and every task instance.
Built from rows, decided upon in `lifecycle`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
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

    `cancelling` says why the run is being ended, while it still waits for attempts to stop. `only`
    names the tasks it is made of, None for all of the DAG. `rerun_of` is the run it repeats with
    changes, `backfill_id` the backfill it belongs to. `missed_deadlines` are names of deadlines
    (`deadlines.py`); `requeued_at` is when it was cleared last. `secret_params` are passwords.
    `average_runtimes` is how long, in seconds, runs took before it was created, by the name of each
    deadline that counts from that. With `no_cache` all of it is executed, whatever the cache has.
    `edits` are cells that say something else than in its version: {task id: {cell id: source}}.
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
    note: str = ""
    only: tuple[str, ...] | None = None
    rerun_of: str | None = None
    backfill_id: int | None = None
    missed_deadlines: tuple[str, ...] = ()
    requeued_at: datetime | None = None
    secret_params: tuple[str, ...] = ()
    average_runtimes: JsonObject = field(default_factory=dict)
    no_cache: bool = False
    edits: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class TaskInstance:
    """One task in one run. `attempt_id` names the current, or last, attempt; `failures` and
    `infra_failures` count since the last clear.

    `follow` and `short_circuit` keep what a finished branch decided. `restart` means: cleared while
    an attempt was alive, begin again when it has ended. `lengths` are those of the lists and dicts
    it handed on for others to be mapped over. `map_name` is what its map_index_template made.
    `next_try_at` is when the scheduler looks at a waiting one by itself. `waits_for` is what it
    waits for, or last did, without a worker, `waiting_since` when that or the first look of a
    sensor began, `pokes` the looks in vain of this try. `cache_key` names its result in the cache,
    `cached` says where in there it came from, or what it was compared with (`cache.py`).
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
    lengths: JsonObject | None = None
    map_name: str = ""
    waits_for: JsonObject | None = None
    waiting_since: datetime | None = None
    pokes: int = 0
    note: str = ""
    cache_key: str | None = None
    cached: JsonObject | None = None

    @property
    def following_try(self) -> int:
        """The number of the try that its next attempt belongs to."""
        return self.try_number if self.pokes else self.try_number + 1

    @property
    def key(self) -> TaskKey:
        return (self.task_id, self.map_index)

    @property
    def name(self) -> str:
        """`task_id`, or `task_id[i]` for an instance of a mapped task."""
        return self.task_id if self.map_index < 0 else f"{self.task_id}[{self.map_index}]"

    @property
    def is_with_executor(self) -> bool:
        return self.state.holds_slot


class RunSnapshot:
    """A run with its DAG, or the tasks of it that it is made of, and all its task instances.

    A task that is not mapped has one instance, of map_index -1. So has a mapped one until it is
    expanded, and where there is nothing to expand it over. `put` and `drop` are for
    `effects.apply`, after the effects are stored.
    """

    def __init__(self, run: DagRun, dag: Dag, instances: Iterable[TaskInstance] = ()) -> None:
        self.run = run
        self.dag = dag = dag if run.only is None else dag.narrowed(run.only)
        self.instances: dict[TaskKey, TaskInstance] = {}
        self.unfinished = 0
        self._indexes: dict[str, dict[int, None]] = {}
        self._counts: dict[str, Counter[TaskState]] = {}
        self._handed_on: dict[tuple[str, str], tuple[int, ...]] = {}
        given: dict[str, list[TaskInstance]] = {task.task_id: [] for task in dag.tasks}
        for instance in instances:
            given.setdefault(instance.task_id, []).append(instance)
        for task_id, found in given.items():
            for instance in found or [TaskInstance(task_id)]:
                self.put(instance)

    @cached_property
    def scopes(self) -> Scopes:
        """The DAG's setups and teardowns."""
        return Scopes(self.dag)

    def task(self, key: TaskKey) -> Task:
        return self.dag.by_id[key[0]]

    def states(self) -> Mapping[str, TaskState]:
        """State by name: `task_id`, or `task_id[i]` for a mapped instance."""
        return {instance.name: instance.state for instance in self.instances.values()}

    def indexes(self, task_id: str) -> Collection[int]:
        """The map indexes of this task's instances."""
        return self._indexes[task_id].keys()

    def counts(self, task_id: str) -> Mapping[TaskState, int]:
        """How many instances of this task are in which state. Kept up, not counted."""
        return self._counts[task_id]

    def handed_on(self, task_id: str, key: str) -> tuple[int, ...]:
        """The map indexes of the instances that handed on a value of that name, in order. For
        values that tasks are mapped over; remembered until an instance of the task changes.
        """
        if (task_id, key) not in self._handed_on:
            of_task = (self.instances[task_id, index] for index in self.indexes(task_id))
            found = sorted(i.map_index for i in of_task if key in (i.lengths or ()))
            self._handed_on[task_id, key] = tuple(found)
        return self._handed_on[task_id, key]

    def put(self, instance: TaskInstance) -> None:
        self._take_out(instance.key)
        self.unfinished += int(not instance.state.is_finished)
        self._indexes.setdefault(instance.task_id, {})[instance.map_index] = None
        self._counts.setdefault(instance.task_id, Counter())[instance.state] += 1
        self.instances[instance.key] = instance

    def drop(self, key: TaskKey) -> None:
        self._take_out(key)
        del self._indexes[key[0]][key[1]]
        del self.instances[key]

    def _take_out(self, key: TaskKey) -> None:
        for name in self.dag.mapped_over.get(key[0], ()):
            self._handed_on.pop((key[0], name), None)
        before = self.instances.get(key)
        if before is not None:
            self.unfinished -= int(not before.state.is_finished)
            self._counts[key[0]][before.state] -= 1
