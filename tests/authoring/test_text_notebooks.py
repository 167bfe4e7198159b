"""Notebooks written as text: which file is one, and the DAG it makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbflow.authoring import discovery
from nbflow.authoring.lint import lint
from nbflow.authoring.mentions import in_notebook
from nbflow.authoring.notebooks import read
from nbflow.authoring.text_notebooks import first_lines, read_text, says_so
from nbflow.core.dag import Dag
from nbflow.core.errors import Problem

HEADER = """\
# ---
# jupyter:
#   nbflow:
#     schedule: "@daily"
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

"""
ANALYSIS = """\
# %% [markdown]
# # Analysis
# x = 1

# %% tags=["parameters"]
top = 3

# %% Load the rows
rows = list(range(top))

# %% tags=["task:train"]
# %time model = sum(rows)
print("model", model)

# %% tags=["task:report"]
print(model / top)
"""
MARKDOWN = """\
---
jupyter:
  kernelspec:
    name: python3
    display_name: Python 3
    language: python
---

# Sales

```python tags=["task:load"]
rows = [1, 2]
```

```python tags=["task:count"]
print(len(rows))
```
"""


MYST = """\
---
kernelspec:
  name: python3
  display_name: Python 3
  language: python
---

# Sales

```{code-cell} ipython3
:tags: ["task:load"]

rows = [1, 2]
```

```{code-cell} ipython3
:tags: ["task:count"]

print(len(rows))
```
"""


def read_as(
    tmp_path: Path, text: str, name: str = "analysis.py"
) -> tuple[list[Dag], list[Problem]]:
    path = tmp_path / name
    path.write_text(text)
    dags, problems, _ = read(path, tmp_path)
    return dags, problems


def found_in(folder: Path) -> list[str]:
    return sorted(path.name for path in discovery.scan([folder], {}).changed)


def test_percent_cells_are_the_tasks_of_a_dag(tmp_path: Path) -> None:
    [dag], problems = read_as(tmp_path, HEADER + ANALYSIS)
    assert problems == []
    assert (dag.dag_id, dag.file, dag.source) == ("analysis", "analysis.py", "notebook")
    assert [task.task_id for task in dag.tasks] == ["load_the_rows", "train", "report"]
    assert dag.upstream("report") == ("train",)
    assert dict(dag.timetable)["kind"] == "cron"
    assert dag.params["top"]["default"] == 3


def test_without_a_header_it_is_python(tmp_path: Path) -> None:
    [dag], problems = read_as(tmp_path, ANALYSIS)
    assert problems == []
    assert {task.payload["kernel_name"] for task in dag.tasks} == {"python3"}


def test_workers_get_it_as_a_notebook_under_the_name_of_one(tmp_path: Path) -> None:
    path = tmp_path / "analysis.py"
    path.write_text(ANALYSIS)
    [dag], _, files = read(path, tmp_path)
    assert list(files) == ["analysis.ipynb"]
    assert {task.payload["notebook"] for task in dag.tasks} == {"analysis.ipynb"}


def test_reading_it_again_makes_no_other_dag(tmp_path: Path) -> None:
    one, other = (read_as(tmp_path, ANALYSIS)[0][0] for _ in range(2))
    assert one.to_json() == other.to_json()


@pytest.mark.parametrize("text", [MARKDOWN, MYST], ids=["markdown", "myst"])
def test_a_markdown_notebook_is_a_dag_too(tmp_path: Path, text: str) -> None:
    [dag], problems = read_as(tmp_path, text, "sales.md")
    assert problems == []
    assert [task.task_id for task in dag.tasks] == ["load", "count"]
    assert dag.upstream("count") == ("load",)


def test_problems_are_told_with_the_line_of_the_file(tmp_path: Path) -> None:
    wrong = ANALYSIS.replace("print(model / top)", "print(model)\nprint(nowhere)")
    path = tmp_path / "analysis.py"
    path.write_text(HEADER + wrong)
    [file] = lint([path]).files
    [problem] = file.problems
    assert (problem.code, problem.cell) == ("NBF510", None)
    assert path.read_text().splitlines()[(problem.line or 0) - 1] == "print(nowhere)"


def test_cells_are_found_in_the_file_whatever_markdown_repeats() -> None:
    text = "# %% [markdown]\n# x = 1\n\n# %%\nx = 1\n\n# %%\n\n# %%\n# %time x = 1\ny = 2\n"
    nb = read_text(text, ".py")
    assert first_lines(text, nb) == [2, 5, None, 10]


@pytest.mark.parametrize(
    ("text", "ending", "expected"),
    [
        ("# %%\nx = 1\n", ".py", True),
        ("#%% Title\nx = 1\n", ".py", True),
        (HEADER + "x = 1\n", ".py", True),
        ("# %%\nfrom nbflow import get_current_context\n", ".py", True),
        ("x = 1\n", ".py", False),
        ("print('# %%')\n", ".py", False),
        ("# %%\nfrom nbflow import DAG\n", ".py", False),
        ("# %%\nfrom nbflow.sdk import dag\n", ".py", False),
        ("# %%\nimport nbflow\nwith nbflow.DAG('d'): ...\n", ".py", False),
        ("# %%\n!ls\n", ".py", True),
        (MARKDOWN, ".md", True),
        ("# Read me\n\n```python\nx = 1\n```\n", ".md", False),
        ("---\ntitle: Read me\n---\n\ntext\n", ".md", False),
    ],
)
def test_what_is_a_notebook_is_told_from_its_text(text: str, ending: str, expected: bool) -> None:
    assert says_so(text, ending) is expected


def test_folders_of_dags_are_searched_for_them(tmp_path: Path) -> None:
    (tmp_path / "scheduled.py").write_text(HEADER + ANALYSIS)
    (tmp_path / "sales.md").write_text(MARKDOWN.replace("jupyter:\n", "jupyter:\n  nbflow: {}\n"))
    (tmp_path / "README.md").write_text("How we use nbflow.")
    (tmp_path / "scratch.py").write_text("# %%\nx = 1\n")
    assert found_in(tmp_path) == ["sales.md", "scheduled.py"]


def test_of_a_pair_only_the_notebook_is_a_dag(tmp_path: Path) -> None:
    (tmp_path / "pair.py").write_text(HEADER + ANALYSIS)
    (tmp_path / "pair.ipynb").write_text('{"metadata": {"nbflow": {}}, "cells": []}')
    assert found_in(tmp_path) == ["pair.ipynb"]


def test_the_process_that_reads_files_takes_it_for_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "analysis.py"
    path.write_text(ANALYSIS)
    parsed = discovery.from_path(path)
    assert [dag.source for dag in parsed.dags] == ["notebook"]


def test_the_secrets_that_a_text_notebook_mentions_are_found(tmp_path: Path) -> None:
    path = tmp_path / "analysis.py"
    path.write_text('# %%\nfrom nbflow import Variable\nVariable.get("region")\n')
    assert in_notebook(path) == {"var.region"}
