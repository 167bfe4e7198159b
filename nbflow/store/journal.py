"""The journal: one line for everything that happened, in order. The feed reads it from a cursor on.

A reader keeps the last cursor it saw and asks for what came after, so no line may become visible
after one with a higher cursor. SQLite has one writer at a time anyway. On PostgreSQL a sequence is
drawn before the commit, so `append` first takes a lock that it keeps until the transaction ends:
whoever writes lines, they become visible in order. In practice only the scheduler does; the line
that audits a request is written when it is answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select, text

from nbflow.core.json import JsonObject
from nbflow.store.changes import Topic
from nbflow.store.database import Session
from nbflow.store.tables import JournalRow, columns_like, table_of

_JOURNAL = table_of(JournalRow)
_LOCK = 0x6E62666C6A
_IN_ORDER = text("SELECT pg_advisory_xact_lock(:lock), pg_notify(:channel, '')")


@dataclass(frozen=True)
class Change:
    """One line. `cursor` is 0 until it is stored.

    Kinds: `task` and `run` (a state was reached), `run_created`, `run_skipped` (a tick was passed
    over), `asset` (an event), `deadline` (missed), `callback` (it is due, was sent, ended;
    notifications too), `dag` (new version, inactive, paused, unpaused), `import_errors` (of the
    file in `data`) and `request` (answered; the audit).
    """

    at: datetime
    kind: str
    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    map_index: int | None = None
    state: str | None = None
    actor: str | None = None
    data: JsonObject = field(default_factory=dict)
    cursor: int = 0


def append(session: Session, changes: Sequence[Change]) -> None:
    """Write these lines, in this order."""
    if not changes:
        return
    if session.dialect.name == "postgresql":
        session.execute(_IN_ORDER, {"lock": _LOCK, "channel": Topic.JOURNAL.channel})
    session.execute(_INSERT, [_values(change) for change in changes])


def after(session: Session, cursor: int, limit: int = 1000) -> list[Change]:
    """The oldest `limit` lines that came after `cursor`."""
    rows = session.execute(_AFTER, {"after": cursor, "limit": limit})
    return [Change(*row) for row in rows]


def last_cursor(session: Session) -> int:
    """The cursor of the newest line, 0 when there is none."""
    return session.scalar(select(func.max(_JOURNAL.c.cursor))) or 0


def _values(change: Change) -> dict[str, object]:
    return {name: getattr(change, name) for name in _NAMES}


_NAMES = tuple(f.name for f in fields(Change) if f.name != "cursor")
_INSERT = insert(_JOURNAL)
_AFTER = (
    select(*columns_like(_JOURNAL, Change))
    .where(_JOURNAL.c.cursor > bindparam("after"))
    .order_by(_JOURNAL.c.cursor)
    .limit(bindparam("limit"))
)
