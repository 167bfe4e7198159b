"""Dispatch: which ready task instances go to the executor now, and the orders they go with.

Whatever goes is marked as queued in the caller's transaction, before the executor hears of it.
What an order holds is put together in `make_orders`, and which instances may go is core's decision.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from nbflow.core.events import TaskKey
from nbflow.core.kept import NOT_KEPT, Keep
from nbflow.core.lifecycle import Settle
from nbflow.core.limits import Candidate, Capacity, Taken, choose
from nbflow.core.orders import MAX_VALUE_SIZE, Source, TaskOrder
from nbflow.executors.base import Executor
from nbflow.scheduler.advance_runs import InstanceRef, RunBook
from nbflow.scheduler.answer_from_cache import AnswerFromCache
from nbflow.scheduler.asset_runs import asset_context
from nbflow.scheduler.make_orders import make_order
from nbflow.scheduler.order_values import elsewhere_for, values_for
from nbflow.store import dags as dag_store
from nbflow.store import pools as pool_store
from nbflow.store import queue as queue_store
from nbflow.store import runs as run_store
from nbflow.store.database import Session
from nbflow.store.runs import ActiveRun


@dataclass(frozen=True)
class DispatchSettings:
    """What orders say of this scheduler, and what holds task instances back.

    `artifacts` is the root of the artifact store, `heartbeat` is in seconds. With `waves` nothing
    is decided between the orders of a wave. `keep` is about the kernels of tasks that fail.
    """

    artifacts: str
    heartbeat: float = 5.0
    max_value_size: int = MAX_VALUE_SIZE
    parallelism: int | None = None
    waves: bool = False
    keep: Keep = NOT_KEPT


class SourceCode:
    """The code of DAG versions, by their primary key; each is read from the store once.

    `elsewhere` is asked instead of the store, where the code is known already.
    """

    def __init__(self, elsewhere: Callable[[int], Source] | None = None) -> None:
        self._elsewhere = elsewhere
        self._known: dict[int, Source] = {}

    def of(self, session: Session, version_id: int) -> Source:
        if version_id not in self._known:
            if self._elsewhere is not None:
                self._known[version_id] = self._elsewhere(version_id)
            else:
                self._known[version_id] = dag_store.load_version(session, version_id)[1]
        return self._known[version_id]


class Dispatch:
    """Fills the free places of an executor."""

    def __init__(
        self,
        settings: DispatchSettings,
        executor: Executor,
        code: SourceCode,
        cache: AnswerFromCache,
    ) -> None:
        self._settings = settings
        self._executor = executor
        self._code = code
        self._cache = cache

    def dispatch(
        self,
        session: Session,
        book: RunBook,
        held: Collection[InstanceRef],
        others: int,
        now: datetime,
    ) -> list[TaskOrder]:
        """Mark what goes now as queued and return its orders, to be sent after the commit.

        `held` may not go, and `others` places are taken by what is not in the book.
        """
        if len(book.ready) == len(held):
            return []
        slots = self._executor.slots()
        places = slots.total + slots.ahead - len(book.attempts) - others
        if places <= 0:
            return []
        pools = pool_store.read(session)
        slots_of = {pool.name: pool.slots for pool in pools}
        capacity = Capacity(slots_of, self._settings.parallelism, places)
        deferred = queue_store.slots_of_deferred(session, pools)
        taken = Taken.of(queue_store.active(session), deferred)
        chosen = choose(book.candidates(now, held), capacity, taken)
        return self._mark_queued(session, book, chosen, now)

    def _mark_queued(
        self, session: Session, book: RunBook, chosen: Sequence[Candidate], now: datetime
    ) -> list[TaskOrder]:
        by_run: dict[int, list[Candidate]] = {}
        for one in chosen:
            by_run.setdefault(one.run_pk, []).append(one)
        orders: dict[tuple[int, TaskKey], TaskOrder] = {}
        settle = Settle.NOT_NOW if self._settings.waves else Settle.FULLY
        for run_pk, candidates in by_run.items():
            run = book.runs[run_pk]
            made = self._orders(session, run, candidates)
            orders.update({(run_pk, (o.task.task_id, o.map_index)): o for o in made})
            events = [self._cache.dispatched(run_pk, order) for order in made]
            book.advance(run, events, now, settle)
        return [orders[one.run_pk, one.key] for one in chosen]

    def _orders(
        self, session: Session, run: ActiveRun, candidates: Sequence[Candidate]
    ) -> list[TaskOrder]:
        tasks = [run.snapshot.task(one.key) for one in candidates]
        values = values_for(session, run, [one.key for one in candidates])
        elsewhere = elsewhere_for(session, run, tasks)
        events = asset_context(session, run, tasks)
        source = self._code.of(session, run.version_id)
        asked = any(task.reads_previous for task in tasks)
        previous = run_store.previous_success(session, run.snapshot.run) if asked else None
        return [
            make_order(
                attempt_id,
                run.snapshot,
                task,
                one.key,
                source=source,
                values=values[one.key],
                artifacts=self._settings.artifacts,
                heartbeat=self._settings.heartbeat,
                max_value_size=self._settings.max_value_size,
                keep=self._settings.keep,
                events=events,
                previous=previous,
                elsewhere=elsewhere(task),
            )
            for one, task, attempt_id in zip(candidates, tasks, _new_ids(len(tasks)), strict=True)
        ]


def _new_ids(count: int) -> list[str]:
    """Random uuids. The system is asked for its random bits once, not for each."""
    bits = os.urandom(16 * count)
    return [UUID(bytes=bits[at : at + 16], version=4).hex for at in range(0, len(bits), 16)]
