"""Requests: what people asked of the scheduler, and what it answered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from nbflow.store.columns import BigKey, JsonText
from nbflow.store.tables.base import Row, condition_on, partial_index

_PENDING = "handled_at IS NULL"


class RequestRow(Row):
    """What a person asked for, by which door, and what the scheduler answered."""

    __tablename__ = "requests"
    __table_args__ = (
        partial_index("ix_requests_pending", _PENDING, "handled_at", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    verb: Mapped[str]
    payload: Mapped[object] = mapped_column(JsonText(), nullable=False)
    actor: Mapped[str | None]
    door: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    message: Mapped[str] = mapped_column(server_default="")
    result: Mapped[object | None] = mapped_column(JsonText())


REQUEST_IS_PENDING = condition_on("requests", _PENDING)
