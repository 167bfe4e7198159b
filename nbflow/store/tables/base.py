"""What all tables share: the base class, partial indexes, and statements over tables.

Partial indexes cover unfinished work only, so that a question of the scheduler costs as much as
there is work, however long the history is. A query that is to use one must repeat its very
condition (`RUN_IS_ACTIVE` and its like): SQLite compares them term by term, and prefers an index
whose first column the condition names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    MetaData,
    Table,
    literal_column,
    text,
)
from sqlalchemy.orm import DeclarativeBase

from nbflow.core.backfill import BackfillState
from nbflow.core.states import RunState, TaskState
from nbflow.store.columns import CleanText, UtcDateTime

if TYPE_CHECKING:
    from sqlalchemy import Row as ResultRow
    from sqlalchemy import Select
    from sqlalchemy.dialects import postgresql, sqlite
    from typing_extensions import Unpack

# What statements over untyped columns give, and those statements.
AnyRow: TypeAlias = "ResultRow[Unpack[tuple[Any, ...]]]"
AnySelect: TypeAlias = "Select[Unpack[tuple[Any, ...]]]"

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(DeclarativeBase):
    """The base of all tables. Text is cleaned and instants are UTC."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map: ClassVar = {str: CleanText(), datetime: UtcDateTime()}


def partial_index(name: str, condition: str, *columns: str) -> Index:
    """A partial index on SQLite; `creation` makes it one on PostgreSQL too.

    To say so here would load that dialect, 0.06 s, into every process that works on a file.
    """
    return Index(name, *columns, sqlite_where=text(condition))


def one_of(states: Iterable[TaskState | RunState | BackfillState]) -> str:
    """The condition of a partial index over what is in one of these states."""
    return "state IN ({})".format(", ".join(f"'{state}'" for state in states))


def condition_on(table: str, condition: str) -> ColumnElement[bool]:
    """The condition of a partial index of this table, for queries that are to use it."""
    # Without a type: SQLAlchemy adds "= 1" to a boolean, and SQLite no longer sees the condition.
    return literal_column(f"{table}.{condition}")


def table_of(row: type[Row]) -> Table:
    """The table behind a row class, for statements that write many rows or must be quick."""
    return cast("Table", row.__table__)


def columns_like(table: Table, value: type) -> list[Column[Any]]:  # Any: what comes of it varies
    """The columns that bear the names of the fields of the dataclass `value`, in its order."""
    return [table.c[field.name] for field in fields(value)]


def insert_into(session: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can say what to do `on_conflict`, which SQLAlchemy has per database only."""
    # The dialect in use is loaded; the other takes 0.06 s that most commands need not wait for.
    if session.dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite  # noqa: PLC0415 - as above

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - as above

    return postgresql.insert(table)
