"""What nbflow adds to a Dask scheduler: the `AttemptBook` with its claims and mailboxes.

This file connects the book to Dask's events and messages and decides when a waiting session is
answered; every rule about attempts is in `attempt_book.py`.

How a claim is granted: the worker asks at the moment Dask gives a key its thread, on the stream it
has with the scheduler anyway, and is answered on the same stream. Both ends gather what they have
to say for a millisecond, so that short tasks share messages; the answer comes about when the thread
has read its order. The book grants an attempt once; besides, the asking worker must be the one Dask
has assigned the key to, for a worker that Dask has given up may still have words underway.
Everything runs in the scheduler's event loop and no step awaits between looking and noting, so no
two claims can meet. The assignment of a key is not taken for a claim, though it would save the
question: when a worker is lost, what it had not started may then run elsewhere.

How reports reach a session: it asks, and the answer waits until there is something to tell. That
takes one way over the network, as a push would, gathers by itself what happens under load, and
notices a broken connection. As measured, submit to report takes as long as Dask's submit to result.
"""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING, cast
from uuid import uuid4

from distributed import KilledWorker
from distributed.comm.addressing import get_address_host
from distributed.diagnostics.plugin import SchedulerPlugin

from nbflow._version import __version__
from nbflow.core.json import Json
from nbflow.core.orders import ReportKind
from nbflow.core.states import Reason
from nbflow.executors import dask_protocol as protocol
from nbflow.executors.attempt_book import AttemptBook, Letter
from nbflow.executors.base import Size
from nbflow.executors.dask_protocol import (
    AttachReply,
    AttemptKey,
    ClusterView,
    PollReply,
    WorkerView,
)
from nbflow.executors.reports import utc_now
from nbflow.executors.scaler import Scaler

if TYPE_CHECKING:
    from dask.typing import Key
    from distributed.scheduler import Scheduler, TaskState, WorkerState

# Dask gathers messages to a worker for 5 ms, which a claim would wait for.
STREAM_INTERVAL_SECONDS = 0.001
# A start is told together with the end if that follows at once, as in a short task.
GATHER_SECONDS = 0.01
# A session is not answered more often than this, so that reports of short tasks travel together:
# the longer when several just did, for then more will follow and no single one is waited for.
ANSWER_INTERVAL_SECONDS = 0.004
BUSY_INTERVAL_SECONDS = 0.015
VIEW_INTERVAL_SECONDS = 1.0
CLEAN_SECONDS = 60.0

# States of Dask's that a key of ours ends in, and those we take note of at all.
_ENDS = frozenset({"memory", "erred", "forgotten"})
_NOTED = _ENDS | {"no-worker"}


@dataclass
class Waiting:
    """A session of Dask's `client` that polls: `news` is set when there is something to tell it."""

    client: str
    news: asyncio.Event = field(default_factory=asyncio.Event)
    not_before: float = 0.0
    viewed: float = 0.0


