"""The feed: every change once, in order, as it comes."""

from __future__ import annotations

from threading import Thread

from nbflow import feed
from nbflow.store import journal
from nbflow.store.database import Database
from nbflow.store.journal import Change
from tests.databases import database, database_url, postgres_database, sqlite_database
from tests.scheduler.stage import START

__all__ = ["database", "database_url", "postgres_database", "sqlite_database"]


def append(database: Database, *dag_ids: str) -> None:
    with database.transaction() as session:
        journal.append(session, [Change(START, "dag", dag_id) for dag_id in dag_ids])


def dag_ids(changes: feed.Batch) -> list[str | None]:
    return [change.dag_id for change in changes.changes]


def test_a_batch_says_where_to_go_on(database: Database) -> None:
    append(database, "a", "b", "c")

    first = feed.after(database, 0, limit=2)
    rest = feed.after(database, first.cursor)
    nothing = feed.after(database, rest.cursor)

    assert [dag_ids(batch) for batch in (first, rest, nothing)] == [["a", "b"], ["c"], []]
    assert nothing.cursor == rest.cursor == feed.now(database)


def test_a_feed_tells_what_comes_after_it_was_opened(database: Database) -> None:
    append(database, "before")
    with feed.Feed(database) as changes:
        nothing = changes.next(0)
        append(database, "after")
        found = changes.next(60)

    assert nothing == []
    assert [change.dag_id for change in found] == ["after"]


def test_a_feed_goes_on_from_a_cursor(database: Database) -> None:
    append(database, "a", "b")
    with feed.Feed(database, cursor=0) as changes:
        found = changes.next(60)

    assert [change.dag_id for change in found] == ["a", "b"]
    assert changes.cursor == feed.now(database)


def test_a_feed_that_waits_is_woken_by_a_change(database: Database) -> None:
    found: list[str | None] = []
    with feed.Feed(database) as changes:
        listener = Thread(target=lambda: found.extend(c.dag_id for c in changes.next(60)))
        listener.start()
        append(database, "a")
        listener.join(60)

    assert found == ["a"]


def test_closing_a_feed_ends_its_waiting(database: Database) -> None:
    changes = feed.Feed(database)
    listener = Thread(target=changes.next, args=(600,))
    listener.start()

    changes.close()
    listener.join(60)

    assert not listener.is_alive()
    changes.close()  # and again
