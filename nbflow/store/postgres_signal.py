"""The signal for new rows on PostgreSQL, in a module of its own: SQLite does without psycopg."""

from __future__ import annotations

import math
import time

import psycopg
from sqlalchemy import Engine

from nbflow.store.changes import ChangeSignal, Topic

RECONNECT_SECONDS = 1.0
"""How often a server that does not answer is asked again."""


class PostgresSignal(ChangeSignal):
    """Listens on the topic's channel.

    While the server does not answer nothing has changed. That it answers again counts as a change,
    for something may have been missed meanwhile.
    """

    def __init__(self, engine: Engine, topic: Topic) -> None:
        super().__init__()
        self._connect_args = engine.dialect.create_connect_args(engine.url)
        self._channel = topic.channel
        self._retry_at = -math.inf
        self._connection = self._listen()

    def _look(self) -> bool:
        if self._connection is None:
            if time.monotonic() >= self._retry_at:
                self._connection = self._listen()
            return self._connection is not None
        try:
            return bool(list(self._connection.notifies(timeout=0)))
        except psycopg.OperationalError:
            self._disconnect()
            return self._look()

    def _sleep(self, at_most: float) -> None:
        if self._connection is None:
            self.sleep_until_readable(None, min(at_most, RECONNECT_SECONDS))
        else:
            self.sleep_until_readable(self._connection.fileno(), at_most)

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _listen(self) -> psycopg.Connection | None:
        args, kwargs = self._connect_args
        self._retry_at = time.monotonic() + RECONNECT_SECONDS
        try:
            connection = psycopg.connect(*args, autocommit=True, **kwargs)
            connection.execute(f"LISTEN {self._channel}")
        except psycopg.OperationalError:
            return None  # whoever uses the store is told of it there
        return connection
