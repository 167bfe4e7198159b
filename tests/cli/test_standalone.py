"""`nbflow standalone`: its parts start together, are told by name, and end together."""

from __future__ import annotations

import signal
from urllib.request import urlopen

import psutil
import pytest

from tests.cli.conftest import HELLO
from tests.cli.test_run import FAILS
from tests.processes import Project, Running, wait_for_ends

ASKS = """
from nbflow import DAG, ApprovalOperator, EmptyOperator

with DAG("asks"):
    ready = EmptyOperator(task_id="ready")
    asked = ApprovalOperator(task_id="release", subject="Publish it?")
    ready >> asked >> EmptyOperator(task_id="published")
"""
READY = "JupyterLab with the nbflow panel: "


@pytest.fixture
def project(project: Project) -> Project:
    """One Dask worker is enough to see one."""
    project.environment["NBFLOW_WORKERS"] = "1"
    project.write("dags/hello.py", HELLO)
    return project


def part(standalone: Running, *words: str) -> psutil.Process:
    """The child of `standalone` whose command line holds these words."""
    children = psutil.Process(standalone.pid).children()
    [found] = [one for one in children if set(words) <= set(one.cmdline())]
    return found


def test_the_demo_runs_every_dag_says_how_it_went_and_leaves_nothing(project: Project) -> None:
    standalone = project.start("standalone", "--demo", "--once")
    standalone.wait_for_line("scheduler")
    family = standalone.family()

    assert standalone.wait() == 0

    said = standalone.output
    assert "The scheduler has read 1 DAG. Each runs once." in said
    assert "greet: success in" in said
    assert "hello: success in" in said
    assert "1 of 1 runs succeeded." in said
    wait_for_ends(family)


def test_the_demo_fails_if_a_run_does(project: Project) -> None:
    project.write("dags/fails.py", FAILS)
    done = project.nbflow_process("standalone", "--demo", "--once", "--output", "json")
    assert done.code == 1
    assert done.json["home"] == str(project.folder)
    states = {run["dag_id"]: run["state"] for run in done.json["runs"]}
    assert states == {"fails": "failed", "hello": "success"}


def test_the_demo_does_not_wait_for_a_person_and_says_how_to_answer(project: Project) -> None:
    project.write("dags/asks.py", ASKS)
    done = project.nbflow_process("standalone", "--demo", "--once")
    assert done.code == 0, done.out
    assert "ready: success in" in done.out
    assert "release asks: Publish it?" in done.out
    assert "nbflow tasks answer asks release Approve" in done.out
    assert "1 of 2 runs succeeded, 1 waits for an answer." in done.out


def test_jupyterlab_answers_until_ctrl_c_ends_everything(project: Project) -> None:
    standalone = project.start("standalone", "--no-browser")
    url = standalone.wait_for_line(READY).removeprefix(READY).strip()
    with urlopen(url, timeout=60) as answer:
        assert answer.status == 200
    family = standalone.family()

    standalone.signal(signal.SIGINT)

    assert standalone.wait() == 0
    wait_for_ends(family)


def test_a_part_that_dies_is_named_with_its_log_and_ends_the_others(project: Project) -> None:
    standalone = project.start("standalone", "--no-browser")
    standalone.wait_for_line(READY)
    family = standalone.family()

    part(standalone, "scheduler").kill()

    assert standalone.wait() == 1
    log = project.folder / ".nbflow" / "logs" / "scheduler.log"
    assert f"error: scheduler was killed by signal 9. Its log: {log}" in standalone.output
    assert "The others are stopped too." in standalone.output
    wait_for_ends(family)


def test_a_part_that_cannot_start_tells_why(project: Project) -> None:
    store = "sqlite:////proc/none/nbflow.db"
    standalone = project.start("standalone", "--no-browser", "--store", store)
    assert standalone.wait() == 1
    assert "scheduler ended with exit code 1. Its log: " in standalone.output
    assert "error: The store cannot be opened" in standalone.output


def test_once_makes_sense_only_with_the_demo(project: Project) -> None:
    done = project.nbflow("standalone", "--once")
    assert done.code == 2
    assert "It only makes sense with --demo." in done.err
