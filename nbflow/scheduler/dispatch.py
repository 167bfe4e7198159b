"""Which ready task instances go to the executor now, and the orders they go with.

The choice is a pure function. Pools are counted from rows by the caller; candidates are looked at
pool by pool, so that a full pool hides no other; and the head of a pool's queue reserves the slots
it needs, so that big tasks do not starve behind small ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from nbflow.core.dag import Task
from nbflow.core.events import TaskKey
from nbflow.core.orders import RunInfo, Source, TaskOrder, ValueRef, artifact_folder
from nbflow.core.snapshot import DagRun, RunSnapshot


@dataclass(frozen=True)
class Candidate:
    """A ready task instance with what decides its place in the queue."""

    run_pk: int
    key: TaskKey
    dag_id: str
    pool: str
    pool_slots: int
    priority_weight: int
    run_after: datetime
    position: int

    @property
    def rank(self) -> tuple[int, datetime, int, int, int]:
        """Higher weight first, then older runs, then the order of the DAG."""
        return (-self.priority_weight, self.run_after, self.run_pk, self.position, self.key[1])


def candidate(run_pk: int, snapshot: RunSnapshot, key: TaskKey, now: datetime) -> Candidate:
    """A ready task instance as `choose` sees it."""
    task = snapshot.task(key)
    return Candidate(
        run_pk,
        key,
        snapshot.run.dag_id,
        task.pool,
        task.pool_slots,
        task.priority_weight,
        snapshot.run.run_after or now,
        snapshot.dag.graph.position[task.task_id],
    )


def choose(
    candidates: Iterable[Candidate],
    *,
    pools: Mapping[str, int],
    used: Mapping[str, int],
    places: int,
    active_tasks: Mapping[int, int],
    max_active_tasks: Mapping[int, int | None],
) -> list[Candidate]:
    """The candidates to dispatch, best first.

    `pools` are the slots of each pool (-1: no limit) and `used` those taken; `places` is how many
    more the executor takes. `active_tasks` counts the task instances each run has with the
    executor, `max_active_tasks` is each run's limit (None: no limit).
    """
    free = {name: None if slots < 0 else slots - used.get(name, 0) for name, slots in pools.items()}
    active = dict(active_tasks)
    chosen: list[Candidate] = []
    for one in sorted(candidates, key=lambda c: c.rank):
        if len(chosen) >= places:
            break
        limit = max_active_tasks.get(one.run_pk)
        if one.pool not in free or (limit is not None and active.get(one.run_pk, 0) >= limit):
            continue
        if one.pool_slots > pools[one.pool] >= 0:
            continue  # it fits never: no reason to hold up those it would fit before
        left = free[one.pool]
        if left is not None:
            free[one.pool] = left - one.pool_slots
        if left is None or left >= one.pool_slots:
            chosen.append(one)
            active[one.run_pk] = active.get(one.run_pk, 0) + 1
        # Else the head of this pool's queue keeps what is free reserved: `free` is negative now, so
        # nobody behind it gets in.
    return chosen


def make_order(
    attempt_id: str,
    snapshot: RunSnapshot,
    task: Task,
    key: TaskKey,
    *,
    source: Source,
    values: Mapping[str, Mapping[str, ValueRef]],
    artifacts: str,
    heartbeat: float,
) -> TaskOrder:
    """The order for the next attempt of a task instance.

    `artifacts` is the root of the artifact store.
    """
    run = snapshot.run
    instance = snapshot.instances[key]
    return TaskOrder(
        attempt_id=attempt_id,
        task=task,
        run=run_info(run, snapshot.dag.file),
        source=source,
        artifacts=artifact_folder(artifacts, run.dag_id, run.run_id, instance.task_id, attempt_id),
        value_store=f"{artifacts}/values",
        try_number=instance.try_number + 1,
        map_index=key[1],
        values=values,
        heartbeat=heartbeat,
    )


def run_info(run: DagRun, dag_file: str) -> RunInfo:
    """What user code may know about `run`."""
    if run.run_after is None:
        raise ValueError(f"Run {run.dag_id}/{run.run_id} has no time at which it was due.")
    return RunInfo(
        dag_id=run.dag_id,
        run_id=run.run_id,
        run_type=str(run.run_type),
        run_after=run.run_after,
        logical_date=run.logical_date,
        data_interval_start=run.data_interval_start,
        data_interval_end=run.data_interval_end,
        params=run.params,
        dag_file=dag_file,
    )


def reads(orders: Sequence[Task]) -> set[str]:
    """All upstream tasks whose values these tasks need."""
    return {task_id for task in orders for task_id in task.reads}
