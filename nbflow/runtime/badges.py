"""What a reader of an assembled notebook is told between its cells: which task ran them, how it
ended, how long it took, in how many tries. Pure.

Badges are markdown cells of plain text, tables and quotes, so that they look the same in
JupyterLab, on GitHub and in an export; nothing in them is markup of the user's. They are tagged,
and no part of the notebook for whoever compares it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from nbflow.core.json import JsonObject
from nbflow.runtime.outputs import plain_text
from nbflow.runtime.record import has_code, tags_of

BADGE = "nbflow-badge"
LISTED_TASKS = 60
"""So many tasks stand in the table at the top, those that failed first."""
MESSAGE_LENGTH = 200

_SIGNS = {
    "success": "✓",
    "failed": "✗",
    "timeout": "✗",
    "died": "✗",
    "cancelled": "■",
    "skipped": "⤼",
    "upstream_failed": "⊘",
    "running": "▶",
}
_BAD = frozenset({"failed", "timeout", "died", "cancelled"})
_ENDS = {"failed": "raised here", "timeout": "was out of time here", "died": "lost its kernel here"}


@dataclass(frozen=True)
class TaskFacts:
    """How a task instance ended; `seconds` is None for one that did not run."""

    task_id: str
    state: str
    seconds: float | None = None
    tries: int = 0
    message: str = ""

    @property
    def is_bad(self) -> bool:
        return self.state in ("failed", "cancelled")


@dataclass(frozen=True)
class RunFacts:
    """What the top of the notebook says of the run. `started_at` is the text of a time in UTC."""

    dag_id: str
    run_id: str
    state: str
    seconds: float | None = None
    started_at: str = ""
    params: JsonObject = field(default_factory=dict)
    tasks: Sequence[TaskFacts] = ()


def is_badge(cell: NotebookNode) -> bool:
    """Whether nbflow put this cell in for the reader."""
    return BADGE in tags_of(cell)


def with_badges(nb: NotebookNode, run: RunFacts, owners: Mapping[str, str]) -> NotebookNode:
    """`nb`, as `assemble_run` makes it, with a badge wherever another task begins or one failed.

    `owners` names the task of each cell by its id, also of those that were not run.
    """
    facts = {task.task_id: task for task in run.tasks}
    cells = [summary(run)]
    before: object = None
    for number, cell in enumerate(nb.cells):
        if has_code(cell):
            owner = owners.get(cell.get("id", ""), "")
            state = _state(cell)
            if state in _BAD or (owner, state) != before:
                text = _words_on(cell, facts.get(owner), state)
                cells += [badge(text, f"nbflow-{number}")] if text else []
            before = (owner, state)
        cells.append(cell)
    nb.cells = cells
    return nb


def badge(text: str, cell_id: str) -> NotebookNode:
    """A markdown cell that is not the author's."""
    cell: NotebookNode = new_markdown_cell(text, id=cell_id, metadata={"tags": [BADGE]})
    return cell


def summary(run: RunFacts) -> NotebookNode:
    """The cell at the top: the run, its params, its tasks."""
    return badge("\n\n".join(_summary(run)), "nbflow-run")


def task_words(task: TaskFacts) -> str:
    """`✓ **train** · success · 1.2 s · try 2`."""
    tries = f"try {task.tries}" if task.tries > 1 else ""
    state = f"**{task.state}**" if task.is_bad else task.state
    parts = [f"{_sign(task.state)} **{_escaped(task.task_id)}**", state, took(task.seconds)]
    return " · ".join(part for part in [*parts, tries] if part)


def failure_words(task: TaskFacts, how: str = "") -> str:
    """The same in a quote that stands out, with what went wrong."""
    why = f"\n>\n> {as_code(task.message)}" if task.message else ""
    return f"> {task_words(task)}{f' · {how}' if how else ''}{why}"


def took(seconds: float | None) -> str:
    """A duration to the digits that matter."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def as_code(text: str) -> str:
    """`text`, shortened to one line, as code: no markup in it can act."""
    line = " ".join(plain_text(text).split()).replace("`", "'")
    shown = line if len(line) <= MESSAGE_LENGTH else f"{line[: MESSAGE_LENGTH - 1]}…"
    return f"`{shown or ' '}`"


def _summary(run: RunFacts) -> Iterator[str]:
    head = [f"{_sign(run.state)} **{_escaped(run.dag_id)}**", run.state, took(run.seconds)]
    yield " · ".join(part for part in head if part)
    started = f" · {run.started_at}" if run.started_at else ""
    yield f"Run {as_code(run.run_id)}{started}"
    if run.params:
        given = (f"{name} = {json.dumps(value, default=str)}" for name, value in run.params.items())
        yield f"Params: {', '.join(map(as_code, given))}"
    if run.tasks:
        yield _table(run.tasks)


def _table(tasks: Sequence[TaskFacts]) -> str:
    listed = sorted(tasks, key=lambda task: not task.is_bad)[:LISTED_TASKS]
    lines = ["| task | state | took | tries |", "| --- | --- | --- | --- |"]
    for task in tasks if len(tasks) <= LISTED_TASKS else listed:
        name = f"{_sign(task.state)} {_escaped(task.task_id)}"
        why = f": {as_code(task.message)}" if task.is_bad and task.message else ""
        tries = task.tries or ""
        row = [name, f"{task.state}{why}".replace("|", "\\|"), took(task.seconds), str(tries)]
        lines.append(f"| {' | '.join(row)} |")
    if len(tasks) > LISTED_TASKS:
        lines.append(f"\nand {len(tasks) - LISTED_TASKS} more tasks")
    return "\n".join(lines)


def _words_on(cell: NotebookNode, task: TaskFacts | None, state: str) -> str:
    """What stands above a cell."""
    if _about(cell).get("setup") and state not in _BAD:
        return f"{_sign(state)} **setup** · at the start of every task"
    if task is None:
        return "" if "injected-parameters" in tags_of(cell) else _without_task(state)
    if state in _BAD:
        after = took(_about(cell).get("duration"))
        return failure_words(task, f"{_ENDS.get(state, state)}{f' after {after}' if after else ''}")
    if state in ("not-run", "skipped") and task.state != "skipped":
        return f"{task_words(task)} · **not run**"
    return task_words(task)


def _without_task(state: str) -> str:
    return "no part of this run · **not run**" if state == "not-run" else ""


def _state(cell: NotebookNode) -> str:
    return str(_about(cell).get("state", "not-run"))


def _about(cell: NotebookNode) -> Mapping[str, Any]:  # what assemble_run wrote
    return cell.metadata.get("nbflow", {})  # type: ignore[no-any-return] # as above


def _sign(state: str) -> str:
    return _SIGNS.get(state, "○")


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>()#+!|~$&-])", r"\\\1", text)
