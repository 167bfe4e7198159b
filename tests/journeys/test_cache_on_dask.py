"""Results that workers of a Dask cluster made stand for running tasks again, wherever their files
are.
"""

from __future__ import annotations

from pathlib import Path

from nbflow.views.runs import run_detail
from tests.journeys.test_bad_input import notebook
from tests.processes import Project

CACHED = """
from nbflow import DAG, NotebookOperator, task

with DAG("kept", cache=True):

    @task
    def many():
        import numpy as np
        return np.arange(100_000)

    @task
    def total(numbers):
        return int(numbers.sum())

    NotebookOperator(task_id="show", notebook="show.ipynb", parameters={"total": total(many())})
"""
CELLS = "import numpy as np\nnumbers = np.arange(100_000)"


def _tasks(project: Project, dag_id: str) -> tuple[str, dict[str, tuple[str | None, str]]]:
    """A run to its end: its id, and of each task the reason and the run its result is of."""
    run_id = str(project.json("dags", "trigger", dag_id)["run_id"])
    assert project.wait_for_run(dag_id, run_id) == "success"
    found: dict[str, tuple[str | None, str]] = {}
    for one in run_detail(project.database, dag_id, run_id).instances:
        found[one.task_id] = (one.reason, one.cached.run_id if one.cached else "")
    return run_id, found


def test_workers_results_are_used_again_from_a_store_that_is_a_url(
    project: Project, tmp_path: Path
) -> None:
    elsewhere = (tmp_path / "else where").as_uri()
    project.environment.update(NBFLOW_ARTIFACTS=elsewhere, NBFLOW_WORKERS="2")
    project.write("dags/kept.py", CACHED)
    project.write("dags/show.ipynb", notebook("print(f'{total=}')"))
    project.write(
        "dags/cells.ipynb",
        notebook(CELLS, "total = int(numbers.sum())\nprint(total)", tags=("cache",)),
    )
    project.start_scheduler("--executor", "dask")
    project.wait_for_dags("kept", "cells")
    for dag_id in ("kept", "cells"):
        first, made = _tasks(project, dag_id)
        _, again = _tasks(project, dag_id)
        assert set(made.values()) == {(None, "")}, made
        assert set(again.values()) == {("cached", first)}, again
