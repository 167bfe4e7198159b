"""The scheduler: sleeps until something happens, then does everything that follows from it in one
transaction.

It wakes on reports of workers, requests of people, due times and changed DAG files. A tick reads
what is new, lets core decide, stores the outcome with its journal lines, and only then talks to the
executor (intent before effect). After any failure it throws its memory away and begins again from
the store.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone

from nbflow.core.lifecycle import Settle
from nbflow.core.orders import Source, TaskOrder, TaskReport
from nbflow.executors.base import Executor, ExecutorUnavailable
from nbflow.scheduler import learn as learning
from nbflow.scheduler.advance_runs import AfterCommit, InstanceRef, RunBook
from nbflow.scheduler.answer_from_cache import AnswerFromCache
from nbflow.scheduler.answer_requests import CannotAnswer, answer_requests, refuse
from nbflow.scheduler.asset_runs import AssetRuns
from nbflow.scheduler.begin_runs import begin_runs
from nbflow.scheduler.call_back import CallBack
from nbflow.scheduler.describe import Describe
from nbflow.scheduler.dispatch import Dispatch, SourceCode
from nbflow.scheduler.give_secrets import SecretDesk, SecretSource, keep_variables
from nbflow.scheduler.leader import Leader
from nbflow.scheduler.load_dags import DagLoader, FoundChanges, store_found
from nbflow.scheduler.pass_deadlines import deadline_times, end_overdue_runs, pass_deadlines
from nbflow.scheduler.pause_failing import pause_failing
from nbflow.scheduler.recover import recover
from nbflow.scheduler.retention import Retention
from nbflow.scheduler.run_backfills import run_backfills
from nbflow.scheduler.schedules import Schedules
from nbflow.scheduler.settings import SchedulerSettings
from nbflow.scheduler.steady_dags import set_aside
from nbflow.scheduler.take_reports import retry, take_reports
from nbflow.scheduler.trigger_runs import trigger_runs
from nbflow.scheduler.wait_for_past import wait_for_past
from nbflow.store import backfills as backfill_store
from nbflow.store import dags as dag_store
from nbflow.store import runs as run_store
from nbflow.store.changes import ChangeSignal
from nbflow.store.database import Database, Session, StoreUnavailable
from nbflow.store.leases import LeaseLost
from nbflow.store.runs import ActiveRun
from nbflow.store.secret_lookup import NoSecrets

log = logging.getLogger(__name__)

GATHER_SECONDS = 0.05


def utc_now() -> datetime:
    """The one clock of the scheduler's shell."""
    return datetime.now(timezone.utc)


