"""The process behind a kernel on this machine: signals, memory, and how it ended.

What is said to the kernel over its sockets is in `kernel.py`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psutil

from nbflow.runtime.endings import signal_name
from nbflow.runtime.memory import oom_kill_count

# Signals that a process brings upon itself by what its native code does.
_CRASHES = frozenset({signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGABRT})
_OUTPUT_TAIL = 4000


@dataclass(frozen=True)
class Death:
    """How a kernel's process ended: `exit_code` is negative for a signal.

    `message` is a sentence, `output` the end of what the process wrote past the kernel's sockets.
    """

    exit_code: int
    out_of_memory: bool
    message: str
    output: str

    @property
    def has_crashed(self) -> bool:
        """Whether the process brought the end upon itself, as native code with a defect does."""
        return -self.exit_code in _CRASHES


class Process(Protocol):
    """What is needed of a `subprocess.Popen`."""

    pid: int

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...


class KernelProcess:
    """The process `popen` of the kernel called `name`, which leads a process group of its own.

    stdout and stderr go to the file `log`. Signals may be sent from any thread.
    """

    def __init__(self, popen: Process, name: str, log: Path) -> None:
        self.pid = popen.pid
        self.pidfd = _open_pidfd(popen.pid)
        self._popen = popen
        self._name = name
        self._log = log
        self._peak_memory = 0
        self._oom_kills = oom_kill_count()

    @property
    def is_alive(self) -> bool:
        return self._popen.poll() is None

    @property
    def output(self) -> str:
        """The end of what the process has written to stdout and stderr."""
        try:
            data = self._log.read_bytes()[-_OUTPUT_TAIL:]
        except FileNotFoundError:
            return ""
        return data.decode(errors="replace").strip()

    def interrupt(self) -> None:
        """Send the signal of Ctrl-C to the whole group."""
        self._signal_group(signal.SIGINT)

    def kill(self) -> None:
        """Kill the process with everything it started."""
        # A child in a session of its own is not in the group.
        started = _descendants(self.pid)
        self._signal_group(signal.SIGKILL)
        for process in started:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()

    def wait(self, timeout: float) -> bool:
        """Whether the process has ended within `timeout` seconds."""
        try:
            self._popen.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        return True

    def close(self) -> None:
        """Give back what was held for a process that has ended."""
        if self.pidfd is not None:
            os.close(self.pidfd)
            self.pidfd = None
        self._log.unlink(missing_ok=True)

    def death(self) -> Death:
        """How the process ended; waits for that a little if it is just about to."""
        self.wait(1.0)
        code = self._popen.poll() or 0
        out_of_memory = code == -signal.SIGKILL and oom_kill_count() > self._oom_kills
        return Death(code, out_of_memory, self._sentence(code, out_of_memory), self.output)

    def exit_words(self) -> str:
        """The exit status in words."""
        return _exit_words(self._popen.poll() or 0)

    def sample_memory(self) -> None:
        """Note how much memory the kernel and its children use now."""
        self._peak_memory = max(self._peak_memory, self.memory() or 0)

    def memory(self) -> int | None:
        """How many bytes the kernel and its children use now; None if it is gone."""
        try:
            total = int(psutil.Process(self.pid).memory_info().rss)
        except psutil.Error:
            return None
        for child in _descendants(self.pid):
            with contextlib.suppress(psutil.NoSuchProcess):
                total += child.memory_info().rss
        return total

    @property
    def peak_memory(self) -> int | None:
        """The most memory used so far, in bytes: the peak of its own, or the largest sample."""
        self._peak_memory = max(self._peak_memory, _own_peak(self.pid))
        return self._peak_memory or None

    def _signal_group(self, number: signal.Signals) -> None:
        # The group outlives its leader while there are children.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def _sentence(self, code: int, out_of_memory: bool) -> str:
        sentence = f"The kernel {self._name!r} ended with {_exit_words(code)}."
        used = f"{self._peak_memory / 2**20:.0f} MiB when last looked at"
        if out_of_memory:
            return f"{sentence} The system killed it for lack of memory ({used})."
        if code == -signal.SIGKILL:
            return f"{sentence} Mostly this means that memory ran out ({used})."
        return sentence


def _open_pidfd(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    # Not Linux, or one before 5.3.
    except (AttributeError, OSError):
        return None


def _descendants(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _own_peak(pid: int) -> int:
    """The largest resident size a process ever had, in bytes; 0 where the system does not say."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)


def _exit_words(code: int) -> str:
    return f"exit status {code}" if code >= 0 else f"signal {signal_name(-code)}"
