"""A scheduler at work in a thread, whose tasks end when the test says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread

from nbflow.core.orders import Outcome, ReportKind
from nbflow.scheduler.loop import Scheduler, SchedulerSettings
from nbflow.settings import Settings
from nbflow.store.database import Database
from tests.scheduler.stage import OK, Hands


class WakingHands(Hands):
    """An executor that does what the test tells it to, and wakes the scheduler as it should."""

    def start(self, wake: Callable[[], None]) -> None:
        self._wake = wake

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
