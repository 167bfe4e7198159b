"""A DAG whose runs fail one after the other is paused, if it says after how many."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

from nbflow.core.states import RunState
from nbflow.store import dags as dag_store
from nbflow.store import runs as run_store
from nbflow.store.database import Session
from nbflow.store.runs import ActiveRun

log = logging.getLogger(__name__)


def pause_failing(session: Session, finished: Iterable[ActiveRun], now: datetime) -> None:
    """Pause the DAGs of which as many runs as they allow have now failed in a row."""
    for dag_id, most in _to_look_at(finished).items():
        states = run_store.newest_ends(session, dag_id, most)
        if len(states) == most and set(states) == {RunState.FAILED}:
            why = f"Its last {most} runs failed (max_consecutive_failed_dag_runs)."
            dag_store.set_paused(session, dag_id, True, None, now, why=why)
            log.warning("DAG %s is paused. %s", dag_id, why, extra={"action": "dag_paused"})


def _to_look_at(finished: Iterable[ActiveRun]) -> dict[str, int]:
    """By DAG how many failures in a row it allows, for those of which a run has failed now."""
    found: dict[str, int] = {}
    for one in finished:
        most = one.snapshot.dag.max_consecutive_failed_runs
        if most and one.snapshot.run.state is RunState.FAILED:
            found[one.snapshot.run.dag_id] = most
    return found
