"""The pool of kernels: started ahead, handed out once, ended off the critical path.

What one kernel can do is in `kernel.py`. A kernel that was handed out never comes back.
"""

from __future__ import annotations

import logging
import os
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Condition, Thread

from jupyter_client.kernelspec import KernelSpec

from nbflow.runtime.cancellation import CancelToken
from nbflow.runtime.kernel import Interrupted, Kernel, KernelDied, KernelStartError, Watch
from nbflow.runtime.launcher import KernelLauncher

log = logging.getLogger(__name__)

DEFAULT_KERNEL = "python3"

# How often ready kernels are looked over for dead and old ones.
_LOOK_OVER_SECONDS = 60.0
# These are read when an interpreter starts; setting them later is too late.
_READ_AT_START = ("PYTHON", "LD_", "DYLD_")


class KernelPool(AbstractContextManager["KernelPool"]):
    """The kernels of one worker: some of each Python kernelspec stand ready, others start when asked.

    `size` is how many stand ready of each of `kernel_names` and of every other one that was asked
    for. All times are in seconds: a kernel has `start_timeout` to start, `answer_timeout` to answer
    when it is handed out, and `grace` to end by itself; unused it is replaced at the age of `ttl`.
    `preload` names modules that ready kernels have imported already.

    Safe to use from many threads. `close` ends every kernel; should this process die before, its
    guard does.
    """

    def __init__(
        self,
        size: int = 2,
        *,
        kernel_names: Sequence[str] = (DEFAULT_KERNEL,),
        ttl: float = 1800.0,
        start_timeout: float = 60.0,
        answer_timeout: float = 10.0,
        grace: float = 5.0,
        preload: Sequence[str] = (),
    ) -> None:
        self._size = size
        self._ttl = ttl
        self._answer_timeout = answer_timeout
        self._preload = tuple(preload)
        self._launcher = KernelLauncher(start_timeout)
        self._reaper = _Reaper(self._launcher, self.look_over, grace)
        self._changed = Condition()
        self._ready: dict[str, deque[Kernel]] = {name: deque() for name in kernel_names}
        self._waiting: dict[str, deque[Future[Kernel]]] = {}
        self._starting: Counter[str] = Counter()
        self._failed: set[str] = set()
        self._in_use: set[Kernel] = set()
        self._closed = False
        self._starters = ThreadPoolExecutor(
            max(2, os.cpu_count() or 1), thread_name_prefix="nbflow-kernel-starter"
        )
        self._top_up()

    def take(
        self,
        kernel_name: str = DEFAULT_KERNEL,
        cwd: Path | str | None = None,
        env: Mapping[str, str] | None = None,
        token: CancelToken | None = None,
    ) -> Kernel:
        """A kernel for the caller alone, in the folder `cwd` and with `env` added; to be given to
        `release`.

        Raises KernelStartError, and Interrupted if `token` is cancelled meanwhile.
        """
        folder = _checked_folder(cwd)
        added = dict(env or {})
        language = self.kernelspec(kernel_name).language
        if language != "python" or any(name.startswith(_READ_AT_START) for name in added):
            return self._start_for(kernel_name, folder, added, token)
        while True:
            kernel = self._take_ready(kernel_name, token)
            if self._settle(kernel, folder, added, token):
                self._in_use.add(kernel)
                return kernel

    def release(self, kernel: Kernel, *, polite: bool = True) -> None:
        """End `kernel` in the background, by its exit hooks if `polite`, else by force. Returns at
        once.
        """
        self._in_use.discard(kernel)
        self._reaper.take(kernel, polite=polite)

    def kernelspec(self, kernel_name: str) -> KernelSpec:
        """The kernelspec of that name. Raises KernelStartError, which lists those that exist."""
        return self._launcher.find_spec(kernel_name)

    def ready(self, kernel_name: str = DEFAULT_KERNEL) -> int:
        """How many kernels of this name stand ready."""
        with self._changed:
            return len(self._ready.get(kernel_name, ()))

    @property
    def ending(self) -> int:
        """How many kernels were given back and have not ended yet."""
        return len(self._reaper.given)

    def wait_ready(self, kernel_name: str = DEFAULT_KERNEL, timeout: float = 60.0) -> bool:
        """Wait until as many stand ready as should; False if that fails or takes too long."""

        def is_settled() -> bool:
            return kernel_name in self._failed or len(self._ready[kernel_name]) >= self._size

        with self._changed:
            return self._changed.wait_for(is_settled, timeout) and kernel_name not in self._failed

    def close(self) -> None:
        """End all kernels, also those in use, and give back what they held. Safe to call twice."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            waiting = [future for futures in self._waiting.values() for future in futures]
        for future in waiting:
            future.cancel()
        self._launcher.stop()
        self._starters.shutdown(wait=True, cancel_futures=True)
        for kernel in self._all_ready():
            self.release(kernel, polite=False)
        # Whoever uses a kernel sees its death and releases it; the sockets are theirs until then.
        for kernel in list(self._in_use):
            kernel.kill()
        self._reaper.close()
        self._launcher.close()

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------------------------- handing one
    # out

    def _take_ready(self, name: str, token: CancelToken | None) -> Kernel:
        with self._changed:
            self._refuse_if_closed()
            ready = self._ready.setdefault(name, deque())
            if ready:
                kernel = ready.popleft()
                self._top_up()
                return kernel
            future: Future[Kernel] = Future()
            self._waiting.setdefault(name, deque()).append(future)
            self._failed.discard(name)
            self._top_up()
        return _wait_for(future, token)

    def _settle(
        self, kernel: Kernel, folder: Path | None, env: dict[str, str], token: CancelToken | None
    ) -> bool:
        """Give a ready kernel its folder and environment. False, and it is ended, if it is no good
        any more.
        """
        watch = Watch(token, time.monotonic() + self._answer_timeout, grace=0.0)
        try:
            kernel.run_silently(_settling(folder, env), watch=watch)
        except KernelDied:
            self.release(kernel, polite=False)
            return False
        except Interrupted as interrupted:
            self.release(kernel, polite=False)
            if interrupted.why == "cancelled":
                raise
            return False
        return True

    def _start_for(
        self, name: str, folder: Path | None, env: dict[str, str], token: CancelToken | None
    ) -> Kernel:
        with self._changed:
            self._refuse_if_closed()
            future: Future[Kernel] = Future()
            self._starters.submit(self._start_and_deliver, future, name, folder, env)
        kernel = _wait_for(future, token)
        self._in_use.add(kernel)
        return kernel

    def _start_and_deliver(
        self, future: Future[Kernel], name: str, folder: Path | None, env: dict[str, str]
    ) -> None:
        try:
            kernel = self._launcher.start(name, folder, env)
        except KernelStartError as error:
            if future.set_running_or_notify_cancel():
                future.set_exception(error)
            return
        if not _deliver(kernel, future):
            self.release(kernel, polite=False)

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise KernelStartError("The kernel pool of this worker is closed.")

    # ---------------------------------------------------------------------------- keeping some
    # ready

    def _top_up(self) -> None:
        """Start what is missing: for those who wait, and only when nobody does for later."""
        with self._changed:
            for name, ready in self._ready.items():
                waiting = len(self._waiting.get(name, ()))
                if self._closed or (name in self._failed and not waiting):
                    continue
                missing = (waiting or self._size - len(ready)) - self._starting[name]
                for _ in range(missing):
                    self._starting[name] += 1
                    self._starters.submit(self._start_ahead, name)

    def _start_ahead(self, name: str) -> None:
        kernel, error = None, None
        try:
            kernel = self._launcher.start(name, preload=self._preload)
        except KernelStartError as problem:
            error = problem
        with self._changed:
            self._starting[name] -= 1
            if error is not None:
                self._note_failure(name, error)
            elif kernel is not None and not self._hand_over(name, kernel):
                self._ready[name].append(kernel)
            self._top_up()
            self._changed.notify_all()

    def _hand_over(self, name: str, kernel: Kernel) -> bool:
        """Give `kernel` to whoever waits longest; False if nobody does any more."""
        waiting = self._waiting.get(name, deque())
        while waiting:
            if _deliver(kernel, waiting.popleft()):
                return True
        return False

    def _note_failure(self, name: str, error: KernelStartError) -> None:
        """Tell whoever waits longest. If nobody does, leave it until someone asks: it would fail
        again and again.
        """
        waiting = self._waiting.get(name, deque())
        while waiting:
            future = waiting.popleft()
            if future.set_running_or_notify_cancel():
                future.set_exception(error)
                return
        if not self._closed:
            log.warning("No kernel can be started ahead: %s", error)
        self._failed.add(name)

    def look_over(self) -> None:
        """Replace ready kernels that died or are older than `ttl`; happens every minute."""
        with self._changed:
            for name, ready in self._ready.items():
                good = [k for k in ready if k.is_alive and k.age < self._ttl]
                for kernel in ready:
                    if kernel not in good:
                        self.release(kernel, polite=False)
                self._ready[name] = deque(good)
            self._top_up()

    def _all_ready(self) -> list[Kernel]:
        with self._changed:
            return [kernel for ready in self._ready.values() for kernel in ready]


@dataclass
class _Ending:
    kernel: Kernel
    kill_at: float
    kills_left: int = 3


class _Reaper:
    """The thread that ends kernels, so that no task waits for it."""

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
            self._ending = [ending for ending in self._ending if not self._has_ended(ending)]

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

    def _has_ended(self, ending: _Ending) -> bool:
        kernel = ending.kernel
        if kernel.wait_ended(0):
            # What it started may have outlived it.
            kernel.kill()
            self._bury(kernel)
            return True
        if time.monotonic() < ending.kill_at:
            return False
        if ending.kills_left == 0:
            log.error("Kernel process %s does not end, even when killed.", kernel.pid)
            self._bury(kernel)
            return True
        ending.kills_left -= 1
        ending.kill_at = time.monotonic() + self._grace
        kernel.kill()
        return False

    def _bury(self, kernel: Kernel) -> None:
        self._launcher.bury(kernel)
        self.given.discard(kernel)


def _wait_for(future: Future[Kernel], token: CancelToken | None) -> Kernel:
    """The kernel that `future` brings, unless `token` is cancelled first: then nobody takes it."""

    def abandon() -> None:
        future.cancel()

    unsubscribe = None if token is None else token.on_cancel(abandon)
    try:
        return future.result()
    except CancelledError:
        raise Interrupted("cancelled") from None
    finally:
        if unsubscribe is not None:
            unsubscribe()


def _deliver(kernel: Kernel, future: Future[Kernel]) -> bool:
    """Give `kernel` to whoever waits for `future`; False if they have left."""
    if not future.set_running_or_notify_cancel():
        return False
    future.set_result(kernel)
    return True


def _checked_folder(cwd: Path | str | None) -> Path | None:
    if cwd is None:
        return None
    folder = Path(cwd).absolute()
    if not folder.is_dir():
        raise KernelStartError(f"The working directory {folder} does not exist on this worker.")
    return folder


def _settling(folder: Path | None, env: Mapping[str, str]) -> str:
    """Python code that gives a running kernel its folder and environment and defines no name."""
    lines = []
    if folder is not None:
        lines.append(f"__import__('os').chdir({str(folder)!r})")
    if env:
        lines.append(f"__import__('os').environ.update({dict(env)!r})")
    if "TZ" in env:
        lines.append("__import__('time').tzset()")
    return "\n".join(lines) or "pass"
