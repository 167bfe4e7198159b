"""Variables and connections, encrypted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from nbflow.store.tables.base import Row


class VariableRow(Row):
    """A variable. `value` is a Fernet token, which only the key outside the database opens."""

    __tablename__ = "variables"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    updated_at: Mapped[datetime]


class ConnectionRow(Row):
    """A connection. `value`, a Fernet token, holds all its fields as JSON, host and login too."""

    __tablename__ = "connections"

    conn_id: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    updated_at: Mapped[datetime]
