"""The journal: what happened, line by line; the feed and the audit read it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from nbflow.store.columns import BigKey, JsonText
from nbflow.store.tables.base import Row, condition_on, partial_index

_AUDIT_LINE = "kind IN ('request', 'variable', 'connection')"


class JournalRow(Row):
    """One line of what happened. `cursor` only grows. A line outlives what it speaks of."""

    __tablename__ = "journal"
    __table_args__ = (
        Index("ix_journal_dag_id_run_id", "dag_id", "run_id", "cursor"),
        partial_index("ix_journal_audit", _AUDIT_LINE, "cursor"),
        {"sqlite_autoincrement": True},
    )

    cursor: Mapped[int] = mapped_column(BigKey, primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    dag_id: Mapped[str | None]
    run_id: Mapped[str | None]
    task_id: Mapped[str | None]
    map_index: Mapped[int | None]
    state: Mapped[str | None]
    actor: Mapped[str | None]
    data: Mapped[object] = mapped_column(JsonText(), nullable=False)


LINE_IS_AUDIT = condition_on("journal", _AUDIT_LINE)
