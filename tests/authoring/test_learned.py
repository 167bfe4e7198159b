"""What runs taught about cells is kept with the project, and the next plan knows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbflow.authoring import discovery, learned
from nbflow.core.dag import Dag
from tests.journeys.test_bad_input import notebook

BOX = "box = (sys.stdout, len(data))"
CELLS = ("import sys", "data = [1, 2]", BOX, "print(len(box))", "print(box[1])")
WHY = {"box": "a builtins.tuple: TypeError: cannot pickle it"}


def cells_of(path: Path) -> dict[str, tuple[int, ...]]:
    return {task.task_id: task.cells for task in plan(path).tasks}


def plan(path: Path) -> Dag:
    (dag,) = discovery.from_path(path).dags
    return dag


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "project" / "notebooks" / "boxes.ipynb"
    made.parent.mkdir(parents=True)
    made.write_text(notebook(*CELLS))
    return made


def test_cells_that_share_what_could_not_be_sent_are_one_task_that_says_why(path: Path) -> None:
    assert cells_of(path) == {"box": (1, 2), "cell_3": (3,), "cell_4": (4,)}
    learned.keep(path.parents[1], [BOX], WHY)
    assert cells_of(path) == {"data": (1, 2, 3, 4)}
    (task,) = plan(path).tasks
    assert "`box` of cell 2 could not be sent to another kernel when it ran" in task.doc
    assert "a builtins.tuple: TypeError" in task.doc


def test_a_cell_is_known_by_what_it_does(path: Path) -> None:
    learned.keep(path.parents[1], [BOX], WHY)
    again = BOX.replace("= (", "=  (  # out\n")
    path.write_text(notebook(*CELLS[:2], again, *CELLS[3:]))
    assert len(cells_of(path)) == 1
    path.write_text(notebook(*CELLS[:2], BOX.replace("sys.stdout", "'out'"), *CELLS[3:]))
    assert len(cells_of(path)) == 3


def test_tasks_that_a_person_declared_stay_apart_with_the_warning(path: Path) -> None:
    declared = [CELLS[0], f"%%task make\ndata = [1, 2]\n{BOX}", "%%task use\nprint(len(box))"]
    learned.keep(path.parents[1], [declared[1]], WHY)
    path.write_text(notebook(*declared))
    assert set(cells_of(path)) == {"make", "use"}


def test_what_is_damaged_teaches_nothing_and_is_written_anew(path: Path) -> None:
    place = path.parents[1] / learned.PLACE
    place.parent.mkdir()
    place.write_text("{")
    assert len(cells_of(path)) == 3
    learned.keep(path.parents[1], [BOX], WHY)
    assert len(cells_of(path)) == 1
