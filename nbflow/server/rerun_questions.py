"""What the handlers of `rerun_routes` ask of the house: runs again, marks, notes, backfills.

Blocking, called in threads. The functions here are methods of `Questions`.
"""

from __future__ import annotations

from nbflow.commands import Receipt, Runs
from nbflow.server.bodies.backfills import BackfillQuery, BackfillState, NewBackfill
from nbflow.server.bodies.runs import Note, Rerun, Trigger
from nbflow.server.bodies.tasks import Chosen, Clear, ClearRuns, Mark, RunTasks
from nbflow.server.house import House
from nbflow.server.receipts import accepted, number_of
from nbflow.views import backfills as backfill_views
from nbflow.views import previews as preview_views
from nbflow.views.previews import clear_preview, run_plan
from nbflow.views.shapes import (
    BackfillDetail,
    BackfillList,
    BackfillPlan,
    ClearPreview,
    RequestReceipt,
    RunContents,
    RunPlan,
)


def clear(ask: House, actor: str, dag_id: str, run_id: str, body: Clear) -> ClearPreview:
    return _cleared(ask, actor, dag_id, run_id, body)


def clear_runs(ask: House, actor: str, dag_id: str, body: ClearRuns) -> ClearPreview:
    return _cleared(ask, actor, dag_id, Runs(body.since, body.until, tuple(body.states)), body)


def _cleared(ask: House, actor: str, dag_id: str, runs: str | Runs, body: Clear) -> ClearPreview:
    receipt = ask.verbs(actor).clear(
        dag_id,
        runs,
        body.tasks,
        only_failed=body.only_failed,
        only_running=body.only_running,
        recursive=body.recursive,
        latest=body.latest,
        note=body.note,
        no_cache=body.no_cache,
        **_beside(body),
    )
    return clear_preview(receipt.affected, receipt.request_id)


def _beside(body: Chosen) -> dict[str, bool]:
    """What was chosen beside the tasks."""
    return {
        "upstream": body.upstream,
        "downstream": body.downstream,
        "past": body.past,
        "future": body.future,
        "dry_run": body.dry_run,
    }


def mark(ask: House, actor: str, dag_id: str, run_id: str, body: Mark) -> ClearPreview:
    verbs = ask.verbs(actor)
    if body.tasks is None:
        receipt = verbs.mark_run(dag_id, run_id, body.state, dry_run=body.dry_run)
    else:
        receipt = verbs.mark(
            dag_id,
            run_id,
            body.tasks,
            body.state,
            **_beside(body),
        )
    return clear_preview(receipt.affected, receipt.request_id)


def run_tasks(ask: House, actor: str, dag_id: str, run_id: str, body: RunTasks) -> ClearPreview:
    receipt = ask.verbs(actor).run_tasks(dag_id, run_id, body.tasks, dry_run=body.dry_run)
    return clear_preview(receipt.affected, receipt.request_id)


def trigger(ask: House, actor: str, dag_id: str, body: Trigger) -> RunPlan:
    receipt = ask.verbs(actor).trigger(
        dag_id,
        body.params,
        body.logical_date,
        run_id=body.run_id,
        note=body.note,
        tasks=body.tasks,
        no_cache=body.no_cache,
        dry_run=body.dry_run,
    )
    return _plan(receipt)


def rerun(ask: House, actor: str, dag_id: str, run_id: str, body: Rerun) -> RunPlan:
    receipt = ask.verbs(actor).rerun(
        dag_id,
        run_id,
        body.params,
        body.tasks,
        latest=body.latest,
        note=body.note,
        no_cache=body.no_cache,
        dry_run=body.dry_run,
    )
    return _plan(receipt)


def _plan(receipt: Receipt) -> RunPlan:
    assert receipt.new is not None  # both verbs make a run
    return run_plan(receipt.new, receipt.request_id)


def run_contents(ask: House, dag_id: str, run_id: str) -> RunContents:
    return preview_views.run_contents(ask.store, dag_id, run_id)


def note(ask: House, actor: str, dag_id: str, run_id: str, body: Note) -> RequestReceipt:
    return accepted(ask.verbs(actor).note(dag_id, run_id, body.note, body.task_id, body.map_index))


def delete_run(ask: House, actor: str, dag_id: str, run_id: str) -> RequestReceipt:
    return accepted(ask.verbs(actor).delete_run(dag_id, run_id))


def backfills(ask: House, query: BackfillQuery) -> BackfillList:
    return backfill_views.backfill_list(ask.store, query.dag_id)


def backfill(ask: House, backfill_id: str) -> BackfillDetail:
    return backfill_views.backfill_detail(ask.store, number_of(backfill_id, "Backfills"))


def new_backfill(ask: House, actor: str, dag_id: str, body: NewBackfill) -> BackfillPlan:
    receipt = ask.verbs(actor).backfill(
        dag_id,
        body.from_date,
        body.to_date,
        reprocess=body.reprocess,
        max_active_runs=body.max_active_runs,
        run_backwards=body.run_backwards,
        params=body.params,
        tasks=body.tasks,
        no_cache=body.no_cache,
        dry_run=body.dry_run,
    )
    return backfill_views.backfill_plan(
        dag_id, receipt.planned, receipt.affected, receipt.request_id
    )


def set_backfill_state(
    ask: House, actor: str, backfill_id: str, body: BackfillState
) -> RequestReceipt:
    verbs, number = ask.verbs(actor), number_of(backfill_id, "Backfills")
    if body.state == "cancelled":
        return accepted(verbs.cancel_backfill(number, running=body.running))
    if body.state == "paused":
        return accepted(verbs.pause_backfill(number))
    return accepted(verbs.unpause_backfill(number))
