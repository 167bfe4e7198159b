"""Pools: made, changed, deleted, and seen with who is in them."""

from __future__ import annotations

import pytest

from nbflow.commands import Commands
from nbflow.core.dag import Task, TaskKind
from nbflow.core.errors import NotFoundError, RequestError
from nbflow.store import journal
from nbflow.store.database import Database
from nbflow.views.pools import pool_detail, pool_list
from tests.scheduler.conftest import MakeScheduler
from tests.scheduler.stage import START, Clock, Hands, a_dag, save, start_run

GPU = [Task(name, TaskKind.PYTHON, pool="gpu", pool_slots=2) for name in "ab"]


@pytest.fixture
def ana(database: Database) -> Commands:
    return Commands(database, "ana", lambda: START)


def test_a_pool_shows_who_takes_its_slots_and_who_waits(
    database: Database, ana: Commands, make_scheduler: MakeScheduler
) -> None:
    ana.set_pool("gpu", 3, "The two cards.")
    start_run(database, a_dag(tasks=GPU))
    scheduler = make_scheduler()
    scheduler.tick()
    scheduler.tick()
    detail = pool_detail(database, "gpu")
    assert (detail.pool.slots, detail.pool.used, detail.pool.description) == (
        3,
        2,
        "The two cards.",
    )
    assert [(one.task_id, one.state) for one in detail.tasks] == [
        ("a", "running"),
        ("b", "scheduled"),
    ]


def test_more_slots_let_a_waiting_task_go_at_once(
    database: Database, ana: Commands, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    ana.set_pool("gpu", 0)
    start_run(database, a_dag(tasks=GPU))
    scheduler = make_scheduler()
    scheduler.tick()
    assert hands.running == []
    changes = database.changes()
    ana.set_pool("gpu", -1)
    assert changes.has_changed()  # which wakes the scheduler
    changes.close()
    scheduler.tick()
    assert hands.running == ["a", "b"]


def test_a_pool_that_tasks_wait_for_and_nobody_made_is_listed_as_missing(
    database: Database, make_scheduler: MakeScheduler
) -> None:
    start_run(database, a_dag(tasks=GPU))
    make_scheduler().tick()
    assert [(p.name, p.exists, p.waiting) for p in pool_list(database)] == [
        ("default_pool", True, 0),
        ("gpu", False, 2),
    ]


def test_what_is_not_said_of_a_pool_stays(database: Database, ana: Commands) -> None:
    ana.set_pool("gpu", 1, "Cards.", include_deferred=True)
    ana.set_pool("gpu", 2)
    pool = pool_detail(database, "gpu").pool
    assert (pool.slots, pool.description, pool.include_deferred) == (2, "Cards.", True)


def test_a_pool_in_use_is_not_deleted(
    database: Database, ana: Commands, make_scheduler: MakeScheduler
) -> None:
    ana.set_pool("gpu", 3)
    start_run(database, a_dag(tasks=GPU))
    with pytest.raises(RequestError, match=r"2 unfinished tasks name it \(d.a, d.b\)"):
        ana.delete_pool("gpu")


def test_a_deleted_pool_says_who_will_miss_it(database: Database, ana: Commands) -> None:
    save(database, a_dag(tasks=GPU))
    ana.set_pool("gpu", 3)
    answer = ana.answer(ana.delete_pool("gpu"), 0)
    assert answer is not None
    assert "Tasks of d name it" in answer.message


def test_a_pool_that_is_not_there_is_answered_with_the_closest(ana: Commands) -> None:
    ana.set_pool("gpu", 1)
    with pytest.raises(NotFoundError, match="Did you mean 'gpu'"):
        ana.delete_pool("gpus")


@pytest.mark.parametrize("name", ["", "  ", " gpu", "x" * 300])
def test_a_name_that_cannot_be_is_refused(ana: Commands, name: str) -> None:
    with pytest.raises(RequestError, match="cannot be called"):
        ana.set_pool(name, 1)


def test_every_change_is_in_the_journal_with_its_user(
    database: Database, ana: Commands, clock: Clock
) -> None:
    ana.set_pool("gpu", 1)
    ana.delete_pool("gpu")
    with database.reading() as session:
        lines = [line for line in journal.after(session, 0) if line.kind == "request"]
    assert [(line.actor, line.data["verb"]) for line in lines] == [
        ("ana", "set_pool"),
        ("ana", "delete_pool"),
    ]
