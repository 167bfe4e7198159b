"""A parameter sweep over a notebook, from the command line: real kernels, a value known only at run
time, the best of all in the end.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from tests.processes import Project

FILE = """
from nbflow import DAG, BashOperator, NotebookOperator, task

with DAG("sweep"):

    @task
    def rates():
        return [3, 1, 2]

    train = NotebookOperator.partial(
        task_id="train",
        notebook="train.ipynb",
        map_index_template="rate {{ task.parameters['rate'] }}",
    ).expand(parameters=rates().map(lambda rate: {"rate": rate}))

    @task
    def best(scores):
        return max(scores)

    echo = BashOperator.partial(task_id="echo").expand(bash_command=["echo {{ map_index }}"])
    best(train.output["score"]) >> echo
"""


def a_notebook(path: Path) -> None:
    cells = [
        new_code_cell("rate = 0", metadata={"tags": ["parameters"]}),
        new_code_cell("print('rate', rate)\nscore = rate * 10"),
        new_code_cell("score", metadata={"tags": ["outputs"]}),
    ]
    nbformat.write(new_notebook(cells=cells), path)


def test_a_sweep_over_a_notebook_gives_each_setting_a_notebook_of_its_own(project: Project) -> None:
    path = project.write("dags/sweep.py", FILE)
    a_notebook(path.with_name("train.ipynb"))
    summary = project.json("run", "dags/sweep.py")
    ended = {(t["task_id"], t["map_index"]): t for t in summary["tasks"]}
    assert summary["state"] == "success"
    assert [key for key in ended if key[0] == "train"] == [("train", i) for i in range(3)]
    for index, rate in enumerate([3, 1, 2]):
        text = Path(ended["train", index]["output_notebook"]).read_text()
        assert f"rate {rate}" in text
    assert "('echo', 0)" in str(list(ended))
