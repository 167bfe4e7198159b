"""Fixtures of the store's tests: every one runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import event

from nbflow.store.database import Database
from tests.databases import (
    bare_url,
    database,
    database_url,
    postgres_database,
    sqlite_database,
)

__all__ = [
    "bare_url",
    "database",
    "database_url",
    "postgres_database",
    "sqlite_database",
    "statements",
]


@pytest.fixture
def statements(database: Database) -> Iterator[list[str]]:
    """Every statement sent to `database` from now on; clear it where the counting is to begin."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    # On PostgreSQL the reading engine is the writing one with options, and shares its events.
    engines = [database._writing, database._reading] if database.is_sqlite else [database._writing]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield sent
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)
