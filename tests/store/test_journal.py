"""The journal is read in the order it was written, and nothing slips in behind a reader."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text

from nbflow.store import journal
from nbflow.store.database import Database
from nbflow.store.journal import Change
from tests.store.builders import LATER, NOW


def write(database: Database, *changes: Change) -> None:
    with database.transaction() as session:
        journal.append(session, changes)


def after(database: Database, cursor: int = 0, limit: int = 1000) -> list[Change]:
    with database.reading() as session:
        return journal.after(session, cursor, limit)


def test_a_line_comes_back_whole_with_its_cursor(database: Database) -> None:
    data = {"reason": "cell_error", "message": "KeyError: 'day'"}
    line = Change(NOW, "task", "sales", "one", "load", -1, "failed", "ana", data)
    write(database, line)
    (found,) = after(database)
    assert found.cursor > 0
    assert found == replace(line, cursor=found.cursor)


def test_a_reader_goes_on_where_it_stopped(database: Database) -> None:
    write(database, *(Change(NOW, "run", run_id=str(n)) for n in range(5)))
    first = after(database, limit=2)
    rest = after(database, first[-1].cursor)
    assert [line.run_id for line in first + rest] == ["0", "1", "2", "3", "4"]


def test_the_last_cursor_is_that_of_the_newest_line(database: Database) -> None:
    with database.reading() as session:
        assert journal.last_cursor(session) == 0
    write(database, Change(NOW, "dag"), Change(LATER, "dag"))
    with database.reading() as session:
        assert journal.last_cursor(session) == after(database)[-1].cursor


def test_a_cursor_is_not_used_again_after_old_lines_were_deleted(database: Database) -> None:
    write(database, Change(NOW, "dag"))
    last = after(database)[-1].cursor
    with database.transaction() as session:
        session.execute(text("DELETE FROM journal"))
    write(database, Change(NOW, "dag"))
    assert after(database)[0].cursor > last


def test_lines_become_visible_in_the_order_of_their_cursors(database: Database) -> None:
    """A transaction that drew a lower cursor and commits later would be missed by every reader."""
    second_is_in = threading.Event()

    def write_second() -> None:
        write(database, Change(NOW, "second"))
        second_is_in.set()

    writer = threading.Thread(target=write_second)
    with database.transaction() as session:
        journal.append(session, [Change(NOW, "first")])
        writer.start()
        assert not second_is_in.wait(0.2)
        assert after(database) == []
    writer.join(timeout=30)
    assert [line.kind for line in after(database)] == ["first", "second"]


def test_many_writers_lose_no_line(database: Database) -> None:
    seen: list[Change] = []

    def write_ten(name: str) -> None:
        for n in range(10):
            write(database, Change(NOW + timedelta(seconds=n), name))

    writers = [threading.Thread(target=write_ten, args=(name,)) for name in "abcd"]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        seen += after(database, seen[-1].cursor if seen else 0)
    seen += after(database, seen[-1].cursor if seen else 0)
    assert sorted(line.kind for line in seen) == sorted("abcd" * 10)