class NbflowSchedulerPlugin(SchedulerPlugin):
    """Keeps the book of attempts. Outlives the clients: a new nbflow scheduler finds it as it was.

    `lease` is the number of seconds without a sign of life after which a worker ends its attempts
    by itself; half as long again, and they count as lost here.
    """

    name = protocol.SCHEDULER_PLUGIN
    idempotent = True

    def __init__(self, lease: float = 30.0) -> None:
        self._lost_after = timedelta(seconds=lease * 1.5)

    async def start(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._instance = uuid4().hex
        self._book = AttemptBook()
        self._sessions: dict[str, Waiting] = {}
        self._codes: dict[str, dict[str, bytes]] = {}
        self._hellos: dict[str, dict[str, Json]] = {}
        self._version = 1
        scheduler.handlers.update(
            {
                "nbflow_attach": self.attach,
                "nbflow_detach": self.detach,
                "nbflow_poll": self.poll,
                "nbflow_cancel": self.cancel,
                "nbflow_scale": self.scale,
                "nbflow_keep_code": self.keep_code,
                "nbflow_drop_code": self.drop_code,
                "nbflow_code": self.code,
            }
        )
        scheduler.stream_handlers.update(
            {
                protocol.HELLO: self.on_hello,
                protocol.CLAIM: self.on_claim,
                protocol.FINISHED: self.on_finished,
                protocol.BEAT: self.on_beat,
            }
        )
        for address in scheduler.workers:
            self.add_worker(scheduler, address)
        self._patrol_task = asyncio.create_task(self._patrol())

    async def close(self) -> None:
        self._patrol_task.cancel()
        for session in list(self._sessions):
            self._end_session(session)

    # ------------------------------------------------------------------ what an executor asks for

    async def attach(
        self, session: str, client: str, previous: str | None, attempts: Collection[str]
    ) -> AttachReply:
        """A session presents itself, with the attempts it takes over from earlier ones.

        `previous` is the session of the same executor on an earlier connection, all read.
        """
        self._sessions.setdefault(session, Waiting(client))
        found = self._book.adopt(session, attempts, utc_now())
        if previous is not None:
            self._book.close_session(previous)
            self._end_session(previous)
        self._tell(session)
        return {"instance": self._instance, "found": sorted(found), "cluster": self._view()}

    async def detach(self, session: str, acknowledged: list[int]) -> None:
        """A session says goodbye. What it has not read stays for whoever adopts it."""
        self._book.acknowledge(session, acknowledged)
        self._end_session(session)

    async def poll(
        self, session: str, after: int, acknowledged: list[int], version: int
    ) -> PollReply | None:
        """The letters later than `after`, as soon as there are any; None if not attached."""
        self._book.acknowledge(session, acknowledged)
        waiting = self._sessions.get(session)
        if waiting is None:
            return None
        await asyncio.sleep(waiting.not_before - monotonic())
        letters = await self._news(session, after, version, waiting)
        now, ended = monotonic(), sum(each.kind is ReportKind.FINISHED for each in letters)
        waiting.not_before = now + (BUSY_INTERVAL_SECONDS if ended > 1 else ANSWER_INTERVAL_SECONDS)
        view = self._view() if self._view_is_due(version, waiting) else None
        if view is not None:
            waiting.viewed = now
        return {
            "letters": [{"number": each.number, "body": each.body} for each in letters],
            "cluster": view,
        }

    async def _news(self, session: str, after: int, version: int, waiting: Waiting) -> list[Letter]:
        """Wait until there is something to tell the session, and return its letters."""
        deadline = monotonic() + protocol.POLL_SECONDS
        while self._sessions.get(session) is waiting:
            letters = self._book.letters(session, after)
            told = waiting.news.is_set()
            waiting.news.clear()
            if any(letter.kind is ReportKind.FINISHED for letter in letters):
                return letters
            if told and (letters or self._view_is_due(version, waiting)):
                return letters
            try:
                await asyncio.wait_for(waiting.news.wait(), deadline - monotonic())
            except asyncio.TimeoutError:
                break
        return self._book.letters(session, after)

    async def cancel(self, session: str, attempts: Iterable[str]) -> None:
        """End these attempts where they run; those that do not run yet never will."""
        for worker, running in self._book.cancel(session, attempts, utc_now()).items():
            self._say(worker, {"op": protocol.CANCEL, "attempts": running})
        self._tell(session)

    async def scale(self, session: str, minimum: int, maximum: int) -> None:
        """Have the program that runs this cluster resize it, if it has left a way to."""
        scaler = self._scaler()
        if scaler is not None:
            await asyncio.to_thread(scaler.resize, Size(minimum, maximum))
            self._changed()

    def _scaler(self) -> Scaler | None:
        return cast("Scaler | None", self._scheduler.extensions.get(protocol.SCALER))

    async def keep_code(self, session: str, digest: str, body: bytes) -> None:
        """Keep code that orders of this session name, until it is dropped or needed no more."""
        self._codes.setdefault(session, {})[digest] = body

    async def drop_code(self, session: str, digests: Iterable[str]) -> None:
        for digest in digests:
            self._codes.get(session, {}).pop(digest, None)

    async def code(self, session: str, digest: str) -> bytes | None:
        return self._codes.get(session, {}).get(digest)

    # ---------------------------------------------------------------------- what workers tell us

    def on_hello(self, worker: str, about: dict[str, Json]) -> None:
        self._hellos.setdefault(worker, {}).update(about)
        self._changed()

    def on_claim(self, worker: str, key: tuple[str, str, str], at: float) -> None:
        _, attempt, session = key
        granted = self._is_assigned(key, worker) and self._book.claim(
            attempt, session, worker, protocol.from_stamp(at)
        )
        self._say(worker, {"op": protocol.CLAIMED, "attempt": attempt, "granted": granted})
        if granted:
            self._version += 1
            self._tell_soon(session)

    def _is_assigned(self, key: tuple[str, str, str], worker: str) -> bool:
        task = self._scheduler.tasks.get(key)
        return (
            task is not None
            and task.processing_on is not None
            and task.processing_on.address == worker
        )

    def on_finished(self, worker: str, attempt: str, body: bytes, at: float) -> None:
        session = self._book.finish(attempt, worker, body, protocol.from_stamp(at))
        if session is not None:
            self._version += 1
            self._tell(session)

    def on_beat(self, worker: str, attempts: list[str], load: dict[str, Json]) -> None:
        """A worker shows signs of life. Attempts it has no claim on any more it is to end."""
        strangers = self._book.beat(worker, attempts, utc_now())
        self._say(worker, {"op": protocol.SEEN, "strangers": strangers})
        if worker in self._hellos:
            self._hellos[worker].update(load, seen=utc_now().isoformat())
        self._version += 1
        for session in self._sessions:
            self._tell_soon(session)

    # ------------------------------------------------------------------------ what Dask tells us

    def update_graph(
        self, scheduler: Scheduler, *, client: str, keys: set[Key], **details: object
    ) -> None:
        for key in keys:
            ours = protocol.as_attempt_key(key)
            if ours is not None:
                _, attempt, session = ours
                self._book.expect(attempt, session, client)

    def transition(
        self, key: object, start: str, finish: str, *args: object, **kwargs: object
    ) -> None:
        if finish not in _NOTED and start != "no-worker":
            return
        ours = protocol.as_attempt_key(key)
        if ours is None:
            return
        if "no-worker" in (start, finish):
            self._changed()
        if finish in _ENDS:
            self._ended(*ours[1:], finish, kwargs)

    def _ended(self, attempt: str, session: str, finish: str, kwargs: Mapping[str, object]) -> None:
        """Dask is done with a key. As a rule so are we; if not, nobody else will say so."""
        expected, running = self._book.expected.get(attempt), self._book.running.get(attempt)
        if expected is not None and expected.session == session:
            self._ended_unclaimed(attempt, session, expected.client, finish, kwargs)
        elif (
            running is not None
            and running.submitted_by == session
            and finish != "forgotten"
            and kwargs.get("worker", running.worker) == running.worker
        ):
            # A worker says how an attempt ended before it hands the key back to Dask.
            self._lose(attempt, *_why(finish, kwargs, "It ended without a word how."))

    def _ended_unclaimed(
        self, attempt: str, session: str, client: str, finish: str, details: Mapping[str, object]
    ) -> None:
        if finish != "forgotten":
            self._lose(attempt, *_why(finish, details, "Its worker did not start it."))
            return
        # With its client, Dask forgets what that client had asked for: then a new nbflow scheduler
        # decides. Dask notes that the client has gone right after this: we look a turn later.
        asyncio.get_running_loop().call_soon(self._forgotten, attempt, session, client)

    def _forgotten(self, attempt: str, session: str, client: str) -> None:
        expected = self._book.expected.get(attempt)
        if expected is None or expected.session != session:
            return
        if client in self._scheduler.clients:
            self._lose(attempt, "Dask dropped it before it started.", Reason.EXECUTOR_ERROR)
        else:
            del self._book.expected[attempt]

    def add_worker(self, scheduler: Scheduler, worker: str) -> None:
        scheduler.stream_comms[worker].interval = STREAM_INTERVAL_SECONDS
        self._changed()

    def remove_worker(self, scheduler: Scheduler, worker: str, **kwargs: object) -> None:
        self._hellos.pop(worker, None)
        self._book.worker_left(worker, utc_now())
        self._changed()

    def remove_client(self, scheduler: Scheduler, client: str) -> None:
        for session in [each for each, one in self._sessions.items() if one.client == client]:
            self._end_session(session)

    def valid_workers_downscaling(
        self, scheduler: Scheduler, workers: list[WorkerState]
    ) -> list[WorkerState]:
        """Only workers on which nothing runs may be taken away when a cluster shrinks."""
        busy = self._book.by_worker()
        return [worker for worker in workers if worker.address not in busy]

    # ------------------------------------------------------------------------------ housekeeping

    async def _patrol(self) -> None:
        """Find attempts whose worker is connected but silent, and forget what is long past."""
        pause = min(CLEAN_SECONDS, self._lost_after.total_seconds() / 6)
        while True:
            await asyncio.sleep(pause)
            for attempt in self._book.unseen_since(utc_now() - self._lost_after):
                seconds = self._lost_after.total_seconds()
                self._lose(attempt, f"Its worker has given no sign of life for {seconds:.0f} s.")
            self._book.clean(utc_now())
            self._drop_unneeded_code()

    def _drop_unneeded_code(self) -> None:
        needed = {running.submitted_by for running in self._book.running.values()}
        for session in [each for each in self._codes if each not in self._sessions]:
            if session not in needed:
                del self._codes[session]

    def _lose(self, attempt: str, message: str, reason: Reason = Reason.WORKER_LOST) -> None:
        self._book.lose(attempt, message, utc_now(), reason)
        self._tell_all()

    def _end_session(self, session: str) -> None:
        """Stop serving a session. Its letters stay, and code that an attempt may yet ask for."""
        waiting = self._sessions.pop(session, None)
        if waiting is not None:
            waiting.news.set()

    def _say(self, worker: str, message: dict[str, object]) -> None:
        # A worker that has gone meanwhile is dealt with in `remove_worker`.
        if worker in self._scheduler.stream_comms:
            self._scheduler.worker_send(worker, message)

    def _changed(self) -> None:
        self._version += 1
        for waiting in self._sessions.values():
            waiting.viewed = 0.0
        self._tell_all()

    def _tell_all(self) -> None:
        for waiting in self._sessions.values():
            waiting.news.set()

    def _tell(self, session: str) -> None:
        waiting = self._sessions.get(session)
        if waiting is not None:
            waiting.news.set()

    def _tell_soon(self, session: str) -> None:
        asyncio.get_running_loop().call_later(GATHER_SECONDS, self._tell, session)

    def _view_is_due(self, known: int, waiting: Waiting) -> bool:
        is_old = monotonic() - waiting.viewed >= VIEW_INTERVAL_SECONDS
        return known != self._version and is_old

    def _view(self) -> ClusterView:
        scaler = self._scaler()
        size = None if scaler is None else scaler.size
        return {
            "scales": scaler is not None,
            "size": None if size is None else (size.minimum, size.maximum),
            "version": self._version,
            "threads": sum(each.nthreads for each in self._scheduler.workers.values()),
            "dashboard": self._dashboard(),
            "nbflow": __version__,
            "workers": [self._worker_view(each) for each in self._scheduler.workers.values()],
            "unserved": [ours[1] for ours in map(_key_of, self._scheduler.unrunnable) if ours],
        }

    def _dashboard(self) -> str:
        """Where Dask's own pages are, as seen from the scheduler; empty if it serves none."""
        service = self._scheduler.services.get("dashboard")
        if service is None:
            return ""
        host = get_address_host(self._scheduler.address)
        return f"http://{host}:{service.port}/status"

    def _worker_view(self, state: WorkerState) -> WorkerView:
        about = self._hellos.get(state.address, {})
        return {
            "address": state.address,
            "name": str(state.name),
            "host": str(about.get("host", state.host)),
            "pid": cast("int | None", about.get("pid")),
            "threads": state.nthreads,
            "running": self._book.by_worker().get(state.address, 0),
            "resources": dict(state.resources),
            "rss": cast("int | None", about.get("rss")),
            "cpu": cast("float | None", about.get("cpu")),
            "memory": cast("int | None", about.get("memory")),
            "kernels_ready": cast("int | None", about.get("kernels_ready")),
            "kernels_busy": cast("int | None", about.get("kernels_busy")),
            "kernels_kept": cast("int | None", about.get("kernels_kept")),
            "seen": cast("str | None", about.get("seen")),
            "nbflow": str(about.get("nbflow", "")),
            "environments": cast("dict[str, str]", about.get("environments", {})),
        }


def _key_of(task: TaskState) -> AttemptKey | None:
    return protocol.as_attempt_key(task.key)


def _why(finish: str, details: Mapping[str, object], otherwise: str) -> tuple[str, Reason]:
    """Why Dask is done with a key that nbflow is not done with."""
    if finish != "erred":
        return otherwise, Reason.EXECUTOR_ERROR
    exception = details.get("exception")
    if isinstance(exception, bytes):
        # Dask's own verdict, which this process pickled a moment ago.
        error = pickle.loads(exception)  # noqa: S301
        reason = Reason.WORKER_LOST if isinstance(error, KilledWorker) else Reason.EXECUTOR_ERROR
        return str(error), reason
    return f"The worker could not run it: {details.get('exception_text')}", Reason.EXECUTOR_ERROR
