"""`nbflow values`: what tasks handed on."""

from __future__ import annotations

from tests.cli.conftest import Nbflow
from tests.processes import Project

BIG = """
from nbflow import DAG, task

with DAG("big"):

    @task
    def large():
        return "x" * 5000

    large()
"""


def test_values_of_a_run_are_listed_and_shown(ran: Project, nbflow: Nbflow) -> None:
    (one,) = nbflow("values", "list", "hello", "--output", "json").json["values"]
    found = (one["task_id"], one["key"], one["type"], one["preview"])
    assert found == ("greet", "return_value", "json", "5")
    assert nbflow("values", "show", "hello", "greet").out == "5\n"
    shown = nbflow("values", "show", "hello", "greet", "-o", "json").json
    assert (shown["kind"], shown["json"]) == ("json", 5)


def test_a_value_that_is_not_there_is_told_with_those_there_are(
    ran: Project, nbflow: Nbflow
) -> None:
    wrong = nbflow("values", "show", "hello", "greet", "retrun_value")
    assert "handed on no 'retrun_value'. Did you mean 'return_value'?" in wrong.err
    assert "handed on nothing" in nbflow("values", "show", "hello", "count").err


def test_a_value_over_the_limit_of_the_project_fails_its_task_with_the_fix(
    project: Project, nbflow: Nbflow
) -> None:
    project.write("nbflow.toml", "max_value_size = 2000\n")
    project.write("dags/big.py", BIG)
    done = nbflow("run", "big", "--output", "json")
    assert done.code == 1
    assert "max_value_size = 5002 in nbflow.toml" in done.json["tasks"][0]["message"]
