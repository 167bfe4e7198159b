"""What a person wants to know first: who is at work, what goes on, what went wrong in the last
day, and what comes next. A handful of queries, whatever the number of DAGs and runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from nbflow.core.states import RunState
from nbflow.core.timetables import timetable_from_json
from nbflow.store import browsing, journal
from nbflow.store import overview as overview_store
from nbflow.store.browsing import ListedDag, ListedRun
from nbflow.store.database import Database, Session
from nbflow.store.overview import Culprit
from nbflow.views.dags import iso_text, next_runs
from nbflow.views.health import health
from nbflow.views.questions import questions
from nbflow.views.runs import run_view
from nbflow.views.shapes import CulpritView, DueRun, FailedRun, Overview

LOOKS_BACK = timedelta(hours=24)
MOST = 50
LONGEST_MESSAGE = 300


def overview(database: Database, now: datetime, dag_folders: Sequence[str] = ()) -> Overview:
    """The home page at `now`. `dag_folders` are where files become DAGs."""
    since = now - LOOKS_BACK
    with database.reading() as session:
        cursor = journal.last_cursor(session)
        running = overview_store.active_runs(session, MOST)
        counts = browsing.active_counts(session)
        failed = _failed(session, overview_store.failed_runs(session, since, MOST))
        failed_count = overview_store.count_failed(session, since)
        due = _due(browsing.dags(session), now)
    return Overview(
        health=health(database, now),
        running=[run_view(run) for run in running],
        active=sum(sum(states.values()) for states in counts.values()),
        failed=failed,
        failed_count=failed_count,
        since=iso_text(since),
        due=due,
        questions=len(questions(database).questions),
        dag_folders=list(dag_folders),
        cursor=cursor,
    )


def _failed(session: Session, found: list[ListedRun]) -> list[FailedRun]:
    culprits = overview_store.culprits(session, [one.id for one in found])
    dag_ids = sorted({one.run.dag_id for one in found})
    newest = browsing.last_runs(session, dag_ids, 1) if found else {}
    recovered = {
        dag_id for dag_id, runs in newest.items() if runs and runs[0].state is RunState.SUCCESS
    }
    return [
        FailedRun(run_view(one), _culprit_view(culprits.get(one.id)), one.run.dag_id in recovered)
        for one in found
    ]


def _culprit_view(culprit: Culprit | None) -> CulpritView | None:
    if culprit is None:
        return None
    return CulpritView(
        task_id=culprit.task_id,
        map_index=culprit.map_index,
        reason=None if culprit.reason is None else str(culprit.reason),
        message=_one_line(culprit.message),
        cell=culprit.cell,
        failed_tasks=culprit.failed_tasks,
    )


def _one_line(message: str) -> str:
    """The first line that says something."""
    line = next((line.strip() for line in message.splitlines() if line.strip()), "")
    return line if len(line) <= LONGEST_MESSAGE else f"{line[:LONGEST_MESSAGE]}…"


def _due(listed: list[ListedDag], now: datetime) -> list[DueRun]:
    """The next run of each DAG that is not paused, the soonest first."""
    found: list[tuple[datetime, ListedDag]] = []
    for dag in listed:
        if not dag.paused:
            soonest = next_runs(timetable_from_json(dag.timetable), dag, now, 1)
            found += [(run.run_after, dag) for run in soonest]
    found.sort(key=lambda pair: (pair[0], pair[1].dag_id))
    return [DueRun(dag.dag_id, dag.display_name, iso_text(at)) for at, dag in found[:MOST]]
