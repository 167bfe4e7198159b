"""The Dask cluster of an executor: embedded and tuned, at an address, or of any cluster class.

Also a program: `python -m nbflow.executors.dask_cluster --threads 4` runs the embedded cluster as a
process of its own, prints one line of JSON with its address, and ends on SIGTERM, SIGINT or the end
of its standard input.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from threading import Event, Thread
from typing import Protocol, cast

from nbflow import slow_imports
from nbflow.core.json import Json
from nbflow.executors.base import ExecutorUnavailable, Size
from nbflow.executors.dask_protocol import SCALER
from nbflow.executors.scaler import Scaler

# Workers begin with this module too, when their cluster is this program.
slow_imports.import_distributed()

import dask  # noqa: E402 - see above
from distributed import LocalCluster  # noqa: E402 - see above

# A cluster of ours does nothing but run notebooks, so what serves array computing is turned down.
# Figures: idle, an untuned LocalCluster burns 9 % of a core.
TUNING: Mapping[str, object] = {
    "distributed.worker.preload": ["nbflow.executors.embedded_worker"],
    # User code may start processes of its own; below a daemonic process it could not.
    "distributed.worker.daemon": False,
    # Samples every thread's stack 100 times a second.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.tick.limit": "10s",
    # Moves copies of results between workers; ours hold none.
    "distributed.scheduler.active-memory-manager.start": False,
    # The scheduler plugin notices a silent worker sooner; this is when Dask restarts it.
    "distributed.scheduler.worker-ttl": "60s",
    # A worker gets no more tasks than it has threads while there are others to choose from.
    "distributed.scheduler.worker-saturation": 1.0,
    # Leads to the dashboards of workers, which ours have not got: 9 MiB for a server behind it.
    "distributed.scheduler.http.routes": [
        route
        for route in dask.config.get("distributed.scheduler.http.routes")
        if route != "distributed.http.proxy"
    ],
    # Dask would allow one thread to numpy in every kernel below a worker. Only what saves memory.
    "distributed.nanny.pre-spawn-environ": {"MALLOC_TRIM_THRESHOLD_": 65536},
}


@dataclass(frozen=True)
class ClusterSpec:
    """Which cluster to use: the one at `address`, else one of `cluster_class`, else our own.

    `cluster_class` is a dotted name such as `dask_jobqueue.SLURMCluster`, `cluster_kwargs` what it
    is made with. With `adapt` (`minimum`, `maximum`: numbers of workers) either grows and shrinks
    with the work. The rest is for our own: `workers` processes with `threads` slots each,
    `resources` per worker by name, and the `queues` it serves besides tasks that name none.
    """

    address: str | None = None
    cluster_class: str | None = None
    cluster_kwargs: Mapping[str, Json] = field(default_factory=dict)
    adapt: Mapping[str, int] = field(default_factory=dict)
    workers: int = 1
    threads: int = max(4, os.cpu_count() or 1)
    dashboard: bool = True
    resources: Mapping[str, float] = field(default_factory=dict)
    queues: tuple[str, ...] = ()

    @property
    def size(self) -> Size:
        """How many workers it begins with, of our own."""
        low = self.adapt.get("minimum", 0) if self.adapt else self.workers
        return Size(low, self.adapt.get("maximum", self.workers) if self.adapt else self.workers)

    @property
    def is_shared(self) -> bool:
        """Whether the cluster is there without us, and stays when we go."""
        return self.address is not None

    def places_to_grow_to(self, size: Size | None, threads_of_workers: Sequence[int]) -> int:
        """How many tasks the cluster may one day take side by side, if it grows with the work; 0
        where it does not.

        Dask starts a worker for tasks that wait for one, so it has to be given more than it has
        places for now.
        """
        if size is None or size.is_fixed:
            return 0
        return size.maximum * max(threads_of_workers, default=self.threads)


class Cluster(Protocol):
    """What Dask's cluster classes have in common, as far as it matters here."""

    @property
    def scheduler_address(self) -> str: ...

    @property
    def dashboard_link(self) -> str: ...

    def adapt(self, *, minimum: int = ..., maximum: int = ...) -> object: ...

    def close(self) -> object: ...


def queue_resource(queue: str) -> str:
    """The Dask resource that a worker serving `queue` declares, one for each task it may run."""
    return f"queue-{queue}"


