"""The thread behind a live view: when something has happened to a run, it looks and shows what it
saw.

It works while the kernel is busy. It ends with the run, with the view, when nobody holds the view
any more, and with the process; it never prints, for a print of a thread lands in some cell.
"""

from __future__ import annotations

import atexit
import contextlib
import threading
from collections.abc import Callable
from time import monotonic
from weakref import WeakMethod, WeakSet

from nbflow.core.errors import NbflowError
from nbflow.feed import Feed
from nbflow.widgets.run_source import RunSource, Seen

PACE = 0.2
"""Seconds between two looks at least; more for large DAGs, of which every look sends all states."""
TASKS_PER_SECOND = 2500
LOOK_ANYWAY = 5.0
"""Seconds after which it looks although nothing has happened: is a scheduler alive?"""
LOOK_AT_LOG = 0.5
"""The same while a log is shown."""
_LISTEN = 0.5
_JOIN = 5.0

Show = Callable[[Seen], None]
Selected = Callable[[], str]
Trouble = Callable[[str], None]


class Watching:
    """Looks at `source` and shows what it sees. `show` and the others are methods of the view."""

    def __init__(
        self, source: RunSource, *, show: Show, selected: Selected, trouble: Trouble
    ) -> None:
        self._source = source
        self._show = WeakMethod(show)
        self._selected = WeakMethod(selected)
        self._trouble = WeakMethod(trouble)
        self._stopped = threading.Event()
        self._feed = Feed(source.store)
        self._thread = threading.Thread(target=self._run, name="nbflow-watch", daemon=True)
        _ALL.add(self)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        """End the thread and wait for it. Safe to call twice, and from the thread itself."""
        self._stopped.set()
        self._feed.close()
        if threading.current_thread() is not self._thread:
            self._thread.join(_JOIN)

    def _run(self) -> None:
        with self._feed:
            try:
                while self._look_once() and self._wait():
                    """Something has happened."""
            # The view stands still from now on; a traceback on stderr would land in some cell. It
            # is told where it is seen.
            except Exception as error:  # noqa: BLE001
                self._tell(f"The view is not live any more: {type(error).__name__}: {error}")

    def _look_once(self) -> bool:
        """Whether to go on."""
        selected, show = self._selected(), self._show()
        if selected is None or show is None or self._stopped.is_set():
            return False
        try:
            seen = self._source.look(selected())
        except NbflowError as error:
            self._tell(str(error))
            return not self._stopped.wait(_LISTEN)
        show(seen)
        pause = max(PACE, len(seen.states) / TASKS_PER_SECOND)
        return not seen.is_over and not self._stopped.wait(pause)

    def _wait(self) -> bool:
        """Return True when it is time to look, False when nobody wants to know."""
        selected = self._selected()
        if selected is None:
            return False
        before = selected()
        until = monotonic() + (LOOK_AT_LOG if before else LOOK_ANYWAY)
        del selected
        while not self._stopped.is_set():
            left = until - monotonic()
            with contextlib.suppress(NbflowError):  # looking will tell
                if left <= 0 or self._has_happened(min(left, _LISTEN)):
                    return True
            now = self._selected()
            if now is None:
                return False
            if now() != before:
                return True
            del now
        return False

    def _has_happened(self, timeout: float) -> bool:
        changes = self._feed.next(timeout)
        mine = (self._source.dag_id, self._source.run_id)
        return any((change.dag_id, change.run_id) == mine for change in changes)

    def _tell(self, problem: str) -> None:
        trouble = self._trouble()
        if trouble is not None and not self._stopped.is_set():
            trouble(problem)


_ALL: WeakSet[Watching] = WeakSet()


@atexit.register
def _stop_all() -> None:
    for watching in list(_ALL):
        watching.stop()
