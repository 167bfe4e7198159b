"""Other DAGs in a test: triggered, waited for, found in the file of the tested one."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from nbflow import DAG, BashOperator, ExternalTaskSensor, TriggerDagRunOperator, task
from nbflow.testing import run_dag

DAY = datetime(2026, 3, 2, tzinfo=timezone.utc)

with DAG("shop_child") as child:

    @task
    def doubled(params: dict[str, int]) -> int:
        return 2 * params.get("n", 0)

    doubled()

with DAG("shop_parent") as parent:
    TriggerDagRunOperator(
        task_id="ask", trigger_dag_id="shop_child", conf={"n": 4}, wait_for_completion=True
    )


def test_a_dag_of_the_same_file_is_triggered_and_waited_for() -> None:
    found = run_dag(parent)
    assert found.states == {"ask": "success"}
    (other,) = found.others
    assert (other.dag_id, other.state, other.values) == ("shop_child", "success", {"doubled": 8})


def test_a_run_that_is_only_triggered_ends_before_the_test_does() -> None:
    with DAG("p") as dag:
        TriggerDagRunOperator(task_id="ask", trigger_dag_id="shop_child", conf={"n": 1})
    (other,) = run_dag(dag, dags=[child]).others
    assert (other.state, other.values) == ("success", {"doubled": 2})


def test_a_run_that_is_waited_for_is_made_for_the_date_it_is_waited_for() -> None:
    with DAG("source") as source:
        BashOperator(task_id="make", bash_command="echo {{ ds }}")
    with DAG("d") as dag:
        ExternalTaskSensor(
            task_id="wait",
            external_dag_id="source",
            external_task_id="make",
            execution_delta=timedelta(days=1),
        )
    found = run_dag(dag, dags=[source], logical_date=DAY)
    assert found.state == "success"
    assert [one.values for one in found.others] == [{"make": "2026-03-01"}]


def test_a_run_that_fails_fails_who_waits_for_it() -> None:
    with DAG("source") as source:
        BashOperator(task_id="make", bash_command="exit 1")
    with DAG("d") as dag:
        ExternalTaskSensor(
            task_id="wait",
            external_dag_id="source",
            external_task_id="make",
            failed_states=["failed"],
        )
    found = run_dag(dag, dags=[source])
    assert (found.state, [one.state for one in found.others]) == ("failed", ["failed"])


def test_other_dags_run_side_by_side_without_waves_too() -> None:
    found = run_dag(parent, waves=False)
    assert [one.state for one in (found, *found.others)] == ["success", "success"]
