"""Leases: which process may do what only one may do."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from nbflow.store.columns import JsonText
from nbflow.store.tables.base import Row


class LeaseRow(Row):
    """Who may do what `name` stands for, and until when.

    The row stays when the lease is given back, because `fencing` must only grow.
    """

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str | None]
    fencing: Mapped[int]
    hostname: Mapped[str]
    pid: Mapped[int]
    acquired_at: Mapped[datetime]
    renewed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    info: Mapped[object] = mapped_column(JsonText(), nullable=False)
