"""Leadership: several schedulers may run, the one that holds the lease acts, another takes over
when it is gone.

The lease has a fencing number that grows whenever the holder changes. Every transaction of the
scheduler verifies it, so a leader that was only slow, not dead, can never write after its successor
has begun.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from nbflow.core.json import JsonObject
from nbflow.store import leases
from nbflow.store.database import Database, Session
from nbflow.store.leases import Lease

LEASE_NAME = "scheduler"
TTL = timedelta(seconds=6)
RENEW_EVERY = timedelta(seconds=2)


@dataclass
class Leader:
    """This scheduler's claim to leadership. `lease` is None while another one leads."""

    database: Database
    holder: str = ""
    lease: Lease | None = None
    _renew_at: datetime | None = None

    def __post_init__(self) -> None:
        self.holder = self.holder or f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:6]}"

    @property
    def is_leading(self) -> bool:
        return self.lease is not None

    def look(self, now: datetime) -> datetime:
        """Take or renew the lease when it is time; returns when to look again."""
        if self._renew_at is None or now >= self._renew_at:
            with self.database.transaction() as session:
                self.lease = self._take_or_renew(session, now)
            self._renew_at = now + RENEW_EVERY
        return self._renew_at

    def verify(self, session: Session) -> None:
        """Raise `LeaseLost` unless this scheduler still leads; to be called inside every
        transaction that writes state.
        """
        if self.lease is None:
            raise leases.LeaseLost("This scheduler does not hold the lease.")
        leases.verify(session, self.lease)

    def describe(self, session: Session, info: JsonObject) -> None:
        """Leave what the cluster looks like beside the lease, for `health` and the screen."""
        if self.lease is not None:
            leases.describe(session, self.lease, info)

    def step_down(self) -> None:
        """Give the lease back, so that another scheduler need not wait for it to expire."""
        if self.lease is not None:
            with self.database.transaction() as session:
                leases.release(session, self.lease)
        self.lease = None
        self._renew_at = None

    def forget(self) -> None:
        """The lease turned out to be lost: stop acting, and try for it again at the next look."""
        self.lease = None
        self._renew_at = None

    def _take_or_renew(self, session: Session, now: datetime) -> Lease | None:
        if self.lease is not None:
            renewed = leases.renew(session, self.lease, now, TTL)
            if renewed is not None:
                return renewed
        hostname = socket.gethostname()
        return leases.acquire(session, LEASE_NAME, self.holder, now, TTL, hostname, os.getpid())
