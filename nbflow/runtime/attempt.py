"""One attempt, as the ways to run a task share it: its order and what it has here to run with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nbflow.core.orders import TaskOrder
from nbflow.runtime.cancellation import CancelToken
from nbflow.runtime.children import GRACE_SECONDS
from nbflow.runtime.logs import AttemptLog


@dataclass(frozen=True)
class Attempt:
    """`folder` is that of the source, `cwd` where relative paths start for the task.

    `grace` is the number of seconds between the interrupt of a task and its being killed.
    """

    order: TaskOrder
    token: CancelToken
    log: AttemptLog
    folder: Path
    cwd: Path
    grace: float = GRACE_SECONDS
