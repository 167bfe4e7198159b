"""What the cells of a notebook say of the assets they make."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from nbflow import DAG, Asset, NotebookOperator
from nbflow.testing import run_dag


def a_notebook(folder: Path, code: str) -> Path:
    made = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(code)],
        metadata={"kernelspec": {"name": "python3", "display_name": "", "language": "python"}},
    )
    nbformat.write(made, folder / "make.ipynb")
    return folder / "make.ipynb"


@pytest.mark.parametrize(
    ("named", "state"), [("orders", "success"), ("s3://lake/orders", "success"), ("x", "failed")]
)
def test_a_notebook_says_what_it_made(tmp_path: Path, named: str, state: str) -> None:
    code = f"from nbflow import outlet_events\noutlet_events[{named!r}].extra = {{'rows': 3}}"
    with DAG("d") as dag:
        NotebookOperator(
            task_id="make",
            notebook=a_notebook(tmp_path, code),
            outlets=[Asset("orders", "s3://lake/orders")],
        )
    result = run_dag(dag)
    assert result.state == state
    events = [(event.asset, event.extra) for event in result.asset_events]
    if state == "success":
        assert events == [("orders", {"rows": 3})]
    else:
        assert "'x' is no outlet of this task (its outlets: orders)" in result.task("make").message
