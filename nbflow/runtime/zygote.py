"""The zygote: a single-threaded process that has the imports behind it and forks when told.

This is the process itself and what its children do first; `forkserver.py` is the worker's side. It
imports little, so that it is there at once: what tasks need is imported when told (`PRELOAD`).
Each child leads its own process group. No child outlives the zygote (parent-death signal), no
zygote the worker (its end of the control socket, and a pidfd where there is one).
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import gc
import importlib
import io
import json
import os
import select
import shutil
import signal
import socket
import struct
import sys
import traceback
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

# Both ways: what, which child, one number, another number.
MESSAGE = struct.Struct("!BIqq")
FORK, SIGNAL, PRELOAD = 1, 2, 3
STARTED, EXITED, FORK_FAILED, READY = 1, 2, 3, 4

# On the channel of a child: what and how long, then that many bytes. There, the request; back, what
# the function returned, or why it could not be called.
FRAME = struct.Struct("!cQ")
REQUEST, RESULT, PROBLEM = b"q", b"r", b"p"
_FDS_PER_FORK = 3
_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_NO_RESULT = 70
_NO_PROGRAM = 127
_INTERRUPTED = 130

fresh_path: list[str] = []
"""Where a new interpreter looks for modules, before the worker adds its own places."""


def main() -> NoReturn:
    """What a zygote does from birth to death; `forkserver.py` gives it its arguments."""
    told = json.loads(sys.argv[1])
    # The first entry is the folder we were started in.
    fresh_path[:] = told["fresh_path"][1:]
    Zygote(socket.socket(fileno=told["socket"]), told["worker"], told["preload"]).serve()


def lone_child() -> NoReturn:
    """What a child does that was started without a zygote."""
    run_child(socket.socket(fileno=json.loads(sys.argv[1])["socket"]))


@dataclass
class Zygote:
    """Forks on demand, tells who ended and how, and takes everything down with it."""

    control: socket.socket
    worker: int
    preload: Sequence[Sequence[str]] = ()
    children: dict[int, int] = field(default_factory=dict)  # pid -> key
    pid: int = field(default_factory=os.getpid)

    def serve(self) -> NoReturn:
        # A thread of the worker started this, with whatever signals it has blocked.
        signal.pthread_sigmask(signal.SIG_SETMASK, set())
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        ended_reader, ended_writer = os.pipe()
        os.set_blocking(ended_reader, False)
        os.set_blocking(ended_writer, False)
        signal.set_wakeup_fd(ended_writer)
        watched = [self.control.fileno(), ended_reader, *_watch_process(self.worker)]
        while True:
            ready, _, _ = select.select(watched, [], [])
            if ended_reader in ready:
                os.read(ended_reader, 4096)
                self.reap()
            if set(ready) - {self.control.fileno(), ended_reader}:
                self.end()
            if self.control.fileno() in ready:
                self.obey()

    def obey(self) -> None:
        """One message of the worker; no message means that it is gone."""
        try:
            data, fds, _, _ = socket.recv_fds(self.control, MESSAGE.size, _FDS_PER_FORK)
            while data and len(data) < MESSAGE.size:
                data += self.control.recv(MESSAGE.size - len(data)) or self.end()
        except ConnectionError:
            self.end()
        if not data:
            self.end()
        what, key, number, _ = MESSAGE.unpack(data)
        if what == FORK:
            self.fork(key, fds)
        elif what == SIGNAL:
            self.send_signal(key, number)
        elif what == PRELOAD:
            self.import_modules(self.preload[number])
            self.say(READY, key)

    def say(self, what: int, key: int, number: int = 0, more: int = 0) -> None:
        try:
            self.control.sendall(MESSAGE.pack(what, key, number, more))
        except OSError:
            self.end()

    def import_modules(self, names: Sequence[str]) -> None:
        before = dict(os.environ)
        # A debugger prints advice, to start Python otherwise, that nobody here can follow.
        os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
        for name in names:
            try:
                importlib.import_module(name)
            # A module of the user's choice may raise anything; the task that needs it will say so.
            except Exception as error:  # noqa: BLE001
                print(f"nbflow: cannot preload {name}: {error!r}", file=sys.stderr)  # noqa: T201
        # Whatever modules have set is not what the tasks' environment is.
        for added in set(os.environ) - set(before):
            del os.environ[added]
        # What is there now is no garbage: left alone, its pages stay shared with the children.
        gc.collect()
        gc.freeze()

    def fork(self, key: int, fds: list[int]) -> None:
        # The child must not miss an interrupt before it is ready to take it.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            pid = os.fork()
        except OSError as error:
            self.say(FORK_FAILED, key, error.errno or 0)
        else:
            if pid == 0:
                self.become_child(fds)
            # On both sides, whoever is first: a signal to the group must find it.
            with contextlib.suppress(OSError):
                os.setpgid(pid, pid)
            self.children[pid] = key
            self.say(STARTED, key, pid)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
            for fd in fds:
                os.close(fd)

    def become_child(self, fds: list[int]) -> NoReturn:
        try:
            self.control.close()
            channel_fd, stdout, stderr = fds
            os.set_inheritable(channel_fd, False)
            os.dup2(stdout, 1)
            os.dup2(stderr, 2)
            os.close(stdout)
            os.close(stderr)
            _die_with_parent(self.pid)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            run_child(socket.socket(fileno=channel_fd))
        finally:
            os._exit(_NO_RESULT)

    def send_signal(self, key: int, number: int) -> None:
        """Signal the whole group. Only the zygote knows that the pid is still that child's."""
        for pid, known in self.children.items():
            if known == key:
                _signal_group(pid, number)

    def reap(self) -> None:
        while ended := _reap_one():
            pid, status, peak_memory = ended
            key = self.children.pop(pid, None)
            if key is not None:
                self.say(EXITED, key, os.waitstatus_to_exitcode(status), peak_memory)

    def end(self) -> NoReturn:
        for pid in self.children:
            _signal_group(pid, signal.SIGKILL)
        os._exit(0)


