"""Backfills and their dates. The scheduler alone writes here; each change has its journal line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import ColumnElement, func, insert, select, true, update

from nbflow.core.backfill import Backfill, BackfillState, PlannedRun, Step
from nbflow.core.timetables import DagRunInfo, DataInterval
from nbflow.store import journal
from nbflow.store.database import Session
from nbflow.store.journal import Change
from nbflow.store.tables import (
    BACKFILL_IS_ACTIVE,
    AnyRow,
    BackfillDateRow,
    BackfillRow,
    DagRunRow,
    columns_like,
    table_of,
)

_BACKFILLS, _DATES = table_of(BackfillRow), table_of(BackfillDateRow)
_RUNS = table_of(DagRunRow)


@dataclass(frozen=True)
class DateOfBackfill:
    """One date: its place in the order, what is planned for it, and whether that was done."""

    position: int
    planned: PlannedRun
    done: bool


# -- writing ---------------------------------------------------------------------------------------


def create(session: Session, backfill: Backfill, planned: Sequence[PlannedRun]) -> int:
    """Store a backfill with its dates; returns its id. Dates that are left alone are done."""
    values = {f.name: getattr(backfill, f.name) for f in fields(Backfill) if f.name != "id"}
    backfill_id = session.scalar(insert(_BACKFILLS).values(values).returning(_BACKFILLS.c.id))
    assert backfill_id is not None  # an INSERT that returns gives a row
    if planned:
        rows = [_date_values(backfill_id, place, one) for place, one in enumerate(planned)]
        session.execute(insert(_DATES), rows)
    _tell(session, backfill, int(backfill_id), backfill.created_at)
    return int(backfill_id)


def set_state(
    session: Session,
    backfill: Backfill,
    state: BackfillState,
    now: datetime,
    actor: str | None = None,
) -> None:
    """Pause, go on with, cancel or finish a backfill."""
    ended = None if state.is_active else now
    session.execute(
        update(_BACKFILLS).where(_BACKFILLS.c.id == backfill.id).values(state=state, ended_at=ended)
    )
    data = {"id": backfill.id}
    line = Change(now, "backfill", backfill.dag_id, state=str(state), actor=actor, data=data)
    journal.append(session, [line])


def set_done(session: Session, backfill_id: int, positions: Collection[int]) -> None:
    """These dates have been dealt with."""
    session.execute(
        update(_DATES)
        .where(_DATES.c.backfill_id == backfill_id, _DATES.c.position.in_(positions))
        .values(done=True)
    )


def _date_values(backfill_id: int, position: int, one: PlannedRun) -> dict[str, object]:
    return {
        "backfill_id": backfill_id,
        "position": position,
        "run_id": one.run_id,
        "step": one.step,
        "why": one.why,
        "logical_date": one.info.logical_date,
        "data_interval_start": one.info.data_interval.start,
        "data_interval_end": one.info.data_interval.end,
        "run_after": one.info.run_after,
        "done": one.step is Step.LEAVE,
    }


def _tell(session: Session, backfill: Backfill, backfill_id: int, at: datetime | None) -> None:
    if at is None:
        raise ValueError(f"The backfill of {backfill.dag_id!r} does not say when it was created.")
    data = {"id": backfill_id}
    line = Change(at, "backfill", backfill.dag_id, state="created", actor=backfill.actor, data=data)
    journal.append(session, [line])


# -- reading ---------------------------------------------------------------------------------------


def active(session: Session) -> list[Backfill]:
    """Every backfill that runs or is paused, the oldest first."""
    return _read(session, BACKFILL_IS_ACTIVE)


def read(session: Session, backfill_id: int) -> Backfill | None:
    """The backfill of that id; None if there is none."""
    found = _read(session, _BACKFILLS.c.id == backfill_id)
    return found[0] if found else None


def newest(session: Session, dag_id: str | None, limit: int) -> list[Backfill]:
    """The backfills of one DAG or of all, the newest first."""
    chosen = true() if dag_id is None else _BACKFILLS.c.dag_id == dag_id
    query = select(*columns_like(_BACKFILLS, Backfill)).where(chosen)
    rows = session.execute(query.order_by(_BACKFILLS.c.id.desc()).limit(limit))
    return [Backfill(*row) for row in rows]


def _read(session: Session, chosen: ColumnElement[bool]) -> list[Backfill]:
    query = select(*columns_like(_BACKFILLS, Backfill)).where(chosen).order_by(_BACKFILLS.c.id)
    return [Backfill(*row) for row in session.execute(query)]


def next_dates(session: Session, backfill_id: int, limit: int) -> list[DateOfBackfill]:
    """The first dates that have not been dealt with."""
    query = (
        select(_DATES)
        .where(_DATES.c.backfill_id == backfill_id, _DATES.c.done.is_(False))
        .order_by(_DATES.c.position)
        .limit(limit)
    )
    return [_date(row) for row in session.execute(query)]


def all_dates(session: Session, backfill_id: int) -> list[DateOfBackfill]:
    """Every date, in order."""
    query = select(_DATES).where(_DATES.c.backfill_id == backfill_id)
    return [_date(row) for row in session.execute(query.order_by(_DATES.c.position))]


def totals(session: Session, backfill_ids: Collection[int]) -> Mapping[int, int]:
    """How many dates each covers."""
    return _counted(session, backfill_ids, true())


def waiting(session: Session, backfill_ids: Collection[int]) -> Mapping[int, int]:
    """How many dates of each have not been dealt with."""
    return _counted(session, backfill_ids, _DATES.c.done.is_(False))


def left_alone(session: Session, backfill_ids: Collection[int]) -> Mapping[int, int]:
    """How many dates of each keep the run they have."""
    return _counted(session, backfill_ids, _DATES.c.step == Step.LEAVE)


def _counted(
    session: Session, backfill_ids: Collection[int], which: ColumnElement[bool]
) -> Mapping[int, int]:
    query = (
        select(_DATES.c.backfill_id, func.count())
        .where(_DATES.c.backfill_id.in_(backfill_ids), which)
        .group_by(_DATES.c.backfill_id)
    )
    return {row[0]: int(row[1]) for row in session.execute(query)}


def run_states(session: Session, backfill_ids: Collection[int]) -> Mapping[int, Mapping[str, int]]:
    """By backfill: how many of its runs are in each state."""
    query = (
        select(_RUNS.c.backfill_id, _RUNS.c.state, func.count())
        .where(_RUNS.c.backfill_id.in_(backfill_ids))
        .group_by(_RUNS.c.backfill_id, _RUNS.c.state)
    )
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for backfill_id, state, count in session.execute(query):
        found[backfill_id][str(state)] = int(count)
    return found


def states_of(session: Session, dag_id: str, run_ids: Collection[str]) -> Mapping[str, str]:
    """The states of those of these runs that there are."""
    query = select(_RUNS.c.run_id, _RUNS.c.state).where(
        _RUNS.c.dag_id == dag_id, _RUNS.c.run_id.in_(run_ids)
    )
    return {run_id: str(state) for run_id, state in session.execute(query)}


def _date(row: AnyRow) -> DateOfBackfill:
    interval = DataInterval(row.data_interval_start, row.data_interval_end)
    info = DagRunInfo(row.logical_date, interval, row.run_after)
    return DateOfBackfill(row.position, PlannedRun(row.run_id, info, row.step, row.why), row.done)
