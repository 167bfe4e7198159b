"""Is anybody at work? The scheduler's sign of life, the cluster as it was last described, and what
is going on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nbflow import _version
from nbflow.core.states import RunState
from nbflow.store import browsing, leases
from nbflow.store.database import Database
from nbflow.store.leases import LeaseStatus
from nbflow.views.dags import iso
from nbflow.views.shapes import ClusterView, Health, SchedulerHealth, WorkerView

LEASE_NAME = "scheduler"


def health(database: Database, now: datetime) -> Health:
    """What `nbflow health` and the banner of the panel show."""
    with database.reading() as session:
        lease = leases.read(session, LEASE_NAME)
        problems = browsing.problem_counts(session)
        active = browsing.active_counts(session)
    states = [counts.get(str(s), 0) for counts in active.values() for s in (RunState.RUNNING,)]
    queued = sum(counts.get(str(RunState.QUEUED), 0) for counts in active.values())
    return Health(
        scheduler=scheduler_health(lease, now),
        cluster=_cluster(lease),
        database=database.url.get_backend_name(),
        import_errors=len(problems),
        running=sum(states),
        queued=queued,
        version=_version.__version__,
    )


def scheduler_health(lease: LeaseStatus | None, now: datetime) -> SchedulerHealth:
    """Whether the holder of this lease is alive, and when it last said so."""
    if lease is None:
        return SchedulerHealth(False, "", "", None, None)
    alive = lease.holder is not None and lease.expires_at > now
    since = (now - lease.renewed_at).total_seconds()
    return SchedulerHealth(alive, lease.holder or "", lease.hostname, iso(lease.renewed_at), since)


def _cluster(lease: LeaseStatus | None) -> ClusterView | None:
    info: Mapping[str, Any] = lease.info if lease is not None else {}  # JSON the scheduler wrote
    if not info:
        return None
    return ClusterView(
        kind=str(info.get("kind", "")),
        address=str(info.get("address", "")),
        dashboard=str(info.get("dashboard", "")),
        workers=[_worker(worker) for worker in info.get("workers", ())],
        slots=int(info.get("slots", 0)),
        used=int(info.get("used", 0)),
    )


def _worker(worker: Mapping[str, Any]) -> WorkerView:
    return WorkerView(
        name=str(worker.get("name", "")),
        address=str(worker.get("address", "")),
        slots=int(worker.get("threads", 0)),
        running=int(worker.get("running", 0)),
        memory=worker.get("rss"),
    )
