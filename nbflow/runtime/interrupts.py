"""Ending a task that runs in a thread of the worker, as far as Python lets us."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from contextlib import suppress
from threading import Lock, Timer, get_ident
from typing import TypeVar

from nbflow.runtime.cancellation import CancelToken
from nbflow.runtime.children import EndedBy

T = TypeVar("T")


class TaskInterrupted(BaseException):
    """Raised in the thread of a task that is to end; `except Exception` lets it pass."""


def run_interruptibly(
    body: Callable[[], T], *, timeout: float | None, token: CancelToken | None
) -> tuple[T | None, EndedBy]:
    """What `body` returns, None if it did not come that far, and who ended it if it was we.

    After `timeout` seconds, or when `token` is cancelled, TaskInterrupted is raised in this thread
    at the next line of Python.
    """
    interrupt = _Interrupt()
    timer = None if timeout is None else Timer(timeout, interrupt.fire, ("timeout",))
    if timer is not None:
        timer.daemon = True
        timer.start()
    unsubscribe = _nothing
    if token is not None:
        unsubscribe = token.on_cancel(lambda: interrupt.fire("cancelled"))
    try:
        try:
            interrupt.arm()
            result = body()
        finally:
            interrupt.disarm()
    # Also one that came just too late: fired before, and raised after, the last line of `body`.
    except TaskInterrupted:
        return None, interrupt.by
    else:
        return result, interrupt.by
    finally:
        unsubscribe()
        if timer is not None:
            timer.cancel()


class _Interrupt:
    """At most one TaskInterrupted for the thread that made this, and only while it is armed."""

    def __init__(self) -> None:
        self.by: EndedBy = ""
        self._thread = get_ident()
        self._lock = Lock()
        self._armed = False

    def fire(self, by: EndedBy) -> None:
        # Looked at before the lock, which the thread may be holding when the first one hits it.
        if self._was_fired():
            return
        with self._lock:
            if self._was_fired():
                return
            self.by = by
            if self._armed:
                _raise_in(self._thread, TaskInterrupted)

    def _was_fired(self) -> bool:
        return bool(self.by)

    def arm(self) -> None:
        """From here on; at once if it was fired already."""
        with self._lock:
            self._armed = True
            if self.by:
                _raise_in(self._thread, TaskInterrupted)

    def disarm(self) -> None:
        with self._lock:
            self._armed = False
            if self._was_fired():
                _take_back(self._thread)


class _TakenBack(BaseException):
    """Takes the place of a TaskInterrupted that was not raised yet."""


def _take_back(thread: int) -> None:
    """Have nothing left to be raised in `thread`, which is this one.

    To take an exception back by NULL leaves the interpreter looking for it at every step, for good;
    Python 3.11 then never returns from the next call that a debugger traces.
    """
    with suppress(_TakenBack):
        _raise_in(thread, _TakenBack)
        while True:
            pass  # it is raised here at the latest


def _raise_in(thread: int, kind: type[BaseException]) -> None:
    """Have `kind` raised in `thread`, in the place of what was to be raised there."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(kind))


def _nothing() -> None:
    pass
