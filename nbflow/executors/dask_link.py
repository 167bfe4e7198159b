"""An executor's connection to a Dask scheduler: opened, listened to, renewed when it breaks.

Knows sessions and messages, and nothing about what becomes of an attempt: that is for whoever
listens.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import CancelledError
from threading import Event, Thread
from time import monotonic
from typing import Protocol, cast

from distributed import Client, Future
from tornado.ioloop import IOLoop

from nbflow.core.orders import TaskOrder
from nbflow.executors import dask_protocol as protocol
from nbflow.executors.base import ExecutorUnavailable
from nbflow.executors.dask_cluster import OpenCluster, queue_resource
from nbflow.executors.dask_protocol import AttachReply, ClusterView, LetterBody, PollReply
from nbflow.executors.dask_scheduler_plugin import NbflowSchedulerPlugin
from nbflow.executors.dask_worker_plugin import NbflowWorkerPlugin, run_attempt

log = logging.getLogger(__name__)

CONNECT_SECONDS = 10.0
RECONNECT_SECONDS = 3.0
RETRY_SECONDS = 0.5
ANSWER_SECONDS = 10.0
GOODBYE_SECONDS = 2.0
HELLO_SECONDS = 2.0
# Dask's client gathers messages for 10 ms, which the next task would wait for.
STREAM_INTERVAL_SECONDS = 0.001
# A graph larger than 10 MB makes Dask complain; one order is a few kilobytes.
ORDERS_AT_ONCE = 250
CODES_KEPT = 16

# What a call over a broken connection raises, depending on when it breaks.
BROKEN = (OSError, asyncio.TimeoutError, asyncio.CancelledError, CancelledError, RuntimeError)


class Listener(Protocol):
    """Who is told what comes over the link, in the link's thread."""

    def acknowledgements(self) -> list[int]:
        """Numbers of letters that are done with, each told once."""

    def in_hand(self) -> list[str]:
        """The attempts to ask for when the connection is renewed."""

    def received(self, letters: Sequence[LetterBody]) -> None: ...

    def cluster_changed(self, cluster: ClusterView) -> None: ...

    def reconnected(
        self, connection: Connection, found: Collection[str], *, restarted: bool
    ) -> None:
        """There is a new connection, for the listener alone as yet, to settle what is in hand.

        `restarted` means that the Dask scheduler remembers nothing.
        """

    def ready(self, connection: Connection) -> None:
        """The new connection is in use: whatever could not be said meanwhile can be said now."""

    def gave_up(self, seconds: float) -> None:
        """The Dask scheduler has not answered for so long; the link keeps trying."""


class SingleUseClient(Client):
    """A Dask client that ends when its connection does.

    Dask's would connect again under its old name, while its scheduler may only then notice that the
    old connection is gone and drop what the new one has asked for. `Link` makes a new client.
    """

    async def _reconnect(self) -> None:
        await self._close()


