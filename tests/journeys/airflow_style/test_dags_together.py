"""DAGs of Airflow's examples that start and watch each other, under a scheduler."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import Project, project_in

DAGS = Path(__file__).parent / "dags"
CONTROLLER = "example_trigger_controller_dag"
TARGET = "example_trigger_target_dag"
CHILD = "example_external_task_marker_child"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with project_in(tmp_path / "project") as made:
        file = "example_trigger_controller.py"
        made.write(f"dags/{file}", (DAGS / file).read_text())
        yield made


def test_a_dag_starts_another_and_a_third_waits_for_its_task(project: Project) -> None:
    project.start_scheduler("--executor", "inline")
    project.wait_for_dags(CONTROLLER, TARGET, CHILD)
    waiting = trigger(project, CHILD)
    controller = trigger(project, CONTROLLER)
    assert project.wait_for_run(CONTROLLER, controller) == "success"
    [target] = project.run_ids(TARGET)
    assert project.states(TARGET, target) == {"run_this": "success", "bash_task": "success"}
    assert project.wait_for_run(CHILD, waiting) == "success"
    shown = project.nbflow("tasks", "logs", TARGET, "bash_task").out
    assert "Here is the message: Hello World" in shown


def trigger(project: Project, dag_id: str) -> str:
    done = project.nbflow("dags", "trigger", dag_id, "--output", "json")
    assert done.code == 0, done.err
    return str(done.json["run_id"])
