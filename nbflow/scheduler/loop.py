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
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone
from uuid import uuid4

from nbflow.core.events import CancelRun, Dispatched, RunStarted, TaskKey
from nbflow.core.lifecycle import Settle
from nbflow.core.limits import Candidate, Capacity, Taken, choose
from nbflow.core.mapping import MAX_MAP_LENGTH
from nbflow.core.orders import MAX_VALUE_SIZE, Source, TaskOrder, TaskReport
from nbflow.core.overlap import make_room
from nbflow.core.states import Reason, RunState
from nbflow.executors.base import Executor, ExecutorUnavailable
from nbflow.scheduler import dispatch
from nbflow.scheduler.advance_runs import AfterCommit, InstanceRef, RunBook, events_of
from nbflow.scheduler.answer_requests import CannotAnswer, answer_requests, refuse
from nbflow.scheduler.asset_runs import asset_context, asset_run, dags_with_news
from nbflow.scheduler.calendars import Calendars
from nbflow.scheduler.call_back import CallBack, CallbackSettings
from nbflow.scheduler.create_runs import plan_scheduled_runs
from nbflow.scheduler.give_secrets import SecretSource, give_secrets, keep_variables
from nbflow.scheduler.leader import Leader
from nbflow.scheduler.load_dags import DagLoader, FoundChanges, store_found
from nbflow.scheduler.notify import NotifySettings
from nbflow.scheduler.order_values import values_for
from nbflow.scheduler.pass_deadlines import deadline_times, pass_deadlines
from nbflow.scheduler.recover import recover
from nbflow.scheduler.run_backfills import may_begin, run_backfills
from nbflow.scheduler.steady_dags import set_aside
from nbflow.scheduler.trigger_runs import trigger_runs
from nbflow.scheduler.wait_for_past import give_way, held_back, pass_empty_tasks
from nbflow.store import assets as asset_store
from nbflow.store import backfills as backfill_store
from nbflow.store import dags as dag_store
from nbflow.store import pools as pool_store
from nbflow.store import queue as queue_store
from nbflow.store import runs as run_store
from nbflow.store.changes import ChangeSignal
from nbflow.store.database import Database, Session, StoreUnavailable
from nbflow.store.leases import LeaseLost
from nbflow.store.runs import ActiveRun
from nbflow.store.secret_lookup import NoSecrets

log = logging.getLogger(__name__)

GATHER_SECONDS = 0.02


def utc_now() -> datetime:
    """The one clock of the scheduler's shell."""
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class SchedulerSettings:
    """What the loop needs to know. Times in seconds.

    `artifacts` is the fsspec URL under which attempts keep notebooks and logs.
    `waves` makes every task of a wave finish before rules are looked at again (`dag.test()`).
    `parallelism` is how many task instances may be active at once, whatever the executor has.
    `max_map_length` is how many instances one mapped task may have, `max_value_size` how many bytes
    one value may take that a task hands on.
    `secrets_timeout` is how long backends may take to tell the secrets of what a tick starts; the
    scheduler waits for them, so it has to be well below the time to live of its lease.
    Without `schedules` only runs that somebody asked for are run, whatever else is due.
    """

    artifacts: str
    heartbeat: float = 5.0
    callback_timeout: float = 60.0
    secrets_timeout: float = 3.0
    notify: NotifySettings | None = None
    waves: bool = False
    schedules: bool = True
    describe_every: float = 5.0
    longest_sleep: float = 30.0
    parallelism: int | None = None
    max_map_length: int = MAX_MAP_LENGTH
    max_value_size: int = MAX_VALUE_SIZE


