"""Starting kernels: kernelspec, private folder, transport, process, guard. Not when to."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from threading import Lock
from typing import IO

import zmq
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager, NoSuchKernel
from jupyter_client.manager import KernelManager

from nbflow.authoring.kernel_hints import how_to_install
from nbflow.runtime.forkserver import ForkServer
from nbflow.runtime.guard import Guard
from nbflow.runtime.kernel import (
    Interrupted,
    Kernel,
    KernelDied,
    KernelStartError,
    SilentCodeError,
    Watch,
)
from nbflow.runtime.kernel_process import KernelProcess
from nbflow.runtime.provisioner import ForkedProcess, ForkingProvisioner

log = logging.getLogger(__name__)

# What runs inside a Python kernel on our behalf (`in_kernel.py`).
INSIDE = "nbflow.runtime.in_kernel"

_FOLDER = "nbflow-kernels-"
# The path of a socket must fit into 108 bytes; what follows the folder takes this many at most.
_ROOM_FOR_SOCKETS = 50
# A killed process is gone at once, unless the system cannot let it go.
_KILLED_SECONDS = 5.0
# A folder younger than this may not be locked by its owner yet.
_SWEEP_AFTER_SECONDS = 60.0


class KernelLauncher:
    """Starts kernels, by forks of `server` where possible, and remembers the living ones.

    Safe to use from many threads.
    """

    def __init__(self, start_timeout: float, server: ForkServer) -> None:
        self._start_timeout = start_timeout
        self._server = server
        self._folder, self._folder_lock = _private_folder()
        self._numbers = count(1)
        self._specs = KernelSpecManager()
        self._guard = Guard()
        self._lock = Lock()
        self._living: set[Kernel] = set()
        self._stopped = False
        self._context = zmq.Context()
        # Defaults for the sockets to come: nothing that a kernel publishes is dropped here, and a
        # kernel that has just opened its sockets is found at once.
        self._context.rcvhwm = 0
        self._context.reconnect_ivl = 10
        self._context.linger = 0

    def find_spec(self, name: str) -> KernelSpec:
        """The kernelspec `name`. Raises KernelStartError, which lists those that exist."""
        try:
            return self._specs.get_kernel_spec(name)
        except NoSuchKernel:
            there = ", ".join(sorted(self._specs.find_kernel_specs())) or "none"
            raise KernelStartError(
                f"There is no kernelspec {name!r} on this worker; there are: {there}. "
                f"Install the kernel ({how_to_install(name)}), or choose another one in the "
                "notebook or by kernel_name."
            ) from None

    def start(
        self,
        name: str,
        folder: Path | None = None,
        env: Mapping[str, str] | None = None,
        preload: Sequence[str] = (),
    ) -> Kernel:
        """A kernel that answers. Raises KernelStartError."""
        spec = self.find_spec(name)
        speaks_ipc = _is_ipykernel(spec)
        try:
            return self._start_once(spec, name, folder, env or {}, preload, ipc=speaks_ipc)
        except KernelStartError:
            # Another process may have taken a TCP port between its choice and its use.
            if speaks_ipc or self._stopped:
                raise
            return self._start_once(spec, name, folder, env or {}, preload, ipc=False)

    def bury(self, kernel: Kernel) -> None:
        """Forget a kernel whose process has ended, and all of its own. May be repeated."""
        with self._lock:
            if kernel not in self._living:
                return
            self._living.remove(kernel)
        kernel.destroy()
        _close_event_loop()
        self._guard.forget(kernel.pid)

    def living(self) -> list[Kernel]:
        with self._lock:
            return list(self._living)

    def stop(self) -> None:
        """Start no more; a start that is under way fails soon."""
        with self._lock:
            self._stopped = True
            living = list(self._living)
        for kernel in living:
            if not kernel.is_ready:
                kernel.process.kill()

    def close(self) -> None:
        """Give back what the kernels shared. All must be buried: a socket would keep us waiting."""
        self._guard.close()
        self._context.term()
        self._folder_lock.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start_once(
        self,
        spec: KernelSpec,
        name: str,
        folder: Path | None,
        env: Mapping[str, str],
        preload: Sequence[str],
        *,
        ipc: bool,
    ) -> Kernel:
        kernel = self._launch(spec, name, folder or self._folder, env, ipc=ipc)
        try:
            self._guard.watch(kernel.pid)
            kernel.wait_ready(self._start_timeout)
            if kernel.is_python:
                deadline = time.monotonic() + self._start_timeout
                _prepare_python(kernel, preload, Watch(deadline=deadline, grace=0.0))
            kernel.is_ready = True
        except BaseException as error:
            kernel.process.kill()
            kernel.process.wait(_KILLED_SECONDS)
            self.bury(kernel)
            if isinstance(error, KernelDied):
                raise KernelStartError(f"{error} {error.death.output}".rstrip()) from None
            if isinstance(error, Interrupted):
                raise KernelStartError(
                    f"The kernel {name!r} answered, but did not execute anything within "
                    f"{self._start_timeout:g} s."
                ) from None
            raise
        return kernel

    def _launch(
        self, spec: KernelSpec, name: str, folder: Path, env: Mapping[str, str], *, ipc: bool
    ) -> Kernel:
        number = next(self._numbers)
        output = self._folder / f"{number}.log"
        manager = KernelManager(
            kernel_name=name,
            kernel_spec_manager=self._specs,
            context=self._context,
            connection_file=str(self._folder / f"{number}.json"),
            transport="ipc" if ipc else "tcp",
        )
        if _is_started_by_default(spec):
            manager.provisioner = self._provisioner(manager, spec)
        arguments = ["--HistoryManager.hist_file=:memory:"] if _is_ipykernel(spec) else []
        with output.open("wb") as file, self._lock:
            if self._stopped:
                raise KernelStartError("The kernel pool of this worker is closed.")
            try:
                manager.start_kernel(
                    cwd=str(folder),
                    env={**os.environ, **env},
                    extra_arguments=arguments,
                    stdout=file,
                    stderr=file,
                )
            except OSError as error:
                manager.cleanup_resources()
                raise KernelStartError(
                    f"The kernel {name!r} cannot be started: {error}. Its kernelspec in "
                    f"{spec.resource_dir} runs {' '.join(spec.argv)!r}: install the kernel again."
                ) from error
            finally:
                _close_event_loop()
            client = manager.client(context=self._context)
            client.start_channels(stdin=False, hb=False)
            kernel = Kernel(manager, client, _process_of(manager, output))
            self._living.add(kernel)
        return kernel

    def _provisioner(self, manager: KernelManager, spec: KernelSpec) -> ForkingProvisioner:
        provisioner = ForkingProvisioner(kernel_spec=spec, parent=manager)
        provisioner.server = self._server
        return provisioner


# ipykernel sends what is written to the file descriptor of stderr through the kernel itself, where
# the last words of a crash would be lost; it keeps a copy of the original.
_TRACE_CRASHES = (
    "__import__('faulthandler').enable("
    "getattr(__import__('sys').stderr, '_original_stdstream_copy', 2), False)"
)


def _prepare_python(kernel: Kernel, preload: Sequence[str], watch: Watch) -> None:
    """What every Python kernel does before user code comes: have crashes traced, import ahead."""
    _can_run(kernel, _TRACE_CRASHES, watch)
    kernel.has_nbflow = _can_run(kernel, f"__import__({INSIDE!r})", watch)
    for module in preload:
        # What fails here fails again where it is needed, and only there it matters.
        if not _can_run(kernel, f"__import__({module!r})", watch):
            log.warning("The kernel %r cannot preload %r.", kernel.name, module)


def _can_run(kernel: Kernel, code: str, watch: Watch) -> bool:
    try:
        kernel.run_silently(code, watch=watch)
    except SilentCodeError:
        return False
    return True


def _close_event_loop() -> None:
    """Close what jupyter_client opens, and leaves, in every thread that starts or ends a kernel."""
    with contextlib.suppress(RuntimeError):
        asyncio.get_event_loop().close()


def _process_of(manager: KernelManager, output: Path) -> KernelProcess:
    process = getattr(manager.provisioner, "process", None)
    if not isinstance(process, (subprocess.Popen, ForkedProcess)):
        kind = type(manager.provisioner).__name__
        manager.shutdown_kernel(now=True)
        raise KernelStartError(
            f"The kernelspec {manager.kernel_name!r} starts its kernels elsewhere, by {kind}. "
            "nbflow can only look after kernels on the worker itself: choose another kernelspec."
        )
    return KernelProcess(process, manager.kernel_name, output)


def _is_started_by_default(spec: KernelSpec) -> bool:
    """Whether the kernelspec leaves it to us how its kernels are started."""
    return "kernel_provisioner" not in spec.metadata


def _is_ipykernel(spec: KernelSpec) -> bool:
    return any("ipykernel" in argument for argument in spec.argv)


# ------------------------------------------------------------------------------- the private folder


def _private_folder() -> tuple[Path, IO[bytes]]:
    """A new folder that only this user can enter, and the open lock that marks it as in use."""
    base = _base_folder()
    _sweep(base)
    folder = Path(tempfile.mkdtemp(prefix=_FOLDER, dir=base))
    lock = (folder / "lock").open("wb")
    fcntl.flock(lock, fcntl.LOCK_EX)
    return folder, lock


def _base_folder() -> Path:
    """The first of the usual places whose path is short enough for a socket's."""
    places = [os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir()]
    for place in places:
        usable = place and os.access(place, os.W_OK)
        if usable and len(place) + len(_FOLDER) + _ROOM_FOR_SOCKETS <= 108:
            return Path(place)
    return Path("/tmp")  # noqa: S108 - the folder made inside is private


def _sweep(base: Path) -> None:
    """Remove the folders of owners that were killed: the system has dropped their locks."""
    for lock in base.glob(f"{_FOLDER}*/lock"):
        with contextlib.suppress(OSError), lock.open("rb") as file:
            if time.time() - lock.stat().st_mtime < _SWEEP_AFTER_SECONDS:
                continue
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent)
