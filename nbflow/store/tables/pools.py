"""Pools: slots that tasks share."""

from __future__ import annotations

from sqlalchemy import false
from sqlalchemy.orm import Mapped, mapped_column

from nbflow.store.tables.base import Row


class PoolRow(Row):
    """A named number of slots that tasks share; -1 means no limit.

    With `include_deferred` task instances that wait without a worker keep their slots.
    """

    __tablename__ = "pools"

    name: Mapped[str] = mapped_column(primary_key=True)
    slots: Mapped[int]
    description: Mapped[str] = mapped_column(server_default="")
    include_deferred: Mapped[bool] = mapped_column(server_default=false())
