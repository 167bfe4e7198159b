"""What became of what people asked for. Payloads are not shown: they may hold secrets."""

from __future__ import annotations

from nbflow.core.errors import NotFoundError
from nbflow.core.json import JsonObject
from nbflow.store import requests as request_store
from nbflow.store.database import Database
from nbflow.store.requests import Request
from nbflow.views.dags import iso, iso_text
from nbflow.views.shapes import RequestList, RequestView
from nbflow.views.shapes.requests import PENDING


def request_list(database: Database, limit: int = 25) -> RequestList:
    """The requests that were put last, the newest first."""
    with database.reading() as session:
        return RequestList([_view(one) for one in request_store.newest(session, limit)])


def request_view(database: Database, request_id: int, wait: float = 0) -> RequestView:
    """A request, after at most `wait` seconds in which it may be answered. Raises NotFoundError."""
    if wait:
        request_store.wait_for_answer(database, request_id, wait)
    with database.reading() as session:
        found = request_store.read(session, request_id)
    if found is None:
        raise NotFoundError(f"There is no request {request_id}.")
    return _view(found)


def _view(request: Request) -> RequestView:
    answer = request.answer
    return RequestView(
        request_id=request.id,
        verb=request.verb,
        dag_id=_text(request.payload, "dag_id"),
        run_id=_text(request.payload, "run_id"),
        actor=request.actor,
        created_at=iso_text(request.created_at),
        state=PENDING if answer is None else answer.outcome,
        message="" if answer is None else answer.message,
        result={} if answer is None else dict(answer.result),
        answered_at=iso(None if answer is None else answer.at),
    )


def _text(payload: JsonObject, name: str) -> str | None:
    # Anybody may have written the row.
    value = payload.get(name) if isinstance(payload, dict) else None
    return value if isinstance(value, str) else None
