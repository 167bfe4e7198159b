"""Who is at work: the scheduler, the executor and its dashboard."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SchedulerHealth:
    """Whether a scheduler is alive, and when it last gave a sign of life."""

    alive: bool
    holder: str
    hostname: str
    last_heartbeat: str | None
    seconds_since: float | None


@dataclass(frozen=True)
class WorkerView:
    """One worker of the executor. Memory in bytes."""

    name: str
    address: str
    slots: int
    running: int
    memory: int | None


@dataclass(frozen=True)
class ClusterView:
    """The executor as the scheduler last described it."""

    kind: str
    address: str
    dashboard: str
    workers: list[WorkerView]
    slots: int
    used: int


@dataclass(frozen=True)
class Health:
    """What `nbflow health` and the panel's banner show."""

    scheduler: SchedulerHealth
    cluster: ClusterView | None
    database: str
    import_errors: int
    running: int
    queued: int
    version: str


@dataclass(frozen=True)
class DashboardView:
    """Where the dashboard of the cluster is: relative to the address of the Jupyter server, or
    absolute; empty where there is none. `reason` says why it cannot be reached.
    """

    url: str
    reachable: bool
    reason: str


@dataclass(frozen=True)
class SchedulerStart:
    """A scheduler was started as process `pid`; `alive` once it has given a sign of life. `log` is
    the path of its log.
    """

    pid: int
    alive: bool
    log: str
