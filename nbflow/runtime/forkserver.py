"""Processes for tasks, in milliseconds: the worker's side of the zygote (`zygote.py`).

Starts one function in a child; what happens to it from then on is in `children.py`, what the
function does is not known here. Where there is no fork, each child is an ordinary new process.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Event, Lock, Thread

from nbflow.runtime import zygote
from nbflow.runtime.cancellation import CancelToken
from nbflow.runtime.children import (
    GRACE_SECONDS,
    Answer,
    Child,
    EndedBy,
    Exit,
    StartFailed,
    attend,
    signal_group,
)
from nbflow.runtime.forked_kernel import MODULES
from nbflow.runtime.guard import Guard

# What DAG files import, and what running their tasks takes.
DEFAULT_PRELOAD = (
    "nbflow.runtime.python_task",
    "nbflow.authoring.decorators",
    "nbflow.authoring.dag",
)
# What children are for, and so what the zygote has to have imported: its two lists of modules.
TASKS, KERNELS = 0, 1
START_SECONDS = 60.0
# How long a zygote may take to notice that it is to end, if it is in the middle of an import.
_CLOSE_SECONDS = 2.0
_CLOSED = "The worker is shutting down: no process can be started for the task."


@dataclass(frozen=True)
class ChildResult:
    """What became of a child: the bytes that came back, if any, and who ended it, if we did.

    `problem` says why its function could not be called.
    """

    result: bytes | None
    exit: Exit
    ended_by: EndedBy = ""
    problem: str = ""


class ForkServer:
    """Starts children for many threads at once. Its zygote starts with the first of them.

    `preload` names modules to import in the zygote besides our own, for tasks that use them.
    `fork` says whether to use a zygote at all, by default wherever there is fork. A child may take
    `start_timeout` seconds to start.
    """

    def __init__(
        self,
        preload: tuple[str, ...] = (),
        *,
        fork: bool | None = None,
        start_timeout: float = START_SECONDS,
    ) -> None:
        self.preload = ((*DEFAULT_PRELOAD, *preload), (*MODULES, *preload))
        self._start_timeout = start_timeout
        self.can_fork = hasattr(os, "fork") if fork is None else fork
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
        readers: Mapping[int, Callable[[bytes], None]] | None = None,
    ) -> ChildResult:
        """Call `function` ("module:name", bytes to bytes) with `payload` in a child and wait.

        Its output goes to the file descriptor `stdout`. After `timeout` seconds, or when `token` is
        cancelled, its process group is interrupted and, `grace` seconds later, killed. What comes
        from the file descriptors `readers` meanwhile is taken by what they stand for.
        Raises StartFailed.
        """
        child = self.spawn(function, payload, stdout, stdout, cwd=cwd, env=env)
        answer = Answer()
        try:
            if on_started is not None:
                on_started(child.pid)
            ended_by = attend(
                child,
                {child.channel.fileno(): answer.feed, **(readers or {})},
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
        preload: int | None = TASKS,
    ) -> Child:
        """Start `function` in a child and return as soon as it runs; the caller attends and closes.

        `preload` says which imports the zygote has to have behind it first (None: no matter).
        Raises StartFailed.
        """
        if self._closed:
            raise StartFailed(_CLOSED)
        if self.can_fork:
            connection = self._connected()
            if preload is not None:
                connection.ask_preload(preload)
            child = connection.fork(stdout, stderr)
        else:
            child = _spawn_process(stdout, stderr, self._guard)
        child.wait_started(self._start_timeout)
        # A child that dies while it is being told is seen by its exit.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            zygote.send_request(child.channel, function, payload, cwd, env or {})
        return child

    def warm_up(self) -> None:
        """Return when the zygote runs and has its imports behind it."""
        if self.can_fork:
            self._connected().wait_preloaded()

    @property
    def is_closed(self) -> bool:
        """Whether no process can be started any more."""
        return self._closed

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

    def __init__(self, preload: Sequence[Sequence[str]]) -> None:
        self._control, self._process = _start(
            "main", subprocess.DEVNULL, None, worker=os.getpid(), preload=preload
        )
        self._lock = Lock()
        self._keys = count(1)
        self._children: dict[int, Child] = {}
        self._preload_asked: set[int] = set()
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

    def ask_preload(self, modules: int) -> None:
        if modules not in self._preload_asked:
            self._preload_asked.add(modules)
            self._tell(zygote.PRELOAD, modules, modules)

    def wait_preloaded(self) -> None:
        self.ask_preload(TASKS)
        self._preloaded.wait()

    def close(self) -> None:
        # Shut down, not only closed: the listener has it in its hands, and must let go.
        with contextlib.suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)
        try:
            self._process.wait(_CLOSE_SECONDS)
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
        try:
            with contextlib.suppress(OSError):
                while message := _receive(self._control, zygote.MESSAGE.size):
                    self._hear(*zygote.MESSAGE.unpack(message))
        finally:
            self.is_dead = True
            self._preloaded.set()
            for child in list(self._children.values()):
                child.kill_from_here()
                child.has_ended(Exit())
            self._children.clear()

    def _hear(self, what: int, key: int, number: int, more: int) -> None:
        if what == zygote.READY and key == TASKS:
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


def _spawn_process(stdout: int, stderr: int, guard: Guard) -> Child:
    """A child without a zygote: slower to start; the guard sees that it does not outlive us."""
    channel, process = _start("lone_child", stdout, stderr)
    guard.watch(process.pid)
    child = Child(channel, lambda number: signal_group(process.pid, number))
    child.has_started(process.pid)

    def wait() -> None:
        code = process.wait()
        signal_group(process.pid, signal.SIGKILL)
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
    "import sys, json; told = json.loads(sys.argv[1]); told['fresh_path'] = sys.path[:]; "
    "sys.path[:] = told['path']; sys.argv[1] = json.dumps(told); "
    "from nbflow.runtime.zygote import {name}; {name}()"
)
