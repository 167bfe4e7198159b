"""The database: one URL, transactions, migrations. SQLite and PostgreSQL differ mostly here.

A transaction is opened by the caller that owns its meaning; the functions of the store take its
session. Nobody retries in here: what was not committed has not happened.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
)

from nbflow.core.errors import NbflowError
from nbflow.store import creation
from nbflow.store.changes import ChangeSignal, SqliteSignal, Topic

if TYPE_CHECKING:
    from sqlalchemy.pool import ConnectionPoolEntry

HEAD = "0001"
"""The newest revision. It stands here so that a look at it need not import Alembic."""

BUSY_SECONDS = 30.0
"""How long a writer of a SQLite file waits for another process to finish its transaction."""

Session: TypeAlias = Connection
"""An open transaction, as `Database.transaction` and `Database.reading` give it."""


_POSTGRES_CONNECTION = {
    "application_name": "nbflow",
    # A server that is gone without a word is noticed within a minute.
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
_POSTGRES_SETTINGS = {
    "timezone": "UTC",
    # A process that stands still in the middle of a transaction must not keep its locks: they would
    # keep another scheduler from taking over.
    "idle_in_transaction_session_timeout": "10s",
    "lock_timeout": "30s",
}


class StoreUnavailable(NbflowError):
    """The database cannot be reached, stayed locked or is full.

    Nothing of the transaction was stored, unless the connection broke during the very commit: read
    again before repeating it.
    """


class Database:
    """The store behind `url`: `sqlite:///path/to/file` or `postgresql://user@host/name`.

    Raises ValueError for any other kind. One object per process; its methods may be called from
    any thread. Making it does not connect.
    """

    def __init__(self, url: str) -> None:
        self.url = _normalised(_parsed(url))
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._writing = _sqlite_engine(self.url, "BEGIN IMMEDIATE")
            self._reading = _sqlite_engine(self.url, "BEGIN")
        else:
            self._writing = _postgres_engine(self.url)
            self._reading = self._writing.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    def __enter__(self) -> Database:  # noqa: PYI034 - Python 3.10 has no Self
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back all connections. Safe to call twice."""
        self._writing.dispose()
        self._reading.dispose()

    # -- transactions ------------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A transaction that writes: committed at the end, rolled back on an error.

        On SQLite there is one at a time; the next waits, up to BUSY_SECONDS.

        Raises StoreUnavailable when the database does not answer.
        """
        with _translated(), self._writing.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One unchanging picture of the store. The database refuses statements that write."""
        with _translated(), self._reading.begin() as session:
            yield session

    def changes(self, topic: Topic = Topic.REQUESTS) -> ChangeSignal:
        """A signal for what is added from now on, with its own connection. The caller closes it."""
        if not self.is_sqlite:
            # psycopg takes 0.07 s to import, and who works on a file does not need it.
            from nbflow.store.postgres_signal import PostgresSignal  # noqa: PLC0415 - as above

            return PostgresSignal(self._writing, topic)
        try:
            return SqliteSignal(Path(self.url.database or ""), topic)
        except sqlite3.OperationalError as error:
            raise StoreUnavailable(f"The store does not answer: {error}") from error

    # -- migrations --------------------------------------------------------------------------------

    def revision(self) -> str | None:
        """The revision of the tables that are there; None when there are none."""
        try:
            with self.reading() as session:
                found = session.scalar(text("SELECT version_num FROM alembic_version"))
        except (OperationalError, ProgrammingError) as error:
            if "alembic_version" in str(error.orig):
                return None
            raise
        return None if found is None else str(found)

    def is_current(self) -> bool:
        """Whether the tables are those this version of nbflow works with."""
        return self.revision() == HEAD

    def upgrade(self) -> None:
        """Bring the tables to the newest revision. Several processes may do so at once.

        In an empty database they are made at once, which spares the start of a private store
        Alembic; in any other they are migrated. Tests hold the two equal.
        """
        if self.revision() is None:
            with _translated(), self._writing.begin() as session:
                creation.create(session, HEAD)
        if not self.is_current():
            self._migrate("upgrade", "head")

    def downgrade(self, revision: str) -> None:
        """Take the tables back to `revision`; "base" removes them and all that is in them."""
        self._migrate("downgrade", revision)

    def _migrate(self, direction: str, revision: str) -> None:
        # Alembic takes 0.1 s to import, and most commands never migrate.
        from nbflow.store import migrate  # noqa: PLC0415

        engine = _migrating_engine(self.url) if self.is_sqlite else self._writing
        with _translated(), engine.begin() as session:
            creation.lock(session)
            migrate.run(session, direction, revision)
        if self.is_sqlite:
            engine.dispose()


# -- engines ---------------------------------------------------------------------------------------


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError:
        raise ValueError(
            f"{url!r} is no URL: give sqlite:///path/to/file or postgresql://user@host/name."
        ) from None


def _normalised(url: URL) -> URL:
    backend = url.get_backend_name()
    if backend in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise ValueError(
            f"The store cannot use {backend!r}: give a sqlite:/// or postgresql:// URL."
        )
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise ValueError(
            "The store needs a SQLite file, which several processes can open: give sqlite:///path/to/file."
        )
    return url.set(database=str(Path(url.database).absolute()))


def _sqlite_engine(url: URL, begin: str) -> Engine:
    """An engine whose transactions start with `begin`. Without a lock they cannot write."""
    Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    pragmas = ["synchronous = NORMAL", "foreign_keys = ON"]
    if begin == "BEGIN":
        pragmas.append("query_only = ON")
    _prepare_sqlite(engine, begin, pragmas)
    return engine


def _migrating_engine(url: URL) -> Engine:
    """Foreign keys are off: SQLite alters a table by replacing it, children or not."""
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    _prepare_sqlite(engine, "BEGIN IMMEDIATE", ["foreign_keys = OFF"])
    return engine


def _prepare_sqlite(engine: Engine, begin: str, pragmas: list[str]) -> None:
    def on_connect(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        # Transactions are begun by `on_begin` below, and by nothing else.
        connection.isolation_level = None
        _use_wal(connection)
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)


def _use_wal(connection: sqlite3.Connection) -> None:
    """Set the journal mode, for which SQLite does not wait while another process sets it too."""
    deadline = time.monotonic() + BUSY_SECONDS
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "is locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.005)


def _postgres_engine(url: URL) -> Engine:
    options = " ".join(f"-c {name}={value}" for name, value in _POSTGRES_SETTINGS.items())
    arguments = {**_POSTGRES_CONNECTION, "options": options}
    return create_engine(url, connect_args=arguments, pool_pre_ping=True)


# -- errors ----------------------------------------------------------------------------------------

# Python 3.10 does not tell the error code of SQLite.
_SQLITE_TROUBLE = ("is locked", "is full", "disk I/O error", "unable to open database file")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        if is_trouble(error):
            raise StoreUnavailable(f"The store does not answer: {error.orig}") from error
        raise
    except DatabaseError as error:
        if isinstance(error.orig, sqlite3.Error) and "file is not a database" in str(error.orig):
            raise StoreUnavailable("The store's file is no SQLite database.") from error
        raise


def is_trouble(error: Exception) -> bool:
    """Whether the database could not do its work, as opposed to being asked something senseless."""
    if not isinstance(error, (OperationalError, InterfaceError)):
        return False
    if isinstance(error.orig, sqlite3.Error):
        return any(words in str(error.orig) for words in _SQLITE_TROUBLE)
    return True
