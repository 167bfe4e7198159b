"""What people have asked for and changed, newest first: the lines of the journal that audit, and
the requests nobody has answered yet. Read-only and bounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from nbflow.core.json import Json, JsonObject
from nbflow.store import requests
from nbflow.store.database import Session
from nbflow.store.journal import Change
from nbflow.store.requests import Request
from nbflow.store.tables import LINE_IS_AUDIT, JournalRow, columns_like, table_of

_JOURNAL = table_of(JournalRow)
_BATCH = 500
MOST_SEEN = 10_000
"""Lines looked through for one page: what is sought by verb or door stands in no index."""


@dataclass(frozen=True)
class Sought:
    """Which lines; what is empty or None does not narrow. `dag_id` and `verb` are exact."""

    actor: str = ""
    dag_id: str = ""
    verb: str = ""
    door: str = ""
    outcome: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Audited:
    """Something that was asked for or done. `cursor` is None while it is unanswered."""

    cursor: int | None
    at: datetime
    asked_at: datetime | None
    actor: str
    door: str
    verb: str
    dag_id: str | None
    run_id: str | None
    name: str
    outcome: str
    message: str
    payload: JsonObject


@dataclass(frozen=True)
class AuditPage:
    """Some lines, newest first; `before` asks for the next page, None when there is none."""

    lines: list[Audited]
    before: int | None


def page(session: Session, sought: Sought, before: int | None, limit: int) -> AuditPage:
    """At most `limit` lines older than the cursor `before`; on the first page with what waits."""
    waiting = _waiting(session, sought) if before is None else []
    found: list[Audited] = []
    seen, last = 0, before
    for line in _lines(session, sought, before):
        seen, last = seen + 1, line.cursor
        audited = _of_line(line)
        if _fits(audited, sought):
            found.append(audited)
        if len(found) == limit or seen == MOST_SEEN:
            return AuditPage(waiting + found, last)
    return AuditPage(waiting + found, None)


def _lines(session: Session, sought: Sought, before: int | None) -> Iterator[Change]:
    query = select(*columns_like(_JOURNAL, Change)).where(LINE_IS_AUDIT)
    if sought.actor:
        query = query.where(_JOURNAL.c.actor == sought.actor)
    if sought.dag_id:
        query = query.where(_JOURNAL.c.dag_id == sought.dag_id)
    if sought.since is not None:
        query = query.where(_JOURNAL.c.at >= sought.since)
    if sought.until is not None:
        query = query.where(_JOURNAL.c.at < sought.until)
    query = query.order_by(_JOURNAL.c.cursor.desc()).limit(_BATCH)
    while True:
        older = query if before is None else query.where(_JOURNAL.c.cursor < before)
        batch = [Change(*row) for row in session.execute(older)]
        yield from batch
        if len(batch) < _BATCH:
            return
        before = batch[-1].cursor


def _waiting(session: Session, sought: Sought) -> list[Audited]:
    """What nobody has answered, the newest first."""
    found = [_of_request(session, one) for one in requests.pending(session)]
    return [one for one in reversed(found) if _fits(one, sought)]


def _fits(one: Audited, sought: Sought) -> bool:
    pairs = (
        (sought.actor, one.actor),
        (sought.dag_id, one.dag_id),
        (sought.verb, one.verb),
        (sought.door, one.door),
        (sought.outcome, one.outcome),
    )
    return all(not wanted or wanted == is_ for wanted, is_ in pairs) and (
        (sought.since is None or one.at >= sought.since)
        and (sought.until is None or one.at < sought.until)
    )


def _of_line(line: Change) -> Audited:
    data = line.data
    is_request = line.kind == "request"
    verb = _word(data.get("verb")) if is_request else f"{_VERBS.get(line.state or '')}_{line.kind}"
    payload = data.get("payload")
    asked_at = data.get("asked_at")
    return Audited(
        cursor=line.cursor,
        at=line.at,
        asked_at=datetime.fromisoformat(asked_at) if isinstance(asked_at, str) else None,
        actor=line.actor or "",
        door=_word(data.get("door")),
        verb=verb,
        dag_id=line.dag_id,
        run_id=line.run_id,
        name=_word(data.get("name")),
        outcome=(line.state or "") if is_request else "done",
        message=_word(data.get("message")),
        payload=payload if isinstance(payload, dict) else {},
    )


_VERBS = {"set": "set", "deleted": "delete"}


def _of_request(session: Session, request: Request) -> Audited:
    payload = request.payload if isinstance(request.payload, dict) else {}
    return Audited(
        cursor=None,
        at=request.created_at,
        asked_at=request.created_at,
        actor=request.actor or "",
        door=request.door,
        verb=request.verb,
        dag_id=_word(payload.get("dag_id")) or None,
        run_id=_word(payload.get("run_id")) or None,
        name="",
        outcome="pending",
        message="",
        payload=requests.without_passwords(session, payload),
    )


def _word(value: Json) -> str:
    return value if isinstance(value, str) else ""
