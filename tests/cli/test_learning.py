"""A value that turns out to stay in its kernel: the next run has it where it is needed."""

from __future__ import annotations

from tests.cli.conftest import Nbflow
from tests.journeys.test_bad_input import notebook
from tests.processes import Project

BOX = "box = (sys.stdout, len(data))"
CELLS = ("import sys", "data = [1, 2]", BOX, "print(len(box))", "print(box[1])")


def test_cells_whose_value_could_not_be_handed_on_are_one_task_the_next_time(
    project: Project, nbflow: Nbflow
) -> None:
    project.write("boxes.ipynb", notebook(*CELLS))
    first = nbflow("run", "boxes.ipynb", "--output", "json").json
    assert [task["state"] for task in first["tasks"]] == ["failed", *["upstream_failed"] * 2]
    assert "put together by the next run" in first["tasks"][0]["message"]

    second = nbflow("run", "boxes.ipynb", "--output", "json").json
    assert [(task["task_id"], task["state"]) for task in second["tasks"]] == [("data", "success")]
    (task,) = nbflow("dags", "show", "boxes.ipynb", "--output", "json").json["tasks"]
    assert "`box` of cell 2 could not be sent to another kernel when it ran" in task["doc"]
