"""A failed notebook looked into, reconstructed and refused from the terminal."""

from __future__ import annotations

import nbformat
import pytest

from tests.journeys.test_bad_input import notebook
from tests.processes import Project


@pytest.fixture
def failed(project: Project) -> Project:
    """A project whose notebook `wrong` has run, and failed in its last cell."""
    project.write("wrong.ipynb", notebook("rows = [4, 0]", "print(rows)", "1 / rows[1]"))
    assert project.nbflow("run", "wrong.ipynb", "--store", str(project.database.url)).code == 1
    return project


def test_a_failed_notebook_tells_of_itself_and_is_reconstructed(failed: Project) -> None:
    listed = failed.json("tasks", "list", "wrong")
    [task_id] = [one["task_id"] for one in listed if one["state"] == "failed"]

    shown = failed.nbflow("tasks", "show", "wrong", task_id).out
    assert "list of 2: [4, 0]" in shown
    assert "ZeroDivisionError" in shown
    assert "--- failed after" in failed.nbflow("tasks", "logs", "wrong", task_id, "--follow").out
    debugged = failed.nbflow("tasks", "debug", "wrong", task_id)
    assert (debugged.code, "was not kept" in debugged.err) == (1, True)

    to = failed.folder / "again.ipynb"
    assert failed.nbflow("tasks", "reconstruct", "wrong", task_id, "--to", str(to)).code == 0
    cells = nbformat.read(to, as_version=4).cells
    assert "1 / rows[1]" in [cell.source for cell in cells]
    unchanged = failed.nbflow("tasks", "promote", "wrong", task_id, "--notebook", str(to))
    assert (unchanged.code, "No cell differs" in unchanged.err) == (1, True)
