"""Backfills as a person sees them: the list with how far each is, one with all its dates, what a
new one would do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from nbflow.core.backfill import Backfill, PlannedRun
from nbflow.core.errors import NotFoundError
from nbflow.core.events import TaskKey
from nbflow.core.rerun import Affected
from nbflow.store import backfills as backfill_store
from nbflow.store.database import Database, Session
from nbflow.views.dags import iso, iso_text
from nbflow.views.shapes import (
    BackfillDate,
    BackfillDetail,
    BackfillList,
    BackfillPlan,
    BackfillView,
)

NEWEST = 100


def backfill_list(database: Database, dag_id: str | None = None) -> BackfillList:
    """The newest backfills of a DAG, or of all."""
    with database.reading() as session:
        found = backfill_store.newest(session, dag_id, NEWEST)
        return BackfillList(_views(session, found))


def backfill_detail(database: Database, backfill_id: int) -> BackfillDetail:
    """One backfill, date by date. Raises NotFoundError."""
    with database.reading() as session:
        found = backfill_store.read(session, backfill_id)
        if found is None:
            raise NotFoundError(f"There is no backfill {backfill_id}.")
        dates = backfill_store.all_dates(session, backfill_id)
        ids = [one.planned.run_id for one in dates]
        states = backfill_store.states_of(session, found.dag_id, ids)
        view = _views(session, [found])[0]
    shown = [
        _date(one.planned, (), done=one.done, state=states.get(one.planned.run_id)) for one in dates
    ]
    return BackfillDetail(view, shown)


def backfill_plan(
    dag_id: str,
    planned: Iterable[PlannedRun],
    affected: Iterable[Affected],
    request_id: int | None,
) -> BackfillPlan:
    """What a backfill does to each date."""
    keys = {one.run_id: one.keys for one in affected}
    dates = [_date(one, keys.get(one.run_id, ())) for one in planned]
    return BackfillPlan(dag_id, dates, request_id is None, request_id)


def _views(session: Session, found: Sequence[Backfill]) -> list[BackfillView]:
    ids = [one.id for one in found]
    total, waiting = backfill_store.totals(session, ids), backfill_store.waiting(session, ids)
    left, states = backfill_store.left_alone(session, ids), backfill_store.run_states(session, ids)
    return [
        _view(one, total.get(one.id, 0), waiting.get(one.id, 0), left.get(one.id, 0), states)
        for one in found
    ]


def _view(
    one: Backfill, total: int, waiting: int, left: int, states: Mapping[int, Mapping[str, int]]
) -> BackfillView:
    return BackfillView(
        id=one.id,
        dag_id=one.dag_id,
        state=str(one.state),
        from_date=iso_text(one.from_date),
        to_date=iso_text(one.to_date),
        reprocess=str(one.reprocess),
        max_active_runs=one.max_active_runs,
        run_backwards=one.run_backwards,
        params=dict(one.params),
        tasks=None if one.tasks is None else list(one.tasks),
        actor=one.actor,
        created_at=iso(one.created_at),
        ended_at=iso(one.ended_at),
        total=total,
        waiting=waiting,
        left=left,
        counts=dict(states.get(one.id, {})),
    )


def _date(
    planned: PlannedRun,
    keys: Sequence[TaskKey],
    *,
    done: bool = False,
    state: str | None = None,
) -> BackfillDate:
    info = planned.info
    return BackfillDate(
        run_id=planned.run_id,
        logical_date=iso_text(info.logical_date),
        data_interval_start=iso_text(info.data_interval.start),
        data_interval_end=iso_text(info.data_interval.end),
        step=str(planned.step),
        why=planned.why,
        keys=list(keys),
        done=done,
        state=state,
    )
