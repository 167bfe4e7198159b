"""One kernel: asked to execute, interrupted, told to end. Whoever runs user code in it ends it.

Waiting is one poll over its sockets, its process and a wake-up pipe, so that a reply, a death and a
cancellation are all seen at once and no event loop is needed. Who starts kernels when is in
`kernels.py`.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil
from threading import Lock
from typing import Any, Literal, TypeAlias, cast

import zmq
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

from nbflow.core.errors import NbflowError
from nbflow.core.json import JsonObject
from nbflow.runtime.cancellation import CancelToken
from nbflow.runtime.kernel_process import Death, KernelProcess
from nbflow.runtime.messages import Message, joined, received

Listener: TypeAlias = Callable[[Message], None]
Ticker: TypeAlias = Callable[[], "float | None"]

_POLL_WITHOUT_PIDFD = 0.5


class KernelStartError(NbflowError):
    """A kernel could not be started; the message says why and what to do."""


class KernelDied(NbflowError):
    """The kernel's process ended while it was needed; `death` says how."""

    def __init__(self, death: Death) -> None:
        self.death = death
        super().__init__(death.message)


class Interrupted(NbflowError):
    """An execution of our own code was ended from outside; `why` is cancelled or timeout."""

    def __init__(self, why: Literal["cancelled", "timeout"]) -> None:
        self.why = why
        super().__init__(why)


class SilentCodeError(NbflowError):
    """Our own code failed inside the kernel."""

    def __init__(self, ename: str, evalue: str, traceback: str) -> None:
        self.ename = ename
        self.evalue = evalue
        self.traceback = traceback
        super().__init__(f"{ename}: {evalue}")


@dataclass(frozen=True)
class Watch:
    """What ends an execution before its time: a cancelled token, or the monotonic time `deadline`.

    It is then interrupted, and killed after `grace` seconds if that did not help.
    """

    token: CancelToken | None = None
    deadline: float | None = None
    grace: float = 5.0

    def verdict(self, now: float) -> Literal["cancelled", "timeout"] | None:
        if self.token is not None and self.token.is_cancelled:
            return "cancelled"
        if self.deadline is not None and now >= self.deadline:
            return "timeout"
        return None

    def until(self, deadline: float | None) -> Watch:
        """This watch with `deadline` too, whichever is earlier."""
        known = [time_ for time_ in (self.deadline, deadline) if time_ is not None]
        return Watch(self.token, min(known, default=None), self.grace)


@dataclass(frozen=True)
class Execution:
    """How one execution went. `reply` is the content of the kernel's execute_reply.

    `ended` tells what ended it; `all_seen` is False if the kernel never said that it was idle
    again.
    """

    ended: Literal["finished", "cancelled", "timeout", "died"]
    reply: Mapping[str, Any] | None  # JSON as the kernel sent it
    msg_id: str
    all_seen: bool = True


UNWATCHED = Watch()


