"""A secret goes to the tasks that need it, through kernels, processes and Dask workers, and is
found nowhere afterwards: not in a log, not in a notebook, not in the store.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from tests.processes import project_in

PASSWORD = "hunter2-hunter3"
FOUND_OUT = "found-out-just-now"
DAG_FILE = """
import subprocess

from nbflow import DAG, BashOperator, Connection, NotebookOperator, Variable, mask_secret, task

with DAG("sales"):
    BashOperator(
        task_id="shell",
        bash_command="printf hunter2-; sleep 0.1; printf 'hunter3\\\\n'; "
        "echo {{ conn.db.get_uri() }}; echo done",
    )

    @task
    def python():
        db = Connection.get("db")
        subprocess.run(["echo", db.get_uri()], check=True)
        print(db.password)
        mask_secret("found-out" + "-just-now")
        print("found-out", end="", flush=True)
        print("-just-now")
        Variable.set("seen_by_python", db.host)
        raise ValueError(f"no login with {db.password}")

    python()
    NotebookOperator(
        task_id="notebook",
        notebook="report.ipynb",
        parameters={"password": "{{ conn.db.password }}"},
    )
"""
CELLS = (
    "import nbflow, sys\nprint(nbflow.Connection.get('db').host, nbflow.Variable.get('region'))",
    "print(password)\nsys.stdout.write('hunter2-')\nsys.stdout.flush()\nsys.stdout.write('hunter3')",
    "nbflow.mask_secret('found-out' + '-just-now')\nprint('found-out' + '-just-now')\npassword",
    "nbflow.Variable.set('seen_by_notebook', nbflow.Connection.get('db').host)",
)


def notebook() -> str:
    nb = nbformat.v4.new_notebook()
    nb.cells = [nbformat.v4.new_code_cell(source) for source in ("password = ''", *CELLS)]
    nb.cells[0].metadata["tags"] = ["parameters"]
    nb.metadata["kernelspec"] = {"name": "python3", "display_name": "Python", "language": "python"}
    return str(nbformat.writes(nb))


def told_in(folder: Path) -> set[str]:
    """The files below `folder` in which a secret can be read; sources are the user's own."""
    files = [file for file in folder.rglob("*") if file.is_file() and "bundles" not in file.parts]
    hidden = (PASSWORD.encode(), FOUND_OUT.encode())
    return {file.name for file in files if any(one in file.read_bytes() for one in hidden)}


@pytest.mark.parametrize("executor", ["inline", "dask"])
def test_a_secret_is_used_everywhere_and_told_nowhere(tmp_path: Path, executor: str) -> None:
    with project_in(tmp_path / "project") as project:
        project.write("dags/sales.py", DAG_FILE)
        project.write("dags/report.ipynb", notebook())
        uri = f"postgres://ana:{PASSWORD}@db.example.org/sales"
        project.nbflow("connections", "add", "db", uri)
        project.nbflow("variables", "set", "region", "EU")
        done = project.nbflow("run", "sales", "--executor", executor, "--output", "json")
        seen = project.nbflow("variables", "list", "--output", "json").json
    tasks = {one["task_id"]: one for one in done.json["tasks"]}
    logs = {name: Path(one["log"]).read_text() for name, one in tasks.items()}
    assert {name: one["state"] for name, one in tasks.items()} == {
        "shell": "success",
        "python": "failed",
        "notebook": "success",
    }
    assert tasks["python"]["message"] == "ValueError: no login with ***"
    assert logs["shell"] == "***\npostgres://ana:***@db.example.org/sales\ndone\n"
    assert logs["python"].startswith("postgres://ana:***@db.example.org/sales\n***\n***\n")
    assert "db.example.org EU" in logs["notebook"]
    assert {one["key"]: one["value"] for one in seen} == {
        "region": "EU",
        "seen_by_python": "db.example.org",
        "seen_by_notebook": "db.example.org",
    }
    assert PASSWORD not in done.out
    assert told_in(tmp_path / "project" / ".nbflow") == set()
