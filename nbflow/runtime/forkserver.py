"""Processes for tasks, in milliseconds: the worker's side of the zygote (`zygote.py`).

`ForkServer.spawn` starts one function in a child, `attend` looks after it until it has ended:
output, result, timeout, cancellation. What the function does is not known here. Where there is no
fork, each child is an ordinary new process.
"""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Literal

from nbflow.core.errors import NbflowError
from nbflow.runtime import zygote
from nbflow.runtime.cancellation import CancelToken
from nbflow.runtime.guard import Guard

log = logging.getLogger(__name__)

# What DAG files import, and what running their tasks takes.
DEFAULT_PRELOAD = (
    "nbflow.runtime.python_task",
    "nbflow.authoring.decorators",
    "nbflow.authoring.dag",
)
GRACE_SECONDS = 5.0
# How long the end of a killed child may take to be told; then its zygote is taken for dead.
_KILL_SECONDS = 10.0
# How long a pipe may stay open after its child has ended, held by a process that left the group.
_DRAIN_SECONDS = 0.5
_CHUNK = 1 << 16
_CLOSED = "The worker is shutting down: no process can be started for the task."

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


@dataclass(frozen=True)
class ChildResult:
    """What became of a child: the bytes that came back, if any, and who ended it, if we did.

    `problem` says why its function could not be called.
    """

    result: bytes | None
    exit: Exit
    ended_by: EndedBy = ""
    problem: str = ""


class Child:
    """One running child. `channel` carries its request and its result, `wake` alerts `attend`."""

    def __init__(self, channel: socket.socket, send_signal: Callable[[int], object]) -> None:
        self.channel = channel
        self.pid = 0
        self.exit: Exit | None = None
        self._send_signal = send_signal
        self._started = Event()
        self._woken, self._waker = socket.socketpair()
        self._waker.setblocking(False)
        self._start_error = ""

    def signal(self, number: int) -> None:
        """Send the signal `number` to its whole process group; nothing if it has ended."""
        if self.exit is None:
            self._send_signal(number)

    def wake(self) -> None:
        # Full or closed both mean that there is nobody to wake who is not awake.
        with contextlib.suppress(OSError):
            self._waker.send(b"\0")

    def wait_started(self) -> None:
        """Return when it runs, with `pid` set. Raises StartFailed."""
        self._started.wait()
        if self._start_error:
            self.close()
            raise StartFailed(self._start_error)

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
        self.wake()

    def drain_wakes(self) -> None:
        self._woken.recv(_CHUNK)

    def fileno(self) -> int:
        return self._woken.fileno()


class ForkServer:
    """Starts children for many threads at once. Its zygote starts with the first of them.

    `preload` names modules to import in the zygote besides our own, for tasks that use them.
    `fork` says whether to use a zygote at all, by default wherever there is fork.
    """

    def __init__(self, preload: tuple[str, ...] = (), fork: bool | None = None) -> None:
        self.preload = (*DEFAULT_PRELOAD, *preload)
        self._can_fork = hasattr(os, "fork") if fork is None else fork
        self._lock = Lock()
        self._connection: _Connection | None = None
        self._guard = Guard()
        self._closed = False

    def run(
        self,
        function: str,
        payload: bytes,
        stdout: int,
        *,
        on_started: Callable[[int], None] | None = None,
        timeout: float | None = None,
        token: CancelToken | None = None,
        grace: float = GRACE_SECONDS,
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
    ) -> ChildResult:
        """Call `function` ("module:name", bytes to bytes) with `payload` in a child and wait.

        Its output goes to the file descriptor `stdout`. After `timeout` seconds, or when `token` is
        cancelled, its process group is interrupted and, `grace` seconds later, killed.
        Raises StartFailed.
        """
        child = self.spawn(function, payload, stdout, stdout, cwd=cwd, env=env)
        answer = Answer()
        try:
            if on_started is not None:
                on_started(child.pid)
            ended_by = attend(
                child,
                {child.channel.fileno(): answer.feed},
                timeout=timeout,
                token=token,
                grace=grace,
                is_complete=lambda: answer.is_complete,
            )
            end = child.exit or Exit()
            return ChildResult(answer.result, end, ended_by, answer.problem)
        finally:
            child.close()

    def spawn(
        self,
        function: str,
        payload: bytes,
        stdout: int,
        stderr: int,
        *,
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
        preloaded: bool = True,
    ) -> Child:
        """Start `function` in a child and return as soon as it runs; the caller attends and closes.

        `preloaded` False does without the imports of the zygote if it has not done them yet.
        Raises StartFailed.
        """
        if self._closed:
            raise StartFailed(_CLOSED)
        if self._can_fork:
            connection = self._connected()
            if preloaded:
                connection.ask_preload()
            child = connection.fork(stdout, stderr)
        else:
            child = _spawn_process(stdout, stderr, self._guard)
        child.wait_started()
        # A child that dies while it is being told is seen by its exit.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            zygote.send_request(child.channel, function, payload, cwd, env or {})
        return child

    def warm_up(self) -> None:
        """Return when the zygote runs and has its imports behind it."""
        if self._can_fork:
            self._connected().wait_preloaded()

    def close(self) -> None:
        """End the zygote and with it every child; no other can be started. Safe to call twice."""
        with self._lock:
            self._closed = True
            connection, self._connection = self._connection, None
        self._guard.close()
        if connection is not None:
            connection.close()

    def _connected(self) -> _Connection:
        with self._lock:
            if self._closed:
                raise StartFailed(_CLOSED)
            if self._connection is None or self._connection.is_dead:
                if self._connection is not None:
                    self._connection.close()
                self._connection = _Connection(self.preload)
            return self._connection


