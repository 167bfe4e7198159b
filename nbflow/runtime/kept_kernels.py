"""Kernels of failed attempts that live on for a while, so that a person can attach to them.

Each is ended when its time is over, when somebody ends it, when memory is short, when the same task
fails again, and with its pool at the latest. How a person finds them is not known here.
"""

from __future__ import annotations

import contextlib
import logging
import os
import platform
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from threading import Condition, Thread
from typing import cast

import psutil
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.connect import KernelConnectionInfo

from nbflow.core.kept import Keep, KeptKernel
from nbflow.runtime.kernel import Kernel

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds between two looks at what is kept: whether it has ended, and how much memory it uses."""
AT_MOST = 4
"""So many are kept by a worker; one more, and the oldest goes."""


@dataclass(frozen=True)
class _Kept:
    kernel: Kernel
    whose: str
    until: float
    memory: int


class KeptKernels:
    """What a pool keeps. `end` takes a kernel to its end. Safe to use from many threads."""

    def __init__(self, end: Callable[[Kernel], None]) -> None:
        self._end = end
        self._changed = Condition()
        self._kept: list[_Kept] = []
        self._closed = False
        self._thread: Thread | None = None

    def __len__(self) -> int:
        with self._changed:
            return len(self._kept)

    def keep(self, kernel: Kernel, whose: str, keep: Keep) -> KeptKernel | None:
        """Let `kernel` live on; None, and nothing has changed, if it cannot.

        `whose` names the task instance: the kernel kept for its last failure is ended.
        """
        used = kernel.process.memory()
        if keep.seconds <= 0 or not kernel.is_alive or used is None or used > keep.memory:
            return None
        kept = _Kept(kernel, whose, time.monotonic() + keep.seconds, keep.memory)
        with self._changed:
            if self._closed:
                return None
            kernel.detach()
            self._drop([one for one in self._kept if one.whose == whose])
            self._kept.append(kept)
            self._drop(self._kept[:-AT_MOST])
            if self._thread is None:
                self._thread = Thread(target=self._mind, name="nbflow-kept-kernels", daemon=True)
                self._thread.start()
            self._changed.notify_all()
        return _about(kernel, keep.seconds)

    def close(self) -> None:
        """End all that is kept, and keep nothing more."""
        with self._changed:
            self._closed = True
            self._drop(list(self._kept))
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _mind(self) -> None:
        with self._changed:
            while not self._closed:
                self._drop(self._over(time.monotonic()))
                self._changed.wait(LOOK_EVERY if self._kept else None)

    def _over(self, now: float) -> list[_Kept]:
        """Those whose time has come; of the rest the oldest, until they use little enough."""
        over = [one for one in self._kept if now >= one.until or not one.kernel.is_alive]
        rest = [one for one in self._kept if one not in over]
        used = {one.kernel: one.kernel.process.memory() or 0 for one in rest}
        while rest and sum(used[one.kernel] for one in rest) > rest[-1].memory:
            log.warning("The kept kernel of %s is ended: memory is short.", rest[0].whose)
            over.append(rest.pop(0))
        return over

    def _drop(self, given: list[_Kept]) -> None:
        for one in given:
            self._kept.remove(one)
            self._end(one.kernel)


def _about(kernel: Kernel, seconds: float) -> KeptKernel | None:
    try:
        started = psutil.Process(kernel.pid).create_time()
    except psutil.NoSuchProcess:
        return None
    until = datetime.now(timezone.utc) + timedelta(seconds=seconds)
    return KeptKernel(platform.node(), kernel.pid, started, until, kernel.connection)


def is_alive(kept: KeptKernel) -> bool | None:
    """Whether the kernel lives; None if that cannot be told from this machine."""
    if kept.host != platform.node():
        return None
    try:
        process = psutil.Process(kept.pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return abs(process.create_time() - kept.started) < 1.0
    except psutil.NoSuchProcess:
        return False


def end(kept: KeptKernel, grace: float = 5.0) -> None:
    """End a kernel on this machine: ask it to, and kill it if it does not; return when it is gone.

    The worker that keeps it sees that by itself.
    """
    if not is_alive(kept):
        return
    client = BlockingKernelClient()
    client.load_connection_info(cast("KernelConnectionInfo", dict(kept.connection)))
    client.control_channel.start()
    client.control_channel.send(client.session.msg("shutdown_request", {"restart": False}))
    deadline = time.monotonic() + grace
    while is_alive(kept):
        if time.monotonic() > deadline:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(kept.pid, signal.SIGKILL)
        time.sleep(0.05)
    client.stop_channels()
