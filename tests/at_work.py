"""A scheduler at work in a thread, whose tasks end when the test says so."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import RLock, Thread

from nbflow.core.orders import Outcome, ReportKind, TaskOrder, TaskReport
from nbflow.scheduler.loop import Scheduler
from nbflow.scheduler.settings import SchedulerSettings
from nbflow.settings import Settings
from nbflow.store.database import Database
from tests.scheduler.stage import OK, Hands


class WakingHands(Hands):
    """An executor that does what the test tells it to, and wakes the scheduler as it should.

    The scheduler's thread and the test's take turns: a report that came while another one was
    acknowledged would be lost.
    """

    def __init__(self) -> None:
        super().__init__()
        self._turn = RLock()

    def start(self, wake: Callable[[], None]) -> None:
        self._wake = wake

    def submit(self, orders: Sequence[TaskOrder]) -> None:
        with self._turn:
            super().submit(orders)

    def cancel(self, attempts: Collection[str]) -> None:
        with self._turn:
            super().cancel(attempts)

    def acknowledge(self, reports: Sequence[TaskReport]) -> None:
        with self._turn:
            super().acknowledge(reports)

    def finish(self, task_id: str, outcome: Outcome = OK) -> None:
        with self._turn:
            super().finish(task_id, outcome)

    @property
    def running(self) -> list[str]:
        with self._turn:
            return super().running

    def _report(self, attempt: str, kind: ReportKind, outcome: Outcome | None = None) -> None:
        super()._report(attempt, kind, outcome)
        self._wake()


@dataclass(frozen=True)
class AtWork:
    """The scheduler and its executor."""

    scheduler: Scheduler
    hands: WakingHands

    def finish(self, task_id: str, outcome: Outcome = OK) -> None:
        """End the running attempt of a task."""
        self.hands.finish(task_id, outcome)


@contextmanager
def at_work(database: Database, settings: Settings) -> Iterator[AtWork]:
    """Runs that are to be found at the start of the scheduler must be there before."""
    hands = WakingHands()
    scheduler = Scheduler(database, hands, SchedulerSettings(settings.artifacts_url))
    thread = Thread(target=scheduler.run_forever)
    thread.start()
    try:
        yield AtWork(scheduler, hands)
    finally:
        scheduler.stop()
        thread.join()
