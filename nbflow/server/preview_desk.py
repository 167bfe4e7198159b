"""Who reads notebooks for previews: one process, which forks for each notebook and is there only
while somebody edits.

Blocking: call it in threads. One notebook is read at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock, Timer
from typing import TypeVar

from nbflow.authoring.parse_server import ParseServer, can_fork

IDLE_SECONDS = 300.0
"""After so long without a question the process ends: it holds 60 MB."""

T = TypeVar("T")


class PreviewDesk:
    """Starts the process for the first question, and ends it when nobody has asked for a while."""

    def __init__(self, idle_seconds: float = IDLE_SECONDS) -> None:
        self._idle_seconds = idle_seconds
        self._lock = Lock()
        self._server: ParseServer | None = None
        self._ending: Timer | None = None

    def ask(self, question: Callable[[ParseServer | None], T]) -> T:
        """What `question` gets out of the process; it is given None where there are no forks."""
        with self._lock:
            self._keep()
            if self._server is None and can_fork():
                self._server = ParseServer(notebooks=True)
            try:
                return question(self._server)
            finally:
                self._ending = Timer(self._idle_seconds, self.close)
                self._ending.daemon = True
                self._ending.start()

    @property
    def is_at_work(self) -> bool:
        """Whether there is a process."""
        return self._server is not None

    def close(self) -> None:
        """End the process. Another question starts one again."""
        with self._lock:
            self._keep()
            if self._server is not None:
                self._server.close()
                self._server = None

    def _keep(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None
