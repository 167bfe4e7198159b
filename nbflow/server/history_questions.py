"""What the handlers of `history_routes` and of lists of runs ask of the house: runs, the grid, the
calendar, durations, tries in time.

Blocking, called in threads. The functions here are methods of `Questions`.
"""

from __future__ import annotations

from nbflow import app
from nbflow.server.bodies.dags import CalendarQuery
from nbflow.server.bodies.runs import GridQuery, PastQuery, RunDetailQuery, RunListQuery, RunsWanted
from nbflow.server.house import House
from nbflow.views.calendar import calendar as calendar_view
from nbflow.views.durations import durations as durations_view
from nbflow.views.gantt import run_tries
from nbflow.views.grid import grid as grid_view
from nbflow.views.run_filters import RunFilter, run_filter
from nbflow.views.runs import run_list
from nbflow.views.shapes import CalendarView, DurationsView, GridView, RunList, RunTries


def runs(ask: House, dag_id: str | None, query: RunListQuery) -> RunList:
    page = run_list(ask.store, dag_id, query.before, query.limit, _chosen(query))
    return RunList(page.runs, None if page.before is None else str(page.before))


def grid(ask: House, dag_id: str, query: GridQuery) -> GridView:
    return grid_view(ask.store, dag_id, query.before, query.limit, _chosen(query))


def calendar(ask: House, dag_id: str, query: CalendarQuery) -> CalendarView:
    return calendar_view(ask.store, dag_id, app.utc_now(), query.year)


def durations(ask: House, dag_id: str, query: PastQuery) -> DurationsView:
    return durations_view(ask.store, dag_id, query.limit, _chosen(query))


def tries(ask: House, dag_id: str, run_id: str, query: RunDetailQuery) -> RunTries:
    return run_tries(ask.store, dag_id, run_id, query.most)


def _chosen(query: RunsWanted) -> RunFilter:
    states, types = (_words(text) for text in (query.state, query.type))
    return run_filter(states, types, query.since, query.until, query.search)


def _words(text: str) -> list[str]:
    return [word for word in (part.strip() for part in text.split(",")) if word]
