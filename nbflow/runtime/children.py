"""One child process of a task, and looking after it until it has ended.

Output, answer, timeout, cancellation. It is started by `forkserver.py`; `zygote.py` is its inside.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event
from typing import Literal

from nbflow.core.errors import NbflowError
from nbflow.runtime import zygote
from nbflow.runtime.cancellation import CancelToken

GRACE_SECONDS = 5.0
# How long the end of a killed child may take to be told; then its zygote is taken for dead.
_KILL_SECONDS = 10.0
# How long a pipe may stay open after its child has ended, held by a process that left the group.
_DRAIN_SECONDS = 0.5
_CHUNK = 1 << 16

EndedBy = Literal["", "timeout", "cancelled"]


class StartFailed(NbflowError):
    """A process for a task could not be started; the message says why."""


@dataclass(frozen=True)
class Exit:
    """How a child ended: by `code`, or `signal`, or unknown (`is_lost`) for its zygote died too.

    `peak_memory` is the largest resident set it had, in bytes, if known.
    """

    code: int | None = None
    signal: int | None = None
    peak_memory: int | None = None

    @property
    def is_lost(self) -> bool:
        return self.code is None and self.signal is None


class Child:
    """One running child. `channel` carries its request and its result, `wake` alerts `attend`."""

    def __init__(self, channel: socket.socket, send_signal: Callable[[int], object]) -> None:
        self.channel = channel
        self.pid = 0
        self.exit: Exit | None = None
        self._send_signal = send_signal
        self._started = Event()
        self._ended = Event()
        self._woken, self._waker = socket.socketpair()
        self._waker.setblocking(False)
        self._start_error = ""

    def signal(self, number: int) -> None:
        """Send the signal `number` to its whole process group; nothing if it has ended."""
        if self.exit is None:
            self._send_signal(number)

    def kill_from_here(self) -> None:
        """Kill its group without its zygote, which cannot do it any more."""
        if self.pid:
            signal_group(self.pid, signal.SIGKILL)

    def wake(self) -> None:
        # Full or closed both mean that there is nobody to wake who is not awake.
        with contextlib.suppress(OSError):
            self._waker.send(b"\0")

    def wait_started(self, timeout: float) -> None:
        """Return when it runs, with `pid` set. Raises StartFailed, then it is closed."""
        if not self._started.wait(timeout):
            # Should it start after all, it finds its channel closed, and ends.
            self.has_failed(
                f"The process that starts tasks has not answered for {timeout:g} s: "
                "the machine is overloaded, or a module to preload does not finish importing."
            )
        if self._start_error:
            self.close()
            raise StartFailed(self._start_error)

    def wait_ended(self, timeout: float | None) -> bool:
        """Whether it has ended within `timeout` seconds."""
        return self._ended.wait(timeout)

    def close(self) -> None:
        for end in (self.channel, self._woken, self._waker):
            end.close()

    def has_started(self, pid: int) -> None:
        self.pid = pid
        self._started.set()

    def has_failed(self, why: str) -> None:
        self._start_error = why
        self._started.set()

    def has_ended(self, how: Exit) -> None:
        if not self._started.is_set():
            self.has_failed("The process that starts tasks ended unexpectedly.")
        self.exit = how
        self._ended.set()
        self.wake()

    def drain_wakes(self) -> None:
        self._woken.recv(_CHUNK)

    def fileno(self) -> int:
        return self._woken.fileno()


class Answer:
    """What a child says on its channel, put together from the pieces it comes in."""

    def __init__(self) -> None:
        self._data = bytearray()

    def feed(self, data: bytes) -> None:
        self._data += data

    @property
    def is_complete(self) -> bool:
        head = zygote.FRAME.size
        if len(self._data) < head:
            return False
        _, length = zygote.FRAME.unpack_from(self._data)
        return bool(len(self._data) >= head + length)

    @property
    def result(self) -> bytes | None:
        """The bytes its function returned."""
        return self._content(zygote.RESULT)

    @property
    def problem(self) -> str:
        """Why its function could not be called, or empty."""
        return (self._content(zygote.PROBLEM) or b"").decode()

    def _content(self, kind: bytes) -> bytes | None:
        if not self.is_complete or self._data[:1] != kind:
            return None
        return bytes(self._data[zygote.FRAME.size :])


def attend(
    child: Child,
    readers: Mapping[int, Callable[[bytes], None]],
    *,
    timeout: float | None = None,
    token: CancelToken | None = None,
    grace: float = GRACE_SECONDS,
    is_complete: Callable[[], bool] = lambda: False,
) -> EndedBy:
    """Look after `child` until it has ended and its output is read; who ended it, if we did.

    `readers` maps file descriptors to what takes the bytes read from them. A child that
    `is_complete` has done its work: it is not ended any more.
    """
    ending = _Ending(child, timeout, token, grace, is_complete)
    unsubscribe = token.on_cancel(child.wake) if token is not None else lambda: None
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(child, selectors.EVENT_READ)
            for fd, take in readers.items():
                selector.register(fd, selectors.EVENT_READ, take)
            while (wait := ending.step(time.monotonic(), len(selector.get_map()) - 1)) != _OVER:
                for key, _ in selector.select(wait):
                    if key.data is None:
                        child.drain_wakes()
                    elif not _take(key.fd, key.data):
                        selector.unregister(key.fd)
    finally:
        unsubscribe()
        # Only if something here went wrong: nobody would look after it any more.
        child.signal(signal.SIGKILL)
    return ending.by


_OVER = -1.0


class _Ending:
    """Interrupt, grace, kill, and after the end what is still to be read: each step at its time."""

    def __init__(
        self,
        child: Child,
        timeout: float | None,
        token: CancelToken | None,
        grace: float,
        is_complete: Callable[[], bool],
    ) -> None:
        self._child = child
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._token = token
        self._grace = grace
        self._is_complete = is_complete
        self._kill_at: float | None = None
        self._give_up_at: float | None = None
        self._drained_at: float | None = None
        self.by: EndedBy = ""

    def step(self, now: float, open_pipes: int) -> float | None:
        """Do what is due at `now`; returns the seconds to the next step, None if none is known."""
        if self._child.exit is not None:
            self._drained_at = self._drained_at or now + _DRAIN_SECONDS
            left = self._drained_at - now
            return left if open_pipes and left > 0 else _OVER
        if not self.by and not self._is_complete():
            self._begin(now)
        if self._kill_at is not None and now >= self._kill_at:
            self._child.signal(signal.SIGKILL)
            self._kill_at, self._give_up_at = None, now + _KILL_SECONDS
        if self._give_up_at is not None and now >= self._give_up_at:
            # The zygote does not answer: it is stopped or out of its mind.
            self._child.kill_from_here()
            return _OVER
        due = self._kill_at or self._give_up_at or (None if self.by else self._deadline)
        return None if due is None else max(0.0, due - now)

    def _begin(self, now: float) -> None:
        if self._token is not None and self._token.is_cancelled:
            self.by = "cancelled"
        elif self._deadline is not None and now >= self._deadline:
            self.by = "timeout"
        if self.by:
            self._child.signal(signal.SIGINT)
            self._kill_at = now + self._grace


def _take(fd: int, take: Callable[[bytes], None]) -> bool:
    """Read once from `fd`; False at its end."""
    try:
        data = os.read(fd, _CHUNK)
    except ConnectionResetError:
        return False
    if data:
        take(data)
    return bool(data)


def signal_group(pid: int, number: int) -> None:
    """Signal the process group that `pid` leads, if it is still there."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
