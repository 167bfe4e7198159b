"""Pools, and the task instances in them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PoolView:
    """A pool and what is going on in it. `slots` -1 means no limit; `used` are slots, the others
    count task instances. One that tasks wait for and nobody made has `exists` false.
    """

    name: str
    slots: int
    description: str
    include_deferred: bool
    exists: bool
    used: int
    running: int
    queued: int
    deferred: int
    waiting: int


@dataclass(frozen=True)
class PoolTask:
    """A task instance that takes slots of a pool, or is ready and waits for some."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    state: str
    slots: int


@dataclass(frozen=True)
class PoolList:
    """All pools."""

    pools: list[PoolView]


@dataclass(frozen=True)
class PoolDetail:
    """A pool with the task instances in it, those with slots first, at most 200."""

    pool: PoolView
    tasks: list[PoolTask]
