"""From some moment on a run does without the cache: what is left of it is executed."""

from __future__ import annotations

from nbflow.scheduler.advance_runs import RunBook
from nbflow.store import runs as run_store
from nbflow.store.database import Session
from nbflow.store.runs import ActiveRun


def without_cache(session: Session, book: RunBook, run: ActiveRun) -> ActiveRun:
    """The run as it is from here on, in the store and in memory."""
    book.take(run)
    book.flush(session)
    run_store.do_without_cache(session, run.id)
    changed = run_store.load_run(session, run.snapshot.run.dag_id, run.snapshot.run.run_id)
    assert changed is not None  # it was there a statement ago
    book.replace(changed)
    return changed
