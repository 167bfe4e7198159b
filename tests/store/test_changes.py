"""A signal tells of new rows soon, and of nothing else."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from nbflow.store import journal, pools, requests
from nbflow.store.changes import (
    POLL_SECONDS,
    SAFETY_SECONDS,
    SHORTEST_SECONDS,
    ChangeSignal,
    SqliteSignal,
    Topic,
    pause_after,
)
from nbflow.store.database import Database, StoreUnavailable
from nbflow.store.file_watch import watch_writes
from nbflow.store.journal import Change
from nbflow.store.pools import Pool
from tests.store.builders import NOW


@contextmanager
def signal(database: Database, topic: Topic = Topic.REQUESTS) -> Iterator[ChangeSignal]:
    opened = database.changes(topic)
    yield opened
    opened.close()


def put(database: Database) -> None:
    with database.transaction() as session:
        requests.put(session, "trigger", {}, None, NOW)


def put_from_outside(url: str) -> None:
    with Database(url) as database:
        put(database)


def test_what_was_there_before_is_no_change(database: Database) -> None:
    put(database)
    with signal(database) as changes:
        assert not changes.has_changed()


def test_a_new_request_is_told_of_once(database: Database) -> None:
    with signal(database) as changes:
        put(database)
        assert [changes.wait(30), changes.has_changed()] == [True, False]


def test_a_request_is_told_of_when_it_is_committed_not_before(database: Database) -> None:
    with signal(database) as changes:
        with database.transaction() as session:
            requests.put(session, "trigger", {}, None, NOW)
            assert not changes.has_changed()
        assert changes.wait(30)


def test_a_request_that_was_rolled_back_is_never_told_of(database: Database) -> None:
    with signal(database) as changes:
        with database._writing.connect() as session, session.begin() as doomed:
            requests.put(session, "trigger", {}, None, NOW)
            doomed.rollback()
        assert not changes.wait(0.05)


def test_other_writes_are_no_change(database: Database) -> None:
    with signal(database) as changes:
        with database.transaction() as session:
            pools.save(session, Pool("gpu", 1))
            journal.append(session, [Change(NOW, "dag")])
        assert not changes.wait(0.05)


def test_the_journal_has_a_signal_of_its_own(database: Database) -> None:
    with signal(database, Topic.JOURNAL) as changes:
        put(database)
        assert not changes.wait(0.05)
        with database.transaction() as session:
            journal.append(session, [Change(NOW, "dag")])
        assert changes.wait(30)


def test_a_waiting_thread_is_woken_by_another_process(database_url: str) -> None:
    with Database(database_url) as database, signal(database) as changes:
        other = multiprocessing.get_context("spawn").Process(
            target=put_from_outside, args=(database_url,)
        )
        other.start()
        assert changes.wait(30)
        other.join()


def test_waiting_ends_after_the_time_given(database: Database) -> None:
    with signal(database) as changes:
        begin = time.monotonic()
        assert not changes.wait(0.1)
        assert 0.1 <= time.monotonic() - begin < 30


def test_closing_ends_the_waiting_of_another_thread(database: Database) -> None:
    changes = database.changes()
    said: list[bool] = []
    waiting = threading.Thread(target=lambda: said.append(changes.wait(60)))
    waiting.start()
    changes.close()
    waiting.join(timeout=30)
    assert said == [False]


def test_a_closed_signal_says_nothing_and_can_be_closed_again(database: Database) -> None:
    changes = database.changes()
    changes.close()
    changes.close()
    put(database)
    assert [changes.has_changed(), changes.wait(1)] == [False, False]


def test_a_signal_of_a_server_that_is_not_there_waits_for_it(tmp_path: Path) -> None:
    database = Database(f"postgresql:///nbflow?host={tmp_path}")
    with signal(database) as changes:
        assert [changes.has_changed(), changes.wait(0.05)] == [False, False]


def test_a_file_that_cannot_be_opened_has_no_signal(tmp_path: Path) -> None:
    (tmp_path / "nbflow.db").mkdir()
    with pytest.raises(StoreUnavailable, match="unable to open"):
        Database(f"sqlite:///{tmp_path}/nbflow.db").changes()


def test_a_store_without_tables_has_no_signal(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="no such table"):
        Database(f"sqlite:///{tmp_path}/nbflow.db").changes()


def test_without_help_of_the_system_the_file_is_polled(sqlite_database: Database) -> None:
    with signal(sqlite_database) as changes:
        assert isinstance(changes, SqliteSignal)
        if changes._watch is not None:
            os.close(changes._watch)
            changes._watch = None
        put(sqlite_database)
        assert changes.wait(30)


def test_a_file_that_is_not_there_cannot_be_watched(tmp_path: Path) -> None:
    assert watch_writes(tmp_path / "nothing") is None


def test_a_listener_that_lost_its_connection_says_so_and_goes_on(
    postgres_database: Database,
) -> None:
    with signal(postgres_database) as changes:
        with postgres_database.transaction() as session:
            listening = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
            session.execute(text(f"SELECT pg_terminate_backend(({listening}))"))
        assert changes.wait(30), "something may have been missed"
        put(postgres_database)
        assert changes.wait(30)


def test_looks_after_a_write_begin_close_together_and_end_far_apart() -> None:
    pauses = [pause_after(seconds) for seconds in (0.0, 0.002, 0.005, 0.05, 1.0)]
    assert pauses == [SHORTEST_SECONDS, 0.002, 0.005, POLL_SECONDS, SAFETY_SECONDS]
