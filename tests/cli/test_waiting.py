"""Waiting on the command line: `nbflow run` really waits, `nbflow tasks answer` ends it."""

from __future__ import annotations

import re
import shlex

from tests.cli.conftest import Nbflow
from tests.processes import Project

ASKS = """
from nbflow import DAG, HITLOperator, Param, task

with DAG("asks"):
    ask = HITLOperator(
        task_id="ask", subject="Ship it?", options=["Yes", "Not yet"],
        params={"size": Param(1, type="integer")},
    )

    @task
    def use(answer):
        print(answer["chosen_options"], answer["params_input"])

    use(ask.output)
"""
WAITS = """
from datetime import datetime, timedelta, timezone
from nbflow import DAG, DateTimeSensor, task

with DAG("waits"):
    soon = DateTimeSensor(
        task_id="soon", target_time=datetime.now(timezone.utc) + timedelta(seconds=0.5)
    )
    looks = []

    @task.sensor(poke_interval=0.05, isolation="thread")
    def look(ti):
        looks.append(ti.attempt_id)
        return len(looks) > 2

    soon >> look()
"""


def test_a_run_in_a_terminal_waits_for_the_answer_from_another(project: Project) -> None:
    project.write("dags/asks.py", ASKS)
    run = project.start("run", "asks")
    told = run.wait_for_line("nbflow tasks answer")
    command = shlex.split(re.sub(r".*: nbflow ", "", told))
    assert command[:4] == ["tasks", "answer", "asks", "ask"]
    store = command[command.index("--store") + 1]
    listed = project.nbflow("tasks", "questions", "--store", store, "--output", "json").json
    assert listed["questions"][0]["subject"] == "Ship it?"
    refused = project.nbflow(*command, "-p", "size=big")
    assert (refused.code, "size" in refused.err) == (1, True)
    answered = project.nbflow(*command, "-p", "size=3")
    assert answered.code == 0, answered.err
    assert "ask goes on with Yes." in answered.out
    assert run.wait() == 0, run.output


def test_an_answer_to_nobody_is_refused_in_a_sentence(ran: Project, nbflow: Nbflow) -> None:
    done = nbflow("tasks", "answer", "hello", "greet", "Yes")
    assert done.code == 1
    assert "asks nothing" in done.err
    assert nbflow("tasks", "questions").out == "Nobody is asked anything.\n"


def test_times_and_looks_are_waited_for(project: Project, nbflow: Nbflow) -> None:
    project.write("waits.py", WAITS)
    done = nbflow("run", "waits.py", "--output", "json")
    assert done.code == 0, done.err
    soon, look = done.json["tasks"]
    assert (soon["try_number"], look["try_number"]) == (0, 1)
