"""What tasks handed on, and the results that may be used again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from nbflow.store.columns import BigKey, JsonText
from nbflow.store.tables.base import Row, partial_index

_HAS_URL = "url IS NOT NULL"


class ValueRow(Row):
    """One value a task instance handed on. Columns from `type` on are the fields of `ValueRef`."""

    __tablename__ = "values"
    __table_args__ = (
        ForeignKeyConstraint(["run_pk"], ["dag_runs.id"], ondelete="CASCADE"),
        partial_index("ix_values_url", _HAS_URL, "url"),
    )

    run_pk: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    task_id: Mapped[str] = mapped_column(primary_key=True)
    map_index: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    json: Mapped[object | None] = mapped_column(JsonText())
    url: Mapped[str | None]
    digest: Mapped[str | None]
    size: Mapped[int] = mapped_column(BigKey)
    preview: Mapped[str]
    length: Mapped[int | None] = mapped_column(BigKey)
    hides: Mapped[bool] = mapped_column(server_default=false())


class CacheEntryRow(Row):
    """A result that may stand for running a task again, and the attempt it came from. Columns up to
    `result`, which holds the rest of its outcome, are the fields of `core.cache.CacheEntry`.
    """

    __tablename__ = "cache_entries"

    key: Mapped[str] = mapped_column(primary_key=True)
    dag_id: Mapped[str]
    run_id: Mapped[str]
    task_id: Mapped[str]
    map_index: Mapped[int]
    attempt_id: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime]
    result: Mapped[object] = mapped_column(JsonText(), nullable=False)


class CacheValueRow(Row):
    """One value of a result in the cache. Columns from `type` on are the fields of `ValueRef`."""

    __tablename__ = "cache_values"
    __table_args__ = (partial_index("ix_cache_values_url", _HAS_URL, "url"),)

    cache_key: Mapped[str] = mapped_column(
        ForeignKey("cache_entries.key", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    json: Mapped[object | None] = mapped_column(JsonText())
    url: Mapped[str | None]
    digest: Mapped[str | None]
    size: Mapped[int] = mapped_column(BigKey)
    preview: Mapped[str]
    length: Mapped[int | None] = mapped_column(BigKey)
    hides: Mapped[bool] = mapped_column(server_default=false())


class CacheUseRow(Row):
    """A run uses what an attempt of another run has left in the artifact store."""

    __tablename__ = "cache_uses"

    attempt_id: Mapped[str] = mapped_column(primary_key=True)
    run_pk: Mapped[int] = mapped_column(
        ForeignKey("dag_runs.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    dag_id: Mapped[str]
    run_id: Mapped[str]
    task_id: Mapped[str]
