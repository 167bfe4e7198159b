"""Who is at work: the scheduler, the executor and its dashboard."""

from __future__ import annotations

from dataclasses import dataclass, field


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
class ClusterWorker:
    """One worker of the executor with all that is known of it. Memory in bytes, of its whole
    process tree and of its machine; `cpu` in percent of one core. None where it has not told yet.
    """

    name: str
    address: str
    host: str
    pid: int | None
    slots: int
    running: int
    memory: int | None
    memory_total: int | None
    cpu: float | None
    kernels_ready: int | None
    kernels_busy: int | None
    kernels_kept: int | None
    resources: dict[str, float]
    version: str


@dataclass(frozen=True)
class ClusterTask:
    """A task instance that the executor has. `worker` is the address of who runs it; empty while it
    waits for a worker.
    """

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    map_name: str
    state: str
    worker: str
    since: str | None


@dataclass(frozen=True)
class ClusterScaling:
    """Whether the number of workers can be changed, with the reason if not, and the numbers asked
    for last where they are known.
    """

    can_scale: bool
    reason: str
    minimum: int | None
    maximum: int | None


@dataclass(frozen=True)
class ClusterDetail:
    """What the cluster page shows, as the scheduler last told. `waiting` are task instances that
    are ready and wait for a slot, `unserved` those that wait for a worker of their queue or
    resources. `tasks` are some of the running and queued ones, oldest first.
    """

    scheduler: SchedulerHealth
    kind: str
    address: str
    dashboard: str
    slots: int
    used: int
    workers: list[ClusterWorker]
    scaling: ClusterScaling
    running: int
    queued: int
    waiting: int
    unserved: int
    tasks: list[ClusterTask]


@dataclass(frozen=True)
class ClusterScaled:
    """What the scheduler answered to who wanted more or fewer workers."""

    request_id: int
    message: str


@dataclass(frozen=True)
class DashboardView:
    """Where the dashboard of the cluster is: relative to the address of the Jupyter server, or
    absolute; empty where there is none. `reason` says why it cannot be reached. `plots` are the
    single plots it serves, as addresses by name.
    """

    url: str
    reachable: bool
    reason: str
    plots: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SchedulerStart:
    """A scheduler was started as process `pid`; `alive` once it has given a sign of life. `log` is
    the path of its log.
    """

    pid: int
    alive: bool
    log: str
