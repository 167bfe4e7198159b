"""Takes in what workers have reported, and the retries whose time has come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from nbflow.core.events import AttemptFinished, AttemptStarted, Event, TaskKey
from nbflow.core.lifecycle import Settle
from nbflow.core.orders import ReportKind, TaskReport
from nbflow.scheduler.advance_runs import RunBook


def take_reports(
    book: RunBook, reports: Sequence[TaskReport], now: datetime, *, waves: bool = False
) -> None:
    """Let runs know what became of their attempts.

    In `waves` every run has a round: one may leave states that the next has to follow up, with or
    without reports.
    """
    events = events_of(book, reports)
    if waves:
        for run in list(book.runs.values()):
            book.advance(run, events.get(run.id, []), now, Settle.ONE_ROUND)
        return
    for run_pk, found in events.items():
        book.advance(book.runs[run_pk], found, now)


def retry(book: RunBook, now: datetime) -> None:
    """Let those go on that wait for a time that is over."""
    for run_pk, events in book.take_due_retries(now).items():
        book.advance(book.runs[run_pk], events, now)


def events_of(book: RunBook, reports: Sequence[TaskReport]) -> dict[int, list[Event]]:
    """Reports as events, by run.

    Those that name an attempt nobody waits for any more are dropped (invariant 2).
    """
    found: dict[int, list[Event]] = {}
    for report in reports:
        ref = book.attempts.get(report.attempt_id)
        event = None if ref is None else _event_of(report, ref[1])
        if ref is not None and event is not None:
            found.setdefault(ref[0], []).append(event)
    return found


def _event_of(report: TaskReport, key: TaskKey) -> Event | None:
    if report.kind is ReportKind.STARTED:
        return AttemptStarted(key, report.attempt_id, report.worker)
    if report.kind is ReportKind.FINISHED and report.outcome is not None:
        return AttemptFinished(key, report.attempt_id, report.outcome, report.at)
    return None
