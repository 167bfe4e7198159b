"""Reports that an executor writes itself, beside `nbflow.core.orders.lost`."""

from __future__ import annotations

from datetime import datetime, timezone

from nbflow.core.orders import Outcome, ReportKind, TaskReport
from nbflow.core.states import Reason, TaskState


def cancelled_outcome(message: str) -> Outcome:
    """The outcome of an attempt that ended because it was told to."""
    return Outcome(TaskState.CANCELLED, Reason.CANCELLED, message)


def cancelled(attempt_id: str, at: datetime, message: str) -> TaskReport:
    """The report for an attempt that was to be cancelled and can no longer speak for itself."""
    return TaskReport(
        attempt_id, ReportKind.FINISHED, at, outcome=cancelled_outcome(f"Cancelled. {message}")
    )


def utc_now() -> datetime:
    """The time now, aware: executors are the shell that reads the clock."""
    return datetime.now(timezone.utc)
