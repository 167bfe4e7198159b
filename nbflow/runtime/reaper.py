"""The thread that ends kernels, so that no task waits for it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread

from nbflow.runtime.kernel import Kernel
from nbflow.runtime.launcher import KernelLauncher

log = logging.getLogger(__name__)

# How often `look_over` is called when there is nothing else to do.
_LOOK_OVER_SECONDS = 60.0
# A killed process is gone at once, unless the system cannot let it go.
_KILLED_SECONDS = 5.0


@dataclass(frozen=True)
class _Ending:
    kernel: Kernel
    kill_at: float


class KernelReaper:
    """Ends the kernels it is given: asks them to, and kills those that take longer than `grace`.

    `given` holds those that have not ended yet. `look_over` is called every minute.
    """

    def __init__(
        self, launcher: KernelLauncher, look_over: Callable[[], None], grace: float
    ) -> None:
        self._grace = grace
        self._launcher = launcher
        self._look_over = look_over
        self.given: set[Kernel] = set()
        self._new: SimpleQueue[_Ending | None] = SimpleQueue()
        self._ending: list[_Ending] = []
        self._leave_at: float | None = None
        self._thread = Thread(target=self._run, name="nbflow-kernel-reaper", daemon=True)
        self._thread.start()

    def take(self, kernel: Kernel, *, polite: bool) -> None:
        if not self._thread.is_alive():
            # The pool was closed meanwhile, and the kernel ended with it.
            return
        now = time.monotonic()
        self.given.add(kernel)
        self._new.put(_Ending(kernel, now + self._grace if polite else now))

    def close(self) -> None:
        """Return when every kernel has ended: those asked politely may take their time."""
        self._new.put(None)
        self._thread.join()

    def _run(self) -> None:
        while not self._may_leave():
            hurry = self._ending or self._leave_at is not None
            try:
                # A kernel needs tens of milliseconds to end; nobody waits for it here.
                self._accept(self._new.get(timeout=0.02 if hurry else _LOOK_OVER_SECONDS))
            except Empty:
                if not hurry:
                    self._look_over()
            self._ending = [ending for ending in self._ending if not self._is_done(ending)]
        for kernel in self._launcher.living():
            # Whoever took it has not released it in time, if they ever would.
            self._end_now(kernel)

    def _may_leave(self) -> bool:
        if self._leave_at is None or self._ending:
            return False
        return not self._launcher.living() or time.monotonic() >= self._leave_at

    def _accept(self, given: _Ending | None) -> None:
        if given is None:
            self._leave_at = time.monotonic() + self._grace
            return
        given.kernel.listener = None
        if given.kill_at > time.monotonic() and given.kernel.is_alive:
            given.kernel.ask_to_end()
        self._ending.append(given)

    def _is_done(self, ending: _Ending) -> bool:
        """Whether nothing is left to do about this kernel."""
        try:
            if ending.kernel.process.wait(0):
                # What it started may have outlived it.
                ending.kernel.process.kill()
                self._bury(ending.kernel)
                return True
            if time.monotonic() >= ending.kill_at:
                self._end_now(ending.kernel)
                return True
        # Whatever one kernel does on its way out, the others must be ended too.
        except Exception:
            log.exception("Kernel process %s could not be ended in good order.", ending.kernel.pid)
            self.given.discard(ending.kernel)
            return True
        return False

    def _end_now(self, kernel: Kernel) -> None:
        kernel.process.kill()
        if not kernel.process.wait(_KILLED_SECONDS):
            log.error("Kernel process %s does not end, even when killed.", kernel.pid)
        self._bury(kernel)

    def _bury(self, kernel: Kernel) -> None:
        self._launcher.bury(kernel)
        self.given.discard(kernel)
