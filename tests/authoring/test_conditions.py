"""What Airflow's files say of tasks besides: conditions, async functions, a log."""

from __future__ import annotations

import asyncio

import pytest

from nbflow import DAG, BaseOperator, Context, task
from nbflow.testing import run_dag


@pytest.mark.parametrize(("holds", "run_if", "skip_if"), [
    (True, "success", "skipped"), (False, "skipped", "success"),
])  # fmt: skip
def test_a_condition_over_a_task_decides_whether_it_runs(
    holds: bool, run_if: str, skip_if: str
) -> None:
    with DAG("d", params={"holds": holds}) as dag:

        @task.run_if(lambda context: context["params"]["holds"], "not today")
        @task(retries=1)
        def wants() -> int:
            return 1

        @task.skip_if(lambda context: context["params"]["holds"])
        @task.bash
        def shuns() -> str:
            return "echo 1"

        wants()
        shuns()
    found = run_dag(dag)
    assert found.states == {"wants": run_if, "shuns": skip_if}
    skipped = next(one for one in found.tasks.values() if one.state == "skipped")
    assert skipped.message == ("The condition of the task holds." if holds else "not today")


def test_conditions_stand_over_each_other_and_over_plain_functions() -> None:
    with DAG("d") as dag:

        @task.skip_if(lambda context: context["ds"] == "never")
        @task.run_if(lambda _: False, "the inner one")
        def f() -> None: ...

        f()
    assert run_dag(dag).task("f").message == "the inner one"


def test_each_instance_of_a_mapped_task_is_asked() -> None:
    with DAG("d") as dag:

        @task.run_if(lambda context: context["map_index"] == 1)
        @task
        def f(n: int) -> int:
            return n

        f.expand(n=[7, 8])
    assert run_dag(dag).states == {"f[0]": "skipped", "f[1]": "success"}


def test_an_async_function_is_awaited() -> None:
    with DAG("d") as dag:

        @task
        async def slow(n: int) -> int:
            await asyncio.sleep(0)
            return n + 1

        slow(1)
    assert run_dag(dag).values["slow"] == 2


def test_an_operator_has_a_logger() -> None:
    class Talks(BaseOperator):
        def execute(self, context: Context) -> None:
            self.log.info("hello from %s", self.task_id)

    with DAG("d") as dag:
        Talks(task_id="t")
    assert "hello from t" in run_dag(dag).task("t").log
