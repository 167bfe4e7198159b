"""What is old enough to be forgotten, before it is."""

from __future__ import annotations

from datetime import datetime

from nbflow.store import retention
from nbflow.store.database import Database

MOST = 1000


def old_runs(database: Database, before: datetime, keep: int) -> list[tuple[str, str]]:
    """(dag_id, run_id) of the runs that ended before this and may go, the oldest first, at most
    1,000. The newest `keep` of each DAG stay, and its last success.
    """
    with database.reading() as session:
        found = retention.old_runs(session, before, keep, MOST)
    return [(run.dag_id, run.run_id) for run in found]
