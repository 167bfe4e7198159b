"""Waiting across DAGs, people and schedulers that are killed, with real processes."""

from __future__ import annotations

from tests.journeys.test_first_project import INLINE
from tests.processes import DEADLINE, Project

PARENT = """
from nbflow import DAG, ApprovalOperator, TriggerDagRunOperator, task

with DAG("parent"):
    ask = ApprovalOperator(task_id="ask", subject="Run the child of {{ ds_nodash }}?")
    child = TriggerDagRunOperator(
        task_id="child", trigger_dag_id="child", conf={"size": "{{ params.size }}"},
        logical_date="{{ logical_date.isoformat() }}", wait_for_completion=True,
    )
    ask >> child
"""
CHILD = """
from nbflow import DAG, ExternalTaskSensor, FileSensor, task

with DAG("child"):

    @task
    def work(dag_run):
        print("child of size", dag_run.conf["size"])

    asked = ExternalTaskSensor(task_id="asked", external_dag_id="parent", external_task_id="ask")
    file = FileSensor(task_id="file", filepath="arrived.txt", poke_interval=0.5)
    [asked, file] >> work()
"""


def test_two_dags_and_a_person_wait_for_each_other_over_a_kill(project: Project) -> None:
    parent = PARENT.replace('DAG("parent")', 'DAG("parent", params={"size": 3})')
    project.write("dags/parent.py", parent)
    project.write("dags/child.py", CHILD)
    first = project.start_scheduler(*INLINE)
    project.wait_for_dags("parent", "child")
    run_id = project.json("dags", "trigger", "parent")["run_id"]
    project.wait_for_task("parent", run_id, "ask", "deferred")

    first.kill()
    second = project.start_scheduler(*INLINE)
    assert project.nbflow("tasks", "answer", "parent", "ask", "Approve").code == 0
    project.until(lambda: project.run_ids("child"), "the child has a run")
    (child,) = project.run_ids("child")
    project.wait_for_task("child", child, "file", "up_for_reschedule")
    assert project.states("parent", run_id)["child"] == "deferred"

    second.kill()
    project.start_scheduler(*INLINE)
    project.write("dags/arrived.txt", "here")
    assert project.wait_for_run("parent", run_id, DEADLINE) == "success"
    assert project.wait_for_run("child", child, DEADLINE) == "success"
    assert "child of size 3" in project.nbflow("tasks", "logs", "child", "work").out
