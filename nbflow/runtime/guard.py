"""The guard: a small process that ends process groups whose owner is gone, however it went.

The owner tells it over a pipe which groups live. Signals, parent pollers and exit hooks all miss
some way to die; a closed pipe and a pidfd do not. Run as a script, this file is the guard itself.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
from threading import Lock
from typing import IO


class Guard:
    """The owner's end. Safe to use from many threads; the process starts with the first group."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._groups: set[int] = set()
        self._process: subprocess.Popen[bytes] | None = None

    def watch(self, group: int) -> None:
        """Have the process group `group` killed if this process ends before `forget`."""
        with self._lock:
            self._groups.add(group)
            self._tell(f"+{group}\n")

    def forget(self, group: int) -> None:
        """The group has ended and been waited for; its number may soon be another's."""
        with self._lock:
            if group in self._groups:
                self._groups.remove(group)
                self._tell(f"-{group}\n")

    def close(self) -> None:
        """Kill the groups that are still watched and end the guard. Safe to call twice."""
        with self._lock:
            process, self._process = self._process, None
            self._groups.clear()
        if process is not None:
            _pipe_of(process).close()
            process.wait()

    def _tell(self, line: str) -> None:
        if self._process is not None:
            with contextlib.suppress(BrokenPipeError):
                _pipe_of(self._process).write(line.encode())
                return
            # Somebody killed the guard: a new one learns all that the old one knew.
            self._process.wait()
            _pipe_of(self._process).close()
        self._process = _start()
        _pipe_of(self._process).write("".join(f"+{g}\n" for g in self._groups).encode())


def _start() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-I", "-S", __file__, str(os.getpid())]
    return subprocess.Popen(command, stdin=subprocess.PIPE, bufsize=0, start_new_session=True)


def _pipe_of(process: subprocess.Popen[bytes]) -> IO[bytes]:
    if process.stdin is None:
        raise AssertionError("the guard is always started with a pipe")
    return process.stdin


# -------------------------------------------------------------------------- the guard's own process


def _guard(owner: int) -> None:
    """Keep the set of living groups until the owner is gone, then kill what is left."""
    os.set_blocking(0, False)
    groups: set[int] = set()
    poll = select.poll()
    poll.register(0, select.POLLIN)
    owner_fd = _pidfd(owner)
    if owner_fd is not None:
        poll.register(owner_fd, select.POLLIN)
    rest = b""
    while True:
        ready = {fd for fd, _ in poll.poll()}
        data, at_end = _read_all()
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            _note(groups, line.decode())
        # A fork of the owner may hold the pipe open: then only the pidfd tells.
        if at_end or owner_fd in ready:
            break
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


def _pidfd(owner: int) -> int | None:
    try:
        return os.pidfd_open(owner)
    # Not Linux, or one before 5.3: the pipe alone has to do.
    except (AttributeError, OSError):
        return None


def _read_all() -> tuple[bytes, bool]:
    """Everything in the pipe now, and whether it has been closed."""
    data = b""
    while True:
        try:
            chunk = os.read(0, 65536)
        except BlockingIOError:
            return data, False
        if not chunk:
            return data, True
        data += chunk


def _note(groups: set[int], line: str) -> None:
    group = int(line[1:])
    if line.startswith("+"):
        groups.add(group)
    else:
        groups.discard(group)


if __name__ == "__main__":
    _guard(int(sys.argv[1]))
