"""`nbflow tasks show`: what became of a task instance, and what its templates were."""

from __future__ import annotations

from tests.cli.conftest import Nbflow
from tests.processes import Project

DAG_FILE = """
from nbflow import DAG, BashOperator

with DAG("say", params={"name": "Ana"}):
    BashOperator(task_id="hello", bash_command="echo hello {{ params.name }}")
"""


def test_rendered_fields_and_values_are_shown(project: Project, nbflow: Nbflow) -> None:
    project.write("dags/say.py", DAG_FILE)
    nbflow("run", "say", "--store", str(project.database.url))
    shown = nbflow("tasks", "show", "say", "hello").out
    told = nbflow("tasks", "show", "say", "hello", "--output", "json").json
    assert "bash_command: echo hello Ana" in shown
    assert "hello Ana" in told["values"][0]["preview"]
    assert told["tries"][0]["rendered"]["bash_command"] == "echo hello Ana"
