"""Whether the files of results in the cache are still there, where looking takes its time: in a
store that is not on this machine.

It is asked outside the scheduler's thread, so that a slow store holds up only the tasks whose
results are looked for. What a result needs is said by `core/cache_entry.py`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from nbflow.core.cache_entry import CacheEntry

log = logging.getLogger(__name__)

AT_ONCE = 8
"""So many results are looked for side by side."""

LOOK_SECONDS = 10.0
"""How long a look may take; after that the task is executed, which is always right."""


class FileDesk:
    """Looks for the files of results, in threads of its own, and wakes the scheduler when it is
    known of all that were asked for together. Its methods belong to the scheduler's thread.
    """

    def __init__(
        self,
        is_there: Callable[[Collection[str]], bool],
        wake: Callable[[], None],
        seconds: float = LOOK_SECONDS,
    ) -> None:
        self._is_there = is_there
        self._wake = wake
        self._seconds = seconds
        self._looks: dict[str, _Look] = {}

    def look(self, entries: Iterable[CacheEntry]) -> dict[str, bool]:
        """Of which of these it is known by now whether its files are there, by key. The others are
        looked for; ask again once the scheduler is woken. Each answer is given once.
        """
        known: dict[str, bool] = {}
        waiting: dict[str, _Look] = {}
        new: list[_Look] = []
        for entry in entries:
            look = self._looks.get(entry.attempt_id)
            answer = None if look is None else look.answer
            if answer is not None:
                known[entry.key] = answer
                continue
            if look is None:
                look = _Look(entry)
                new.append(look)
            waiting[entry.attempt_id] = look
        self._looks = waiting  # nobody waits any more for what is not asked for again
        self._begin(new)
        return known

    def forget(self) -> None:
        """Nobody waits for an answer any more."""
        self._looks.clear()

    def _begin(self, looks: Sequence[_Look]) -> None:
        if looks:
            threading.Thread(
                target=self._look_for, args=(looks,), name="nbflow-files", daemon=True
            ).start()

    def _look_for(self, looks: Sequence[_Look]) -> None:
        left = deque(looks)
        for _ in range(min(AT_ONCE, len(looks))):
            threading.Thread(
                target=self._work, args=(left,), name="nbflow-files", daemon=True
            ).start()
        deadline = time.monotonic() + self._seconds
        for look in looks:
            if not look.is_answered.wait(max(deadline - time.monotonic(), 0.0)):
                left.clear()
                self._put(look, False, f"the store did not answer within {self._seconds:g} s")
        self._wake()

    def _work(self, left: deque[_Look]) -> None:
        while True:
            try:
                look = left.popleft()
            except IndexError:
                return
            try:
                self._put(look, self._is_there(look.entry.urls))
            # Whatever a store's client raises: the task is executed, and the log says why.
            except Exception as error:  # noqa: BLE001
                self._put(look, False, str(error) or type(error).__name__)

    def _put(self, look: _Look, answer: bool, problem: str = "") -> None:
        if problem and look.answer is None:
            log.warning(
                "Whether the result of %s in run %s is still there cannot be told, so it is made "
                "again: %s.",
                look.entry.task_id,
                look.entry.run_id,
                problem.rstrip("."),
                extra={"action": "look_for_files"},
            )
        if look.answer is None:
            look.answer = answer
        look.is_answered.set()


@dataclass
class _Look:
    """A result that is looked for; the first answer counts."""

    entry: CacheEntry
    answer: bool | None = None
    is_answered: threading.Event = field(default_factory=threading.Event)
