"""Forgets, now and then, what nobody looks back at any more; what that is, the store knows."""

from __future__ import annotations

from datetime import datetime, timedelta

from nbflow.scheduler.forget_runs import forget_run
from nbflow.store import retention as retention_store
from nbflow.store.database import Session

EVERY = timedelta(minutes=10)
AT_ONCE = 2000
"""Rows of a table that one tick forgets: with a long history, others shall not wait for all."""
RUNS_AT_ONCE = 20
KEPT_RUNS = 20
"""So many runs of each DAG stay, however old they are."""


class Retention:
    """Keeps `days` of history, and runs for `run_days` after their end; all without a number.

    `artifacts` is where what runs left behind is kept.
    """

    def __init__(
        self, days: float | None, run_days: float | None = None, artifacts: str = ""
    ) -> None:
        self._keep = _span(days)
        self._keep_runs = _span(run_days)
        self._artifacts = artifacts
        self._next: datetime | None = None

    def forget_old(self, session: Session, now: datetime) -> list[str]:
        """Forget some of what is older, if it is time; if there is more, the next tick goes on.

        Returns what of the artifact store belongs to nothing any more, once that is committed.
        """
        if self._next is not None and now < self._next:
            return []
        left: list[str] = []
        has_more = False
        if self._keep_runs is not None:
            old = retention_store.old_runs(session, now - self._keep_runs, KEPT_RUNS, RUNS_AT_ONCE)
            for run in old:
                left += forget_run(session, run, self._artifacts, now)
            has_more = len(old) == RUNS_AT_ONCE
        if self._keep is not None:
            has_more |= retention_store.forget_old(session, now - self._keep, AT_ONCE)
        if not has_more:
            self._next = now + EVERY
        return left


def _span(days: float | None) -> timedelta | None:
    return None if days is None else timedelta(days=days)
