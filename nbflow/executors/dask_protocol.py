"""The words that an executor, a Dask scheduler and its workers use with each other for nbflow.

Operations of Dask's own connections carry them: no port and no credentials of our own, and TLS as
Dask is configured. Whoever changes a message changes VERSION, which is part of the plugins' names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import TypeAlias, TypedDict
from uuid import uuid4

from nbflow.core.json import JsonObject
from nbflow.core.orders import PickledSource, SourceBundle, TaskOrder

VERSION = "1"
SCHEDULER_PLUGIN = f"nbflow-attempts-{VERSION}"
WORKER_PLUGIN = f"nbflow-runner-{VERSION}"
SESSION_PREFIX = "nbflow-"
# Under this name the program that runs a cluster leaves the Dask scheduler a way to resize it.
SCALER = "nbflow-scaler"

# Worker to scheduler, on the stream that Dask keeps between them.
HELLO = "nbflow-hello"
CLAIM = "nbflow-claim"
FINISHED = "nbflow-finished"
BEAT = "nbflow-beat"
# Scheduler to worker, on the same stream.
CLAIMED = "nbflow-claimed"
CANCEL = "nbflow-cancel"
SEEN = "nbflow-seen"

# How long the scheduler holds a poll open when there is nothing to say.
POLL_SECONDS = 20.0

# The heavy part of an order's source: files by path, or pickled operators.
Code: TypeAlias = Mapping[str, bytes] | bytes

# What Dask calls an attempt: its name for people, its id, and the session that submits it. Dask
# keeps statistics by the first part, so the estimates of run times are per task.
AttemptKey = tuple[str, str, str]


class WorkerView(TypedDict):
    """One worker, as the cluster page shows it. `rss` (bytes) and `cpu` (percent of one core) are
    of its whole process tree, `memory` is what its machine has.

    `environments` are fingerprints of what is installed where its tasks run, by the name of the
    kernel, "" for tasks without one; empty until it has told them.
    """

    address: str
    name: str
    host: str
    pid: int | None
    threads: int
    running: int
    resources: JsonObject
    rss: int | None
    cpu: float | None
    memory: int | None
    kernels_ready: int | None
    kernels_busy: int | None
    kernels_kept: int | None
    seen: str | None
    nbflow: str
    environments: dict[str, str]


class ClusterView(TypedDict):
    """What the Dask scheduler knows of its cluster; `version` changes when this does.

    `unserved` are the attempts that wait for a worker of their queue or resources to come, `size`
    the numbers of workers that the program running it was asked for, if it can be asked (`scales`).
    """

    version: int
    threads: int
    dashboard: str
    nbflow: str
    workers: list[WorkerView]
    unserved: list[str]
    scales: bool
    size: tuple[int, int] | None


class LetterBody(TypedDict):
    """One letter on the wire: its number and a pickled TaskReport."""

    number: int
    body: bytes


class PollReply(TypedDict):
    """The answer to a poll: new letters, and the cluster if it has changed."""

    letters: list[LetterBody]
    cluster: ClusterView | None


class AttachReply(TypedDict):
    """The answer to a session that presents itself: which of the attempts it asked for are here.

    `instance` changes when the Dask scheduler has lost its memory by a restart.
    """

    instance: str
    found: list[str]
    cluster: ClusterView


NO_CLUSTER: ClusterView = {
    "version": 0,
    "threads": 0,
    "dashboard": "",
    "nbflow": "",
    "workers": [],
    "unserved": [],
    "scales": False,
    "size": None,
}


def key_of(order: TaskOrder, session: str) -> AttemptKey:
    """Dask's key for an attempt. Tasks that differ in a number only share a name, as in a loop."""
    name = f"{order.run.dag_id}.{order.task.task_id}".rstrip("0123456789").rstrip("_-.")
    return (name, order.attempt_id, session)


def as_attempt_key(key: object) -> AttemptKey | None:
    """The key if it is one of ours: a Dask cluster may be doing other things as well."""
    if not isinstance(key, tuple) or len(key) != 3 or not all(isinstance(p, str) for p in key):
        return None
    return key if key[2].startswith(SESSION_PREFIX) else None


def codes_of(orders: Iterable[TaskOrder]) -> dict[str, Code]:
    """The code these orders need, by digest. That of a live source cannot travel."""
    codes: dict[str, Code] = {}
    for order in orders:
        source = order.source
        if isinstance(source, SourceBundle):
            codes[source.digest] = source.files
        elif isinstance(source, PickledSource):
            codes[source.digest] = source.operators
    return codes


def without_code(order: TaskOrder) -> TaskOrder:
    """The order with its code named by digest only; a worker asks for it once."""
    source = order.source
    if isinstance(source, SourceBundle):
        return replace(order, source=replace(source, files={}))
    if isinstance(source, PickledSource):
        return replace(order, source=replace(source, operators=b""))
    return order


def with_code(order: TaskOrder, code: Code) -> TaskOrder:
    """The order as it was before `without_code`."""
    source = order.source
    if isinstance(source, SourceBundle) and not isinstance(code, bytes):
        return replace(order, source=replace(source, files=code))
    if isinstance(source, PickledSource) and isinstance(code, bytes):
        return replace(order, source=replace(source, operators=code))
    raise TypeError(f"{order.name}: its code does not fit its kind of source.")


def new_session() -> str:
    """A name for one connection of one executor, which marks its keys as ours."""
    return f"{SESSION_PREFIX}{uuid4().hex}"


def from_stamp(stamp: float) -> datetime:
    """The time that travelled as seconds since 1970."""
    return datetime.fromtimestamp(stamp, timezone.utc)
