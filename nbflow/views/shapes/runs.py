"""Runs, and the task instances in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from nbflow.views.shapes.dags import GroupView, TaskView


@dataclass(frozen=True)
class DeadlineView:
    """A deadline of a run: when it is, null where it says nothing about this run, and whether it
    was missed.
    """

    name: str
    text: str
    due_at: str | None
    missed: bool


@dataclass(frozen=True)
class RunView:
    """A run in a list. `counts` maps each state to the number of task instances in it."""

    dag_id: str
    run_id: str
    state: str
    run_type: str
    logical_date: str | None
    data_interval_start: str | None
    data_interval_end: str | None
    run_after: str | None
    created_at: str | None
    started_at: str | None
    ended_at: str | None
    params: dict[str, Any]  # the user's own values
    version: int
    message: str
    cancelling: bool
    counts: dict[str, int]
    missed_deadlines: list[str]
    note: str
    tasks: list[str] | None
    rerun_of: str | None
    edited: list[str]
    backfill_id: int | None
    no_cache: bool


@dataclass(frozen=True)
class RunList:
    """Some runs, newest first; `next` asks for the next page, null when there is none."""

    runs: list[RunView]
    next: str | None


@dataclass(frozen=True)
class CachedView:
    """The execution, of that task of the same DAG, whose result stands for executing this one. Or,
    if `differs` is not null, what this one was compared with: the values that came out otherwise.
    """

    run_id: str
    task_id: str
    map_index: int
    at: str
    differs: list[str] | None


@dataclass(frozen=True)
class TaskInstanceView:
    """One task instance of a run, as in a table or on the graph."""

    task_id: str
    map_index: int
    state: str
    reason: str | None
    message: str
    try_number: int
    scheduled_at: str | None
    queued_at: str | None
    started_at: str | None
    ended_at: str | None
    next_try_at: str | None
    map_name: str = ""
    note: str = ""
    cached: CachedView | None = None


@dataclass(frozen=True)
class CallbackView:
    """A callback or a notification: what for (`occasion`), whose (no `task_id`: the run's), and
    what became of it. `state` is due, sent, success, failed or lost.
    """

    callback_id: str
    kind: Literal["callback", "notify"]
    occasion: str
    name: str
    task_id: str | None
    map_index: int
    try_number: int
    state: str
    message: str
    traceback: str
    due_at: str
    ended_at: str | None


@dataclass(frozen=True)
class MappedView:
    """The instances of a mapped task as a whole: how many are in which state, when the first
    started and the last ended so far, and whether they are `listed` one by one too.
    """

    counts: dict[str, int]
    started_at: str | None
    ended_at: str | None
    listed: bool


@dataclass(frozen=True)
class RunDetail:
    """A run with the DAG version it executes, so that the graph fits the run.

    `cursor` is where its feed goes on. `mapped` has each mapped task once there are instances of
    it; those of a task with very many are not among `instances`, but asked for page by page.
    """

    run: RunView
    tasks: list[TaskView]
    groups: list[GroupView]
    instances: list[TaskInstanceView]
    callbacks: list[CallbackView]
    cursor: int
    deadlines: list[DeadlineView]
    mapped: dict[str, MappedView]


@dataclass(frozen=True)
class TaskInstancePage:
    """Some instances of one task, by index; `next` is the index to ask for more after, null when
    there are none. `counts` maps each state to the number of all its instances in it.
    """

    instances: list[TaskInstanceView]
    counts: dict[str, int]
    next: int | None
