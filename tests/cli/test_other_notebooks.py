"""Notebooks in other languages, and notebooks written as text, by `nbflow run`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.cli.conftest import Nbflow
from tests.processes import Project


@pytest.fixture
def with_bash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernelspec for Bash, which Jupyter finds."""
    folder = tmp_path / "jupyter" / "kernels" / "bash"
    folder.mkdir(parents=True)
    argv = [sys.executable, "-m", "bash_kernel", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "Bash", "language": "bash", "env": {"PS1": "$"}}
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))


def write_shell_notebook(project: Project, kernel: str = "bash") -> None:
    cells = [
        new_code_cell("name=world\nx=1", id="p", metadata={"tags": ["parameters"]}),
        new_code_cell('echo "$name $((x + 1))"', id="says"),
    ]
    spec = {"name": kernel, "display_name": kernel, "language": kernel}
    nb = new_notebook(cells=cells, metadata={"kernelspec": spec})
    nbformat.write(nb, project.folder / "shell.ipynb")


def printed(notebook: str) -> list[str]:
    nb = nbformat.read(notebook, as_version=4)
    return [output.text for cell in nb.cells for output in cell.get("outputs", ())]


@pytest.mark.usefixtures("with_bash")
def test_a_notebook_in_another_language_is_one_task_with_parameters(
    project: Project, nbflow: Nbflow
) -> None:
    write_shell_notebook(project)
    done = nbflow("run", "shell.ipynb", "-p", "x=41", "-p", "name=it's me", "--output", "json")
    run = done.json
    assert (run["state"], [task["task_id"] for task in run["tasks"]]) == ("success", ["notebook"])
    assert printed(run["output_notebook"]) == ["it's me 42\n"]
    assert "unknown parameter" not in done.err


def test_a_kernel_that_is_not_installed_is_named_with_those_that_are_and_the_way_to_it(
    project: Project, nbflow: Nbflow
) -> None:
    write_shell_notebook(project, "ir")
    done = nbflow("run", "shell.ipynb")
    assert done.code == 1
    for words in ("kernelspec 'ir'", "python3", "IRkernel::installspec()"):
        assert words in done.out
    assert "The kernel 'ir' is not installed here" in done.err


def test_a_file_with_percent_cells_runs_as_a_notebook(project: Project, nbflow: Nbflow) -> None:
    project.write(
        "analysis.py",
        '# %% tags=["parameters"]\ntop = 2\n\n'
        '# %% tags=["task:load"]\nrows = list(range(top))\n\n'
        '# %% tags=["task:count"]\nprint(len(rows), "rows")\n',
    )
    run = nbflow("run", "analysis.py", "-p", "top=4", "--output", "json").json
    assert [task["task_id"] for task in run["tasks"]] == ["load", "count"]
    assert Path(run["output_notebook"]).name == "analysis.ipynb"
    assert printed(run["output_notebook"]) == ["4 rows\n"]
