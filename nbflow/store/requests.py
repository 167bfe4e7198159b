"""What people ask for: a door puts a request, the scheduler answers it, and that is its whole life.

The answer and its line in the journal, which is the audit, commit together with what was done.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import bindparam, insert, select, update

from nbflow.core import params
from nbflow.core.errors import NotFoundError
from nbflow.core.json import JsonObject
from nbflow.store import journal
from nbflow.store.changes import Topic, announce
from nbflow.store.dags import current_version
from nbflow.store.database import Database, Session
from nbflow.store.journal import Change
from nbflow.store.tables import REQUEST_IS_PENDING, AnyRow, RequestRow, table_of

_REQUESTS = table_of(RequestRow)

Verdict = Literal["done", "refused"]


@dataclass(frozen=True)
class Answer:
    """What became of a request: done or refused, in a sentence, and what it made."""

    outcome: Verdict
    message: str
    result: JsonObject
    at: datetime


@dataclass(frozen=True)
class Request:
    """What `actor` asked for by `door`. `answer` is None while the scheduler has not handled it."""

    id: int
    verb: str
    payload: JsonObject
    actor: str | None
    created_at: datetime
    answer: Answer | None = field(default=None)
    door: str = ""


def put(
    session: Session,
    verb: str,
    payload: JsonObject,
    actor: str | None,
    now: datetime,
    *,
    door: str = "",
) -> int:
    """Ask the scheduler for something, which it learns at the commit; returns the request's id."""
    values = {"verb": verb, "payload": payload, "actor": actor, "created_at": now, "door": door}
    request_id = session.scalar(_PUT, values)
    announce(session, Topic.REQUESTS)
    return int(request_id or 0)


def pending(session: Session, limit: int = 100) -> list[Request]:
    """The oldest requests nobody has answered."""
    return [_request(row) for row in session.execute(_PENDING, {"limit": limit})]


def answer(
    session: Session,
    request_id: int,
    outcome: Verdict,
    message: str,
    result: JsonObject,
    now: datetime,
) -> None:
    """Write the answer, and the line that audits it. Raises NotFoundError unless it is pending."""
    values = {"outcome": outcome, "message": message, "result": result, "handled_at": now}
    row = session.execute(_ANSWER, {"b_id": request_id, **values}).one_or_none()
    if row is None:
        raise NotFoundError(f"There is no unanswered request {request_id}.")
    verb, payload, actor, door, asked_at = row
    if not isinstance(payload, Mapping):  # nothing of ours has written it
        payload = {"malformed": payload}
    line = Change(
        at=now,
        kind="request",
        dag_id=_text(payload, "dag_id"),
        run_id=_text(payload, "run_id"),
        state=outcome,
        actor=actor,
        data={
            "id": request_id,
            "verb": verb,
            "payload": without_passwords(session, payload),
            "message": message,
            "door": door,
            "asked_at": asked_at.isoformat(),
        },
    )
    journal.append(session, [line])


def without_passwords(session: Session, payload: JsonObject) -> JsonObject:
    """A payload as anybody may read it: with `***` for the params that are passwords."""
    given, dag_id = payload.get("params"), payload.get("dag_id")
    if not isinstance(given, Mapping) or not given or not isinstance(dag_id, str):
        return payload
    stored = current_version(session, dag_id)
    names = () if stored is None else params.secret_names(stored.dag.params)
    return {**payload, "params": params.hidden(names, given)} if names else payload


def read(session: Session, request_id: int) -> Request | None:
    """The request with its answer, if any; None if there is no such request."""
    row = session.execute(_READ, {"b_id": request_id}).one_or_none()
    return None if row is None else _request(row)


def newest(session: Session, limit: int = 25) -> list[Request]:
    """The requests that were put last, the newest first."""
    return [_request(row) for row in session.execute(_NEWEST, {"limit": limit})]


def wait_for_answer(database: Database, request_id: int, timeout: float) -> Answer | None:
    """What the scheduler answers within `timeout` seconds, or None. Call it in no transaction."""
    deadline = time.monotonic() + timeout
    signal = database.changes(Topic.JOURNAL)
    try:
        while True:
            with database.reading() as session:
                request = read(session, request_id)
            if request is None:
                raise NotFoundError(f"There is no request {request_id}.")
            left = deadline - time.monotonic()
            if request.answer is not None or left <= 0:
                return request.answer
            signal.wait(left)
    finally:
        signal.close()


def _request(row: AnyRow) -> Request:
    answered = None
    if row.outcome is not None:
        answered = Answer(row.outcome, row.message, row.result or {}, row.handled_at)
    return Request(row.id, row.verb, row.payload, row.actor, row.created_at, answered, row.door)


def _text(payload: JsonObject, name: str) -> str | None:
    value = payload.get(name)
    return value if isinstance(value, str) else None


_PUT = insert(_REQUESTS).returning(_REQUESTS.c.id)
_PENDING = (
    select(_REQUESTS).where(REQUEST_IS_PENDING).order_by(_REQUESTS.c.id).limit(bindparam("limit"))
)
_NEWEST = select(_REQUESTS).order_by(_REQUESTS.c.id.desc()).limit(bindparam("limit"))
_READ = select(_REQUESTS).where(_REQUESTS.c.id == bindparam("b_id"))
_ANSWER = (
    update(_REQUESTS)
    .where(_REQUESTS.c.id == bindparam("b_id"), _REQUESTS.c.handled_at.is_(None))
    .returning(
        _REQUESTS.c.verb,
        _REQUESTS.c.payload,
        _REQUESTS.c.actor,
        _REQUESTS.c.door,
        _REQUESTS.c.created_at,
    )
)
