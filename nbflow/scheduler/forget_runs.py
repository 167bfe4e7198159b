"""A finished run is forgotten, with its tries, values, notebooks and logs: because a person wants
that, or because it is old.
"""

from __future__ import annotations

from datetime import datetime

from nbflow.core.orders import artifact_folder, run_folder
from nbflow.store import cache as cache_store
from nbflow.store import runs as run_store
from nbflow.store.database import Session
from nbflow.store.retention import OldRun


def forget_run(session: Session, run: OldRun, artifacts: str, now: datetime) -> list[str]:
    """Delete the rows of a run. Returns what of the artifact store belongs to nothing any more,
    once that is committed; what other runs took from the cache stays.
    """
    forgotten = cache_store.forget_run(session, run.pk)
    values = run_store.delete_run(session, run.pk, now)
    attempts = [*(forgotten.attempts or ()), *forgotten.released]
    folders = [artifact_folder(artifacts, *attempt) for attempt in attempts]
    if forgotten.attempts is None:
        folders.append(run_folder(artifacts, run.dag_id, run.run_id))
    return [*folders, *values]
