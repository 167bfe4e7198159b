"""Which DAG runs are due, and how many of them may begin.

Pure plans over what the store knows; the loop carries them out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nbflow.core.overlap import make_room
from nbflow.core.snapshot import DagRun
from nbflow.core.states import RunState, RunType
from nbflow.core.timetables import (
    DagRunInfo,
    due_runs,
    next_due,
    timetable_from_json,
    with_calendar,
)
from nbflow.store.dags import StoredDag

MAX_CREATED_AT_ONCE = 100
"""Runs of one DAG created in one tick when a long catch-up is due; the next tick goes on."""


@dataclass(frozen=True)
class SchedulePlan:
    """What to do for the schedule of one DAG: runs to create, the last of the ticks to pass over,
    how many active runs to cancel, and when to look again (None: never by itself).
    """

    runs: list[DagRun]
    look_again: datetime | None
    skipped: DagRunInfo | None = None
    cancel: int = 0


def plan_scheduled_runs(stored: StoredDag, active_runs: int, now: datetime) -> SchedulePlan:
    """What is due of `stored` at `now`, given how many of its runs are unfinished.

    With catch-up the number of unfinished scheduled runs stays within `max_active_runs`, so that
    years of missed ticks do not become rows at once.
    """
    dag = stored.dag
    if stored.paused:
        return SchedulePlan([], None)
    timetable = with_calendar(timetable_from_json(dag.timetable), stored.calendar)
    last, end = stored.last_logical_date, dag.end_date
    start = dag.start_date or timetable.first_start(stored.created_at)
    # Where runs do not wait for each other, only the latest of the missed ones has a chance.
    catchup = dag.catchup if dag.overlap == "queue" else False
    room_for = min(dag.max_active_runs - active_runs, MAX_CREATED_AT_ONCE)
    limit = 1 if catchup is False else room_for
    # A timetable that follows the previous run needs to know that it has ended; when exactly, by
    # now, does not matter.
    ended = None if active_runs else now
    infos = due_runs(
        timetable, last, start, end, now, catchup=catchup, limit=limit, last_ended=ended
    )
    room = make_room(dag.overlap, dag.max_active_runs, active_runs, len(infos))
    if infos:
        last, ended = infos[-1].logical_date, None
    again = next_due(timetable, last, start, end, now, catchup=catchup, last_ended=ended)
    if limit < 1:
        again = None  # a finished run makes room and brings this DAG back
    params = dag_defaults(stored)
    return SchedulePlan(
        [scheduled_run(dag.dag_id, info, params, now) for info in infos[: room.create]],
        again,
        infos[-1] if len(infos) > room.create else None,
        room.cancel,
    )


def dag_defaults(stored: StoredDag) -> dict[str, object]:
    """The params of a run that nobody gave any."""
    return {name: spec.get("default") for name, spec in stored.dag.params.items()}


def scheduled_run(
    dag_id: str, info: DagRunInfo, params: dict[str, object], now: datetime
) -> DagRun:
    """The run for one tick of a timetable; its id names the instant it was due."""
    return DagRun(
        dag_id=dag_id,
        run_id=f"scheduled__{info.run_after.isoformat()}",
        state=RunState.QUEUED,
        run_type=RunType.SCHEDULED,
        run_after=info.run_after,
        logical_date=info.logical_date,
        data_interval_start=info.data_interval.start,
        data_interval_end=info.data_interval.end,
        params=params,  # type: ignore[arg-type]  # defaults are JSON: the spec they come from is
        created_at=now,
    )
