"""Functions in another Python, from end to end."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from nbflow import DAG, ExternalPythonOperator, PythonVirtualenvOperator, task
from nbflow.authoring.environments import source_of
from nbflow.testing import run_dag


def test_a_function_runs_in_another_python_with_its_arguments_and_plain_context() -> None:
    with DAG("d", params={"size": 2}) as dag:

        @task.external_python(python=sys.executable)
        def there(n: int, ds: str, params: dict[str, int]) -> dict[str, Any]:
            import os

            print("in", os.getpid())  # noqa: T201 - goes to the log
            return {"n": n * params["size"], "ds": ds, "pid": os.getpid()}

        @task
        def here(made: dict[str, Any]) -> object:
            return made["n"]

        here(there(21))
    result = run_dag(dag)
    assert (result.state, result.values["here"]) == ("success", 42)
    value = result.task("there").value
    assert isinstance(value, dict)
    assert f"in {value['pid']}" in result.task("there").log


def test_what_fails_there_fails_here_with_its_traceback_in_the_log() -> None:
    def breaks() -> None:
        raise ValueError("not today")

    with DAG("d") as dag:
        ExternalPythonOperator(task_id="a", python=sys.executable, python_callable=breaks)
    result = run_dag(dag)
    assert result.state == "failed"
    assert "ValueError: not today" in result.task("a").log


def test_an_exit_code_may_skip() -> None:
    def leave() -> None:
        import sys

        sys.exit(7)

    with DAG("d") as dag:
        ExternalPythonOperator(task_id="a", python_callable=leave, skip_on_exit_code=7)
    assert run_dag(dag).states == {"a": "skipped"}


def test_objects_of_the_worker_do_not_travel() -> None:
    def asks(ti: object) -> object:
        return ti

    with DAG("d") as dag:
        ExternalPythonOperator(task_id="a", python_callable=asks)
    assert "asks for 'ti'" in run_dag(dag).task("a").message


def test_a_python_that_is_not_there_is_told() -> None:
    with DAG("d") as dag:
        ExternalPythonOperator(task_id="a", python="/no/python", python_callable=print)
    assert run_dag(dag).state == "failed"


def test_an_environment_is_made_once_for_its_requirements(tmp_path: Path) -> None:
    with DAG("d") as dag:

        @task.virtualenv(venv_cache_path=tmp_path)
        def where() -> str:
            import sys

            return sys.prefix

        first = where()

        def again() -> str:
            import sys

            return sys.prefix

        second = PythonVirtualenvOperator(
            task_id="again", python_callable=again, venv_cache_path=tmp_path
        )
        first >> second
    values = run_dag(dag).values
    assert values["where"] == values["again"]
    assert str(values["where"]).startswith(str(tmp_path))
    assert len(list(tmp_path.iterdir())) == 1


def test_decorators_and_annotations_stay_behind() -> None:
    @task.external_python(python="python3")
    def f(a: Path, *, b: int = 1) -> Path:
        return a / str(b)

    assert source_of(f.function) == "def f(a, *, b=1):\n    return a / str(b)"
    assert source_of(print) is None
