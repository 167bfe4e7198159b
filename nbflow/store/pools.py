"""Pools: how many slots tasks share under a name. What is taken, `queue.py` counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select

from nbflow.core.dag import DEFAULT_POOL
from nbflow.core.errors import RequestError
from nbflow.store.database import Session
from nbflow.store.tables import PoolRow, insert_into, table_of

_POOLS = table_of(PoolRow)

LONGEST_NAME = 250


@dataclass(frozen=True)
class Pool:
    """A named number of slots; -1 means no limit.

    With `include_deferred` tasks that wait without a worker keep their slots.
    """

    name: str
    slots: int
    description: str = ""
    include_deferred: bool = False


def slots(session: Session) -> Mapping[str, int]:
    """The slots of every pool, by its name."""
    return {pool.name: pool.slots for pool in read(session)}


def read(session: Session) -> list[Pool]:
    """All pools, by name."""
    rows = session.execute(select(_POOLS).order_by(_POOLS.c.name))
    return [Pool(row.name, row.slots, row.description, row.include_deferred) for row in rows]


def save(session: Session, pool: Pool) -> None:
    """Make the pool, or change the one of that name. Raises RequestError for senseless slots."""
    if pool.slots < -1:
        raise RequestError(
            f"Pool {pool.name!r} cannot have {pool.slots} slots: "
            "use 0 to hold its tasks back, -1 for no limit."
        )
    new = {
        "slots": pool.slots,
        "description": pool.description,
        "include_deferred": pool.include_deferred,
    }
    insert = insert_into(session, _POOLS).values(name=pool.name, **new)
    session.execute(insert.on_conflict_do_update(index_elements=["name"], set_=new))


def remove(session: Session, name: str) -> None:
    """Delete a pool; tasks that name it wait for it. Raises RequestError for the default pool."""
    if name == DEFAULT_POOL:
        raise RequestError(
            f"{DEFAULT_POOL!r} cannot be deleted: tasks that name no pool run in it. "
            "Set its slots instead."
        )
    session.execute(delete(_POOLS).where(_POOLS.c.name == name))