class Kernel:
    """A running kernel and the sockets to it.

    Used by one thread at a time; `wake` and what `process` offers are for any thread.
    """

    def __init__(
        self, manager: KernelManager, client: BlockingKernelClient, process: KernelProcess
    ) -> None:
        self.client = client
        self.process = process
        self.name = manager.kernel_name
        self.spec = cast("KernelSpec", manager.kernel_spec)
        self.language_info: dict[str, Any] = {}  # as the kernel sent it
        self.is_ready = False
        self.has_nbflow = False
        self.started_at = time.monotonic()
        self.listener: Listener | None = None
        self._manager = manager
        self._lock = Lock()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._poller = zmq.Poller()
        for readable in (self._iopub, self._shell, self._wake_read, process.pidfd):
            if readable is not None:
                self._poller.register(readable, zmq.POLLIN)

    def __repr__(self) -> str:
        return f"<Kernel {self.name} pid={self.pid}>"

    @property
    def pid(self) -> int:
        """The number of its process, and of its process group."""
        return self.process.pid

    @property
    def is_python(self) -> bool:
        return self.spec.language == "python"

    @property
    def is_alive(self) -> bool:
        return self.process.is_alive

    @property
    def age(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self.started_at

    # ------------------------------------------------------------------------------------ executing

    def run(
        self,
        code: str,
        *,
        silent: bool = False,
        expressions: Mapping[str, str] | None = None,
        stop_on_error: bool = True,
        watch: Watch = UNWATCHED,
        on_sent: Callable[[str], None] | None = None,
        tick: Ticker | None = None,
        iopub_timeout: float = 60.0,
    ) -> Execution:
        """Execute `code` and wait until the kernel has replied and is idle again.

        Every message on iopub goes to `listener`. `tick` is called whenever something happened and
        says in how many seconds it wants to be called again. When the kernel has replied and then
        says nothing for `iopub_timeout` seconds, output that is missing is not waited for.
        """
        msg_id = self.client.execute(
            code,
            silent=silent,
            store_history=not silent,
            user_expressions=dict(expressions or {}),
            allow_stdin=False,
            stop_on_error=stop_on_error,
        )
        if on_sent is not None:
            on_sent(msg_id)
        with self._woken_by(watch.token):
            return _Waiting(self, msg_id, watch, tick, iopub_timeout).wait()

    def run_silently(
        self, code: str, expression: str | None = None, *, watch: Watch = UNWATCHED
    ) -> dict[str, Any]:
        """Execute our own `code`, leaving no trace; the MIME bundle of `expression`'s value.

        Raises SilentCodeError, KernelDied, Interrupted.
        """
        wanted = None if expression is None else {"value": expression}
        execution = self.run(code, silent=True, expressions=wanted, watch=watch)
        while execution.reply is not None and execution.reply["status"] == "aborted":
            # For a moment after an error a kernel refuses what it takes for the cells that follow.
            self.poll(0.01)
            execution = self.run(code, silent=True, expressions=wanted, watch=watch)
        if execution.ended in ("cancelled", "timeout"):
            raise Interrupted(execution.ended)
        if execution.reply is None:
            raise KernelDied(self.process.death())
        _raise_for_error(execution.reply)
        if expression is None:
            return {}
        answer = execution.reply["user_expressions"]["value"]
        _raise_for_error(answer)
        return dict(answer["data"])

    def wait_ready(self, timeout: float) -> None:
        """Wait until the kernel answers and its messages arrive. Raises KernelStartError."""
        deadline = time.monotonic() + timeout
        seen: set[str] = set()
        asked = [self.client.kernel_info()]
        replied = False
        while not (replied and seen.intersection(asked)):
            left = deadline - time.monotonic()
            if left <= 0 or not self.is_alive:
                raise KernelStartError(self._start_problem(timeout))
            if replied:
                # The first answer was published before our subscription arrived there: ask again.
                asked.append(self.client.kernel_info())
            self._poller.poll(_milliseconds(min(left, 0.1 if replied else 1.0)))
            for message in self.messages("iopub"):
                if _is_idle(message):
                    seen.add(_parent_of(message))
            for message in self.messages("shell"):
                if message["msg_type"] == "kernel_info_reply":
                    self.language_info = message["content"].get("language_info", {})
                    replied = True

    def messages(self, channel: Literal["iopub", "shell"]) -> Iterator[Message]:
        """The messages that have arrived on `channel`, without waiting."""
        socket = self._iopub if channel == "iopub" else self._shell
        return received(self.client.session, socket)

    def poll(self, seconds: float | None) -> None:
        """Wait until something arrives, the process ends, someone calls `wake`, or time is up."""
        if self.process.pidfd is None:
            seconds = min(_POLL_WITHOUT_PIDFD, seconds if seconds is not None else 3600.0)
        ready = dict(self._poller.poll(_milliseconds(seconds)))
        if self._wake_read in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(self._wake_read, 4096)

    # ------------------------------------------------------------------------------------ ending it

    def wake(self) -> None:
        """End the wait in `poll`; from any thread, at any time, also after `destroy`."""
        with self._lock:
            if self._wake_write >= 0:
                # A full pipe wakes as well.
                with contextlib.suppress(BlockingIOError):
                    os.write(self._wake_write, b"!")

    def interrupt(self) -> None:
        """Interrupt what runs, in the way the kernelspec asks for."""
        if self.spec.interrupt_mode == "message":
            self._send_control("interrupt_request", {})
        else:
            self.process.interrupt()

    def ask_to_end(self) -> None:
        """Ask the kernel to end by itself, exit hooks included."""
        self._send_control("shutdown_request", {"restart": False})

    def destroy(self) -> None:
        """Close the sockets and remove the files. The process must have ended."""
        with self._lock:
            fds = (self._wake_read, self._wake_write)
            self._wake_read = self._wake_write = -1
        for fd in fds:
            if fd >= 0:
                os.close(fd)
        self.client.stop_channels()
        self._manager.cleanup_resources()
        self.process.close()

    @property
    def connection(self) -> JsonObject:
        """What a connection file for others says."""
        info = dict(self._manager.get_connection_info())
        # Jupyter's type says text, but it is bytes.
        key = self._manager.session.key.decode()
        return cast("JsonObject", {**info, "key": key, "kernel_name": self.name})

    def detach(self) -> None:
        """Close our sockets to it: what it publishes from now on is for others. It can be killed,
        but not asked for anything any more.
        """
        self.listener = None
        for readable in (self._iopub, self._shell):
            self._poller.unregister(readable)
        self.client.stop_channels()

    # -------------------------------------------------------------------------------------- private

    @property
    def _shell(self) -> zmq.Socket[bytes]:
        return cast("zmq.Socket[bytes]", self.client.shell_channel.socket)

    @property
    def _iopub(self) -> zmq.Socket[bytes]:
        return cast("zmq.Socket[bytes]", self.client.iopub_channel.socket)

    @contextlib.contextmanager
    def _woken_by(self, token: CancelToken | None) -> Iterator[None]:
        if token is None:
            yield
            return
        unsubscribe = token.on_cancel(self.wake)
        try:
            yield
        finally:
            unsubscribe()

    def _send_control(self, kind: str, content: dict[str, object]) -> None:
        message = self.client.session.msg(kind, content)
        self.client.control_channel.send(message)

    def _start_problem(self, timeout: float) -> str:
        why = f"did not answer within {timeout:g} s"
        if not self.is_alive:
            why = f"ended at once with {self.process.exit_words()}"
        output = f" It wrote: {self.process.output}" if self.process.output else ""
        return f"The kernel {self.name!r} ({self.spec.argv[0]}) {why}.{output}"


class _Waiting:
    """The wait for one execution: what has arrived so far, and what is due when."""

    def __init__(
        self, kernel: Kernel, msg_id: str, watch: Watch, tick: Ticker | None, iopub_timeout: float
    ) -> None:
        self.kernel = kernel
        self.msg_id = msg_id
        self.watch = watch
        self.tick = tick
        self.iopub_timeout = iopub_timeout
        self.reply: Mapping[str, Any] | None = None
        self.idle = False
        self.busy = False
        self.ended: Literal["cancelled", "timeout"] | None = None
        self.interrupt_at: list[float] = []
        self.kill_at: float | None = None
        self.give_up_at: float | None = None

    def wait(self) -> Execution:
        while True:
            # Looked at before reading, so that nothing a dead kernel has sent is missed.
            alive = self.kernel.is_alive
            self._read()
            if self.reply is not None and self.idle:
                return self._result("finished")
            if not alive:
                self._read_the_rest()
                return self._result("finished" if self.reply is not None else "died")
            now = time.monotonic()
            if self.give_up_at is not None and now >= self.give_up_at:
                return self._result("finished")
            self._mind(now)
            self.kernel.poll(self._patience(now))

    def _read(self) -> bool:
        """Whether anything has come on iopub. Not all of it is read if there is very much."""
        came = False
        for message in joined(self.kernel.messages("iopub")):
            came = True
            if _parent_of(message) == self.msg_id:
                self.busy = True
                self.idle = self.idle or _is_idle(message)
            if self.kernel.listener is not None:
                self.kernel.listener(message)
        if came and self.give_up_at is not None:
            self.give_up_at = time.monotonic() + self.iopub_timeout
        for message in self.kernel.messages("shell"):
            if _parent_of(message) == self.msg_id:
                self.reply = message["content"]
                self.give_up_at = time.monotonic() + self.iopub_timeout
        return came

    def _read_the_rest(self) -> None:
        """What a dead kernel had sent may still be on its way through our own I/O thread."""
        quiet_at = time.monotonic() + 0.05
        while time.monotonic() < quiet_at:
            if self._read():
                quiet_at = time.monotonic() + 0.05
            else:
                time.sleep(0.005)

    def _mind(self, now: float) -> None:
        """Interrupt when something ends the execution; kill when that has not helped in time."""
        if self.ended is None:
            self.ended = self.watch.verdict(now)
            if self.ended is None:
                return
            self.kill_at = now + self.watch.grace
            self.interrupt_at = [now, now + self.watch.grace / 2]
        # A kernel that has not begun yet would not feel the interrupt.
        if self.busy and self.interrupt_at and now >= self.interrupt_at[0]:
            self.interrupt_at.pop(0)
            self.kernel.interrupt()
        if self.kill_at is not None and now >= self.kill_at:
            self.kill_at = None
            self.kernel.process.kill()

    def _patience(self, now: float) -> float | None:
        ticked = None if self.tick is None else self.tick()
        due = [t - now for t in (self.kill_at, self.give_up_at) if t is not None]
        if self.ended is None and self.watch.deadline is not None:
            due.append(self.watch.deadline - now)
        if self.busy and self.interrupt_at:
            due.append(self.interrupt_at[0] - now)
        if ticked is not None:
            due.append(ticked)
        return min(due, default=None)

    def _result(self, ended: Literal["finished", "died"]) -> Execution:
        return Execution(self.ended or ended, self.reply, self.msg_id, self.idle)


# ----------------------------------------------------------------------------------------- messages


def _milliseconds(seconds: float | None) -> int | None:
    """For zmq: rounded up, so that what is due is due when the wait is over."""
    return None if seconds is None else max(0, ceil(seconds * 1000))


def _parent_of(message: Message) -> str:
    return str(message["parent_header"].get("msg_id", ""))


def _is_idle(message: Message) -> bool:
    if message["msg_type"] != "status":
        return False
    return bool(message["content"]["execution_state"] == "idle")


def _raise_for_error(answer: Mapping[str, Any]) -> None:
    if answer["status"] != "ok":
        lines = "\n".join(answer.get("traceback", ()))
        raise SilentCodeError(answer.get("ename", "aborted"), answer.get("evalue", ""), lines)
