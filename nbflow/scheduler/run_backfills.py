"""Carries backfills out: makes, or clears, the next of their runs while there is room, and ends
those that have nothing left to do.

What is done to a date and that it was done commit together, so that a scheduler that dies in
between does nothing twice and leaves nothing out.
"""

from __future__ import annotations

from datetime import datetime

from nbflow.core import backfill as rules
from nbflow.core.backfill import Backfill, BackfillState, Step
from nbflow.core.events import Cleared, TakenOver
from nbflow.core.snapshot import DagRun
from nbflow.core.states import RunState, RunType
from nbflow.scheduler.advance_runs import RunBook
from nbflow.scheduler.without_cache import without_cache
from nbflow.store import backfills as backfill_store
from nbflow.store import dags as dag_store
from nbflow.store import runs as run_store
from nbflow.store.backfills import DateOfBackfill
from nbflow.store.dags import StoredDag
from nbflow.store.database import Session
from nbflow.store.runs import ActiveRun

AT_ONCE = 20
"""Runs of one backfill that one tick makes: with a large limit, others shall not wait for all."""


def run_backfills(session: Session, book: RunBook, now: datetime) -> bool:
    """Do what there is room for. Returns whether there is more to do at once.

    Costs nothing while every backfill has as many runs under way as it may have.
    """
    more = False
    for backfill in list(book.backfills.values()):
        more |= _go_on(session, book, backfill, now)
        if _is_over(session, book, backfill):
            backfill_store.set_state(session, backfill, BackfillState.FINISHED, now)
            del book.backfills[backfill.id]
    return more


def _is_over(session: Session, book: RunBook, backfill: Backfill) -> bool:
    """Whether nothing of it is left, paused or not: every date dealt with, every run ended."""
    active = len(book.of_backfill(backfill.id))
    waiting = 0 if active else int(_dates_wait(session, book, backfill))
    return rules.is_over(backfill, waiting=waiting, active_runs=active)


def _dates_wait(session: Session, book: RunBook, backfill: Backfill) -> bool:
    """Whether some dates have not been dealt with; asked of the store once."""
    if backfill.id not in book.dates_wait:
        found = backfill_store.next_dates(session, backfill.id, 1)
        book.dates_wait[backfill.id] = bool(found)
    return book.dates_wait[backfill.id]


def _go_on(session: Session, book: RunBook, backfill: Backfill, now: datetime) -> bool:
    """Deal with the next dates; returns whether that were as many as one tick may."""
    left = AT_ONCE
    while left > 0 and _dates_wait(session, book, backfill):
        limit = min(left, rules.room(backfill, len(book.of_backfill(backfill.id))))
        if limit == 0:
            break
        # One more than there is room for, to know whether that are all.
        dates = backfill_store.next_dates(session, backfill.id, limit + 1)
        book.dates_wait[backfill.id] = len(dates) > limit
        chosen = dates[:limit]
        _carry_out(session, book, backfill, chosen, now)
        backfill_store.set_done(session, backfill.id, [one.position for one in chosen])
        left -= len(chosen)
    return left == 0


def _carry_out(
    session: Session,
    book: RunBook,
    backfill: Backfill,
    dates: list[DateOfBackfill],
    now: datetime,
) -> None:
    stored = dag_store.current_version(session, backfill.dag_id)
    if stored is None:
        return
    run_ids = [one.planned.run_id for one in dates]
    there = {
        run.snapshot.run.run_id: book.find(backfill.dag_id, run.snapshot.run.run_id) or run
        for run in run_store.load_runs(session, backfill.dag_id, run_ids)
    }
    known = [one.planned.info.logical_date for one in dates]
    taken = run_store.runs_of_dates(session, backfill.dag_id, min(known), max(known))
    for one in dates:
        run = there.get(one.planned.run_id)
        # Somebody else may have made a run for a date that had none.
        is_free = one.planned.is_second or one.planned.info.logical_date not in taken
        wanted = run is None and is_free
        if one.planned.step is Step.CREATE and wanted:
            _create(session, book, backfill, stored, one, now)
        elif one.planned.step is Step.RERUN and run is not None:
            _run_again(session, book, backfill, run, now)


def _create(
    session: Session,
    book: RunBook,
    backfill: Backfill,
    stored: StoredDag,
    one: DateOfBackfill,
    now: datetime,
) -> None:
    info = one.planned.info
    run = DagRun(
        dag_id=backfill.dag_id,
        run_id=one.planned.run_id,
        run_type=RunType.BACKFILL,
        run_after=info.run_after,
        logical_date=info.logical_date,
        data_interval_start=info.data_interval.start,
        data_interval_end=info.data_interval.end,
        params=backfill.params,
        created_at=now,
        only=backfill.tasks,
        backfill_id=backfill.id,
        no_cache=backfill.no_cache,
    )
    run_store.create_run(session, run, stored.version_id, stored.dag)
    book.take_in(session, run)


def _run_again(
    session: Session, book: RunBook, backfill: Backfill, run: ActiveRun, now: datetime
) -> None:
    """Clear a run that has ended; one that a person has set going meanwhile is left alone."""
    if not run.snapshot.run.state.is_finished:
        return
    keys = rules.runs_again(backfill, run.snapshot).keys
    if keys:
        run = without_cache(session, book, run) if backfill.no_cache else run
        book.take(run)
        book.advance(run, [TakenOver(backfill.id), Cleared(keys)], now)


def may_begin(book: RunBook, run: ActiveRun) -> bool:
    """Whether a queued run of a backfill may begin: it has a limit of its own, and can be paused.

    A run whose backfill has ended was cleared since: it is a run like others.
    """
    backfill = book.backfills.get(run.snapshot.run.backfill_id or 0)
    if backfill is None:
        return book.running_runs(run.snapshot.run.dag_id) < run.snapshot.dag.max_active_runs
    running = [r for r in book.of_backfill(backfill.id) if r.snapshot.run.state is RunState.RUNNING]
    return rules.room(backfill, len(running)) > 0
