"""A test's side of an executor: hands out orders and waits for what comes back, with a deadline."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from time import monotonic

from nbflow.core.orders import Outcome, ReportKind, TaskOrder, TaskReport
from nbflow.executors.base import Executor

DEADLINE_SECONDS = 60.0


class Desk:
    """Stands where the scheduler stands. Acknowledges what it has seen, unless told to wait."""

    def __init__(self, executor: Executor) -> None:
        self.executor = executor
        self.reports: list[TaskReport] = []
        self.acknowledges = True
        self._woken = Event()

    def start(self) -> Desk:
        self.executor.start(self.wake)
        return self

    def wake(self) -> None:
        self._woken.set()

    def submit(self, *orders: TaskOrder) -> None:
        self.executor.submit(orders)

    def cancel(self, *orders: TaskOrder) -> None:
        self.executor.cancel([order.attempt_id for order in orders])

    def outcome(self, order: TaskOrder) -> Outcome:
        """How the attempt ended, once it has."""
        outcome = self.report(order, ReportKind.FINISHED).outcome
        assert outcome is not None
        return outcome

    def outcomes(self, *orders: TaskOrder) -> list[Outcome]:
        return [self.outcome(order) for order in orders]

    def started(self, *orders: TaskOrder) -> None:
        for order in orders:
            self.report(order, ReportKind.STARTED)

    def report(self, order: TaskOrder, kind: ReportKind) -> TaskReport:
        self.until(lambda: self.seen(order, kind) is not None, f"{kind} of {order.name}")
        report = self.seen(order, kind)
        assert report is not None
        return report

    def seen(self, order: TaskOrder, kind: ReportKind) -> TaskReport | None:
        """The report if it has come."""
        for report in self.reports:
            if report.attempt_id == order.attempt_id and report.kind is kind:
                return report
        return None

    def until(self, done: Callable[[], bool], what: str) -> None:
        """Read reports until `done`. Looks again now and then, for what no report tells."""
        deadline = monotonic() + DEADLINE_SECONDS
        self._read()
        while not done():
            if monotonic() > deadline:
                raise AssertionError(f"waited {DEADLINE_SECONDS:.0f} s for {what}")
            self._woken.wait(0.02)
            self._woken.clear()
            self._read()

    def slots(self, total: int) -> None:
        """Wait until the executor has so many."""
        self.until(lambda: self.executor.slots().total == total, f"{total} slots")

    def pid_of_worker(self, order: TaskOrder) -> int:
        """The process of the worker that has started this attempt."""
        address = self.report(order, ReportKind.STARTED).worker
        workers = {worker["address"]: worker for worker in self.executor.describe().workers}
        return int(str(workers[address]["pid"]))

    def _read(self) -> None:
        reports = self.executor.drain()
        self.reports += [report for report in reports if report not in self.reports]
        if self.acknowledges:
            self.executor.acknowledge(reports)
