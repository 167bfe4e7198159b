"""Two runs compared, with what their cells and tasks have shown."""

# ruff: noqa: PLC0415 - heavy rooms are imported by the function that needs them

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from nbflow.app.run_notebooks import (
    FinishedRun,
    finished_run,
    last_log,
    notebook_of,
    plain_notebook,
)
from nbflow.core.events import TaskKey
from nbflow.settings import Settings
from nbflow.store.database import Database
from nbflow.views.compare import run_diff
from nbflow.views.shapes import CellChange, OutputChange, RunDiff

if TYPE_CHECKING:
    import nbformat

MOST_TEXT = 1_000_000
"""So many characters of differences are told; cells beyond are counted."""
MOST_TASKS = 500
"""Of so many task instances with notebooks or logs of their own the outputs are compared."""


def compare_runs(
    settings: Settings,
    database: Database,
    dag_id: str,
    run_id: str,
    other: str | None = None,
    task_id: str | None = None,
) -> RunDiff:
    """The run `run_id` against `other`, by default the last success before it; with `task_id` this
    task alone, by default against the last run in which it succeeded.

    Raises NotFoundError if there is no such run, or none to compare with.
    """
    diff = run_diff(database, dag_id, run_id, other, task_id)
    before = finished_run(database, dag_id, diff.before.run_id)
    after = finished_run(database, dag_id, diff.after.run_id)
    if before is None or after is None:
        return diff  # deleted meanwhile; what the store knew is told
    found = _Found(task_id)
    if before.is_of_cells and after.is_of_cells:
        with found.noting_what_is_gone():
            found.compare(plain_notebook(before), plain_notebook(after))
    else:
        found.compare_tasks(settings, before, after)
    return replace(diff, cells=found.told, left_out=found.left_out, notes=found.notes)


class _Found:
    """What differs so far, up to a size that a screen can take; of one task if it is named."""

    def __init__(self, task_id: str | None) -> None:
        self._task_id = task_id
        self.told: list[CellChange] = []
        self.left_out = 0
        self.notes: list[str] = []
        self._size = 0

    def compare(
        self, before: nbformat.NotebookNode, after: nbformat.NotebookNode, key: TaskKey = ("", -1)
    ) -> None:
        """Tell the cells that differ; of a task's own notebook its key says whose they are."""
        from nbflow.runtime.compare_cells import compare_cells

        task_id, map_index = key
        cells, left_out = compare_cells(before, after)
        self.left_out += left_out
        for one in cells:
            if self._task_id not in (None, task_id or one.task_id):
                continue
            self._tell(
                CellChange(
                    kind=one.change,
                    task_id=task_id or one.task_id,
                    map_index=map_index,
                    cell=one.before if one.after is None else one.after,
                    cell_id=one.cell_id,
                    source=one.source,
                    outputs=[OutputChange(output.what, output.diff) for output in one.outputs],
                )
            )

    def compare_tasks(self, settings: Settings, before: FinishedRun, after: FinishedRun) -> None:
        """Tell what the cells or the log of each task show otherwise that both runs have tried."""
        from nbflow.runtime.compare_cells import compare_texts

        both = before.tries.keys() & after.tries.keys()
        keys = [one.key for one in after.instances if one.key in both]
        keys = [key for key in keys if self._task_id in (None, key[0])]
        for key in keys[:MOST_TASKS]:
            tries = before.tries[key], after.tries[key]
            with self.noting_what_is_gone():
                if all(one.output_notebook for one in tries):
                    self.compare(notebook_of(tries[0]), notebook_of(tries[1]), key)
                    continue
                logs = (last_log(settings, run.run, key, run.tries[key]) for run in (before, after))
                diff = compare_texts(*logs)
                if diff:
                    log = OutputChange("log", diff)
                    self._tell(CellChange("changed", *key, None, "", "", [log]))
        if len(keys) > MOST_TASKS:
            self.notes.append(f"{len(keys) - MOST_TASKS} more task instances were not compared.")

    @contextmanager
    def noting_what_is_gone(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            self.notes.append(f"What a task has left is gone: {error.filename}.")

    def _tell(self, change: CellChange) -> None:
        size = len(change.source) + sum(len(output.diff) for output in change.outputs)
        if self._size + size > MOST_TEXT:
            self.left_out += 1
            return
        self._size += size
        self.told.append(change)
