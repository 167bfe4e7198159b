"""One scheduler, tick by tick: from a waiting run to its end, on both databases."""

from __future__ import annotations

from nbflow.commands import Commands
from nbflow.core.dag import Task, TaskKind
from nbflow.core.json import JsonObject
from nbflow.core.orders import Outcome, ValueRef
from nbflow.core.retries import RetryPolicy
from nbflow.core.states import TaskState
from nbflow.store import journal, pools, requests
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
    states,
)


def test_a_waiting_run_begins_and_its_roots_go_to_the_executor(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    start_run(database, a_dag("a>c", "b>c"))
    make_scheduler().tick()
    assert (run_state(database), hands.running) == ("running", ["a", "b"])


def test_a_success_starts_the_next_task_in_the_same_tick(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    start_run(database, a_dag("a>b"))
    scheduler = make_scheduler()
    scheduler.tick()
    hands.finish("a")
    scheduler.tick()
    assert hands.running == ["b"]
    hands.finish("b")
    scheduler.tick()
    assert (run_state(database), states(database)) == ("success", {"a": "success", "b": "success"})


def test_reports_are_acknowledged_only_after_they_are_stored(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    start_run(database, a_dag("a"))
    scheduler = make_scheduler()
    scheduler.tick()
    hands.finish("a")
    assert len(hands.drain()) == 2
    scheduler.tick()
    assert hands.drain() == []
    assert states(database) == {"a": "success"}


def test_a_value_made_in_this_tick_reaches_the_task_started_in_it(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    reader = Task("b", TaskKind.PYTHON, reads=("a",))
    start_run(database, a_dag("a>b", tasks=[reader]))
    scheduler = make_scheduler()
    scheduler.tick()
    made = Outcome(TaskState.SUCCESS, values={"return_value": ValueRef("json", 5)})
    hands.finish("a", made)
    scheduler.tick()
    order = hands.orders[next(iter(hands.live))]
    assert order.values["a"]["return_value"].json == 5


def test_a_failed_task_is_tried_again_when_its_delay_is_over(
    database: Database, make_scheduler: MakeScheduler, hands: Hands, clock: Clock
) -> None:
    start_run(database, a_dag(tasks=[Task("a", TaskKind.PYTHON, retry=RetryPolicy(retries=1))]))
    scheduler = make_scheduler()
    scheduler.tick()
    hands.finish("a", BAD)
    due = scheduler.tick()
    assert states(database) == {"a": "up_for_retry"}
    assert hands.running == []
    clock.pass_(minutes=5)
    assert due <= clock.now
    scheduler.tick()
    assert hands.running == ["a"]


def test_a_pool_lets_in_only_as_many_as_it_has_slots(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    with database.transaction() as session:
        pools.save(session, pools.Pool("small", 2))
    names = ["a", "b", "c"]
    start_run(database, a_dag(tasks=[Task(n, TaskKind.PYTHON, pool="small") for n in names]))
    scheduler = make_scheduler()
    scheduler.tick()
    assert hands.running == ["a", "b"]
    hands.finish("a")
    scheduler.tick()
    assert hands.running == ["b", "c"]


def test_heavier_tasks_go_first_and_older_runs_before_younger(
    database: Database, make_scheduler: MakeScheduler, clock: Clock
) -> None:
    heavy = Task("heavy", TaskKind.PYTHON, priority_weight=9)
    dag = a_dag("light", tasks=[heavy])
    start_run(database, dag, "old")
    clock.pass_(seconds=1)
    start_run(database, dag, "young", clock.now)
    hands = Hands(slots=3)
    make_scheduler(hands).tick()
    started = [(o.run.run_id, o.task.task_id) for o in hands.orders.values()]
    assert started == [("old", "heavy"), ("young", "heavy"), ("old", "light")]


def test_a_run_takes_no_more_places_than_its_dag_allows(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    start_run(database, a_dag("a", "b", "c", max_active_tasks=2))
    make_scheduler().tick()
    assert hands.running == ["a", "b"]


def test_runs_beyond_max_active_runs_wait_and_the_oldest_goes_first(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    dag = a_dag("a", max_active_runs=1)
    start_run(database, dag, "first")
    start_run(database, dag, "second")
    scheduler = make_scheduler()
    scheduler.tick()
    assert [run_state(database, r) for r in ("first", "second")] == ["running", "queued"]
    hands.finish("a")
    scheduler.tick()
    scheduler.tick()
    assert [run_state(database, r) for r in ("first", "second")] == ["success", "running"]


def test_a_triggered_run_gets_the_params_it_was_asked_for(
    database: Database, make_scheduler: MakeScheduler, hands: Hands, clock: Clock
) -> None:
    save(database, a_dag("a", params={"n": {"default": 1, "schema": {"type": "integer"}}}))
    receipt = Commands(database, "ana", clock).trigger("d", {"n": 7})
    make_scheduler().tick()
    order = next(iter(hands.orders.values()))
    assert (order.run.run_id, order.run.params) == (receipt.run_id, {"n": 7})


def test_a_cancelled_run_ends_what_runs_and_starts_nothing_more(
    database: Database, make_scheduler: MakeScheduler, hands: Hands, clock: Clock
) -> None:
    start_run(database, a_dag("a>b"))
    scheduler = make_scheduler()
    scheduler.tick()
    Commands(database, "ana", clock).cancel("d", "r")
    scheduler.tick()
    assert hands.cancelled == ["a"]
    scheduler.tick()
    assert (run_state(database), states(database)) == (
        "cancelled",
        {"a": "cancelled", "b": "cancelled"},
    )


def test_a_cleared_failure_runs_again_and_leaves_finished_work_alone(
    database: Database, make_scheduler: MakeScheduler, hands: Hands, clock: Clock
) -> None:
    start_run(database, a_dag("a>b", "b>c"))
    scheduler = make_scheduler()
    scheduler.tick()
    hands.finish("a")
    scheduler.tick()
    hands.finish("b", BAD)
    scheduler.tick()
    assert run_state(database) == "failed"
    receipt = Commands(database, "ana", clock).clear("d", "r")
    assert [key[0] for key in receipt.keys] == ["b", "c"]
    scheduler.tick()
    assert hands.running == ["b"]
    assert hands.ever_started == ["a", "b", "b"]


def test_a_refused_request_says_why_and_stops_nothing(
    database: Database, make_scheduler: MakeScheduler, clock: Clock
) -> None:
    payload: JsonObject = {"dag_id": "nowhere", "run_id": "r", "params": {}}
    with database.transaction() as session:
        asked = requests.put(session, "trigger", payload, "ana", clock.now)
        senseless = requests.put(session, "dance", {}, "ana", clock.now)
    make_scheduler().tick()
    with database.reading() as session:
        asked_for = [requests.read(session, one) for one in (asked, senseless)]
    answers = [(one.answer.outcome, one.answer.message) for one in asked_for if one and one.answer]
    assert answers == [
        ("refused", "There is no DAG 'nowhere'."),
        ("refused", "There is no request called 'dance'."),
    ]


def test_every_state_change_is_a_line_of_the_journal_in_order(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    start_run(database, a_dag("a"))
    scheduler = make_scheduler()
    scheduler.tick()
    scheduler.tick()
    hands.finish("a")
    scheduler.tick()
    with database.reading() as session:
        lines = journal.after(session, 0)
    told = [(line.kind, line.state) for line in lines if line.kind in ("run", "task")]
    assert told == [
        ("run", "running"),
        ("task", "scheduled"),
        ("task", "queued"),
        ("task", "running"),
        ("task", "success"),
        ("run", "success"),
    ]


def test_a_run_that_takes_longer_than_its_limit_is_ended_and_fails(
    database: Database, make_scheduler: MakeScheduler, hands: Hands, clock: Clock
) -> None:
    start_run(database, a_dag("a>b", run_timeout=60.0))
    scheduler = make_scheduler()
    due = scheduler.tick()
    clock.pass_(seconds=61)
    assert due <= clock.now
    scheduler.tick()
    scheduler.tick()
    assert hands.cancelled == ["a"]
    assert run_state(database) == "failed"


def test_a_paused_dag_gets_no_new_scheduled_runs(
    database: Database, make_scheduler: MakeScheduler, clock: Clock
) -> None:
    save(database, a_dag("a", timetable={"kind": "cron", "cron": "0 * * * *", "timezone": "UTC"}))
    Commands(database, "ana", clock).pause("d")
    scheduler = make_scheduler()
    clock.pass_(hours=5)
    scheduler.tick()
    assert run_ids(database) == []
