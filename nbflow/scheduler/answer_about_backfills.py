"""Answers to what people ask about backfills: a new one, and that one pauses, goes on or ends."""

from __future__ import annotations

from datetime import datetime

from nbflow.core import backfill as rules
from nbflow.core.backfill import Backfill, BackfillState, Reprocess
from nbflow.core.errors import NotFoundError, RequestError
from nbflow.core.events import CancelRun
from nbflow.core.json import JsonObject
from nbflow.core.states import RunState
from nbflow.scheduler.answering import Answering
from nbflow.store import backfills as backfill_store
from nbflow.store import dags as dag_store
from nbflow.store import runs as run_store


def create(a: Answering) -> tuple[str, JsonObject]:
    """A new backfill, planned as the store is now."""
    wanted = _wanted(a)
    conflict = rules.conflict(wanted, a.book.backfills.values())
    if conflict:
        raise RequestError(conflict)
    stored = dag_store.current_version(a.session, wanted.dag_id)
    if stored is None:
        raise NotFoundError(f"There is no DAG {wanted.dag_id!r}.")
    a.tasks("tasks", stored.dag)
    infos = rules.dates(stored.dag, wanted.from_date, wanted.to_date, a.now)
    there = run_store.runs_of_dates(
        a.session, wanted.dag_id, infos[0].logical_date, infos[-1].logical_date
    )
    planned = rules.plan(
        infos,
        there,
        wanted.reprocess,
        run_backwards=wanted.run_backwards,
        new_params=f"{a.request.id}" if a.flag("changes_params") else None,
    )
    backfill_id = backfill_store.create(a.session, wanted, planned)
    created = backfill_store.read(a.session, backfill_id)
    assert created is not None  # it was made a statement ago
    a.book.backfills[backfill_id] = created
    return f"Backfill {backfill_id} covers {len(planned)} runs.", {"backfill_id": backfill_id}


def set_state(a: Answering) -> str:
    """Pause, go on with, or cancel a backfill."""
    backfill_id, state = a.whole("backfill_id"), BackfillState(a.text("state"))
    found = backfill_store.read(a.session, backfill_id)
    if found is None:
        raise NotFoundError(f"There is no backfill {backfill_id}.")
    if not found.state.is_active:
        raise RequestError(f"Backfill {backfill_id} has already ended: {found.state}.")
    if found.state is state:
        raise RequestError(f"Backfill {backfill_id} is {state} already.")
    backfill_store.set_state(a.session, found, state, a.now, a.actor)
    a.book.backfills.pop(backfill_id, None)
    if state is BackfillState.CANCELLED:
        ended = _end_runs(a, backfill_id, running=a.flag("running"))
        return f"Backfill {backfill_id} is cancelled, and {ended} of its runs with it."
    changed = backfill_store.read(a.session, backfill_id)
    assert changed is not None  # it was there a statement ago
    a.book.backfills[backfill_id] = changed
    return f"Backfill {backfill_id} is {state}."


def _end_runs(a: Answering, backfill_id: int, *, running: bool) -> int:
    """Cancel the runs that have not begun, and with `running` those that have."""
    ended = 0
    for run in a.book.of_backfill(backfill_id):
        if running or run.snapshot.run.state is RunState.QUEUED:
            message = f"Backfill {backfill_id} was cancelled by {a.actor or 'somebody'}."
            a.book.advance(run, [CancelRun(message=message)], a.now)
            ended += 1
    return ended


def _wanted(a: Answering) -> Backfill:
    return Backfill(
        id=0,
        dag_id=a.text("dag_id"),
        from_date=datetime.fromisoformat(a.text("from_date")),
        to_date=datetime.fromisoformat(a.text("to_date")),
        reprocess=Reprocess(a.text("reprocess")),
        max_active_runs=a.whole("max_active_runs"),
        run_backwards=a.flag("run_backwards"),
        params=a.mapping("params"),
        tasks=a.names("tasks"),
        actor=a.actor,
        created_at=a.now,
        no_cache=a.flag("no_cache"),
    )
