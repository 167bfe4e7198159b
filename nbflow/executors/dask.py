"""The executor that hands attempts to a Dask cluster and keeps count of them to their end.

What Dask must not decide by itself is decided in the plugins (`attempt_book.py` has the rules);
`dask_link.py` is the connection. Here is the ledger of this scheduler's own attempts.
"""

from __future__ import annotations

import logging
import pickle
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from threading import Lock, Thread
from time import monotonic
from typing import cast

from distributed import Future

from nbflow._version import __version__
from nbflow.core.json import Json
from nbflow.core.orders import LiveSource, ReportKind, TaskOrder, TaskReport, lost
from nbflow.core.states import Reason
from nbflow.executors import dask_protocol as protocol
from nbflow.executors.base import DASK, CannotScale, ExecutorInfo, ExecutorUnavailable, Size, Slots
from nbflow.executors.dask_cluster import ClusterSpec, OpenCluster
from nbflow.executors.dask_link import Connection, Link
from nbflow.executors.dask_protocol import ClusterView, LetterBody
from nbflow.executors.dask_scheduler_plugin import NbflowSchedulerPlugin
from nbflow.executors.dask_worker_plugin import NbflowWorkerPlugin
from nbflow.executors.pace import Pace
from nbflow.executors.reports import cancelled, utc_now
from nbflow.executors.runner import RunnerFactory
from nbflow.executors.scaler import Scaler

log = logging.getLogger(__name__)

SWEEP_SECONDS = 2.0


@dataclass
class InHand:
    """An attempt given to Dask and not reported as finished yet.

    `order` is kept until it has started, in case it must be submitted again; an adopted attempt has
    none, and no `future` either.
    """

    order: TaskOrder | None = None
    future: Future[None] | None = None
    is_cancelled: bool = False
    is_suspect: bool = False


@dataclass(frozen=True)
class Kept:
    """A report to drain, and the number of the letter it came in; 0 for our own."""

    report: TaskReport
    number: int = 0


