"""A notebook that is being edited, as a DAG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from nbflow.core.errors import Problem
from nbflow.views.shapes.dags import GroupView, TaskView


@dataclass(frozen=True)
class CellView:
    """What a cell is to the DAG, if it is anything. `task_id` is the task it belongs to; with
    `has_setup` statements of it run for every task. `index` counts from 0.
    """

    index: int
    cell_id: str
    role: Literal["task", "setup", "parameters", "skipped"]
    task_id: str | None
    has_setup: bool


@dataclass(frozen=True)
class CellLinkView:
    """Why the cell `downstream` comes after the cell `upstream`: `name` flows, or is empty; `line`
    is where it is read.
    """

    upstream: int
    downstream: int
    kind: str
    name: str
    line: int | None
    why: str


@dataclass(frozen=True)
class NotebookDag:
    """The DAG of the project that has the notebook's id. `place` says whose it is: that of the
    notebook (found in a folder of DAGs, or added by a person), or of another `file`.
    """

    dag_id: str
    place: Literal["found", "added", "other"]
    file: str
    paused: bool


@dataclass(frozen=True)
class NotebookView:
    """A notebook as it stands in the editor. With `is_broken` errors among the problems keep it
    from being a DAG, and tasks are missing. `dag` is None for a notebook that is no DAG of the
    project yet; `is_found` says whether the folders of DAGs hold its file. The settings are as the
    notebook gives them, with what they mean.
    """

    dag_id: str
    is_broken: bool
    tasks: list[TaskView]
    groups: list[GroupView]
    cells: list[CellView]
    links: list[CellLinkView]
    problems: list[Problem]
    params: dict[str, Any]  # JSON Schema is open by nature
    schedule: str
    timezone: str
    dag: NotebookDag | None
    is_found: bool
