"""Forgets, now and then, what nobody looks back at any more; what that is, the store knows."""

from __future__ import annotations

from datetime import datetime, timedelta

from nbflow.store import retention as retention_store
from nbflow.store.database import Session

EVERY = timedelta(minutes=10)
AT_ONCE = 2000
"""Rows of a table that one tick forgets: with a long history, others shall not wait for all."""


class Retention:
    """Keeps `days` of history; all of it without a number."""

    def __init__(self, days: float | None) -> None:
        self._keep = None if days is None else timedelta(days=days)
        self._next: datetime | None = None

    def forget_old(self, session: Session, now: datetime) -> None:
        """Forget some of what is older, if it is time; if there is more, the next tick goes on."""
        if self._keep is None or (self._next is not None and now < self._next):
            return
        if not retention_store.forget_old(session, now - self._keep, AT_ONCE):
            self._next = now + EVERY
