"""One service of `nbflow standalone`: a process with a log, in a group of its own.

Nothing outlives us: an orderly end stops the services, and a keeper (`keeper.py`) ends them when we
are gone without one.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO

from nbflow.core.errors import NbflowError

GRACE_SECONDS = 10.0
LARGE_LOG = 5_000_000
"""Bytes at which a log is put aside, as `.1`, when its service starts."""
LAST_LINES = 5

OnLine = Callable[[str], None]


class ServiceError(NbflowError):
    """A service did not start or ended by itself; the message says which, and where its log is."""


@dataclass
class Service:
    """A process that has been started."""

    name: str
    process: subprocess.Popen[str]
    log: Path

    def ended(self) -> str | None:
        """What to say if the process has ended: how, and what is last in its log."""
        code = self.process.poll()
        if code is None:
            return None
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        last = "".join(f"\n  {line}" for line in _last_lines(self.log))
        return f"{self.name} {how}. Its log: {self.log}{last}"

    def stop(self) -> None:
        """Ask the process to end, and end by force what is left of its group after a while."""
        self.process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(GRACE_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Services:
    """The services of this process, which run in `home` with `environment` added to ours and write
    logs into the folder `logs`. `on_end` is called, in a thread, whenever one has ended.
    """

    def __init__(
        self, home: Path, environment: Mapping[str, str], logs: Path, on_end: Callable[[], None]
    ) -> None:
        self._home = home
        self._environment = {**os.environ, **environment}
        self._logs = logs
        self._on_end = on_end
        self._all: list[Service] = []
        self._keeper = _start_keeper()

    def start(
        self, name: str, *arguments: str, on_line: OnLine | None = None, **environment: str
    ) -> Service:
        """Start Python with `arguments` as a service. `on_line` is called, in a thread, with the
        first line of its standard output, or "" if it ends without one.
        """
        log = self._logs / f"{name.lower().replace(' ', '-')}.log"
        with _open_log(log) as file:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                stdin=subprocess.PIPE,
                stdout=file if on_line is None else subprocess.PIPE,
                stderr=file,
                text=True,
                cwd=self._home,
                env={**self._environment, **environment},
                start_new_session=True,
            )
        self._tell_keeper(f"+{process.pid}")
        service = Service(name, process, log)
        self._all.append(service)
        if on_line is not None:
            Thread(target=_pass_on, args=(service, on_line), daemon=True).start()
        Thread(target=self._wait, args=(service,), daemon=True).start()
        return service

    def ended(self) -> str | None:
        """What to say of the first service that has ended."""
        return next((said for service in self._all if (said := service.ended())), None)

    def stop(self) -> None:
        """End all services, the last one first, for it may need the others; then the keeper."""
        for service in reversed(self._all):
            service.stop()
            self._tell_keeper(f"-{service.process.pid}")
        _input_of(self._keeper).close()
        self._keeper.wait()

    def _wait(self, service: Service) -> None:
        service.process.wait()
        self._on_end()

    def _tell_keeper(self, line: str) -> None:
        with suppress(BrokenPipeError):  # somebody killed it; we stop our services all the same
            _input_of(self._keeper).write(f"{line}\n")
            _input_of(self._keeper).flush()


def _start_keeper() -> subprocess.Popen[str]:
    script = str(Path(__file__).with_name("keeper.py"))
    return subprocess.Popen(
        [sys.executable, "-I", "-S", script],
        stdin=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _input_of(process: subprocess.Popen[str]) -> IO[str]:
    if process.stdin is None:
        raise AssertionError("every process here is started with a pipe")
    return process.stdin


def _pass_on(service: Service, on_line: OnLine) -> None:
    """Read what a service prints: the first line is for us, the rest goes to its log."""
    output = service.process.stdout
    if output is None:
        raise AssertionError("who wants the first line gets a pipe")
    on_line(output.readline())
    with service.log.open("a", encoding="utf-8") as log:
        for line in output:
            log.write(line)
            log.flush()


def _open_log(log: Path) -> IO[str]:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LARGE_LOG:
        log.replace(log.with_suffix(".log.1"))
    return log.open("a", encoding="utf-8")


def _last_lines(log: Path) -> list[str]:
    with log.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - 4096))
        return file.read().decode(errors="replace").splitlines()[-LAST_LINES:]
