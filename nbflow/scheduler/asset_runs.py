"""Which DAG runs the news of assets bring about. What a schedule waits for is decided in
`core/assets.py`; here the store is asked, and told what has been used up.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from nbflow.core.assets import AssetEvent, leaf_from_json
from nbflow.core.dag import Task
from nbflow.core.events import CancelRun
from nbflow.core.overlap import make_room
from nbflow.core.snapshot import DagRun
from nbflow.core.states import RunState, RunType
from nbflow.core.timetables import awaited_assets, timetable_from_json
from nbflow.scheduler.advance_runs import AfterCommit, RunBook
from nbflow.scheduler.create_runs import dag_defaults
from nbflow.scheduler.make_orders import AssetContext
from nbflow.store import assets as asset_store
from nbflow.store import dags as dag_store
from nbflow.store import runs as run_store
from nbflow.store.dags import StoredDag
from nbflow.store.database import Session
from nbflow.store.runs import ActiveRun


class AssetRuns:
    """Creates the runs of DAGs that wait for assets. Asks nothing while there can be no news."""

    def __init__(self) -> None:
        self.may_have_news = True

    def create(self, session: Session, book: RunBook, after: AfterCommit, now: datetime) -> bool:
        """Create what the news bring about: call it when what the tick decided has been stored,
        for `after` tells whether there are more. Returns whether it looked.
        """
        if not (self.may_have_news or after.asset_events):
            return False
        self.may_have_news = after.asset_events = False
        for stored in dags_with_news(session):
            active = book.active_runs(stored.dag.dag_id)
            room = make_room(stored.dag.overlap, stored.dag.max_active_runs, len(active), 1)
            if not room.create:
                continue  # the news wait, and become one run, until there is room
            for older in active[: room.cancel]:
                book.advance(older, [CancelRun(message="There is newer news.")], now)
            events = asset_store.waiting_events(session, stored.dag.dag_id)
            run = asset_run(stored, events, now)
            run_pk = run_store.create_run(session, run, stored.version_id, stored.dag)
            asset_store.take(session, stored.dag.dag_id, events, run_pk)
            book.take_in(session, run)
        return True


def dags_with_news(session: Session) -> list[StoredDag]:
    """The unpaused DAGs whose assets have had all the news that their schedule asks for."""
    found: list[StoredDag] = []
    queued = asset_store.queued(session)
    for stored in dag_store.active_among(session, queued.keys()):
        if stored.paused:
            continue
        expression = awaited_assets(timetable_from_json(stored.dag.timetable))
        if expression is not None and expression.is_satisfied(queued[stored.dag.dag_id]):
            found.append(stored)
    return found


def asset_run(stored: StoredDag, events: Sequence[AssetEvent], now: datetime) -> DagRun:
    """The run for these events, oldest first: its data interval is the time they happened in."""
    first = events[0].timestamp if events else now
    last = events[-1].timestamp if events else now
    return DagRun(
        dag_id=stored.dag.dag_id,
        run_id=f"asset_triggered__{last.isoformat()}_{uuid4().hex[:6]}",
        state=RunState.QUEUED,
        run_type=RunType.ASSET_TRIGGERED,
        run_after=last,
        logical_date=last,
        data_interval_start=min(first, last),
        data_interval_end=last,
        params=dag_defaults(stored),  # type: ignore[arg-type]  # as in scheduled_run
        created_at=now,
    )


def asset_context(session: Session, run: ActiveRun, tasks: Sequence[Task]) -> AssetContext:
    """What these tasks of a run may know of events. Asks nothing where there can be none."""
    is_triggered = run.snapshot.run.run_type is RunType.ASSET_TRIGGERED
    inlets = {leaf_from_json(inlet).node for task in tasks for inlet in task.inlets}
    return AssetContext(
        asset_store.triggering(session, run.id) if is_triggered else (),
        asset_store.newest_events(session, inlets) if inlets else {},
    )
