"""The assembled notebook: cells of all tasks back in the order of their source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from nbflow.runtime.assemble import assemble_run
from nbflow.runtime.kernels import KernelPool
from tests.runtime.notebook_attempts import NOTEBOOKS, Attempts


def source() -> NotebookNode:
    cells = [
        new_markdown_cell("# Title", id="title"),
        new_code_cell("import x", id="setup"),
        new_code_cell("a", id="a", metadata={"nbflow": {"task": "A"}, "tags": ["kept"]}),
        new_code_cell("b", id="b"),
    ]
    return cast(NotebookNode, new_notebook(cells=cells))


def ran(cell_id: str, task_id: str, state: str = "success", **more: object) -> NotebookNode:
    """A cell as a task has executed it; it says what it printed and its number in that kernel."""
    output = new_output("stream", text=f"{cell_id} by {task_id}")
    about = {"task_id": task_id, "state": state, "duration": 1.5, **more}
    cell = new_code_cell(cell_id, id=cell_id, outputs=[output], metadata={"nbflow": about})
    cell.execution_count = 7
    return cast(NotebookNode, cell)


def shown(nb: NotebookNode) -> dict[str, str]:
    return {
        cell.id: "".join(output.text for output in cell.outputs)
        for cell in nb.cells
        if cell.cell_type == "code"
    }


def test_every_cell_stands_in_its_place_with_the_outputs_of_its_task() -> None:
    executed = {
        "B": new_notebook(cells=[ran("setup", "B", setup=True), ran("b", "B")]),
        "A": new_notebook(cells=[ran("setup", "A", setup=True), ran("a", "A")]),
    }

    nb = assemble_run(source(), executed, {"A": "success", "B": "success"})

    assert [cell.id for cell in nb.cells] == ["title", "setup", "a", "b"]
    assert shown(nb) == {"setup": "setup by B", "a": "a by A", "b": "b by B"}
    assert [cell.get("execution_count") for cell in nb.cells] == [None, 1, 2, 3]
    nbformat.validate(nb)


def test_each_cell_says_who_ran_it_and_how_it_ended_and_keeps_what_it_said_before() -> None:
    executed = {"A": new_notebook(cells=[ran("setup", "A", setup=True), ran("a", "A", "failed")])}

    nb = assemble_run(source(), executed, {"A": "failed", "B": "upstream_failed"})

    about = {cell.id: cell.metadata.nbflow for cell in nb.cells if cell.cell_type == "code"}
    assert about == {
        "setup": {"setup": True, "state": "success", "duration": 1.5},
        "a": {"task": "A", "task_id": "A", "state": "failed", "duration": 1.5},
        "b": {"state": "not-run", "duration": None},
    }
    assert nb.cells[2].metadata.tags == ["kept"]
    assert nb.metadata.nbflow.tasks == {"A": "failed", "B": "upstream_failed"}


def test_a_setup_cell_shows_the_task_in_which_it_went_well() -> None:
    executed = {
        "A": new_notebook(cells=[ran("setup", "A", "failed", setup=True)]),
        "B": new_notebook(cells=[ran("setup", "B", setup=True)]),
    }

    assert shown(assemble_run(source(), executed, {}))["setup"] == "setup by B"


def test_a_traceback_names_cells_by_the_numbers_they_have_in_the_whole() -> None:
    failed = ran("b", "B", state="failed")
    lines = ["Cell In[7], line 1", "\x1b[36mCell\x1b[39m \x1b[32mIn[2]\x1b[39m, line 2", "Out[7]"]
    failed.outputs = [new_output("error", ename="E", evalue="e", traceback=lines)]
    setup = ran("setup", "B", setup=True)
    setup.execution_count = 2
    executed = {
        "A": new_notebook(cells=[ran("a", "A")]),
        "B": new_notebook(cells=[setup, failed]),
    }

    nb = assemble_run(source(), executed, {"A": "success", "B": "failed"})

    assert nb.cells[3].outputs[0].traceback == [
        "Cell In[3], line 1",
        "\x1b[36mCell\x1b[39m \x1b[32mIn[1]\x1b[39m, line 2",
        "Out[7]",
    ]
    assert failed.outputs[0].traceback == lines


def test_the_source_and_the_executed_notebooks_stay_as_they_are() -> None:
    before = source()
    executed = {"A": new_notebook(cells=[ran("a", "A")])}

    assembled = assemble_run(before, executed, {})
    assembled.cells[2].outputs[0].text = "changed"

    assert before == source()
    assert executed["A"].cells[0].outputs[0].text == "a by A"


@pytest.fixture(scope="module")
def pool() -> Iterator[KernelPool]:
    with KernelPool(2) as pool:
        yield pool


def test_the_cells_of_a_real_run_come_together_with_its_parameters(
    pool: KernelPool, tmp_path: Path
) -> None:
    attempts = Attempts(pool, tmp_path)
    params = {"start": 1}
    make = attempts.run_cells(["make"], outputs=["numbers"], params=params)
    add = attempts.run_cells(
        ["add"],
        inputs={"numbers": "make"},
        values={"make": make.outcome.values},
        params=params,
    )
    executed = {"make": make.notebook, "add": add.notebook}

    nb = assemble_run(
        nbformat.read(NOTEBOOKS / "dag_of_cells.ipynb", as_version=4),
        executed,
        {"make": "success", "add": "success"},
    )

    nbformat.validate(nb)
    printed = [o.text for c in nb.cells for o in c.get("outputs", ()) if o.output_type == "stream"]
    assert printed == ["made [1, 2, 3]\n", "total 12\n"]
    assert sum("injected-parameters" in c.metadata.get("tags", ()) for c in nb.cells) == 1
