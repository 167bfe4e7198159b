"""A scheduler, a server and command lines use one store at the same time."""

from __future__ import annotations

import multiprocessing
from datetime import timedelta
from multiprocessing.synchronize import Event as Flag

from nbflow.core.events import RunStarted
from nbflow.store import journal, leases, requests, runs
from nbflow.store.database import Database
from tests.store.builders import (
    NOW,
    a_dag,
    a_run,
    create,
    dispatched,
    finished,
    happen,
    load,
    save,
    started,
)

SPAWN = multiprocessing.get_context("spawn")
TASKS = [f"task{n}" for n in range(20)]


def ask(url: str, actor: str, number: int) -> None:
    """A door: puts requests and reads what it put, as fast as it can."""
    with Database(url) as database:
        for _ in range(number):
            with database.transaction() as session:
                request_id = requests.put(session, "trigger", {"by": actor}, actor, NOW)
            with database.reading() as session:
                assert requests.read(session, request_id) is not None


def watch(url: str, lines: int, done: Flag) -> None:
    """A screen: follows the journal until it has seen so many lines, each once and in order."""
    with Database(url) as database:
        seen: list[int] = []
        while len(seen) < lines:
            with database.reading() as session:
                found = journal.after(session, seen[-1] if seen else 0, limit=7)
            seen += [line.cursor for line in found]
        assert seen == sorted(set(seen))
    done.set()


def run_everything(database: Database) -> None:
    """A scheduler: takes every task of a run from queued to success, one transaction a step."""
    run = load(database)
    happen(database, run, RunStarted())
    for task in TASKS:
        happen(database, run, dispatched(task))
        happen(database, run, started(task))
        happen(database, run, finished(task))


def test_scheduler_doors_and_screens_do_not_lock_each_other_out(database_url: str) -> None:
    with Database(database_url) as database:
        save(database, a_dag(*TASKS))
        create(database, a_run())
        saw_all = SPAWN.Event()
        others = [
            SPAWN.Process(target=ask, args=(database_url, "ana", 30)),
            SPAWN.Process(target=ask, args=(database_url, "ben", 30)),
            # run and DAG created, run started and ended, and four states of every task
            SPAWN.Process(target=watch, args=(database_url, 4 + 4 * len(TASKS), saw_all)),
        ]
        for other in others:
            other.start()
        run_everything(database)
        for other in others:
            other.join(timeout=60)
        assert [other.exitcode for other in others] == [0, 0, 0]
        assert saw_all.is_set()
        with database.reading() as session:
            assert len(requests.pending(session, 1000)) == 60
            assert runs.load_active(session) == []


def hold_the_lease_and_hang(url: str, held: Flag) -> None:
    with Database(url) as database, database.transaction() as session:
        lease = leases.acquire(session, "scheduler", "a", NOW, timedelta(seconds=6), "h", 1)
        assert lease is not None
    with Database(url) as database, database.transaction() as session:
        leases.verify(session, lease)
        held.set()
        SPAWN.Event().wait(60)


def test_a_leader_killed_in_the_middle_of_a_transaction_is_replaced(database_url: str) -> None:
    held = SPAWN.Event()
    leader = SPAWN.Process(target=hold_the_lease_and_hang, args=(database_url, held))
    leader.start()
    assert held.wait(30)
    leader.kill()
    leader.join(timeout=30)
    with Database(database_url) as database, database.transaction() as session:
        expired = NOW + timedelta(seconds=6)
        lease = leases.acquire(session, "scheduler", "b", expired, timedelta(seconds=6), "h", 2)
    assert lease is not None
    assert lease.fencing == 2
