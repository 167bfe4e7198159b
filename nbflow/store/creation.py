"""Makes the tables of a new store: what all migrations together would leave in an empty one."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    insert,
    inspect,
    text,
)

from nbflow.core.dag import DEFAULT_POOL
from nbflow.store.tables import PoolRow, Row, table_of

_LOCK = 0x6E62666C6F77  # "nbflow" in ASCII

# As Alembic has it.
_VERSION = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def lock(session: Connection) -> None:
    """Let no other process change the tables before this transaction ends."""
    if session.dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def create(session: Connection, revision: str) -> None:
    """Make all tables at `revision`, unless somebody has made them meanwhile."""
    lock(session)
    if inspect(session).get_table_names():
        return
    if session.dialect.name == "postgresql":
        _make_partial_on_postgresql()
    Row.metadata.create_all(session, checkfirst=False)
    _VERSION.create(session, checkfirst=False)
    session.execute(insert(_VERSION).values(version_num=revision))
    default = {"slots": 128, "description": "Where tasks run that name no pool."}
    session.execute(insert(table_of(PoolRow)).values(name=DEFAULT_POOL, **default))


def _make_partial_on_postgresql() -> None:
    """Give the partial indexes of SQLite their conditions on PostgreSQL."""
    for table in Row.metadata.tables.values():
        for index in table.indexes:
            condition = index.dialect_options["sqlite"]["where"]
            index.dialect_options["postgresql"]["where"] = condition
