"""What tasks really did, told by themselves: a pipe into which every body writes when it begins,
and a gate before which it waits until the test lets it pass.

Both are named pipes, so that a test waits for an event and not for time to pass, and a process that
is killed leaves nothing behind.
"""

from __future__ import annotations

import os
import select
import time
from pathlib import Path

DEADLINE = 60.0

CODE = """
import os

def note(words):
    with open({ledger!r}, "w") as ledger:
        ledger.write(words + " " + str(os.getpid()) + chr(10))

def pass_gate():
    with open({gate!r}, "rb", buffering=0) as gate:
        gate.read(1)
"""


class Ledger:
    """`code` is Python that defines `note(words)` and `pass_gate()` for a DAG file or a cell."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._ledger, self._gate = folder / "ledger", folder / "gate"
        self._lines: list[tuple[str, int]] = []
        self._rest = b""
        os.mkfifo(self._ledger)
        os.mkfifo(self._gate)
        # Open at both ends: nobody who writes, or waits at the gate, is kept by our absence.
        self._reading = os.open(self._ledger, os.O_RDWR | os.O_NONBLOCK)
        self._letting = os.open(self._gate, os.O_RDWR | os.O_NONBLOCK)
        self.code = CODE.format(ledger=str(self._ledger), gate=str(self._gate))

    @property
    def lines(self) -> list[str]:
        """Everything noted so far, oldest first."""
        self._read(0)
        return [words for words, _ in self._lines]

    def wait_for(self, words: str, times: int = 1) -> int:
        """The pid of the process that noted `words` for that time, as soon as it has."""
        deadline = time.monotonic() + DEADLINE
        while (found := [pid for said, pid in self._lines if said == words])[times - 1 :] == []:
            left = deadline - time.monotonic()
            assert left > 0, f"{words!r} was not noted {times} times; there is {self.lines}"
            self._read(left)
        return found[times - 1]

    def open_gate(self, passes: int = 1) -> None:
        """Let so many pass, those who wait or those who come."""
        os.write(self._letting, b"." * passes)

    def close(self) -> None:
        os.close(self._reading)
        os.close(self._letting)

    def _read(self, timeout: float) -> None:
        if not select.select([self._reading], [], [], timeout)[0]:
            return
        *lines, self._rest = (self._rest + os.read(self._reading, 65536)).split(b"\n")
        for line in lines:
            words, _, pid = line.decode().rpartition(" ")
            self._lines.append((words, int(pid)))