class OpenCluster:
    """A cluster to connect to; `target` is what a Dask client takes. Ours ends on `close`."""

    def __init__(self, spec: ClusterSpec) -> None:
        self.spec = spec
        self._closing = ExitStack()
        self.scaler: Scaler | None = None
        if spec.address is not None:
            self.target: str | Cluster = spec.address
        else:
            with ExitStack() as opened:
                self.target = _started(spec, opened)
                self._closing = opened.pop_all()
            # How many workers a class of somebody else's begins with only it knows.
            known = spec.adapt or spec.cluster_class is None
            self.scaler = Scaler(self.target, spec.size if known else None)

    @property
    def address(self) -> str:
        return self.target if isinstance(self.target, str) else self.target.scheduler_address

    @property
    def dashboard(self) -> str:
        """Where people look at it; empty where only a connection can tell."""
        if isinstance(self.target, str):
            return ""
        try:
            return self.target.dashboard_link
        except KeyError:
            # `distributed.dashboard.link` names an environment variable that is not set here.
            return ""

    def close(self) -> None:
        self._closing.close()


def _started(spec: ClusterSpec, opened: ExitStack) -> Cluster:
    """A cluster of our own; leaving `opened` ends it."""
    name = spec.cluster_class or "embedded cluster"
    try:
        if spec.cluster_class is not None:
            cluster = _cluster_of_class(spec, spec.cluster_class)
        else:
            # For as long as the cluster lives: a worker that is restarted needs it again.
            opened.enter_context(dask.config.set(dict(TUNING)))
            cluster = _embedded(spec)
        if spec.adapt:
            cluster.adapt(**spec.adapt)
    except ExecutorUnavailable:
        raise
    except Exception as error:  # whatever a cluster class of somebody else's may raise
        raise ExecutorUnavailable(
            f"The Dask {name} did not start: {type(error).__name__}: {error}. "
            "Correct the executor's settings."
        ) from error
    opened.callback(cluster.close)
    return cluster


def _embedded(spec: ClusterSpec) -> Cluster:
    resources = {**spec.resources, **{queue_resource(q): spec.threads for q in spec.queues}}
    with _interrupts_wait():
        cluster = LocalCluster(
            n_workers=spec.adapt.get("minimum", 0) if spec.adapt else spec.workers,
            threads_per_worker=spec.threads,
            processes=True,
            host="127.0.0.1",
            # A free port; Dask's own choice is often taken.
            dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": spec.dashboard},
            # Dask's limit watches the worker alone, not the kernels below it, ten times a second.
            memory_limit=0,
            resources=resources,
        )
    return cast("Cluster", cluster)


@contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Ctrl-C has its effect afterwards, and never one on the threads and processes that start
    inside, until they ask for it (`embedded_worker.py`).
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _cluster_of_class(spec: ClusterSpec, dotted: str) -> Cluster:
    module, _, name = dotted.rpartition(".")
    try:
        make = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ExecutorUnavailable(
            f"The Dask cluster class {dotted!r} cannot be imported: {error}. "
            "Install its package, or correct the setting."
        ) from error
    return cast("Cluster", make(**spec.cluster_kwargs))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run an embedded cluster until told to end."""
    options = _options(arguments)
    ended = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    spec = ClusterSpec(
        workers=options.workers,
        threads=options.threads,
        dashboard=not options.no_dashboard,
        queues=tuple(options.queue),
    )
    cluster = OpenCluster(spec)
    _let_others_scale(cluster)
    line = {"address": cluster.address, "dashboard": cluster.dashboard, "pid": os.getpid()}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
    if options.until_eof:
        Thread(target=_at_end_of_input, args=(ended,), daemon=True).start()
    ended.wait()
    cluster.close()


def _let_others_scale(cluster: OpenCluster) -> None:
    """Leave a way to resize the cluster with its Dask scheduler, for executors that come by
    address.
    """
    scheduler = cast("LocalCluster", cluster.target).scheduler
    assert scheduler is not None  # it has started
    scheduler.extensions[SCALER] = cluster.scaler


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m nbflow.executors.dask_cluster",
        description="Run a Dask cluster for nbflow on this machine.",
    )
    default = ClusterSpec()
    parser.add_argument("--workers", type=int, default=default.workers, help="worker processes")
    parser.add_argument("--threads", type=int, default=default.threads, help="slots per worker")
    parser.add_argument("--queue", action="append", default=[], help="serve this queue as well")
    parser.add_argument("--no-dashboard", action="store_true")
    parser.add_argument(
        "--until-eof", action="store_true", help="end when standard input does, as with its parent"
    )
    return parser.parse_args(arguments)


def _at_end_of_input(ended: Event) -> None:
    sys.stdin.read()
    ended.set()


if __name__ == "__main__":
    main()
