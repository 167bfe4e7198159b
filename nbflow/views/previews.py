"""What would become of runs before a person says so: which task instances run again or are marked,
what a new run is going to be, what goes when a run is deleted.
"""

from __future__ import annotations

from collections.abc import Sequence

from nbflow.core.rerun import Affected, NewRun
from nbflow.store import browsing
from nbflow.store.database import Database
from nbflow.views.dags import iso
from nbflow.views.runs import find_run
from nbflow.views.shapes import AffectedRun, ClearPreview, RunContents, RunPlan


def clear_preview(affected: Sequence[Affected], request_id: int | None) -> ClearPreview:
    """What clearing, marking or forcing does to each run."""
    keys = [key for one in affected for key in one.keys]
    return ClearPreview(keys, request_id is None, request_id, [_affected(o) for o in affected])


def run_plan(new: NewRun, request_id: int | None) -> RunPlan:
    """What a run that is asked for is going to be."""
    return RunPlan(
        new.dag_id, new.run_id, request_id, dict(new.params), list(new.tasks), new.rerun_of
    )


def run_contents(database: Database, dag_id: str, run_id: str) -> RunContents:
    """What goes when a run is deleted. Raises NotFoundError."""
    with database.reading() as session:
        listed = find_run(session, dag_id, run_id)
        left = browsing.left_behind(session, listed.id)
    return RunContents(
        dag_id=dag_id,
        run_id=run_id,
        state=str(listed.run.state),
        instances=sum(listed.counts.values()),
        tries=left.tries,
        logs=left.logs,
        notebooks=left.notebooks,
        values=left.values,
        notes=left.notes + bool(listed.run.note),
    )


def _affected(one: Affected) -> AffectedRun:
    return AffectedRun(
        dag_id=one.dag_id,
        run_id=one.run_id,
        state=str(one.run.state),
        logical_date=iso(one.run.logical_date),
        created_at=iso(one.run.created_at),
        keys=list(one.keys),
        before=[str(state) for state in one.before],
        after=[str(state) for state in one.after],
        added=list(one.added),
        removed=list(one.removed),
        released=list(one.released),
    )
