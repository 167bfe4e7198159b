"""Noticing that somebody else added a request or a journal line, at next to no cost until then.

SQLite: a counter of the file is read, and the newest row only when it has moved. PostgreSQL:
LISTEN/NOTIFY, sent by `announce` inside the transaction that adds the row. A signal says that
something is there to be read, never what.
"""

from __future__ import annotations

import select
import socket
import sqlite3
import threading
import time
from enum import Enum
from pathlib import Path
from typing import Protocol

import psycopg
from sqlalchemy import Connection, Engine, text

POLL_SECONDS = 0.01
"""How often `wait` looks at the counter of a SQLite file."""


class Topic(Enum):
    """What to notice: the table whose newest row counts, and its key."""

    REQUESTS = ("requests", "id")
    JOURNAL = ("journal", "cursor")

    @property
    def channel(self) -> str:
        return f"nbflow_{self.value[0]}"


class ChangeSignal(Protocol):
    """Says whether rows were added since it was made, or last said so. For one thread at a time."""

    def wait(self, timeout: float | None = None) -> bool:
        """Return True as soon as rows were added, False after `timeout` seconds or when closed."""

    def has_changed(self) -> bool:
        """Whether rows were added, at once."""

    def close(self) -> None:
        """End a `wait` in another thread, and the connection. Safe to call twice."""


def announce(session: Connection, topic: Topic) -> None:
    """Tell those who listen, once this transaction commits. SQLite's counter needs no telling."""
    if session.dialect.name == "postgresql":
        session.execute(_NOTIFY, {"channel": topic.channel})


_NOTIFY = text("SELECT pg_notify(:channel, '')")


class SqliteSignal:
    """Polls `PRAGMA data_version`, which moves with every commit of another connection."""

    def __init__(self, path: Path, topic: Topic) -> None:
        table, key = topic.value
        self._newest_row = f'SELECT max("{key}") FROM "{table}"'  # noqa: S608 - names of our own
        self._closed = threading.Event()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA query_only = ON")
        self._lock = threading.Lock()
        self._version = self._read("PRAGMA data_version")
        self._newest = self._read(self._newest_row)

    def wait(self, timeout: float | None = None) -> bool:
        deadline = None if timeout is None else time.monotonic() + timeout
        while not self._closed.is_set():
            if self.has_changed():
                return True
            left = POLL_SECONDS if deadline is None else deadline - time.monotonic()
            if left <= 0:
                return False
            self._closed.wait(min(left, POLL_SECONDS))
        return False

    def has_changed(self) -> bool:
        with self._lock:
            if self._closed.is_set():
                return False
            version = self._read("PRAGMA data_version")
            if version == self._version:
                return False
            newest = self._read(self._newest_row)
            self._version = version
            changed, self._newest = newest > self._newest, newest
            return changed

    def close(self) -> None:
        self._closed.set()
        with self._lock:
            self._connection.close()

    def _read(self, question: str) -> int:
        return int(self._connection.execute(question).fetchone()[0] or 0)


class PostgresSignal:
    """Listens on the topic's channel.

    A connection that broke counts as a change, for something may have been missed meanwhile.
    """

    def __init__(self, engine: Engine, topic: Topic) -> None:
        self._connect_args = engine.dialect.create_connect_args(engine.url)
        self._channel = topic.channel
        self._closed = threading.Event()
        self._in_use = threading.RLock()
        self._to_wake, self._woken = socket.socketpair()
        self._connection = self._listen()

    def wait(self, timeout: float | None = None) -> bool:
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._in_use:
            while not self._closed.is_set():
                if self.has_changed():
                    return True
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    return False
                select.select([self._connection.fileno(), self._woken.fileno()], [], [], left)
        return False

    def has_changed(self) -> bool:
        with self._in_use:
            if self._closed.is_set():
                return False
            try:
                return bool(list(self._connection.notifies(timeout=0)))
            except psycopg.OperationalError:
                self._connection.close()
                self._connection = self._listen()
                return True

    def close(self) -> None:
        if self._closed.is_set():
            return
        self._closed.set()
        self._to_wake.send(b".")
        with self._in_use:
            self._connection.close()
            self._to_wake.close()
            self._woken.close()

    def _listen(self) -> psycopg.Connection:
        args, kwargs = self._connect_args
        connection = psycopg.connect(*args, autocommit=True, **kwargs)
        connection.execute(f"LISTEN {self._channel}")
        return connection
