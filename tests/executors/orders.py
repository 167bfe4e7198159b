"""Orders for tests, saying only what matters."""

from __future__ import annotations

from datetime import datetime, timezone
from itertools import count
from uuid import uuid4

from nbflow.core.dag import Task, TaskKind
from nbflow.core.orders import RunInfo, Source, SourceBundle, TaskOrder

RUN = RunInfo("sales", "run1", "manual", datetime(2026, 1, 1, tzinfo=timezone.utc))
_numbers = count(1)


def an_order(
    task: Task | None = None, *, heartbeat: float = 5.0, source: Source | None = None
) -> TaskOrder:
    """An order for `task`, or for one that does nothing."""
    task = task or Task(f"t{next(_numbers)}", TaskKind.EMPTY, isolation="thread")
    source = source or SourceBundle("d1", {"sales.py": b"# nothing"})
    return TaskOrder(uuid4().hex, task, RUN, source, "file:///a", "file:///v", heartbeat=heartbeat)


def a_bash_order(command: str, *, queue: str | None = None, heartbeat: float = 5.0) -> TaskOrder:
    """An order for a shell task."""
    payload = {"command": command}
    task = Task(f"t{next(_numbers)}", TaskKind.BASH, payload=payload, queue=queue)
    return an_order(task, heartbeat=heartbeat)
