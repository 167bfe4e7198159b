"""The cluster page: who works there, on what, how hard, and what waits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nbflow.core.states import TaskState
from nbflow.store import leases
from nbflow.store import queue as queue_store
from nbflow.store.database import Database
from nbflow.store.queue import AtWork
from nbflow.views.dags import iso
from nbflow.views.health import LEASE_NAME, scheduler_health
from nbflow.views.shapes import ClusterDetail, ClusterScaling, ClusterTask, ClusterWorker

MOST_TASKS = 500
_COUNTED = (TaskState.RUNNING, TaskState.QUEUED, TaskState.SCHEDULED)
_UNKNOWN = "No scheduler has told of a cluster yet. Start a scheduler."
_NOBODY = "No scheduler is alive to change the number of workers. Start a scheduler."


def cluster_detail(database: Database, now: datetime) -> ClusterDetail:
    """The cluster as the scheduler last described it, and what is with it now."""
    with database.reading() as session:
        lease = leases.read(session, LEASE_NAME)
        tasks = queue_store.at_work(session, MOST_TASKS)
        counts = queue_store.counts(session, _COUNTED)
    info: Mapping[str, Any] = lease.info if lease is not None else {}  # JSON the scheduler wrote
    scheduler = scheduler_health(lease, now)
    return ClusterDetail(
        scheduler=scheduler,
        kind=str(info.get("kind", "")),
        address=str(info.get("address", "")),
        dashboard=str(info.get("dashboard", "")),
        slots=int(info.get("slots", 0)),
        used=int(info.get("used", 0)),
        workers=[_worker(worker) for worker in info.get("workers", ())],
        scaling=_scaling(info, is_alive=scheduler.alive),
        running=counts[TaskState.RUNNING],
        queued=counts[TaskState.QUEUED],
        waiting=counts[TaskState.SCHEDULED],
        unserved=len((info.get("details") or {}).get("unserved", ())),
        tasks=[_task(task) for task in tasks],
    )


def _scaling(info: Mapping[str, Any], *, is_alive: bool) -> ClusterScaling:
    size = info.get("size") or {}
    reason = str(info.get("cannot_scale", "")) if info else _UNKNOWN
    if info and not reason and not is_alive:
        reason = _NOBODY
    return ClusterScaling(not reason, reason, size.get("minimum"), size.get("maximum"))


def _worker(worker: Mapping[str, Any]) -> ClusterWorker:
    return ClusterWorker(
        name=str(worker.get("name", "")),
        address=str(worker.get("address", "")),
        host=str(worker.get("host", "")),
        pid=worker.get("pid"),
        slots=int(worker.get("threads", 0)),
        running=int(worker.get("running", 0)),
        memory=worker.get("rss"),
        memory_total=worker.get("memory"),
        cpu=worker.get("cpu"),
        kernels_ready=worker.get("kernels_ready"),
        kernels_busy=worker.get("kernels_busy"),
        kernels_kept=worker.get("kernels_kept"),
        resources={str(name): float(n) for name, n in worker.get("resources", {}).items()},
        version=str(worker.get("nbflow", "")),
    )


def _task(one: AtWork) -> ClusterTask:
    is_running = one.state is TaskState.RUNNING
    return ClusterTask(
        dag_id=one.dag_id,
        run_id=one.run_id,
        task_id=one.task_id,
        map_index=one.map_index,
        map_name=one.map_name,
        state=str(one.state),
        worker=one.worker if is_running else "",
        since=iso(one.started_at if is_running else one.queued_at),
    )