class DaskExecutor:
    """Runs attempts on a Dask cluster.

    `runner` makes the task runner in each worker process and must be picklable. `lease` is the
    number of seconds without contact after which a worker ends its attempts, `patience` how long
    the Dask scheduler may be away before the attempts in hand are reported lost.

    A cluster reached by address is shared: `close` leaves running attempts there, for the next
    scheduler to adopt. A cluster of our own ends with us.
    """

    def __init__(
        self,
        cluster: ClusterSpec,
        runner: RunnerFactory,
        *,
        lease: float = 30.0,
        patience: float = 45.0,
    ) -> None:
        self.cluster = cluster
        self._plugins = (NbflowSchedulerPlugin(lease), NbflowWorkerPlugin(runner, lease))
        self._patience = patience
        self._lock = Lock()
        self._in_hand: dict[str, InHand] = {}
        self._abandoned: set[str] = set()
        self._reports: dict[tuple[str, ReportKind], Kept] = {}
        self._acknowledged: list[int] = []
        self._cluster = protocol.NO_CLUSTER
        self._pace = Pace()
        self._swept = 0.0
        self._wake: Callable[[], None] = _nobody
        self._open: OpenCluster | None = None
        self._link: Link | None = None

    # --------------------------------------------------------------------------- for the scheduler

    def start(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._open = OpenCluster(self.cluster)
        self._link = Link(self._open, *self._plugins, self, self._patience)
        try:
            self._link.open()
        except ExecutorUnavailable:
            self._open.close()
            raise

    def submit(self, orders: Sequence[TaskOrder]) -> None:
        new = self._take(orders)
        connection = self._connection()
        if connection is None:
            self._lose(_ids(new), "There is no connection to the Dask scheduler.")
        elif new:
            self._submit(connection, new)

    def cancel(self, attempts: Collection[str]) -> None:
        with self._lock:
            known = [attempt for attempt in attempts if attempt in self._in_hand]
            for attempt in known:
                self._in_hand[attempt].is_cancelled = True
        connection = self._connection()
        # Without a connection it is said when there is one again.
        if known and connection is not None:
            connection.say("nbflow_cancel", attempts=known)

    def drain(self) -> list[TaskReport]:
        with self._lock:
            return [kept.report for kept in self._reports.values()]

    def acknowledge(self, reports: Sequence[TaskReport]) -> None:
        with self._lock:
            for report in reports:
                kept = self._reports.get((report.attempt_id, report.kind))
                # A later sign of life may have taken the place of the one that is acknowledged.
                if kept is not None and kept.report.at == report.at:
                    del self._reports[report.attempt_id, report.kind]
                    self._acknowledged.append(kept.number)

    def adopt(self, attempts: Collection[str]) -> set[str]:
        connection = self._connection()
        if connection is None:
            raise ExecutorUnavailable("There is no connection to the Dask scheduler.")
        # Known before we ask, or else the link's thread would take what it reads for strangers'.
        # What is in hand is asked for as well: another scheduler may have led meanwhile.
        with self._lock:
            for attempt in attempts:
                if not self._knows(attempt):
                    self._in_hand[attempt] = InHand()
            asked = list(self._in_hand)
        found = connection.adopt(asked)
        with self._lock:
            for attempt in asked:
                one = self._in_hand.get(attempt)
                # What we have just submitted may be underway yet.
                if one is not None and attempt not in found and one.order is None:
                    del self._in_hand[attempt]
            return {attempt for attempt in attempts if self._knows(attempt)}

    def slots(self) -> Slots:
        with self._lock:
            used, total = len(self._in_hand), self._cluster["threads"]
            if self._cluster is not protocol.NO_CLUSTER:
                of_workers = [worker["threads"] for worker in self._cluster["workers"]]
                total = max(total, self.cluster.places_to_grow_to(self._size(), of_workers))
            return Slots(total, used, self._pace.ahead(monotonic()) if total else 0)

    def describe(self) -> ExecutorInfo:
        with self._lock:
            cluster = self._cluster
        address = "" if self._open is None else self._open.address
        dashboard = "" if self._open is None else self._open.dashboard
        return ExecutorInfo(
            DASK,
            address,
            dashboard or cluster["dashboard"],
            workers=cast("list[dict[str, Json]]", cluster["workers"]),
            size=self._size(),
            cannot_scale=self._cannot_scale(),
            details={
                "connected": self._connection() is not None,
                "nbflow": cluster["nbflow"],
                "shared": self.cluster.is_shared,
                "unserved": list(cluster["unserved"]),
            },
        )

    def scale(self, size: Size) -> None:
        why_not = self._cannot_scale()
        if why_not:
            raise CannotScale(why_not)
        scaler, connection = self._scaler(), self._connection()
        if scaler is not None:
            # Whoever runs the cluster may take a while to answer.
            Thread(target=_resize, args=(scaler, size), name="nbflow-scale", daemon=True).start()
        elif connection is not None:
            connection.say("nbflow_scale", minimum=size.minimum, maximum=size.maximum)

    def _scaler(self) -> Scaler | None:
        return None if self._open is None else self._open.scaler

    def _size(self) -> Size | None:
        scaler = self._scaler()
        if scaler is not None:
            return scaler.size
        told = self._cluster["size"]
        return None if told is None else Size(*told)

    def _cannot_scale(self) -> str:
        """Why there cannot be more or fewer workers; empty where there can."""
        if self._connection() is None:
            return "There is no connection to the Dask scheduler."
        if self._scaler() is None and not self._cluster["scales"]:
            return (
                f"The Dask cluster at {self.cluster.address} was started by somebody else, who "
                "decides how many workers it has: start more with `dask worker`, or ask them."
            )
        return ""

    def close(self) -> None:
        if self._link is not None:
            self._link.close()
        if self._open is not None:
            self._open.close()
        with self._lock:
            self._cluster = protocol.NO_CLUSTER

    # -------------------------------------------------------------------------------- for the link

    def acknowledgements(self) -> list[int]:
        with self._lock:
            numbers, self._acknowledged = self._acknowledged, []
        return numbers

    def in_hand(self) -> list[str]:
        with self._lock:
            return [*self._in_hand, *self._abandoned]

    def received(self, letters: Sequence[LetterBody]) -> None:
        for letter in letters:
            report = cast("TaskReport", pickle.loads(letter["body"]))  # noqa: S301 - Dask's trust
            self._receive(report, letter["number"])
        if letters:
            self._wake()
        self._sweep()

    def cluster_changed(self, cluster: ClusterView) -> None:
        with self._lock:
            more = cluster["threads"] > self._cluster["threads"]
            news = _other_versions(cluster) - _other_versions(self._cluster)
            self._cluster = cluster
        if news:
            log.warning(
                "This is nbflow %s, but on the Dask cluster there is %s: install the same version.",
                __version__,
                ", ".join(sorted(news)),
            )
        if more:
            self._wake()

    def reconnected(
        self, connection: Connection, found: Collection[str], *, restarted: bool
    ) -> None:
        if restarted:
            self._lose(self.in_hand(), "The Dask scheduler was restarted.", Reason.WORKER_LOST)
        with self._lock:
            missing = {a: one for a, one in self._in_hand.items() if a not in found}
        # The scheduler's book is complete: what it does not know has not started.
        again = [one.order for one in missing.values() if one.order is not None]
        self._lose(
            [a for a, one in missing.items() if one.order is None], "Dask knows nothing of it."
        )
        if again:
            self._submit(connection, again)

    def ready(self, connection: Connection) -> None:
        with self._lock:
            unwanted = [a for a, one in self._in_hand.items() if one.is_cancelled]
            unwanted += self._abandoned
            self._abandoned.clear()
        if unwanted:
            connection.say("nbflow_cancel", attempts=unwanted)

    def gave_up(self, seconds: float) -> None:
        with self._lock:
            attempts = list(self._in_hand)
            self._abandoned.update(attempts)
        message = f"The Dask scheduler has not answered for {seconds:.0f} s."
        self._lose(attempts, message, Reason.WORKER_LOST)

    # --------------------------------------------------------------------------------- the ledger

    def _connection(self) -> Connection | None:
        return None if self._link is None else self._link.connection

    def _knows(self, attempt: str) -> bool:
        return attempt in self._in_hand or (attempt, ReportKind.FINISHED) in self._reports

    def _take(self, orders: Iterable[TaskOrder]) -> list[TaskOrder]:
        """Note these orders as in hand; return those that are new and can be sent."""
        new: list[TaskOrder] = []
        with self._lock:
            for order in orders:
                if not self._knows(order.attempt_id):
                    self._in_hand[order.attempt_id] = InHand(order)
                    new.append(order)
        stay = [order for order in new if isinstance(order.source, LiveSource)]
        self._lose(
            _ids(stay),
            "This DAG exists only in the process that made it, which a Dask worker cannot reach: "
            "run it with the inline executor, or save it in a file.",
        )
        return [order for order in new if not isinstance(order.source, LiveSource)]

    def _submit(self, connection: Connection, orders: list[TaskOrder]) -> None:
        try:
            futures = connection.submit(orders)
        except Exception as error:  # noqa: BLE001 - what Dask cannot take must not stop us
            # Some may have got through; nobody waits for them any more.
            with self._lock:
                self._abandoned.update(_ids(orders))
            self._lose(_ids(orders), f"Dask could not take it on: {type(error).__name__}: {error}")
            connection.say("nbflow_cancel", attempts=_ids(orders))
            return
        with self._lock:
            for attempt, future in futures.items():
                # An answer may have been quicker than we are.
                if attempt in self._in_hand:
                    self._in_hand[attempt].future = future
            waiting = [one.order for one in self._in_hand.values() if one.order is not None]
        connection.drop_code(waiting)

    def _receive(self, report: TaskReport, number: int) -> None:
        with self._lock:
            one = self._in_hand.get(report.attempt_id)
            if one is None:
                # Of an attempt we have given up: it is reported already.
                self._acknowledged.append(number)
                return
            one.order = None
            if one.is_cancelled:
                report = _as_cancelled(report)
            if report.kind is ReportKind.FINISHED:
                # The result is out: Dask may forget the key, so that it cannot run it again.
                del self._in_hand[report.attempt_id]
                self._pace.finished(1, monotonic())
            self._reports[report.attempt_id, report.kind] = Kept(report, number)

    def _lose(
        self, attempts: Iterable[str], message: str, reason: Reason = Reason.EXECUTOR_ERROR
    ) -> None:
        now = utc_now()
        with self._lock:
            for attempt in attempts:
                one = self._in_hand.pop(attempt, None)
                if one is not None:
                    report = (
                        cancelled(attempt, now, message)
                        if one.is_cancelled
                        else lost(attempt, now, message, reason)
                    )
                    self._reports[attempt, ReportKind.FINISHED] = Kept(report)
        self._wake()

    def _sweep(self) -> None:
        """Lose no attempt that Dask has refused: its future says so, although no report came."""
        if monotonic() - self._swept < SWEEP_SECONDS:
            return
        self._swept = monotonic()
        refused: list[str] = []
        with self._lock:
            for attempt, one in self._in_hand.items():
                bad = one.future is not None and one.future.status in ("error", "cancelled", "lost")
                if bad and one.is_suspect:
                    refused.append(attempt)
                one.is_suspect = bad
        if refused:
            self._lose(refused, "Dask refused it, and no worker has said why.")


def _as_cancelled(report: TaskReport) -> TaskReport:
    """A loss that was heard of before the cancel arrived: the attempt was to end, and has ended."""
    outcome = report.outcome
    if outcome is None or outcome.reason is not Reason.WORKER_LOST:
        return report
    return cancelled(report.attempt_id, report.at, outcome.message)


def _resize(scaler: Scaler, size: Size) -> None:
    try:
        scaler.resize(size)
    except Exception:  # whatever a cluster class of somebody else's may raise
        log.exception("The cluster was not resized to %s.", size, extra={"action": "scale"})


def _other_versions(cluster: ClusterView) -> set[str]:
    versions = {cluster["nbflow"], *(worker["nbflow"] for worker in cluster["workers"])}
    return versions - {__version__, ""}


def _ids(orders: Iterable[TaskOrder]) -> list[str]:
    return [order.attempt_id for order in orders]


def _nobody() -> None:
    """The wake-up call before `start`: nobody listens yet."""
