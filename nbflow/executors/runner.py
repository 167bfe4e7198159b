"""What an executor needs of the runtime: something that runs one order to its outcome.

`nbflow.runtime.run_task.TaskRunner` is the one that ships; executors take a factory, so that it is
made in the process that runs the tasks. What a worker unpickles comes from here, so that it imports
neither settings nor store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from nbflow.core.kept import KernelCounts
from nbflow.core.orders import Outcome, TaskOrder
from nbflow.runtime.cancellation import CancelToken


class Runner(Protocol):
    """Runs attempts, several side by side in threads of one process."""

    def warm_up(self) -> None:
        """Start ahead what makes the first attempt fast."""

    def run(self, order: TaskOrder, token: CancelToken) -> Outcome:
        """Run one attempt to its end in this thread, a soon one if `token` is cancelled.

        Never raises: what goes wrong is an outcome.
        """

    def kernels_now(self) -> KernelCounts:
        """How many kernels stand ready, belong to a task, and are kept for a person."""

    def environments(self) -> Mapping[str, str]:
        """What is installed where tasks run, as fingerprints: by the name of the kernel, "" for
        tasks without one. May take as long as other Pythons take to answer.
        """

    def close(self) -> None:
        """End every process this runner started."""


RunnerFactory = Callable[[], Runner]


@dataclass(frozen=True)
class TaskRunners:
    """Makes runners of tasks. Its fields are arguments of `TaskRunner`."""

    cache_dir: Path
    kernels: int = 2
    preload: tuple[str, ...] = ()

    def __call__(self) -> Runner:
        # A scheduler that only sends this to workers has no use for the runtime.
        from nbflow.runtime.run_task import TaskRunner  # noqa: PLC0415

        return TaskRunner(self.cache_dir, kernels=self.kernels, preload=self.preload)
