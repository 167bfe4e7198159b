"""The year of a DAG: how its runs of each day ended, and what its schedule has in mind for the days
to come. Days are those of the schedule's own zone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from nbflow.core.timetables import DagRunInfo, timetable_from_json
from nbflow.core.zones import UTC, instant_of, stretches, zone_named
from nbflow.store import browsing, history, journal
from nbflow.store.database import Database, Session
from nbflow.store.history import DayRuns
from nbflow.views.dags import iso, iso_text, next_runs
from nbflow.views.grid import current_dag
from nbflow.views.shapes import CalendarDay, CalendarView

MOST_PLANNED = 1000
_TICK = timedelta(microseconds=1)


def calendar(
    database: Database, dag_id: str, now: datetime, year: int | None = None
) -> CalendarView:
    """The runs of a year, this one by default. Raises NotFoundError with the closest names."""
    with database.reading() as session:
        dag = current_dag(session, dag_id)
        zone_name = str(dag.timetable.get("timezone") or "UTC")
        zone = zone_named(zone_name)
        today = now.astimezone(zone).date()
        shown = today.year if year is None else year
        since, until = (_midnight(date(n, 1, 1), zone) for n in (shown, shown + 1))
        cursor = journal.last_cursor(session)
        found = history.days(session, dag_id, stretches(since, until, zone))
        first, last = history.first_and_last(session, dag_id)
        planned = _planned(session, dag_id, now) if until > now else []
    ahead = [info for info in planned if since <= info.logical_date < until]
    cut = planned[-1].logical_date if len(planned) == MOST_PLANNED else None
    years = {at.astimezone(zone).year for at in (first, last) if at is not None} | {today.year}
    return CalendarView(
        year=shown,
        timezone=zone_name,
        today=today.isoformat(),
        days=_days(found, ahead, zone),
        planned_until=iso(cut) if cut is not None and cut < until else None,
        first_year=min(years),
        last_year=max(years | {info.logical_date.astimezone(zone).year for info in planned[-1:]}),
        cursor=cursor,
    )


def _planned(session: Session, dag_id: str, now: datetime) -> list[DagRunInfo]:
    """The runs to come; none while the schedule is off."""
    listed = next(one for one in browsing.dags(session, with_inactive=True) if one.dag_id == dag_id)
    if listed.paused or not listed.active:
        return []
    return next_runs(timetable_from_json(listed.timetable), listed, now, MOST_PLANNED)


def _days(
    found: Iterable[DayRuns], ahead: Sequence[DagRunInfo], zone: ZoneInfo
) -> list[CalendarDay]:
    counts: dict[date, dict[str, int]] = defaultdict(dict)
    planned: dict[date, int] = defaultdict(int)
    for one in found:
        counts[one.day][str(one.state)] = one.count
    for info in ahead:
        planned[info.logical_date.astimezone(zone).date()] += 1
    return [
        CalendarDay(
            day.isoformat(),
            iso_text(_midnight(day, zone)),
            iso_text(_midnight(day + timedelta(days=1), zone) - _TICK),
            counts.get(day, {}),
            planned.get(day, 0),
        )
        for day in sorted({*counts, *planned})
    ]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return instant_of(day, 0, zone).astimezone(UTC)
