"""Pools: a default that stays, and whatever a person adds."""

from __future__ import annotations

import pytest

from nbflow.core.errors import RequestError
from nbflow.store import pools
from nbflow.store.database import Database
from nbflow.store.pools import Pool


def test_a_new_store_has_the_default_pool(database: Database) -> None:
    with database.reading() as session:
        assert pools.slots(session) == {"default_pool": 128}


def test_saving_a_pool_again_changes_it(database: Database) -> None:
    with database.transaction() as session:
        pools.save(session, Pool("gpu", 1))
        pools.save(session, Pool("gpu", -1, "No limit."))
        assert pools.read(session)[1] == Pool("gpu", -1, "No limit.")


def test_a_removed_pool_has_no_slots(database: Database) -> None:
    with database.transaction() as session:
        pools.save(session, Pool("gpu", 1))
        pools.remove(session, "gpu")
        assert "gpu" not in pools.slots(session)


def test_the_default_pool_cannot_be_removed(database: Database) -> None:
    with pytest.raises(RequestError, match="Set its slots instead"), database.transaction() as s:
        pools.remove(s, "default_pool")


def test_fewer_slots_than_none_are_refused(database: Database) -> None:
    with pytest.raises(RequestError, match="-1 for no limit"), database.transaction() as session:
        pools.save(session, Pool("gpu", -2))
