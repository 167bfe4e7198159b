"""`run_dag` as the users of `nbflow.testing` know it: DAGs run in this process, in waves, on every
real part.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

import nbflow
from nbflow import DAG, BashOperator, EmptyOperator, Param, task
from nbflow.core.errors import DefinitionError
from nbflow.testing import run_dag

VECTORS = Path(__file__).parents[1] / "vectors" / "dag_states.jsonl"
# `Any`: rows of JSON written by another program.
ROWS: list[dict[str, Any]] = [json.loads(line) for line in VECTORS.read_text().splitlines()]


def _body(row: dict[str, Any]) -> Callable[[], object]:
    def body() -> object:
        if row["outcome"] == "fail":
            raise ValueError("no")
        if row["outcome"] == "skip":
            raise nbflow.Skip("nothing to do")
        return row["follow"] if row["outcome"] == "branch" else row["outcome"] != "short_circuit"

    return body


def _dag(row: dict[str, Any]) -> DAG:
    kinds: dict[str, Any] = {"branch": task.branch, "short_circuit": task.short_circuit}
    with DAG("vector") as dag:
        made: dict[str, Any] = {}
        for one in row["tasks"]:
            decorate = kinds.get(one["outcome"], task)
            options = {"task_id": one["id"], "trigger_rule": one["trigger_rule"]}
            made[one["id"]] = decorate(**options)(_body(one))()
        for one in row["tasks"]:
            for upstream in one["upstream"]:
                made[upstream] >> made[one["id"]]
    return dag


@pytest.mark.parametrize("row", ROWS[::5], ids=lambda row: f"seed{row['seed']}")
def test_a_dag_written_with_decorators_ends_in_the_states_airflow_gave_it(
    row: dict[str, Any],
) -> None:
    result = run_dag(_dag(row))
    assert (result.states, result.state) == (row["states"], row["run_state"])


def test_values_go_from_task_to_task_as_they_are() -> None:
    with DAG("values") as dag:

        @task
        def make() -> object:
            return {"pair": (1, 2), "when": datetime(2026, 1, 1, tzinfo=timezone.utc)}

        @task
        def read(found: dict[str, Any]) -> str:
            return f"{found['pair']} {found['when']:%Y}"

        read(make())
    assert run_dag(dag).values["read"] == "(1, 2) 2026"


def test_the_time_between_tries_is_not_waited_for() -> None:
    tries: list[int] = []
    with DAG("tries") as dag:

        @task(retries=2, retry_delay=3600)
        def thrice() -> None:
            tries.append(1)
            if len(tries) < 3:
                raise ValueError("not yet")

        thrice()
    result = run_dag(dag)
    assert (result.state, result.task("thrice").try_number, len(tries)) == ("success", 3, 3)


def test_a_failure_says_what_was_raised_and_where() -> None:
    with DAG("fails") as dag:

        @task
        def divide() -> float:
            return 1 / 0

        divide()
    divided = run_dag(dag).task("divide")
    assert (divided.state, divided.reason) == ("failed", "task_error")
    assert "ZeroDivisionError" in divided.message
    assert "return 1 / 0" in divided.traceback


def test_fail_is_final_whatever_retries_are_left() -> None:
    with DAG("final") as dag:

        @task(retries=5)
        def give_up() -> None:
            raise nbflow.Fail("no use")

        give_up()
    result = run_dag(dag).task("give_up")
    assert (result.state, result.reason, result.try_number) == ("failed", "failed_by_call", 1)


def test_params_reach_templates_and_functions() -> None:
    with DAG("params", params={"n": Param(1, type="integer")}) as dag:
        BashOperator(task_id="shell", bash_command="echo {{ params.n }} {{ ds }}")

        @task
        def double(params: dict[str, int]) -> int:
            return 2 * params["n"]

        double()
    day = datetime(2026, 3, 4, tzinfo=timezone.utc)
    values = run_dag(dag, params={"n": 21}, logical_date=day).values
    assert values == {"shell": "21 2026-03-04", "double": 42}


def test_params_that_break_their_schema_are_all_told_before_anything_runs() -> None:
    with DAG("params", params={"n": Param(1, type="integer")}) as dag:
        EmptyOperator(task_id="a")
    with pytest.raises(DefinitionError) as caught:
        run_dag(dag, params={"n": "many", "m": 1})
    assert len(caught.value.problems) == 2


def test_what_a_task_prints_is_its_log() -> None:
    with DAG("log") as dag:

        @task
        def speak() -> None:
            print("hello")  # noqa: T201 - what is tested

        speak()
    assert run_dag(dag).task("speak").log == "hello\n"


def test_a_dag_without_tasks_succeeds() -> None:
    with DAG("empty") as dag:
        pass
    assert (run_dag(dag).state, run_dag(dag).states) == ("success", {})


def test_the_same_dag_runs_on_dask() -> None:
    with DAG("far") as dag:

        @task
        def one() -> int:
            return 1

        @task
        def more(n: int) -> int:
            return n + 1

        more(one())
    assert run_dag(dag, executor="dask").values == {"one": 1, "more": 2}
