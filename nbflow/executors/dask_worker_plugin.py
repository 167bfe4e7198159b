"""What nbflow adds to a Dask worker: the task runner, claims, signs of life, cancellation.

Dask gives an attempt one of its worker's threads and calls `run_attempt` there. Everything said to
the scheduler goes over the stream that Dask keeps with it. How a task runs is the runtime's.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import socket
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Condition, Event, Thread
from time import monotonic, time
from typing import TYPE_CHECKING, cast

from distributed import Reschedule, get_worker
from distributed.diagnostics.plugin import WorkerPlugin

from nbflow._version import __version__
from nbflow.core.orders import Outcome, ReportKind, TaskOrder, TaskReport
from nbflow.core.states import Reason, TaskState
from nbflow.executors import dask_protocol as protocol
from nbflow.executors.dask_protocol import AttemptKey, Code
from nbflow.executors.load import TreeUsage, load_of
from nbflow.executors.reports import cancelled_outcome, utc_now
from nbflow.executors.runner import Runner, RunnerFactory
from nbflow.runtime.cancellation import CancelToken

if TYPE_CHECKING:
    from dask.typing import Key
    from distributed.worker import Worker

# How often a worker without attempts tells how it is.
IDLE_BEAT_SECONDS = 15.0
# Messages to the scheduler are gathered for this long; Dask's own is 2 ms.
STREAM_INTERVAL_SECONDS = 0.001
LOOKS_AT_ENVIRONMENT_SECONDS = 60.0
CODES_KEPT = 8


class NbflowWorkerPlugin(WorkerPlugin):
    """Gives every worker of the cluster, present and future, a runner made by `runner`.

    Without contact with the scheduler for `lease` seconds a worker ends its attempts: by then
    others may believe them lost. The plugin registered first on a cluster stays, others are
    ignored.
    """

    name = protocol.WORKER_PLUGIN
    idempotent = True

    attempts: WorkerAttempts | None = None

    def __init__(self, runner: RunnerFactory, lease: float = 30.0) -> None:
        self._make_runner = runner
        self._lease = lease

    async def setup(self, worker: Worker) -> None:
        runner = await asyncio.to_thread(self._make_runner)
        self.attempts = WorkerAttempts(worker, runner, self._lease)
        self.attempts.start()

    async def teardown(self, worker: Worker) -> None:
        if self.attempts is not None:
            await asyncio.to_thread(self.attempts.close)

    def transition(self, key: Key, start: str, finish: str, **details: object) -> None:
        ours = protocol.as_attempt_key(key)
        if ours is not None and self.attempts is not None:
            self.attempts.on_transition(ours, start, finish)


def run_attempt(parcel: bytes) -> None:
    """Run one order in this thread of a Dask worker. Returns nothing: reports carry the truth."""
    key, order = cast("tuple[AttemptKey, TaskOrder]", pickle.loads(parcel))  # noqa: S301 - Dask's trust
    plugin = cast("NbflowWorkerPlugin", get_worker().plugins[protocol.WORKER_PLUGIN])
    if plugin.attempts is None:
        raise Reschedule
    plugin.attempts.run(key, order)


@dataclass
class Live:
    """An attempt that has or will get one of this worker's threads.

    `answered` is set when its claim is decided, `entered` when its thread has come. `lost` is why
    this worker gave it up by itself, if it did.
    """

    key: AttemptKey
    heartbeat: float = 5.0
    entered: bool = False
    token: CancelToken = field(default_factory=CancelToken)
    answered: Event = field(default_factory=Event)
    granted: bool = False
    lost: str = ""


class WorkerAttempts:
    """The attempts of one worker process, from the claim to the report."""

    def __init__(self, worker: Worker, runner: Runner, lease: float) -> None:
        self._worker = worker
        self._runner = runner
        self._lease = lease
        self._live: dict[str, Live] = {}
        self._outbox: deque[dict[str, object]] = deque()
        self._codes: dict[str, Code] = {}
        self._changed = Condition()
        self._to_cancel: list[Live] = []
        self._closing = False
        self._heard = monotonic()
        self._pause = 5.0
        self._usage = TreeUsage()
        self._told_idle = 0.0
        self._watch_thread = Thread(target=self._watch, name="nbflow-watch", daemon=True)

    def start(self) -> None:
        self._worker.batched_stream.interval = STREAM_INTERVAL_SECONDS
        self._worker.stream_handlers.update(
            {
                protocol.CLAIMED: self.on_claimed,
                protocol.CANCEL: self.on_cancel,
                protocol.SEEN: self.on_seen,
            }
        )
        self._worker.batched_stream.send({"op": protocol.HELLO, "about": self._about()})
        self._watch_thread.start()
        Thread(target=self._tell_environments, name="nbflow-environment", daemon=True).start()
        Thread(target=self._runner.warm_up, name="nbflow-warm-up", daemon=True).start()

    def _about(self) -> dict[str, object]:
        return {"pid": os.getpid(), "host": socket.gethostname(), "nbflow": __version__}

    def _tell_environments(self) -> None:
        """Say what is installed here, and again when that has changed: other Pythons may take long
        to answer.
        """
        told: Mapping[str, str] = {}
        while True:
            found = self._runner.environments()
            if found != told:
                told = found
                self._say({"op": protocol.HELLO, "about": {**self._about(), "environments": found}})
            with self._changed:
                if self._changed.wait_for(lambda: self._closing, LOOKS_AT_ENVIRONMENT_SECONDS):
                    return

    def close(self) -> None:
        """End what runs, and every process of the runner."""
        with self._changed:
            self._closing = True
            self._give_up(list(self._live.values()), "Its worker was shut down while it ran.")
            self._changed.notify_all()
        self._watch_thread.join()
        self._runner.close()

    # ---------------------------------------------------------------- in a thread of the worker

    def run(self, key: AttemptKey, order: TaskOrder) -> None:
        live = self._enter(key, order)
        if live is None:
            return
        try:
            self._run_claimed(key, order, live)
        finally:
            with self._changed:
                del self._live[order.attempt_id]

    def _enter(self, key: AttemptKey, order: TaskOrder) -> Live | None:
        """The attempt with its claim made; None if another thread of this worker has it."""
        with self._changed:
            live = self._live.get(order.attempt_id)
            if live is not None and live.entered:
                return None
            if live is None:
                if self._closing:
                    raise Reschedule
                live = self._live[order.attempt_id] = Live(key)
                self._say(_claim(key))
            live.entered = True
            live.heartbeat = order.heartbeat
            if live.heartbeat < self._pause:
                self._pause = live.heartbeat
                self._changed.notify_all()
        return live

    def _run_claimed(self, key: AttemptKey, order: TaskOrder, live: Live) -> None:
        live.answered.wait()
        if not live.granted:
            if live.lost:
                # Nobody said no. If it was not granted underway, it may start elsewhere.
                raise Reschedule
            return
        # Not said at once: this thread is about to return, which wakes the event loop. That says it
        # in the same message as that the thread is free.
        self._outbox.append(self._finished(order.attempt_id, self._outcome(key, order, live)))

    def _finished(self, attempt: str, outcome: Outcome) -> dict[str, object]:
        at = utc_now()
        report = TaskReport(attempt, ReportKind.FINISHED, at, self._worker.address, outcome)
        return {
            "op": protocol.FINISHED,
            "attempt": attempt,
            "body": pickle.dumps(report),
            "at": at.timestamp(),
        }

    def _outcome(self, key: AttemptKey, order: TaskOrder, live: Live) -> Outcome:
        if live.token.is_cancelled:
            outcome = cancelled_outcome("Cancelled as it started.")
        else:
            outcome = self._run(key, order, live)
        if live.lost and outcome.state is not TaskState.SUCCESS:
            return Outcome(TaskState.FAILED, Reason.WORKER_LOST, live.lost)
        return outcome

    def _run(self, key: AttemptKey, order: TaskOrder, live: Live) -> Outcome:
        try:
            for digest in protocol.codes_of([order]):
                code = self._code(key[2], digest)
                if code is None:
                    gone = "The Dask scheduler does not have its code any more."
                    return Outcome(TaskState.FAILED, Reason.START_FAILED, gone)
                order = protocol.with_code(order, code)
            return self._runner.run(order, live.token)
        except Exception as error:  # noqa: BLE001 - the boundary of the attempt
            # A runner reports what goes wrong; one that raises all the same, or a connection that
            # breaks under us, must not cost us the attempt.
            message = f"The worker raised {type(error).__name__}: {error}"
            return Outcome(TaskState.FAILED, Reason.EXECUTOR_ERROR, message)

    def _code(self, session: str, digest: str) -> Code | None:
        """The code with this digest, fetched once and then kept."""
        code = self._codes.get(digest)
        if code is not None:
            return code
        # Tornado's loop is asyncio's, though its type does not say so.
        loop = cast("asyncio.AbstractEventLoop", self._worker.loop.asyncio_loop)  # type: ignore[attr-defined]
        asked = self._worker.scheduler.nbflow_code(session=session, digest=digest)
        body = asyncio.run_coroutine_threadsafe(asked, loop).result()
        if body is None:
            return None
        code = cast("Code", pickle.loads(body))  # noqa: S301 - Dask's trust
        with self._changed:
            while len(self._codes) >= CODES_KEPT:
                self._codes.pop(next(iter(self._codes)))
            self._codes[digest] = code
        return code

    def _say(self, message: dict[str, object]) -> None:
        # Without a connection the message is dropped: Dask closes such a worker, and the scheduler
        # counts its attempts as lost.
        self._worker.loop.add_callback(self._worker.batched_send, message)

    # ------------------------------------------------------------------ in the worker's event loop

    def on_transition(self, key: AttemptKey, start: str, finish: str) -> None:
        """Dask's worker moves a key of ours: to a thread, or out of one."""
        if finish == "executing":
            self._claim_ahead(key)
            return
        self._flush()
        # Dask may want a key no more that is about to get its thread; that is not the end of it.
        if (start, finish) != ("executing", "released"):
            self._drop_unentered(key, finish)

    def _claim_ahead(self, key: AttemptKey) -> None:
        """Ask while the thread is getting ready, so that it need not wake this loop."""
        with self._changed:
            if self._closing or key[1] in self._live:
                return
            self._live[key[1]] = Live(key)
        self._worker.batched_send(_claim(key))

    def _drop_unentered(self, key: AttemptKey, finish: str) -> None:
        """Give back the claim of an attempt whose thread will not come."""
        with self._changed:
            live = self._live.get(key[1])
            if live is None or live.entered or live.key != key:
                return
            del self._live[key[1]]
        # Of one that could not be read, Dask tells the scheduler why.
        if finish != "error":
            withdrawn = "Dask withdrew it as it was about to start."
            outcome = Outcome(TaskState.FAILED, Reason.EXECUTOR_ERROR, withdrawn)
            self._worker.batched_send(self._finished(key[1], outcome))

    def _flush(self) -> None:
        while self._outbox:
            self._worker.batched_send(self._outbox.popleft())

    def on_claimed(self, attempt: str, granted: bool) -> None:
        self._heard = monotonic()
        live = self._live.get(attempt)
        if live is not None:
            live.granted = granted
            live.answered.set()

    def on_cancel(self, attempts: list[str]) -> None:
        with self._changed:
            found = [self._live[attempt] for attempt in attempts if attempt in self._live]
            self._to_cancel.extend(found)
            self._changed.notify_all()

    def on_seen(self, strangers: list[str]) -> None:
        self._heard = monotonic()
        if strangers:
            with self._changed:
                found = [self._live[each] for each in strangers if each in self._live]
                self._give_up(found, "Its claim was withdrawn: it counted as lost.")
                self._changed.notify_all()

    # ----------------------------------------------------------------------- in the watch thread

    def _watch(self) -> None:
        """Cancel what is to be cancelled, show signs of life, and mind the lease.

        A thread of its own, so that a long garbage collection, a slow process listing or a busy
        event loop do not hold up each other.
        """
        next_beat = monotonic()
        closing = False
        while not closing:
            with self._changed:
                if not self._to_cancel and not self._closing:
                    self._changed.wait(max(0.0, next_beat - monotonic()))
                cancelled, self._to_cancel = self._to_cancel, []
                closing = self._closing
            for live in cancelled:
                live.token.cancel(live.lost or "cancelled")
            next_beat = min(next_beat, monotonic() + self._pause)
            if monotonic() >= next_beat:
                next_beat = monotonic() + self._beat()

    def _beat(self) -> float:
        """Show signs of life; return the seconds until the next."""
        with self._changed:
            alive = {attempt: live for attempt, live in self._live.items() if live.granted}
            self._pause = min((live.heartbeat for live in self._live.values()), default=5.0)
            if not self._live:
                self._heard = monotonic()
            elif monotonic() - self._heard > self._lease:
                why = f"Its worker had no contact with the Dask scheduler for {self._lease:.0f} s."
                self._give_up(list(self._live.values()), why)
        if self._outbox:
            # Of attempts whose keys Dask has forgotten, it says nothing.
            self._worker.loop.add_callback(self._flush)
        if alive or monotonic() - self._told_idle >= IDLE_BEAT_SECONDS:
            # The first one after the last attempt is soon: nobody should see a load that is over.
            self._told_idle = 0.0 if alive else monotonic()
            load = load_of(self._runner, self._usage)
            self._say({"op": protocol.BEAT, "attempts": list(alive), "load": load})
        return self._pause

    def _give_up(self, lives: list[Live], why: str) -> None:
        """Have these attempts ended as lost. Called with the lock held."""
        for live in lives:
            live.lost = live.lost or why
            live.answered.set()
        self._to_cancel.extend(lives)


def _claim(key: AttemptKey) -> dict[str, object]:
    return {"op": protocol.CLAIM, "key": key, "at": time()}
