"""A run in time: when each try was handed to a worker, began and ended."""

from __future__ import annotations

from nbflow.store import history, journal
from nbflow.store.database import Database
from nbflow.store.history import PastTry
from nbflow.views.dags import iso, iso_text
from nbflow.views.runs import find_run
from nbflow.views.shapes import RunTries, TryBar


def run_tries(database: Database, dag_id: str, run_id: str, most: int = 100) -> RunTries:
    """All tries of a run in time; of mapped tasks those of the first `most` instances."""
    with database.reading() as session:
        cursor = journal.last_cursor(session)
        found = history.past_tries(session, find_run(session, dag_id, run_id).id, most)
    return RunTries([_try_bar(one) for one in found], cursor)


def _try_bar(one: PastTry) -> TryBar:
    return TryBar(
        task_id=one.task_id,
        map_index=one.map_index,
        try_number=one.try_number,
        state=str(one.state),
        queued_at=iso_text(one.queued_at),
        started_at=iso(one.started_at),
        ended_at=iso(one.ended_at),
        worker=one.worker,
    )
