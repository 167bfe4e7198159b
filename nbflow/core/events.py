"""What can happen to a DAG run from outside: the inputs of `lifecycle.advance`.

Reports of workers and requests of people become these values in the scheduler; core never sees
where they came from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from nbflow.core.cache_entry import CacheEntry
from nbflow.core.json import JsonObject
from nbflow.core.orders import Outcome
from nbflow.core.states import Reason, RunState, TaskState

TaskKey = tuple[str, int]
"""A task instance inside its run: (task_id, map_index); map_index is -1 for a task that is not
mapped.
"""


@dataclass(frozen=True)
class RunStarted:
    """The run may begin: every task is looked at once."""


@dataclass(frozen=True)
class Dispatched:
    """The task instance was handed to the executor as the attempt `attempt_id`.

    Its result goes into the cache under `cache_key`; `cached` is what it is to be compared with.
    """

    key: TaskKey
    attempt_id: str
    cache_key: str | None = None
    cached: JsonObject | None = None


@dataclass(frozen=True)
class FoundInCache:
    """The task instance need not be executed: `entry` is its result. `attempt_id` is for the row
    that stands for an attempt.
    """

    key: TaskKey
    attempt_id: str
    entry: CacheEntry


@dataclass(frozen=True)
class AttemptStarted:
    """A worker won the claim for this attempt."""

    key: TaskKey
    attempt_id: str
    worker: str = ""


@dataclass(frozen=True)
class AttemptFinished:
    """A worker, or the executor on its behalf, says how this attempt ended."""

    key: TaskKey
    attempt_id: str
    outcome: Outcome
    at: datetime | None = None


@dataclass(frozen=True)
class DeadlineMissed:
    """The run has not ended by the time it should have; `words` describe the deadline. `callback`
    is the place of its callback among the DAG's.
    """

    name: str
    due_at: datetime
    words: str = ""
    callback: int | None = None


@dataclass(frozen=True)
class RetryDue:
    """The time has come to look at this task instance: its next try or poke is due, or the clock
    decides what it waits for.
    """

    key: TaskKey


@dataclass(frozen=True)
class NothingToExecute:
    """The task instance waited for its past only, and has nothing for a worker."""

    key: TaskKey


@dataclass(frozen=True)
class GaveWay:
    """The run can do nothing before older ones have, and one of these, `to`, needs its place."""

    to: str


@dataclass(frozen=True)
class WaitOver:
    """What this deferred task instance waits for has come, or will not: it ends with `outcome`."""

    key: TaskKey
    outcome: Outcome


@dataclass(frozen=True)
class Cleared:
    """A person wants these task instances to run again; finished ones outside `keys` stay as they
    are.
    """

    keys: tuple[TaskKey, ...]


@dataclass(frozen=True)
class Marked:
    """A person says what the state of these task instances is to be: success, failed or skipped.

    What never ran because of them, and can now, goes on.
    """

    keys: tuple[TaskKey, ...]
    state: TaskState
    by: str = ""


@dataclass(frozen=True)
class RunMarked:
    """A person says that the run succeeded or failed, which settles its task instances."""

    state: RunState
    by: str = ""


@dataclass(frozen=True)
class Forced:
    """A person wants these task instances to run now, whatever the rules say of them."""

    keys: tuple[TaskKey, ...]


@dataclass(frozen=True)
class Removed:
    """The version of the DAG that the run goes on with has these task instances no more."""

    keys: tuple[TaskKey, ...]


@dataclass(frozen=True)
class Noted:
    """A person wrote a note on the run, or on one of its task instances."""

    note: str
    key: TaskKey | None = None


@dataclass(frozen=True)
class TakenOver:
    """The run belongs to this backfill from now on."""

    backfill_id: int


@dataclass(frozen=True)
class CancelRun:
    """End the run: what runs is ended by force, what waits will not start. `reason` is cancelled or
    run_timeout. Teardowns still run, to undo what their setups did, unless `teardowns_too`.
    """

    reason: Reason = Reason.CANCELLED
    message: str = ""
    teardowns_too: bool = False


Event: TypeAlias = (
    RunStarted
    | Dispatched
    | FoundInCache
    | AttemptStarted
    | AttemptFinished
    | RetryDue
    | DeadlineMissed
    | NothingToExecute
    | GaveWay
    | WaitOver
    | Cleared
    | Marked
    | RunMarked
    | Forced
    | Removed
    | Noted
    | TakenOver
    | CancelRun
)
