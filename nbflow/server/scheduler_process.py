"""Starting a scheduler for somebody who has none: a process of its own, which outlives this server.

Who leads is decided by the lease in the store, so one too many does no harm.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from nbflow.core.errors import RequestError
from nbflow.server.refusals import Refusal
from nbflow.views.shapes import SchedulerStart

if TYPE_CHECKING:
    from nbflow.server.questions import Questions
    from nbflow.settings import Settings

COMMAND = (sys.executable, "-m", "nbflow.cli.main", "scheduler")
LOG_FILE = Path("logs") / "scheduler.log"
PATIENCE = 15.0
"""Seconds to wait for the first sign of life before saying that there is none yet."""
_LOOK_EVERY = 0.1


class SchedulerProcess:
    """The scheduler this server has started, if any."""

    def __init__(self, command: Sequence[str] = COMMAND, patience: float = PATIENCE) -> None:
        self._command = tuple(command)
        self._patience = patience
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, ask: Questions) -> SchedulerStart:
        """Start one and wait for its first sign of life. Blocking, for seconds.

        Raises RequestError when one is alive already, Refusal when it ends at once.
        """
        with self._lock:
            scheduler = ask.health().scheduler
            if scheduler.alive:
                raise RequestError(f"A scheduler is alive already: {scheduler.holder}.")
            if self._process is None or self._process.poll() is not None:
                self._process = self._spawn(ask.settings)
            return self._wait(ask, self._process)

    def let_go(self) -> None:
        """This server ends; the scheduler goes on and is nobody's child."""
        with self._lock:
            if self._process is not None and self._process.poll() is None:
                # Else Popen complains, when it is collected, that nobody has waited.
                self._process.returncode = 0
            self._process = None

    def _spawn(self, settings: Settings) -> subprocess.Popen[bytes]:
        log = settings.data_folder / LOG_FILE
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            return subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=settings.home,
                env={**os.environ, "NBFLOW_HOME": str(settings.home)},
                start_new_session=True,
            )

    def _wait(self, ask: Questions, process: subprocess.Popen[bytes]) -> SchedulerStart:
        log = ask.settings.data_folder / LOG_FILE
        deadline = monotonic() + self._patience
        alive = False
        while not alive and monotonic() < deadline:
            try:
                code = process.wait(_LOOK_EVERY)
            except subprocess.TimeoutExpired:
                alive = ask.health().scheduler.alive
            else:
                raise Refusal(500, f"The scheduler ended with exit code {code}. {_last_line(log)}")
        return SchedulerStart(process.pid, alive, str(log))


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    said = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return f"The last line of its log {log}: {said}" if said else f"Its log {log} is empty."
