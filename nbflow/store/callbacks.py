"""Callbacks and notifications: what is due, what was sent, how it ended. A row is written in the
transaction in which its occasion is, before anybody is called; each has its lines in the journal.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Literal

from sqlalchemy import bindparam, insert, select, update

from nbflow.core.events import TaskKey
from nbflow.core.json import Json, JsonObject
from nbflow.store import journal
from nbflow.store.database import Session
from nbflow.store.journal import Change
from nbflow.store.tables import (
    CALLBACK_IS_OPEN,
    CallbackRow,
    DagRunRow,
    columns_like,
    table_of,
)

_CALLBACKS = table_of(CallbackRow)
_RUNS = table_of(DagRunRow)

Kind = Literal["callback", "notify"]


@dataclass(frozen=True)
class StoredCallback:
    """One callback (a function of the DAG's file) or notification, of a task instance or, with
    `task_id` None, of the run.
    """

    callback_id: str
    run_pk: int
    kind: str
    occasion: str
    position: int
    name: str
    task_id: str | None
    map_index: int
    try_number: int
    attempt_id: str | None
    due_at: datetime
    facts: JsonObject = field(default_factory=dict)
    state: str = "due"
    message: str = ""
    traceback: str = ""
    log: str | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Ending:
    """How one ended: `state` is success, failed or lost."""

    callback_id: str
    state: str
    message: str = ""
    traceback: str = ""
    log: str | None = None


@dataclass(frozen=True)
class Named:
    """A callback with the names of its run, for the journal."""

    callback: StoredCallback
    dag_id: str
    run_id: str


def add(session: Session, new: Sequence[Named]) -> None:
    """Store callbacks that are due."""
    if new:
        session.execute(insert(_CALLBACKS), [_values(one.callback) for one in new])
        journal.append(session, [_line(one, one.callback.due_at, "due") for one in new])


def sent(session: Session, ones: Sequence[Named], now: datetime) -> None:
    """These are about to be sent: from now on they may have begun, and are never sent again."""
    if ones:
        session.execute(_SENT, [{"b_id": one.callback.callback_id} for one in ones])
        journal.append(session, [_line(one, now, "sent") for one in ones])


def ended(session: Session, ones: Sequence[tuple[Named, Ending]], now: datetime) -> None:
    """These have ended."""
    if ones:
        rows = [
            {
                "b_id": end.callback_id,
                "state": end.state,
                "message": end.message,
                "traceback": end.traceback,
                "log": end.log,
                "ended_at": now,
            }
            for _, end in ones
        ]
        session.execute(_ENDED, rows)
        lines = [_line(one, now, end.state, end.message) for one, end in ones]
        journal.append(session, lines)


def unfinished(session: Session) -> list[Named]:
    """Those that are due or sent, the oldest first."""
    rows = session.execute(_OPEN)
    return [Named(StoredCallback(*row[2:]), row[0], row[1]) for row in rows]


def of_run(session: Session, run_pk: int, limit: int = 500) -> list[StoredCallback]:
    """The newest callbacks and notifications of a run, in order."""
    rows = session.execute(_OF_RUN.limit(limit), {"run_pk": run_pk})
    return [StoredCallback(*row) for row in rows][::-1]


def of_task(session: Session, run_pk: int, key: TaskKey, limit: int = 500) -> list[StoredCallback]:
    """The newest callbacks and notifications of a task instance, in order."""
    task_id, map_index = key
    mine = _OF_RUN.where(_CALLBACKS.c.task_id == task_id, _CALLBACKS.c.map_index == map_index)
    rows = session.execute(mine.limit(limit), {"run_pk": run_pk})
    return [StoredCallback(*row) for row in rows][::-1]


def has_open(session: Session, run_pks: Collection[int]) -> bool:
    """Whether some callback of these runs has not ended yet."""
    query = select(_CALLBACKS.c.callback_id).where(
        CALLBACK_IS_OPEN, _CALLBACKS.c.run_pk.in_(run_pks)
    )
    return session.execute(query.limit(1)).first() is not None


def _values(one: StoredCallback) -> dict[str, object]:
    return {each.name: getattr(one, each.name) for each in fields(one)}


def _line(one: Named, at: datetime, state: str, message: str = "") -> Change:
    it = one.callback
    data: dict[str, Json] = {
        "callback_id": it.callback_id,
        "kind": it.kind,
        "occasion": it.occasion,
        "name": it.name,
    }
    if message:
        data["message"] = message
    index = None if it.task_id is None else it.map_index
    return Change(at, "callback", one.dag_id, one.run_id, it.task_id, index, state, None, data)


_OF_ID = update(_CALLBACKS).where(_CALLBACKS.c.callback_id == bindparam("b_id"))
_SENT = _OF_ID.values(state="sent")
_ENDED = _OF_ID.values(
    {name: bindparam(name) for name in ("state", "message", "traceback", "log", "ended_at")}
)
_COLUMNS = columns_like(_CALLBACKS, StoredCallback)
_ORDER = (_CALLBACKS.c.due_at, _CALLBACKS.c.position, _CALLBACKS.c.callback_id)
_OPEN = (
    select(_RUNS.c.dag_id, _RUNS.c.run_id, *_COLUMNS)
    .join(_RUNS, _RUNS.c.id == _CALLBACKS.c.run_pk)
    .where(CALLBACK_IS_OPEN)
    .order_by(*_ORDER)
)
_OF_RUN = (
    select(*_COLUMNS)
    .where(_CALLBACKS.c.run_pk == bindparam("run_pk"))
    .order_by(*(column.desc() for column in _ORDER))
)
