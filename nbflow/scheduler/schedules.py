"""When each DAG is due next, and the runs its timetable brings about when it is.

Only DAGs that are due, or about which something changed, are looked at. What is due is planned in
`create_runs`; what timetables of somebody's own say comes from `calendars`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from nbflow.core.events import CancelRun
from nbflow.scheduler.advance_runs import RunBook
from nbflow.scheduler.calendars import Calendars
from nbflow.scheduler.create_runs import plan_scheduled_runs
from nbflow.store import dags as dag_store
from nbflow.store import runs as run_store
from nbflow.store.dags import StoredDag
from nbflow.store.database import Session


class Schedules:
    """The schedules of all DAGs, as far as they have been looked at since `forget`."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self.calendars = Calendars(wake)
        self._look_at: dict[str, datetime] = {}
        self._all_known = False

    def forget(self) -> None:
        """Memory may be ahead of the store: look at every DAG again."""
        self._all_known = False
        self._look_at.clear()

    def look_at(self, dag_id: str, at: datetime) -> None:
        """Something happened that its schedule may depend on."""
        self._look_at[dag_id] = at

    def due_times(self) -> Collection[datetime]:
        """When to look at schedules again, by now."""
        return self._look_at.values()

    def keep_calendars(self, session: Session, now: datetime) -> set[str]:
        """Store what timetables have answered since the last call; the ids of their DAGs."""
        answers = self.calendars.take(now)
        for dag_id, calendar in answers:
            dag_store.save_calendar(session, dag_id, calendar)
        return {dag_id for dag_id, _ in answers}

    def create_runs(
        self, session: Session, book: RunBook, changed: set[str], now: datetime
    ) -> None:
        """Create the runs that are due, of DAGs that are `changed` or whose time has come."""
        due = {dag_id for dag_id, at in self._look_at.items() if at <= now} | changed
        if self._all_known and not due:
            return
        for stored in dag_store.active_dags(session):
            dag_id = stored.dag.dag_id
            if dag_id in due or not self._all_known:
                self._look_at.pop(dag_id, None)
                self._create_runs_of(session, book, stored, now)
        self._all_known = True

    def _create_runs_of(
        self, session: Session, book: RunBook, stored: StoredDag, now: datetime
    ) -> None:
        active = book.active_runs(stored.dag.dag_id)
        plan = plan_scheduled_runs(stored, len(active), now)
        ask_again = None if stored.paused else self.calendars.look_at(stored, now)
        for run in active[: plan.cancel]:
            book.advance(run, [CancelRun(message="A newer run of this DAG is due.")], now)
        if plan.skipped is not None:
            dag_store.skip_run(session, stored.dag.dag_id, plan.skipped, now)
        for planned in run_store.without_taken_dates(session, plan.runs):
            run_store.create_run(session, planned, stored.version_id, stored.dag)
            book.take_in(session, planned)
        times = [at for at in (plan.look_again, ask_again) if at is not None]
        if times:
            self._look_at[stored.dag.dag_id] = min(times)
