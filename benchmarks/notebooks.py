"""A notebook as a task of the runtime alone: an order in, an outcome out, on kernels that are kept
ready.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from nbflow import app
from nbflow.core.dag import Task, TaskKind
from nbflow.core.json import JsonObject
from nbflow.core.orders import RunInfo, SourceBundle, TaskOrder
from nbflow.core.states import TaskState
from nbflow.runtime.cancellation import CancelToken
from nbflow.runtime.run_task import TaskRunner


class NotebookTask:
    """Runs one notebook again and again, each time as a new attempt."""

    def __init__(self, path: Path, folder: Path) -> None:
        content = path.read_bytes()
        self._bundle = SourceBundle(sha256(content).hexdigest(), {path.name: content})
        self._payload: JsonObject = {"notebook": path.name, "parameters": {}, "kernel_name": None}
        self._folder = folder
        self._runner = TaskRunner(folder / "bundles", kernels=2)

    def close(self) -> None:
        self._runner.close()

    def wait_until_warm(self) -> None:
        """Return when a kernel is ready."""
        assert self._runner.wait_for_kernel()

    def run(self) -> None:
        attempt = uuid4().hex
        order = TaskOrder(
            attempt,
            Task("notebook", TaskKind.NOTEBOOK, payload=self._payload),
            RunInfo("benchmark", "run", "manual", app.utc_now()),
            self._bundle,
            f"{self._folder}/artifacts/{attempt}",
            f"{self._folder}/values",
        )
        outcome = self._runner.run(order, CancelToken())
        assert outcome.state is TaskState.SUCCESS, outcome
