"""The run of a DAG written in Python as one notebook: task after task, the cells of its notebook
or its log. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass

from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from nbflow.runtime.badges import (
    RunFacts,
    TaskFacts,
    badge,
    failure_words,
    summary,
    task_words,
)
from nbflow.runtime.outputs import plain_text

LOG_LENGTH = 20_000
"""So many characters of a log are shown, its last ones."""


@dataclass(frozen=True)
class TaskPages:
    """A task instance with what it has left: a notebook, or a log, or nothing yet."""

    facts: TaskFacts
    notebook: NotebookNode | None = None
    log: str = ""


def assemble_tasks(run: RunFacts, tasks: Sequence[TaskPages], left_out: int = 0) -> NotebookNode:
    """One notebook of all `tasks`, in this order; `left_out` more are only counted."""
    nb: NotebookNode = new_notebook(cells=[summary(run)])
    nb.metadata["nbflow"] = {
        "run": {"dag_id": run.dag_id, "run_id": run.run_id},
        "tasks": {task.task_id: task.state for task in run.tasks},
    }
    for number, task in enumerate(tasks):
        nb.cells += _pages(task, number)
        if task.notebook is not None and "kernelspec" not in nb.metadata:
            for name in ("kernelspec", "language_info"):
                if name in task.notebook.metadata:
                    nb.metadata[name] = deepcopy(task.notebook.metadata[name])
    if left_out:
        nb.cells.append(badge(f"and {left_out} more task instances", "nbflow-left-out"))
    return nb


def _pages(task: TaskPages, number: int) -> Iterator[NotebookNode]:
    words = failure_words(task.facts) if task.facts.is_bad else task_words(task.facts)
    yield badge(f"---\n\n{words}", f"nbflow-task-{number}")
    if task.notebook is not None:
        for place, cell in enumerate(task.notebook.cells):
            copied = deepcopy(cell)
            copied["id"] = f"task-{number}-cell-{place}"
            copied.metadata.pop("papermill", None)
            yield copied
    elif task.log.strip():
        yield badge(_fenced(task.log), f"nbflow-log-{number}")


def _fenced(log: str) -> str:
    """The end of a log as a block of plain text, whatever is in it."""
    text = plain_text(log).rstrip()
    shown = text if len(text) <= LOG_LENGTH else f"…\n{text[-LOG_LENGTH:]}"
    ticks = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * max(3, ticks + 1)
    return f"{fence}text\n{shown}\n{fence}"
