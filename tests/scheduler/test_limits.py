"""The scheduler keeps every limit, counted over all runs from their rows."""

from __future__ import annotations

from dataclasses import replace

from nbflow.core.dag import Task, TaskKind
from nbflow.core.weights import WeightRule
from nbflow.store import pools
from nbflow.store.database import Database
from nbflow.store.pools import Pool
from tests.scheduler.conftest import MakeScheduler
from tests.scheduler.stage import Hands, a_dag, start_run


def a_task(name: str, **fields: object) -> Task:
    return replace(Task(name, TaskKind.PYTHON), **fields)  # type: ignore[arg-type]  # names of fields of Task


def make_pool(database: Database, name: str, slots: int) -> None:
    with database.transaction() as session:
        pools.save(session, Pool(name, slots))


def test_a_task_may_take_several_slots_of_a_pool(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    make_pool(database, "gpu", 4)
    tasks = [a_task(name, pool="gpu", pool_slots=3) for name in "ab"]
    start_run(database, a_dag(tasks=[*tasks, a_task("c")]))
    scheduler = make_scheduler()
    scheduler.tick()
    assert hands.running == ["a", "c"]
    hands.finish("a")
    scheduler.tick()
    assert hands.running == ["b", "c"]


def test_slots_are_counted_over_all_dags(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    make_pool(database, "gpu", 1)
    for dag_id in ("one", "two"):
        start_run(database, a_dag(dag_id=dag_id, tasks=[a_task(dag_id, pool="gpu")]))
    make_scheduler().tick()
    assert hands.running == ["one"]


def test_what_most_others_wait_for_goes_first(
    database: Database, make_scheduler: MakeScheduler
) -> None:
    hands = Hands(slots=1)
    start_run(database, a_dag("alone>end", "first>x", "x>y", "first>z"))
    make_scheduler(hands).tick()
    assert hands.running == ["first"]


def test_an_absolute_weight_is_the_tasks_own(
    database: Database, make_scheduler: MakeScheduler
) -> None:
    hands = Hands(slots=1)
    absolute = a_task("alone", priority_weight=5, weight_rule=WeightRule.ABSOLUTE)
    start_run(database, a_dag("first>x", "x>y", tasks=[absolute]))
    make_scheduler(hands).tick()
    assert hands.running == ["alone"]


def test_max_active_tasks_counts_each_run_apart(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    dag = a_dag("a", "b", "c", max_active_tasks=2)
    start_run(database, dag, "r1")
    start_run(database, dag, "r2")
    make_scheduler().tick()
    assert hands.running == ["a", "a", "b", "b"]


def test_max_active_tasks_per_dag_counts_all_its_runs(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    dag = a_dag("a", "b", "c", max_active_tasks_per_dag=4)
    start_run(database, dag, "r1")
    start_run(database, dag, "r2")
    make_scheduler().tick()
    assert hands.running == ["a", "a", "b", "c"]


def test_max_active_tis_per_dag_holds_a_task_in_all_runs_together(
    database: Database, make_scheduler: MakeScheduler, hands: Hands
) -> None:
    dag = a_dag("b", tasks=[a_task("a", max_active_tis_per_dag=1)])
    start_run(database, dag, "r1")
    start_run(database, dag, "r2")
    scheduler = make_scheduler()
    scheduler.tick()
    assert hands.running == ["a", "b", "b"]
    hands.finish("a")
    scheduler.tick()
    assert hands.running == ["a", "b", "b"]
