"""`nbflow runs diff`: what differs between two runs."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from tests.cli.conftest import HELLO, Nbflow
from tests.processes import Project

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def run_again(project: Project, *arguments: str) -> None:
    store = str(project.database.url)
    project.nbflow("run", *arguments, "--store", store)


def test_a_run_is_compared_with_the_last_success_before_it(ran: Project, nbflow: Nbflow) -> None:
    run_again(ran, "hello", "-p", "name=Ana")
    diff = nbflow("runs", "diff", "hello", "--output", "json").json
    newer, older = ran.run_ids("hello")
    assert (diff["before"]["run_id"], diff["after"]["run_id"]) == (older, newer)
    assert diff["params"] == [
        {"name": "name", "kind": "changed", "before": "world", "after": "Ana"}
    ]
    assert [task["kind"] for task in diff["tasks"]] == ["same", "same"]
    shown = {cell["task_id"]: cell["outputs"][0]["diff"] for cell in diff["cells"]}
    assert "-Hello, world!\n+Hello, Ana!" in shown["greet"]
    assert "-5 letters\n+3 letters" in shown["count"]


def test_a_person_reads_what_differs_in_a_few_lines(ran: Project, nbflow: Nbflow) -> None:
    run_again(ran, "hello", "-p", "name=Ana")
    out = nbflow("runs", "diff", "hello").out
    assert 'name: "world" -> "Ana"' in out
    assert "-Hello, world!" in out
    assert "+Hello, Ana!" in out


def test_runs_that_show_the_same_are_said_to(ran: Project, nbflow: Nbflow) -> None:
    run_again(ran, "hello")
    assert "They show the same." in nbflow("runs", "diff", "hello").out
    assert "They show the same." in nbflow("runs", "diff", "hello", "--all").out


def test_one_task_is_compared_with_the_last_run_in_which_it_succeeded(
    ran: Project, nbflow: Nbflow
) -> None:
    ran.write("dags/hello.py", HELLO.replace('letters")', 'letters"); 1 / 0'))
    run_again(ran, "hello")
    run_again(ran, "hello", "-p", "name=Ana")
    diff = nbflow("runs", "diff", "hello", "--task", "greet", "--output", "json").json
    newest, failed, _ = ran.run_ids("hello")
    assert (diff["before"]["run_id"], diff["after"]["run_id"]) == (failed, newest)
    assert {cell["task_id"] for cell in diff["cells"]} == {"greet"}


def test_a_failure_and_a_changed_file_are_told(ran: Project, nbflow: Nbflow) -> None:
    broken = HELLO.replace('return len(params["name"])', "return 1 / 0")
    ran.write("dags/hello.py", broken.replace('tags=["greeting"]', 'tags=["greeting", "new"]'))
    run_again(ran, "hello")
    diff = nbflow("runs", "diff", "hello", "--output", "json").json
    states = {one["task_id"]: (one["before_state"], one["after_state"]) for one in diff["tasks"]}
    assert states == {"greet": ("success", "failed"), "count": ("success", "upstream_failed")}
    assert any("tags" in change for change in diff["version_changes"])
    assert "ZeroDivisionError" in nbflow("runs", "diff", "hello").out


def test_without_a_success_before_the_other_run_is_asked_for(ran: Project, nbflow: Nbflow) -> None:
    done = nbflow("runs", "diff", "hello")
    assert done.code == 1
    assert "No run of DAG 'hello' succeeded before" in done.err
    [run_id] = ran.run_ids("hello")
    assert "They show the same." in nbflow("runs", "diff", "hello", run_id, run_id).out


def test_the_cells_of_a_notebook_are_compared(project: Project, nbflow: Nbflow) -> None:
    cells = [
        new_code_cell("top = 2", id="p", metadata={"tags": ["parameters"]}),
        new_code_cell("rows = list(range(top))", id="rows"),
        new_code_cell("print('the same')\nobject()", id="same"),
        new_code_cell("print(len(rows), 'rows')", id="count"),
    ]
    nb = new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
    nbformat.write(nb, project.folder / "sales.ipynb")
    for top in ("2", "3"):
        run_again(project, "sales.ipynb", "-p", f"top={top}")
    diff = nbflow("runs", "diff", "sales", "--output", "json").json
    [cell] = diff["cells"]
    assert (cell["cell"], cell["cell_id"], cell["kind"]) == (3, "count", "changed")
    assert "-2 rows\n+3 rows" in cell["outputs"][0]["diff"]
    notebook = nbflow("runs", "notebook", "sales", "--output", "json").json["notebook"]
    badges = [c for c in json.loads(Path(notebook).read_text())["cells"] if "tags" in c["metadata"]]
    assert "✓ **sales**" in "".join(badges[0]["source"])