class Scheduler:
    """One scheduler process: `run_forever` until `stop`, or `tick` by hand in tests.

    `sources` gives the code of a DAG version to workers; by default it is read from the store.
    `secrets` gives them variables and connections; by default there are none.
    `on_run_finished` is called after the commit that ended a run, `discard` with the URLs of
    artifacts, after the commit that left them behind; `learn` with what attempts could not hand on.
    """

    def __init__(
        self,
        database: Database,
        executor: Executor,
        settings: SchedulerSettings,
        *,
        loader: DagLoader | None = None,
        clock: Callable[[], datetime] = utc_now,
        sources: Callable[[int], Source] | None = None,
        secrets: SecretSource | None = None,
        on_run_finished: Callable[[ActiveRun], None] = lambda _: None,
        discard: Callable[[Sequence[str]], None] = lambda _: None,
        learn: learning.Learn = learning.nothing,
    ) -> None:
        self.database = database
        self.executor = executor
        self.settings = settings
        self.loader = loader
        self.clock = clock
        self.leader = Leader(database)
        self.book: RunBook | None = None
        self._stands_by = False
        self._secrets: SecretSource = secrets or NoSecrets()
        self._desk = SecretDesk(self._secrets, self.wake)
        code = SourceCode(sources)
        self.callbacks = CallBack(settings.of_callbacks, code.of, self.wake)
        self._cache = AnswerFromCache(settings.cache, executor.describe, self.wake)
        self._on_run_finished = on_run_finished
        self._discard = discard
        self._learn = learn
        self.schedules = Schedules(self.wake)
        self._asset_runs = AssetRuns()
        self._held_dags: frozenset[str] | None = None
        self._dispatch = Dispatch(settings.of_dispatch, executor, code, self._cache)
        self._describe = Describe(
            self.leader, executor, settings.describe_every, settings.parallelism
        )
        self._retention = Retention(
            settings.retention_days, settings.retention_run_days, settings.artifacts
        )
        self._found: list[FoundChanges] = []
        self._not_started: list[TaskReport] = []
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self.ticks = 0

    # -- life --------------------------------------------------------------------------------------

    def wake(self) -> None:
        """Something happened: look soon. May be called from any thread."""
        self._wake.set()

    def stop(self) -> None:
        """End `run_forever` after the current tick.

        May be called from any thread and from signal handlers.
        """
        self._stopping.set()
        self._wake.set()

    def run_forever(self) -> None:
        """Act as a scheduler until `stop`; leads when the lease is free, stands by otherwise."""
        self.run_until(lambda: False)

    def run_until(self, done: Callable[[], bool]) -> None:
        """Act as a scheduler until `stop`, or until `done`, which is asked after every tick, and
        nobody has to be called back any more.
        """

        def over() -> bool:
            return done() and self.callbacks.is_idle

        with ExitStack() as life:
            self._open(life)
            while not (self._stopping.is_set() or over()):
                pause = self.run_once()
                if not over():
                    self._wake.wait(pause)
                    self._let_reports_gather()

    def _let_reports_gather(self) -> None:
        """With many short tasks under way, wait a moment: a larger tick costs less for each.

        The executor has attempts ahead then (`Slots.ahead`), so that no worker waits meanwhile.
        """
        slots = self.executor.slots()
        if slots.ahead and self.book is not None and len(self.book.attempts) > slots.total:
            self._stopping.wait(GATHER_SECONDS)

    def _open(self, life: ExitStack) -> None:
        """Start what wakes us; `life` ends it all again, the lease last."""
        life.callback(self.leader.step_down)
        life.callback(self.executor.close)
        self.executor.start(self.wake)
        changes = self.database.changes()
        listener = threading.Thread(target=self._listen, args=(changes,), daemon=True)
        listener.start()
        life.callback(listener.join, timeout=5)
        life.callback(changes.close)
        life.callback(self._stopping.set)
        life.callback(self.schedules.calendars.stop)
        if self.loader is not None:
            self.loader.start()
            life.callback(self.loader.stop)

    def run_once(self) -> float:
        """One tick that survives trouble with the store.

        Returns the seconds until the next due time.
        """
        self._wake.clear()
        try:
            due = self.tick()
        except LeaseLost as lost:
            log.warning("Leadership was lost: %s", lost, extra={"action": "lease_lost"})
            self._forget_everything()
            self.leader.forget()
            return 1.0
        except (StoreUnavailable, ExecutorUnavailable) as error:
            log.error("Cannot work now: %s", error, extra={"action": "tick_failed"})
            self._forget_everything()
            return 1.0
        seconds = (due - self.clock()).total_seconds()
        return min(max(seconds, 0.0), self.settings.longest_sleep)

    def _listen(self, changes: ChangeSignal) -> None:
        while not self._stopping.is_set():
            if changes.wait(1.0):
                self.wake()

    def _forget_everything(self) -> None:
        self.book = None
        self._desk.forget()
        self.callbacks.forget()
        self._cache.forget()
        self.schedules.forget()
        self._asset_runs.may_have_news = True
        self._held_dags = None

    # -- one tick ----------------------------------------------------------------------------------

    def tick(self) -> datetime:
        """Do everything there is to do now. Returns when to look again if nothing wakes us."""
        now = self.clock()
        self.ticks += 1
        look_again = self.leader.look(now)
        if not self.leader.is_leading:
            self._stand_by()
            return min(look_again, now + timedelta(seconds=1))
        if self.book is None:
            self._begin_to_lead(now)
        try:
            self._work(now)
        except CannotAnswer as broken:
            with self.database.transaction() as session:
                self.leader.verify(session)
                refuse(session, broken, now)
            return now
        return min([look_again, *self._due_times()])

    def _stand_by(self) -> None:
        if not self._stands_by:
            log.info("Standing by: another scheduler leads.", extra={"action": "standing_by"})
        self._stands_by = True
        self._forget_everything()

    def _begin_to_lead(self, now: datetime) -> None:
        with self.database.transaction() as session:
            self.leader.verify(session)
            book = RunBook(
                run_store.load_active(session),
                backfill_store.active(session),
                self.settings.max_map_length,
            )
            recover(book, self.executor, now)
            after = book.store(session)
            self.callbacks.recover(session, book, self.executor, now)
            self.callbacks.note(session, after.effects)
        self.book = book
        self._stands_by = False
        self._after_commit(after, [], [])
        log.info("Leading as %s.", self.leader.holder, extra={"action": "leading"})

    def _work(self, now: datetime) -> None:
        book = self._book
        heard_of = self.executor.drain()
        reports = [*heard_of, *self._not_started]
        if self.loader is not None:
            self._found += self.loader.take()  # kept until it is stored
        try:
            keep_variables(book, reports, self._secrets, now)
            with self.database.transaction() as session:
                self.leader.verify(session)
                self._take_in(session, book, reports, now)
                # Stored first: what is dispatched depends on the slots and values in the rows.
                after = book.store(session)
                pause_failing(session, after.finished, now)
                orders = self._go_on(session, book, after, now)
                self.callbacks.note(session, after.effects)
                self.callbacks.take_reports(session, reports, now)
                orders += self.callbacks.hand_out(session, self.executor, now)
                self._describe.describe(session, now)
                after.discard += self._retention.forget_old(session, now)
        except BaseException:
            # Memory may be ahead of the store now; what was not stored has not happened.
            self._forget_everything()
            raise
        self._found, self._not_started = [], []
        self._after_commit(after, heard_of, orders)

    def _take_in(
        self, session: Session, book: RunBook, reports: Sequence[TaskReport], now: datetime
    ) -> None:
        """Everything that has happened since the last tick, and the runs that are due."""
        changed = self._store_found(session, now)
        changed |= answer_requests(session, book, now, self.settings.artifacts, self.executor)
        self._asset_runs.may_have_news |= bool(changed)
        changed |= self.schedules.keep_calendars(session, now)
        self._look_at_dags(session, changed)
        pass_deadlines(book, now)
        heard = trigger_runs(session, book, reports, now)
        take_reports(book, heard, now, waves=self.settings.waves)
        retry(book, now)
        end_overdue_runs(book, now)
        if self.settings.schedules:
            self.schedules.create_runs(session, book, changed, now)
        if run_backfills(session, book, now):
            self.wake()
        begin_runs(book, self._held_dags or (), now, self._settle)

    def _go_on(
        self, session: Session, book: RunBook, after: AfterCommit, now: datetime
    ) -> list[TaskOrder]:
        """What follows from it: more runs, and the orders of what may be executed now."""
        if self.settings.schedules and self._asset_runs.create(session, book, after, now):
            begin_runs(book, self._held_dags or (), now, self._settle)
        after.add(book.look_at_waits(session, now))
        held = self._held_back(session, book, after, now)
        orders = self._dispatch.dispatch(session, book, held, self.callbacks.at_work, now)
        after.add(book.store(session))
        return orders

    def _held_back(
        self, session: Session, book: RunBook, after: AfterCommit, now: datetime
    ) -> Collection[InstanceRef]:
        """The ready task instances that have to wait, once nothing moves that needs no worker."""
        while True:
            past = wait_for_past(session, book, after, now, self._settle)
            held = {*past, *book.ready_of(self._held_dags or ())}
            if not self._cache.answer(session, book, held, now, self._settle):
                return {*held, *self._cache.awaited}
            after.add(book.look_at_waits(session, now))

    def _after_commit(
        self, after: AfterCommit, reports: Sequence[TaskReport], orders: Sequence[TaskOrder]
    ) -> None:
        self.callbacks.post()
        self._cache.share(after.effects)
        learning.learn(after.effects, self._learn)
        if orders:
            self._submit(orders)
        if reports:
            self.executor.acknowledge(reports)
        if after.cancel:
            self._did_not_start(self._desk.withdraw(after.cancel, self.clock()))
            self.executor.cancel(after.cancel)
        for run in after.finished:
            if self.settings.schedules:
                self.schedules.look_at(run.snapshot.run.dag_id, self.clock())
            self._on_run_finished(run)
        self._submit_answered()
        if after.discard:
            self._discard(after.discard)
        if after.finished or after.asset_events:
            self._asset_runs.may_have_news = True
            self.wake()

    def _submit(self, orders: Sequence[TaskOrder]) -> None:
        """Hand orders to the executor. Those that need secrets follow when these are known; where
        the order of a wave counts, the others wait for them.
        """
        secret = [order for order in orders if order.task.secrets]
        if secret:
            self._desk.ask(secret, self.settings.secrets_timeout)
        told: dict[str, TaskOrder] = {}
        if secret and self.settings.waves:
            self._desk.wait()
            told = {order.attempt_id: order for order in self._answered()}
        known = [told.get(order.attempt_id, order) for order in orders]
        ready = [one for one in known if one.attempt_id in told or not one.task.secrets]
        if ready:
            self.executor.submit(ready)

    def _submit_answered(self) -> None:
        """Hand the orders to the executor whose secrets are known by now, if they are wanted."""
        orders = [order for order in self._answered() if order.attempt_id in self._book.attempts]
        if orders:
            self.executor.submit(orders)

    def _answered(self) -> list[TaskOrder]:
        given = self._desk.take(self.clock())
        self._did_not_start(given.failed)
        return given.orders

    def _did_not_start(self, reports: Sequence[TaskReport]) -> None:
        if reports:
            self._not_started += reports
            self.wake()

    @property
    def _book(self) -> RunBook:
        if self.book is None:
            raise LeaseLost("This scheduler does not lead.")
        return self.book

    @property
    def _settle(self) -> Settle:
        return Settle.ONE_ROUND if self.settings.waves else Settle.FULLY

    def _due_times(self) -> list[datetime]:
        times = list(self.schedules.due_times())
        if self.book is not None:
            times += deadline_times(self.book.runs.values())
            if self.book.next_retry_at is not None:
                times.append(self.book.next_retry_at)
            if self.book.has_waits_to_look_at:
                times.append(self.clock())
        for seconds in (self.callbacks.look_again, self._desk.look_again):
            if seconds is not None:
                times.append(self.clock() + timedelta(seconds=seconds))
        return times

    # -- steps too small for files of their own ----------------------------------------------------

    def _store_found(self, session: Session, now: datetime) -> set[str]:
        steady, doubted = set_aside(session, self._found)
        changed = store_found(session, steady, now)
        if self._found and self.loader is not None:
            self.loader.read_again(dag_store.files_to_read_again(session))
            self.loader.read_twice(doubted)
        return changed

    def _look_at_dags(self, session: Session, changed: Collection[str]) -> None:
        if self._held_dags is None or changed:
            self._held_dags = dag_store.held_dags(session)
            if self.loader is not None:
                self.loader.look_at(dag_store.added_files(session))
