"""`CancelToken`: how a running attempt learns that it is to end.

It says so and no more; what is stopped, and how, is the business of whoever listens.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock


class CancelToken:
    """A flag that is raised once, from any thread, and tells everyone who asked to be told."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._reason: str | None = None
        self._callbacks: dict[object, Callable[[], None]] = {}

    @property
    def is_cancelled(self) -> bool:
        return self._reason is not None

    @property
    def reason(self) -> str:
        """Why, in a few words for a person; empty until cancelled."""
        return self._reason or ""

    def cancel(self, reason: str = "cancelled") -> None:
        """Raise the flag and call everyone back in this thread. Only the first call counts."""
        with self._lock:
            if self._reason is not None:
                return
            self._reason = reason or "cancelled"
            callbacks, self._callbacks = list(self._callbacks.values()), {}
        # Outside the lock, so that a callback may subscribe or unsubscribe.
        for callback in callbacks:
            callback()

    def on_cancel(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Have `callback` called once on cancellation, at once if that has happened.

        Returns how to unsubscribe. Callbacks run in the thread that cancels: they must be quick and
        must not raise.
        """
        key = object()
        with self._lock:
            if self._reason is None:
                self._callbacks[key] = callback
                return lambda: self._forget(key)
        callback()
        return lambda: None

    def _forget(self, key: object) -> None:
        with self._lock:
            self._callbacks.pop(key, None)
