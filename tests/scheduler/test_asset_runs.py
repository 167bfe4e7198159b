"""Runs that the news of assets bring about."""

from __future__ import annotations

from dataclasses import replace

from nbflow.commands import Commands
from nbflow.core.assets import Asset, AssetAlias, AssetExpression, Emission
from nbflow.core.dag import Dag, Task, TaskKind
from nbflow.core.timetables import AssetOrTimeTimetable, AssetTimetable, CronTimetable
from nbflow.store.database import Database
from tests.scheduler.conftest import MakeScheduler
from tests.scheduler.stage import (
    BAD,
    OK,
    Clock,
    Hands,
    a_dag,
    run_ids,
    run_state,
    save,
    start_run,
)
from tests.scheduler.test_waiting import statements

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


def test_news_that_come_while_a_run_is_active_wait_and_become_one_run(
    database: Database, make_scheduler: MakeScheduler, hands: Hands, clock: Clock
) -> None:
    save(database, replace(consumer(A), overlap="skip", max_active_runs=1))
    scheduler = make_scheduler()
    for _ in range(3):
        Commands(database, "ben", clock).emit("a")
        scheduler.tick()
    assert len(run_ids(database, "consumer")) == 1
    hands.finish("use")
    scheduler.tick()
    scheduler.tick()
    assert len(run_ids(database, "consumer")) == 2
    events = [len(order.run.triggering_asset_events) for order in hands.orders.values()]
    assert events == [1, 2]


def test_newer_news_may_take_the_place_of_the_run_of_older_ones(
    database: Database, make_scheduler: MakeScheduler, clock: Clock
) -> None:
    save(database, replace(consumer(A), overlap="cancel_running", max_active_runs=1))
    scheduler = make_scheduler()
    for _ in range(2):
        Commands(database, "ben", clock).emit("a")
        scheduler.tick()
        scheduler.tick()
    older, newer = run_ids(database, "consumer")
    assert run_state(database, older, "consumer") == "cancelled"
    assert run_state(database, newer, "consumer") == "running"


def test_a_dag_may_run_by_the_clock_and_by_assets(
    database: Database, make_scheduler: MakeScheduler, clock: Clock
) -> None:
    both = AssetOrTimeTimetable(CronTimetable("0 * * * *"), A).to_json()
    save(database, replace(consumer(A), timetable=both), now=clock.now)
    scheduler = make_scheduler()
    Commands(database, "ben", clock).emit("a")
    scheduler.tick()
    clock.pass_(hours=1)
    scheduler.tick()
    kinds = {run_id.partition("__")[0] for run_id in run_ids(database, "consumer")}
    assert kinds == {"asset_triggered", "scheduled"}


def test_a_dag_scheduled_on_an_alias_runs_for_what_was_emitted_through_it(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    alias = AssetAlias("reports")
    save(database, consumer(alias))
    task = Task("make", TaskKind.PYTHON, outlets=(alias.to_json(),))
    start_run(database, a_dag(dag_id="producer", tasks=[task]))
    scheduler = make_scheduler()
    scheduler.tick()
    said = (Emission(Asset("monday"), {"pages": 3}, ("reports",)),)
    hands.finish("make", replace(OK, emissions=said))
    scheduler.tick()
    order = next(order for order in hands.orders.values() if order.task.task_id == "use")
    (event,) = order.run.triggering_asset_events
    assert (event.asset.name, event.extra, event.aliases) == ("monday", {"pages": 3}, ("reports",))


def test_a_tick_asks_no_more_of_the_store_for_many_dags_that_wait(
    database: Database, make_scheduler: MakeScheduler, clock: Clock
) -> None:
    def asked(dags: int) -> int:
        save(database, *(consumer(A & B, dag_id=f"c{n}") for n in range(dags)))
        scheduler = make_scheduler()
        scheduler.tick()
        Commands(database, "ben", clock).emit("a")
        with statements(database) as said:
            scheduler.tick()
        scheduler.leader.step_down()
        return len(said)

    assert asked(2) == asked(40)
