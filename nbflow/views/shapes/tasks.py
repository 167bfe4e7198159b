"""One task instance: its tries, what it waits for or asks, and its log and cells as they grow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nbflow.views.shapes.dags import TaskView
from nbflow.views.shapes.runs import CallbackView, TaskInstanceView


@dataclass(frozen=True)
class KernelView:
    """The kernel of a failed attempt, kept on `host` until that time to be looked into. `started`
    is when its process was made, in seconds since the epoch. `here` tells whether that is the
    machine of who shows it, which alone can attach to it.
    """

    host: str
    pid: int
    started: float
    until: str
    here: bool = True


@dataclass(frozen=True)
class TryView:
    """One attempt, the newest first. `has_notebook` and `has_log` say what can be fetched of it,
    `rendered` holds its template fields as they were rendered, secrets hidden. `names_read` shows
    what the failing cell read, by name; `kernel` is there while it is kept.
    """

    try_number: int
    attempt_id: str
    state: str
    reason: str | None
    message: str
    traceback: str
    cell: int | None
    worker: str
    queued_at: str | None
    started_at: str | None
    ended_at: str | None
    has_notebook: bool
    has_log: bool
    peak_memory: int | None
    rendered: dict[str, str]
    names_read: dict[str, str]
    kernel: KernelView | None


@dataclass(frozen=True)
class DebugSession:
    """The kernel of a failed attempt as this Jupyter server knows it, and until when it lives."""

    kernel_id: str
    until: str


@dataclass(frozen=True)
class Promotion:
    """An edit was written into the notebook at `path`."""

    path: str


@dataclass(frozen=True)
class ValueView:
    """A value a task handed on."""

    key: str
    type: str
    preview: str
    size: int


@dataclass(frozen=True)
class Condition:
    """One thing a waiting task still needs: whether it is met, in words with its numbers, and when
    it is looked at next.
    """

    name: str
    met: bool
    text: str
    next_look: str | None = None


@dataclass(frozen=True)
class QuestionView:
    """What a task asks a person: choose one of `options` (or several), and fill in the form that
    `params` describes, as a trigger form does. `defaults` is the answer at `until`, when there is
    one; without defaults the task fails then. No `assigned_users` are everybody.
    """

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    subject: str
    body: str
    options: list[str]
    defaults: list[str] | None
    multiple: bool
    params: dict[str, Any]  # JSON Schema is open by nature
    assigned_users: list[str]
    since: str | None
    until: str | None


@dataclass(frozen=True)
class QuestionList:
    """The open questions, the oldest first."""

    questions: list[QuestionView]


@dataclass(frozen=True)
class TaskInstanceDetail:
    """Everything the task drawer shows. `why` is empty for a task that has started or finished,
    `question` is what it asks a person.
    """

    instance: TaskInstanceView
    task: TaskView
    tries: list[TryView]
    values: list[ValueView]
    why: list[Condition]
    callbacks: list[CallbackView]
    question: QuestionView | None


@dataclass(frozen=True)
class LogChunk:
    """A piece of a log: ask again with `next_offset` until `complete`. Offsets are in bytes."""

    text: str
    next_offset: int
    complete: bool


@dataclass(frozen=True)
class LiveCells:
    """Cell events of an attempt from an offset on (see `runtime.live`)."""

    events: list[dict[str, Any]]  # nbformat outputs, open by nature
    next_offset: int
    complete: bool
