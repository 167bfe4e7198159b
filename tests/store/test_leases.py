"""One holder at a time; an old one learns that it is old before it can write anything."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest

from nbflow.store import leases
from nbflow.store.database import Database
from nbflow.store.leases import Lease, LeaseLost
from tests.store.builders import NOW

TTL = timedelta(seconds=6)
EXPIRED = NOW + TTL


def take(database: Database, holder: str, now: datetime = NOW) -> Lease | None:
    with database.transaction() as session:
        return leases.acquire(session, "scheduler", holder, now, TTL, "host", 42)


def taken(database: Database, holder: str, now: datetime = NOW) -> Lease:
    lease = take(database, holder, now)
    assert lease is not None
    return lease


def verify(database: Database, lease: Lease) -> None:
    with database.transaction() as session:
        leases.verify(session, lease)


def test_the_first_to_ask_gets_it(database: Database) -> None:
    assert taken(database, "a") == Lease("scheduler", "a", 1, NOW + TTL)
    assert take(database, "b") is None


def test_asking_again_keeps_it_and_its_fencing_number(database: Database) -> None:
    first = taken(database, "a")
    again = taken(database, "a", NOW + timedelta(seconds=2))
    assert (again.fencing, again.expires_at) == (first.fencing, first.expires_at + TTL / 3)


def test_an_expired_lease_goes_to_whoever_asks_with_a_higher_number(database: Database) -> None:
    old = taken(database, "a")
    assert take(database, "b", EXPIRED - timedelta(microseconds=1)) is None
    assert taken(database, "b", EXPIRED).fencing == old.fencing + 1


def test_the_old_holder_can_neither_renew_nor_verify_nor_describe(database: Database) -> None:
    old = taken(database, "a")
    taken(database, "b", EXPIRED)
    with database.transaction() as session:
        assert leases.renew(session, old, EXPIRED, TTL) is None
    with pytest.raises(LeaseLost, match="a no longer holds the lease 'scheduler'"):
        verify(database, old)
    with pytest.raises(LeaseLost), database.transaction() as session:
        leases.describe(session, old, {"slots": 4})


def test_the_old_holder_cannot_come_back_with_its_old_number(database: Database) -> None:
    old = taken(database, "a")
    taken(database, "b", EXPIRED)
    newest = taken(database, "a", EXPIRED + TTL)
    verify(database, newest)
    with pytest.raises(LeaseLost):
        verify(database, old)


def test_a_late_renewal_counts_while_nobody_else_came(database: Database) -> None:
    late = EXPIRED + timedelta(hours=1)
    with database.transaction() as session:
        lease = leases.acquire(session, "scheduler", "a", NOW, TTL, "host", 42)
        assert lease is not None
        renewed = leases.renew(session, lease, late, TTL)
    assert renewed == Lease("scheduler", "a", 1, late + TTL)


def test_a_lease_given_back_is_free_at_once_and_its_number_never_comes_again(
    database: Database,
) -> None:
    lease = taken(database, "a")
    with database.transaction() as session:
        leases.release(session, lease)
    with pytest.raises(LeaseLost):
        verify(database, lease)
    assert taken(database, "b").fencing == 2


def test_giving_back_what_was_lost_does_not_hurt_the_new_holder(database: Database) -> None:
    old = taken(database, "a")
    new = taken(database, "b", EXPIRED)
    with database.transaction() as session:
        leases.release(session, old)
    verify(database, new)


def test_leases_of_other_names_are_other_leases(database: Database) -> None:
    taken(database, "a")
    with database.transaction() as session:
        assert leases.acquire(session, "retention", "b", NOW, TTL, "host", 43) is not None


def test_anybody_can_read_who_holds_it_and_what_it_says_of_itself(database: Database) -> None:
    lease = taken(database, "a")
    with database.transaction() as session:
        leases.describe(session, lease, {"slots": 4})
    with database.reading() as session:
        status = leases.read(session, "scheduler")
        assert leases.read(session, "nobody") is None
    assert status is not None
    assert (status.holder, status.hostname, status.pid) == ("a", "host", 42)
    assert (status.acquired_at, status.renewed_at, status.info) == (NOW, NOW, {"slots": 4})
    assert [status.is_held(at) for at in (NOW, EXPIRED)] == [True, False]


def test_a_lease_given_back_is_held_by_nobody(database: Database) -> None:
    lease = taken(database, "a")
    with database.transaction() as session:
        leases.release(session, lease)
        status = leases.read(session, "scheduler")
    assert status is not None
    assert not status.is_held(NOW)


def test_nobody_takes_over_in_the_middle_of_a_verified_transaction(database: Database) -> None:
    lease = taken(database, "a")
    taken_over = threading.Event()

    def take_over() -> None:
        taken(database, "b", EXPIRED)
        taken_over.set()

    rival = threading.Thread(target=take_over)
    with database.transaction() as session:
        leases.verify(session, lease)
        rival.start()
        assert not taken_over.wait(0.2)
    assert taken_over.wait(60)
    rival.join()


def test_of_many_that_ask_at_once_one_gets_it(database: Database) -> None:
    got: list[Lease | None] = []
    rivals = [
        threading.Thread(target=lambda name=name: got.append(take(database, name)))
        for name in "abcdef"
    ]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join()
    assert len([lease for lease in got if lease]) == 1
    assert len(got) == len(rivals)
