"""The pool of kernels: started ahead, handed out once, ended off the critical path.

What one kernel can do is in `kernel.py`. A kernel that was handed out never comes back.
"""

from __future__ import annotations

import logging
import os
import time
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Condition
from typing import cast

from jupyter_client.kernelspec import KernelSpec

from nbflow.core.kept import Keep, KeptKernel, KernelCounts
from nbflow.runtime.cancellation import CancelToken
from nbflow.runtime.forkserver import ForkServer
from nbflow.runtime.kept_kernels import KeptKernels
from nbflow.runtime.kernel import (
    Interrupted,
    Kernel,
    KernelDied,
    KernelStartError,
    SilentCodeError,
    Watch,
)
from nbflow.runtime.launcher import KernelLauncher
from nbflow.runtime.provisioner import READ_AT_START
from nbflow.runtime.reaper import KernelReaper

log = logging.getLogger(__name__)

DEFAULT_KERNEL = "python3"


class KernelPool(AbstractContextManager["KernelPool"]):
    """The kernels of a worker: some of each Python kernelspec stand ready, others start on demand.

    `size` is how many stand ready of each of `kernel_names` and of every other one that was asked
    for; but one where none has been taken for `rest`, for each takes 20 MiB. All times are in
    seconds: a kernel has `start_timeout` to start, `answer_timeout` to answer
    when it is handed out, and `grace` to end by itself; unused it is replaced at the age of `ttl`.
    `preload` names modules that ready kernels have imported already. Kernels are forks of `server`
    where that is possible, by default of one of the pool's own.

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
        rest: float = 300.0,
        preload: Sequence[str] = (),
        expected: int | None = None,
        server: ForkServer | None = None,
    ) -> None:
        self._size = size
        self._ttl = ttl
        self._rest = rest
        self._taken_at: dict[str, float] = {}
        self._answer_timeout = answer_timeout
        self._preload = tuple(preload)
        self._own_server = None if server else ForkServer(self._preload)
        self._server = server or cast(ForkServer, self._own_server)
        self._launcher = KernelLauncher(start_timeout, self._server)
        self._reaper = KernelReaper(self._launcher, self.look_over, grace)
        self._kept = KeptKernels(lambda kernel: self._reaper.take(kernel, polite=False))
        self._changed = Condition()
        # Only Python kernels can be given their folder later; others wait for nobody.
        self._ready: dict[str, deque[Kernel]] = {
            name: deque() for name in kernel_names if self._is_python(name)
        }
        self._waiting: dict[str, deque[Future[Kernel]]] = {}
        self._starting: Counter[str] = Counter()
        self._failed: set[str] = set()
        self._in_use: set[Kernel] = set()
        self._asked: set[Future[Kernel]] = set()
        self._expected = expected
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
        """A kernel for the caller alone, who releases it; in the folder `cwd`, with `env` added.

        Raises KernelStartError, and Interrupted if `token` is cancelled or becomes so meanwhile.
        """
        folder = _checked_folder(cwd)
        added = dict(env or {})
        language = self.kernelspec(kernel_name).language
        if language != "python" or any(name.startswith(READ_AT_START) for name in added):
            return self._start_for(kernel_name, folder, added, token)
        while True:
            if token is not None and token.is_cancelled:
                raise Interrupted("cancelled")  # a ready kernel is not to be used up for nothing
            kernel = self._take_ready(kernel_name, token)
            if self._settle(kernel, folder, added, token):
                self._in_use.add(kernel)
                return kernel

    def expect(self, kernels: int) -> None:
        """Only so many more will be taken, as far as known: no others are started ahead."""
        with self._changed:
            self._expected = kernels
            self._top_up()

    def release(self, kernel: Kernel, *, polite: bool = True) -> None:
        """End `kernel` in the background, by its exit hooks if `polite`, else by force."""
        self._in_use.discard(kernel)
        self._reaper.take(kernel, polite=polite)

    def keep(self, kernel: Kernel, whose: str, keep: Keep) -> KeptKernel | None:
        """Instead of `release`: let a kernel live on for a person to attach to.

        None if it cannot be kept and must be released. See `KeptKernels.keep`.
        """
        kept = self._kept.keep(kernel, whose, keep)
        if kept is not None:
            self._in_use.discard(kernel)
        return kept

    @property
    def kept(self) -> int:
        """How many kernels live on for people."""
        return len(self._kept)

    def kernelspec(self, kernel_name: str) -> KernelSpec:
        """The kernelspec of that name. Raises KernelStartError, which lists those that exist."""
        return self._launcher.find_spec(kernel_name)

    def ready(self, kernel_name: str = DEFAULT_KERNEL) -> int:
        """How many kernels of this name stand ready."""
        with self._changed:
            return len(self._ready.get(kernel_name, ()))

    def counts(self) -> KernelCounts:
        """How many kernels stand ready, are in use, and are kept for people."""
        with self._changed:
            return KernelCounts(len(self._all_ready()), len(self._in_use), len(self._kept))

    @property
    def ending(self) -> int:
        """How many kernels were given back and have not ended yet."""
        return len(self._reaper.given)

    def wait_ready(self, kernel_name: str = DEFAULT_KERNEL, timeout: float = 60.0) -> bool:
        """Wait until as many stand ready as should; False if that fails or takes too long."""

        def is_settled() -> bool:
            there = len(self._ready.get(kernel_name, ()))
            return kernel_name in self._failed or there >= self._wanted(kernel_name)

        with self._changed:
            return self._changed.wait_for(is_settled, timeout) and kernel_name not in self._failed

    def close(self) -> None:
        """End all kernels, also those in use, and give back what they held. Safe to call twice."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            asked = list(self._asked)
        for future in asked:
            future.cancel()
        self._kept.close()
        self._launcher.stop()
        self._starters.shutdown(wait=True, cancel_futures=True)
        for kernel in self._all_ready():
            self.release(kernel, polite=False)
        # Whoever uses a kernel sees its death and releases it; the sockets are theirs until then.
        for kernel in list(self._in_use):
            kernel.process.kill()
        self._reaper.close()
        self._launcher.close()
        if self._own_server is not None:
            self._own_server.close()

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------------------------ handing one out

    def _take_ready(self, name: str, token: CancelToken | None) -> Kernel:
        with self._changed:
            self._refuse_if_closed()
            self._taken_at[name] = time.monotonic()
            if self._expected:
                self._expected -= 1
            ready = self._ready.setdefault(name, deque())
            if ready:
                kernel = ready.popleft()
                self._top_up()
                return kernel
            future = self._new_future()
            self._waiting.setdefault(name, deque()).append(future)
            self._failed.discard(name)
            self._top_up()
        return self._wait_for(future, token)

    def _settle(
        self, kernel: Kernel, folder: Path | None, env: dict[str, str], token: CancelToken | None
    ) -> bool:
        """Give a ready kernel its folder and environment; False, and it ends, if it is no good."""
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
        except SilentCodeError as error:
            self.release(kernel, polite=False)
            raise KernelStartError(
                f"The kernel cannot be given the folder {folder} and its environment: {error}"
            ) from error
        return True

    def _start_for(
        self, name: str, folder: Path | None, env: dict[str, str], token: CancelToken | None
    ) -> Kernel:
        with self._changed:
            self._refuse_if_closed()
            future = self._new_future()
            self._starters.submit(self._start_and_deliver, future, name, folder, env)
        return self._wait_for(future, token)

    def _start_and_deliver(
        self, future: Future[Kernel], name: str, folder: Path | None, env: dict[str, str]
    ) -> None:
        try:
            kernel = self._start(name, folder, env)
        except KernelStartError as error:
            _refuse(error, future)
            return
        if not _deliver(kernel, future):
            self.release(kernel, polite=False)

    def _start(
        self,
        name: str,
        folder: Path | None = None,
        env: Mapping[str, str] | None = None,
        preload: Sequence[str] = (),
    ) -> Kernel:
        try:
            return self._launcher.start(name, folder, env, preload)
        except KernelStartError:
            raise
        # Nobody looks into this thread, and someone waits for its answer. What goes wrong may come
        # from jupyter_client, a provisioner, zmq or the system.
        except Exception as error:
            log.exception("Starting a kernel %r failed.", name)
            raise KernelStartError(
                f"The kernel {name!r} could not be started: {type(error).__name__}: {error}"
            ) from error

    def _new_future(self) -> Future[Kernel]:
        future: Future[Kernel] = Future()
        self._asked.add(future)
        return future

    def _wait_for(self, future: Future[Kernel], token: CancelToken | None) -> Kernel:
        """The kernel that `future` brings; nobody takes it if `token` is cancelled first."""

        def abandon() -> None:
            future.cancel()

        unsubscribe = None if token is None else token.on_cancel(abandon)
        try:
            return future.result()
        except CancelledError:
            if token is not None and token.is_cancelled:
                raise Interrupted("cancelled") from None
            raise _closed() from None
        finally:
            self._asked.discard(future)
            if unsubscribe is not None:
                unsubscribe()

    def _is_python(self, name: str) -> bool:
        try:
            return self.kernelspec(name).language == "python"
        except KernelStartError as error:
            log.warning("No kernel can stand ready: %s", error)
            return False

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise _closed()

    # --------------------------------------------------------------------------- keeping some ready

    def _top_up(self) -> None:
        """Start what is missing: for those who wait, and only when nobody does for later."""
        with self._changed:
            for name, ready in self._ready.items():
                waiting = len(self._waiting.get(name, ()))
                if self._closed or (name in self._failed and not waiting):
                    continue
                missing = (waiting or self._wanted(name) - len(ready)) - self._starting[name]
                for _ in range(missing):
                    self._starting[name] += 1
                    self._starters.submit(self._start_ahead, name)

    def _wanted(self, name: str) -> int:
        """How many should stand ready now."""
        if self._expected is not None:
            return min(self._size, self._expected)
        taken_at = self._taken_at.get(name)
        rests = taken_at is None or time.monotonic() - taken_at > self._rest
        return min(self._size, 1) if rests else self._size

    def _start_ahead(self, name: str) -> None:
        kernel, error = None, None
        try:
            kernel = self._start(name, preload=self._preload)
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
        """Tell whoever waits longest. If nobody does, start no more until someone asks."""
        waiting = self._waiting.get(name, deque())
        while waiting:
            if _refuse(error, waiting.popleft()):
                return
        if not (self._closed or self._server.is_closed):
            log.warning("No kernel can be started ahead: %s", error)
        self._failed.add(name)

    def look_over(self) -> None:
        """Replace ready kernels that died or are older than `ttl`, and end those that are more than
        should stand ready; happens every minute.
        """
        with self._changed:
            for name, ready in self._ready.items():
                good = [k for k in ready if k.is_alive and k.age < self._ttl]
                del good[self._wanted(name) :]
                for kernel in ready:
                    if kernel not in good:
                        self.release(kernel, polite=False)
                self._ready[name] = deque(good)
            self._top_up()

    def _all_ready(self) -> list[Kernel]:
        with self._changed:
            return [kernel for ready in self._ready.values() for kernel in ready]


def _deliver(kernel: Kernel, future: Future[Kernel]) -> bool:
    """Give `kernel` to whoever waits for `future`; False if they have left."""
    if not future.set_running_or_notify_cancel():
        return False
    future.set_result(kernel)
    return True


def _refuse(error: KernelStartError, future: Future[Kernel]) -> bool:
    """Tell whoever waits for `future` that there will be no kernel; False if they have left."""
    if not future.set_running_or_notify_cancel():
        return False
    future.set_exception(error)
    return True


def _closed() -> KernelStartError:
    return KernelStartError("The kernel pool of this worker is closed.")


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
        # Where IPython thinks it has been so far: `%cd -` goes there, notebooks ask `_dh[0]`.
        here = f"__import__('pathlib').Path({str(folder)!r})"
        lines.append(f"globals().get('_dh', [])[:] = [{here}]")
    if env:
        lines.append(f"__import__('os').environ.update({dict(env)!r})")
    if "TZ" in env:
        lines.append("__import__('time').tzset()")
    return "\n".join(lines) or "pass"
