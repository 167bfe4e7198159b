"""Orders and sources for the tests of the runtime: each states only what matters to its test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from hashlib import sha256
from pathlib import Path
from threading import Event
from time import monotonic
from uuid import uuid4

import psutil

from nbflow.core.dag import Task, TaskKind
from nbflow.core.json import JsonObject
from nbflow.core.orders import RunInfo, Source, SourceBundle, TaskOrder, ValueRef

DAY = datetime(2026, 3, 1, 6, tzinfo=timezone.utc)
DAG_FILE = "dags/a_dag.py"


def a_bundle(code: str = "", *, root: Path | None = None) -> SourceBundle:
    """A bundle whose DAG file holds `code`, after imports and inside the DAG `d`."""
    text = f"""
from nbflow import DAG, Fail, Skip, get_current_context, task

with DAG("d", start_date="2026-01-01") as dag:
{_indented(code)}
    pass
"""
    files = {DAG_FILE: text.encode()}
    digest = sha256(text.encode()).hexdigest()
    return SourceBundle(digest, files, root=None if root is None else str(root))


def an_order(
    task: Task,
    folder: Path,
    *,
    source: Source | None = None,
    params: JsonObject | None = None,
    logical_date: datetime | None = DAY,
    values: Mapping[str, Mapping[str, ValueRef]] | None = None,
    artifacts: str | None = None,
) -> TaskOrder:
    attempt_id = uuid4().hex
    run = RunInfo(
        "d",
        "a_run",
        "manual",
        DAY,
        logical_date=logical_date,
        params=params or {},
        dag_file=DAG_FILE,
    )
    return TaskOrder(
        attempt_id,
        task,
        run,
        source or a_bundle(),
        artifacts or str(folder / "artifacts" / attempt_id),
        str(folder / "values"),
        values=values or {},
    )


def a_command(
    command: str,
    *,
    timeout: float | None = None,
    reads: tuple[str, ...] = (),
    payload: JsonObject | None = None,
) -> Task:
    told = {"command": command, **(payload or {})}
    return Task("sh", TaskKind.BASH, execution_timeout=timeout, reads=reads, payload=told)


def is_alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def eventually(holds: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Whether `holds` within the time: for what only the system knows and tells nobody."""
    deadline = monotonic() + seconds
    never = Event()
    while not holds():
        if monotonic() > deadline:
            return False
        never.wait(0.005)
    return True


def _indented(code: str) -> str:
    return "\n".join(f"    {line}" for line in code.strip("\n").splitlines())
