"""Pools as a person sees them: slots, who takes them and who waits, and pools that are missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from nbflow.core.errors import NotFoundError
from nbflow.core.spelling import did_you_mean
from nbflow.core.states import TaskState
from nbflow.store import pools as pool_store
from nbflow.store import queue as queue_store
from nbflow.store.database import Database
from nbflow.store.pools import Pool
from nbflow.store.queue import InPool
from nbflow.views.shapes import PoolDetail, PoolTask, PoolView

_WITH_SLOTS = (TaskState.RUNNING, TaskState.QUEUED)
_TOLD = (*_WITH_SLOTS, TaskState.DEFERRED, TaskState.SCHEDULED)
_MOST_TASKS = 200


def pool_list(database: Database) -> list[PoolView]:
    """All pools by name, those that tasks wait for and nobody made included."""
    with database.reading() as session:
        pools = {pool.name: pool for pool in pool_store.read(session)}
        found = queue_store.in_pools(session, _TOLD)
    tasks: defaultdict[str, list[InPool]] = defaultdict(list)
    for one in found:
        tasks[one.pool].append(one)
    return [_view(name, pools.get(name), tasks[name]) for name in sorted({*pools, *tasks})]


def pool_detail(database: Database, name: str) -> PoolDetail:
    """One pool with its task instances. Raises NotFoundError with the closest names."""
    with database.reading() as session:
        pools = {pool.name: pool for pool in pool_store.read(session)}
        tasks = queue_store.in_pools(session, _TOLD, name)
    if name not in pools and not tasks:
        raise NotFoundError(f"There is no pool {name!r}. {did_you_mean(name, pools)}")
    tasks.sort(key=lambda one: _TOLD.index(one.state))
    shown = [
        PoolTask(one.dag_id, one.run_id, one.task_id, one.map_index, str(one.state), one.pool_slots)
        for one in tasks[:_MOST_TASKS]
    ]
    return PoolDetail(_view(name, pools.get(name), tasks), shown)


def _view(name: str, pool: Pool | None, tasks: Sequence[InPool]) -> PoolView:
    known = pool or Pool(name, 0)
    takes = (*_WITH_SLOTS, TaskState.DEFERRED) if known.include_deferred else _WITH_SLOTS
    count = {state: sum(one.state is state for one in tasks) for state in _TOLD}
    return PoolView(
        name=name,
        slots=known.slots,
        description=known.description,
        include_deferred=known.include_deferred,
        exists=pool is not None,
        used=sum(one.pool_slots for one in tasks if one.state in takes),
        running=count[TaskState.RUNNING],
        queued=count[TaskState.QUEUED],
        deferred=count[TaskState.DEFERRED],
        waiting=count[TaskState.SCHEDULED],
    )
