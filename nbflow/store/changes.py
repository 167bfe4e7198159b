"""Noticing that somebody else added a request or a journal line, at next to no cost until then.

SQLite: a counter of the file is read when the file was written to, and the newest row only when the
counter has moved. PostgreSQL (`postgres_signal.py`): LISTEN/NOTIFY, sent by `announce` inside the
transaction that adds the row. A signal says that something is there to be read, never what.
"""

from __future__ import annotations

import math
import os
import select
import socket
import sqlite3
import threading
import time
from abc import ABC, abstractmethod
from enum import Enum
from pathlib import Path

from sqlalchemy import Connection, text

from nbflow.store.file_watch import watch_writes

POLL_SECONDS = 0.01
"""How often a SQLite file is looked at while it is written to, or always if nobody tells us."""

SHORTEST_SECONDS = 0.001
"""How soon it is looked at again after it was written to."""

CLOSE_SECONDS = 0.1
"""How long it is looked at closely: a commit becomes visible a moment after it was written."""

SAFETY_SECONDS = 0.5
"""How often it is looked at although nobody told us of a write."""


def pause_after(seconds: float) -> float:
    """How long to sleep before the next look, so many seconds after the file was written to.

    A commit can be seen a fraction of a millisecond after it was written, hardly ever later: the
    pauses begin short and double.
    """
    if seconds >= CLOSE_SECONDS:
        return SAFETY_SECONDS
    return min(max(seconds, SHORTEST_SECONDS), POLL_SECONDS)


class Topic(Enum):
    """What to notice: the table whose newest row counts, and its key."""

    REQUESTS = ("requests", "id")
    JOURNAL = ("journal", "cursor")

    @property
    def channel(self) -> str:
        return f"nbflow_{self.value[0]}"


class ChangeSignal(ABC):
    """Says whether rows were added since it was made, or last said so.

    `wait` and `has_changed` belong to one thread at a time; any other may `close`.
    """

    def __init__(self) -> None:
        self._closed = threading.Event()
        self._in_use = threading.RLock()
        self._to_wake, self._woken = socket.socketpair()

    def wait(self, timeout: float | None = None) -> bool:
        """Return True as soon as rows were added, False after `timeout` seconds or when closed."""
        deadline = math.inf if timeout is None else time.monotonic() + timeout
        with self._in_use:
            while not self.has_changed():
                left = deadline - time.monotonic()
                if left <= 0 or self._closed.is_set():
                    return False
                self._sleep(left)
        return True

    def has_changed(self) -> bool:
        """Whether rows were added, at once."""
        with self._in_use:
            return not self._closed.is_set() and self._look()

    def close(self) -> None:
        """End a `wait` in another thread, and the connection. Safe to call twice."""
        if self._closed.is_set():
            return
        self._closed.set()
        self._to_wake.send(b".")
        with self._in_use:
            self._disconnect()
            self._to_wake.close()
            self._woken.close()

    def sleep_until_readable(self, descriptor: int | None, seconds: float) -> bool:
        """Sleep until there is something to read from `descriptor`, or `close` was called."""
        poll = select.poll()
        poll.register(self._woken, select.POLLIN)
        if descriptor is not None:
            poll.register(descriptor, select.POLLIN)
        ready = poll.poll(None if seconds == math.inf else math.ceil(seconds * 1000))
        return any(fd == descriptor for fd, _ in ready)

    @abstractmethod
    def _look(self) -> bool:
        """Whether rows were added since the last look."""

    @abstractmethod
    def _sleep(self, at_most: float) -> None:
        """Return when a look may be worth it, or after `at_most` seconds."""

    @abstractmethod
    def _disconnect(self) -> None:
        """Close what `_look` and `_sleep` use."""


def announce(session: Connection, topic: Topic) -> None:
    """Tell those who listen, once this transaction commits. SQLite's counter needs no telling."""
    if session.dialect.name == "postgresql":
        session.execute(_NOTIFY, {"channel": topic.channel})


_NOTIFY = text("SELECT pg_notify(:channel, '')")


class SqliteSignal(ChangeSignal):
    """Reads `PRAGMA data_version`, which moves with every commit of another connection."""

    def __init__(self, path: Path, topic: Topic) -> None:
        table, key = topic.value
        self._newest_row = f'SELECT max("{key}") FROM "{table}"'  # noqa: S608 - names of our own
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            self._connection.execute("PRAGMA query_only = ON")
            self._version = self._read("PRAGMA data_version")
            self._newest = self._read(self._newest_row)
        except sqlite3.Error:
            self._connection.close()
            raise
        super().__init__()
        # It exists while any connection does, and ours now does.
        self._watch = watch_writes(path.with_name(f"{path.name}-wal"))
        self._written = -math.inf

    def _look(self) -> bool:
        try:
            version = self._read("PRAGMA data_version")
            if version == self._version:
                return False
            newest = self._read(self._newest_row)
        except sqlite3.OperationalError:
            return False  # whoever uses the store is told of it there
        added = newest > self._newest
        self._version, self._newest = version, newest
        return added

    def _sleep(self, at_most: float) -> None:
        told = self._watch is not None
        pause = pause_after(time.monotonic() - self._written) if told else POLL_SECONDS
        if self.sleep_until_readable(self._watch, min(pause, at_most)) and self._watch is not None:
            os.read(self._watch, 65536)
            self._written = time.monotonic()

    def _disconnect(self) -> None:
        self._connection.close()
        if self._watch is not None:
            os.close(self._watch)

    def _read(self, question: str) -> int:
        return int(self._connection.execute(question).fetchone()[0] or 0)
