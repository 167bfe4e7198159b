"""Which limits hold back a ready task instance, each in a sentence with its numbers: what
`core.limits` says of it among all that are ready now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from nbflow.core.events import TaskKey
from nbflow.core.limits import Capacity, Check, Limit, Taken, candidate, checks_of
from nbflow.core.snapshot import RunSnapshot
from nbflow.core.states import TaskState
from nbflow.store import dags as dag_store
from nbflow.store import pools as pool_store
from nbflow.store import queue as queue_store
from nbflow.store import runs as run_store
from nbflow.store.database import Session
from nbflow.store.leases import LeaseStatus
from nbflow.store.past import held_back
from nbflow.store.queue import InPool
from nbflow.views.shapes import Condition

_SHOWN = 5
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}
_WITH_SLOTS = (TaskState.QUEUED, TaskState.RUNNING)

_WHOSE = {
    Limit.MAX_ACTIVE_TASKS: "tasks of this run",
    Limit.MAX_ACTIVE_TASKS_PER_DAG: "tasks of this DAG, over all its runs,",
    Limit.MAX_ACTIVE_TIS_PER_DAG: "instances of this task, over all runs of the DAG,",
    Limit.MAX_ACTIVE_TIS_PER_DAGRUN: "instances of this task in this run",
    Limit.PARALLELISM: "tasks of the whole scheduler",
}


def limits(
    session: Session, run_pk: int, key: TaskKey, lease: LeaseStatus | None, now: datetime
) -> list[Condition]:
    """The limits of a ready task instance, as the scheduler would judge them at `now`."""
    runs = {run.id: run.snapshot for run in run_store.load_active(session)}
    ready = [
        candidate(pk, runs[pk].run, runs[pk].dag, one, now)
        for pk, one in _in_line(session, runs, (run_pk, key))
    ]
    pools = pool_store.read(session)
    deferred = queue_store.slots_of_deferred(session, pools)
    taken = Taken.of(queue_store.active(session), deferred)
    capacity = _capacity({pool.name: pool.slots for pool in pools}, lease, taken)
    checks = checks_of((run_pk, key), ready, capacity, taken)
    pool = runs[run_pk].task(key).pool
    told = _Told(run_pk, pool, queue_store.in_pools(session, _WITH_SLOTS, pool))
    return [told.condition(check) for check in checks]


def _in_line(
    session: Session, runs: Mapping[int, RunSnapshot], asked: tuple[int, TaskKey]
) -> list[tuple[int, TaskKey]]:
    """The task instances that the scheduler chooses from, and `asked`: those that are ready, but
    for what its past or a person holds back.
    """
    held_dags = dag_store.held_dags(session)
    ready = [
        (pk, snapshot.dag, instance.key)
        for pk, snapshot in runs.items()
        for instance in snapshot.instances.values()
        if instance.state is TaskState.SCHEDULED and snapshot.run.dag_id not in held_dags
    ]
    held = held_back(session, ready)
    chosen = {(pk, key): None for pk, _, key in ready if (pk, key) not in held}
    return [*{**chosen, asked: None}]


def _capacity(slots_of: Mapping[str, int], lease: LeaseStatus | None, taken: Taken) -> Capacity:
    """As the scheduler last described it; places unknown to us count as free."""
    info = {} if lease is None else lease.info
    parallelism, slots = info.get("parallelism"), info.get("slots")
    return Capacity(
        slots_of,
        parallelism if isinstance(parallelism, int) else None,
        max(0, slots - taken.tasks) if isinstance(slots, int) else None,
    )


@dataclass(frozen=True)
class _Told:
    """Puts checks of a task instance into words; `holders` are those with slots of its pool."""

    run_pk: int
    pool: str
    holders: Sequence[InPool]

    def condition(self, check: Check) -> Condition:
        words = {Limit.POOL: self._pool, Limit.EXECUTOR: self._executor}.get(check.limit, _count)
        look = None if check.met else "when a task ends"
        if check.limit is Limit.POOL and check.never:
            look = "when the pool is changed"
        return Condition(str(check.limit), met=check.met, text=words(check), next_look=look)

    def _pool(self, check: Check) -> str:
        if check.allowed is None:
            return (
                f'There is no pool "{self.pool}". '
                f"Create it (nbflow pools set {self.pool} SLOTS), or name another one."
            )
        if check.allowed < 0:
            return f'Pool "{self.pool}" has no limit.'
        needs = f"this task needs {check.needs}"
        if check.never:
            return (
                f'Pool "{self.pool}" has {check.allowed} slots in all and {needs}, so it can never '
                f"run. Give the pool more slots, or the task a smaller pool_slots."
            )
        by = f" by {self._names()}" if self.holders else ""
        line = "" if check.met else f"; it is {nth(check.ahead + 1)} in line"
        kept = f", {check.reserved} kept for who is ahead" if check.reserved else ""
        return (
            f'Pool "{self.pool}": {check.used} of {check.allowed} slots taken{by}{kept}; '
            f"{needs}{line}."
        )

    def _names(self) -> str:
        """The task instances with slots of the pool, those of other runs with these."""
        names = Counter(self._name(one) for one in self.holders)
        shown = [name if n == 1 else f"{name} ({n})" for name, n in list(names.items())[:_SHOWN]]
        return ", ".join(shown) + (", ..." if len(names) > _SHOWN else "")

    def _name(self, one: InPool) -> str:
        own = one.run_pk == self.run_pk
        return one.task_id if own else f"{one.dag_id}.{one.task_id}"

    def _executor(self, check: Check) -> str:
        if check.met:
            return "The executor has a free place."
        if not check.allowed:
            return f"The executor has no free place; this task is {nth(check.ahead + 1)} in line."
        places = "1 free place" if check.allowed == 1 else f"{check.allowed} free places"
        return (
            f"The executor has {places}, and as many tasks go first; "
            f"this task is {nth(check.ahead + 1)} in line after them."
        )


def _count(check: Check) -> str:
    return (
        f"{check.limit}: {check.used} of at most {check.allowed} {_WHOSE[check.limit]} are active."
    )


def nth(place: int) -> str:
    """A place in a line."""
    if place == 1:
        return "next"
    ending = "th" if place % 100 in (11, 12, 13) else _ENDINGS.get(place % 10, "th")
    return f"{place}{ending}"
