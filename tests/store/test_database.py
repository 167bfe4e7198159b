"""Transactions: all or nothing, one unchanging picture for readers, plain words on failure."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from nbflow.core.errors import RequestError
from nbflow.store import pools
from nbflow.store.database import Database, StoreUnavailable
from nbflow.store.pools import Pool


def names(database: Database) -> list[str]:
    with database.reading() as session:
        return [pool.name for pool in pools.read(session)]


def test_what_was_done_before_an_error_is_undone(database: Database) -> None:
    with pytest.raises(RequestError, match="cannot be deleted"):
        add_a_pool_and_fail(database)
    assert names(database) == ["default_pool"]


def add_a_pool_and_fail(database: Database) -> None:
    with database.transaction() as session:
        pools.save(session, Pool("gpu", 2))
        pools.remove(session, "default_pool")


def test_a_transaction_is_seen_by_others_once_it_is_over(database: Database) -> None:
    with database.transaction() as session:
        pools.save(session, Pool("gpu", 2))
        assert names(database) == ["default_pool"]
    assert names(database) == ["default_pool", "gpu"]


def test_a_reader_keeps_its_picture_while_others_write(database: Database) -> None:
    with database.reading() as session:
        before = pools.slots(session)
        with database.transaction() as other:
            pools.save(other, Pool("gpu", 2))
        assert pools.slots(session) == before


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError), database.reading() as session:
        pools.save(session, Pool("gpu", 2))
    assert names(database) == ["default_pool"]


def test_a_writer_can_write_after_readers_used_its_connection(database: Database) -> None:
    for size in range(3):
        names(database)
        with database.transaction() as session:
            pools.save(session, Pool("gpu", size))
    with database.reading() as session:
        assert pools.slots(session)["gpu"] == 2


def test_a_senseless_statement_is_not_the_database_being_away(database: Database) -> None:
    with pytest.raises(DBAPIError), database.reading() as session:
        session.execute(text("SELECT no_such_column FROM pools"))


def test_a_sqlite_file_is_made_with_its_folders(tmp_path: Path) -> None:
    with Database(f"sqlite:///{tmp_path}/new/folder/nbflow.db") as database:
        database.upgrade()
        assert names(database) == ["default_pool"]


def test_a_relative_path_means_the_folder_of_that_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Database("sqlite:///nbflow.db") as database:
        monkeypatch.chdir("/")
        database.upgrade()
    assert (tmp_path / "nbflow.db").is_file()


@pytest.mark.parametrize(
    "url", ["mysql://host/name", "sqlite://", "sqlite:///:memory:", "sqlite:///file:x?uri=true"]
)
def test_a_url_that_cannot_serve_is_refused_with_one_that_can(url: str) -> None:
    with pytest.raises(ValueError, match="sqlite:///"):
        Database(url)


def test_a_server_that_is_not_there_is_reported_as_such(tmp_path: Path) -> None:
    nowhere = Database(f"postgresql:///nbflow?host={tmp_path}")
    with pytest.raises(StoreUnavailable, match="does not answer"), nowhere.transaction():
        pass


def test_a_folder_that_cannot_be_entered_is_reported_as_such(tmp_path: Path) -> None:
    (tmp_path / "nbflow.db").mkdir()
    with (
        Database(f"sqlite:///{tmp_path}/nbflow.db") as database,
        pytest.raises(StoreUnavailable, match="unable to open"),
        database.reading(),
    ):
        pass


def test_a_connection_that_the_server_ends_is_reported_and_replaced(
    postgres_database: Database,
) -> None:
    with pytest.raises(StoreUnavailable, match="terminating connection"):
        lose_the_connection(postgres_database)
    assert names(postgres_database) == ["default_pool"]


def lose_the_connection(database: Database) -> None:
    with database.transaction() as session:
        pools.save(session, Pool("gpu", 2))
        pid = session.scalar(text("SELECT pg_backend_pid()"))
        with database.transaction() as other:
            other.execute(text(f"SELECT pg_terminate_backend({pid})"))
        pools.read(session)


def test_a_process_that_stands_still_does_not_keep_its_locks(postgres_database: Database) -> None:
    with postgres_database.transaction() as session:
        assert session.scalar(text("SHOW idle_in_transaction_session_timeout")) == "10s"
        assert session.scalar(text("SHOW lock_timeout")) == "30s"
        assert session.scalar(text("SHOW timezone")) == "UTC"


def test_a_file_survives_a_writer_that_is_killed_in_the_middle(
    sqlite_database: Database,
) -> None:
    path = sqlite_database.url.database
    killed = (
        "import os, signal, sqlite3\n"
        f"c = sqlite3.connect({path!r}, isolation_level=None)\n"
        "c.execute('BEGIN IMMEDIATE')\n"
        "c.execute(\"INSERT INTO pools (name, slots) VALUES ('half', 1)\")\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", killed], check=False).returncode == -9
    assert names(sqlite_database) == ["default_pool"]
    with sqlite_database.transaction() as session:
        pools.save(session, Pool("gpu", 2))


def test_a_sqlite_file_is_in_wal_mode_and_checks_foreign_keys(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA foreign_keys")) == 1
        assert session.scalar(text("PRAGMA synchronous")) == 1
    assert sqlite3.sqlite_version_info >= (3, 35), "RETURNING needs SQLite 3.35"
