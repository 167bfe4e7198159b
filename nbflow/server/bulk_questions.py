"""What the handlers of `bulk_routes` ask of the house: the same for many runs or DAGs.

Blocking, called in threads. The functions here are methods of `Questions`.
"""

from __future__ import annotations

from collections.abc import Callable

from nbflow.commands import Receipt
from nbflow.commands.each import Named, of_each
from nbflow.server.bodies.bulk import BulkClear, BulkDags, BulkMark, BulkPause, BulkRuns
from nbflow.server.house import House
from nbflow.views.shapes import BulkItem, BulkResult


def cancel_each(ask: House, actor: str, body: BulkRuns) -> BulkResult:
    return _of_runs(body, ask.verbs(actor).cancel)


def delete_each(ask: House, actor: str, body: BulkRuns) -> BulkResult:
    return _of_runs(body, ask.verbs(actor).delete_run)


def mark_each(ask: House, actor: str, body: BulkMark) -> BulkResult:
    verbs = ask.verbs(actor)
    return _of_runs(body, lambda dag_id, run_id: verbs.mark_run(dag_id, run_id, body.state))


def clear_each(ask: House, actor: str, body: BulkClear) -> BulkResult:
    verbs = ask.verbs(actor)

    def clear(dag_id: str, run_id: str) -> Receipt:
        planned = verbs.clear(dag_id, run_id, dry_run=True)
        if body.dry_run or not planned.keys:
            return planned  # in a run without failures there is nothing to ask for
        return verbs.clear(dag_id, run_id)

    return _of_runs(body, clear)


def pause_each(ask: House, actor: str, body: BulkPause) -> BulkResult:
    verbs = ask.verbs(actor)
    return _of_dags(body, verbs.pause if body.paused else verbs.unpause)


def trigger_each(ask: House, actor: str, body: BulkDags) -> BulkResult:
    return _of_dags(body, ask.verbs(actor).trigger)


def _of_runs(body: BulkRuns, ask_one: Callable[[str, str], Receipt]) -> BulkResult:
    names = [Named(run.dag_id, run.run_id) for run in body.runs]
    return _each(names, lambda name: ask_one(name.dag_id, str(name.run_id)))


def _of_dags(body: BulkDags, ask_one: Callable[[str], Receipt]) -> BulkResult:
    names = [Named(dag_id) for dag_id in body.dag_ids]
    return _each(names, lambda name: ask_one(name.dag_id))


def _each(names: list[Named], ask_one: Callable[[Named], Receipt]) -> BulkResult:
    return BulkResult([BulkItem(**vars(one)) for one in of_each(names, ask_one)])
