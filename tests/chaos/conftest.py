"""A project with a ledger, a Dask cluster outside, and a way to tell what happened."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from nbflow.commands import Commands
from nbflow.core.json import Json
from nbflow.feed import after
from nbflow.views.runs import run_detail, task_instance_detail
from tests.executors.dask_processes import ExternalDask
from tests.ledger import Ledger
from tests.processes import DEADLINE, Project, Running, project_in

log = logging.getLogger(__name__)

CHAIN = """
from nbflow import DAG, task
{ledger}

with DAG("work"):

    @task
    def before():
        note("before")
        return 1

    @task
    def during(x):
        note("during")
        pass_gate()
        note("during ended")
        return x + 1

    @task
    def afterwards(x):
        note("afterwards")

    afterwards(during(before()))
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with project_in(tmp_path / "project") as made:
        yield made


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger(tmp_path / "ledger")) as made:
        yield made


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[ExternalDask]:
    """A Dask scheduler of its own, without workers."""
    folder = tmp_path / "dask"
    folder.mkdir()
    with closing(ExternalDask(folder)) as made:
        yield made


@dataclass(frozen=True)
class Work:
    """One run that is at work, in a project whose scheduler may be killed."""

    project: Project
    dag_id: str
    run_id: str

    def state(self) -> str:
        return run_detail(self.project.database, self.dag_id, self.run_id).run.state

    def tries(self, task_id: str) -> list[tuple[str, str | None]]:
        """State and reason of every try, oldest first."""
        detail = task_instance_detail(self.project.database, self.dag_id, self.run_id, task_id)
        return [(one.state, one.reason) for one in reversed(detail.tries)]

    def wait_for_try(self, task_id: str, number: int, state: str) -> None:
        self.project.until(
            lambda: [one[0] for one in self.tries(task_id)][number - 1 : number] == [state],
            f"try {number} of {task_id} is {state}",
            DEADLINE,
        )

    def end(self) -> str:
        """The state in which the run ends, once it has. Tells the story."""
        state = self.project.wait_for_run(self.dag_id, self.run_id, DEADLINE)
        log.info("The run, second by second:\n%s", "\n".join(self.story()))
        return state

    def story(self) -> list[str]:
        """The run's lines of the journal, with the seconds since its first."""
        changes = [c for c in after(self.project.database, 0).changes if c.run_id == self.run_id]
        start = _seconds(changes[0].at)
        return [
            f"{_seconds(c.at) - start:6.2f} s  {c.kind} {c.task_id or ''} {c.state or ''}"
            for c in changes
        ]


def _seconds(instant: str) -> float:
    return datetime.fromisoformat(instant).timestamp()


def start_work(project: Project, dag_id: str = "work", **params: Json) -> Work:
    """Ask for a run of a DAG that the scheduler may not have read yet."""
    project.wait_for_dags(dag_id)
    run_id = Commands(project.database, "test").trigger(dag_id, params).run_id
    assert run_id is not None
    return Work(project, dag_id, run_id)


def on(dask: ExternalDask) -> tuple[str, ...]:
    """The options of a scheduler that works on this cluster."""
    return ("--executor", "dask", "--dask-address", dask.address)


def take_over(project: Project, *options: str) -> Running:
    """A scheduler that leads as soon as the lease of the one that was killed has run out."""
    scheduler = project.start("scheduler", *options)
    scheduler.wait_for_line("Leading", DEADLINE)
    return scheduler
