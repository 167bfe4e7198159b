"""Params in tasks, end to end: the task's own, passwords, and what a run is given."""

from __future__ import annotations

from nbflow import DAG, BashOperator, Param, task
from nbflow.testing import run_dag

PASSWORD = "hunter2-hunter3"


def test_a_tasks_own_params_stand_before_the_dags_and_behind_the_runs() -> None:
    with DAG("d", params={"region": "EU", "rows": 1}) as dag:

        @task(params={"region": "US", "own": Param(5, type="integer")})
        def read(params: dict[str, object]) -> list[object]:
            return [params["region"], params["rows"], params["own"]]

        read()
        BashOperator(task_id="shell", bash_command="echo {{ params.region }}")
    assert run_dag(dag).values == {"read": ["US", 1, 5], "shell": "EU"}
    assert run_dag(dag, params={"region": "JP", "rows": 2}).values["read"] == ["JP", 2, 5]


def test_a_param_that_does_not_exist_is_told_with_those_that_do() -> None:
    with DAG("d", params={"region": "EU"}) as dag:

        @task
        def read(params: dict[str, object]) -> object:
            return params["regoin"]

        read()
    assert "no param 'regoin', only region" in run_dag(dag).task("read").message


def test_a_password_is_given_to_the_task_and_shown_to_nobody() -> None:
    with DAG("d", params={"login": Param("", type="string", format="password")}) as dag:

        @task
        def use(params: dict[str, str]) -> int:
            print(f"logging in with {params['login']}")  # noqa: T201 - to the log
            return len(params["login"])

        use()
        BashOperator(task_id="shell", bash_command="echo {{ params.login }}")
    result = run_dag(dag, params={"login": PASSWORD})
    assert result.values["use"] == len(PASSWORD)
    told = [result.task(name).log + str(result.task(name).rendered) for name in result.tasks]
    assert PASSWORD not in "".join(told)
    assert result.view.params == {"login": "***"}
