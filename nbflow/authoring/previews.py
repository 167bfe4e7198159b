"""A notebook that is being edited, as a DAG: what is written in it now, whatever its file holds.

Only the values: a server imports them, and never what reads notebooks (`notebook_preview.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from nbflow.core.dag import Dag, EdgeKind
from nbflow.core.errors import Problem

CellRole = Literal["task", "setup", "parameters", "skipped"]


@dataclass(frozen=True)
class PreviewCell:
    """One cell: what it is to the DAG. `task_id` is None for what is no task, and for all of a
    notebook with errors. With `has_setup` statements of a task's cell run for every task.
    """

    index: int
    cell_id: str
    role: CellRole
    task_id: str | None = None
    has_setup: bool = False


@dataclass(frozen=True)
class CellLink:
    """Why one cell comes after another: `name` flows, or is empty; `line` is where it is read."""

    upstream: int
    downstream: int
    kind: EdgeKind
    name: str
    line: int | None
    why: str


@dataclass(frozen=True)
class NotebookPreview:
    """All there is to say of a notebook; `dag` is None where errors among `problems` say why."""

    dag_id: str
    dag: Dag | None
    cells: tuple[PreviewCell, ...] = ()
    links: tuple[CellLink, ...] = ()
    problems: tuple[Problem, ...] = ()

    def to_json(self) -> dict[str, Any]:  # any JSON
        return {
            "dag_id": self.dag_id,
            "dag": None if self.dag is None else self.dag.to_json(),
            "cells": [asdict(cell) for cell in self.cells],
            "links": [asdict(link) for link in self.links],
            "problems": [asdict(problem) for problem in self.problems],
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> NotebookPreview:  # as above
        return NotebookPreview(
            data["dag_id"],
            None if data["dag"] is None else Dag.from_json(data["dag"]),
            tuple(PreviewCell(**cell) for cell in data["cells"]),
            tuple(CellLink(**link) for link in data["links"]),
            tuple(Problem(**problem) for problem in data["problems"]),
        )
