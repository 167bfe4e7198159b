"""The thread that tells a view when something has happened to the runs of a DAG. It works while the
kernel is busy, and ends with the view; it never prints.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from weakref import WeakMethod

from nbflow import app
from nbflow.core.errors import NbflowError
from nbflow.feed import Feed

_LISTEN = 0.5


class Following:
    """Calls `tell`, a method of the view, after changes to the runs of `dag_id`."""

    def __init__(self, store: app.Store, dag_id: str, tell: Callable[[], None]) -> None:
        self._dag_id = dag_id
        self._tell = WeakMethod(tell)
        self._stopped = threading.Event()
        self._feed = Feed(store)
        self._thread = threading.Thread(target=self._run, name="nbflow-follow", daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        """End the thread. Safe to call twice."""
        self._stopped.set()
        self._feed.close()
        if threading.current_thread() is not self._thread:
            self._thread.join(5)

    def _run(self) -> None:
        with self._feed:
            while not self._stopped.is_set():
                # A store that does not answer now may do so later; the view of the run says so.
                with contextlib.suppress(NbflowError):
                    mine = [c for c in self._feed.next(_LISTEN) if c.dag_id == self._dag_id]
                    tell = self._tell()
                    if tell is None:
                        return
                    if any(change.kind.startswith("run") for change in mine):
                        tell()
                    del tell
