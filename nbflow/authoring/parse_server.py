"""Reads many DAG files, each in a process of its own that has the imports behind it: a fork of one
process that never runs user code.

`ParseServer` is the side of whoever asks, one file at a time. Where there is no fork, or the server
is gone, files are read by a new process each (`discovery`).

    python -m nbflow.authoring.parse_server FD
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import NoReturn

from nbflow import slow_imports
from nbflow.authoring import parse_process

# What Python DAG files lead to, also what others import late: each would else be imported once a
# file. Notebooks bring more, which is imported when there are some.
_MODULES = (
    "croniter.croniter",
    "nbflow.authoring.dag",
    "nbflow.authoring.decorators",
    "nbflow.authoring.loading",
    "nbflow.authoring.operators",
    "nbflow.authoring.spec",
    "nbflow.core.due",
    "nbflow.core.named_assets",
    "nbflow.core.timetables",
)
_NOTEBOOKS = "nbflow.authoring.notebook_preview"
_LINE = 1 << 16


class ServerGone(Exception):
    """There is no server to read the file; a process of its own can."""


class ParseServer:
    """A process that forks for each file. For one thread; close it when all files are read."""

    def __init__(self, *, notebooks: bool) -> None:
        self._notebooks = notebooks
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def __enter__(self) -> ParseServer:  # noqa: PYI034 - Python 3.10 has no Self
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def start(self, arguments: Sequence[str], answers: int, errors: int) -> int:
        """Have a file read; the process id, which is its group too. Raises ServerGone.

        `arguments` are root and file; `answers` and `errors` are where the process writes.
        """
        line = json.dumps(arguments).encode()
        try:
            here = self._socket or self._started()
            socket.send_fds(here, [line], [answers, errors])
            return int(self._said(here, None))
        except (OSError, ValueError) as error:
            self.close()
            raise ServerGone from error

    def wait(self, timeout: float | None) -> int:
        """The exit code of the process started last, a negative signal if one ended it.

        Raises TimeoutError while it runs, ServerGone.
        """
        if self._socket is None:
            raise ServerGone
        try:
            return int(self._said(self._socket, timeout))
        except TimeoutError:
            raise
        except (OSError, ValueError) as error:
            self.close()
            raise ServerGone from error

    def close(self) -> None:
        """End the server. Safe to call twice."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._process is not None:
            self._process.wait()
            self._process = None

    def _started(self) -> socket.socket:
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        modules = [*_MODULES, *([_NOTEBOOKS] if self._notebooks else [])]
        with there:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(there.fileno()), *modules],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[there.fileno()],
                # Sets keep one order, so that a DAG made from one is the same each time.
                env={"PYTHONHASHSEED": "0", **os.environ},
                start_new_session=True,
            )
        self._socket = here
        return here

    @staticmethod
    def _said(here: socket.socket, timeout: float | None) -> bytes:
        here.settimeout(timeout)
        return here.recv(_LINE)


# -- the server ------------------------------------------------------------------------------------


def main() -> None:
    """Serve until the other side is closed."""
    slow_imports.put_off()
    told = socket.socket(fileno=int(sys.argv[1]))
    for name in sys.argv[2:]:
        __import__(name)
    parse_process.imported_ahead = len(sys.modules)
    # Left alone, the pages of what is there now stay shared with the children.
    gc.collect()
    gc.freeze()
    while True:
        line, fds, _, _ = socket.recv_fds(told, _LINE, 2)
        if not line:
            return
        pid = os.fork()
        if pid == 0:
            told.close()
            _read_file(json.loads(line), *fds)
        for fd in fds:
            os.close(fd)
        # On both sides, whoever is first: a signal to the group must find it.
        with suppress(OSError):
            os.setpgid(pid, pid)
        told.send(str(pid).encode())
        told.send(str(_exit_code(pid)).encode())


def _read_file(arguments: Sequence[str], answers: int, errors: int) -> NoReturn:
    """What a new process would do: `parse_process.main`, and what Python does at the end."""
    code = 1
    try:
        with suppress(OSError):
            os.setpgid(0, 0)
        os.dup2(errors, 2)
        os.close(errors)
        sys.argv = [parse_process.__file__, str(answers), *arguments]
        parse_process.main()
        threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 - nobody else does after a fork
        atexit._run_exitfuncs()  # noqa: SLF001 - likewise
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    # The end of the process: what is wrong with a file is told by then, this is a crash.
    except BaseException:  # noqa: BLE001
        sys.excepthook(*sys.exc_info())
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _exit_code(pid: int) -> int:
    """How the child ended; waits for that."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def can_fork() -> bool:
    """Whether this system forks, and can hand over open files."""
    return hasattr(os, "fork") and hasattr(socket, "send_fds")


if __name__ == "__main__":
    main()
