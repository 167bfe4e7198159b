"""Results that workers of a Dask cluster made stand for running tasks again, wherever their files
are.
"""

from __future__ import annotations

import time
from pathlib import Path

from nbflow.views.cache import cache_list
from nbflow.views.runs import run_detail
from nbflow.views.shapes import TaskInstanceView
from tests.journeys.test_bad_input import notebook
from tests.processes import DEADLINE, Project

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


def _run(project: Project, dag_id: str, *options: str) -> list[TaskInstanceView]:
    """The tasks of a run that has succeeded."""
    run_id = str(project.json("dags", "trigger", dag_id, *options)["run_id"])
    assert project.wait_for_run(dag_id, run_id) == "success"
    return run_detail(project.database, dag_id, run_id).instances


def _kept_run(project: Project, dag_id: str) -> str:
    """A run whose results are all kept, which they are once the workers have told what is installed
    where they are.
    """
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        made = _run(project, dag_id, "--no-cache")
        assert {one.reason for one in made} == {None}
        kept = cache_list(project.database, dag_id).results
        runs = {one.run_id for one in kept}
        if len(kept) == len(made) and len(runs) == 1:
            return runs.pop()
    raise AssertionError("The workers have not told what is installed.")


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
        first = _kept_run(project, dag_id)
        for one in _run(project, dag_id):
            assert one.reason == "cached"
            assert one.cached is not None
            assert one.cached.run_id == first
