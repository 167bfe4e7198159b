"""Runs that the news of assets bring about."""

from __future__ import annotations

from nbflow.commands import Commands
from nbflow.core.assets import Asset, AssetExpression
from nbflow.core.dag import Dag, Task, TaskKind
from nbflow.core.timetables import AssetTimetable
from nbflow.store.database import Database
from tests.scheduler.conftest import MakeScheduler
from tests.scheduler.stage import (
    BAD,
    Clock,
    Hands,
    a_dag,
    run_ids,
    run_state,
    save,
    start_run,
)

A, B = Asset("a"), Asset("b", uri="s3://lake/b")


def producer(*assets: Asset, dag_id: str = "producer") -> Dag:
    task = Task("make", TaskKind.PYTHON, outlets=tuple(asset.to_json() for asset in assets))
    return a_dag(dag_id=dag_id, tasks=[task])


def consumer(waits_for: AssetExpression, dag_id: str = "consumer") -> Dag:
    return a_dag("use", dag_id=dag_id, timetable=AssetTimetable(waits_for).to_json())


def test_a_dag_runs_when_a_task_has_made_the_asset_it_waits_for(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    save(database, consumer(A))
    start_run(database, producer(A))
    scheduler = make_scheduler()
    scheduler.tick()
    assert run_ids(database, "consumer") == []
    hands.finish("make")
    scheduler.tick()
    assert hands.running == ["use"]
    (run_id,) = run_ids(database, "consumer")
    assert run_id.startswith("asset_triggered__")


def test_a_task_that_fails_has_made_nothing(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    save(database, consumer(A))
    start_run(database, producer(A))
    scheduler = make_scheduler()
    scheduler.tick()
    hands.finish("make", BAD)
    scheduler.tick()
    assert run_ids(database, "consumer") == []


def test_a_run_knows_the_events_that_brought_it_about(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    save(database, consumer(A))
    start_run(database, producer(A))
    scheduler = make_scheduler()
    scheduler.tick()
    hands.finish("make")
    scheduler.tick()
    order = next(order for order in hands.orders.values() if order.task.task_id == "use")
    (event,) = order.run.triggering_asset_events
    assert (event.asset, event.source_dag_id, event.source_task_id) == (A, "producer", "make")


def test_all_means_each_of_them_since_the_last_run(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    save(database, consumer(A & B))
    scheduler = make_scheduler()
    people = Commands(database, "ben", scheduler.clock)
    for asset, runs in ((A, 0), (A, 0), (B, 1), (B, 1), (A, 2)):
        people.emit(asset.name)
        scheduler.tick()
        assert len(run_ids(database, "consumer")) == runs
    events = [len(order.run.triggering_asset_events) for order in hands.orders.values()]
    assert sorted(events) == [2, 3]  # what came twice before the run is not lost


def test_any_means_one_of_them(database: Database, make_scheduler: MakeScheduler) -> None:
    save(database, consumer(A | B))
    scheduler = make_scheduler()
    for asset in (B, A):
        Commands(database, "ben", scheduler.clock).emit(asset.name)
        scheduler.tick()
    assert len(run_ids(database, "consumer")) == 2


def test_news_while_a_dag_is_paused_make_no_run_but_are_not_lost(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    save(database, consumer(A))
    scheduler = make_scheduler()
    people = Commands(database, "ben", scheduler.clock)
    people.pause("consumer")
    scheduler.tick()
    people.emit("a")
    scheduler.tick()
    people.unpause("consumer")
    scheduler.tick()
    assert run_ids(database, "consumer") == []
    people.emit("a")
    scheduler.tick()
    (order,) = hands.orders.values()
    assert len(order.run.triggering_asset_events) == 2


def test_a_dag_that_begins_to_wait_is_not_run_for_what_was_before(
    database: Database, make_scheduler: MakeScheduler, hands: Hands, clock: Clock
) -> None:
    save(database, producer(A))
    scheduler = make_scheduler()
    people = Commands(database, "ben", clock)
    people.emit("a")
    scheduler.tick()
    save(database, consumer(A))
    scheduler.tick()
    assert run_ids(database, "consumer") == []
    people.emit("a")
    scheduler.tick()
    (order,) = hands.orders.values()
    assert len(order.run.triggering_asset_events) == 1


def test_a_scheduler_that_dies_after_an_event_was_stored_loses_no_run(
    database: Database, make_scheduler: MakeScheduler, clock: Clock
) -> None:
    save(database, consumer(A))
    make_scheduler(schedules=False).tick()
    Commands(database, "ben", clock).emit("a")
    clock.pass_(minutes=1)
    make_scheduler(schedules=False).tick()  # stores the event, and dies before it looks
    assert run_ids(database, "consumer") == []
    clock.pass_(minutes=1)
    make_scheduler().tick()
    assert len(run_ids(database, "consumer")) == 1


def test_an_empty_task_with_outlets_makes_them_too(
    database: Database, make_scheduler: MakeScheduler
) -> None:
    save(database, consumer(A))
    empty = Task("make", TaskKind.EMPTY, outlets=(A.to_json(),))
    start_run(database, a_dag(dag_id="producer", tasks=[empty]))
    scheduler = make_scheduler()
    scheduler.tick()
    assert run_state(database, dag_id="producer") == "success"
    assert len(run_ids(database, "consumer")) == 1