class Connection:
    """One Dask client that has presented itself as `session`."""

    def __init__(self, client: Client, previous: Connection | None, attempts: list[str]) -> None:
        self.client = client
        self._loop = cast("IOLoop", client.loop)
        self.session = protocol.new_session()
        self.after = 0
        self._kept: dict[str, None] = {}
        if client.scheduler_comm is not None:
            client.scheduler_comm.interval = STREAM_INTERVAL_SECONDS
        self.attached = cast(
            "AttachReply",
            self.ask(
                "nbflow_attach",
                client=client.id,
                previous=previous and previous.session,
                attempts=attempts,
            ),
        )

    def ask(self, operation: str, *, seconds: float = ANSWER_SECONDS, **details: object) -> object:
        """Call an operation of the scheduler plugin and wait for its answer."""
        call = getattr(self.client.scheduler, operation)
        answer: object = self.client.sync(
            call, session=self.session, callback_timeout=seconds, **details
        )
        return answer

    def adopt(self, attempts: Collection[str]) -> set[str]:
        """Take these attempts over from an earlier session; return those that are there."""
        answer = self.ask(
            "nbflow_attach", client=self.client.id, previous=None, attempts=list(attempts)
        )
        return set(cast("AttachReply", answer)["found"])

    def look(self) -> ClusterView:
        """The cluster as it is now."""
        answer = self.ask("nbflow_attach", client=self.client.id, previous=None, attempts=[])
        return cast("AttachReply", answer)["cluster"]

    def say(self, operation: str, **details: object) -> None:
        """Call an operation without waiting. If the connection breaks, the listener repeats it."""
        self._loop.add_callback(self._say, operation, details)

    async def _say(self, operation: str, details: Mapping[str, object]) -> None:
        try:
            await getattr(self.client.scheduler, operation)(session=self.session, **details)
        except OSError as error:
            log.info("Dask did not hear %s: %s", operation, error)

    def submit(self, orders: Sequence[TaskOrder]) -> dict[str, Future[None]]:
        """Hand these orders to Dask; the futures by attempt."""
        self._keep_code(orders)
        futures: dict[str, Future[None]] = {}
        for resources, group in _by_resources(orders).items():
            for start in range(0, len(group), ORDERS_AT_ONCE):
                batch = group[start : start + ORDERS_AT_ONCE]
                futures.update(self._map(batch, dict(resources)))
        return futures

    def _map(
        self, orders: Sequence[TaskOrder], resources: dict[str, float]
    ) -> Mapping[str, Future[None]]:
        keys = [protocol.key_of(order, self.session) for order in orders]
        parcels = [
            pickle.dumps((key, protocol.without_code(order)))
            for key, order in zip(keys, orders, strict=True)
        ]
        # No retries, which is Dask's default, and orders submitted earlier go first.
        futures = self.client.map(
            run_attempt,
            parcels,
            key=keys,
            pure=False,
            resources=resources or None,
            fifo_timeout="0 ms",
        )
        return {order.attempt_id: future for order, future in zip(orders, futures, strict=True)}

    def _keep_code(self, orders: Sequence[TaskOrder]) -> None:
        """Send the code of these orders, once: a notebook does not travel with every task."""
        for digest, code in protocol.codes_of(orders).items():
            if digest not in self._kept:
                self.ask("nbflow_keep_code", digest=digest, body=pickle.dumps(code))
            self._kept.pop(digest, None)
            self._kept[digest] = None

    def drop_code(self, waiting: Iterable[TaskOrder]) -> None:
        """Drop the code used least recently, save that of the orders still `waiting`."""
        in_use = protocol.codes_of(waiting)
        unused = [digest for digest in self._kept if digest not in in_use]
        spare = unused[: max(0, len(self._kept) - CODES_KEPT)]
        for digest in spare:
            del self._kept[digest]
        if spare:
            self.say("nbflow_drop_code", digests=spare)

    def poll(self, acknowledged: list[int], version: int) -> PollReply | None:
        reply = cast(
            "PollReply | None",
            self.ask(
                "nbflow_poll",
                seconds=protocol.POLL_SECONDS + ANSWER_SECONDS,
                after=self.after,
                acknowledged=acknowledged,
                version=version,
            ),
        )
        if reply is not None and reply["letters"]:
            self.after = reply["letters"][-1]["number"]
        return reply

    def close(self) -> None:
        _close(self.client)


