"""Begins the runs that wait for their turn, as far as limits and people let them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from nbflow.core.events import RunStarted
from nbflow.core.lifecycle import Settle
from nbflow.scheduler.advance_runs import RunBook
from nbflow.scheduler.run_backfills import may_begin


def begin_runs(
    book: RunBook, held_dags: Collection[str], now: datetime, settle: Settle = Settle.FULLY
) -> None:
    """Begin what may, the oldest first; nothing of `held_dags`."""
    for run in book.queued_runs():
        if run.snapshot.run.dag_id not in held_dags and may_begin(book, run):
            book.advance(run, [RunStarted()], now, settle)
