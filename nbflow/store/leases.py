"""Leases: who may act, until when, and the fencing number that tells an old holder from a new one.

Time is the caller's `now`: holders on several machines must have clocks that differ by less than
the time to live. A holder whose clock or process stood still is harmless all the same, because
every transaction that writes state calls `verify`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import ColumnElement, select, update

from nbflow.core.errors import NbflowError
from nbflow.core.json import JsonObject
from nbflow.store.database import Session
from nbflow.store.tables import LeaseRow, columns_like, insert_into, table_of

_LEASES = table_of(LeaseRow)


class LeaseLost(NbflowError):
    """The lease is no longer the holder's: stop acting on it, keep nothing of the transaction."""


@dataclass(frozen=True)
class Lease:
    """A claim on `name`, good until `expires_at`. `fencing` grows with every change of holder."""

    name: str
    holder: str
    fencing: int
    expires_at: datetime


@dataclass(frozen=True)
class LeaseStatus:
    """What anybody may know about a lease.

    `holder` is None after it was given back; `info` is what the holder says of itself.
    """

    name: str
    holder: str | None
    fencing: int
    hostname: str
    pid: int
    acquired_at: datetime
    renewed_at: datetime
    expires_at: datetime
    info: JsonObject

    def is_held(self, now: datetime) -> bool:
        """Whether somebody holds it at `now`."""
        return self.holder is not None and now < self.expires_at


def acquire(  # noqa: PLR0917 - the terms, and where the holder lives
    session: Session,
    name: str,
    holder: str,
    now: datetime,
    ttl: timedelta,
    hostname: str,
    pid: int,
) -> Lease | None:
    """Take the lease for `ttl` if it is free, expired or `holder`'s already, else return None.

    `holder` must name one life of one process: a restarted one comes under another name.
    """
    place = {"hostname": hostname, "pid": pid}
    times = {"renewed_at": now, "expires_at": now + ttl}
    mine = _LEASES.c.holder == holder
    free = _LEASES.c.holder.is_(None) | (_LEASES.c.expires_at <= now)
    kept = update(_LEASES).where(_LEASES.c.name == name, mine).values(**place, **times)
    fencing = session.scalar(kept.returning(_LEASES.c.fencing))
    if fencing is None:
        first: dict[str, object] = {
            "name": name,
            "holder": None,
            "fencing": 0,
            "acquired_at": now,
            "info": {},
        }
        row = insert_into(session, _LEASES).values(**first, **place, **times)
        session.execute(row.on_conflict_do_nothing())
        taken = update(_LEASES).where(_LEASES.c.name == name, free)
        changed = {"holder": holder, "fencing": _LEASES.c.fencing + 1, "acquired_at": now}
        fencing = session.scalar(
            taken.values(**changed, **place, **times, info={}).returning(_LEASES.c.fencing)
        )
    return None if fencing is None else Lease(name, holder, fencing, now + ttl)


def renew(session: Session, lease: Lease, now: datetime, ttl: timedelta) -> Lease | None:
    """Keep the lease for `ttl` from `now` on; None when it is lost.

    One that has expired is not lost while nobody else has taken it.
    """
    times = {"renewed_at": now, "expires_at": now + ttl}
    renewed = session.execute(update(_LEASES).where(_is_current(lease)).values(**times)).rowcount
    return Lease(lease.name, lease.holder, lease.fencing, now + ttl) if renewed else None


def release(session: Session, lease: Lease) -> None:
    """Give the lease back, so that the next holder need not wait. Harmless when it was lost."""
    session.execute(update(_LEASES).where(_is_current(lease)).values(holder=None, info={}))


def verify(session: Session, lease: Lease) -> None:
    """Raise LeaseLost unless the lease is current; it stays so until the transaction ends."""
    held = select(_LEASES.c.fencing).where(_is_current(lease)).with_for_update()
    if session.scalar(held) is None:
        raise LeaseLost(f"{lease.holder} no longer holds the lease {lease.name!r}.")


def describe(session: Session, lease: Lease, info: JsonObject) -> None:
    """Leave what the holder says of itself beside the lease. Raises LeaseLost."""
    written = session.execute(update(_LEASES).where(_is_current(lease)).values(info=info))
    if not written.rowcount:
        raise LeaseLost(f"{lease.holder} no longer holds the lease {lease.name!r}.")


def read(session: Session, name: str) -> LeaseStatus | None:
    """The lease as it stands; None if nobody ever took it."""
    row = session.execute(
        select(*columns_like(_LEASES, LeaseStatus)).where(_LEASES.c.name == name)
    ).one_or_none()
    if row is None:
        return None
    return LeaseStatus(*row)


def _is_current(lease: Lease) -> ColumnElement[bool]:
    same = (
        (_LEASES.c.name == lease.name)
        & (_LEASES.c.holder == lease.holder)
        & (_LEASES.c.fencing == lease.fencing)
    )
    return cast("ColumnElement[bool]", same)
