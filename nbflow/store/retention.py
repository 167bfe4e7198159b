"""What the store forgets by itself: lines of the journal, answered requests, events of assets and
results in the cache that are older than anybody wants to look back; and which runs are old enough
to go.

The oldest rows are looked at first and no more than `limit` of each table, so that the cost of one
call is bounded however long the history is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, and_, delete, exists, or_, select

from nbflow.core.states import RunState
from nbflow.store import cache
from nbflow.store.database import Session
from nbflow.store.tables import (
    AssetEventRow,
    AssetQueueRow,
    DagRunRow,
    JournalRow,
    RequestRow,
    table_of,
)

_JOURNAL = table_of(JournalRow)
_REQUESTS = table_of(RequestRow)
_EVENTS = table_of(AssetEventRow)
_QUEUE = table_of(AssetQueueRow)
_RUNS = table_of(DagRunRow)


@dataclass(frozen=True)
class OldRun:
    """A finished run that may go, by its primary key and by name."""

    pk: int
    dag_id: str
    run_id: str


def old_runs(session: Session, before: datetime, keep: int, limit: int) -> list[OldRun]:
    """The runs that ended before this and may go, the oldest first. The newest `keep` of each DAG
    stay, and its last success: what comes next may look at them.
    """
    newer, better = _RUNS.alias("newer"), _RUNS.alias("better")
    kept = (
        select(newer.c.id)
        .where(newer.c.dag_id == _RUNS.c.dag_id)
        .order_by(newer.c.id.desc())
        .offset(keep - 1)
        .limit(1)
        .scalar_subquery()
    )
    succeeded = (better.c.dag_id == _RUNS.c.dag_id) & (better.c.state == RunState.SUCCESS)
    later = exists().where(succeeded & (better.c.id > _RUNS.c.id))
    finished = _RUNS.c.state.in_([state for state in RunState if state.is_finished])
    may_go = (_RUNS.c.id < kept) & or_(_RUNS.c.state != RunState.SUCCESS, later)
    query = select(_RUNS.c.id, _RUNS.c.dag_id, _RUNS.c.run_id).where(
        _RUNS.c.ended_at < before, finished, may_go
    )
    found = session.execute(query.order_by(_RUNS.c.ended_at).limit(limit))
    return [OldRun(*row) for row in found]


def forget_old(session: Session, before: datetime, limit: int) -> bool:
    """Delete what is older than `before`; returns whether there may be more of it."""
    found = [
        _forget(session, _JOURNAL.c.cursor, _JOURNAL.c.at, before, limit),
        _forget_requests(session, before, limit),
        _forget_events(session, before, limit),
        cache.forget_before(session, before, limit),
    ]
    return any(count >= limit for count in found)


def _forget(
    session: Session, key: Column[int], at: Column[datetime], before: datetime, limit: int
) -> int:
    oldest = select(key, at.label("at")).order_by(key).limit(limit).subquery()
    old = select(oldest.c[0]).where(oldest.c.at < before)
    return session.execute(delete(key.table).where(key.in_(old))).rowcount


def _forget_requests(session: Session, before: datetime, limit: int) -> int:
    oldest = select(_REQUESTS.c.id, _REQUESTS.c.handled_at).order_by(_REQUESTS.c.id).limit(limit)
    first = oldest.subquery()
    old = select(first.c.id).where(first.c.handled_at < before)
    return session.execute(delete(_REQUESTS).where(_REQUESTS.c.id.in_(old))).rowcount


def _forget_events(session: Session, before: datetime, limit: int) -> int:
    """The newest event of each asset stays, and what a DAG has yet to hear of."""
    newer = _EVENTS.alias()
    is_newest = ~exists().where(and_(newer.c.asset == _EVENTS.c.asset, newer.c.id > _EVENTS.c.id))
    is_awaited = exists().where(_QUEUE.c.name == _EVENTS.c.asset)
    old = select(_EVENTS.c.id).where(_EVENTS.c.at < before, ~is_newest, ~is_awaited)
    chosen = old.order_by(_EVENTS.c.id).limit(limit)
    return session.execute(delete(_EVENTS).where(_EVENTS.c.id.in_(chosen))).rowcount
