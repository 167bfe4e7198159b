"""A project folder, and the command line called in it, in this process. What needs a process or a
terminal of its own starts one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.processes import Finished, Project, project_in

Nbflow = Callable[..., Finished]

HELLO = """
from nbflow import DAG, Param, task

PARAMS = {"name": Param("world", type="string")}

with DAG("hello", schedule="0 6 * * *", tags=["greeting"], params=PARAMS):

    @task
    def greet(params):
        print(f"Hello, {params['name']}!")
        return len(params["name"])

    @task
    def count(letters):
        print(f"{letters} letters")

    count(greet())
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with project_in(tmp_path / "project") as made:
        yield made


@pytest.fixture
def nbflow(project: Project) -> Nbflow:
    """Call the command line in the project's folder."""
    return project.nbflow


@pytest.fixture
def ran(project: Project) -> Project:
    """A project whose store knows the DAG `hello` and a run of it, and where nobody is at work."""
    project.write("dags/hello.py", HELLO)
    assert project.nbflow("run", "hello", "--store", str(project.database.url)).code == 0
    return project
