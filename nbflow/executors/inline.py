"""The executor that is this process: a few threads, or in wave mode the caller's own.

Nothing here outlives the process, so there is nothing to adopt; what a task is made of is the
runtime's business.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Collection, Sequence
from threading import Condition, Thread
from time import monotonic
from typing import cast

from nbflow.core.json import Json
from nbflow.core.orders import Outcome, ReportKind, TaskOrder, TaskReport, lost
from nbflow.core.states import Reason, TaskState
from nbflow.executors.base import CannotScale, ExecutorInfo, Size, Slots
from nbflow.executors.load import TreeUsage, load_of
from nbflow.executors.pace import Pace
from nbflow.executors.reports import cancelled_outcome, utc_now
from nbflow.executors.runner import Runner, RunnerFactory
from nbflow.runtime.cancellation import CancelToken

WORKER = "inline"
EXECUTOR_ERROR = Reason.EXECUTOR_ERROR
CLOSE_SECONDS = 10.0
# A wave may be of any size, for whoever calls `drain` waits for all of it.
WAVE_SLOTS = 10_000
LOAD_SECONDS = 4.0
CANNOT_SCALE = (
    "The inline executor runs tasks in the scheduler's own process, so there are no workers to add "
    "or to take away. How many run side by side is said by `slots` in nbflow.toml; with "
    'executor = "dask" there is a cluster that can grow.'
)


class InlineExecutor:
    """Runs attempts in this process, up to `slots` side by side in threads.

    With `wave=True` it runs nothing by itself: `drain` first runs everything submitted so far in
    the calling thread, one attempt at a time, in the order of submission. So every task of a wave
    has finished before the scheduler evaluates again, and a debugger stops where the user looks. An
    interrupt passes through `drain` after the attempt it hit is reported as cancelled.

    Without `warm_up` it leaves it to others to start ahead what the runner needs.
    """

    def __init__(
        self,
        runner: RunnerFactory,
        slots: int = 4,
        *,
        wave: bool = False,
        warm_up: bool = True,
    ) -> None:
        self._make_runner = runner
        self._slots = WAVE_SLOTS if wave else slots
        self._wave = wave
        self._warm_up = warm_up and not wave
        self._runner: Runner | None = None
        self._wake: Callable[[], None] = _nobody
        self._changed = Condition()
        self._queue: deque[TaskOrder] = deque()
        self._tokens: dict[str, CancelToken] = {}
        self._reports: dict[tuple[str, ReportKind], TaskReport] = {}
        self._threads: list[Thread] = []
        self._pace = Pace()
        self._usage = TreeUsage()
        self._load: dict[str, Json] = {}
        self._load_until = monotonic() + LOAD_SECONDS
        self._closed = False

    def start(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._runner = self._make_runner()
        if self._warm_up:
            Thread(target=self._runner.warm_up, name="nbflow-warm-up", daemon=True).start()

    def submit(self, orders: Sequence[TaskOrder]) -> None:
        with self._changed:
            for order in orders:
                self._take(order)
            self._changed.notify_all()
        self._wake()

    def _take(self, order: TaskOrder) -> None:
        attempt = order.attempt_id
        if attempt in self._tokens or (attempt, ReportKind.FINISHED) in self._reports:
            return
        if self._closed or self._runner is None:
            self._keep(lost(attempt, utc_now(), "The executor is not running.", EXECUTOR_ERROR))
            return
        self._tokens[attempt] = CancelToken()
        self._queue.append(order)
        if not self._wave and len(self._threads) < min(self._slots, len(self._tokens)):
            thread = Thread(target=self._work, name=f"nbflow-{len(self._threads)}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def cancel(self, attempts: Collection[str]) -> None:
        with self._changed:
            waiting = [order for order in self._queue if order.attempt_id in attempts]
            for order in waiting:
                self._queue.remove(order)
                self._finish(order, cancelled_outcome("Cancelled before it started."))
            running = [self._tokens[attempt] for attempt in attempts if attempt in self._tokens]
        # Outside the lock: whoever listens to a token may call back.
        for token in running:
            token.cancel()
        if waiting:
            self._wake()

    def drain(self) -> list[TaskReport]:
        if self._wave:
            self.run_wave()
        with self._changed:
            return list(self._reports.values())

    def run_wave(self) -> None:
        """Run everything submitted so far, here and now, one attempt after another."""
        while (order := self._next()) is not None:
            self._attempt(order)

    def acknowledge(self, reports: Sequence[TaskReport]) -> None:
        with self._changed:
            for report in reports:
                self._reports.pop((report.attempt_id, report.kind), None)

    def adopt(self, attempts: Collection[str]) -> set[str]:
        with self._changed:
            reported = {attempt for attempt, _ in self._reports}
            return {each for each in attempts if each in self._tokens or each in reported}

    def slots(self) -> Slots:
        with self._changed:
            return Slots(self._slots, len(self._tokens), self._pace.ahead(monotonic()))

    def describe(self) -> ExecutorInfo:
        with self._changed:
            running = len(self._tokens) - len(self._queue)
        threads = 1 if self._wave else self._slots
        worker: dict[str, Json] = {
            "name": WORKER,
            "pid": os.getpid(),
            "threads": threads,
            "running": running,
        }
        worker.update(self._load_now())
        details: dict[str, Json] = {"wave": self._wave}
        return ExecutorInfo("inline", workers=(worker,), cannot_scale=CANNOT_SCALE, details=details)

    def _load_now(self) -> dict[str, Json]:
        """How much this process has to do, measured now and then: not for a single DAG's waves."""
        if self._runner is not None and not self._wave and monotonic() >= self._load_until:
            self._load_until = monotonic() + LOAD_SECONDS
            self._load = cast("dict[str, Json]", load_of(self._runner, self._usage))
        return self._load

    def scale(self, size: Size) -> None:
        raise CannotScale(CANNOT_SCALE)

    def close(self) -> None:
        with self._changed:
            if self._closed:
                return
            self._closed = True
            in_hand = list(self._tokens)
            self._changed.notify_all()
        self.cancel(in_hand)
        deadline = monotonic() + CLOSE_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, deadline - monotonic()))
        if self._runner is not None:
            self._runner.close()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue or self._closed)
                if self._closed:
                    return
            order = self._next()
            if order is not None:
                self._attempt(order)

    def _next(self) -> TaskOrder | None:
        with self._changed:
            return self._queue.popleft() if self._queue else None

    def _attempt(self, order: TaskOrder) -> None:
        token = self._tokens[order.attempt_id]
        started = TaskReport(order.attempt_id, ReportKind.STARTED, utc_now(), WORKER)
        with self._changed:
            self._keep(started)
        self._wake()
        try:
            outcome = self._outcome(order, token)
        except BaseException:
            # An interrupt of the person at the keyboard. The attempt has an end all the same.
            token.cancel("interrupted")
            with self._changed:
                self._finish(order, cancelled_outcome("Interrupted from the keyboard."))
            raise
        with self._changed:
            self._finish(order, outcome)
        self._wake()

    def _outcome(self, order: TaskOrder, token: CancelToken) -> Outcome:
        if token.is_cancelled:
            return cancelled_outcome("Cancelled before it started.")
        try:
            return self._started_runner().run(order, token)
        except Exception as error:  # noqa: BLE001 - the boundary of the attempt
            # A runner reports what goes wrong; one that raises all the same must not cost us the
            # attempt, nor this thread.
            message = f"The runner raised {type(error).__name__}: {error}"
            return Outcome(TaskState.FAILED, EXECUTOR_ERROR, message)

    def _started_runner(self) -> Runner:
        if self._runner is None:
            raise RuntimeError("The executor has not been started.")
        return self._runner

    def _finish(self, order: TaskOrder, outcome: Outcome) -> None:
        attempt = order.attempt_id
        self._tokens.pop(attempt)
        self._keep(TaskReport(attempt, ReportKind.FINISHED, utc_now(), WORKER, outcome))
        self._pace.finished(1, monotonic())

    def _keep(self, report: TaskReport) -> None:
        self._reports[report.attempt_id, report.kind] = report


def _nobody() -> None:
    """The wake-up call before `start`: nobody listens yet."""
