"""Which ready task instances go to the executor now, and which limit holds back each of the others.

Dispatch and *why not running* ask the same `Room`. What is taken is counted from rows by the
caller, never kept. Candidates are looked at best first, whatever their pool, so that a full pool
hides no other; and whoever has to wait for slots of a pool keeps what is free there reserved, so
that big tasks do not starve behind small ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from nbflow.core.dag import Dag
from nbflow.core.events import TaskKey
from nbflow.core.snapshot import DagRun
from nbflow.core.states import Word


class Limit(Word):
    """What may hold back a ready task instance, under the name of its setting."""

    POOL = "pool"
    MAX_ACTIVE_TASKS = "max_active_tasks"
    MAX_ACTIVE_TASKS_PER_DAG = "max_active_tasks_per_dag"
    MAX_ACTIVE_TIS_PER_DAG = "max_active_tis_per_dag"
    MAX_ACTIVE_TIS_PER_DAGRUN = "max_active_tis_per_dagrun"
    PARALLELISM = "parallelism"
    EXECUTOR = "executor"


@dataclass(frozen=True)
class Candidate:
    """A ready task instance with what decides its place in the queue, and the limits of its own.

    `rank` sorts the best first: the higher weight, then the older run, then the order of the DAG.
    """

    run_pk: int
    key: TaskKey
    dag_id: str
    pool: str
    pool_slots: int
    rank: tuple[int, datetime, int, int, int]
    limits: tuple[tuple[Limit, int], ...] = ()


def candidate(run_pk: int, run: DagRun, dag: Dag, key: TaskKey, now: datetime) -> Candidate:
    """A ready task instance as `Room` sees it."""
    task = dag.by_id[key[0]]
    limits = (
        (Limit.MAX_ACTIVE_TASKS, dag.max_active_tasks),
        (Limit.MAX_ACTIVE_TASKS_PER_DAG, dag.max_active_tasks_per_dag),
        (Limit.MAX_ACTIVE_TIS_PER_DAG, task.max_active_tis_per_dag),
        (Limit.MAX_ACTIVE_TIS_PER_DAGRUN, task.max_active_tis_per_dagrun),
    )
    return Candidate(
        run_pk,
        key,
        run.dag_id,
        task.pool,
        task.pool_slots,
        rank=(
            -dag.weights[task.task_id],
            run.run_after or now,
            run_pk,
            dag.graph.position[task.task_id],
            key[1],
        ),
        limits=tuple((limit, most) for limit, most in limits if most is not None),
    )


@dataclass(frozen=True)
class Capacity:
    """What there is: `slots` of each pool (-1: no limit), task instances that may be active at
    once (`parallelism`), and those the executor takes (`places`). None: no limit.
    """

    slots: Mapping[str, int]
    parallelism: int | None = None
    places: int | None = None


class Active(NamedTuple):
    """`tasks` instances of a task that are with the executor, and the slots they take."""

    run_pk: int
    dag_id: str
    task_id: str
    pool: str
    tasks: int
    slots: int


@dataclass
class Taken:
    """What is taken, by everything that is limited."""

    tasks: int = 0
    slots: Counter[str] = field(default_factory=Counter)
    by: Counter[tuple[object, ...]] = field(default_factory=Counter)

    @classmethod
    def of(cls, rows: Iterable[Active], deferred: Mapping[str, int] | None = None) -> Taken:
        """Counted from rows; `deferred` are slots kept, by pool, by what waits without a worker."""
        taken = cls()
        for row in rows:
            taken.add(row.run_pk, row.dag_id, row.task_id, row.pool, row.slots, row.tasks)
        taken.slots.update(deferred or {})
        return taken

    def add(
        self, run_pk: int, dag_id: str, task_id: str, pool: str, slots: int, count: int = 1
    ) -> None:
        self.tasks += count
        self.slots[pool] += slots
        for group in ((run_pk,), (dag_id,), (dag_id, task_id), (run_pk, task_id)):
            self.by[group] += count

    def within(self, limit: Limit, one: Candidate) -> int:
        """How many count against this limit of `one`."""
        group: Mapping[Limit, tuple[object, ...]] = {
            Limit.MAX_ACTIVE_TASKS: (one.run_pk,),
            Limit.MAX_ACTIVE_TASKS_PER_DAG: (one.dag_id,),
            Limit.MAX_ACTIVE_TIS_PER_DAG: (one.dag_id, one.key[0]),
            Limit.MAX_ACTIVE_TIS_PER_DAGRUN: (one.run_pk, one.key[0]),
        }
        return self.by[group[limit]]


@dataclass(frozen=True)
class Check:
    """One limit as a candidate meets it: `used` of `allowed` are taken and it needs `needs`.

    `ahead` are the better candidates that wait for the same, and `reserved` what is kept for them
    of a pool's slots. `allowed` is None where there is no
    such pool, and -1 where there is no limit.
    """

    limit: Limit
    met: bool
    used: int
    allowed: int | None
    needs: int = 1
    ahead: int = 0
    reserved: int = 0

    @property
    def never(self) -> bool:
        """Whether it would not fit even if nothing else were there."""
        return self.allowed is None or self.needs > self.allowed >= 0


class Room:
    """What is left, while candidates are looked at best first."""

    def __init__(self, capacity: Capacity, taken: Taken) -> None:
        self._capacity = capacity
        self._taken = taken
        self._waiting: Counter[str] = Counter()
        self._reserved: Counter[str] = Counter()
        self._handed_out = 0
        self._not_handed_out = 0

    @property
    def is_full(self) -> bool:
        """Whether nobody else can go, whoever it is."""
        return not all(check.met for check in self._overall())

    def checks(self, one: Candidate) -> Iterator[Check]:
        """Every limit that `one` is under, those of its own first."""
        for limit, most in one.limits:
            used = self._taken.within(limit, one)
            yield Check(limit, used < most, used, most)
        yield self._in_pool(one)
        yield from self._overall()

    def take(self, one: Candidate) -> bool:
        """Let `one` go if it can; otherwise it waits, ahead of all that come after it."""
        unmet = next((check for check in self.checks(one) if not check.met), None)
        if unmet is None:
            self._handed_out += 1
            self._taken.add(one.run_pk, one.dag_id, one.key[0], one.pool, one.pool_slots)
            return True
        if unmet.limit is Limit.POOL and not unmet.never:
            self._reserved[one.pool] += one.pool_slots
            self._waiting[one.pool] += 1
        elif unmet.limit in (Limit.PARALLELISM, Limit.EXECUTOR):
            self._not_handed_out += 1
        return False

    def _in_pool(self, one: Candidate) -> Check:
        used, slots = self._taken.slots[one.pool], self._capacity.slots.get(one.pool)
        needs, ahead = one.pool_slots, self._waiting[one.pool]
        if slots is None or slots < 0:
            return Check(Limit.POOL, slots is not None, used, slots, needs)
        reserved = min(self._reserved[one.pool], max(0, slots - used))
        met = needs <= slots - used - reserved
        return Check(Limit.POOL, met, used, slots, needs, ahead, reserved)

    def _overall(self) -> Iterator[Check]:
        ahead, taken = self._not_handed_out, self._taken.tasks
        most, places = self._capacity.parallelism, self._capacity.places
        if most is not None:
            yield Check(Limit.PARALLELISM, taken < most, taken, most, ahead=ahead)
        if places is not None:
            used = self._handed_out
            yield Check(Limit.EXECUTOR, used < places, used, places, ahead=ahead)


def choose(candidates: Iterable[Candidate], capacity: Capacity, taken: Taken) -> list[Candidate]:
    """The candidates to dispatch, best first."""
    room = Room(capacity, taken)
    chosen: list[Candidate] = []
    for one in sorted(candidates, key=lambda c: c.rank):
        if room.is_full:
            break
        if room.take(one):
            chosen.append(one)
    return chosen


def checks_of(
    key: tuple[int, TaskKey], candidates: Iterable[Candidate], capacity: Capacity, taken: Taken
) -> list[Check]:
    """What holds back the candidate `key`, (run, task instance), as `choose` would see it."""
    room = Room(capacity, taken)
    for one in sorted(candidates, key=lambda c: c.rank):
        if (one.run_pk, one.key) == key:
            return list(room.checks(one))
        room.take(one)
    raise LookupError(f"{key} is no candidate.")
