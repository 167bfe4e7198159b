"""Notebooks, logs and values in a store that no folder leads to: workers and readers share it, and
nothing else.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nbflow.app import attempt_files
from nbflow.core.orders import artifact_folder
from nbflow.settings import load
from nbflow.views.runs import task_instance_detail
from tests.journeys.test_bad_input import notebook
from tests.processes import Project, Running

FRAMES = """
import pandas as pd
from nbflow import DAG, NotebookOperator, task

with DAG("far"):

    @task
    def many():
        print("made here")
        return pd.DataFrame({"n": range(1000)})

    @task
    def total(frame):
        return int(frame["n"].sum())

    sums = total(many())
    NotebookOperator(task_id="show", notebook="show.ipynb", parameters={"total": sums})
"""


@contextmanager
def ftp_server(folder: Path) -> Iterator[str]:
    """The URL of `folder` as a server on a free port offers it."""
    options = ["--directory", str(folder), "--username", "ana", "--password", "secret", "--write"]
    place = ["--interface", "127.0.0.1", "--port", "0"]
    server = Running([sys.executable, "-m", "pyftpdlib", *options, *place], folder, {})
    try:
        line = server.wait_for_line("starting FTP server on 127.0.0.1:")
        port = re.findall(r"127\.0\.0\.1:(\d+)", line)[0]
        yield f"ftp://ana:secret@127.0.0.1:{port}/store"
    finally:
        server.end()


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "far away").mkdir()
    with ftp_server(tmp_path / "far away") as url:
        yield url


def test_a_run_leaves_everything_in_a_remote_store(project: Project, remote: str) -> None:
    project.environment.update(NBFLOW_ARTIFACTS=remote, NBFLOW_WORKERS="1")
    project.write("dags/far.py", FRAMES)
    project.write("dags/show.ipynb", notebook("print(f'{total=}')"))
    project.start_scheduler("--executor", "dask")
    project.wait_for_dags("far")

    run_id = project.json("dags", "trigger", "far")["run_id"]

    assert project.wait_for_run("far", run_id) == "success"
    assert "made here" in project.nbflow("tasks", "logs", "far", "many").out
    [shown] = task_instance_detail(project.database, "far", run_id, "show").tries
    settings = load(project.folder, artifacts=remote).settings
    folder = artifact_folder(settings.artifacts_url, "far", run_id, "show", shown.attempt_id)
    executed = attempt_files(folder).notebook()
    assert executed is not None
    assert "total=499500" in json.dumps(executed.notebook)
    assert not list(project.folder.glob(".nbflow/artifacts/*"))