class Link:
    """Keeps a `Connection` to the cluster. While there is none, `connection` is None."""

    def __init__(
        self,
        cluster: OpenCluster,
        scheduler_plugin: NbflowSchedulerPlugin,
        worker_plugin: NbflowWorkerPlugin,
        listener: Listener,
        patience: float,
    ) -> None:
        self._cluster = cluster
        self._plugins = (scheduler_plugin, worker_plugin)
        self._listener = listener
        self._patience = patience
        self._stopping = Event()
        self._version = 0
        self._thread: Thread | None = None
        self.connection: Connection | None = None

    def open(self) -> None:
        """Connect. Raises ExecutorUnavailable if nobody answers or nbflow is missing there."""
        connection = self._connect(None)
        self.connection = connection
        self._cluster_changed(connection.attached["cluster"])
        self._thread = Thread(
            target=self._listen, args=(connection,), name="nbflow-dask-link", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self._stopping.set()
        connection = self.connection
        if connection is not None:
            try:
                connection.ask(
                    "nbflow_detach",
                    seconds=GOODBYE_SECONDS,
                    acknowledged=self._listener.acknowledgements(),
                )
            except BROKEN as error:
                log.info("The Dask scheduler did not hear our goodbye: %s", error)
        if self._thread is not None:
            self._thread.join(protocol.POLL_SECONDS)
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _listen(self, connection: Connection) -> None:
        while not self._stopping.is_set():
            try:
                reply = connection.poll(self._listener.acknowledgements(), self._version)
                why = "it does not know our session any more"
            except BROKEN as error:
                reply, why = None, f"{type(error).__name__}: {error}"
            if self._stopping.is_set():
                return
            if reply is None:
                renewed = self._renew(connection, why)
                if renewed is None:
                    return
                connection = renewed
                continue
            if reply["cluster"] is not None:
                self._cluster_changed(reply["cluster"])
            self._listener.received(reply["letters"])

    def _renew(self, broken: Connection, why: str) -> Connection | None:
        """A new connection after one has broken, however long that takes; None when closing."""
        log.warning("Lost the Dask scheduler at %s: %s", self._cluster.address, why)
        self.connection = None
        self._cluster_changed(protocol.NO_CLUSTER)
        broken.close()
        since, told = monotonic(), False
        while not self._stopping.is_set():
            try:
                connection = self._connect(broken)
            except ExecutorUnavailable as error:
                log.info("%s", error)
                if not told and monotonic() - since >= self._patience:
                    told = True
                    self._listener.gave_up(self._patience)
                self._stopping.wait(RETRY_SECONDS)
                continue
            log.warning("The Dask scheduler at %s is back.", self._cluster.address)
            self._listener.reconnected(
                connection,
                connection.attached["found"],
                restarted=connection.attached["instance"] != broken.attached["instance"],
            )
            self.connection = connection
            self._listener.ready(connection)
            self._cluster_changed(connection.attached["cluster"])
            return connection
        return None

    def _connect(self, previous: Connection | None) -> Connection:
        address, first = self._cluster.address, previous is None
        try:
            client = SingleUseClient(  # type: ignore[no-untyped-call] # as Dask's own
                self._cluster.target,
                timeout=min(self._patience, CONNECT_SECONDS if first else RECONNECT_SECONDS),
                set_as_default=False,
                name="nbflow",
            )
        except (OSError, asyncio.TimeoutError) as error:
            raise ExecutorUnavailable(
                f"No Dask scheduler answers at {address}: {error}. Start one with "
                "`dask scheduler`, or correct the executor's address in the settings."
            ) from error
        try:
            why_not = _register(client, self._plugins, address)
            connection = Connection(client, previous, self._listener.in_hand())
            return _with_workers(connection, why_not)
        except ExecutorUnavailable:
            _close(client)
            raise
        except BROKEN as error:
            _close(client)
            raise ExecutorUnavailable(
                f"The Dask scheduler at {address} went away while we connected: {error}."
            ) from error

    def _cluster_changed(self, cluster: ClusterView) -> None:
        self._version = cluster["version"]
        self._listener.cluster_changed(cluster)


def _register(
    client: Client, plugins: tuple[NbflowSchedulerPlugin, NbflowWorkerPlugin], address: str
) -> Exception | None:
    """Give the scheduler and the workers what nbflow adds to them, unless they have it already.

    Returns why a worker did not take it. Raises ExecutorUnavailable if the scheduler did not.
    """
    scheduler_plugin, worker_plugin = plugins
    try:
        client.register_plugin(scheduler_plugin)
    except ImportError as error:
        raise ExecutorUnavailable(_lacks(f"scheduler at {address}", error)) from error
    try:
        client.register_plugin(worker_plugin)
    except Exception as error:  # noqa: BLE001 - Dask raises whatever one of the workers raised
        return error
    return None


def _with_workers(connection: Connection, why_not: Exception | None) -> Connection:
    """The connection, unless there are workers and not one of them has taken the plugin.

    Raises ExecutorUnavailable.
    """
    deadline = monotonic() + HELLO_SECONDS
    workers = connection.attached["cluster"]["workers"]
    # They say hello on another connection than the one their plugins came over.
    while any(not each["nbflow"] for each in workers) and monotonic() < deadline:
        workers = connection.look()["workers"]
    unfit = [each["address"] for each in workers if not each["nbflow"]]
    if not unfit:
        return connection
    message = _lacks(f"workers {', '.join(unfit)}", why_not or "they have not loaded nbflow")
    if len(unfit) == len(workers):
        raise ExecutorUnavailable(message)
    log.warning("%s Until then, what Dask gives them fails and is tried again.", message)
    return connection


def _lacks(where: str, error: object) -> str:
    return (
        f"The Dask {where} cannot run what nbflow needs there: {error}. Install the same version "
        "of nbflow in that environment and restart it."
    )


def _close(client: Client) -> None:
    try:
        client.close(timeout=GOODBYE_SECONDS)
    except BROKEN as error:
        log.info("The Dask client did not close cleanly: %s", error)


def _by_resources(
    orders: Sequence[TaskOrder],
) -> dict[tuple[tuple[str, float], ...], list[TaskOrder]]:
    """The orders by the Dask resources they need, each group in the order given."""
    groups: dict[tuple[tuple[str, float], ...], list[TaskOrder]] = {}
    for order in orders:
        groups.setdefault(tuple(sorted(resources_of(order).items())), []).append(order)
    return groups


def resources_of(order: TaskOrder) -> dict[str, float]:
    """The Dask resources an order needs: its task's own, and one place in its queue."""
    queue = {} if order.task.queue is None else {queue_resource(order.task.queue): 1.0}
    return {**order.task.resources, **queue}
