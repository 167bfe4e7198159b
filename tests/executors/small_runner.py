"""A small real runner: empty tasks do nothing, a cancel kills the processes of bash tasks."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress

from nbflow.core.dag import TaskKind
from nbflow.core.kept import KernelCounts
from nbflow.core.orders import Outcome, SourceBundle, TaskOrder
from nbflow.core.states import Reason, TaskState
from nbflow.runtime.cancellation import CancelToken


class SmallRunner:
    """Runs in the process that made it, as the real one does."""

    def warm_up(self) -> None:
        """Nothing is worth starting ahead."""

    def environments(self) -> dict[str, str]:
        return {"": "small"}

    def run(self, order: TaskOrder, token: CancelToken) -> Outcome:
        if order.task.kind is TaskKind.EMPTY:
            return Outcome(TaskState.SUCCESS)
        if "show" in order.task.payload:
            assert isinstance(order.source, SourceBundle)
            return Outcome(TaskState.SUCCESS, message=" ".join(order.source.files))
        if "raise" in order.task.payload:
            raise RuntimeError(str(order.task.payload["raise"]))
        return _bash(str(order.task.payload["command"]), token)

    def kernels_now(self) -> KernelCounts:
        return KernelCounts()

    def close(self) -> None:
        """Every process ends with its attempt."""


def _bash(command: str, token: CancelToken) -> Outcome:
    process = subprocess.Popen(["bash", "-c", command], start_new_session=True)
    forget = token.on_cancel(lambda: _kill(process.pid))
    code = process.wait()
    forget()
    if token.is_cancelled:
        return Outcome(TaskState.CANCELLED, Reason.CANCELLED, token.reason)
    if code:
        return Outcome(TaskState.FAILED, Reason.EXIT_CODE, f"exit code {code}")
    return Outcome(TaskState.SUCCESS)


def _kill(pid: int) -> None:
    # It may have ended this very moment.
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
