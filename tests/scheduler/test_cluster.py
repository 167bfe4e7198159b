"""The number of workers is changed by the scheduler, which has the executor, or refused by it."""

from __future__ import annotations

import pytest

from nbflow.commands import Commands
from nbflow.core.errors import RequestError
from nbflow.executors.base import Size
from nbflow.store import journal
from nbflow.store.database import Database
from nbflow.views.cluster import cluster_detail
from tests.scheduler.conftest import MakeScheduler
from tests.scheduler.stage import START, Hands, a_dag, start_run


def test_more_workers_are_asked_for_and_the_audit_says_by_whom(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    asking = Commands(database, "ann")
    receipt = asking.scale_cluster(1, 2)
    make_scheduler().tick()

    answer = asking.answer(receipt, 0)
    assert answer is not None
    assert (answer.outcome, answer.message) == (
        "done",
        "The cluster was told to have 1 to 2 workers, as needed.",
    )
    assert hands.size == Size(1, 2)
    with database.reading() as session:
        lines = journal.after(session, 0, 100)
    audit = [(line.actor, line.data["verb"]) for line in lines if line.kind == "request"]
    assert audit == [("ann", "scale")]


def test_what_the_executor_cannot_do_is_refused_with_its_reason(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    asking = Commands(database, "ann")
    receipt = asking.scale_cluster(7)
    make_scheduler().tick()

    answer = asking.answer(receipt, 0)
    assert answer is not None
    assert (answer.outcome, answer.message) == ("refused", "A person has two hands.")
    assert hands.size is None


@pytest.mark.parametrize("numbers", [(-1, None), (3, 2), (0, 0), (0, None), (1, 100_000)])
def test_numbers_that_cannot_be_are_refused_at_once(
    database: Database, numbers: tuple[int, int | None]
) -> None:
    with pytest.raises(RequestError):
        Commands(database).scale_cluster(*numbers)


def test_the_cluster_page_shows_what_runs_and_what_waits(
    database: Database, make_scheduler: MakeScheduler
) -> None:
    start_run(database, a_dag("a", "b"))
    scheduler = make_scheduler()
    for _ in range(2):
        scheduler.tick()

    found = cluster_detail(database, START)

    assert (found.kind, found.slots, found.scheduler.alive) == ("hands", 8, True)
    assert [(task.task_id, task.run_id, task.state) for task in found.tasks] == [
        ("a", "r", "running"),
        ("b", "r", "running"),
    ]
    assert (found.running, found.queued, found.waiting) == (2, 0, 0)
    assert found.scaling.can_scale


def test_before_a_scheduler_has_been_there_nothing_can_be_scaled(database: Database) -> None:
    found = cluster_detail(database, START)

    assert not found.scaling.can_scale
    assert "Start a scheduler" in found.scaling.reason
    assert found.workers == []
