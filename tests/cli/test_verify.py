"""`nbflow dags verify`: the two ways to run a notebook show the same, or it says where not."""

from __future__ import annotations

from tests.authoring.test_notebook_gates import text
from tests.authoring.test_notebooks import cell, write
from tests.cli.conftest import Nbflow
from tests.journeys.test_bad_input import notebook
from tests.processes import Project


def test_a_notebook_shows_the_same_both_ways(project: Project, nbflow: Nbflow) -> None:
    cells = ("a = 20", "b = 22\nprint('b is', b)", "print(a + b)", "object()")
    project.write("sums.ipynb", notebook(*cells))

    done = nbflow("dags", "verify", "sums.ipynb", "--output", "json")

    assert done.code == 0, done.err
    assert done.json["state"] == "success"
    assert done.json["tasks"] > 1
    assert done.json["differences"] == []
    assert done.json["seconds_as_dag"] > 0
    assert done.json["seconds_in_order"] > 0


def test_what_differs_is_shown_with_its_cell(project: Project, nbflow: Nbflow) -> None:
    cells = ("1 + 1", "import os\nprint('in process', os.getpid())")
    project.write("pids.ipynb", notebook(*cells))

    done = nbflow("dags", "verify", "pids.ipynb")

    assert done.code == 1
    assert "Cell 1, stdout" in done.out
    assert "top to bottom: in process" in done.out


def test_nobody_is_asked_what_a_notebook_asks_people(project: Project, nbflow: Nbflow) -> None:
    cells = [
        cell("limit = 5\nrows = 3", "task:load"),
        text("Publish {{ ds }}?", "approval", nbflow={"approval": {"params": {"limit": 5}}}),
        cell("print(rows, limit)", "task:report"),
    ]
    write(project.folder / "asks.ipynb", cells)

    done = nbflow("dags", "verify", "asks.ipynb", "--output", "json")

    assert done.code == 0, (done.out, done.err)
    assert (done.json["state"], done.json["differences"]) == ("success", [])


def test_a_file_whose_tasks_are_no_cells_is_refused(project: Project, nbflow: Nbflow) -> None:
    text = "from nbflow import DAG, EmptyOperator\nwith DAG('plain'): EmptyOperator(task_id='a')\n"
    project.write("plain.py", text)

    done = nbflow("dags", "verify", "plain.py")

    assert done.code != 0
    assert "nothing to compare" in done.err


def test_neither_way_sees_the_files_of_the_other(project: Project, nbflow: Nbflow) -> None:
    cells = (
        "from pathlib import Path\nlog = Path('log.txt')",
        "with log.open('a') as stream:\n    stream.write('x')",
        "print(log.read_text(), Path('../above.txt').read_text())",
        "log.absolute()",
    )
    project.write("above.txt", "given")
    path = project.write("inner/appends.ipynb", notebook(*cells))

    done = nbflow("dags", "verify", "inner/appends.ipynb", "--output", "json")

    assert done.code == 0, (done.out, done.err)
    assert done.json["state"] == "success"
    assert not path.with_name("log.txt").exists()


def test_a_path_that_leads_back_to_the_folder_is_told(project: Project, nbflow: Nbflow) -> None:
    data = project.write("data.txt", "given")
    project.write("absolute.ipynb", notebook("a = 1", f"print(open('{data}').read())"))

    done = nbflow("dags", "verify", "absolute.ipynb", "--output", "json")

    assert done.code == 0, done.err
    assert done.json["shared"] == [{"cell": 1, "path": str(data)}]


def test_all_notebooks_of_a_folder_are_verified_also_those_written_as_text(
    project: Project, nbflow: Nbflow
) -> None:
    project.write("some/one.ipynb", notebook("a = 1", "b = 2\nprint(b)", "print(a + 1)"))
    project.write("some/two.ipynb", notebook("1 + 1"))
    project.write("some/three.py", "# %%\na = 1\n# %%\n# %time b = a + 1\n# %%\nprint(b)\n")
    project.write("some/helpers.py", "def no_notebook():\n    return 1\n")

    done = nbflow("dags", "verify", "some", "--output", "json")

    assert done.code == 0, done.err
    assert [one["dag_id"] for one in done.json["notebooks"]] == ["one", "three", "two"]