def run_child(channel: socket.socket) -> NoReturn:
    """Take the request from `channel`, call its function, answer with the bytes it returns, end."""
    code = _NO_RESULT
    try:
        faulthandler.enable(file=2)
        _fresh_interpreter()
        request = _read_request(channel)
        # What a shell started in the background was told to ignore, its children would too.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        os.environ.update(request["env"])
        if request["cwd"]:
            os.chdir(request["cwd"])
        result = _function(request["function"])(request["payload"])
        flush()
        channel.sendall(FRAME.pack(RESULT, len(result)) + result)
        code = 0
    except KeyboardInterrupt:
        code = _INTERRUPTED
    # The end of the process. Functions deal with what their task raises, so this is not about that.
    except BaseException as error:  # noqa: BLE001
        traceback.print_exc()
        problem = f"{type(error).__name__}: {error}".encode()
        channel.sendall(FRAME.pack(PROBLEM, len(problem)) + problem)
    finally:
        flush()
        os._exit(code)


def exec_program(payload: bytes) -> NoReturn:
    """Become the program that `program_request` names; for `run_child`."""
    told = json.loads(payload)
    env = {**(os.environ if told["append_env"] else {}), **told["env"]}
    # Python ignores these; a program expects them to end it.
    for name in ("SIGPIPE", "SIGXFSZ"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    flush()
    program = told["argv"][0]
    try:
        os.execve(shutil.which(program) or program, told["argv"], env)  # noqa: S606 - bash is it
    except OSError as error:
        print(f"{program}: {error.strerror}", file=sys.stderr)  # noqa: T201 - the task's log
        flush()
        os._exit(_NO_PROGRAM)


def program_request(argv: Sequence[str], env: Mapping[str, str], *, append_env: bool) -> bytes:
    """What `exec_program` waits for; `env` is added to that of the worker, or stands alone."""
    return json.dumps({"argv": list(argv), "env": dict(env), "append_env": append_env}).encode()


def send_request(
    channel: socket.socket, function: str, payload: bytes, cwd: str | None, env: Mapping[str, str]
) -> None:
    """What `run_child` waits for. `function` is `module:name` of a function from bytes to bytes."""
    head = json.dumps({"function": function, "cwd": cwd, "env": dict(env)}).encode()
    channel.sendall(FRAME.pack(REQUEST, len(head)) + head + FRAME.pack(REQUEST, len(payload)))
    channel.sendall(payload)


def _read_request(channel: socket.socket) -> dict[str, Any]:  # JSON that we wrote, and the payload
    request: dict[str, Any] = json.loads(_read_frame(channel))
    request["payload"] = _read_frame(channel)
    return request


def _read_frame(channel: socket.socket) -> bytes:
    _, length = FRAME.unpack(_read_exactly(channel, FRAME.size))
    return _read_exactly(channel, length)


def _read_exactly(channel: socket.socket, length: int) -> bytes:
    data = bytearray(length)
    view = memoryview(data)
    while view:
        count = channel.recv_into(view)
        if not count:
            raise EOFError("The worker closed the channel before its request was complete.")
        view = view[count:]
    return bytes(data)


def _function(path: str) -> Callable[[bytes], bytes]:
    module, _, name = path.partition(":")
    function: Callable[[bytes], bytes] = getattr(importlib.import_module(module), name)
    return function


def _fresh_interpreter() -> None:
    """Undo what a fork hands down: the module __main__, the streams, equal random numbers."""
    sys.modules["__main__"] = types.ModuleType("__main__")
    sys.argv = [""]
    importlib.invalidate_caches()
    # Never to be closed, for the file descriptors they stand for are in use.
    _inherited.extend((sys.stdout, sys.stderr))
    sys.stdout = _line_by_line(1)
    sys.stderr = _line_by_line(2)
    if "numpy" in sys.modules:
        # The random module seeds itself anew after a fork, NumPy does not.
        sys.modules["numpy"].random.seed()


_inherited: list[object] = []


def _line_by_line(fd: int) -> io.TextIOWrapper:
    """A stream that writes each line at once, so that the log can be followed."""
    raw = open(fd, "wb", buffering=1 << 13, closefd=False)  # noqa: SIM115
    return io.TextIOWrapper(raw, "utf-8", "backslashreplace", line_buffering=True)


def flush() -> None:
    """Have written what user code has printed."""
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        # The task may have closed it, or put anything in its place.
        with contextlib.suppress(ValueError, OSError, AttributeError):
            stream.flush()  # type: ignore[union-attr] # see above


def _watch_process(pid: int) -> list[int]:
    """A file descriptor that becomes readable when `pid` ends, where the platform has them."""
    if not hasattr(os, "pidfd_open"):
        return []
    try:
        return [os.pidfd_open(pid)]
    except OSError:
        return []


def name_process(name: str) -> None:
    """What `ps` and `top` call this process, where the system can be told; at most 15 bytes."""
    if _PRCTL is not None:
        _PRCTL(_PR_SET_NAME, name.encode(), 0, 0, 0)


def _die_with_parent(zygote: int) -> None:
    if _PRCTL is not None:
        _PRCTL(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        # The zygote may have died between the fork and the call.
        if os.getppid() != zygote:
            os._exit(_NO_RESULT)


def _reap_one() -> tuple[int, int, int] | None:
    """Pid, status and peak memory of a child that ended. What it left in its group is killed."""
    try:
        # Not on every platform; looking before reaping means that the pid cannot be another's yet.
        if hasattr(os, "waitid"):
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is None:
                return None
            _signal_group(ended.si_pid, signal.SIGKILL)
        pid, status, usage = os.wait4(-1, os.WNOHANG)
    except ChildProcessError:
        return None
    if not pid:
        return None
    if not hasattr(os, "waitid"):
        _signal_group(pid, signal.SIGKILL)
    return pid, status, _bytes(usage.ru_maxrss)


def _signal_group(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _bytes(maxrss: int) -> int:
    return maxrss if sys.platform == "darwin" else maxrss * 1024


_PRCTL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
