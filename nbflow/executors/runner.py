"""What an executor needs of the runtime: something that runs one order to its outcome.

`nbflow.runtime.run_task.TaskRunner` is the one that ships; executors take a factory, so that it is
made in the process that runs the tasks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

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

    def close(self) -> None:
        """End every process this runner started."""


RunnerFactory = Callable[[], Runner]