class _Connection:
    """One zygote: its process, the control socket, and the thread that hears what it says."""

    def __init__(self, preload: tuple[str, ...]) -> None:
        self._control, self._process = _start(
            "main", subprocess.DEVNULL, None, worker=os.getpid(), preload=preload
        )
        self._lock = Lock()
        self._keys = count(1)
        self._children: dict[int, Child] = {}
        self._preload_asked = False
        self._preloaded = Event()
        self.is_dead = False
        self._listener = Thread(target=self._listen, name="nbflow-forkserver", daemon=True)
        self._listener.start()

    def fork(self, stdout: int, stderr: int) -> Child:
        ours, theirs = socket.socketpair()
        key = next(self._keys)
        child = Child(ours, lambda number: self._tell(zygote.SIGNAL, key, number))
        with theirs:
            self._children[key] = child
            if not self._tell(zygote.FORK, key, fds=[theirs.fileno(), stdout, stderr]):
                self._children.pop(key, None)
                child.has_ended(Exit())
        return child

    def ask_preload(self) -> None:
        if not self._preload_asked:
            self._preload_asked = True
            self._tell(zygote.PRELOAD, 0)

    def wait_preloaded(self) -> None:
        self.ask_preload()
        self._preloaded.wait()

    def close(self) -> None:
        # Shut down, not only closed: the listener has it in its hands, and must let go.
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        try:
            self._process.wait(_KILL_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._listener.join()
        self._control.close()

    def _tell(self, what: int, key: int, number: int = 0, fds: list[int] | None = None) -> bool:
        message = zygote.MESSAGE.pack(what, key, number, 0)
        with self._lock:
            try:
                if fds:
                    socket.send_fds(self._control, [message], fds)
                else:
                    self._control.sendall(message)
            # The listener has seen, or is about to see, that the zygote is gone.
            except OSError:
                return False
        return True

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while message := _receive(self._control, zygote.MESSAGE.size):
                self._hear(*zygote.MESSAGE.unpack(message))
        self.is_dead = True
        self._preloaded.set()
        for child in list(self._children.values()):
            _kill_orphan(child)
            child.has_ended(Exit())
        self._children.clear()

    def _hear(self, what: int, key: int, number: int, more: int) -> None:
        if what == zygote.READY:
            self._preloaded.set()
        elif what == zygote.STARTED:
            self._children[key].has_started(number)
        elif what == zygote.FORK_FAILED:
            why = errno.errorcode.get(number, str(number))
            self._children.pop(key).has_failed(
                f"The system could not start another process ({why}, {os.strerror(number)}): "
                "free memory or processes on this worker, or give it fewer slots."
            )
        elif what == zygote.EXITED:
            self._children.pop(key).has_ended(_exit(number, more))


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
            _kill_orphan(self._child)
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


def _spawn_process(stdout: int, stderr: int, guard: Guard) -> Child:
    """A child without a zygote: slower to start; the guard sees that it does not outlive us."""
    channel, process = _start("lone_child", stdout, stderr)
    guard.watch(process.pid)
    child = Child(channel, lambda number: _signal_group(process.pid, number))
    child.has_started(process.pid)

    def wait() -> None:
        code = process.wait()
        _signal_group(process.pid, signal.SIGKILL)
        guard.forget(process.pid)
        # Its peak memory is not known: what the system tells includes ours before the exec.
        child.has_ended(_exit(code))

    Thread(target=wait, name=f"nbflow-child-{process.pid}", daemon=True).start()
    return child


def _exit(code: int, peak_memory: int | None = None) -> Exit:
    """From an exit code that is negative for a signal."""
    if code < 0:
        return Exit(signal=-code, peak_memory=peak_memory)
    return Exit(code, peak_memory=peak_memory)


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


def _take(fd: int, take: Callable[[bytes], None]) -> bool:
    """Read once from `fd`; False at its end."""
    try:
        data = os.read(fd, _CHUNK)
    except ConnectionResetError:
        return False
    if data:
        take(data)
    return bool(data)


def _receive(connection: socket.socket, size: int) -> bytes:
    """Exactly `size` bytes, or none if the other side is gone."""
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            return b""
        data += more
    return data


def _start(
    function: str, stdout: int, stderr: int | None, **told: object
) -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """A new interpreter that calls `function` of `zygote.py`, and our end of a socket to it."""
    ours, theirs = socket.socketpair()
    told |= {"socket": theirs.fileno(), "path": _search_path()}
    with theirs:
        try:
            process = subprocess.Popen(
                [sys.executable, "-c", _ENTER.format(name=function), json.dumps(told)],
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                pass_fds=[theirs.fileno()],
                # A Ctrl-C at the terminal is for the worker to act on.
                start_new_session=True,
            )
        except OSError as error:
            ours.close()
            raise StartFailed(f"No process for tasks can be started: {error}.") from error
    return ours, process


def _search_path() -> list[str]:
    """Where this process finds modules, for one that may stand in another folder."""
    return [str(Path(entry).absolute()) for entry in sys.path]


# The path goes first: our own package may only be on that of the worker.
_ENTER = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1])['path']; "
    "from nbflow.runtime.zygote import {name}; {name}()"
)


def _kill_orphan(child: Child) -> None:
    """Kill the group of a child whose zygote cannot do it any more."""
    if child.pid:
        _signal_group(child.pid, signal.SIGKILL)


def _signal_group(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
