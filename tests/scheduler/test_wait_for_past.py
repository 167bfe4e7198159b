"""`depends_on_past` and `wait_for_downstream` through the scheduler, and the deadlocks they must
not lead to.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from nbflow.commands import Commands
from nbflow.core.dag import Dag, Task, TaskKind
from nbflow.core.orders import Outcome
from nbflow.core.snapshot import DagRun
from nbflow.core.states import RunType
from nbflow.scheduler.loop import Scheduler
from nbflow.store import dags, runs
from nbflow.store.database import Database
from tests.scheduler.conftest import MakeScheduler
from tests.scheduler.stage import (
    BAD,
    OK,
    START,
    Hands,
    a_dag,
    run_state,
    save,
    start_run,
    states,
)

PAST = Task("a", TaskKind.PYTHON, depends_on_past=True)


def on_days(database: Database, dag: Dag, *days: int, run_type: RunType = RunType.MANUAL) -> None:
    """A run `r<day>` for each of these days."""
    save(database, dag)
    with database.transaction() as session:
        stored = dags.current_version(session, dag.dag_id)
        assert stored is not None
        for day in days:
            when = START + timedelta(days=day)
            run = DagRun(
                dag.dag_id,
                f"r{day}",
                run_type=run_type,
                run_after=when,
                logical_date=when,
                created_at=START,
            )
            runs.create_run(session, run, stored.version_id, dag)


def running_in(hands: Hands) -> list[str]:
    orders = [hands.orders[attempt] for attempt in hands.live]
    return sorted(f"{order.run.run_id}.{order.task.task_id}" for order in orders)


def finish(scheduler: Scheduler, hands: Hands, task_id: str, outcome: Outcome = OK) -> None:
    hands.finish(task_id, outcome)
    scheduler.tick()
    scheduler.tick()


def test_a_task_waits_for_itself_in_the_previous_run(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    on_days(database, a_dag("a>b", tasks=[PAST]), 1, 2, 3)
    scheduler = make_scheduler()
    scheduler.tick()
    assert running_in(hands) == ["r1.a"]
    finish(scheduler, hands, "a")
    assert running_in(hands) == ["r1.b", "r2.a"]


def test_the_order_is_that_of_logical_dates(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    on_days(database, a_dag(tasks=[PAST]), 3, 1, 2)
    make_scheduler().tick()
    assert running_in(hands) == ["r1.a"]


def test_wait_for_downstream_waits_for_the_next_tasks_there_too(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    task = Task("a", TaskKind.PYTHON, wait_for_downstream=True)
    on_days(database, a_dag("a>b", tasks=[task]), 1, 2)
    scheduler = make_scheduler()
    scheduler.tick()
    finish(scheduler, hands, "a")
    assert running_in(hands) == ["r1.b"]
    finish(scheduler, hands, "b")
    assert running_in(hands) == ["r2.a"]


def test_an_empty_task_waits_for_its_past_as_well(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    gate = Task("gate", TaskKind.EMPTY, depends_on_past=True)
    on_days(database, a_dag("before>gate", "gate>after", tasks=[gate]), 1, 2)
    scheduler = make_scheduler()
    scheduler.tick()
    second = next(a for a in hands.live if hands.orders[a].run.run_id == "r2")
    hands.end(second)
    scheduler.tick()
    assert running_in(hands) == ["r1.before"]
    finish(scheduler, hands, "before")
    assert running_in(hands) == ["r1.after", "r2.after"]


def test_a_dag_that_catches_up_does_not_count_runs_that_people_asked_for(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    dag = a_dag(tasks=[PAST], catchup=True)
    on_days(database, dag, 1, 3, run_type=RunType.SCHEDULED)
    on_days(database, dag, 2)
    scheduler = make_scheduler()
    scheduler.tick()
    finish(scheduler, hands, "a", outcome=BAD)
    assert run_state(database, "r1") == "failed"
    assert running_in(hands) == []


def test_a_cleared_run_goes_before_the_run_that_waits_for_it(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    """Airflow comes to a stop here: the cleared run waits for the place of the one that waits for
    it.
    """
    on_days(database, a_dag(tasks=[PAST], max_active_runs=1), 1, 2, 3)
    scheduler = make_scheduler()
    scheduler.tick()
    finish(scheduler, hands, "a", outcome=BAD)
    assert (run_state(database, "r1"), run_state(database, "r2")) == ("failed", "running")
    assert running_in(hands) == []

    Commands(database, "ana").clear("d", "r1", ["a"])
    scheduler.tick()
    assert running_in(hands) == ["r1.a"]
    assert (run_state(database, "r2"), states(database, "r2")) == ("queued", {"a": "none"})
    for run_id in ("r1", "r2", "r3"):
        assert running_in(hands) == [f"{run_id}.a"]
        finish(scheduler, hands, "a")
        assert run_state(database, run_id) == "success"


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_no_order_of_clearing_comes_to_a_stop(
    database: Database, make_scheduler: MakeScheduler, hands: Hands, limit: int
) -> None:
    task = Task("a", TaskKind.PYTHON, wait_for_downstream=True)
    on_days(database, a_dag("a>b", tasks=[task], max_active_runs=limit), 1, 2, 3, 4)
    scheduler = make_scheduler()
    scheduler.tick()
    work_off(scheduler, hands)
    for cleared in ("r3", "r1", "r2"):
        Commands(database, "ana").clear("d", cleared, ["a", "b"])
        scheduler.tick()
    work_off(scheduler, hands)
    assert {run_state(database, f"r{n}") for n in (1, 2, 3, 4)} == {"success"}


def work_off(scheduler: Scheduler, hands: Hands) -> None:
    """Let whatever runs succeed, until nothing is left to do."""
    scheduler.tick()
    while hands.live:
        for task_id in hands.running:
            hands.finish(task_id)
        scheduler.tick()
        scheduler.tick()


def test_a_run_that_can_do_something_keeps_its_place(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    on_days(database, a_dag("free", tasks=[PAST], max_active_runs=1), 1, 2)
    scheduler = make_scheduler()
    scheduler.tick()
    hands.finish("a", BAD)
    finish(scheduler, hands, "free")
    assert running_in(hands) == ["r2.free"]
    Commands(database, "ana").clear("d", "r1", ["a"])
    scheduler.tick()
    assert (run_state(database, "r1"), running_in(hands)) == ("queued", ["r2.free"])
    finish(scheduler, hands, "free")
    assert running_in(hands) == ["r1.a"]


def test_nothing_gives_way_to_a_run_that_came_later(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    on_days(database, a_dag(tasks=[PAST], max_active_runs=1), 1, 2, 3)
    scheduler = make_scheduler()
    scheduler.tick()
    finish(scheduler, hands, "a", outcome=BAD)
    assert (run_state(database, "r2"), run_state(database, "r3")) == ("running", "queued")


def test_a_restart_finds_what_the_past_holds_back(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    start_run(database, a_dag(tasks=[PAST]), "first")
    on_days(database, a_dag(tasks=[PAST]), 5)
    first = make_scheduler()
    first.tick()
    first.leader.step_down()
    second = make_scheduler()
    second.tick()
    assert running_in(hands) == ["first.a"]
    finish(second, hands, "a")
    assert running_in(hands) == ["r5.a"]
