"""Schedules as a person sees them, in words and with the runs that come next: that of a DAG, or one
that is still being typed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from nbflow.core.errors import DefinitionError, NotFoundError
from nbflow.core.json import Json
from nbflow.core.spelling import did_you_mean
from nbflow.core.timetables import (
    DagRunInfo,
    Timetable,
    awaited_assets,
    timetable_from,
    timetable_from_json,
    upcoming,
)
from nbflow.core.zones import zone_named
from nbflow.store import browsing
from nbflow.store import dags as dag_store
from nbflow.store.browsing import ListedDag
from nbflow.store.database import Database
from nbflow.views.assets import awaited
from nbflow.views.dags import next_runs
from nbflow.views.shapes import AwaitedAssets, NextRun, ScheduleView

NEXT_RUNS = 5


def dag_schedule(
    database: Database, dag_id: str, now: datetime, limit: int = NEXT_RUNS
) -> ScheduleView:
    """When a DAG runs next. Raises NotFoundError with the closest names."""
    with database.reading() as session:
        listed = {dag.dag_id: dag for dag in browsing.dags(session, with_inactive=True)}
        stored = dag_store.current_version(session, dag_id)
        if dag_id not in listed or stored is None:
            raise NotFoundError(f"There is no DAG {dag_id!r}. {did_you_mean(dag_id, listed)}")
        assets = awaited(session, stored.dag)
        running = sum(browsing.active_counts(session).get(dag_id, {}).values())
    timetable = timetable_from_json(stored.dag.timetable)
    zone = _zone_of(timetable)
    found = [_next_run(info, zone) for info in next_runs(timetable, listed[dag_id], now, limit)]
    text = _text(timetable, listed[dag_id], found, assets, running, now)
    return ScheduleView(timetable.describe(), zone, text, found, assets, [])


def preview(schedule: str, timezone: str, now: datetime, limit: int = NEXT_RUNS) -> ScheduleView:
    """What a `schedule`, as a person types it, means: cron, a preset, or JSON; with what is wrong
    with it.
    """
    try:
        timetable = timetable_from(_typed(schedule), timezone)
    except DefinitionError as error:
        problems = [dict(problem.to_json()) for problem in error.problems]
        text = " ".join(problem.message for problem in error.problems)
        return ScheduleView("", timezone, text, [], None, problems)
    zone = _zone_of(timetable) if timezone == "UTC" else timezone
    infos = upcoming(timetable, None, now, None, now, limit)
    found = [_next_run(info, zone) for info in infos]
    waits = awaited_assets(timetable)
    text = _next_text(found) or ("" if waits is None else "It waits for assets.")
    return ScheduleView(timetable.describe(), zone, text, found, None, [])


def _typed(schedule: str) -> object:
    """Text that is JSON means what it says: a list of crons, a timetable, assets."""
    text = schedule.strip()
    if text[:1] not in ("[", "{"):
        return text or None
    try:
        return json.loads(text)
    except ValueError:
        return text


def _zone_of(timetable: Timetable) -> str:
    data = timetable.to_json()
    inside = data.get("timetable")
    about = inside if isinstance(inside, dict) else data
    return str(about.get("timezone") or "UTC")


def _next_run(info: DagRunInfo, zone: str) -> NextRun:
    local = info.run_after.astimezone(zone_named(zone))
    return NextRun(
        run_after=info.run_after.isoformat(),
        logical_date=info.logical_date.isoformat(),
        data_interval_start=info.data_interval.start.isoformat(),
        data_interval_end=info.data_interval.end.isoformat(),
        local=f"{local:%A, %d %B %Y, %H:%M:%S %Z}",
    )


def _text(
    timetable: Timetable,
    listed: ListedDag,
    found: Sequence[NextRun],
    assets: AwaitedAssets | None,
    active: int,
    now: datetime,
) -> str:
    if not listed.active:
        return "No file defines this DAG any more."
    if listed.paused:
        return f"The DAG is paused. Let it go on: nbflow dags unpause {listed.dag_id}"
    if timetable.follows_previous_run:
        return "The next run begins when this one ends." if active else "A run is due now."
    sentences = [_next_text(found), "" if assets is None else assets.text]
    text = " ".join(sentence for sentence in sentences if sentence)
    return text or _why_none(timetable, listed, now)


def _next_text(found: Sequence[NextRun]) -> str:
    return f"The next run is due on {found[0].local}." if found else ""


def _why_none(timetable: Timetable, listed: ListedDag, now: datetime) -> str:
    if timetable.kind == "custom":
        return _why_none_of(listed.calendar)
    if timetable.kind == "none":
        return "It has no schedule: somebody has to trigger it."
    if listed.end_date is not None and listed.end_date <= now:
        return f"Its end date was {listed.end_date:%Y-%m-%d %H:%M} UTC: no more runs are due."
    return "No more runs are due."


def _why_none_of(calendar: Json) -> str:
    """Why a timetable of somebody's own class has no run ahead."""
    if not isinstance(calendar, Mapping):
        return "Its timetable has not been asked yet: a scheduler does that."
    problem = calendar.get("problem")
    if problem:
        return f"Its timetable could not be asked, which is tried again every minute: {problem}"
    return "Its timetable knows no more runs."
