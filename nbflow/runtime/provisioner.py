"""The kernel provisioner that forks Python kernels from a zygote instead of starting a new
interpreter for each: they are there sooner, and share the memory of what is imported.

What the child does is in `forked_kernel.py`. A kernel that cannot be forked (another interpreter or
language, a system without fork, an environment that Python reads when it starts) is started as
Jupyter always does. Registered as `nbflow-provisioner`, for any kernelspec and any Jupyter server.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any, cast

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from nbflow.runtime.children import Child, StartFailed
from nbflow.runtime.forked_kernel import kernel_request
from nbflow.runtime.forkserver import KERNELS, ForkServer
from nbflow.runtime.kernel import KernelStartError

log = logging.getLogger(__name__)

RUN = "nbflow.runtime.forked_kernel:run"
# Read when an interpreter starts, which a forked one has done long ago.
READ_AT_START = ("PYTHON", "LD_", "DYLD_")
# It only tells the debugger that it may look into the standard library.
_WITHOUT_EFFECT = {"-Xfrozen_modules=off"}


class ForkedProcess:
    """A forked kernel, with what Jupyter uses of a `Popen`."""

    # Its streams are files of others.
    stdin = stdout = stderr = None

    def __init__(self, child: Child) -> None:
        self._child = child
        self.pid = child.pid

    def poll(self) -> int | None:
        """The exit code, negative for a signal, once it has ended."""
        end = self._child.exit
        if end is None:
            return None
        if end.is_lost:
            # Its zygote died, and the system killed it with that.
            return -signal.SIGKILL
        return end.code if end.signal is None else -end.signal

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, when it has ended. Raises subprocess.TimeoutExpired."""
        if not self._child.wait_ended(timeout):
            raise subprocess.TimeoutExpired("ipykernel_launcher", timeout or 0.0)
        return self.poll() or 0

    def send_signal(self, number: int) -> None:
        self._child.signal(number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


class ForkingProvisioner(LocalProvisioner):
    """Starts a kernel on this machine, by a fork where that is possible.

    `server` makes the forks; by default one that all kernels of this process share.
    """

    server: ForkServer | None = None

    async def launch_kernel(
        self,
        cmd: list[str],
        **kwargs: Any,  # noqa: ANN401 - what Jupyter hands from one of its functions to the other
    ) -> KernelConnectionInfo:
        server = self.server or _shared_server()
        arguments = forkable(cmd, kwargs.get("env") or os.environ)
        if server.can_fork and arguments is not None:
            try:
                forked = _fork(server, arguments, **kwargs)
            except StartFailed as error:
                if server.is_closed:  # nobody waits for this kernel any more
                    raise KernelStartError(str(error)) from error
                log.warning("A kernel cannot be forked, and is started the slow way: %s", error)
            else:
                # All that is used of a Popen, it has.
                self.process = cast("subprocess.Popen[bytes]", forked)
                self.pid = self.pgid = forked.pid
                self.cwd = kwargs.get("cwd") or Path.cwd()
                return self.connection_info
        return await super().launch_kernel(cmd, **kwargs)


def forkable(command: Sequence[str], env: Mapping[str, str]) -> list[str] | None:
    """The arguments of ipykernel in `command`, if a fork of this interpreter will do instead.

    None for another program, or if `env` holds what an interpreter reads when it starts.
    """
    # Not resolved: the link in a virtual environment is what makes an interpreter that one.
    if Path(command[0]).absolute() != Path(sys.executable).absolute():
        return None
    if any(os.environ.get(name) != env.get(name) for name in _read_at_start(env)):
        return None
    rest = [word for word in command[1:] if word not in _WITHOUT_EFFECT]
    return rest[2:] if rest[:2] == ["-m", "ipykernel_launcher"] else None


def _read_at_start(env: Mapping[str, str]) -> list[str]:
    return [name for name in {*env, *os.environ} if name.startswith(READ_AT_START)]


def _fork(
    server: ForkServer,
    arguments: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: str | os.PathLike[str] | None = None,
    stdout: IO[bytes] | None = None,
    stderr: IO[bytes] | None = None,
    **_: object,
) -> ForkedProcess:
    child = server.spawn(
        RUN,
        kernel_request(arguments, env if env is not None else os.environ),
        _number(stdout, 1),
        _number(stderr, 2),
        cwd=None if cwd is None else os.fspath(cwd),
        preload=KERNELS,
    )
    # It has its request, and says nothing on this channel.
    child.close()
    return ForkedProcess(child)


def _number(stream: IO[bytes] | int | None, own: int) -> int:
    if stream is None:
        return own
    return stream if isinstance(stream, int) else stream.fileno()


@cache
def _shared_server() -> ForkServer:
    """For kernels that nobody brings a server for, such as those of a Jupyter server."""
    return ForkServer()
