"""A project folder, and the command line called in this process, which spares each call the start
of a Python; what needs a process or a terminal of its own starts one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nbflow.cli.main import make_cli
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
    cli = make_cli()

    def call(*arguments: str) -> Finished:
        before = Path.cwd()
        os.chdir(project.folder)
        try:
            result = CliRunner().invoke(cli, arguments, env=project.environment)
        finally:
            os.chdir(before)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Finished(result.exit_code, result.stdout, result.stderr)

    return call
