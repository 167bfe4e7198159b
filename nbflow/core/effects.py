"""What `lifecycle.advance` decided: the changes to store, all in one transaction, and what to tell
the executor afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from nbflow.core.assets import Emission
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
class RunChanged:
    """The run is now `after`."""

    before: DagRun
    after: DagRun
    at: datetime


@dataclass(frozen=True)
class TryStarted:
    """A new attempt of this task instance was handed to the executor: a row in the history of its
    tries.
    """

    key: TaskKey
    attempt_id: str
    try_number: int
    at: datetime


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
class ValuesStored:
    """The task instance handed on these values, replacing those of earlier tries."""

    key: TaskKey
    values: Mapping[str, ValueRef]


@dataclass(frozen=True)
class AssetsUpdated:
    """The task instance made these assets: an event each."""

    key: TaskKey
    emissions: tuple[Emission, ...]
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
    | RunChanged
    | TryStarted
    | TryRunning
    | TryEnded
    | ValuesStored
    | AssetsUpdated
    | CancelAttempt
)


def apply(snapshot: RunSnapshot, effects: Iterable[Effect]) -> None:
    """Bring `snapshot` up to what was stored."""
    for effect in effects:
        if isinstance(effect, TaskChanged):
            snapshot.put(effect.after)
        elif isinstance(effect, RunChanged):
            snapshot.run = effect.after
