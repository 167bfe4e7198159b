"""From views to what a widget shows: states by task, and the DAG that is drawn. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeAlias

from nbflow.core.dag import Dag, Edge, Group, Task, TaskKind
from nbflow.core.states import FINISHED, TaskState
from nbflow.views.shapes import GroupView, TaskInstanceView, TaskView

# What traits hold is JSON, as the front end gets it.
Shown: TypeAlias = dict[str, Any]

URGENCY = (
    "failed",
    "upstream_failed",
    "up_for_retry",
    "running",
    "queued",
    "scheduled",
    "up_for_reschedule",
    "deferred",
    "none",
    "cancelled",
    "success",
    "skipped",
    "removed",
)
"""Of several instances the one that wants attention most stands for all; as in states.ts."""


def dag_shown(dag_id: str, tasks: Sequence[TaskView], groups: Sequence[GroupView] = ()) -> Shown:
    """The trait `dag`."""
    return {
        "dag_id": dag_id,
        "tasks": [asdict(task) for task in tasks],
        "groups": [asdict(group) for group in groups],
    }


def states_shown(instances: Iterable[TaskInstanceView]) -> dict[str, Shown]:
    """The trait `states`: one entry per task, which sums up the instances of a mapped one."""
    by_task: dict[str, list[TaskInstanceView]] = {}
    for instance in instances:
        by_task.setdefault(instance.task_id, []).append(instance)
    return {task_id: _summary(ones) for task_id, ones in by_task.items()}


def words_of(states: Mapping[str, Shown]) -> dict[str, str]:
    """Only the word for each state, as a picture needs it."""
    return {task_id: str(state["state"]) for task_id, state in states.items()}


def dag_drawn(shown: Shown) -> Dag:
    """As much of the DAG as a picture needs, from the trait `dag`."""
    tasks = shown.get("tasks", [])
    edges = [
        Edge(edge["upstream"], task["task_id"], edge["kind"], label=edge["label"])
        for task in tasks
        for edge in task["edges"]
    ]
    made = [Task(one["task_id"], TaskKind(one["kind"]), group=one["group"]) for one in tasks]
    groups = [
        Group(one["group_id"], one["parent"], one["label"], one["tooltip"])
        for one in shown.get("groups", [])
    ]
    return Dag(shown.get("dag_id", ""), tuple(made), tuple(edges), groups=tuple(groups))


def _summary(ones: Sequence[TaskInstanceView]) -> Shown:
    first = min(ones, key=lambda one: URGENCY.index(one.state))
    finished = sum(TaskState(one.state) in FINISHED for one in ones)
    starts = [one.started_at for one in ones if one.started_at]
    ends = [one.ended_at for one in ones if one.ended_at]
    return {
        "state": first.state,
        "message": first.message,
        "instances": len(ones),
        "finished": finished,
        "started_at": min(starts, default=None),
        "ended_at": max(ends, default=None) if finished == len(ones) else None,
        "try_number": first.try_number,
        "map_index": first.map_index,
    }
