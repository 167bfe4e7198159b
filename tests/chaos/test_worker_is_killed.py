"""A Dask worker, or the kernel of a notebook, dies under a task. That is nobody's mistake: the task
runs again without using up a retry of its author, and nothing else does.
"""

from __future__ import annotations

import json
import os
import signal

import psutil

from nbflow.core.json import Json, JsonObject
from nbflow.views.runs import task_instance_detail
from tests.chaos.conftest import on, start_work
from tests.executors.dask_processes import ExternalDask
from tests.ledger import Ledger
from tests.processes import Project, wait_for_ends

MANY = """
from nbflow import DAG, task
{ledger}

with DAG("work"):

    @task
    def quick(number):
        note(f"quick {{number}}")

    @task
    def during():
        note("during")
        pass_gate()

    @task
    def afterwards():
        note("afterwards")

    [quick.override(task_id=f"quick_{{n}}")(n) for n in range(6)] >> during() >> afterwards()
"""


def test_a_killed_dask_worker_costs_the_attempt_it_ran_and_nothing_else(
    project: Project, ledger: Ledger, dask: ExternalDask
) -> None:
    project.write("dags/work.py", MANY.format(ledger=ledger.code))
    workers = [dask.add_worker(threads=1) for _ in range(2)]
    project.start_scheduler(*on(dask))
    work = start_work(project)
    task = psutil.Process(ledger.wait_for("during"))

    above = {parent.pid for parent in task.parents()}
    [worker] = [one for one in workers if one.pid in above]
    os.kill(worker.pid, signal.SIGKILL)

    assert ledger.wait_for("during", times=2) != task.pid
    wait_for_ends([task])
    ledger.open_gate()
    assert work.end() == "success"
    once = [f"quick {number}" for number in range(6)]
    assert sorted(ledger.lines) == sorted([*once, "during", "during", "afterwards"])
    assert work.tries("during") == [("failed", "worker_lost"), ("success", None)]
    assert work.tries("quick_0") == [("success", None)]


def test_a_killed_kernel_is_told_as_such_and_its_task_runs_again(
    project: Project, ledger: Ledger
) -> None:
    notebook = a_notebook(
        (ledger.code, "setup"),
        ("note('before')\nx = 1", "task:before"),
        ("note('during')\npass_gate()\ny = x + 1", "task:during"),
        ("assert y == 2\nnote('afterwards')", "task:afterwards"),
    )
    project.write("dags/work.ipynb", json.dumps(notebook))
    project.start_scheduler("--executor", "inline")
    work = start_work(project)

    os.kill(ledger.wait_for("during"), signal.SIGKILL)
    ledger.wait_for("during", times=2)
    ledger.open_gate()

    assert work.end() == "success"
    assert ledger.lines == ["before", "during", "during", "afterwards"]
    assert work.tries("during") == [("failed", "kernel_died"), ("success", None)]
    first = task_instance_detail(project.database, "work", work.run_id, "during").tries[-1]
    assert "SIGKILL" in first.message


def a_notebook(*cells: tuple[str, str]) -> JsonObject:
    """A notebook DAG with one code cell for each source and tag."""
    made: list[Json] = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {"tags": [tag]},
            "execution_count": None,
            "outputs": [],
            "source": source,
        }
        for number, (source, tag) in enumerate(cells)
    ]
    spec: Json = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata: Json = {"kernelspec": spec, "nbflow": {"dag_id": "work"}}
    return {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
