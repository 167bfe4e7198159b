"""What every executor promises: the protocol between the scheduler and wherever tasks run.

An executor never decides anything about a run. It starts attempts at most once, says what became of
them, and ends them when told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from nbflow.core.errors import NbflowError
from nbflow.core.json import Json
from nbflow.core.orders import TaskOrder, TaskReport


class ExecutorUnavailable(NbflowError):
    """Tasks cannot run: the message says what does not answer or is missing, where, and the fix."""


class CannotScale(NbflowError):
    """There cannot be more or fewer workers: the message says why, and who could change it."""


@dataclass(frozen=True)
class Size:
    """How many workers there are to be: so many, or with the work from `minimum` to `maximum`."""

    minimum: int
    maximum: int

    @property
    def is_fixed(self) -> bool:
        return self.minimum == self.maximum


@dataclass(frozen=True)
class Slots:
    """How many tasks can run side by side, and how many of those places are taken now.

    `ahead` is how many attempts are worth having in hand beyond that, so that between two short
    tasks no worker waits for the scheduler; it is 0 while tasks are long.
    """

    total: int
    used: int
    ahead: int = 0

    @property
    def free(self) -> int:
        return max(0, self.total - self.used)

    @property
    def takes(self) -> int:
        """How many more attempts the executor wants now."""
        return max(0, self.total + self.ahead - self.used)


DASK = "dask"
"""The kind of the executor whose tasks run in other processes, which may be on other machines."""


@dataclass(frozen=True)
class ExecutorInfo:
    """What a person is told about an executor; `workers` and `details` are JSON-ready.

    `cannot_scale` says why there cannot be more or fewer workers, and is empty where there can;
    `size` is what was asked for last, if that is known.
    """

    kind: str
    address: str = ""
    dashboard: str = ""
    workers: Sequence[Mapping[str, Json]] = ()
    size: Size | None = None
    cannot_scale: str = ""
    details: Mapping[str, Json] = field(default_factory=dict)


class Executor(Protocol):
    """Where tasks run. All methods are called from the scheduler's thread.

    They return at once, save `start`, `close` and, in wave mode, `drain`.
    """

    def start(self, wake: Callable[[], None]) -> None:
        """Begin. `wake` may be called from any thread when `drain` or `slots` has something new.

        Raises ExecutorUnavailable when there is nowhere to run.
        """

    def submit(self, orders: Sequence[TaskOrder]) -> None:
        """Take on these attempts; one that is in hand already is not taken twice.

        An attempt that cannot be taken is reported as failed with an infrastructure reason.
        """

    def cancel(self, attempts: Collection[str]) -> None:
        """End these attempts for real: interrupt, grace, kill.

        Each is reported as cancelled; unknown ids are ignored.
        """

    def drain(self) -> list[TaskReport]:
        """All reports not acknowledged yet, oldest first."""

    def acknowledge(self, reports: Sequence[TaskReport]) -> None:
        """Forget these reports, for they are stored, and everything kept for finished attempts."""

    def adopt(self, attempts: Collection[str]) -> set[str]:
        """Take over attempts submitted by an earlier scheduler; return those found here.

        These are alive or have reports waiting, and are ours from now on. The others have not
        started, and never will unless they are submitted again.
        """

    def slots(self) -> Slots:
        """The places there are, as far as known now."""

    def describe(self) -> ExecutorInfo:
        """What the cluster page and `health` show."""

    def scale(self, size: Size) -> None:
        """Begin to add workers, or to take away idle ones, until there are as many as asked for.

        Asking again for the same changes nothing. Raises CannotScale.
        """

    def close(self) -> None:
        """Stop, ending what still runs unless it is shared with other schedulers. Safe twice."""
