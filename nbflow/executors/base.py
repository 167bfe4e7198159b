"""What every executor promises: the protocol between the scheduler and wherever tasks run.

An executor never decides anything about a run. It starts attempts at most once, says what became of them, and ends them when told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from nbflow.core.json import Json
from nbflow.core.orders import TaskOrder, TaskReport


@dataclass(frozen=True)
class Slots:
    """How many tasks can run side by side, and how many of those places are taken now."""

    total: int
    used: int

    @property
    def free(self) -> int:
        return max(0, self.total - self.used)


@dataclass(frozen=True)
class ExecutorInfo:
    """What a person is told about an executor; `workers` and `details` are JSON-ready."""

    kind: str
    address: str = ""
    dashboard: str = ""
    workers: Sequence[Mapping[str, Json]] = ()
    details: Mapping[str, Json] = field(default_factory=dict)


class Executor(Protocol):
    """Where tasks run. All methods are called from the scheduler's thread and must return at once, save `start` and `close`."""

    def start(self, wake: Callable[[], None]) -> None:
        """Begin. `wake` may be called from any thread whenever `drain` has something new."""

    def submit(self, orders: Sequence[TaskOrder]) -> None:
        """Take on these attempts. An attempt that cannot be taken is reported as failed with an infrastructure reason."""

    def cancel(self, attempts: Collection[str]) -> None:
        """End these attempts for real: interrupt, grace, kill. Each is reported as cancelled; unknown ids are ignored."""

    def drain(self) -> list[TaskReport]:
        """All reports not acknowledged yet, oldest first."""

    def acknowledge(self, reports: Sequence[TaskReport]) -> None:
        """These reports are stored: forget them and everything kept for finished attempts."""

    def adopt(self, attempts: Collection[str]) -> set[str]:
        """Which of these attempts, submitted by an earlier scheduler, are alive or have reports waiting here; they are ours from now on."""

    def slots(self) -> Slots:
        """The places there are, as far as known now."""

    def describe(self) -> ExecutorInfo:
        """What the cluster page and `health` show."""

    def close(self) -> None:
        """Stop, ending what still runs unless it is shared with other schedulers. Safe to call twice."""