class Scheduler:
    """One scheduler process: `run_forever` until `stop`, or `tick` by hand in tests.

    `sources` gives the code of a DAG version to workers; by default it is read from the store.
    `secrets` gives them variables and connections; by default there are none.
    `on_run_finished` is called after the commit that ended a run, `discard` with the URLs of
    artifacts, after the commit that left them behind.
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
    ) -> None:
        self.database = database
        self.executor = executor
        self.settings = settings
        self.loader = loader
        self.clock = clock
        self.leader = Leader(database)
        self.book: RunBook | None = None
        self._stands_by = False
        self._sources = sources
        self._secrets: SecretSource = secrets or NoSecrets()
        self._source_cache: dict[int, Source] = {}
        self.callbacks = CallBack(
            CallbackSettings(
                settings.artifacts, settings.callback_timeout, settings.heartbeat, settings.notify
            ),
            self._source,
            self.wake,
        )
        self._on_run_finished = on_run_finished
        self._discard = discard
        self._look_at_schedules: dict[str, datetime] = {}
        self._schedules_known = False
        self._assets_may_have_news = True
        self._held_dags: frozenset[str] | None = None
        self.calendars = Calendars(self.wake)
        self._describe_at: datetime | None = None
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
        life.callback(self.calendars.stop)
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
        self.callbacks.forget()
        self._schedules_known = False
        self._assets_may_have_news = True
        self._held_dags = None
        self._look_at_schedules.clear()

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
                changed = self._store_found(session, self._found, now)
                changed |= answer_requests(session, book, now, self.settings.artifacts)
                self._assets_may_have_news |= bool(changed)
                changed |= self._keep_calendars(session, now)
                self._look_who_is_held(session, changed)
                pass_deadlines(book, now)
                heard = trigger_runs(session, book, reports, now)
                self._take_reports(book, heard, now)
                self._retry(book, now)
                self._end_overdue_runs(book, now)
                self._create_scheduled_runs(session, book, changed, now)
                if run_backfills(session, book, now):
                    self.wake()
                self._begin_runs(book, now)
                # Stored first: what is dispatched depends on the slots and values in the rows.
                after = book.store(session)
                self._create_asset_runs(session, book, after, now)
                after.add(book.look_at_waits(session, now))
                past = self._wait_for_past(session, book, after, now)
                held = {*past, *book.ready_of(self._held_dags or ())}
                orders = self._dispatch(session, book, held, now)
                after.add(book.store(session))
                self.callbacks.note(session, after.effects)
                self.callbacks.take_reports(session, reports, now)
                orders += self.callbacks.hand_out(session, self.executor, now)
                self._describe(session, now)
        except BaseException:
            # Memory may be ahead of the store now; what was not stored has not happened.
            self._forget_everything()
            raise
        self._found, self._not_started = [], []
        self._after_commit(after, heard_of, orders)

    def _after_commit(
        self, after: AfterCommit, reports: Sequence[TaskReport], orders: Sequence[TaskOrder]
    ) -> None:
        self.callbacks.post()
        if orders:
            self._submit(orders)
        if reports:
            self.executor.acknowledge(reports)
        if after.cancel:
            self.executor.cancel(after.cancel)
        for run in after.finished:
            if self.settings.schedules:
                self._look_at_schedules[run.snapshot.run.dag_id] = self.clock()
            self._on_run_finished(run)
        if after.discard:
            self._discard(after.discard)
        self._assets_may_have_news |= after.asset_events or bool(after.finished)
        if after.finished or after.asset_events:
            self.wake()

    def _submit(self, orders: Sequence[TaskOrder]) -> None:
        """Hand orders to the executor: those that wait for no secrets first, unless the order of a
        wave counts.
        """
        bare = [order for order in orders if not order.task.secrets]
        if bare and len(bare) < len(orders) and not self.settings.waves:
            self.executor.submit(bare)
            orders = [order for order in orders if order.task.secrets]
        given = give_secrets(orders, self._secrets, self.settings.secrets_timeout, self.clock())
        if given.orders:
            self.executor.submit(given.orders)
        if given.failed:
            self._not_started += given.failed
            self.wake()

    @property
    def _book(self) -> RunBook:
        if self.book is None:
            raise LeaseLost("This scheduler does not lead.")
        return self.book

    def _due_times(self) -> list[datetime]:
        times = list(self._look_at_schedules.values())
        if self.book is not None and self.book.next_retry_at is not None:
            times.append(self.book.next_retry_at)
        if self.book is not None and self.book.has_waits_to_look_at:
            times.append(self.clock())
        if self.book is not None:
            times += deadline_times(self.book.runs.values())
            times += [at for at in map(_ends_by, self.book.runs.values()) if at is not None]
        if (seconds := self.callbacks.look_again) is not None:
            times.append(self.clock() + timedelta(seconds=seconds))
        return times

    # -- the steps of a tick -----------------------------------------------------------------------

    def _store_found(
        self, session: Session, found: Sequence[FoundChanges], now: datetime
    ) -> set[str]:
        steady, doubted = set_aside(session, found)
        changed = store_found(session, steady, now)
        if found and self.loader is not None:
            self.loader.read_again(dag_store.files_to_read_again(session))
            self.loader.read_twice(doubted)
        return changed

    def _take_reports(self, book: RunBook, reports: Sequence[TaskReport], now: datetime) -> None:
        events = events_of(book, reports)
        if self.settings.waves:
            # A round may leave states that the next round has to follow up, with or without
            # reports.
            for run in list(book.runs.values()):
                book.advance(run, events.get(run.id, []), now, Settle.ONE_ROUND)
            return
        for run_pk, found in events.items():
            book.advance(book.runs[run_pk], found, now)

    def _retry(self, book: RunBook, now: datetime) -> None:
        for run_pk, events in book.take_due_retries(now).items():
            book.advance(book.runs[run_pk], events, now)

    def _end_overdue_runs(self, book: RunBook, now: datetime) -> None:
        for run in list(book.runs.values()):
            ends_by = _ends_by(run)
            if ends_by is not None and ends_by <= now:
                limit = run.snapshot.dag.run_timeout
                message = f"The run took longer than its limit of {limit:g} s."
                book.advance(run, [CancelRun(Reason.RUN_TIMEOUT, message)], now)

    def _create_asset_runs(
        self, session: Session, book: RunBook, after: AfterCommit, now: datetime
    ) -> None:
        """After what the tick has stored so far: its events are in the queues by now."""
        if not self.settings.schedules or not (self._assets_may_have_news or after.asset_events):
            return
        self._assets_may_have_news = after.asset_events = False
        for stored in dags_with_news(session):
            active = book.active_runs(stored.dag.dag_id)
            room = make_room(stored.dag.overlap, stored.dag.max_active_runs, len(active), 1)
            if not room.create:
                continue  # the news wait, and become one run, until there is room
            for older in active[: room.cancel]:
                book.advance(older, [CancelRun(message="There is newer news.")], now)
            events = asset_store.waiting_events(session, stored.dag.dag_id)
            run = asset_run(stored, events, now)
            run_pk = run_store.create_run(session, run, stored.version_id, stored.dag)
            asset_store.take(session, stored.dag.dag_id, events, run_pk)
            book.take_in(session, run)
        self._begin_runs(book, now)

    def _create_scheduled_runs(
        self, session: Session, book: RunBook, changed: set[str], now: datetime
    ) -> None:
        due = {dag_id for dag_id, at in self._look_at_schedules.items() if at <= now} | changed
        if not self.settings.schedules or (self._schedules_known and not due):
            return
        for stored in dag_store.active_dags(session):
            dag_id = stored.dag.dag_id
            if dag_id in due or not self._schedules_known:
                self._look_at_schedules.pop(dag_id, None)
                self._create_runs_of(session, book, stored, now)
        self._schedules_known = True

    def _create_runs_of(
        self, session: Session, book: RunBook, stored: dag_store.StoredDag, now: datetime
    ) -> None:
        active = book.active_runs(stored.dag.dag_id)
        plan = plan_scheduled_runs(stored, len(active), now)
        ask_again = None if stored.paused else self.calendars.look_at(stored, now)
        for run in active[: plan.cancel]:
            book.advance(run, [CancelRun(message="A newer run of this DAG is due.")], now)
        if plan.skipped is not None:
            dag_store.skip_run(session, stored.dag.dag_id, plan.skipped, now)
        for planned in run_store.without_taken_dates(session, plan.runs):
            run_store.create_run(session, planned, stored.version_id, stored.dag)
            book.take_in(session, planned)
        times = [at for at in (plan.look_again, ask_again) if at is not None]
        if times:
            self._look_at_schedules[stored.dag.dag_id] = min(times)

    def _keep_calendars(self, session: Session, now: datetime) -> set[str]:
        answers = self.calendars.take(now)
        for dag_id, calendar in answers:
            dag_store.save_calendar(session, dag_id, calendar)
        return {dag_id for dag_id, _ in answers}

    def _look_who_is_held(self, session: Session, changed: Collection[str]) -> None:
        if self._held_dags is None or changed:
            self._held_dags = dag_store.held_dags(session)

    def _begin_runs(self, book: RunBook, now: datetime) -> None:
        settle = Settle.ONE_ROUND if self.settings.waves else Settle.FULLY
        for run in book.queued_runs():
            if run.snapshot.run.dag_id in (self._held_dags or ()):
                continue
            if may_begin(book, run):
                book.advance(run, [RunStarted()], now, settle)

    def _wait_for_past(
        self, session: Session, book: RunBook, after: AfterCommit, now: datetime
    ) -> Mapping[InstanceRef, str]:
        """The ready task instances that their past holds back, and why, once nothing moves."""
        settle = Settle.ONE_ROUND if self.settings.waves else Settle.FULLY
        while True:
            held = held_back(session, book)
            moved = pass_empty_tasks(book, held, now, settle)
            if not give_way(book, held, now, settle) and not moved:
                return held
            after.add(book.store(session))

    def _dispatch(
        self, session: Session, book: RunBook, held: Collection[InstanceRef], now: datetime
    ) -> list[TaskOrder]:
        if len(book.ready) == len(held):
            return []
        slots = self.executor.slots()
        places = slots.total + slots.ahead - len(book.attempts) - self.callbacks.at_work
        if places <= 0:
            return []
        pools = pool_store.read(session)
        slots_of = {pool.name: pool.slots for pool in pools}
        capacity = Capacity(slots_of, self.settings.parallelism, places)
        deferred = queue_store.slots_of_deferred(session, pools)
        taken = Taken.of(queue_store.active(session), deferred)
        return self._hand_out(
            session, book, choose(book.candidates(now, held), capacity, taken), now
        )

    def _hand_out(
        self,
        session: Session,
        book: RunBook,
        chosen: Sequence[Candidate],
        now: datetime,
    ) -> list[TaskOrder]:
        by_run: dict[int, list[Candidate]] = {}
        for one in chosen:
            by_run.setdefault(one.run_pk, []).append(one)
        orders: dict[tuple[int, TaskKey], TaskOrder] = {}
        settle = Settle.NOT_NOW if self.settings.waves else Settle.FULLY
        for run_pk, candidates in by_run.items():
            run = book.runs[run_pk]
            made = self._orders(session, run, candidates)
            orders.update({(run_pk, (o.task.task_id, o.map_index)): o for o in made})
            events = [Dispatched((o.task.task_id, o.map_index), o.attempt_id) for o in made]
            book.advance(run, events, now, settle)
        return [orders[one.run_pk, one.key] for one in chosen]

    def _orders(
        self, session: Session, run: ActiveRun, candidates: Sequence[Candidate]
    ) -> list[TaskOrder]:
        tasks = [run.snapshot.task(one.key) for one in candidates]
        values = values_for(session, run, [one.key for one in candidates])
        events = asset_context(session, run, tasks)
        source = self._source(session, run.version_id)
        asked = any(task.reads_previous for task in tasks)
        previous = run_store.previous_success(session, run.snapshot.run) if asked else None
        return [
            dispatch.make_order(
                uuid4().hex,
                run.snapshot,
                task,
                one.key,
                source=source,
                values=values[one.key],
                artifacts=self.settings.artifacts,
                heartbeat=self.settings.heartbeat,
                max_value_size=self.settings.max_value_size,
                events=events,
                previous=previous,
            )
            for one, task in zip(candidates, tasks, strict=True)
        ]

    # -- code and cluster --------------------------------------------------------------------------

    def _source(self, session: Session, version_id: int) -> Source:
        if version_id not in self._source_cache:
            if self._sources is not None:
                self._source_cache[version_id] = self._sources(version_id)
            else:
                self._source_cache[version_id] = dag_store.load_version(session, version_id)[1]
        return self._source_cache[version_id]

    def _describe(self, session: Session, now: datetime) -> None:
        """Leave a picture of the cluster in the store, for those who have no executor to ask."""
        if self._describe_at is not None and now < self._describe_at:
            return
        self._describe_at = now + timedelta(seconds=self.settings.describe_every)
        slots = self.executor.slots()
        info: Mapping[str, object] = {
            **asdict(self.executor.describe()),
            "slots": slots.total,
            "used": slots.used,
            "parallelism": self.settings.parallelism,
        }
        self.leader.describe(session, info)  # type: ignore[arg-type]  # ExecutorInfo is JSON-ready by contract


def _ends_by(run: ActiveRun) -> datetime | None:
    """When the run's time limit is over, while it still has one to keep."""
    state, limit = run.snapshot.run, run.snapshot.dag.run_timeout
    if (
        limit is None
        or state.cancelling
        or state.state is not RunState.RUNNING
        or state.started_at is None
    ):
        return None
    return state.started_at + timedelta(seconds=limit)
