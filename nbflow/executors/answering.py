"""An executor that has the answer to some orders, and gives the others to a real one: for tests of
DAGs, where some tasks are not to be run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TypeAlias

from nbflow.core.orders import Outcome, ReportKind, TaskOrder, TaskReport
from nbflow.executors.base import Executor, ExecutorInfo, Size, Slots
from nbflow.executors.reports import utc_now

KnownOutcome: TypeAlias = Callable[[TaskOrder], Outcome | None]
"""How the attempt of an order ends; None: it has to be run."""

_NOBODY = "not run"


class AnsweringExecutor:
    """Reports what `answer` says at once, and hands on to `executor` what it does not know."""

    def __init__(self, executor: Executor, answer: KnownOutcome) -> None:
        self._executor = executor
        self._answer = answer
        self._wake: Callable[[], None] = lambda: None
        self._reports: list[TaskReport] = []

    def start(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._executor.start(wake)

    def submit(self, orders: Sequence[TaskOrder]) -> None:
        to_run = []
        for order in orders:
            outcome = self._answer(order)
            if outcome is None:
                to_run.append(order)
            else:
                self._report(order.attempt_id, outcome)
        if to_run:
            self._executor.submit(to_run)
        if len(to_run) < len(orders):
            self._wake()

    def _report(self, attempt: str, outcome: Outcome) -> None:
        now = utc_now()
        self._reports += [
            TaskReport(attempt, ReportKind.STARTED, now, _NOBODY),
            TaskReport(attempt, ReportKind.FINISHED, now, _NOBODY, outcome),
        ]

    def cancel(self, attempts: Collection[str]) -> None:
        self._executor.cancel(attempts)

    def drain(self) -> list[TaskReport]:
        return [*self._reports, *self._executor.drain()]

    def acknowledge(self, reports: Sequence[TaskReport]) -> None:
        self._reports = [report for report in self._reports if report not in reports]
        self._executor.acknowledge(reports)

    def adopt(self, attempts: Collection[str]) -> set[str]:
        known = {report.attempt_id for report in self._reports}
        return {a for a in attempts if a in known} | self._executor.adopt(attempts)

    def slots(self) -> Slots:
        return self._executor.slots()

    def describe(self) -> ExecutorInfo:
        return self._executor.describe()

    def scale(self, size: Size) -> None:
        self._executor.scale(size)

    def close(self) -> None:
        self._executor.close()
