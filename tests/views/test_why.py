"""Why a task does not run: the one condition that is not met, with its numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from nbflow.core.dag import Task, TaskKind
from nbflow.core.retries import RetryPolicy
from nbflow.scheduler.loop import Scheduler
from nbflow.store import pools
from nbflow.store.database import Database
from nbflow.store.pools import Pool
from nbflow.views.runs import task_instance_detail
from nbflow.views.shapes import Condition
from nbflow.views.why_limits import nth
from tests.scheduler.conftest import MakeScheduler
from tests.scheduler.stage import BAD, START, Clock, Hands, a_dag, start_run


def a_task(name: str, **fields: object) -> Task:
    return replace(Task(name, TaskKind.PYTHON), **fields)  # type: ignore[arg-type]  # names of fields of Task


class Desk:
    """Asks why a task waits, beside a scheduler."""

    def __init__(self, database: Database, scheduler: Scheduler, clock: Clock) -> None:
        self.database, self.scheduler, self.clock = database, scheduler, clock

    def look(self) -> None:
        """Let the scheduler look, and leave its picture of the executor."""
        self.clock.pass_(seconds=6)
        self.scheduler.tick()
        self.scheduler.tick()

    def unmet(self, task_id: str, run_id: str = "r", dag_id: str = "d") -> list[Condition]:
        detail = task_instance_detail(self.database, dag_id, run_id, task_id, now=self.clock())
        return [condition for condition in detail.why if not condition.met]

    def only(self, task_id: str, run_id: str = "r", dag_id: str = "d") -> tuple[str, str]:
        """The name and the words of the one condition that is not met."""
        [one] = self.unmet(task_id, run_id, dag_id)
        assert one.next_look
        return one.name, one.text


@pytest.fixture
def desk(database: Database, make_scheduler: MakeScheduler, clock: Clock) -> Desk:
    return Desk(database, make_scheduler(), clock)


def make_pool(database: Database, name: str, slots: int) -> None:
    with database.transaction() as session:
        pools.save(session, Pool(name, slots))


def test_a_full_pool_says_who_has_its_slots_and_how_long_the_line_is(
    database: Database, desk: Desk
) -> None:
    make_pool(database, "gpu", 4)
    slots = {"a": 2, "b": 1, "c": 2, "d": 2}
    weights = {"a": 9, "b": 8, "c": 7, "d": 6}
    tasks = [
        a_task(n, pool="gpu", pool_slots=s, priority_weight=weights[n]) for n, s in slots.items()
    ]
    start_run(database, a_dag(tasks=tasks))
    desk.look()
    assert desk.only("c") == (
        "pool",
        'Pool "gpu": 3 of 4 slots taken by a, b; this task needs 2; it is next in line.',
    )
    assert desk.only("d")[1].endswith(
        "slots taken by a, b, 1 kept for who is ahead; this task needs 2; it is 2nd in line."
    )


@pytest.mark.parametrize(
    ("place", "said"), [(1, "next"), (2, "2nd"), (11, "11th"), (21, "21st"), (113, "113th")]
)
def test_a_place_in_a_line_is_said_as_people_say_it(place: int, said: str) -> None:
    assert nth(place) == said


def test_holders_of_other_dags_are_named_with_these(database: Database, desk: Desk) -> None:
    make_pool(database, "gpu", 1)
    start_run(database, a_dag(dag_id="other", tasks=[a_task("x", pool="gpu")]))
    start_run(database, a_dag(tasks=[a_task("a", pool="gpu")]))
    desk.look()
    assert "1 of 1 slots taken by other.x" in desk.only("a")[1]


def test_a_pool_that_nobody_made_is_named_with_the_fix(database: Database, desk: Desk) -> None:
    start_run(database, a_dag(tasks=[a_task("a", pool="gpu")]))
    desk.look()
    assert "nbflow pools set gpu SLOTS" in desk.only("a")[1]


def test_a_task_that_can_never_fit_is_told_so(database: Database, desk: Desk) -> None:
    make_pool(database, "gpu", 1)
    start_run(database, a_dag(tasks=[a_task("a", pool="gpu", pool_slots=2)]))
    desk.look()
    assert "has 1 slots in all and this task needs 2, so it can never run" in desk.only("a")[1]


@pytest.mark.parametrize(
    ("of_dag", "of_task", "words"),
    [
        ({"max_active_tasks": 1}, {}, "1 of at most 1 tasks of this run are active"),
        ({"max_active_tasks_per_dag": 1}, {}, "1 of at most 1 tasks of this DAG, over all its"),
        ({}, {"max_active_tis_per_dag": 1}, "1 of at most 1 instances of this task, over all"),
    ],
)
def test_each_limit_names_itself_with_its_numbers(
    database: Database, desk: Desk, of_dag: dict[str, Any], of_task: dict[str, Any], words: str
) -> None:
    tasks = [a_task("a", **of_task), a_task("b")]
    dag = a_dag(tasks=tasks, **of_dag)
    start_run(database, dag, "first")
    start_run(database, dag, "second")
    desk.look()
    run = "first" if "max_active_tasks" in of_dag else "second"
    task_id = "b" if run == "first" else "a"
    name, text = desk.only(task_id, run)
    assert name == next(iter({**of_dag, **of_task}))
    assert words in text


def test_what_its_past_holds_back_is_not_ahead_in_the_line(
    database: Database, make_scheduler: MakeScheduler, clock: Clock
) -> None:
    desk = Desk(database, make_scheduler(Hands(slots=1)), clock)
    past = a_dag(dag_id="past", tasks=[a_task("p", depends_on_past=True, priority_weight=9)])
    for day in (1, 2, 3):
        start_run(database, past, f"day-{day}", now=START - timedelta(days=4 - day))
    start_run(database, a_dag("a"))
    desk.look()  # the first day's run has the place; the others wait for each other
    name, text = desk.only("a")
    assert (name, text) == (
        "executor",
        "The executor has no free place; this task is next in line.",
    )


def test_a_full_executor_says_so(
    database: Database, make_scheduler: MakeScheduler, clock: Clock
) -> None:
    desk = Desk(database, make_scheduler(Hands(slots=1)), clock)
    start_run(database, a_dag("a", "b", "c"))
    desk.look()
    assert desk.only("b") == (
        "executor",
        "The executor has no free place; this task is next in line.",
    )
    assert desk.only("c")[1].endswith("2nd in line.")


def test_the_past_is_named(database: Database, desk: Desk, hands: Hands) -> None:
    dag = a_dag(tasks=[a_task("a", depends_on_past=True)])
    start_run(database, dag, "first")
    start_run(database, dag, "second", START + timedelta(days=1))
    desk.look()
    assert desk.only("a", "second")[1] == (
        "It depends on its past: in the previous run first a is running."
    )
    hands.finish("a", BAD)
    desk.look()
    assert desk.only("a", "second")[1].endswith("in the previous run first a is failed.")


def test_a_queued_run_says_where_it_stands(database: Database, desk: Desk) -> None:
    dag = a_dag("a", max_active_runs=1)
    for n in range(3):
        start_run(database, dag, f"r{n}")
    desk.look()
    run, _ = desk.unmet("a", "r2")[0], None
    assert run.text == (
        "The run is queued: 1 of at most 1 runs of this DAG are running, and it is 2nd in line."
    )


def test_without_a_scheduler_that_is_what_is_said_first(
    database: Database, desk: Desk, clock: Clock
) -> None:
    start_run(database, a_dag("a"))
    assert "No scheduler is alive. Start one" in desk.unmet("a")[0].text
    desk.look()
    clock.pass_(minutes=5)
    assert [c.name for c in desk.unmet("a")] == []  # it runs by now
    start_run(database, a_dag("a"), "later")
    assert "the last one 300 s ago" in desk.unmet("a", "later")[0].text


def test_a_task_that_waits_for_its_next_try_says_when(
    database: Database, desk: Desk, hands: Hands
) -> None:
    start_run(database, a_dag(tasks=[a_task("a", retry=RetryPolicy(retries=1))]))
    desk.look()
    hands.finish("a", BAD)
    desk.look()
    assert "the next one is due at 2026-03-02 12:05" in desk.only("a")[1]
