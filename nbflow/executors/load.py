"""How much a worker has to do: processor and memory of its whole process tree, and its kernels.

Dask's own figures are of the worker's process alone, which hardly does anything itself.
"""

from __future__ import annotations

import socket
from time import monotonic
from typing import TypedDict

import psutil

from nbflow.executors.runner import Runner


class Load(TypedDict):
    """What a worker tells of itself now and then. `rss` and `memory` (what the machine has) are in
    bytes, `cpu` is in percent of one core since the last time.
    """

    host: str
    rss: int
    memory: int
    cpu: float
    kernels_ready: int
    kernels_busy: int
    kernels_kept: int


class TreeUsage:
    """Processor and memory of this process and everything below it."""

    def __init__(self) -> None:
        self._at = monotonic()
        self._spent: dict[int, float] = {}

    def sample(self) -> tuple[int, float]:
        """Resident bytes, and percent of one core since the last sample; 0 at the first."""
        me = psutil.Process()
        rss, spent = 0, dict[int, float]()
        for process in (me, *me.children(recursive=True)):
            try:
                with process.oneshot():
                    rss += int(process.memory_info().rss)
                    times = process.cpu_times()
            except psutil.NoSuchProcess:
                # It ended since the list was made.
                continue
            spent[process.pid] = times.user + times.system
        now = monotonic()
        seconds, before = now - self._at, self._spent
        self._at, self._spent = now, spent
        if not before or seconds <= 0:
            return rss, 0.0
        # Of a process that ended meanwhile nothing is left to be read.
        used = sum(max(0.0, each - before.get(pid, 0.0)) for pid, each in spent.items())
        return rss, round(100 * used / seconds, 1)


def load_of(runner: Runner, usage: TreeUsage) -> Load:
    """The load of this process and its runner."""
    rss, cpu = usage.sample()
    ready, busy, kept = runner.kernels_now()
    return {
        "host": socket.gethostname(),
        "rss": rss,
        "memory": int(psutil.virtual_memory().total),
        "cpu": cpu,
        "kernels_ready": ready,
        "kernels_busy": busy,
        "kernels_kept": kept,
    }
