"""What `lifecycle.advance` decided: the changes to store, all in one transaction, and what to tell
the executor afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from nbflow.core.assets import Emission
from nbflow.core.cache_entry import CacheEntry
from nbflow.core.dag import Task
from nbflow.core.events import TaskKey
from nbflow.core.orders import Outcome, ValueRef
from nbflow.core.snapshot import DagRun, RunSnapshot, TaskInstance


@dataclass(frozen=True)
class TaskChanged:
    """A task instance is now `after`; when the state differs, a journal line says so."""

    before: TaskInstance
    after: TaskInstance
    at: datetime


@dataclass(frozen=True)
class TaskExpanded:
    """These instances of a mapped task came into being; the one that stood for all of them
    (map_index -1), if `instead`, is gone. Or it is the one that came, because there are none.
    `weight` is what they are ranked by.
    """

    task: Task
    weight: int
    created: tuple[TaskInstance, ...]
    at: datetime
    instead: bool = True


@dataclass(frozen=True)
class RunChanged:
    """The run is now `after`."""

    before: DagRun
    after: DagRun
    at: datetime


@dataclass(frozen=True)
class TryStarted:
    """A new attempt of this task instance was handed to the executor: a row in the history of its
    tries. `continues` names the look before, of the same try of a sensor, whose row it takes over.
    """

    key: TaskKey
    attempt_id: str
    try_number: int
    at: datetime
    continues: str | None = None


@dataclass(frozen=True)
class TryRunning:
    """The attempt won its claim on `worker`."""

    key: TaskKey
    attempt_id: str
    worker: str
    at: datetime


@dataclass(frozen=True)
class TryEnded:
    """The attempt is over: its row in the history gets its outcome."""

    key: TaskKey
    attempt_id: str
    outcome: Outcome
    at: datetime


@dataclass(frozen=True)
class TryDecided:
    """What the attempt left to wait for has come: its row gets the state that follows from it."""

    key: TaskKey
    attempt_id: str
    outcome: Outcome
    at: datetime


@dataclass(frozen=True)
class ValuesStored:
    """The task instance handed on these values, replacing those of earlier tries."""

    key: TaskKey
    values: Mapping[str, ValueRef]


@dataclass(frozen=True)
class ResultKept:
    """The result of this task instance goes into the cache."""

    entry: CacheEntry


@dataclass(frozen=True)
class ResultUsed:
    """The run uses this result from the cache, and what it needs of the artifact store."""

    entry: CacheEntry


@dataclass(frozen=True)
class AssetsUpdated:
    """The task instance made these assets: an event each."""

    key: TaskKey
    emissions: tuple[Emission, ...]
    at: datetime


@dataclass(frozen=True)
class DeadlinePassed:
    """The run has missed a deadline, for the journal and whoever wants to be told."""

    name: str
    due_at: datetime
    words: str
    callback: int | None
    run: DagRun
    at: datetime


@dataclass(frozen=True)
class CancelAttempt:
    """To the executor, after the commit: end this attempt. Repeated at recovery, so it must be
    harmless twice.
    """

    key: TaskKey
    attempt_id: str


Effect: TypeAlias = (
    TaskChanged
    | TaskExpanded
    | RunChanged
    | TryStarted
    | TryRunning
    | TryEnded
    | TryDecided
    | ValuesStored
    | ResultKept
    | ResultUsed
    | AssetsUpdated
    | DeadlinePassed
    | CancelAttempt
)


def apply(snapshot: RunSnapshot, effects: Iterable[Effect]) -> None:
    """Bring `snapshot` up to what was stored."""
    for effect in effects:
        if isinstance(effect, TaskChanged):
            snapshot.put(effect.after)
        elif isinstance(effect, TaskExpanded):
            if effect.instead:
                snapshot.drop((effect.task.task_id, -1))
            for instance in effect.created:
                snapshot.put(instance)
        elif isinstance(effect, RunChanged):
            snapshot.run = effect.after
