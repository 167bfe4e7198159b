"""Callbacks and notifications, from when they are due until they were sent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from nbflow.store.columns import JsonText
from nbflow.store.tables.base import Row, condition_on, partial_index

_OPEN_CALLBACK = "state IN ('due', 'sent')"


class CallbackRow(Row):
    """A callback or a notification that is, or was, due: the intent before it is carried out.

    `state`: due, sent (it may have begun), and then success, failed or lost. It never goes back.
    """

    __tablename__ = "callbacks"
    __table_args__ = (
        Index("ix_callbacks_run_pk", "run_pk", "task_id", "map_index"),
        partial_index("ix_callbacks_open", _OPEN_CALLBACK, "state"),
    )

    callback_id: Mapped[str] = mapped_column(primary_key=True)
    run_pk: Mapped[int] = mapped_column(ForeignKey("dag_runs.id", ondelete="CASCADE"))
    kind: Mapped[str]
    occasion: Mapped[str]
    position: Mapped[int]
    name: Mapped[str]
    task_id: Mapped[str | None]
    map_index: Mapped[int]
    try_number: Mapped[int]
    attempt_id: Mapped[str | None]
    facts: Mapped[object] = mapped_column(JsonText(), nullable=False)
    due_at: Mapped[datetime]
    state: Mapped[str]
    message: Mapped[str]
    traceback: Mapped[str]
    log: Mapped[str | None]
    ended_at: Mapped[datetime | None]


CALLBACK_IS_OPEN = condition_on("callbacks", _OPEN_CALLBACK)
