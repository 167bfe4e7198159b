"""From an empty folder to a scheduled DAG, by the command line alone."""

from __future__ import annotations

from pathlib import Path

import psutil

from tests.ledger import Ledger
from tests.processes import Project, wait_for_ends

INLINE = ("--executor", "inline")

OFTEN = """
from datetime import timedelta
from nbflow import DAG, task

with DAG("often", schedule=timedelta(seconds=1), start_date="2026-01-01"):

    @task
    def tick(ds):
        return ds

    tick()
"""

MENDED = """
from nbflow import DAG, task
from pathlib import Path
{code}

with DAG("mended"):

    @task
    def first():
        note("first")

    @task
    def second():
        note("second")
        Path({needed!r}).read_text()

    @task
    def third():
        note("third")

    first() >> second() >> third()
"""

WAITS = """
from nbflow import DAG, task
{code}

with DAG("waits"):

    @task
    def first():
        note("first")
        pass_gate()

    @task
    def second():
        note("second")

    first() >> second()
"""


def test_a_new_project_runs_is_scheduled_triggered_and_paused(project: Project) -> None:
    made = project.nbflow("init", "mine").out
    assert "nbflow.toml" in made
    project.folder = project.folder / "mine"
    project.environment["NBFLOW_HOME"] = str(project.folder)
    assert project.nbflow("run", "dags/hello.py", "-p", "name=Ana").code == 0

    project.start_scheduler(*INLINE)
    project.wait_for_dags("hello")
    [dag] = project.json("dags", "list")
    assert (dag["dag_id"], dag["task_count"], dag["paused"]) == ("hello", 2, False)
    asked = project.json("dags", "trigger", "hello", "-p", "name=Bea")
    assert asked["answer"]["outcome"] == "done"

    watched = project.nbflow("runs", "watch", "hello", asked["run_id"])
    assert watched.code == 0
    assert "greet: success in" in watched.out
    assert "Hello, Bea!" in project.nbflow("tasks", "logs", "hello", "greet").out
    assert project.nbflow("dags", "pause", "hello").out == "hello is paused.\n"
    assert project.json("dags", "list")[0]["paused"] is True
    assert project.nbflow("dags", "unpause", "hello").out == "hello is scheduled again.\n"
    assert project.nbflow("health").code == 0


def test_a_schedule_makes_runs_until_it_is_paused(project: Project) -> None:
    project.write("dags/often.py", OFTEN)
    project.start_scheduler(*INLINE)
    project.wait_for_dags("often")

    project.until(lambda: len(project.run_ids("often")) >= 3, "three runs have become due")
    assert project.nbflow("dags", "pause", "often").code == 0
    runs = project.run_ids("often")
    assert all(run_id.startswith("scheduled__") for run_id in runs)
    assert [project.wait_for_run("often", run_id) for run_id in runs] == ["success"] * len(runs)
    assert project.run_ids("often") == runs


def test_a_failed_run_is_mended_and_resumed_where_it_failed(
    project: Project, ledger: Ledger, tmp_path: Path
) -> None:
    needed = tmp_path / "needed"
    project.write("dags/mended.py", MENDED.format(code=ledger.code, needed=str(needed)))
    project.start_scheduler(*INLINE)
    project.wait_for_dags("mended")
    run_id = project.json("dags", "trigger", "mended")["run_id"]
    assert project.nbflow("runs", "watch", "mended", run_id).code == 1

    needed.touch()
    preview = project.nbflow("runs", "clear", "mended", "--dry-run").out
    assert preview == "Would run again: second, third.\n"
    assert project.nbflow("runs", "clear", "mended", "--yes").code == 0

    assert project.nbflow("runs", "watch", "mended", run_id).code == 0
    assert ledger.lines == ["first", "second", "second", "third"]


def test_a_cancelled_run_ends_its_task_for_real(project: Project, ledger: Ledger) -> None:
    project.write("dags/waits.py", WAITS.format(code=ledger.code))
    project.start_scheduler(*INLINE)
    project.wait_for_dags("waits")
    run_id = project.json("dags", "trigger", "waits")["run_id"]
    task = psutil.Process(ledger.wait_for("first"))
    why = project.json("tasks", "why", "waits", "second")
    assert "first (running)" in why["why"][1]["text"]

    assert project.nbflow("runs", "cancel", "waits").code == 0

    assert project.nbflow("runs", "watch", "waits", run_id).code == 1
    assert project.states("waits", run_id) == {"first": "cancelled", "second": "cancelled"}
    wait_for_ends([task])
    again = project.nbflow("runs", "cancel", "waits")
    assert again.code == 1
    assert "has already ended: cancelled" in again.err


def test_a_verb_says_that_nobody_is_there_to_carry_it_out(project: Project) -> None:
    project.write("dags/often.py", OFTEN)
    scheduler = project.start_scheduler(*INLINE)
    project.wait_for_dags("often")
    scheduler.end()

    done = project.nbflow("dags", "trigger", "often")

    assert done.code == 0
    assert "No scheduler is alive to carry it out. Start one: nbflow scheduler" in done.err
    assert project.nbflow("health").code == 1
